//! `cargo xtask test --broken`: proof that the harnesses can fail.
//!
//! Each file of `xtask/mutants` is a small patch that breaks one promise, with two lines before it, and two more where
//! they are needed:
//!
//! ```text
//! breaks: what no longer holds
//! caught-by: <package> <test binary, or lib> <test> <engine: sqlite or postgres>
//! features: <those of the package that it is built with>
//! with: <NAME=value, variables of the test, for example another count of a harness whose short run may miss it>
//! ```
//!
//! The sources are copied, so that the tree in which people work is never broken. On the copy the named test must first
//! pass; then the patch is applied, the copy is built, and the test must fail. A patch that no longer applies, does not
//! compile, or names a test that does not exist is an error, not a success.

use crate::postgres::Cluster;
use crate::{bucket, tools};
use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// Where a test says what it did.
const PASSED: &str = "test result: ok. 1 passed";
const FAILED: &str = "test result: FAILED. 0 passed; 1 failed";

/// One broken promise.
#[derive(Debug)]
struct Mutant {
    name: String,
    breaks: String,
    test: Test,
    patch: PathBuf,
}

/// The test that must notice.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Test {
    package: String,
    binary: String,
    name: String,
    on_postgres: bool,
    /// Of the package, separated by commas; empty for its own.
    features: String,
    /// Variables that it runs with.
    variables: Vec<(String, String)>,
}

impl Test {
    fn shown(&self) -> String {
        let engine = if self.on_postgres { "PostgreSQL" } else { "SQLite" };
        let with: String = self.variables.iter().map(|(name, value)| format!(", {name}={value}")).collect();
        let features =
            if self.features.is_empty() { String::new() } else { format!(", feature {}", self.features) };
        format!("{}::{} ({}, {engine}{features}{with})", self.binary, self.name, self.package)
    }
}

/// How a mutant ended.
#[derive(Debug)]
enum End {
    Caught,
    /// The test passed although the promise is broken.
    Survived,
    Error(String),
}

/// Breaks the chosen promises (all, when none is named) one after the other.
pub fn run(chosen: &[String]) -> Result<()> {
    let mut mutants = read_mutants(chosen)?;
    name_moto(&mut mutants)?;
    let copy = tools::target_dir().join("broken");
    let cluster =
        if mutants.iter().any(|mutant| mutant.test.on_postgres) { Some(Cluster::start()?) } else { None };
    let url = cluster.as_ref().map(Cluster::url);
    let files = copy_sources(&copy)?;
    println!("{} files copied to {}", files.len(), copy.display());
    let sound = check_sound_copy(&copy, &mutants, url.as_deref())?;
    let mut rows = Vec::new();
    for mutant in &mutants {
        println!("\n===== {}: {}", mutant.name, mutant.breaks);
        let started = Instant::now();
        let end = match sound.get(&mutant.test) {
            Some(true) => break_one(&copy, mutant, url.as_deref())
                .unwrap_or_else(|error| End::Error(format!("{error:#}"))),
            _ => End::Error("the test does not pass on sound sources".to_owned()),
        };
        println!("{end:?}");
        rows.push((mutant, end, started.elapsed()));
    }
    report(&rows)
}

fn read_mutants(chosen: &[String]) -> Result<Vec<Mutant>> {
    let folder = tools::root().join("xtask/mutants");
    let mut mutants = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "patch") {
            mutants.push(read_mutant(&path).with_context(|| path.display().to_string())?);
        }
    }
    mutants.sort_by(|a, b| a.name.cmp(&b.name));
    if let Some(unknown) = chosen.iter().find(|name| mutants.iter().all(|mutant| mutant.name != **name)) {
        let names: Vec<&str> = mutants.iter().map(|mutant| mutant.name.as_str()).collect();
        bail!("there is no mutant {unknown}; there are {}", names.join(", "));
    }
    mutants.retain(|mutant| chosen.is_empty() || chosen.contains(&mutant.name));
    Ok(mutants)
}

/// The test of the bucket skips itself where its server is missing, and looks for it beside the sources: the copy has none
/// there.
fn name_moto(mutants: &mut [Mutant]) -> Result<()> {
    for mutant in mutants.iter_mut().filter(|mutant| mutant.test.name.starts_with("bucket::")) {
        let moto = bucket::install()?.display().to_string();
        mutant.test.variables.push(("XIANGJI_TEST_MOTO".to_owned(), moto));
    }
    Ok(())
}

