//! Counting what lies on the shelf, and what follows from the difference.

use std::collections::BTreeMap;

use domain::failure::{Conflict, Problem};
use domain::ids::{BatchId, PlaceId, ProductId, StocktakeId};
use domain::stock::BatchStock;
use domain::stock::movement::{BatchState, CountReason, MovementKind, batch_state};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::listing as rows;
use store::movements::{self, NewMovement, NewStocktake, StocktakeLineRow};
use store::{Conn, WriteTx};

use super::{MAX_NOTE_CHARS, MAX_QUANTITY, days_of, movement, note, stock_of};
use crate::idempotency::{self, Begun, Repeatable};
use crate::listing::form::Reader;
use crate::listing::{own_listing, today};
use crate::{Result, ServiceError, Services, Viewer, audit, marks};

/// Lines of earlier counts that the page shows.
const SHOWN_LINES: i64 = 60;

/// A count, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CountStock {
    /// In its shown form.
    pub product: String,
    pub note: String,
    pub lines: Vec<CountLine>,
}

/// One batch; a line in which nothing was typed was not counted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CountLine {
    pub batch: String,
    /// Base units that the form said should be there.
    pub expected: String,
    /// Base units that are there.
    pub counted: String,
    /// A word of [`CountReason`], where these differ.
    pub reason: String,
}

/// What is to be counted.
#[derive(Debug, Clone)]
pub struct CountPage {
    pub product: ProductId,
    pub team: domain::ids::TeamId,
    pub name: String,
    pub name_en: String,
    /// `g` or `piece`.
    pub base_unit: String,
    /// Batches of which something should be there, the first to expire first.
    pub rows: Vec<CountRow>,
    /// Of earlier counts, latest first.
    pub earlier: Vec<StocktakeLineRow>,
}

/// A batch to count, in base units.
#[derive(Debug, Clone)]
pub struct CountRow {
    pub batch: BatchId,
    pub code: String,
    pub place_name: String,
    pub state: BatchState,
    pub expires_on: Option<String>,
    /// What should be there.
    pub expected: i64,
    /// Of it what orders wait for: less cannot be noted before they are given up.
    pub promised: i64,
}

/// The form to count the batches of a product.
///
/// # Errors
/// [`ServiceError::NotFound`] for another team's product.
pub async fn count_page(services: &Services, viewer: &Viewer, product: ProductId) -> Result<CountPage> {
    let mut conn = services.db.read().await?;
    let listing = own_listing(&mut conn, viewer, product).await?;
    let to_pack = sold_to_pack(&mut conn, product).await?;
    let extras = movements::list_batch_extras(&mut conn, product).await?;
    let threshold = movements::find_threshold(&mut conn, product).await?.unwrap_or_default();
    let near_percent = threshold.near_expiry_percent.unwrap_or(services.rules.near_expiry_percent);
    let mut found = Vec::new();
    for batch in rows::list_listing_batches(&mut conn, product).await? {
        let packing = to_pack.get(&batch.id).copied().unwrap_or_default();
        let expected = stock_of(&batch).on_shelf(packing);
        let Some(extra) = extras.iter().find(|extra| extra.id == batch.id) else { continue };
        if expected == 0 {
            continue;
        }
        let days = days_of(&batch, extra.recalled_at_ms.is_some())?;
        found.push(CountRow {
            batch: batch.id,
            place_name: extra.place_name.clone(),
            state: batch_state(days, batch.available, today(services), near_percent),
            expected,
            promised: expected - batch.available,
            expires_on: batch.papers.expires_on,
            code: batch.code,
        });
    }
    found.sort_by_key(|row| (row.expires_on.clone().unwrap_or_else(|| "9999".to_owned()), row.batch));
    let earlier = movements::list_stocktake_lines(&mut conn, product, SHOWN_LINES).await?;
    Ok(CountPage {
        product,
        team: listing.team_id,
        name: listing.name,
        name_en: listing.name_en,
        base_unit: listing.base_unit,
        rows: found,
        earlier,
    })
}

