//! Tracking numbers for many parcels at once, and carriers' events from a file.

use domain::failure::Problem;
use domain::ids::TeamId;
use domain::shipping::{ListKind, MAX_LIST_ROWS};
use leptos::prelude::*;
use service::ServiceError;
use service::shipping::lists::{ListSource, keep_list};

use super::chosen::{parcels_path, place_asked, place_tabs, place_word};
use super::desk_api::PasteNumbers;
use super::{LIST_PATH, tracking_list_path, tracking_path};
use crate::AppError;
use crate::context::{given_text, link, query, services, t, typed_param, viewer};
use crate::features::sell::team::{Team, current_team};
use crate::form::{Answer, FormState, Then, UploadForm, submit_upload};
use crate::layout::Screen;
use crate::routes::{FileAnswer, FileResult, PageResult};
use crate::ui;

/// `/sell/{team}/tracking?place=…`
pub async fn tracking_page() -> PageResult {
    let team = current_team().await?;
    let places = service::day::place_choices(&services(), &viewer(), team.id).await?;
    let title = t("批量填快递单号", "Tracking numbers");
    let sub = t(
        "先看每一行会怎样，再决定应用；没看过之前什么也不会改。",
        "You see what each row would do before anything is done.",
    );
    let back = view! {
        <a class="btn btn--plain" href=link(&parcels_path(&team))>{ui::icon("back")}{t("返回发货", "Back to parcels")}</a>
    };
    let body = view! {
        {ui::page_head(title, sub, back)}
        {place_tabs(&places, place_asked(), &tracking_path(team.id), ("", ""))}
        {paste_form(&team)}
        {file_form(&team)}
    };
    Ok(Screen::console(team.console(), title, body))
}

fn paste_form(team: &Team) -> AnyView {
    let state = FormState::of::<PasteNumbers>();
    let hint = t(
        "每行一个包裹：订单号或包裹号、快递、快递单号，用空格、逗号或制表符隔开；可直接从表格复制。",
        "A parcel a line: order or parcel number, carrier, tracking number, with blanks, commas or tabs between; copied from a \
         spreadsheet will do.",
    );
    view! {
        <form class="form" method="post" action=state.action()>
            {ui::form_errors(&state, &[("text", t("快递单号清单", "The list"))])}
            <fieldset class="form__group">
                <legend>{t("粘贴", "Paste")}</legend>
                {ui::hidden("team", &team.id.to_string())}
                {ui::key_field()}
                {ui::text_area(&state, &ui::Field {
                    name: "text", label: t("快递单号清单", "The list"), hint,
                    placeholder: "XJ260615-1234 顺丰 SF1234567890", ..ui::Field::default()
                }, 8)}
            </fieldset>
            <div class="form__acts"><button class="btn btn--primary">{t("查看每一行", "Look at the rows")}</button></div>
        </form>
    }
    .into_any()
}

fn file_form(team: &Team) -> AnyView {
    let state = FormState::of_path(LIST_PATH);
    let limits = format!(
        "XLSX {} CSV UTF-8 · {} {MAX_LIST_ROWS} {}",
        t("或", "or"),
        t("最多", "up to"),
        t("行", "rows")
    );
    let kinds = [
        (
            ListKind::Numbers,
            t("快递单号：订单号、快递、快递单号", "Numbers: order, carrier, tracking number"),
        ),
        (
            ListKind::Events,
            t(
                "物流轨迹：快递、快递单号、状态、时间、地点",
                "Events: carrier, tracking number, status, time, place",
            ),
        ),
    ];
    let hint = format!(
        "{limits} · {}",
        t(
            "首行写列名；快递单号一列请设为文本，免得数字被改写",
            "The first row names the columns; keep numbers as text"
        )
    );
    let chosen = state.value_or("kind", ListKind::Numbers.as_str());
    let kinds: Vec<_> = kinds
        .into_iter()
        .map(|(kind, words)| {
            view! { <option value=kind.as_str() selected=chosen == kind.as_str()>{words}</option> }
        })
        .collect();
    let template = link(&format!("{}/template.xlsx", tracking_path(team.id)));
    let of_events = format!("{template}?kind={}", ListKind::Events.as_str());
    let template = format!("{template}{}", given_text(&[("place", &place_word())]));
    view! {
        <form class="form" method="post" enctype="multipart/form-data" action=state.action()>
            {ui::form_errors(&state, &[("sheet", t("表格", "The sheet"))])}
            <fieldset class="form__group">
                <legend>{t("上传表格", "Upload a sheet")}</legend>
                {ui::hidden("team", &team.id.to_string())}
                {ui::key_field()}
                <div class="field">
                    <label for="f-kind">{t("内容", "What it holds")}</label>
                    <select id="f-kind" name="kind">{kinds}</select>
                </div>
                {ui::sheet_field(&state, t("选择表格", "Choose a sheet"), hint)}
            </fieldset>
            <p class="row">
                <a href=template download="">{t("下载快递单号模板（已列出待发包裹）", "Template with all that is to be packed")}</a>
                <a href=of_events download="">{t("下载物流轨迹模板", "Template for events")}</a>
            </p>
            <div class="form__acts">
                <button class="btn btn--plain">{ui::icon("upload")}{t("上传并查看每一行", "Upload and look at the rows")}</button>
            </div>
        </form>
    }
    .into_any()
}

/// `/sell/{team}/tracking/template.xlsx?place=…`, of events with `?kind=events`
pub async fn template_file() -> FileResult {
    let team = typed_param("team")?;
    let kind = ListKind::parse(&query("kind")).unwrap_or(ListKind::Numbers);
    let bytes = service::shipping::list_template(&services(), &viewer(), team, kind, place_asked()).await?;
    Ok(FileAnswer::xlsx(format!("{}.xlsx", kind.as_str()), bytes))
}

/// Takes a list and goes to what it would do.
pub async fn upload_list(form: UploadForm) -> Result<Answer<serde_json::Value>, AppError> {
    submit_upload(form, |services, viewer, form| async move {
        viewer.require_user()?;
        let team: TeamId = form.value("team").parse().map_err(|_| ServiceError::NotFound)?;
        // Nobody's file is unpacked but a seller's.
        viewer.require_seller(team)?;
        let kind = ListKind::parse(form.value("kind")).unwrap_or(ListKind::Numbers);
        let key = form.value("key").to_owned();
        let Some(file) = form.files.into_iter().next() else {
            return Err(ServiceError::invalid("sheet", Problem::Missing));
        };
        let source = ListSource::File(file.bytes);
        let list = keep_list(&services, &viewer, team, kind, source, &key).await?;
        Ok(Then::go(tracking_list_path(team, list), list))
    })
    .await
}
