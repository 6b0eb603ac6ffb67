//! What tests said, shown as they say it, and whether that proves anything: where no test has the wanted name the test
//! binary is content, too.

use anyhow::{Context as _, Result};
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

/// How tests ended.
#[derive(Debug)]
pub struct Ran {
    is_success: bool,
    /// What they printed.
    pub lines: Vec<String>,
}

/// Runs a test binary, or cargo with one, and shows what it prints.
pub fn run(command: &mut Command) -> Result<Ran> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start {name}"))?;
    let mut lines = Vec::new();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).lines() {
            let line = line?;
            println!("{line}");
            lines.push(line);
        }
    }
    Ok(Ran { is_success: child.wait()?.success(), lines })
}

impl Ran {
    /// Why this proves nothing; `None` when tests passed, and some for each part of the filter.
    pub fn complaint(&self, filter: &str) -> Option<String> {
        if !self.is_success {
            return Some("a test failed".to_owned());
        }
        let passed: u32 = self.lines.iter().filter_map(|line| passed(line)).sum();
        if passed == 0 {
            return Some("no test ran".to_owned());
        }
        let has_run =
            |part: &str| self.lines.iter().filter_map(|line| started(line)).any(|name| name.contains(part));
        let missing = filter.split_whitespace().find(|part| !has_run(part))?;
        Some(format!("no test is called {missing}"))
    }
}

/// How many tests passed, from the line of a test binary that says so.
fn passed(line: &str) -> Option<u32> {
    line.strip_prefix("test result: ok. ")?.split(' ').next()?.parse().ok()
}

/// The test that a line says has been run.
fn started(line: &str) -> Option<&str> {
    let (name, end) = line.strip_prefix("test ")?.split_once(" ... ")?;
    (end != "ignored").then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ran(is_success: bool, lines: &[&str]) -> Ran {
        Ran { is_success, lines: lines.iter().map(|line| (*line).to_owned()).collect() }
    }

    #[test]
    fn tests_that_did_not_run_prove_nothing() {
        let all = ["test disk::full ... R7: 3 orders", "ok", "test lock::foreign ... ok", ""];
        let result = "test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 9 filtered out";
        let sound = ran(true, &[&all[..], &[result]].concat());
        assert_eq!(sound.complaint(""), None);
        assert_eq!(sound.complaint("disk:: lock::"), None);
        assert_eq!(sound.complaint("disk:: kills::").as_deref(), Some("no test is called kills::"));
        let nothing = "test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 11 filtered out";
        assert_eq!(ran(true, &[nothing]).complaint("kills::").as_deref(), Some("no test ran"));
        assert_eq!(ran(true, &[]).complaint("").as_deref(), Some("no test ran"), "it ended before its word");
        let ignored = ran(true, &["test disk::full ... ignored", "test lock::foreign ... ok", result]);
        assert_eq!(ignored.complaint("disk::").as_deref(), Some("no test is called disk::"));
        assert_eq!(ran(false, &[result]).complaint("").as_deref(), Some("a test failed"));
    }
}
