//! `cargo xtask fuzz`: the parsers of foreign bytes under libFuzzer, which follows them into every branch.
//!
//! `server/fuzz` is made for `cargo fuzz`, but needs neither that nor a nightly toolchain: what libFuzzer wants of the
//! compiler is a pass of LLVM that can be asked for on stable. What only nightly has is the address sanitizer; there is
//! no unsafe code of ours for it to look at.

use crate::tools;
use anyhow::{Context as _, Result, bail};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Try these parsers only
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,
    /// How long each is tried
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

/// What counts which branches an input takes.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing";
/// The most memory a parser may take, in MiB: libFuzzer's own, and an honest photo.
const MEMORY_MIB: u32 = 1024;
/// The longest one input may take, in seconds.
const TIMEOUT_SECONDS: u32 = 20;
/// The longest input, in bytes.
const LONGEST: u32 = 64 * 1024;

/// Builds the targets and tries one after the other, all of them even if one fails.
pub fn run(arguments: &Arguments) -> Result<()> {
    let folder = tools::root().join("server/fuzz");
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).context("server/fuzz/Cargo.toml")?;
    let known = targets(&manifest);
    if let Some(unknown) = arguments.targets.iter().find(|name| !known.contains_key(name.as_str())) {
        let names: Vec<&str> = known.keys().copied().collect();
        bail!("there is no parser {unknown}; there are {}", names.join(", "));
    }
    let is_chosen =
        |name: &str| arguments.targets.is_empty() || arguments.targets.iter().any(|one| one == name);
    let chosen: BTreeMap<&str, &str> = known.into_iter().filter(|(name, _)| is_chosen(name)).collect();
    let features: BTreeSet<&str> = chosen.values().copied().filter(|feature| !feature.is_empty()).collect();
    let features: Vec<&str> = features.into_iter().collect();
    let host = host()?;
    // A target folder of its own: everything is compiled with the counting.
    let target = folder.join("target");
    let mut command = tools::locked_cargo("build");
    command.current_dir(&folder).env("CARGO_TARGET_DIR", &target).env("RUSTFLAGS", COVERAGE);
    // Named, so that build scripts and macros are compiled without it.
    command.args(["--target", &host, "--no-default-features", "--features", &features.join(",")]);
    command.args(chosen.keys().flat_map(|name| ["--bin", *name]));
    tools::step("Building with coverage", || tools::run("cargo build", &mut command))?;
    let mut failed = Vec::new();
    for name in chosen.into_keys() {
        println!("\n===== {name}");
        let program = target.join(&host).join("debug").join(name);
        if let Err(error) = attempt(&folder, &program, name, arguments.seconds) {
            println!("{error:#}");
            failed.push(name);
        }
    }
    if failed.is_empty() { Ok(()) } else { bail!("broke a promise: {}", failed.join(", ")) }
}

/// The parsers, each with the feature that it needs: whatever is not built is not waited for.
fn targets(manifest: &str) -> BTreeMap<&str, &str> {
    let blocks = manifest.split("[[bin]]").skip(1);
    let feature = |block| between(block, "required-features = [\"").unwrap_or_default();
    blocks.filter_map(|block| Some((between(block, "name = \"")?, feature(block)))).collect()
}

/// What stands behind `key` up to the next quotation mark.
fn between<'a>(block: &'a str, key: &str) -> Option<&'a str> {
    block.split_once(key)?.1.split('"').next()
}

fn host() -> Result<String> {
    let said = tools::output("rustc -vV", Command::new("rustc").current_dir(tools::root()).arg("-vV"))?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    Ok(host.to_owned())
}

/// Goes on from the corpus of the tests, which stays as it is: what is found on the way is kept in the target folder,
/// and what breaks a promise in `server/fuzz/artifacts`.
fn attempt(folder: &Path, program: &Path, name: &str, seconds: u32) -> Result<()> {
    let (found, broken) = (folder.join("target/found").join(name), folder.join("artifacts").join(name));
    for made in [&found, &broken] {
        fs::create_dir_all(made).with_context(|| made.display().to_string())?;
    }
    let mut command = Command::new(program);
    command.current_dir(folder).arg(&found).arg(folder.join("corpus").join(name));
    command.arg(format!("-max_total_time={seconds}")).arg(format!("-max_len={LONGEST}"));
    command.arg(format!("-rss_limit_mb={MEMORY_MIB}")).arg(format!("-timeout={TIMEOUT_SECONDS}"));
    command.arg(format!("-artifact_prefix={}/", broken.display())).arg("-print_final_stats=1");
    tools::run(name, &mut command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parser_has_a_file_a_corpus_a_test_and_the_feature_it_needs() {
        let folder = tools::root().join("server/fuzz");
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let targets = targets(&manifest);
        assert_eq!((targets["photo"], targets["import"], targets["webhook_body"]), ("", "service", "server"));
        assert_eq!(
            (targets["shipping_list"], targets["shipping_sheet"], targets["carrier_notice"]),
            ("", "service", "server")
        );
        assert_eq!(fs::read_dir(folder.join("fuzz_targets")).unwrap().count(), targets.len());
        let replays = ["server/service/tests/hostile/main.rs", "server/tests/http/hostile.rs"]
            .map(|file| fs::read_to_string(tools::root().join(file)).unwrap())
            .concat();
        for name in targets.into_keys() {
            assert!(replays.contains(&format!("mutate::run(\"{name}\"")), "no test replays {name}");
            assert!(folder.join(format!("fuzz_targets/{name}.rs")).is_file(), "{name}");
            assert!(fs::read_dir(folder.join("corpus").join(name)).unwrap().count() > 0, "{name}");
        }
    }
}
