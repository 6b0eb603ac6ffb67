//! What a variant is sold by.

use domain::locale::Locale;

use crate::context::locale;

/// Sale units as sellers write them, and in English.
const UNITS: [(&str, &str); 22] = [
    ("件", "piece"),
    ("个", "piece"),
    ("罐", "tin"),
    ("盒", "box"),
    ("袋", "bag"),
    ("包", "pack"),
    ("瓶", "jar"),
    ("份", "portion"),
    ("只", "bird"),
    ("箱", "carton"),
    ("斤", "500 g"),
    ("公斤", "kg"),
    ("千克", "kg"),
    ("套", "set"),
    ("把", "bundle"),
    ("束", "bunch"),
    ("块", "block"),
    ("条", "piece"),
    ("枚", "piece"),
    ("桶", "tub"),
    ("提", "carry pack"),
    ("礼盒", "gift box"),
];

/// A sale unit in the reader's language; one that has no translation stays as the seller wrote it.
#[must_use]
pub fn unit_text(unit: &str) -> String {
    let english = UNITS.iter().find(|(zh, _)| *zh == unit).map(|(_, en)| *en);
    match (locale(), english) {
        (Locale::En, Some(english)) => english.to_owned(),
        _ => unit.to_owned(),
    }
}