async fn sold_to_pack(conn: &mut Conn, product: ProductId) -> Result<BTreeMap<BatchId, i64>> {
    let found = movements::list_sold_to_pack(conn, product).await?;
    Ok(found.into_iter().map(|(batch, quantity)| (BatchId::from_i64(batch), quantity)).collect())
}

/// What was read of one line.
pub(super) struct Counted {
    pub(super) at: usize,
    pub(super) batch: BatchId,
    pub(super) expected: i64,
    pub(super) counted: i64,
    /// A word of [`CountReason`]; empty where nothing differs.
    pub(super) reason: &'static str,
    /// Where it lay.
    pub(super) place: Option<PlaceId>,
}

/// Keeps a count, and sets every batch to what was counted: more came in unnoticed, less is lost.
///
/// # Errors
/// [`ServiceError::Invalid`]: `lines` when nothing was counted; `lines.N.counted` with [`Problem::OrdersWait`] when less
/// is there than orders wait for; `lines.N.reason` for a difference without a reason that can explain it; `note` when the
/// reason asks for one. [`Conflict::StateChanged`] when goods left or came in since the form was made: what is on the
/// shelf must be looked at again.
pub async fn count_stock(
    services: &Services,
    viewer: &Viewer,
    command: &CountStock,
    key: &str,
) -> Result<StocktakeId> {
    let product: ProductId = command.product.trim().parse().map_err(|_| ServiceError::NotFound)?;
    let user = viewer.require_user()?.user_id;
    let request = Repeatable::new("count_stock", viewer, key, command)?;
    let mut tx = services.db.write().await?;
    own_listing(&mut tx, viewer, product).await?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    let mut reader = Reader::default();
    let mut said = String::new();
    reader.text("note", &command.note, MAX_NOTE_CHARS, &mut said);
    let mut lines = read_lines(&mut reader, command)?;
    look(&mut tx, &mut reader, product, command, &mut lines).await?;
    if !reader.problems.is_empty() {
        return Err(ServiceError::Invalid(reader.problems));
    }
    let count = NewStocktake {
        id: services.new_id(),
        product_id: product,
        note: said,
        user_id: user,
        at_ms: services.now_ms(),
        lines: lines.iter().map(|line| (line.batch, line.expected, line.counted)).collect(),
    };
    movements::insert_stocktake(&mut tx, &count).await?;
    let mut changed = 0;
    for line in &lines {
        changed += i64::from(apply(&mut tx, services, viewer, line, &count).await?);
    }
    if changed > 0 {
        marks::count_after(&mut tx, services, viewer, product).await?;
        let lost = lines.iter().filter(|line| line.counted < line.expected);
        let losses = lost.map(|line| (line.batch, line.expected - line.counted)).collect();
        marks::note_losses(&mut tx, &losses).await?;
    }
    let detail = json!({ "batches": lines.len(), "changed": changed });
    audit::record(&mut tx, services, Some(user), "stock.counted", "product", product.get(), detail).await?;
    idempotency::finish(&mut tx, &request, &count.id).await?;
    tx.commit().await?;
    Ok(count.id)
}

/// Takes the batches and looks at each: whether it is as the form said, and what the difference means.
async fn look(
    tx: &mut WriteTx,
    reader: &mut Reader,
    product: ProductId,
    command: &CountStock,
    lines: &mut [Counted],
) -> Result<()> {
    // In the order in which batches are taken.
    lines.sort_by_key(|line| line.batch);
    let mut taken = Vec::with_capacity(lines.len());
    for line in lines.iter() {
        rows::lock_batch(tx, line.batch).await?;
        let batch = rows::find_listing_batch(tx, line.batch).await?;
        taken.push(batch.filter(|batch| batch.product_id == product).ok_or(ServiceError::NotFound)?);
    }
    note_places(tx, product, lines).await?;
    let to_pack = sold_to_pack(tx, product).await?;
    let mut lacks_note = false;
    for (line, batch) in lines.iter_mut().zip(&taken) {
        let packing = to_pack.get(&line.batch).copied().unwrap_or_default();
        let stock = stock_of(batch);
        if stock.on_shelf(packing) != line.expected {
            return Err(Conflict::StateChanged.into());
        }
        let field = format!("lines.{}", line.at);
        if let Some(problem) = too_few(stock, packing, line.counted) {
            reader.report(format!("{field}.counted"), problem);
            continue;
        }
        let typed = command.lines.get(line.at).map_or("", |typed| typed.reason.as_str());
        let reason = read_reason(reader, &field, line.counted - line.expected, typed);
        lacks_note |= reason.is_some_and(CountReason::needs_note);
        line.reason = reason.map_or("", CountReason::as_str);
    }
    if lacks_note && command.note.trim().is_empty() {
        reader.report("note", Problem::Missing);
    }
    Ok(())
}

