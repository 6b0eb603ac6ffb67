//! Where something comes from.

use leptos::prelude::*;

use super::icon_s;

/// The single line of cards: village, harvest.
#[must_use]
pub fn origin_line(text: impl Into<String>) -> AnyView {
    let text: String = text.into();
    view! { <p class="origin">{icon_s("pin")}{text}</p> }.into_any()
}

/// A village's share of a batch or an amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    pub name: String,
    /// Weight or amount; only the proportion matters.
    pub weight: i64,
}

/// Shares as meters; the percentages add up to 100.
#[must_use]
pub fn origin_shares(shares: &[Share]) -> AnyView {
    use domain::money::{Fen, allot};
    let weights: Vec<i64> = shares.iter().map(|share| share.weight.max(0)).collect();
    let percents: Vec<i64> = allot(Fen::new(100), &weights)
        .map(|parts| parts.iter().map(|part| part.get()).collect())
        .unwrap_or_else(|_| vec![0; shares.len()]);
    let rows: Vec<_> = shares
        .iter()
        .zip(percents)
        .map(|(share, percent)| {
            let text = format!("{percent}%");
            view! {
                <li>
                    <span>{share.name.clone()}</span>
                    <meter min="0" max="100" value=percent.to_string()>{text.clone()}</meter>
                    <span class="num">{text.clone()}</span>
                </li>
            }
        })
        .collect();
    view! { <ul class="shares">{rows}</ul> }.into_any()
}
