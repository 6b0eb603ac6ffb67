//! What the check of the books reads of weighings: each statement lists what breaks one invariant.

use crate::audit_books::Mismatch;
use crate::{Conn, Result, sql};

/// I5: refunds by weight that are not what their pieces were paid for more than they weigh; and lines that have left of
/// which the villages gave back something else than the weighing and after-sales say.
pub async fn list_wrong_weighings(conn: &mut Conn) -> Result<Vec<Mismatch>> {
    let mut wrong = sql::query_as::<Mismatch>(
        "WITH weighed (refund_id, back_fen) AS (
             SELECT y.refund_id, CAST(SUM(x.paid_fen - x.charged_fen) AS BIGINT)
               FROM weighed_lines y JOIN weighed_pieces x ON x.line_id = y.line_id
              WHERE y.refund_id IS NOT NULL GROUP BY y.refund_id)
         SELECT o.number AS subject, COALESCE(w.back_fen, 0) AS expected, r.amount_fen AS found
           FROM refunds r JOIN orders o ON o.id = r.order_id LEFT JOIN weighed w ON w.refund_id = r.id
          WHERE r.reason = 'weight' AND r.amount_fen <> COALESCE(w.back_fen, 0) ORDER BY r.id LIMIT 100",
    )
    .fetch_all(&mut *conn)
    .await?;
    let lines = sql::query_as::<Mismatch>(
        "WITH left_lines (line_id, variant_code, expected_fen, found_fen) AS (
             SELECT l.id, l.variant_code,
                    COALESCE((SELECT CAST(SUM(x.paid_fen - x.charged_fen) AS BIGINT) FROM weighed_pieces x
                               WHERE x.line_id = l.id), 0)
                    + COALESCE((SELECT CAST(SUM(s.refunded_fen) AS BIGINT)
                                  FROM after_sale_lines s JOIN after_sales a ON a.id = s.after_sale_id
                                 WHERE s.line_id = l.id AND a.status = 'settled'), 0),
                    COALESCE((SELECT CAST(SUM(t.reversed_fen) AS BIGINT) FROM attributions t
                               WHERE t.line_id = l.id), 0)
               FROM weighed_lines y JOIN order_lines l ON l.id = y.line_id
              WHERE y.charged_at_ms IS NOT NULL)
         SELECT variant_code AS subject, expected_fen AS expected, found_fen AS found FROM left_lines
          WHERE expected_fen <> found_fen ORDER BY line_id LIMIT 100",
    )
    .fetch_all(&mut *conn)
    .await?;
    wrong.extend(lines);
    Ok(wrong)
}
