//! `cargo xtask advisories`: `Cargo.lock` held against the advisory database of RustSec, by `cargo deny`, which lives below
//! `target/tools`. It needs the network, so no test does it: docs/OPERATIONS.md says how it is done once a week.

use crate::tools;
use anyhow::Result;
use std::process::Command;

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
    tools::run("cargo deny check advisories", &mut deny)
}
