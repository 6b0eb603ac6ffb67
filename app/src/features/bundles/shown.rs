//! What is in a box, for whoever buys one.

use domain::failure::Problem;
use domain::locale::Locale;
use leptos::prelude::*;
use service::bundles::{PartRow, PartView};
use service::shop::BundleView;

use crate::context::{link, locale, name, t};
use crate::features::cart::thumbnail;
use crate::features::products::near_expiry_text;
use crate::features::products::words::short_day;
use crate::routes::paths;
use crate::text::{problem_text, yuan};
use crate::ui;

/// Why a part cannot be bought.
pub(super) fn problem_of(problem: &Problem) -> String {
    match problem {
        Problem::OnlyLeft { .. } => t("暂时售罄", "Sold out for now").to_owned(),
        Problem::NotForSale => t("已停售", "No longer for sale").to_owned(),
        other => problem_text(locale(), other),
    }
}

/// The contents in one line: `绿茶 × 2、土蜂蜜 × 1`.
#[must_use]
pub fn inside_line(parts: &[PartRow]) -> AnyView {
    if parts.is_empty() {
        return ().into_any();
    }
    let texts: Vec<String> = parts
        .iter()
        .map(|part| {
            let sale = &part.line.variant;
            let product = name(&sale.product_name, &sale.product_name_en);
            let variant = name(&sale.variant_name, &sale.variant_name_en);
            format!("{product} {variant} × {}", part.line.quantity)
        })
        .collect();
    let text = format!("{}{}", t("内含 ", "In it: "), texts.join(t("、", ", ")));
    view! { <span class="line__spec">{text}</span> }.into_any()
}

/// What is in the box, each part with its village, and what it would cost singly.
#[must_use]
pub fn parts_panel(bundle: &BundleView) -> AnyView {
    let rows: Vec<_> = bundle.parts.iter().map(part_row).collect();
    let singly = bundle.saved_fen.map(|saved| {
        let words = match locale() {
            Locale::Zh => format!("单买要 {}，礼盒便宜 {}", yuan(bundle.sum_fen), yuan(saved)),
            Locale::En => format!("Bought singly {}; the box saves {}", yuan(bundle.sum_fen), yuan(saved)),
        };
        view! { <p class="small">{words}</p> }
    });
    view! {
        <section class="box stack lines" aria-labelledby="inside">
            <h2 id="inside">{t("礼盒里有", "What is in the box")}</h2>
            {singly}
            <ul>{rows}</ul>
            <p class="small muted">
                {t(
                    "每样都按自己的批次、合格证和售后规则，货款按单价比例分到各村。运费在结算时计算。",
                    "Each part keeps its batch, certificate and return rule; the villages share the price by what their parts cost. Freight is worked out at checkout.",
                )}
            </p>
        </section>
    }
    .into_any()
}

fn part_row(part: &PartView) -> AnyView {
    let line = &part.row.line;
    let sale = &line.variant;
    let title = name(&sale.product_name, &sale.product_name_en).to_owned();
    let village = name(&line.village_name, &line.village_name_en).to_owned();
    let near = part.near_expiry.as_ref().map(|near| {
        let text = near_expiry_text(&short_day(&near.expires_on), near.days_left);
        view! { <p class="small t-wait">{text}</p> }
    });
    // What was taken out of the shop has no page any more.
    let title = if sale.product_status == "published" {
        view! { <a href=link(&paths::product(&sale.product_slug))>{title}</a> }.into_any()
    } else {
        view! { <strong>{title}</strong> }.into_any()
    };
    view! {
        <li class="line">
            {thumbnail(line.photo_hash.as_deref(), line.photo_placeholder.as_deref(), "")}
            <div class="line__what">
                {title}
                <span class="line__spec">
                    {name(&sale.variant_name, &sale.variant_name_en).to_owned()}" · "
                    <a href=link(&paths::village(&part.row.village_slug))>{village}</a>
                </span>
                {near}
                {part.problem.as_ref().map(|problem| view! { <p class="field__error">{problem_of(problem)}</p> })}
            </div>
            <div class="line__n">
                <span class="num">"× "{line.quantity}" "{ui::unit_text(&sale.unit)}</span>
                <span class="small muted num">{yuan(sale.price_fen)}</span>
            </div>
        </li>
    }
    .into_any()
}
