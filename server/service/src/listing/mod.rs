//! The seller's listing: from an empty draft to a product in the shop.
//!
//! # How it goes
//! [`create_draft`] → [`save_draft`] as often as the form changes → [`add_batch`] → [`publish`]. A draft keeps whatever
//! could be read of the form and reports the rest; a published listing is changed only as a whole and only to
//! something that could be published, so that nobody ever buys from a half-made edit.
//!
//! The row of the product is taken before anything is decided about it. What is missing before publishing is computed
//! from what is stored ([`check_listing`]), never from what a form says.

mod batches;
mod by_weight;
mod check;
mod depth;
mod draft;
mod duplicate;
pub(crate) mod form;
mod list;
mod offered;
mod page;
mod papers;
mod publish;
mod review;
mod review_list;
mod schedule;
mod shelf_life;
mod variants;

#[cfg(test)]
pub(crate) mod tests;

use domain::ids::ProductId;
use domain::time::Date;
use domain::word::UnknownWord;
use serde::{Deserialize, Serialize};
use store::listing::{self as rows, ListingRow};
use store::{Conn, StoreError, WriteTx};

use crate::{Result, ServiceError, Services, Viewer};

pub(crate) use batches::correct_in;
pub use batches::{CorrectStock, add_batch, correct_stock};
pub use check::check_listing;
pub(crate) use check::problems as check_problems;
pub(crate) use check::{Kept, Touched};
pub(crate) use depth::{declare_rule, write_attributes};
pub use domain::listing::{AddBatch, InputForm, ListingForm, PapersForm, UpdateBatch, VariantForm};
pub use draft::{SaveListing, Saved, create_draft, save_draft};
pub(crate) use draft::{blank_for, save_as, start};
pub use duplicate::duplicate;
pub use list::{ListingCard, ListingCounts, ListingsPage, ListingsQuery, list_listings};
pub(crate) use offered::Offered;
pub(crate) use page::form_of;
pub use page::{
    BatchInputView, BatchView, Choice, Choices, EditPage, ListingPhoto, edit_page, related_choices,
    require_preview,
};
pub use papers::update_batch;
pub use publish::{Published, publish, unpublish};
pub(crate) use publish::{publish_in, slug_of, unpublish_in};
pub(crate) use review::of_change as review_change;
pub use review::{DecideReview, DeclaredReturns, Review, decide, set_reviews, submit};
pub use review_list::{
    Reviews, ReviewsPage, ReviewsQuery, WaitingReview, exported_reviews, list_reviews, reviews,
};
pub(crate) use schedule::publish_due;
pub use schedule::{Schedule, schedule, unschedule};
pub(crate) use shelf_life::{apply as apply_shelf_life, lock_batches};
pub(crate) use variants::{code_for_new, note_price};

/// Where a listing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListingStatus {
    /// Never shown yet.
    Draft,
    /// In the shop.
    Published,
    /// Taken out of the shop; old orders still name it.
    Unpublished,
}

impl ListingStatus {
    /// All of them, in the order of a listing's life.
    pub const ALL: [Self; 3] = [Self::Draft, Self::Published, Self::Unpublished];

    /// The stored text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
            Self::Unpublished => "unpublished",
        }
    }

    /// Reads the stored text.
    ///
    /// # Errors
    /// [`UnknownWord`] for any other text.
    pub fn parse(text: &str) -> std::result::Result<Self, UnknownWord> {
        let found = Self::ALL.into_iter().find(|status| status.as_str() == text);
        found.ok_or_else(|| UnknownWord::new("ListingStatus", text))
    }
}

pub(crate) fn status_of(text: &str) -> Result<ListingStatus> {
    ListingStatus::parse(text).map_err(ServiceError::internal)
}

/// Today in China.
pub(crate) fn today(services: &Services) -> Date {
    Date::from_epoch_ms(services.now_ms())
}

/// The listing, if this viewer sells for its team; someone else's listing does not exist for them.
pub(crate) async fn own_listing(conn: &mut Conn, viewer: &Viewer, product: ProductId) -> Result<ListingRow> {
    viewer.require_user()?;
    let row = rows::find_listing(conn, product).await?.ok_or(ServiceError::NotFound)?;
    require_own(viewer, &row)?;
    Ok(row)
}

/// Takes the listing for this transaction, if this viewer sells for its team.
pub(crate) async fn lock_own_listing(
    tx: &mut WriteTx,
    services: &Services,
    viewer: &Viewer,
    product: ProductId,
) -> Result<ListingRow> {
    viewer.require_user()?;
    let row = rows::lock_listing(tx, product, services.now_ms()).await?.ok_or(ServiceError::NotFound)?;
    require_own(viewer, &row)?;
    Ok(row)
}

fn require_own(viewer: &Viewer, row: &ListingRow) -> Result<()> {
    match viewer.require_seller(row.team_id) {
        Ok(_) => Ok(()),
        Err(ServiceError::Forbidden) => Err(ServiceError::NotFound),
        Err(error) => Err(error),
    }
}

/// What is named was taken away, or what is taken away was named, a moment ago: asking again finds it out.
pub(crate) fn busy_when_crossed(error: StoreError) -> ServiceError {
    match error {
        StoreError::RuleBroken(_) => ServiceError::Busy,
        other => other.into(),
    }
}

/// Someone took the same code or address name a moment ago: asking again finds the next free one.
pub(crate) fn busy_when_taken(error: StoreError) -> ServiceError {
    match error {
        StoreError::AlreadyExists => ServiceError::Busy,
        other => other.into(),
    }
}
