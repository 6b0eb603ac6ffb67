//! `cargo xtask sbom`: what is in the program, as a CycloneDX 1.6 bill of materials, and the licence texts that have to
//! go along with it.
//!
//! Components with scope `required` are in the server's binary or in what the browser loads; those with `excluded`
//! build it (procedural macros, build scripts, tools of npm). The same sources give the same bytes.

use crate::advisories;
use crate::bucket;
use crate::supply::{self, Crate, NPM_FOLDERS};
use crate::tools::{self, WASM_TARGET};
use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use toml::Table;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Where `xiangji.cdx.json` and `THIRD-PARTY-LICENCES.txt` are written
    #[arg(long, value_name = "FOLDER", default_value = "target/sbom")]
    output: PathBuf,
}

/// What goes into the program, and what only builds it.
#[derive(Debug, Default)]
struct Parts {
    required: BTreeSet<Crate>,
    built_with: BTreeSet<Crate>,
    /// Who names whom.
    edges: BTreeMap<Crate, BTreeSet<Crate>>,
}

/// Writes both files.
pub fn run(arguments: &Arguments) -> Result<()> {
    let root = tools::root();
    let folder = root.join(&arguments.output);
    std::fs::create_dir_all(&folder)?;
    let metadata = supply::metadata()?;
    let lock: Table = std::fs::read_to_string(root.join("Cargo.lock"))?.parse()?;
    let parts = parts()?;
    let mut npm = Vec::new();
    for name in NPM_FOLDERS {
        let lock = std::fs::read_to_string(root.join(name).join("package-lock.json"))?;
        npm.extend(npm_components(&serde_json::from_str(&lock)?));
    }
    let bill = bill(&metadata, &checksums(&lock), &parts, npm)?;
    let path = folder.join("xiangji.cdx.json");
    std::fs::write(&path, serde_json::to_string_pretty(&bill)? + "\n")?;
    println!("{}: {} components", path.display(), bill["components"].as_array().map_or(0, Vec::len));
    let path = folder.join("THIRD-PARTY-LICENCES.txt");
    let (texts, without) = licence_texts(&metadata, &parts.required)?;
    std::fs::write(&path, texts)?;
    println!("{}: {without} crates bring no text of their own", path.display());
    println!("{}", advisories::last_run()?);
    Ok(())
}

fn parts() -> Result<Parts> {
    let mut parts = Parts::default();
    let server = ["--package", "xiangji", "--features", bucket::FEATURES];
    let browser = ["--package", "client", "--target", WASM_TARGET];
    for words in [&server[..], &browser] {
        let shipped = supply::tree(&[words, &["--edges", "normal,no-proc-macro"]].concat())?;
        add_edges(&mut parts.edges, &shipped);
        parts.required.extend(shipped.into_iter().map(|(_, found)| found));
        let all = supply::tree(&[words, &["--edges", "normal,build"]].concat())?;
        parts.built_with.extend(all.into_iter().map(|(_, found)| found));
    }
    parts.built_with.retain(|found| !parts.required.contains(found));
    Ok(parts)
}

/// A line of a tree hangs on the last line before it that stands one step higher.
fn add_edges(edges: &mut BTreeMap<Crate, BTreeSet<Crate>>, tree: &[(usize, Crate)]) {
    let mut above: Vec<&Crate> = Vec::new();
    for (depth, found) in tree {
        above.truncate(*depth);
        if let Some(parent) = above.last() {
            edges.entry((*parent).clone()).or_default().insert(found.clone());
        }
        above.push(found);
    }
}

fn checksums(lock: &Table) -> BTreeMap<Crate, String> {
    let text = |package: &Table, key: &str| Some(package.get(key)?.as_str()?.to_owned());
    let pairs = supply::locked(lock).filter_map(|package| {
        Some(((text(package, "name")?, text(package, "version")?), text(package, "checksum")?))
    });
    pairs.collect()
}

fn purl(found: &Crate) -> String {
    format!("pkg:cargo/{}@{}", found.0, found.1.replace('+', "%2B"))
}

