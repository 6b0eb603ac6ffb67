//! Taking a team's goods out as a sheet, and bringing a sheet back.

use domain::failure::Problem;
use domain::ids::TeamId;
use domain::locale::Locale;
use domain::sheets::{Column, MAX_ROWS};
use leptos::prelude::*;
use service::ServiceError;
use service::listing::ListingsQuery;

use super::table_page::{query_of_address, text_of};
use super::{MAX_UPLOAD_BYTES, SHEET_PATH};
use crate::AppError;
use crate::context::{link, locale, query, services, t, typed_param, viewer};
use crate::features::sell::team::{Team, current_team};
use crate::form::{Answer, FormState, Then, UploadForm, submit_upload};
use crate::layout::Screen;
use crate::routes::{FileAnswer, FileResult, PageResult, paths};
use crate::ui;

/// `/sell/{team}/sheets`
pub async fn import_page() -> PageResult {
    let team = current_team().await?;
    let all = ListingsQuery::default();
    let parts = service::sheets::export_parts(&services(), &viewer(), team.id, &all).await?;
    let title = t("表格导入导出", "Sheets");
    let sub = t(
        "下载商品表，在电脑上改好，再传回来；传回来后先看改动，再决定应用。",
        "Download the goods, edit them, send them back; you see what changes before anything does.",
    );
    let body = view! {
        {ui::page_head(title, sub, back_links(&team))}
        {downloads(&team, parts)}
        {upload_form(&team)}
        {explanations()}
    };
    Ok(Screen::console(team.console(), title, body))
}

fn back_links(team: &Team) -> AnyView {
    view! {
        <a class="btn btn--plain" href=link(&paths::team_table(team.id))>{t("批量修改", "Bulk edit")}</a>
        <a class="btn btn--plain" href=link(&paths::team_products(team.id))>{t("返回商品", "Back to the products")}</a>
    }
    .into_any()
}

fn file_link(team: &Team, file: &str, label: String) -> AnyView {
    let path = link(&format!("{}/{file}", paths::team_sheets(team.id)));
    view! { <a class="btn btn--plain" href=path download="">{ui::icon("download")}{label}</a> }.into_any()
}

/// Where the goods asked for are taken along, as so many sheets.
pub(super) fn file_links(team: &Team, wanted: &ListingsQuery, parts: usize) -> AnyView {
    let files = (1..=parts).map(|part| {
        let (part, number) = match parts {
            1 => (String::new(), String::new()),
            _ => (part.to_string(), format!(" {part}/{parts}")),
        };
        let query = text_of(wanted, &part);
        let xlsx = format!("{}{number}", t("商品表 XLSX", "Goods as XLSX"));
        let csv = format!("{}{number}", t("商品表 CSV", "Goods as CSV"));
        view! {
            {file_link(team, &format!("goods.xlsx{query}"), xlsx)}
            {file_link(team, &format!("goods.csv{query}"), csv)}
        }
        .into_any()
    });
    files.collect::<Vec<_>>().into_any()
}

fn downloads(team: &Team, parts: usize) -> AnyView {
    let many = (parts > 1).then(|| {
        let title = match locale() {
            Locale::Zh => format!("一张表最多 {MAX_ROWS} 行，您的商品分成 {parts} 份下载"),
            Locale::En => format!("A sheet has {MAX_ROWS} rows at most: your products come in {parts} parts"),
        };
        ui::alert("info", &title, ())
    });
    view! {
        <section class="box stack stack--s" aria-labelledby="take-out">
            <h2 id="take-out">{t("下载", "Download")}</h2>
            {many}
            <div class="row">
                {file_links(team, &ListingsQuery::default(), parts)}
                {file_link(team, "template.xlsx", t("空模板 XLSX", "Empty template").to_owned())}
            </div>
        </section>
    }
    .into_any()
}

