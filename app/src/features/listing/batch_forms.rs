//! What can be changed of a batch that is there: its stock, its days and its papers.

use leptos::prelude::*;
use service::listing::{BatchView, EditPage};

use super::api::{CorrectStock, UpdatePapers};
use super::fields::Wrong;
use super::stock_page::{is_meat, issued_label, quarantine_label};
use crate::context::{name, t};
use crate::features::sell::team::{row_failure, typed_unit};
use crate::form::{FormState, html_id, html_name};
use crate::ui::{self, Field};

fn reason_words(reason: &str) -> &'static str {
    match reason {
        "received" => t("又到货", "More came in"),
        "counted" => t("盘点", "Counted anew"),
        "spoiled" => t("变质", "Spoiled"),
        "damaged" => t("损坏", "Damaged"),
        "expired" => t("过期", "Expired"),
        "sample" => t("样品、试吃", "Samples"),
        _ => t("其他", "Other"),
    }
}

/// More came in, or some is lost.
pub(super) fn stock_form(page: &EditPage, batch: &BatchView) -> AnyView {
    let id = batch.batch.to_string();
    let state = FormState::of::<CorrectStock>().only_if("batch", &id);
    let chosen = state.value("reason");
    let options: Vec<_> = page
        .choices
        .reasons
        .iter()
        .map(|reason| view! { <option value=*reason selected=*reason == chosen>{reason_words(reason)}</option> })
        .collect();
    let reason_id = format!("reason-{id}");
    let reason_error = state.error("reason").map(|text| view! { <p class="field__error">{text}</p> });
    view! {
        <details class="fold" open=state.is_refused()>
            <summary>{t("改库存", "Correct the stock")}</summary>
            <form class="form" method="post" action=state.action()>
                {row_failure(&state)}
                {ui::hidden("batch", &id)}
                {ui::hidden("base_unit", &page.form.base_unit)}
                {ui::key_field()}
                <div class="fields">
                    {ui::text_field(&state, &Field {
                        id: &format!("change-{id}"), name: "change", label: t("增减（减少写负数）", "Change (a loss is negative)"),
                        placeholder: "-2", after: typed_unit(&page.form.base_unit), ..Field::default()
                    })}
                    <div class="field">
                        <label for=reason_id.clone()>{t("原因", "Reason")}</label>
                        <select id=reason_id name="reason">{options}</select>
                        {reason_error}
                    </div>
                </div>
                {more_rows(page, batch, &state)}
                <div class="form__acts"><button class="btn btn--plain">{t("改库存", "Correct")}</button></div>
            </form>
        </details>
    }
    .into_any()
}

/// Whose goods came in, asked where several villages are in the batch: those of the batch first, then the team's others.
fn more_rows(page: &EditPage, batch: &BatchView, state: &FormState) -> AnyView {
    if batch.inputs.len() < 2 {
        return ().into_any();
    }
    let own = batch.inputs.iter().map(|input| (&input.village, &input.name, &input.name_en));
    let is_new = |village: &str| batch.inputs.iter().all(|input| input.village != village);
    let others = page.choices.villages.iter().filter(|village| is_new(&village.id));
    let villages = own.chain(others.map(|village| (&village.id, &village.name, &village.name_en)));
    let rows: Vec<_> = villages
        .enumerate()
        .map(|(at, (village, name_zh, name_en))| {
            let weight_name = format!("inputs.{at}.weight_kg");
            let field = ui::text_field(
                state,
                &Field {
                    id: &format!("more-{}-{at}", batch.batch),
                    name: &weight_name,
                    label: name(name_zh, name_en),
                    inputmode: "decimal",
                    after: t("千克", "kg"),
                    is_optional: true,
                    ..Field::default()
                },
            );
            view! {
                <input type="hidden" name=html_name(&format!("inputs.{at}.village")) value=village.clone()/>
                {field}
            }
        })
        .collect();
    let error = state.error("inputs").map(|text| view! { <p class="field__error">{text}</p> });
    view! {
        <fieldset class="form__group">
            <legend>{t("又到货：各村这次交来的重量", "More came in: what each village gave this time")}</legend>
            <p class="field__hint">
                {t("这一批来自几个村。增加时必填，会记作更正重量，以后的货款按加起来的重量分；减少时不用填。",
                    "Several villages are in this batch. Asked for when more came in: the weights are corrected on record, and later income is split by the sums. Not for losses.")}
            </p>
            {error}
            <div class="fields fields--3">{rows}</div>
        </fieldset>
    }
    .into_any()
}

/// Its days and certificates.
pub(super) fn papers_form(page: &EditPage, at: usize, batch: &BatchView, wrong: &Wrong) -> AnyView {
    let id = batch.batch.to_string();
    let state = FormState::of::<UpdatePapers>().only_if("batch", &id);
    let prefix = format!("batches.{at}.");
    let lacks = wrong.0.iter().any(|error| error.field.starts_with(&prefix));
    let field = |name: &'static str, label: &'static str, stored: &str, kind: &'static str| {
        let whole = format!("{prefix}{name}");
        let field = ui::text_field(
            &state,
            &Field { id: &html_id(&whole), name, label, stored, kind, ..Field::default() },
        );
        let missing = state.error(name).is_none().then(|| wrong.line(&whole));
        view! { <div>{field}{missing}</div> }
    };
    let papers = &batch.papers;
    let quarantine =
        is_meat(page).then(|| field("quarantine_number", quarantine_label(), &papers.quarantine_number, ""));
    view! {
        <details class="fold" open=state.is_refused() || lacks>
            <summary>{t("日期和证明", "Dates and papers")}</summary>
            <form class="form" method="post" action=state.action()>
                {row_failure(&state)}
                {ui::hidden("batch", &id)}
                <div class="fields">
                    {field("produced_on", t("采收或生产日期", "Harvest or production date"), &papers.produced_on, "date")}
                    {field("expires_on", t("保质期至", "Best before"), &papers.expires_on, "date")}
                </div>
                {ui::text_field(&state, &Field {
                    id: &format!("days-reason-{id}"), name: "reason", label: t("改日期的原因", "Why a date is corrected"),
                    hint: t("改了日期才填，会留在库存流水里；过期的批次改日期也不能再卖",
                        "Only when a date changes; it stays in the movements. No date brings an expired batch back"),
                    is_optional: true, max_length: Some(200), ..Field::default()
                })}
                {quarantine}
                <div class="fields">
                    {field("certificate_number", t("合格证编号", "Certificate number"), &papers.certificate_number, "")}
                    {field("issued_on", issued_label(), &papers.issued_on, "date")}
                </div>
                <div class="fields">
                    {field("certificate_issuer", t("开具者", "Issued by"), &papers.certificate_issuer, "")}
                    {field("certificate_contact", t("开具者电话", "The issuer's phone"), &papers.certificate_contact, "tel")}
                </div>
                <div class="form__acts"><button class="btn btn--plain">{t("保存", "Save")}</button></div>
            </form>
        </details>
    }
    .into_any()
}
