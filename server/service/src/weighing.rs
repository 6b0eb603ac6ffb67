//! Goods sold by weight at the packing table: every piece is weighed before its parcel leaves, and what it weighs less than
//! was paid for goes back in the moment in which it leaves.
//!
//! The rules are in [`domain::by_weight`]; decision 0021 tells why.

use domain::after_sale::LineRefund;
use domain::by_weight::{WeighedPiece, WeightError, WeightRange, refund_of_weighed, total_back, weigh_line};
use domain::failure::{Conflict, FieldError, Problem};
use domain::ids::{LineId, OrderId, ParcelId};
use domain::money::{Fen, MoneyError};
use domain::parcel::ParcelStatus;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::after_sales::ClaimedRow;
use store::orders::{LineRow, OrderRow};
pub use store::weighing::{PieceRow, WeighedLineRow};
use store::{Conn, WriteTx};

use crate::carts::all_or;
use crate::idempotency::{self, Begun, Repeatable};
use crate::listing::form::Reader;
use crate::{Result, ServiceError, Services, Viewer, audit, books, payments};

/// What the seller typed at the scales.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct WeighParcel {
    /// Made with the page; a second click with it does nothing twice.
    pub key: String,
    pub parcel: String,
    /// One for each piece, the pieces of a line one after the other. Lines that are not named stay as they are, and a line
    /// of which every weight is blank is not weighed yet.
    pub pieces: Vec<TypedPiece>,
}

/// One piece on the scales.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TypedPiece {
    pub line: String,
    /// Kilograms with at most three decimals; several pieces may stand in one field, with blanks or commas between them.
    pub weight: String,
}

/// A line sold by weight as pages show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weighing {
    pub line_id: LineId,
    pub least_g: i64,
    pub most_g: i64,
    /// How many pieces are packed: those whose money went back before are not.
    pub wanted: i64,
    /// What the scales said, if every one of them was weighed.
    pub pieces: Vec<PieceRow>,
    /// Whether its parcel has left, so that nothing about it changes any more.
    pub is_charged: bool,
}

impl Weighing {
    /// Puts together what is known of a line; `settled` of its pieces are given back.
    fn of(row: &WeighedLineRow, settled: i64, pieces: &[PieceRow]) -> Self {
        let own: Vec<PieceRow> =
            pieces.iter().filter(|piece| piece.line_id == row.line_id).copied().collect();
        let is_charged = row.charged_at_ms.is_some();
        let is_whole = is_charged || (settled..row.quantity).eq(own.iter().map(|piece| piece.piece));
        Self {
            line_id: row.line_id,
            least_g: row.least_g,
            most_g: row.most_g,
            wanted: row.quantity - settled,
            // A piece was given back since: which of those on the scales it was, nobody knows.
            pieces: if is_whole { own } else { Vec::new() },
            is_charged,
        }
    }

    /// Whether every piece is weighed.
    #[must_use]
    pub fn is_weighed(&self) -> bool {
        self.wanted == 0 || !self.pieces.is_empty()
    }

    /// What goes back, or went back, because of what the pieces weigh.
    #[must_use]
    pub fn back_fen(&self) -> Fen {
        self.pieces.iter().map(|piece| piece.paid_fen - piece.charged_fen).sum()
    }
}

/// What is weighed of an order, whatever its parcels do.
pub(crate) async fn of_order(conn: &mut Conn, order: OrderId) -> Result<Vec<Weighing>> {
    let rows = store::weighing::list_weighed_lines(conn, order).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let pieces = store::weighing::list_pieces(conn, order).await?;
    let claimed = store::after_sales::list_claimed(conn, order).await?;
    Ok(rows.iter().map(|row| Weighing::of(row, settled_of(&claimed, row.line_id), &pieces)).collect())
}

/// The same of lines at hand, whose `quantity` is what is packed.
pub(crate) fn of_lines(lines: &[LineRow], rows: &[WeighedLineRow], pieces: &[PieceRow]) -> Vec<Weighing> {
    let of_line = |line: &LineRow| {
        let row = rows.iter().find(|row| row.line_id == line.id && row.parcel_id == line.parcel_id)?;
        Some(Weighing::of(row, row.quantity - line.quantity, pieces))
    };
    lines.iter().filter_map(of_line).collect()
}

