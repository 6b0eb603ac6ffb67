//! What stands in the place of a photo until it has arrived.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::RgbImage;

use crate::MediaError;
use crate::pixels::resize;
use crate::renditions::webp;

/// Longest side a thumbhash is made from: its author's limit, more gives nothing.
const HASHED_SIDE_PX: u32 = 100;
/// A placeholder is a blur of at most seven waves a side; a higher quality would only make pages longer.
const PLACEHOLDER_QUALITY: f32 = 60.0;

/// Thumbhash and average colour of a picture.
pub(crate) fn of(image: &RgbImage) -> Result<(Vec<u8>, [u8; 3]), MediaError> {
    let longest = image.width().max(image.height()).max(1);
    let fitted = |side: u32| (side * HASHED_SIDE_PX / longest).clamp(1, HASHED_SIDE_PX);
    let small = resize(image, fitted(image.width()), fitted(image.height()))?;
    let rgba: Vec<u8> = small.pixels().flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 255]).collect();
    let hash = thumbhash::rgba_to_thumb_hash(small.width() as usize, small.height() as usize, &rgba);
    let count = u64::from(small.width()) * u64::from(small.height());
    let average = |channel: usize| {
        let sum: u64 = small.pixels().map(|pixel| u64::from(pixel[channel])).sum();
        u8::try_from((sum + count / 2) / count.max(1)).unwrap_or(u8::MAX)
    };
    Ok((hash, [average(0), average(1), average(2)]))
}

/// The placeholder of a thumbhash as a `data:image/webp` URL of a few hundred characters, 32 px on its longest side:
/// a background image for the place of the photo that needs no script. The page's policy must allow `img-src data:`.
///
/// `None` if the bytes are no thumbhash. Takes well under a millisecond.
#[must_use]
pub fn thumbhash_data_url(hash: &[u8]) -> Option<String> {
    let (width, height, rgba) = thumbhash::thumb_hash_to_rgba(hash).ok()?;
    if width == 0 || height == 0 {
        return None;
    }
    let rgb = rgba.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    let image = RgbImage::from_raw(u32::try_from(width).ok()?, u32::try_from(height).ok()?, rgb)?;
    let encoded = webp(&image, PLACEHOLDER_QUALITY).ok()?;
    Some(format!("data:image/webp;base64,{}", STANDARD.encode(encoded)))
}
