//! The villages, places and templates of a team, and the shelves of the shop.

use domain::ids::TeamId;
use store::Conn;
use store::listing::{self as rows, ChoiceRow, ListingRow};

use crate::Result;

/// What a team may choose from.
#[derive(Debug)]
pub(crate) struct Offered {
    pub(crate) categories: Vec<ChoiceRow>,
    pub(crate) villages: Vec<ChoiceRow>,
    pub(crate) places: Vec<ChoiceRow>,
    pub(crate) templates: Vec<ChoiceRow>,
}

impl Offered {
    pub(crate) async fn load(conn: &mut Conn, team: TeamId) -> Result<Self> {
        Ok(Self {
            categories: rows::list_shown_category_choices(conn).await?,
            villages: rows::list_village_choices(conn, team).await?,
            places: rows::list_place_choices(conn, team).await?,
            templates: rows::list_template_choices(conn, team).await?,
        })
    }

    /// With the category, the place and the template that a listing names, should they be offered no longer: of the last two
    /// publishing says so.
    pub(crate) async fn with_stored(mut self, conn: &mut Conn, row: &ListingRow) -> Result<Self> {
        let (place, template) = (row.place_id.get(), row.freight_template_id.get());
        let is_missing = |choices: &[ChoiceRow], id| !choices.iter().any(|choice| choice.id == id);
        if is_missing(&self.categories, row.category_id.get()) {
            let all = rows::list_category_choices(conn).await?;
            self.categories.extend(all.into_iter().find(|choice| choice.id == row.category_id.get()));
        }
        if is_missing(&self.places, place) || is_missing(&self.templates, template) {
            let retired = store::freight::list_retired_choices(conn, row.team_id).await?;
            self.places.extend(retired.iter().find(|choice| choice.id == place).cloned());
            self.templates.extend(retired.into_iter().find(|choice| choice.id == template));
        }
        Ok(self)
    }
}
