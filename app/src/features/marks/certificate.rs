//! The photo of the certificate that a mark is registered by: where its owner sends it, and where everybody sees it.

use leptos::prelude::*;
use service::marks::MarkRow;

use super::CERTIFICATE_PATH;
use super::api::RemoveCertificate;
use crate::context::{name, t};
use crate::features::sell::team::row_failure;
use crate::form::FormState;
use crate::ui::{self, Photo, PhotoField};

/// The photo, if there is one.
pub(super) fn photo_of(mark: &MarkRow) -> Option<Photo> {
    let of = t("商标注册证：", "Registration certificate of ");
    Some(Photo {
        content_hash: mark.certificate_hash.clone()?,
        placeholder: mark.certificate_placeholder.clone().unwrap_or_default(),
        width: mark.certificate_width.unwrap_or_default(),
        height: mark.certificate_height.unwrap_or_default(),
        alt: format!("{of}{}", name(&mark.name, &mark.name_en)),
    })
}

/// The part of everybody's page; nothing without a photo.
pub(super) fn shown(mark: &MarkRow) -> AnyView {
    let Some(photo) = photo_of(mark) else { return ().into_any() };
    view! {
        <section class="box stack stack--s">
            <h2>{t("商标注册证", "Registration certificate")}</h2>
            {ui::photo(Some(&photo), "", "(min-width:56rem) 352px,92vw", false)}
        </section>
    }
    .into_any()
}

/// The part of the owner's page.
pub(super) fn part(mark: &MarkRow) -> AnyView {
    let state = FormState::of_path(CERTIFICATE_PATH);
    let shown = photo_of(mark).map(|photo| {
        let remove = FormState::of::<RemoveCertificate>();
        view! {
            {ui::photo(Some(&photo), "", "(min-width:56rem) 352px,92vw", false)}
            <form method="post" action=remove.action()>
                {ui::hidden("mark", &mark.id.to_string())}
                <button class="btn btn--quiet btn--s">{ui::icon_s("trash")}{t("去掉照片", "Take the photo away")}</button>
            </form>
        }
    });
    let field = PhotoField {
        id: "mark-certificate",
        name: "photo",
        label: t("注册证的照片", "A photo of the registration certificate"),
        hint: t(
            "在商标的公开页面上展示，别拍到私人信息。",
            "Everybody sees it on the page of the mark: nothing private should be on it.",
        ),
        team: None,
        is_multiple: false,
    };
    view! {
        <details class="fold" open=state.is_refused()>
            <summary>{t("商标注册证", "Registration certificate")}</summary>
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
