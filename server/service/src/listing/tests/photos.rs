//! Photos: the same one twice, refused ones, their order in a listing.

use domain::time::HOUR_MS;

use super::*;
use crate::photos::load_rendition;

const SECOND_PHOTO: &[u8] = include_bytes!("../../../data/demo/pictures/category-honey.webp");

#[tokio::test]
async fn the_same_photo_is_one_photo_and_its_order_is_kept() {
    let fixture = county().await;
    let services = &fixture.services;
    let first = photo(&fixture, PHOTO, "p1").await;
    assert_eq!(photo(&fixture, PHOTO, "p1").await, first, "a repeated request");
    assert_eq!(photo(&fixture, PHOTO, "p2").await, first, "the same bytes again");
    let reused = upload_photo(services, &seller(), TEAM, Bytes::from_static(SECOND_PHOTO), "p1").await;
    assert!(matches!(reused, Err(ServiceError::Conflict(Conflict::KeyReused))));
    let second = photo(&fixture, SECOND_PHOTO, "p3").await;
    for (name, mime) in [("s.webp", "image/webp"), ("l.webp", "image/webp"), ("photo.jpg", "image/jpeg")] {
        let (bytes, found) = load_rendition(services, &first.content_hash, name).await.unwrap();
        assert!(found == mime && !bytes.is_empty(), "{name}");
    }
    for (hash, name) in [(first.content_hash.as_str(), "../x"), ("..", "s.webp"), (&"0".repeat(64), "s.webp")]
    {
        assert!(matches!(load_rendition(services, hash, name).await, Err(ServiceError::NotFound)));
    }

    let (product, mut form) = draft(&fixture).await;
    form.photos = vec![second.media_id.to_string(), first.media_id.to_string()];
    save(&fixture, product, &form).await.unwrap();
    form.photos.reverse();
    save(&fixture, product, &form).await.unwrap();
    let page = edit_page(services, &seller(), product).await.unwrap();
    assert_eq!(page.photos[0].content_hash, first.content_hash, "the first is the cover");
    assert_eq!(page.form.photos, form.photos);
}

#[tokio::test]
async fn refused_photos_say_what_helps_and_too_many_must_wait() {
    let fixture = county().await;
    let services = &fixture.services;
    let broken = &PHOTO[..PHOTO.len() / 2];
    let cases: [(&'static [u8], Problem); 4] = [
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", Problem::PhotoHeic),
        (b"GIF89a and more", Problem::PhotoUnsupported),
        (broken, Problem::PhotoBroken),
        (b"", Problem::Missing),
    ];
    for (bytes, problem) in cases {
        let result = upload_photo(services, &seller(), TEAM, Bytes::from_static(bytes), "k").await;
        assert_eq!(refused(result), [FieldError::new("photo", problem)]);
    }
    let mut tx = services.db.write().await.unwrap();
    for _ in 0..200 {
        let nothing = serde_json::Value::Null;
        crate::audit::record(&mut tx, services, None, "photo.uploaded", "team", TEAM.get(), nothing)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    let full = upload_photo(services, &seller(), TEAM, Bytes::from_static(PHOTO), "k").await;
    assert!(matches!(full, Err(ServiceError::TooManyAttempts { .. })));
    fixture.clock.advance(HOUR_MS + 1);
    photo(&fixture, PHOTO, "k").await;
}
