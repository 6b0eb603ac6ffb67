//! A backup is made while people write, and a shop comes out of it that is whole.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use object_store::memory::InMemory;
use object_store::{ObjectStoreExt as _, path::Path as Name};
use serde_json::Value;

use super::*;
use crate::testing::TestShop;

const SECOND_MS: i64 = 1000;

async fn put_photo(shop: &TestShop, name: &str, bytes: &'static [u8]) {
    shop.services.media.put(&Name::from(name), bytes.into()).await.unwrap();
}

async fn read_photo(media: &InMemory, name: &str) -> Vec<u8> {
    media.get(&Name::from(name)).await.unwrap().bytes().await.unwrap().to_vec()
}

/// Writes one thing after the other until told to stop; what was acknowledged is noted outside.
async fn write_on(services: Services, noted: Arc<Mutex<Vec<i64>>>, stop: Arc<AtomicBool>) {
    while !stop.load(Ordering::SeqCst) {
        let id: i64 = services.new_id::<i64>();
        let mut tx = services.db.write().await.unwrap();
        let entry = store::operation::NewAuditEntry {
            id,
            at_ms: services.now_ms(),
            user: None,
            action: "drill.written",
            subject_kind: "drill",
            subject_id: 1,
            detail: "{}".to_owned(),
        };
        store::operation::insert_audit_entry(&mut tx, &entry).await.unwrap();
        tx.commit().await.unwrap();
        noted.lock().unwrap().push(id);
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_before_a_backup_is_in_it_although_people_go_on_writing() {
    TestShop::on_both(async |shop: &TestShop| {
        put_photo(shop, "ab/abcd/s.webp", b"a photo").await;
        let (noted, stop) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let writing = tokio::spawn(write_on(shop.services.clone(), noted.clone(), stop.clone()));
        while noted.lock().unwrap().len() < 50 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        let folder = tempfile::tempdir().unwrap();
        let before: Vec<i64> = noted.lock().unwrap().clone();
        let made = back_up(&shop.services, folder.path(), "test", 0).await.unwrap();
        let after = noted.lock().unwrap().len();
        stop.store(true, Ordering::SeqCst);
        writing.await.unwrap();
        assert!(after > before.len(), "nobody wrote during the backup, so this shows nothing");

        let target = folder.path().join("restored/shop.db");
        let media = InMemory::new();
        // A SQLite file from SQLite, an export from PostgreSQL: both become a SQLite shop here.
        let restored = restore(folder.path(), &Database::File(target.clone()), &media).await.unwrap();
        assert_eq!(restored.manifest, made.manifest);
        assert_eq!(read_photo(&media, "ab/abcd/s.webp").await, b"a photo");
        let db = Db::connect(&format!("sqlite://{}", target.display()), 2).await.unwrap();
        db.migrate().await.unwrap();
        let mut services = shop.services.clone();
        services.db = db.clone();
        let mut conn = db.read().await.unwrap();
        let rows = store::audit::list_of_subject(&mut conn, "drill", 1, i64::MAX).await.unwrap();
        drop(conn);
        let found: std::collections::BTreeSet<i64> = rows.iter().map(|row| row.id).collect();
        let lost = before.iter().filter(|id| !found.contains(id)).count();
        assert_eq!(lost, 0, "acknowledged before the backup began, and gone");
        let report = crate::books::verify_books(&services).await.unwrap();
        assert!(report.is_sound(), "{:?}", report.mismatches);
        db.close().await;
        let left: Vec<String> = fs::read_dir(target.parent().unwrap())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .filter(|name| name.contains("restoring"))
            .collect();
        assert!(left.is_empty(), "{left:?}");
    })
    .await;
}

#[tokio::test]
async fn a_second_backup_copies_only_what_is_new_and_old_ones_go() {
    let shop = TestShop::sqlite().await;
    let folder = tempfile::tempdir().unwrap();
    put_photo(&shop, "ab/abcd/s.webp", b"one").await;
    put_photo(&shop, "cd/cdef/s.webp", b"two").await;
    let first = back_up(&shop.services, folder.path(), "test", 0).await.unwrap();
    assert_eq!((first.copied, first.manifest.photo_files), (2, 2));
    put_photo(&shop, "b0/b000/s.webp", b"three").await;
    shop.clock.advance(SECOND_MS);
    let second = back_up(&shop.services, folder.path(), "test", 0).await.unwrap();
    assert_eq!((second.copied, second.manifest.photo_files), (1, 3));
    shop.clock.advance(SECOND_MS);
    fs::create_dir(folder.path().join(".20200101T000000Z.partial")).unwrap();
    let third = back_up(&shop.services, folder.path(), "test", 2).await.unwrap();
    assert_eq!((third.copied, third.removed), (0, 1));
    assert_eq!(snapshots(folder.path()).unwrap(), vec![second.folder.clone(), third.folder]);
    assert!(!folder.path().join(".20200101T000000Z.partial").exists(), "what was cut off is cleared away");

    // One snapshot by its own name, not the newest.
    let media = InMemory::new();
    let target = Database::File(folder.path().join("x/shop.db"));
    let restored = restore(&second.folder, &target, &media).await.unwrap();
    assert_eq!((restored.photo_files, &restored.snapshot), (3, &second.folder));
}

#[tokio::test]
async fn nothing_that_is_there_is_written_over() {
    let shop = TestShop::sqlite().await;
    let folder = tempfile::tempdir().unwrap();
    put_photo(&shop, "ab/abcd/s.webp", b"one").await;
    back_up(&shop.services, folder.path(), "test", 0).await.unwrap();
    let target = folder.path().join("shop.db");
    fs::write(&target, b"precious").unwrap();
    let database = Database::File(target.clone());
    let outcome = restore(folder.path(), &database, &InMemory::new()).await;
    assert!(matches!(outcome, Err(BackupError::Occupied(_))), "{outcome:?}");
    assert_eq!(fs::read(&target).unwrap(), b"precious");
    fs::remove_file(&target).unwrap();

    let media = InMemory::new();
    media.put(&Name::from("ab/abcd/s.webp"), b"another"[..].into()).await.unwrap();
    assert!(matches!(restore(folder.path(), &database, &media).await, Err(BackupError::Occupied(_))));
    assert!(!target.exists(), "no shop without its photos");
    media.put(&Name::from("ab/abcd/s.webp"), b"one"[..].into()).await.unwrap();
    restore(folder.path(), &database, &media).await.unwrap();
}

#[tokio::test]
async fn a_damaged_backup_is_refused_and_leaves_nothing() {
    let shop = TestShop::sqlite().await;
    let folder = tempfile::tempdir().unwrap();
    put_photo(&shop, "ab/abcd/s.webp", b"one").await;
    let made = back_up(&shop.services, folder.path(), "test", 0).await.unwrap();
    let target = folder.path().join("restored.db");
    for file in
        [made.folder.join(SQLITE_FILE), made.folder.join(PHOTOS), folder.path().join("media/ab/abcd/s.webp")]
    {
        let whole = fs::read(&file).unwrap();
        let mut altered = whole.clone();
        let middle = altered.len() / 2;
        altered[middle] ^= 1;
        fs::write(&file, &altered).unwrap();
        let outcome = restore(folder.path(), &Database::File(target.clone()), &InMemory::new()).await;
        assert!(matches!(outcome, Err(BackupError::Damaged(_))), "{}: {outcome:?}", file.display());
        assert!(!target.exists());
        fs::write(&file, &whole).unwrap();
    }
    restore(folder.path(), &Database::File(target), &InMemory::new()).await.unwrap();
    let nothing = tempfile::tempdir().unwrap();
    let database = Database::File(nothing.path().join("x.db"));
    let outcome = restore(nothing.path(), &database, &InMemory::new()).await;
    assert!(matches!(outcome, Err(BackupError::NoBackup(_))));
}

#[tokio::test]
async fn a_damaged_manifest_is_refused_and_leaves_nothing() {
    let shop = TestShop::sqlite().await;
    let folder = tempfile::tempdir().unwrap();
    put_photo(&shop, "ab/abcd/s.webp", b"one").await;
    let made = back_up(&shop.services, folder.path(), "test", 0).await.unwrap();
    let (path, target) = (made.folder.join(MANIFEST), folder.path().join("restored.db"));
    let right = fs::read_to_string(&path).unwrap();
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut manifest: Value = serde_json::from_str(&right).unwrap();
        change(&mut manifest);
        manifest.to_string().into_bytes()
    };
    let mut damaged = vec![
        changed(&|manifest| manifest["format"] = 2.into()),
        changed(&|manifest| manifest["photo_files"] = (-1).into()),
        changed(&|manifest| manifest["database"]["sha256"] = "0".repeat(64).into()),
        changed(&|manifest| manifest["database"]["bytes"] = 0.into()),
        changed(&|manifest| manifest["tables"]["orders"]["rows"] = 987.into()),
        changed(&|manifest| manifest["tables"]["spoons"] = manifest["tables"]["orders"].clone()),
        // Files that are there, and are what the manifest says, but are not those of a snapshot.
        changed(&|manifest| manifest["photos"] = manifest["database"].clone()),
        changed(&|manifest| manifest["database"] = manifest["photos"].clone()),
        changed(&|manifest| manifest["database"]["file"] = made.folder.join(SQLITE_FILE).to_str().into()),
        changed(&|manifest| manifest["photos"]["file"] = "./media.sha256".into()),
        b"\xff\xfe".to_vec(),
        b"[".repeat(100_000),
        b"null".to_vec(),
    ];
    damaged.extend((0..right.len()).step_by(97).map(|end| right.as_bytes()[..end].to_vec()));
    for field in ["format", "schema", "began_at_ms", "database", "tables", "photos"] {
        damaged.push(changed(&|manifest| drop(manifest.as_object_mut().unwrap().remove(field))));
    }
    for bytes in damaged {
        fs::write(&path, &bytes).unwrap();
        let outcome = restore(folder.path(), &Database::File(target.clone()), &InMemory::new()).await;
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(2_000)]);
        assert!(matches!(outcome, Err(BackupError::Damaged(_))), "{shown}: {outcome:?}");
        assert!(!target.exists(), "{shown}");
    }
    fs::write(&path, &right).unwrap();
    restore(folder.path(), &Database::File(target), &InMemory::new()).await.unwrap();
}

#[test]
fn snapshots_are_named_by_their_time() {
    assert_eq!(name_of(crate::testing::START_MS), "20260615T040000Z");
}
