//! Photos: one row an original, known by the hash of what was uploaded.

mod unnamed;

use std::collections::BTreeSet;

use domain::ids::{MediaId, TeamId};

use crate::{Conn, Result, sql};

pub use unnamed::{claim_unnamed, delete_swept, give_up, list_unnamed, note_unnamed, take_unnamed};

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

/// A photo by its id; none that is marked as erased.
pub async fn find_media(conn: &mut Conn, id: MediaId) -> Result<Option<MediaRow>> {
    Ok(sql::query_as(
        "SELECT id, content_hash, width, height, placeholder, sizes FROM media \
                       WHERE id = $1 AND erased_at_ms IS NULL",
    )
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

/// Whether anything shows the photo.
macro_rules! is_shown {
    () => {
        "(EXISTS (SELECT 1 FROM product_media s WHERE s.media_id = m.id) \
          OR EXISTS (SELECT 1 FROM after_sale_photos s WHERE s.media_id = m.id) \
          OR EXISTS (SELECT 1 FROM batches s WHERE s.certificate_media_id = m.id) \
          OR EXISTS (SELECT 1 FROM collective_marks s WHERE s.media_id = m.id) \
          OR EXISTS (SELECT 1 FROM collective_marks s WHERE s.certificate_media_id = m.id) \
          OR EXISTS (SELECT 1 FROM villages s WHERE s.media_id = m.id) \
          OR EXISTS (SELECT 1 FROM categories s WHERE s.media_id = m.id))"
    };
}

/// Marks the photos among these that nothing shows as erased. Whoever takes the same photo away from elsewhere at the same
/// moment waits at its row, and looks only then who shows it: of several the last one marks it.
pub async fn mark_unused(conn: &mut Conn, photos: &BTreeSet<MediaId>, now_ms: i64) -> Result<()> {
    for id in photos {
        sql::query("UPDATE media SET erased_at_ms = $2 WHERE id = $1")
            .bind(id.get())
            .bind(now_ms)
            .execute(&mut *conn)
            .await?;
        // A statement of its own: on PostgreSQL one that had waited would still see what there was before it waited.
        sql::query(concat!("UPDATE media AS m SET erased_at_ms = NULL WHERE id = $1 AND ", is_shown!()))
            .bind(id.get())
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// Whether a photo is marked as erased: it may be gone at any moment, and is to be put nowhere.
pub async fn is_erased(conn: &mut Conn, content_hash: &str) -> Result<bool> {
    let at = sql::query_scalar::<Option<i64>>("SELECT erased_at_ms FROM media WHERE content_hash = $1")
        .bind(content_hash.to_owned())
        .fetch_optional(&mut *conn)
        .await?;
    Ok(at.flatten().is_some())
}

/// Photos that were erased before `before_ms`, the first ones first, at most `limit`: id and content hash. What is shown
/// again meanwhile loses its mark instead.
pub async fn list_erased(conn: &mut Conn, before_ms: i64, limit: i64) -> Result<Vec<(i64, String)>> {
    sql::query(concat!(
        "UPDATE media AS m SET erased_at_ms = NULL WHERE erased_at_ms < $1 AND ",
        is_shown!()
    ))
    .bind(before_ms)
    .execute(&mut *conn)
    .await?;
    Ok(sql::query_as::<(i64, String)>(
        "SELECT id, content_hash FROM media WHERE erased_at_ms < $1 ORDER BY erased_at_ms, id LIMIT $2",
    )
    .bind(before_ms)
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?)
}

/// Takes the row of an erased photo away; its renditions are given up ([`give_up`]) in the same transaction.
pub async fn delete_erased(conn: &mut Conn, id: MediaId) -> Result<()> {
    sql::query("DELETE FROM media WHERE id = $1 AND erased_at_ms IS NOT NULL")
        .bind(id.get())
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
