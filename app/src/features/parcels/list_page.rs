//! What is to be packed, and one parcel.

use domain::ids::{ParcelId, PlaceId};
use domain::locale::Locale;
use domain::parcel::ParcelStatus;
use leptos::prelude::*;
use service::shipping::PackingParcel;

use super::api::GiveUpOrder;
use super::chosen::{parcels_path, place_asked, place_tabs, place_word};
use super::parcel_card::{parcel_card, parcel_link};
use super::words::carrier_events;
use super::{desk_parts, tracking_path};
use crate::context::{given_text, link, locale, query, services, t, typed_param, viewer};
use crate::features::sell::team::{Team, current_team, row_failure};
use crate::form::FormState;
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::ui;

/// `/sell/{team}/parcels?status=late&place=…`: the team's parcels that wait, or of them what leaves from one place, longest
/// waiting first. Those that have left stand in the list of orders, page by page.
pub async fn parcels_page() -> PageResult {
    let team = current_team().await?;
    let (is_late, place) = (query("status") == "late", place_asked());
    let places = service::day::place_choices(&services(), &viewer(), team.id).await?;
    let page = if is_late {
        service::shipping::desk::list_late(&services(), &viewer(), team.id, place).await?
    } else {
        let to_pack = ParcelStatus::ToPack;
        service::shipping::list_parcels(&services(), &viewer(), team.id, to_pack, place).await?
    };
    let late = service::shipping::desk::count_late(&services(), &viewer(), team.id, place).await?;
    let shipped = match query("shipped").parse::<ParcelId>() {
        Ok(parcel) => service::shipping::packing_list(&services(), &viewer(), parcel).await.ok(),
        Err(_) => None,
    };
    let to_pack = count_of(&page.counts_at, ParcelStatus::ToPack);
    let on_their_way = count_of(&page.counts_at, ParcelStatus::Shipped);
    let path = paths::team_parcels(team.id);
    let orders = paths::team_orders(team.id);
    let word = place_word();
    let at_place = |status: &str| given_text(&[("status", status), ("place", &word)]);
    let of_orders = |status: ParcelStatus| format!("{orders}{}", at_place(status.as_str()));
    let tab_bar = tab_bar(vec![
        (format!("{path}{}", at_place("")), t("待发货", "To pack"), to_pack, !is_late),
        (format!("{path}{}", at_place("late")), t("超时未发", "Late"), late, is_late),
        (of_orders(ParcelStatus::Shipped), t("已发货", "Shipped"), on_their_way, false),
        (of_orders(ParcelStatus::Received), t("已签收", "Received"), 0, false),
    ]);
    let place_bar = place_tabs(&places, place, &path, ("status", if is_late { "late" } else { "" }));
    let cards: Vec<_> = page.parcels.iter().map(|parcel| parcel_card(&team, parcel, false)).collect();
    let wanted = if is_late { late } else { to_pack };
    let more = not_listed(&orders, is_late, wanted, cards.len());
    let list = if cards.is_empty() {
        nothing(is_late, place)
    } else {
        view! { {more} <div class="stack">{cards}</div> }.into_any()
    };
    let actions = (to_pack > 0).then(|| actions(&team, is_late));
    let title = t("发货", "Parcels");
    let notice = shipped.map(|parcel| shipped_notice(&team, &parcel));
    let cancelled = (!query("cancelled").is_empty()).then(|| {
        let words =
            t("订单已取消，货款会原路退回", "The order was cancelled; its money goes back the way it came");
        ui::alert("ok", words, ())
    });
    let body = view! {
        {ui::page_head(title, t("先付款的先发", "Who paid first is served first"), actions)}
        {notice}
        {cancelled}
        {refused_to_give_up(&page.parcels)}
        {tab_bar}
        {place_bar}
        {list}
    };
    // The console's own figure is the team's, whatever the page is narrowed to.
    Ok(Screen::console(team.console_with(count_of(&page.counts, ParcelStatus::ToPack)), title, body))
}

fn count_of(counts: &[(String, i64)], status: ParcelStatus) -> i64 {
    counts.iter().find(|(word, _)| word == status.as_str()).map_or(0, |(_, count)| *count)
}

/// What narrows the table of orders, and its sheet, to what is listed here.
fn in_orders(is_late: bool) -> String {
    let narrowed = if is_late { ("late", "1") } else { ("status", "to_pack") };
    given_text(&[narrowed, ("place", &place_word())])
}

/// To what is done with everything that is listed.
fn actions(team: &Team, is_late: bool) -> AnyView {
    let (path, at_place) = (paths::team_parcels(team.id), given_text(&[("place", &place_word())]));
    let numbers = link(&format!("{}{at_place}", tracking_path(team.id)));
    let labels = link(&format!("{path}/labels{at_place}"));
    let lists = link(&format!("{path}/packing-lists{at_place}"));
    let sheet = format!("{}{}", link(&paths::team_orders_sheet(team.id)), in_orders(is_late));
    view! {
        <a class="btn btn--plain" href=numbers>
            {ui::icon("truck")}{t("批量填快递单号", "Many numbers at once")}
        </a>
        <a class="btn btn--plain" href=labels>
            {ui::icon("print")}{t("打印全部面单", "Print all labels")}
        </a>
        <a class="btn btn--plain" href=lists>
            {ui::icon("print")}{t("打印全部装箱单", "Print all packing lists")}
        </a>
        {ui::export_link(sheet)}
    }
    .into_any()
}

