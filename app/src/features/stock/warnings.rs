//! What a seller's first page warns of: recalls that are not finished, little left, about to expire.

use domain::ids::TeamId;
use domain::stock::movement::BatchState;
use leptos::prelude::*;
use service::stock::{Expiring, LowStock, RecallHeadRow, StockWarnings};

use super::{batch_path, batches_path, low_path, recall_path, recalls_path, words};
use crate::context::{link, locale, name, t};
use crate::features::listing::stock_path;
use crate::features::sell::team::stock_text;
use crate::text::counted;
use crate::ui;

/// The lists; nothing where there is nothing to warn of.
#[must_use]
pub fn part(team: TeamId, warnings: &StockWarnings) -> AnyView {
    let low: Vec<_> = warnings.low.iter().map(|one| low_item(team, one)).collect();
    let expiring: Vec<_> = warnings.expiring.iter().map(|one| expiring_item(team, one)).collect();
    let low = (!low.is_empty()).then(|| {
        let head = ui::section_head(t("库存不多了", "Running low"), &low_path(team), t("全部", "All"));
        view! { <section class="stack" id="low">{head}<ul class="menu">{low}</ul>{rest(warnings.has_more_low)}</section> }
    });
    let expiring = (!expiring.is_empty()).then(|| {
        let more = format!("{}?state=near_expiry", batches_path(team));
        let head = ui::section_head(t("快到期的批次", "Near expiry"), &more, t("全部", "All"));
        view! { <section class="stack" id="expiring">{head}<ul class="menu">{expiring}</ul>{rest(warnings.has_more_expiring)}</section> }
    });
    let recalls: Vec<_> = warnings.recalls.iter().map(|one| recall_item(team, one)).collect();
    let recalls = (!recalls.is_empty()).then(|| {
        let head =
            ui::section_head(t("召回还没处理完", "Recalls to finish"), &recalls_path(team), t("全部", "All"));
        view! { <section class="stack">{head}<ul class="menu">{recalls}</ul></section> }
    });
    view! { {recalls}{low}{expiring} }.into_any()
}

/// That a list does not show all.
fn rest(has_more: bool) -> AnyView {
    let words = t("先处理这些，其余的随后出现在这里。", "Deal with these first: the others follow here.");
    has_more.then(|| view! { <p class="muted small">{words}</p> }).into_any()
}

fn recall_item(team: TeamId, one: &RecallHeadRow) -> AnyView {
    let shown = name(&one.name, &one.name_en).to_owned();
    let why = words::recall_reason(one.reason);
    view! {
        <li><a href=link(&recall_path(team, one.batch_id))>
            {ui::icon("warn")}{shown}" "<span class="num">{one.code.clone()}</span>" "<span class="chip t-bad">{why}</span>
        </a></li>
    }
    .into_any()
}

fn low_item(team: TeamId, one: &LowStock) -> AnyView {
    let (tone, left) = if one.available <= 0 {
        ("chip t-bad", t("已售罄", "Sold out").to_owned())
    } else {
        ("chip t-wait", format!("{} {}", t("剩", "Left:"), stock_text(one.available, &one.base_unit)))
    };
    let path = stock_path(team, one.product);
    let shown = name(&one.name, &one.name_en).to_owned();
    view! { <li><a href=link(&path)>{ui::icon("box")}{shown}" "<span class=tone>{left}</span></a></li> }
        .into_any()
}

fn expiring_item(team: TeamId, one: &Expiring) -> AnyView {
    let (tone, left) = if one.state == BatchState::Expired {
        ("chip t-bad", t("已过期", "Expired").to_owned())
    } else {
        let days = counted(locale(), one.days_left, "天", ["day", "days"]);
        ("chip t-wait", format!("{} {days}", t("还剩", "Left:")))
    };
    let shown = name(&one.name, &one.name_en).to_owned();
    let rest = stock_text(one.available, &one.base_unit);
    view! {
        <li><a href=link(&batch_path(team, one.batch))>
            {ui::icon("clock")}{shown}" "<span class="num">{one.code.clone()}</span>" "<span class="muted">{rest}</span>" "<span class=tone>{left}</span>
        </a></li>
    }
    .into_any()
}
