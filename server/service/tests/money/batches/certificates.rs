//! The photo of a certificate: sent under a key, shown with the batch, taken away.

use bytes::Bytes;
use service::photos::{SentPhoto, load_rendition};

use super::*;

const PICTURE: &[u8] = include_bytes!("../../../data/demo/pictures/tea-danya-1.webp");
const OTHER: &[u8] = include_bytes!("../../../data/demo/pictures/tea-danya-2.webp");

pub(super) fn picture() -> SentPhoto {
    SentPhoto::Bytes(Bytes::from_static(PICTURE))
}

fn other() -> SentPhoto {
    SentPhoto::Bytes(Bytes::from_static(OTHER))
}

/// The hash of the photo that stands with the batch.
async fn shown(shop: &TestShop, viewer: &Viewer, batch: &str) -> Option<String> {
    let desk = batch_desk(&shop.services, viewer, batch).await.unwrap();
    desk.batch.certificate.map(|photo| photo.content_hash)
}

#[tokio::test]
async fn another_photo_under_the_same_key_is_refused_and_a_late_repeat_undoes_nothing() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let batch = shop.tea.batches[0].to_string();
        for _ in 0..2 {
            set_certificate(services, &seller, &batch, picture(), "first").await.unwrap();
        }
        let first = shown(shop, &seller, &batch).await.unwrap();
        let otherwise = set_certificate(services, &seller, &batch, other(), "first").await;
        assert_eq!(conflict(otherwise), Conflict::KeyReused);
        assert_eq!(shown(shop, &seller, &batch).await.as_ref(), Some(&first));

        // From a page of its own it takes the place of the first one, which a repeat of that does not bring back.
        set_certificate(services, &seller, &batch, other(), "second").await.unwrap();
        let second = shown(shop, &seller, &batch).await.unwrap();
        assert_ne!(first, second);
        assert!(load_rendition(services, &second, "s.webp").await.is_ok());
        set_certificate(services, &seller, &batch, picture(), "first").await.unwrap();
        assert_eq!(shown(shop, &seller, &batch).await, Some(second));

        for _ in 0..2 {
            remove_certificate(services, &seller, &batch).await.unwrap();
            assert_eq!(shown(shop, &seller, &batch).await, None);
        }
        assert_sound(shop).await;
    })
    .await;
}
