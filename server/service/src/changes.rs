//! The history of a listing: who changed what when, and the way back to an earlier state.
//!
//! Whatever changes a listing calls [`record`] in its transaction with what differs. A change that goes past it would
//! make every earlier state a wrong one, so there is one function for each way: [`crate::listing::save_draft`],
//! [`crate::listing::publish`], [`crate::listing::unpublish`], [`crate::sheets::apply`] and [`restore`]. Stock and papers
//! of batches are no part of it: they have their own records.

use domain::changes::{ChangeSource, Difference, Fields, fields_of, form_of};
use domain::ids::{ListingChangeId, ProductId, TeamId};
use domain::time::MINUTE_MS;
use store::changes::{self as rows, ChangeRow, NewChange};
use store::listing::{self, ListingRow};
use store::{Conn, WriteTx};

use crate::bundles::former::{self, FormerContents};
use crate::listing::{Choice, Offered, SaveListing, Saved, own_listing, save_as};
use crate::{Result, ServiceError, Services, Viewer};

/// Changes read at once.
const AT_ONCE: i64 = 200;
/// Saves of one person that lie no further apart are shown as one: a form saves itself while somebody types.
const ONE_SITTING_MS: i64 = 10 * MINUTE_MS;

/// The state of a listing as a history sees it.
pub(crate) async fn state(conn: &mut Conn, row: &ListingRow) -> Result<Fields> {
    let photos = listing::list_listing_photos(conn, row.id).await?;
    let form = crate::listing::form_of(conn, row, &photos).await?;
    let mut fields = fields_of(&form, &row.status);
    fields.extend(former::state(conn, row).await?);
    Ok(fields)
}

/// Notes a change in the transaction in which it happens; nothing when nothing differs.
pub(crate) async fn record(
    tx: &mut WriteTx,
    services: &Services,
    viewer: &Viewer,
    product: ProductId,
    version: i64,
    source: ChangeSource,
    difference: &Difference,
) -> Result<()> {
    if difference.is_empty() {
        return Ok(());
    }
    let text = |fields: &Fields| serde_json::to_string(fields).map_err(ServiceError::internal);
    let change = NewChange {
        id: services.new_id(),
        product_id: product,
        version,
        user: viewer.user_id(),
        at_ms: services.now_ms(),
        source,
        old_fields: text(&difference.before)?,
        new_fields: text(&difference.after)?,
    };
    Ok(rows::insert_change(tx, &change).await?)
}

/// One change, or several of one sitting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The first of them: what [`restore`] goes back before.
    pub change: ListingChangeId,
    /// The listing's version after the last of them.
    pub version: i64,
    /// Name of the account; `None` for the shop itself.
    pub user_name: Option<String>,
    /// When the last of them happened.
    pub at_ms: i64,
    pub source: ChangeSource,
    pub difference: Difference,
}

/// The history of a listing, the latest first.
#[derive(Debug, Clone)]
pub struct History {
    pub team: TeamId,
    pub name: String,
    pub name_en: String,
    /// The present version; [`restore`] names it.
    pub version: i64,
    pub entries: Vec<Entry>,
    /// Where to go on, when there is more.
    pub next: Option<ListingChangeId>,
    /// Names of categories, villages, places and freight templates by their id's text, in both languages.
    pub names: Vec<(String, String, String)>,
}

