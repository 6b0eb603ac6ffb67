//! The browser's part: the crate `client` compiled to WASM, its JavaScript glue, and what makes both small.

use crate::site::Mode;
use crate::tools::{self, WASM_TARGET};
use anyhow::{Context as _, Result, bail, ensure};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use wasm_bindgen_cli_support::Bindgen;

/// What rustc's WASM target assumes of a browser; `wasm-opt` may use no more than that.
const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// The browser's part comes in two: shoppers do not load what only those need who work here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bundle {
    /// The islands of the shop.
    Shop,
    /// The islands of the consoles and of the sheets printed there.
    Console,
}

impl Bundle {
    pub const ALL: [Self; 2] = [Self::Shop, Self::Console];

    /// The feature of the crates `client` and `app` that makes it.
    pub const fn feature(self) -> &'static str {
        match self {
            Self::Shop => "shop",
            Self::Console => "console",
        }
    }

    /// What its file is called in the manifest.
    pub fn file(self, extension: &str) -> String {
        format!("{}.{extension}", self.stem())
    }

    const fn stem(self) -> &'static str {
        match self {
            Self::Shop => "client",
            Self::Console => "console",
        }
    }
}

/// A built bundle.
#[derive(Debug)]
pub struct Client {
    /// The glue: an ES module with `default` (initialise), `hydrate` and one function for each island. It is told
    /// where the WASM is (`module_or_path`), because only the manifest knows that name.
    pub js: Vec<u8>,
    /// The WASM module.
    pub wasm: Vec<u8>,
    /// JavaScript that crates bring along, by path relative to the glue; their names carry a hash already.
    pub snippets: Vec<(String, Vec<u8>)>,
}

/// Builds a bundle. The steps after the compiler run only when its result has changed.
pub fn build(bundle: Bundle, mode: Mode) -> Result<Client> {
    ensure_one_wasm_bindgen(&fs::read_to_string(tools::root().join("Cargo.lock"))?)?;
    tools::ensure_wasm_target()?;
    let profile = match mode {
        Mode::Release => "wasm-release",
        Mode::Dev => "dev",
    };
    let feature = bundle.feature();
    tools::step(
        &format!("Building the browser's part for the {feature} ({profile}; some 2 min the first time)"),
        || {
            let mut command = tools::cargo("build");
            command.args(["--package", "client", "--lib", "--target", WASM_TARGET, "--profile", profile]);
            command.args(["--no-default-features", "--features", feature]);
            tools::run("cargo build of the client", &mut command)
        },
    )?;
    let directory = if mode == Mode::Dev { "debug" } else { profile };
    // Cargo gives both bundles this name; the other one is built only after this one has been read.
    let compiled = tools::target_dir().join(WASM_TARGET).join(directory).join("client.wasm");
    let compiled = fs::read(&compiled).with_context(|| format!("cannot read {}", compiled.display()))?;

    let shrinkers = if mode == Mode::Release { find_shrinkers() } else { None };
    let work = tools::target_dir().join("site-work").join(directory).join(bundle.stem());
    let stamp = stamp(&compiled, shrinkers.is_some());
    let stamp_path = work.join("stamp");
    if fs::read_to_string(&stamp_path).is_ok_and(|text| text == stamp) {
        return read(bundle, &work);
    }
    if work.exists() {
        fs::remove_dir_all(&work)?;
    }
    fs::create_dir_all(&work)?;
    tools::step("Making the JavaScript glue (wasm-bindgen)", || bind(bundle, &compiled, mode, &work))?;
    let glue = fs::read_to_string(work.join(bundle.file("js")))?;
    ensure_islands_are_exported(&glue, &declared_islands(bundle)?)?;
    if let Some(shrinkers) = shrinkers {
        tools::step("Making WASM and glue small (wasm-opt -Oz, terser; some 20 s)", || {
            optimise(&shrinkers, bundle, &work)?;
            minify(&shrinkers, bundle, &work)
        })?;
    }
    fs::write(stamp_path, stamp)?;
    read(bundle, &work)
}

/// The names of the islands in the sources of `app` that belong to a bundle.
fn declared_islands(bundle: Bundle) -> Result<Vec<String>> {
    let sources = tools::root().join("app/src");
    let modules = fs::read_to_string(sources.join("features/mod.rs"))?;
    let elsewhere = modules_outside(&modules, bundle);
    let mut islands = Vec::new();
    for path in crate::site::files_below(&sources)?.iter().filter(|path| path.ends_with(".rs")) {
        let module = path.strip_prefix("features/").and_then(|path| path.split(['/', '.']).next());
        if module.is_some_and(|module| elsewhere.contains(module)) {
            continue;
        }
        islands.extend(islands_of(&fs::read_to_string(sources.join(path))?));
    }
    Ok(islands)
}

