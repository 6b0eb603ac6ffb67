//! The console's first page: what to do now, and how it sells, this month or on other days.

use leptos::prelude::*;
use service::day::{DayPage, TableRow};
use service::listing::{ListingCard, ListingStatus, ListingsQuery};

use super::sales_part::{query_of_address, sales_part};
use crate::context::{link, locale, name, services, t, viewer};
use crate::features::listing::new_button;
use crate::features::sell::team::{Team, current_team};
use crate::features::stock::low_path;
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::text::counted;
use crate::ui;

/// `/sell/{team}?from=…&to=…&all=…`
pub async fn home_page() -> PageResult {
    let team = current_team().await?;
    let wanted = query_of_address();
    let day = service::day::day_page(&services(), &viewer(), team.id, &wanted).await?;
    let only_drafts = ListingsQuery { status: Some(ListingStatus::Draft), ..ListingsQuery::default() };
    let listings = service::listing::list_listings(&services(), &viewer(), team.id, &only_drafts, 1).await?;
    let transfers = service::bank_money::count_waiting(&services(), &viewer(), team.id).await?;
    let reviews = service::listing::reviews(&services(), &viewer(), team.id).await?;
    let counts = listings.counts;
    let to_review = (reviews.is_on && team.is_captain).then(|| {
        let path = paths::team_reviews(team.id);
        tile(&path, t("待审核商品", "Listings to review"), reviews.waiting, true)
    });
    let mut tiles = vec![
        tile(&paths::team_parcels(team.id), t("待发货", "To pack"), day.to_pack, false),
        tile(&orders(&team, "late=1"), t("超期未发", "Late"), day.late, true),
        tile(
            &paths::team_after_sales(team.id),
            t("待处理售后", "After-sales to answer"),
            day.to_answer,
            true,
        ),
        tile(&talk(&team), t("待回复留言", "Messages to answer"), day.to_reply, true),
        tile(&transfers_path(&team), t("待确认汇款", "Transfers"), transfers, false),
        warning(
            &low_path(team.id),
            t("库存不多", "Running low"),
            day.warnings.low.len(),
            day.warnings.has_more_low,
        ),
        warning(
            "#expiring",
            t("快到期批次", "Near expiry"),
            day.warnings.expiring.len(),
            day.warnings.has_more_expiring,
        ),
        tile(&orders(&team, "status=shipped"), t("在路上", "On their way"), day.on_their_way, false),
        tile(&products(&team, "published"), t("在售商品", "For sale"), counts.published, false),
        tile(&products(&team, "draft"), t("草稿", "Drafts"), counts.draft, false),
    ];
    tiles.extend(to_review);
    let has_more =
        !(listings.cards.is_empty() && day.warnings.low.is_empty() && day.warnings.expiring.is_empty());
    let drafts = unfinished(&team, &listings.cards);
    let low = crate::features::stock::warnings::part(team.id, &day.warnings);
    let has_goods = counts.published + counts.draft + counts.unpublished > 0;
    let first = (!has_goods).then(|| {
        ui::empty(
            "camera",
            t("还没有商品", "Nothing listed yet"),
            t(
                "拍三张照片，几分钟就能上架第一件。",
                "Take three photos: the first listing takes a few minutes.",
            ),
            new_button(team.id),
        )
    });
    let sales = sales_part(&team, &wanted, &day);
    let beside = if has_more {
        view! { <div class="cols"><div class="stack stack--l">{sales}</div><aside class="stack">{low}{drafts}</aside></div> }.into_any()
    } else {
        sales
    };
    let body = view! {
        <div class="stack stack--l">
            {ui::page_head(&team.name, &headline(&day), new_button(team.id))}
            <section class="stack"><h2 class="vh">{t("现在要做的", "What now")}</h2>{ui::stats(tiles)}</section>
            {first}
            {packing_part(&team, &day.parcels)}
            {beside}
            {thumb_bar(&team, &day)}
        </div>
    };
    Ok(Screen::console(team.console_with(day.to_pack), t("概览", "Overview"), body))
}

fn orders(team: &Team, query: &str) -> String {
    format!("{}?{query}", paths::team_orders(team.id))
}

fn talk(team: &Team) -> String {
    format!("{}?state=talk", paths::team_after_sales(team.id))
}

fn transfers_path(team: &Team) -> String {
    paths::team_transfers(team.id)
}

fn products(team: &Team, status: &str) -> String {
    format!("{}?status={status}", paths::team_products(team.id))
}

/// What is most urgent, in one sentence.
fn headline(day: &DayPage) -> String {
    if day.late > 0 {
        return counted(
            locale(),
            day.late,
            "个包裹已经超期，先发这些",
            ["parcel is late: send it first", "parcels are late: send them first"],
        );
    }
    if day.to_pack > 0 {
        return counted(
            locale(),
            day.to_pack,
            "个包裹等着发出",
            ["parcel is waiting", "parcels are waiting"],
        );
    }
    if day.to_answer + day.to_reply > 0 {
        return t("有买家在等答复", "Buyers wait for an answer").to_owned();
    }
    t("现在没有要发的货", "Nothing waits to be packed").to_owned()
}

