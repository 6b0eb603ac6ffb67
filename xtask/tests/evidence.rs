//! docs/SECURITY.md says for every requirement of ASVS 5.0, levels 1 and 2, how the shop meets it. This holds the page
//! against the tree: every file and every test that it names is there, and no requirement was left out.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The requirements of levels 1 and 2 of ASVS 5.0.0 as OWASP's own table numbers them, a line each, with the level.
const REQUIREMENTS: &str = include_str!("asvs-5.0.0.txt");

const ANSWERS: [&str; 5] = ["test ", "file", "operation: ", "not applicable: ", "gap: "];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn page() -> String {
    std::fs::read_to_string(root().join("docs/SECURITY.md")).unwrap()
}

/// The rows of the table: requirements, their level, and what is said of them.
fn levelled_rows(page: &str) -> Vec<(Vec<String>, String, String)> {
    let table = page.split("\n## ASVS 5.0\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows =
        table.lines().filter(|line| line.starts_with("| ") && line.contains(|c: char| c.is_ascii_digit()));
    rows.map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        assert_eq!(cells.len(), 4, "{line}");
        (cells[0].split(", ").map(str::to_owned).collect(), cells[1].to_owned(), cells[3].to_owned())
    })
    .collect()
}

fn rows(page: &str) -> Vec<(Vec<String>, String)> {
    levelled_rows(page).into_iter().map(|(requirements, _, answer)| (requirements, answer)).collect()
}

#[test]
fn every_requirement_of_both_levels_has_an_answer_and_there_is_no_other() {
    let asked: BTreeMap<&str, &str> =
        REQUIREMENTS.lines().map(|line| line.split_once(' ').unwrap()).collect();
    assert_eq!(asked.len(), 253);
    let page = page();
    let mut answered = BTreeSet::new();
    for (requirements, level, answer) in levelled_rows(&page) {
        assert!(ANSWERS.iter().any(|word| answer.starts_with(word)), "{requirements:?}: {answer}");
        for requirement in requirements {
            let asked = asked.get(requirement.as_str());
            let asked = asked.unwrap_or_else(|| panic!("{requirement} is none of levels 1 and 2"));
            assert!(level == *asked || level == "L1–2", "{requirement} is of level {asked}");
            assert!(!answered.contains(&requirement), "{requirement} stands there twice");
            answered.insert(requirement);
        }
    }
    let missing: Vec<&&str> = asked.keys().filter(|asked| !answered.contains(**asked)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_file_and_every_test_that_is_named_is_there() {
    let page = page();
    let mut looked_at = 0;
    for (requirements, answer) in rows(&page) {
        for word in answer.split('`').skip(1).step_by(2).filter(is_place) {
            let (path, test) = word.split_once("::").map_or((word, None), |(path, test)| (path, Some(test)));
            let text = std::fs::read_to_string(root().join(path));
            let text = text.unwrap_or_else(|error| panic!("{requirements:?} names {path}: {error}"));
            if let Some(test) = test {
                let begin = text.find(&format!("fn {test}("));
                let begin =
                    begin.unwrap_or_else(|| panic!("{requirements:?} names {test}, which is not in {path}"));
                let before = &text[begin.saturating_sub(200)..begin];
                assert!(before.contains("test"), "{test} in {path} is no test");
            }
            looked_at += 1;
        }
    }
    assert!(looked_at > 150, "{looked_at}");
}

/// A path from the root of the repository, with or without a test.
fn is_place(word: &&str) -> bool {
    let path = word.split("::").next().unwrap_or_default();
    let is_file = [".rs", ".ts", ".js", ".toml", ".md"].iter().any(|end| path.ends_with(end));
    is_file && !path.contains(' ')
}

/// Where the program's sources are, the look-alike of payments aside.
const SOURCES: [&str; 9] = [
    "app/src",
    "app/client/src",
    "app/domain/src",
    "server/src",
    "server/service/src",
    "server/store/src",
    "server/media/src",
    "server/print/src",
    "public",
];

/// The sources, by their paths from the root of the repository.
fn sources() -> Vec<(String, String)> {
    let mut folders: Vec<PathBuf> = SOURCES.iter().map(PathBuf::from).collect();
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(root().join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let path = folder.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs" || end == "js") {
                let text = std::fs::read_to_string(entry.path()).unwrap();
                files.push((path.to_str().unwrap().to_owned(), text));
            }
        }
    }
    assert!(files.len() > 300, "{}", files.len());
    files
}

