//! All villages.

use domain::locale::Locale;
use domain::money::Fen;
use leptos::prelude::*;
use service::shop::{VillagesPage, villages_page as load};

use super::card::village_card;
use crate::context::{locale, services, t};
use crate::layout::Screen;
use crate::routes::PageResult;
use crate::ui::{amount_text, empty, page_head};

/// `/villages`
pub async fn villages_page() -> PageResult {
    let page = load(&services()).await?;
    let title = t("村庄", "Villages");
    let description = t(
        "每个村种什么、做什么，村集体今年卖得多少。",
        "What each village grows and makes, and what its collective has earned this year.",
    );
    Ok(Screen::shop(title, body(&page, title)).public(description))
}

fn body(page: &VillagesPage, title: &str) -> AnyView {
    if page.villages.is_empty() {
        let sub = t(
            "县服务团登记村庄后，这里就会有。",
            "They will be here once the county corps has registered them.",
        );
        return view! { {page_head(title, "", ())}{empty("village", t("还没有村庄", "No villages yet"), sub, ())} }.into_any();
    }
    let income: Fen = page.villages.iter().map(|village| village.income_fen).sum();
    let sub = match locale() {
        Locale::Zh => {
            format!("{} 个村，{} 年村集体共卖得 {}", page.villages.len(), page.year, amount_text(income))
        }
        Locale::En => {
            let (villages, whose) = match page.villages.len() {
                1 => ("1 village".to_owned(), "its collective"),
                count => (format!("{count} villages"), "their collectives"),
            };
            format!("{villages}; {whose} earned {} in {}", amount_text(income), page.year)
        }
    };
    let cards: Vec<AnyView> = page
        .villages
        .iter()
        .enumerate()
        .map(|(at, village)| village_card(village, page.year, at == 0))
        .collect();
    view! {
        {page_head(title, &sub, ())}
        <h2 class="vh">{t("全部村庄", "All villages")}</h2>
        <ul class="grid grid--wide">{cards}</ul>
    }
    .into_any()
}
