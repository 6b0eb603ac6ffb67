//! What waits for a team's captain: the first of it for the page of all listings, and all of it narrowed, counted and taken
//! along. What becomes of it stands in [`super::review`].

use domain::ids::TeamId;
use store::listing::{self as rows, ReviewFilter};

use super::Choice;
use crate::paging::cut;
use crate::{Result, Services, Viewer};

pub use store::listing::WaitingReviewRow as WaitingReview;

/// Listings on a page.
const PAGE: i64 = 50;
/// Listings that the page of all listings names.
const FIRST: i64 = 5;
/// Listings that a sheet holds at most; who needs more narrows the list.
const MOST_EXPORTED: i64 = 5_000;

/// What the list is narrowed to, as it stands in the address. What cannot be read narrows nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReviewsQuery {
    /// Part of the name, in either language.
    pub text: String,
    /// A village and an account, in their shown forms.
    pub village: String,
    pub by: String,
}

impl ReviewsQuery {
    /// Whether anything is narrowed.
    #[must_use]
    pub fn is_narrowed(&self) -> bool {
        [&self.text, &self.village, &self.by].iter().any(|text| !text.trim().is_empty())
    }

    /// What names are searched for.
    fn searched(&self) -> String {
        self.text.trim().to_lowercase()
    }

    fn of<'a>(&self, team: TeamId, searched: &'a str) -> ReviewFilter<'a> {
        let (village, submitter) = (self.village.trim().parse().ok(), self.by.trim().parse().ok());
        ReviewFilter { team, text: searched, village, submitter }
    }
}

/// What a team's listings page says of reviews.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviews {
    pub is_on: bool,
    /// How many wait.
    pub waiting: i64,
    /// Those that wait longest.
    pub first: Vec<WaitingReview>,
}

/// Whether a team's listings are reviewed, how many of them wait, and the first of these.
///
/// # Errors
/// [`crate::ServiceError::Forbidden`] for anyone who does not sell for it.
pub async fn reviews(services: &Services, viewer: &Viewer, team: TeamId) -> Result<Reviews> {
    viewer.require_seller(team)?;
    let mut conn = services.db.read().await?;
    if !rows::reviews_listings(&mut conn, team).await? {
        return Ok(Reviews { is_on: false, waiting: 0, first: Vec::new() });
    }
    let all = ReviewFilter::all(team);
    let waiting = rows::count_waiting_reviews(&mut conn, &all).await?;
    let first = rows::list_waiting_reviews(&mut conn, &all, FIRST, 0).await?;
    Ok(Reviews { is_on: true, waiting, first })
}

/// A page of what waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewsPage {
    /// Where a team asks for no review nothing waits.
    pub is_on: bool,
    /// The longest waiting first.
    pub rows: Vec<WaitingReview>,
    /// How many are what is asked for, and how many wait at all.
    pub found: i64,
    pub waiting: i64,
    /// From 1.
    pub page: i64,
    pub pages: i64,
    /// What the list may be narrowed to.
    pub villages: Vec<Choice>,
    pub submitters: Vec<Choice>,
}

/// What waits for a team's captain.
///
/// # Errors
/// As [`reviews`].
pub async fn list_reviews(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    query: &ReviewsQuery,
    page: i64,
) -> Result<ReviewsPage> {
    viewer.require_seller(team)?;
    let mut conn = services.db.snapshot().await?;
    if !rows::reviews_listings(&mut conn, team).await? {
        return Ok(ReviewsPage {
            is_on: false,
            rows: Vec::new(),
            found: 0,
            waiting: 0,
            page: 1,
            pages: 1,
            villages: Vec::new(),
            submitters: Vec::new(),
        });
    }
    let searched = query.searched();
    let filter = query.of(team, &searched);
    let waiting = rows::count_waiting_reviews(&mut conn, &ReviewFilter::all(team)).await?;
    let found = rows::count_waiting_reviews(&mut conn, &filter).await?;
    let pages = ((found + PAGE - 1) / PAGE).max(1);
    let page = page.clamp(1, pages);
    let listed = rows::list_waiting_reviews(&mut conn, &filter, PAGE, (page - 1) * PAGE).await?;
    let villages = rows::list_village_choices(&mut conn, team).await?;
    let submitters = rows::list_review_submitters(&mut conn, team).await?;
    Ok(ReviewsPage {
        is_on: true,
        rows: listed,
        found,
        waiting,
        page,
        pages,
        villages: villages.into_iter().map(Choice::from).collect(),
        submitters: submitters.into_iter().map(Choice::from).collect(),
    })
}

/// The same to be taken along, and whether there is more.
///
/// # Errors
/// As [`reviews`].
pub async fn exported_reviews(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    query: &ReviewsQuery,
) -> Result<(Vec<WaitingReview>, bool)> {
    viewer.require_seller(team)?;
    let mut conn = services.db.snapshot().await?;
    if !rows::reviews_listings(&mut conn, team).await? {
        return Ok((Vec::new(), false));
    }
    let searched = query.searched();
    let filter = query.of(team, &searched);
    let mut listed = rows::list_waiting_reviews(&mut conn, &filter, MOST_EXPORTED + 1, 0).await?;
    let has_more = cut(&mut listed, MOST_EXPORTED);
    Ok((listed, has_more))
}
