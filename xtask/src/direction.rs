//! Who may know whom: the dependency direction of `docs/ARCHITECTURE.md`, checked on what cargo really resolves.
//!
//! ```text
//! client ──▶ app[hydrate] ─────────────────────▶ domain
//! server ──▶ app[ssr] ──▶ service ──▶ store ───▶ domain
//! ```

use crate::tools::{self, WASM_TARGET};
use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// The crates of ours that a crate of ours may name.
const MAY_NAME: [(&str, &[&str]); 11] = [
    ("domain", &[]),
    ("store", &["domain"]),
    ("media", &[]),
    // Sheets, text and codes, whatever stands on them.
    ("print", &[]),
    ("service", &["domain", "store", "media"]),
    ("stripe_lookalike", &[]),
    // Plays the payment network; compares the shop with the same data, the same statements and the same
    // photos without it.
    ("bench", &["domain", "store", "media", "service", "stripe_lookalike"]),
    ("app", &["domain", "service", "print"]),
    ("client", &["app"]),
    ("xiangji", &["domain", "store", "media", "service", "print", "stripe_lookalike", "app"]),
    ("xtask", &[]),
];

/// Crates that a crate of ours may not name itself, whatever its features. A name stands for its family as well:
/// `sqlx` for `sqlx-core`.
const MUST_NOT_NAME: [(&str, &[&str]); 1] = [("app", &["sqlx", "async-stripe", "stripe", "image"])];

/// Asynchronous runtimes, IO, web and randomness.
const NOT_PURE: &[&str] = &[
    "async-std",
    "async-trait",
    "axum",
    "futures",
    "getrandom",
    "http",
    "hyper",
    "js-sys",
    "leptos",
    "mio",
    "object_store",
    "rand",
    "reqwest",
    "rustls",
    "smol",
    "socket2",
    "sqlx",
    "tokio",
    "tower",
    "wasm-bindgen",
    "web-sys",
];
const NOT_STORE: &[&str] = &["axum", "leptos", "async-stripe", "stripe"];
const NOT_SERVICE: &[&str] = &["axum", "leptos", "async-stripe", "stripe"];
/// What has no business in a browser, and what fails to run there.
const NOT_BROWSER: &[&str] = &[
    "async-stripe",
    "axum",
    "getrandom",
    "hyper",
    "image",
    "krilla",
    "leptos_axum",
    "media",
    "mio",
    "print",
    "reqwest",
    "service",
    "sqlx",
    "store",
    "stripe",
    "tokio-rustls",
    "xiangji",
];

/// A crate as it is built alone, and what may be nowhere below it.
const MUST_NOT_REACH: [(&str, Option<&str>, &[&str]); 4] = [
    ("domain", None, NOT_PURE),
    ("store", None, NOT_STORE),
    ("service", None, NOT_SERVICE),
    ("client", Some(WASM_TARGET), NOT_BROWSER),
];

/// Where statements may be written: everything else, tests as well, asks `store`.
const STORE_SOURCES: &str = "server/store/src";
const SQL: &str = concat!("sq", "lx::");

/// Crates with which a statement reaches a database, and the only ones of ours that may name them in whatever way. The
/// bench has the same statements by hand, to be compared with.
const DRIVERS: [(&str, &[&str]); 4] =
    [("sqlx", &["store"]), ("libsqlite3-sys", &["store"]), ("rusqlite", &["bench"]), ("tokio-postgres", &[])];

/// Features that the program never has, whatever it is built with: what tests do by hand, and what is only for measuring.
const NEVER_IN_THE_PROGRAM: [&str; 2] = ["testing", "scale"];

/// Checks direct edges on `cargo metadata` and everything below a crate on `cargo tree`.
pub fn check() -> Result<()> {
    let mut command = tools::cargo("metadata");
    let text = tools::output("cargo metadata", command.args(["--format-version", "1", "--no-deps"]))?;
    let metadata: Value = serde_json::from_str(&text)?;
    let edges = direct_edges(&metadata)?;
    let mut violations = direct_violations(&edges);
    for (package, target, forbidden) in MUST_NOT_REACH {
        for name in reached(package, target)?.iter().filter(|name| is_one_of(name, forbidden)) {
            violations.push(format!(
                "{package} must not reach {name}: see `{}`",
                tree_words(package, target, Some(name)).join(" ")
            ));
        }
    }
    violations.extend(foreign_drivers(&metadata)?);
    violations.extend(foreign_features(&program_features()?));
    violations.extend(sources()?.iter().filter_map(|(path, text)| foreign_statement(path, text)));
    if violations.is_empty() {
        println!("{} crates keep their direction", edges.len());
        return Ok(());
    }
    bail!("dependency direction:\n  {}", violations.join("\n  "))
}

