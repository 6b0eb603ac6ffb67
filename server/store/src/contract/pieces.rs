//! Photos that come in pieces, on both engines.

use domain::ids::{TeamId, UnfinishedPhotoId, UserId};

use super::catalogue::insert_catalogue;
use crate::Db;
use crate::pieces::*;

const T: i64 = 1_750_000_000_000;
const USER: UserId = UserId::from_i64(9);
const TEAM: TeamId = TeamId::from_i64(6);

fn begun(id: i64, content_hash: &str, touched_at_ms: i64) -> UnfinishedRow {
    UnfinishedRow {
        id: UnfinishedPhotoId::from_i64(id),
        user_id: USER,
        team_id: TEAM,
        content_hash: content_hash.to_owned(),
        length_bytes: 300,
        received_bytes: 0,
        pieces: String::new(),
        touched_at_ms,
    }
}

pub(super) async fn scenario(db: &Db) {
    let mut tx = db.write().await.unwrap();
    insert_catalogue(&mut tx).await;
    let first = begun(600, "aa", T);
    insert_unfinished(&mut tx, &first).await.unwrap();
    insert_unfinished(&mut tx, &begun(601, "aa", T + 5)).await.unwrap();
    let found = find_unfinished(&mut tx, USER, TEAM, "aa").await.unwrap();
    assert_eq!(found, Some(first.clone()), "the same photo is begun once");
    assert_eq!(find_unfinished(&mut tx, UserId::from_i64(8), TEAM, "aa").await.unwrap(), None);

    assert!(update_received(&mut tx, first.id, 0, 100, T + 1).await.unwrap());
    assert!(!update_received(&mut tx, first.id, 0, 100, T + 2).await.unwrap(), "the same piece again");
    assert!(!update_received(&mut tx, first.id, 100, 201, T + 2).await.unwrap(), "more than the whole");
    assert!(update_received(&mut tx, first.id, 100, 200, T + 3).await.unwrap());
    let whole = find_unfinished(&mut tx, USER, TEAM, "aa").await.unwrap().unwrap();
    assert_eq!((whole.received_bytes, whole.pieces.as_str(), whole.touched_at_ms), (300, "100,200", T + 3));

    insert_unfinished(&mut tx, &begun(602, "bb", T + 2)).await.unwrap();
    let surplus: Vec<i64> =
        list_surplus(&mut tx, USER, 1).await.unwrap().iter().map(|row| row.id.get()).collect();
    assert_eq!(surplus, [602], "the one that moved last stays");
    let stale: Vec<i64> =
        list_stale(&mut tx, T + 3, 9).await.unwrap().iter().map(|row| row.id.get()).collect();
    assert_eq!(stale, [602]);
    delete_unfinished(&mut tx, first.id, 100).await.unwrap();
    assert!(find_unfinished(&mut tx, USER, TEAM, "aa").await.unwrap().is_some(), "a piece came meanwhile");
    delete_unfinished(&mut tx, first.id, 300).await.unwrap();
    assert_eq!(find_unfinished(&mut tx, USER, TEAM, "aa").await.unwrap(), None);
    tx.commit().await.unwrap();
}
