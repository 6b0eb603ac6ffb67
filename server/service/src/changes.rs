//! The history of a listing: who changed what when, and the way back to an earlier state.
//!
//! Whatever changes a listing calls [`record`] in its transaction with what differs. A change that goes past it would
//! make every earlier state a wrong one, so there is one function for each way: [`crate::listing::save_draft`],
//! [`crate::listing::publish`], [`crate::listing::unpublish`], [`crate::sheets::apply`] and [`restore`]. Stock and papers
//! of batches are no part of it: they have their own records.

use domain::changes::{ChangeSource, Difference, Fields, fields_of, form_of, kind_of, kinds};
use domain::ids::{ListingChangeId, ProductId, TeamId};
use domain::time::{MINUTE_MS, days_ms};
use store::changes::{self as rows, ChangeRow, NewChange};
use store::listing::{self, ListingRow};
use store::{Conn, WriteTx};

use crate::bundles::former::{self, FormerContents};
use crate::listing::{Choice, Offered, SaveListing, Saved, own_listing, save_as};
use crate::{Result, ServiceError, Services, Viewer};

/// Changes read at once.
const AT_ONCE: i64 = 200;
/// From the first moment to the last.
const ALWAYS: (i64, i64) = (i64::MIN, i64::MAX);
/// So many entries are enough for a page.
const PAGE: usize = 50;
/// Changes that a page looks through for what it is narrowed to; the next one goes on from there.
const MOST_LOOKED_THROUGH: usize = 2_000;
/// Changes that a sheet holds at most; who needs more narrows the days.
const MOST_EXPORTED: usize = 5_000;
/// Text of changes that is looked through at once, in bytes: thousands of them may each hold long stories twice.
const MOST_BYTES: usize = 16 << 20;
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

/// Which changes are shown, as it stands in the address. What cannot be read narrows nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChangeQuery {
    /// Part of a text as it was or as it became, or of the name of who changed it.
    pub search: String,
    /// One of [`domain::changes::kinds`].
    pub field: String,
    /// A word of [`ChangeSource`].
    pub source: String,
    /// First and last day, `YYYY-MM-DD`.
    pub from: String,
    pub to: String,
}

impl ChangeQuery {
    /// Whether anything is narrowed.
    #[must_use]
    pub fn is_narrowed(&self) -> bool {
        [&self.search, &self.field, &self.source, &self.from, &self.to].iter().any(|text| !text.is_empty())
    }

    /// Whether an entry is asked for, but for its day; `names` as in [`History::names`].
    fn has(&self, entry: &Entry, names: &[(String, String, String)]) -> bool {
        let source = ChangeSource::parse(&self.source).ok();
        let kind = kinds().find(|kind| *kind == self.field);
        source.is_none_or(|source| source == entry.source)
            && kind.is_none_or(|kind| entry.difference.fields().iter().any(|field| kind_of(field) == kind))
            && self.is_said_in(entry, names)
    }

    fn is_said_in(&self, entry: &Entry, names: &[(String, String, String)]) -> bool {
        let searched = self.search.trim().to_lowercase();
        let is_in = |text: &str| text.to_lowercase().contains(&searched);
        let both = entry.difference.before.iter().chain(&entry.difference.after);
        // Photos and other products stand there by their ids, which nobody looks for.
        let mut texts = both.filter(|(field, _)| !matches!(field.as_str(), "photos" | "related"));
        searched.is_empty()
            || entry.user_name.as_deref().is_some_and(is_in)
            || texts.any(|(_, text)| match names.iter().find(|(id, ..)| id == text) {
                Some((_, zh, en)) => is_in(zh) || is_in(en),
                None => is_in(text),
            })
    }
}

/// The changes of a listing for the sellers of its team, those before `before`.
///
/// # Errors
/// [`ServiceError::NotFound`] for another team's listing.
pub async fn history(
    services: &Services,
    viewer: &Viewer,
    product: ProductId,
    query: &ChangeQuery,
    before: Option<ListingChangeId>,
) -> Result<History> {
    found_history(services, viewer, product, query, before, (PAGE, MOST_LOOKED_THROUGH)).await
}

/// The latest of them, to be taken along; [`History::next`] says that there are more.
///
/// # Errors
/// As [`history`].
pub async fn exported_history(
    services: &Services,
    viewer: &Viewer,
    product: ProductId,
    query: &ChangeQuery,
) -> Result<History> {
    found_history(services, viewer, product, query, None, (usize::MAX, MOST_EXPORTED)).await
}

