//! Passkeys on both engines.

use domain::ids::{PasskeyId, UserId};

use super::{insert_places, on_both};
use crate::people::*;
use crate::{Conn, Db, StoreError};

const T: i64 = 1_750_000_000_000;
const OWNER: UserId = UserId::from_i64(9);
const OTHER: UserId = UserId::from_i64(10);

fn passkey(id: i64, user: UserId, credential_id: &[u8]) -> PasskeyRow {
    PasskeyRow {
        id: PasskeyId::from_i64(id),
        user_id: user,
        credential_id: credential_id.to_vec(),
        public_key: b"cose".to_vec(),
        sign_count: 0,
        is_synced: 1,
        name: "手机".to_owned(),
        created_at_ms: T + id,
        used_at_ms: None,
    }
}

async fn insert_people(conn: &mut Conn) {
    insert_places(conn).await;
    insert_user(conn, OTHER, "乙", "x", "zh", T).await.unwrap();
}

pub(super) async fn scenario(db: &Db) {
    let mut tx = db.write().await.unwrap();
    insert_people(&mut tx).await;
    keys(&mut tx).await;
    counters(&mut tx).await;
    sessions(&mut tx).await;
    challenges(&mut tx).await;
    tx.commit().await.unwrap();
}

async fn keys(conn: &mut Conn) {
    for row in [passkey(2, OWNER, b"two"), passkey(1, OWNER, b"one"), passkey(3, OTHER, b"three")] {
        insert_passkey(conn, &row).await.unwrap();
    }
    assert_eq!(
        (count_passkeys(conn, OWNER).await.unwrap(), count_passkeys(conn, OTHER).await.unwrap()),
        (2, 1)
    );
    let listed: Vec<i64> = list_passkeys(conn, OWNER).await.unwrap().iter().map(|row| row.id.get()).collect();
    assert_eq!(listed, [1, 2], "oldest first, one's own only");
    let found = find_passkey_by_credential(conn, b"three").await.unwrap().unwrap();
    assert_eq!((found.user_id, found.public_key, found.is_synced), (OTHER, b"cose".to_vec(), 1));
    assert!(find_passkey_by_credential(conn, b"four").await.unwrap().is_none());

    let one = PasskeyId::from_i64(1);
    assert!(rename_passkey(conn, OWNER, one, "电脑 💻").await.unwrap());
    assert!(!rename_passkey(conn, OTHER, one, "偷来的").await.unwrap(), "not somebody else's");
    assert_eq!(list_passkeys(conn, OWNER).await.unwrap()[0].name, "电脑 💻");
}

async fn counters(conn: &mut Conn) {
    let one = PasskeyId::from_i64(1);
    for _ in 0..2 {
        assert!(use_passkey(conn, one, 0, T + 5).await.unwrap(), "those that do not count say 0 for ever");
    }
    assert!(use_passkey(conn, one, 7, T + 6).await.unwrap());
    for back in [7, 6, 0] {
        assert!(!use_passkey(conn, one, back, T + 9).await.unwrap(), "{back} after 7");
    }
    let row = find_passkey_by_credential(conn, b"one").await.unwrap().unwrap();
    assert_eq!((row.sign_count, row.used_at_ms), (7, Some(T + 6)));
    assert!(use_passkey(conn, one, i64::from(u32::MAX), T + 7).await.unwrap());
}

async fn sessions(conn: &mut Conn) {
    let two = PasskeyId::from_i64(2);
    for token in [b"here".as_slice(), b"there", b"other"] {
        insert_session(conn, token, Some(OWNER), T, T + 100).await.unwrap();
    }
    for token in [b"here".as_slice(), b"there"] {
        update_session_passkey(conn, token, two).await.unwrap();
    }
    assert_eq!(list_session_roles(conn, b"here", T).await.unwrap()[0].passkey_id, Some(2));
    assert_eq!(list_session_roles(conn, b"other", T).await.unwrap()[0].passkey_id, None);
    assert!(!delete_passkey(conn, OTHER, two, b"").await.unwrap(), "not somebody else's");
    assert_eq!(list_session_roles(conn, b"there", T).await.unwrap().len(), 1);
    assert!(delete_passkey(conn, OWNER, two, b"here").await.unwrap());
    assert!(!delete_passkey(conn, OWNER, two, b"here").await.unwrap());
    assert!(list_session_roles(conn, b"there", T).await.unwrap().is_empty(), "what it opened is over");
    let here = list_session_roles(conn, b"here", T).await.unwrap();
    assert_eq!(here[0].passkey_id, None, "and proves nothing any more");
    assert_eq!(list_session_roles(conn, b"other", T).await.unwrap().len(), 1);
    assert_eq!(delete_passkeys_of_user(conn, OWNER).await.unwrap(), 1);
    assert_eq!(count_passkeys(conn, OTHER).await.unwrap(), 1);
}

async fn challenges(conn: &mut Conn) {
    let asked = |challenge: &[u8], until_ms| ChallengeRow {
        challenge: challenge.to_vec(),
        name: "手机".to_owned(),
        expires_at_ms: until_ms,
    };
    put_challenge(conn, b"s", "add", &asked(b"first", T + 10)).await.unwrap();
    put_challenge(conn, b"s", "add", &asked(b"second", T + 20)).await.unwrap();
    put_challenge(conn, b"s", "sign_in", &asked(b"third", T + 20)).await.unwrap();
    let shown = find_challenge(conn, b"s", "add", T).await.unwrap().unwrap();
    assert_eq!((shown.challenge.as_slice(), shown.name.as_str()), (b"second".as_slice(), "手机"));
    assert!(find_challenge(conn, b"s", "add", T + 20).await.unwrap().is_none(), "too late");
    assert!(find_challenge(conn, b"other", "add", T).await.unwrap().is_none(), "another session");
    assert!(take_challenge(conn, b"other", "add", T).await.unwrap().is_none());
    assert_eq!(take_challenge(conn, b"s", "add", T).await.unwrap().unwrap().challenge, b"second");
    assert!(take_challenge(conn, b"s", "add", T).await.unwrap().is_none(), "once");
    assert!(take_challenge(conn, b"s", "sign_in", T + 20).await.unwrap().is_none(), "too late");
    put_challenge(conn, b"s", "sign_in", &asked(b"fourth", T + 20)).await.unwrap();
    assert_eq!(purge_challenges(conn, T + 20).await.unwrap(), 0);
    assert_eq!(purge_challenges(conn, T + 21).await.unwrap(), 1);
}

#[tokio::test]
async fn keys_counters_and_questions_are_the_same_on_both_engines() {
    on_both(scenario).await;
}

#[tokio::test]
async fn a_credential_belongs_to_one_account_and_an_account_to_somebody() {
    on_both(async |db: &Db| {
        let mut tx = db.write().await.unwrap();
        insert_people(&mut tx).await;
        insert_passkey(&mut tx, &passkey(1, OWNER, b"one")).await.unwrap();
        let taken = insert_passkey(&mut tx, &passkey(2, OTHER, b"one")).await;
        assert!(matches!(taken, Err(StoreError::AlreadyExists)), "{taken:?}");
    })
    .await;
    on_both(async |db: &Db| {
        let mut tx = db.write().await.unwrap();
        let nobodys = insert_passkey(&mut tx, &passkey(1, UserId::from_i64(404), b"one")).await;
        assert!(matches!(nobodys, Err(StoreError::RuleBroken(_))), "{nobodys:?}");
    })
    .await;
}