fn upload_form(team: &Team) -> AnyView {
    let state = FormState::of_path(SHEET_PATH);
    let label = t("选择表格", "Choose a sheet");
    let limits = format!(
        "XLSX {} CSV UTF-8 · {} {MAX_ROWS} {} · {} MB",
        t("或", "or"),
        t("最多", "up to"),
        t("行", "rows"),
        (MAX_UPLOAD_BYTES >> 20) - 1
    );
    view! {
        <form class="form" method="post" enctype="multipart/form-data" action=state.action()>
            {ui::form_errors(&state, &[("sheet", t("表格", "The sheet"))])}
            <fieldset class="form__group">
                <legend>{t("上传", "Upload")}</legend>
                {ui::hidden("team", &team.id.to_string())}
                {ui::key_field()}
                {ui::sheet_field(&state, label, limits)}
            </fieldset>
            <div class="form__acts">
                <button class="btn btn--primary">{ui::icon("upload")}{t("上传并查看改动", "Upload and see the changes")}</button>
            </div>
        </form>
    }
    .into_any()
}

fn explanations() -> AnyView {
    let (column, note) = (t("列", "Column"), t("怎么填", "What to put in"));
    let rows: Vec<_> = Column::ALL
        .iter()
        .map(|known| {
            view! {
                <tr>
                    <th scope="row" data-label=column>{known.head(locale())}</th>
                    <td data-label=note>{known.note(locale())}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <details class="fold">
            <summary>{t("每一列怎么填", "What the columns mean")}</summary>
            <div class="table-wrap">
                <table class="table table--cards table--dense">
                    <caption class="vh">{t("每一列怎么填", "What the columns mean")}</caption>
                    <thead><tr><th scope="col">{column}</th><th scope="col">{note}</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
    .into_any()
}

/// Takes a sheet and goes to what it would change.
pub async fn upload_sheet(form: UploadForm) -> Result<Answer<serde_json::Value>, AppError> {
    submit_upload(form, |services, viewer, form| async move {
        viewer.require_user()?;
        let team: TeamId = form.value("team").parse().map_err(|_| ServiceError::NotFound)?;
        // Nobody's file is unpacked but a seller's.
        viewer.require_seller(team)?;
        let key = form.value("key").to_owned();
        let Some(file) = form.files.into_iter().next() else {
            return Err(ServiceError::invalid("sheet", Problem::Missing));
        };
        let preview = service::sheets::preview_sheet(&services, &viewer, team, file.bytes, &key).await?;
        Ok(Then::go(paths::team_sheet(team, preview), preview))
    })
    .await
}

/// Which of several sheets is asked for, and its name among the others.
fn asked_part(ending: &str) -> (usize, String) {
    match query("part").parse() {
        Ok(part) => (part, format!("goods-{part}.{ending}")),
        Err(_) => (1, format!("goods.{ending}")),
    }
}

/// `/sell/{team}/sheets/goods.xlsx?part=2`, narrowed like the table.
pub async fn goods_xlsx() -> FileResult {
    let (team, wanted) = (typed_param("team")?, query_of_address());
    let (part, name) = asked_part("xlsx");
    let bytes = service::sheets::export_xlsx(&services(), &viewer(), team, &wanted, part).await?;
    Ok(FileAnswer::xlsx(name, bytes))
}

/// `/sell/{team}/sheets/goods.csv?part=2`, narrowed like the table.
pub async fn goods_csv() -> FileResult {
    let (team, wanted) = (typed_param("team")?, query_of_address());
    let (part, name) = asked_part("csv");
    let bytes = service::sheets::export_csv(&services(), &viewer(), team, &wanted, part).await?;
    Ok(FileAnswer::csv(name, bytes))
}

/// `/sell/{team}/sheets/template.xlsx`
pub async fn template_xlsx() -> FileResult {
    let bytes = service::sheets::template_xlsx(&services(), &viewer(), typed_param("team")?).await?;
    Ok(FileAnswer::xlsx("template.xlsx", bytes))
}
