//! The licences of a mark: narrowed by how they stand, and taken along.

use domain::ids::CollectiveId;
use domain::mark::LicenceState;
use domain::time::china_minute_text;
use leptos::prelude::*;
use service::marks::{LicenceView, MarkDesk, mark_desk};
use service::report::{Cell, Report};

use super::home_page::{licence_row, table};
use super::words::state_label;
use super::{desk_path, forms};
use crate::context::{given_text, link, name, param, query, services, t, typed_param, viewer};
use crate::features::sell::team::tabs;
use crate::features::stock::words;
use crate::routes::{FileAnswer, FileResult};
use crate::ui;

/// How the licences stand that the address asks for; `None` for all.
fn wanted() -> Option<LicenceState> {
    LicenceState::parse(&query("state")).ok()
}

fn narrowed(desk: &MarkDesk) -> Vec<&LicenceView> {
    let wanted = wanted();
    desk.licences.iter().filter(|licence| wanted.is_none_or(|state| licence.state == state)).collect()
}

/// The part of the owner's page.
pub(super) fn part(desk: &MarkDesk) -> AnyView {
    if desk.licences.is_empty() {
        return ui::empty(
            "certificate",
            t("还没有许可给别的村", "No village has a licence yet"),
            t("本集体自己的货不用许可。", "The collective's own goods need none."),
            (),
        );
    }
    let shown = narrowed(desk);
    let path = desk_path(desk.collective.id, desk.mark.id);
    let state = wanted().map_or("", LicenceState::as_str);
    let sheet = format!("{}/licences.xlsx{}", link(&path), given_text(&[("state", state)]));
    let export = ui::export_link_as(sheet, t("许可表 XLSX", "Licences as XLSX"));
    let rows: Vec<_> = shown.iter().map(|licence| licence_row(licence, false)).collect();
    let withdraw: Vec<_> = shown.iter().map(|licence| forms::withdraw_form(licence)).collect();
    let list = if shown.is_empty() { ui::nothing_found() } else { table(rows, t("村庄", "Village")) };
    view! {
        <section class="stack" id="licences">
            <div class="section-head"><h2>{t("许可", "Licences")}</h2>{export}</div>
            {state_tabs(desk, &path, state)}
            {list}
            {withdraw}
        </section>
    }
    .into_any()
}

/// The states that there are; where all stand alike there is nothing to choose.
fn state_tabs(desk: &MarkDesk, path: &str, present: &str) -> AnyView {
    let count = |state: LicenceState| {
        let count = desk.licences.iter().filter(|licence| licence.state == state).count();
        i64::try_from(count).unwrap_or(i64::MAX)
    };
    let found: Vec<(&str, &str, i64)> = LicenceState::ALL
        .iter()
        .map(|state| (state.as_str(), state_label(*state).0, count(*state)))
        .filter(|(word, _, count)| *count > 0 || *word == present)
        .collect();
    if found.len() < 2 {
        return ().into_any();
    }
    let all = std::iter::once(("", t("全部", "All"), 0));
    tabs(path, "state", present, &["from", "to"], all.chain(found).collect())
}

/// `/books/{collective}/marks/{mark}/licences.xlsx`, narrowed like the page.
pub async fn licences_sheet() -> FileResult {
    let collective: CollectiveId = typed_param("collective")?;
    let desk = mark_desk(&services(), &viewer(), &param("mark")).await?;
    if desk.mark.collective_id != collective {
        return Err(service::ServiceError::NotFound);
    }
    let heads = [
        (t("村庄", "Village"), false),
        (t("范围", "For"), true),
        (t("从", "From"), false),
        (t("到", "Until"), false),
        (t("单位", "Unit"), false),
        (t("数量", "Amount"), false),
        (t("已用", "Used"), false),
        (t("剩余", "Left"), false),
        (t("状态", "State"), false),
        (t("发放时间", "Granted at"), false),
        (t("收回原因", "Why withdrawn"), true),
    ];
    let rows = narrowed(&desk).into_iter().map(sheet_row).collect();
    let report = Report::new(t("许可", "Licences"), heads, rows, None);
    Ok(FileAnswer::sheet_of_today("mark-licences", report.xlsx().await?))
}

fn sheet_row(licence: &LicenceView) -> Vec<Cell> {
    let row = &licence.row;
    let kind = if row.category_id.is_some() { t("整类：", "All of: ") } else { "" };
    vec![
        name(&row.village_name, &row.village_name_en).into(),
        format!("{kind}{}", name(&row.scope_name, &row.scope_name_en)).into(),
        row.starts_on.clone().into(),
        row.ends_on.clone().into(),
        words::base_unit(&row.base_unit).into(),
        Cell::Number(row.quantity),
        Cell::Number(row.used),
        Cell::Number(licence.left),
        state_label(licence.state).0.into(),
        china_minute_text(row.granted_at_ms).into(),
        row.withdrawn_reason.clone().into(),
    ]
}
