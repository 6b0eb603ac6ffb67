//! What sellers are told of: in the console's list, by a letter at once, or in one letter a day.
//!
//! Orders are told of by the outbox after they are paid, so that no buyer waits for it; everything else that happens in the
//! transaction in which it does ([`events`]). What is a state (late, little left, near its end) is looked at once a day, each team by one of however
//! many servers there are, and goes from the list when it is over.

mod events;
mod list;

use std::collections::BTreeSet;

use domain::failure::Problem;
use domain::ids::{AfterSaleId, OrderId, TeamId, UserId};
use domain::locale::Locale;
use domain::notification::{ByMail, NotificationKind, Wish, digest_day};
use domain::parcel::ParcelStatus;
use domain::role::Role;
use domain::time::{DAY_MS, HOUR_MS};
use serde::{Deserialize, Serialize};
use store::Conn;
use store::notifications::{self as rows, DayOf, NewNotification, WishRow};
pub use store::notifications::{NotificationRow, UnreadRow};

pub(crate) use events::{
    note_publication, note_transfer, tell_of_declined_refunds, tell_of_failed_publication, tell_of_recall,
    tell_of_recall_refunds, tell_of_review, tell_of_submission, tell_of_transfer,
};
pub use list::{
    Marking, NotificationQuery, NotificationsPage, exported_notifications, list_notifications, mark,
};

use crate::listing::today;
use crate::mail::{self, Letter};
use crate::stock::warnings_of;
use crate::{Result, ServiceError, Services, Viewer};

/// Late parcels of a team that are told of.
const MOST_LATE: i64 = 50;
/// So long before its last day a licence is told of: another one takes people who meet.
const LICENCE_NOTICE_DAYS: i64 = 30;

/// The event of an order whose parcels may be packed now, and those after which some need it no more.
const ORDER_PAID: &str = "order_paid";
const SEEN_TO: [&str; 2] = ["parcel_shipped", "order_cancelled"];

/// What the kind is called.
#[must_use]
pub const fn kind_text(locale: Locale, kind: NotificationKind) -> &'static str {
    match kind {
        NotificationKind::NewOrder => locale.pick("新订单", "New orders"),
        NotificationKind::Late => locale.pick("该发未发", "Late parcels"),
        NotificationKind::AfterSale => locale.pick("售后与留言", "After-sales and messages"),
        NotificationKind::LowStock => locale.pick("库存不多", "Running low"),
        NotificationKind::Expiring => locale.pick("快到期", "Near expiry"),
        NotificationKind::ReviewAsked => locale.pick("待审核商品", "Listings to review"),
        NotificationKind::ReviewAnswered => locale.pick("审核结果", "Reviews answered"),
        NotificationKind::PublishFailed => locale.pick("定时上架失败", "Not published in time"),
        NotificationKind::Recalled => locale.pick("召回", "Recalls"),
        NotificationKind::Transfer => locale.pick("待确认的转账", "Transfers to confirm"),
        NotificationKind::LicenceEnding => locale.pick("商标许可快到期", "Licences ending"),
    }
}

/// How a person wants to be told of a kind.
async fn wish_of(conn: &mut Conn, user: UserId, kind: NotificationKind) -> Result<Wish> {
    let said = rows::list_wishes(conn, user).await?.into_iter().find(|row| row.kind == kind);
    Ok(said.map_or(kind.proposed(), |row| Wish { in_console: row.in_console == 1, by_mail: row.by_mail }))
}

/// Those who sell for a team, each once.
async fn sellers_of(conn: &mut Conn, team: TeamId) -> Result<BTreeSet<UserId>> {
    let mut found = BTreeSet::new();
    for role in [Role::SellerOf(team), Role::CaptainOf(team)] {
        found.extend(store::people::list_role_holders(conn, role).await?.into_iter().map(|row| row.user_id));
    }
    Ok(found)
}

/// Tells everybody who sells for a team of these subjects; of those they know of already nothing is said.
async fn tell_team(
    conn: &mut Conn,
    services: &Services,
    team: TeamId,
    kind: NotificationKind,
    subjects: &[i64],
) -> Result<()> {
    let people = sellers_of(conn, team).await?;
    tell(conn, services, people, team, kind, subjects, false).await
}

