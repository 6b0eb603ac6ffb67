//! Amounts, and where they went.

use domain::money::Fen;
use leptos::prelude::*;

fn sized(amount: Fen, class: &'static str) -> AnyView {
    let text = amount.to_yuan_string();
    let (whole, decimals) = match text.split_once('.') {
        Some((whole, decimals)) => (whole.to_owned(), format!(".{decimals}")),
        None => (text, String::new()),
    };
    view! { <span class=class><small>"¥"</small>{whole}<small>{decimals}</small></span> }.into_any()
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

/// The four parts of a sale, in their fixed order.
#[cfg(feature = "ssr")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MoneyShares {
    /// To the collectives of the villages.
    pub grow_fen: Fen,
    /// Packing and transport.
    pub ship_fen: Fen,
    /// The payment network's fee.
    pub fee_fen: Fen,
    /// Discounts, borne by the team.
    pub discount_fen: Fen,
}

/// Where a sale's money went (`settled`), or will go.
#[cfg(feature = "ssr")]
#[must_use]
pub fn money_bar(title: String, shares: MoneyShares, settled: bool) -> AnyView {
    use crate::context::t;
    use crate::text::yuan;

    let parts = [
        ("m-grow", t("村民和集体", "Villagers and collective"), shares.grow_fen),
        ("m-ship", t("包装与运费", "Packing and transport"), shares.ship_fen),
        ("m-fee", t("支付手续费", "Payment fee"), shares.fee_fen),
        ("m-disc", t("优惠（服务队承担）", "Discount (borne by the team)"), shares.discount_fen),
    ];
    let amounts: Vec<i64> = parts.iter().map(|(_, _, amount)| amount.get().max(0)).collect();
    // Largest remainder over 1000, so that the segments fill the bar exactly.
    let widths: Vec<i64> = domain::money::allot(Fen::new(1000), &amounts)
        .map(|widths| widths.iter().map(|width| width.get()).collect())
        .unwrap_or_else(|_| vec![0; parts.len()]);
    let comma = t("，", ", ");
    let label: Vec<String> = parts
        .iter()
        .zip(&widths)
        .filter(|(_, width)| **width > 0)
        .map(|((_, name, _), width)| format!("{name} {}%", (width + 5) / 10))
        .collect();
    let mut x = 0;
    let segments: Vec<_> = parts
        .iter()
        .zip(&widths)
        .map(|((class, _, _), width)| {
            let start = x;
            x += width;
            view! { <rect class=*class x=start y="0" width=*width height="16"></rect> }
        })
        .collect();
    let rows: Vec<_> = parts
        .iter()
        .filter(|(_, _, amount)| !amount.is_zero())
        .map(|(class, name, amount)| view! { <div class=*class><dt>{*name}</dt><dd>{yuan(*amount)}</dd></div> })
        .collect();
    let (state, tone) = if settled {
        (t("已结算", "Settled"), "chip t-go")
    } else {
        (t("预计", "Expected"), "chip t-neutral")
    };
    view! {
        <figure class="money">
            <figcaption><strong>{title}</strong><span class=tone>{state}</span></figcaption>
            <svg class="money__bar" viewBox="0 0 1000 16" preserveAspectRatio="none" role="img" aria-label=label.join(comma)>
                {segments}
            </svg>
            <dl class="money__parts">{rows}</dl>
        </figure>
    }
    .into_any()
}
