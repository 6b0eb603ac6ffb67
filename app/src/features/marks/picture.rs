//! The picture of a mark, where its owner sends it.

use leptos::prelude::*;
use service::marks::MarkRow;

use super::PICTURE_PATH;
use crate::context::t;
use crate::features::sell::team::row_failure;
use crate::form::FormState;
use crate::ui::{self, PhotoField};

/// The part of the owner's page.
pub(super) fn part(mark: &MarkRow) -> AnyView {
    let state = FormState::of_path(PICTURE_PATH);
    let shown = super::mark_page::picture(mark);
    let shown = shown.as_ref().map(|one| ui::photo(Some(one), "", "(min-width:56rem) 352px,92vw", false));
    let field = PhotoField {
        id: "mark-picture",
        name: "photo",
        label: t("图样照片", "A picture of it"),
        hint: t("JPEG、PNG 或 WebP，12 MB 以内", "JPEG, PNG or WebP, up to 12 MB"),
        team: None,
        is_multiple: false,
    };
    view! {
        <details class="fold" open=state.is_refused()>
            <summary>{t("商标图样", "Picture of the mark")}</summary>
            {shown}
            <form class="form" method="post" enctype="multipart/form-data" action=state.action()>
                {row_failure(&state)}
                {ui::hidden("mark", &mark.id.to_string())}
                {ui::key_field()}
                {ui::photo_field(&state, &field)}
                <div class="form__acts"><button class="btn btn--plain">{t("上传", "Upload")}</button></div>
            </form>
        </details>
    }
    .into_any()
}
