use crate::AppError;
use crate::form::Answer;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AddLineForm {
    pub variant: String,
    pub quantity: String,
    pub rows: Vec<Row>,
    pub tags: Vec<String>,
}
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Row {
    pub price: String,
}
/// Doc.
#[server(endpoint = "probe/add_line")]
pub async fn add_line(#[server(flatten)] form: AddLineForm) -> Result<Answer<i64>, AppError> {
    use crate::form::{Then, submit_as_guest};
    submit_as_guest(form, |_services, _viewer, form| async move {
        if form.quantity.is_empty() {
            return Err(service::ServiceError::invalid("quantity", domain::failure::Problem::Missing));
        }
        Ok(Then::go("/cart", 3))
    })
    .await
}
#[island]
pub fn AddButton(variant: String, label: String) -> impl IntoView {
    let shown = RwSignal::new(label);
    let add = Action::new(move |(): &()| {
        let form = AddLineForm { variant: variant.clone(), quantity: "1".to_owned(), ..Default::default() };
        async move { add_line(form).await }
    });
    Effect::new(move |_| {
        if let Some(outcome) = add.value().get() {
            match outcome {
                Ok(answer) => shown.set(answer.value.to_string()),
                Err(error) => shown.set(crate::text::error_text(domain::locale::Locale::Zh, &error)),
            }
        }
    });
    view! { <button type="button" on:click=move |_| { add.dispatch(()); }>{move || shown.get()}</button> }
}
#[cfg(feature = "ssr")]
pub async fn probe_page() -> crate::routes::PageResult {
    use crate::form::FormState;
    use crate::ui::*;
    let state = FormState::of::<AddLine>();
    let body = view! {
        <form class="form" method="post" action=state.action()>
            {form_errors(&state, &[("quantity", "数量")])}
            {hidden("variant", "v1")}{key_field()}
            {text_field(&state, &Field::new("quantity", "数量").inputmode("numeric"))}
            {text_field(&state, &Field::new("rows.0.price", "价"))}
            {text_field(&state, &Field::new("rows.1.price", "价"))}
            <button class="btn btn--primary">"加入"</button>
        </form>
        <AddButton variant="v1".to_owned() label="加入".to_owned()/>
        <HoldClock left_ms=60000 locale=crate::context::locale()/>
    };
    Ok(crate::layout::Screen::shop("Probe", body))
}
