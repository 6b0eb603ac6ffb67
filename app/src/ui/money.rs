//! Amounts, and where they went.

use domain::money::Fen;
use leptos::prelude::*;

use crate::text::grouped_yuan;

fn sized(amount: Fen, class: &'static str) -> AnyView {
    typed_price(amount, class).into_any()
}

/// An amount of a class, for islands: erasing a view's type costs kilobytes in the browser.
#[must_use]
pub fn typed_price(amount: Fen, class: &'static str) -> impl IntoView {
    let text = grouped_yuan(amount);
    let (whole, decimals) = match text.split_once('.') {
        Some((whole, decimals)) => (whole.to_owned(), format!(".{decimals}")),
        None => (text, String::new()),
    };
    view! { <span class=class><small>"¥"</small>{whole}<small>{decimals}</small></span> }
}

/// An amount with small decimals.
#[must_use]
pub fn price(amount: Fen) -> AnyView {
    sized(amount, "price")
}

/// The large amount of a product's page.
#[must_use]
pub fn price_l(amount: Fen) -> AnyView {
    sized(amount, "price price--l")
}

/// The small amount of a line.
#[must_use]
pub fn price_s(amount: Fen) -> AnyView {
    sized(amount, "price price--s")
}

/// Where the money of a sale went; or will go, when nothing was sold yet. Fees are told below: the shop pays them, and
/// the villages' parts stay whole.
#[cfg(feature = "ssr")]
#[must_use]
pub fn money_bar(title: String, bar: &service::shop::MoneyBar) -> AnyView {
    use crate::context::{link, locale, name, t};
    use crate::routes::paths;
    use crate::text::yuan;
    use domain::locale::Locale;
    use service::shop::MoneyPartKind;

    let mut x = 0;
    let (mut segments, mut rows, mut label) = (Vec::new(), Vec::new(), Vec::new());
    for part in &bar.parts {
        let (class, text, term) = match &part.kind {
            MoneyPartKind::Collective { village, name: zh, name_en } => {
                let text = name(zh, name_en).to_owned();
                let path = link(&paths::village(&village.slug));
                ("m-grow", text.clone(), view! { <a href=path>{text}</a> }.into_any())
            }
            MoneyPartKind::OtherCollectives { count } => {
                let text = match locale() {
                    Locale::Zh => format!("另外 {count} 个村的村集体"),
                    Locale::En if *count == 1 => "Collective of 1 other village".to_owned(),
                    Locale::En => format!("Collectives of {count} other villages"),
                };
                let path = link(&paths::villages());
                ("m-grow", text.clone(), view! { <a href=path>{text}</a> }.into_any())
            }
            MoneyPartKind::Freight => {
                let text = t("包装与运费", "Packing and transport");
                ("m-ship", text.to_owned(), text.into_any())
            }
        };
        let start = x;
        x += part.permille;
        // A hair's breadth between neighbours of one colour.
        let width = if x < 1000 { (part.permille - 3).max(1) } else { part.permille };
        segments.push(view! { <rect class=class x=start y="0" width=width height="16"></rect> });
        label.push(format!("{text} {}%", (part.permille + 5) / 10));
        rows.push(view! { <div class=class><dt>{term}</dt><dd>{yuan(part.amount_fen)}</dd></div> });
    }
    let fee = bar.fee_fen.is_positive().then(|| {
        let text = t("支付手续费（平台承担）", "Payment fee (paid by the shop)");
        view! { <div class="m-fee"><dt>{text}</dt><dd>{yuan(bar.fee_fen)}</dd></div> }
    });
    let (state, tone) = if bar.planned {
        (t("预计", "Expected"), "chip t-neutral")
    } else {
        (t("真实账目", "From the books"), "chip t-go")
    };
    view! {
        <figure class="money">
            <figcaption><strong>{title}</strong><span class=tone>{state}</span></figcaption>
            <svg
                class="money__bar"
                viewBox="0 0 1000 16"
                preserveAspectRatio="none"
                role="img"
                aria-label=label.join(t("，", ", "))
            >
                {segments}
            </svg>
            <dl class="money__parts">{rows}{fee}</dl>
        </figure>
    }
    .into_any()
}
