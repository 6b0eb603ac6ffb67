//! Small parts that several pages share: icons, prices, cards.

use std::collections::HashMap;
use std::sync::LazyLock;

use domain::money::Fen;
use domain::time::Date;
use maud::{Markup, PreEscaped, Render, html};
use service::shop::{Card, Named};

/// The drawings of the sprite by name.
static DRAWINGS: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let sprite = include_str!("../../../../../public/icons.svg");
    let read = |symbol: &'static str| {
        let (name, rest) = symbol.split_once('"')?;
        Some((name, rest.split_once('>')?.1.split_once("</symbol>")?.0))
    };
    sprite.split("<symbol id=\"").skip(1).filter_map(read).collect()
});

/// An icon of the sprite, of the class that gives its size, drawn into the page as the shop does.
pub(super) fn icon_of(name: &str, class: &str) -> Markup {
    let drawing = DRAWINGS.get(name).copied().unwrap_or_default();
    html! { svg class=(class) viewBox="0 0 24 24" aria-hidden="true" { (PreEscaped(drawing)) } }
}

pub(super) fn icon(name: &str) -> Markup {
    icon_of(name, "icon")
}

pub(super) fn icon_s(name: &str) -> Markup {
    icon_of(name, "icon icon--s")
}

pub(super) fn icon_l(name: &str) -> Markup {
    icon_of(name, "icon icon--l")
}

/// Yuan with the thousands apart: `1,280.50`.
pub(super) struct Yuan(pub(super) Fen);

impl Yuan {
    fn whole(&self, out: &mut String) {
        use std::fmt::Write as _;
        let whole = self.0.get() / 100;
        // Writing to a string cannot fail.
        let _ = match whole {
            0..1000 => write!(out, "{whole}"),
            1000..1_000_000 => write!(out, "{},{:03}", whole / 1000, whole % 1000),
            _ => write!(out, "{},{:03},{:03}", whole / 1_000_000, whole / 1000 % 1000, whole % 1000),
        };
    }
}

impl Render for Yuan {
    fn render_to(&self, out: &mut String) {
        use std::fmt::Write as _;
        self.whole(out);
        let _ = write!(out, ".{:02}", self.0.get() % 100);
    }
}

/// An amount in running text: `¥1,280.50`, `¥12`.
pub(super) struct Amount(pub(super) Fen);

impl Render for Amount {
    fn render_to(&self, out: &mut String) {
        use std::fmt::Write as _;
        out.push('¥');
        Yuan(self.0).whole(out);
        let cents = self.0.get() % 100;
        if cents > 0 {
            let _ = write!(out, ".{cents:02}");
        }
    }
}

pub(super) fn price(amount: Fen, class: &str) -> Markup {
    let cents = amount.get() % 100;
    let mut whole = String::new();
    Yuan(amount).whole(&mut whole);
    html! { span class=(class) { small { "¥" } (whole) small { "." (cents / 10) (cents % 10) } } }
}

/// How wide a card stands.
const CARD_SIZES: &str = "(min-width:40rem) 260px,43vw";

/// `佐龙村`, `塔元等4村`.
fn villages_text(villages: &[Named]) -> Markup {
    html! {
        @match villages {
            [] => {}
            [only] => { (only.name) }
            [first, ..] => {
                (first.name.strip_suffix('村').unwrap_or(&first.name)) "等" (villages.len()) "村"
            }
        }
    }
}

/// `3-28`, or year and month of another year.
fn card_day(day: Option<&str>, this_year: i32) -> Option<Markup> {
    let (year, month, day) = day?.parse::<Date>().ok()?.ymd();
    Some(if year == this_year {
        html! { (month) "-" (day) }
    } else {
        html! { (year) "-" (month / 10) (month % 10) }
    })
}

fn card(card: &Card, eager: bool, this_year: i32) -> Markup {
    let sold_out = !card.has_stock;
    let day = card_day(card.produced_on.as_deref(), this_year);
    html! {
        li class=(if sold_out { "card card--sold" } else { "card" }) {
            div class=(if card.photo.is_some() { "photo" } else { "photo photo--none" }) {
                @match &card.photo {
                    Some(photo) => {
                        img
                            src={ "/media/" (photo.content_hash) "/s.webp" }
                            srcset={
                                "/media/" (photo.content_hash) "/s.webp 320w,/media/" (photo.content_hash) "/m.webp 640w"
                            }
                            sizes=(CARD_SIZES) width="640" height="480" alt=""
                            loading=[(!eager).then_some("lazy")] fetchpriority=[eager.then_some("high")];
                    }
                    None => { (icon_l("leaf")) }
                }
                @if sold_out { span class="photo__tag chip t-bad" { "已售罄" } }
            }
            div class="card__body" {
                h3 class="card__name" { a href={ "/products/" (card.slug) } { (card.name) } }
                @if !card.villages.is_empty() || day.is_some() {
                    p class="origin" {
                        (icon_s("pin"))
                        (villages_text(&card.villages))
                        @if let Some(day) = &day {
                            @if card.villages.is_empty() { (day) } @else { " · " (day) "产" }
                        }
                    }
                }
                @if let Some(mark) = &card.mark {
                    p class="small muted" {
                        (icon_s("certificate")) span class="vh" { "集体商标 " } (mark.name)
                    }
                }
                p class="card__foot" {
                    (price(card.price_from_fen, "price"))
                    @if card.has_more_prices { span class="muted small" { "起" } }
                    @if card.sold_count > 0 { span class="card__sold" { "已售 " (card.sold_count) } }
                }
            }
        }
    }
}

/// Cards in a grid; with `eager` the photos in sight are loaded at once.
pub(super) fn grid(cards: &[Card], eager: bool, this_year: i32) -> Markup {
    html! {
        ul class="grid" {
            @for (at, item) in cards.iter().enumerate() { (card(item, eager && at < 4, this_year)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_as_the_shop_writes_them() {
        let amount = |fen| Amount(Fen::new(fen)).render().into_string();
        assert_eq!([amount(5), amount(99_900), amount(128_050)], ["¥0.05", "¥999", "¥1,280.50"]);
        assert_eq!(amount(100_000_000), "¥1,000,000");
        assert_eq!(Yuan(Fen::new(128_000)).render().into_string(), "1,280.00");
    }
}
