//! How near a rendition is to the photo made small by the same filter without loss.

use anyhow::{Context as _, Result};
use fast_image_resize::images::Image;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::RgbImage;

/// Side of the windows in which structure is compared.
const WINDOW: u32 = 8;

/// How near something is to what it should be.
#[derive(Debug, Clone, Copy, Default)]
pub struct Likeness {
    /// Peak signal to noise over red, green and blue, in decibels.
    pub psnr_db: f64,
    /// Structural similarity of the brightness, 1 for the same.
    pub ssim: f64,
}

/// Compares an encoded rendition with the original at its size.
///
/// # Errors
/// One of them cannot be decoded.
pub fn likeness(original: &RgbImage, rendition: &[u8]) -> Result<Likeness> {
    let shown = image::load_from_memory(rendition).context("a rendition cannot be read")?.into_rgb8();
    let (width, height) = shown.dimensions();
    let wanted = scaled(original, width, height)?;
    Ok(Likeness { psnr_db: psnr_db(&wanted, &shown), ssim: ssim(&wanted, &shown) })
}

fn scaled(original: &RgbImage, width: u32, height: u32) -> Result<RgbImage> {
    let bytes = original.as_raw().clone();
    let source = Image::from_vec_u8(original.width(), original.height(), bytes, PixelType::U8x3)?;
    let mut target = Image::new(width, height, PixelType::U8x3);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3));
    Resizer::new().resize(&source, &mut target, &options)?;
    RgbImage::from_raw(width, height, target.into_vec()).context("a size that does not fit")
}

fn psnr_db(wanted: &RgbImage, shown: &RgbImage) -> f64 {
    let squares: u64 = wanted
        .as_raw()
        .iter()
        .zip(shown.as_raw())
        .map(|(one, other)| u64::from(one.abs_diff(*other)).pow(2))
        .sum();
    if squares == 0 {
        return 99.0;
    }
    let mean = squares as f64 / wanted.as_raw().len() as f64;
    10.0 * (255.0_f64.powi(2) / mean).log10()
}

fn brightness(image: &RgbImage, x: u32, y: u32) -> f64 {
    let pixel = image.get_pixel(x, y);
    0.299 * f64::from(pixel[0]) + 0.587 * f64::from(pixel[1]) + 0.114 * f64::from(pixel[2])
}

fn ssim(wanted: &RgbImage, shown: &RgbImage) -> f64 {
    let (width, height) = wanted.dimensions();
    let (mut sum, mut windows) = (0.0, 0_u32);
    for top in (0..height.saturating_sub(WINDOW - 1)).step_by(WINDOW as usize) {
        for left in (0..width.saturating_sub(WINDOW - 1)).step_by(WINDOW as usize) {
            sum += window(wanted, shown, left, top);
            windows += 1;
        }
    }
    sum / f64::from(windows.max(1))
}

/// The index of Wang, Bovik, Sheikh and Simoncelli (2004) over one window.
fn window(wanted: &RgbImage, shown: &RgbImage, left: u32, top: u32) -> f64 {
    const STABLE: (f64, f64) = (6.5025, 58.5225);
    let (mut a, mut b, mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for y in top..top + WINDOW {
        for x in left..left + WINDOW {
            let (one, other) = (brightness(wanted, x, y), brightness(shown, x, y));
            a += one;
            b += other;
            aa += one * one;
            bb += other * other;
            ab += one * other;
        }
    }
    let count = f64::from(WINDOW * WINDOW);
    let (a, b) = (a / count, b / count);
    let (var_a, var_b, both) = (aa / count - a * a, bb / count - b * b, ab / count - a * b);
    (2.0 * a * b + STABLE.0) * (2.0 * both + STABLE.1)
        / ((a * a + b * b + STABLE.0) * (var_a + var_b + STABLE.1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::images::make::photo;

    #[test]
    fn the_same_is_as_near_as_can_be_and_noise_is_far() {
        let image = RgbImage::from_raw(64, 48, photo(1, 64, 48)).unwrap();
        assert!(psnr_db(&image, &image) > 98.0 && ssim(&image, &image) > 0.999);
        let other = RgbImage::from_raw(64, 48, photo(9, 64, 48)).unwrap();
        assert!(psnr_db(&image, &other) < 30.0 && ssim(&image, &other) < 0.8);
    }
}
