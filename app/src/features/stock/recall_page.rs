//! Recalling a batch: first what it would do, then what it did; and the recalls of a team.

use domain::time::china_minute_text;
use leptos::prelude::*;
use service::stock::RecallHeadRow;

use super::recall_parts::{Seen, done, preview};
use super::{batch_path, recall_path, words};
use crate::context::{link, name, param, services, t, viewer};
use crate::features::sell::team::current_team;
use crate::layout::Screen;
use crate::routes::PageResult;
use crate::ui;

/// `/sell/{team}/batches/{batch}/recall`
pub async fn recall_page() -> PageResult {
    let team = current_team().await?;
    let (services, viewer) = (services(), viewer());
    let page = service::stock::recall_preview(&services, &viewer, &param("batch")).await?;
    if page.team != team.id {
        return Err(service::ServiceError::NotFound);
    }
    let shown = name(&page.product_name, &page.product_name_en).to_owned();
    let seen = Seen::ByTeam(team.id);
    let (title, parts) = match page.recall {
        Some(recall) => {
            let recall = service::stock::recall_page(&services, &viewer, recall).await?;
            (t("召回情况", "The recall"), done(&recall, seen))
        }
        None => (t("召回批次", "Recall a batch"), preview(&page, seen)),
    };
    let code = page.codes.first().cloned().unwrap_or_default();
    let batch = batch_path(team.id, page.batch);
    let body = view! {
        {ui::crumbs(&[(&batch, &format!("{}{code}", t("批次 ", "Batch ")))], title)}
        {ui::page_head(title, &shown, ())}
        <div class="stack stack--l">{parts}</div>
    };
    Ok(Screen::console(team.console(), title, body))
}

/// `/sell/{team}/recalls`
pub async fn recalls_page() -> PageResult {
    let team = current_team().await?;
    let recalls = service::stock::list_team_recalls(&services(), &viewer(), team.id).await?;
    let title = t("召回记录", "Recalls");
    let rows: Vec<_> = recalls.iter().map(|row| (row, recall_path(row.team_id, row.batch_id))).collect();
    let body = view! { {ui::page_head(title, "", ())} {list(&rows, false)} };
    Ok(Screen::console(team.console(), title, body))
}

/// Recalls with where each leads to; the county's list says which team's they are.
pub(super) fn list(rows: &[(&RecallHeadRow, String)], with_team: bool) -> AnyView {
    if rows.is_empty() {
        let title = t("没有召回", "No recall so far");
        return ui::empty("check-circle", title, "", ());
    }
    let head = with_team.then(|| view! { <th scope="col">{t("团队", "Team")}</th> });
    let rows: Vec<_> = rows
        .iter()
        .map(|(row, path)| {
            let team = with_team.then(|| view! { <td data-label=t("团队", "Team")>{row.team_name.clone()}</td> });
            view! {
                <tr>
                    <th scope="row" data-label=t("时间", "Time")><a class="num" href=link(path)>{china_minute_text(row.at_ms)}</a></th>
                    {team}
                    <td data-label=t("商品", "Product")>{name(&row.name, &row.name_en).to_owned()}</td>
                    <td data-label=t("批次", "Batch")><span class="num">{row.code.clone()}</span></td>
                    <td data-label=t("原因", "Reason")>{words::recall_reason(row.reason)}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <div class="table-wrap"><table class="table table--cards table--dense">
            <thead><tr>
                <th scope="col">{t("时间", "Time")}</th>{head}<th scope="col">{t("商品", "Product")}</th>
                <th scope="col">{t("批次", "Batch")}</th><th scope="col">{t("原因", "Reason")}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}