/// The modules whose attribute says that a bundle does not have them.
fn modules_outside(source: &str, bundle: Bundle) -> BTreeSet<&str> {
    let mut attribute = "";
    let mut outside = BTreeSet::new();
    for line in source.lines() {
        let module = line.strip_prefix("pub mod ").and_then(|rest| rest.strip_suffix(';'));
        let is_outside =
            !attribute.is_empty() && !attribute.contains(&format!("feature = \"{}\"", bundle.feature()));
        outside.extend(module.filter(|_| is_outside));
        attribute = if line.starts_with("#[cfg(") { line } else { "" };
    }
    outside
}

/// The names of the islands in a source text: what stands in `island! { … pub fn name(`.
fn islands_of(source: &str) -> Vec<String> {
    let mut islands = Vec::new();
    let mut lines = source.lines().map(str::trim_start);
    while let Some(line) = lines.next() {
        if !line.starts_with("crate::island::island!") {
            continue;
        }
        let name = lines.find_map(|line| line.strip_prefix("pub fn ")?.split('(').next());
        islands.extend(name.map(str::to_owned));
    }
    islands
}

/// An island that the linker dropped would be found by nobody but the visitor whose click does nothing.
fn ensure_islands_are_exported(glue: &str, islands: &[String]) -> Result<()> {
    let missing: Vec<&String> =
        islands.iter().filter(|island| !glue.contains(&format!("export function {island}("))).collect();
    ensure!(
        missing.is_empty(),
        "the browser's part does not export the islands {missing:?}: is each reachable in crate app?"
    );
    Ok(())
}

/// What the files in the work directory were made of and with.
fn stamp(compiled: &[u8], optimised: bool) -> String {
    let tools_lock = fs::read(tools::root().join("xtask/tools/package-lock.json")).unwrap_or_default();
    format!(
        "{}\n{}\n{optimised}\n{}",
        tools::sha256_hex(compiled),
        wasm_bindgen_version(),
        tools::sha256_hex(&tools_lock)
    )
}

/// The version of the library that makes the glue.
fn wasm_bindgen_version() -> String {
    let lock = fs::read_to_string(tools::root().join("Cargo.lock")).unwrap_or_default();
    locked_versions(&lock, "wasm-bindgen-cli-support").into_iter().collect()
}

fn bind(bundle: Bundle, compiled: &[u8], mode: Mode, work: &Path) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen.input_bytes(bundle.stem(), compiled.to_vec()).web(true)?.typescript(false);
    bindgen.omit_default_module_path(true);
    if mode == Mode::Release {
        bindgen.remove_name_section(true).remove_producers_section(true);
    } else {
        bindgen.keep_debug(true);
    }
    bindgen.generate(work).context("wasm-bindgen")
}

fn optimise(shrinkers: &Path, bundle: Bundle, work: &Path) -> Result<()> {
    let wasm = work.join(format!("{}_bg.wasm", bundle.stem()));
    let optimised = work.join("optimised.wasm");
    let mut command = Command::new("node");
    command
        .arg(shrinkers.join("binaryen/bin/wasm-opt"))
        .arg(&wasm)
        .arg("-o")
        .arg(&optimised)
        .args(["-Oz", "--converge"])
        .args(WASM_FEATURES);
    tools::run("wasm-opt", command.stdin(Stdio::null()))?;
    fs::rename(optimised, wasm).context("cannot replace the WASM by the optimised one")
}

/// The glue says in comments what each function is for: a quarter of what a visitor would load of it.
fn minify(shrinkers: &Path, bundle: Bundle, work: &Path) -> Result<()> {
    let glue = work.join(bundle.file("js"));
    let minified = work.join("minified.js");
    let mut command = Command::new("node");
    command
        .arg(shrinkers.join("terser/bin/terser"))
        .arg(&glue)
        .args(["--module", "--compress", "--mangle", "--output"])
        .arg(&minified);
    tools::run("terser", command.stdin(Stdio::null()))?;
    fs::rename(minified, glue).context("cannot replace the glue by the minified one")
}

