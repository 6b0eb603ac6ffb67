//! What the shop is, what is sold, and by which villages.

use domain::locale::Locale;
use leptos::prelude::*;
use service::shop::{HomePage, home_page as load};

use crate::context::{link, locale, name, services, site, t};
use crate::features::products::card::{grid, ui_photo};
use crate::features::products::category_chips;
use crate::features::villages::card::village_card;
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::ui::{amount_text, empty, photo, section_head};

/// Villages on the first page; all of them have their own list.
const VILLAGES_SHOWN: usize = 6;

/// `/`
pub async fn home_page() -> PageResult {
    let page = load(&services()).await?;
    let description = t(
        "驻村干部上架村里的茶、石斛、粉条和山货，每件写明产自哪个村、哪一批，货款归到村集体。",
        "Tea, dendrobium, noodles and more from mountain villages, listed by the cadres posted there; each with its village and batch, every yuan traced to the village’s collective.",
    );
    let mut screen = Screen::shop("", body(&page)).public(description).json_ld(website());
    let cover = page.villages.iter().find_map(|village| village.photo.as_ref());
    if let Some(cover) = cover {
        screen = screen.image(paths::photo_jpeg(&cover.content_hash));
    }
    Ok(screen)
}

/// The site for search engines, with its search.
fn website() -> serde_json::Value {
    let address = site().public_url.clone();
    serde_json::json!({
        "@context": "https://schema.org",
        "@type": "WebSite",
        "name": t("乡集", "Xiangji"),
        "url": format!("{address}{}", link("/")),
        "potentialAction": {
            "@type": "SearchAction",
            "target": format!("{address}{}?q={{search_term_string}}", link(&paths::products())),
            "query-input": "required name=search_term_string",
        },
    })
}

fn hero(page: &HomePage) -> AnyView {
    let county = page.county.as_ref().map(|county| name(&county.name, &county.name_en).to_owned());
    let place = county.unwrap_or_else(|| t("山里", "the mountains").to_owned());
    let title = match locale() {
        Locale::Zh => format!("{place}的村货，直接到您家"),
        Locale::En => format!("From the villages of {place}, straight to your table"),
    };
    let earned = (!page.sold_this_year_fen.is_zero()).then(|| {
        let sum = amount_text(page.sold_this_year_fen);
        let text = match locale() {
            Locale::Zh => format!("{} 年，{} 个村的集体已经卖得 {sum}。", page.year, page.village_count),
            Locale::En if page.village_count == 1 => {
                format!("In {}, the collective of 1 village has earned {sum}.", page.year)
            }
            Locale::En => format!(
                "In {}, the collectives of {} villages have earned {sum}.",
                page.year, page.village_count
            ),
        };
        view! { <p class="hero__sum num">{text}</p> }
    });
    let pictured = page.villages.iter().find_map(|village| {
        let alt = name(&village.name, &village.name_en);
        village.photo.as_ref().map(|picture| ui_photo(picture, alt))
    });
    let pictured = pictured.or_else(|| {
        let card = page.newest.iter().find(|card| card.photo.is_some())?;
        card.photo.as_ref().map(|picture| ui_photo(picture, name(&card.name, &card.name_en)))
    });
    view! {
        <section class="hero">
            <div class="hero__text">
                <h1>{title}</h1>
                <p>{t(
                    "茶、石斛、粉条、豆干、土鸡，由驻村干部在村里上架。每件都写明哪个村、哪一批，钱归到哪个村集体。",
                    "Tea, dendrobium, noodles, tofu, free-range chicken, listed in the village by the cadres posted there. Each names its village, its batch, and the collective that is paid.",
                )}</p>
                {earned}
                <div class="row">
                    <a class="btn btn--primary" href=link(&paths::products())>{t("看看商品", "See the products")}</a>
                    <a class="btn btn--plain" href=link(&paths::villages())>{t("认识村庄", "Meet the villages")}</a>
                </div>
            </div>
            {photo(pictured.as_ref(), "", "(min-width:56rem) 620px,88vw", true)}
        </section>
    }
    .into_any()
}

fn body(page: &HomePage) -> AnyView {
    let all = t("全部", "All");
    let best = page.best_selling.iter().any(|card| card.sold_count > 0).then(|| {
        let head = section_head(
            t("大家常买", "Bought most"),
            &format!("{}?sort=best_selling", paths::products()),
            all,
        );
        view! { <section>{head}{grid(&page.best_selling, false)}</section> }
    });
    let newest = if page.newest.is_empty() {
        empty(
            "box",
            t("还没有上架的商品", "Nothing is listed yet"),
            t(
                "驻村干部上架第一件商品后，这里就会有。",
                "It will be here once a cadre lists the first product.",
            ),
            (),
        )
    } else {
        let head = section_head(t("新上架", "New"), &format!("{}?sort=newest", paths::products()), all);
        view! { <section>{head}{grid(&page.newest, false)}</section> }.into_any()
    };
    let villages: Vec<AnyView> = page
        .villages
        .iter()
        .take(VILLAGES_SHOWN)
        .map(|village| village_card(village, page.year, false))
        .collect();
    let villages = (!villages.is_empty()).then(|| {
        let head = section_head(t("村庄", "Villages"), &paths::villages(), all);
        view! { <section>{head}<ul class="grid grid--wide">{villages}</ul></section> }
    });
    view! {
        {hero(page)}
        <div class="stack stack--l home">
            {category_chips(&page.categories, "")}
            {best}
            {newest}
            {villages}
        </div>
    }
    .into_any()
}
