//! The picture of a mark: sent by its owner, seen by everybody.

use domain::failure::Problem;
use leptos::prelude::*;
use service::ServiceError;
use service::marks::{MarkRow, PICTURE_BYTES};

use super::PICTURE_PATH;
use crate::AppError;
use crate::context::t;
use crate::features::sell::team::row_failure;
use crate::form::{Answer, FormState, Then, UploadForm, submit_upload};
use crate::routes::Upload;
use crate::ui::{self, PhotoField};

pub(super) fn upload() -> Upload {
    Upload::new(PICTURE_PATH, PICTURE_BYTES, upload_picture)
}

/// Stores the picture and shows it with the mark. The same picture twice is one picture; another one under the same key is
/// refused.
async fn upload_picture(form: UploadForm) -> Result<Answer<serde_json::Value>, AppError> {
    submit_upload(form, |services, viewer, mut form| async move {
        viewer.require_user()?;
        let (mark, key) = (form.value("mark").to_owned(), form.value("key").to_owned());
        service::marks::mark_desk(&services, &viewer, &mark).await?;
        let Some(photo) = form.take_photos("photo").pop() else {
            return Err(ServiceError::invalid("photo", Problem::Missing));
        };
        service::marks::set_picture(&services, &viewer, &mark, photo, &key).await?;
        Ok(Then::stay(serde_json::Value::Null))
    })
    .await
}

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