fn read_mutant(path: &Path) -> Result<Mutant> {
    let text = fs::read_to_string(path)?;
    let head = text.lines().take_while(|line| !line.is_empty());
    let line = |key: &str| head.clone().find_map(|line| line.strip_prefix(key)).map(str::trim);
    let breaks = line("breaks:").context("no line `breaks: …`")?.to_owned();
    let words: Vec<&str> = line("caught-by:").context("no line `caught-by: …`")?.split_whitespace().collect();
    let [package, binary, name, engine] = words[..] else {
        bail!("`caught-by:` names package, binary, test and engine");
    };
    let on_postgres = match engine {
        "sqlite" => false,
        "postgres" => true,
        other => bail!("the engine is sqlite or postgres, not {other}"),
    };
    let mut variables = Vec::new();
    for pair in line("with:").unwrap_or_default().split_whitespace() {
        let (name, value) = pair.split_once('=').context("`with:` names variables and their values")?;
        variables.push((name.to_owned(), value.to_owned()));
    }
    let name_of_file = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let test = Test {
        package: package.to_owned(),
        binary: binary.to_owned(),
        name: name.to_owned(),
        on_postgres,
        features: line("features:").unwrap_or_default().to_owned(),
        variables,
    };
    Ok(Mutant { name: name_of_file, breaks, test, patch: path.to_owned() })
}

/// Copies everything that git knows or would take, as it is now; files that are as they were keep their time, so that
/// little is built anew. What was deleted meanwhile goes away in the copy, too.
fn copy_sources(copy: &Path) -> Result<Vec<PathBuf>> {
    let root = tools::root();
    let mut list = Command::new("git");
    list.current_dir(&root).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let listed = tools::output("git ls-files", &mut list)?;
    let mut files = Vec::new();
    for name in listed.split('\0').filter(|name| !name.is_empty()) {
        let (from, to) = (root.join(name), copy.join(name));
        if !from.is_file() {
            if to.is_file() {
                fs::remove_file(&to)?;
            }
            continue;
        }
        let mut content = fs::read(&from).with_context(|| from.display().to_string())?;
        if name == "Cargo.toml" {
            content = as_another_version(content)?;
        }
        if fs::read(&to).ok().as_ref() != Some(&content) {
            if let Some(folder) = to.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&to, &content).with_context(|| to.display().to_string())?;
        }
        files.push(PathBuf::from(name));
    }
    Ok(files)
}

/// Cargo takes two copies of one workspace for the same packages and would hand what was built from broken sources to
/// the ordinary build: the copy's packages therefore have a version of their own.
fn as_another_version(manifest: Vec<u8>) -> Result<Vec<u8>> {
    let text = String::from_utf8(manifest).context("Cargo.toml")?;
    let (before, after) =
        text.split_once("[workspace.package]\nversion = \"").context("no version in Cargo.toml")?;
    let (version, rest) = after.split_once('"').context("no version in Cargo.toml")?;
    Ok(format!("{before}[workspace.package]\nversion = \"{version}-broken\"{rest}").into_bytes())
}

/// A test that fails anyway proves nothing: which of the named tests pass on the unbroken copy.
fn check_sound_copy(copy: &Path, mutants: &[Mutant], url: Option<&str>) -> Result<BTreeMap<Test, bool>> {
    println!("\n===== the tests pass on sound sources");
    let mut sound = BTreeMap::new();
    for mutant in mutants {
        if sound.contains_key(&mutant.test) {
            continue;
        }
        let built = build(copy, &mutant.test)?;
        let passed = said(&run_test(&built, &mutant.test, url)?).contains(PASSED);
        println!("{:4} {}", if passed { "ok" } else { "NO" }, mutant.test.shown());
        sound.insert(mutant.test.clone(), passed);
    }
    Ok(sound)
}

/// Breaks the copy, looks what the test says, and mends it: others may edit the tree meanwhile, the copy stays as it was.
fn break_one(copy: &Path, mutant: &Mutant, url: Option<&str>) -> Result<End> {
    patch(copy, mutant, &[]).context("the patch no longer applies")?;
    let end = test_broken(copy, mutant, url);
    patch(copy, mutant, &["--reverse"])?;
    end
}

fn patch(copy: &Path, mutant: &Mutant, options: &[&str]) -> Result<()> {
    let mut apply = Command::new("git");
    // The copy lies inside the repository, but is none of it: git must not look further up.
    apply.current_dir(copy).env("GIT_CEILING_DIRECTORIES", copy.parent().unwrap_or(copy));
    apply.arg("apply").args(options).arg("--whitespace=nowarn").arg(&mutant.patch);
    tools::output("git apply", &mut apply).map(|_| ())
}

fn test_broken(copy: &Path, mutant: &Mutant, url: Option<&str>) -> Result<End> {
    let built = build(copy, &mutant.test).context("the broken sources do not compile")?;
    let output = run_test(&built, &mutant.test, url)?;
    let said = said(&output);
    if !output.status.success() && said.contains(FAILED) {
        if let Some(line) = said.lines().find(|line| line.contains("panicked at")) {
            println!("{line}");
        }
        return Ok(End::Caught);
    }
    if output.status.success() && said.contains(PASSED) {
        return Ok(End::Survived);
    }
    bail!("the test neither passed nor failed ({}):\n{said}", output.status)
}

