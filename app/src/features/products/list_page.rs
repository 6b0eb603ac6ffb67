//! The list of products; the address says what is in it.

use domain::locale::Locale;
use leptos::prelude::*;
use service::shop::{Approximation, ListPage, ListQuery, list_page as load};

use super::list_address::{ATTRIBUTE, ListAddress};
use super::{card, filters};
use crate::context::{link, locale, name, query, request, services, t};
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::text::counted;
use crate::ui::{alert, empty, icon, pager_of};

/// The list that the address asks for.
fn wanted() -> ListQuery {
    let given = |key: &str| Some(query(key)).filter(|value| !value.trim().is_empty());
    ListQuery {
        category: given("category"),
        village: given("village"),
        town: given("town"),
        min_price: given("min_price"),
        max_price: given("max_price"),
        in_stock: given("in_stock"),
        attributes: request()
            .query
            .iter()
            .filter_map(|(key, value)| Some((key.strip_prefix(ATTRIBUTE)?.to_owned(), value.clone())))
            .collect(),
        text: given("q"),
        sort: given("sort"),
        page: given("page"),
    }
}

fn title(page: &ListPage) -> String {
    if !page.text.is_empty() {
        return match locale() {
            Locale::Zh => format!("“{}”的搜索结果", page.text),
            Locale::En => format!("Results for “{}”", page.text),
        };
    }
    let place = page.village.as_ref().or(page.town.as_ref()).map(|place| name(&place.name, &place.name_en));
    let category = page.category.as_ref().map(|category| name(&category.name, &category.name_en));
    match (place, category) {
        (Some(place), Some(category)) => format!("{place} · {category}"),
        (Some(only), None) | (None, Some(only)) => only.to_owned(),
        (None, None) => t("全部商品", "All products").to_owned(),
    }
}

/// The icon of a category, by what its address says.
#[must_use]
pub fn category_icon(slug: &str) -> &'static str {
    const ICONS: [(&str, &str); 12] = [
        ("gift", "gift"),
        ("tea", "tea"),
        ("dendrobium", "sprout"),
        ("vermicelli", "wheat"),
        ("noodle", "wheat"),
        ("tofu", "soup"),
        ("konjac", "box"),
        ("poultry", "meat"),
        ("meat", "meat"),
        ("honey", "honey"),
        ("nut", "nut"),
        ("mushroom", "leaf"),
    ];
    ICONS.iter().find(|(word, _)| slug.contains(word)).map_or("leaf", |(_, icon)| icon)
}

/// The categories as chips.
#[must_use]
pub fn category_chips(categories: &[service::shop::CategoryView], chosen: &str) -> AnyView {
    let items: Vec<_> = categories
        .iter()
        .map(|category| {
            let label = name(&category.name, &category.name_en).to_owned();
            let current = (category.slug == chosen).then_some("true");
            view! {
                <a href=link(&paths::category(&category.slug)) aria-current=current>
                    {icon(category_icon(&category.slug))}{label}
                </a>
            }
        })
        .collect();
    view! { <nav class="cats" aria-label=t("分类", "Categories")>{items}</nav> }.into_any()
}

/// Nothing fits: what else there is.
fn nothing(page: &ListPage) -> AnyView {
    let (head, sub) = if page.text.is_empty() {
        (
            t("没有符合条件的商品", "Nothing fits these filters"),
            t("去掉一两个条件，或看看别的分类。", "Take one or two away, or look at another category."),
        )
    } else {
        (
            t("没有找到", "Nothing found"),
            t(
                "换个说法试试，拼音也可以：lvcha、fentiao。也可以看看这些分类。",
                "Try another word; pinyin works too: lvcha, fentiao. Or look at these categories.",
            ),
        )
    };
    let all = view! { <a class="btn btn--primary" href=link(&paths::products())>{t("看全部商品", "See all products")}</a> };
    view! { {empty("search", head, sub, all)}{category_chips(&page.categories, "")} }.into_any()
}

fn body(page: &ListPage, title: &str) -> AnyView {
    let total = i64::try_from(page.total).unwrap_or(i64::MAX);
    let all = if page.is_cut { t("超过 ", "more than ") } else { t("共 ", "") };
    let count = format!("{all}{}", counted(locale(), total, "件商品", ["product", "products"]));
    let similar = (page.approximation == Approximation::Similar && !page.cards.is_empty()).then(|| {
        let note = t("没有完全符合的商品，下面是相近的。", "Nothing has all of it; these are similar.");
        alert("info", note, ())
    });
    let found = if page.cards.is_empty() {
        nothing(page)
    } else {
        let (at, pages) = (i64::try_from(page.page).unwrap_or(1), i64::try_from(page.pages).unwrap_or(1));
        let address = ListAddress::of(page);
        let address = |to: &str| address.clone().with("page", to).text();
        view! { {card::grid(&page.cards, true)}{pager_of(at, pages, address)} }.into_any()
    };
    view! {
        <header class="page-head"><div><h1>{title.to_owned()}</h1></div></header>
        <div class="browse">
            {filters::panel(page)}
            <div class="browse__main">
                <div class="browse__bar"><p class="muted" role="status">{count}</p>{filters::sort_links(page)}</div>
                {filters::chips(page)}
                {similar}
                <h2 class="vh">{t("商品", "Products")}</h2>
                {found}
            </div>
        </div>
    }
    .into_any()
}

/// `/products`
pub async fn list_page() -> PageResult {
    let page = load(&services(), &wanted()).await?;
    let title = title(&page);
    let is_search = !page.text.is_empty();
    let description = match locale() {
        _ if page.is_cut => {
            format!("{title}{}", t("，写明产自哪个村、哪一批。", ": each with its village and batch."))
        }
        Locale::Zh => format!("{title}：{} 件商品，写明产自哪个村、哪一批。", page.total),
        Locale::En if page.total == 1 => format!("{title}: 1 product, with its village and batch."),
        Locale::En => format!("{title}: {} products, each with its village and batch.", page.total),
    };
    let canonical = match &page.category {
        Some(category) => paths::category(&category.slug),
        None => paths::products(),
    };
    let screen = Screen::shop(title.clone(), body(&page, &title));
    // A search's results are no page of their own for search engines.
    if is_search {
        return Ok(screen);
    }
    Ok(screen.public(description).canonical(canonical))
}
