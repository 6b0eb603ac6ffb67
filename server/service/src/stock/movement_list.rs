//! What was done to batches: of a product or of all goods of a team, narrowed and taken along.

use domain::ids::{BatchId, ProductId, TeamId};
use domain::stock::movement::MovementKind;
use domain::time::days_ms;
use store::Conn;
use store::listing as rows;
use store::movements::{self, MovementFilter, MovementRow, MovementsOf};

use super::shelf::place_choices;
use crate::listing::{Choice, own_listing};
use crate::paging::cut;
use crate::{Result, ServiceError, Services, Viewer};

/// Movements that a page shows.
const PAGE: i64 = 50;
/// Movements that a sheet holds at most; who needs more narrows the days.
const MOST_EXPORTED: i64 = 5_000;

/// Which movements are shown, as it stands in the address. What cannot be read narrows nothing, but a batch that is not of the
/// product.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MovementQuery {
    /// A batch in its shown form.
    pub batch: String,
    /// What is in the code of a batch, as somebody reads it off a package.
    pub code: String,
    /// Of a team's: a product in its shown form.
    pub product: String,
    /// A place in its shown form: where goods were carried from or to, or counted; else where the batch lies.
    pub place: String,
    /// A word of [`MovementKind`].
    pub kind: String,
    /// First and last day, `YYYY-MM-DD`.
    pub from: String,
    pub to: String,
}

impl MovementQuery {
    /// Whether anything but the batch is narrowed.
    #[must_use]
    pub fn is_narrowed(&self) -> bool {
        let given = [&self.code, &self.product, &self.place, &self.kind, &self.from, &self.to];
        given.iter().any(|text| !text.is_empty())
    }

    async fn find(
        &self,
        conn: &mut Conn,
        of: MovementsOf,
        before: Option<i64>,
        most: i64,
    ) -> Result<Movements> {
        let (from_ms, until_ms) = days_ms(&self.from, &self.to);
        let code = self.code.trim().to_lowercase();
        let filter = MovementFilter {
            of,
            batch: self.batch.trim().parse().ok(),
            code: &code,
            place: self.place.trim().parse().ok(),
            kind: MovementKind::parse(&self.kind).ok(),
            from_ms,
            until_ms,
        };
        let mut rows = movements::list_movements(conn, filter, before.unwrap_or(i64::MAX), most + 1).await?;
        let has_more = cut(&mut rows, most);
        Ok(Movements { older: rows.last().filter(|_| has_more).map(|row| row.id.to_string()), rows })
    }
}

/// Movements, the latest first.
#[derive(Debug, Clone)]
pub struct Movements {
    pub rows: Vec<MovementRow>,
    /// Where the older ones begin; `None` when there are none.
    pub older: Option<String>,
}

/// What was done to the batches of a product.
#[derive(Debug, Clone)]
pub struct MovementsPage {
    pub team: TeamId,
    pub name: String,
    pub name_en: String,
    /// The batch that was asked for.
    pub batch: Option<(BatchId, String)>,
    pub movements: Movements,
}

/// What was done to the goods of a team.
#[derive(Debug, Clone)]
pub struct TeamMovements {
    pub movements: Movements,
    /// What the list may be narrowed to.
    pub places: Vec<Choice>,
    pub products: Vec<Choice>,
}

/// What was done to the batches of a product; `before` is where a page of older ones begins.
///
/// # Errors
/// [`ServiceError::NotFound`] for another team's product, or a batch that is not of it.
pub async fn movements_page(
    services: &Services,
    viewer: &Viewer,
    product: ProductId,
    query: &MovementQuery,
    before: Option<i64>,
) -> Result<MovementsPage> {
    of_product(services, viewer, product, query, before, PAGE).await
}

/// The latest of them, to be taken along; [`Movements::older`] says that there are more.
///
/// # Errors
/// As [`movements_page`].
pub async fn exported_movements(
    services: &Services,
    viewer: &Viewer,
    product: ProductId,
    query: &MovementQuery,
) -> Result<MovementsPage> {
    of_product(services, viewer, product, query, None, MOST_EXPORTED).await
}

async fn of_product(
    services: &Services,
    viewer: &Viewer,
    product: ProductId,
    query: &MovementQuery,
    before: Option<i64>,
    most: i64,
) -> Result<MovementsPage> {
    let mut conn = services.db.read().await?;
    let listing = own_listing(&mut conn, viewer, product).await?;
    let batch = match query.batch.trim().parse::<BatchId>() {
        Err(_) => None,
        Ok(id) => {
            let row = rows::find_listing_batch(&mut conn, id).await?;
            let row = row.filter(|row| row.product_id == product).ok_or(ServiceError::NotFound)?;
            Some((id, row.code))
        }
    };
    let movements = query.find(&mut conn, MovementsOf::Product(product), before, most).await?;
    Ok(MovementsPage {
        team: listing.team_id,
        name: listing.name,
        name_en: listing.name_en,
        batch,
        movements,
    })
}

/// What was done to all goods of a team; `before` is where a page of older ones begins.
///
/// # Errors
/// [`ServiceError::Forbidden`] for whoever does not sell for it.
pub async fn team_movements(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    query: &MovementQuery,
    before: Option<i64>,
) -> Result<TeamMovements> {
    viewer.require_seller(team)?;
    let mut conn = services.db.snapshot().await?;
    let movements = query.find(&mut conn, of_team(team, query), before, PAGE).await?;
    let products = movements::list_moved_products(&mut conn, team).await?;
    Ok(TeamMovements {
        movements,
        places: place_choices(&mut conn, team).await?,
        products: products.into_iter().map(Choice::from).collect(),
    })
}

/// The latest of them, to be taken along; [`Movements::older`] says that there are more.
///
/// # Errors
/// As [`team_movements`].
pub async fn exported_team_movements(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    query: &MovementQuery,
) -> Result<Movements> {
    viewer.require_seller(team)?;
    query.find(&mut *services.db.read().await?, of_team(team, query), None, MOST_EXPORTED).await
}

fn of_team(team: TeamId, query: &MovementQuery) -> MovementsOf {
    MovementsOf::Team(team, query.product.trim().parse().ok())
}
