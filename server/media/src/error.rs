//! Why an upload was refused.

use crate::Limits;

/// Why an upload did not become a photo. Each case has its own advice to the person who uploaded, so pages match on
/// it rather than show its English text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// Nothing was sent.
    #[error("the file is empty")]
    Empty,
    /// HEIC, HEIF or AVIF: phones write it by default, we cannot read it. Advice: choose "most compatible" in the
    /// camera settings or send a JPEG.
    #[error("HEIC, HEIF and AVIF photos are not supported; send a JPEG")]
    Heic,
    /// Not a JPEG, PNG or still WebP, whatever its name says.
    #[error("only JPEG, PNG and still WebP photos are supported")]
    UnsupportedType,
    /// The file begins like a photo but is cut off or damaged. Advice: upload it again.
    #[error("the photo is cut off or damaged")]
    Broken,
    /// More pixels, or a longer side, than we decode; for progressive and 16-bit files the limit is lower,
    /// and for files that unpack to much more than any photo would.
    #[error(
        "the photo has {width}×{height} pixels, more than we can take (at most {max_pixels} in all, {max_side_px} a side)"
    )]
    TooManyPixels {
        /// Claimed width in pixels.
        width: u32,
        /// Claimed height in pixels.
        height: u32,
        /// Most pixels accepted for a file of this kind.
        max_pixels: u64,
        /// Longest side accepted, in pixels.
        max_side_px: u32,
    },
    /// The file is longer than an upload may be.
    #[error("the file has {bytes} bytes, at most {max_bytes} are accepted")]
    TooLarge {
        /// Length of the file in bytes.
        bytes: usize,
        /// Longest length accepted in bytes.
        max_bytes: usize,
    },
    /// A side is shorter than [`Limits::min_side_px`].
    #[error("the photo has {width}×{height} pixels, each side needs at least {min_side_px}")]
    TooSmall {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Shortest side accepted, in pixels.
        min_side_px: u32,
    },
    /// The photo was read but could not be written. This is a fault of ours (for example no memory left), not of the
    /// file: trying again may help.
    #[error("the photo could not be encoded")]
    Encoding,
}

/// A picture that needs no more than this (32 MiB) is decoded however small its file is.
const UNQUESTIONED_BYTES: u64 = 32 * 1024 * 1024;
/// A larger one is no photo when it unpacks to more than this many times its file: cameras reach 30, a bomb 1000.
const MOST_UNPACKING: u64 = 200;

impl Limits {
    /// Checks a claimed size. Done on headers, before anything is allocated for the pixels.
    pub(crate) fn check_size(&self, width: u32, height: u32) -> Result<(), MediaError> {
        if width.max(height) > self.max_side_px || u64::from(width) * u64::from(height) > self.max_pixels {
            return Err(self.too_many_pixels(width, height, self.max_pixels));
        }
        if width.min(height) < self.min_side_px {
            return Err(MediaError::TooSmall { width, height, min_side_px: self.min_side_px });
        }
        Ok(())
    }

    /// Checks what decoding a file of `packed_bytes` would cost at `bytes_per_pixel`, all working memory included.
    pub(crate) fn check_cost(
        &self,
        width: u32,
        height: u32,
        bytes_per_pixel: u64,
        packed_bytes: u64,
    ) -> Result<(), MediaError> {
        let believed = packed_bytes.saturating_mul(MOST_UNPACKING).max(UNQUESTIONED_BYTES);
        let affordable = self.decoder_bytes.min(believed) / bytes_per_pixel.max(1);
        if u64::from(width) * u64::from(height) > affordable {
            return Err(self.too_many_pixels(width, height, affordable));
        }
        Ok(())
    }

    pub(crate) fn too_many_pixels(&self, width: u32, height: u32, max_pixels: u64) -> MediaError {
        MediaError::TooManyPixels { width, height, max_pixels, max_side_px: self.max_side_px }
    }
}
