//! What comes in from outside: licences, banned crates, sources and lock files, held against `deny.toml`.
//!
//! `cargo deny` reads the same file and knows the advisories as well, but takes ten minutes to install; this needs
//! nothing but cargo and no network, so that every run of the tests does it.

use crate::advisories;
use crate::tools::{self, WASM_TARGET};
use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use toml::Table;

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";
const NPM_REGISTRY: &str = "https://registry.npmjs.org/";
/// Where packages of npm are named. None of them is code of the shop: they build, test and measure it; one is the font of
/// its PDF files.
pub const NPM_FOLDERS: [&str; 5] =
    ["end2end", "xtask/tools", "xtask/fonts", "xtask/lighthouse", "xtask/sharp"];
/// The parsers under libFuzzer are a workspace of their own, with a lock file of its own.
const FUZZ_LOCK: &str = "server/fuzz/Cargo.lock";
/// What is built: the whole workspace for servers, and the browser's part.
const BUILDS: [&[&str]; 3] = [
    &["--workspace", "--target", "x86_64-unknown-linux-gnu"],
    &["--package", "xiangji", "--features", "passkeys,s3", "--target", "x86_64-unknown-linux-gnu"],
    &["--package", "client", "--target", WASM_TARGET],
];

/// Name and version.
pub type Crate = (String, String);

/// Checks everything and names all that is wrong.
pub fn check() -> Result<()> {
    let root = tools::root();
    let read = |name: &str| -> Result<Table> {
        Ok(std::fs::read_to_string(root.join(name)).with_context(|| name.to_owned())?.parse()?)
    };
    let (deny, lock) = (read("deny.toml")?, read("Cargo.lock")?);
    let metadata = metadata()?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let mut wrong = Vec::new();
    for package in packages {
        wrong.extend(package_faults(package, &deny));
    }
    wrong.extend(lock_faults("Cargo.lock", &lock));
    let fuzzed = read(FUZZ_LOCK)?;
    wrong.extend(lock_faults(FUZZ_LOCK, &fuzzed));
    wrong.extend(fuzz_lock_faults(&fuzzed, &read("server/fuzz/Cargo.toml")?, &lock, packages));
    let mut built = BTreeSet::new();
    for words in BUILDS {
        let words = [words, &["--edges", "normal,build,dev"]].concat();
        built.extend(tree(&words)?.into_iter().map(|(_, found)| found));
    }
    wrong.extend(banned(&built, &deny, packages));
    for folder in NPM_FOLDERS {
        wrong.extend(npm_faults(&root.join(folder)).with_context(|| folder.to_owned())?);
    }
    if !wrong.is_empty() {
        bail!("supply chain:\n  {}", wrong.join("\n  "));
    }
    println!("{} crates and {} npm folders are what deny.toml allows", built.len(), NPM_FOLDERS.len());
    println!("{}", advisories::last_run()?);
    Ok(())
}

/// Everything cargo knows of the packages in the lock file, which must be complete.
pub fn metadata() -> Result<Value> {
    let mut command = tools::locked_cargo("metadata");
    let text = tools::output("cargo metadata", command.args(["--format-version", "1", "--all-features"]))?;
    Ok(serde_json::from_str(&text)?)
}

/// What is built, with how deep below the root it stands, in the order of `cargo tree`: unlike `cargo metadata` it
/// leaves out options that nothing turns on.
pub fn tree(words: &[&str]) -> Result<Vec<(usize, Crate)>> {
    let mut command = tools::cargo("tree");
    command.args(words).args(["--prefix", "depth", "--format", " {p}"]);
    let text = tools::output("cargo tree", &mut command)?;
    text.lines().filter(|line| !line.is_empty()).map(read_line).collect()
}

/// `3 tokio v1.48.0 (*)`.
fn read_line(line: &str) -> Result<(usize, Crate)> {
    let mut words = line.split_whitespace();
    let mut next = || words.next().with_context(|| format!("cargo tree says {line:?}"));
    let (depth, name, version) =
        (next()?.parse()?, next()?.to_owned(), next()?.trim_start_matches('v').to_owned());
    Ok((depth, (name, version)))
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn package_faults(package: &Value, deny: &Table) -> Vec<String> {
    let mut faults = Vec::new();
    let name = format!("{} {}", text(package, "name"), text(package, "version"));
    let source = text(package, "source");
    if !source.is_empty() && source != CRATES_IO {
        faults.push(format!("{name} comes from {source}"));
    }
    let license = text(package, "license");
    let allowed: BTreeSet<&str> =
        deny["licenses"]["allow"].as_array().into_iter().flatten().filter_map(toml::Value::as_str).collect();
    if !is_allowed(license, &allowed) {
        faults.push(format!("{name} is licensed {license:?}, which deny.toml does not allow"));
    }
    if source.is_empty() {
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            if text(dependency, "req") == "*" && dependency["path"].is_null() {
                faults.push(format!("{name} asks for any version of {}", text(dependency, "name")));
            }
        }
    }
    faults
}