fn settled_of(claimed: &[ClaimedRow], line: LineId) -> i64 {
    claimed.iter().find(|of| of.line_id == line).map_or(0, |of| of.settled)
}

/// Writes down what the pieces of a parcel weigh, as often as it takes until the parcel leaves. Answers the order.
///
/// # Errors
/// Fields `pieces.0.weight`; [`Conflict::StateChanged`] when the parcel has left. Guarded: the team's sellers; for others there is no such parcel.
#[tracing::instrument(skip_all)]
pub async fn weigh_parcel(services: &Services, viewer: &Viewer, command: WeighParcel) -> Result<OrderId> {
    let parcel_id: ParcelId = command.parcel.parse().map_err(|_| ServiceError::NotFound)?;
    let mut tx = services.db.write().await?;
    let parcel = store::parcels::get_parcel(&mut tx, parcel_id).await?;
    viewer.require_user()?;
    viewer.require_seller(parcel.team_id).map_err(|_| ServiceError::NotFound)?;
    let order = store::orders::lock_order(&mut tx, parcel.order_id).await?;
    let request = Repeatable::new("weigh_parcel", viewer, &command.key, &command)?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    let typed = by_line(&command.pieces)?;
    let parcel = store::parcels::get_parcel(&mut tx, parcel_id).await?;
    if parcel.status != ParcelStatus::ToPack {
        return Err(Conflict::StateChanged.into());
    }
    let rows = store::weighing::list_weighed_lines(&mut tx, order.id).await?;
    let claimed = store::after_sales::list_claimed(&mut tx, order.id).await?;
    let mut errors = Vec::new();
    for (line, pieces) in typed {
        let row = rows.iter().find(|row| row.line_id == line && row.parcel_id == parcel_id);
        let row = row.ok_or(ServiceError::NotFound)?;
        let settled = settled_of(&claimed, line);
        if let Some(pieces) = read_line(row, settled, &pieces, &mut errors)? {
            store::weighing::replace_pieces(&mut tx, line, &pieces).await?;
        }
    }
    all_or(errors)?;
    let subject = parcel_id.get();
    audit::record(&mut tx, services, viewer.user_id(), "parcel_weighed", "parcel", subject, json!({}))
        .await?;
    idempotency::finish(&mut tx, &request, &order.id).await?;
    tx.commit().await?;
    Ok(order.id)
}

/// A piece's place in the form, and what was typed.
type TypedWeight<'a> = (usize, &'a str);

/// What stands between weights that were typed into one field.
fn parts_weights(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | '，' | '、' | ';' | '；')
}

/// The pieces by line, in the order of the form.
fn by_line(pieces: &[TypedPiece]) -> Result<Vec<(LineId, Vec<TypedWeight<'_>>)>> {
    let mut lines: Vec<(LineId, Vec<TypedWeight<'_>>)> = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        let line: LineId = piece.line.parse().map_err(|_| ServiceError::NotFound)?;
        let mut typed: Vec<TypedWeight<'_>> = piece
            .weight
            .split(parts_weights)
            .filter(|text| !text.is_empty())
            .map(|text| (at, text))
            .collect();
        if typed.is_empty() {
            typed.push((at, ""));
        }
        match lines.iter_mut().find(|(of, _)| *of == line) {
            Some((_, typed_before)) => typed_before.append(&mut typed),
            None => lines.push((line, typed)),
        }
    }
    Ok(lines)
}

