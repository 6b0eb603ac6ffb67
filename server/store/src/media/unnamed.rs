//! Photos whose renditions lie in the object store, or are on their way there, while no row names them.
//!
//! Whoever stores renditions says so here first, and takes the note away together with writing the row that names them.
//! Whoever sweeps takes the note over first. Both are one statement on one row, so one of them comes first.

use crate::{Conn, Result, sql};

/// Notes that renditions are about to be stored; answers whether they may be, which is not so while somebody who began
/// at `swept_before_ms` or later takes them away.
pub async fn note_unnamed(
    conn: &mut Conn,
    content_hash: &str,
    at_ms: i64,
    swept_before_ms: i64,
) -> Result<bool> {
    let done = sql::query(
        "INSERT INTO unnamed_photos (content_hash, touched_at_ms) VALUES ($1, $2)
         ON CONFLICT (content_hash) DO UPDATE SET touched_at_ms = excluded.touched_at_ms, swept_at_ms = NULL
          WHERE unnamed_photos.swept_at_ms IS NULL OR unnamed_photos.swept_at_ms < $3",
    )
    .bind(content_hash.to_owned())
    .bind(at_ms)
    .bind(swept_before_ms)
    .execute(&mut *conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Notes that nothing names the renditions any longer, so that the next sweep takes them; a note that is there stays.
pub async fn give_up(conn: &mut Conn, content_hash: &str) -> Result<()> {
    sql::query(
        "INSERT INTO unnamed_photos (content_hash, touched_at_ms) VALUES ($1, 0) ON CONFLICT (content_hash) DO NOTHING",
    )
    .bind(content_hash.to_owned())
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Takes the note away for the row that names the renditions now; answers whether there was one that nobody sweeps.
pub async fn take_unnamed(conn: &mut Conn, content_hash: &str) -> Result<bool> {
    let done = sql::query("DELETE FROM unnamed_photos WHERE content_hash = $1 AND swept_at_ms IS NULL")
        .bind(content_hash.to_owned())
        .execute(&mut *conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Hashes of photos that nobody has begun to store since `before_ms` and nobody has swept since, the oldest first.
pub async fn list_unnamed(conn: &mut Conn, before_ms: i64, limit: i64) -> Result<Vec<String>> {
    Ok(sql::query_scalar::<String>(
        "SELECT content_hash FROM unnamed_photos
          WHERE touched_at_ms < $1 AND (swept_at_ms IS NULL OR swept_at_ms < $1)
          ORDER BY touched_at_ms, content_hash LIMIT $2",
    )
    .bind(before_ms)
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?)
}

/// Takes a note over for sweeping, if it is still as [`list_unnamed`] saw it; answers whether it is.
pub async fn claim_unnamed(conn: &mut Conn, content_hash: &str, before_ms: i64, now_ms: i64) -> Result<bool> {
    let done = sql::query(
        "UPDATE unnamed_photos SET swept_at_ms = $3
          WHERE content_hash = $1 AND touched_at_ms < $2 AND (swept_at_ms IS NULL OR swept_at_ms < $2)",
    )
    .bind(content_hash.to_owned())
    .bind(before_ms)
    .bind(now_ms)
    .execute(&mut *conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Takes away the note that was claimed at `swept_at_ms`, unless somebody else has taken it over since.
pub async fn delete_swept(conn: &mut Conn, content_hash: &str, swept_at_ms: i64) -> Result<()> {
    sql::query("DELETE FROM unnamed_photos WHERE content_hash = $1 AND swept_at_ms = $2")
        .bind(content_hash.to_owned())
        .bind(swept_at_ms)
        .execute(&mut *conn)
        .await?;
    Ok(())
}
