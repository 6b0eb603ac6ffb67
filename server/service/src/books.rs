//! The books: posting what happened, what a treasurer reads, and the check that everything adds up.

use domain::attribution::AttributionPart;
use domain::failure::Conflict;
use domain::ids::{AccountId, CollectiveId, GoodsChangeId, LineId, OrderId, TeamId};
use domain::ledger::{self, EarningState, Entry, LedgerError, RefundedPart};
use domain::money::{Fen, take_from};
use domain::payment::PaymentMethod;
use store::books::{AttributionRow, EntrySubject, StatementRow};
use store::orders::OrderRow;
use store::payments::{PaymentRow, RefundRow};
use store::{Conn, WriteTx, audit_books};

use crate::{Result, ServiceError, Services, Viewer};

/// Books an entry under a cause; the same cause is never booked twice.
async fn post(
    tx: &mut WriteTx,
    services: &Services,
    entry: std::result::Result<Entry, LedgerError>,
    subject: EntrySubject,
    cause: &str,
) -> Result<bool> {
    let entry = match entry {
        Ok(entry) => entry,
        // Nothing to move is nothing to book.
        Err(LedgerError::Empty(_)) => return Ok(false),
        Err(error) => return Err(ServiceError::internal(error)),
    };
    let new_account = || services.new_id::<AccountId>();
    let id = services.new_id();
    Ok(store::books::insert_entry(tx, id, &entry, subject, cause, services.now_ms(), new_account).await?)
}

/// Money arrived; it belongs to nobody yet.
pub(crate) async fn post_capture(
    tx: &mut WriteTx,
    services: &Services,
    payment: &PaymentRow,
) -> Result<bool> {
    let subject = EntrySubject {
        order_id: Some(payment.order_id.get()),
        payment_id: Some(payment.id.get()),
        refund_id: None,
    };
    let entry = ledger::capture(payment.method, payment.amount_fen);
    post(tx, services, entry, subject, &format!("capture:{}", payment.id)).await
}

/// The order takes the money: the collectives' shares become pending, freight goes to the teams.
pub(crate) async fn post_apply(
    tx: &mut WriteTx,
    services: &Services,
    order: &OrderRow,
    payment: &PaymentRow,
) -> Result<()> {
    let parts = order_parts(tx, order.id).await?;
    let freight = order_freight(tx, order.id).await?;
    let subject =
        EntrySubject { order_id: Some(order.id.get()), payment_id: Some(payment.id.get()), refund_id: None };
    post(tx, services, ledger::apply(&parts, &freight), subject, &format!("apply:{}", order.id)).await?;
    store::books::update_attributions(tx, order.id, "frozen", "pending", Some(services.now_ms())).await?;
    Ok(())
}

/// Goods of other villages take the place of a line's before they leave: what its `rows` have pending passes to `parts`. The
/// buyer pays what was paid, so both add up to the same. Accounts are taken before figures, by whoever counts.
pub(crate) async fn post_reattribution(
    tx: &mut WriteTx,
    services: &Services,
    order: OrderId,
    rows: &[AttributionRow],
    parts: &[AttributionPart],
    cause: GoodsChangeId,
) -> Result<()> {
    let former: Vec<AttributionPart> = rows
        .iter()
        .map(|row| AttributionPart { collective: row.collective_id, amount: row.amount_fen })
        .collect();
    if former == parts {
        return Ok(());
    }
    let subject = EntrySubject { order_id: Some(order.get()), ..EntrySubject::default() };
    let entry = ledger::reattribute(&former, parts);
    post(tx, services, entry, subject, &format!("reattribute:{cause}")).await?;
    // The order counts for collectives that it did not count for: rows that taking it off has not taken.
    store::figures::lock_sales(tx, services.db.engine()).await?;
    store::figures::take_off_order(tx, order).await?;
    let named: Vec<_> = parts.iter().map(|part| (services.new_id(), *part)).collect();
    store::books::replace_parts(tx, rows, &named).await?;
    Ok(store::figures::add_order(tx, order).await?)
}

