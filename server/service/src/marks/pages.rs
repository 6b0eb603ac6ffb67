//! The pages of marks: the owner's, the licensed village's, and everybody's.

use domain::ids::{CollectiveId, VillageId};
use domain::mark::{Licence, LicenceState};
use domain::time::{Date, start_of_year_ms};
use store::Conn;
use store::books::CollectiveRow;
use store::marks::{self, BatchUseRow, LicenceShownRow, MarkRow, VillageUseRow};

use super::owner::own_mark;
use super::shown_licence_of;
use crate::listing::{Choice, today};
use crate::shop::{Card, Named, load_cards};
use crate::{Result, ServiceError, Services, Viewer};

/// Products that the public page shows, and entries of use that the owner's page does.
const MOST_PRODUCTS: i64 = 24;
const MOST_USES: i64 = 100;

/// A licence as a table shows it.
#[derive(Debug, Clone)]
pub struct LicenceView {
    pub row: LicenceShownRow,
    pub state: LicenceState,
    /// Base units that may still be counted.
    pub left: i64,
}

/// What a collective has of marks: its own, and what it may use of others.
#[derive(Debug, Clone)]
pub struct MarksHome {
    pub collective: CollectiveRow,
    pub owned: Vec<MarkRow>,
    /// Licences granted to it, the latest first.
    pub granted: Vec<LicenceView>,
}

/// The marks of a collective and its licences, for its treasurer.
///
/// # Errors
/// Guarded: only the collective's treasurer.
pub async fn marks_home(services: &Services, viewer: &Viewer, collective: CollectiveId) -> Result<MarksHome> {
    viewer.require_treasurer(collective)?;
    let mut conn = services.db.read().await?;
    let row = store::books::find_collective(&mut conn, collective).await?.ok_or(ServiceError::NotFound)?;
    let granted = marks::list_granted_licences(&mut conn, collective).await?;
    Ok(MarksHome {
        collective: row,
        owned: marks::list_owned_marks(&mut conn, collective).await?,
        granted: views(granted, today(services))?,
    })
}

fn views(rows: Vec<LicenceShownRow>, today: Date) -> Result<Vec<LicenceView>> {
    rows.into_iter()
        .map(|row| {
            let licence = shown_licence_of(&row)?;
            Ok(LicenceView { state: licence.state(today), left: licence.left(), row })
        })
        .collect()
}

/// A mark with everything its owner may do with it.
#[derive(Debug, Clone)]
pub struct MarkDesk {
    pub mark: MarkRow,
    pub collective: CollectiveRow,
    /// The latest first.
    pub licences: Vec<LicenceView>,
    /// Batch by batch, the latest first.
    pub uses: Vec<BatchUseRow>,
    /// Whom it may be licensed to, and for which categories.
    pub collectives: Vec<Choice>,
    pub categories: Vec<Choice>,
    pub today: String,
}

/// A mark for its owner's treasurer.
///
/// # Errors
/// [`ServiceError::NotFound`] for everyone else.
pub async fn mark_desk(services: &Services, viewer: &Viewer, mark: &str) -> Result<MarkDesk> {
    let mut conn = services.db.read().await?;
    let mark = own_mark(&mut conn, viewer, mark).await?;
    let today = today(services);
    let collective = store::books::find_collective(&mut conn, mark.collective_id).await?;
    let licences = marks::list_mark_licences(&mut conn, mark.id).await?;
    let others = marks::list_collective_choices(&mut conn).await?.into_iter();
    let others = others.filter(|choice| choice.id != mark.collective_id.get());
    let categories = store::listing::list_category_choices(&mut conn).await?;
    Ok(MarkDesk {
        collective: collective.ok_or(ServiceError::NotFound)?,
        licences: views(licences, today)?,
        uses: marks::list_batch_use(&mut conn, mark.id, MOST_USES).await?,
        collectives: others.map(Choice::from).collect(),
        categories: categories.into_iter().map(Choice::from).collect(),
        today: today.to_string(),
        mark,
    })
}

/// What everybody sees of a mark.
#[derive(Debug, Clone)]
pub struct MarkPage {
    pub mark: MarkRow,
    /// Villages with a licence in force, each once.
    pub licensed: Vec<Named>,
    /// What bears it today.
    pub products: Vec<Card>,
    pub year: i32,
    /// What went on sale under it this year.
    pub use_of_year: Vec<VillageUseRow>,
}

/// The page of a mark.
///
/// # Errors
/// [`ServiceError::NotFound`] when there is no such mark.
pub async fn mark_page(services: &Services, slug: &str) -> Result<MarkPage> {
    let mut conn = services.db.read().await?;
    let mark = marks::find_mark_by_slug(&mut conn, slug).await?.ok_or(ServiceError::NotFound)?;
    let today = today(services);
    let ids = marks::list_marked_product_ids(&mut conn, mark.id, &today.to_string(), MOST_PRODUCTS).await?;
    let year = today.year();
    let (from_ms, until_ms) = (start_of_year_ms(year), start_of_year_ms(year + 1));
    Ok(MarkPage {
        licensed: licensed_villages(&mut conn, &mark, today).await?,
        products: load_cards(&mut conn, &ids, today).await?,
        year,
        use_of_year: marks::list_village_use(&mut conn, mark.id, from_ms, until_ms).await?,
        mark,
    })
}

async fn licensed_villages(conn: &mut Conn, mark: &MarkRow, today: Date) -> Result<Vec<Named>> {
    let mut found: Vec<(VillageId, Named)> = Vec::new();
    for row in marks::list_mark_licences(conn, mark.id).await? {
        let licence: Licence = shown_licence_of(&row)?;
        if licence.is_valid(today) && found.iter().all(|(village, _)| *village != row.village_id) {
            let named =
                Named { slug: row.village_slug, name: row.village_name, name_en: row.village_name_en };
            found.push((row.village_id, named));
        }
    }
    found.sort_by_key(|(village, _)| *village);
    Ok(found.into_iter().map(|(_, named)| named).collect())
}
