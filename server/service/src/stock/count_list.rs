//! What a team has counted: by place, by product, by day, and taken along.

use domain::ids::TeamId;
use domain::time::days_ms;
use store::movements::{self, CountFilter, CountLineRow};

use super::shelf::place_choices;
use crate::listing::Choice;
use crate::paging::cut;
use crate::{Result, Services, Viewer};

/// Lines on a page.
const PAGE: i64 = 50;
/// Lines that a sheet holds at most; who needs more narrows the days.
const MOST_EXPORTED: i64 = 5_000;

/// What the list is narrowed to, as it stands in the address. What cannot be read narrows nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CountsQuery {
    /// A place and a product, in their shown forms.
    pub place: String,
    pub product: String,
    /// First and last day, `YYYY-MM-DD`.
    pub from: String,
    pub to: String,
}

impl CountsQuery {
    /// Whether anything is narrowed.
    #[must_use]
    pub fn is_narrowed(&self) -> bool {
        [&self.place, &self.product, &self.from, &self.to].iter().any(|text| !text.is_empty())
    }

    fn of(&self, team: TeamId) -> CountFilter {
        let (from_ms, until_ms) = days_ms(&self.from, &self.to);
        let (place, product) = (self.place.trim().parse().ok(), self.product.trim().parse().ok());
        CountFilter { team, place, product, from_ms, until_ms }
    }
}

/// Lines of counts, the latest first.
#[derive(Debug, Clone)]
pub struct CountsPage {
    pub lines: Vec<CountLineRow>,
    /// From 1; whether there is another one after it.
    pub page: i64,
    pub has_more: bool,
    /// What the list may be narrowed to.
    pub places: Vec<Choice>,
    pub products: Vec<Choice>,
}

/// The counts of a team, line by line.
///
/// # Errors
/// [`crate::ServiceError::Forbidden`] for whoever does not sell for it.
pub async fn list_counts(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    query: &CountsQuery,
    page: i64,
) -> Result<CountsPage> {
    viewer.require_seller(team)?;
    let page = page.clamp(1, 1_000);
    let mut conn = services.db.snapshot().await?;
    let mut lines =
        movements::list_count_lines(&mut conn, &query.of(team), PAGE + 1, (page - 1) * PAGE).await?;
    let has_more = cut(&mut lines, PAGE);
    let products = movements::list_counted_products(&mut conn, team).await?;
    Ok(CountsPage {
        lines,
        page,
        has_more,
        places: place_choices(&mut conn, team).await?,
        products: products.into_iter().map(Choice::from).collect(),
    })
}

/// The latest of them, to be taken along, and whether there are more.
///
/// # Errors
/// As [`list_counts`].
pub async fn exported_counts(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    query: &CountsQuery,
) -> Result<(Vec<CountLineRow>, bool)> {
    viewer.require_seller(team)?;
    let mut conn = services.db.read().await?;
    let mut lines = movements::list_count_lines(&mut conn, &query.of(team), MOST_EXPORTED + 1, 0).await?;
    let has_more = cut(&mut lines, MOST_EXPORTED);
    Ok((lines, has_more))
}
