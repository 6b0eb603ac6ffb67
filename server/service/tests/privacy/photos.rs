//! Photos that were stored and that nothing came to show: they go, however the request ended.

use std::future::poll_fn;
use std::task::Poll;

use domain::failure::Conflict;
use domain::ids::AfterSaleId;
use domain::time::MINUTE_MS;
use futures::FutureExt as _;
use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use service::after_sales::say;
use service::photos::{SentPhoto, UploadedPhoto, forget_unused, load_rendition, upload_photo};
use sha2::{Digest as _, Sha256};
use store::media::{claim_unnamed, find_media_by_hash};

use super::deletion::{PICTURE, refunded};
use super::*;

/// Longer than any request takes.
const WHILE_MS: i64 = 15 * MINUTE_MS + 1;

fn hash() -> String {
    Sha256::digest(PICTURE).iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn is_stored(shop: &TestShop) -> bool {
    match load_rendition(&shop.services, &hash(), "s.webp").await {
        Ok(_) => true,
        Err(ServiceError::NotFound) => false,
        Err(error) => panic!("{error}"),
    }
}

/// A seller sends it for the team.
async fn sent(shop: &TestShop) -> Result<UploadedPhoto> {
    upload_photo(&shop.services, &shop.seller().await, shop.places.tea_team, PICTURE.into(), "").await
}

/// The buyer shows it about something that has ended: refused, after it was decoded and stored.
async fn shown_too_late(shop: &TestShop, viewer: &Viewer, ended: AfterSaleId, key: &str) {
    let photo = vec![SentPhoto::Bytes(PICTURE.into())];
    let refused = say(&shop.services, viewer, ended, "看照片", photo, key).await;
    assert!(matches!(refused, Err(ServiceError::Conflict(Conflict::StateChanged))), "{refused:?}");
}

#[tokio::test]
async fn a_photo_of_a_refused_request_goes_and_may_come_again() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let viewer = registered(shop, EMAIL).await;
        let ended = refunded(shop, &viewer, Vec::new()).await;
        shown_too_late(shop, &viewer, ended, "late").await;
        assert!(is_stored(shop).await, "it is refused only afterwards");
        assert_eq!(forget_unused(services).await.unwrap(), 0, "somebody may just be sending the same");
        shop.clock.advance(WHILE_MS);
        assert_eq!(forget_unused(services).await.unwrap(), 1);
        assert!(!is_stored(shop).await);
        assert_eq!(forget_unused(services).await.unwrap(), 0, "once");

        sent(shop).await.unwrap();
        shop.clock.advance(WHILE_MS);
        assert_eq!(forget_unused(services).await.unwrap(), 0, "a row names it");
        assert!(is_stored(shop).await);
    })
    .await;
}

#[tokio::test]
async fn a_photo_that_another_request_keeps_stays() {
    TestShop::on_both(async |shop| {
        let viewer = registered(shop, EMAIL).await;
        let ended = refunded(shop, &viewer, Vec::new()).await;
        let (kept, ()) = tokio::join!(sent(shop), shown_too_late(shop, &viewer, ended, "late"));
        kept.unwrap();
        shop.clock.advance(WHILE_MS);
        assert_eq!(forget_unused(&shop.services).await.unwrap(), 0);
        assert!(is_stored(shop).await);
    })
    .await;
}

/// A request that is dropped where it stands does as much as one whose server was killed.
#[tokio::test]
async fn a_photo_whose_server_died_before_its_row_goes() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        // Looked at each time the request has to wait, without waiting itself: a slower look would miss the moment.
        let file = Path::from(format!("{}/{}/s.webp", &hash()[..2], hash()));
        let stored = poll_fn(|context| {
            if services.media.head(&file).now_or_never().is_some_and(|head| head.is_ok()) {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        });
        tokio::select! {
            biased;
            sent = sent(shop) => panic!("not cut off: {sent:?}"),
            () = stored => {}
        }
        let row = find_media_by_hash(&mut services.db.read().await.unwrap(), &hash()).await.unwrap();
        assert_eq!(row, None);
        shop.clock.advance(WHILE_MS);
        assert_eq!(forget_unused(services).await.unwrap(), 1);
        assert!(!is_stored(shop).await);
        sent(shop).await.unwrap();
        assert!(is_stored(shop).await);
    })
    .await;
}

#[tokio::test]
async fn what_another_server_is_taking_away_is_not_stored_beside() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let viewer = registered(shop, EMAIL).await;
        let ended = refunded(shop, &viewer, Vec::new()).await;
        shown_too_late(shop, &viewer, ended, "late").await;
        shop.clock.advance(WHILE_MS);
        let now_ms = services.now_ms();
        let mut tx = services.db.write().await.unwrap();
        assert!(claim_unnamed(&mut tx, &hash(), now_ms, now_ms).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(forget_unused(services).await.unwrap(), 0, "one of them is enough");
        assert!(matches!(sent(shop).await, Err(ServiceError::Busy)));

        // It died half way.
        shop.clock.advance(WHILE_MS);
        sent(shop).await.unwrap();
        shop.clock.advance(WHILE_MS);
        assert_eq!(forget_unused(services).await.unwrap(), 0);
        assert!(is_stored(shop).await);
    })
    .await;
}
