//! The browser's files in `target/site`, as the server hands them out.
//!
//! Names carry a hash of the content, so that browsers may keep a file for a year: `pkg/client.<hash>.js`,
//! `pkg/client.<hash>.wasm`, the same for `console`, `pkg/style.<hash>.css`, and `name.<hash>.ext` for what lies in `public/`. The latter can
//! also be had under its plain name, to be asked for again each time; for robots.txt and the like, whose name is fixed
//! by those who ask for it, there is no other.
//!
//! Text is precompressed beside itself as `.br` (quality 11) and `.gz`.
//!
//! `manifest.json` maps what a file is called to where it is served: `{"client.js": "/pkg/client.0a1b.js",
//! "client.wasm": …, "console.js": …, "style.css": …, "icons.svg": "/icons.0a1b.svg", "robots.txt": "/robots.txt"}`. The server reads it
//! once, at start.
//!
//! `fonts/` holds the font of PDF files with its licence, for the server only.
//!
//! `hash.txt` says the same of the shop's bundle to Leptos: with `LeptosOptions { output_name: "client", site_pkg_dir: "pkg", hash_files:
//! true, hash_file: <absolute path of hash.txt>, .. }` the component `HydrationScripts` finds both files, passes the
//! WASM's address to the glue (`module_or_path`; the glue knows no default), calls `hydrate` and then the function of
//! each island. A shell that writes its own script has to do these three things too.

use crate::client::Bundle;
use crate::tools;
use crate::{client, compress, style};
use anyhow::{Context as _, Result, ensure};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Hexadecimal digits of SHA-256 in a file's name: 48 bits, plenty to tell versions of one file apart.
const HASH_DIGITS: usize = 12;

/// How much work goes into small files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// What travels to a phone: optimised for size and precompressed.
    Release,
    /// What is quick to build while changing things.
    Dev,
}

impl Mode {
    /// The mode of a task with the flag `--dev`.
    pub fn from_dev_flag(dev: bool) -> Self {
        if dev { Self::Dev } else { Self::Release }
    }
}

/// A built site.
#[derive(Debug)]
pub struct Site {
    /// Its directory.
    pub root: PathBuf,
    /// From what a file is called to the address under which it is served.
    pub manifest: BTreeMap<String, String>,
}

impl Site {
    /// The file behind a name of the manifest.
    pub fn file(&self, name: &str) -> Result<PathBuf> {
        let address = self.manifest.get(name).with_context(|| format!("the site has no {name}"))?;
        Ok(self.root.join(address.trim_start_matches('/')))
    }
}

/// Builds the site. What has not changed is not built again.
pub fn build(mode: Mode) -> Result<Site> {
    let mut clients = Vec::new();
    for bundle in Bundle::ALL {
        clients.push((bundle, client::build(bundle, mode)?));
    }
    let site = tools::step("Publishing the browser's files to target/site", || {
        let mut publisher = Publisher::new(tools::target_dir().join("site"), mode);
        publisher.publish_public(&tools::root().join("public"))?;
        publisher.lay_print_font()?;
        let css = style::build(&tools::root().join("style/main.css"), &publisher.addresses())?;
        publisher.publish("style.css", "pkg/style.css", &css, Name::Hashed)?;
        for (bundle, client) in &clients {
            for (extension, content) in [("wasm", &client.wasm), ("js", &client.js)] {
                let name = bundle.file(extension);
                publisher.publish(&name, &format!("pkg/{name}"), content, Name::Hashed)?;
            }
            for (path, content) in &client.snippets {
                publisher.publish(path, &format!("pkg/{path}"), content, Name::Kept)?;
            }
        }
        publisher.finish()
    })?;
    Ok(site)
}