/// Why a batch cannot be set to what was counted of it: orders wait for more. They are given up first, or get goods of
/// another batch ([`crate::shipping::reallocate`]).
pub(super) fn too_few(stock: BatchStock, packing: i64, counted: i64) -> Option<Problem> {
    stock.count(packing, counted).err().map(|_| Problem::OrdersWait)
}

/// Why what was counted in the line `field` is not what the books say; nothing is asked where it is.
pub(super) fn read_reason(
    reader: &mut Reader,
    field: &str,
    difference: i64,
    typed: &str,
) -> Option<CountReason> {
    if difference == 0 {
        return None;
    }
    match CountReason::parse(typed.trim()) {
        Err(_) => {
            reader.report(format!("{field}.reason"), Problem::Missing);
            None
        }
        Ok(reason) if !reason.explains(difference) => {
            reader.report(format!("{field}.reason"), Problem::Unknown);
            None
        }
        Ok(reason) => Some(reason),
    }
}

/// Says where the batches lie that were counted.
async fn note_places(conn: &mut Conn, product: ProductId, lines: &mut [Counted]) -> Result<()> {
    for extra in movements::list_batch_extras(conn, product).await? {
        if let Some(line) = lines.iter_mut().find(|line| line.batch == extra.id) {
            line.place = Some(PlaceId::from_i64(extra.place_id));
        }
    }
    Ok(())
}

/// Reads the lines in which something was typed, each batch once.
fn read_lines(reader: &mut Reader, command: &CountStock) -> Result<Vec<Counted>> {
    let mut lines: Vec<Counted> = Vec::new();
    for (at, line) in command.lines.iter().enumerate() {
        if line.counted.trim().is_empty() {
            continue;
        }
        let batch: BatchId = line.batch.trim().parse().map_err(|_| ServiceError::NotFound)?;
        let field = format!("lines.{at}.counted");
        if let Some(row) = lines.iter().find(|other| other.batch == batch).map(|other| other.at) {
            reader.report(field, Problem::DuplicateOfRow { row: i64::try_from(row).unwrap_or_default() });
            continue;
        }
        let counted = reader.number(&field, &line.counted, 0, MAX_QUANTITY);
        let expected =
            line.expected.trim().parse().map_err(|_| ServiceError::from(Conflict::StateChanged))?;
        if let Some(counted) = counted {
            lines.push(Counted { at, batch, expected, counted, reason: "", place: None });
        }
    }
    if lines.is_empty() && reader.problems.is_empty() {
        reader.report("lines", Problem::Missing);
    }
    if reader.problems.is_empty() { Ok(lines) } else { Err(ServiceError::Invalid(reader.problems.clone())) }
}

/// Sets a batch to what was counted; true when that was something else.
pub(super) async fn apply(
    tx: &mut WriteTx,
    services: &Services,
    viewer: &Viewer,
    line: &Counted,
    count: &NewStocktake,
) -> Result<bool> {
    let difference = line.counted - line.expected;
    let (received_change, written_off_change) = (difference.max(0), (-difference).max(0));
    if difference > 0 {
        rows::receive_more(tx, line.batch, difference).await?;
    } else if difference < 0 && !rows::write_off(tx, line.batch, -difference).await? {
        return Err(ServiceError::internal("a locked batch changed"));
    }
    let counted = NewMovement {
        received_change,
        written_off_change,
        reason: line.reason.to_owned(),
        place_id: line.place,
        cause_id: Some(count.id.get()),
        note: count.note.clone(),
        ..movement(services, viewer.user_id(), line.batch, MovementKind::Count)
    };
    note(tx, services, counted).await?;
    Ok(difference != 0)
}
