//! The sizes a photo is shown in.

use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ExtendedColorType, RgbImage};

use crate::pixels::{Photo, resize};
use crate::{MediaError, Processed, Rendition, placeholder};

/// Widths of the small, middle and large rendition in pixels: two cards side by side on a phone, one card at double
/// density, a detail page. With the quality of the WebP: phones show the first two at two to three of their pixels for
/// one of the page's, where the coarser steps are not seen, and a middle one of 13 KB comes within the first window of a
/// new connection.
const SIZES: [(&str, u32, f32); 3] = [("s", 320, 68.0), ("m", 640, 68.0), ("l", 1280, 78.0)];
const JPEG_QUALITY: u8 = 82;

/// Makes all renditions and placeholders, each size from the next larger one.
pub(crate) fn render(photo: Photo) -> Result<Processed, MediaError> {
    let (width, height) = photo.upright_size();
    let large = upright(photo, SIZES[2].1)?;
    let middle = narrowed(&large, SIZES[1].1)?;
    let small = narrowed(&middle, SIZES[0].1)?;
    let (thumbhash, placeholder_color) = placeholder::of(&small)?;
    let mut renditions = Vec::with_capacity(4);
    for ((name, _, quality), image) in SIZES.into_iter().zip([&small, &middle, &large]) {
        // Of a narrow original several sizes are the same picture: it is encoded once.
        let same = renditions.iter().find(|other: &&Rendition| other.width == image.width());
        let bytes = match same {
            Some(other) => other.bytes.clone(),
            None => webp(image, quality)?,
        };
        renditions.push(rendition(name, image, "image/webp", bytes));
    }
    renditions.push(rendition("jpeg", &large, "image/jpeg", jpeg(&large)?));
    Ok(Processed { width, height, thumbhash, placeholder_color, renditions })
}

fn rendition(name: &'static str, image: &RgbImage, mime: &'static str, bytes: Bytes) -> Rendition {
    Rendition { name, width: image.width(), height: image.height(), mime, bytes }
}

/// The height that belongs to a new width, at least one pixel.
fn height_at(width: u32, height: u32, new_width: u32) -> u32 {
    let (width, new_width) = (u64::from(width.max(1)), u64::from(new_width));
    let scaled = (u64::from(height) * new_width + width / 2) / width;
    u32::try_from(scaled).unwrap_or(u32::MAX).max(1)
}

/// The photo upright and at most `max_width` wide. It is made small first and turned then, which costs a fraction
/// of the time and memory of turning the original.
fn upright(photo: Photo, max_width: u32) -> Result<RgbImage, MediaError> {
    let (width, height) = photo.upright_size();
    let lies_on_its_side = photo.lies_on_its_side();
    let Photo { mut image, orientation } = photo;
    if width > max_width {
        let new_height = height_at(width, height, max_width);
        let (x, y) = if lies_on_its_side { (new_height, max_width) } else { (max_width, new_height) };
        image = resize(&image, x, y)?;
    }
    let mut image = DynamicImage::ImageRgb8(image);
    image.apply_orientation(orientation);
    Ok(image.into_rgb8())
}

/// The same picture at most `max_width` wide; never made larger.
fn narrowed(image: &RgbImage, max_width: u32) -> Result<RgbImage, MediaError> {
    let (width, height) = image.dimensions();
    if width <= max_width {
        return Ok(image.clone());
    }
    resize(image, max_width, height_at(width, height, max_width))
}

/// Encodes lossy WebP.
pub(crate) fn webp(image: &RgbImage, quality: f32) -> Result<Bytes, MediaError> {
    let encoder = webp::Encoder::from_rgb(image.as_raw(), image.width(), image.height());
    let encoded = encoder.encode_simple(false, quality).map_err(|_| MediaError::Encoding)?;
    Ok(Bytes::copy_from_slice(&encoded))
}

fn jpeg(image: &RgbImage) -> Result<Bytes, MediaError> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY)
        .encode(image.as_raw(), image.width(), image.height(), ExtendedColorType::Rgb8)
        .map_err(|_| MediaError::Encoding)?;
    Ok(bytes.into())
}
