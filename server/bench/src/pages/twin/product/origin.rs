//! Where a batch comes from, and where the money goes.

use domain::money::{Fen, allot};
use maud::{Markup, PreEscaped, html};
use service::shop::{BatchView, MoneyBar, MoneyPartKind, OriginShare, ProductPage};

use super::village_links;
use crate::pages::twin::parts::{Amount, Yuan, icon_s};

struct Base<'a>(&'a str, i64);

impl maud::Render for Base<'_> {
    fn render_to(&self, out: &mut String) {
        use std::fmt::Write as _;
        let Self(unit, amount) = *self;
        // Writing to a string cannot fail.
        let _ = match amount {
            _ if unit != "g" => write!(out, "{amount} 件"),
            ..1000 => write!(out, "{amount} g"),
            _ if amount % 1000 == 0 => write!(out, "{} kg", amount / 1000),
            _ => {
                let rest = format!("{:03}", amount % 1000);
                write!(out, "{}.{} kg", amount / 1000, rest.trim_end_matches('0'))
            }
        };
    }
}

fn fact(name: &str, value: &Markup) -> Markup {
    html! { div { dt { (name) } dd { (value) } } }
}

pub(super) fn given(name: &str, value: &str) -> Markup {
    html! { @if !value.trim().is_empty() { div { dt { (name) } dd { (value) } } } }
}

fn day(text: &str) -> Markup {
    html! { time class="num" datetime=(text) { (text) } }
}

pub(super) fn origin(page: &ProductPage, batch: &BatchView, qr: &str) -> Markup {
    let papers = match (batch.certificate_number.is_empty(), batch.quarantine_number.is_empty()) {
        (false, _) => "合格证",
        (true, false) => "检疫证明",
        (true, true) => "",
    };
    html! {
        section class="origin-panel" aria-labelledby="origin" {
            div class="origin-panel__head" {
                h2 id="origin" { "从哪里来" }
                @if !papers.is_empty() { span class="chip t-gold" { (icon_s("certificate")) (papers) } }
            }
            dl class="facts " {
                (fact("产地", &village_links(&batch.origins, true)))
                div { dt { "批次" } dd { span class="num" { (batch.code) } } }
                (fact("生产日期", &day(&batch.produced_on)))
                @if let Some(expires) = &batch.expires_on { (fact("可售至", &day(expires))) }
                div {
                    dt { "这一批" }
                    dd {
                        "共 " (Base(&page.base_unit, batch.received))
                        "，还剩 " (Base(&page.base_unit, batch.available))
                    }
                }
                div { dt { "上架" } dd { (page.team.name) } }
                (given("制作", &page.producer))
            }
            @if batch.origins.len() > 1 { (shares(&batch.origins)) }
            a class="origin-panel__qr" href={ "/products/" (page.slug) "/batches/" (batch.code) } {
                (PreEscaped(qr))
                span { "扫码或点开，看这一批的完整记录" }
            }
        }
    }
}

fn shares(origins: &[OriginShare]) -> Markup {
    let weights: Vec<i64> = origins.iter().map(|origin| origin.permille).collect();
    let percents = allot(Fen::new(100), &weights).unwrap_or_default();
    html! {
        ul class="shares" {
            @for (origin, percent) in origins.iter().zip(percents) {
                li {
                    span { (origin.village.name) }
                    meter min="0" max="100" value=(percent.get()) { (percent.get()) "%" }
                    span class="num" { (percent.get()) "%" }
                }
            }
        }
    }
}

pub(super) fn money(bar: &MoneyBar) -> Markup {
    let mut x = 0;
    let (mut label, mut segments) = (String::new(), Vec::with_capacity(bar.parts.len()));
    for part in &bar.parts {
        use std::fmt::Write as _;
        let start = x;
        x += part.permille;
        segments.push((start, if x < 1000 { (part.permille - 3).max(1) } else { part.permille }));
        let name = match &part.kind {
            MoneyPartKind::Collective { name, .. } => name,
            MoneyPartKind::OtherCollectives { .. } => "",
            MoneyPartKind::Freight => "包装与运费",
        };
        let comma = if label.is_empty() { "" } else { "，" };
        let _ = write!(label, "{comma}{name} {}%", (part.permille + 5) / 10);
    }
    let class = |kind: &MoneyPartKind| if *kind == MoneyPartKind::Freight { "m-ship" } else { "m-grow" };
    html! {
        figure class="money" {
            figcaption {
                strong {
                    @if bar.planned { "这 " (Amount(bar.total_fen)) " 会去哪里" }
                    @else { "今年卖出的 " (Amount(bar.total_fen)) " 去了哪里" }
                }
                @if bar.planned { span class="chip t-neutral" { "预计" } }
                @else { span class="chip t-go" { "真实账目" } }
            }
            svg class="money__bar" viewBox="0 0 1000 16" preserveAspectRatio="none" role="img" aria-label=(label) {
                @for (part, (x, width)) in bar.parts.iter().zip(&segments) {
                    rect class=(class(&part.kind)) x=(x) y="0" width=(width) height="16" {}
                }
            }
            dl class="money__parts" {
                @for part in &bar.parts {
                    div class=(class(&part.kind)) {
                        dt {
                            @match &part.kind {
                                MoneyPartKind::Collective { village, name, .. } => {
                                    a href={ "/villages/" (village.slug) } { (name) }
                                }
                                MoneyPartKind::OtherCollectives { count } => {
                                    a href="/villages" { "另外 " (count) " 个村的村集体" }
                                }
                                MoneyPartKind::Freight => "包装与运费",
                            }
                        }
                        dd { "¥" (Yuan(part.amount_fen)) }
                    }
                }
                @if bar.fee_fen.is_positive() {
                    div class="m-fee" { dt { "支付手续费（平台承担）" } dd { "¥" (Yuan(bar.fee_fen)) } }
                }
            }
        }
    }
}
