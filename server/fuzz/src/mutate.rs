//! Replays a corpus and goes on with small damages to it, the same ones for the same seed, on any toolchain.
//!
//! `XIANGJI_FUZZ_SECONDS` says how long each target goes on (default: half a second), `XIANGJI_SEED` begins another
//! sequence. Bytes that broke a promise are written to a file whose name stands in the message.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

/// Longest input that is made; the corpus itself may be longer.
const LONGEST: usize = 64 * 1024;

/// What parsers stumble over.
const WORDS: [&[u8]; 28] = [
    b"\0",
    b"\xff",
    b"\xff\xff\xff\xff",
    b"\x80",
    b"\n",
    b"\r\n",
    b"\t",
    b",",
    b"\"",
    b"'",
    b"=",
    b"&",
    b"%00",
    b"%",
    b"../",
    b"<script>",
    b"-1",
    b"0",
    b"99999999999999999999",
    b"1e9",
    b"\xef\xbb\xbf",
    b"\xe8\x8c\xb6",
    b"\xf0\x9f\x8d\xb5",
    b"\xe2\x80\xae",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\xff\xd8\xff",
    b"IDAT",
];

/// SplitMix64: enough to choose damages.
#[derive(Debug)]
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap_or_default()
    }
}

/// Runs `target` on every file of its corpus and on damaged ones; answers how many inputs there were.
///
/// # Panics
/// When a promise was broken, with the name of the file that holds the input.
pub fn run(name: &str, target: impl Fn(&[u8])) -> u64 {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().find_map(|above| {
        let folder = above.join("server/fuzz/corpus").join(name);
        folder.is_dir().then_some(folder)
    });
    let folder = folder.unwrap_or_else(|| panic!("{name} has no corpus"));
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let corpus: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
    assert!(!corpus.is_empty(), "{name} has an empty corpus");
    let from_environment = |variable: &str| std::env::var(variable).ok()?.parse::<f64>().ok();
    let time = Duration::from_secs_f64(from_environment("XIANGJI_FUZZ_SECONDS").unwrap_or(0.5));
    let mut dice = Dice(from_environment("XIANGJI_SEED").unwrap_or(1.0).to_bits());
    let begun = Instant::now();
    let mut tried = 0;
    for input in &corpus {
        attempt(name, &target, input);
        tried += 1;
    }
    while begun.elapsed() < time {
        attempt(name, &target, &damaged(&mut dice, &corpus));
        tried += 1;
    }
    println!("{name}: {tried} inputs");
    tried
}

fn attempt(name: &str, target: &impl Fn(&[u8]), input: &[u8]) {
    if catch_unwind(AssertUnwindSafe(|| target(input))).is_err() {
        let file = std::env::temp_dir().join(format!("xiangji-fuzz-{name}-{}", input.len()));
        std::fs::write(&file, input).unwrap();
        panic!("{name} broke a promise on {}", file.display());
    }
}

/// One to eight damages to something of the corpus.
fn damaged(dice: &mut Dice, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = corpus[dice.below(corpus.len())].clone();
    for _ in 0..=dice.below(8) {
        let at = dice.below(bytes.len() + 1);
        let end = (at + 1 + dice.below(16)).min(bytes.len());
        match dice.below(8) {
            0 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
            1 if at < bytes.len() => bytes[at] = dice.next().to_le_bytes()[0],
            2 if at < bytes.len() => drop(bytes.drain(at..end)),
            3 if at < bytes.len() => {
                let copy = bytes[at..end].to_vec();
                bytes.splice(at..at, copy);
            }
            4 => drop(bytes.splice(at..at, WORDS[dice.below(WORDS.len())].iter().copied())),
            5 if at < bytes.len() => {
                drop(bytes.splice(at..end, WORDS[dice.below(WORDS.len())].iter().copied()))
            }
            6 => bytes.truncate(at),
            _ => {
                let other = &corpus[dice.below(corpus.len())];
                let from = dice.below(other.len() + 1);
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
        }
    }
    bytes.truncate(LONGEST);
    bytes
}
