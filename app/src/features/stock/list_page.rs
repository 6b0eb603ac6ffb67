//! All batches of a team.

use domain::ids::TeamId;
use domain::stock::movement::BatchState;
use leptos::prelude::*;
use service::report::{Cell, Report};
use service::stock::{BatchFilter, TeamBatch, TeamBatches, exported_batches, team_batches};

use super::{batch_path, batches_path, counts_path, place_count_path, team_movements_path, words};
use crate::context::{given_text, link, name, query, services, t, viewer};
use crate::features::listing::stock_path;
use crate::features::sell::team::{current_team, stock_text, tabs};
use crate::layout::Screen;
use crate::routes::{FileAnswer, FileResult, PageResult, paths};
use crate::ui;

fn filter_of_query() -> BatchFilter {
    BatchFilter {
        state: query("state"),
        product: query("product"),
        place: query("place"),
        village: query("village"),
        code: query("q"),
    }
}

fn text_of(filter: &BatchFilter) -> String {
    given_text(&[
        ("state", &filter.state),
        ("product", &filter.product),
        ("place", &filter.place),
        ("village", &filter.village),
        ("q", &filter.code),
    ])
}

/// `/sell/{team}/batches?state=near_expiry&product=…&place=…&village=…&q=…&page=…`
pub async fn batches_page() -> PageResult {
    let team = current_team().await?;
    let filter = filter_of_query();
    let number = query("page").parse().unwrap_or(1);
    let list = team_batches(&services(), &viewer(), team.id, &filter, number).await?;
    let path = batches_path(team.id);
    let count = |state: BatchState| {
        list.counts.iter().find(|(known, _)| *known == state).map_or(0, |(_, count)| *count)
    };
    let mut entries = vec![("", t("有库存", "Something left"), list.counts.iter().map(|(_, n)| *n).sum())];
    for state in [BatchState::ForSale, BatchState::NearExpiry, BatchState::Expired, BatchState::Recalled] {
        entries.push((state.as_str(), words::batch_state(state).0, count(state)));
    }
    entries.push(("ended", t("没有剩余", "Nothing left"), 0));
    let products = paths::team_products(team.id);
    let title = t("批次", "Batches");
    let sub = t("所有商品的批次，先到期的在前。", "Batches of all goods, the first to expire first.");
    let sheet = format!("{}.xlsx{}", link(&path), text_of(&filter));
    let (count, counts) = (link(&place_count_path(team.id)), link(&counts_path(team.id)));
    let movements = link(&team_movements_path(team.id));
    let export = view! {
        <a class="btn btn--plain" href=count>{ui::icon("check")}{t("按地点盘点", "Count a place")}</a>
        <a class="btn btn--plain" href=counts>{ui::icon("clock")}{t("盘点记录", "Counts")}</a>
        <a class="btn btn--plain" href=movements>{ui::icon("clock")}{t("库存流水", "Movements")}</a>
        {ui::export_link(sheet)}
    };
    let cut = list.is_cut.then(|| {
        ui::alert("info", t("批次太多，没有全部列出", "There are more batches than are listed"), ())
    });
    let body = view! {
        {ui::crumbs(&[(&products, t("商品", "Products"))], title)}
        {ui::page_head(title, sub, export)}
        {tabs(&path, "state", &filter.state, &["product", "place", "village", "q"], entries)}
        {cut}
        {filter_form(&path, &filter, &list)}
        {table(team.id, &list.batches, &filter)}
        {ui::pager(list.page, list.pages)}
    };
    Ok(Screen::console(team.console(), title, body))
}

fn filter_form(path: &str, filter: &BatchFilter, list: &TeamBatches) -> AnyView {
    let state = (!filter.state.is_empty()).then(|| ui::hidden("state", &filter.state));
    let all = BatchFilter { state: filter.state.clone(), ..BatchFilter::default() };
    let form = ui::FilterForm {
        path,
        id: "b",
        days: None,
        clear: filter.is_narrowed().then(|| format!("{}{}", link(path), text_of(&all))),
    };
    let products = list.products.iter();
    let products = products.map(|choice| (choice.id.clone(), name(&choice.name, &choice.name_en).to_owned()));
    let villages = list.villages.iter();
    let villages = villages.map(|choice| (choice.id.clone(), name(&choice.name, &choice.name_en).to_owned()));
    let places = list.places.iter().map(|place| (place.clone(), place.clone()));
    let (label, hint) = (t("批次号", "Batch code"), t("包装上的批次号", "As it is on the package"));
    let choices = view! {
        {ui::filter_text("b", "q", label, hint, &filter.code)}
        {ui::filter_choice("b", "product", t("商品", "Product"), &filter.product, products.collect())}
        {ui::filter_choice("b", "place", t("存放地点", "Where it lies"), &filter.place, places.collect())}
        {ui::filter_choice("b", "village", t("村", "Village"), &filter.village, villages.collect())}
    };
    ui::filter_form(&form, state, choices)
}

