//! Who may act as what: the desk at which roles are given and taken back, and a team's list of who works for it. The use
//! cases are those of `service::accounts`.
//!
//! Plain forms and no island: nothing here is in the browser's bundles.

mod api;
mod desk_page;
mod members_page;

use domain::ids::{TeamId, UserId};

/// Where roles are given and taken back.
pub const DESK: &str = "/county/roles";

/// The same, with an account on it.
fn desk_path(account: UserId) -> String {
    format!("{DESK}?account={account}")
}

/// Who works for a team.
#[must_use]
pub fn members_path(team: TeamId) -> String {
    format!("/sell/{team}/members")
}

/// The pages of this feature.
#[must_use]
pub fn pages() -> Vec<crate::routes::Page> {
    use crate::routes::{Access, Page};
    vec![
        Page::new(DESK, desk_page::desk_page).only(Access::Admin),
        Page::new("/sell/{team}/members", members_page::members_page).only(Access::Seller),
    ]
}
