//! What a collective's statement of account is made of: what it had before, and what moved.
//!
//! Accounts of collectives are liabilities, so what a collective gains is a credit; here it is positive.

use domain::ids::CollectiveId;
use domain::ledger::{AccountCode, EntryKind};
use domain::money::Fen;

use crate::{Conn, Result, sql};

/// One journal entry as it moved a collective's money.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct MovementRow {
    #[sqlx(try_from = "String")]
    pub kind: EntryKind,
    pub at_ms: i64,
    /// The order it belongs to.
    pub order_number: Option<String>,
    #[sqlx(try_from = "i64")]
    pub pending_fen: Fen,
    #[sqlx(try_from = "i64")]
    pub available_fen: Fen,
    /// Of a refund after the sale, what was asked for and why, in the words of [`domain::after_sale`].
    pub after_sale_kind: Option<String>,
    pub after_sale_reason: Option<String>,
}

/// Pending and available money of a collective just before a moment, rebuilt from the journal.
pub async fn get_balances_before(
    conn: &mut Conn,
    collective: CollectiveId,
    before_ms: i64,
) -> Result<(Fen, Fen)> {
    let (pending, available) = sql::query_as::<(i64, i64)>(
        "SELECT COALESCE(CAST(SUM(CASE WHEN a.code = $2 THEN -p.amount_fen ELSE 0 END) AS BIGINT), 0),
                COALESCE(CAST(SUM(CASE WHEN a.code = $2 THEN 0 ELSE -p.amount_fen END) AS BIGINT), 0)
           FROM accounts a
           JOIN postings p ON p.account_id = a.id
           JOIN journal_entries e ON e.id = p.entry_id
          WHERE a.collective_id = $1 AND e.at_ms < $3",
    )
    .bind(collective.get())
    .bind(AccountCode::CollectivePending(collective).to_string())
    .bind(before_ms)
    .fetch_one(conn)
    .await?;
    Ok((Fen::new(pending), Fen::new(available)))
}

/// What moved from `from_ms` until before `until_ms`, oldest first.
pub async fn list_movements(
    conn: &mut Conn,
    collective: CollectiveId,
    from_ms: i64,
    until_ms: i64,
) -> Result<Vec<MovementRow>> {
    Ok(sql::query_as::<MovementRow>(
        "SELECT e.kind, e.at_ms, o.number AS order_number,
                CAST(SUM(CASE WHEN a.code = $2 THEN -p.amount_fen ELSE 0 END) AS BIGINT) AS pending_fen,
                CAST(SUM(CASE WHEN a.code = $2 THEN 0 ELSE -p.amount_fen END) AS BIGINT) AS available_fen,
                s.kind AS after_sale_kind, s.reason AS after_sale_reason
           FROM accounts a
           JOIN postings p ON p.account_id = a.id
           JOIN journal_entries e ON e.id = p.entry_id
           LEFT JOIN orders o ON o.id = e.order_id
           LEFT JOIN after_sales s ON s.refund_id = e.refund_id
          WHERE a.collective_id = $1 AND e.at_ms >= $3 AND e.at_ms < $4
          GROUP BY e.id, e.kind, e.at_ms, o.number, s.kind, s.reason
          ORDER BY e.at_ms, e.id",
    )
    .bind(collective.get())
    .bind(AccountCode::CollectivePending(collective).to_string())
    .bind(from_ms)
    .bind(until_ms)
    .fetch_all(conn)
    .await?)
}
