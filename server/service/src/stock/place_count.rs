//! Counting all that a team has at one place, whatever products it is of: a shelf is walked along once.
//!
//! All lines are kept or none: what cannot be kept is named line by line, and nothing that was typed is lost. A batch that
//! moved while it was counted is such a line. Each product gets a count of its own, so that its page tells of it as well.

use std::collections::{BTreeMap, BTreeSet};

use domain::failure::Problem;
use domain::ids::{BatchId, PlaceId, ProductId, StocktakeId, TeamId, UserId};
use domain::stock::movement::CountReason;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::movements::{self, NewStocktake, ShelfRow};
use store::{WriteTx, listing as rows};

use super::count::{Counted, apply, read_reason, too_few};
use super::shelf::{own_place, to_pack_of};
use super::{MAX_NOTE_CHARS, MAX_QUANTITY};
use crate::idempotency::{self, Begun, Repeatable};
use crate::listing::form::Reader;
use crate::{Result, ServiceError, Services, Viewer, audit, marks};

/// Lines that one count may have; a form has fewer.
const MOST_LINES: usize = 500;

/// A count of a place, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CountPlace {
    /// Both in their shown forms.
    pub team: String,
    pub place: String,
    pub note: String,
    /// By `b` and the batch in its shown form, so that a line stays its batch's whatever the page shows beside it.
    pub lines: BTreeMap<String, ShelfLine>,
}

/// One batch; a line in which nothing was typed was not counted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ShelfLine {
    /// Base units that the form said should be there.
    pub expected: String,
    /// Base units that are there.
    pub counted: String,
    /// A word of [`CountReason`], where these differ.
    pub reason: String,
}

/// What a batch is called among the lines of a count.
#[must_use]
pub fn line_key(batch: BatchId) -> String {
    format!("b{batch}")
}

/// The batch of a line.
#[must_use]
pub fn batch_of_key(key: &str) -> Option<BatchId> {
    key.strip_prefix('b')?.parse().ok()
}

/// What was read of one line.
struct Typed {
    /// Its name in the form.
    field: String,
    /// `None` for what no page has put there.
    expected: Option<i64>,
    counted: i64,
    reason: String,
}

/// Keeps a count of a place, and sets every batch to what was counted. Answers the counts of the products.
///
/// # Errors
/// [`ServiceError::Invalid`]: `lines` when nothing was counted; `lines.K.counted` with [`Problem::ChangedMeanwhile`] when
/// goods left or came in since the form was made, [`Problem::LiesElsewhere`] when the batch was carried away,
/// [`Problem::OrdersWait`] when less is there than orders wait for; `lines.K.reason` for a difference without a reason
/// that can explain it; `note` when the reason asks for one. Guarded: whoever sells for the team.
pub async fn count_place(
    services: &Services,
    viewer: &Viewer,
    command: &CountPlace,
    key: &str,
) -> Result<Vec<StocktakeId>> {
    let user = viewer.require_user()?.user_id;
    let team: TeamId = command.team.trim().parse().map_err(|_| ServiceError::NotFound)?;
    viewer.require_seller(team)?;
    let request = Repeatable::new("count_place", viewer, key, command)?;
    let mut tx = services.db.write().await?;
    let place = own_place(&mut tx, team, &command.place).await?.id;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    let mut reader = Reader::default();
    let mut said = String::new();
    reader.text("note", &command.note, MAX_NOTE_CHARS, &mut said);
    let typed = read_lines(&mut reader, command)?;
    let counted = look(&mut tx, &mut reader, (team, place), typed, &said).await?;
    if !reader.problems.is_empty() {
        return Err(ServiceError::Invalid(reader.problems));
    }
    let kept = keep(&mut tx, services, viewer, (user, place), &said, counted).await?;
    idempotency::finish(&mut tx, &request, &kept).await?;
    tx.commit().await?;
    Ok(kept)
}

