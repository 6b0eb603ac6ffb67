//! What a seller was told of, read or not, and how they want to be told.

use domain::ids::{AfterSaleId, BatchId, ParcelId, ProductId};
use domain::notification::{ByMail, NotificationKind};
use domain::time::china_minute_text;
use leptos::prelude::*;
use service::notifications::{NotificationQuery, NotificationRow, NotificationsPage, kind_text};
use service::report::{Cell, Report};

use super::api::{MarkNotifications, SetWishes};
use crate::context::{given_text, link, locale, name, query, services, t, viewer};
use crate::features::listing::stock_path;
use crate::features::marks::mark_path;
use crate::features::sell::team::{Team, current_team, tabs};
use crate::features::stock::{batch_path, recall_path};
use crate::form::{FormState, html_id, html_name};
use crate::layout::Screen;
use crate::routes::{FileAnswer, FileResult, PageResult, paths};
use crate::ui;

fn query_of_address() -> NotificationQuery {
    NotificationQuery { show: query("show"), kind: query("kind"), from: query("from"), to: query("to") }
}

fn text_of(wanted: &NotificationQuery) -> String {
    given_text(&[("show", &wanted.show), ("kind", &wanted.kind), ("from", &wanted.from), ("to", &wanted.to)])
}

/// `/sell/{team}/notifications?show=all&kind=…&from=…&to=…&page=2`
pub async fn notifications_page() -> PageResult {
    let team = current_team().await?;
    let wanted = query_of_address();
    let number = query("page").parse().unwrap_or(1);
    let page =
        service::notifications::list_notifications(&services(), &viewer(), team.id, &wanted, number).await?;
    let wishes = service::notifications::wishes(&services(), &viewer()).await?;
    let title = t("通知", "Notifications");
    let path = paths::team_notifications(team.id);
    let entries = vec![("", t("未读", "Unread"), page.unread), ("all", t("全部", "All"), 0)];
    let sheet = format!("{}.xlsx{}", link(&path), text_of(&wanted));
    let sub = t("只显示和你的团队有关的事。", "Only what concerns your team.");
    let saved = (query("saved") == "1").then(|| ui::alert("ok", t("已保存", "Saved"), ()));
    let body = view! {
        <div class="stack stack--l">
            {ui::page_head(title, sub, ui::export_link(sheet))}
            {saved}
            {tabs(&path, "show", if wanted.is_all() { "all" } else { "" }, &["kind", "from", "to"], entries)}
            {filter_form(&path, &wanted)}
            {list(&team, &page, &wanted)}
            {ui::pager(page.page, page.page + i64::from(page.has_more))}
            {wishes_form(&team, &wishes)}
        </div>
    };
    Ok(Screen::console(team.console(), title, body))
}

fn filter_form(path: &str, wanted: &NotificationQuery) -> AnyView {
    let show = (!wanted.show.is_empty()).then(|| ui::hidden("show", &wanted.show));
    let all = NotificationQuery { show: wanted.show.clone(), ..NotificationQuery::default() };
    let form = ui::FilterForm {
        path,
        id: "n",
        days: Some(ui::FilterDays { label: t("日期从", "From"), from: &wanted.from, to: &wanted.to }),
        clear: wanted.is_narrowed().then(|| format!("{}{}", link(path), text_of(&all))),
    };
    let kinds = NotificationKind::ALL
        .iter()
        .map(|kind| (kind.as_str().to_owned(), kind_text(locale(), *kind).to_owned()));
    let kind = ui::filter_choice("n", "kind", t("哪一类", "Kind"), &wanted.kind, kinds.collect());
    ui::filter_form(&form, show, kind)
}