/// The after-sale window has closed: pending becomes available.
pub(crate) async fn post_release(tx: &mut WriteTx, services: &Services, order: OrderId) -> Result<()> {
    let parts: Vec<AttributionPart> = store::books::list_attributions(tx, order)
        .await?
        .iter()
        .filter(|row| row.status == "pending")
        .map(|row| AttributionPart {
            collective: row.collective_id,
            amount: row.amount_fen - row.reversed_fen,
        })
        .collect();
    let subject = EntrySubject { order_id: Some(order.get()), ..EntrySubject::default() };
    post(tx, services, ledger::release(&parts), subject, &format!("release:{order}")).await?;
    store::books::update_attributions(tx, order, "pending", "available", None).await?;
    Ok(())
}

/// A whole order is given back: every part that is left is taken back from its collective, freight from the teams; whoever
/// brought it is credited no longer. The order's figures are taken off: whoever writes its new state adds them again.
pub(crate) async fn post_full_refund(
    tx: &mut WriteTx,
    services: &Services,
    order: &OrderRow,
    refund: &RefundRow,
) -> Result<()> {
    let rows = store::books::list_attributions(tx, order.id).await?;
    let freight = order_freight(tx, order.id).await?;
    let parts: Vec<RefundedPart> = rows.iter().filter_map(refunded_part).collect();
    let subject = EntrySubject {
        order_id: Some(order.id.get()),
        payment_id: Some(refund.payment_id.get()),
        refund_id: Some(refund.id.get()),
    };
    let entry = ledger::refund_decided(&parts, &freight);
    post(tx, services, entry, subject, &format!("refund_decided:{}", refund.id)).await?;
    // What is left of the order counts again when its new state is written.
    store::figures::take_off_order(tx, order.id).await?;
    for row in &rows {
        store::books::reverse_attribution(tx, row.id, row.amount_fen - row.reversed_fen).await?;
    }
    // Who brought the goods brought nothing after all: what is left of each credit, so never below zero.
    for credit in store::credits::list_order_credits(tx, order.id).await? {
        if credit.left_fen.is_positive() {
            let now_ms = services.now_ms();
            store::credits::insert_reversal(tx, credit.id, refund.id, credit.left_fen, now_ms).await?;
        }
    }
    Ok(())
}

/// Part of an order is given back: `lines` with what goes back of each, `freight` of the teams. Each line's amount is
/// taken from the villages in proportion to what they still have of it. The order's figures are taken off: whoever has
/// written its new state adds them again.
pub(crate) async fn post_partial_refund(
    tx: &mut WriteTx,
    services: &Services,
    order: &OrderRow,
    refund: &RefundRow,
    lines: &[(LineId, Fen)],
    freight: &[(TeamId, Fen)],
) -> Result<()> {
    let rows = store::books::list_attributions(tx, order.id).await?;
    let (mut parts, mut reversals) = (Vec::new(), Vec::new());
    for (line, amount) in lines {
        let of_line: Vec<&AttributionRow> = rows.iter().filter(|row| row.line_id == *line).collect();
        let left: Vec<Fen> = of_line.iter().map(|row| row.amount_fen - row.reversed_fen).collect();
        let taken = take_from(&left, *amount).map_err(|_| Conflict::RefundExceedsPayment)?;
        for (row, amount) in of_line.into_iter().zip(taken).filter(|(_, amount)| amount.is_positive()) {
            let part =
                refunded_part(row).ok_or_else(|| ServiceError::internal("a refund of frozen money"))?;
            parts.push(RefundedPart { amount, ..part });
            reversals.push((row.id, amount));
        }
    }
    let entry = ledger::refund_decided(&parts, freight);
    post(tx, services, entry, refund_subject(refund), &format!("refund_decided:{}", refund.id)).await?;
    store::figures::take_off_order(tx, order.id).await?;
    for (attribution, amount) in reversals {
        store::books::reverse_attribution(tx, attribution, amount).await?;
    }
    let now_ms = services.now_ms();
    for credit in store::credits::list_order_credits(tx, order.id).await? {
        let amount: Fen = lines.iter().filter(|(line, _)| *line == credit.line_id).map(|(_, of)| *of).sum();
        if amount.is_positive() {
            store::credits::insert_reversal(tx, credit.id, refund.id, amount, now_ms).await?;
        }
    }
    Ok(())
}

