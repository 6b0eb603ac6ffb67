//! `/county/audit`: who did what, to which thing, from where.

use domain::time::china_minute_text;
use leptos::prelude::*;
use service::audit::{GivenUpRow, LogLine, LogPage, LogQuery};

use crate::context::{encode, link, locale, query, request, services, t, viewer};
use crate::features::account::events::{ACTIONS, action_words};
use crate::layout::{Console, Screen};
use crate::routes::{FileAnswer, FileResult, PageResult, paths};
use crate::text::problem_text;
use crate::ui;

fn asked() -> LogQuery {
    LogQuery {
        person: query("person"),
        action: query("action"),
        from: query("from"),
        to: query("to"),
        before: query("before"),
    }
}

/// The log, a page at a time.
pub async fn audit_page() -> PageResult {
    let asked = asked();
    let page = service::audit::log_page(&services(), &viewer(), &asked).await?;
    let title = t("操作记录", "Audit log");
    let sub = t(
        "谁在什么时候做了什么。只能查看，不能修改。",
        "Who did what, and when. It can be read, never changed.",
    );
    let table_path = format!("{}{}", paths::audit_table(), request().query_with("before", ""));
    let download = view! { <a class="btn btn--plain" href=link(&table_path)>{ui::icon("download")}{t("导出 CSV", "As CSV")}</a> };
    let list = if page.lines.is_empty() {
        ui::empty("search", t("没有记录", "Nothing found"), t("换个条件再试", "Try other filters"), ())
    } else {
        lines(&page.lines)
    };
    let body = view! {
        <div class="stack stack--l">
            {ui::page_head(title, sub, download)}
            {unsent(&page.unsent_letters)}
            {filters(&asked, &page)}
            {list}
            {pages(&asked, page.older.as_deref())}
        </div>
    };
    Ok(Screen::console(Console::admin(t("服务团", "Corps")), title, body))
}

/// The log as a table to save.
pub async fn audit_table() -> FileResult {
    let bytes = service::audit::log_table(&services(), &viewer(), &asked()).await?;
    Ok(FileAnswer { name: "audit.csv".to_owned(), content_type: "text/csv; charset=utf-8", bytes })
}

/// Letters that could not be sent: somebody has to look why.
fn unsent(letters: &[GivenUpRow]) -> Option<AnyView> {
    if letters.is_empty() {
        return None;
    }
    let rows: Vec<_> = letters
        .iter()
        .map(|letter| {
            view! {
                <li>
                    <time class="num">{china_minute_text(letter.given_up_at_ms)}</time>
                    " × "<span class="num">{letter.attempts}</span>" "
                    {letter.last_error.clone()}
                </li>
            }
        })
        .collect();
    let list = view! {
        <p>{t("请检查邮件服务器的配置。", "Look at the mail server’s settings.")}</p>
        <ul class="small">{rows}</ul>
    };
    Some(ui::alert("warn", t("有邮件没能发出", "Letters could not be sent"), list))
}

fn filters(asked: &LogQuery, page: &LogPage) -> AnyView {
    let chosen = asked.action.clone();
    let options: Vec<_> = ACTIONS
        .iter()
        .map(|(code, zh, en)| {
            view! { <option value=*code selected=chosen == *code>{locale().pick(zh, en)}</option> }
        })
        .collect();
    let errors: Vec<_> = page
        .errors
        .iter()
        .map(|error| {
            let name = match error.field.as_str() {
                "person" => t("人员", "Person"),
                "from" => t("从", "From"),
                _ => t("到", "To"),
            };
            view! { <li>{name}{t("：", ": ")}{problem_text(locale(), &error.problem)}</li> }
        })
        .collect();
    let errors = (!errors.is_empty())
        .then(|| view! { <div class="form__errors" role="alert"><ul>{errors}</ul></div> });
    view! {
        {errors}
        <form class="bar" method="get" action=link(&paths::audit())>
            <label>{t("人员", "Person")}" "<input name="person" value=asked.person.clone() placeholder=t("手机号、邮箱或称呼", "Phone, e-mail or name")/></label>
            <label>{t("事项", "What")}" "
                <select name="action"><option value="">{t("全部", "Everything")}</option>{options}</select>
            </label>
            <label>{t("从", "From")}" "<input type="date" name="from" value=asked.from.clone()/></label>
            <label>{t("到", "To")}" "<input type="date" name="to" value=asked.to.clone()/></label>
            <button class="btn btn--primary">{t("查找", "Find")}</button>
            <a class="btn btn--quiet" href=link(&paths::audit())>{t("清空", "Clear")}</a>
        </form>
    }
    .into_any()
}

