//! The units one works for, and what waits on a unit's desk.

use leptos::prelude::*;
use service::units::{OrderSummary, UnitDesk, list_my_units, unit_desk};

use super::console;
use super::orders_page::orders_table;
use crate::context::{link, locale, name, param, services, site, t, viewer};
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::text::{role, yuan};
use crate::ui;

/// `/unit`
pub async fn choose_page() -> PageResult {
    let units = list_my_units(&services(), &viewer()).await?;
    match units.as_slice() {
        [] => return Ok(how_to_join()),
        [only] => return Ok(Screen::go(paths::unit(&only.slug))),
        _ => {}
    }
    let title = t("单位采购", "Unit purchasing");
    let rows: Vec<_> = units
        .iter()
        .map(|unit| {
            let label = name(&unit.name, &unit.name_en).to_owned();
            view! { <li><a href=link(&paths::unit(&unit.slug))>{ui::icon("store")}{label}</a></li> }
        })
        .collect();
    let body = view! {
        {ui::page_head(title, t("选择一个单位", "Choose a unit"), ())}
        <ul class="menu">{rows}</ul>
    };
    Ok(Screen::shop(title, body))
}

/// For whoever is signed in and belongs to no unit: product pages lead everybody here. It refuses, in friendly words.
fn how_to_join() -> Screen {
    let title = t("单位采购", "Unit purchasing");
    let contact = site().contact.clone();
    let contact = if contact.is_empty() { t("客服", "customer service").to_owned() } else { contact };
    let body = view! {
        <section class="problem">
            <h1>{t("您的账号还不属于任何单位", "Your account does not belong to a unit yet")}</h1>
            <p>{t(
                "派出单位开通后，采购员粘贴清单下单，审批人审批，财务对公转账，价格按单位采购价计算。",
                "Once a dispatching unit has joined, its buyers order by pasting a list, an approver decides, and finance pays by bank transfer, all at the prices for units.",
            )}</p>
            <p>{t("要让您的单位加入，或把您的账号加进已有的单位，请联系：", "To let your unit join, or to be added to one that has, please contact: ")}
                <strong lang=ui::lang_of(&contact)>{contact.clone()}</strong></p>
            <p class="muted">{t("请说明单位名称，以及谁来采购、谁来审批、谁来付款。", "Say what the unit is called, and who is to buy, to approve and to pay.")}</p>
            <div class="row">
                <a class="btn btn--primary" href=link(&paths::products())>{t("看看商品", "Look at the products")}</a>
                <a class="btn btn--plain" href=link(&paths::account())>{t("我的", "My account")}</a>
            </div>
        </section>
    };
    Screen::shop(title, body).status(403)
}

/// `/unit/{unit}`
pub async fn desk_page() -> PageResult {
    let desk = unit_desk(&services(), &viewer(), &param("unit")).await?;
    let slug = desk.unit.slug.clone();
    let title = t("采购概览", "Purchasing overview");
    let waiting = desk.to_approve.len() + desk.to_pay.len() + desk.returned.len();
    let console =
        console(&desk.unit).waiting(&paths::unit_orders(&slug), i64::try_from(waiting).unwrap_or(i64::MAX));
    let buy = desk.can_buy.then(|| {
        view! {
            <a class="btn btn--primary" href=link(&paths::unit_buy(&slug))>
                {ui::icon("cart")}{t("快速下单", "Quick order")}
            </a>
        }
    });
    let body = view! {
        {ui::page_head(title, &my_roles(&desk), buy)}
        {figures(&desk, waiting)}
        {waiting_sections(&desk)}
        <section class="stack">
            {ui::section_head(t("最近订单", "Latest orders"), &paths::unit_orders(&slug), t("全部", "All"))}
            {latest(&desk)}
        </section>
    };
    Ok(Screen::console(console, title, body))
}

/// `您是：单位采购员、单位财务`
fn my_roles(desk: &UnitDesk) -> String {
    let viewer = viewer();
    let roles: Vec<&str> = viewer
        .user
        .iter()
        .flat_map(|user| user.roles.iter())
        .filter(|held| {
            use domain::role::Role::{UnitApprover, UnitBuyer, UnitFinance};
            matches!(held, UnitBuyer(unit) | UnitApprover(unit) | UnitFinance(unit) if *unit == desk.unit.id)
        })
        .map(|held| role(locale(), *held))
        .collect();
    format!("{}{}", t("您是：", "You are: "), roles.join(t("、", ", ")))
}

fn figures(desk: &UnitDesk, waiting: usize) -> AnyView {
    let year = desk.year;
    let bought = match locale() {
        domain::locale::Locale::Zh => format!("{year} 年采购额"),
        domain::locale::Locale::En => format!("Bought in {year}"),
    };
    view! {
        <div class="stats">
            {ui::stat(t("等我处理", "Waiting for me"), &waiting.to_string(), "")}
            <a class="stat" href=link(&paths::unit_report(&desk.unit.slug))>
                <span class="stat__k">{bought}</span>
                <span class="stat__v num">{yuan(desk.bought_this_year_fen)}</span>
            </a>
            {ui::stat(t("采购的村", "Villages bought from"), &desk.village_count.to_string(), "")}
        </div>
    }
    .into_any()
}

fn waiting_sections(desk: &UnitDesk) -> AnyView {
    let section = |title: &'static str, orders: &[OrderSummary]| {
        (!orders.is_empty()).then(|| {
            view! {
                <section class="stack">
                    <div class="section-head"><h2>{title}</h2></div>
                    {orders_table(&desk.unit.slug, orders, title)}
                </section>
            }
        })
    };
    if desk.to_approve.is_empty() && desk.to_pay.is_empty() && desk.returned.is_empty() {
        return ui::alert("ok", t("没有等您处理的事", "Nothing waits for you"), ());
    }
    view! {
        {section(t("等我审批", "To approve"), &desk.to_approve)}
        {section(t("等我付款", "To pay"), &desk.to_pay)}
        {section(t("被退回，请修改", "Returned: please mend"), &desk.returned)}
    }
    .into_any()
}

fn latest(desk: &UnitDesk) -> AnyView {
    if !desk.latest.is_empty() {
        return orders_table(&desk.unit.slug, &desk.latest, t("最近订单", "Latest orders"));
    }
    let act = desk.can_buy.then(|| {
        view! {
            <a class="btn btn--primary" href=link(&paths::unit_buy(&desk.unit.slug))>
                {t("看价目表，下第一单", "See the price list and order")}
            </a>
        }
    });
    ui::empty(
        "receipt",
        t("还没有订单", "No orders yet"),
        t(
            "采购员粘贴或上传清单即可下单，审批后付款。",
            "A buyer pastes or uploads a list; once approved, it is paid.",
        ),
        act,
    )
}
