//! The scales at the packing table: one field a piece.

use domain::locale::Locale;
use domain::parcel::ParcelStatus;
use leptos::prelude::*;
use service::shipping::PackingParcel;
use service::weighing::Weighing;

use super::api::WeighParcel;
use super::words::weighed_note;
use crate::context::{locale, name, query, t};
use crate::features::sell::team::{Team, row_failure};
use crate::form::FormState;
use crate::text::{kilograms_text, yuan};
use crate::ui;

/// More pieces than this are typed into one field, as they come from the scales.
const MOST_FIELDS: i64 = 12;

/// Whether something in a parcel has to be weighed before it leaves.
pub(crate) fn is_waiting(parcel: &PackingParcel) -> bool {
    parcel.head.parcel.status == ParcelStatus::ToPack
        && parcel.weighings.iter().any(|weighing| !weighing.is_weighed())
}

/// What is weighed of a parcel: the form until it leaves, then what the scales said; nothing for other goods.
pub(crate) fn scales(team: &Team, parcel: &PackingParcel) -> AnyView {
    if parcel.weighings.is_empty() {
        return ().into_any();
    }
    if parcel.head.parcel.status == ParcelStatus::ToPack {
        return form(team, parcel);
    }
    let notes: Vec<_> = parcel
        .weighings
        .iter()
        .map(weighed_note)
        .filter(|note| !note.is_empty())
        .map(|note| view! { <p class="small">{note}</p> })
        .collect();
    notes.into_any()
}

fn form(team: &Team, parcel: &PackingParcel) -> AnyView {
    let id = parcel.head.parcel.id.to_string();
    let state = FormState::of::<WeighParcel>().only_if("parcel", &id);
    let (mut fields, mut at) = (Vec::new(), 0);
    for weighing in parcel.weighings.iter().filter(|weighing| weighing.wanted > 0) {
        let count = if weighing.wanted > MOST_FIELDS { 1 } else { weighing.wanted };
        let inputs: Vec<_> = if weighing.wanted > MOST_FIELDS {
            vec![many_pieces(&state, &id, weighing, at)]
        } else {
            (0..count).map(|number| piece_field(&state, &id, weighing, at + number, number)).collect()
        };
        at += count;
        fields.push(view! {
            <fieldset class="form__group">
                <legend>{title(parcel, weighing)}</legend>
                <div class="fields fields--3">{inputs}</div>
            </fieldset>
        });
    }
    let waits = is_waiting(parcel);
    let saved = (query("weighed") == "1" && !waits && !state.is_refused())
        .then(|| ui::alert("ok", t("重量已保存", "The weights are saved"), ()));
    let back = parcel.weighings.iter().map(Weighing::back_fen).sum::<domain::money::Fen>();
    let sum = (!waits).then(|| {
        let words = match locale() {
            Locale::Zh => format!("发货时自动退给顾客 {}；发货前还可以改。", yuan(back)),
            Locale::En => format!(
                "{} goes back to the buyer when it leaves; until then you may correct it.",
                yuan(back)
            ),
        };
        view! { <p class="small">{words}</p> }
    });
    view! {
        {saved}
        <details class="fold" open=waits || state.is_refused()>
            <summary>{if waits { t("先称重", "Weigh it first") } else { t("已称重", "Weighed") }}</summary>
            <form class="form" method="post" action=state.action()>
                {row_failure(&state)}
                {ui::key_field()}
                {ui::hidden("team", &team.id.to_string())}
                {ui::hidden("parcel", &id)}
                {fields}
                {sum}
                <div class="form__acts"><button class="btn btn--plain">{t("保存重量", "Save the weights")}</button></div>
            </form>
        </details>
    }
    .into_any()
}

fn title(parcel: &PackingParcel, weighing: &Weighing) -> String {
    let line = parcel.lines.iter().find(|line| line.id == weighing.line_id);
    let goods = line.map_or("", |line| name(&line.product_name, &line.product_name_en));
    let (least, most) = (kilograms_text(weighing.least_g), kilograms_text(weighing.most_g));
    match locale() {
        Locale::Zh => format!("{goods}：每件实重（约定 {least}–{most} 公斤）"),
        Locale::En => format!("{goods}: weight of each ({least}–{most} kg agreed)"),
    }
}

/// Of a unit's order: one weight after the other.
fn many_pieces(state: &FormState, parcel: &str, weighing: &Weighing, at: i64) -> AnyView {
    let stored: Vec<String> = weighing.pieces.iter().map(|piece| kilograms_text(piece.weight_g)).collect();
    let stored = stored.join(" ");
    let (label, hint) = match locale() {
        Locale::Zh => (
            format!("{} 件的重量（公斤）", weighing.wanted),
            "一件接一件填，用空格或换行隔开，例如：1.62 1.8 1.75",
        ),
        Locale::En => (
            format!("The weights of {} pieces (kg)", weighing.wanted),
            "One after the other, with blanks between them: 1.62 1.8 1.75",
        ),
    };
    view! {
        {ui::hidden(&format!("pieces.{at}.line"), &weighing.line_id.to_string())}
        {ui::text_area(state, &ui::Field {
            id: &format!("w-{parcel}-{at}"), name: &format!("pieces.{at}.weight"), label: &label, hint, stored: &stored,
            ..ui::Field::default()
        }, 4)}
    }
    .into_any()
}

fn piece_field(state: &FormState, parcel: &str, weighing: &Weighing, at: i64, number: i64) -> AnyView {
    let piece = usize::try_from(number).ok().and_then(|number| weighing.pieces.get(number));
    let stored = piece.map_or_else(String::new, |piece| kilograms_text(piece.weight_g));
    let label = match locale() {
        Locale::Zh => format!("第 {} 件", number + 1),
        Locale::En => format!("Piece {}", number + 1),
    };
    view! {
        {ui::hidden(&format!("pieces.{at}.line"), &weighing.line_id.to_string())}
        {ui::text_field(state, &ui::Field {
            id: &format!("w-{parcel}-{at}"), name: &format!("pieces.{at}.weight"), label: &label, stored: &stored,
            inputmode: "decimal", after: t("公斤", "kg"), class: "w-s", ..ui::Field::default()
        })}
    }
    .into_any()
}
