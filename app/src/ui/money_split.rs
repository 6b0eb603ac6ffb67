//! Where a product's or an order's money goes: one stacked bar with a part for each village's collective.

use domain::money::Fen;
use leptos::prelude::*;
use service::shop::{MoneyBar, MoneyPart, MoneyPartKind};

use super::amount::amount_text;
use crate::context::{link, name, t};
use crate::routes::paths;

/// Tenths of a percent as people read them: `42%`, `3.5%`.
#[must_use]
pub fn permille_text(permille: i64) -> String {
    if permille % 10 == 0 { format!("{}%", permille / 10) } else { format!("{}.{}%", permille / 10, permille % 10) }
}

fn tone(part: &MoneyPart) -> &'static str {
    match part.kind {
        MoneyPartKind::Collective { .. } => "m-grow",
        MoneyPartKind::Freight => "m-ship",
    }
}

fn label(part: &MoneyPart) -> String {
    match &part.kind {
        MoneyPartKind::Collective { name: zh, name_en, .. } => name(zh, name_en).to_owned(),
        MoneyPartKind::Freight => t("运费", "Freight").to_owned(),
    }
}

fn row(part: &MoneyPart) -> AnyView {
    let label = label(part);
    let name = match &part.kind {
        MoneyPartKind::Collective { village, .. } => {
            view! { <a href=link(&paths::village(&village.slug))>{label}</a> }.into_any()
        }
        MoneyPartKind::Freight => label.into_any(),
    };
    let amount = format!("{} · {}", amount_text(part.amount_fen), permille_text(part.permille));
    view! { <div class=tone(part)><dt>{name}</dt><dd>{amount}</dd></div> }.into_any()
}

/// The bar of real sales, or (`planned`) of one that would be made.
#[must_use]
pub fn money_split(title: String, bar: &MoneyBar) -> AnyView {
    let words: Vec<String> =
        bar.parts.iter().map(|part| format!("{} {}", label(part), permille_text(part.permille))).collect();
    let mut x = 0;
    let segments: Vec<_> = bar
        .parts
        .iter()
        .map(|part| {
            let start = x;
            x += part.permille;
            view! { <rect class=tone(part) x=start y="0" width=part.permille height="16"></rect> }
        })
        .collect();
    let rows: Vec<AnyView> = bar.parts.iter().map(row).collect();
    let (state, chip) = if bar.planned {
        (t("预计", "Expected"), "chip t-neutral")
    } else {
        (t("实际", "Real figures"), "chip t-go")
    };
    let fee = (bar.fee_fen > Fen::ZERO).then(|| {
        let fee = amount_text(bar.fee_fen);
        let text = t("支付手续费由平台另付，没有从村里扣：", "Payment fees, paid by the shop and not taken from the villages: ");
        view! { <p class="muted small">{text}<span class="num">{fee}</span></p> }
    });
    view! {
        <figure class="money">
            <figcaption><strong>{title}</strong><span class=chip>{state}</span></figcaption>
            <svg class="money__bar" viewBox="0 0 1000 16" preserveAspectRatio="none" role="img" aria-label=words.join(t("，", ", "))>
                {segments}
            </svg>
            <dl class="money__parts">{rows}</dl>
            {fee}
        </figure>
    }
    .into_any()
}