/// All files below a directory, as sorted relative paths with `/`.
pub fn files_below(dir: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut pending = vec![String::new()];
    while let Some(prefix) = pending.pop() {
        let folder = dir.join(&prefix);
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
            let entry = entry?;
            let name = entry.file_name().into_string().ok().context("a file name that is not UTF-8")?;
            let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
            if entry.file_type()?.is_dir() {
                pending.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Whether a published name carries the content's hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    Hashed,
    Kept,
}

#[derive(Debug)]
struct Publisher {
    root: PathBuf,
    mode: Mode,
    manifest: BTreeMap<String, String>,
    kept: BTreeSet<String>,
}

impl Publisher {
    fn new(root: PathBuf, mode: Mode) -> Self {
        Self { root, mode, manifest: BTreeMap::new(), kept: BTreeSet::new() }
    }

    /// Addresses of published files by the address they would have without a hash.
    fn addresses(&self) -> BTreeMap<String, String> {
        self.manifest.iter().map(|(name, address)| (format!("/{name}"), address.clone())).collect()
    }

    /// Files with a fixed name last: they may mention the others.
    fn publish_public(&mut self, public: &Path) -> Result<()> {
        if !public.is_dir() {
            return Ok(());
        }
        let (fixed, free): (Vec<_>, Vec<_>) = files_below(public)?
            .into_iter()
            .filter(|path| !is_hidden(path))
            .partition(|path| has_fixed_name(path));
        for path in free {
            let content = fs::read(public.join(&path))?;
            self.publish(&path, &path, &content, Name::Kept)?;
            // Second, so that the manifest leads to this one.
            self.publish(&path, &path, &content, Name::Hashed)?;
        }
        for path in fixed {
            let mut content = fs::read(public.join(&path))?;
            if path.ends_with(".webmanifest") {
                content = self.with_published_addresses(&content)?;
            }
            self.publish(&path, &path, &content, Name::Kept)?;
        }
        Ok(())
    }

    /// The web app manifest names its icons: `"/icons/192.png"` becomes `"/icons/192.<hash>.png"`.
    fn with_published_addresses(&self, content: &[u8]) -> Result<Vec<u8>> {
        let mut text = String::from_utf8(content.to_vec()).context("the web app manifest is not UTF-8")?;
        for (plain, address) in self.addresses() {
            text = text.replace(&format!("\"{plain}\""), &format!("\"{address}\""));
        }
        Ok(text.into_bytes())
    }

    /// Writes a file and its compressed forms, unless they are there already.
    fn publish(&mut self, name: &str, path: &str, content: &[u8], naming: Name) -> Result<()> {
        ensure!(!content.is_empty(), "{name} is empty");
        let path = match naming {
            Name::Hashed => hashed(path, content),
            Name::Kept => path.to_owned(),
        };
        let compressed = self.mode == Mode::Release && compress::is_compressible(&path);
        let variants: &[&str] = if compressed { &[".br", ".gz"] } else { &[] };
        let file = self.root.join(&path);
        let is_current = fs::read(&file).is_ok_and(|old| old == content)
            && variants.iter().all(|suffix| self.root.join(format!("{path}{suffix}")).is_file());
        if !is_current {
            if let Some(folder) = file.parent() {
                fs::create_dir_all(folder)?;
            }
            // The plain file comes last: its presence says that the compressed ones belong to it.
            if compressed {
                fs::write(self.root.join(format!("{path}.br")), compress::brotli(content)?)?;
                fs::write(self.root.join(format!("{path}.gz")), compress::gzip(content)?)?;
            }
            fs::write(&file, content).with_context(|| format!("cannot write {}", file.display()))?;
        }
        self.kept.extend(variants.iter().map(|suffix| format!("{path}{suffix}")));
        self.manifest.insert(name.to_owned(), format!("/{path}"));
        self.kept.insert(path);
        Ok(())
    }

    /// Puts the font of PDF files beside the site, with its licence. It is not in the manifest: the server reads it, and
    /// nobody is served it. Without Node or the npm registry the server takes what the system has, if it has one.
    fn lay_print_font(&mut self) -> Result<()> {
        let folder = tools::root().join("xtask/fonts");
        if let Err(error) = tools::npm_ci(&folder) {
            println!("    {error:#}");
            println!(
                "    going on without the font of PDF files: they need fonts-noto-cjk on the machine then"
            );
            return Ok(());
        }
        let package = folder.join("node_modules/@expo-google-fonts/noto-sans-sc");
        for (from, to) in [
            ("400Regular/NotoSansSC_400Regular.ttf", "fonts/NotoSansSC-Regular.ttf"),
            ("LICENSE_FONT", "fonts/NotoSansSC-OFL.txt"),
        ] {
            let (from, file) = (package.join(from), self.root.join(to));
            let length = |path: &Path| fs::metadata(path).map(|found| found.len()).ok();
            if length(&from).is_none() || length(&from) != length(&file) {
                fs::create_dir_all(self.root.join("fonts"))?;
                // In one step: a server that starts meanwhile finds the whole font or none.
                let temporary = file.with_extension("new");
                fs::copy(&from, &temporary).with_context(|| format!("cannot read {}", from.display()))?;
                fs::rename(&temporary, &file)?;
            }
            self.kept.insert(to.to_owned());
        }
        Ok(())
    }

    /// Writes the manifest and removes what earlier builds left behind.
    fn finish(mut self) -> Result<Site> {
        let manifest = serde_json::to_vec_pretty(&self.manifest)?;
        self.replace("manifest.json", &manifest)?;
        let hashes = leptos_hashes(&self.manifest);
        self.replace("hash.txt", hashes.as_bytes())?;
        for path in files_below(&self.root)? {
            if !self.kept.contains(&path) {
                fs::remove_file(self.root.join(&path))?;
            }
        }
        Ok(Site { root: self.root, manifest: self.manifest })
    }

    /// Replaces a file in one step: a server that starts meanwhile reads the old one or the new one.
    fn replace(&mut self, path: &str, content: &[u8]) -> Result<()> {
        let temporary = self.root.join(format!("{path}.new"));
        fs::write(&temporary, content)?;
        fs::rename(&temporary, self.root.join(path)).with_context(|| format!("cannot write {path}"))?;
        self.kept.insert(path.to_owned());
        Ok(())
    }
}

fn is_hidden(path: &str) -> bool {
    path.split('/').any(|part| part.starts_with('.'))
}

/// Whether others ask for this file by a name that they know: robots.txt, favicon.ico, and the service worker, which a
/// browser asks for again under the name it was registered with. Other scripts are asked for by pages, each for its own
/// release's.
fn has_fixed_name(path: &str) -> bool {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    path == "worker.js" || !path.contains('/') && ["ico", "txt", "webmanifest", "xml"].contains(&extension)
}

/// The path with the content's hash before its extension.
fn hashed(path: &str, content: &[u8]) -> String {
    let hash = &tools::sha256_hex(content)[..HASH_DIGITS];
    match path.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}.{hash}.{extension}"),
        None => format!("{path}.{hash}"),
    }
}

