//! Ticks in the table of all listings, and what is done to the ticked rows. The keys of the desk tick as well.

use domain::sheets::SheetState;
use leptos::prelude::*;
use service::listing::ListingsQuery;

use super::text_of;
use crate::context::{link, locale, t};
use crate::features::sell::team::Team;
use crate::form::{FormState, html_name};
use crate::routes::paths;
use crate::ui;

/// Ticks every row of the page, or none: the page again, where the keys of the desk need no other one.
pub fn tick_all(team: &Team, wanted: &ListingsQuery, page: i64, all: bool) -> AnyView {
    let kept = text_of(wanted, "");
    let joint = if kept.is_empty() { "?" } else { "&" };
    let tick = if all { "" } else { "&tick=all" };
    let href = format!("{}{kept}{joint}page={page}{tick}", link(&paths::team_table(team.id)));
    let words = if all { t("全不选", "Tick none") } else { t("全选本页", "Tick all on this page") };
    view! { <p><a class="btn btn--quiet btn--s" href=href>{ui::icon_s("check")}{words}</a></p> }.into_any()
}

/// The tick of a row, by its name in the form.
pub fn tick_cell(field: &str, label: &str, is_ticked: bool) -> AnyView {
    view! {
        <td data-label=t("勾选", "Tick")>
            // A choice of the moment: a copy of what was typed before does not take it back.
            <label class="tick" data-unkept="">
                <input type="checkbox" name=html_name(field) value="on" checked=is_ticked/>
                <span class="vh">{label.to_owned()}</span>
            </label>
        </td>
    }
    .into_any()
}

/// What is wrong with these is named with them and above the form.
pub fn labels() -> [(&'static str, &'static str); 3] {
    [
        ("ticked", t("勾选的行", "Ticked rows")),
        ("bulk_state", state_label()),
        ("bulk_percent", t("勾选的调价", "Prices of the ticked")),
    ]
}

fn state_label() -> &'static str {
    t("勾选的改为", "Make the ticked")
}

/// A state and a change of price for all that are ticked.
pub fn bulk_fields(state: &FormState) -> AnyView {
    let unchanged = (String::new(), t("不改", "As they are").to_owned());
    let states = [SheetState::Published, SheetState::Unpublished];
    let states = states.map(|state| (state.as_str().to_owned(), state.text(locale()).to_owned()));
    let options: Vec<(String, String)> = std::iter::once(unchanged).chain(states).collect();
    let hint = t(
        "勾选的行改到商品的状态和这一行的价格。-10 是降一成，5 是涨百分之五，算到分。",
        "The product's state and the row's price. -10 is a tenth less, 5 is five hundredths more, to the fen.",
    );
    view! {
        <fieldset class="form__group">
            <legend>{t("对勾选的行", "To the ticked rows")}</legend>
            <div class="fields fields--2">
                {ui::select_field(state, &ui::Field {
                    name: "bulk_state", label: state_label(), ..ui::Field::default()
                }, &options)}
                {ui::text_field(state, &ui::Field {
                    name: "bulk_percent", label: t("价格涨跌", "Prices up or down by"), hint, is_optional: true,
                    autocomplete: "off", class: "w-s", after: "%", max_length: Some(8), ..ui::Field::default()
                })}
            </div>
        </fieldset>
    }
    .into_any()
}