/// Whether a licence expression can be met by allowed licences alone. Rule: SPDX, annex D; old crates write `/` for OR.
fn is_allowed(expression: &str, allowed: &BTreeSet<&str>) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let holds = either(&words, &mut at, allowed);
    holds && at == words.len()
}

fn either(words: &[&str], at: &mut usize, allowed: &BTreeSet<&str>) -> bool {
    let mut holds = both(words, at, allowed);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        holds |= both(words, at, allowed);
    }
    holds
}

fn both(words: &[&str], at: &mut usize, allowed: &BTreeSet<&str>) -> bool {
    let mut holds = one(words, at, allowed);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        holds &= one(words, at, allowed);
    }
    holds
}

fn one(words: &[&str], at: &mut usize, allowed: &BTreeSet<&str>) -> bool {
    let Some(&word) = words.get(*at) else { return false };
    *at += 1;
    if word == "(" {
        let holds = either(words, at, allowed);
        *at += 1;
        return holds && words.get(*at - 1) == Some(&")");
    }
    if words.get(*at) == Some(&"WITH") {
        let joined = format!("{word} WITH {}", words.get(*at + 1).copied().unwrap_or_default());
        *at += 2;
        return allowed.contains(joined.as_str());
    }
    allowed.contains(word)
}

/// The packages of a lock file.
pub fn locked(lock: &Table) -> impl Iterator<Item = &Table> {
    lock.get("package")
        .and_then(toml::Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(toml::Value::as_table)
}

fn word<'a>(package: &'a Table, key: &str) -> &'a str {
    package.get(key).and_then(toml::Value::as_str).unwrap_or_default()
}

fn lock_faults(file: &str, lock: &Table) -> Vec<String> {
    let mut faults = Vec::new();
    for package in locked(lock) {
        let (name, source) = (word(package, "name"), word(package, "source"));
        if !source.is_empty() && (source != CRATES_IO || word(package, "checksum").len() != 64) {
            faults.push(format!("{file}: {name} is not pinned by a checksum of crates.io"));
        }
    }
    faults
}

/// Whether the lock file of the fuzzing workspace is the shop's own and libFuzzer: no other command reads it, so nothing
/// else notices when it stays behind. Cargo could tell, but would have to fetch libFuzzer first.
fn fuzz_lock_faults(fuzzed: &Table, manifest: &Table, lock: &Table, packages: &[Value]) -> Vec<String> {
    let shipped: BTreeSet<(&str, &str)> =
        locked(lock).map(|package| (word(package, "name"), word(package, "version"))).collect();
    let mut faults = Vec::new();
    for package in locked(fuzzed) {
        let (name, version) = (word(package, "name"), word(package, "version"));
        let is_shipped = shipped.iter().any(|(shipped, _)| *shipped == name);
        if is_shipped && !shipped.contains(&(name, version)) {
            faults.push(format!("{FUZZ_LOCK}: {name} {version} is not what the shop is built with"));
        }
        if !word(package, "source").is_empty() {
            continue;
        }
        // An entry is a name, with a version where there are several.
        let named = package.get("dependencies").and_then(toml::Value::as_array).into_iter().flatten();
        let named: BTreeSet<&str> = named.filter_map(|entry| entry.as_str()?.split(' ').next()).collect();
        let own = manifest.get("package").and_then(toml::Value::as_table).map(|own| word(own, "name"));
        let wanted: Vec<&str> = if own == Some(name) {
            let wanted = manifest.get("dependencies").and_then(toml::Value::as_table).into_iter().flatten();
            wanted.map(|(name, _)| name.as_str()).collect()
        } else {
            wanted_by(name, packages)
        };
        let missing = wanted.into_iter().filter(|wanted| !named.contains(wanted));
        faults.extend(missing.map(|wanted| format!("{FUZZ_LOCK}: {name} asks for {wanted}, which it lacks")));
    }
    if !faults.is_empty() {
        faults.push(format!(
            "{FUZZ_LOCK} is not up to date: copy Cargo.lock there, then cargo update --workspace"
        ));
    }
    faults
}

