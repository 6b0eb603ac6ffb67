//! The photo of a batch's certificate: sent by the seller, seen by everybody.

use leptos::prelude::*;
use service::stock::BatchDesk;

use super::CERTIFICATE_PATH;
use super::api::RemoveCertificate;
use crate::AppError;
use crate::context::t;
use crate::features::sell::team::row_failure;
use crate::form::{Answer, FormState, Then, UploadForm, submit_upload};
use crate::routes::Upload;
use crate::ui::{self, Photo, PhotoField};

/// The uploads of this feature.
pub fn uploads() -> Vec<Upload> {
    vec![Upload::new(CERTIFICATE_PATH, 13 << 20, upload_certificate)]
}

/// Stores the photo and shows it with the batch. The same photo twice is one photo; another one under the same key is refused.
async fn upload_certificate(form: UploadForm) -> Result<Answer<serde_json::Value>, AppError> {
    submit_upload(form, |services, viewer, mut form| async move {
        viewer.require_user()?;
        let (batch, key) = (form.value("batch").to_owned(), form.value("key").to_owned());
        service::stock::batch_desk(&services, &viewer, &batch).await?;
        let photo = form.take_photo("photo")?;
        service::stock::set_certificate(&services, &viewer, &batch, photo, &key).await?;
        Ok(Then::stay(serde_json::Value::Null))
    })
    .await
}

/// The part of the batch's page.
pub(super) fn part(desk: &BatchDesk) -> AnyView {
    let state = FormState::of_path(CERTIFICATE_PATH);
    let alt = format!("{} {}", t("批次证明", "Certificate of batch"), desk.batch.code);
    let shown = desk.batch.certificate.as_ref().map(|photo| {
        let photo = Photo {
            content_hash: photo.content_hash.clone(),
            placeholder: photo.placeholder.clone(),
            width: photo.width,
            height: photo.height,
            alt: alt.clone(),
        };
        let remove = FormState::of::<RemoveCertificate>();
        view! {
            {ui::photo(Some(&photo), "", "(min-width:56rem) 352px,92vw", false)}
            <form method="post" action=remove.action()>
                {ui::hidden("batch", &desk.batch.batch.to_string())}
                <button class="btn btn--quiet btn--s">{ui::icon_s("trash")}{t("去掉照片", "Take the photo away")}</button>
            </form>
        }
    });
    let field = PhotoField {
        id: "certificate-photo",
        name: "photo",
        label: t("合格证或检疫证明的照片", "A photo of the certificate"),
        hint: t("顾客扫码能看到，别拍到私人电话。", "Buyers see it behind the code."),
        team: Some(desk.team),
        is_multiple: false,
    };
    view! {
        <details class="fold" open=state.is_refused()>
            <summary>{t("证明照片", "Photo of the certificate")}</summary>
            {shown}
            <form class="form" method="post" enctype="multipart/form-data" action=state.action()>
                {row_failure(&state)}
                {ui::hidden("batch", &desk.batch.batch.to_string())}
                {ui::key_field()}
                {ui::photo_field(&state, &field)}
                <div class="form__acts"><button class="btn btn--plain">{t("上传", "Upload")}</button></div>
            </form>
        </details>
    }
    .into_any()
}
