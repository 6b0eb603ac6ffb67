//! A team's parcels in one table: narrowed by the address, shipped and printed by the dozen, taken out as a sheet.

use domain::ids::{ParcelId, PlaceId, ProductId, VillageId};
use domain::parcel::ParcelStatus;
use leptos::prelude::*;
use service::day::{ChoiceRow, TableFilter, TablePage};

use super::ship_form::{plain_table, ship_form};
use crate::context::{given_text, link, locale, name, query, query_text, request, services, t, viewer};
use crate::features::sell::team::{Team, current_team};
use crate::layout::Screen;
use crate::routes::{FileAnswer, FileResult, PageResult, paths};
use crate::text::counted;
use crate::ui;

fn filter_of_query() -> TableFilter {
    TableFilter {
        status: query("status"),
        village: query("village"),
        product: query("product"),
        place: query("place"),
        from: query("from"),
        to: query("to"),
        only_late: query("late") == "1",
        search: query("q"),
    }
}

/// `/sell/{team}/orders?status=…&village=…&product=…&place=…&from=…&to=…&late=1&q=…&page=2`
pub async fn orders_page() -> PageResult {
    let team = current_team().await?;
    let filter = filter_of_query();
    let number = query("page").parse().unwrap_or(1);
    let page = service::day::parcel_table(&services(), &viewer(), team.id, &filter, number).await?;
    let title = t("订单", "Orders");
    let sub = t(
        "可以按状态、村、商品、发货地点和付款日期筛选，也可以批量发货和打印。",
        "Narrow by state, village, product, place and day of payment; ship and print many at once.",
    );
    let sheet = format!("{}{}", link(&paths::team_orders_sheet(team.id)), sheet_query(&filter));
    let actions = view! { {print_links(&team, &filter)} {ui::export_link(sheet)} };
    let table = if page.rows.is_empty() {
        nothing(&filter, &team)
    } else if filter.state() == Some(ParcelStatus::ToPack) {
        ship_form(&team, &page, &filter)
    } else {
        plain_table(&team, &page)
    };
    let body = view! {
        {ui::page_head(title, sub, actions)}
        {notice(&team)}
        {state_tabs(&team, &filter)}
        {filter_form(&team, &filter, &page)}
        {table}
        {ui::pager(page.page, page.page + i64::from(page.has_more))}
    };
    Ok(Screen::console(team.console(), title, body))
}

/// `/sell/{team}/orders.xlsx`, narrowed like the page.
pub async fn orders_sheet() -> FileResult {
    let team = current_team().await?;
    let filter = filter_of_query();
    let bytes = service::day::export_parcels(&services(), &viewer(), team.id, &filter).await?;
    Ok(FileAnswer::sheet_of_today("orders", bytes))
}

/// The filter as a query, for the sheet.
fn sheet_query(filter: &TableFilter) -> String {
    given_text(&[
        ("status", filter.status.as_str()),
        ("village", filter.village.as_str()),
        ("product", filter.product.as_str()),
        ("place", filter.place.as_str()),
        ("from", filter.from.as_str()),
        ("to", filter.to.as_str()),
        ("late", if filter.only_late { "1" } else { "" }),
        ("q", filter.search.as_str()),
    ])
}

/// All that a place has to pack, on paper: whoever stands there needs nothing else.
fn print_links(team: &Team, filter: &TableFilter) -> Option<AnyView> {
    if filter.place.is_empty() || filter.state() != Some(ParcelStatus::ToPack) {
        return None;
    }
    let path = paths::team_parcels(team.id);
    let of_place = query_text(&[("place", &filter.place)]);
    let labels = link(&format!("{path}/labels{of_place}"));
    let lists = link(&format!("{path}/packing-lists{of_place}"));
    let links = view! {
        <a class="btn btn--plain" href=labels>{ui::icon("print")}{t("这里的面单", "Labels of this place")}</a>
        <a class="btn btn--plain" href=lists>
            {ui::icon("print")}{t("这里的装箱单", "Packing lists of this place")}
        </a>
    };
    Some(links.into_any())
}

/// What became of parcels that were ticked.
fn notice(team: &Team) -> AnyView {
    let Ok(sent) = query("sent").parse::<i64>() else { return ().into_any() };
    let kept: Vec<_> = query("kept")
        .split(',')
        .filter_map(|id| id.parse::<ParcelId>().ok())
        .map(|parcel| {
            view! { <li><a class="num" href=link(&paths::team_parcel(team.id, parcel))>{parcel.to_string()}</a></li> }
        })
        .collect();
    let done = (sent > 0).then(|| {
        ui::alert(
            "ok",
            &counted(
                locale(),
                sent,
                "个包裹已标记发货",
                ["parcel was marked as shipped", "parcels were marked as shipped"],
            ),
            (),
        )
    });
    let held = (!kept.is_empty()).then(|| {
        let words = t(
            "这些没有发出：售后未处理完、批次被召回或已过期、还没称重，或状态已变。打开看看；看不出原因的，再发一次。",
            "These have not left: an open after-sale, a recalled or expired batch, a weight that is missing, or another state. Open them to see; where nothing is wrong, ship them again.",
        );
        ui::alert("warn", words, view! { <ul>{kept}</ul> })
    });
    view! { {done}{held} }.into_any()
}

