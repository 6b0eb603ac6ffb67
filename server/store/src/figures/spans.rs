//! What was sold within spans of days, added up by the database.

use domain::money::Fen;

use crate::packed::{pack_ids, wanted};
use crate::{Conn, Result, sql};

/// What a subject of `sales_days` has in each of the spans that follow one another: each begins on one of the days in
/// `starts` (days since 1970-01-01) and ends before the next; there is one day more than spans.
pub(crate) async fn sum_spans(
    conn: &mut Conn,
    kind: &'static str,
    subject: i64,
    starts: &[i64],
) -> Result<Vec<Fen>> {
    let Some(spans) = starts.len().checked_sub(1).filter(|spans| *spans > 0) else {
        return Ok(Vec::new());
    };
    let found: Vec<SpanRow> = sql::query_as(concat!(
        wanted!(),
        "SELECT b.n, CAST(SUM(s.amount_fen) AS BIGINT) AS amount_fen
        FROM wanted b CROSS JOIN wanted e CROSS JOIN sales_days s
        WHERE e.n = b.n + 1 AND s.kind = $3 AND s.subject_id = $4 AND s.day_number >= b.id AND s.day_number < e.id
        GROUP BY b.n"
    ))
    .bind(pack_ids(starts.iter().copied()))
    .bind(i64::try_from(starts.len()).unwrap_or(i64::MAX))
    .bind(kind)
    .bind(subject)
    .fetch_all(&mut *conn)
    .await?;
    let sum_of = |span: usize| {
        let row = found.iter().find(|row| usize::try_from(row.n) == Ok(span));
        row.map_or(Fen::ZERO, |row| row.amount_fen)
    };
    Ok((1..=spans).map(sum_of).collect())
}

#[derive(Debug, sqlx::FromRow)]
struct SpanRow {
    /// From 1.
    n: i64,
    #[sqlx(try_from = "i64")]
    amount_fen: Fen,
}
