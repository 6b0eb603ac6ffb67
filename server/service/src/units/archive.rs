//! How large a ZIP archive really becomes, found out without keeping any of it.
//!
//! What an archive says about its own sizes is what its sender typed. So every entry is unpacked once, a few KiB at a
//! time, and counted; whoever reads the archive afterwards can rely on what was counted, because anything that two
//! readers could understand differently is refused: a second directory, bytes between directory and end, the records
//! of large archives, other packings than "stored" and "deflate".

use std::io::Read as _;

use flate2::read::DeflateDecoder;

const END_SIGNATURE: &[u8] = b"PK\x05\x06";
const LARGE_END_SIGNATURE: &[u8] = b"PK\x06\x07";
const ENTRY_SIGNATURE: &[u8] = b"PK\x01\x02";
const LOCAL_SIGNATURE: &[u8] = b"PK\x03\x04";
/// Lengths of an entry of the directory, of the head before an entry's data and of the end, without names and comments.
const ENTRY_BYTES: usize = 46;
const LOCAL_BYTES: usize = 30;
const END_BYTES: usize = 22;
/// A workbook has a dozen; more would only keep the unpacker busy.
const MAX_ENTRIES: u64 = 500;

/// Bytes of everything in the archive once it is unpacked; `None` for an archive that is broken, lies about a size or
/// becomes larger than `max_bytes`. Memory does not depend on the archive, work ends at `max_bytes`.
pub(super) fn unpacked_bytes(zip: &[u8], max_bytes: u64) -> Option<u64> {
    unpacked_bytes_by_name(zip, max_bytes, |_| max_bytes)
}

/// [`unpacked_bytes`] where each entry has a bound of its own, by its name.
pub(crate) fn unpacked_bytes_by_name(
    zip: &[u8],
    max_bytes: u64,
    max_of: impl Fn(&[u8]) -> u64,
) -> Option<u64> {
    let places = |signature: &'static [u8]| {
        zip.windows(signature.len()).enumerate().filter(move |(_, window)| *window == signature)
    };
    let mut ends = places(END_SIGNATURE).map(|(at, _)| at);
    let (Some(end), None, None) = (ends.next(), ends.next(), places(LARGE_END_SIGNATURE).next()) else {
        return None;
    };
    let comment = usize::try_from(number(zip, end + 20, 2)?).ok()?;
    let entries = number(zip, end + 10, 2)?;
    let mut at = usize::try_from(number(zip, end + 16, 4)?).ok()?;
    let directory_bytes = usize::try_from(number(zip, end + 12, 4)?).ok()?;
    let is_whole = end + END_BYTES + comment == zip.len() && at.checked_add(directory_bytes) == Some(end);
    if !is_whole || entries > MAX_ENTRIES || number(zip, end + 8, 2)? != entries {
        return None;
    }
    let mut total = 0_u64;
    for _ in 0..entries {
        if !zip.get(at..)?.starts_with(ENTRY_SIGNATURE) {
            return None;
        }
        let name_bytes = usize::try_from(number(zip, at + 28, 2)?).ok()?;
        let name = zip.get(at + ENTRY_BYTES..)?.get(..name_bytes)?;
        total = total.checked_add(entry_bytes(zip, at, max_of(name).min(max_bytes - total))?)?;
        let names = number(zip, at + 28, 2)? + number(zip, at + 30, 2)? + number(zip, at + 32, 2)?;
        at = at.checked_add(ENTRY_BYTES + usize::try_from(names).ok()?)?;
    }
    (at == end).then_some(total)
}

