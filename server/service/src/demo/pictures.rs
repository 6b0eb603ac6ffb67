//! The demonstration's pictures go the way of every photo: decoded, made anew, stored under their hash.

use std::collections::BTreeMap;

use bytes::Bytes;
use domain::ids::MediaId;
use futures::{StreamExt as _, TryStreamExt as _};
use media::Limits;
use store::WriteTx;
use store::media::{MediaRow, find_media_by_hash, insert_media};

use super::Progress;
use crate::{Result, ServiceError, Services, idempotency, photos};

include!(concat!(env!("OUT_DIR"), "/demo_pictures.rs"));

/// How many are worked on at once; decoding itself is bounded in [`photos`].
const AT_ONCE: usize = 4;

/// Stores the renditions of every picture and answers the rows that name them, in the order of the file names.
pub(super) async fn store_all(
    services: &Services,
    progress: &mut Progress<'_>,
) -> Result<Vec<(&'static str, MediaRow)>> {
    progress("photos", 0, PICTURES.len());
    let mut done = 0;
    let stored: Vec<(&'static str, MediaRow)> = futures::stream::iter(PICTURES)
        .map(|(name, bytes)| async move {
            let bytes = Bytes::from_static(bytes);
            let hash = idempotency::hex_digest(&bytes);
            let row = photos::store_renditions(services, bytes, Limits::default(), hash).await?;
            Ok::<_, ServiceError>((*name, row))
        })
        .buffered(AT_ONCE)
        .inspect_ok(|_| {
            done += 1;
            progress("photos", done, PICTURES.len());
        })
        .try_collect()
        .await?;
    Ok(stored)
}

/// Writes the rows; answers the photo of each file name.
pub(super) async fn insert_all(
    tx: &mut WriteTx,
    services: &Services,
    photos: &[(&'static str, MediaRow)],
) -> Result<BTreeMap<&'static str, MediaId>> {
    let mut media = BTreeMap::new();
    for (name, row) in photos {
        // Photos finish in any order; a new id each makes every demonstration the same.
        let row = MediaRow { id: services.new_id(), ..row.clone() };
        insert_media(tx, &row, services.now_ms()).await?;
        let stored = find_media_by_hash(tx, &row.content_hash).await?.ok_or(ServiceError::NotFound)?;
        media.insert(*name, stored.id);
    }
    Ok(media)
}
