//! Files that nobody means well with, sent to every upload by whoever may use it: pictures that are none or claim to be vast,
//! workbooks that unpack to gigabytes, formulas, other encodings, one thing that is also another. What is refused is told
//! why and has changed nothing, neither in the database nor among the stored photos.

use std::path::Path;

use futures::TryStreamExt as _;

use super::*;

/// What of the fuzz targets' corpus is a file that somebody may upload.
const CORPUS: [&str; 4] = ["photo", "sheet", "goods", "shipping_sheet"];

fn corpus() -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for folder in CORPUS {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(folder);
        for entry in std::fs::read_dir(&path).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            found.push((format!("{folder}/{name}"), std::fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

/// A JPEG that says it has 60,000 rows of 60,000 points.
fn vast_picture() -> Vec<u8> {
    let head = [0xFF, 0xD8, 0xFF, 0xC0, 0x00, 0x11, 0x08, 0xEA, 0x60, 0xEA, 0x60, 0x03];
    let planes = [0x01, 0x11, 0x00, 0x02, 0x11, 0x00, 0x03, 0x11, 0x00, 0xFF, 0xD9];
    [head.as_slice(), &planes].concat()
}

/// A workbook each of whose parts says that it unpacks to four gigabytes.
fn vast_workbook(workbook: &[u8]) -> Vec<u8> {
    let mut vast = workbook.to_vec();
    for (mark, at) in [(b"PK\x01\x02", 24), (b"PK\x03\x04", 22)] {
        let places: Vec<usize> =
            vast.windows(4).enumerate().filter(|(_, bytes)| bytes == mark).map(|(place, _)| place).collect();
        for place in places {
            vast[place + at..place + at + 4].copy_from_slice(&0xFFFF_FFF0_u32.to_le_bytes());
        }
    }
    vast
}

fn files() -> Vec<(String, Vec<u8>)> {
    let mut files = corpus();
    let of = |name: &str| files.iter().find(|(known, _)| known == name).unwrap().1.clone();
    let (photo, workbook) = (of("photo/small.jpg"), of("sheet/list.xlsx"));
    let made = [
        ("a vast picture", vast_picture()),
        ("a vast workbook", vast_workbook(&workbook)),
        ("half a workbook", workbook[..workbook.len() / 2].to_vec()),
        ("half a picture", photo[..photo.len() / 2].to_vec()),
        ("a picture that is also a workbook", [photo, workbook].concat()),
        ("a list that calls itself a picture", b"GIF89a,3\nOWN-1,3\n".to_vec()),
        ("a list that calls a program", b"=cmd|' /C calc'!A0,1\n@SUM(1+1),2\n".to_vec()),
        ("a program", b"MZ\x90\x00\x03\x00\x00\x00\x04\x00".to_vec()),
        ("a list in no encoding", vec![0xC3, 0x28, 0xA0, 0xA1, 0x2C, 0x31, 0x0A]),
        ("nothing but zeros", vec![0; 70_000]),
    ];
    files.extend(made.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)));
    files
}

async fn stored(world: &World) -> usize {
    let media = &world.shop.services.media;
    media.list(None).try_collect::<Vec<_>>().await.unwrap().len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_files_are_refused_with_a_reason_and_change_nothing() {
    let world = patient_world(None).await;
    let files = files();
    for row in all_rows().filter(|row| row.path.starts_with("/upload/")) {
        let mut call = prepare(&world, row).await;
        let mut refused = 0;
        let mut before = (digest(&world.shop.services).await, stored(&world).await);
        for (number, (name, bytes)) in files.iter().enumerate() {
            if call.has_key() {
                call.put("key", &format!("hostile {number} {}", row.path));
            }
            call.file = Some(bytes.clone());
            let answered = ask(world.browser(call.who), &call).await;
            let after = (digest(&world.shop.services).await, stored(&world).await);
            let what = format!("{} with {name}: {} {}", row.path, answered.status, answered.body);
            if answered.status != 200 {
                assert!(matches!(answered.status, 409 | 422), "{what}");
                assert!(!answered.header("x-said").is_empty(), "{what}: nobody is told why");
                // A draft keeps the words that came with a picture that it does not take.
                let is_draft = row.path == "/upload/listing";
                assert!(is_draft || changes(&before.0, &after.0).is_empty(), "{what}");
                assert_eq!(before.1, after.1, "{what}: a file is left behind");
                refused += 1;
            }
            before = after;
        }
        // Of a piece it is not known yet what it will be.
        let is_piece = row.path == "/upload/photo-piece";
        assert!(is_piece || refused * 3 > files.len(), "{}: {refused} of {} refused", row.path, files.len());
    }
    assert_sound(&world).await;
    world.shop.stop().await;
}
