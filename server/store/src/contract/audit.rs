//! The audit log read back, and that nothing in it or in the books can be changed, on both engines.

use domain::ids::UserId;
use sqlx::{AssertSqlSafe, Executor};

use super::{insert_places, on_both};
use crate::audit::*;
use crate::operation::{NewAuditEntry, insert_audit_entry};
use crate::{Conn, Db};

const T: i64 = 1_750_000_000_000;

async fn insert(conn: &mut Conn, id: i64, user: Option<i64>, action: &'static str, subject: i64) {
    let entry = NewAuditEntry {
        id,
        at_ms: T + id,
        user: user.map(UserId::from_i64),
        action,
        subject_kind: "user",
        subject_id: subject,
        detail: "{}".to_owned(),
    };
    insert_audit_entry(conn, &entry).await.unwrap();
}

pub(super) async fn scenario(db: &Db) {
    let mut tx = db.write().await.unwrap();
    let conn: &mut Conn = &mut tx;
    insert_places(conn).await;
    insert(conn, 1, Some(9), "sign_in", 9).await;
    insert(conn, 2, None, "sign_in_failed", 9).await;
    insert(conn, 3, Some(9), "role_grant", 77).await;
    insert_origin(conn, 2, T + 2, "10.0.0.1", "abc").await.unwrap();

    let all = Filter { before_id: i64::MAX, limit: 10, ..Filter::default() };
    let ids = |rows: Vec<EntryRow>| rows.into_iter().map(|row| row.id).collect::<Vec<_>>();
    assert_eq!(ids(list_entries(conn, &all).await.unwrap()), [3, 2, 1], "latest first");
    let rows = list_entries(conn, &Filter { before_id: 3, limit: 1, ..all.clone() }).await.unwrap();
    assert_eq!((rows[0].address.as_str(), rows[0].request_id.as_str(), rows.len()), ("10.0.0.1", "abc", 1));
    let of_nine = Filter { user: Some(9), ..all.clone() };
    assert_eq!(ids(list_entries(conn, &of_nine).await.unwrap()), [3, 2, 1], "by it and to it");
    let failed = Filter { action: Some("sign_in_failed".to_owned()), from_id: 2, ..all.clone() };
    assert_eq!(ids(list_entries(conn, &failed).await.unwrap()), [2]);
    assert_eq!(ids(list_of_subject(conn, "user", 9, 10).await.unwrap()), [2, 1], "to it, whoever did it");
    assert_eq!(ids(list_of_subject(conn, "user", 9, 1).await.unwrap()), [2], "latest first");
    let by_nine = list_by_account(conn, UserId::from_i64(9), 10).await.unwrap();
    assert!(by_nine.iter().all(|entry| entry.user_name.as_deref() == Some("茶友")));
    assert_eq!(ids(by_nine), [3, 1]);
    assert_eq!(list_users_named(conn, "茶友").await.unwrap(), [9]);

    assert_eq!(purge_origins(conn, T + 2).await.unwrap(), 0);
    assert_eq!(purge_origins(conn, T + 3).await.unwrap(), 1);
    let rows = list_entries(conn, &all).await.unwrap();
    assert_eq!((rows.len(), rows[1].address.as_str()), (3, ""), "the entry stays, the address is forgotten");
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn the_database_refuses_to_change_or_remove_what_is_only_added_to() {
    on_both(async |db: &Db| {
        let mut tx = db.write().await.unwrap();
        insert_places(&mut tx).await;
        insert(&mut tx, 1, Some(9), "sign_in", 9).await;
        for statement in [
            "INSERT INTO accounts (id, code) VALUES (1, 'a'), (2, 'b')",
            "INSERT INTO journal_entries (id, kind, at_ms, cause) VALUES (1, 'x', 1, 'x')",
            "INSERT INTO postings (entry_id, position, account_id, amount_fen) VALUES (1, 0, 1, 5), (1, 1, 2, -5)",
        ] {
            tx.execute(statement).await.unwrap();
        }
        tx.commit().await.unwrap();
        for (table, column) in [("audit_log", "at_ms"), ("journal_entries", "at_ms"), ("postings", "amount_fen")] {
            for statement in
                [format!("UPDATE {table} SET {column} = {column} + 1"), format!("DELETE FROM {table}")]
            {
                let mut tx = db.write().await.unwrap();
                let refused = tx.execute(AssertSqlSafe(statement.clone())).await.unwrap_err();
                assert!(refused.to_string().contains("append-only"), "{statement}: {refused}");
            }
        }
        if db.engine() == crate::Engine::Postgres {
            let mut tx = db.write().await.unwrap();
            assert!(tx.execute("TRUNCATE audit_log CASCADE").await.is_err());
        }
    })
    .await;
}
