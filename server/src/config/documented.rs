//! `docs/OPERATIONS.md` says of every setting and every rule what the program says.

use std::collections::BTreeSet;

use serde_json::Value;
use service::rules::ShopRules;

use super::table;

const OPERATIONS: &str = include_str!("../../../docs/OPERATIONS.md");
/// How the program is started in production.
const DEPLOYED: [&str; 3] = [
    include_str!("../../../docs/deploy/Containerfile"),
    include_str!("../../../docs/deploy/xiangji.service"),
    include_str!("../../../docs/deploy/xiangji-backup.service"),
];

/// The rows of the first table after a line of the manual, without its head. A table ends at the first line that is
/// no row, as it does for whoever reads it.
fn rows_after(sentence: &str) -> Vec<&'static str> {
    let (_, rest) = OPERATIONS.split_once(sentence).unwrap();
    let lines = rest.lines().skip_while(|line| !line.starts_with('|'));
    lines.take_while(|line| line.starts_with('|')).skip(2).collect()
}

/// The cells of a row, without the marks of code around them.
fn cells(row: &str) -> Vec<&str> {
    row.trim_matches('|').splitn(3, '|').map(|cell| cell.trim().trim_matches('`')).collect()
}

#[test]
fn the_manual_has_the_table_that_the_program_prints() {
    let printed = table();
    let printed: Vec<&str> = printed.lines().skip(2).collect();
    let written = rows_after("`xiangji settings` prints this table:");
    for (written, printed) in written.iter().zip(&printed) {
        assert_eq!(written, printed);
    }
    assert_eq!(written.len(), printed.len(), "one table with every key");
    for column in 0..2 {
        let names: Vec<&str> = written.iter().map(|row| cells(row)[column]).collect();
        let distinct: BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(distinct.len(), names.len(), "each stands there once: {names:?}");
    }
}

#[test]
fn the_manual_names_every_rule_with_its_default() {
    let Value::Object(rules) = serde_json::to_value(ShopRules::default()).unwrap() else { panic!() };
    let told = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let rules: BTreeSet<(String, String)> =
        rules.iter().map(|(key, default)| (key.clone(), told(default))).collect();
    let written = rows_after("### Rules of the shop");
    let told: BTreeSet<(String, String)> = written
        .iter()
        .map(|row| {
            let cells = cells(row);
            assert!(cells.len() == 3 && !cells[2].is_empty(), "no meaning: {row}");
            (cells[0].to_owned(), cells[1].to_owned())
        })
        .collect();
    assert_eq!(told, rules);
    assert_eq!(written.len(), rules.len(), "each stands there once");
}

#[test]
fn the_manual_and_the_units_name_no_variable_that_the_program_does_not_know() {
    let printed = table();
    let names = printed.lines().skip(2).map(|row| cells(row)[1]);
    let mut known: BTreeSet<&str> = names.filter(|name| name.starts_with("XIANGJI_")).collect();
    known.insert("XIANGJI_CONFIG");
    let is_in_name = |c: char| c.is_ascii_uppercase() || c == '_';
    let mut named = BTreeSet::new();
    for text in DEPLOYED.into_iter().chain([OPERATIONS]) {
        let words = text.split(|c: char| !is_in_name(c));
        named.extend(words.filter(|word| word.starts_with("XIANGJI_")));
    }
    assert_eq!(named, known);
}
