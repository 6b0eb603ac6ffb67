//! Whether what was counted under marks is right.

use crate::audit_books::Mismatch;
use crate::{Conn, Result, sql};

/// Licences of which something other is noted as used than batches have of it, or more than they are for.
pub async fn list_wrong_licences(conn: &mut Conn) -> Result<Vec<Mismatch>> {
    Ok(sql::query_as::<Mismatch>(
        "SELECT s.subject, s.expected, s.found FROM (
             SELECT l.id, m.name AS subject, l.quantity, l.used AS found,
                    COALESCE((SELECT CAST(SUM(u.base_quantity) AS BIGINT) FROM mark_uses u
                               WHERE u.licence_id = l.id), 0) AS expected
               FROM mark_licences l JOIN collective_marks m ON m.id = l.mark_id) AS s
          WHERE s.found <> s.expected OR s.found > s.quantity OR s.found < 0
          ORDER BY s.id LIMIT 100",
    )
    .fetch_all(conn)
    .await?)
}

/// Batches that bear a mark for more than was counted of them, or of which less than nothing was counted.
pub async fn list_wrong_batch_marks(conn: &mut Conn) -> Result<Vec<Mismatch>> {
    Ok(sql::query_as::<Mismatch>(
        "SELECT s.subject, s.expected, s.found FROM (
             SELECT b.id, b.code AS subject, x.counted AS expected,
                    COALESCE((SELECT CAST(SUM(u.base_quantity) AS BIGINT) FROM mark_uses u
                               WHERE u.batch_id = b.id AND u.mark_id = x.mark_id), 0) AS found
               FROM batch_marks x JOIN batches b ON b.id = x.batch_id
             UNION ALL
             SELECT b.id, b.code AS subject, CAST(0 AS BIGINT) AS expected, t.found
               FROM (SELECT batch_id, CAST(SUM(base_quantity) AS BIGINT) AS found FROM mark_uses
                      GROUP BY batch_id, mark_id, village_id, licence_id) AS t
               JOIN batches b ON b.id = t.batch_id) AS s
          WHERE s.found < s.expected
          ORDER BY s.id LIMIT 100",
    )
    .fetch_all(conn)
    .await?)
}
