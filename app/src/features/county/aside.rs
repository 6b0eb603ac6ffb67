//! Beside the county's figures: what is late, where orders stand, the check of the books.

use domain::money::Fen;
use domain::time::{DAY_MS, HOUR_MS};
use leptos::prelude::*;
use service::books::BooksReport;
use service::county::{CountyPage, Period};

use crate::context::{link, locale, name, t};
use crate::routes::paths;
use crate::text::{order_status, yuan};
use crate::ui;

/// Paid parcels that have not left in time, longest waiting first.
pub fn late_parcels(page: &CountyPage) -> AnyView {
    let hours = page.dispatch_within_hours;
    let rule = match locale() {
        domain::locale::Locale::Zh => format!("付款 {hours} 小时后仍未发出"),
        domain::locale::Locale::En => format!("Paid more than {hours} h ago and not shipped"),
    };
    if page.late_parcels.is_empty() {
        return view! {
            <section class="box">
                <h2>{t("迟发包裹", "Late parcels")}</h2>
                <p class="muted">{t("没有。所有已付款的包裹都按时发出。", "None: every paid parcel left in time.")}</p>
            </section>
        }
        .into_any();
    }
    let rows: Vec<_> = page
        .late_parcels
        .iter()
        .map(|parcel| {
            let waited = waited_text(page.now_ms - parcel.waits_since_ms);
            let team = name(&parcel.team_name, &parcel.team_name_en).to_owned();
            view! {
                <li class="row row--between row--top">
                    <span><span class="num">{parcel.order_number.clone()}</span><br/>
                        <span class="small muted">{team} " · " {parcel.place_name.clone()}</span></span>
                    <span class="chip t-bad nowrap">{waited}</span>
                </li>
            }
        })
        .collect();
    view! {
        <section class="box stack stack--s">
            <h2>{t("迟发包裹", "Late parcels")}</h2>
            <p class="small muted">{rule}</p>
            <ul class="stack stack--s">{rows}</ul>
        </section>
    }
    .into_any()
}

/// Refunds that came back too often: nothing, as long as there are none.
pub fn stuck_refunds(page: &CountyPage) -> Option<AnyView> {
    if page.stuck_refunds.is_empty() {
        return None;
    }
    let rows: Vec<_> = page
        .stuck_refunds
        .iter()
        .map(|refund| {
            view! {
                <li class="row row--between row--top">
                    <span><span class="num">{refund.order_number.clone()}</span><br/>
                        <span class="small muted">{refund.failure_code.clone()}</span></span>
                    <span class="num">{yuan(refund.amount_fen)}</span>
                </li>
            }
        })
        .collect();
    let how = t(
        "支付机构多次退回，不再自动重试，请运维处理。",
        "The payment network sent these back several times; they are not tried again until the operator says so.",
    );
    Some(
        view! {
            <section class="box stack stack--s">
                <h2>{t("退款受阻", "Refunds that need a person")}</h2>
                <p class="small muted">{how}</p>
                <ul class="stack stack--s">{rows}</ul>
            </section>
        }
        .into_any(),
    )
}

fn waited_text(waited_ms: i64) -> String {
    let (days, hours) = (waited_ms / DAY_MS, waited_ms / HOUR_MS);
    match (days, locale()) {
        (0..=2, domain::locale::Locale::Zh) => format!("已等 {hours} 小时"),
        (0..=2, domain::locale::Locale::En) => format!("{hours} h waiting"),
        (_, domain::locale::Locale::Zh) => format!("已等 {days} 天"),
        (_, domain::locale::Locale::En) => format!("{days} days waiting"),
    }
}

/// How many orders are in which state.
pub fn orders_by_state(page: &CountyPage) -> AnyView {
    let rows: Vec<_> = page
        .orders
        .iter()
        .map(|row| {
            view! {
                <tr>
                    <th scope="row">{order_status(locale(), row.status).0}</th>
                    <td class="n">{row.order_count}</td>
                    <td class="n">{yuan(row.total_fen)}</td>
                </tr>
            }
        })
        .collect();
    let content = if rows.is_empty() {
        view! { <p class="muted">{t("这段时间没有人下单。", "Nobody ordered in this time.")}</p> }.into_any()
    } else {
        view! {
            <div class="table-wrap">
                <table class="table table--dense">
                    <thead><tr>
                        <th scope="col">{t("状态", "State")}</th>
                        <th scope="col" class="n">{t("订单", "Orders")}</th>
                        <th scope="col" class="n">{t("金额", "Amount")}</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! { <section class="box"><h2>{t("订单状态", "Orders by state")}</h2>{content}</section> }.into_any()
}

/// The check of the books, run when asked.
pub fn books_check(report: Option<&BooksReport>, period: Period) -> AnyView {
    let outcome = match report {
        None => view! {
            <p class="muted">{t(
                "逐笔核对订单、付款、库存与村集体账目是否分毫不差。",
                "Compares every order, payment, batch and account with the journal, to the fen.",
            )}</p>
        }
        .into_any(),
        Some(report) if report.is_sound() => view! {
            {ui::alert("ok", t("账目全部相符", "The books add up"), ())}
            {totals(report)}
        }
        .into_any(),
        Some(report) => view! {
            {ui::alert("bad", t("账目有出入，请立即联系运维", "The books do not add up: call the operator"), ())}
            <ul>{mismatches(report)}</ul>
        }
        .into_any(),
    };
    let period = (period == Period::Year).then(|| ui::hidden("period", "year"));
    view! {
        <section class="box stack" id="books">
            <h2>{t("账目核对", "Check of the books")}</h2>
            {outcome}
            <form method="get" action=format!("{}#books", link(&paths::admin()))>
                {period}{ui::hidden("verify", "1")}
                <button class="btn btn--plain">{t("现在核对", "Check now")}</button>
            </form>
        </section>
    }
    .into_any()
}

fn totals(report: &BooksReport) -> Option<AnyView> {
    let totals = report.totals.as_ref()?;
    let amount = |fen: i64| view! { <span class="num">{yuan(Fen::new(fen))}</span> }.into_any();
    Some(ui::facts(
        "",
        vec![
            (t("累计收款", "Money received"), amount(totals.captured_fen)),
            (t("归村集体", "To the collectives"), amount(totals.attributed_fen)),
            (t("运费", "Freight"), amount(totals.freight_fen)),
            (t("退款", "Refunds"), amount(totals.refunded_fen)),
            (t("未入账", "Not applied yet"), amount(totals.unapplied_fen)),
        ],
    ))
}

fn mismatches(report: &BooksReport) -> Vec<AnyView> {
    let line = |(invariant, row): &(&'static str, service::county::Mismatch)| {
        let (subject, expected, found) = (row.subject.clone(), row.expected, row.found);
        view! { <li><strong>{*invariant}</strong> " " {subject} ": " {expected} " ≠ " {found}</li> }
            .into_any()
    };
    report.mismatches.iter().take(20).map(line).collect()
}

/// Where else an administrator looks.
pub fn links() -> AnyView {
    let item = |path: String, icon: &'static str, label: &'static str| {
        view! { <li><a href=link(&path)>{ui::icon(icon)}{label}</a></li> }
    };
    view! {
        <section class="box">
            <h2>{t("常去的地方", "Go to")}</h2>
            <ul class="menu">
                {item(paths::villages(), "village", t("村庄收入与目标", "Villages: income and target"))}
                {item(paths::products(), "grid", t("在售商品", "Products on sale"))}
                {item(paths::account(), "user", t("我的账号", "My account"))}
            </ul>
        </section>
    }
    .into_any()
}
