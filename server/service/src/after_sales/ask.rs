//! Asking: what may be asked for, and doing it.

use domain::after_sale::{
    AfterSaleKind, AfterSaleNote, AfterSaleReason, Asked, GoodsIn, Refusal, ReturnRule, Side, check_asked,
};
use domain::failure::{Conflict, FieldError, Problem};
use domain::ids::{AfterSaleId, LineId, ParcelId, TownId};
use serde::{Deserialize, Serialize};
use store::orders::{LineRow, OrderRow};
use store::parcels::ParcelRow;
use store::{Conn, WriteTx};

use super::begin::{Checked, insert};
use super::facts::{Facts, goods_in, is_askable, open_kinds, read_facts, strictest};
use super::{money, part, photos, talk};
use crate::carts::all_or;
use crate::idempotency::{self, Begun, Repeatable};
use crate::orders::{self, require_buyer};
use crate::photos::SentPhoto;
use crate::{Result, ServiceError, Services, Viewer};

/// After-sales one parcel may ever have, whatever became of them.
const MOST_OF_PARCEL: i64 = 20;

/// What the buyer typed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AskAfterSale {
    /// Made with the page; a second click with it does nothing twice.
    pub key: String,
    pub parcel: String,
    /// An [`AfterSaleKind`].
    pub kind: String,
    /// An [`AfterSaleReason`].
    pub reason: String,
    pub words: String,
    /// Yuan for all of it, where the goods stay with the buyer; blank for what they are worth.
    pub amount: String,
    pub lines: Vec<AskLine>,
}

/// Pieces of a line; blank or zero for none.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AskLine {
    pub line: String,
    pub quantity: String,
    /// Per cent of their value, of a damage claim; blank for all of it.
    pub damage: String,
}

/// What the page that asks shows.
#[derive(Debug, Clone)]
pub struct AskPage {
    pub order_number: String,
    pub parcel: ParcelRow,
    pub lines: Vec<AskableLine>,
    /// What may be asked for now, and for which reasons.
    pub kinds: Vec<(AfterSaleKind, Vec<AfterSaleReason>)>,
    /// The strictest rule of the lines.
    pub rule: ReturnRule,
    /// Hours within which damage of perishable goods is to be shown.
    pub fresh_hours: i64,
}

/// A line of which something may be asked for.
#[derive(Debug, Clone)]
pub struct AskableLine {
    pub line: LineRow,
    pub photo_hash: Option<String>,
    /// Pieces that something may be asked about: no after-sale is about them yet, and of a complete order they were
    /// recalled.
    pub left: i64,
    pub rule: ReturnRule,
}

/// The page on which the buyer of an order asks about a parcel.
///
/// # Errors
/// [`ServiceError::NotFound`] for everybody else, and for parcels about which nothing can be asked.
pub async fn ask_page(
    services: &Services,
    viewer: &Viewer,
    number: &str,
    parcel: ParcelId,
) -> Result<AskPage> {
    let mut conn = services.db.read().await?;
    let order = store::orders::find_order_by_number(&mut conn, number.trim()).await?;
    let order = order.ok_or(ServiceError::NotFound)?;
    require_buyer(viewer, &order)?;
    let parcel = store::parcels::get_parcel(&mut conn, parcel).await?;
    if parcel.order_id != order.id {
        return Err(ServiceError::NotFound);
    }
    let facts = read_facts(&mut conn, &order).await?;
    let photos = store::orders::list_line_photos(&mut conn, order.id).await?;
    let lines: Vec<AskableLine> = facts
        .lines
        .iter()
        .filter(|line| line.parcel_id == parcel.id)
        .map(|line| AskableLine {
            left: facts.askable(line),
            rule: facts.rule(line.id),
            photo_hash: photos
                .iter()
                .find(|(of, _, _)| *of == line.id.get())
                .map(|(_, hash, _)| hash.clone()),
            line: line.clone(),
        })
        .collect();
    let rule = strictest(lines.iter().filter(|line| line.left > 0).map(|line| line.rule));
    let goods = goods_in(&mut conn, &parcel).await?;
    let of_parcel: Vec<&LineRow> = lines.iter().map(|line| &line.line).collect();
    let kinds = if is_askable(&order) { open_kinds(services, &facts, goods, &of_parcel) } else { Vec::new() };
    if kinds.is_empty() || lines.iter().all(|line| line.left == 0) {
        return Err(ServiceError::NotFound);
    }
    let fresh_hours = services.rules.fresh_claim_hours;
    Ok(AskPage { order_number: order.number, parcel, lines, kinds, rule, fresh_hours })
}