/// The sources in which one of these words stands.
fn sources_with(words: &[&str]) -> BTreeSet<String> {
    let has_one = |text: &str| words.iter().any(|word| text.contains(word));
    sources().into_iter().filter(|(_, text)| has_one(text)).map(|(path, _)| path).collect()
}

/// What is said of one requirement.
fn answer_to(requirement: &str) -> String {
    let mut rows = rows(&page()).into_iter();
    let (_, answer) =
        rows.find(|(requirements, _)| requirements.iter().any(|one| one == requirement)).unwrap();
    answer
}

/// Whatever makes a page of a text is to be looked at by a person, who then names it in the row.
#[test]
fn markup_is_set_only_where_the_page_says_so() {
    let answer = answer_to("3.2.2");
    let places = answer.split('`').skip(1).step_by(2).filter(is_place);
    let named: BTreeSet<String> = places.filter(|place| !place.contains("::")).map(str::to_owned).collect();
    let words = [
        "inner_html",
        "innerHTML",
        "insert_adjacent_html",
        "insertAdjacentHTML",
        "outer_html",
        "outerHTML",
        "document.write",
        "srcdoc",
    ];
    assert_eq!(sources_with(&words), named);
}

#[test]
fn the_program_starts_nothing_but_itself() {
    assert!(answer_to("1.2.5").contains("`server/src/main.rs`"));
    let found = sources_with(&["process::Command", "process::{"]);
    assert_eq!(found, BTreeSet::from(["server/src/main.rs".to_owned()]));
}

#[test]
fn every_upload_is_written_down() {
    let page = page();
    let section = page.split("\n## What is accepted\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let named: BTreeSet<&str> =
        section.lines().filter_map(|line| line.strip_prefix("| `/upload/")?.split('`').next()).collect();
    let sources = sources();
    let texts = sources.iter().filter(|(path, _)| path.starts_with("app/src/"));
    let found: BTreeSet<&str> = texts
        .flat_map(|(_, text)| text.split("\"/upload/").skip(1).filter_map(|rest| rest.split('"').next()))
        .collect();
    assert_eq!(named, found);
}

/// A gap that is only in the table is one that nobody reads.
#[test]
fn every_gap_is_told_again_at_the_end() {
    let page = page();
    let gaps = page.split("\n## Gaps\n").nth(1).unwrap();
    for (requirements, answer) in rows(&page) {
        if answer.contains("gap: ") {
            assert!(
                gaps.contains(&format!("({})", requirements[0])),
                "{requirements:?} is not among the gaps"
            );
        }
    }
}

/// Links inside the documents lead somewhere.
#[test]
fn every_section_that_is_named_is_there() {
    for (requirements, answer) in rows(&page()) {
        for link in answer.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            let (file, section) = link.split_once('#').unwrap_or((link, ""));
            let file = if file.is_empty() { "SECURITY.md" } else { file };
            let text = std::fs::read_to_string(root().join("docs").join(file)).unwrap();
            let is_there = |line: &str| {
                let title = line.trim_start_matches('#').trim().to_lowercase();
                let title: String =
                    title.chars().filter(|c| c.is_alphanumeric() || " -".contains(*c)).collect();
                title.replace(' ', "-") == section
            };
            let found = section.is_empty() || text.lines().filter(|line| line.starts_with('#')).any(is_there);
            assert!(found, "{requirements:?} names {link}");
        }
    }
}
