//! Letters, links that work once and addresses to be proved, on both engines.

use domain::ids::{OutboxId, UserId};

use super::{insert_places, on_both};
use crate::mail::*;
use crate::work::{claim_outbox, insert_outbox, postpone_outbox};
use crate::{Conn, Db};

const T: i64 = 1_750_000_000_000;
const USER: UserId = UserId::from_i64(9);

pub(super) async fn scenario(db: &Db) {
    let mut tx = db.write().await.unwrap();
    insert_places(&mut tx).await;
    letters(&mut tx).await;
    links(&mut tx).await;
    addresses(&mut tx).await;
    tx.commit().await.unwrap();
}

async fn letters(conn: &mut Conn) {
    let id = OutboxId::from_i64;
    for number in 1..=3 {
        insert_outbox(conn, id(number), TOPIC, 9, r#"{"letter":"x"}"#, T + number).await.unwrap();
    }
    insert_outbox(conn, id(4), "order_paid", 9, "{}", T).await.unwrap();
    let others: Vec<String> =
        claim_outbox(conn, T + 9, T + 60, 10).await.unwrap().into_iter().map(|job| job.topic).collect();
    assert_eq!(others, ["order_paid"], "letters are claimed apart");
    let mut claimed = claim_mail(conn, T + 9, T + 60, 2).await.unwrap();
    claimed.sort_by_key(|job| job.id);
    assert_eq!(claimed.iter().map(|job| job.id.get()).collect::<Vec<_>>(), [1, 2], "oldest first");
    assert_eq!(claim_mail(conn, T + 9, T + 60, 9).await.unwrap().len(), 1, "each once");

    finish_mail(conn, id(1), T + 10).await.unwrap();
    postpone_outbox(conn, id(2), T + 1_000, "code 450").await.unwrap();
    give_mail_up(conn, id(3), T + 20, "code 550").await.unwrap();
    let again = claim_mail(conn, T + 1_000, T + 2_000, 9).await.unwrap();
    assert_eq!(again.len(), 1, "sent and given up ones are not tried again");
    assert_eq!((again[0].id.get(), again[0].attempts, again[0].payload.len()), (2, 2, 14));
    let dead = list_given_up(conn, T, 10).await.unwrap();
    assert_eq!(dead.len(), 1);
    assert_eq!((dead[0].id, dead[0].attempts, dead[0].last_error.as_str()), (3, 1, "code 550"));
    assert!(list_given_up(conn, T + 21, 10).await.unwrap().is_empty());
    assert_eq!(purge_outbox(conn, T + 21).await.unwrap(), 2, "what waits stays");
}

async fn links(conn: &mut Conn) {
    insert_link(conn, b"one", USER, "reset", "a@b.example", T, T + 100).await.unwrap();
    insert_link(conn, b"two", USER, "reset", "a@b.example", T + 5, T + 100).await.unwrap();
    assert_eq!(count_links(conn, USER, "reset", T + 1).await.unwrap(), 1);
    assert!(find_link(conn, b"one", "email", T).await.unwrap().is_none(), "good for one purpose only");
    assert!(find_link(conn, b"one", "reset", T + 100).await.unwrap().is_none(), "too old");
    let found = find_link(conn, b"one", "reset", T + 99).await.unwrap().unwrap();
    assert_eq!((found.user_id, found.address.as_str()), (USER, "a@b.example"));
    assert!(take_link(conn, b"one", "reset", T + 100).await.unwrap().is_none());
    assert!(take_link(conn, b"one", "reset", T + 99).await.unwrap().is_some());
    assert!(take_link(conn, b"one", "reset", T + 99).await.unwrap().is_none(), "works once");
    delete_links(conn, USER, "email").await.unwrap();
    assert!(find_link(conn, b"two", "reset", T).await.unwrap().is_some());
    delete_links(conn, USER, "reset").await.unwrap();
    assert!(find_link(conn, b"two", "reset", T).await.unwrap().is_none());
    insert_link(conn, b"old", USER, "export", "", T, T + 1).await.unwrap();
    assert_eq!(purge_links(conn, T + 2).await.unwrap(), 1);
}

async fn addresses(conn: &mut Conn) {
    put_known_device(conn, USER, "chrome/android", T).await.unwrap();
    put_known_device(conn, USER, "chrome/android", T + 1).await.unwrap();
    assert_eq!(list_known_devices(conn, USER).await.unwrap(), ["chrome/android"]);
    assert_eq!(purge_known_devices(conn, T + 1).await.unwrap(), 0);
    assert_eq!(purge_known_devices(conn, T + 2).await.unwrap(), 1);
    crate::people::insert_login_name(conn, "13800000001", "phone", USER).await.unwrap();
    assert!(find_email(conn, USER).await.unwrap().is_none());
    crate::people::insert_login_name(conn, "a@b.example", "email", USER).await.unwrap();
    assert_eq!(find_email(conn, USER).await.unwrap().unwrap().verified_at_ms, None);
    assert!(verify_login_name(conn, USER, "a@b.example", T).await.unwrap());
    assert!(!verify_login_name(conn, USER, "other@b.example", T).await.unwrap());
    let names = list_login_names(conn, USER).await.unwrap();
    let listed: Vec<_> = names.iter().map(|name| (name.kind.as_str(), name.verified_at_ms)).collect();
    assert_eq!(listed, [("email", Some(T)), ("phone", None)]);
    delete_login_names_of_kind(conn, USER, "email").await.unwrap();
    assert_eq!(list_login_names(conn, USER).await.unwrap().len(), 1, "the telephone stays");

    put_pending_email(conn, USER, "b@b.example", T).await.unwrap();
    put_pending_email(conn, USER, "c@b.example", T + 1).await.unwrap();
    assert_eq!(find_pending_email(conn, USER).await.unwrap().as_deref(), Some("c@b.example"));
    assert_eq!(purge_pending_emails(conn, T + 1).await.unwrap(), 0);
    delete_pending_email(conn, USER).await.unwrap();
    assert_eq!(find_pending_email(conn, USER).await.unwrap(), None);
}

#[tokio::test]
async fn of_two_who_use_a_link_at_once_one_gets_it() {
    on_both(async |db: &Db| {
        let mut tx = db.write().await.unwrap();
        insert_places(&mut tx).await;
        insert_link(&mut tx, b"link", USER, "reset", "a@b.example", T, T + 100).await.unwrap();
        tx.commit().await.unwrap();
        let users: Vec<_> = (0..8)
            .map(|_| {
                let db = db.clone();
                tokio::spawn(async move {
                    let mut tx = db.write().await.unwrap();
                    let taken = take_link(&mut tx, b"link", "reset", T).await.unwrap().is_some();
                    tx.commit().await.unwrap();
                    taken
                })
            })
            .collect();
        let mut taken = 0;
        for user in users {
            taken += i32::from(user.await.unwrap());
        }
        assert_eq!(taken, 1);
    })
    .await;
}
