//! What a list is narrowed to: the panel, the chips that take a part away again, the sort.

use domain::money::Fen;
use leptos::prelude::*;
use service::shop::{Facet, FacetChoice, FacetRange, ListPage, ListSort, Named};

use super::list_address::{ListAddress, choice_key, price_text, range_keys};
use crate::context::{link, name, request, t};
use crate::routes::paths;
use crate::ui::{amount_text, hidden, icon, icon_s};

/// Words of a sort.
const fn sort_label(sort: ListSort) -> (&'static str, &'static str) {
    match sort {
        ListSort::Relevance => ("综合", "Best match"),
        ListSort::Newest => ("新上", "Newest"),
        ListSort::PriceUp => ("价格从低到高", "Price up"),
        ListSort::PriceDown => ("价格从高到低", "Price down"),
        ListSort::BestSelling => ("销量", "Best-selling"),
    }
}

/// The ways to sort the list.
pub fn sort_links(page: &ListPage) -> AnyView {
    let unsorted = ListAddress::of(page).without(&["sort"]);
    let links: Vec<_> = ListSort::ALL
        .into_iter()
        .filter(|sort| *sort != ListSort::Relevance || !page.text.is_empty())
        .map(|sort| {
            let (zh, en) = sort_label(sort);
            let address = unsorted.clone().with("sort", sort.as_str()).text();
            view! { <a href=address aria-current=(sort == page.sort).then_some("true")>{t(zh, en)}</a> }
        })
        .collect();
    view! { <nav class="sort" aria-label=t("排序", "Sort")>{links}</nav> }.into_any()
}

/// The price range in words.
fn range_text(min: Option<Fen>, max: Option<Fen>) -> String {
    match (min, max) {
        (Some(min), Some(max)) => format!("{} – {}", amount_text(min), amount_text(max)),
        (Some(min), None) => format!("≥ {}", amount_text(min)),
        (None, Some(max)) => format!("≤ {}", amount_text(max)),
        (None, None) => String::new(),
    }
}

/// What the list is narrowed to: words, and the address without it.
fn picked(page: &ListPage) -> Vec<(String, String)> {
    let mut picked = Vec::new();
    let here = ListAddress::of(page);
    let without = |names: &[&str]| here.clone().without(names).text();
    let named = |thing: &Named| name(&thing.name, &thing.name_en).to_owned();
    if !page.text.is_empty() {
        picked.push((format!("“{}”", page.text), without(&["q", "sort"])));
    }
    if let Some(category) = &page.category {
        picked.push((name(&category.name, &category.name_en).to_owned(), without(&["category"])));
    }
    for facet in &page.facets {
        if let Some(range) =
            facet.range.as_ref().filter(|range| range.least.is_some() || range.most.is_some())
        {
            let [min, max] = range_keys(facet);
            let text = format!("{} {}", named(&facet.attribute), numbers_text(range));
            picked.push((text, without(&[min.as_str(), max.as_str()])));
        }
        for choice in facet.choices.iter().filter(|choice| choice.is_chosen) {
            let address = here.clone().without_choice(&choice_key(facet), &choice.choice.slug);
            picked.push((named(&choice.choice), address.text()));
        }
    }
    if let Some(town) = &page.town {
        picked.push((named(town), without(&["town"])));
    }
    if let Some(village) = &page.village {
        picked.push((named(village), without(&["village"])));
    }
    if page.min_price_fen.is_some() || page.max_price_fen.is_some() {
        let text = range_text(page.min_price_fen, page.max_price_fen);
        picked.push((text, without(&["min_price", "max_price"])));
    }
    if page.in_stock_only {
        picked.push((t("有货", "In stock").to_owned(), without(&["in_stock"])));
    }
    picked
}

