//! One mark, for its owner: what is said of it, who may use it, what was used.

use domain::ids::CollectiveId;
use domain::time::china_minute_text;
use leptos::prelude::*;
use service::marks::MarkDesk;
use service::statement::current_month;

use super::home_page::{licence_row, table};
use super::{forms, mark_path, marks_path, picture};
use crate::context::{link, name, param, query, services, t, typed_param, viewer};
use crate::features::sell::team::stock_text;
use crate::layout::{Console, Screen};
use crate::routes::PageResult;
use crate::ui;

/// `/books/{collective}/marks/{mark}`
pub async fn desk_page() -> PageResult {
    let collective: CollectiveId = typed_param("collective")?;
    let desk = service::marks::mark_desk(&services(), &viewer(), &param("mark")).await?;
    if desk.mark.collective_id != collective {
        return Err(service::ServiceError::NotFound);
    }
    let title = name(&desk.mark.name, &desk.mark.name_en).to_owned();
    let who = name(&desk.collective.name, &desk.collective.name_en).to_owned();
    let marks = marks_path(collective);
    let see = view! {
        <a class="btn btn--plain" href=link(&mark_path(&desk.mark.slug))>
            {ui::icon("external")}{t("看公开页面", "See its page")}
        </a>
    };
    let saved = (query("done") == "saved").then(|| ui::alert("ok", t("已保存", "Saved"), ()));
    let body = view! {
        {ui::crumbs(&[(&marks, t("集体商标", "Collective marks"))], &title)}
        {ui::page_head(&title, &who, see)}
        <div class="stack stack--l">
            {saved}
            {licences(&desk)}
            <details class="fold" open=forms::is_grant_refused()>
                <summary>{t("许可一个村使用", "Let a village use it")}</summary>
                {forms::grant_form(&desk)}
            </details>
            <details class="fold" open=forms::is_edit_refused()>
                <summary>{t("名称、来历和使用条件", "Name, story and conditions")}</summary>
                {forms::mark_form(collective, Some(&desk.mark))}
            </details>
            {picture::part(&desk.mark)}
            {uses(&desk)}
        </div>
    };
    let month = current_month(&services());
    Ok(Screen::console(Console::treasurer(collective, &who, &month), title, body))
}

fn licences(desk: &MarkDesk) -> AnyView {
    if desk.licences.is_empty() {
        return ui::empty(
            "certificate",
            t("还没有许可给别的村", "No village has a licence yet"),
            t("本集体自己的货不用许可。", "The collective's own goods need none."),
            (),
        );
    }
    let rows: Vec<_> = desk.licences.iter().map(|licence| licence_row(licence, false)).collect();
    let withdraw: Vec<_> = desk.licences.iter().map(forms::withdraw_form).collect();
    view! {
        <section class="stack">
            <h2>{t("许可", "Licences")}</h2>
            {table(rows, t("村庄", "Village"))}
            {withdraw}
        </section>
    }
    .into_any()
}

/// What was counted, batch by batch.
fn uses(desk: &MarkDesk) -> AnyView {
    if desk.uses.is_empty() {
        return ().into_any();
    }
    let (time, what, batch) = (t("时间", "Time"), t("商品", "Product"), t("批次", "Batch"));
    let (village, amount) = (t("村庄", "Village"), t("数量", "Amount"));
    let rows: Vec<_> = desk
        .uses
        .iter()
        .map(|row| {
            view! {
                <tr>
                    <th scope="row" data-label=time class="num">{china_minute_text(row.at_ms)}</th>
                    <td data-label=what>{name(&row.product_name, &row.product_name_en).to_owned()}</td>
                    <td data-label=batch class="num">{row.batch_code.clone()}</td>
                    <td data-label=village>{name(&row.village_name, &row.village_name_en).to_owned()}</td>
                    <td data-label=amount class="n">{stock_text(row.base_quantity, &row.base_unit)}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <section class="stack">
            <h2>{t("按批次的用量", "Use by batch")}</h2>
            <div class="table-wrap"><table class="table table--cards table--dense">
                <caption class="vh">{t("按批次的用量", "Use by batch")}</caption>
                <thead><tr>
                    <th scope="col">{time}</th><th scope="col">{what}</th><th scope="col">{batch}</th>
                    <th scope="col">{village}</th><th scope="col" class="n">{amount}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        </section>
    }
    .into_any()
}