/// The weights of a line; none when something is wrong, which goes to `errors`.
fn read_line(
    row: &WeighedLineRow,
    settled: i64,
    typed: &[TypedWeight<'_>],
    errors: &mut Vec<FieldError>,
) -> Result<Option<Vec<PieceRow>>> {
    if typed.iter().all(|(_, weight)| weight.is_empty()) {
        return Ok(Some(Vec::new()));
    }
    let mut reader = Reader::default();
    let read: Vec<Option<i64>> =
        typed.iter().map(|(at, weight)| reader.kilograms(&field(*at), weight)).collect();
    errors.append(&mut reader.problems);
    let Some(weights) = read.iter().copied().collect::<Option<Vec<i64>>>() else { return Ok(None) };
    match weigh(row, settled, &weights) {
        Ok(weighed) => Ok(Some(rows_of(row.line_id, settled, &weighed))),
        Err(WeightError::TooLight { .. } | WeightError::Slip { .. }) => {
            // All of them are told, not only the first.
            for ((at, _), weight_g) in typed.iter().zip(weights) {
                errors.extend(one_wrong(row, weight_g).map(|problem| FieldError::new(field(*at), problem)));
            }
            Ok(None)
        }
        // One was left out or typed twice; or pieces were given back since the page was made.
        Err(WeightError::Pieces { wanted, given }) => {
            let given = i64::try_from(given).unwrap_or(i64::MAX);
            let first = typed.first().map_or(0, |(at, _)| *at);
            errors.push(FieldError::new(field(first), Problem::PieceCount { wanted, given }));
            Ok(None)
        }
        Err(error) => Err(ServiceError::internal(error)),
    }
}

fn field(at: usize) -> String {
    format!("pieces.{at}.weight")
}

/// What is wrong with one weight of a line.
fn one_wrong(row: &WeighedLineRow, weight_g: i64) -> Option<Problem> {
    let range = WeightRange::new(row.least_g, row.most_g).ok()?;
    match weigh_line(Fen::ZERO, 1, 0, range, &[weight_g]) {
        Err(WeightError::TooLight { least_g, .. }) => Some(Problem::TooLight { least_g }),
        Err(WeightError::Slip { most_g, .. }) => Some(Problem::TooHeavy { most_g }),
        _ => None,
    }
}

/// What the packed pieces of a line cost by these weights.
fn weigh(
    row: &WeighedLineRow,
    settled: i64,
    weights_g: &[i64],
) -> std::result::Result<Vec<WeighedPiece>, WeightError> {
    let range = WeightRange::new(row.least_g, row.most_g)?;
    weigh_line(row.net_fen, row.quantity, settled, range, weights_g)
}

fn rows_of(line: LineId, settled: i64, weighed: &[WeighedPiece]) -> Vec<PieceRow> {
    let piece_row = |(piece, weighed): (i64, &WeighedPiece)| PieceRow {
        line_id: line,
        piece,
        weight_g: weighed.weight_g,
        paid_fen: weighed.paid,
        charged_fen: weighed.charged,
    };
    (settled..).zip(weighed).map(piece_row).collect()
}

/// The parcel leaves: its pieces cost what they weigh from now on, and what they weigh less than was paid for goes back, in
/// the caller's transaction, which has taken the order. It needs no second person, since nobody decides anything.
///
/// # Errors
/// [`Conflict::Unweighed`] when a piece was not weighed.
pub(crate) async fn charge(
    tx: &mut WriteTx,
    services: &Services,
    order: &OrderRow,
    parcel: ParcelId,
) -> Result<()> {
    let rows = store::weighing::list_weighed_lines(tx, order.id).await?;
    let leaving: Vec<&WeighedLineRow> =
        rows.iter().filter(|row| row.parcel_id == parcel && row.charged_at_ms.is_none()).collect();
    if leaving.is_empty() {
        return Ok(());
    }
    let stored = store::weighing::list_pieces(tx, order.id).await?;
    let claimed = store::after_sales::list_claimed(tx, order.id).await?;
    let mut backs: Vec<(LineId, Fen)> = Vec::new();
    for row in &leaving {
        let settled = settled_of(&claimed, row.line_id);
        let pieces = Weighing::of(row, settled, &stored).pieces;
        let weights: Vec<i64> = pieces.iter().map(|piece| piece.weight_g).collect();
        let Ok(weighed) = weigh(row, settled, &weights) else {
            return Err(Conflict::Unweighed { name: name_of(tx, order.id, row.line_id).await? }.into());
        };
        store::weighing::replace_pieces(tx, row.line_id, &rows_of(row.line_id, settled, &weighed)).await?;
        backs.push((row.line_id, total_back(&weighed).map_err(ServiceError::internal)?));
    }
    let total = Fen::checked_sum(backs.iter().map(|(_, back)| *back)).map_err(ServiceError::internal)?;
    let mut refund_id = None;
    if total.is_positive() {
        let payment = store::after_sales::find_applied_payment(tx, order.id).await?;
        let payment = payment.ok_or_else(|| ServiceError::internal("goods leave that nobody paid"))?;
        let payment = store::payments::get_payment(tx, payment).await?;
        let refund = payments::request_refund(tx, services, order, &payment, total, "weight").await?;
        books::post_partial_refund(tx, services, order, &refund, &backs, &[]).await?;
        store::figures::add_order(tx, order.id).await?;
        refund_id = Some(refund.id);
    }
    for (line, back) in backs {
        let refund = refund_id.filter(|_| back.is_positive());
        store::weighing::update_charged(tx, line, refund, services.now_ms()).await?;
    }
    Ok(())
}

/// The first goods of a waiting parcel that have to be weighed before it leaves, by their name.
pub(crate) async fn find_unweighed(
    conn: &mut Conn,
    order: OrderId,
    parcel: ParcelId,
) -> Result<Option<String>> {
    let mut rows = store::weighing::list_weighed_lines(conn, order).await?;
    rows.retain(|row| row.parcel_id == parcel && row.charged_at_ms.is_none());
    if rows.is_empty() {
        return Ok(None);
    }
    let stored = store::weighing::list_pieces(conn, order).await?;
    let claimed = store::after_sales::list_claimed(conn, order).await?;
    let is_open =
        |row: &&WeighedLineRow| !Weighing::of(row, settled_of(&claimed, row.line_id), &stored).is_weighed();
    match rows.iter().find(is_open) {
        Some(row) => Ok(Some(name_of(conn, order, row.line_id).await?)),
        None => Ok(None),
    }
}

async fn name_of(conn: &mut Conn, order: OrderId, line: LineId) -> Result<String> {
    let lines = store::orders::list_order_lines(conn, order).await?;
    let line = lines.iter().find(|row| row.id == line);
    Ok(line.map_or_else(String::new, |row| format!("{} {}", row.product_name, row.variant_name)))
}

/// What is left of an order's goods that were weighed and have left.
#[derive(Debug, Clone, Default)]
pub(crate) struct Charged {
    pieces: Vec<PieceRow>,
}

/// Reads it.
pub(crate) async fn charged(conn: &mut Conn, order: OrderId) -> Result<Charged> {
    let rows = store::weighing::list_weighed_lines(conn, order).await?;
    let has_left = |line: LineId| rows.iter().any(|row| row.line_id == line && row.charged_at_ms.is_some());
    if !rows.iter().any(|row| row.charged_at_ms.is_some()) {
        return Ok(Charged::default());
    }
    let mut pieces = store::weighing::list_pieces(conn, order).await?;
    pieces.retain(|piece| has_left(piece.line_id));
    Ok(Charged { pieces })
}

impl Charged {
    /// What went back of a line because of what it weighs.
    pub(crate) fn back(&self, line: LineId) -> Fen {
        let own = self.pieces.iter().filter(|piece| piece.line_id == line);
        own.map(|piece| piece.paid_fen - piece.charged_fen).sum()
    }

    /// The refund of `count` pieces after the first `settled` of a line, by what they were charged; `None` when the line was
    /// not weighed.
    pub(crate) fn refund(
        &self,
        line: LineId,
        settled: i64,
        count: i64,
        damage_permille: i64,
    ) -> std::result::Result<Option<LineRefund>, MoneyError> {
        let own: Vec<&PieceRow> = self.pieces.iter().filter(|piece| piece.line_id == line).collect();
        let Some(first) = own.first() else { return Ok(None) };
        let weighed: Vec<WeighedPiece> = own
            .iter()
            .map(|piece| WeighedPiece {
                weight_g: piece.weight_g,
                paid: piece.paid_fen,
                charged: piece.charged_fen,
            })
            .collect();
        let place = |number: i64| usize::try_from(number).map_err(|_| MoneyError::Overflow);
        let (settled, count) = (place(settled - first.piece)?, place(count)?);
        refund_of_weighed(&weighed, settled, count, damage_permille).map(Some)
    }
}
