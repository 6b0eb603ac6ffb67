//! What a seller was told of, as a list: narrowed, taken along, and marked as read or not.

use domain::failure::Problem;
use domain::ids::{NotificationId, TeamId, UserId};
use domain::notification::NotificationKind;
use domain::time::days_ms;
use store::notifications::{self as rows, NotificationFilter, NotificationRow};

use crate::paging::cut;
use crate::{Result, ServiceError, Services, Viewer};

/// Notifications on one page.
const PAGE: i64 = 50;
/// Notifications that a sheet holds at most; who needs more narrows the days.
const MOST_EXPORTED: i64 = 5_000;
/// Notifications that may be marked at once.
const MOST_MARKED: usize = 200;

/// What the list is narrowed to, as it stands in the address. What cannot be read narrows nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NotificationQuery {
    /// `all`; anything else is what is unread.
    pub show: String,
    /// A word of [`NotificationKind`].
    pub kind: String,
    /// First and last day on which it was told, `YYYY-MM-DD`.
    pub from: String,
    pub to: String,
}

impl NotificationQuery {
    /// Whether it asks for what was read as well.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.show == "all"
    }

    /// Whether kind or days are narrowed.
    #[must_use]
    pub const fn is_narrowed(&self) -> bool {
        !self.kind.is_empty() || !self.from.is_empty() || !self.to.is_empty()
    }

    fn of(&self, user: UserId, team: TeamId) -> NotificationFilter {
        let (from_ms, until_ms) = days_ms(&self.from, &self.to);
        let kind = NotificationKind::parse(&self.kind).ok();
        NotificationFilter { user, team, only_unread: !self.is_all(), kind, from_ms, until_ms }
    }
}

/// What a person is told of in a team's console.
#[derive(Debug, Clone)]
pub struct NotificationsPage {
    /// The newest first.
    pub rows: Vec<NotificationRow>,
    /// Of all kinds and days.
    pub unread: i64,
    /// From 1; whether there is another one after it.
    pub page: i64,
    pub has_more: bool,
}

/// The viewer's notifications in a team's console.
///
/// # Errors
/// Guarded: sellers and captain of the team.
pub async fn list_notifications(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    query: &NotificationQuery,
    page: i64,
) -> Result<NotificationsPage> {
    let user = viewer.require_seller(team)?.user_id;
    let page = page.clamp(1, 200);
    let mut conn = services.db.read().await?;
    let offset = (page - 1) * PAGE;
    let mut rows = rows::list_notifications(&mut conn, query.of(user, team), PAGE + 1, offset).await?;
    let has_more = cut(&mut rows, PAGE);
    let unread = rows::count_unread(&mut conn, user, team).await?;
    Ok(NotificationsPage { rows, unread, page, has_more })
}

/// The newest of them, to be taken along, and whether there are more.
///
/// # Errors
/// As [`list_notifications`].
pub async fn exported_notifications(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    query: &NotificationQuery,
) -> Result<(Vec<NotificationRow>, bool)> {
    let user = viewer.require_seller(team)?.user_id;
    let mut conn = services.db.read().await?;
    let mut rows = rows::list_notifications(&mut conn, query.of(user, team), MOST_EXPORTED + 1, 0).await?;
    let has_more = cut(&mut rows, MOST_EXPORTED);
    Ok((rows, has_more))
}

/// What is marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Marking {
    /// Everything is read that the list is narrowed to, on whatever page.
    AllRead(NotificationQuery),
    Read(Vec<NotificationId>),
    Unread(Vec<NotificationId>),
}

/// Marks the viewer's own notifications; other people's stay as they are. Saying the same twice changes nothing.
///
/// # Errors
/// Field `chosen` when nothing was chosen. Guarded: sellers and captain of the team.
pub async fn mark(services: &Services, viewer: &Viewer, team: TeamId, marking: Marking) -> Result<()> {
    let user = viewer.require_seller(team)?.user_id;
    let now_ms = services.now_ms();
    let (chosen, read_at_ms) = match marking {
        Marking::AllRead(query) => {
            let mut tx = services.db.write().await?;
            rows::update_all_read(&mut tx, query.of(user, team), now_ms).await?;
            return Ok(tx.commit().await?);
        }
        Marking::Read(chosen) => (chosen, Some(now_ms)),
        Marking::Unread(chosen) => (chosen, None),
    };
    if chosen.is_empty() {
        return Err(ServiceError::invalid("chosen", Problem::Missing));
    }
    let mut tx = services.db.write().await?;
    for id in chosen.into_iter().take(MOST_MARKED) {
        rows::update_read(&mut tx, user, team, id, read_at_ms).await?;
    }
    Ok(tx.commit().await?)
}