/// Reads the lines in which something was typed, in the order in which batches are taken.
fn read_lines(reader: &mut Reader, command: &CountPlace) -> Result<BTreeMap<BatchId, Typed>> {
    let mut lines = BTreeMap::new();
    if command.lines.len() > MOST_LINES {
        let max = i64::try_from(MOST_LINES).unwrap_or(i64::MAX);
        return Err(ServiceError::invalid("lines", Problem::TooManyRows { max }));
    }
    for (key, line) in &command.lines {
        if line.counted.trim().is_empty() {
            continue;
        }
        let batch = batch_of_key(key).ok_or(ServiceError::NotFound)?;
        let field = format!("lines.{key}");
        let Some(counted) = reader.number(&format!("{field}.counted"), &line.counted, 0, MAX_QUANTITY) else {
            continue;
        };
        let expected = line.expected.trim().parse().ok();
        let typed = Typed { field, expected, counted, reason: line.reason.clone() };
        // One batch under two names: no page of ours sends that.
        if lines.insert(batch, typed).is_some() {
            return Err(ServiceError::NotFound);
        }
    }
    if lines.is_empty() && reader.problems.is_empty() {
        reader.report("lines", Problem::Missing);
    }
    Ok(lines)
}

/// Takes the batches and looks at each: whether it is still there, and what the difference means.
async fn look(
    tx: &mut WriteTx,
    reader: &mut Reader,
    (team, place): (TeamId, PlaceId),
    typed: BTreeMap<BatchId, Typed>,
    said: &str,
) -> Result<BTreeMap<ProductId, Vec<Counted>>> {
    for batch in typed.keys() {
        rows::lock_batch(tx, *batch).await?;
    }
    let to_pack = to_pack_of(tx, team).await?;
    let mut found: BTreeMap<ProductId, Vec<Counted>> = BTreeMap::new();
    let mut lacks_note = false;
    for (batch, line) in typed {
        let row = movements::find_shelf_batch(tx, team, batch).await?.ok_or(ServiceError::NotFound)?;
        let packing = to_pack.get(&batch).copied().unwrap_or_default();
        let expected = row.stock().on_shelf(packing);
        if let Some(problem) = problem_of(&row, place, packing, &line) {
            reader.report(format!("{}.counted", line.field), problem);
            continue;
        }
        let reason = read_reason(reader, &line.field, line.counted - expected, &line.reason);
        lacks_note |= said.is_empty() && reason.is_some_and(CountReason::needs_note);
        let counted = Counted {
            at: 0,
            batch,
            expected,
            counted: line.counted,
            reason: reason.map_or("", CountReason::as_str),
            place: Some(place),
        };
        found.entry(row.product_id).or_default().push(counted);
    }
    if lacks_note {
        reader.report("note", Problem::Missing);
    }
    Ok(found)
}

/// Why a batch cannot be set to what was counted of it.
fn problem_of(row: &ShelfRow, place: PlaceId, packing: i64, line: &Typed) -> Option<Problem> {
    let stock = row.stock();
    if row.place_id != place {
        return Some(Problem::LiesElsewhere { place: row.place_name.clone() });
    }
    if line.expected != Some(stock.on_shelf(packing)) {
        return Some(Problem::ChangedMeanwhile);
    }
    too_few(stock, packing, line.counted)
}

/// Writes the counts down, a product at a time, and what follows from them.
async fn keep(
    tx: &mut WriteTx,
    services: &Services,
    viewer: &Viewer,
    (user, place): (UserId, PlaceId),
    said: &str,
    counted: BTreeMap<ProductId, Vec<Counted>>,
) -> Result<Vec<StocktakeId>> {
    let at_ms = services.now_ms();
    let mut kept = Vec::with_capacity(counted.len());
    let mut changed: BTreeSet<BatchId> = BTreeSet::new();
    let mut losses: BTreeMap<BatchId, i64> = BTreeMap::new();
    for (product, lines) in counted {
        let count = NewStocktake {
            id: services.new_id(),
            product_id: product,
            note: said.to_owned(),
            user_id: user,
            at_ms,
            lines: lines.iter().map(|line| (line.batch, line.expected, line.counted)).collect(),
        };
        movements::insert_stocktake(tx, &count).await?;
        let mut differing = 0;
        for line in &lines {
            if !apply(tx, services, viewer, line, &count).await? {
                continue;
            }
            differing += 1;
            changed.insert(line.batch);
            if line.counted < line.expected {
                losses.insert(line.batch, line.expected - line.counted);
            }
        }
        let detail = json!({ "batches": lines.len(), "changed": differing, "place": place });
        audit::record(tx, services, Some(user), "stock.counted", "product", product.get(), detail).await?;
        kept.push(count.id);
    }
    if !changed.is_empty() {
        marks::count_products(tx, services, viewer, &changed).await?;
        marks::note_losses(tx, &losses).await?;
    }
    Ok(kept)
}
