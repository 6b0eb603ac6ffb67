//! What a person who uploads a photo, and a person who attacks with one, may expect.

#![expect(clippy::unwrap_used, reason = "a test that cannot prepare its photo must fail")]

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder, RgbImage};
use media::{Limits, MediaError, Processed, process, thumbhash_data_url};
use proptest::prelude::*;

use crate::make::{claimed_png, exif, jpeg_of, png_chunk, png_of, red_blue, webp_of, with_exif};

mod make;

fn accepted(bytes: &[u8]) -> Processed {
    process(bytes, &Limits::default()).unwrap()
}

fn refused(bytes: &[u8]) -> MediaError {
    process(bytes, &Limits::default()).unwrap_err()
}

fn decoded(photo: &Processed, name: &str) -> RgbImage {
    let rendition = photo.renditions.iter().find(|rendition| rendition.name == name).unwrap();
    let image = image::load_from_memory(&rendition.bytes).unwrap().into_rgb8();
    assert_eq!(image.dimensions(), (rendition.width, rendition.height), "{name} says what it is");
    image
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

fn is_red(pixel: image::Rgb<u8>) -> bool {
    pixel[0] > 200 && pixel[2] < 60
}

fn is_blue(pixel: image::Rgb<u8>) -> bool {
    pixel[2] > 200 && pixel[0] < 60
}

#[test]
fn every_accepted_kind_gives_three_webps_and_a_jpeg() {
    let image = red_blue(1600, 1200);
    for bytes in [jpeg_of(&image), png_of(&image), webp_of(&image)] {
        let photo = accepted(&bytes);
        assert_eq!((photo.width, photo.height), (1600, 1200));
        let made: Vec<_> = photo.renditions.iter().map(|r| (r.name, r.width, r.height, r.mime)).collect();
        let webp = "image/webp";
        let expected = [
            ("s", 320, 240, webp),
            ("m", 640, 480, webp),
            ("l", 1280, 960, webp),
            ("jpeg", 1280, 960, "image/jpeg"),
        ];
        assert_eq!(made, expected);
        for name in ["s", "m", "l", "jpeg"] {
            let rendition = decoded(&photo, name);
            assert!(is_red(*rendition.get_pixel(rendition.width() / 4, rendition.height() / 2)), "{name}");
            assert!(
                is_blue(*rendition.get_pixel(rendition.width() * 3 / 4, rendition.height() / 2)),
                "{name}"
            );
        }
    }
}

#[test]
fn a_small_photo_is_never_made_larger() {
    let photo = accepted(&png_of(&red_blue(400, 300)));
    let sizes: Vec<_> = photo.renditions.iter().map(|r| (r.name, r.width, r.height)).collect();
    assert_eq!(sizes, [("s", 320, 240), ("m", 400, 300), ("l", 400, 300), ("jpeg", 400, 300)]);
}

#[test]
fn a_photo_taken_upright_stands_upright_and_keeps_no_secret() {
    // Orientation 6: turned by 90 degrees clockwise, what was on the left is then on top.
    let photo = accepted(&with_exif(&jpeg_of(&red_blue(1600, 1200)), 6));
    assert_eq!((photo.width, photo.height), (1200, 1600));
    for rendition in &photo.renditions {
        let upright = decoded(&photo, rendition.name);
        let (width, height) = upright.dimensions();
        assert_eq!(height, (width * 1600 + 600) / 1200, "{}", rendition.name);
        assert!(is_red(*upright.get_pixel(width / 2, height / 4)), "{}: red on top", rendition.name);
        assert!(is_blue(*upright.get_pixel(width / 2, height * 3 / 4)), "{}: blue below", rendition.name);
        for secret in [&b"SecretMaker"[..], b"GPS-24", b"Exif", b"EXIF", b"ICCP", b"XMP "] {
            assert!(!contains(&rendition.bytes, secret), "{} holds {secret:?}", rendition.name);
        }
    }
}

#[test]
fn every_orientation_is_applied() {
    let jpeg = jpeg_of(&red_blue(300, 240));
    // Where red is afterwards, as a share of width and height.
    let expected = [(1, 1, 2), (2, 3, 2), (3, 3, 2), (4, 1, 2), (5, 2, 1), (6, 2, 1), (7, 2, 3), (8, 2, 3)];
    for (orientation, x, y) in expected {
        let photo = accepted(&with_exif(&jpeg, orientation));
        let sideways = orientation > 4;
        assert_eq!((photo.width, photo.height), if sideways { (240, 300) } else { (300, 240) });
        let image = decoded(&photo, "l");
        let (x, y) = (image.width() * x / 4, image.height() * y / 4);
        assert!(is_red(*image.get_pixel(x, y)), "orientation {orientation}");
    }
}

#[test]
fn text_and_position_of_a_png_are_gone() {
    let plain = png_of(&red_blue(300, 240));
    let mut bytes = plain[..33].to_vec();
    bytes.extend(png_chunk(b"tEXt", b"Comment\0SecretMaker"));
    bytes.extend(png_chunk(b"eXIf", &exif(6)));
    bytes.extend_from_slice(&plain[33..]);
    let photo = accepted(&bytes);
    assert_eq!((photo.width, photo.height), (240, 300), "the orientation of a PNG counts too");
    for rendition in &photo.renditions {
        assert!(!contains(&rendition.bytes, b"SecretMaker"));
    }
}

#[test]
fn transparent_parts_lie_on_paper() {
    let image =
        image::RgbaImage::from_fn(300, 300, |x, _| image::Rgba([0, 0, 0, if x < 150 { 0 } else { 255 }]));
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes).write_image(&image, 300, 300, ExtendedColorType::Rgba8).unwrap();
    let photo = accepted(&bytes);
    for name in ["l", "jpeg"] {
        let flat = decoded(&photo, name);
        let near = |x, expected: [u8; 3]| {
            flat.get_pixel(x, 150).0.iter().zip(expected).all(|(value, wanted)| value.abs_diff(wanted) <= 6)
        };
        assert!(near(50, [0xFB, 0xFA, 0xF6]), "{name}: {:?}", flat.get_pixel(50, 150));
        assert!(near(250, [0, 0, 0]), "{name}: {:?}", flat.get_pixel(250, 150));
    }
}