/// Builds the test's binary on the copy and answers it with the folder to run it in. Crates from outside are those of
/// the ordinary target folder; the project's own count as others there, because of their version.
fn build(copy: &Path, test: &Test) -> Result<(PathBuf, PathBuf)> {
    // Not `--locked`: the lock file is to take the copy's own version.
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(copy).env("CARGO_TARGET_DIR", tools::target_dir()).args(["test", "--offline"]);
    command.args(["--quiet", "--no-run", "--message-format=json-render-diagnostics"]);
    command.args(["--package", &test.package]);
    match test.binary.as_str() {
        "lib" => command.arg("--lib"),
        binary => command.args(["--test", binary]),
    };
    if !test.features.is_empty() {
        command.args(["--features", &test.features]);
    }
    let said = tools::output("cargo test --no-run", &mut command)?;
    said.lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        // The program is built as well where its tests start it.
        .filter(|message| message["profile"]["test"] == true)
        .find_map(|message| {
            let folder = Path::new(message["manifest_path"].as_str()?).parent()?;
            Some((PathBuf::from(message["executable"].as_str()?), folder.to_owned()))
        })
        .with_context(|| format!("cargo built no binary for {}", test.shown()))
}

/// The short counts unless the mutant names others, on the engine that was asked for only.
fn run_test((binary, folder): &(PathBuf, PathBuf), test: &Test, url: Option<&str>) -> Result<Output> {
    // What waits for ever has not noticed.
    let mut command = Command::new("timeout");
    command.arg("1800").arg(binary).current_dir(folder).args(["--exact", &test.name]);
    command.env_remove("XIANGJI_LONG").env_remove("XIANGJI_TEST_POSTGRES_URL").env_remove("CI");
    if let (true, Some(url)) = (test.on_postgres, url) {
        command.env("XIANGJI_TEST_POSTGRES_URL", url);
    }
    command.envs(test.variables.iter().map(|(name, value)| (name, value)));
    command.output().with_context(|| binary.display().to_string())
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn report(rows: &[(&Mutant, End, Duration)]) -> Result<()> {
    println!("\n| mutant | breaks | must be caught by | result | time |\n| --- | --- | --- | --- | --- |");
    for (mutant, end, duration) in rows {
        let result = match end {
            End::Caught => "caught".to_owned(),
            End::Survived => "**SURVIVED**".to_owned(),
            End::Error(error) => format!("error: {}", error.lines().next().unwrap_or_default()),
        };
        let (name, breaks, test) = (&mutant.name, &mutant.breaks, mutant.test.shown());
        println!("| {name} | {breaks} | {test} | {result} | {} |", tools::seconds(*duration));
    }
    let bad: Vec<&str> = rows
        .iter()
        .filter(|(_, end, _)| !matches!(end, End::Caught))
        .map(|(mutant, ..)| mutant.name.as_str())
        .collect();
    if bad.is_empty() { Ok(()) } else { bail!("not caught: {}", bad.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_mutant_applies_and_names_a_test_that_stands_in_the_sources() {
        let mutants = read_mutants(&[]).unwrap();
        assert!(mutants.len() > 40);
        for Mutant { name, test, patch, .. } in mutants {
            let mut apply = Command::new("git");
            apply.current_dir(tools::root()).args(["apply", "--check", "--whitespace=nowarn"]).arg(&patch);
            let applies = tools::output("git apply --check", &mut apply);
            assert!(applies.is_ok(), "{name} no longer applies: {applies:?}");
            let folder = match test.package.as_str() {
                "xiangji" => "server".to_owned(),
                package => format!("server/{package}"),
            };
            let folder = tools::root().join(folder);
            let folder = match test.binary.as_str() {
                "lib" => folder.join("src"),
                binary => folder.join("tests").join(binary),
            };
            let last = test.name.rsplit("::").next().unwrap();
            let is_there = stands_in(&folder, &format!("fn {last}("));
            assert!(is_there, "{name}: there is no {} in {}", test.name, folder.display());
        }
    }

    /// A mutant that was never recorded was perhaps never run.
    #[test]
    fn every_mutant_has_a_row_among_the_harnesses_that_can_fail() {
        let text = fs::read_to_string(tools::root().join("docs/BENCHMARKS.md")).unwrap();
        let (_, section) = text.split_once("\n## Harnesses that can fail\n").unwrap();
        let section = section.split("\n## ").next().unwrap();
        let rows: BTreeSet<&str> = section
            .lines()
            .filter(|line| line.starts_with("| "))
            .filter_map(|line| line.split_once("(`")?.1.split_once("`) |").map(|(name, _)| name))
            .collect();
        let mutants = read_mutants(&[]).unwrap();
        let names: BTreeSet<&str> = mutants.iter().map(|mutant| mutant.name.as_str()).collect();
        let missing: Vec<&&str> = names.difference(&rows).collect();
        let gone: Vec<&&str> = rows.difference(&names).collect();
        assert!(
            missing.is_empty() && gone.is_empty(),
            "docs/BENCHMARKS.md, \"Harnesses that can fail\": run `cargo xtask test --broken` with these and write down \
             what came of them: {missing:?}; rows of mutants that are gone: {gone:?}"
        );
    }

    fn stands_in(folder: &Path, text: &str) -> bool {
        fs::read_dir(folder).unwrap().any(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() {
                return stands_in(&path, text);
            }
            fs::read_to_string(&path).is_ok_and(|found| found.contains(text))
        })
    }
}
