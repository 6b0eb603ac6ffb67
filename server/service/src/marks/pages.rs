//! The pages of marks: the owner's, the licensed village's, and everybody's.

use domain::ids::{CollectiveId, VillageId};
use domain::mark::{Licence, LicenceState};
use domain::time::{Date, start_of_year_ms};
use store::Conn;
use store::books::CollectiveRow;
use store::marks::{self, GoodRow, LicenceShownRow, MarkRow, VillageUseRow};

use super::owner::own_mark;
use super::shown_licence_of;
use crate::listing::{Choice, today};
use crate::shop::{Card, Named, load_cards};
use crate::{Result, ServiceError, Services, Viewer};

/// Products that the public page shows.
const MOST_PRODUCTS: i64 = 24;
/// Goods that are offered for a licence at once; who sees too many looks for a name.
const MOST_GOODS: i64 = 100;

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
    /// Whom it may be licensed to, and for which categories.
    pub collectives: Vec<Choice>,
    pub categories: Vec<Choice>,
    pub today: String,
    /// The last day of its registration is over.
    pub is_expired: bool,
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
        collectives: others.map(Choice::from).collect(),
        categories: categories.into_iter().map(Choice::from).collect(),
        is_expired: is_expired(&mark, today),
        today: today.to_string(),
        mark,
    })
}

fn is_expired(mark: &MarkRow, today: Date) -> bool {
    mark.valid_until.as_ref().is_some_and(|last| *last < today.to_string())
}

/// What a village may be licensed a mark for beside whole categories.
#[derive(Debug, Clone)]
pub struct LicenceGoods {
    /// The village by its collective.
    pub licensee: Choice,
    /// Goods in the shop that it lists or has harvest in, by name.
    pub goods: Vec<GoodRow>,
    /// There are more than are offered.
    pub is_cut: bool,
}

/// The goods for which a village can be licensed a mark; `text` is part of their names, blank for all.
///
/// # Errors
/// [`ServiceError::NotFound`] for whoever does not keep the mark's books, and without such a village.
pub async fn licence_goods(
    services: &Services,
    viewer: &Viewer,
    mark: &str,
    collective: &str,
    text: &str,
) -> Result<LicenceGoods> {
    let mut conn = services.db.read().await?;
    let mark = own_mark(&mut conn, viewer, mark).await?;
    let id: CollectiveId = collective.trim().parse().map_err(|_| ServiceError::NotFound)?;
    let choices = marks::list_collective_choices(&mut conn).await?;
    let licensee = choices.into_iter().find(|choice| choice.id == id.get() && id != mark.collective_id);
    let text = text.trim().to_lowercase();
    let mut goods = marks::list_village_goods(&mut conn, id, &text, MOST_GOODS + 1).await?;
    let is_cut = crate::paging::cut(&mut goods, MOST_GOODS);
    Ok(LicenceGoods { licensee: licensee.ok_or(ServiceError::NotFound)?.into(), goods, is_cut })
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
    /// The last day of its registration is over.
    pub is_expired: bool,
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
        is_expired: is_expired(&mark, today),
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