fn refunded_part(row: &AttributionRow) -> Option<RefundedPart> {
    let state = match row.status.as_str() {
        "pending" => EarningState::Pending,
        "available" => EarningState::Available,
        _ => return None,
    };
    Some(RefundedPart { collective: row.collective_id, state, amount: row.amount_fen - row.reversed_fen })
}

/// Money that came for an order that cannot take it goes back.
pub(crate) async fn post_unapplied_refund(
    tx: &mut WriteTx,
    services: &Services,
    refund: &RefundRow,
) -> Result<()> {
    let entry = ledger::refund_unapplied(refund.amount_fen);
    post(tx, services, entry, refund_subject(refund), &format!("refund_unapplied:{}", refund.id)).await?;
    Ok(())
}

/// The network or the bank has sent the money back.
pub(crate) async fn post_refund_sent(
    tx: &mut WriteTx,
    services: &Services,
    method: PaymentMethod,
    refund: &RefundRow,
) -> Result<()> {
    let entry = ledger::refund_sent(method, refund.amount_fen);
    post(tx, services, entry, refund_subject(refund), &format!("refund_sent:{}", refund.id)).await?;
    Ok(())
}

fn refund_subject(refund: &RefundRow) -> EntrySubject {
    EntrySubject {
        order_id: Some(refund.order_id.get()),
        payment_id: Some(refund.payment_id.get()),
        refund_id: Some(refund.id.get()),
    }
}

async fn order_parts(conn: &mut Conn, order: OrderId) -> Result<Vec<AttributionPart>> {
    Ok(store::books::list_attributions(conn, order)
        .await?
        .into_iter()
        .map(|row| AttributionPart { collective: row.collective_id, amount: row.amount_fen })
        .collect())
}

async fn order_freight(conn: &mut Conn, order: OrderId) -> Result<Vec<(TeamId, Fen)>> {
    let parcels = store::parcels::list_order_parcels(conn, order).await?;
    Ok(parcels.into_iter().map(|parcel| (parcel.team_id, parcel.freight_fen)).collect())
}

/// What a treasurer sees of their collective.
#[derive(Debug, Clone)]
pub struct TreasurerPage {
    pub collective: store::books::CollectiveRow,
    pub pending_fen: Fen,
    pub available_fen: Fen,
    pub entries: Vec<StatementRow>,
    pub from_ms: i64,
    pub until_ms: i64,
}

/// Balances and entries of a collective between two moments, newest first, at most `limit` entries.
///
/// # Errors
/// Guarded: only the collective's treasurer.
pub async fn treasurer_page(
    services: &Services,
    viewer: &Viewer,
    collective: CollectiveId,
    from_ms: i64,
    until_ms: i64,
    limit: i64,
) -> Result<TreasurerPage> {
    viewer.require_treasurer(collective)?;
    let mut conn = services.db.read().await?;
    let row = store::books::find_collective(&mut conn, collective).await?.ok_or(ServiceError::NotFound)?;
    let (pending_fen, available_fen) = store::books::get_collective_balances(&mut conn, collective).await?;
    let entries = store::books::list_statement(&mut conn, collective, from_ms, until_ms, limit).await?;
    Ok(TreasurerPage { collective: row, pending_fen, available_fen, entries, from_ms, until_ms })
}

/// The name of the rule that kept figures are the sums of what they are kept for.
const FIGURES: &str = "I6 figures follow the orders";

/// What the check of the books found.
#[derive(Debug, Clone, Default)]
pub struct BooksReport {
    /// Invariant (I1–I6) and what breaks it.
    pub mismatches: Vec<(&'static str, audit_books::Mismatch)>,
    pub totals: Option<audit_books::MoneyTotals>,
}

impl BooksReport {
    pub fn is_sound(&self) -> bool {
        self.mismatches.is_empty()
    }

