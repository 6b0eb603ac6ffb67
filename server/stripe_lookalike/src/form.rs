//! Stripe's request syntax: form encoding with brackets for nesting
//! (`line_items[0][price_data][currency]=cny`).

use std::collections::BTreeMap;

use crate::error::ApiError;

/// The parameters of one request, each under its path.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form(BTreeMap<Vec<String>, String>);

impl Form {
    /// Reads a body or a query string. A repeated name keeps its last value, as Stripe does.
    pub(crate) fn parse(encoded: &str) -> Self {
        let pairs = encoded.split('&').filter(|pair| !pair.is_empty());
        let mut arrays_seen: BTreeMap<Vec<String>, usize> = BTreeMap::new();
        let mut values = BTreeMap::new();
        for pair in pairs {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let mut path = split_path(&decode(name));
            // `expand[]=a&expand[]=b` numbers itself.
            if path.last().is_some_and(String::is_empty) {
                path.pop();
                let next = arrays_seen.entry(path.clone()).or_default();
                path.push(next.to_string());
                *next += 1;
            }
            values.insert(path, decode(value));
        }
        Self(values)
    }

    pub(crate) fn get(&self, path: &[&str]) -> Option<&str> {
        let key: Vec<String> = path.iter().map(|&part| part.to_owned()).collect();
        self.0.get(&key).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub(crate) fn need(&self, path: &[&str]) -> Result<&str, ApiError> {
        self.get(path).ok_or_else(|| {
            let param = show(path);
            let message = format!("Missing required param: {param}.");
            ApiError::invalid(&param, "parameter_missing", message)
        })
    }

    /// An integer parameter.
    pub(crate) fn integer(&self, path: &[&str]) -> Result<Option<i64>, ApiError> {
        let Some(text) = self.get(path) else {
            return Ok(None);
        };
        text.parse().map(Some).map_err(|_| {
            let param = show(path);
            ApiError::invalid(&param, "parameter_invalid_integer", format!("Invalid integer: {text}"))
        })
    }

    /// Everything directly under `path`, in order of key: the entries of a list or of a map.
    pub(crate) fn under(&self, path: &[&str]) -> Vec<(&str, &str)> {
        let matches = |key: &Vec<String>| {
            key.len() == path.len() + 1 && key.iter().zip(path).all(|(have, want)| have == want)
        };
        let entries = self.0.iter().filter(|(key, _)| matches(key));
        entries.filter_map(|(key, value)| key.last().map(|last| (last.as_str(), value.as_str()))).collect()
    }

    /// The same text for the same parameters, whatever order they came in.
    pub(crate) fn canonical(&self) -> String {
        format!("{:?}", self.0)
    }

    /// Refuses the first parameter that is not among `known`, which are the first parts of names.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), ApiError> {
        let mut names = self.0.keys().filter_map(|key| key.first().map(String::as_str));
        match names.find(|name| !known.contains(name)) {
            Some(unknown) => {
                let message = format!("Received unknown parameter: {unknown}");
                Err(ApiError::invalid(unknown, "parameter_unknown", message))
            }
            None => Ok(()),
        }
    }
}

/// `["a", "b", "c"]` as `a[b][c]`.
pub(crate) fn show(path: &[&str]) -> String {
    let mut parts = path.iter();
    let mut shown = parts.next().map_or_else(String::new, |first| (*first).to_owned());
    for part in parts {
        shown.push('[');
        shown.push_str(part);
        shown.push(']');
    }
    shown
}

fn split_path(name: &str) -> Vec<String> {
    let Some((first, rest)) = name.split_once('[') else {
        return vec![name.to_owned()];
    };
    let mut path = vec![first.to_owned()];
    path.extend(rest.trim_end_matches(']').split("][").map(str::to_owned));
    path
}

fn decode(encoded: &str) -> String {
    let bytes = encoded.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).and_then(|pair| std::str::from_utf8(pair).ok());
        match (bytes[at], hex.and_then(|pair| u8::from_str_radix(pair, 16).ok())) {
            (b'%', Some(byte)) => {
                decoded.push(byte);
                at += 2;
            }
            (b'+', _) => decoded.push(b' '),
            (byte, _) => decoded.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_name_the_nesting_and_percent_signs_are_decoded() {
        let form = Form::parse(
            "line_items[0][price_data][product_data][name]=%E8%8C%B6+%2B&line_items%5B0%5D%5Bquantity%5D=2",
        );
        assert_eq!(form.get(&["line_items", "0", "price_data", "product_data", "name"]), Some("茶 +"));
        assert_eq!(form.integer(&["line_items", "0", "quantity"]).unwrap(), Some(2));
    }

    #[test]
    fn empty_brackets_count_up() {
        let form = Form::parse("expand[]=payment_intent&expand[]=customer&metadata[a]=1");
        assert_eq!(form.under(&["expand"]), [("0", "payment_intent"), ("1", "customer")]);
        assert_eq!(form.under(&["metadata"]), [("a", "1")]);
    }

    #[test]
    fn a_missing_parameter_is_named_as_stripe_names_it() {
        let error = Form::parse("").need(&["line_items", "0", "quantity"]).unwrap_err();
        assert_eq!(error.body()["error"]["param"], "line_items[0][quantity]");
    }
}
