//! Renditions that no row names yet, or any longer, on both engines.

use crate::media::*;
use crate::{Conn, Db};

const T: i64 = 1_750_000_000_000;
const WHILE: i64 = 1_000;

pub(super) async fn scenario(db: &Db) {
    let mut tx = db.write().await.unwrap();
    let conn: &mut Conn = &mut tx;
    assert!(note_unnamed(conn, "aa", T, T - WHILE).await.unwrap());
    assert!(note_unnamed(conn, "aa", T + 1, T + 1 - WHILE).await.unwrap(), "somebody else stores the same");
    assert!(note_unnamed(conn, "bb", T, T - WHILE).await.unwrap());
    assert!(take_unnamed(conn, "bb").await.unwrap(), "a row names it now");
    assert!(!take_unnamed(conn, "bb").await.unwrap(), "once");
    give_up(conn, "aa").await.unwrap();
    assert_eq!(list_unnamed(conn, T + 1, 9).await.unwrap(), Vec::<String>::new(), "it is only just coming");
    give_up(conn, "cc").await.unwrap();
    assert_eq!(list_unnamed(conn, T + 2, 9).await.unwrap(), ["cc", "aa"]);
    assert_eq!(list_unnamed(conn, T + 2, 1).await.unwrap(), ["cc"]);

    assert!(!claim_unnamed(conn, "aa", T + 1, T + WHILE).await.unwrap(), "touched since it was listed");
    let swept_ms = T + WHILE;
    assert!(claim_unnamed(conn, "aa", T + 2, swept_ms).await.unwrap());
    assert!(!claim_unnamed(conn, "aa", T + 2, swept_ms + 1).await.unwrap(), "another is at it");
    assert_eq!(list_unnamed(conn, T + 2, 9).await.unwrap(), ["cc"]);
    assert!(!take_unnamed(conn, "aa").await.unwrap(), "what is going is named by no row");
    assert!(!note_unnamed(conn, "aa", swept_ms + 1, swept_ms).await.unwrap(), "nor stored beside");

    // Whoever swept was stopped: after a while it may be swept by another, or stored anew, and then stays.
    assert!(claim_unnamed(conn, "aa", swept_ms + 1, swept_ms + 2 * WHILE).await.unwrap());
    delete_swept(conn, "aa", swept_ms).await.unwrap();
    assert!(
        !note_unnamed(conn, "aa", swept_ms + WHILE, swept_ms).await.unwrap(),
        "not the first one's any more"
    );
    assert!(note_unnamed(conn, "aa", swept_ms + 4 * WHILE, swept_ms + 3 * WHILE).await.unwrap());
    delete_swept(conn, "aa", swept_ms + 2 * WHILE).await.unwrap();
    assert!(take_unnamed(conn, "aa").await.unwrap(), "stored anew");

    assert!(claim_unnamed(conn, "cc", T, T + 1).await.unwrap());
    delete_swept(conn, "cc", T + 1).await.unwrap();
    assert_eq!(list_unnamed(conn, i64::MAX, 9).await.unwrap(), Vec::<String>::new());
    tx.commit().await.unwrap();
}
