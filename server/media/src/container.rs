//! Recognises a file by its first bytes and walks its container without decoding it.
//!
//! The decoders are lenient: a JPEG that ends in the middle decodes to a half grey photo, and every container may
//! carry megabytes that a decoder would unpack for nothing. So the structure is checked here first, and what lies
//! behind the end of the picture never reaches a decoder.

use std::borrow::Cow;

use crate::{Limits, MediaError};

/// The kinds of file that are decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A JPEG; `buffered` when the decoder must hold the coefficients of the whole picture (progressive files and
    /// files with one scan for each component).
    Jpeg { buffered: bool },
    /// A PNG, reduced to the chunks that carry pixels and the orientation.
    Png,
    /// A still WebP.
    WebP,
}

/// A file whose structure is whole.
#[derive(Debug)]
pub(crate) struct Container<'a> {
    pub kind: Kind,
    pub bytes: Cow<'a, [u8]>,
}

/// EXIF blocks of a PNG longer than this are ignored (that of a JPEG cannot be longer).
const MAX_EXIF_BYTES: usize = 64 * 1024;
/// Scans of a JPEG: cameras and programs write a dozen, and each goes once over the whole picture.
const MAX_SCANS: u32 = 64;
const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// Brands of the HEIF family, AVIF among them (ISO/IEC 23008-12, AV1 Image File Format).
const HEIF_BRANDS: [&[u8]; 12] = [
    b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1", b"avif",
    b"avis",
];

/// Recognises the file and checks that its structure is whole and its claimed size acceptable.
pub(crate) fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Container<'a>, MediaError> {
    if bytes.starts_with(b"\xFF\xD8\xFF") {
        return jpeg(bytes, limits);
    }
    if bytes.starts_with(PNG_SIGNATURE) {
        return png(bytes, limits);
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return webp(bytes);
    }
    if is_heif(bytes) {
        return Err(MediaError::Heic);
    }
    // The beginning of a photo, cut off so early that not even its type is whole.
    let cut_off = [&b"\xFF\xD8\xFF"[..], PNG_SIGNATURE].iter().any(|magic| magic.starts_with(bytes));
    Err(if cut_off { MediaError::Broken } else { MediaError::UnsupportedType })
}

fn is_heif(bytes: &[u8]) -> bool {
    if bytes.get(4..8) != Some(b"ftyp") {
        return false;
    }
    // The major brand, then (after a version) the compatible ones as far as the box reaches.
    let end = be_u32(bytes, 0).map_or(0, |length| length as usize).clamp(12, 64).min(bytes.len());
    bytes.get(8..end).unwrap_or_default().chunks_exact(4).any(|brand| HEIF_BRANDS.contains(&brand))
}

fn be_u16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|raw| u16::from_be_bytes(*raw))
}

fn be_u32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|raw| u32::from_be_bytes(*raw))
}

/// Walks the segments of a JPEG to its end-of-image marker and cuts off what follows (ITU-T T.81, annex B).
fn jpeg<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Container<'a>, MediaError> {
    let (mut at, mut scans, mut progressive) = (2, 0_u32, false);
    loop {
        if bytes.get(at) != Some(&0xFF) {
            return Err(MediaError::Broken);
        }
        let marker = *bytes.get(at + 1).ok_or(MediaError::Broken)?;
        match marker {
            // Any number of fill bytes may stand before a marker.
            0xFF => {
                at += 1;
                continue;
            }
            0xD9 if scans == 0 => return Err(MediaError::Broken),
            0xD9 => {
                let kind = Kind::Jpeg { buffered: progressive || scans > 1 };
                return Ok(Container { kind, bytes: Cow::Borrowed(&bytes[..at + 2]) });
            }
            // Markers without a length.
            0x01 | 0xD0..=0xD7 => {
                at += 2;
                continue;
            }
            0x00 | 0xD8 => return Err(MediaError::Broken),
            _ => {}
        }
        let length = usize::from(be_u16(bytes, at + 2).ok_or(MediaError::Broken)?);
        if length < 2 || at + 2 + length > bytes.len() {
            return Err(MediaError::Broken);
        }
        // Start of frame, in all its variants but the tables that share its range.
        if matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC) {
            progressive |= matches!(marker, 0xC2 | 0xC6 | 0xCA | 0xCE);
            let size = be_u16(bytes, at + 7).zip(be_u16(bytes, at + 5));
            let (width, height) = size.ok_or(MediaError::Broken)?;
            limits.check_size(width.into(), height.into())?;
        }
        at += 2 + length;
        if marker == 0xDA {
            scans += 1;
            if scans > MAX_SCANS {
                return Err(MediaError::Broken);
            }
            at = end_of_scan(bytes, at).ok_or(MediaError::Broken)?;
        }
    }
}

