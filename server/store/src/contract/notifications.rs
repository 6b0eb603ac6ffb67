//! What sellers are told of, on both engines.

use domain::ids::{NotificationId, TeamId, UserId};
use domain::notification::{ByMail, NotificationKind};
use sqlx::Executor;

use super::catalogue::insert_catalogue;
use crate::notifications::*;
use crate::{Conn, Db};

const T: i64 = 1_750_000_000_000;
const USER: UserId = UserId::from_i64(9);
const TEAM: TeamId = TeamId::from_i64(6);
const ALL: NotificationFilter = NotificationFilter::all(USER, TEAM);

fn told(id: i64, kind: NotificationKind, subject_id: i64, at_ms: i64) -> NewNotification {
    NewNotification {
        id: NotificationId::from_i64(id),
        user_id: USER,
        team_id: TEAM,
        kind,
        subject_id,
        at_ms,
    }
}

pub(super) async fn scenario(db: &Db) {
    let mut tx = db.write().await.unwrap();
    insert_catalogue(&mut tx).await;
    let role =
        "INSERT INTO roles (id, user_id, kind, scope_id, granted_at_ms) VALUES (400, 9, 'seller', 6, 1)";
    (&mut *tx).execute(role).await.unwrap();
    assert_eq!(list_selling_teams(&mut tx).await.unwrap(), [TEAM]);
    telling(&mut tx).await;
    reading(&mut tx).await;
    wishes(&mut tx).await;
    ends(&mut tx).await;
    tx.commit().await.unwrap();
}

async fn telling(conn: &mut Conn) {
    use NotificationKind::{Expiring, Late, LowStock, NewOrder};
    for (id, kind, subject) in
        [(500, NewOrder, 210), (501, LowStock, 100), (502, Expiring, 120), (503, Late, 210)]
    {
        assert!(put_notification(conn, &told(id, kind, subject, T + id), false).await.unwrap());
    }
    assert!(
        !put_notification(conn, &told(504, NewOrder, 210, T + 900), false).await.unwrap(),
        "known already"
    );
    let rows = list_notifications(conn, ALL, 9, 0).await.unwrap();
    let shown: Vec<_> = rows
        .iter()
        .map(|row| (row.kind, row.order_number.as_str(), row.name.as_str(), row.batch_code.as_str()))
        .collect();
    assert_eq!(
        shown,
        [
            (Late, "N200", "", ""),
            (Expiring, "", "绿茶", "A"),
            (LowStock, "", "绿茶", ""),
            (NewOrder, "N200", "", "")
        ]
    );
    assert_eq!(rows[1].product_id, Some(100));
    assert_eq!(list_notifications(conn, ALL, 1, 1).await.unwrap()[0], rows[1], "page by page");
    let of_kind =
        list_notifications(conn, NotificationFilter { kind: Some(Late), ..ALL }, 9, 0).await.unwrap();
    assert_eq!(of_kind, rows[..1]);
    let days = NotificationFilter { from_ms: T + 501, until_ms: T + 503, ..ALL };
    assert_eq!(list_notifications(conn, days, 9, 0).await.unwrap(), rows[1..3]);
    assert_eq!(list_team_subjects(conn, TEAM, LowStock).await.unwrap(), [100]);
    of_a_later_release(conn).await;
}

/// What the release after this one tells of is neither shown nor counted, and nothing falls over it.
async fn of_a_later_release(conn: &mut Conn) {
    for statement in [
        "INSERT INTO notifications (id, user_id, team_id, kind, subject_id, at_ms) \
         VALUES (550, 9, 6, 'gossip', 1, 1750000000900)",
        "INSERT INTO notification_wishes (user_id, kind, in_console, by_mail) VALUES (9, 'gossip', 1, 'at_once')",
    ] {
        conn.execute(statement).await.unwrap();
    }
    assert_eq!(list_notifications(conn, ALL, 9, 0).await.unwrap().len(), 4);
    assert_eq!(count_unread(conn, USER, TEAM).await.unwrap(), 4);
    assert_eq!(list_unread(conn, USER, 0, T + 9_000).await.unwrap().len(), 4);
    assert_eq!(list_wishes(conn, USER).await.unwrap(), []);
    for statement in [
        "DELETE FROM notifications WHERE kind = 'gossip'",
        "DELETE FROM notification_wishes WHERE kind = 'gossip'",
    ] {
        conn.execute(statement).await.unwrap();
    }
}