/// The hash file of Leptos: `js: <hash>` and so on.
fn leptos_hashes(manifest: &BTreeMap<String, String>) -> String {
    [("js", "client.js"), ("wasm", "client.wasm"), ("css", "style.css")]
        .iter()
        .filter_map(|(kind, name)| {
            let hash = manifest.get(*name)?.rsplit('.').nth(1)?;
            Some(format!("{kind}: {hash}\n"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn temporary_site(mode: Mode) -> Publisher {
        Publisher::new(tools::temporary_dir("site").unwrap(), mode)
    }

    #[test]
    fn the_hash_stands_before_the_extension_and_follows_the_content() {
        assert_ne!(hashed("pkg/client.js", b"a"), hashed("pkg/client.js", b"b"));
        assert_eq!(hashed("pkg/client.js", b"abc"), "pkg/client.ba7816bf8f01.js");
    }

    #[test]
    fn the_manifest_leads_to_the_files_and_old_ones_go() {
        let first = temporary_site(Mode::Release);
        let root = first.root.clone();
        let publish = |mut publisher: Publisher, script: &str| {
            publisher.publish("client.js", "pkg/client.js", script.as_bytes(), Name::Hashed).unwrap();
            publisher.finish().unwrap()
        };
        let old = publish(first, "old()").file("client.js").unwrap();
        assert_eq!(fs::read(&old).unwrap(), b"old()");
        assert!(old.with_extension("js.br").is_file() && old.with_extension("js.gz").is_file());

        let site = publish(Publisher::new(root.clone(), Mode::Dev), "new()");
        assert_eq!(fs::read(site.file("client.js").unwrap()).unwrap(), b"new()");
        assert!(!old.exists() && !old.with_extension("js.br").exists());
        let hashes = fs::read_to_string(root.join("hash.txt")).unwrap();
        let address = site.manifest["client.js"].clone();
        assert_eq!(address, format!("/pkg/client.{}.js", hashes.trim().trim_start_matches("js: ")));
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn a_page_asks_for_its_own_release_s_scripts_and_the_worker_keeps_its_name() {
        let mut publisher = temporary_site(Mode::Dev);
        let public = tools::temporary_dir("public").unwrap();
        fs::write(public.join("field.js"), b"keep()").unwrap();
        fs::write(public.join("worker.js"), b"answer()").unwrap();
        publisher.publish_public(&public).unwrap();
        assert_eq!(publisher.manifest["field.js"], format!("/{}", hashed("field.js", b"keep()")));
        assert_eq!(publisher.manifest["worker.js"], "/worker.js");
        fs::remove_dir_all(public).unwrap();
        fs::remove_dir_all(&publisher.root).unwrap();
    }

    #[test]
    fn pictures_have_two_names_and_the_web_app_manifest_mentions_the_hashed_one() {
        let mut publisher = temporary_site(Mode::Dev);
        let public = tools::temporary_dir("public").unwrap();
        fs::create_dir(public.join("icons")).unwrap();
        fs::write(public.join("icons/192.png"), b"png").unwrap();
        fs::write(public.join("app.webmanifest"), br#"{"src":"/icons/192.png"}"#).unwrap();
        publisher.publish_public(&public).unwrap();
        let written = fs::read_to_string(publisher.root.join("app.webmanifest")).unwrap();
        assert_eq!(written, format!(r#"{{"src":"{}"}}"#, publisher.manifest["icons/192.png"]));
        assert_eq!(publisher.manifest["icons/192.png"], format!("/{}", hashed("icons/192.png", b"png")));
        assert!(publisher.root.join("icons/192.png").is_file());
        assert_eq!(publisher.manifest["app.webmanifest"], "/app.webmanifest");
        fs::remove_dir_all(public).unwrap();
        fs::remove_dir_all(&publisher.root).unwrap();
    }
}