fn list(team: &Team, page: &NotificationsPage, wanted: &NotificationQuery) -> AnyView {
    let state = FormState::of::<MarkNotifications>();
    if page.rows.is_empty() && wanted.is_narrowed() {
        return ui::nothing_found();
    }
    if page.rows.is_empty() && wanted.is_all() {
        return ui::empty("bell", t("没有通知", "No notifications"), "", ());
    }
    if page.rows.is_empty() {
        let sub = t(
            "有新订单、售后、审核、召回或库存提醒时，会出现在这里。",
            "New orders, after-sales, reviews, recalls and warnings appear here.",
        );
        return ui::empty("bell", t("没有未读的通知", "Nothing unread"), sub, ());
    }
    let rows: Vec<_> = page.rows.iter().map(|row| item(team, row)).collect();
    let all = if wanted.is_narrowed() {
        t("筛出的全部标为已读", "Mark all found as read")
    } else {
        t("全部标为已读", "Mark all as read")
    };
    view! {
        <form class="form form--wide" method="post" action=state.action()>
            {ui::form_errors(&state, &[("chosen", t("勾选", "Ticks"))])}
            {ui::hidden("team", &team.id.to_string())}
            {ui::hidden("kind", &wanted.kind)}
            {ui::hidden("from", &wanted.from)}
            {ui::hidden("to", &wanted.to)}
            <ul class="menu notes" id="f-chosen">{rows}</ul>
            <div class="form__acts form__acts--stick thumb-acts">
                <button class="btn btn--primary" name="then" value="all">{all}</button>
                <button class="btn btn--plain" name="then" value="read">{t("勾选的已读", "Ticked: read")}</button>
                <button class="btn btn--plain" name="then" value="unread">{t("勾选的未读", "Ticked: unread")}</button>
            </div>
        </form>
    }
    .into_any()
}

fn item(team: &Team, row: &NotificationRow) -> AnyView {
    let product = || paths::team_product(team.id, ProductId::from_i64(row.subject_id));
    let (icon, href) = match row.kind {
        NotificationKind::NewOrder => {
            ("package", paths::team_parcel(team.id, ParcelId::from_i64(row.subject_id)))
        }
        NotificationKind::Late => ("clock", paths::team_parcel(team.id, ParcelId::from_i64(row.subject_id))),
        NotificationKind::AfterSale => ("refresh", paths::after_sale(AfterSaleId::from_i64(row.subject_id))),
        NotificationKind::LowStock => ("box", stock_path(team.id, ProductId::from_i64(row.subject_id))),
        NotificationKind::Expiring => ("warn", batch_path(team.id, BatchId::from_i64(row.subject_id))),
        NotificationKind::ReviewAsked => ("eye", product()),
        NotificationKind::ReviewAnswered => ("edit", product()),
        NotificationKind::PublishFailed => ("calendar", product()),
        NotificationKind::Recalled => ("bad", recall_path(team.id, BatchId::from_i64(row.subject_id))),
        NotificationKind::Transfer => ("bank", paths::team_transfers(team.id)),
        NotificationKind::LicenceEnding => ("certificate", mark_path(&row.mark_slug)),
    };
    let about = about_of(row);
    let kind = kind_text(locale(), row.kind);
    let unread = row
        .read_at_ms
        .is_none()
        .then(|| view! { " " <span class="chip t-wait">{t("未读", "Unread")}</span> });
    let label = format!("{kind} {about}");
    view! {
        <li class="note">
            <label class="tick">
                <input type="checkbox" name="chosen[]" value=row.id.to_string()/>
                <span class="vh">{label}</span>
            </label>
            <a href=link(&href)>
                {ui::icon(icon)}
                <span><strong>{kind}</strong>" "<span class="num">{about}</span>{unread}<br/>
                <span class="muted small num">{china_minute_text(row.at_ms)}</span></span>
            </a>
        </li>
    }
    .into_any()
}

/// The order, the goods and their batch, or the mark.
fn about_of(row: &NotificationRow) -> String {
    if row.order_number.is_empty() {
        format!("{} {}", name(&row.name, &row.name_en), row.batch_code).trim().to_owned()
    } else {
        format!("{} {}", t("订单", "Order"), row.order_number)
    }
}