async fn reading(conn: &mut Conn) {
    assert_eq!(count_unread(conn, USER, TEAM).await.unwrap(), 4);
    assert_eq!(count_unread(conn, UserId::from_i64(8), TEAM).await.unwrap(), 0);
    update_read(conn, UserId::from_i64(8), TEAM, NotificationId::from_i64(500), Some(T)).await.unwrap();
    assert_eq!(count_unread(conn, USER, TEAM).await.unwrap(), 4, "nobody reads for another");
    update_read(conn, USER, TEAM, NotificationId::from_i64(500), Some(T)).await.unwrap();
    assert_eq!(
        list_notifications(conn, NotificationFilter { only_unread: true, ..ALL }, 9, 0).await.unwrap().len(),
        3
    );
    assert!(
        put_notification(conn, &told(505, NotificationKind::NewOrder, 210, T + 1_000), true).await.unwrap()
    );
    assert_eq!(count_unread(conn, USER, TEAM).await.unwrap(), 4, "what happens again is new again");
    let unread = list_unread(conn, USER, T + 501, T + 9_000).await.unwrap();
    let counts: Vec<_> = unread.iter().map(|row| (row.kind, row.count)).collect();
    let expected = [NotificationKind::Expiring, NotificationKind::Late, NotificationKind::NewOrder];
    assert_eq!(counts, expected.map(|kind| (kind, 1)), "not what was told of before");
    update_subject_read(conn, TEAM, NotificationKind::NewOrder, 210, T + 1_500).await.unwrap();
    assert_eq!(count_unread(conn, USER, TEAM).await.unwrap(), 3, "what was seen to");
    let of_kind = NotificationFilter { kind: Some(NotificationKind::Late), ..ALL };
    update_all_read(conn, of_kind, T + 1_600).await.unwrap();
    assert_eq!(count_unread(conn, USER, TEAM).await.unwrap(), 2, "the others wait to be read");
    update_all_read(conn, ALL, T + 2_000).await.unwrap();
    assert_eq!(count_unread(conn, USER, TEAM).await.unwrap(), 0);
    update_read(conn, USER, TEAM, NotificationId::from_i64(500), None).await.unwrap();
    assert_eq!(count_unread(conn, USER, TEAM).await.unwrap(), 1);
}

async fn wishes(conn: &mut Conn) {
    assert_eq!(list_wishes(conn, USER).await.unwrap(), []);
    for in_console in [1, 0] {
        let wish = WishRow { kind: NotificationKind::NewOrder, in_console, by_mail: ByMail::Digest };
        put_wish(conn, USER, wish).await.unwrap();
        assert_eq!(list_wishes(conn, USER).await.unwrap(), [wish]);
    }
    assert_eq!(count_unread(conn, USER, TEAM).await.unwrap(), 0, "not in the console");
    assert_eq!(list_notifications(conn, ALL, 9, 0).await.unwrap().len(), 3);
    assert_eq!(list_unread(conn, USER, 0, T + 9_000).await.unwrap().len(), 1, "but in the letter");
    conn.execute("UPDATE roles SET revoked_at_ms = 2 WHERE id = 400").await.unwrap();
    assert_eq!(list_unread(conn, USER, 0, T + 9_000).await.unwrap(), [], "not to whom sells no more");
}

async fn ends(conn: &mut Conn) {
    for whose in [DayOf::Team(TEAM), DayOf::Person(UserId::from_i64(6))] {
        assert_eq!(find_day_ms(conn, whose).await.unwrap(), None);
        assert!(take_day(conn, whose, 20_000, T).await.unwrap());
        assert!(!take_day(conn, whose, 20_000, T + 1).await.unwrap(), "one of several servers");
        assert!(!take_day(conn, whose, 19_999, T + 1).await.unwrap());
        assert_eq!(find_day_ms(conn, whose).await.unwrap(), Some(T));
        assert!(take_day(conn, whose, 20_001, T + 2).await.unwrap());
    }
    delete_subject(conn, TEAM, NotificationKind::LowStock, 100).await.unwrap();
    assert_eq!(list_team_subjects(conn, TEAM, NotificationKind::LowStock).await.unwrap(), [0; 0]);
    assert_eq!(purge_notifications(conn, T + 503).await.unwrap(), 1);
    assert_eq!(purge_notifications(conn, T + 5_000).await.unwrap(), 2);
}
