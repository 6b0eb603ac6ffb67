//! Payments, the journal with its postings and balances, credits.
//!
//! The ids of an order's three entries (capture, apply, release) are one to three above its own.

use domain::ids::{AccountId, compose_id};
use domain::ledger::AccountCode;

use super::Plan;
use crate::{Conn, Result, StoreError, sql};

/// The account with this code, made if there is none.
pub(super) async fn insert_account(
    conn: &mut Conn,
    new: AccountId,
    code: &str,
    collective: Option<i64>,
    team: Option<i64>,
) -> Result<i64> {
    sql::query(
        "INSERT INTO accounts (id, code, collective_id, team_id) VALUES ($1, $2, $3, $4)
         ON CONFLICT (code) DO NOTHING",
    )
    .bind(new.get())
    .bind(code.to_owned())
    .bind(collective)
    .bind(team)
    .execute(&mut *conn)
    .await?;
    sql::query_scalar::<i64>("SELECT id FROM accounts WHERE code = $1")
        .bind(code.to_owned())
        .fetch_optional(&mut *conn)
        .await?
        .ok_or(StoreError::NotFound("account"))
}

/// Everything about money of the orders from one number until before another.
pub(super) async fn insert(conn: &mut Conn, plan: &Plan, from: i64, until: i64) -> Result<()> {
    let (first, end) = (plan.order_id(from), plan.order_id(until));
    insert_payments(conn, first, end).await?;
    insert_entries(conn, first, end).await?;
    insert_captures(conn, plan, first, end).await?;
    insert_shares(conn, first, end).await?;
    insert_releases(conn, first, end).await?;
    sql::query(
        "INSERT INTO credits (id, order_id, line_id, team_id, unit_id, cadre_id, amount_fen, credited_at_ms)
         SELECT l.id, o.id, l.id, l.team_id, o.unit_id, p.cadre_id, l.net_fen, o.paid_at_ms
           FROM orders o
           JOIN order_lines l ON l.order_id = o.id
           JOIN products g ON g.id = l.product_id
           JOIN scale_places p ON p.village_id = g.village_id
          WHERE o.id >= $1 AND o.id < $2 AND o.number LIKE 'XS%' AND o.status <> 'expired'
            AND (o.kind = 'unit' OR o.id / 4194304 % 5 = 0) ORDER BY l.order_id, l.position",
    )
    .bind(first)
    .bind(end)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

async fn insert_payments(conn: &mut Conn, first: i64, end: i64) -> Result<()> {
    sql::query(
        "INSERT INTO payments (id, order_id, method, status, amount_fen, session_id, intent_id, created_at_ms,
                captured_at_ms, checked_at_ms)
         SELECT id, id, CASE kind WHEN 'unit' THEN 'bank_transfer' ELSE 'online' END, 'captured', total_fen,
                'scale_cs_' || number, 'scale_pi_' || number, placed_at_ms, paid_at_ms, paid_at_ms
           FROM orders WHERE id >= $1 AND id < $2 AND number LIKE 'XS%' AND status <> 'expired' ORDER BY id",
    )
    .bind(first)
    .bind(end)
    .execute(&mut *conn)
    .await?;
    sql::query(
        "INSERT INTO payment_events (event_id, kind, payload, received_at_ms, handled_at_ms, outcome)
         SELECT 'scale_evt_' || number, 'checkout.session.completed', '{}', paid_at_ms, paid_at_ms, 'paid'
           FROM orders WHERE id >= $1 AND id < $2 AND number LIKE 'XS%' AND status <> 'expired' ORDER BY id",
    )
    .bind(first)
    .bind(end)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

async fn insert_entries(conn: &mut Conn, first: i64, end: i64) -> Result<()> {
    sql::query(
        "INSERT INTO journal_entries (id, kind, order_id, payment_id, at_ms, cause)
         SELECT o.id + w.i, w.kind, o.id, CASE WHEN w.i = 3 THEN NULL ELSE o.id END,
                CASE WHEN w.i = 3 THEN o.closed_at_ms ELSE o.paid_at_ms END, w.kind || ':' || o.number
           FROM orders o
           JOIN (SELECT 1 AS i, 'capture' AS kind UNION ALL SELECT 2 AS i, 'apply' AS kind
                 UNION ALL SELECT 3 AS i, 'release' AS kind) w ON w.i < 3 OR o.status = 'completed'
          WHERE o.id >= $1 AND o.id < $2 AND o.number LIKE 'XS%' AND o.status <> 'expired' ORDER BY o.id, w.i",
    )
    .bind(first)
    .bind(end)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Money came, and the order took it: the two sides of the capture, and the debit of the apply.
async fn insert_captures(conn: &mut Conn, plan: &Plan, first: i64, end: i64) -> Result<()> {
    let mut ids = [0; 3];
    let codes = [AccountCode::ProviderClearing, AccountCode::Bank, AccountCode::UnappliedReceipts];
    for (at, code) in codes.into_iter().enumerate() {
        let new = compose_id(plan.first_order_ms, u32::try_from(at).unwrap_or(0) + 1);
        ids[at] = insert_account(conn, AccountId::from_i64(new), &code.to_string(), None, None).await?;
    }
    sql::query(
        "INSERT INTO postings (entry_id, position, account_id, amount_fen)
         SELECT o.id + w.entry, w.position,
                CASE WHEN w.entry = 2 OR w.position = 1 THEN CAST($5 AS BIGINT)
                     WHEN o.kind = 'unit' THEN CAST($4 AS BIGINT) ELSE CAST($3 AS BIGINT) END,
                CASE WHEN w.position = 1 THEN -o.total_fen ELSE o.total_fen END
           FROM orders o
           JOIN (SELECT 1 AS entry, 0 AS position UNION ALL SELECT 1 AS entry, 1 AS position
                 UNION ALL SELECT 2 AS entry, 0 AS position) w ON w.entry > 0
          WHERE o.id >= $1 AND o.id < $2 AND o.number LIKE 'XS%' AND o.status <> 'expired'
          ORDER BY o.id, w.entry, w.position",
    )
    .bind(first)
    .bind(end)
    .bind(ids[0])
    .bind(ids[1])
    .bind(ids[2])
    .execute(&mut *conn)
    .await?;
    sql::query(
        "INSERT INTO postings (entry_id, position, account_id, amount_fen)
         SELECT c.order_id + 2, 9, p.freight_id, -c.freight_fen
           FROM parcels c
           JOIN orders o ON o.id = c.order_id
           JOIN (SELECT team_id, MIN(freight_id) AS freight_id FROM scale_places GROUP BY team_id) p
                ON p.team_id = c.team_id
          WHERE c.id >= $1 AND c.id < $2 AND o.number LIKE 'XS%' AND o.status <> 'expired' AND c.freight_fen > 0
          ORDER BY c.id",
    )
    .bind(first)
    .bind(end)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// What each collective has of the order.
async fn insert_shares(conn: &mut Conn, first: i64, end: i64) -> Result<()> {
    sql::query(
        "INSERT INTO postings (entry_id, position, account_id, amount_fen)
         SELECT t.order_id + 2, 1 + ROW_NUMBER() OVER (PARTITION BY t.order_id ORDER BY p.i), p.pending_id, -t.share
           FROM (SELECT order_id, collective_id, CAST(SUM(amount_fen) AS BIGINT) AS share FROM attributions
                  WHERE order_id >= $1 AND order_id < $2 AND status <> 'void' GROUP BY order_id, collective_id) t
           JOIN orders o ON o.id = t.order_id AND o.number LIKE 'XS%'
           JOIN scale_places p ON p.collective_id = t.collective_id
          ORDER BY t.order_id, p.i",
    )
    .bind(first)
    .bind(end)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// After the after-sale window pending is available.
async fn insert_releases(conn: &mut Conn, first: i64, end: i64) -> Result<()> {
    sql::query(
        "INSERT INTO postings (entry_id, position, account_id, amount_fen)
         SELECT o.id + 3, s.position * 2 + w.i, CASE WHEN w.i = 0 THEN s.account_id ELSE p.available_id END,
                CASE WHEN w.i = 0 THEN -s.amount_fen ELSE s.amount_fen END
           FROM orders o
           JOIN postings s ON s.entry_id = o.id + 2
           JOIN scale_places p ON p.pending_id = s.account_id
           JOIN (SELECT 0 AS i UNION ALL SELECT 1 AS i) w ON w.i >= 0
          WHERE o.id >= $1 AND o.id < $2 AND o.number LIKE 'XS%' AND o.status = 'completed'
          ORDER BY o.id, s.position, w.i",
    )
    .bind(first)
    .bind(end)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Balances are the sums of their postings.
pub(super) async fn settle_balances(conn: &mut Conn) -> Result<()> {
    sql::query(
        "UPDATE accounts SET balance_fen = t.balance
           FROM (SELECT account_id, CAST(SUM(amount_fen) AS BIGINT) AS balance FROM postings GROUP BY account_id) t
          WHERE t.account_id = accounts.id",
    )
    .execute(&mut *conn)
    .await?;
    Ok(())
}
