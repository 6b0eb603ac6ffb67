//! One statement for many values or rows instead of one for each: the way to the database and back takes longer than
//! most of what an order does there.
//!
//! For the few values and rows of one order. Long lists of ids are one packed text, which a statement unpacks
//! ([`crate::packed`]).

use std::sync::OnceLock;

/// Most items in one statement; callers hand longer lists over in chunks of it.
pub(crate) const MOST: usize = 16;

/// A statement with a list in it. The text for each length is put together once, from what stands in the source.
pub(crate) struct Many {
    before: &'static str,
    /// One item of the list; each `?` is a value.
    item: &'static str,
    after: &'static str,
    texts: [OnceLock<&'static str>; MOST],
}

impl Many {
    /// Values of the list are numbered from `$1`, so that other values of the statement come after the list: `after`
    /// names them as `?`, too.
    pub(crate) const fn new(before: &'static str, item: &'static str, after: &'static str) -> Self {
        Self { before, item, after, texts: [const { OnceLock::new() }; MOST] }
    }

    /// The text for so many items, at least one and at most [`MOST`].
    pub(crate) fn text(&self, items: usize) -> &'static str {
        let items = items.clamp(1, MOST);
        self.texts.get(items - 1).map_or("", |text| text.get_or_init(|| self.written(items).leak()))
    }

    fn written(&self, items: usize) -> String {
        let list = vec![self.item; items].join(", ");
        let mut text = String::with_capacity(self.before.len() + list.len() + self.after.len());
        text.push_str(self.before);
        let mut number = 0;
        for part in list.chars().chain(self.after.chars()) {
            if part == '?' {
                number += 1;
                text.push_str(&format!("${number}"));
            } else {
                text.push(part);
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbered_through_the_list_and_on() {
        static LIST: Many = Many::new("SELECT a FROM t WHERE id IN (", "?", ") AND b >= ?");
        assert_eq!(LIST.text(1), "SELECT a FROM t WHERE id IN ($1) AND b >= $2");
        assert_eq!(LIST.text(3), "SELECT a FROM t WHERE id IN ($1, $2, $3) AND b >= $4");
        static ROWS: Many = Many::new("INSERT INTO t (a, b, c) VALUES ", "(?, ?, 'new')", "");
        assert_eq!(ROWS.text(2), "INSERT INTO t (a, b, c) VALUES ($1, $2, 'new'), ($3, $4, 'new')");
        assert!(std::ptr::eq(ROWS.text(2), ROWS.text(2)), "made once");
    }
}