/// The chips; nothing when the list is not narrowed.
pub fn chips(page: &ListPage) -> AnyView {
    let chips: Vec<_> = picked(page)
        .into_iter()
        .map(|(text, address)| {
            let label = format!("{} {text}", t("去掉", "Remove"));
            view! { <a class="chip" href=address aria-label=label>{text}{icon_s("close")}</a> }
        })
        .collect();
    if chips.is_empty() { ().into_any() } else { view! { <p class="picked">{chips}</p> }.into_any() }
}

fn category_group(page: &ListPage) -> AnyView {
    let chosen = page.category.as_ref().map(|category| category.slug.clone()).unwrap_or_default();
    let items: Vec<_> = page
        .categories
        .iter()
        .map(|category| {
            let label = name(&category.name, &category.name_en).to_owned();
            view! {
                <label class="check">
                    <input type="radio" name="category" value=category.slug.clone() checked=category.slug == chosen/>
                    <span>{label}</span>
                    <span class="check__n">{category.products}</span>
                </label>
            }
        })
        .collect();
    view! {
        <fieldset class="filters__group">
            <legend>{t("分类", "Category")}</legend>
            <label class="check">
                <input type="radio" name="category" value="" checked=chosen.is_empty()/>
                <span>{t("全部", "All")}</span>
            </label>
            {items}
        </fieldset>
    }
    .into_any()
}

/// How many products a choice shows, or adds to those of the other choices of its attribute.
fn products_text(choice: &FacetChoice) -> String {
    const MOST: i64 = 99;
    match choice.products {
        more if more > MOST => format!("{MOST}+"),
        // Of some that were looked through none, of all nobody knows.
        0 if choice.is_cut => String::new(),
        some if choice.is_cut => format!("{some}+"),
        all => all.to_string(),
    }
}

/// What goods of the category are told apart by. Several choices of one attribute may be taken: goods have any of them.
fn facet_groups(page: &ListPage) -> AnyView {
    let groups: Vec<_> = page
        .facets
        .iter()
        .map(|facet| {
            if let Some(range) = &facet.range {
                return range_group(facet, range);
            }
            let key = choice_key(facet);
            let choices: Vec<_> = facet
                .choices
                .iter()
                .map(|choice| {
                    view! {
                        <label class="check">
                            <input type="checkbox" name=key.clone() value=choice.choice.slug.clone() checked=choice.is_chosen/>
                            <span>{name(&choice.choice.name, &choice.choice.name_en).to_owned()}</span>
                            <span class="check__n">{products_text(choice)}</span>
                        </label>
                    }
                })
                .collect();
            view! {
                <fieldset class="filters__group">
                    <legend>{name(&facet.attribute.name, &facet.attribute.name_en).to_owned()}</legend>
                    {choices}
                </fieldset>
            }
            .into_any()
        })
        .collect();
    view! { {groups} }.into_any()
}

/// `400 – 800 m`, `≥ 400 m`.
fn numbers_text(range: &FacetRange) -> String {
    let numbers = match (&range.least, &range.most) {
        (Some(least), Some(most)) => format!("{least} – {most}"),
        (Some(least), None) => format!("≥ {least}"),
        (None, Some(most)) => format!("≤ {most}"),
        (None, None) => String::new(),
    };
    format!("{numbers} {}", name(&range.unit, &range.unit_en)).trim_end().to_owned()
}

/// Two ends to type; what goods have stands where nothing is typed.
fn range_group(facet: &Facet, range: &FacetRange) -> AnyView {
    let label = name(&facet.attribute.name, &facet.attribute.name_en).to_owned();
    let unit = name(&range.unit, &range.unit_en);
    let legend = if unit.is_empty() {
        label.clone()
    } else {
        format!("{label}{}{unit}{}", t("（", " ("), t("）", ")"))
    };
    let [min, max] = range_keys(facet);
    let value = |bound: &Option<String>| bound.clone().unwrap_or_default();
    view! {
        <fieldset class="filters__group">
            <legend>{legend}</legend>
            <div class="filters__range">
                <input
                    name=min inputmode="decimal" placeholder=range.offered.0.clone()
                    aria-label=format!("{label} {}", t("最低", "from")) value=value(&range.least)
                />
                <span aria-hidden="true">"–"</span>
                <input
                    name=max inputmode="decimal" placeholder=range.offered.1.clone()
                    aria-label=format!("{label} {}", t("最高", "to")) value=value(&range.most)
                />
            </div>
        </fieldset>
    }
    .into_any()
}

