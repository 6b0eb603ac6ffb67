//! What the check of the books reads: each function lists what breaks one invariant, and an empty list is good.
//!
//! They look at the stored facts from another side than the code that wrote them: sums over postings against kept
//! balances, lines against their parts, batches against their allocations.

use crate::{Conn, Result, sql};

/// Something that does not add up: which thing, what it should be, what it is.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Mismatch {
    pub subject: String,
    pub expected: i64,
    pub found: i64,
}

/// I1: orders acknowledged as paid without exactly one applied capture, and captures applied to nothing.
pub async fn list_orders_without_payment(conn: &mut Conn) -> Result<Vec<Mismatch>> {
    Ok(sql::query_as::<Mismatch>(
        "SELECT o.number AS subject, o.total_fen AS expected,
                COALESCE((SELECT CAST(SUM(-p.amount_fen) AS BIGINT) FROM journal_entries e
                            JOIN postings p ON p.entry_id = e.id
                           WHERE e.order_id = o.id AND e.kind = 'apply' AND p.amount_fen < 0), 0) AS found
           FROM orders o
          WHERE CASE WHEN o.status IN ('paid', 'completed', 'refunded') THEN o.total_fen ELSE 0 END <>
                COALESCE((SELECT CAST(SUM(-p.amount_fen) AS BIGINT) FROM journal_entries e
                            JOIN postings p ON p.entry_id = e.id
                           WHERE e.order_id = o.id AND e.kind = 'apply' AND p.amount_fen < 0), 0)
          ORDER BY o.id LIMIT 100",
    )
    .fetch_all(conn)
    .await?)
}

/// I2: entries whose postings do not add up to nothing.
pub async fn list_unbalanced_entries(conn: &mut Conn) -> Result<Vec<Mismatch>> {
    Ok(sql::query_as::<Mismatch>(
        "SELECT e.cause AS subject, CAST(0 AS BIGINT) AS expected,
                COALESCE(CAST(SUM(p.amount_fen) AS BIGINT), 1) AS found
           FROM journal_entries e LEFT JOIN postings p ON p.entry_id = e.id
          GROUP BY e.id, e.cause
         HAVING COALESCE(SUM(p.amount_fen), 1) <> 0 ORDER BY e.id LIMIT 100",
    )
    .fetch_all(conn)
    .await?)
}

/// I3: batches whose parts do not add up, or whose held and sold parts are not what orders and after-sales say. Goods that
/// came back, of the first parcel or of a replacement, count as long as their line has sold goods; once it is released
/// they are nobody's any more.
pub async fn list_wrong_batches(conn: &mut Conn) -> Result<Vec<Mismatch>> {
    Ok(sql::query_as::<Mismatch>(
        "WITH wanted (id, code, received, available, held, sold, written_off, held_wanted, sold_wanted) AS (
             SELECT b.id, b.code, b.received, b.available, b.held, b.sold, b.written_off,
                    COALESCE((SELECT CAST(SUM(a.base_quantity) AS BIGINT) FROM allocations a
                               WHERE a.batch_id = b.id AND a.status = 'held'), 0)
                    + COALESCE((SELECT CAST(SUM(g.base_quantity) AS BIGINT) FROM after_sale_goods g
                                 WHERE g.batch_id = b.id AND g.status = 'held'), 0),
                    COALESCE((SELECT CAST(SUM(a.base_quantity) AS BIGINT) FROM allocations a
                               WHERE a.batch_id = b.id AND a.status = 'sold'), 0)
                    + COALESCE((SELECT CAST(SUM(g.base_quantity) AS BIGINT) FROM after_sale_goods g
                                 WHERE g.batch_id = b.id AND g.status = 'sold'), 0)
                    - COALESCE((SELECT CAST(SUM(g.base_quantity) AS BIGINT) FROM after_sale_goods g
                                 WHERE g.batch_id = b.id AND g.status IN ('restocked', 'written_off')
                                   AND EXISTS (SELECT 1 FROM allocations a
                                                WHERE a.line_id = g.line_id AND a.status = 'sold')), 0)
               FROM batches b)
         SELECT code AS subject, held_wanted + sold_wanted AS expected, held + sold AS found FROM wanted
          WHERE received <> available + held + sold + written_off
             OR held <> held_wanted OR sold <> sold_wanted
          ORDER BY id LIMIT 100",
    )
    .fetch_all(conn)
    .await?)
}

