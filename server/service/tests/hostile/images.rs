//! Files that pretend to be photos, and photos that carry something.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use media::Limits;

use crate::measure::{Kind, outcome};

const JPEG: &[u8] = include_bytes!("../../../fuzz/corpus/photo/small.jpg");
const PROGRESSIVE: &[u8] = include_bytes!("../../../fuzz/corpus/photo/progressive.jpg");
const PNG: &[u8] = include_bytes!("../../../fuzz/corpus/photo/small.png");
const WEBP: &[u8] = include_bytes!("../../../fuzz/corpus/photo/small.webp");

fn zeros(bytes: usize) -> Vec<u8> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
    let piece = vec![0; 1 << 20];
    for _ in 0..bytes >> 20 {
        packed.write_all(&piece).unwrap();
    }
    packed.write_all(&piece[..bytes % (1 << 20)]).unwrap();
    packed.finish().unwrap()
}

fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut sum = flate2::Crc::new();
    sum.update(name);
    sum.update(data);
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    [&length[..], name, data, &sum.sum().to_be_bytes()].concat()
}

/// A PNG of a claimed size and colour type whose pixels are zeros, `raw_bytes` of them.
fn png(side: u32, depth: u8, color: u8, raw_bytes: usize) -> Vec<u8> {
    let header = [&side.to_be_bytes()[..], &side.to_be_bytes(), &[depth, color, 0, 0, 0]].concat();
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    file.extend(chunk(b"IHDR", &header));
    file.extend(chunk(b"IDAT", &zeros(raw_bytes)));
    file.extend(chunk(b"IEND", &[]));
    file
}

/// The small PNG with a chunk after its header.
fn png_with(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    [&PNG[..33], &chunk(name, data), &PNG[33..]].concat()
}

/// The small JPEG with segments after its first marker.
fn jpeg_with(segments: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let mut file = JPEG[..2].to_vec();
    for (marker, data) in segments {
        file.extend([0xff, *marker]);
        file.extend(u16::try_from(data.len() + 2).unwrap().to_be_bytes());
        file.extend(data);
    }
    file.extend(&JPEG[2..]);
    file
}

fn jpeg_claiming(side: u16) -> Vec<u8> {
    let mut file = JPEG.to_vec();
    let frame = file.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    file[frame + 5..frame + 7].copy_from_slice(&side.to_be_bytes());
    file[frame + 7..frame + 9].copy_from_slice(&side.to_be_bytes());
    file
}

/// The progressive JPEG with its last scan over and over.
fn many_scans(times: usize) -> Vec<u8> {
    let last = PROGRESSIVE.windows(2).rposition(|pair| pair == [0xff, 0xda]).unwrap();
    let (scan, end) = PROGRESSIVE[last..].split_at(PROGRESSIVE.len() - last - 2);
    [&PROGRESSIVE[..last], &scan.repeat(times), end].concat()
}

fn webp(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut body = b"WEBP".to_vec();
    for (name, data) in chunks {
        body.extend(*name);
        body.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
        body.extend(*data);
        body.extend(vec![0; data.len() % 2]);
    }
    [b"RIFF", &u32::try_from(body.len()).unwrap().to_le_bytes()[..], &body].concat()
}

/// A profile in as many pieces as it takes.
fn profile_pieces(bytes: usize) -> Vec<(u8, Vec<u8>)> {
    let pieces = bytes.div_ceil(65_000);
    let piece = |at: usize| {
        let place = [u8::try_from(at + 1).unwrap(), u8::try_from(pieces).unwrap()];
        (0xe2, [b"ICC_PROFILE\0", &place[..], &[0x41; 65_000]].concat())
    };
    (0..pieces).map(piece).collect()
}

#[test]
fn what_is_no_photo_is_refused_by_name() {
    let gif = b"GIF89a\xc8\0\xc8\0\x80\0\0\0\0\0\xff\xff\xff!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0;";
    let animated =
        webp(&[(b"VP8X", &[2, 0, 0, 0, 199, 0, 0, 199, 0, 0]), (b"ANIM", &[0; 6]), (b"ANMF", &[0; 40])]);
    let cases: [(&str, Vec<u8>, &str); 15] = [
        ("nothing", Vec::new(), "Empty"),
        ("one byte", vec![0xff], "Broken"),
        (
            "a vector drawing with a script",
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec(),
            "UnsupportedType",
        ),
        ("a page called photo.jpg", b"<html><script>alert(1)</script>".to_vec(), "UnsupportedType"),
        ("HEIC", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec(), "Heic"),
        ("an animated GIF", gif.to_vec(), "UnsupportedType"),
        ("an animated WebP", animated, "UnsupportedType"),
        ("a ZIP with a JPEG behind it", [b"PK\x03\x04", JPEG].concat(), "UnsupportedType"),
        ("half a JPEG", JPEG[..JPEG.len() / 2].to_vec(), "Broken"),
        ("half a PNG", PNG[..PNG.len() / 2].to_vec(), "Broken"),
        ("half a WebP", WEBP[..WEBP.len() / 2].to_vec(), "Broken"),
        ("a chunk as long as it gets", [&PNG[..33], &[0x7f, 0xff, 0xff, 0xff], b"IDAT"].concat(), "Broken"),
        ("a PNG whose pixels are noise", png_with(b"IDAT", &[0x5a; 4096]), "Broken"),
        (
            "a large WebP with nothing in it",
            webp(&[(b"VP8X", &[0, 0, 0, 0, 0xff, 0x3f, 0, 0xff, 0x3f, 0])]),
            "Broken",
        ),
        ("21 MiB", vec![0xff; 21 << 20], "TooLarge"),
    ];
    for (name, bytes, expected) in cases {
        assert_eq!(outcome(Kind::Photo, name, &bytes), expected, "{name}");
    }
}

