//! A product as lists show it.

use domain::season::Closed;
use leptos::prelude::*;
use service::shop::{Card, Named, Photo};

use super::words::{card_day, short_day};
use crate::context::{link, name, t};
use crate::routes::paths;
use crate::ui::{icon_l, icon_s, price};

/// How wide a card stands: half a phone, or a column of the desktop's grid. Told a little too small on phones: browsers
/// take the next larger rendition for the last missing pixel, three times the bytes for nothing anybody sees.
const CARD_SIZES: &str = "(min-width:40rem) 260px,43vw";

/// A stored photo for [`crate::ui::photo`].
#[must_use]
pub fn ui_photo(photo: &Photo, alt: &str) -> crate::ui::Photo {
    crate::ui::Photo {
        content_hash: photo.content_hash.clone(),
        placeholder: photo.placeholder.clone(),
        width: photo.width,
        height: photo.height,
        alt: alt.to_owned(),
    }
}

/// A list has many photos and little room (30 KB), so a card's photo has no placeholder and the two small renditions.
#[must_use]
pub fn card_photo(photo: Option<&Photo>, sizes: &'static str, eager: bool) -> AnyView {
    let Some(photo) = photo else { return icon_l("leaf") };
    let (small, medium) = (paths::photo(&photo.content_hash, "s"), paths::photo(&photo.content_hash, "m"));
    // The name stands below it, so the photo says nothing of its own.
    view! {
        <img
            src=small.clone()
            srcset=format!("{small} 320w,{medium} 640w")
            sizes=sizes
            width="640"
            height="480"
            alt=""
            loading=(!eager).then_some("lazy")
            fetchpriority=eager.then_some("high")
        />
    }
    .into_any()
}

/// The names of the villages, short: `佐龙村`, `塔元等4村`.
#[must_use]
pub fn villages_text(villages: &[Named]) -> String {
    let Some(first) = villages.first() else { return String::new() };
    let first_name = name(&first.name, &first.name_en);
    match villages.len() {
        1 => first_name.to_owned(),
        count => match crate::context::locale() {
            domain::locale::Locale::Zh => {
                format!("{}等{count}村", first_name.strip_suffix('村').unwrap_or(first_name))
            }
            domain::locale::Locale::En => format!("{first_name} and {} more", count - 1),
        },
    }
}

fn origin_text(card: &Card) -> String {
    let villages = villages_text(&card.villages);
    let day = card.produced_on.as_deref().map(card_day).unwrap_or_default();
    match (villages.is_empty(), day.is_empty()) {
        (false, false) => format!("{villages} · {day}{}", t("产", "")),
        (_, true) => villages,
        (true, false) => day,
    }
}

/// When it comes back, in a few words.
fn closed_text(closed: Closed) -> String {
    match closed.opens_on.map(|day| short_day(&day.to_string())) {
        Some(day) => format!("{}{day}{}", t("", "Back "), t("开售", "")),
        None => t("本季已过", "Season over").to_owned(),
    }
}

/// One card; the first of a page is `eager`.
#[must_use]
pub fn card(card: &Card, eager: bool) -> AnyView {
    let sold_out = !card.has_stock;
    let closed = card.closed.map(closed_text);
    let frame = if card.photo.is_some() { "photo" } else { "photo photo--none" };
    let tag = match closed {
        Some(words) => Some((words, "photo__tag chip t-wait")),
        None => sold_out.then(|| (t("已售罄", "Sold out").to_owned(), "photo__tag chip t-bad")),
    };
    let tag = tag.map(|(words, class)| view! { <span class=class>{words}</span> });
    let origin = origin_text(card);
    let origin = (!origin.is_empty()).then(|| view! { <p class="origin">{icon_s("pin")}{origin}</p> });
    let from = card.has_more_prices.then(|| view! { <span class="muted small">{t("起", "and up")}</span> });
    let sold = (card.sold_count > 0).then(|| {
        let text = format!("{} {}", t("已售", "sold"), card.sold_count);
        view! { <span class="card__sold">{text}</span> }
    });
    view! {
        <li class=if sold_out { "card card--sold" } else { "card" }>
            <div class=frame>{card_photo(card.photo.as_ref(), CARD_SIZES, eager)}{tag}</div>
            <div class="card__body">
                <h3 class="card__name">
                    <a href=link(&paths::product(&card.slug))>{name(&card.name, &card.name_en).to_owned()}</a>
                </h3>
                {origin}
                {crate::features::marks::badge::on_card(card.mark.as_ref())}
                <p class="card__foot">{price(card.price_from_fen)}{from}{sold}</p>
            </div>
        </li>
    }
    .into_any()
}

/// Cards in a grid; with `eager` the photos in sight are loaded at once: two rows of a phone, one of a desktop.
#[must_use]
pub fn grid(cards: &[Card], eager: bool) -> AnyView {
    let items: Vec<AnyView> =
        cards.iter().enumerate().map(|(at, item)| card(item, eager && at < 4)).collect();
    view! { <ul class="grid">{items}</ul> }.into_any()
}
