//! Where a batch comes from, as a panel; and where the money goes.

use domain::food::Freshness;
use domain::locale::Locale;
use leptos::prelude::*;
use service::shop::{BatchView, MoneyBar, OriginShare, ProductPage};

use super::words::{base_amount, short_day};
use crate::context::{link, locale, name, site, t};
use crate::routes::paths;
use crate::text::counted;
use crate::ui::{Share, alert, amount_text, as_typed, facts, icon_s, money_bar, origin_shares, qr_code};

/// `四季镇 佐龙村` or `佐龙村`, with a link.
fn village_link(origin: &OriginShare, with_town: bool) -> AnyView {
    let village = name(&origin.village.name, &origin.village.name_en);
    let text = match (with_town, locale()) {
        (false, _) => village.to_owned(),
        (true, Locale::Zh) => format!("{} {village}", origin.town_name),
        (true, Locale::En) => format!("{village} ({})", name(&origin.town_name, &origin.town_name_en)),
    };
    view! { <a href=link(&paths::village(&origin.village.slug))>{text}</a> }.into_any()
}

/// All villages of a batch, with links.
#[must_use]
pub fn village_links(origins: &[OriginShare], with_town: bool) -> AnyView {
    let links: Vec<AnyView> = origins
        .iter()
        .enumerate()
        .map(|(at, origin)| {
            let comma = (at > 0).then(|| t("、", ", "));
            view! { {comma}{village_link(origin, with_town)} }.into_any()
        })
        .collect();
    view! { {links} }.into_any()
}

/// The shares of the villages; nothing for one village alone.
#[must_use]
pub fn shares(origins: &[OriginShare]) -> AnyView {
    if origins.len() < 2 {
        return ().into_any();
    }
    let shares: Vec<Share> = origins
        .iter()
        .map(|origin| Share {
            name: name(&origin.village.name, &origin.village.name_en).to_owned(),
            weight: origin.permille,
        })
        .collect();
    origin_shares(&shares)
}

/// The chip of a batch whose papers are there.
#[must_use]
pub fn certificate_chip(batch: &BatchView) -> AnyView {
    let words = if !batch.certificate_number.is_empty() {
        t("合格证", "Certificate")
    } else if !batch.quarantine_number.is_empty() {
        t("检疫证明", "Quarantine certificate")
    } else {
        return ().into_any();
    };
    view! { <span class="chip t-gold">{icon_s("certificate")}{words}</span> }.into_any()
}

/// The dates and the size of a batch.
#[must_use]
pub fn batch_facts(batch: &BatchView, base_unit: &str, with_code: bool) -> Vec<(&'static str, AnyView)> {
    let mut rows: Vec<(&'static str, AnyView)> =
        vec![(t("产地", "Grown in"), village_links(&batch.origins, true))];
    if with_code {
        rows.push((t("批次", "Batch"), view! { <span class="num">{batch.code.clone()}</span> }.into_any()));
    }
    rows.push((t("生产日期", "Produced on"), day(&batch.produced_on)));
    if let Some(expires) = &batch.expires_on {
        rows.push((t("可售至", "Sold until"), day(expires)));
    }
    let left = match locale() {
        Locale::Zh => format!(
            "共 {}，还剩 {}",
            base_amount(base_unit, batch.received),
            base_amount(base_unit, batch.available)
        ),
        Locale::En => format!(
            "{}, {} left",
            base_amount(base_unit, batch.received),
            base_amount(base_unit, batch.available)
        ),
    };
    rows.push((t("这一批", "This batch"), left.into_any()));
    rows
}

fn day(text: &str) -> AnyView {
    view! { <time class="num" datetime=text.to_owned()>{text.to_owned()}</time> }.into_any()
}

/// That the present batch is about to expire; `expires` is its last day as people read it.
#[must_use]
pub fn near_expiry_text(expires: &str, days_left: i64) -> String {
    match locale() {
        Locale::Zh => format!("这一批保质期到 {expires}，还有 {days_left} 天，请按需购买。"),
        Locale::En => {
            let days = counted(Locale::En, days_left, "", ["more day", "more days"]);
            format!("This batch keeps until {expires}, {days}; buy what you will use.")
        }
    }
}

/// What must be said of a batch that is about to expire, or has.
#[must_use]
pub fn freshness_note(batch: &BatchView) -> AnyView {
    let expires = batch.expires_on.as_deref().map(short_day).unwrap_or_default();
    match batch.freshness {
        Some(Freshness::NearExpiry { days_left }) => {
            let title = t("临近保质期", "Close to its best-before date");
            alert("warn", title, view! { <p>{near_expiry_text(&expires, days_left)}</p> })
        }
        Some(Freshness::Expired) => alert(
            "bad",
            t("已过保质期，不再出售", "Past its best-before date, no longer sold"),
            view! { <p>{expires}</p> },
        ),
        Some(Freshness::Fresh) | None => ().into_any(),
    }
}

/// The panel of the product's page; nothing before the first harvest.
#[must_use]
pub fn panel(page: &ProductPage) -> AnyView {
    let Some(batch) = &page.batch else { return ().into_any() };
    let mut rows = batch_facts(batch, &page.base_unit, true);
    let address = format!("{}{}", site().public_url, link(&paths::batch(&page.slug, &batch.code)));
    let team = name(&page.team.name, &page.team.name_en).to_owned();
    rows.push((t("上架", "Listed by"), team.into_any()));
    if !page.producer.is_empty() {
        rows.push((t("制作", "Made by"), as_typed(&page.producer)));
    }
    view! {
        <section class="origin-panel" aria-labelledby="origin">
            <div class="origin-panel__head"><h2 id="origin">{t("从哪里来", "Where it comes from")}</h2>{certificate_chip(batch)}</div>
            {facts("", rows)}
            {shares(&batch.origins)}
            <a class="origin-panel__qr" href=link(&paths::batch(&page.slug, &batch.code))>
                {qr_code(&address, t("批次二维码", "QR code of the batch"))}
                <span>{t("扫码或点开，看这一批的完整记录", "Scan or open: the full record of this batch")}</span>
            </a>
        </section>
    }
    .into_any()
}

/// Where the money goes.
#[must_use]
pub fn money(bar: Option<&MoneyBar>) -> AnyView {
    let Some(bar) = bar else { return ().into_any() };
    let total = amount_text(bar.total_fen);
    let title = match (locale(), bar.planned) {
        (Locale::Zh, true) => format!("这 {total} 会去哪里"),
        (Locale::Zh, false) => format!("今年卖出的 {total} 去了哪里"),
        (Locale::En, true) => format!("Where {total} will go"),
        (Locale::En, false) => format!("Where this year’s {total} went"),
    };
    view! { <section class="box">{money_bar(title, bar)}</section> }.into_any()
}
