//! The shelves of the shop, as the county keeps them: what they are called, in which order they stand, which are hidden.
//!
//! None is ever taken away: listings, histories and licences of marks name it. Its word in addresses is made once and stays.
//! One that nothing is published on can be hidden; should a listing that stands on it go into the shop later, it is shown
//! again, since nobody could find the goods otherwise.

use domain::failure::Problem;
use domain::ids::CategoryId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::WriteTx;
use store::categories::{self as rows, KeptCategoryRow};
use store::work::OutboxRow;

use crate::attributes::free_word;
use crate::idempotency::{self, Begun, Repeatable};
use crate::listing::busy_when_taken;
use crate::listing::form::Reader;
use crate::search::reindex_products;
use crate::{Result, ServiceError, Services, Viewer, audit};

const MAX_NAME_CHARS: usize = 20;
/// Products found anew in one transaction after a shelf was called otherwise: others write meanwhile.
const AT_ONCE: i64 = 50;

/// A shelf is called otherwise, and the goods on it are to be found by its new name. Subject: category.
pub(crate) const RENAMED: &str = "category_renamed";

/// A shelf as the county's desk shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptCategory {
    pub id: CategoryId,
    pub name: String,
    pub name_en: String,
    /// Not shown as long as nothing on it is published.
    pub is_hidden: bool,
    /// How many published products stand on it.
    pub products: i64,
}

/// All shelves in their order.
///
/// # Errors
/// Guarded: the county's administration.
pub async fn category_desk(services: &Services, viewer: &Viewer) -> Result<Vec<KeptCategory>> {
    viewer.require_county_admin()?;
    let mut conn = services.db.read().await?;
    let rows = rows::list_kept_categories(&mut conn).await?;
    let kept = |row: KeptCategoryRow| KeptCategory {
        id: row.id,
        name: row.name,
        name_en: row.name_en,
        is_hidden: row.hidden == 1,
        products: row.products,
    };
    Ok(rows.into_iter().map(kept).collect())
}

/// A shelf, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SaveCategory {
    /// In its shown form; blank for a new one.
    pub category: String,
    pub name: String,
    pub name_en: String,
    /// Its place among all, from 1; blank for where it is, or the end.
    pub place: String,
    /// `on` to hide it.
    pub hidden: String,
}

/// Keeps a new shelf, or what one is called, where it stands and whether it is hidden. Answers which one.
///
/// # Errors
/// [`ServiceError::Invalid`]: `name` and `name_en` ([`Problem::Taken`] when another one is called so in either language, since
/// sheets of goods name shelves by either), `place`, `hidden` with [`Problem::InUse`] when something on it is published.
/// [`ServiceError::NotFound`] without such a shelf. Guarded: the county's administration.
pub async fn save_category(
    services: &Services,
    viewer: &Viewer,
    command: &SaveCategory,
    key: &str,
) -> Result<CategoryId> {
    let user = viewer.require_county_admin()?.user_id;
    let request = Repeatable::new("save_category", viewer, key, command)?;
    let mut tx = services.db.write().await?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    rows::lock_categories(&mut tx).await?;
    let mut all = rows::list_kept_categories(&mut tx).await?;
    let at = index_of(&all, &command.category)?;
    let former = at.map(|at| all.remove(at));
    let mut reader = Reader::default();
    let place = reader.place(&command.place, at.unwrap_or(all.len()), all.len());
    let row = read(&mut reader, services, &all, former.as_ref(), command);
    if !reader.problems.is_empty() {
        return Err(ServiceError::Invalid(reader.problems));
    }
    let (id, is_hidden) = (row.id, row.hidden == 1);
    match &former {
        None => {
            let end = i64::try_from(all.len()).unwrap_or(i64::MAX);
            rows::insert_category(&mut tx, &row, end).await.map_err(busy_when_taken)?;
        }
        Some(former) => {
            rows::update_category(&mut tx, &row).await?;
            if (&former.name, &former.name_en) != (&row.name, &row.name_en) {
                put_off(&mut tx, services, id, After::default()).await?;
            }
        }
    }
    all.insert(place.min(all.len()), row);
    for (position, one) in (0_i64..).zip(&all) {
        rows::place_category(&mut tx, one.id, position).await?;
    }
    let action = if former.is_some() { "category.saved" } else { "category.added" };
    let detail = json!({ "hidden": is_hidden });
    audit::record(&mut tx, services, Some(user), action, "category", id.get(), detail).await?;
    idempotency::finish(&mut tx, &request, &id).await?;
    tx.commit().await?;
    Ok(id)
}