fn state_tabs(team: &Team, filter: &TableFilter) -> AnyView {
    let present = match filter.state() {
        _ if filter.only_late => "late",
        Some(status) => status.as_str(),
        None => "all",
    };
    let path = link(&paths::team_orders(team.id));
    let items: Vec<_> = [
        ("to_pack", t("待发货", "To pack")),
        ("late", t("超期", "Late")),
        ("shipped", t("已发货", "Shipped")),
        ("received", t("已签收", "Received")),
        ("all", t("全部", "All")),
    ]
    .into_iter()
    .map(|(word, label)| {
        let mut kept = TableFilter { only_late: word == "late", ..filter.clone() };
        kept.status = if word == "late" { String::new() } else { word.to_owned() };
        let href = format!("{path}{}", sheet_query(&kept));
        view! { <a href=href aria-current=(word == present).then_some("page")>{label}</a> }
    })
    .collect();
    view! { <nav class="tabs" aria-label=t("状态", "State")>{items}</nav> }.into_any()
}

fn filter_form(team: &Team, filter: &TableFilter, page: &TablePage) -> AnyView {
    let words = |row: &ChoiceRow| name(&row.name, &row.name_en).to_owned();
    let village = |row: &ChoiceRow| (VillageId::from_i64(row.id).to_string(), words(row));
    let product = |row: &ChoiceRow| (ProductId::from_i64(row.id).to_string(), words(row));
    let status = (!filter.status.is_empty()).then(|| ui::hidden("status", &filter.status));
    let late = filter.only_late.then(|| ui::hidden("late", "1"));
    let place = |row: &ChoiceRow| (PlaceId::from_i64(row.id).to_string(), words(row));
    let narrowed =
        [&filter.village, &filter.product, &filter.place, &filter.from, &filter.to, &filter.search];
    let is_narrowed = narrowed.iter().any(|text| !text.is_empty());
    let path = paths::team_orders(team.id);
    let all =
        TableFilter { status: filter.status.clone(), only_late: filter.only_late, ..TableFilter::default() };
    let form = ui::FilterForm {
        path: &path,
        id: "d",
        days: Some(ui::FilterDays {
            label: t("付款日期从", "Paid from"),
            from: &filter.from,
            to: &filter.to,
        }),
        clear: is_narrowed.then(|| format!("{}{}", link(&path), sheet_query(&all))),
    };
    let villages = page.villages.iter().map(village).collect();
    let products = page.products.iter().map(product).collect();
    // Of one place there is nothing to choose.
    let places = (page.places.len() > 1 || !filter.place.is_empty()).then(|| {
        let places = page.places.iter().map(place).collect();
        ui::filter_choice("d", "place", t("发货地点", "Sent from"), &filter.place, places)
    });
    let choices = view! {
        {ui::filter_text("d", "q", t("查找", "Find"), t("订单号、快递单号、收件人", "Order, tracking number, name"), &filter.search)}
        {ui::filter_choice("d", "village", t("村", "Village"), &filter.village, villages)}
        {ui::filter_choice("d", "product", t("商品", "Product"), &filter.product, products)}
        {places}
    };
    ui::filter_form(&form, view! { {status}{late} }, choices)
}

fn nothing(filter: &TableFilter, team: &Team) -> AnyView {
    if filter.only_late {
        return ui::empty("check-circle", t("没有超期的包裹", "Nothing is late"), "", ());
    }
    if request().query.is_empty()
        || *filter == (TableFilter { status: filter.status.clone(), ..TableFilter::default() })
    {
        let sub = t("有人付款后，包裹会出现在这里。", "Parcels appear here as soon as someone has paid.");
        return ui::empty("package", t("没有要发的货", "Nothing here"), sub, ());
    }
    let all = format!("{}?status=all", link(&paths::team_orders(team.id)));
    let action = view! { <a class="btn btn--plain" href=all>{t("看全部", "See all")}</a> };
    ui::empty(
        "search",
        t("没有找到", "Nothing found"),
        t("换个日期或条件试试。", "Try other days or fewer conditions."),
        action,
    )
}
