//! What batches have used of a mark: narrowed by day, page by page, and taken along.

use domain::ids::CollectiveId;
use domain::time::china_minute_text;
use leptos::prelude::*;
use service::marks::{BatchUseRow, MarkDesk, UsesPage, UsesQuery, exported_uses, mark_desk, mark_uses};
use service::report::{Cell, Report};

use super::desk_path;
use crate::context::{given_text, link, name, param, query, services, t, typed_param, viewer};
use crate::features::sell::team::stock_text;
use crate::features::stock::words;
use crate::routes::{FileAnswer, FileResult};
use crate::ui;

fn query_of_address() -> UsesQuery {
    UsesQuery { from: query("from"), to: query("to") }
}

/// The list as the address asks for it.
pub(super) struct Listed {
    path: String,
    wanted: UsesQuery,
    page: UsesPage,
}

impl Listed {
    pub(super) async fn of_address(desk: &MarkDesk) -> service::Result<Self> {
        let wanted = query_of_address();
        let number = query("page").parse().unwrap_or(1);
        let page = mark_uses(&services(), &viewer(), &desk.mark.id.to_string(), &wanted, number).await?;
        Ok(Self { path: desk_path(desk.collective.id, desk.mark.id), wanted, page })
    }

    /// The part of the owner's page; nothing while nothing was counted.
    pub(super) fn view(&self) -> AnyView {
        let is_narrowed = self.wanted.is_narrowed();
        if self.page.uses.is_empty() && !is_narrowed {
            return ().into_any();
        }
        let days = given_text(&[("from", &self.wanted.from), ("to", &self.wanted.to)]);
        let export = ui::export_link(format!("{}/uses.xlsx{days}", link(&self.path)));
        let form = ui::FilterForm {
            path: &self.path,
            id: "u",
            days: Some(ui::FilterDays {
                label: t("日期从", "From"),
                from: &self.wanted.from,
                to: &self.wanted.to,
            }),
            clear: is_narrowed.then(|| link(&self.path)),
        };
        let list = if self.page.uses.is_empty() { ui::nothing_found() } else { table(&self.page.uses) };
        view! {
            <section class="stack" id="uses">
                <div class="section-head"><h2>{t("按批次的用量", "Use by batch")}</h2>{export}</div>
                {ui::filter_form(&form, (), ())}
                {list}
                {ui::pager(self.page.page, self.page.page + i64::from(self.page.has_more))}
            </section>
        }
        .into_any()
    }
}

fn table(uses: &[BatchUseRow]) -> AnyView {
    let (time, what, batch) = (t("时间", "Time"), t("商品", "Product"), t("批次", "Batch"));
    let (village, amount) = (t("村庄", "Village"), t("数量", "Amount"));
    let rows: Vec<_> = uses
        .iter()
        .map(|row| {
            view! {
                <tr>
                    <th scope="row" data-label=time class="num">{china_minute_text(row.at_ms)}</th>
                    <td data-label=what>{name(&row.product_name, &row.product_name_en).to_owned()}</td>
                    <td data-label=batch class="num">{row.batch_code.clone()}</td>
                    <td data-label=village>{name(&row.village_name, &row.village_name_en).to_owned()}</td>
                    <td data-label=amount class="n">{stock_text(row.base_quantity, &row.base_unit)}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <div class="table-wrap"><table class="table table--cards table--dense">
            <caption class="vh">{t("按批次的用量", "Use by batch")}</caption>
            <thead><tr>
                <th scope="col">{time}</th><th scope="col">{what}</th><th scope="col">{batch}</th>
                <th scope="col">{village}</th><th scope="col" class="n">{amount}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

/// `/books/{collective}/marks/{mark}/uses.xlsx`, narrowed like the page.
pub async fn uses_sheet() -> FileResult {
    let collective: CollectiveId = typed_param("collective")?;
    let mark = param("mark");
    if mark_desk(&services(), &viewer(), &mark).await?.mark.collective_id != collective {
        return Err(service::ServiceError::NotFound);
    }
    let (uses, has_more) = exported_uses(&services(), &viewer(), &mark, &query_of_address()).await?;
    let heads = [
        (t("时间", "Time"), false),
        (t("商品", "Product"), true),
        (t("批次", "Batch"), false),
        (t("村庄", "Village"), false),
        (t("许可", "Licence"), false),
        (t("单位", "Unit"), false),
        (t("数量", "Amount"), false),
    ];
    let rows = uses.iter().map(sheet_row).collect();
    let report = Report::new(t("商标用量", "Use of the mark"), heads, rows, ui::cut_note(has_more));
    Ok(FileAnswer::sheet_of_today("mark-uses", report.xlsx().await?))
}

fn sheet_row(row: &BatchUseRow) -> Vec<Cell> {
    let licence = if row.licence_id.is_some() { t("许可", "licensed") } else { t("自有", "own") };
    vec![
        china_minute_text(row.at_ms).into(),
        name(&row.product_name, &row.product_name_en).into(),
        row.batch_code.clone().into(),
        name(&row.village_name, &row.village_name_en).into(),
        licence.into(),
        words::base_unit(&row.base_unit).into(),
        Cell::Number(row.base_quantity),
    ]
}
