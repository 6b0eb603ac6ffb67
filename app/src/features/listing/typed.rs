//! A form that arrives as flat names and values, read back into its shape.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Names within each other; forms of ours have three. Whatever reads a tree, or drops it, goes down with it, so one without a
/// bottom would take the whole process along, and anybody may send a form.
pub const DEEPEST: usize = 8;

/// `variants[0][price]` as `variants.0.price`; `photos[]` stays for [`read`] to count.
#[must_use]
pub fn dotted(html_name: &str) -> String {
    html_name.replace(']', "").replace('[', ".")
}

/// Builds a form of names such as `variants.0.price` and `photos.` (one more of a list). What does not fit is left out.
pub fn read<T: DeserializeOwned + Default>(pairs: impl IntoIterator<Item = (String, String)>) -> T {
    let mut root = Map::new();
    for (at, (name, value)) in pairs.into_iter().enumerate() {
        // A name that ends in a dot is one more of a list: its place in the form keeps it apart and in order.
        let name = if name.ends_with('.') { format!("{name}{at}") } else { name };
        let parts: Vec<&str> = name.split('.').take(DEEPEST + 1).collect();
        if parts.len() <= DEEPEST {
            put(&mut root, &parts, value);
        }
    }
    serde_json::from_value(with_lists(Value::Object(root))).unwrap_or_default()
}

fn put(map: &mut Map<String, Value>, parts: &[&str], value: String) {
    match parts {
        [] => {}
        [last] => {
            map.insert((*last).to_owned(), Value::String(value));
        }
        [first, rest @ ..] => {
            let below = map.entry((*first).to_owned()).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(below) = below {
                put(below, rest, value);
            }
        }
    }
}

/// Objects whose names are all numbers become lists in the order of the numbers.
fn with_lists(value: Value) -> Value {
    let Value::Object(map) = value else { return value };
    let mut numbered: Vec<(usize, Value)> = Vec::new();
    let mut named = Map::new();
    for (name, below) in map {
        match name.parse::<usize>() {
            Ok(number) => numbered.push((number, with_lists(below))),
            Err(_) => {
                named.insert(name, with_lists(below));
            }
        }
    }
    if named.is_empty() && !numbered.is_empty() {
        numbered.sort_by_key(|(number, _)| *number);
        return Value::Array(numbered.into_iter().map(|(_, below)| below).collect());
    }
    Value::Object(named)
}

#[cfg(test)]
mod tests {
    use super::super::api::DraftForm;
    use super::*;

    #[test]
    fn a_multipart_form_becomes_the_same_form() {
        let sent = [
            ("name", "茶"),
            ("variants[0][price]", "1"),
            ("variants[10][price]", "3"),
            ("variants[2][price]", "2"),
            ("photos[]", "a:x"),
            ("photos[]", "b:y"),
            ("unknown", "?"),
        ];
        let form: DraftForm = read(sent.map(|(name, value)| (dotted(name), value.to_owned())));
        assert_eq!(form.listing.name, "茶");
        let prices: Vec<&str> = form.listing.variants.iter().map(|row| row.price.as_str()).collect();
        assert_eq!(prices, ["1", "2", "3"]);
        assert_eq!(form.listing.photos, ["a:x", "b:y"]);
    }

    #[test]
    fn a_name_without_a_bottom_is_left_out() {
        let names = ["a.".repeat(100_000), "[".repeat(100_000), "variants[0]".repeat(50_000)];
        for name in names {
            let pairs = [("name".to_owned(), "茶".to_owned()), (dotted(&name), "x".to_owned())];
            let tree: Value = read(pairs.clone());
            assert_eq!(tree, serde_json::json!({ "name": "茶" }));
            assert_eq!(read::<DraftForm>(pairs).listing.name, "茶");
        }
        let deepest = ["a"; DEEPEST].join(".");
        let tree: Value = read([(deepest.clone(), "x".to_owned()), (format!("{deepest}.a"), "y".to_owned())]);
        assert_eq!(tree.pointer(&"/a".repeat(DEEPEST)), Some(&Value::from("x")));
    }
}
