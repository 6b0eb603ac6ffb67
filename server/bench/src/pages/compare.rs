//! Whether two pages say the same: tag by tag, attribute by attribute, word by word.
//!
//! Values of attributes that are new with each answer (nonces, keys) and names that only one side can have (the number
//! of an island) are left out; spaces between words, and the order of attributes, do not count. Neither does what stands
//! behind the end of the document; its bytes do.

use std::collections::BTreeSet;

use anyhow::{Result, bail, ensure};

/// How many bytes more or fewer the twin's page may have.
pub const BYTES_APART: f64 = 0.05;

/// A page as what it consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Tag { name: String, attributes: BTreeSet<String> },
    Text(String),
}

/// Fails where the pages first differ, or when their sizes are too far apart.
///
/// # Errors
/// The first difference in words.
pub fn same(shop: &str, twin: &str) -> Result<()> {
    let document = |page| str::split_once(page, "</html>").map_or(page, |(document, _)| document);
    let (ours, theirs) = (parts(document(shop)), parts(document(twin)));
    for (at, pair) in ours.iter().zip(&theirs).enumerate() {
        if pair.0 != pair.1 {
            let before = &ours[at.saturating_sub(3)..at];
            bail!("after {before:?}\nthe shop has {:?}\nthe twin has {:?}", pair.0, pair.1);
        }
    }
    let (long, short) = (ours.len().max(theirs.len()), ours.len().min(theirs.len()));
    ensure!(long == short, "{} parts in the shop's page, {} in the twin's", ours.len(), theirs.len());
    let apart = apart(shop.len(), twin.len());
    ensure!(apart.abs() <= BYTES_APART, "the twin's page has {:+.1} % bytes", 100.0 * apart);
    Ok(())
}

/// How many bytes more the twin has, as a share.
#[must_use]
pub fn apart(shop_bytes: usize, twin_bytes: usize) -> f64 {
    twin_bytes as f64 / shop_bytes.max(1) as f64 - 1.0
}

fn parts(page: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut rest = page;
    while !rest.is_empty() {
        let text = &rest[..rest.find('<').unwrap_or(rest.len())];
        push_text(&mut parts, text);
        rest = &rest[text.len()..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        // Leptos marks where a text ends.
        if let Some(after) = rest.strip_prefix("<!>") {
            rest = after;
            continue;
        }
        let Some(end) = tag_end(rest) else { break };
        let tag = read_tag(&rest[1..end]);
        rest = &rest[end + 1..];
        let is_script = matches!(&tag, Part::Tag { name, .. } if name == "script");
        parts.push(tag);
        if is_script {
            let (text, after) = rest.split_once("</script>").unwrap_or((rest, ""));
            push_text(&mut parts, text);
            rest = after;
        }
    }
    parts
}

/// Texts that touch are one; a text of spaces is none.
fn push_text(parts: &mut Vec<Part>, text: &str) {
    let words: String = text.split_whitespace().collect::<Vec<_>>().join("");
    if words.is_empty() {
        return;
    }
    match parts.last_mut() {
        Some(Part::Text(before)) => before.push_str(&unescaped(&words)),
        _ => parts.push(Part::Text(unescaped(&words))),
    }
}

/// Where a tag's `>` stands, which is not one inside a quoted value.
fn tag_end(text: &str) -> Option<usize> {
    let mut quoted = false;
    text.char_indices().find_map(|(at, letter)| {
        quoted ^= letter == '"';
        (letter == '>' && !quoted).then_some(at)
    })
}

fn read_tag(inside: &str) -> Part {
    let inside = inside.trim_end_matches('/');
    let (name, mut rest) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
    let mut attributes = BTreeSet::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            break;
        }
        let end = rest.find(|letter: char| letter == '=' || letter.is_whitespace()).unwrap_or(rest.len());
        let (key, after) = rest.split_at(end);
        let value = after.strip_prefix("=\"").and_then(|quoted| quoted.split_once('"'));
        rest = value.map_or(after, |(_, after)| after);
        let value = value.map_or("", |(value, _)| value).trim();
        attributes.insert(format!("{key}={}", stable(name, key, &unescaped(value))));
    }
    Part::Tag { name: name.to_ascii_lowercase(), attributes }
}

/// What of a value is the same in each answer.
fn stable(tag: &str, key: &str, value: &str) -> String {
    match (tag, key) {
        (_, "nonce") | ("leptos-island", "data-component") => "…".to_owned(),
        // The value of the hidden input that tells one form from another.
        ("input", "value") if value.len() >= 30 && !value.contains(' ') && value.is_ascii() => "…".to_owned(),
        ("leptos-island", "data-props") => match serde_json::from_str::<serde_json::Value>(value) {
            Ok(mut props) => {
                if let Some(key) = props.pointer_mut("/data/key") {
                    *key = "…".into();
                }
                props.to_string()
            }
            Err(_) => value.to_owned(),
        },
        _ => value.to_owned(),
    }
}

fn unescaped(text: &str) -> String {
    let pairs =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#39;", "'"), ("&amp;", "&")];
    pairs.iter().fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<!DOCTYPE html><p class="a" id="b">one <!>two</p><input value="x" checked>"#;

    #[test]
    fn writing_does_not_count() {
        let other = r#"<!DOCTYPE html><p id="b" class="a ">one two<!----></p><input checked="" value="x"/>"#;
        let long = |page: &str| format!("{page}{}", "<b>words</b>".repeat(40));
        same(&long(PAGE), &long(other)).unwrap();
        let nonces = |nonce: &str| format!("{PAGE}<script nonce=\"{nonce}\">1 < 2</script>");
        same(&nonces("abc"), &nonces("def")).unwrap();
        same(PAGE, other).expect_err("too many bytes for so short a page");
    }

    #[test]
    fn words_tags_attributes_and_sizes_count() {
        for (from, to) in
            [("two", "too"), ("<p", "<b"), ("\"b\"", "\"c\""), (" checked", ""), ("<input", "<i")]
        {
            assert!(same(PAGE, &PAGE.replacen(from, to, 1)).is_err(), "{from}");
        }
        assert!(same(PAGE, &format!("{PAGE}{}", " ".repeat(40))).is_err());
        assert!(same(PAGE, &format!("{PAGE}<i>")).is_err());
    }
}
