//! Audit log, refused forms and repeated requests on both engines.

use domain::ids::UserId;

use super::{insert_places, on_both};
use crate::operation::*;
use crate::{Conn, Db, StoreError};

const T: i64 = 1_750_000_000_000;

pub(super) async fn scenario(db: &Db) {
    let mut tx = db.write().await.unwrap();
    insert_places(&mut tx).await;
    audit(&mut tx).await;
    flashes(&mut tx).await;
    repeated_requests(&mut tx).await;
    tx.commit().await.unwrap();
}

async fn audit(conn: &mut Conn) {
    let user = UserId::from_i64(9);
    for (id, who, action) in [(1, Some(user), "sign_in"), (2, None, "sign_in_failed")] {
        let entry = NewAuditEntry {
            id,
            at_ms: T + id,
            user: who,
            action,
            subject_kind: "user",
            subject_id: 9,
            detail: r#"{"known":true}"#.to_owned(),
        };
        insert_audit_entry(conn, &entry).await.unwrap();
    }
    let of_subject = crate::audit::list_of_subject(conn, "user", 9, 10).await.unwrap();
    let actions: Vec<&str> = of_subject.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(actions, ["sign_in_failed", "sign_in"], "latest first");
    assert_eq!(of_subject[1].user_name.as_deref(), Some("茶友"));
}

async fn flashes(conn: &mut Conn) {
    insert_form_flash(conn, "mine", Some(b"session"), "{}", T).await.unwrap();
    insert_form_flash(conn, "anyone's", None, "[]", T).await.unwrap();
    let taken = take_form_flash(conn, "mine", Some(b"other"), T).await.unwrap();
    assert_eq!(taken, None, "a form is given back to its session only");
    assert_eq!(take_form_flash(conn, "mine", None, T).await.unwrap(), None);
    assert_eq!(take_form_flash(conn, "mine", Some(b"session"), T + 1).await.unwrap(), None, "too old");
    assert_eq!(take_form_flash(conn, "mine", Some(b"session"), T).await.unwrap().as_deref(), Some("{}"));
    assert_eq!(take_form_flash(conn, "mine", Some(b"session"), T).await.unwrap(), None, "taken once");
    assert_eq!(take_form_flash(conn, "anyone's", None, T).await.unwrap().as_deref(), Some("[]"));
    insert_form_flash(conn, "forgotten", None, "{}", T).await.unwrap();
    assert_eq!(purge_form_flashes(conn, T + 1).await.unwrap(), 1);
}

async fn repeated_requests(conn: &mut Conn) {
    assert!(claim_idempotency_key(conn, "place_order:9", "k", "print", T).await.unwrap());
    assert!(!claim_idempotency_key(conn, "place_order:9", "k", "other", T).await.unwrap());
    assert!(claim_idempotency_key(conn, "place_order:10", "k", "print", T).await.unwrap(), "another scope");
    update_idempotency_answer(conn, "place_order:9", "k", "42").await.unwrap();
    let again = update_idempotency_answer(conn, "place_order:9", "k", "43").await;
    assert!(matches!(again, Err(StoreError::NotFound(_))), "the first answer stays");
    let found = find_idempotency_key(conn, "place_order:9", "k").await.unwrap();
    assert_eq!(found, Some(IdempotencyRow { fingerprint: "print".to_owned(), answer: "42".to_owned() }));
    assert_eq!(purge_idempotency_keys(conn, T + 1).await.unwrap(), 2);
    assert_eq!(find_idempotency_key(conn, "place_order:9", "k").await.unwrap(), None);
}

#[tokio::test]
async fn a_refused_statement_leaves_nothing_behind() {
    on_both(async |db: &Db| {
        let mut tx = db.write().await.unwrap();
        claim_idempotency_key(&mut tx, "s", "k", "print", T).await.unwrap();
        drop(tx);
        let mut conn = db.read().await.unwrap();
        assert_eq!(find_idempotency_key(&mut conn, "s", "k").await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn of_thirty_simultaneous_requests_with_one_key_one_does_the_work() {
    on_both(async |db: &Db| {
        let requests: Vec<_> = (0..30)
            .map(|number: i64| {
                let db = db.clone();
                tokio::spawn(async move {
                    let mut tx = db.write().await.unwrap();
                    let fresh = claim_idempotency_key(&mut tx, "s", "k", "print", T).await.unwrap();
                    if fresh {
                        update_idempotency_answer(&mut tx, "s", "k", &number.to_string()).await.unwrap();
                    }
                    let answer = find_idempotency_key(&mut tx, "s", "k").await.unwrap().unwrap().answer;
                    tx.commit().await.unwrap();
                    (fresh, answer)
                })
            })
            .collect();
        let mut answers = Vec::new();
        for request in requests {
            answers.push(request.await.unwrap());
        }
        assert_eq!(answers.iter().filter(|(fresh, _)| *fresh).count(), 1);
        assert!(
            answers.iter().all(|(_, answer)| *answer == answers[0].1),
            "all are told the same: {answers:?}"
        );
    })
    .await;
}