/// Every Rust file of ours, with its path from the root.
fn sources() -> Result<Vec<(String, String)>> {
    let root = tools::root();
    let mut list = Command::new("git");
    list.current_dir(&root).args(["ls-files", "--cached", "--others", "--exclude-standard", "*.rs"]);
    let listed = tools::output("git ls-files", &mut list)?;
    let ours = listed.lines().filter(|path| root.join(path).exists());
    ours.map(|path| {
        let text = std::fs::read_to_string(root.join(path)).with_context(|| path.to_owned())?;
        Ok((path.to_owned(), text))
    })
    .collect()
}

fn foreign_statement(path: &str, text: &str) -> Option<String> {
    let is_foreign = !path.starts_with(STORE_SOURCES) && text.contains(SQL);
    is_foreign.then(|| {
        format!(
            "{path} speaks to the database itself: only the store does, for tests in its module `testing`"
        )
    })
}

/// Crates of ours that could send statements and must not, be it in their tests only.
fn foreign_drivers(metadata: &Value) -> Result<Vec<String>> {
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let mut violations = Vec::new();
    for package in packages {
        let name = package["name"].as_str().context("a package without a name")?;
        let dependencies = package["dependencies"].as_array().context("a package without dependencies")?;
        for dependency in dependencies.iter().filter_map(|dependency| dependency["name"].as_str()) {
            let driver = DRIVERS.iter().find(|(family, _)| is_one_of(dependency, &[*family]));
            if driver.is_some_and(|(_, users)| !users.contains(&name)) {
                violations.push(format!("{name} must not name {dependency}, not even for its tests"));
            }
        }
    }
    Ok(violations)
}

/// The crates below the program with their features, as `name features`, built with everything that can be asked for.
fn program_features() -> Result<String> {
    let mut command = tools::cargo("tree");
    command.args(["--package", "xiangji", "--all-features", "--edges", "normal,no-proc-macro"]);
    tools::output("cargo tree", command.args(["--prefix", "none", "--format", "{lib} {f}"]))
}

fn foreign_features(crates: &str) -> Vec<String> {
    let lines = crates.lines().map(|line| line.trim_end_matches(" (*)"));
    let ours = lines.filter_map(|line| line.split_once(' '));
    let found: BTreeSet<String> = ours
        .filter(|(name, _)| MAY_NAME.iter().any(|(ours, _)| ours == name))
        .flat_map(|(name, features)| features.split(',').map(move |feature| (name, feature.trim())))
        .filter(|(_, feature)| NEVER_IN_THE_PROGRAM.contains(feature))
        .map(|(name, feature)| format!("the program must not have {name}'s feature {feature}"))
        .collect();
    found.into_iter().collect()
}

/// What each crate of ours names among its dependencies, without those of its tests and build scripts.
fn direct_edges(metadata: &Value) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let mut edges = BTreeMap::new();
    for package in packages {
        let name = package["name"].as_str().context("a package without a name")?;
        let dependencies = package["dependencies"].as_array().context("a package without dependencies")?;
        let named = dependencies
            .iter()
            .filter(|dependency| dependency["kind"].is_null())
            .filter_map(|dependency| dependency["name"].as_str().map(str::to_owned));
        edges.insert(name.to_owned(), named.collect());
    }
    Ok(edges)
}

fn direct_violations(edges: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let mut violations = Vec::new();
    for (package, named) in edges {
        let Some((_, allowed)) = MAY_NAME.iter().find(|(name, _)| name == package) else {
            violations.push(format!(
                "{package} has no place in the order of crates: give it one in xtask/src/direction.rs"
            ));
            continue;
        };
        let foreign =
            MUST_NOT_NAME.iter().find(|(name, _)| name == package).map_or(&[][..], |(_, foreign)| foreign);
        for dependency in named {
            let is_wrong_ours = edges.contains_key(dependency) && !allowed.contains(&dependency.as_str());
            if is_wrong_ours || is_one_of(dependency, foreign) {
                violations.push(format!("{package} must not name {dependency}"));
            }
        }
    }
    violations
}

/// Whether the name is one of these or of the family of one: `sqlx-core` is of `sqlx`.
fn is_one_of(name: &str, families: &[&str]) -> bool {
    families.iter().any(|family| {
        name.strip_prefix(family)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('-') || rest.starts_with('_'))
    })
}

