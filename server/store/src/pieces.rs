//! Photos that come in pieces: how far each has come. The pieces themselves lie with the photos.

use domain::ids::{TeamId, UnfinishedPhotoId, UserId};

use crate::{Conn, Result, sql};

/// A photo of which some pieces have come.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct UnfinishedRow {
    #[sqlx(try_from = "i64")]
    pub id: UnfinishedPhotoId,
    #[sqlx(try_from = "i64")]
    pub user_id: UserId,
    #[sqlx(try_from = "i64")]
    pub team_id: TeamId,
    /// SHA-256 that the whole is to have.
    pub content_hash: String,
    pub length_bytes: i64,
    pub received_bytes: i64,
    /// Lengths of the pieces in their order, parted by commas.
    pub pieces: String,
    pub touched_at_ms: i64,
}

/// Notes that a photo has begun to come. Does nothing when the same person sends the same photo already.
pub async fn insert_unfinished(conn: &mut Conn, row: &UnfinishedRow) -> Result<()> {
    sql::query(
        "INSERT INTO unfinished_photos (id, user_id, team_id, content_hash, length_bytes, touched_at_ms)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (user_id, team_id, content_hash) DO NOTHING",
    )
    .bind(row.id.get())
    .bind(row.user_id.get())
    .bind(row.team_id.get())
    .bind(row.content_hash.clone())
    .bind(row.length_bytes)
    .bind(row.touched_at_ms)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// How far a person's photo has come.
pub async fn find_unfinished(
    conn: &mut Conn,
    user: UserId,
    team: TeamId,
    content_hash: &str,
) -> Result<Option<UnfinishedRow>> {
    Ok(sql::query_as(
        "SELECT id, user_id, team_id, content_hash, length_bytes, received_bytes, pieces, touched_at_ms
           FROM unfinished_photos WHERE user_id = $1 AND team_id = $2 AND content_hash = $3",
    )
    .bind(user.get())
    .bind(team.get())
    .bind(content_hash.to_owned())
    .fetch_optional(&mut *conn)
    .await?)
}

/// Notes one more piece of `bytes`, if the photo had come exactly as far as `from_bytes`; answers whether it had.
pub async fn update_received(
    conn: &mut Conn,
    id: UnfinishedPhotoId,
    from_bytes: i64,
    bytes: i64,
    at_ms: i64,
) -> Result<bool> {
    let done = sql::query(
        "UPDATE unfinished_photos
            SET received_bytes = received_bytes + $3, touched_at_ms = $5,
                pieces = CASE WHEN pieces = '' THEN $4 ELSE pieces || ',' || $4 END
          WHERE id = $1 AND received_bytes = $2 AND received_bytes + $3 <= length_bytes",
    )
    .bind(id.get())
    .bind(from_bytes)
    .bind(bytes)
    .bind(bytes.to_string())
    .bind(at_ms)
    .execute(&mut *conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// What a person has beyond the `kept` photos that moved last.
pub async fn list_surplus(conn: &mut Conn, user: UserId, kept: i64) -> Result<Vec<UnfinishedRow>> {
    Ok(sql::query_as(
        "SELECT id, user_id, team_id, content_hash, length_bytes, received_bytes, pieces, touched_at_ms
           FROM unfinished_photos WHERE user_id = $1 ORDER BY touched_at_ms DESC, id DESC LIMIT 100 OFFSET $2",
    )
    .bind(user.get())
    .bind(kept)
    .fetch_all(&mut *conn)
    .await?)
}

/// Photos of which nothing came since `before_ms`, oldest first.
pub async fn list_stale(conn: &mut Conn, before_ms: i64, limit: i64) -> Result<Vec<UnfinishedRow>> {
    Ok(sql::query_as(
        "SELECT id, user_id, team_id, content_hash, length_bytes, received_bytes, pieces, touched_at_ms
           FROM unfinished_photos WHERE touched_at_ms < $1 ORDER BY touched_at_ms, id LIMIT $2",
    )
    .bind(before_ms)
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?)
}

/// Forgets a photo that is whole, or given up, unless more than `received_bytes` of it has come since.
pub async fn delete_unfinished(conn: &mut Conn, id: UnfinishedPhotoId, received_bytes: i64) -> Result<()> {
    sql::query("DELETE FROM unfinished_photos WHERE id = $1 AND received_bytes = $2")
        .bind(id.get())
        .bind(received_bytes)
        .execute(&mut *conn)
        .await?;
    Ok(())
}