/// I3: batches of which something other came in, or was lost, than their movements and after-sales say; those without any
/// movement are from before these were written down.
pub async fn list_wrong_movements(conn: &mut Conn) -> Result<Vec<Mismatch>> {
    Ok(sql::query_as::<Mismatch>(
        "SELECT s.code AS subject, s.received + s.written_off AS expected, s.came_in + s.lost + s.returned AS found
           FROM (SELECT b.id, b.code, b.received, b.written_off, CAST(SUM(m.received_change) AS BIGINT) AS came_in,
                        CAST(SUM(m.written_off_change) AS BIGINT) AS lost,
                        COALESCE((SELECT CAST(SUM(g.base_quantity) AS BIGINT) FROM after_sale_goods g
                                   WHERE g.batch_id = b.id AND g.status = 'written_off'), 0) AS returned
                   FROM batches b JOIN stock_movements m ON m.batch_id = b.id
                  GROUP BY b.id, b.code, b.received, b.written_off) AS s
          WHERE s.came_in <> s.received OR s.lost + s.returned <> s.written_off
          ORDER BY s.id LIMIT 100",
    )
    .fetch_all(conn)
    .await?)
}

/// I3: parts of a batch whose harvest is nobody's.
pub async fn list_batches_without_inputs(conn: &mut Conn) -> Result<Vec<Mismatch>> {
    Ok(sql::query_as::<Mismatch>(
        "SELECT b.code AS subject, CAST(1 AS BIGINT) AS expected, CAST(0 AS BIGINT) AS found FROM batches b
          WHERE b.split_from_id IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM batch_inputs i WHERE i.batch_id = b.id)
          ORDER BY b.id LIMIT 100",
    )
    .fetch_all(conn)
    .await?)
}

/// I3: stock that is still held for an order that is neither waiting for money nor paid, or not held for one that is.
pub async fn list_stuck_holds(conn: &mut Conn) -> Result<Vec<Mismatch>> {
    Ok(sql::query_as::<Mismatch>(
        "SELECT o.number AS subject, CAST(0 AS BIGINT) AS expected, a.base_quantity AS found
           FROM allocations a JOIN orders o ON o.id = a.order_id
          WHERE a.status <> CASE
                WHEN o.status = 'awaiting_payment' THEN 'held'
                WHEN o.status IN ('paid', 'completed') THEN 'sold'
                ELSE 'released' END
          ORDER BY a.id LIMIT 100",
    )
    .fetch_all(conn)
    .await?)
}

/// I4: money captured, and what the journal says became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct MoneyTotals {
    /// Debits of the money accounts by captures.
    pub captured_fen: i64,
    /// Payments marked as captured.
    pub payments_fen: i64,
    /// Owed to collectives, pending and available, after reversals.
    pub attributed_fen: i64,
    pub freight_fen: i64,
    /// Sent back, or decided and still to be sent.
    pub refunded_fen: i64,
    pub unapplied_fen: i64,
}

pub async fn get_money_totals(conn: &mut Conn) -> Result<MoneyTotals> {
    Ok(sql::query_as::<MoneyTotals>(
        "SELECT COALESCE(CAST(SUM(CASE WHEN e.kind = 'capture' AND p.amount_fen > 0 THEN p.amount_fen ELSE 0 END)
                    AS BIGINT), 0) AS captured_fen,
                (SELECT COALESCE(CAST(SUM(amount_fen) AS BIGINT), 0) FROM payments WHERE status = 'captured')
                    AS payments_fen,
                COALESCE(CAST(SUM(CASE WHEN a.collective_id IS NOT NULL THEN -p.amount_fen ELSE 0 END) AS BIGINT), 0)
                    AS attributed_fen,
                COALESCE(CAST(SUM(CASE WHEN a.team_id IS NOT NULL THEN -p.amount_fen ELSE 0 END) AS BIGINT), 0)
                    AS freight_fen,
                COALESCE(CAST(SUM(CASE WHEN a.code = 'liability:refunds' AND p.amount_fen < 0 THEN -p.amount_fen
                    ELSE 0 END) AS BIGINT), 0) AS refunded_fen,
                COALESCE(CAST(SUM(CASE WHEN a.code = 'liability:unapplied' THEN -p.amount_fen ELSE 0 END) AS BIGINT),
                    0) AS unapplied_fen
           FROM postings p
           JOIN accounts a ON a.id = p.account_id
           JOIN journal_entries e ON e.id = p.entry_id",
    )
    .fetch_one(conn)
    .await?)
}

/// I5: lines whose parts do not add up to the line's net amount.
pub async fn list_wrong_splits(conn: &mut Conn) -> Result<Vec<Mismatch>> {
    Ok(sql::query_as::<Mismatch>(
        "SELECT l.variant_code AS subject, l.net_fen AS expected, CAST(SUM(t.amount_fen) AS BIGINT) AS found
           FROM order_lines l JOIN attributions t ON t.line_id = l.id
          GROUP BY l.id, l.variant_code, l.net_fen
         HAVING SUM(t.amount_fen) <> l.net_fen ORDER BY l.id LIMIT 100",
    )
    .fetch_all(conn)
    .await?)
}

