//! What waits for the seller, and what waits for the town.

use domain::after_sale::{ReturnRule, Side};
use domain::ids::TeamId;
use domain::time::china_minute_text;
use leptos::prelude::*;
use service::after_sales::{
    AfterSaleSummary, ProductRuleRow, appeals, count_waiting, team_after_sales, team_rules, team_unanswered,
};

use super::api::DeclareReturnRule;
use super::words::{kind_words, reason_words, rule_label, status_words};
use crate::context::{link, name, now_ms, query, services, t, viewer};
use crate::features::sell::team::{current_team, row_failure, tabs};
use crate::form::FormState;
use crate::layout::{Console, Screen};
use crate::routes::{PageResult, paths};
use crate::text::yuan;
use crate::ui;

/// `/sell/{team}/after-sales?state=ended`
pub async fn team_page() -> PageResult {
    let team = current_team().await?;
    let state = query("state");
    let (ended, talk) = (state == "ended", state == "talk");
    let rows = if talk {
        team_unanswered(&services(), &viewer(), team.id).await?
    } else {
        team_after_sales(&services(), &viewer(), team.id, ended).await?
    };
    let waiting = count_waiting(&services(), &viewer(), team.id).await?;
    let rules = team_rules(&services(), &viewer(), team.id).await?;
    let title = t("售后", "After-sales");
    let sub = t(
        "先到期的先处理；到期不答复，会自动同意或转镇里。",
        "What ends first comes first; silence agrees, or passes it to the town.",
    );
    let path = paths::team_after_sales(team.id);
    let entries = vec![
        ("", t("处理中", "Open"), waiting),
        ("talk", t("待回复", "To answer"), 0),
        ("ended", t("已结束", "Ended"), 0),
    ];
    let present = if ended || talk { state.as_str() } else { "" };
    let body = view! {
        <div class="stack stack--l">
            {ui::page_head(title, sub, ())}
            {tabs(&path, "state", present, entries)}
            {table(&rows, Side::Seller)}
            {rules_fold(&rules, team.id)}
        </div>
    };
    Ok(Screen::console(team.console().waiting(&path, waiting), title, body))
}

/// What the team's listings declare about returns; each is saved by itself.
fn rules_fold(rules: &[ProductRuleRow], team: TeamId) -> AnyView {
    let options: Vec<(String, String)> =
        ReturnRule::ALL.iter().map(|rule| (rule.as_str().to_owned(), rule_label(*rule).to_owned())).collect();
    let rows: Vec<_> = rules
        .iter()
        .map(|row| {
            let id = row.product_id.to_string();
            let state = FormState::of::<DeclareReturnRule>().only_if("product", &id);
            let label = name(&row.name, &row.name_en).to_owned();
            view! {
                <li>
                    <form class="row row--between" method="post" action=state.action()>
                        {row_failure(&state)}
                        {ui::hidden("team", &team.to_string())}
                        {ui::hidden("product", &id)}
                        {ui::select_field(&state, &ui::Field {
                            id: &format!("rule-{id}"), name: "rule", label: &label, stored: row.return_rule.as_str(),
                            ..ui::Field::default()
                        }, &options)}
                        <button class="btn btn--plain btn--s">{t("保存", "Save")}</button>
                    </form>
                </li>
            }
        })
        .collect();
    if rows.is_empty() {
        return ().into_any();
    }
    view! {
        <details class="fold" id="rules" open=query("rules") == "1">
            <summary>{t("退货规则（每件商品）", "Return rules by product")}</summary>
            <div class="stack">
                <p class="muted small">
                    {t(
                        "只影响以后的订单；已下单的按下单时的规则。鲜活易腐和定制商品不适用七天无理由。",
                        "For orders from now on; earlier ones keep what was declared then. Perishable and made-to-order goods have no return without a reason.",
                    )}
                </p>
                <ul class="stack stack--s">{rows}</ul>
            </div>
        </details>
    }
    .into_any()
}

/// `/town/after-sales`: the town's, or for the county's administration all.
pub async fn town_page() -> PageResult {
    let found = appeals(&services(), &viewer()).await?;
    let title = t("售后裁定", "Appeals");
    let sub = t(
        "买卖双方谈不拢的售后，由镇服务团看双方的说明和照片后裁定。",
        "What buyer and seller cannot agree on: read both sides, look at the photos, decide.",
    );
    let body = view! {
        <div class="stack stack--l">
            {ui::page_head(title, sub, ())}
            <section class="stack">
                <h2>{t("待裁定", "To decide")}</h2>
                {table(&found.appealed, Side::Town)}
            </section>
            <section class="stack">
                <h2>{t("大额退款待复核", "Large refunds to confirm")}</h2>
                {table(&found.large, Side::Town)}
            </section>
        </div>
    };
    Ok(Screen::console(Console::town(), title, body))
}

fn table(rows: &[AfterSaleSummary], side: Side) -> AnyView {
    if rows.is_empty() {
        return ui::empty("check-circle", t("没有要处理的售后", "Nothing to do here"), "", ());
    }
    let now_ms = now_ms();
    let items: Vec<_> = rows.iter().map(|row| item(row, side, now_ms)).collect();
    view! {
        <div class="table-wrap">
            <table class="table table--cards">
                <caption class="vh">{t("售后", "After-sales")}</caption>
                <thead>
                    <tr>
                        <th scope="col">{t("订单", "Order")}</th>
                        <th scope="col">{t("申请", "Asked for")}</th>
                        <th scope="col">{t("商品", "Goods")}</th>
                        <th scope="col">{t("状态", "State")}</th>
                        <th scope="col">{t("期限", "Until")}</th>
                        <th scope="col" class="n">{t("退款", "Refund")}</th>
                    </tr>
                </thead>
                <tbody>{items}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn item(row: &AfterSaleSummary, side: Side, now_ms: i64) -> AnyView {
    let goods = format!("{} × {}", name(&row.first_line, &row.first_line_en), row.pieces);
    let team = (side == Side::Town).then(|| {
        view! { <br/><span class="muted small">{name(&row.team_name, &row.team_name_en).to_owned()}</span> }
    });
    let due = row.due_at_ms.map(|due_at_ms| {
        let late = due_at_ms <= now_ms;
        let is_mine = row.status.turn() == Some(side);
        let class = if late && is_mine { "num t-bad" } else { "num" };
        view! { <span class=class>{china_minute_text(due_at_ms)}</span> }
    });
    let amount = row.amount_fen.is_positive().then(|| yuan(row.amount_fen));
    view! {
        <tr>
            <th scope="row" data-label=t("订单", "Order")>
                <a class="num" href=link(&paths::after_sale(row.id))>{row.order_number.clone()}</a>
                {team}
            </th>
            <td data-label=t("申请", "Asked for")>
                {kind_words(row.kind).0}<br/><span class="muted small">{reason_words(row.reason)}</span>
            </td>
            <td data-label=t("商品", "Goods")>{goods}</td>
            <td data-label=t("状态", "State")>{ui::status_chip(status_words(row.status))}</td>
            <td data-label=t("期限", "Until")>{due}</td>
            <td data-label=t("退款", "Refund") class="n">{amount}</td>
        </tr>
    }
    .into_any()
}