/// `/sell/{team}/notifications.xlsx`, narrowed like the page.
pub async fn notifications_sheet() -> FileResult {
    let team = current_team().await?;
    let (rows, has_more) =
        service::notifications::exported_notifications(&services(), &viewer(), team.id, &query_of_address())
            .await?;
    let heads = [
        (t("时间", "Time"), false),
        (t("哪一类", "Kind"), false),
        (t("什么", "About"), true),
        (t("已读时间", "Read at"), false),
    ];
    let row = |row: &NotificationRow| -> Vec<Cell> {
        vec![
            china_minute_text(row.at_ms).into(),
            kind_text(locale(), row.kind).into(),
            about_of(row).into(),
            row.read_at_ms.map(china_minute_text).unwrap_or_default().into(),
        ]
    };
    let rows = rows.iter().map(row).collect();
    let report = Report::new(t("通知", "Notifications"), heads, rows, ui::cut_note(has_more));
    Ok(FileAnswer::sheet_of_today("notifications", report.xlsx().await?))
}

/// One row a kind: in the console or not, and when a letter comes.
fn wishes_form(team: &Team, wishes: &[(NotificationKind, domain::notification::Wish)]) -> AnyView {
    let state = FormState::of::<SetWishes>();
    let rows: Vec<_> = wishes
        .iter()
        .enumerate()
        .map(|(at, (kind, wish))| {
            let label = kind_text(locale(), *kind);
            let field = |column: &str| format!("rows.{at}.{column}");
            let options: Vec<_> = ByMail::ALL
                .iter()
                .map(|by_mail| {
                    view! { <option value=by_mail.as_str() selected=*by_mail == wish.by_mail>{mail_text(*by_mail)}</option> }
                })
                .collect();
            view! {
                <tr>
                    <th scope="row" data-label=t("哪一类", "Kind")>
                        {ui::hidden(&html_name(&field("kind")), kind.as_str())}{label}
                    </th>
                    <td data-label=t("卖家中心", "In the console")>
                        <label class="tick">
                            <input type="checkbox" name=html_name(&field("in_console")) value="on" checked=wish.in_console/>
                            <span class="vh">{format!("{label} {}", t("在卖家中心提醒", "in the console"))}</span>
                        </label>
                    </td>
                    <td data-label=t("邮件", "By mail")>
                        <select
                            id=html_id(&field("by_mail"))
                            name=html_name(&field("by_mail"))
                            aria-label=format!("{label} {}", t("邮件", "by mail"))
                        >{options}</select>
                    </td>
                </tr>
            }
        })
        .collect();
    view! {
        <details class="fold" id="wishes" open=query("saved") == "1" || state.is_refused()>
            <summary>{t("怎么通知我", "How I am told")}</summary>
            <form class="form form--wide" method="post" action=state.action()>
                {ui::form_errors(&state, &[])}
                {ui::hidden("team", &team.id.to_string())}
                <p class="muted small">
                    {t(
                        "对你卖货的所有团队都一样。邮件发到账号里登记的邮箱；每天一封在早上八点以后发出，没有新事就不发。",
                        "The same for every team you sell for. Letters go to your account's address; the daily one comes after eight in the morning, and not without news.",
                    )}
                </p>
                <div class="table-wrap">
                    <table class="table table--cards table--dense">
                        <thead><tr>
                            <th scope="col">{t("哪一类", "Kind")}</th>
                            <th scope="col">{t("卖家中心", "In the console")}</th>
                            <th scope="col">{t("邮件", "By mail")}</th>
                        </tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
                <div class="form__acts"><button class="btn btn--primary">{t("保存", "Save")}</button></div>
            </form>
        </details>
    }
    .into_any()
}

fn mail_text(by_mail: ByMail) -> &'static str {
    match by_mail {
        ByMail::Never => t("不发邮件", "No letter"),
        ByMail::Digest => t("每天一封", "In the daily letter"),
        ByMail::AtOnce => t("马上发", "At once"),
    }
}