/// The position of the first marker after entropy-coded data, where `FF 00` is a data byte and `FF D0`…`FF D7` are
/// restarts inside the scan.
fn end_of_scan(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == 0xFF)?;
        match *bytes.get(at + 1)? {
            0x00 | 0xD0..=0xD7 => at += 2,
            _ => return Some(at),
        }
    }
}

/// Walks the chunks of a PNG and keeps those that matter for its pixels: text, profiles and animation frames are
/// left out before a decoder could unpack them.
fn png<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Container<'a>, MediaError> {
    let mut kept = Vec::with_capacity(bytes.len());
    kept.extend_from_slice(PNG_SIGNATURE);
    let mut at = PNG_SIGNATURE.len();
    loop {
        let length = be_u32(bytes, at).ok_or(MediaError::Broken)? as usize;
        let name = bytes.get(at + 4..at + 8).ok_or(MediaError::Broken)?;
        if at == PNG_SIGNATURE.len() {
            let size = be_u32(bytes, at + 8).zip(be_u32(bytes, at + 12));
            let (width, height) = size.filter(|_| name == b"IHDR").ok_or(MediaError::Broken)?;
            limits.check_size(width, height)?;
        }
        let end = at.checked_add(length).and_then(|end| end.checked_add(12)).ok_or(MediaError::Broken)?;
        let chunk = bytes.get(at..end).ok_or(MediaError::Broken)?;
        match name {
            b"IHDR" | b"PLTE" | b"tRNS" | b"IDAT" | b"IEND" => kept.extend_from_slice(chunk),
            b"eXIf" if length <= MAX_EXIF_BYTES => kept.extend_from_slice(chunk),
            // A capital first letter says that the picture cannot be understood without this chunk.
            _ if name[0].is_ascii_uppercase() => return Err(MediaError::Broken),
            _ => {}
        }
        if name == b"IEND" {
            return Ok(Container { kind: Kind::Png, bytes: Cow::Owned(kept) });
        }
        at = end;
    }
}

/// Checks that every chunk of a WebP lies inside the file and cuts off what follows the last.
fn webp(bytes: &[u8]) -> Result<Container<'_>, MediaError> {
    let le_u32 =
        |at: usize| be_u32(bytes, at).map(|value| value.swap_bytes() as usize).ok_or(MediaError::Broken);
    let end = le_u32(4)?.checked_add(8).filter(|end| *end <= bytes.len()).ok_or(MediaError::Broken)?;
    let mut at = 12;
    while at + 8 <= end {
        let name = &bytes[at..at + 4];
        if name == b"ANIM" || name == b"ANMF" {
            return Err(MediaError::UnsupportedType);
        }
        let chunk_end = (at + 8).checked_add(le_u32(at + 4)?).ok_or(MediaError::Broken)?;
        if chunk_end > end {
            return Err(MediaError::Broken);
        }
        // Chunks of odd length are padded by one byte, which the last one may lack.
        at = chunk_end + chunk_end % 2;
    }
    Ok(Container { kind: Kind::WebP, bytes: Cow::Borrowed(&bytes[..end]) })
}