/// One parcel.
pub async fn parcel_page() -> PageResult {
    let team = current_team().await?;
    let id: ParcelId = typed_param("parcel")?;
    let desk = service::shipping::desk::desk_parcel(&services(), &viewer(), id).await?;
    let parcel = &desk.parcel;
    if parcel.head.parcel.team_id != team.id {
        return Err(service::ServiceError::NotFound);
    }
    let title = format!("{} {}", t("订单", "Order"), parcel.head.order_number);
    let path = parcels_path(&team);
    let body = view! {
        {ui::crumbs(&[(&path, t("发货", "Parcels"))], &title)}
        {ui::page_head(&title, &parcel.head.place_name, ())}
        {desk_parts::notice()}
        {refused_to_give_up(std::slice::from_ref(parcel))}
        {parcel_card(&team, parcel, true)}
        {carrier_events(&desk.events)}
        {desk_parts::changes(&desk)}
        {desk_parts::reallocate_form(&team, &desk)}
        {desk_parts::split_form(&team, &desk)}
        {desk_parts::merge_form(&team, &desk)}
    };
    Ok(Screen::console(team.console(), title, body))
}

/// Where each tab leads, its words, how many, whether it is this one.
fn tab_bar(entries: Vec<(String, &'static str, i64, bool)>) -> AnyView {
    let items: Vec<_> = entries
        .into_iter()
        .map(|(path, label, count, is_here)| {
            let badge = (count > 0).then(|| view! { " " <span class="badge">{count}</span> });
            view! { <a href=link(&path) aria-current=is_here.then_some("page")>{label}{badge}</a> }
        })
        .collect();
    view! { <nav class="tabs" aria-label=t("状态", "State")>{items}</nav> }.into_any()
}

/// That not all that waits is on the page, and where all of it is.
fn not_listed(orders: &str, is_late: bool, wanted: i64, listed: usize) -> AnyView {
    if i64::try_from(listed).is_ok_and(|listed| listed >= wanted) {
        return ().into_any();
    }
    let words = match locale() {
        Locale::Zh => format!("共 {wanted} 个包裹，这里只列出等得最久的 {listed} 个"),
        Locale::En => format!("Of {wanted} parcels the {listed} that wait longest are listed"),
    };
    let table = link(&format!("{orders}{}", in_orders(is_late)));
    let body = view! {
        <p>
            <a href=table>
                {t("在订单表里按村、商品和日期找，批量发货", "Narrow by village, product and day, and ship many, in the table of orders")}
            </a>
        </p>
    };
    ui::alert("info", &words, body)
}

fn nothing(is_late: bool, place: Option<PlaceId>) -> AnyView {
    let (title, sub) = if place.is_some() {
        let nothing = if is_late {
            t("这个地点没有超时的包裹", "Nothing is late at this place")
        } else {
            t("这个地点没有要发的货", "Nothing to pack at this place")
        };
        (nothing, t("其他地点的在“全部地点”里。", "That of other places is under “All places”."))
    } else if is_late {
        (
            t("没有超时的包裹", "Nothing is late"),
            t("付款后该发没发的会列在这里。", "What should have left by now is listed here."),
        )
    } else {
        (
            t("没有要发的货", "Nothing to pack"),
            t("有人付款后，包裹会出现在这里。", "Parcels appear here as soon as someone has paid."),
        )
    };
    ui::empty("package", title, sub, ())
}

/// Why an order could not be given up, when none of the parcels that are shown has the form that would say it.
fn refused_to_give_up(shown: &[PackingParcel]) -> AnyView {
    let state = FormState::of::<GiveUpOrder>();
    let order = state.value("order");
    let has_form = |parcel: &PackingParcel| {
        let row = &parcel.head.parcel;
        row.status == ParcelStatus::ToPack && row.order_id.to_string() == order
    };
    if shown.iter().any(has_form) { ().into_any() } else { row_failure(&state) }
}

fn shipped_notice(team: &Team, parcel: &PackingParcel) -> AnyView {
    let head = &parcel.head;
    let title = format!("{} {}", t("已发出订单", "Shipped: order"), head.order_number);
    let carrier = format!("{} {}", head.parcel.carrier, head.parcel.tracking_number);
    let href = parcel_link(team, head.parcel.id, "");
    let body = view! { <p>{carrier}" "<a href=href>{t("填错了？改快递单号", "A slip? Correct it")}</a></p> };
    ui::alert("ok", &title, body)
}