#[test]
fn grey_and_deep_photos_are_accepted() {
    let grey = image::GrayImage::from_pixel(256, 256, image::Luma([90]));
    let mut bytes = Vec::new();
    JpegEncoder::new(&mut bytes).encode_image(&grey).unwrap();
    assert_eq!(accepted(&bytes).placeholder_color, [90, 90, 90]);
    let deep = image::ImageBuffer::<image::Rgb<u16>, _>::from_pixel(256, 256, image::Rgb([60_000, 0, 0]));
    let mut bytes = Vec::new();
    image::DynamicImage::from(deep)
        .write_to(&mut std::io::Cursor::new(&mut bytes), image::ImageFormat::Png)
        .unwrap();
    assert_eq!(accepted(&bytes).placeholder_color, [233, 0, 0]);
}

#[test]
fn what_is_appended_to_a_photo_is_not_passed_on() {
    let image = red_blue(300, 240);
    for mut bytes in [jpeg_of(&image), png_of(&image), webp_of(&image)] {
        bytes.extend_from_slice(b"PK\x03\x04evil.zip<html><script>alert(1)</script></html>");
        for rendition in accepted(&bytes).renditions {
            assert!(!contains(&rendition.bytes, b"<script>") && !contains(&rendition.bytes, b"evil.zip"));
        }
    }
}

#[test]
fn bombs_are_refused_by_their_header() {
    let bomb = claimed_png(60_000, 60_000, b"nothing");
    assert!(matches!(refused(&bomb), MediaError::TooManyPixels { width: 60_000, height: 60_000, .. }));
    assert!(matches!(refused(&claimed_png(u32::MAX, u32::MAX, b"")), MediaError::TooManyPixels { .. }));
    assert!(matches!(refused(&claimed_png(10_000, 10_000, b"")), MediaError::TooManyPixels { .. }));
    let mut jpeg = jpeg_of(&red_blue(300, 240));
    let frame = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xEA, 0x60, 0xEA, 0x60]);
    assert!(matches!(refused(&jpeg), MediaError::TooManyPixels { width: 60_000, height: 60_000, .. }));
}

#[test]
fn a_decoder_gets_no_more_memory_than_allowed() {
    let limits = Limits { decoder_bytes: 300 * 240 * 3 - 1, ..Limits::default() };
    for bytes in [jpeg_of(&red_blue(300, 240)), png_of(&red_blue(300, 240)), webp_of(&red_blue(300, 240))] {
        assert!(matches!(process(&bytes, &limits), Err(MediaError::TooManyPixels { .. })));
    }
}