#[test]
fn bombs_are_refused_before_they_unpack() {
    let flat = |side: usize, bytes_per_pixel: usize| side * (side * bytes_per_pixel + 1);
    let cases: [(&str, Vec<u8>, &str); 8] = [
        ("60,000 pixels a side", png(60_000, 8, 2, 100), "TooManyPixels"),
        ("a JPEG of 65,535 pixels a side", jpeg_claiming(65_535), "TooManyPixels"),
        ("a JPEG that claims 49 megapixels and has 40,000", jpeg_claiming(7_000), "TooManyPixels"),
        ("49 megapixels of black", png(7_000, 8, 2, flat(7_000, 3)), "TooManyPixels"),
        ("36 megapixels of transparency", png(6_000, 8, 6, flat(6_000, 4)), "TooManyPixels"),
        ("25 megapixels, 16 bits deep", png(5_000, 16, 6, flat(5_000, 8)), "TooManyPixels"),
        ("49 megapixels of grey", png(7_000, 8, 0, flat(7_000, 1)), "TooManyPixels"),
        ("a thousand scans", many_scans(1_000), "Broken"),
    ];
    for (name, bytes, expected) in cases {
        assert_eq!(outcome(Kind::Photo, name, &bytes), expected, "{name}");
    }
}

/// Whatever a photo carries beside its pixels costs nothing and does not come out again.
#[test]
fn stowaways_are_left_behind() {
    let exif =
        |length: usize| (0xe1, [b"Exif\0\0MM\0\x2a\0\0\0\x08\xff\xff", &vec![0xaa; length][..]].concat());
    let text = [b"comment\0\0", &zeros(100 << 20)[..]].concat();
    let profile = [b"profile\0\0", &zeros(100 << 20)[..]].concat();
    let mut animated = png_with(b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]);
    animated.splice(animated.len() - 12..animated.len() - 12, chunk(b"fdAT", &[0; 5_000]));
    let cases: [(&str, Vec<u8>); 11] = [
        ("a JPEG that is a page too", [JPEG, b"<html><script>alert(1)</script>"].concat()),
        (
            "a JPEG with a page as its comment",
            jpeg_with(&[(0xfe, b"<html><script>alert(1)</script>".to_vec())]),
        ),
        ("a JPEG that is a ZIP too", [JPEG, b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"].concat()),
        ("8 MiB of broken EXIF", jpeg_with(&vec![exif(65_000); 125])),
        ("a profile of 16 MiB", jpeg_with(&profile_pieces(250 * 65_000))),
        (
            "a profile that is none",
            jpeg_with(&[(0xe2, [&b"ICC_PROFILE\0\x01\x01"[..], &[0xff; 600]].concat())]),
        ),
        ("a compressed text of 100 MiB", png_with(b"zTXt", &text)),
        ("a compressed profile of 100 MiB", png_with(b"iCCP", &profile)),
        ("an animated PNG", animated),
        ("pixels enough for 100 MiB in a picture of 300", png(300, 8, 2, 100 << 20)),
        ("a WebP with a page behind it", [WEBP, b"<script>alert(1)</script>"].concat()),
    ];
    for (name, bytes) in cases {
        let said = outcome(Kind::Photo, name, &bytes);
        assert!(said == "accepted" || (said == "Broken" && name.starts_with("pixels")), "{name}: {said}");
        crate::plain::photo(&bytes);
        let Ok(photo) = media::process(&bytes, &Limits::default()) else { continue };
        for rendition in photo.renditions {
            for stowaway in [&b"script"[..], b"PK\x05\x06", b"ICC_PROFILE", b"Exif", b"comment"] {
                let is_there = rendition.bytes.windows(stowaway.len()).any(|window| window == stowaway);
                assert!(!is_there, "{name} is passed on in {}", rendition.name);
            }
        }
    }
}
