//! Charts, drawn on the server, with their data as a table below.

use leptos::prelude::*;

use crate::context::t;

const WIDTH: i64 = 640;
const HEIGHT: i64 = 200;
/// Room below the bars for the labels.
const FLOOR: i64 = 176;

/// Bars with labels; `shown` puts a value into words.
#[must_use]
pub fn bar_chart(title: &str, bars: &[(String, i64)], shown: fn(i64) -> String) -> AnyView {
    let highest = bars.iter().map(|(_, value)| *value).max().unwrap_or(0).max(1);
    let count = i64::try_from(bars.len()).unwrap_or(i64::MAX).max(1);
    let step = (WIDTH / count).max(1);
    // With many bars only some labels fit.
    let every = usize::try_from((count + 11) / 12).unwrap_or(1).max(1);
    let drawn: Vec<_> = bars
        .iter()
        .enumerate()
        .map(|(at, (label, value))| {
            let x = i64::try_from(at).unwrap_or(0) * step;
            let height = value.max(&0) * (FLOOR - 12) / highest;
            let text = (at % every == 0).then(|| {
                view! { <text class="chart__t" x=x + step / 2 y=HEIGHT - 8 text-anchor="middle">{label.clone()}</text> }
            });
            view! {
                <rect class="chart__bar" x=x + step / 8 y=FLOOR - height width=(step * 3 / 4).max(1) height=height></rect>
                {text}
            }
        })
        .collect();
    let rows: Vec<_> = bars
        .iter()
        .map(|(label, value)| view! { <tr><th scope="row">{label.clone()}</th><td class="n">{shown(*value)}</td></tr> })
        .collect();
    view! {
        <figure class="chart">
            <figcaption>{title.to_owned()}</figcaption>
            <svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="img" aria-label=title.to_owned()>
                <g class="chart__grid"><line x1="0" x2=WIDTH y1=FLOOR y2=FLOOR></line></g>
                {drawn}
            </svg>
            <details>
                <summary>{t("看数据", "Show the data")}</summary>
                <div class="table-wrap"><table class="table"><tbody>{rows}</tbody></table></div>
            </details>
        </figure>
    }
    .into_any()
}