/// A figure that leads to the list behind it; `is_urgent` when any of it is too much.
fn tile(path: &str, label: &'static str, count: i64, is_urgent: bool) -> AnyView {
    told(path, label, count.to_string(), is_urgent && count > 0)
}

/// How many there are of what the stock warns of: `50+` where the list below does not show all.
fn warning(path: &str, label: &'static str, count: usize, has_more: bool) -> AnyView {
    let more = if has_more { "+" } else { "" };
    told(path, label, format!("{count}{more}"), count > 0)
}

fn told(path: &str, label: &'static str, figure: String, is_bad: bool) -> AnyView {
    let class = if is_bad { "stat__v num t-bad" } else { "stat__v num" };
    let href = if path.starts_with('#') { path.to_owned() } else { link(path) };
    view! {
        <a class="stat" href=href>
            <span class="stat__k">{label}</span>
            <span class=class>{figure}</span>
        </a>
    }
    .into_any()
}

/// The two things done most, under the thumb; on a desktop the page's head and the side have them.
fn thumb_bar(team: &Team, day: &DayPage) -> AnyView {
    let count = |count: i64| (count > 0).then(|| view! { " " <span class="badge">{count}</span> });
    view! {
        <nav class="thumb-bar" aria-label=t("常用操作", "What is done most")>
            <a class="btn btn--primary" href=link(&paths::team_parcels(team.id))>
                {ui::icon("truck")}{t("去发货", "Pack")}{count(day.to_pack)}
            </a>
            <a class="btn btn--plain" href=link(&paths::team_after_sales(team.id))>
                {ui::icon("refresh")}{t("答复", "Answer")}{count(day.to_answer)}
            </a>
        </nav>
    }
    .into_any()
}

/// The first parcels to pack, with the way to all of them.
fn packing_part(team: &Team, parcels: &[TableRow]) -> AnyView {
    if parcels.is_empty() {
        return ().into_any();
    }
    let rows: Vec<_> = parcels
        .iter()
        .map(|row| {
            let head = &row.parcel.head;
            let paid = head.paid_at_ms.map(domain::time::china_minute_text).unwrap_or_default();
            let late = (row.parcel.is_late == 1)
                .then(|| view! { " " <span class="chip t-bad">{t("超期", "Late")}</span> });
            view! {
                <tr>
                    <th scope="row" data-label=t("订单", "Order")>
                        <a class="num" href=link(&paths::team_parcel(team.id, head.parcel.id))>{head.order_number.clone()}</a>{late}
                    </th>
                    <td data-label=t("商品", "Goods")>{goods_text(row)}</td>
                    <td data-label=t("寄往", "To") lang=ui::lang_of(&head.region_name)>{head.region_name.clone()}</td>
                    <td data-label=t("付款时间", "Paid")><span class="num">{paid}</span></td>
                </tr>
            }
        })
        .collect();
    view! {
        <section class="stack">
            {ui::section_head(t("先发这些", "Pack these first"), &orders(team, "status=to_pack"), t("全部", "All"))}
            <div class="table-wrap">
                <table class="table table--cards table--dense">
                    <thead><tr>
                        <th scope="col">{t("订单", "Order")}</th><th scope="col">{t("商品", "Goods")}</th>
                        <th scope="col">{t("寄往", "To")}</th><th scope="col">{t("付款时间", "Paid")}</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

/// What goes into a parcel, in one line.
pub(super) fn goods_text(row: &TableRow) -> String {
    let goods: Vec<String> = row
        .lines
        .iter()
        .map(|line| format!("{} ×{}", name(&line.product_name, &line.product_name_en), line.quantity))
        .collect();
    goods.join(t("，", ", "))
}

fn card_name(card: &ListingCard) -> String {
    let shown = name(&card.name, &card.name_en).trim();
    if shown.is_empty() { t("未命名商品", "Unnamed product").to_owned() } else { shown.to_owned() }
}

fn unfinished(team: &Team, cards: &[ListingCard]) -> AnyView {
    let items: Vec<_> = cards
        .iter()
        .filter(|card| card.status == ListingStatus::Draft)
        .map(|card| {
            let left = match card.missing {
                0 => t("可以发布了", "Ready to publish").to_owned(),
                missing => format!("{} {missing} {}", t("还差", "Still"), t("项", "missing")),
            };
            let tone = if card.missing == 0 { "chip t-go" } else { "chip t-wait" };
            view! {
                <li>
                    <a href=link(&paths::team_product(team.id, card.product))>
                        {ui::icon("edit")}{card_name(card)}" "<span class=tone>{left}</span>
                    </a>
                </li>
            }
        })
        .collect();
    if items.is_empty() {
        return ().into_any();
    }
    view! { <section class="stack"><h2>{t("没写完的草稿", "Unfinished drafts")}</h2><ul class="menu">{items}</ul></section> }
        .into_any()
}
