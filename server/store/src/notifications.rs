//! What sellers are told of: one row a person and subject, read or not; how each person wants to be told; who was looked
//! at or written to today.

use domain::ids::{NotificationId, TeamId, UserId};
use domain::notification::{ByMail, NotificationKind};

use crate::{Conn, Result, sql};

/// A notification before it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewNotification {
    pub id: NotificationId,
    pub user_id: UserId,
    pub team_id: TeamId,
    pub kind: NotificationKind,
    /// What [`NotificationKind`] says.
    pub subject_id: i64,
    pub at_ms: i64,
}

/// The kinds that this release knows, as `,one,other,`. The release after this one may tell of more while both serve, or
/// before a step back (decision 0011): what is not known is neither shown nor counted here.
fn known() -> String {
    NotificationKind::ALL.iter().fold(",".to_owned(), |known, kind| format!("{known}{kind},"))
}

/// Writes a notification; one of the same person, kind and subject becomes new again when `is_news`, else it stays as it
/// is. Answers whether anything was written.
pub async fn put_notification(conn: &mut Conn, row: &NewNotification, is_news: bool) -> Result<bool> {
    let done = sql::query(
        "INSERT INTO notifications (id, user_id, team_id, kind, subject_id, at_ms) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (user_id, kind, subject_id) DO UPDATE SET at_ms = excluded.at_ms, read_at_ms = NULL
          WHERE CAST($7 AS BIGINT) = 1",
    )
    .bind(row.id.get())
    .bind(row.user_id.get())
    .bind(row.team_id.get())
    .bind(row.kind.as_str())
    .bind(row.subject_id)
    .bind(row.at_ms)
    .bind(i64::from(is_news))
    .execute(&mut *conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Subjects of one kind that anybody of a team is told of.
pub async fn list_team_subjects(conn: &mut Conn, team: TeamId, kind: NotificationKind) -> Result<Vec<i64>> {
    Ok(sql::query_scalar::<i64>(
        "SELECT DISTINCT subject_id FROM notifications WHERE team_id = $1 AND kind = $2 ORDER BY subject_id",
    )
    .bind(team.get())
    .bind(kind.as_str())
    .fetch_all(&mut *conn)
    .await?)
}

/// What was told of has ended: nobody of the team is told of it any more.
pub async fn delete_subject(
    conn: &mut Conn,
    team: TeamId,
    kind: NotificationKind,
    subject_id: i64,
) -> Result<()> {
    sql::query("DELETE FROM notifications WHERE team_id = $1 AND kind = $2 AND subject_id = $3")
        .bind(team.get())
        .bind(kind.as_str())
        .bind(subject_id)
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// What was told of has been seen to: nobody of the team needs to read it any more.
pub async fn update_subject_read(
    conn: &mut Conn,
    team: TeamId,
    kind: NotificationKind,
    subject_id: i64,
    read_at_ms: i64,
) -> Result<()> {
    sql::query(
        "UPDATE notifications SET read_at_ms = $4
          WHERE team_id = $1 AND kind = $2 AND subject_id = $3 AND read_at_ms IS NULL",
    )
    .bind(team.get())
    .bind(kind.as_str())
    .bind(subject_id)
    .bind(read_at_ms)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// A notification with what it is about in words.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct NotificationRow {
    #[sqlx(try_from = "i64")]
    pub id: NotificationId,
    #[sqlx(try_from = "String")]
    pub kind: NotificationKind,
    pub subject_id: i64,
    pub at_ms: i64,
    pub read_at_ms: Option<i64>,
    /// Of the parcel, after-sale or payment; empty for the others.
    pub order_number: String,
    /// Of the product, of the batch's product, or of the mark; empty for the others.
    pub name: String,
    pub name_en: String,
    /// Of the batch.
    pub batch_code: String,
    /// Of the batch.
    pub product_id: Option<i64>,
    /// The name in addresses of the licence's mark.
    pub mark_slug: String,
}

/// Which of a person's notifications in a team's console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotificationFilter {
    pub user: UserId,
    pub team: TeamId,
    pub only_unread: bool,
    /// Of one kind; `None` for all.
    pub kind: Option<NotificationKind>,
    /// Told from this moment until before that one.
    pub from_ms: i64,
    pub until_ms: i64,
}

impl NotificationFilter {
    /// Everything a person is told of in a team's console.
    #[must_use]
    pub const fn all(user: UserId, team: TeamId) -> Self {
        Self { user, team, only_unread: false, kind: None, from_ms: i64::MIN, until_ms: i64::MAX }
    }
}

/// What a person is told of in a team's console, the newest first.
pub async fn list_notifications(
    conn: &mut Conn,
    filter: NotificationFilter,
    limit: i64,
    offset: i64,
) -> Result<Vec<NotificationRow>> {
    Ok(sql::query_as::<NotificationRow>(
        "SELECT n.id, n.kind, n.subject_id, n.at_ms, n.read_at_ms, COALESCE(o.number, '') AS order_number,
                COALESCE(p.name, q.name, m.name, '') AS name, COALESCE(p.name_en, q.name_en, m.name_en, '') AS name_en,
                COALESCE(b.code, '') AS batch_code, b.product_id, COALESCE(m.slug, '') AS mark_slug
           FROM notifications n
           LEFT JOIN parcels c ON n.kind IN ('new_order', 'late') AND c.id = n.subject_id
           LEFT JOIN after_sales a ON n.kind = 'after_sale' AND a.id = n.subject_id
           LEFT JOIN payments y ON n.kind = 'transfer' AND y.id = n.subject_id
           LEFT JOIN orders o ON o.id = COALESCE(c.order_id, a.order_id, y.order_id)
           LEFT JOIN products p ON n.kind IN ('low_stock', 'review_asked', 'review_answered', 'publish_failed')
                AND p.id = n.subject_id
           LEFT JOIN batches b ON n.kind IN ('expiring', 'recalled') AND b.id = n.subject_id
           LEFT JOIN products q ON q.id = b.product_id
           LEFT JOIN mark_licences l ON n.kind = 'licence_ending' AND l.id = n.subject_id
           LEFT JOIN collective_marks m ON m.id = l.mark_id
          WHERE n.user_id = $1 AND n.team_id = $2 AND (CAST($3 AS BIGINT) = 0 OR n.read_at_ms IS NULL)
            AND CAST($4 AS TEXT) IN ('', n.kind) AND n.at_ms >= $5 AND n.at_ms < $6
            AND NOT EXISTS (SELECT 1 FROM notification_wishes w
                             WHERE w.user_id = n.user_id AND w.kind = n.kind AND w.in_console = 0)
            AND CAST($9 AS TEXT) LIKE '%,' || n.kind || ',%'
          ORDER BY n.at_ms DESC, n.id DESC LIMIT $7 OFFSET $8",
    )
    .bind(filter.user.get())
    .bind(filter.team.get())
    .bind(i64::from(filter.only_unread))
    .bind(filter.kind.map_or("", NotificationKind::as_str))
    .bind(filter.from_ms)
    .bind(filter.until_ms)
    .bind(limit)
    .bind(offset)
    .bind(known())
    .fetch_all(&mut *conn)
    .await?)
}

/// How many notifications a person has not read in a team's console.
pub async fn count_unread(conn: &mut Conn, user: UserId, team: TeamId) -> Result<i64> {
    Ok(sql::query_scalar::<i64>(
        "SELECT COUNT(*) FROM notifications n WHERE n.user_id = $1 AND n.team_id = $2 AND n.read_at_ms IS NULL
            AND NOT EXISTS (SELECT 1 FROM notification_wishes w
                             WHERE w.user_id = n.user_id AND w.kind = n.kind AND w.in_console = 0)
            AND CAST($3 AS TEXT) LIKE '%,' || n.kind || ',%'",
    )
    .bind(user.get())
    .bind(team.get())
    .bind(known())
    .fetch_one(&mut *conn)
    .await?)
}

/// Makes one of a person's notifications read (at a moment) or unread (`None`); of other people's nothing happens.
pub async fn update_read(
    conn: &mut Conn,
    user: UserId,
    team: TeamId,
    id: NotificationId,
    read_at_ms: Option<i64>,
) -> Result<()> {
    sql::query("UPDATE notifications SET read_at_ms = $4 WHERE id = $3 AND user_id = $1 AND team_id = $2")
        .bind(user.get())
        .bind(team.get())
        .bind(id.get())
        .bind(read_at_ms)
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// Makes everything read that the filter has; what the person does not want to see in the console as well.
pub async fn update_all_read(conn: &mut Conn, filter: NotificationFilter, read_at_ms: i64) -> Result<()> {
    sql::query(
        "UPDATE notifications SET read_at_ms = $6 WHERE user_id = $1 AND team_id = $2 AND read_at_ms IS NULL
            AND CAST($3 AS TEXT) IN ('', kind) AND at_ms >= $4 AND at_ms < $5",
    )
    .bind(filter.user.get())
    .bind(filter.team.get())
    .bind(filter.kind.map_or("", NotificationKind::as_str))
    .bind(filter.from_ms)
    .bind(filter.until_ms)
    .bind(read_at_ms)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// How many of a kind a person has not read in a team.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct UnreadRow {
    #[sqlx(try_from = "i64")]
    pub team_id: TeamId,
    pub team_name: String,
    pub team_name_en: String,
    #[sqlx(try_from = "String")]
    pub kind: NotificationKind,
    pub count: i64,
}

/// What a person has not read of what was told after `since_ms` and until `until_ms`, of the teams for which they still
/// sell.
pub async fn list_unread(
    conn: &mut Conn,
    user: UserId,
    since_ms: i64,
    until_ms: i64,
) -> Result<Vec<UnreadRow>> {
    Ok(sql::query_as::<UnreadRow>(
        "SELECT n.team_id, t.name AS team_name, t.name_en AS team_name_en, n.kind, COUNT(*) AS count
           FROM notifications n JOIN teams t ON t.id = n.team_id
          WHERE n.user_id = $1 AND n.at_ms > $2 AND n.at_ms <= $3 AND n.read_at_ms IS NULL
            AND EXISTS (SELECT 1 FROM roles r WHERE r.user_id = n.user_id AND r.kind IN ('seller', 'captain')
                           AND r.scope_id = n.team_id AND r.revoked_at_ms IS NULL)
            AND CAST($4 AS TEXT) LIKE '%,' || n.kind || ',%'
          GROUP BY n.team_id, t.name, t.name_en, n.kind ORDER BY n.team_id, n.kind",
    )
    .bind(user.get())
    .bind(since_ms)
    .bind(until_ms)
    .bind(known())
    .fetch_all(&mut *conn)
    .await?)
}

/// How a person wants to be told of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct WishRow {
    #[sqlx(try_from = "String")]
    pub kind: NotificationKind,
    pub in_console: i64,
    #[sqlx(try_from = "String")]
    pub by_mail: ByMail,
}

/// What a person has said; kinds without a row are as the shop proposes.
pub async fn list_wishes(conn: &mut Conn, user: UserId) -> Result<Vec<WishRow>> {
    Ok(sql::query_as::<WishRow>(
        "SELECT kind, in_console, by_mail FROM notification_wishes
          WHERE user_id = $1 AND CAST($2 AS TEXT) LIKE '%,' || kind || ',%' ORDER BY kind",
    )
    .bind(user.get())
    .bind(known())
    .fetch_all(&mut *conn)
    .await?)
}

/// Notes how a person wants to be told of a kind.
pub async fn put_wish(conn: &mut Conn, user: UserId, wish: WishRow) -> Result<()> {
    sql::query(
        "INSERT INTO notification_wishes (user_id, kind, in_console, by_mail) VALUES ($1, $2, $3, $4)
         ON CONFLICT (user_id, kind) DO UPDATE SET in_console = excluded.in_console, by_mail = excluded.by_mail",
    )
    .bind(user.get())
    .bind(wish.kind.as_str())
    .bind(wish.in_console)
    .bind(wish.by_mail.as_str())
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Whose day it is: a team that is looked at, or a person who is written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayOf {
    Team(TeamId),
    Person(UserId),
}

impl DayOf {
    const fn key(self) -> (&'static str, i64) {
        match self {
            Self::Team(team) => ("team", team.get()),
            Self::Person(user) => ("person", user.get()),
        }
    }
}

/// When the last day was taken for a team or a person.
pub async fn find_day_ms(conn: &mut Conn, whose: DayOf) -> Result<Option<i64>> {
    let (kind, subject_id) = whose.key();
    Ok(sql::query_scalar::<i64>("SELECT at_ms FROM notification_days WHERE kind = $1 AND subject_id = $2")
        .bind(kind)
        .bind(subject_id)
        .fetch_optional(&mut *conn)
        .await?)
}

/// Takes a day for a team or a person: `true` for one of those who ask, once.
pub async fn take_day(conn: &mut Conn, whose: DayOf, day_number: i64, at_ms: i64) -> Result<bool> {
    let (kind, subject_id) = whose.key();
    let done = sql::query(
        "INSERT INTO notification_days (kind, subject_id, day_number, at_ms) VALUES ($1, $2, $3, $4)
         ON CONFLICT (kind, subject_id) DO UPDATE SET day_number = excluded.day_number, at_ms = excluded.at_ms
          WHERE notification_days.day_number < excluded.day_number",
    )
    .bind(kind)
    .bind(subject_id)
    .bind(day_number)
    .bind(at_ms)
    .execute(&mut *conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Teams for which anybody sells.
pub async fn list_selling_teams(conn: &mut Conn) -> Result<Vec<TeamId>> {
    let teams: Vec<i64> = sql::query_scalar(
        "SELECT DISTINCT scope_id FROM roles WHERE kind IN ('seller', 'captain') AND revoked_at_ms IS NULL
          ORDER BY scope_id",
    )
    .fetch_all(&mut *conn)
    .await?;
    Ok(teams.into_iter().map(TeamId::from_i64).collect())
}

/// Forgets what was told before `before_ms`; answers how many.
pub async fn purge_notifications(conn: &mut Conn, before_ms: i64) -> Result<u64> {
    let done =
        sql::query("DELETE FROM notifications WHERE at_ms < $1").bind(before_ms).execute(&mut *conn).await?;
    Ok(done.rows_affected())
}
