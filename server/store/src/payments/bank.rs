//! Money that goes by bank: transfers that units announced, and refunds of them that are sent back by hand.

use domain::ids::TeamId;
use domain::money::Fen;
use domain::order::OrderStatus;
use domain::payment::BankDirection;

use crate::{Conn, Result, sql};

/// A transfer or a refund of one.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct BankMoneyRow {
    #[sqlx(try_from = "String")]
    pub direction: BankDirection,
    /// Of the payment, or of the refund.
    pub id: i64,
    pub order_number: String,
    #[sqlx(try_from = "String")]
    pub order_status: OrderStatus,
    /// The unit that pays or gets the money back; for an order of none its recipient.
    pub party_name: String,
    pub party_name_en: String,
    #[sqlx(try_from = "i64")]
    pub amount_fen: Fen,
    /// The reference of the transfer, also when it is sent back.
    pub bank_reference: String,
    /// Why it is sent back; empty for transfers.
    pub reason: String,
    /// When finance announced the transfer, or the refund was decided.
    pub announced_at_ms: i64,
    /// Whether it waits for the captain.
    pub is_open: i64,
    /// When the team's captain saw it come or sent it back; `None` for what waits or was given up.
    pub settled_at_ms: Option<i64>,
}

/// Which of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BankMoneyFilter {
    /// A team that sells in the order.
    pub team: TeamId,
    /// What waits for the captain, the oldest first; otherwise what has ended, the newest first.
    pub is_open: bool,
    /// `None` for both.
    pub direction: Option<BankDirection>,
    /// Announced or decided from this moment until before that one.
    pub from_ms: i64,
    pub until_ms: i64,
}

impl BankMoneyFilter {
    /// Everything of a team that waits, or that has ended.
    #[must_use]
    pub const fn all(team: TeamId, is_open: bool) -> Self {
        Self { team, is_open, direction: None, from_ms: i64::MIN, until_ms: i64::MAX }
    }
}

/// Transfers and refunds of a team.
pub async fn list_bank_money(
    conn: &mut Conn,
    filter: BankMoneyFilter,
    limit: i64,
    offset: i64,
) -> Result<Vec<BankMoneyRow>> {
    Ok(sql::query_as::<BankMoneyRow>(
        "SELECT m.direction, m.id, o.number AS order_number, o.status AS order_status, COALESCE(u.name, o.recipient_name) AS party_name,
                COALESCE(u.name_en, '') AS party_name_en, m.amount_fen, m.bank_reference, m.reason,
                m.announced_at_ms, m.is_open, m.settled_at_ms
           FROM (SELECT 'in' AS direction, p.id, p.order_id, p.amount_fen, COALESCE(p.bank_reference, '') AS bank_reference,
                        '' AS reason, p.created_at_ms AS announced_at_ms, p.captured_at_ms AS settled_at_ms,
                        CAST(CASE WHEN p.status = 'processing' THEN 1 ELSE 0 END AS BIGINT) AS is_open
                   FROM payments p
                  WHERE p.method = 'bank_transfer' AND p.created_at_ms >= $4 AND p.created_at_ms < $5
                 UNION ALL
                 SELECT 'out', r.id, r.order_id, r.amount_fen, COALESCE(p.bank_reference, ''), r.reason,
                        r.created_at_ms, r.settled_at_ms,
                        CAST(CASE WHEN r.status IN ('requested', 'failed') THEN 1 ELSE 0 END AS BIGINT)
                   FROM payments p JOIN refunds r ON r.payment_id = p.id
                  WHERE p.method = 'bank_transfer' AND p.created_at_ms < $5
                    AND r.created_at_ms >= $4 AND r.created_at_ms < $5) m
           JOIN orders o ON o.id = m.order_id
           LEFT JOIN units u ON u.id = o.unit_id
          WHERE m.is_open = $2 AND CAST($3 AS TEXT) IN ('', m.direction)
            AND EXISTS (SELECT 1 FROM parcels c WHERE c.order_id = m.order_id AND c.team_id = $1)
          ORDER BY CASE WHEN m.is_open = 1 THEN m.announced_at_ms ELSE -m.announced_at_ms END,
                   CASE WHEN m.is_open = 1 THEN m.id ELSE -m.id END
          LIMIT $6 OFFSET $7",
    )
    .bind(filter.team.get())
    .bind(i64::from(filter.is_open))
    .bind(filter.direction.map_or("", BankDirection::as_str))
    .bind(filter.from_ms)
    .bind(filter.until_ms)
    .bind(limit)
    .bind(offset)
    .fetch_all(conn)
    .await?)
}

/// How many transfers and refunds of a team wait for its captain.
pub async fn count_waiting_bank_money(conn: &mut Conn, team: TeamId) -> Result<i64> {
    Ok(sql::query_scalar::<i64>(
        "SELECT (SELECT COUNT(*) FROM payments p
                  WHERE p.status = 'processing' AND p.method = 'bank_transfer'
                    AND EXISTS (SELECT 1 FROM parcels c WHERE c.order_id = p.order_id AND c.team_id = $1))
              + (SELECT COUNT(*) FROM refunds r JOIN payments p ON p.id = r.payment_id
                  WHERE r.status IN ('requested', 'failed') AND p.method = 'bank_transfer'
                    AND EXISTS (SELECT 1 FROM parcels c WHERE c.order_id = r.order_id AND c.team_id = $1))",
    )
    .bind(team.get())
    .fetch_one(conn)
    .await?)
}
