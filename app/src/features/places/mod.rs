//! What stands in the county: towns, villages with their collectives, teams, and the units that post cadres.
//!
//! Plain forms and no island: nothing here is in the browser's bundles.

mod api;
mod bodies;
mod desk_page;
mod form;
mod places_forms;

use std::fmt::Display;

/// All of them.
pub const DESK: &str = "/county/places";

/// The form of a town; `new` for a new one, here and below.
fn town_path(town: impl Display) -> String {
    format!("{DESK}/towns/{town}")
}

/// The form of a village and its collective.
fn village_path(village: impl Display) -> String {
    format!("{DESK}/villages/{village}")
}

/// The form of a team.
fn team_path(team: impl Display) -> String {
    format!("{DESK}/teams/{team}")
}

/// The form of a unit.
fn unit_path(unit: impl Display) -> String {
    format!("{DESK}/units/{unit}")
}

/// The pages of this feature.
#[must_use]
pub fn pages() -> Vec<crate::routes::Page> {
    use crate::routes::{Access, Page};
    vec![
        Page::new(DESK, desk_page::desk_page).only(Access::Admin),
        Page::new("/county/places/towns/{id}", places_forms::town_page).only(Access::Admin),
        Page::new("/county/places/villages/{id}", places_forms::village_page).only(Access::Admin),
        Page::new("/county/places/teams/{id}", bodies::team_page).only(Access::Admin),
        Page::new("/county/places/units/{id}", bodies::unit_page).only(Access::Admin),
    ]
}
