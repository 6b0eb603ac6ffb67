//! What may be done about a parcel before it leaves: taking a part out, putting another one in.

use domain::time::china_minute_text;
use leptos::prelude::*;
use service::shipping::desk::DeskParcel;

use super::desk_api::{MergeParcels, SplitParcel};
use crate::context::{link, name, query, t};
use crate::features::sell::team::Team;
use crate::form::FormState;
use crate::routes::paths;
use crate::ui;

/// What was just done.
#[must_use]
pub fn notice() -> AnyView {
    if !query("split").is_empty() {
        let words = t("已拆成新包裹，就是这一个", "Split: this is the new parcel");
        return ui::alert("ok", words, ());
    }
    if !query("merged").is_empty() {
        return ui::alert("ok", t("已合并到这个包裹", "Merged into this parcel"), ());
    }
    ().into_any()
}

/// Pieces for a parcel of their own.
#[must_use]
pub fn split_form(team: &Team, desk: &DeskParcel) -> AnyView {
    if desk.divisible.is_empty() {
        return ().into_any();
    }
    let parcel = desk.parcel.head.parcel.id.to_string();
    let state = FormState::of::<SplitParcel>().only_if("parcel", &parcel);
    let fields: Vec<_> = desk
        .divisible
        .iter()
        .enumerate()
        .map(|(at, line)| {
            let label = format!(
                "{} {} (≤ {})",
                name(&line.product_name, &line.product_name_en),
                name(&line.variant_name, &line.variant_name_en),
                line.quantity
            );
            view! {
                {ui::hidden(&format!("lines[{at}][line]"), &line.id.to_string())}
                {ui::text_field(&state, &ui::Field {
                    id: &format!("split-{at}"), name: &format!("lines.{at}.quantity"), label: &label,
                    inputmode: "numeric", class: "w-s", placeholder: "0", ..ui::Field::default()
                })}
            }
        })
        .collect();
    let labels = [("lines", t("拆出的数量", "Pieces to take out"))];
    view! {
        <details class="fold" open=state.is_refused()>
            <summary>{t("一箱装不下？拆成两个包裹", "Too much for one box? Split the parcel")}</summary>
            <form class="form" method="post" action=state.action()>
                {ui::form_errors(&state, &labels)}
                {ui::key_field()}
                {ui::hidden("team", &team.id.to_string())}
                {ui::hidden("parcel", &parcel)}
                <p class="muted small">
                    {t(
                        "填写放进新包裹的数量，两边各至少留一件。金额、运费按价值分到分，顾客不多付。",
                        "How many go into the new parcel; something stays in this one. Amounts and freight are divided to the fen, \
                         and the buyer pays nothing more.",
                    )}
                </p>
                {fields}
                <div class="form__acts"><button class="btn btn--plain">{t("拆分", "Split")}</button></div>
            </form>
        </details>
    }
    .into_any()
}

/// Other parcels that may leave together with this one.
#[must_use]
pub fn merge_form(team: &Team, desk: &DeskParcel) -> AnyView {
    if desk.siblings.is_empty() {
        return ().into_any();
    }
    let parcel = desk.parcel.head.parcel.id.to_string();
    let state = FormState::of::<MergeParcels>().only_if("into", &parcel);
    let choices: Vec<_> = desk
        .siblings
        .iter()
        .map(|other| {
            let id = other.id.to_string();
            let html_id = format!("merge-{id}");
            let made = china_minute_text(other.created_at_ms);
            view! {
                <p class="row">
                    <input type="checkbox" id=html_id.clone() name="parcels[]" value=id.clone() checked/>
                    <label for=html_id>{t("包裹 ", "Parcel ")}<span class="num">{id.clone()}</span></label>
                    <a class="small" href=link(&paths::team_parcel(team.id, other.id))>{t("查看", "Look")}</a>
                    <span class="muted small num">{made}</span>
                </p>
            }
        })
        .collect();
    view! {
        <details class="fold" open=state.is_refused()>
            <summary>{t("一箱装得下？合并包裹", "All fits into one box? Merge parcels")}</summary>
            <form class="form" method="post" action=state.action()>
                {ui::form_errors(&state, &[("parcels", t("要合并的包裹", "Parcels to merge"))])}
                {ui::key_field()}
                {ui::hidden("team", &team.id.to_string())}
                {ui::hidden("into", &parcel)}
                <p class="muted small">
                    {t(
                        "勾选的包裹会放进这一个，只发一次货、一个快递单号。",
                        "What is ticked goes into this parcel, which leaves once and has one number.",
                    )}
                </p>
                {choices}
                <div class="form__acts"><button class="btn btn--plain">{t("合并到这个包裹", "Merge into this one")}</button></div>
            </form>
        </details>
    }
    .into_any()
}
