//! Recalling a batch: first what it would do, then what it did.

use leptos::prelude::*;

use super::batch_path;
use super::recall_parts::{Seen, done, preview};
use crate::context::{name, param, services, t, viewer};
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
