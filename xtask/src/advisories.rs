//! `cargo xtask advisories`: `Cargo.lock` held against the advisory database of RustSec, by `cargo deny`, which lives below
//! `target/tools`. It needs the network, so no test does it: docs/OPERATIONS.md says how it is done once a week. What is
//! done without a network says when that was last so, on this machine.

use crate::tools;
use anyhow::Result;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// So often the database is to be asked.
const DUE_AFTER_DAYS: u64 = 7;

/// Installs `cargo deny` where it is missing (some ten minutes), brings the database up to date, and fails when an advisory
/// is not excused in deny.toml.
pub fn run() -> Result<()> {
    let folder = tools::root().join("target/tools/cargo-deny");
    let program = folder.join("bin/cargo-deny");
    if !program.exists() {
        let mut install = tools::locked_cargo("install");
        install.args(["cargo-deny", "--root"]).arg(&folder);
        tools::run("cargo install cargo-deny", &mut install)?;
    }
    let mut deny = Command::new(program);
    deny.current_dir(tools::root()).args(["check", "advisories"]);
    tools::run("cargo deny check advisories", &mut deny)?;
    let date = tools::output("date", Command::new("date").args(["-u", "+%Y-%m-%d"]))?;
    fs::write(note(), format!("{} {}\n", date.trim(), lock_digest()?))?;
    Ok(())
}

/// Where it is noted that nothing was found, when, and in which lock file.
fn note() -> PathBuf {
    tools::root().join("target/tools/advisories.txt")
}

fn lock_digest() -> Result<String> {
    Ok(tools::sha256_hex(&fs::read(tools::root().join("Cargo.lock"))?))
}

/// When the advisories were last asked for on this machine, and whether that is due again.
pub fn last_run() -> Result<String> {
    // A clock that was set back makes it young, never old.
    let age = || fs::metadata(note()).ok()?.modified().ok().map(|at| at.elapsed().unwrap_or_default());
    let last = fs::read_to_string(note()).ok().zip(age());
    Ok(words(last.as_ref().map(|(note, age)| (note.as_str(), *age)), &lock_digest()?))
}

fn words(last: Option<(&str, Duration)>, lock: &str) -> String {
    let read = last.and_then(|(note, age)| Some((note.trim().split_once(' ')?, age.as_secs() / 86_400)));
    let Some(((date, looked_at), days)) = read else {
        return "advisories: never asked for on this machine: `cargo xtask advisories` is due".to_owned();
    };
    let why = match (looked_at == lock, days >= DUE_AFTER_DAYS) {
        (true, false) => return format!("advisories: none open on {date}, {days} days ago"),
        (true, true) => format!("{days} days ago"),
        (false, _) => "of another Cargo.lock".to_owned(),
    };
    format!("advisories: none open on {date}, {why}: `cargo xtask advisories` is due")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_never_done_or_long_ago_or_for_other_crates_is_due() {
        let day = Duration::from_secs(86_400);
        let said = |age| words(Some(("2026-11-22 abc\n", age)), "abc");
        assert_eq!(said(day * 6), "advisories: none open on 2026-11-22, 6 days ago");
        assert!(said(day * 7).ends_with("2026-11-22, 7 days ago: `cargo xtask advisories` is due"));
        let other = words(Some(("2026-11-22 abc\n", day)), "def");
        assert!(other.contains("of another Cargo.lock") && other.ends_with("is due"), "{other}");
        for unknown in [None, Some(("", day))] {
            assert!(words(unknown, "abc").contains("never asked for"));
        }
    }
}
