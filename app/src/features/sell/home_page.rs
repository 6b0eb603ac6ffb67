//! Where a seller begins: the teams.

use leptos::prelude::*;

use super::team::teams;
use crate::context::{link, t, viewer};
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::ui;

/// The viewer's teams; the only one at once.
pub async fn teams_page() -> PageResult {
    viewer().require_user()?;
    let teams = teams().await?;
    let [team] = teams.as_slice() else {
        if teams.is_empty() {
            return Err(service::ServiceError::Forbidden);
        }
        let items: Vec<_> = teams
            .iter()
            .map(|team| {
                view! { <li><a href=link(&paths::team(team.id))>{ui::icon("store")}{team.name.clone()}</a></li> }
            })
            .collect();
        let title = t("卖家中心", "Seller console");
        let body = view! { {ui::page_head(title, t("选一个团队", "Choose a team"), ())} <ul class="menu">{items}</ul> };
        return Ok(Screen::shop(title, body));
    };
    Ok(Screen::go(paths::team(team.id)))
}
