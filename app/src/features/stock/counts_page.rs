//! What a team has counted: narrowed by place, product and day, and taken along.

use domain::ids::TeamId;
use domain::stock::movement::MovementKind;
use domain::time::china_minute_text;
use leptos::prelude::*;
use service::listing::Choice;
use service::report::{Cell, Report};
use service::stock::{CountLineRow, CountsPage, CountsQuery, exported_counts, list_counts};

use super::{batches_path, count_path, counts_path, place_count_path, words};
use crate::context::{given_text, link, name, query, services, t, viewer};
use crate::features::sell::team::{current_team, stock_text};
use crate::layout::Screen;
use crate::routes::{FileAnswer, FileResult, PageResult};
use crate::ui;

fn query_of_address() -> CountsQuery {
    CountsQuery { place: query("place"), product: query("product"), from: query("from"), to: query("to") }
}

fn text_of(wanted: &CountsQuery) -> String {
    given_text(&[
        ("place", &wanted.place),
        ("product", &wanted.product),
        ("from", &wanted.from),
        ("to", &wanted.to),
    ])
}

/// `/sell/{team}/counts?place=…&product=…&from=…&to=…&page=…`
pub async fn counts_page() -> PageResult {
    let team = current_team().await?;
    let wanted = query_of_address();
    let number = query("page").parse().unwrap_or(1);
    let page = list_counts(&services(), &viewer(), team.id, &wanted, number).await?;
    let path = counts_path(team.id);
    let title = t("盘点记录", "Counts");
    let count = link(&place_count_path(team.id));
    let export = ui::export_link(format!("{}.xlsx{}", link(&path), text_of(&wanted)));
    let actions = view! {
        <a class="btn btn--plain" href=count>{ui::icon("check")}{t("按地点盘点", "Count a place")}</a>
        {export}
    };
    let done = (query("done") == "counted").then(|| {
        ui::alert(
            "ok",
            t("盘点已记下，库存已按实数调整。", "The count is kept and the stock follows it."),
            (),
        )
    });
    let list = if !page.lines.is_empty() {
        table(team.id, &page.lines)
    } else if wanted.is_narrowed() {
        ui::nothing_found()
    } else {
        let sub = t("数一遍货架，差异会记在这里。", "Walk along the shelf: differences are listed here.");
        ui::empty("check", t("还没有盘点过", "Nothing was counted yet"), sub, ())
    };
    let body = view! {
        {ui::crumbs(&[(&batches_path(team.id), t("批次", "Batches"))], title)}
        {ui::page_head(title, "", actions)}
        {done}
        {filter_form(&path, &wanted, &page)}
        {list}
        {ui::pager(page.page, page.page + i64::from(page.has_more))}
    };
    Ok(Screen::console(team.console(), title, body))
}

fn filter_form(path: &str, wanted: &CountsQuery, page: &CountsPage) -> AnyView {
    let form = ui::FilterForm {
        path,
        id: "k",
        days: Some(ui::FilterDays { label: t("日期从", "From"), from: &wanted.from, to: &wanted.to }),
        clear: wanted.is_narrowed().then(|| link(path)),
    };
    let options = |choices: &[Choice]| -> Vec<(String, String)> {
        choices.iter().map(|one| (one.id.clone(), name(&one.name, &one.name_en).to_owned())).collect()
    };
    let choices = view! {
        {ui::filter_choice("k", "place", t("地点", "Place"), &wanted.place, options(&page.places))}
        {ui::filter_choice("k", "product", t("商品", "Product"), &wanted.product, options(&page.products))}
    };
    ui::filter_form(&form, (), choices)
}

fn reason_of(line: &CountLineRow) -> &'static str {
    words::reason_of(MovementKind::Count, &line.reason)
}