/// Parcels of an order about which something may be asked for now.
pub(crate) async fn askable_parcels(
    conn: &mut Conn,
    services: &Services,
    order: &OrderRow,
    parcels: &[ParcelRow],
) -> Result<Vec<ParcelId>> {
    if !is_askable(order) {
        return Ok(Vec::new());
    }
    let facts = read_facts(conn, order).await?;
    let mut askable = Vec::new();
    for parcel in parcels {
        let left = facts.lines.iter().filter(|line| line.parcel_id == parcel.id && facts.askable(line) > 0);
        let left: Vec<&LineRow> = left.collect();
        if left.is_empty() {
            continue;
        }
        let goods = goods_in(conn, parcel).await?;
        if !open_kinds(services, &facts, goods, &left).is_empty() {
            askable.push(parcel.id);
        }
    }
    Ok(askable)
}

/// Asks about pieces of a parcel, with what is to be said and shown about it.
///
/// # Errors
/// Fields `kind`, `reason`, `words`, `amount`, `photos`, `lines`, `lines.0.quantity`, `lines.0.damage`; [`Conflict::AfterSale`] with
/// what stands in the way. Guarded: the order's buyer; for everybody else there is no such parcel.
#[tracing::instrument(skip_all)]
pub async fn ask_after_sale(
    services: &Services,
    viewer: &Viewer,
    command: AskAfterSale,
    sent: Vec<SentPhoto>,
) -> Result<AfterSaleId> {
    let parcel_id: ParcelId = command.parcel.parse().map_err(|_| ServiceError::NotFound)?;
    {
        // Before anything is decoded: strangers may not make us work.
        let mut conn = services.db.read().await?;
        let parcel = store::parcels::get_parcel(&mut conn, parcel_id).await?;
        require_buyer(viewer, &store::orders::get_order(&mut conn, parcel.order_id).await?)?;
    }
    let checked = check(&command)?;
    let taken = photos::take(services, sent).await?;
    let hashes: Vec<&str> = taken.iter().map(|photo| photo.content_hash.as_str()).collect();
    let request = Repeatable::new("ask_after_sale", viewer, &command.key, &(&command, hashes))?;
    let mut tx = services.db.write().await?;
    let order_id = store::parcels::get_parcel(&mut tx, parcel_id).await?.order_id;
    let order = store::orders::lock_order(&mut tx, order_id).await?;
    require_buyer(viewer, &order)?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    let parcel = store::parcels::get_parcel(&mut tx, parcel_id).await?;
    let town = check_against(&mut tx, services, &order, &parcel, &checked, taken.len()).await?;
    receive_if_in_hands(&mut tx, services, &order, &parcel, &checked).await?;
    // Receipt has moved the order's window.
    let order = store::orders::get_order(&mut tx, order_id).await?;
    let case = insert(&mut tx, services, viewer.user_id(), order, &parcel, town, &checked).await?;
    money::check_asked_amount(&mut tx, services, &case).await?;
    let (user, note) = (viewer.user_id(), AfterSaleNote::Asked);
    let message =
        case.note_amount(&mut tx, services, Side::Buyer, user, note, &checked.words, checked.amount).await?;
    photos::attach(&mut tx, services, message.id, &taken).await?;
    idempotency::finish(&mut tx, &request, &case.row.id).await?;
    tx.commit().await?;
    Ok(case.row.id)
}

fn check(command: &AskAfterSale) -> Result<Checked> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, problem: Problem| errors.push(FieldError::new(field, problem));
    let word = |text: &str| if text.is_empty() { Problem::Missing } else { Problem::Unknown };
    let kind = AfterSaleKind::parse(&command.kind).map_err(|_| wrong("kind", word(&command.kind))).ok();
    let reason =
        AfterSaleReason::parse(&command.reason).map_err(|_| wrong("reason", word(&command.reason))).ok();
    let amount = match kind.filter(|kind| kind.may_be_in_part()) {
        Some(_) => part::read_amount(&command.amount).unwrap_or_else(|problem| {
            wrong("amount", problem);
            None
        }),
        None => None,
    };
    let lines = read_lines(&command.lines, kind == Some(AfterSaleKind::DamageClaim), &mut errors)?;
    let words = match talk::check_words("words", &command.words, false) {
        Ok(words) => words,
        Err(ServiceError::Invalid(found)) => {
            errors.extend(found);
            String::new()
        }
        Err(other) => return Err(other),
    };
    all_or(errors)?;
    match (kind, reason) {
        (Some(kind), Some(reason)) => Ok(Checked { kind, reason, words, amount, lines }),
        _ => Err(ServiceError::internal("a checked form without its parts")),
    }
}

