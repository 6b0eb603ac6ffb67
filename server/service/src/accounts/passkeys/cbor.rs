//! As much of CBOR (RFC 8949) as authenticators write: items of a length that is said beforehand, no tags (CTAP2's
//! canonical form has neither). Nothing is copied, and what is nested deeper than authenticators do is refused.

/// Maps and lists within each other. An attestation with certificates has three.
const DEEPEST: u8 = 8;

/// Reads items one after the other; `None` for what is not as it must be, after which nothing more is to be read.
#[derive(Debug, Clone)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const LIST: u8 = 4;
const MAP: u8 = 5;
const SIMPLE: u8 = 7;

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// What has not been read yet.
    pub(super) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// A map's begin: how many keys follow, each with its value.
    pub(super) fn map(&mut self) -> Option<u64> {
        self.expect(MAP)
    }

    pub(super) fn text(&mut self) -> Option<&'a str> {
        let length = self.expect(TEXT)?;
        std::str::from_utf8(self.take(length)?).ok()
    }

    pub(super) fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.expect(BYTES)?;
        self.take(length)
    }

    /// A whole number of either sign.
    pub(super) fn integer(&mut self) -> Option<i64> {
        match self.head()? {
            (UNSIGNED, value) => i64::try_from(value).ok(),
            (NEGATIVE, value) => Some(-1 - i64::try_from(value).ok()?),
            _ => None,
        }
    }

    /// Whether a number comes next; a string of bytes otherwise, as far as a key's parts go.
    pub(super) fn is_integer_next(&self) -> bool {
        self.rest.first().is_some_and(|first| first >> 5 <= NEGATIVE)
    }

    /// Any item, with all that is in it.
    pub(super) fn skip(&mut self) -> Option<()> {
        self.skip_below(0)
    }

    fn skip_below(&mut self, depth: u8) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        let (major, value) = self.head()?;
        let items = match major {
            UNSIGNED | NEGATIVE | SIMPLE => return Some(()),
            BYTES | TEXT => return self.take(value).map(|_| ()),
            LIST => value,
            MAP => value.checked_mul(2)?,
            _ => return None,
        };
        for _ in 0..items {
            self.skip_below(depth + 1)?;
        }
        Some(())
    }

    fn expect(&mut self, wanted: u8) -> Option<u64> {
        self.head().filter(|(major, _)| *major == wanted).map(|(_, value)| value)
    }

    /// An item's kind, and its value or length.
    fn head(&mut self) -> Option<(u8, u64)> {
        let first = *self.take(1)?.first()?;
        let value = match first & 0x1f {
            small @ 0..=23 => u64::from(small),
            size @ 24..=27 => {
                let bytes = self.take(1 << (size - 24))?;
                bytes.iter().fold(0_u64, |value, byte| value << 8 | u64::from(*byte))
            }
            // Reserved, or of a length that is not said beforehand.
            _ => return None,
        };
        Some((first >> 5, value))
    }

    fn take(&mut self, length: u64) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(usize::try_from(length).ok()?)?;
        self.rest = rest;
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_read_one_after_the_other() {
        // RFC 8949, appendix A.
        let mut reader = Reader::new(
            b"\x00\x17\x18\x18\x19\x03\xe8\x20\x38\x63\x64IETF\x44\x01\x02\x03\x04\xa1\x01\x02\xff",
        );
        let numbers: Vec<i64> = (0..6).map(|_| reader.integer().unwrap()).collect();
        assert_eq!(numbers, [0, 23, 24, 1000, -1, -100]);
        assert_eq!((reader.text(), reader.bytes()), (Some("IETF"), Some([1, 2, 3, 4].as_slice())));
        assert_eq!((reader.map(), reader.integer(), reader.integer()), (Some(1), Some(1), Some(2)));
        assert_eq!(reader.rest(), b"\xff");
    }

    #[test]
    fn whatever_is_in_an_item_is_skipped_with_it() {
        for item in [
            b"\xa2\x61a\x01\x61b\x82\x02\x03".as_slice(),
            b"\x83\x01\x82\x02\x03\x82\x04\x05",
            b"\xf4",
            b"\xf9\x3c\x00",
            b"\xfb\x3f\xf1\x99\x99\x99\x99\x99\x9a",
            b"\x1b\xff\xff\xff\xff\xff\xff\xff\xff",
            b"\x40",
        ] {
            let mut reader = Reader::new(item);
            assert_eq!((reader.skip(), reader.rest()), (Some(()), b"".as_slice()), "{item:x?}");
            for length in 0..item.len() {
                assert_eq!(Reader::new(&item[..length]).skip(), None, "{length} of {item:x?}");
            }
        }
    }

    #[test]
    fn what_authenticators_do_not_write_is_refused() {
        for item in [
            // Of an unsaid length, reserved, tagged, longer than all memory, and nested without end.
            b"\x5f\x41\x00\xff".as_slice(),
            b"\x9f\xff",
            b"\x1c",
            b"\xc0\x00",
            b"\x5b\xff\xff\xff\xff\xff\xff\xff\xff",
            b"\xbb\xff\xff\xff\xff\xff\xff\xff\xff",
            b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff",
            &[0x81; 100],
        ] {
            assert_eq!(Reader::new(item).skip(), None, "{item:x?}");
        }
        assert_eq!(Reader::new(b"\x61\xff").text(), None, "no UTF-8");
        assert_eq!(
            Reader::new(b"\x3b\xff\xff\xff\xff\xff\xff\xff\xff").integer(),
            None,
            "too far below zero"
        );
        assert_eq!(Reader::new(b"\x41a").text(), None, "bytes are no text");
    }
}
