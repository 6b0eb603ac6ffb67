//! What the rows of a list would do, what is wrong with them, and what became of them.

use domain::shipping::{ListKind, RowFault};
use domain::time::china_minute_text;
use leptos::prelude::*;
use service::shipping::lists::{ListPage, RowState};

use super::desk_api::ApplyList;
use super::tracking_path;
use super::words::{carrier_status, fault_text};
use crate::context::{link, locale, query, services, t, typed_param, viewer};
use crate::features::sell::team::{Team, current_team};
use crate::form::FormState;
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::ui;

/// `/sell/{team}/tracking/{list}`
pub async fn list_preview() -> PageResult {
    let team = current_team().await?;
    let page =
        service::shipping::lists::list_page(&services(), &viewer(), team.id, typed_param("list")?).await?;
    let title = match page.kind {
        ListKind::Numbers => t("核对快递单号", "Check the numbers"),
        ListKind::Events => t("核对物流轨迹", "Check the events"),
    };
    let again = view! {
        <a class="btn btn--plain" href=link(&tracking_path(team.id))>{t("换一份清单", "Another list")}</a>
    };
    let (ready, done, wrong) = page.counts();
    let tiles = vec![
        ui::stat(t("可以应用", "Can be applied"), &ready.to_string(), ""),
        ui::stat(t("已经是这样", "Done already"), &done.to_string(), ""),
        ui::stat(t("有错误", "Not right"), &wrong.to_string(), ""),
    ];
    let body = view! {
        {ui::page_head(title, "", again)}
        {notice()}
        {ui::stats(tiles)}
        {rows_form(&team, &page, ready, wrong)}
    };
    Ok(Screen::console(team.console(), title, body))
}

fn notice() -> AnyView {
    let Ok(done) = query("done").parse::<usize>() else { return ().into_any() };
    let refused = query("refused").parse::<usize>().unwrap_or_default();
    let text = match locale() {
        domain::locale::Locale::Zh => format!("{done} 行已生效"),
        domain::locale::Locale::En => format!("Rows in effect: {done}"),
    };
    if refused == 0 {
        return ui::alert("ok", &text, ());
    }
    let more = match locale() {
        domain::locale::Locale::Zh => {
            format!("{refused} 行没有应用：请看下面的原因，或打开那个包裹单独处理。")
        }
        domain::locale::Locale::En => {
            format!("Not applied: {refused}. See why below, or open the parcel by itself.")
        }
    };
    ui::alert("warn", &text, view! { <p>{more}</p> })
}

/// A row as it is shown: its place, number in the sheet, what it says, where it leads.
struct Shown {
    at: usize,
    row: u32,
    what: String,
    says: String,
    path: Option<String>,
    state: RowState,
}

fn shown(team: &Team, page: &ListPage) -> Vec<Shown> {
    let numbers = page.numbers.iter().map(|view| Shown {
        at: view.at,
        row: view.row.row,
        what: view.row.parcel.clone(),
        says: format!("{} {}", view.row.carrier, view.row.tracking_number),
        path: view.parcel.map(|parcel| paths::team_parcel(team.id, parcel)),
        state: view.state.clone(),
    });
    let events = page.events.iter().map(|view| {
        let says = match &view.event {
            Some(event) => {
                let at = china_minute_text(event.happened_at_ms);
                format!("{at} {} {}", carrier_status(event.status), event.place)
            }
            None => view.row.status.clone(),
        };
        let what = format!("{} {}", view.row.carrier, view.row.tracking_number);
        Shown { at: view.at, row: view.row.row, what, says, path: None, state: view.state.clone() }
    });
    numbers.chain(events).collect()
}

fn rows_form(team: &Team, page: &ListPage, ready: usize, wrong: usize) -> AnyView {
    let state = FormState::of::<ApplyList>();
    let rows: Vec<_> = shown(team, page).into_iter().map(row_view).collect();
    let all = match locale() {
        domain::locale::Locale::Zh => format!("应用全部（{ready}）"),
        domain::locale::Locale::En => format!("Apply all ({ready})"),
    };
    let buttons = (ready > 0).then(|| {
        let whole = (wrong == 0).then(|| {
            view! { <button class="btn btn--primary" name="then" value="all">{all}</button> }
        });
        let class = if wrong == 0 { "btn btn--plain" } else { "btn btn--primary" };
        view! {
            <div class="form__acts form__acts--stick">
                {whole}
                <button class=class name="then" value="chosen">{t("只应用勾选的行", "Apply the ticked rows")}</button>
            </div>
        }
    });
    view! {
        <form class="form form--wide" method="post" action=state.action()>
            {ui::form_errors(&state, &[("chosen", t("勾选", "Ticks"))])}
            {ui::hidden("team", &team.id.to_string())}
            {ui::hidden("list", &page.list.to_string())}
            <div class="table-wrap">
                <table class="table table--cards">
                    <caption class="vh">{t("清单", "The list")}</caption>
                    <thead><tr>
                        <th scope="col"><span class="vh">{t("勾选", "Tick")}</span></th>
                        <th scope="col">{t("行", "Row")}</th>
                        <th scope="col">{t("包裹", "Parcel")}</th>
                        <th scope="col">{t("内容", "What it says")}</th>
                        <th scope="col">{t("结果", "Outcome")}</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {buttons}
        </form>
    }
    .into_any()
}

fn row_view(row: Shown) -> AnyView {
    let can = matches!(row.state, RowState::Ready | RowState::Corrects { .. });
    let label = format!("{} {}", t("应用第", "Apply row"), row.row);
    let tick = can.then(|| {
        view! { <input type="checkbox" name="chosen[]" value=row.at.to_string() checked aria-label=label/> }
    });
    let outcome = state_view(&row.state, row.path.as_deref());
    let what = match row.path {
        Some(path) => view! { <a class="num" href=link(&path)>{row.what}</a> }.into_any(),
        None => view! { <span class="num">{row.what}</span> }.into_any(),
    };
    view! {
        <tr>
            <td>{tick}</td>
            <td data-label=t("行", "Row") class="num">{row.row}</td>
            <th scope="row" data-label=t("包裹", "Parcel")>{what}</th>
            <td data-label=t("内容", "What it says") class="num">{row.says}</td>
            <td data-label=t("结果", "Outcome")>{outcome}</td>
        </tr>
    }
    .into_any()
}

fn state_view(state: &RowState, path: Option<&str>) -> AnyView {
    match state {
        RowState::Ready => ui::status_chip((t("可以应用", "Ready"), "t-neutral")),
        RowState::Corrects { carrier, tracking_number } => {
            let was = format!("{carrier} {tracking_number}");
            view! {
                {ui::status_chip((t("改正快递单号", "Corrects"), "t-wait"))}
                <p class="small">{t("原来是 ", "It was ")}<span class="num">{was}</span></p>
            }
            .into_any()
        }
        RowState::Done => ui::status_chip((t("已是这样", "Done"), "t-go")),
        RowState::Wrong(fault) => {
            // Its scales are on the parcel's page.
            let scales = path.filter(|_| matches!(fault, RowFault::Unweighed(_))).map(|path| {
                view! { " " <a href=link(path)>{t("去称重", "Weigh it")}</a> }
            });
            view! {
                {ui::status_chip((t("有错误", "Not right"), "t-bad"))}
                <p class="small">{fault_text(fault)}{scales}</p>
            }
            .into_any()
        }
    }
}
