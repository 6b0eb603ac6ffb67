//! All batches of a team in one list: narrowed by how they stand, by what is in their code, by product, by place and by village,
//! and taken along.

use domain::ids::{TeamId, VillageId};
use domain::stock::movement::{BatchState, batch_state};
use domain::time::Date;
use store::Conn;
use store::movements::{TeamBatchRow, list_team_batches};

use super::days_between;
use crate::listing::{Choice, today};
use crate::{Result, Services, Viewer};

/// Batches that are looked through at most.
const MOST: i64 = 2_000;
/// Batches on a page.
const PAGE: usize = 50;

/// What the list is narrowed to, as it stands in the address. A state that cannot be read narrows nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BatchFilter {
    /// A word of [`BatchState`] for such batches of which something is left; `ended` for those of which nothing is; blank
    /// for all of which something is left.
    pub state: String,
    /// A product and a place, in their shown forms.
    pub product: String,
    pub place: String,
    /// A village whose harvest is in it.
    pub village: String,
    /// What is in its code, as somebody reads it off a package.
    pub code: String,
}

impl BatchFilter {
    /// Whether it asks for batches of which nothing is left.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        self.state == "ended"
    }

    /// Whether code, product, place or village are narrowed.
    #[must_use]
    pub const fn is_narrowed(&self) -> bool {
        !self.code.is_empty()
            || !self.product.is_empty()
            || !self.place.is_empty()
            || !self.village.is_empty()
    }

    /// Whether a batch is of the product, lies in the place and has the code.
    fn is_near(&self, batch: &TeamBatch) -> bool {
        let is_of = |wanted: &str, own: &str| wanted.is_empty() || wanted == own;
        is_of(&self.product, &batch.row.product_id.to_string())
            && is_of(&self.place, &batch.row.place_name)
            && batch.row.code.to_lowercase().contains(&self.code.trim().to_lowercase())
    }

    fn has(&self, batch: &TeamBatch) -> bool {
        let state = BatchState::parse(&self.state).ok();
        state.is_none_or(|state| state == batch.state) && self.is_near(batch)
    }
}

/// A batch, and how it stands today.
#[derive(Debug, Clone)]
pub struct TeamBatch {
    pub row: TeamBatchRow,
    pub state: BatchState,
    /// Days on which it can still be sold after today; `None` for what keeps.
    pub days_left: Option<i64>,
}

/// A page of the batches of a team.
#[derive(Debug, Clone)]
pub struct TeamBatches {
    pub batches: Vec<TeamBatch>,
    /// From 1.
    pub page: i64,
    pub pages: i64,
    /// How many stand so, of those of which something is left, and of the code, the product, the place and the village that are
    /// asked for.
    pub counts: Vec<(BatchState, i64)>,
    /// What the list may be narrowed to.
    pub products: Vec<Choice>,
    pub places: Vec<String>,
    pub villages: Vec<Choice>,
    /// There are more than could be looked through.
    pub is_cut: bool,
}

/// The batches of a team.
///
/// # Errors
/// [`crate::ServiceError::Forbidden`] for whoever does not sell for it.
pub async fn team_batches(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    filter: &BatchFilter,
    page: i64,
) -> Result<TeamBatches> {
    viewer.require_seller(team)?;
    let mut conn = services.db.snapshot().await?;
    let left = look(&mut conn, services, team, filter, true).await?;
    let counts = BatchState::ALL.iter().map(|state| {
        let count = left.iter().filter(|batch| batch.state == *state && filter.is_near(batch)).count();
        (*state, i64::try_from(count).unwrap_or(i64::MAX))
    });
    let counts = counts.collect();
    let ended =
        if filter.is_ended() { look(&mut conn, services, team, filter, false).await? } else { Vec::new() };
    let villages = store::listing::list_village_choices(&mut conn, team).await?;
    let villages = villages.into_iter().map(Choice::from).collect();
    let mut products: Vec<Choice> = Vec::new();
    let mut places: Vec<String> = Vec::new();
    for batch in left.iter().chain(&ended) {
        let id = batch.row.product_id.to_string();
        if products.iter().all(|known| known.id != id) {
            products.push(Choice { id, name: batch.row.name.clone(), name_en: batch.row.name_en.clone() });
        }
        if !places.contains(&batch.row.place_name) {
            places.push(batch.row.place_name.clone());
        }
    }
    products.sort_by(|a, b| a.name.cmp(&b.name));
    places.sort();
    let all = if filter.is_ended() { ended } else { left };
    let is_cut = i64::try_from(all.len()).unwrap_or(i64::MAX) >= MOST;
    let found: Vec<TeamBatch> = all.into_iter().filter(|batch| filter.has(batch)).collect();
    let pages = i64::try_from(found.len().div_ceil(PAGE)).unwrap_or(1).max(1);
    let page = page.clamp(1, pages);
    let skipped = usize::try_from(page - 1).unwrap_or_default() * PAGE;
    let batches = found.into_iter().skip(skipped).take(PAGE).collect();
    Ok(TeamBatches { batches, page, pages, counts, products, places, villages, is_cut })
}

/// All batches that the list has, to be taken along, and whether there are more.
///
/// # Errors
/// As [`team_batches`].
pub async fn exported_batches(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    filter: &BatchFilter,
) -> Result<(Vec<TeamBatch>, bool)> {
    viewer.require_seller(team)?;
    let all = look(&mut *services.db.read().await?, services, team, filter, !filter.is_ended()).await?;
    let is_cut = i64::try_from(all.len()).unwrap_or(i64::MAX) >= MOST;
    Ok((all.into_iter().filter(|batch| filter.has(batch)).collect(), is_cut))
}

async fn look(
    conn: &mut Conn,
    services: &Services,
    team: TeamId,
    filter: &BatchFilter,
    has_rest: bool,
) -> Result<Vec<TeamBatch>> {
    let (today, shop_percent) = (today(services), services.rules.near_expiry_percent);
    let village = filter.village.parse::<VillageId>().ok();
    let rows = list_team_batches(conn, team, has_rest, village, MOST).await?;
    rows.into_iter().map(|row| batch_of(row, today, shop_percent)).collect()
}

fn batch_of(row: TeamBatchRow, today: Date, shop_percent: i64) -> Result<TeamBatch> {
    let days = days_between(&row.produced_on, row.expires_on.as_deref(), row.recalled_at_ms.is_some())?;
    let near_percent = row.near_expiry_percent.unwrap_or(shop_percent);
    Ok(TeamBatch {
        state: batch_state(days, row.available, today, near_percent),
        days_left: days.expires_on.map(|last| today.days_until(last)),
        row,
    })
}
