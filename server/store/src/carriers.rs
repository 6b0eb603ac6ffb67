//! What carriers tell of parcels on their way, and lists of the shipping desk that wait to be applied.

use domain::ids::{CarrierEventId, DeskListId, TeamId, UserId};
use domain::shipping::{CarrierStatus, ListKind};

use crate::{Conn, Result, sql};

/// What a carrier told, as stored.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct EventRow {
    #[sqlx(try_from = "i64")]
    pub id: CarrierEventId,
    /// Digest of carrier and tracking number.
    pub number_digest: String,
    /// Digest of all that the event says.
    pub event_digest: String,
    #[sqlx(try_from = "String")]
    pub status: CarrierStatus,
    pub place: String,
    pub happened_at_ms: i64,
    pub received_at_ms: i64,
    /// `webhook` or `file`.
    pub source: String,
    /// The team whose parcels the file tells of, and who brought it.
    pub team_id: Option<i64>,
    pub user_id: Option<i64>,
}

/// Keeps an event; false when it is known.
pub async fn insert_event(conn: &mut Conn, row: &EventRow) -> Result<bool> {
    let kept = sql::query(
        "INSERT INTO carrier_events (id, number_digest, event_digest, status, place, happened_at_ms, received_at_ms,
                source, team_id, user_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (event_digest) DO NOTHING",
    )
    .bind(row.id.get())
    .bind(row.number_digest.clone())
    .bind(row.event_digest.clone())
    .bind(row.status.as_str())
    .bind(row.place.clone())
    .bind(row.happened_at_ms)
    .bind(row.received_at_ms)
    .bind(row.source.clone())
    .bind(row.team_id)
    .bind(row.user_id)
    .execute(conn)
    .await?;
    Ok(kept.rows_affected() == 1)
}

/// Whether a team is shown an event already. What a file told of before files were a team's own is shown to nobody, and may
/// be told again.
pub async fn has_event(conn: &mut Conn, event_digest: &str, team: TeamId) -> Result<bool> {
    let found = sql::query_scalar::<i64>(
        "SELECT COUNT(*) FROM carrier_events WHERE event_digest = $1 AND (source = 'webhook' OR team_id = $2)",
    )
    .bind(event_digest.to_owned())
    .bind(team.get())
    .fetch_one(conn)
    .await?;
    Ok(found > 0)
}

/// What was told of a parcel of a team, by its carrier or by the team's own files, the latest first, at most `limit`.
pub async fn list_events(
    conn: &mut Conn,
    number_digest: &str,
    team: TeamId,
    limit: i64,
) -> Result<Vec<EventRow>> {
    Ok(sql::query_as::<EventRow>(
        "SELECT id, number_digest, event_digest, status, place, happened_at_ms, received_at_ms, source, team_id,
                user_id
           FROM carrier_events WHERE number_digest = $1 AND (source = 'webhook' OR team_id = $2)
          ORDER BY happened_at_ms DESC, id DESC LIMIT $3",
    )
    .bind(number_digest.to_owned())
    .bind(team.get())
    .bind(limit)
    .fetch_all(conn)
    .await?)
}

/// A list that is to be kept.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct DeskListRow {
    #[sqlx(try_from = "i64")]
    pub id: DeskListId,
    #[sqlx(try_from = "i64")]
    pub team_id: TeamId,
    #[sqlx(try_from = "i64")]
    pub user_id: UserId,
    #[sqlx(try_from = "String")]
    pub kind: ListKind,
    /// JSON.
    pub content: String,
    pub created_at_ms: i64,
}

/// Keeps a list.
pub async fn insert_list(conn: &mut Conn, row: &DeskListRow) -> Result<()> {
    sql::query(
        "INSERT INTO desk_lists (id, team_id, user_id, kind, content, created_at_ms) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(row.id.get())
    .bind(row.team_id.get())
    .bind(row.user_id.get())
    .bind(row.kind.as_str())
    .bind(row.content.clone())
    .bind(row.created_at_ms)
    .execute(conn)
    .await?;
    Ok(())
}

/// A list that was made for a team at `since_ms` or later.
pub async fn find_list(
    conn: &mut Conn,
    id: DeskListId,
    team: TeamId,
    since_ms: i64,
) -> Result<Option<DeskListRow>> {
    Ok(sql::query_as::<DeskListRow>(
        "SELECT id, team_id, user_id, kind, content, created_at_ms FROM desk_lists
          WHERE id = $1 AND team_id = $2 AND created_at_ms >= $3",
    )
    .bind(id.get())
    .bind(team.get())
    .bind(since_ms)
    .fetch_optional(conn)
    .await?)
}

/// Forgets all lists of somebody but the latest `kept`.
pub async fn delete_earlier_lists(conn: &mut Conn, user: UserId, kept: i64) -> Result<()> {
    sql::query(
        "DELETE FROM desk_lists WHERE user_id = $1
            AND id NOT IN (SELECT id FROM desk_lists WHERE user_id = $1 ORDER BY id DESC LIMIT $2)",
    )
    .bind(user.get())
    .bind(kept)
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets lists older than `before_ms`; answers how many.
pub async fn purge_lists(conn: &mut Conn, before_ms: i64) -> Result<u64> {
    let purged =
        sql::query("DELETE FROM desk_lists WHERE created_at_ms < $1").bind(before_ms).execute(conn).await?;
    Ok(purged.rows_affected())
}
