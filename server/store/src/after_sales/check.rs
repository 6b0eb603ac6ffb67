//! What the check of the books reads of after-sales: each function lists what breaks one invariant.

use crate::audit_books::Mismatch;
use crate::{Conn, Result, sql};

/// I5: settled after-sales whose refund is not their goods and freight, and exchanges whose refund is not the postage that
/// went back; and lines of which the villages gave back something else than after-sales say (orders given back whole are not
/// looked at, nor what was weighed: see [`crate::weighing::list_wrong_weighings`]). Of exchanges that ended before there was
/// postage the other amounts may be what was once agreed to in their place.
pub async fn list_wrong_after_sales(conn: &mut Conn) -> Result<Vec<Mismatch>> {
    let mut wrong = sql::query_as::<Mismatch>(
        "WITH settled (number, refund_fen, parts_fen) AS (
             SELECT o.number, COALESCE(r.amount_fen, 0),
                    CASE WHEN a.status = 'exchanged' THEN a.postage_fen
                         ELSE a.freight_fen + COALESCE((SELECT CAST(SUM(x.refunded_fen) AS BIGINT)
                                                          FROM after_sale_lines x WHERE x.after_sale_id = a.id), 0) END
               FROM after_sales a JOIN orders o ON o.id = a.order_id LEFT JOIN refunds r ON r.id = a.refund_id
              WHERE a.status IN ('settled', 'exchanged'))
         SELECT number AS subject, parts_fen AS expected, refund_fen AS found FROM settled
          WHERE refund_fen <> parts_fen ORDER BY number LIMIT 100",
    )
    .fetch_all(&mut *conn)
    .await?;
    let lines = sql::query_as::<Mismatch>(
        "WITH settled (line_id, refunded_fen) AS (
             SELECT x.line_id, CAST(SUM(x.refunded_fen) AS BIGINT)
               FROM after_sales a JOIN after_sale_lines x ON x.after_sale_id = a.id
              WHERE a.status = 'settled' GROUP BY x.line_id)
         SELECT l.variant_code AS subject, s.refunded_fen AS expected,
                CAST(SUM(t.reversed_fen) AS BIGINT) AS found
           FROM settled s JOIN order_lines l ON l.id = s.line_id JOIN attributions t ON t.line_id = l.id
          WHERE NOT EXISTS (SELECT 1 FROM weighed_lines y WHERE y.line_id = l.id AND y.charged_at_ms IS NOT NULL)
            AND NOT EXISTS (SELECT 1 FROM refunds r WHERE r.order_id = l.order_id AND r.reason = 'order_cancelled')
          GROUP BY l.id, l.variant_code, s.refunded_fen
         HAVING SUM(t.reversed_fen) <> s.refunded_fen ORDER BY l.id LIMIT 100",
    )
    .fetch_all(&mut *conn)
    .await?;
    wrong.extend(lines);
    let pieces = sql::query_as::<Mismatch>(
        "SELECT l.variant_code AS subject, l.quantity AS expected, CAST(SUM(x.quantity) AS BIGINT) AS found
           FROM after_sales a JOIN after_sale_lines x ON x.after_sale_id = a.id JOIN order_lines l ON l.id = x.line_id
          WHERE a.status NOT IN ('dismissed', 'withdrawn', 'lapsed', 'exchanged')
          GROUP BY l.id, l.variant_code, l.quantity
         HAVING SUM(x.quantity) > l.quantity ORDER BY l.id LIMIT 100",
    )
    .fetch_all(conn)
    .await?;
    wrong.extend(pieces);
    Ok(wrong)
}

/// I3: lines that gave more back than they took, and replacements that are held or sold though their after-sale says
/// otherwise. Goods are given up while the exchange goes on when others take their place: those of a recalled batch, and
/// those that a refusal or silence set free before the town granted it all the same.
pub async fn list_wrong_goods(conn: &mut Conn) -> Result<Vec<Mismatch>> {
    let mut wrong = sql::query_as::<Mismatch>(
        "WITH back (line_id, base_quantity, replaced) AS (
             SELECT line_id, CAST(SUM(CASE WHEN status = 'sold' THEN 0 ELSE base_quantity END) AS BIGINT),
                    CAST(SUM(CASE WHEN status = 'sold' THEN base_quantity ELSE 0 END) AS BIGINT) FROM after_sale_goods
              WHERE status IN ('restocked', 'written_off', 'sold') GROUP BY line_id)
         SELECT l.variant_code AS subject,
                b.replaced + COALESCE((SELECT CAST(SUM(t.base_quantity) AS BIGINT) FROM allocations t
                           WHERE t.line_id = b.line_id), 0) AS expected, b.base_quantity AS found
           FROM back b JOIN order_lines l ON l.id = b.line_id
          WHERE b.base_quantity > b.replaced + COALESCE((SELECT CAST(SUM(t.base_quantity) AS BIGINT)
                                                           FROM allocations t WHERE t.line_id = b.line_id), 0)
          ORDER BY l.id LIMIT 100",
    )
    .fetch_all(&mut *conn)
    .await?;
    let replacements = sql::query_as::<Mismatch>(
        "SELECT o.number AS subject, CAST(0 AS BIGINT) AS expected, g.base_quantity AS found
           FROM after_sale_goods g JOIN after_sales a ON a.id = g.after_sale_id JOIN orders o ON o.id = a.order_id
          WHERE g.status IN ('held', 'sold', 'released') AND g.status <> CASE
                WHEN a.status IN ('awaiting_return', 'returning', 'replacing') THEN 'held'
                WHEN a.status = 'exchanged' THEN 'sold'
                ELSE 'released' END
            AND NOT (g.status = 'released'
                     AND (EXISTS (SELECT 1 FROM batches b WHERE b.id = g.batch_id AND b.recalled_at_ms IS NOT NULL)
                          OR EXISTS (SELECT 1 FROM after_sale_goods h WHERE h.after_sale_id = g.after_sale_id
                                                                         AND h.status IN ('held', 'sold'))))
          ORDER BY g.id LIMIT 100",
    )
    .fetch_all(conn)
    .await?;
    wrong.extend(replacements);
    Ok(wrong)
}
