//! Where a seller begins: the teams, and what is to be done for one of them.

use domain::parcel::ParcelStatus;
use leptos::prelude::*;
use service::listing::{ListingCard, ListingStatus, ListingsQuery};

use super::team::{Team, current_team, teams};
use crate::context::{link, locale, name, services, t, viewer};
use crate::features::listing::new_button;
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::text::counted;
use crate::ui;

/// The viewer's teams; the only one at once.
pub async fn teams_page() -> PageResult {
    viewer().require_user()?;
    let teams = teams().await?;
    let [team] = teams.as_slice() else {
        if teams.is_empty() {
            return Err(service::ServiceError::Forbidden);
        }
        let items: Vec<_> = teams
            .iter()
            .map(|team| {
                view! { <li><a href=link(&paths::team(team.id))>{ui::icon("store")}{team.name.clone()}</a></li> }
            })
            .collect();
        let title = t("卖家中心", "Seller console");
        let body = view! { {ui::page_head(title, t("选一个团队", "Choose a team"), ())} <ul class="menu">{items}</ul> };
        return Ok(Screen::shop(title, body));
    };
    Ok(Screen::go(paths::team(team.id)))
}

/// What is to be done now.
pub async fn home_page() -> PageResult {
    let team = current_team().await?;
    let parcels =
        service::shipping::list_parcels(&services(), &viewer(), team.id, ParcelStatus::ToPack).await?;
    let listings =
        service::listing::list_listings(&services(), &viewer(), team.id, &ListingsQuery::default()).await?;
    let warnings = service::stock::stock_warnings(&services(), &viewer(), team.id).await?;
    let transfers = service::units::list_transfers(&services(), &viewer(), team.id).await?;
    let refunds = service::refunds::list_bank_refunds(&services(), &viewer(), team.id).await?;
    let cases = service::after_sales::count_waiting(&services(), &viewer(), team.id).await?;
    let count_of = |status: ParcelStatus| {
        parcels.counts.iter().find(|(word, _)| word == status.as_str()).map_or(0, |(_, count)| *count)
    };
    let to_pack = count_of(ParcelStatus::ToPack);
    let money = transfers.len() + refunds.len();
    let tiles = vec![
        tile(&paths::team_parcels(team.id), t("待发货", "To pack"), to_pack),
        tile(&shipped_path(&team), t("在路上", "On their way"), count_of(ParcelStatus::Shipped)),
        tile(&paths::team_after_sales(team.id), t("待处理售后", "After-sales to answer"), cases),
        tile(&products_path(&team, "published"), t("在售商品", "For sale"), listings.counts.published),
        tile(&products_path(&team, "draft"), t("草稿", "Drafts"), listings.counts.draft),
        tile(
            &paths::team_transfers(team.id),
            t("待确认汇款", "Transfers"),
            i64::try_from(money).unwrap_or(0),
        ),
    ];
    let drafts = unfinished(&team, &listings.cards);
    let low = crate::features::stock::warnings::part(team.id, &warnings);
    let waiting = packing_part(&team, &parcels.parcels);
    let first = listings.cards.is_empty().then(|| {
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
    let sub = if to_pack > 0 {
        counted(locale(), to_pack, "个包裹等着发出", ["parcel is waiting", "parcels are waiting"])
    } else {
        t("现在没有要发的货", "Nothing waits to be packed").to_owned()
    };
    let body = view! {
        <div class="stack stack--l">
            {ui::page_head(&team.name, &sub, new_button(team.id))}
            {ui::stats(tiles)}
            {first}
            {waiting}
            <div class="cols">
                <div class="stack stack--l">{drafts}</div>
                <aside class="stack">{low}</aside>
            </div>
        </div>
    };
    Ok(Screen::console(team.console_with(to_pack), t("概览", "Overview"), body))
}

fn shipped_path(team: &Team) -> String {
    format!("{}?status=shipped", paths::team_parcels(team.id))
}

fn products_path(team: &Team, status: &str) -> String {
    format!("{}?status={status}", paths::team_products(team.id))
}

fn tile(path: &str, label: &'static str, count: i64) -> AnyView {
    view! {
        <a class="stat" href=link(path)>
            <span class="stat__k">{label}</span>
            <span class="stat__v num">{count}</span>
        </a>
    }
    .into_any()
}

/// The first parcels to pack, with the way to all of them.
fn packing_part(team: &Team, parcels: &[service::shipping::PackingParcel]) -> AnyView {
    const SHOWN: usize = 5;
    if parcels.is_empty() {
        return ().into_any();
    }
    let rows: Vec<_> = parcels
        .iter()
        .take(SHOWN)
        .map(|parcel| {
            let goods: Vec<String> = parcel
                .lines
                .iter()
                .map(|line| format!("{} ×{}", name(&line.product_name, &line.product_name_en), line.quantity))
                .collect();
            let head = &parcel.head;
            let paid = head.paid_at_ms.map(domain::time::china_minute_text).unwrap_or_default();
            view! {
                <tr>
                    <th scope="row" data-label=t("订单", "Order")>
                        <a class="num" href=link(&paths::team_parcel(team.id, head.parcel.id))>{head.order_number.clone()}</a>
                    </th>
                    <td data-label=t("商品", "Goods")>{goods.join(t("，", ", "))}</td>
                    <td data-label=t("寄往", "To") lang=ui::lang_of(&head.region_name)>{head.region_name.clone()}</td>
                    <td data-label=t("付款时间", "Paid")><span class="num">{paid}</span></td>
                </tr>
            }
        })
        .collect();
    view! {
        <section class="stack">
            {ui::section_head(t("先发这些", "Pack these first"), &paths::team_parcels(team.id), t("全部", "All"))}
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
