//! What may be done about a parcel before it leaves: taking a part out, putting another one in, goods of another batch.

use domain::stock::movement::LossReason;
use domain::time::china_minute_text;
use leptos::prelude::*;
use service::shipping::desk::DeskParcel;
use service::shipping::reallocate::{KEPT, Replaceable};

use super::desk_api::{MergeParcels, Reallocate, SplitParcel};
use crate::context::{link, name, query, t};
use crate::features::orders::change_text;
use crate::features::sell::team::{Team, row_failure, stock_text};
use crate::features::stock::words;
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
    if !query("changed").is_empty() {
        let words = t(
            "已换成别的批次，货款按新批次的村归集",
            "Goods of another batch go in; the money follows their villages",
        );
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

/// Goods that broke before they were packed, or were recalled: others take their place.
#[must_use]
pub fn reallocate_form(team: &Team, desk: &DeskParcel) -> AnyView {
    if desk.replaceable.is_empty() {
        return ().into_any();
    }
    let forms: Vec<_> = desk.replaceable.iter().map(|one| one_reallocation(team, desk, one)).collect();
    let has_refused =
        FormState::of::<Reallocate>().only_if("parcel", &desk.parcel.head.parcel.id.to_string()).is_refused();
    view! {
        <details class="fold" open=has_refused || desk.replaceable.iter().any(|one| one.goods.is_recalled == 1)>
            <summary>{t("货坏了或被召回？换别的批次发", "Broken or recalled? Send goods of another batch")}</summary>
            <p class="muted small">
                {t(
                    "按先到期先出从别的批次取同样的货，顾客付的钱不变，货款改归新批次的村。同一批还有货时不用换：到批次里报损，拿好的发。",
                    "The same goods are taken from other batches, those that expire first. The buyer pays nothing else; the money follows \
                     the villages of the new batch. Not needed while there is more of the same batch: write the broken one off there.",
                )}
            </p>
            {forms}
        </details>
    }
    .into_any()
}

fn one_reallocation(team: &Team, desk: &DeskParcel, one: &Replaceable) -> AnyView {
    let id = one.goods.id.to_string();
    let state = FormState::of::<Reallocate>().only_if("allocation", &id);
    let goods = format!(
        "{} {} · {} {}",
        name(&one.line.product_name, &one.line.product_name_en),
        name(&one.line.variant_name, &one.line.variant_name_en),
        t("批次", "batch"),
        one.goods.batch_code
    );
    let recalled = (one.goods.is_recalled == 1).then(|| ui::status_chip((t("已召回", "Recalled"), "t-bad")));
    let options: Vec<(String, String)> = [
        (String::new(), t("选原因", "Choose a reason").to_owned()),
        (
            KEPT.to_owned(),
            t("没有损耗，放回原批次（如召回）", "Not lost: back to its batch (when recalled)").to_owned(),
        ),
    ]
    .into_iter()
    .chain(
        LossReason::ALL
            .iter()
            .map(|reason| (reason.as_str().to_owned(), words::loss_reason(*reason).to_owned())),
    )
    .collect();
    let label = format!("{} (≤ {})", t("换几件", "Pieces to change"), one.pieces);
    view! {
        <form class="form" method="post" action=state.action()>
            <p><strong>{goods}</strong>" "{recalled}</p>
            {row_failure(&state)}
            {ui::key_field()}
            {ui::hidden("team", &team.id.to_string())}
            {ui::hidden("parcel", &desk.parcel.head.parcel.id.to_string())}
            {ui::hidden("allocation", &id)}
            <div class="fields fields--3">
                {ui::text_field(&state, &ui::Field {
                    id: &format!("pieces-{id}"), name: "quantity", label: &label, inputmode: "numeric", class: "w-s",
                    ..ui::Field::default()
                })}
                {ui::select_field(&state, &ui::Field {
                    id: &format!("why-{id}"), name: "reason", label: t("原来的货", "The former goods"), ..ui::Field::default()
                }, &options)}
                {ui::text_field(&state, &ui::Field {
                    id: &format!("note-{id}"), name: "note", label: t("说明", "Note"), is_optional: true,
                    max_length: Some(200), ..ui::Field::default()
                })}
            </div>
            <div class="form__acts"><button class="btn btn--plain">{t("换别的批次", "Take another batch")}</button></div>
        </form>
    }
    .into_any()
}

/// Which goods took the place of which, with who said so.
#[must_use]
pub fn changes(desk: &DeskParcel) -> AnyView {
    if desk.changes.is_empty() {
        return ().into_any();
    }
    let entries = desk.changes.iter().map(|change| {
        let amount = stock_text(change.base_quantity, &change.base_unit);
        let why = LossReason::parse(&change.reason).map_or(t("没有损耗", "Not lost"), words::loss_reason);
        let more = format!("{amount} · {why} · {}", change.user_name);
        (change_text(change), more, china_minute_text(change.at_ms))
    });
    view! {
        <section class="box stack stack--s">
            <h2 class="h3">{t("换过批次", "Goods of other batches")}</h2>
            {ui::timeline(entries.collect())}
        </section>
    }
    .into_any()
}
