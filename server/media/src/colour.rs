//! From the colours a photo was taken in to sRGB.
//!
//! Phones write Display P3 and many cameras Adobe RGB; taken as sRGB, their tea is grey and their peppers are pale.
//! Only profiles made of three primaries and three curves are applied, which is what cameras, phones and monitors
//! have. Profiles made of large tables belong to printers and scanners; they are dropped, as are broken ones.

use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

/// Profiles longer than this are ignored: those of cameras and phones have some hundred bytes.
const MAX_PROFILE_BYTES: usize = 128 * 1024;
/// Pixels that are converted at once.
const PIECE_PX: usize = 4096;

/// Converts pixels of three or four bytes (the fourth is opacity, and stays) from the colours of `profile` to sRGB.
/// Leaves them as they are when the profile is not one that can be applied.
pub(crate) fn to_srgb(pixels: &mut [u8], bytes_per_pixel: usize, profile: &[u8]) {
    if profile.len() > MAX_PROFILE_BYTES {
        return;
    }
    let layout = if bytes_per_pixel == 4 { Layout::Rgba } else { Layout::Rgb };
    let Ok(source) = ColorProfile::new_from_slice(profile) else { return };
    if source.color_space != DataColorSpace::Rgb || !source.is_matrix_shaper() {
        return;
    }
    let target = ColorProfile::new_srgb();
    let transform = source.create_transform_8bit(layout, &target, layout, TransformOptions::default());
    let Ok(transform) = transform else { return };
    let mut before = Vec::with_capacity(PIECE_PX * bytes_per_pixel);
    for piece in pixels.chunks_mut(PIECE_PX * bytes_per_pixel) {
        before.clear();
        before.extend_from_slice(piece);
        if transform.transform(&before, piece).is_err() {
            piece.copy_from_slice(&before);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn converted(mut pixels: Vec<u8>, bytes_per_pixel: usize, profile: &ColorProfile) -> Vec<u8> {
        to_srgb(&mut pixels, bytes_per_pixel, &profile.encode().unwrap());
        pixels
    }

    /// Expected figures: the matrix of SMPTE EG 432-1 with white D65 to that of IEC 61966-2-1, by hand.
    #[test]
    fn a_phones_colours_become_those_of_the_screen() {
        let p3 = ColorProfile::new_display_p3();
        // The green of P3 lies outside sRGB and is brought to its edge; greys stay grey; a pale red becomes stronger.
        assert_eq!(converted(vec![0, 255, 0], 3, &p3), [0, 255, 0]);
        let grey = converted(vec![120, 120, 120], 3, &p3);
        assert!(grey.iter().all(|value| value.abs_diff(120) <= 1), "{grey:?}");
        let red = converted(vec![200, 100, 100], 3, &p3);
        assert!(red[0] > 208 && red[0] < 218 && red[1] < 98 && red[1] > 90, "{red:?}");
        assert_eq!(converted(vec![200, 100, 100, 77], 4, &p3)[3], 77, "opacity stays");
    }

    #[test]
    fn what_is_no_camera_profile_changes_nothing() {
        let pixels = vec![200, 100, 100];
        for profile in [&b""[..], b"not a profile", &[0xff; 4096], &vec![0; MAX_PROFILE_BYTES + 1]] {
            let mut same = pixels.clone();
            to_srgb(&mut same, 3, profile);
            assert_eq!(same, pixels);
        }
        let near = converted(pixels.clone(), 3, &ColorProfile::new_srgb());
        assert!(near.iter().zip(&pixels).all(|(a, b)| a.abs_diff(*b) <= 1), "{near:?}");
    }
}
