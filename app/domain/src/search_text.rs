//! Search terms without a dictionary.
//!
//! Chinese is indexed by single characters and pairs, and by the pinyin of every run of one to four characters, so
//! that `绿茶`, `lvcha`, `lucha` and `lc` all find 岚皋绿茶. Latin words are indexed as they are. Slips of the finger
//! are found through [`typo_keys`]: the word itself and every word with one letter left out, compared on both sides. A
//! wrong Chinese character is found by its sound ([`joined_pinyin`]) or by its looks ([`may_be_mistaken`]).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

mod radicals;

pub use radicals::same_radical;

/// How many characters of a text are indexed; the rest of a longer one adds cost and no findability.
const INDEXED_CHARS: usize = 2_000;
/// How many characters of a query are read.
const QUERY_CHARS: usize = 100;
/// The longest run of characters whose joined pinyin is a term.
const PINYIN_GRAM: usize = 4;
/// A run of up to this many characters is also a term as a whole.
const WHOLE_RUN: usize = 6;
/// Shorter Latin terms have no typo keys: with one letter of three missing everything is like everything.
const TYPO_MIN_CHARS: usize = 4;
/// Longer Latin terms have no typo keys: they would cost one row for each letter.
const TYPO_MAX_CHARS: usize = 24;

const WEIGHT_WORD: u32 = 10;
const WEIGHT_BIGRAM: u32 = 8;
/// What the joined pinyin of a run says about a text.
pub const WEIGHT_PINYIN: u32 = 4;
const WEIGHT_HAN: u32 = 2;
const WEIGHT_INITIALS: u32 = 1;

/// One thing a text can be found by, or a query asks for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Term {
    /// Lower-case Latin letters and digits, or one or two Han characters.
    pub text: String,
    /// How much a hit says about the text: more is better. Add up the hits to rank.
    pub weight: u32,
}

/// Turns full-width letters, digits, punctuation and blanks into the ASCII ones; everything else stays.
#[must_use]
pub fn fold_width(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{3000}' => ' ',
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            _ => c,
        })
        .collect()
}

/// Whether a character is a Han character of the blocks that occur in names and texts.
#[must_use]
pub const fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}' | '〇')
}

/// The terms a text is found by, each once with its best weight, in the order of their texts.
///
/// `pinyin_of` gives the plain pinyin of a character (no tone marks or numbers, `ü`, `v` or `u:` for ü).
#[must_use]
pub fn index_terms<'a>(text: &str, pinyin_of: impl Fn(char) -> Option<&'a str>) -> Vec<Term> {
    terms_of(text, pinyin_of, add_pinyin)
}

/// The terms a long text is found by: as [`index_terms`], but of its sound only the runs of two to four characters.
/// Single syllables and initials are in every long text by chance.
#[must_use]
pub fn story_terms<'a>(text: &str, pinyin_of: impl Fn(char) -> Option<&'a str>) -> Vec<Term> {
    terms_of(text, pinyin_of, |terms, syllables| {
        for gram in (2..=PINYIN_GRAM).flat_map(|length| syllables.windows(length)) {
            add_sound(terms, &gram.concat());
        }
    })
}

/// The words and characters of a text; `add_sounds` adds what a run of characters that can be read sounds like.
fn terms_of<'a>(
    text: &str,
    pinyin_of: impl Fn(char) -> Option<&'a str>,
    add_sounds: impl Fn(&mut Terms, &[&str]),
) -> Vec<Term> {
    let mut terms = Terms::default();
    for run in runs(text, INDEXED_CHARS) {
        match run {
            Run::Latin(word) => terms.add(word, WEIGHT_WORD),
            Run::Han(chars) => {
                add_han(&mut terms, &chars);
                // A character without a reading separates, as a blank does.
                for readable in syllables(&chars, &pinyin_of).split(Option::is_none) {
                    let readable: Vec<&str> = readable.iter().flatten().map(String::as_str).collect();
                    add_sounds(&mut terms, &readable);
                }
            }
        }
    }
    terms.finish()
}

