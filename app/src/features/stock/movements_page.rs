//! What was done to the batches of a product: who, when, why, how much. What the list of a team shares with it is here.

use domain::ids::{ProductId, TeamId};
use domain::stock::movement::MovementKind;
use domain::time::china_minute_text;
use leptos::prelude::*;
use service::report::{Cell, Report};
use service::stock::{MovementQuery, MovementRow, Movements};

use super::{batch_path, movements_path, team_movements_path, words};
use crate::context::{given_text, link, name, query, services, t, typed_param, viewer};
use crate::features::listing::stock_path;
use crate::features::sell::team::{current_team, stock_text};
use crate::layout::Screen;
use crate::routes::{FileAnswer, FileResult, PageResult, paths};
use crate::ui;

/// `/sell/{team}/products/{product}/movements`
pub async fn movements_page() -> PageResult {
    let team = current_team().await?;
    let product: ProductId = typed_param("product")?;
    let wanted = query_of_address();
    let before = domain::ids::from_text(&query("before")).ok();
    let page = service::stock::movements_page(&services(), &viewer(), product, &wanted, before).await?;
    if page.team != team.id {
        return Err(service::ServiceError::NotFound);
    }
    let shown = name(&page.name, &page.name_en).to_owned();
    let (products, stock) = (paths::team_products(team.id), stock_path(team.id, product));
    let title = t("库存流水", "Movements of stock");
    let only = page.batch.as_ref().map(|(_, code)| {
        let all = movements_path(team.id, product);
        view! {
            <p>{t("批次 ", "Batch ")}<span class="num">{code.clone()}</span>" "<a href=link(&all)>{t("看全部批次", "All batches")}</a></p>
        }
    });
    let path = movements_path(team.id, product);
    let whole = link(&team_movements_path(team.id));
    let actions = view! {
        <a class="btn btn--plain" href=whole>{ui::icon("box")}{t("所有商品的流水", "Of all goods")}</a>
        {export(&path, &wanted)}
    };
    let body = view! {
        {ui::crumbs(&[(&products, t("商品", "Products")), (&stock, &shown)], title)}
        {ui::page_head(title, &shown, actions)}
        {filter_form(&path, &wanted)}
        <div class="stack">{only}{list(&path, &wanted, &page.movements, None)}</div>
    };
    Ok(Screen::console(team.console(), title, body))
}

fn query_of_address() -> MovementQuery {
    MovementQuery { batch: query("batch"), ..kind_and_days() }
}

/// What both lists are narrowed by.
pub(super) fn kind_and_days() -> MovementQuery {
    MovementQuery { kind: query("kind"), from: query("from"), to: query("to"), ..MovementQuery::default() }
}

pub(super) fn text_of(wanted: &MovementQuery, before: &str) -> String {
    given_text(&[
        ("batch", &wanted.batch),
        ("q", &wanted.code),
        ("product", &wanted.product),
        ("place", &wanted.place),
        ("kind", &wanted.kind),
        ("from", &wanted.from),
        ("to", &wanted.to),
        ("before", before),
    ])
}

fn filter_form(path: &str, wanted: &MovementQuery) -> AnyView {
    let batch = (!wanted.batch.is_empty()).then(|| ui::hidden("batch", &wanted.batch));
    let all = MovementQuery { batch: wanted.batch.clone(), ..MovementQuery::default() };
    let form = ui::FilterForm {
        path,
        id: "m",
        days: Some(ui::FilterDays { label: t("日期从", "From"), from: &wanted.from, to: &wanted.to }),
        clear: wanted.is_narrowed().then(|| format!("{}{}", link(path), text_of(&all, ""))),
    };
    ui::filter_form(&form, batch, kind_choice(wanted))
}

/// What was done, as a choice of the form.
pub(super) fn kind_choice(wanted: &MovementQuery) -> AnyView {
    let kinds = MovementKind::ALL
        .iter()
        .map(|kind| (kind.as_str().to_owned(), words::movement_kind(*kind).to_owned()));
    ui::filter_choice("m", "kind", t("做了什么", "What"), &wanted.kind, kinds.collect())
}

/// The link to the sheet of the list at `path`.
pub(super) fn export(path: &str, wanted: &MovementQuery) -> AnyView {
    ui::export_link(format!("{}{}", link(&format!("{path}.xlsx")), text_of(wanted, "")))
}

/// A page of the list at `path`, with the way to the older ones; with the products where it is a team's.
pub(super) fn list(
    path: &str,
    wanted: &MovementQuery,
    movements: &Movements,
    team: Option<TeamId>,
) -> AnyView {
    if movements.rows.is_empty() && wanted.is_narrowed() {
        return ui::nothing_found();
    }
    if movements.rows.is_empty() {
        return ui::empty(
            "box",
            t("还没有记录", "Nothing yet"),
            t("入库、报损、盘点、分批都会记在这里。", "Receipts, losses, counts and splits are listed here."),
            (),
        );
    }
    let older = movements.older.as_ref().map(|from| {
        let href = format!("{}{}", link(path), text_of(wanted, from));
        view! { <p><a class="btn btn--plain" href=href>{t("更早的", "Older")}</a></p> }
    });
    view! { {table(&movements.rows, team)}{older} }.into_any()
}

/// `/sell/{team}/products/{product}/movements.xlsx`, narrowed like the page.
pub async fn movements_sheet() -> FileResult {
    let team = current_team().await?;
    let product: ProductId = typed_param("product")?;
    let page =
        service::stock::exported_movements(&services(), &viewer(), product, &query_of_address()).await?;
    if page.team != team.id {
        return Err(service::ServiceError::NotFound);
    }
    sheet(&page.movements).await
}