/// The changes of a listing for the sellers of its team, those before `before`.
///
/// # Errors
/// [`ServiceError::NotFound`] for another team's listing.
pub async fn history(
    services: &Services,
    viewer: &Viewer,
    product: ProductId,
    before: Option<ListingChangeId>,
) -> Result<History> {
    let mut conn = services.db.read().await?;
    let row = own_listing(&mut conn, viewer, product).await?;
    let found = rows::list_changes(&mut conn, product, before, AT_ONCE).await?;
    let is_more = i64::try_from(found.len()).unwrap_or(i64::MAX) == AT_ONCE;
    let mut entries: Vec<(Option<i64>, i64, Entry)> = Vec::new();
    for change in found {
        let difference = difference_of(&change)?;
        match entries.last_mut() {
            Some((user, first_ms, entry))
                if *user == change.user_id
                    && entry.source == change.source
                    && change.source == ChangeSource::Form
                    && !is_of_status(&entry.difference)
                    && !is_of_status(&difference)
                    && *first_ms - change.at_ms <= ONE_SITTING_MS =>
            {
                entry.difference = difference.then(&entry.difference);
                entry.change = change.id;
                *first_ms = change.at_ms;
            }
            _ => {
                let entry = Entry {
                    change: change.id,
                    version: change.version,
                    user_name: change.user_name,
                    at_ms: change.at_ms,
                    source: change.source,
                    difference,
                };
                entries.push((change.user_id, change.at_ms, entry));
            }
        }
    }
    let entries: Vec<Entry> = entries.into_iter().map(|(_, _, entry)| entry).collect();
    let next = entries.last().map(|entry| entry.change).filter(|_| is_more);
    Ok(History {
        team: row.team_id,
        name: row.name,
        name_en: row.name_en,
        version: row.version,
        // Typed and taken back in one sitting: nothing changed.
        entries: entries.into_iter().filter(|entry| !entry.difference.is_empty()).collect(),
        next,
        names: names(&mut conn, row.team_id).await?,
    })
}

fn is_of_status(difference: &Difference) -> bool {
    difference.fields().contains(domain::changes::STATUS)
}

async fn names(conn: &mut Conn, team: TeamId) -> Result<Vec<(String, String, String)>> {
    let offered = Offered::load(conn, team).await?;
    let retired = store::freight::list_retired_choices(conn, team).await?;
    let all = [offered.categories, offered.villages, offered.places, offered.templates, retired];
    let named = all.into_iter().flatten().map(Choice::from);
    Ok(named.map(|choice| (choice.id, choice.name, choice.name_en)).collect())
}

fn difference_of(row: &ChangeRow) -> Result<Difference> {
    let fields = |text: &str| serde_json::from_str(text).map_err(ServiceError::internal);
    Ok(Difference { before: fields(&row.old_fields)?, after: fields(&row.new_fields)? })
}

/// When a field was last changed by somebody, and what it said before; a copy says what its original says. Changes that
/// lie further back than [`AT_ONCE`] are not told.
pub(crate) async fn last_change_of(
    conn: &mut Conn,
    product: ProductId,
    field: &str,
) -> Result<Option<(i64, Option<String>)>> {
    for change in rows::list_changes(conn, product, None, AT_ONCE).await? {
        let difference = difference_of(&change)?;
        if change.source != ChangeSource::Copy && difference.fields().contains(field) {
            return Ok(Some((change.at_ms, difference.before.get(field).cloned())));
        }
    }
    Ok(None)
}

/// Brings the listing back to what it was before a change, as a new change that is checked as if it were typed; a box with
/// what was in it. Whether it is in the shop stays, and so do its stock and its papers.
///
/// # Errors
/// [`ServiceError::NotFound`] for another team's listing or change; field `parts` when a box cannot hold again what was in it;
/// as [`crate::listing::save_draft`], of a draft as
/// well: nothing is restored by halves.
pub async fn restore(
    services: &Services,
    viewer: &Viewer,
    product: ProductId,
    change: ListingChangeId,
    version: i64,
) -> Result<Saved> {
    let mut conn = services.db.read().await?;
    let row = own_listing(&mut conn, viewer, product).await?;
    let mut fields = state(&mut conn, &row).await?;
    let mut before = None;
    let mut is_found = false;
    while !is_found {
        let found = rows::list_changes(&mut conn, product, before, AT_ONCE).await?;
        let Some(last) = found.last() else { return Err(ServiceError::NotFound) };
        before = Some(last.id);
        for row in found.iter().take_while(|row| row.id >= change) {
            difference_of(row)?.undo(&mut fields);
            is_found |= row.id == change;
        }
        if !is_found && last.id < change {
            return Err(ServiceError::NotFound);
        }
    }
    drop(conn);
    let contents = FormerContents::of(&fields, change);
    let command = SaveListing { product, version, form: form_of(&fields) };
    save_as(services, viewer, &command, ChangeSource::Restore, contents.as_ref()).await
}
