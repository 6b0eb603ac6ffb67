//! What the shop is installed by: the units of `docs/deploy`, which systemd itself reads where it is there, and the paths
//! of the Containerfile, for which nobody here builds an image.

use crate::tools;
use anyhow::{Context as _, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const FOLDER: &str = "docs/deploy";
/// What the units start. It is not on this machine, and systemd would say no more than that.
const PROGRAM: &str = "/opt/xiangji/xiangji";
/// Where the Containerfile puts the tree to build it, and what `cargo build` and `cargo xtask site` make there.
const SOURCES: &str = "/src/";
const BUILT: [&str; 2] = ["target/release/xiangji", "target/site"];

/// Checks everything and names all that is wrong.
pub fn check() -> Result<()> {
    let (root, folder) = (tools::root(), tools::root().join(FOLDER));
    let text = fs::read_to_string(folder.join("Containerfile")).context("Containerfile")?;
    let mut wrong = container_faults(&text, |path| root.join(path).exists());
    match tools::find_program("systemd-analyze") {
        Some(analyze) => wrong.extend(unit_faults(&analyze, &folder)?),
        None => println!("the units of {FOLDER} were not read: there is no systemd-analyze here"),
    }
    if !wrong.is_empty() {
        bail!("{FOLDER}:\n  {}", wrong.join("\n  "));
    }
    Ok(())
}

/// What a Containerfile copies and is neither in the tree nor made by its first stage.
fn container_faults(text: &str, is_in_tree: impl Fn(&str) -> bool) -> Vec<String> {
    let mut faults = Vec::new();
    let mut copied = 0;
    for line in text.lines() {
        let Some(words) = line.strip_prefix("COPY ") else { continue };
        let (flags, paths): (Vec<&str>, Vec<&str>) =
            words.split_whitespace().partition(|word| word.starts_with("--"));
        let Some((_to, from)) = paths.split_last() else { continue };
        for path in from {
            copied += 1;
            let is_there = if flags.contains(&"--from=build") {
                path.strip_prefix(SOURCES).is_some_and(|path| BUILT.contains(&path) || is_in_tree(path))
            } else {
                is_in_tree(path)
            };
            if !is_there {
                faults.push(format!("Containerfile: {path} is neither in the tree nor built"));
            }
        }
    }
    if copied == 0 {
        faults.push("Containerfile: nothing is copied".to_owned());
    }
    faults
}

/// What systemd has to say about the units. It is asked about copies that start a program which every machine has.
fn unit_faults(analyze: &Path, folder: &Path) -> Result<Vec<String>> {
    let stand_in = tools::find_program("true").context("there is no `true`")?;
    let copies = tools::temporary_dir("units")?;
    let said = ask(analyze, folder, &copies, &stand_in.display().to_string());
    fs::remove_dir_all(&copies)?;
    said
}

fn ask(analyze: &Path, folder: &Path, copies: &Path, stand_in: &str) -> Result<Vec<String>> {
    let mut units: Vec<PathBuf> = Vec::new();
    let mut faults = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_service = name.ends_with(".service");
        if !is_service && !name.ends_with(".timer") {
            continue;
        }
        let text = fs::read_to_string(&path).with_context(|| name.clone())?;
        if is_service && !text.contains(&format!("\nExecStart={PROGRAM} ")) {
            faults.push(format!("{name} does not start {PROGRAM}"));
        }
        let copy = copies.join(name);
        fs::write(&copy, text.replace(PROGRAM, stand_in))?;
        units.push(copy);
    }
    let output = Command::new(analyze).args(["verify", "--man=no"]).args(&units).output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    faults.extend(faults_in(&said, output.status.success()));
    if faults.is_empty() {
        println!("{} units of {FOLDER} are what systemd understands", units.len());
    }
    Ok(faults)
}

/// The lines about units of ours. The exit code alone says nothing: a word that systemd does not know is left out, with a
/// warning. Other units of the machine are none of ours; but where nothing is said of ours and it failed, it did not look.
fn faults_in(said: &str, is_success: bool) -> Vec<String> {
    let ours: Vec<String> = said.lines().filter(|line| line.contains("xiangji")).map(str::to_owned).collect();
    if ours.is_empty() && !is_success {
        return vec![format!("systemd-analyze failed: {said}")];
    }
    ours
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_container_file_copies_is_in_the_tree_or_built() {
        let is_in_tree = |path: &str| [".", "public"].contains(&path);
        let faults = |text: &str| container_faults(text, is_in_tree);
        assert!(
            faults("FROM a AS build\nCOPY . .\nCOPY --from=build /src/target/site /opt/site\n").is_empty()
        );
        assert!(faults("COPY --from=build --chown=1:1 /src/public /opt/public").is_empty());
        for wrong in [
            "COPY sources .",
            "COPY . sources .",
            "COPY --from=build /src/target/release/shop /opt/shop",
            "COPY --from=build /target/site /opt/site",
            "FROM a",
        ] {
            assert_eq!(faults(wrong).len(), 1, "{wrong}");
        }
    }

    #[test]
    fn a_warning_about_a_unit_of_ours_is_a_fault_and_one_about_another_s_is_not() {
        let unknown = "/tmp/x/xiangji.service:30: Unknown key 'ProtectHoem' in section [Service], ignoring.";
        assert_eq!(faults_in(unknown, true), [unknown]);
        assert!(
            faults_in("/lib/systemd/system/other.service:3: Unknown key 'X', ignoring.", true).is_empty()
        );
        assert_eq!(faults_in("Failed to start", false).len(), 1);
        assert!(faults_in("", true).is_empty());
    }
}
