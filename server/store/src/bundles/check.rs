//! Whether boxes are what is in them.

use crate::audit_books::Mismatch;
use crate::{Conn, Result, sql};

/// Boxes whose lines do not add up to what was paid for them; summed boxes in the shop that do not cost what their parts
/// cost.
pub async fn list_wrong_bundles(conn: &mut Conn) -> Result<Vec<Mismatch>> {
    Ok(sql::query_as::<Mismatch>(
        "SELECT s.subject, s.expected, s.found FROM (
             SELECT g.id, o.number AS subject, g.net_fen AS expected,
                    COALESCE((SELECT CAST(SUM(l.net_fen) AS BIGINT) FROM order_bundle_lines x
                                JOIN order_lines l ON l.id = x.line_id
                               WHERE x.bundle_id = g.id AND l.order_id = g.order_id), 0) AS found
               FROM order_bundles g JOIN orders o ON o.id = g.order_id
             UNION ALL
             SELECT g.product_id AS id, p.slug AS subject,
                    COALESCE((SELECT CAST(SUM(c.quantity * v.price_fen) AS BIGINT) FROM bundle_components c
                                JOIN variants v ON v.id = c.variant_id
                               WHERE c.product_id = g.product_id), 0) AS expected, x.price_fen AS found
               FROM bundles g
               JOIN products p ON p.id = g.product_id
               JOIN variants x ON x.product_id = g.product_id AND x.active = 1
              WHERE g.price_mode = 'summed') AS s
          WHERE s.found <> s.expected ORDER BY s.id LIMIT 100",
    )
    .fetch_all(conn)
    .await?)
}