/// The pinyin of a run of Han characters as it is indexed, to find what sounds the same: `绿查` is `lvcha`, as 绿茶.
/// `None` when it is not Han throughout or a character has no reading.
#[must_use]
pub fn joined_pinyin<'a>(han: &str, pinyin_of: impl Fn(char) -> Option<&'a str>) -> Option<String> {
    let chars: Vec<char> = han.chars().collect();
    if chars.is_empty() || !chars.iter().all(|c| is_han(*c)) {
        return None;
    }
    syllables(&chars, &pinyin_of).into_iter().collect()
}

/// Whether `meant` is `typed` with one character replaced by one that may be mistaken for it: written with the same
/// radical (荼 and 茶), or of nearly the same sound (絛 and 条). Without this demand 手机 would find 手工.
#[must_use]
pub fn may_be_mistaken<'a>(typed: &str, meant: &str, pinyin_of: impl Fn(char) -> Option<&'a str>) -> bool {
    if typed.chars().count() != meant.chars().count() {
        return false;
    }
    let mut different = typed.chars().zip(meant.chars()).filter(|(typed, meant)| typed != meant);
    let (Some((typed, meant)), None) = (different.next(), different.next()) else {
        return false;
    };
    if !is_han(typed) || !is_han(meant) {
        return false;
    }
    let sound = |c: char| pinyin_of(c).map(plain_syllable).unwrap_or_default();
    let (left, right) = (sound(typed), sound(meant));
    // Of shorter syllables each is one letter away from a dozen others.
    let sounds_alike = left.len().max(right.len()) >= TYPO_MIN_CHARS && within_one_slip(&left, &right);
    sounds_alike || same_radical(typed, meant)
}

/// What a query asks for: pairs of Han characters (a single one alone), Latin words, and the Latin words joined, for
/// those who type `lv cha`. A text that has more of them, by weight, is a better answer.
#[must_use]
pub fn query_terms(query: &str) -> Vec<Term> {
    let mut terms = Terms::default();
    let mut joined = String::new();
    let mut words = 0;
    for run in runs(query, QUERY_CHARS) {
        match run {
            Run::Latin(word) => {
                joined.push_str(&word);
                words += 1;
                terms.add(word, WEIGHT_WORD);
            }
            Run::Han(chars) if chars.len() == 1 => terms.add(chars.iter().collect(), WEIGHT_HAN),
            Run::Han(chars) => {
                for pair in chars.windows(2) {
                    terms.add(pair.iter().collect(), WEIGHT_BIGRAM);
                }
            }
        }
    }
    if words > 1 {
        terms.add(joined, WEIGHT_PINYIN);
    }
    terms.finish()
}

