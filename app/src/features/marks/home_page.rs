//! The marks of a collective, and what it may use of others.

use domain::ids::CollectiveId;
use leptos::prelude::*;
use service::marks::{LicenceView, MarkRow, MarksHome};
use service::statement::current_month;

use super::words::state_label;
use super::{desk_path, forms, mark_path};
use crate::context::{link, name, services, t, typed_param, viewer};
use crate::features::sell::team::stock_text;
use crate::layout::{Console, Screen};
use crate::routes::PageResult;
use crate::ui;

/// `/books/{collective}/marks`
pub async fn home_page() -> PageResult {
    let collective: CollectiveId = typed_param("collective")?;
    let page = service::marks::marks_home(&services(), &viewer(), collective).await?;
    let title = t("集体商标", "Collective marks");
    let who = name(&page.collective.name, &page.collective.name_en).to_owned();
    let body = view! {
        {ui::page_head(title, &who, ())}
        <div class="stack stack--l">
            {owned(&page)}
            {granted(&page)}
            <details class="fold" open=forms::is_new_refused()>
                <summary>{t("登记一个商标", "Add a mark")}</summary>
                {forms::mark_form(collective, None)}
            </details>
        </div>
    };
    let month = current_month(&services());
    Ok(Screen::console(Console::treasurer(collective, &who, &month), title, body))
}

fn owned(page: &MarksHome) -> AnyView {
    if page.owned.is_empty() {
        return ui::empty(
            "certificate",
            t("本集体还没有商标", "The collective has no mark yet"),
            t("登记后可以许可给其他村使用。", "Once added, it can be licensed to other villages."),
            (),
        );
    }
    let row = |mark: &MarkRow| {
        let path = desk_path(page.collective.id, mark.id);
        view! { <li><a href=link(&path)>{ui::icon("certificate")}{name(&mark.name, &mark.name_en).to_owned()}</a></li> }
    };
    let rows: Vec<_> = page.owned.iter().map(row).collect();
    view! { <section class="stack"><h2>{t("我们的商标", "Our marks")}</h2><ul class="menu">{rows}</ul></section> }
        .into_any()
}

fn granted(page: &MarksHome) -> AnyView {
    if page.granted.is_empty() {
        return ().into_any();
    }
    let rows: Vec<_> = page.granted.iter().map(|licence| licence_row(licence, true)).collect();
    view! {
        <section class="stack">
            <h2>{t("许可给我们的", "Licensed to us")}</h2>
            {table(rows, t("商标", "Mark"))}
        </section>
    }
    .into_any()
}

/// A table of licences; `first` is the head of the first column.
pub(super) fn table(rows: Vec<AnyView>, first: &'static str) -> AnyView {
    view! {
        <div class="table-wrap"><table class="table table--cards">
            <caption class="vh">{t("许可", "Licences")}</caption>
            <thead><tr>
                <th scope="col">{first}</th><th scope="col">{t("范围", "For")}</th>
                <th scope="col">{t("期限", "Days")}</th><th scope="col" class="n">{t("已用", "Used")}</th>
                <th scope="col" class="n">{t("剩余", "Left")}</th><th scope="col">{t("状态", "State")}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

/// One licence; `by_mark` names the mark, otherwise the village that holds it.
pub(super) fn licence_row(licence: &LicenceView, by_mark: bool) -> AnyView {
    let row = &licence.row;
    let (label, head) = if by_mark {
        let words = name(&row.mark_name, &row.mark_name_en).to_owned();
        (t("商标", "Mark"), view! { <a href=link(&mark_path(&row.mark_slug))>{words}</a> }.into_any())
    } else {
        (t("村庄", "Village"), name(&row.village_name, &row.village_name_en).to_owned().into_any())
    };
    let scope = name(&row.scope_name, &row.scope_name_en).to_owned();
    let kind = if row.category_id.is_some() { t("整类：", "All of: ") } else { "" };
    let reason = (!row.withdrawn_reason.is_empty())
        .then(|| view! { <span class="small muted">{row.withdrawn_reason.clone()}</span> });
    let used =
        format!("{} / {}", stock_text(row.used, &row.base_unit), stock_text(row.quantity, &row.base_unit));
    view! {
        <tr>
            <th scope="row" data-label=label>{head}</th>
            <td data-label=t("范围", "For")>{kind}{scope}</td>
            <td data-label=t("期限", "Days") class="num">{format!("{} – {}", row.starts_on, row.ends_on)}</td>
            <td data-label=t("已用", "Used") class="n">{used}</td>
            <td data-label=t("剩余", "Left") class="n">{stock_text(licence.left, &row.base_unit)}</td>
            <td data-label=t("状态", "State")>{ui::status_chip(state_label(licence.state))}{reason}</td>
        </tr>
    }
    .into_any()
}