/// Looks until so many entries are found, or so many changes, or [`MOST_BYTES`] of them, were looked through.
async fn found_history(
    services: &Services,
    viewer: &Viewer,
    product: ProductId,
    query: &ChangeQuery,
    before: Option<ListingChangeId>,
    (enough, most): (usize, usize),
) -> Result<History> {
    let mut conn = services.db.read().await?;
    let row = own_listing(&mut conn, viewer, product).await?;
    let names = names(&mut conn, row.team_id).await?;
    let days = days_ms(&query.from, &query.to);
    let mut sittings: Vec<Sitting> = Vec::new();
    let (mut last, mut looked_through, mut is_more) = (before, 0, true);
    let mut room = MOST_BYTES;
    let is_asked = |sitting: &&Sitting| query.has(&sitting.entry, &names);
    while is_more && looked_through < most && room > 0 && sittings.iter().filter(is_asked).count() < enough {
        let found = rows::list_changes(&mut conn, product, last, days, AT_ONCE).await?;
        let count = found.len();
        let joined = join_all(&mut sittings, found, &mut room, &mut last)?;
        is_more = joined < count || i64::try_from(count).unwrap_or(i64::MAX) == AT_ONCE;
        looked_through += joined;
    }
    let entries = sittings.into_iter().map(|sitting| sitting.entry);
    Ok(History {
        team: row.team_id,
        name: row.name,
        name_en: row.name_en,
        version: row.version,
        // Typed and taken back in one sitting: nothing changed.
        entries: entries.filter(|entry| !entry.difference.is_empty() && query.has(entry, &names)).collect(),
        next: last.filter(|_| is_more),
        names,
    })
}

/// An entry while earlier changes may still join it.
struct Sitting {
    user: Option<i64>,
    first_ms: i64,
    entry: Entry,
}

/// Puts changes before those that came after them, as long as there is `room`, in bytes of their text; answers how many, of
/// which `last` is the last one.
fn join_all(
    sittings: &mut Vec<Sitting>,
    changes: Vec<ChangeRow>,
    room: &mut usize,
    last: &mut Option<ListingChangeId>,
) -> Result<usize> {
    let mut joined = 0;
    for change in changes {
        if *room == 0 {
            break;
        }
        *room = room.saturating_sub(change.old_fields.len() + change.new_fields.len());
        *last = Some(change.id);
        join(sittings, change)?;
        joined += 1;
    }
    Ok(joined)
}

/// Puts a change before those that came after it.
fn join(sittings: &mut Vec<Sitting>, change: ChangeRow) -> Result<()> {
    let difference = difference_of(&change)?;
    match sittings.last_mut() {
        Some(Sitting { user, first_ms, entry })
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
            sittings.push(Sitting { user: change.user_id, first_ms: change.at_ms, entry });
        }
    }
    Ok(())
}

fn is_of_status(difference: &Difference) -> bool {
    difference.fields().contains(domain::changes::STATUS)
}

async fn names(conn: &mut Conn, team: TeamId) -> Result<Vec<(String, String, String)>> {
    let offered = Offered::load(conn, team).await?;
    let retired = store::freight::list_retired_choices(conn, team).await?;
    // Hidden ones as well.
    let categories = listing::list_category_choices(conn).await?;
    let all = [categories, offered.villages, offered.places, offered.templates, retired];
    let named = all.into_iter().flatten().map(Choice::from);
    Ok(named.map(|choice| (choice.id, choice.name, choice.name_en)).collect())
}

fn difference_of(row: &ChangeRow) -> Result<Difference> {
    let fields = |text: &str| serde_json::from_str(text).map_err(ServiceError::unreadable);
    Ok(Difference { before: fields(&row.old_fields)?, after: fields(&row.new_fields)? })
}

/// When a field was last changed by somebody, and what it said before; a copy says what its original says. Changes that
/// lie further back than [`AT_ONCE`] are not told.
pub(crate) async fn last_change_of(
    conn: &mut Conn,
    product: ProductId,
    field: &str,
) -> Result<Option<(i64, Option<String>)>> {
    for change in rows::list_changes(conn, product, None, ALWAYS, AT_ONCE).await? {
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
        let found = rows::list_changes(&mut conn, product, before, ALWAYS, AT_ONCE).await?;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn change(id: i64, story: &str) -> ChangeRow {
        ChangeRow {
            id: ListingChangeId::from_i64(id),
            version: id,
            user_id: Some(1),
            user_name: Some("林".to_owned()),
            at_ms: id,
            source: ChangeSource::Sheet,
            old_fields: "{}".to_owned(),
            new_fields: format!("{{\"story\":\"{story}\"}}"),
        }
    }

    #[test]
    fn looking_through_long_stories_ends_where_the_next_page_goes_on() {
        let changes =
            || -> Vec<ChangeRow> { (0..100).rev().map(|id| change(id, &"茶".repeat(100))).collect() };
        let (mut sittings, mut room, mut last) = (Vec::new(), 1_000, None);
        assert_eq!(join_all(&mut sittings, changes(), &mut room, &mut last).unwrap(), 4);
        assert_eq!((sittings.len(), room, last.map(ListingChangeId::get)), (4, 0, Some(96)));
        let (mut sittings, mut room) = (Vec::new(), MOST_BYTES);
        assert_eq!(join_all(&mut sittings, changes(), &mut room, &mut last).unwrap(), 100);
        assert_eq!((sittings.len(), last.map(ListingChangeId::get)), (100, Some(0)));
    }
}