/// Line, pieces and thousandths of their value of each line of which pieces were typed; what is wrong goes to `errors`.
pub(super) fn read_lines(
    typed: &[AskLine],
    is_claim: bool,
    errors: &mut Vec<FieldError>,
) -> Result<Vec<(LineId, i64, i64)>> {
    let mut wrong = |field: &str, problem: Problem| errors.push(FieldError::new(field, problem));
    let mut lines = Vec::new();
    for (index, typed) in typed.iter().enumerate() {
        let quantity = match typed.quantity.trim() {
            "" => 0,
            text => text.parse::<i64>().unwrap_or(-1),
        };
        if quantity < 0 {
            wrong(&format!("lines.{index}.quantity"), Problem::NotANumber);
        }
        if quantity < 1 {
            continue;
        }
        let percent = match typed.damage.trim().trim_end_matches(['%', '％']) {
            _ if !is_claim => 100,
            "" => 100,
            text => text.parse::<i64>().unwrap_or(0),
        };
        if !(1..=100).contains(&percent) {
            wrong(&format!("lines.{index}.damage"), Problem::OutOfRange { min: 1, max: 100 });
        }
        let line: LineId = typed.line.parse().map_err(|_| ServiceError::NotFound)?;
        if lines.iter().any(|(of, _, _)| *of == line) {
            return Err(ServiceError::NotFound);
        }
        lines.push((line, quantity, percent * 10));
    }
    if lines.is_empty() {
        wrong("lines", Problem::Missing);
    }
    Ok(lines)
}

/// Holds what was asked for against the order as it is; answers the town that would decide about it.
async fn check_against(
    tx: &mut WriteTx,
    services: &Services,
    order: &OrderRow,
    parcel: &ParcelRow,
    checked: &Checked,
    photos: usize,
) -> Result<TownId> {
    if !is_askable(order) {
        return Err(Conflict::AfterSale(Refusal::WrongMoment).into());
    }
    let facts = read_facts(tx, order).await?;
    check_left(&facts, parcel, &checked.lines)?;
    let is_recalled = has_recalled(&facts, &checked.lines);
    if checked.reason == AfterSaleReason::Recalled && is_recalled {
        check_recalled(&facts, &checked.lines)?;
    }
    let rule = strictest(checked.lines.iter().map(|(line, _, _)| facts.rule(*line)));
    let goods = goods_in(tx, parcel).await?;
    let asked = Asked { kind: checked.kind, reason: checked.reason, photos };
    let fact = facts.fact(services, goods, rule, is_recalled);
    check_asked(asked, fact).map_err(|refusal| match refusal {
        Refusal::PhotoNeeded => ServiceError::invalid("photos", Problem::Missing),
        refusal => Conflict::AfterSale(refusal).into(),
    })?;
    if store::after_sales::count_of_parcel(tx, parcel.id).await? >= MOST_OF_PARCEL {
        return Err(Conflict::StateChanged.into());
    }
    let first = checked.lines.first().and_then(|(line, _, _)| facts.town(*line));
    first.ok_or_else(|| ServiceError::internal("goods of no town"))
}

/// That pieces are of the parcel, and that nothing else is about them.
pub(super) fn check_left(facts: &Facts, parcel: &ParcelRow, lines: &[(LineId, i64, i64)]) -> Result<()> {
    let mut errors = Vec::new();
    for (index, (id, quantity, _)) in lines.iter().enumerate() {
        let line = facts.lines.iter().find(|line| line.id == *id && line.parcel_id == parcel.id);
        let left = facts.left(line.ok_or(ServiceError::NotFound)?);
        if *quantity > left {
            errors.push(FieldError::new(format!("lines.{index}.quantity"), Problem::OnlyLeft { left }));
        }
    }
    all_or(errors)
}

/// Whether each of the lines has pieces that were recalled and that nobody has asked about for that.
fn has_recalled(facts: &Facts, lines: &[(LineId, i64, i64)]) -> bool {
    let is_recalled = |line: &LineRow| facts.recalled_left(line) > 0;
    lines.iter().all(|(id, _, _)| facts.lines.iter().any(|line| line.id == *id && is_recalled(line)))
}

/// That no more pieces of a line are given back because of a recall than were recalled.
pub(super) fn check_recalled(facts: &Facts, lines: &[(LineId, i64, i64)]) -> Result<()> {
    let mut errors = Vec::new();
    for (index, (id, quantity, _)) in lines.iter().enumerate() {
        let line = facts.lines.iter().find(|line| line.id == *id).ok_or(ServiceError::NotFound)?;
        let left = facts.recalled_left(line);
        if *quantity > left {
            errors.push(FieldError::new(format!("lines.{index}.quantity"), Problem::OnlyLeft { left }));
        }
    }
    all_or(errors)
}

/// Whoever says what is wrong with goods that are still on their way has received them. That they were recalled is known
/// before that.
async fn receive_if_in_hands(
    tx: &mut WriteTx,
    services: &Services,
    order: &OrderRow,
    parcel: &ParcelRow,
    checked: &Checked,
) -> Result<()> {
    let is_here = checked.kind != AfterSaleKind::RefundUnshipped
        && !matches!(checked.reason, AfterSaleReason::NotReceived | AfterSaleReason::Recalled)
        && GoodsIn::of_parcel(parcel.status, parcel.received_at_ms) == GoodsIn::Transit;
    if is_here { orders::note_received(tx, services, order, parcel).await } else { Ok(()) }
}