/// What a crate of ours asks for in every build that is no test of it.
fn wanted_by<'a>(name: &str, packages: &'a [Value]) -> Vec<&'a str> {
    let is_it = |package: &&Value| text(package, "name") == name && package["source"].is_null();
    let wanted = packages.iter().find(is_it).and_then(|package| package["dependencies"].as_array());
    let is_wanted = |found: &&Value| text(found, "kind") != "dev" && found["optional"] != true;
    wanted.into_iter().flatten().filter(is_wanted).map(|found| text(found, "name")).collect()
}

/// A rule with `wrappers` is for everybody but those who ask for the crate by name (as cargo-deny reads it).
fn banned(built: &BTreeSet<Crate>, deny: &Table, packages: &[Value]) -> Vec<String> {
    let asks_for = |package: &Value, name: &str| {
        package["dependencies"].as_array().into_iter().flatten().any(|found| text(found, "name") == name)
    };
    let mut faults = Vec::new();
    for rule in deny["bans"]["deny"].as_array().into_iter().flatten() {
        let word = |key: &str| rule.get(key).and_then(toml::Value::as_str).unwrap_or_default();
        let (name, reason) = (word("crate"), word("reason"));
        let wrappers: Vec<&str> = rule
            .get("wrappers")
            .and_then(toml::Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(toml::Value::as_str)
            .collect();
        let strangers = packages
            .iter()
            .filter(|package| asks_for(package, name) && !wrappers.contains(&text(package, "name")));
        if !wrappers.is_empty() && strangers.count() == 0 {
            continue;
        }
        for (_, version) in built.iter().filter(|(built, _)| built == name) {
            faults.push(format!("{name} {version} is banned: {reason}"));
        }
    }
    faults
}

fn npm_faults(folder: &Path) -> Result<Vec<String>> {
    let read = |name: &str| -> Result<Value> {
        Ok(serde_json::from_str(
            &std::fs::read_to_string(folder.join(name)).with_context(|| name.to_owned())?,
        )?)
    };
    let (package, lock) = (read("package.json")?, read("package-lock.json")?);
    ensure!(lock["lockfileVersion"] == 3, "the lock file is of another format");
    Ok(npm_lock_faults(&package, &lock))
}

fn npm_lock_faults(package: &Value, lock: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    for kind in ["dependencies", "devDependencies"] {
        if lock["packages"][""][kind] != package[kind] {
            faults.push(format!("the npm lock file was made for other {kind}"));
        }
        for (name, version) in package[kind].as_object().into_iter().flatten() {
            let version = version.as_str().unwrap_or_default();
            if !version.starts_with(|first: char| first.is_ascii_digit())
                || version.contains([' ', '|', 'x', '*'])
            {
                faults.push(format!("npm: {name} is not pinned to one version: {version:?}"));
            }
        }
    }
    for (place, entry) in
        lock["packages"].as_object().into_iter().flatten().filter(|(place, _)| !place.is_empty())
    {
        if !text(entry, "integrity").starts_with("sha512-") {
            faults.push(format!("npm: {place} has no SHA-512"));
        }
        let from = text(entry, "resolved");
        if !from.is_empty() && !from.starts_with(NPM_REGISTRY) {
            faults.push(format!("npm: {place} comes from {from}"));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_licence_is_allowed_when_allowed_ones_are_enough() {
        let allowed = BTreeSet::from(["MIT", "ISC", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"]);
        for good in [
            "MIT",
            "MIT/GPL-3.0",
            "GPL-3.0 OR MIT",
            "ISC AND (GPL-3.0 OR MIT)",
            "Apache-2.0 WITH LLVM-exception OR GPL-3.0",
            "(MIT AND ISC)",
        ] {
            assert!(is_allowed(good, &allowed), "{good}");
        }
        for bad in [
            "",
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "Apache-2.0 WITH Bison-exception",
            "(MIT",
            "MIT)",
            "MIT ISC",
            "OR MIT",
        ] {
            assert!(!is_allowed(bad, &allowed), "{bad}");
        }
    }

    #[test]
    fn a_foreign_source_a_ban_and_a_missing_checksum_are_named() {
        let deny: Table =
            "[licenses]\nallow=['MIT']\n[bans]\ndeny=[{crate='openssl', reason='TLS is rustls'}]"
                .parse()
                .unwrap();
        let package =
            |source: Value| json!({"name": "a", "version": "1.0.0", "license": "MIT", "source": source});
        assert!(package_faults(&package(json!(CRATES_IO)), &deny).is_empty());
        assert_eq!(package_faults(&package(json!("git+https://evil.example/a")), &deny).len(), 1);
        let any = json!({"name": "ours", "version": "1.0.0", "license": "MIT", "source": null,
            "dependencies": [{"name": "b", "req": "*"}, {"name": "c", "req": "*", "path": "/c"}]});
        assert_eq!(package_faults(&any, &deny), ["ours 1.0.0 asks for any version of b"]);
        let built = BTreeSet::from([
            ("openssl".to_owned(), "0.10.0".to_owned()),
            ("b".to_owned(), "1.0.0".to_owned()),
        ]);
        assert_eq!(banned(&built, &deny, &[]), ["openssl 0.10.0 is banned: TLS is rustls"]);
        let deny: Table =
            r#"bans = { deny = [{ crate = "b", reason = "no", wrappers = ["ours"] }] }"#.parse().unwrap();
        let who = |name: &str| json!({"name": name, "dependencies": [{"name": "b"}]});
        assert!(banned(&built, &deny, &[who("ours")]).is_empty());
        assert_eq!(banned(&built, &deny, &[who("ours"), who("theirs")]), ["b 1.0.0 is banned: no"]);
        let lock: Table =
            format!("[[package]]\nname='a'\nsource='{CRATES_IO}'\n[[package]]\nname='ours'").parse().unwrap();
        assert_eq!(lock_faults("Cargo.lock", &lock).len(), 1);
    }

    #[test]
    fn a_lock_file_of_the_parsers_that_stayed_behind_is_named() {
        let manifest: Table =
            "package = { name = 'fuzz' }\n[dependencies]\nours = { path = '..' }".parse().unwrap();
        let entry = |name: &str, version: &str, wants: &str| {
            format!("[[package]]\nname = '{name}'\nversion = '{version}'\ndependencies = [{wants}]\n")
        };
        let lock = |entries: &[String]| entries.concat().parse::<Table>().unwrap();
        let packages = [json!({"name": "ours", "source": null, "dependencies": [
            {"name": "a", "kind": null, "optional": false}, {"name": "b", "kind": "dev", "optional": false},
            {"name": "c", "kind": null, "optional": true}, {"name": "d", "kind": "build", "optional": false}]})];
        let shop = lock(&[
            entry("ours", "1.0.0", "'a', 'b', 'd'"),
            entry("a", "2.0.0", ""),
            entry("a", "1.0.0", ""),
        ]);
        let good = [
            entry("fuzz", "0.0.0", "'ours'"),
            entry("ours", "1.0.0", "'a 2.0.0', 'd'"),
            entry("a", "2.0.0", ""),
        ];
        let faults = |fuzzed: &[String]| fuzz_lock_faults(&lock(fuzzed), &manifest, &shop, &packages);
        assert!(faults(&good).is_empty(), "{:?}", faults(&good));
        // Each with a line of what to do.
        assert_eq!(faults(&[entry("fuzz", "0.0.0", ""), entry("ours", "1.0.0", "'d'")]).len(), 3);
        assert_eq!(faults(&[entry("a", "3.0.0", "")]).len(), 2, "another version than is shipped");
    }

    #[test]
    fn npm_packages_are_pinned_by_version_and_hash() {
        let package = json!({"dependencies": {"a": "1.2.3"}});
        let lock = |entry: Value| json!({"packages": {"": {"dependencies": {"a": "1.2.3"}}, "node_modules/a": entry}});
        assert!(npm_lock_faults(&package, &lock(json!({"integrity": "sha512-x"}))).is_empty());
        assert_eq!(npm_lock_faults(&package, &lock(json!({"integrity": "sha1-x"}))).len(), 1);
        let elsewhere = json!({"integrity": "sha512-x", "resolved": "https://evil.example/a.tgz"});
        assert_eq!(npm_lock_faults(&package, &lock(elsewhere)).len(), 1);
        let loose = json!({"dependencies": {"a": "^1.2.3"}});
        assert_eq!(npm_lock_faults(&loose, &lock(json!({"integrity": "sha512-x"}))).len(), 2);
    }

    #[test]
    fn a_line_of_the_tree_is_read() {
        let read = read_line("3 tokio v1.48.0 (*)").unwrap();
        assert_eq!(read, (3, ("tokio".to_owned(), "1.48.0".to_owned())));
        assert!(read_line("tokio").is_err());
    }
}