/// The folder of the pinned npm packages. Without Node or the npm registry the site still works: its WASM is merely
/// larger, which is said.
fn find_shrinkers() -> Option<PathBuf> {
    let folder = tools::root().join("xtask/tools");
    if tools::find_program("node").is_none() {
        println!(
            "    Node is not installed: going on without wasm-opt, the WASM will be about twice as large"
        );
        return None;
    }
    match tools::npm_ci(&folder) {
        Ok(()) => Some(folder.join("node_modules")),
        Err(error) => {
            println!("    {error:#}");
            println!("    going on without wasm-opt: the WASM will be about twice as large");
            None
        }
    }
}

fn read(bundle: Bundle, work: &Path) -> Result<Client> {
    let mut snippets = Vec::new();
    let snippets_dir = work.join("snippets");
    if snippets_dir.is_dir() {
        for path in crate::site::files_below(&snippets_dir)? {
            snippets.push((format!("snippets/{path}"), fs::read(snippets_dir.join(&path))?));
        }
    }
    Ok(Client {
        js: fs::read(work.join(bundle.file("js")))?,
        wasm: fs::read(work.join(format!("{}_bg.wasm", bundle.stem())))?,
        snippets,
    })
}

/// The glue fits the WASM only if both come from one version of wasm-bindgen.
fn ensure_one_wasm_bindgen(lock: &str) -> Result<()> {
    let library = locked_versions(lock, "wasm-bindgen");
    let tool = locked_versions(lock, "wasm-bindgen-cli-support");
    ensure!(!library.is_empty(), "Cargo.lock names no wasm-bindgen");
    if library != tool {
        bail!(
            "Cargo.lock has wasm-bindgen {library:?} but wasm-bindgen-cli-support {tool:?}: run \
             `cargo update -p wasm-bindgen -p wasm-bindgen-cli-support`"
        );
    }
    Ok(())
}

/// The versions of a package in the text of a Cargo.lock.
fn locked_versions(lock: &str, package: &str) -> BTreeSet<String> {
    let name_line = format!("name = \"{package}\"");
    let mut lines = lock.lines();
    let mut versions = BTreeSet::new();
    while let Some(line) = lines.next() {
        if line == name_line
            && let Some(version) = lines.next().and_then(|next| next.strip_prefix("version = \""))
        {
            versions.insert(version.trim_end_matches('"').to_owned());
        }
    }
    versions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn islands_are_found_by_their_macro_and_missed_if_not_exported() {
        let source = "crate::island::island! {\n    /// Doc.\n    pub fn stepper(max: i64) = content;\n}\n\
                      fn content(max: i64) -> impl IntoView {}\n\
                      crate::island::island! {\n    pub fn hold_clock(\n        left_ms: i64,\n    ) = content;\n}";
        let islands = islands_of(source);
        assert_eq!(islands, ["stepper", "hold_clock"]);
        let glue = "export function stepper(element) {}\nexport function hold_clock(element) {}";
        assert!(ensure_islands_are_exported(glue, &islands).is_ok());
        assert!(ensure_islands_are_exported("export function stepper(element) {}", &islands).is_err());
    }

    #[test]
    fn a_bundle_has_the_modules_whose_attribute_names_it_and_those_without_one() {
        let source = "#[cfg(any(feature = \"ssr\", feature = \"shop\"))]\npub mod cart;\n\
                      #[cfg(any(feature = \"ssr\", feature = \"console\"))]\npub mod listing;\n\
                      #[cfg(feature = \"ssr\")]\npub mod home;\npub mod shared;";
        assert_eq!(modules_outside(source, Bundle::Shop), BTreeSet::from(["home", "listing"]));
        assert_eq!(modules_outside(source, Bundle::Console), BTreeSet::from(["cart", "home"]));
    }

    #[test]
    fn glue_and_wasm_of_different_versions_are_refused() {
        let lock = |library: &str, tool: &str| {
            format!(
                "[[package]]\nname = \"wasm-bindgen\"\nversion = \"{library}\"\n\n\
                 [[package]]\nname = \"wasm-bindgen-cli-support\"\nversion = \"{tool}\"\n"
            )
        };
        assert!(ensure_one_wasm_bindgen(&lock("0.2.130", "0.2.130")).is_ok());
        assert!(ensure_one_wasm_bindgen(&lock("0.2.131", "0.2.130")).is_err());
        assert!(ensure_one_wasm_bindgen("").is_err());
    }
}