    /// Kept figures that are not the sums of what they are kept for; at most 100 of each kind.
    pub fn wrong_figures(&self) -> impl Iterator<Item = &audit_books::Mismatch> {
        self.mismatches.iter().filter(|(rule, _)| *rule == FIGURES).map(|(_, row)| row)
    }

    /// Something is wrong, and nothing but kept figures: what they are sums of is sound, so [`rebuild_figures`] mends it.
    #[must_use]
    pub fn is_mended_by_rebuilding(&self) -> bool {
        !self.is_sound() && self.wrong_figures().count() == self.mismatches.len()
    }
}

/// Checks invariants I1–I6 of the whole shop on one consistent state of the database.
pub async fn verify_books(services: &Services) -> Result<BooksReport> {
    let mut snapshot = services.db.long_snapshot().await?;
    verify_state(&mut snapshot).await
}

/// The same on the state that a connection sees, for example in a transaction that has not ended.
pub async fn verify_state(conn: &mut Conn) -> Result<BooksReport> {
    let mut report = BooksReport::default();
    let mut note = |invariant, rows: Vec<audit_books::Mismatch>| {
        report.mismatches.extend(rows.into_iter().map(|row| (invariant, row)));
    };
    note("I1 every paid order exactly once", audit_books::list_orders_without_payment(conn).await?);
    note("I2 debits equal credits", audit_books::list_unbalanced_entries(conn).await?);
    note("I3 every batch adds up", audit_books::list_wrong_batches(conn).await?);
    note("I3 movements add up to their batch", audit_books::list_wrong_movements(conn).await?);
    note("I3 every part of a batch is somebody's", audit_books::list_batches_without_inputs(conn).await?);
    note("I3 goods of after-sales", store::after_sales::list_wrong_goods(conn).await?);
    note("I3 holds follow their orders", audit_books::list_stuck_holds(conn).await?);
    note("I3 marks within their licences", store::marks::list_wrong_licences(conn).await?);
    note("I3 use of marks by batch", store::marks::list_wrong_batch_marks(conn).await?);
    note("I5 parts add up to the line", audit_books::list_wrong_splits(conn).await?);
    note("I5 boxes are the sum of their parts", store::bundles::list_wrong_bundles(conn).await?);
    note("I5 every line is attributed", audit_books::list_unattributed_lines(conn).await?);
    note("I5 refunds within the payment", audit_books::list_excessive_refunds(conn).await?);
    note("I5 after-sales follow their refunds", store::after_sales::list_wrong_after_sales(conn).await?);
    note("I5 weighings follow their refunds", store::weighing::list_wrong_weighings(conn).await?);
    note("I5 credits follow the earnings", audit_books::list_wrong_credits(conn).await?);
    note("I6 balances rebuild from the journal", audit_books::list_wrong_balances(conn).await?);
    note("I6 earnings follow the orders", audit_books::list_wrong_earnings(conn).await?);
    note(FIGURES, store::figures::list_wrong_figures(conn).await?);
    let totals = audit_books::get_money_totals(conn).await?;
    let spread = totals.attributed_fen + totals.freight_fen + totals.refunded_fen + totals.unapplied_fen;
    for found in [spread, totals.payments_fen] {
        if found != totals.captured_fen {
            let subject = "captured money".to_owned();
            note(
                "I4 captured money is all accounted for",
                vec![audit_books::Mismatch { subject, expected: totals.captured_fen, found }],
            );
        }
    }
    report.totals = Some(totals);
    Ok(report)
}

/// Makes every kept figure anew from what it is a sum of, in one transaction: after a release that does not know them has
/// sold beside this one, or in its place. Whoever counts an order meanwhile waits; reading goes on. Changes nothing that
/// was right, so it may be done at any time.
pub async fn rebuild_figures(services: &Services) -> Result<()> {
    let mut tx = services.db.urgent().long_write().await?;
    store::figures::lock_figures(&mut tx, services.db.engine()).await?;
    store::figures::rebuild_figures(&mut tx).await?;
    tx.commit().await?;
    Ok(())
}