/// The keys under which a Latin term is found despite one wrong, missing, extra or exchanged letter: the term and
/// every form with one letter left out. Two terms are alike when they share a key; [`within_one_slip`] is the exact
/// answer. A pair of Han characters has two keys, each with a `_` for one of them; [`may_be_mistaken`] is the exact
/// answer. Empty for other Han text and for Latin terms of fewer than 4 or more than 24 letters.
#[must_use]
pub fn typo_keys(term: &str) -> Vec<String> {
    if let [first, second] = term.chars().collect::<Vec<char>>()[..]
        && is_han(first)
        && is_han(second)
    {
        return vec![format!("_{second}"), format!("{first}_")];
    }
    let length = term.len();
    if !term.is_ascii() || !(TYPO_MIN_CHARS..=TYPO_MAX_CHARS).contains(&length) {
        return Vec::new();
    }
    let mut keys: Vec<String> =
        (0..length).map(|left_out| format!("{}{}", &term[..left_out], &term[left_out + 1..])).collect();
    keys.push(term.to_owned());
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Whether two terms are the same but for one wrong, missing, extra or exchanged letter.
#[must_use]
pub fn within_one_slip(left: &str, right: &str) -> bool {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let same_start = left.iter().zip(&right).take_while(|(a, b)| a == b).count();
    let (left, right) = (&left[same_start..], &right[same_start..]);
    match (left, right) {
        ([], []) => true,
        ([a, b, rest @ ..], [c, d, other @ ..]) if a == d && b == c && rest == other => true,
        ([_, rest @ ..], [_, other @ ..]) if rest == other => true,
        ([_, rest @ ..], other) if rest == other => true,
        (rest, [_, other @ ..]) => rest == other,
        _ => false,
    }
}

#[derive(Debug, Default)]
struct Terms(BTreeMap<String, u32>);

impl Terms {
    fn add(&mut self, text: String, weight: u32) {
        let best = self.0.entry(text).or_default();
        *best = weight.max(*best);
    }

    fn finish(self) -> Vec<Term> {
        self.0.into_iter().map(|(text, weight)| Term { text, weight }).collect()
    }
}

#[derive(Debug)]
enum Run {
    Han(Vec<char>),
    Latin(String),
}

/// Splits a text at everything that is neither a Han character nor a letter or digit, and where the two meet.
fn runs(text: &str, limit: usize) -> Vec<Run> {
    let mut found: Vec<Run> = Vec::new();
    let mut open = false;
    for c in fold_width(text).chars().take(limit).flat_map(char::to_lowercase) {
        let c = if c == 'ü' { 'v' } else { c };
        if is_han(c) {
            match found.last_mut() {
                Some(Run::Han(chars)) if open => chars.push(c),
                _ => found.push(Run::Han(vec![c])),
            }
            open = true;
        } else if c.is_alphanumeric() {
            match found.last_mut() {
                Some(Run::Latin(word)) if open => word.push(c),
                _ => found.push(Run::Latin(c.to_string())),
            }
            open = true;
        } else {
            open = false;
        }
    }
    found
}

fn add_han(terms: &mut Terms, chars: &[char]) {
    for c in chars {
        terms.add(c.to_string(), WEIGHT_HAN);
    }
    for pair in chars.windows(2) {
        terms.add(pair.iter().collect(), WEIGHT_BIGRAM);
    }
}

fn add_pinyin(terms: &mut Terms, syllables: &[&str]) {
    for gram in (1..=PINYIN_GRAM).flat_map(|length| syllables.windows(length)) {
        add_joined(terms, gram);
    }
    if (PINYIN_GRAM + 1..=WHOLE_RUN).contains(&syllables.len()) {
        add_joined(terms, syllables);
    }
}

/// The plain pinyin of each character; `None` for one without a reading.
fn syllables<'a>(chars: &[char], pinyin_of: &impl Fn(char) -> Option<&'a str>) -> Vec<Option<String>> {
    chars.iter().map(|c| pinyin_of(*c).map(plain_syllable).filter(|syllable| !syllable.is_empty())).collect()
}

fn add_sound(terms: &mut Terms, joined: &str) {
    // Keyboards write ü as v, passports and people in a hurry as u.
    if joined.contains('v') {
        terms.add(joined.replace('v', "u"), WEIGHT_PINYIN);
    }
    terms.add(joined.to_owned(), WEIGHT_PINYIN);
}

fn add_joined(terms: &mut Terms, gram: &[&str]) {
    add_sound(terms, &gram.concat());
    if gram.len() > 1 {
        let initials: String = gram.iter().filter_map(|syllable| syllable.chars().next()).collect();
        terms.add(initials, WEIGHT_INITIALS);
    }
}

fn plain_syllable(pinyin: &str) -> String {
    pinyin
        .to_lowercase()
        .replace("u:", "v")
        .chars()
        .filter_map(|c| if c == 'ü' { Some('v') } else { c.is_ascii_lowercase().then_some(c) })
        .collect()
}

#[cfg(test)]
mod tests;