/// Which of all it is; `None` for a new one.
fn index_of(all: &[KeptCategoryRow], typed: &str) -> Result<Option<usize>> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let id: CategoryId = typed.trim().parse().map_err(|_| ServiceError::NotFound)?;
    all.iter().position(|row| row.id == id).map(Some).ok_or(ServiceError::NotFound)
}

fn read(
    reader: &mut Reader,
    services: &Services,
    others: &[KeptCategoryRow],
    former: Option<&KeptCategoryRow>,
    command: &SaveCategory,
) -> KeptCategoryRow {
    let name = reader.named("name", &command.name, MAX_NAME_CHARS);
    let mut name_en = String::new();
    reader.text("name_en", &command.name_en, MAX_NAME_CHARS * 2, &mut name_en);
    for (field, wished) in [("name", &name), ("name_en", &name_en)] {
        let wished = wished.to_lowercase();
        let is_taken = |other: &KeptCategoryRow| {
            [&other.name, &other.name_en].iter().any(|taken| taken.to_lowercase() == wished)
        };
        if !wished.is_empty() && others.iter().any(is_taken) {
            reader.report(field, Problem::Taken);
        }
    }
    let products = former.map_or(0, |former| former.products);
    let is_hidden = command.hidden.trim() == "on";
    if is_hidden && products > 0 && former.is_some_and(|former| former.hidden == 0) {
        reader.report("hidden", Problem::InUse { products });
    }
    let id = former.map_or_else(|| services.new_id(), |former| former.id);
    let taken: Vec<&str> = others.iter().map(|other| other.slug.as_str()).collect();
    // An English word is read and typed by more people.
    let wished = if name_en.is_empty() { &name } else { &name_en };
    let slug = former.map_or_else(|| free_word(wished, &taken, id.get()), |former| former.slug.clone());
    KeptCategoryRow { id, slug, name, name_en, hidden: i64::from(is_hidden), products }
}

/// Up to which product of a shelf, in the order in which they were first published, all were found anew.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct After {
    published_at_ms: i64,
    product: i64,
}

async fn put_off(tx: &mut WriteTx, services: &Services, category: CategoryId, after: After) -> Result<()> {
    let payload = serde_json::to_string(&after).map_err(ServiceError::internal)?;
    let (id, now_ms) = (services.new_id(), services.now_ms());
    Ok(store::work::insert_outbox(tx, id, RENAMED, category.get(), &payload, now_ms).await?)
}

/// Makes the next goods of a renamed shelf findable by its name, and leaves the rest to another job.
pub(crate) async fn find_anew(services: &Services, job: &OutboxRow) -> Result<()> {
    let after: After = serde_json::from_str(&job.payload).map_err(ServiceError::unreadable)?;
    let category = CategoryId::from_i64(job.subject_id);
    let mut tx = services.db.write().await?;
    let from = (after.published_at_ms, after.product);
    let next = rows::list_shelved(&mut tx, category, from, AT_ONCE).await?;
    let mut products: Vec<_> = next.iter().map(|row| row.id).collect();
    products.sort_unstable();
    for product in &products {
        store::bundles::lock_product(&mut tx, *product).await?;
    }
    reindex_products(&mut tx, &products).await?;
    let is_full = i64::try_from(next.len()).is_ok_and(|found| found >= AT_ONCE);
    if let Some(last) = next.last().filter(|_| is_full) {
        let after = After { published_at_ms: last.published_at_ms, product: last.id.get() };
        put_off(&mut tx, services, category, after).await?;
    }
    store::work::finish_outbox(&mut tx, job.id, services.now_ms()).await?;
    Ok(tx.commit().await?)
}