fn option(thing: &Named, chosen: Option<&Named>) -> AnyView {
    let is_chosen = chosen.is_some_and(|chosen| chosen.slug == thing.slug);
    let label = name(&thing.name, &thing.name_en).to_owned();
    view! { <option value=thing.slug.clone() selected=is_chosen>{label}</option> }.into_any()
}

fn place_group(page: &ListPage) -> AnyView {
    let towns: Vec<AnyView> =
        page.towns.iter().map(|place| option(&place.town, page.town.as_ref())).collect();
    let villages: Vec<_> = page
        .towns
        .iter()
        .filter(|place| !place.villages.is_empty())
        .map(|place| {
            let options: Vec<AnyView> =
                place.villages.iter().map(|village| option(village, page.village.as_ref())).collect();
            view! { <optgroup label=name(&place.town.name, &place.town.name_en).to_owned()>{options}</optgroup> }
        })
        .collect();
    view! {
        <div class="field">
            <label for="town">{t("镇", "Town")}</label>
            <select id="town" name="town"><option value="">{t("全部镇", "All towns")}</option>{towns}</select>
        </div>
        <div class="field">
            <label for="village">{t("村庄", "Village")}</label>
            <select id="village" name="village"><option value="">{t("全部村庄", "All villages")}</option>{villages}</select>
        </div>
    }
    .into_any()
}

fn price_group(page: &ListPage) -> AnyView {
    let value = |price: Option<Fen>| price.map(price_text).unwrap_or_default();
    view! {
        <fieldset class="filters__group">
            <legend>{t("价格（元）", "Price (yuan)")}</legend>
            <div class="filters__range">
                <input
                    name="min_price" inputmode="decimal" placeholder=t("最低", "from")
                    aria-label=t("最低价", "Lowest price") value=value(page.min_price_fen)
                />
                <span aria-hidden="true">"–"</span>
                <input
                    name="max_price" inputmode="decimal" placeholder=t("最高", "to")
                    aria-label=t("最高价", "Highest price") value=value(page.max_price_fen)
                />
            </div>
        </fieldset>
    }
    .into_any()
}

/// The panel of filters: a GET form, so that the address says it all.
pub fn panel(page: &ListPage) -> AnyView {
    let count = picked(page).len() - usize::from(!page.text.is_empty());
    let badge = (count > 0).then(|| view! { <span class="badge">{count}</span> });
    let text = (!page.text.is_empty()).then(|| hidden("q", &page.text));
    let sort = request().query_value("sort").to_owned();
    let sort = (!sort.is_empty()).then(|| hidden("sort", page.sort.as_str()));
    let narrowing = ["category", "town", "village", "min_price", "max_price", "in_stock"];
    let bare = ListAddress::of(page).without(&narrowing).text();
    view! {
        <details class="filters">
            <summary class="btn btn--plain">{icon("filter")}{t("筛选", "Filters")}{badge}</summary>
            <form method="get" action=link(&paths::products()) class="filters__form">
                {text}
                {sort}
                {category_group(page)}
                {facet_groups(page)}
                {place_group(page)}
                {price_group(page)}
                <label class="check">
                    <input type="checkbox" name="in_stock" value="1" checked=page.in_stock_only/>
                    <span>{t("只看有货", "In stock only")}</span>
                </label>
                <div class="row">
                    <button class="btn btn--primary">{t("应用", "Apply")}</button>
                    <a class="btn btn--quiet" href=bare>{t("清除", "Clear")}</a>
                </div>
            </form>
        </details>
    }
    .into_any()
}