/// Movements to be taken along.
pub(super) async fn sheet(movements: &Movements) -> FileResult {
    let heads = [
        (t("时间", "Time"), false),
        (t("商品", "Product"), true),
        (t("批次", "Batch"), false),
        (t("做了什么", "What"), false),
        (t("入库", "Received"), false),
        (t("损耗", "Lost"), false),
        (t("单位", "Unit"), false),
        (t("说明", "Note"), true),
        (t("经手人", "By"), false),
    ];
    let rows = movements.rows.iter().map(sheet_row).collect();
    let note = ui::cut_note(movements.older.is_some());
    let report = Report::new(t("库存流水", "Movements of stock"), heads, rows, note);
    Ok(FileAnswer::sheet_of_today("movements", report.xlsx().await?))
}

fn sheet_row(row: &MovementRow) -> Vec<Cell> {
    vec![
        china_minute_text(row.at_ms).into(),
        name(&row.product_name, &row.product_name_en).into(),
        row.batch_code.clone().into(),
        words::movement_kind(row.kind).into(),
        Cell::Number(row.received_change),
        Cell::Number(row.written_off_change),
        words::base_unit(&row.base_unit).into(),
        said_of(row).into(),
        row.user_name.clone().unwrap_or_default().into(),
    ]
}

/// Why, from or to where, and what was noted.
fn said_of(row: &MovementRow) -> String {
    let reason = words::reason_of(row.kind, &row.reason);
    let mut said: Vec<String> = Vec::new();
    said.extend((!reason.is_empty()).then(|| reason.to_owned()));
    said.extend(row.counterpart_code.as_ref().map(|code| format!("{} {code}", t("批次", "batch"))));
    said.extend(match (&row.from_place, &row.place) {
        (None, Some(place)) if row.kind == MovementKind::Count => Some(place.clone()),
        (Some(from), Some(to)) => Some(format!("{from} → {to}")),
        (None, Some(to)) => Some(format!("→ {to}")),
        _ => None,
    });
    said.extend(days_of(row));
    said.extend((!row.note.is_empty()).then(|| row.note.clone()));
    said.join(t("，", ", "))
}

/// The days of a batch as they were and as they are, where they were corrected.
fn days_of(row: &MovementRow) -> Option<String> {
    let produced_on = row.produced_on.as_deref()?;
    let changed = |label: &str, former: Option<&str>, now: Option<&str>| {
        let text = format!("{label} {} → {}", former.unwrap_or("—"), now.unwrap_or("—"));
        (former != now).then_some(text)
    };
    let produced = changed(t("生产日期", "produced"), row.former_produced_on.as_deref(), Some(produced_on));
    let expires =
        changed(t("保质期至", "best before"), row.former_expires_on.as_deref(), row.expires_on.as_deref());
    Some(produced.into_iter().chain(expires).collect::<Vec<_>>().join(t("，", ", ")))
}

/// A change with its sign; nothing for none.
fn change_text(change: i64, base_unit: &str) -> String {
    match change {
        0 => String::new(),
        more if more > 0 => format!("+{}", stock_text(more, base_unit)),
        less => format!("−{}", stock_text(-less, base_unit)),
    }
}

/// Movements, latest first; with the product of each and ways to it and its batch where they are a team's.
pub(super) fn table(movements: &[MovementRow], team: Option<TeamId>) -> AnyView {
    let rows: Vec<_> = movements.iter().map(|row| table_row(row, team)).collect();
    let product = team.map(|_| view! { <th scope="col">{t("商品", "Product")}</th> });
    view! {
        <div class="table-wrap"><table class="table table--cards table--dense">
            <caption class="vh">{t("库存流水", "Movements of stock")}</caption>
            <thead><tr>
                <th scope="col">{t("时间", "Time")}</th>{product}<th scope="col">{t("批次", "Batch")}</th>
                <th scope="col">{t("做了什么", "What")}</th><th scope="col" class="n">{t("可售", "For sale")}</th>
                <th scope="col" class="n">{t("损耗", "Lost")}</th><th scope="col">{t("说明", "Note")}</th>
                <th scope="col">{t("经手人", "By")}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

fn table_row(row: &MovementRow, team: Option<TeamId>) -> AnyView {
    let available = change_text(row.received_change - row.written_off_change, &row.base_unit);
    let lost = change_text(row.written_off_change, &row.base_unit);
    let said = said_of(row);
    let who = row.user_name.clone().unwrap_or_else(|| "—".to_owned());
    let code = row.batch_code.clone();
    let product = team.map(|team| {
        let shown = name(&row.product_name, &row.product_name_en);
        let shown = if shown.is_empty() { t("未命名商品", "Unnamed product") } else { shown }.to_owned();
        let path = stock_path(team, row.product_id);
        view! { <td data-label=t("商品", "Product")><a href=link(&path)>{shown}</a></td> }
    });
    let batch = match team {
        Some(team) => {
            view! { <a class="num" href=link(&batch_path(team, row.batch_id))>{code}</a> }.into_any()
        }
        None => view! { <span class="num">{code}</span> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row" data-label=t("时间", "Time")><span class="num">{china_minute_text(row.at_ms)}</span></th>
            {product}
            <td data-label=t("批次", "Batch")>{batch}</td>
            <td data-label=t("做了什么", "What")>{words::movement_kind(row.kind)}</td>
            <td class="n" data-label=t("可售", "For sale")>{available}</td>
            <td class="n" data-label=t("损耗", "Lost")>{(!lost.is_empty()).then_some(lost)}</td>
            <td data-label=t("说明", "Note")>{(!said.is_empty()).then_some(said)}</td>
            <td data-label=t("经手人", "By")>{who}</td>
        </tr>
    }
    .into_any()
}