fn table(team: TeamId, lines: &[CountLineRow]) -> AnyView {
    let rows: Vec<_> = lines.iter().map(|line| row(team, line)).collect();
    view! {
        <div class="table-wrap"><table class="table table--cards table--dense">
            <caption class="vh">{t("盘点记录", "Counts")}</caption>
            <thead><tr>
                <th scope="col">{t("时间", "Time")}</th><th scope="col">{t("商品", "Product")}</th>
                <th scope="col">{t("批次", "Batch")}</th><th scope="col">{t("地点", "Place")}</th>
                <th scope="col" class="n">{t("账上", "By the books")}</th><th scope="col" class="n">{t("实数", "Counted")}</th>
                <th scope="col">{t("差异", "Difference")}</th><th scope="col">{t("盘点人", "By")}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

fn row(team: TeamId, line: &CountLineRow) -> AnyView {
    let unit = line.base_unit.as_str();
    let reason = reason_of(line);
    let reason = (!reason.is_empty()).then(|| view! { " "<span class="muted">{reason}</span> });
    view! {
        <tr>
            <th scope="row" data-label=t("时间", "Time")><span class="num">{china_minute_text(line.at_ms)}</span></th>
            <td data-label=t("商品", "Product")>
                <a href=link(&count_path(team, line.product_id))>{name(&line.name, &line.name_en).to_owned()}</a>
            </td>
            <td data-label=t("批次", "Batch")><span class="num">{line.code.clone()}</span></td>
            <td data-label=t("地点", "Place")>{line.place_name.clone()}</td>
            <td class="n" data-label=t("账上", "By the books")>{stock_text(line.expected, unit)}</td>
            <td class="n" data-label=t("实数", "Counted")>{stock_text(line.counted, unit)}</td>
            <td data-label=t("差异", "Difference")>{difference(line.counted - line.expected, unit)}{reason}</td>
            <td data-label=t("盘点人", "By")>{line.user_name.clone()}" "<span class="muted">{line.note.clone()}</span></td>
        </tr>
    }
    .into_any()
}

/// More or less than the books said, with its tone.
pub(super) fn difference(change: i64, base_unit: &str) -> AnyView {
    let (tone, text) = match change {
        0 => ("chip t-go", t("相符", "as expected").to_owned()),
        more if more > 0 => ("chip t-wait", format!("+{}", stock_text(more, base_unit))),
        less => ("chip t-bad", format!("−{}", stock_text(-less, base_unit))),
    };
    view! { <span class=tone>{text}</span> }.into_any()
}

/// `/sell/{team}/counts.xlsx`, narrowed like the page.
pub async fn counts_sheet() -> FileResult {
    let team = current_team().await?;
    let (lines, has_more) = exported_counts(&services(), &viewer(), team.id, &query_of_address()).await?;
    let heads = [
        (t("时间", "Time"), false),
        (t("商品", "Product"), true),
        (t("批次", "Batch"), false),
        (t("地点", "Place"), true),
        (t("单位", "Unit"), false),
        (t("账上", "By the books"), false),
        (t("实数", "Counted"), false),
        (t("差异", "Difference"), false),
        (t("原因", "Reason"), false),
        (t("备注", "Note"), true),
        (t("盘点人", "By"), false),
    ];
    let rows = lines.iter().map(sheet_row).collect();
    let report = Report::new(t("盘点记录", "Counts"), heads, rows, ui::cut_note(has_more));
    Ok(FileAnswer::sheet_of_today("counts", report.xlsx().await?))
}

fn sheet_row(line: &CountLineRow) -> Vec<Cell> {
    vec![
        china_minute_text(line.at_ms).into(),
        name(&line.name, &line.name_en).into(),
        line.code.clone().into(),
        line.place_name.clone().into(),
        words::base_unit(&line.base_unit).into(),
        Cell::Number(line.expected),
        Cell::Number(line.counted),
        Cell::Number(line.counted - line.expected),
        reason_of(line).into(),
        line.note.clone().into(),
        line.user_name.clone().into(),
    ]
}
