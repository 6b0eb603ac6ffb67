//! A recall as the team and the county see it: what it would do, the form, what it did.

use domain::stock::movement::{RecallReason, RecallStage};
use domain::time::china_minute_text;
use leptos::prelude::*;
use service::stock::{AffectedFilter, AffectedView, RecallPage, RecallPreview};

use super::api::Recall;
use super::recall_refunds::refunds;
use super::words;
use crate::context::{link, locale, name, query, request, t};
use crate::features::sell::team::{stock_text, tabs};
use crate::form::FormState;
use crate::routes::paths;
use crate::text::{counted, order_status};
use crate::ui::{self, Field};

/// Whether orders and parcels are led to: only the team can open them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    ByTeam(domain::ids::TeamId),
    ByCounty,
}

/// Which orders of a recall that was done the address asks for. Before it is done all of them are shown: whoever confirms says
/// that they have seen them.
pub(super) fn wanted() -> AffectedFilter {
    AffectedFilter::of_word(&query("state"))
}

/// What recalling would do, with the form that does it.
pub(super) fn preview(page: &RecallPreview, seen: Seen) -> AnyView {
    let sum = tally(&page.affected);
    let lines: Vec<_> = page.affected.iter().collect();
    let codes = page.codes.join(t("、", ", "));
    let available = stock_text(page.available, &page.base_unit);
    view! {
        {ui::alert("warn", t("召回不能撤销。确认之前请看清楚。", "A recall cannot be undone. Look at it before you confirm."), view! {
            <ul>
                <li>{t("停止销售批次：", "Sale stops of batch: ")}<span class="num">{codes}</span>{t("，现有可售 ", ", now for sale: ")}<span class="num">{available}</span></li>
                <li>{sum}</li>
                <li>{t("没付款的订单会自动取消；待发的包裹发不出去；留了邮箱的顾客收到邮件，所有顾客在订单页看到通知。",
                       "Unpaid orders are cancelled, parcels to pack cannot leave, buyers get a letter where they gave an address, and all see the notice on their order.")}</li>
            </ul>
        })}
        {affected(&lines, &page.base_unit, seen, false)}
        {form(page)}
    }
    .into_any()
}

/// How many orders there are, by how far they had gone.
fn tally(lines: &[AffectedView]) -> String {
    let mut orders: Vec<_> = lines.iter().map(|line| (line.order, line.stage)).collect();
    orders.sort_unstable();
    orders.dedup_by_key(|(order, _)| *order);
    if orders.is_empty() {
        return t("没有订单用到这批货。", "No order has goods of it.").to_owned();
    }
    let all = i64::try_from(orders.len()).unwrap_or(i64::MAX);
    let parts: Vec<String> = RecallStage::ALL
        .iter()
        .filter_map(|stage| {
            let count = orders.iter().filter(|(_, one)| one == stage).count();
            (count > 0).then(|| format!("{} {count}", words::recall_stage(*stage).0))
        })
        .collect();
    let sum = counted(locale(), all, "个订单受影响", ["order is affected", "orders are affected"]);
    format!("{sum}{}{}", t("：", ": "), parts.join(t("，", ", ")))
}

fn form(page: &RecallPreview) -> AnyView {
    let state = FormState::of::<Recall>();
    let mut options = vec![(String::new(), t("选原因", "Choose a reason").to_owned())];
    options.extend(
        RecallReason::ALL.iter().map(|one| (one.as_str().to_owned(), words::recall_reason(*one).to_owned())),
    );
    let labels = [
        ("reason", t("原因", "Reason")),
        ("notice", t("通知内容", "The notice")),
        ("confirm", t("确认", "Confirmation")),
    ];
    view! {
        <form class="form" method="post" action=state.action()>
            {ui::form_errors(&state, &labels)}
            {ui::hidden("batch", &page.batch.to_string())}
            {ui::key_field()}
            {ui::select_field(&state, &Field { name: "reason", label: t("原因", "Reason"), ..Field::default() }, &options)}
            {ui::text_area(&state, &Field {
                name: "notice", label: t("告诉顾客什么", "What buyers are told"), max_length: Some(500),
                hint: t(
                    "出了什么问题，请顾客怎么做；可以写电话，不写网址。会公开显示。",
                    "What is wrong and what to do; a telephone number is fine, web addresses are not. Everybody can read it.",
                ),
                ..Field::default()
            }, 4)}
            {ui::check_field(&state, &Field {
                name: "confirm",
                label: t("我看过上面的订单，确认召回并通知顾客", "I have seen the orders above: recall the batch and tell the buyers"),
                ..Field::default()
            })}
            <div class="form__acts"><button class="btn btn--danger">{t("确认召回", "Recall it")}</button></div>
        </form>
    }
    .into_any()
}