fn table(team: TeamId, batches: &[TeamBatch], filter: &BatchFilter) -> AnyView {
    if batches.is_empty() {
        // Whoever reads a code off a package does not know whether anything is left of it.
        let sub = if !filter.code.is_empty() && !filter.is_ended() {
            t("已经卖完的批次在“没有剩余”里。", "Batches of which all is sold are under “Nothing left”.")
        } else {
            t(
                "在商品的库存页登记批次，或换个条件看看。",
                "Take batches in on the stock page of a product, or ask for others.",
            )
        };
        return ui::empty("box", t("这里没有批次", "No batches here"), sub, ());
    }
    let rows: Vec<_> = batches.iter().map(|batch| row(team, batch)).collect();
    view! {
        <div class="table-wrap"><table class="table table--cards table--dense">
            <caption class="vh">{t("批次", "Batches")}</caption>
            <thead><tr>
                <th scope="col">{t("批次", "Batch")}</th>
                <th scope="col">{t("商品", "Product")}</th>
                <th scope="col">{t("状态", "State")}</th>
                <th scope="col">{t("保质期到", "Keeps until")}</th>
                <th scope="col" class="n">{t("可售", "For sale")}</th>
                <th scope="col" class="n">{t("已订未发", "Set aside")}</th>
                <th scope="col" class="n">{t("已售", "Sold")}</th>
                <th scope="col">{t("存放地点", "Where it lies")}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

fn row(team: TeamId, batch: &TeamBatch) -> AnyView {
    let row = &batch.row;
    let amount = |base_units: i64| stock_text(base_units, &row.base_unit);
    let expires = row.expires_on.clone().unwrap_or_else(|| "—".to_owned());
    view! {
        <tr>
            <th scope="row" data-label=t("批次", "Batch")>
                <a class="num" href=link(&batch_path(team, row.batch_id))>{row.code.clone()}</a>
            </th>
            <td data-label=t("商品", "Product")>
                <a href=link(&stock_path(team, row.product_id))>{name(&row.name, &row.name_en).to_owned()}</a>
            </td>
            <td data-label=t("状态", "State")>{ui::status_chip(words::batch_state(batch.state))}</td>
            <td data-label=t("保质期到", "Keeps until")><span class="num">{expires}</span></td>
            <td class="n" data-label=t("可售", "For sale")>{amount(row.available)}</td>
            <td class="n" data-label=t("已订未发", "Set aside")>{amount(row.held)}</td>
            <td class="n" data-label=t("已售", "Sold")>{amount(row.sold)}</td>
            <td data-label=t("存放地点", "Where it lies")>{row.place_name.clone()}</td>
        </tr>
    }
    .into_any()
}

/// `/sell/{team}/batches.xlsx`, narrowed like the page.
pub async fn batches_sheet() -> FileResult {
    let team = current_team().await?;
    let (batches, is_cut) = exported_batches(&services(), &viewer(), team.id, &filter_of_query()).await?;
    let heads = [
        (t("批次", "Batch"), false),
        (t("商品", "Product"), true),
        (t("状态", "State"), false),
        (t("生产日期", "Made on"), false),
        (t("保质期到", "Keeps until"), false),
        (t("剩余天数", "Days left"), false),
        (t("单位", "Unit"), false),
        (t("入库", "Received"), false),
        (t("可售", "For sale"), false),
        (t("已订未发", "Set aside"), false),
        (t("已售", "Sold"), false),
        (t("损耗", "Lost"), false),
        (t("存放地点", "Where it lies"), true),
    ];
    let rows = batches.iter().map(sheet_row).collect();
    let note = is_cut.then(|| t("批次太多，没有全部列出。", "There are more batches than are listed."));
    let report = Report::new(t("批次", "Batches"), heads, rows, note);
    Ok(FileAnswer::sheet_of_today("batches", report.xlsx().await?))
}

fn sheet_row(batch: &TeamBatch) -> Vec<Cell> {
    let row = &batch.row;
    vec![
        row.code.clone().into(),
        name(&row.name, &row.name_en).into(),
        words::batch_state(batch.state).0.into(),
        row.produced_on.clone().into(),
        row.expires_on.clone().unwrap_or_default().into(),
        batch.days_left.map_or_else(|| Cell::from(""), Cell::Number),
        words::base_unit(&row.base_unit).into(),
        Cell::Number(row.received),
        Cell::Number(row.available),
        Cell::Number(row.held),
        Cell::Number(row.sold),
        Cell::Number(row.written_off),
        row.place_name.clone().into(),
    ]
}