/// I5: paid orders with a line that is attributed to nobody.
pub async fn list_unattributed_lines(conn: &mut Conn) -> Result<Vec<Mismatch>> {
    Ok(sql::query_as::<Mismatch>(
        "SELECT l.variant_code AS subject, l.net_fen AS expected, CAST(0 AS BIGINT) AS found
           FROM order_lines l JOIN orders o ON o.id = l.order_id
          WHERE o.status IN ('awaiting_payment', 'paid', 'completed', 'refunded')
            AND NOT EXISTS (SELECT 1 FROM attributions t WHERE t.line_id = l.id)
          ORDER BY l.id LIMIT 100",
    )
    .fetch_all(conn)
    .await?)
}

/// I5: payments with more asked back than came in.
pub async fn list_excessive_refunds(conn: &mut Conn) -> Result<Vec<Mismatch>> {
    Ok(sql::query_as::<Mismatch>(
        "SELECT COALESCE(p.session_id, p.bank_reference, '-') AS subject, p.amount_fen AS expected,
                CAST(SUM(r.amount_fen) AS BIGINT) AS found
           FROM payments p JOIN refunds r ON r.payment_id = p.id
          GROUP BY p.id, p.session_id, p.bank_reference, p.amount_fen, p.status
         HAVING SUM(r.amount_fen) > p.amount_fen OR p.status <> 'captured' ORDER BY p.id LIMIT 100",
    )
    .fetch_all(conn)
    .await?)
}

/// I5: lines whose credit, less what refunds took back of it, is not what their villages keep of them.
pub async fn list_wrong_credits(conn: &mut Conn) -> Result<Vec<Mismatch>> {
    Ok(sql::query_as::<Mismatch>(
        "WITH kept (line_id, credit_fen, earned_fen) AS (
             SELECT c.line_id,
                    c.amount_fen - COALESCE((SELECT CAST(SUM(r.amount_fen) AS BIGINT) FROM credit_reversals r
                                              WHERE r.credit_id = c.id), 0),
                    COALESCE((SELECT CAST(SUM(a.amount_fen - a.reversed_fen) AS BIGINT) FROM attributions a
                               WHERE a.line_id = c.line_id), 0)
               FROM credits c)
         SELECT l.variant_code AS subject, k.earned_fen AS expected, k.credit_fen AS found
           FROM kept k JOIN order_lines l ON l.id = k.line_id
          WHERE k.credit_fen <> k.earned_fen ORDER BY l.id LIMIT 100",
    )
    .fetch_all(conn)
    .await?)
}

/// I6: accounts whose kept balance is not the sum of their postings.
pub async fn list_wrong_balances(conn: &mut Conn) -> Result<Vec<Mismatch>> {
    Ok(sql::query_as::<Mismatch>(
        "SELECT a.code AS subject, COALESCE(CAST(SUM(p.amount_fen) AS BIGINT), 0) AS expected,
                a.balance_fen AS found
           FROM accounts a LEFT JOIN postings p ON p.account_id = a.id
          GROUP BY a.id, a.code, a.balance_fen
         HAVING COALESCE(SUM(p.amount_fen), 0) <> a.balance_fen ORDER BY a.id LIMIT 100",
    )
    .fetch_all(conn)
    .await?)
}

/// I6: collectives whose books say something else than the frozen parts of their orders.
pub async fn list_wrong_earnings(conn: &mut Conn) -> Result<Vec<Mismatch>> {
    Ok(sql::query_as::<Mismatch>(
        "SELECT c.name AS subject,
                COALESCE((SELECT CAST(SUM(t.amount_fen - t.reversed_fen) AS BIGINT) FROM attributions t
                  WHERE t.collective_id = c.id AND t.status IN ('pending', 'available')), 0) AS expected,
                COALESCE((SELECT CAST(SUM(-a.balance_fen) AS BIGINT) FROM accounts a
                  WHERE a.collective_id = c.id), 0) AS found
           FROM collectives c
          WHERE COALESCE((SELECT CAST(SUM(t.amount_fen - t.reversed_fen) AS BIGINT) FROM attributions t
                  WHERE t.collective_id = c.id AND t.status IN ('pending', 'available')), 0) <>
                COALESCE((SELECT CAST(SUM(-a.balance_fen) AS BIGINT) FROM accounts a
                  WHERE a.collective_id = c.id), 0)
          ORDER BY c.id LIMIT 100",
    )
    .fetch_all(conn)
    .await?)
}