/// The bill of materials. Rule: <https://cyclonedx.org/docs/1.6/json/>.
fn bill(
    metadata: &Value,
    checksums: &BTreeMap<Crate, String>,
    parts: &Parts,
    npm: Vec<Value>,
) -> Result<Value> {
    let licences = licences(metadata);
    let is_root = |found: &&Crate| found.0 == "xiangji";
    let root = parts.required.iter().find(is_root).context("the program is not among its own parts")?;
    let component = |found: &Crate, scope: &str| {
        let mut component = json!({
            "type": "library", "bom-ref": purl(found), "name": found.0, "version": found.1, "scope": scope,
            "purl": purl(found),
        });
        if let Some(expression) = licences.get(found).filter(|expression| !expression.is_empty()) {
            component["licenses"] = json!([{ "expression": expression }]);
        }
        if let Some(checksum) = checksums.get(found) {
            component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
        }
        component
    };
    let shipped = parts.required.iter().filter(|found| !is_root(found));
    let mut components: Vec<Value> = shipped.map(|found| component(found, "required")).collect();
    components.extend(parts.built_with.iter().map(|found| component(found, "excluded")));
    components.extend(npm);
    let dependencies: Vec<Value> = parts
        .required
        .iter()
        .map(|found| {
            let on: Vec<String> = parts.edges.get(found).into_iter().flatten().map(purl).collect();
            json!({ "ref": purl(found), "dependsOn": on })
        })
        .collect();
    let digest = tools::sha256_hex(serde_json::to_string(&components)?.as_bytes());
    let number = [
        &digest[..8],
        &digest[8..12],
        &format!("5{}", &digest[13..16]),
        &format!("8{}", &digest[17..20]),
        &digest[20..32],
    ];
    Ok(json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": format!("urn:uuid:{}", number.join("-")),
        "version": 1,
        "metadata": { "component": {
            "type": "application", "bom-ref": purl(root), "name": root.0, "version": root.1,
            "licenses": [{ "expression": licences.get(root).cloned().unwrap_or_default() }],
        }},
        "components": components,
        "dependencies": dependencies,
    }))
}

fn packages(metadata: &Value) -> impl Iterator<Item = (Crate, &Value)> {
    metadata["packages"].as_array().into_iter().flatten().filter_map(|package| {
        Some(((package["name"].as_str()?.to_owned(), package["version"].as_str()?.to_owned()), package))
    })
}

fn licences(metadata: &Value) -> BTreeMap<Crate, String> {
    packages(metadata)
        .map(|(found, package)| {
            let words = package["license"].as_str().unwrap_or_default().replace('/', " OR ");
            (found, words.split_whitespace().collect::<Vec<_>>().join(" "))
        })
        .collect()
}

/// Tools that build and test, and the font that lies beside the site with its licence; no code of npm reaches a visitor.
fn npm_components(lock: &Value) -> Vec<Value> {
    let entries = lock["packages"].as_object().into_iter().flatten().filter(|(place, _)| !place.is_empty());
    entries
        .map(|(place, entry)| {
            let name = place.rsplit("node_modules/").next().unwrap_or(place);
            let version = entry["version"].as_str().unwrap_or_default();
            let purl = format!("pkg:npm/{}@{version}", name.replace('@', "%40"));
            json!({
                "type": "library", "bom-ref": purl, "name": name, "version": version, "scope": "excluded",
                "purl": purl, "licenses": [{ "expression": entry["license"].as_str().unwrap_or("NOASSERTION") }],
                "properties": [{ "name": "xiangji:npm-integrity", "value": entry["integrity"] }],
            })
        })
        .collect()
}

/// The texts that the licences of what is shipped ask to be passed on, each once; and how many crates bring none.
fn licence_texts(metadata: &Value, shipped: &BTreeSet<Crate>) -> Result<(String, usize)> {
    let licences = licences(metadata);
    let mut by_text: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut without = BTreeSet::new();
    for (found, package) in packages(metadata) {
        if !shipped.contains(&found) || package["source"].is_null() {
            continue;
        }
        let label = format!("{} {} ({})", found.0, found.1, licences.get(&found).map_or("", String::as_str));
        let manifest = Path::new(package["manifest_path"].as_str().unwrap_or_default());
        let texts = texts_beside(manifest.parent().context("a manifest without a folder")?)?;
        if texts.is_empty() {
            without.insert(label.clone());
        }
        for text in texts {
            by_text.entry(text).or_default().insert(label.clone());
        }
    }
    let mut out =
        "Parts of this program were written by others, who allow it under the following terms.\n".to_owned();
    for (text, labels) in by_text {
        let labels: Vec<String> = labels.into_iter().collect();
        write!(out, "\n{}\n{}\n\n{}\n", "=".repeat(80), labels.join("\n"), text.trim_end())?;
    }
    let labels: Vec<String> = without.iter().cloned().collect();
    write!(out, "\n{}\nWithout a text of their own:\n{}\n", "=".repeat(80), labels.join("\n"))?;
    Ok((out, without.len()))
}

