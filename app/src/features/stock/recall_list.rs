//! The recalls that were done, a team's or the county's: narrowed, and taken along.

use domain::ids::TeamId;
use domain::stock::movement::RecallReason;
use domain::time::china_minute_text;
use leptos::prelude::*;
use service::report::{Cell, Report};
use service::stock::{RecallHeadRow, RecallQuery, RecallsPage, exported_recalls, list_recalls};

use super::{COUNTY_RECALLS, recall_path, recalls_path, words};
use crate::context::{given_text, link, name, query, services, t, viewer};
use crate::features::sell::team::current_team;
use crate::layout::Screen;
use crate::routes::{FileAnswer, FileResult, PageResult};
use crate::ui;

fn query_of_address() -> RecallQuery {
    RecallQuery { reason: query("reason"), from: query("from"), to: query("to") }
}

fn text_of(wanted: &RecallQuery) -> String {
    given_text(&[("reason", &wanted.reason), ("from", &wanted.from), ("to", &wanted.to)])
}

/// `/sell/{team}/recalls?reason=…&from=…&to=…&page=…`
pub async fn recalls_page() -> PageResult {
    let team = current_team().await?;
    let listed = Listed::of_address(Some(team.id)).await?;
    let title = t("召回记录", "Recalls");
    let body = view! { {ui::page_head(title, "", listed.export())} {listed.view()} };
    Ok(Screen::console(team.console(), title, body))
}

/// `/sell/{team}/recalls.xlsx`, narrowed like the page.
pub async fn recalls_sheet() -> FileResult {
    let team = current_team().await?;
    sheet(Some(team.id)).await
}

/// `/county/recalls.xlsx`, narrowed like the page.
pub async fn county_sheet() -> FileResult {
    sheet(None).await
}

/// A list of recalls as the address asks for it.
pub(super) struct Listed {
    /// `None` for the county's.
    team: Option<TeamId>,
    wanted: RecallQuery,
    page: RecallsPage,
}

impl Listed {
    pub(super) async fn of_address(team: Option<TeamId>) -> service::Result<Self> {
        let wanted = query_of_address();
        let number = query("page").parse().unwrap_or(1);
        let page = list_recalls(&services(), &viewer(), team, &wanted, number).await?;
        Ok(Self { team, wanted, page })
    }

    fn path(&self) -> String {
        self.team.map_or_else(|| COUNTY_RECALLS.to_owned(), recalls_path)
    }

    /// The link to the sheet.
    pub(super) fn export(&self) -> AnyView {
        ui::export_link(format!("{}.xlsx{}", link(&self.path()), text_of(&self.wanted)))
    }

    /// What narrows it, its rows, its pages.
    pub(super) fn view(&self) -> AnyView {
        let rows = if !self.page.recalls.is_empty() {
            let of_row = |row: &RecallHeadRow| match self.team {
                Some(team) => recall_path(team, row.batch_id),
                None => format!("{COUNTY_RECALLS}?batch={}", row.batch_id),
            };
            let rows: Vec<_> = self.page.recalls.iter().map(|row| (row, of_row(row))).collect();
            table(&rows, self.team.is_none())
        } else if self.wanted.is_narrowed() {
            ui::nothing_found()
        } else {
            ui::empty("check-circle", t("没有召回", "No recall so far"), "", ())
        };
        view! {
            {self.filter_form()}
            {rows}
            {ui::pager(self.page.page, self.page.page + i64::from(self.page.has_more))}
        }
        .into_any()
    }

    fn filter_form(&self) -> AnyView {
        let (path, wanted) = (self.path(), &self.wanted);
        let form = ui::FilterForm {
            path: &path,
            id: "r",
            days: Some(ui::FilterDays { label: t("日期从", "From"), from: &wanted.from, to: &wanted.to }),
            clear: wanted.is_narrowed().then(|| link(&path)),
        };
        let reasons = RecallReason::ALL
            .iter()
            .map(|reason| (reason.as_str().to_owned(), words::recall_reason(*reason).to_owned()));
        let reason = ui::filter_choice("r", "reason", t("原因", "Reason"), &wanted.reason, reasons.collect());
        ui::filter_form(&form, (), reason)
    }
}

async fn sheet(team: Option<TeamId>) -> FileResult {
    let (rows, has_more) = exported_recalls(&services(), &viewer(), team, &query_of_address()).await?;
    let heads = [
        (t("时间", "Time"), false),
        (t("团队", "Team"), true),
        (t("商品", "Product"), true),
        (t("批次", "Batch"), false),
        (t("原因", "Reason"), true),
    ];
    let row = |row: &RecallHeadRow| -> Vec<Cell> {
        vec![
            china_minute_text(row.at_ms).into(),
            row.team_name.clone().into(),
            name(&row.name, &row.name_en).into(),
            row.code.clone().into(),
            words::recall_reason(row.reason).into(),
        ]
    };
    let rows = rows.iter().map(row).collect();
    let report = Report::new(t("召回记录", "Recalls"), heads, rows, ui::cut_note(has_more));
    Ok(FileAnswer::sheet_of_today("recalls", report.xlsx().await?))
}

/// Recalls with where each leads to; the county's list says which team's they are.
fn table(rows: &[(&RecallHeadRow, String)], with_team: bool) -> AnyView {
    let head = with_team.then(|| view! { <th scope="col">{t("团队", "Team")}</th> });
    let rows: Vec<_> = rows
        .iter()
        .map(|(row, path)| {
            let team = with_team.then(|| view! { <td data-label=t("团队", "Team")>{row.team_name.clone()}</td> });
            view! {
                <tr>
                    <th scope="row" data-label=t("时间", "Time")><a class="num" href=link(path)>{china_minute_text(row.at_ms)}</a></th>
                    {team}
                    <td data-label=t("商品", "Product")>{name(&row.name, &row.name_en).to_owned()}</td>
                    <td data-label=t("批次", "Batch")><span class="num">{row.code.clone()}</span></td>
                    <td data-label=t("原因", "Reason")>{words::recall_reason(row.reason)}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <div class="table-wrap"><table class="table table--cards table--dense">
            <thead><tr>
                <th scope="col">{t("时间", "Time")}</th>{head}<th scope="col">{t("商品", "Product")}</th>
                <th scope="col">{t("批次", "Batch")}</th><th scope="col">{t("原因", "Reason")}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}