#[test]
fn a_cut_off_photo_is_broken_wherever_it_is_cut() {
    let image = red_blue(300, 240);
    for bytes in [jpeg_of(&image), png_of(&image), webp_of(&image)] {
        for cut in [12, bytes.len() / 4, bytes.len() / 2, bytes.len() - 1] {
            assert_eq!(refused(&bytes[..cut]), MediaError::Broken, "{cut} of {}", bytes.len());
        }
    }
    assert_eq!(refused(b"\xFF\xD8"), MediaError::Broken);
    assert_eq!(refused(&claimed_png(300, 300, b"not compressed")), MediaError::Broken);
}

#[test]
fn other_files_are_named_for_what_they_are() {
    assert_eq!(refused(b""), MediaError::Empty);
    assert_eq!(refused(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"), MediaError::Heic);
    assert_eq!(refused(b"\0\0\0\x1cftypmif1\0\0\0\0mif1heicmiaf"), MediaError::Heic);
    assert_eq!(refused(b"\0\0\0\x20ftypavif\0\0\0\0avifmif1miafMA1B"), MediaError::Heic);
    for other in [
        &b"GIF89a\x10\0\x10\0"[..],
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        b"\0\0\0\x18ftypmp42\0\0\0\0isommp42",
        b"<html><script>alert(1)</script>",
        b"PK\x03\x04",
        b"RIFF\x24\0\0\0WAVEfmt ",
    ] {
        assert_eq!(refused(other), MediaError::UnsupportedType);
    }
}

#[test]
fn too_small_and_too_long_are_told_with_their_limits() {
    let small = MediaError::TooSmall { width: 1, height: 1, min_side_px: 200 };
    assert_eq!(refused(&png_of(&red_blue(1, 1))), small);
    assert!(matches!(refused(&jpeg_of(&red_blue(600, 199))), MediaError::TooSmall { height: 199, .. }));
    assert_eq!(accepted(&webp_of(&red_blue(200, 200))).width, 200);
    let long = vec![0; 20 * 1024 * 1024 + 1];
    assert_eq!(refused(&long), MediaError::TooLarge { bytes: long.len(), max_bytes: long.len() - 1 });
}

#[test]
fn the_placeholder_is_short_and_looks_like_the_photo() {
    let photo = accepted(&jpeg_of(&red_blue(1600, 1200)));
    let [red, green, blue] = photo.placeholder_color;
    assert!(red.abs_diff(129) < 8 && blue.abs_diff(129) < 8 && green < 40, "{:?}", photo.placeholder_color);
    assert!(photo.thumbhash.len() <= 25);
    let url = thumbhash_data_url(&photo.thumbhash).unwrap();
    assert!(url.starts_with("data:image/webp;base64,") && url.len() < 600, "{} characters", url.len());
    assert_eq!(thumbhash_data_url(&[]), None);
    assert_eq!(thumbhash_data_url(&[0; 5]), None);
}

#[test]
fn very_long_photos_have_a_placeholder_too() {
    let photo = accepted(&png_of(&red_blue(200, 9_000)));
    assert!(thumbhash_data_url(&photo.thumbhash).is_some());
    assert!(accepted(&png_of(&red_blue(9_000, 200))).renditions.iter().all(|r| r.height > 0));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(
        magic in prop::sample::select(vec![
            &b""[..], b"\xFF\xD8\xFF", b"\x89PNG\r\n\x1a\n", b"RIFF\x40\0\0\0WEBPVP8X", b"\0\0\0\x18ftyp",
        ]),
        tail in prop::collection::vec(any::<u8>(), 0..512),
    ) {
        let bytes = [magic, tail.as_slice()].concat();
        prop_assert!(process(&bytes, &Limits::default()).is_err());
        let _ = thumbhash_data_url(&tail);
    }

    #[test]
    fn damaged_photos_never_panic(kind in 0..3_usize, changes in prop::collection::vec(any::<(u16, u8)>(), 1..20)) {
        let image = red_blue(210, 200);
        let mut bytes = [jpeg_of, png_of, webp_of][kind](&image);
        for (at, value) in changes {
            let at = usize::from(at) % bytes.len();
            bytes[at] = value;
        }
        if let Ok(photo) = process(&bytes, &Limits::default()) {
            prop_assert_eq!(photo.renditions.len(), 4);
        }
    }
}
