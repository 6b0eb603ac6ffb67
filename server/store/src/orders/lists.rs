//! Lists of orders: an account's own, and those of a unit.

use domain::ids::{OrderId, UserId};
use domain::money::Fen;
use domain::order::{OrderKind, OrderStatus};

use crate::{Conn, Result, sql};

/// What lists of orders show.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct OrderSummary {
    #[sqlx(try_from = "i64")]
    pub id: OrderId,
    pub number: String,
    #[sqlx(try_from = "String")]
    pub kind: OrderKind,
    #[sqlx(try_from = "String")]
    pub status: OrderStatus,
    #[sqlx(try_from = "i64")]
    pub total_fen: Fen,
    pub placed_at_ms: i64,
    pub hold_until_ms: Option<i64>,
    pub first_line: String,
    pub first_line_en: String,
    pub line_count: i64,
    /// Parcels to pack, shipped and received: what the buyer reads as "on its way".
    pub parcels_to_pack: i64,
    pub parcels_shipped: i64,
    pub parcels_received: i64,
    /// Lines with recalled goods, once for each batch: its page tells of them.
    pub recalled_lines: i64,
    pub photo_hash: Option<String>,
}

/// Orders as lists show them, up to the condition. Recalled is what [`crate::recalls::list_order_recalls`] tells of.
macro_rules! summaries {
    () => {
        "SELECT o.id, o.number, o.kind, o.status, o.total_fen, o.placed_at_ms, o.hold_until_ms,
                l.product_name AS first_line, l.product_name_en AS first_line_en,
                (SELECT COUNT(*) FROM order_lines n WHERE n.order_id = o.id) AS line_count,
                (SELECT COUNT(*) FROM parcels c WHERE c.order_id = o.id AND c.status = 'to_pack') AS parcels_to_pack,
                (SELECT COUNT(*) FROM parcels c WHERE c.order_id = o.id AND c.status = 'shipped') AS parcels_shipped,
                (SELECT COUNT(*) FROM parcels c WHERE c.order_id = o.id AND c.status = 'received')
                    AS parcels_received,
                (SELECT COUNT(*) FROM recall_lines x
                  WHERE x.order_id = o.id
                    AND (NOT EXISTS (SELECT 1 FROM goods_changes g
                                      WHERE g.line_id = x.line_id AND g.from_batch_id = x.batch_id)
                      OR EXISTS (SELECT 1 FROM allocations a
                                  WHERE a.line_id = x.line_id AND a.batch_id = x.batch_id))) AS recalled_lines,
                (SELECT m.content_hash FROM product_media pm JOIN media m ON m.id = pm.media_id
                  WHERE pm.product_id = l.product_id AND pm.position = 0) AS photo_hash
           FROM orders o JOIN order_lines l ON l.order_id = o.id AND l.position = 0
          WHERE "
    };
}

/// An account's own orders, newest first, before a moment (for paging).
pub async fn list_user_orders(
    conn: &mut Conn,
    user: UserId,
    before_ms: i64,
    limit: i64,
) -> Result<Vec<OrderSummary>> {
    Ok(sql::query_as::<OrderSummary>(concat!(
        summaries!(),
        "o.user_id = $1 AND o.placed_at_ms < $2
            AND (o.unit_id IS NULL OR EXISTS (
                SELECT 1 FROM roles r WHERE r.user_id = o.user_id AND r.scope_id = o.unit_id
                   AND r.revoked_at_ms IS NULL AND r.kind IN ('unit_buyer', 'unit_approver', 'unit_finance')))
          ORDER BY o.placed_at_ms DESC LIMIT $3"
    ))
    .bind(user.get())
    .bind(before_ms)
    .bind(limit)
    .fetch_all(conn)
    .await?)
}

/// Orders of a unit, newest first; `$state` is a condition on `$4`.
macro_rules! unit_orders {
    ($state:literal) => {
        concat!(
            summaries!(),
            "o.unit_id = $1 AND o.placed_at_ms < $2 AND ",
            $state,
            " ORDER BY o.placed_at_ms DESC LIMIT $3"
        )
    };
}

/// A unit's orders, newest first, optionally in one state only.
pub async fn list_unit_orders(
    conn: &mut Conn,
    unit: i64,
    status: Option<OrderStatus>,
    before_ms: i64,
    limit: i64,
) -> Result<Vec<OrderSummary>> {
    // An index follows no condition that may be none.
    let text = match status {
        None => unit_orders!("CAST($4 AS TEXT) IS NULL"),
        Some(_) => unit_orders!("o.status = $4"),
    };
    Ok(sql::query_as::<OrderSummary>(text)
        .bind(unit)
        .bind(before_ms)
        .bind(limit)
        .bind(status.map(OrderStatus::as_str))
        .fetch_all(conn)
        .await?)
}
