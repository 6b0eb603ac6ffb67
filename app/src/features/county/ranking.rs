//! Who sold or bought most: bars drawn on the server, with the whole table behind them.

use domain::money::Fen;
use leptos::prelude::*;
use service::county::SalesRow;

use crate::context::{link, name, t};
use crate::routes::paths;
use crate::text::yuan;

/// Rows the drawing shows; the table has all.
const DRAWN: usize = 12;
const WIDTH: i64 = 640;
/// Units of the drawing for each row: a line of letters (which double on phones) and a bar below it.
const ROW: i64 = 60;

/// One place in the ranking.
#[derive(Debug, Clone)]
pub struct Place {
    pub name: String,
    /// Where the name leads; empty for nowhere.
    pub path: String,
    /// `None` where orders of several parts cannot be told apart.
    pub order_count: Option<i64>,
    pub amount_fen: Fen,
}

/// Cadres by what is credited to them: their post and village, which leads to the village's page.
#[must_use]
pub fn cadre_places(rows: &[SalesRow]) -> Vec<Place> {
    rows.iter()
        .map(|row| Place {
            name: format!("{} · {}", name(&row.above, &row.above_en), name(&row.name, &row.name_en)),
            path: paths::village(&row.slug),
            order_count: Some(row.order_count),
            amount_fen: row.amount_fen,
        })
        .collect()
}

/// A ranking, best first as given.
#[must_use]
pub fn ranking(title: &str, places: &[Place]) -> AnyView {
    if places.iter().all(|place| !place.amount_fen.is_positive()) {
        return view! {
            <figure class="chart">
                <figcaption>{title.to_owned()}</figcaption>
                <p class="muted">{t("这段时间还没有成交。", "Nothing was sold in this time.")}</p>
            </figure>
        }
        .into_any();
    }
    let shown: Vec<&Place> =
        places.iter().filter(|place| place.amount_fen.is_positive()).take(DRAWN).collect();
    let height = i64::try_from(shown.len()).unwrap_or(1) * ROW;
    view! {
        <figure class="chart">
            <figcaption>{title.to_owned()}</figcaption>
            <svg viewBox=format!("0 0 {WIDTH} {height}") role="img" aria-label=spoken(title, &shown)>
                {bars(&shown)}
            </svg>
            <details>
                <summary>{t("看数据", "Show the data")}</summary>
                {table(title, places)}
            </details>
        </figure>
    }
    .into_any()
}

/// The drawing in words: the three best.
fn spoken(title: &str, shown: &[&Place]) -> String {
    let best: Vec<String> =
        shown.iter().take(3).map(|place| format!("{} {}", place.name, yuan(place.amount_fen))).collect();
    format!("{title}{}{}", t("：", ": "), best.join(t("，", ", ")))
}

fn bars(shown: &[&Place]) -> Vec<AnyView> {
    let highest = shown.iter().map(|place| place.amount_fen.get()).max().unwrap_or(0).max(1);
    (0..)
        .zip(shown)
        .map(|(at, place)| {
            let top = at * ROW;
            // Wide sums: a county's year in fen times 640 is far below the largest number.
            let width = (place.amount_fen.get().max(0).saturating_mul(WIDTH) / highest).max(2);
            view! {
                <text class="chart__t" x="0" y=top + 26>{place.name.clone()}</text>
                <text class="chart__t" x=WIDTH y=top + 26 text-anchor="end">{yuan(place.amount_fen)}</text>
                <rect class="chart__bar" x="0" y=top + 34 width=width height="8" rx="2"></rect>
            }
            .into_any()
        })
        .collect()
}

fn table(title: &str, places: &[Place]) -> AnyView {
    let has_counts = places.iter().any(|place| place.order_count.is_some());
    let total_fen: Fen = places.iter().map(|place| place.amount_fen).sum();
    let rows: Vec<_> = places
        .iter()
        .map(|place| {
            let name = place.name.clone();
            let name = if place.path.is_empty() {
                name.into_any()
            } else {
                view! { <a href=link(&place.path)>{name}</a> }.into_any()
            };
            view! {
                <tr>
                    <th scope="row">{name}</th>
                    {has_counts.then(|| view! { <td class="n">{place.order_count}</td> })}
                    <td class="n">{yuan(place.amount_fen)}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <div class="table-wrap">
            <table class="table table--dense">
                <caption class="vh">{title.to_owned()}</caption>
                <thead><tr>
                    <th scope="col">{t("名称", "Name")}</th>
                    {has_counts.then(|| view! { <th scope="col" class="n">{t("订单", "Orders")}</th> })}
                    <th scope="col" class="n">{t("金额", "Amount")}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
                <tfoot><tr class="total">
                    <th scope="row">{t("合计", "Total")}</th>{has_counts.then(|| view! { <td></td> })}<td class="n">{yuan(total_fen)}</td>
                </tr></tfoot>
            </table>
        </div>
    }
    .into_any()
}