/// Everything below a crate that is built alone, without procedural macros' and build scripts' own dependencies.
fn reached(package: &str, target: Option<&str>) -> Result<BTreeSet<String>> {
    let words = tree_words(package, target, None);
    let mut command = tools::cargo("tree");
    let text = tools::output("cargo tree", command.args(&words[2..]))?;
    let names: BTreeSet<String> =
        text.lines().skip(1).filter_map(|line| line.split(' ').next()).map(str::to_owned).collect();
    ensure!(!text.trim().is_empty(), "cargo tree says nothing about {package}");
    Ok(names)
}

fn tree_words(package: &str, target: Option<&str>, inverse_of: Option<&str>) -> Vec<String> {
    let mut words = vec!["cargo", "tree", "--package", package, "--edges", "normal,no-proc-macro"];
    if let Some(target) = target {
        words.extend(["--target", target]);
    }
    match inverse_of {
        Some(name) => words.extend(["--invert", name]),
        None => words.extend(["--prefix", "none", "--format", "{p}"]),
    }
    words.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(list: &[(&str, &[&str])]) -> BTreeMap<String, BTreeSet<String>> {
        let set = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        list.iter().map(|&(name, named)| (name.to_owned(), set(named))).collect()
    }

    #[test]
    fn the_intended_order_has_no_violation() {
        let edges = edges(&[
            ("domain", &["thiserror"]),
            ("store", &["domain", "sqlx"]),
            ("service", &["domain", "store"]),
            ("app", &["domain", "service", "leptos", "axum"]),
        ]);
        assert_eq!(direct_violations(&edges), Vec::<String>::new());
    }

    #[test]
    fn each_wrong_edge_is_found() {
        let wrong = edges(&[
            ("domain", &["store"]),
            ("store", &["domain"]),
            ("app", &["sqlx-core", "store"]),
            ("newcomer", &[]),
        ]);
        let violations = direct_violations(&wrong);
        for part in [
            "domain must not name store",
            "app must not name sqlx-core",
            "app must not name store",
            "newcomer",
        ] {
            assert!(violations.iter().any(|violation| violation.contains(part)), "{part}: {violations:?}");
        }
    }

    #[test]
    fn statements_stand_in_the_store_only() {
        let text = format!("let rows = {SQL}query(\"SELECT 1\");");
        assert_eq!(foreign_statement("server/store/src/seed.rs", &text), None);
        assert!(foreign_statement("server/service/src/demo/tests.rs", &text).is_some());
        assert!(foreign_statement("server/tests/http/kept.rs", &text).is_some());
        assert_eq!(
            foreign_statement("server/service/src/demo.rs", "store::places::count_counties(conn)"),
            None
        );
    }

    #[test]
    fn drivers_are_the_stores_even_in_tests() {
        let metadata = serde_json::json!({"packages": [
            {"name": "store", "dependencies": [{"name": "sqlx-core", "kind": null}]},
            {"name": "bench", "dependencies": [{"name": "rusqlite", "kind": null}]},
            {"name": "service", "dependencies": [{"name": "sqlx", "kind": "dev"}]}]});
        assert_eq!(
            foreign_drivers(&metadata).unwrap(),
            ["service must not name sqlx, not even for its tests"]
        );
    }

    #[test]
    fn the_program_has_nothing_of_tests() {
        assert_eq!(foreign_features("store \nservice passkeys\nscale testing\n"), Vec::<String>::new());
        assert_eq!(
            foreign_features("store scale,testing\nservice passkeys\nstore scale,testing (*)\n"),
            [
                "the program must not have store's feature scale",
                "the program must not have store's feature testing"
            ]
        );
    }

    #[test]
    fn a_family_is_not_a_prefix() {
        assert!(is_one_of("sqlx-core", &["sqlx"]) && is_one_of("sqlx", &["sqlx"]));
        assert!(!is_one_of("imagesize", &["image"]) && !is_one_of("httparse", &["http"]));
    }

    #[test]
    fn dependencies_of_tests_do_not_count() {
        let metadata = serde_json::json!({"packages": [{"name": "domain", "dependencies": [
            {"name": "serde", "kind": null}, {"name": "tokio", "kind": "dev"}]}]});
        assert_eq!(direct_edges(&metadata).unwrap()["domain"], BTreeSet::from(["serde".to_owned()]));
    }
}
