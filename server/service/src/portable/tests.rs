//! What comes out is what went in, and a file that is not whole changes nothing.

use std::io::{Read as _, Write as _};

use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use store::Conn;

use super::*;
use crate::testing::TestShop;

async fn exported(db: &Db) -> (Vec<u8>, Moved) {
    let mut file = Vec::new();
    let moved = export(db, &mut file).await.unwrap();
    (file, moved)
}

async fn new_database(folder: &std::path::Path, name: &str) -> Db {
    Db::connect(&format!("sqlite://{}", folder.join(name).display()), 2).await.unwrap()
}

fn lines_of(file: &[u8]) -> String {
    let mut text = String::new();
    GzDecoder::new(file).read_to_string(&mut text).unwrap();
    text
}

fn packed(text: &str) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    gzip.finish().unwrap()
}

async fn is_empty(db: &Db) -> bool {
    let mut conn = db.read().await.unwrap();
    let conn: &mut Conn = &mut conn;
    let tables = portable::list_tables(conn, db.engine()).await.unwrap();
    portable::find_occupied_table(conn, &tables).await.unwrap().is_none()
}

#[tokio::test]
async fn a_shop_goes_through_a_file_unchanged() {
    TestShop::on_both(async |shop: &TestShop| {
        let (file, out) = exported(&shop.services.db).await;
        let folder = tempfile::tempdir().unwrap();
        let other = new_database(folder.path(), "other.db").await;
        let back = import(&other, &mut file.as_slice()).await.unwrap();
        assert_eq!(back, out, "the same counts, sums and hash on both sides");
        assert_eq!(exported(&other).await.0, file, "byte for byte, whatever the engine");
        let again = import(&other, &mut file.as_slice()).await;
        assert!(matches!(again, Err(MoveError::NotEmpty(_))), "{again:?}");
        assert_eq!(exported(&other).await.0, file, "and nothing was changed by the refusal");
        other.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_file_that_is_not_whole_leaves_the_database_empty() {
    let shop = TestShop::sqlite().await;
    let (file, _) = exported(&shop.services.db).await;
    let text = lines_of(&file);
    let folder = tempfile::tempdir().unwrap();
    let db = new_database(folder.path(), "target.db").await;
    let one_row_less = {
        let at = text.find("\n[").unwrap() + 1;
        let end = at + text[at..].find('\n').unwrap() + 1;
        format!("{}{}", &text[..at], &text[end..])
    };
    let schema = format!("\"schema\":{}", store::newest_schema_version());
    let last_line = text.trim_end().rfind('\n').unwrap() + 1;
    for (what, broken) in [
        ("cut off in the middle", file[..file.len() / 2].to_vec()),
        ("cut off at the end", file[..file.len() - 9].to_vec()),
        ("without its last line", packed(&text[..last_line])),
        ("with something after it", packed(&format!("{text}[1]\n"))),
        ("with an altered name", packed(&text.replacen("塔元村", "塔园村", 1))),
        ("with a row less", packed(&one_row_less)),
        ("of a later release", packed(&text.replacen(&schema, "\"schema\":9999", 1))),
        ("of something else", packed("{\"hello\":1}\n")),
        ("that is no archive", b"hello".to_vec()),
        ("that is empty", Vec::new()),
    ] {
        assert_ne!(broken, file, "{what}");
        let outcome = import(&db, &mut broken.as_slice()).await;
        assert!(outcome.is_err(), "a file {what} was taken");
        if db.find_schema_version().await.unwrap() > 0 {
            assert!(is_empty(&db).await, "a file {what} left something behind");
        }
    }
    import(&db, &mut file.as_slice()).await.unwrap();
    assert!(!is_empty(&db).await, "after all that the whole file is taken");
    db.close().await;
}

#[tokio::test]
async fn money_that_does_not_add_up_is_noticed_even_with_a_matching_hash() {
    let shop = TestShop::sqlite().await;
    let (file, _) = exported(&shop.services.db).await;
    let text = lines_of(&file);
    let sums = text.lines().find(|line| line.contains("\"end\":\"variants\"")).unwrap();
    let at = sums.find("\"price_fen\":").unwrap() + "\"price_fen\":".len();
    let altered = format!("{}1{}", &sums[..at], &sums[at..]);
    let broken = packed(&text.replacen(sums, &altered, 1));
    let folder = tempfile::tempdir().unwrap();
    let db = new_database(folder.path(), "target.db").await;
    let outcome = import(&db, &mut broken.as_slice()).await;
    assert!(matches!(&outcome, Err(MoveError::Differs { table, .. }) if table == "variants"), "{outcome:?}");
    assert!(is_empty(&db).await);
    db.close().await;
}
