//! `/sell/{team}/members`: who works for a team. Who does is the county's to say, so there is nothing to change here.

use domain::time::china_minute_text;
use leptos::prelude::*;
use service::accounts::{TeamMember, team_members};

use crate::context::{locale, services, t, viewer};
use crate::features::sell::team::current_team;
use crate::layout::Screen;
use crate::routes::PageResult;
use crate::text::role;
use crate::ui;

/// The members, captains first.
pub async fn members_page() -> PageResult {
    let team = current_team().await?;
    let members = team_members(&services(), &viewer(), team.id).await?;
    let title = t("队员", "Members");
    let rows: Vec<_> = members.iter().map(row).collect();
    let who = t(
        "队员由县服务团加减：把对方登录用的手机号或邮箱告诉他们。",
        "The county’s corps adds and removes members: tell them what the person signs in with.",
    );
    let body = view! {
        {ui::page_head(title, &team.name, ())}
        <div class="stack">
            <div class="table-wrap"><table class="table table--cards">
                <caption class="vh">{title}</caption>
                <thead><tr>
                    <th scope="col">{t("称呼", "Name")}</th><th scope="col">{t("角色", "Role")}</th>
                    <th scope="col">{t("从何时起", "Since")}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
            <p class="small muted">{who}</p>
        </div>
    };
    Ok(Screen::console(team.console(), title, body))
}

fn row(member: &TeamMember) -> AnyView {
    let roles: Vec<&str> = member.roles.iter().map(|(held, _)| role(locale(), *held)).collect();
    let since_ms = member.roles.iter().map(|(_, since_ms)| *since_ms).min().unwrap_or_default();
    view! {
        <tr>
            <th scope="row" data-label=t("称呼", "Name")>{ui::as_typed(&member.display_name)}</th>
            <td data-label=t("角色", "Role")>{roles.join(t("、", ", "))}</td>
            <td data-label=t("从何时起", "Since")><time class="num">{china_minute_text(since_ms)}</time></td>
        </tr>
    }
    .into_any()
}
