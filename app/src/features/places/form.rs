//! What the forms of places and bodies have in common.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use service::ServiceError;

use super::DESK;
use crate::context::{param, t};
use crate::form::FormState;
use crate::layout::{Console, Screen};
use crate::ui::{self, Field};

/// The one that the page's address names; `None` for a new one.
pub(super) fn asked<Row, Id: ToString>(
    rows: &[Row],
    id: impl Fn(&Row) -> Id,
) -> Result<Option<&Row>, ServiceError> {
    let asked = param("id");
    if asked == "new" {
        return Ok(None);
    }
    rows.iter().find(|row| id(row).to_string() == asked).map(Some).ok_or(ServiceError::NotFound)
}

/// A form with its fields; `id` is empty for a new thing.
pub(super) fn form<F: ServerFn>(id: &str, labels: &[(&str, &str)], fields: AnyView) -> AnyView {
    let state = state_of::<F>(id);
    view! {
        <form class="form" method="post" action=state.action()>
            {ui::form_errors(&state, labels)}
            {ui::hidden("id", id)}
            {ui::key_field()}
            {fields}
            <div class="form__acts"><button class="btn btn--primary">{t("保存", "Save")}</button></div>
        </form>
    }
    .into_any()
}

/// The form of one thing as it came back.
pub(super) fn state_of<F: ServerFn>(id: &str) -> FormState {
    FormState::of::<F>().only_if("id", id)
}

/// The page around a form.
pub(super) fn screen(title: &str, sub: &str, body: AnyView) -> Screen {
    let body = view! {
        {ui::crumbs(&[(DESK, t("镇村与单位", "Places"))], title)}
        {ui::page_head(title, sub, ())}
        {body}
    };
    Screen::console(Console::admin(t("服务团", "Corps")), title, body)
}

/// A name in both languages, side by side where there is room.
pub(super) fn name_fields(
    state: &FormState,
    [(zh, label), (en, label_en)]: [(&str, &str); 2],
    stored: [&str; 2],
) -> AnyView {
    view! {
        <div class="fields">
            {ui::text_field(state, &Field::new(zh, label).stored(stored[0]).max_length(40))}
            {ui::text_field(state, &Field::new(en, label_en).stored(stored[1]).optional().max_length(80))}
        </div>
    }
    .into_any()
}

/// The credit code of a body.
pub(super) fn credit_code_field(state: &FormState, label: &str, hint: &str, stored: &str) -> AnyView {
    let field = Field::new("credit_code", label).hint(hint).stored(stored).autocomplete("off");
    ui::text_field(state, &field.class("w-m").max_length(30))
}

/// A list to choose from, which begins with nothing chosen.
pub(super) fn options(first: &str, rest: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    std::iter::once((String::new(), first.to_owned())).chain(rest).collect()
}