/// Tells people of a team of these subjects; of those they know of already nothing is said, unless it is news again.
async fn tell(
    conn: &mut Conn,
    services: &Services,
    people: BTreeSet<UserId>,
    team: TeamId,
    kind: NotificationKind,
    subjects: &[i64],
    is_news: bool,
) -> Result<()> {
    for user_id in people {
        let mut count = 0;
        for subject_id in subjects.iter().copied() {
            let (id, at_ms) = (services.new_id(), services.now_ms());
            let row = NewNotification { id, user_id, team_id: team, kind, subject_id, at_ms };
            count += i64::from(rows::put_notification(conn, &row, is_news).await?);
        }
        if count > 0 && wish_of(conn, user_id, kind).await?.by_mail == ByMail::AtOnce {
            mail::post(conn, services, &Letter::Told { user: user_id, team, kind, count }).await?;
        }
    }
    Ok(())
}

/// Tells a seller that something happened in an after-sale; answers whether a letter should tell of it at once.
pub(crate) async fn tell_of_after_sale(
    conn: &mut Conn,
    services: &Services,
    user_id: UserId,
    team: TeamId,
    after_sale: AfterSaleId,
) -> Result<bool> {
    let kind = NotificationKind::AfterSale;
    let (id, at_ms) = (services.new_id(), services.now_ms());
    let row = NewNotification { id, user_id, team_id: team, kind, subject_id: after_sale.get(), at_ms };
    rows::put_notification(conn, &row, true).await?;
    Ok(wish_of(conn, user_id, kind).await?.by_mail == ByMail::AtOnce)
}

/// Hears of an order's event from the outbox: tells of parcels that may be packed, and takes as read those that have
/// left or never will. Hearing twice tells once.
pub(crate) async fn hear(services: &Services, topic: &str, order: OrderId) -> Result<()> {
    let is_news = topic == ORDER_PAID;
    if !is_news && !SEEN_TO.contains(&topic) {
        return Ok(());
    }
    let mut tx = services.db.write().await?;
    for parcel in store::parcels::list_order_parcels(&mut tx, order).await? {
        let (team, subject) = (parcel.team_id, parcel.id.get());
        let waits = parcel.status == ParcelStatus::ToPack;
        if is_news && waits {
            tell_team(&mut tx, services, team, NotificationKind::NewOrder, &[subject]).await?;
        } else if !waits {
            let now_ms = services.now_ms();
            rows::update_subject_read(&mut tx, team, NotificationKind::NewOrder, subject, now_ms).await?;
            rows::delete_subject(&mut tx, team, NotificationKind::Late, subject).await?;
        }
    }
    Ok(tx.commit().await?)
}

