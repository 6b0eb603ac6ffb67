//! The regions of a row as a seller writes them: `新疆、西藏、青海`, or beginnings of codes.

use crate::region::{RegionCode, RegionTree};
use crate::search_text::fold_width;

/// A name that means no region, or more than one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a region")]
pub struct UnknownArea(pub String);

/// Reads names and codes of provinces, cities and districts, parted by blanks, commas or lines, as beginnings of codes;
/// each one once, in the order in which they stand.
///
/// # Errors
/// The first name that is not understood as a whole.
pub fn read_areas(tree: &RegionTree, typed: &str) -> Result<Vec<String>, UnknownArea> {
    let mut prefixes: Vec<String> = Vec::new();
    let is_between = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '、' | '/' | '|' | '，' | '；');
    for part in typed.split(is_between).map(fold_width).filter(|part| !part.is_empty()) {
        let prefix = area(tree, &part).ok_or_else(|| UnknownArea(part.chars().take(30).collect()))?;
        if !prefixes.contains(&prefix) {
            prefixes.push(prefix);
        }
    }
    Ok(prefixes)
}

fn area(tree: &RegionTree, part: &str) -> Option<String> {
    if part.bytes().all(|byte| byte.is_ascii_digit()) {
        if !matches!(part.len(), 2 | 4 | 6) {
            return None;
        }
        let code = RegionCode::parse(&format!("{part:0<6}")).ok()?;
        return (!tree.path(code).is_empty()).then(|| significant(code).to_owned());
    }
    let (code, rest) = tree.match_text(part)?;
    rest.is_empty().then(|| significant(code).to_owned())
}

/// The digits that all codes within a region share.
fn significant(code: RegionCode) -> String {
    let text = code.as_str();
    let pairs = if text.ends_with("0000") {
        2
    } else if text.ends_with("00") {
        4
    } else {
        6
    };
    text[..pairs].to_owned()
}

/// The same as text: names, and digits where a name would not be read as the same region.
#[must_use]
pub fn areas_text(tree: &RegionTree, prefixes: &[String]) -> String {
    let name = |prefix: &String| {
        let code = RegionCode::parse(&format!("{prefix:0<6}")).ok()?;
        tree.full_name(code).filter(|name| area(tree, name).as_ref() == Some(prefix))
    };
    let names: Vec<String> =
        prefixes.iter().map(|prefix| name(prefix).unwrap_or_else(|| prefix.clone())).collect();
    names.join("、")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> RegionTree {
        let rows = [
            ("11", "北京市"),
            ("1101", "市辖区"),
            ("110101", "东城区"),
            ("61", "陕西省"),
            ("6109", "安康市"),
            ("610902", "汉滨区"),
            ("610925", "岚皋县"),
            ("65", "新疆维吾尔自治区"),
            ("6501", "乌鲁木齐市"),
            ("650102", "天山区"),
        ];
        RegionTree::from_rows(rows).unwrap()
    }

    #[test]
    fn regions_are_read_as_people_write_them() {
        let tree = tree();
        let read = |typed: &str| read_areas(&tree, typed).map(|prefixes| prefixes.join(" "));
        assert_eq!(read("新疆、陕西省，北京"), Ok("65 61 11".to_owned()));
        assert_eq!(read("陕西省安康市 岚皋县/６５"), Ok("6109 610925 65".to_owned()));
        assert_eq!(read("新疆 65 新疆"), Ok("65".to_owned()), "named twice, meant once");
        assert_eq!(read(" "), Ok(String::new()));
        assert_eq!(read("新疆、火星"), Err(UnknownArea("火星".to_owned())));
        assert_eq!(read("6"), Err(UnknownArea("6".to_owned())));
        assert_eq!(read("99"), Err(UnknownArea("99".to_owned())));
    }

    #[test]
    fn what_is_shown_is_read_as_the_same() {
        let tree = tree();
        for prefix in ["11", "1101", "110101", "61", "6109", "610925", "65"] {
            let prefixes = vec![prefix.to_owned()];
            let text = areas_text(&tree, &prefixes);
            assert_eq!(read_areas(&tree, &text), Ok(prefixes), "{text}");
        }
        assert_eq!(areas_text(&tree, &["61".to_owned(), "65".to_owned()]), "陕西省、新疆维吾尔自治区");
    }
}
