//! Turns uploaded bytes into safe product photos.
//!
//! Nothing a visitor sends is ever served again as it came. [`process`] looks at the first bytes (never at a file
//! name or a declared type), walks the container, refuses what is too large *before* anything of that size is
//! allocated, decodes, turns the picture upright, lays it on paper white and encodes it anew. What comes out holds pixels
//! only: no EXIF, no GPS position, no colour profile, no text, and nothing that was appended to the file.
//!
//! - Accepted: JPEG, PNG, still WebP. Refused with an error of their own: HEIC and its family, everything else,
//!   broken or cut-off files, bombs, pictures too small to sell with.
//! - Given back: WebP at 320, 640 and 1280 px width and a JPEG at 1280 px for mail and old browsers, a thumbhash and
//!   an average colour to paint before the photo has arrived.
//!
//! The work is synchronous. A photo of twelve megapixels keeps one core busy for about a quarter of a second; memory
//! stays near what decoding costs, at most [`Limits::decoder_bytes`], and far below for small files: call it in
//! `spawn_blocking` behind a semaphore.
//!
//! Colours become sRGB: the profile of a phone, camera or monitor in a JPEG or WebP is applied and then dropped. That of
//! a PNG is dropped with the other chunks that would have to be unpacked, and colours are taken as sRGB.

mod colour;
mod container;
mod error;
mod pixels;
mod placeholder;
mod renditions;

use bytes::Bytes;

pub use error::MediaError;
pub use placeholder::thumbhash_data_url;

/// What an upload may cost. The defaults are the limits of the house for product photos.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Longest file accepted, in bytes (20 MiB).
    pub upload_bytes: usize,
    /// Longest side accepted, in pixels (12,000).
    pub max_side_px: u32,
    /// Most pixels accepted, width times height (50 million).
    pub max_pixels: u64,
    /// Most memory a decoder may take for one picture, in bytes (256 MiB). Progressive JPEGs and deep PNGs need
    /// several times the memory of plain ones, so they reach this before they reach `max_pixels`.
    pub decoder_bytes: u64,
    /// Shortest side accepted, in pixels (200): below that a card of the shop would show a blur.
    pub min_side_px: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            upload_bytes: 20 * 1024 * 1024,
            max_side_px: 12_000,
            max_pixels: 50_000_000,
            decoder_bytes: 256 * 1024 * 1024,
            min_side_px: 200,
        }
    }
}

/// A photo ready to be stored and shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Processed {
    /// Width of the upright original in pixels.
    pub width: u32,
    /// Height of the upright original in pixels.
    pub height: u32,
    /// Thumbhash of the photo, about 25 bytes; see [`thumbhash_data_url`].
    pub thumbhash: Vec<u8>,
    /// Average colour of the photo as red, green, blue.
    pub placeholder_color: [u8; 3],
    /// Always four, in this order: `s`, `m`, `l` (WebP) and `jpeg`.
    pub renditions: Vec<Rendition>,
}

/// One encoded size of a photo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendition {
    /// `s` (320 px wide), `m` (640), `l` (1280) or `jpeg` (1280). An original narrower than that keeps its own
    /// width, so that several renditions of a small photo may have the same size: compare `width` before writing
    /// a `srcset`.
    pub name: &'static str,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// `image/webp` or `image/jpeg`.
    pub mime: &'static str,
    /// The encoded file.
    pub bytes: Bytes,
}

/// Makes a safe photo of uploaded bytes.
///
/// # Errors
/// A [`MediaError`] that says what the person who uploaded can do about it. Never panics, whatever the bytes are.
pub fn process(bytes: &[u8], limits: &Limits) -> Result<Processed, MediaError> {
    if bytes.is_empty() {
        return Err(MediaError::Empty);
    }
    if bytes.len() > limits.upload_bytes {
        return Err(MediaError::TooLarge { bytes: bytes.len(), max_bytes: limits.upload_bytes });
    }
    let container = container::open(bytes, limits)?;
    let photo = pixels::decode(&container, limits)?;
    drop(container);
    renditions::render(photo)
}
