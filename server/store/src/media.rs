//! Photos: one row an original, known by the hash of what was uploaded.

use domain::ids::{MediaId, TeamId};

use crate::{Conn, Result, sql};

/// A stored photo. Its renditions lie in the object store under `content_hash`.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct MediaRow {
    #[sqlx(try_from = "i64")]
    pub id: MediaId,
    /// SHA-256 of the uploaded bytes, 64 hexadecimal digits.
    pub content_hash: String,
    /// Of the upright original, in pixels.
    pub width: i64,
    pub height: i64,
    /// A data URL to paint before the photo has arrived.
    pub placeholder: String,
    /// Widths of the renditions in pixels, parted by commas.
    pub sizes: String,
}

/// A photo by its id.
pub async fn find_media(conn: &mut Conn, id: MediaId) -> Result<Option<MediaRow>> {
    Ok(sql::query_as("SELECT id, content_hash, width, height, placeholder, sizes FROM media WHERE id = $1")
        .bind(id.get())
        .fetch_optional(&mut *conn)
        .await?)
}

/// A photo by the hash of its original.
pub async fn find_media_by_hash(conn: &mut Conn, content_hash: &str) -> Result<Option<MediaRow>> {
    Ok(sql::query_as(
        "SELECT id, content_hash, width, height, placeholder, sizes FROM media WHERE content_hash = $1",
    )
    .bind(content_hash.to_owned())
    .fetch_optional(&mut *conn)
    .await?)
}

/// Notes a photo whose renditions are stored already. Does nothing when someone else was faster with the same photo.
pub async fn insert_media(conn: &mut Conn, row: &MediaRow, at_ms: i64) -> Result<()> {
    sql::query(
        "INSERT INTO media (id, content_hash, width, height, placeholder, sizes, created_at_ms) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (content_hash) DO NOTHING",
    )
    .bind(row.id.get())
    .bind(row.content_hash.clone())
    .bind(row.width)
    .bind(row.height)
    .bind(row.placeholder.clone())
    .bind(row.sizes.clone())
    .bind(at_ms)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// How many photos a team uploaded since `since_ms`, by the audit log.
pub async fn count_uploads(conn: &mut Conn, team: TeamId, action: &str, since_ms: i64) -> Result<i64> {
    Ok(sql::query_scalar::<i64>(
        "SELECT COUNT(*) FROM audit_log \
         WHERE subject_kind = 'team' AND subject_id = $1 AND at_ms >= $2 AND action = $3",
    )
    .bind(team.get())
    .bind(since_ms)
    .bind(action.to_owned())
    .fetch_one(&mut *conn)
    .await?)
}
