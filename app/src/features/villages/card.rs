//! A village as lists show it.

use domain::locale::Locale;
use domain::money::Fen;
use leptos::prelude::*;
use service::shop::VillageCard;

use crate::context::{link, locale, name, t};
use crate::features::products::card::card_photo;
use crate::routes::paths;
use crate::text::counted;
use crate::ui::{amount_text, icon_s};

/// What came in this year against the target, as a bar; without a target only what came in.
#[must_use]
pub fn goal(income: Fen, target: Fen, year: i32) -> AnyView {
    let earned = match locale() {
        Locale::Zh => format!("{year} 年收入 "),
        Locale::En => format!("Income {year}: "),
    };
    let has_target = target.is_positive();
    let target_text = has_target
        .then(|| view! { <span class="muted small">{t("目标 ", "target ")}{amount_text(target)}</span> });
    let percent = if has_target { income.get().max(0).saturating_mul(100) / target.get() } else { 0 };
    let bar = has_target.then(|| {
        let label = match locale() {
            Locale::Zh => format!("完成目标的 {percent}%"),
            Locale::En => format!("{percent}% of the target"),
        };
        view! {
            <progress max=target.get() value=income.get().clamp(0, target.get()) aria-label=label.clone()>{label.clone()}</progress>
        }
    });
    view! {
        <div class="goal">
            <p class="row row--between"><span>{earned}<b class="num">{amount_text(income)}</b></span>{target_text}</p>
            {bar}
        </div>
    }
    .into_any()
}

/// One card.
#[must_use]
pub fn village_card(village: &VillageCard, year: i32, eager: bool) -> AnyView {
    let title = name(&village.name, &village.name_en).to_owned();
    let frame = if village.photo.is_some() { "photo" } else { "photo photo--none" };
    let town = name(&village.town.name, &village.town.name_en);
    let products = counted(locale(), village.products, "件商品", ["product", "products"]);
    let place = format!("{town} · {products}");
    view! {
        <li class="card">
            <div class=frame>{card_photo(village.photo.as_ref(), "(min-width:40rem) 380px,92vw", eager)}</div>
            <div class="card__body">
                <h3 class="card__name"><a href=link(&paths::village(&village.slug))>{title}</a></h3>
                <p class="origin">{icon_s("pin")}{place}</p>
                {goal(village.income_fen, village.target_fen, year)}
            </div>
        </li>
    }
    .into_any()
}
