//! Precompression: what never changes under its name is compressed once, as hard as it goes, and not at each request.

use anyhow::{Context as _, Result};
use flate2::{Compression, write::GzEncoder};
use std::io::Write as _;

/// File name extensions of content that compresses; photos and the like do not.
const COMPRESSIBLE: [&str; 9] = ["css", "html", "js", "json", "svg", "txt", "wasm", "webmanifest", "xml"];

/// The strongest Brotli quality.
const BROTLI_QUALITY: u32 = 11;
/// The largest window (as a power of two) that every browser accepts.
const BROTLI_WINDOW: u32 = 22;

/// Whether files of this name are worth compressing.
pub fn is_compressible(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| COMPRESSIBLE.contains(&extension))
}

/// The content as Brotli, quality 11.
pub fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 1 << 16, BROTLI_QUALITY, BROTLI_WINDOW);
    writer.write_all(bytes).and_then(|()| writer.flush()).context("brotli")?;
    Ok(writer.into_inner())
}

/// The content as gzip, level 9, without a time stamp, so that equal content gives equal bytes.
pub fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::best());
    writer.write_all(bytes).context("gzip")?;
    writer.finish().context("gzip")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn both_encodings_give_the_content_back() {
        let content = "乡集 sells tea. ".repeat(500).into_bytes();
        let small = brotli(&content).unwrap();
        assert!(small.len() < content.len() / 10);
        let mut back = Vec::new();
        brotli::Decompressor::new(small.as_slice(), 4096).read_to_end(&mut back).unwrap();
        assert_eq!(back, content);

        back.clear();
        flate2::read::GzDecoder::new(gzip(&content).unwrap().as_slice()).read_to_end(&mut back).unwrap();
        assert_eq!(back, content);
    }

    #[test]
    fn photos_are_left_alone() {
        assert!(is_compressible("client.wasm") && is_compressible("icons/sprite.svg"));
        assert!(!is_compressible("tea.webp") && !is_compressible("LICENSE"));
    }
}
