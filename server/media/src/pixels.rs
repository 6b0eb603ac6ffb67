//! From a checked file to pixels on paper white.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::codecs::{jpeg::JpegDecoder, png::PngDecoder, webp::WebPDecoder};
use image::metadata::Orientation;
use image::{ColorType, DynamicImage, ImageDecoder, ImageError, RgbImage};

use crate::colour::to_srgb;
use crate::container::{Container, Kind};
use crate::{Limits, MediaError};

/// A decoded photo as it lies in the file, and how to turn it.
pub(crate) struct Photo {
    pub image: RgbImage,
    pub orientation: Orientation,
}

impl Photo {
    /// Width and height of the photo once it stands upright.
    pub fn upright_size(&self) -> (u32, u32) {
        let (width, height) = self.image.dimensions();
        if self.lies_on_its_side() { (height, width) } else { (width, height) }
    }

    /// Whether turning it upright exchanges width and height.
    pub fn lies_on_its_side(&self) -> bool {
        use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
        matches!(self.orientation, Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH)
    }
}

/// Decodes within the limits.
pub(crate) fn decode(container: &Container<'_>, limits: &Limits) -> Result<Photo, MediaError> {
    // A panic in a decoder would be a fault of that library, met only on a damaged or hostile file: for the person
    // who uploaded it is a broken photo, and no request may fail for it in another way.
    catch_unwind(AssertUnwindSafe(|| decode_as(container, limits))).unwrap_or(Err(MediaError::Broken))
}

fn decode_as(container: &Container<'_>, limits: &Limits) -> Result<Photo, MediaError> {
    let input = Cursor::new(&*container.bytes);
    let packed_bytes = container.bytes.len() as u64;
    match container.kind {
        Kind::Jpeg { buffered } => {
            let decoder = JpegDecoder::new(input).map_err(|_| MediaError::Broken)?;
            // The coefficients are held as 16-bit numbers for each of the components, beside the result.
            let channels = u64::from(decoder.original_color_type().channel_count());
            read(decoder, if buffered { channels * 2 } else { 0 }, packed_bytes, limits)
        }
        Kind::Png => {
            let decoder =
                PngDecoder::with_limits(input, decoder_limits(limits)).map_err(|_| MediaError::Broken)?;
            read(decoder, 0, packed_bytes, limits)
        }
        Kind::WebP => read(WebPDecoder::new(input).map_err(|_| MediaError::Broken)?, 0, packed_bytes, limits),
    }
}

fn decoder_limits(limits: &Limits) -> image::Limits {
    let mut decoder_limits = image::Limits::default();
    decoder_limits.max_image_width = Some(limits.max_side_px);
    decoder_limits.max_image_height = Some(limits.max_side_px);
    decoder_limits.max_alloc = Some(limits.decoder_bytes);
    decoder_limits
}

/// Reads the pixels; `working_bytes` is what the decoder needs for each pixel beside its result, `packed_bytes` how long
/// the file is.
fn read(
    mut decoder: impl ImageDecoder,
    working_bytes: u64,
    packed_bytes: u64,
    limits: &Limits,
) -> Result<Photo, MediaError> {
    let (width, height) = decoder.dimensions();
    limits.check_size(width, height)?;
    let color = decoder.color_type();
    // Whatever is not bytes of red, green and blue already is copied into such.
    let copy_bytes = match color {
        ColorType::Rgb8 | ColorType::Rgba8 => 0,
        _ if color.has_alpha() => 4,
        _ => 3,
    };
    let bytes_per_pixel = u64::from(color.bytes_per_pixel()) + copy_bytes + working_bytes;
    limits.check_cost(width, height, bytes_per_pixel, packed_bytes)?;
    let refused = |error| match error {
        ImageError::Limits(_) => limits.too_many_pixels(width, height, limits.max_pixels),
        _ => MediaError::Broken,
    };
    decoder.set_limits(decoder_limits(limits)).map_err(refused)?;
    // An unreadable orientation or profile is no reason to refuse a readable photo.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().ok().flatten();
    let image = DynamicImage::from_decoder(decoder).map_err(refused)?;
    Ok(Photo { image: on_paper(image, profile.as_deref())?, orientation })
}

/// The paper colour of the pages, `#FBFAF6`: a cut-out product stands on the page itself, not on a card of its own.
const PAPER: [u32; 3] = [0xFB, 0xFA, 0xF6];

/// Brings a picture to sRGB and lays its transparent parts on paper white.
fn on_paper(image: DynamicImage, profile: Option<&[u8]>) -> Result<RgbImage, MediaError> {
    let profile = profile.unwrap_or_default();
    if !image.color().has_alpha() {
        let mut rgb = image.into_rgb8();
        to_srgb(&mut rgb, 3, profile);
        return Ok(rgb);
    }
    let mut rgba = image.into_rgba8();
    to_srgb(&mut rgba, 4, profile);
    let (width, height) = rgba.dimensions();
    // Written over itself: a second buffer would double the memory of the largest uploads.
    let mut bytes = rgba.into_raw();
    let pixels = bytes.len() / 4;
    for pixel in 0..pixels {
        let alpha = u32::from(bytes[pixel * 4 + 3]);
        for (channel, paper) in PAPER.into_iter().enumerate() {
            let value = u32::from(bytes[pixel * 4 + channel]);
            let flat = (value * alpha + paper * (255 - alpha) + 127) / 255;
            bytes[pixel * 3 + channel] = u8::try_from(flat).unwrap_or(u8::MAX);
        }
    }
    bytes.truncate(pixels * 3);
    RgbImage::from_raw(width, height, bytes).ok_or(MediaError::Broken)
}

/// Resizes to exactly `width`×`height`, with a filter that keeps edges sharp.
pub(crate) fn resize(image: &RgbImage, width: u32, height: u32) -> Result<RgbImage, MediaError> {
    let source = ImageRef::new(image.width(), image.height(), image.as_raw(), PixelType::U8x3)
        .map_err(|_| MediaError::Encoding)?;
    let mut target = Image::new(width, height, PixelType::U8x3);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3));
    Resizer::new().resize(&source, &mut target, &options).map_err(|_| MediaError::Encoding)?;
    RgbImage::from_raw(width, height, target.into_vec()).ok_or(MediaError::Encoding)
}