fn lines(lines: &[LogLine]) -> AnyView {
    let rows: Vec<_> = lines.iter().map(line).collect();
    view! {
        <div class="table-wrap">
            <table class="table table--cards table--dense">
                <caption class="vh">{t("操作记录", "Audit log")}</caption>
                <thead><tr>
                    <th scope="col">{t("时间", "Time")}</th>
                    <th scope="col">{t("人员", "Person")}</th>
                    <th scope="col">{t("事项", "What")}</th>
                    <th scope="col">{t("对象", "To what")}</th>
                    <th scope="col">{t("来源", "From where")}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn line(line: &LogLine) -> AnyView {
    let who = match &line.user {
        Some((name, number)) => {
            let path = format!("{}?person={}", paths::audit(), encode(number));
            view! { <a href=link(&path)>{name.clone()}</a> }.into_any()
        }
        None => view! { <span class="muted">{t("访客或系统", "Guest or the shop")}</span> }.into_any(),
    };
    let detail =
        (line.detail != "{}").then(|| view! { <div class="small muted">{line.detail.clone()}</div> });
    let what = if line.subject.is_empty() { String::new() } else { subject_words(&line.subject_kind) };
    let request = (!line.request_id.is_empty())
        .then(|| view! { <div class="small muted num">{line.request_id.clone()}</div> });
    view! {
        <tr>
            <th scope="row" data-label=t("时间", "Time") class="nowrap"><time class="num">{china_minute_text(line.at_ms)}</time></th>
            <td data-label=t("人员", "Person")>{who}</td>
            <td data-label=t("事项", "What")><div>{action_words(locale(), &line.action)}{detail}</div></td>
            <td data-label=t("对象", "To what")><span class="small">{what}" "<span class="num">{line.subject.clone()}</span></span></td>
            <td data-label=t("来源", "From where")><div class="small"><span class="num">{line.address.clone()}</span>{request}</div></td>
        </tr>
    }
    .into_any()
}

/// What kind of thing it was done to.
fn subject_words(kind: &str) -> String {
    let words = match kind {
        "user" => t("账号", "Account"),
        "order" => t("订单", "Order"),
        "payment" => t("付款", "Payment"),
        "refund" => t("退款", "Refund"),
        "parcel" => t("包裹", "Parcel"),
        "product" => t("商品", "Product"),
        "batch" => t("批次", "Batch"),
        "county" => t("县", "County"),
        "town" => t("镇", "Town"),
        "village" => t("村", "Village"),
        "team" => t("服务队", "Team"),
        "unit" => t("派出单位", "Unit"),
        "letter" => t("邮件", "Letter"),
        other => return other.to_owned(),
    };
    words.to_owned()
}

fn pages(asked: &LogQuery, older: Option<&str>) -> AnyView {
    let to = |before: &str| link(&format!("{}{}", paths::audit(), request().query_with("before", before)));
    let newest = (!asked.before.is_empty()).then(|| view! { <a href=to("")>{t("最新", "Latest")}</a> });
    let older = older.map(|older| view! { <a rel="next" href=to(older)>{t("更早", "Older")}</a> });
    view! { <nav class="pager" aria-label=t("分页", "Pages")>{newest}{older}</nav> }.into_any()
}