/// Looks at every team and writes every person's letter of the day, if it is time and nobody has done it today.
pub async fn look_at_the_day(services: &Services) -> Result<()> {
    let Some(day) = digest_day(services.now_ms()) else { return Ok(()) };
    let teams = {
        let mut conn = services.db.read().await?;
        rows::list_selling_teams(&mut conn).await?
    };
    let mut people = BTreeSet::new();
    for team in teams {
        let mut tx = services.db.write().await?;
        let now_ms = services.now_ms();
        if rows::take_day(&mut tx, DayOf::Team(team), day, now_ms).await? {
            look_at_team(&mut tx, services, team).await?;
        }
        people.extend(sellers_of(&mut tx, team).await?);
        tx.commit().await?;
    }
    for user in people {
        let mut tx = services.db.write().await?;
        let until_ms = services.now_ms();
        let whose = DayOf::Person(user);
        let before_ms = rows::find_day_ms(&mut tx, whose).await?;
        if rows::take_day(&mut tx, whose, day, until_ms).await? {
            let since_ms = before_ms.unwrap_or(until_ms - DAY_MS);
            mail::post(&mut tx, services, &Letter::Digest { user, since_ms, until_ms }).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

/// Tells of what is so today and was not told of; what is no longer so goes.
async fn look_at_team(conn: &mut Conn, services: &Services, team: TeamId) -> Result<()> {
    let late_before_ms = services.now_ms() - services.rules.dispatch_within_hours * HOUR_MS;
    let late = store::day::list_late(conn, team, late_before_ms, MOST_LATE).await?;
    let warnings = warnings_of(conn, services, team).await?;
    let today = today(services);
    let (first, last) = (today.to_string(), today.plus_days(LICENCE_NOTICE_DAYS).to_string());
    let ending = store::marks::list_ending_licences(conn, team, &first, &last).await?;
    let now: [(NotificationKind, Vec<i64>); 4] = [
        (NotificationKind::Late, late.into_iter().map(|parcel| parcel.get()).collect()),
        (NotificationKind::LowStock, warnings.low.iter().map(|one| one.product.get()).collect()),
        (NotificationKind::Expiring, warnings.expiring.iter().map(|one| one.batch.get()).collect()),
        (NotificationKind::LicenceEnding, ending.into_iter().map(|licence| licence.get()).collect()),
    ];
    for (kind, subjects) in now {
        for known in rows::list_team_subjects(conn, team, kind).await? {
            if !subjects.contains(&known) {
                rows::delete_subject(conn, team, kind, known).await?;
            }
        }
        tell_team(conn, services, team, kind, &subjects).await?;
    }
    Ok(())
}

/// Forgets what was told long ago.
pub(crate) async fn purge(services: &Services) -> Result<()> {
    let before_ms = services.now_ms() - services.rules.notification_days * DAY_MS;
    let mut tx = services.db.write().await?;
    rows::purge_notifications(&mut tx, before_ms).await?;
    Ok(tx.commit().await?)
}

/// How many notifications the viewer has not read in a team's console.
///
/// # Errors
/// Guarded: sellers and captain of the team.
pub async fn count_unread(services: &Services, viewer: &Viewer, team: TeamId) -> Result<i64> {
    let user = viewer.require_seller(team)?.user_id;
    let mut conn = services.db.read().await?;
    Ok(rows::count_unread(&mut conn, user, team).await?)
}

/// How the viewer is told of each kind.
///
/// # Errors
/// [`ServiceError::SignInRequired`] for visitors.
pub async fn wishes(services: &Services, viewer: &Viewer) -> Result<Vec<(NotificationKind, Wish)>> {
    let user = viewer.require_user()?.user_id;
    let mut conn = services.db.read().await?;
    let said = rows::list_wishes(&mut conn, user).await?;
    let wish = |kind: NotificationKind| {
        let row = said.iter().find(|row| row.kind == kind);
        row.map_or(kind.proposed(), |row| Wish { in_console: row.in_console == 1, by_mail: row.by_mail })
    };
    Ok(NotificationKind::ALL.iter().map(|kind| (*kind, wish(*kind))).collect())
}

/// How somebody wants to be told of a kind, as chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SetWish {
    pub kind: String,
    /// `on`, or blank.
    pub in_console: String,
    /// `never`, `digest` or `at_once`.
    pub by_mail: String,
}

/// Keeps how the viewer wants to be told; kinds that are not named stay as they are. The same twice changes nothing.
///
/// # Errors
/// Field `rows.N.kind` or `rows.N.by_mail` for unknown words. Guarded: sellers and captain of the team.
pub async fn set_wishes(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    wanted: &[SetWish],
) -> Result<()> {
    let user = viewer.require_seller(team)?.user_id;
    let mut parsed = Vec::new();
    for (at, one) in wanted.iter().enumerate() {
        let unknown = |field: &str| ServiceError::invalid(format!("rows.{at}.{field}"), Problem::Unknown);
        let kind = NotificationKind::parse(&one.kind).map_err(|_| unknown("kind"))?;
        let by_mail = ByMail::parse(&one.by_mail).map_err(|_| unknown("by_mail"))?;
        parsed.push(WishRow { kind, in_console: i64::from(one.in_console == "on"), by_mail });
    }
    let mut tx = services.db.write().await?;
    for wish in parsed {
        rows::put_wish(&mut tx, user, wish).await?;
    }
    Ok(tx.commit().await?)
}

/// What a person has not read of what was told between two moments, of the kinds they want in the day's letter.
pub(crate) async fn digest(
    conn: &mut Conn,
    user: UserId,
    since_ms: i64,
    until_ms: i64,
) -> Result<Vec<UnreadRow>> {
    let said = rows::list_wishes(conn, user).await?;
    let wants = |kind: NotificationKind| {
        let by_mail =
            said.iter().find(|row| row.kind == kind).map_or(kind.proposed().by_mail, |row| row.by_mail);
        by_mail == ByMail::Digest
    };
    let unread = rows::list_unread(conn, user, since_ms, until_ms).await?;
    Ok(unread.into_iter().filter(|row| wants(row.kind)).collect())
}