/// A recall that was done.
pub(super) fn done(page: &RecallPage, seen: Seen) -> AnyView {
    let wanted = wanted();
    let lines: Vec<_> = page.affected.iter().filter(|line| wanted.has(line)).collect();
    let nothing = (lines.is_empty() && wanted != AffectedFilter::All).then(ui::nothing_found);
    let left = (page.left > 0).then(|| {
        let text = stock_text(page.left, &page.base_unit);
        let body = view! { <p>{t("处理掉以后，请在批次页报损，原因选“召回后销毁”。", "Write it off on the batch's page once it is destroyed.")}</p> };
        ui::alert("warn", &format!("{} {text}", t("还有没处理的召回货：", "Still here of it:")), body)
    });
    let facts = vec![
        (
            t("批次", "Batches"),
            view! { <span class="num">{page.codes.join(t("、", ", "))}</span> }.into_any(),
        ),
        (t("原因", "Reason"), words::recall_reason(page.recall.reason).into_any()),
        (
            t("时间", "Time"),
            view! { <span class="num">{china_minute_text(page.recall.at_ms)}</span> }.into_any(),
        ),
        (t("通知", "Notice"), page.recall.notice.clone().into_any()),
        (t("范围", "Reach"), tally(&page.affected).into_any()),
    ];
    view! {
        {ui::alert("bad", t("已召回：停止销售，顾客已通知。", "Recalled: it is not sold any more, and its buyers are told."), ())}
        <section class="box">{ui::facts("", facts)}</section>
        {refunds(page)}
        {left}
        {narrowing(&page.affected, wanted)}
        {nothing}
        {affected(&lines, &page.base_unit, seen, true)}
    }
    .into_any()
}

/// How far the orders had gone, and those whose buyers nobody wrote to; where all are alike there is nothing to choose.
fn narrowing(lines: &[AffectedView], wanted: AffectedFilter) -> AnyView {
    let count = |filter: AffectedFilter| {
        let mut orders: Vec<_> =
            lines.iter().filter(|line| filter.has(line)).map(|line| line.order).collect();
        orders.sort_unstable();
        orders.dedup();
        i64::try_from(orders.len()).unwrap_or(i64::MAX)
    };
    let stages =
        RecallStage::ALL.iter().map(|stage| (AffectedFilter::Stage(*stage), words::recall_stage(*stage).0));
    let to_call = (AffectedFilter::ToCall, t("要打电话", "To call"));
    let found: Vec<(&str, &str, i64)> = stages
        .chain(std::iter::once(to_call))
        .map(|(filter, label)| (filter.as_str(), label, count(filter)))
        .filter(|(word, _, count)| *count > 0 || *word == wanted.as_str())
        .collect();
    if found.len() < 2 {
        return ().into_any();
    }
    let all = ("", t("全部", "All"), count(AffectedFilter::All));
    // The county's page names the batch in its query, beside what narrows its list of recalls.
    let kept = ["batch", "slug", "code", "reason", "from", "to"];
    tabs(&request().path, "state", wanted.as_str(), &kept, std::iter::once(all).chain(found).collect())
}

/// The orders with goods of it, `is_done` with where they are now.
fn affected(lines: &[&AffectedView], base_unit: &str, seen: Seen, is_done: bool) -> AnyView {
    if lines.is_empty() {
        return ().into_any();
    }
    let rows: Vec<_> = lines.iter().map(|line| row(line, base_unit, seen, is_done)).collect();
    let now = is_done.then(|| view! { <th scope="col">{t("现在", "Now")}</th> });
    view! {
        <div class="table-wrap"><table class="table table--cards table--dense">
            <caption class="vh">{t("受影响的订单", "Orders with goods of it")}</caption>
            <thead><tr>
                <th scope="col">{t("订单", "Order")}</th><th scope="col">{t("顾客", "Buyer")}</th>
                <th scope="col">{t("商品", "Goods")}</th><th scope="col" class="n">{t("其中此批", "Of the batch")}</th>
                <th scope="col">{t("召回时", "How far")}</th>{now}<th scope="col">{t("通知", "Told by")}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

fn row(line: &AffectedView, base_unit: &str, seen: Seen, is_done: bool) -> AnyView {
    let number = line.order_number.clone();
    let number = match seen {
        Seen::ByTeam(team) => {
            view! { <a class="num" href=link(&paths::team_parcel(team, line.parcel))>{number}</a> }.into_any()
        }
        Seen::ByCounty => view! { <span class="num">{number}</span> }.into_any(),
    };
    let goods = format!("{} ×{}", name(&line.variant_name, &line.variant_name_en), line.quantity);
    let now = is_done.then(|| {
        let chip = ui::status_chip(order_status(locale(), line.order_status));
        view! { <td data-label=t("现在", "Now")>{chip}</td> }
    });
    let told = if line.is_mailed {
        t("邮件和订单页", "Letter, order page")
    } else {
        t("订单页，请打电话", "Order page; please call")
    };
    view! {
        <tr>
            <th scope="row" data-label=t("订单", "Order")>{number}</th>
            <td data-label=t("顾客", "Buyer")>{line.recipient_name.clone()}" "<span class="num">{line.recipient_phone.clone()}</span></td>
            <td data-label=t("商品", "Goods")>{goods}" "<span class="muted num">{line.batch_code.clone()}</span></td>
            <td class="n" data-label=t("其中此批", "Of the batch")>{stock_text(line.base_quantity, base_unit)}</td>
            <td data-label=t("召回时", "How far")>{ui::status_chip(words::recall_stage(line.stage))}</td>
            {now}
            <td data-label=t("通知", "Told by")>{told}</td>
        </tr>
    }
    .into_any()
}
