//! The mark of the database's state, on both engines.

use sqlx::Executor as _;

use super::{insert_places, on_both, on_sqlite};

/// What was kept may be used again only when this holds.
#[tokio::test]
async fn the_mark_changes_with_every_commit() {
    on_both(async |db| {
        let before = db.version().await.unwrap();

        let mut tx = db.write().await.unwrap();
        insert_places(&mut tx).await;
        let meanwhile = db.version().await.unwrap();
        tx.commit().await.unwrap();
        let after = db.version().await.unwrap();
        assert_ne!(after, before, "written and committed");
        assert_ne!(after, meanwhile, "a mark taken while it was written is not that of its end");
    })
    .await;
}

/// On PostgreSQL other databases of the same server change the mark as well, so it is not asked here.
#[tokio::test]
async fn reading_leaves_the_mark_as_it_is() {
    on_sqlite(async |db| {
        let before = db.version().await.unwrap();
        db.read().await.unwrap().execute("SELECT id FROM towns").await.unwrap();
        assert_eq!(db.version().await.unwrap(), before);
    })
    .await;
}