fn texts_beside(folder: &Path) -> Result<Vec<String>> {
    let mut texts = BTreeSet::new();
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_uppercase();
        let is_text = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE"]
            .iter()
            .any(|word| name.starts_with(word));
        if is_text && path.is_file() {
            texts.insert(String::from_utf8_lossy(&std::fs::read(&path)?).replace("\r\n", "\n"));
        }
    }
    Ok(texts.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Crate {
        (name.to_owned(), "1.0.0+x".to_owned())
    }

    fn example() -> Value {
        let mut parts = Parts::default();
        let tree = [(0, named("xiangji")), (1, named("a")), (2, named("b")), (1, named("b"))];
        add_edges(&mut parts.edges, &tree);
        parts.required.extend(tree.into_iter().map(|(_, found)| found));
        parts.built_with.insert(named("macros"));
        let package = |name: &str| json!({"name": name, "version": "1.0.0+x", "license": "MIT/Apache-2.0"});
        let metadata =
            json!({"packages": [package("xiangji"), package("a"), package("b"), package("macros")]});
        let checksums = BTreeMap::from([(named("a"), "a".repeat(64))]);
        let npm = json!({"packages": {"": {}, "node_modules/@x/y": {"version": "2.0.0", "integrity": "sha512-z", "license": "MIT"}}});
        bill(&metadata, &checksums, &parts, npm_components(&npm)).unwrap()
    }

    /// What the schema of CycloneDX 1.6 asks of a bill of materials, as far as ours goes.
    #[test]
    fn the_bill_has_the_shape_that_readers_expect() {
        let bill = example();
        assert_eq!(
            (&bill["bomFormat"], &bill["specVersion"], &bill["version"]),
            (&json!("CycloneDX"), &json!("1.6"), &json!(1))
        );
        let number = bill["serialNumber"].as_str().unwrap().strip_prefix("urn:uuid:").unwrap();
        let lengths: Vec<usize> = number.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        let components = bill["components"].as_array().unwrap();
        let mut refs = BTreeSet::from([bill["metadata"]["component"]["bom-ref"].as_str().unwrap()]);
        for component in components {
            for key in ["type", "name", "version", "purl", "scope"] {
                assert!(
                    component[key].as_str().is_some_and(|value| !value.is_empty()),
                    "{key} of {component}"
                );
            }
            assert!(refs.insert(component["bom-ref"].as_str().unwrap()), "{component} stands there twice");
            assert!(
                component["licenses"][0]["expression"].as_str().is_some_and(|words| !words.contains('/'))
            );
            for hash in component["hashes"].as_array().into_iter().flatten() {
                assert_eq!((&hash["alg"], hash["content"].as_str().unwrap().len()), (&json!("SHA-256"), 64));
            }
        }
        for dependency in bill["dependencies"].as_array().unwrap() {
            assert!(refs.contains(dependency["ref"].as_str().unwrap()));
            for on in dependency["dependsOn"].as_array().unwrap() {
                assert!(refs.contains(on.as_str().unwrap()), "{on} is not among the components");
            }
        }
    }

    #[test]
    fn what_builds_is_told_from_what_is_shipped_and_who_needs_whom() {
        let bill = example();
        let scope = |name: &str| {
            let components = bill["components"].as_array().unwrap();
            components.iter().find(|component| component["name"] == name).unwrap()["scope"].clone()
        };
        assert_eq!([scope("a"), scope("macros"), scope("@x/y")], ["required", "excluded", "excluded"]);
        let needs = |at: usize| bill["dependencies"][at]["dependsOn"].as_array().unwrap().len();
        assert_eq!([needs(0), needs(1), needs(2)], [1, 0, 2], "a, b, xiangji");
        assert_eq!(example(), bill, "the same every time");
    }
}
