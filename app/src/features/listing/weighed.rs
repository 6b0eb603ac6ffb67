//! Fields of a variant that is sold by weight: a chicken, a ham.

use domain::listing::VariantForm;
use leptos::prelude::*;

use super::fields::{Wrong, line};
use super::labels::label_of;
use crate::context::t;
use crate::ui::Field;

/// What a kilogram costs and what a piece weighs, of the row at `at`.
pub(super) fn part(wrong: &Wrong, at: &str, row: &VariantForm) -> AnyView {
    let name_of = |column: &str| format!("variants.{at}.{column}");
    let field = |column: &str, stored: &str, before: &str, after: &str| {
        let (name, label) = (name_of(column), label_of(column));
        let field = Field { name: &name, label: &label, stored, before, after, ..Field::default() };
        line(wrong, Field { inputmode: "decimal", is_optional: true, ..field })
    };
    let is_wrong =
        ["least_kg", "most_kg", "per_kg"].iter().any(|column| wrong.text(&name_of(column)).is_some());
    let kilograms = t("公斤", "kg");
    view! {
        <details class="fold" open=is_wrong || !row.least_kg.is_empty()>
            <summary>{t("按重量计价：整鸡、火腿", "Sold by weight: a chicken, a ham")}</summary>
            <div class="stack">
                <p class="muted small">
                    {t(
                        "顾客先按最重的一件付款；发货前称重，轻了的差额自动退回，重了不多收。上面的价格会自动算好，不用填。",
                        "Buyers pay for the heaviest piece. You weigh it before it leaves: what it weighs less goes back by \
                         itself, what it weighs more is free. The price above is worked out from this.",
                    )}
                </p>
                <div class="fields fields--3">
                    {field("per_kg", &row.per_kg, "¥", "")}
                    {field("least_kg", &row.least_kg, "", kilograms)}
                    {field("most_kg", &row.most_kg, "", kilograms)}
                </div>
            </div>
        </details>
    }
    .into_any()
}
