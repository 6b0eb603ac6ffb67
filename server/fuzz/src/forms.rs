//! What browsers send as forms, and what is no browser sends as one.

use app::features::listing::api::DraftForm;
use app::features::listing::typed::{DEEPEST, dotted, read};
use serde_json::Value;

/// Names and values, a line each, become a tree that is no deeper than forms of ours are, and a listing that has no more of
/// anything than there are lines.
pub fn form(bytes: &[u8]) {
    let text = &*String::from_utf8_lossy(bytes);
    let pairs = || {
        let lines = text.lines().filter_map(|line| line.split_once('='));
        lines.map(|(name, value)| (dotted(name), value.to_owned()))
    };
    assert!(depth(&read::<Value>(pairs())) <= DEEPEST);
    let form: DraftForm = read(pairs());
    let lines = text.lines().count();
    assert!(form.listing.photos.len() <= lines && form.listing.variants.len() <= lines);
}

fn depth(tree: &Value) -> usize {
    match tree {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or_default(),
        Value::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}