/// Bytes of the entry whose line of the directory stands at `at`, counted; `None` when it is not as the line says or
/// has more than `max_bytes`.
fn entry_bytes(zip: &[u8], at: usize, max_bytes: u64) -> Option<u64> {
    let (method, packed, said) =
        (number(zip, at + 10, 2)?, number(zip, at + 20, 4)?, number(zip, at + 24, 4)?);
    if said > max_bytes {
        return None;
    }
    let local = usize::try_from(number(zip, at + 42, 4)?).ok()?;
    if !zip.get(local..)?.starts_with(LOCAL_SIGNATURE) {
        return None;
    }
    let names = usize::try_from(number(zip, local + 26, 2)? + number(zip, local + 28, 2)?).ok()?;
    let start = local.checked_add(LOCAL_BYTES + names)?;
    let data = zip.get(start..start.checked_add(usize::try_from(packed).ok()?)?)?;
    let found = match method {
        0 => packed,
        8 => inflated_bytes(data, said)?,
        _ => return None,
    };
    (found == said).then_some(found)
}

/// Length of what `packed` unpacks to, as far as one byte beyond `said`.
fn inflated_bytes(packed: &[u8], said: u64) -> Option<u64> {
    let mut unpacked = DeflateDecoder::new(packed).take(said + 1);
    let mut piece = [0_u8; 8 * 1024];
    let mut total = 0_u64;
    loop {
        match unpacked.read(&mut piece).ok()? {
            0 => return Some(total),
            read => total += read as u64,
        }
    }
}

/// A little-endian number of `bytes` bytes.
fn number(zip: &[u8], at: usize, bytes: usize) -> Option<u64> {
    let digits = zip.get(at..at.checked_add(bytes)?)?;
    Some(digits.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: u64 = 1_000_000;

    fn put(record: &mut Vec<u8>, at: usize, number: u32, bytes: usize) {
        record.resize(record.len().max(at + bytes), 0);
        record[at..at + bytes].copy_from_slice(&number.to_le_bytes()[..bytes]);
    }

    /// An archive with one stored entry of `data`, whose directory says `said`.
    fn archive(data: &[u8], said: u32) -> Vec<u8> {
        let mut zip = LOCAL_SIGNATURE.to_vec();
        zip.resize(LOCAL_BYTES, 0);
        zip.extend(data);
        let directory = u32::try_from(zip.len()).unwrap();
        let mut entry = ENTRY_SIGNATURE.to_vec();
        put(&mut entry, 20, u32::try_from(data.len()).unwrap(), 4);
        put(&mut entry, 24, said, 4);
        entry.resize(ENTRY_BYTES, 0);
        zip.extend(entry);
        let mut end = END_SIGNATURE.to_vec();
        put(&mut end, 8, 1, 2);
        put(&mut end, 10, 1, 2);
        put(&mut end, 12, 46, 4);
        put(&mut end, 16, directory, 4);
        end.resize(END_BYTES, 0);
        zip.extend(end);
        zip
    }

    #[test]
    fn an_archive_is_as_large_as_it_really_is() {
        assert_eq!(unpacked_bytes(&archive(b"hello", 5), MAX), Some(5));
        assert_eq!(unpacked_bytes(&archive(b"hello", 4), MAX), None, "it says less than it has");
        assert_eq!(unpacked_bytes(&archive(b"hello", 5), 4), None, "more than allowed");
        assert_eq!(unpacked_bytes(b"PK", MAX), None);
    }

    #[test]
    fn what_two_readers_could_read_differently_has_no_size() {
        let honest = archive(b"hello", 5);
        let two = [honest.clone(), honest.clone()].concat();
        let in_front = [b"#!/bin/sh\n".to_vec(), honest.clone()].concat();
        let behind = [honest.clone(), b"more".to_vec()].concat();
        let mut large = honest.clone();
        large.splice(30..34, *b"PK\x06\x07");
        let mut other_packing = honest.clone();
        let entry = other_packing.windows(4).position(|window| window == ENTRY_SIGNATURE).unwrap();
        other_packing[entry + 10] = 12;
        for zip in [two, in_front, behind, large, other_packing] {
            assert_eq!(unpacked_bytes(&zip, MAX), None, "{zip:?}");
        }
    }
}
