//! The style sheet: everything that `style/main.css` imports, as one minified file.

use anyhow::{Result, anyhow, bail};
use lightningcss::bundler::{Bundler, FileProvider};
use lightningcss::dependencies::{Dependency, DependencyOptions};
use lightningcss::printer::PrinterOptions;
use lightningcss::stylesheet::{MinifyOptions, ParserOptions};
use lightningcss::targets::{Browsers, Targets};
use std::collections::BTreeMap;
use std::path::Path;

/// A browser's version as lightningcss wants it.
const fn version(major: u32, minor: u32) -> Option<u32> {
    Some((major << 16) | (minor << 8))
}

/// The browsers of the last two years and the web views built on them: newer syntax is lowered to what they know.
fn targets() -> Targets {
    Targets::from(Browsers {
        android: version(130, 0),
        chrome: version(130, 0),
        edge: version(130, 0),
        firefox: version(132, 0),
        ios_saf: version(18, 0),
        opera: version(115, 0),
        safari: version(18, 0),
        samsung: version(27, 0),
        ie: None,
    })
}

/// Bundles and minifies. `published` maps the addresses of files in `public/` to those they are served under, and a
/// `url()` that names no such file is an error, because it would be a 404 on every page.
pub fn build(entry: &Path, published: &BTreeMap<String, String>) -> Result<Vec<u8>> {
    let provider = FileProvider::new();
    let mut bundler = Bundler::new(&provider, None, ParserOptions::default());
    let mut sheet = bundler.bundle(entry).map_err(|error| anyhow!("style: {error}"))?;
    let minify = MinifyOptions { targets: targets(), ..MinifyOptions::default() };
    sheet.minify(minify).map_err(|error| anyhow!("style: {error}"))?;
    let printed = sheet
        .to_css(PrinterOptions {
            minify: true,
            targets: targets(),
            analyze_dependencies: Some(DependencyOptions::default()),
            ..PrinterOptions::default()
        })
        .map_err(|error| anyhow!("style: {error}"))?;
    let mut code = printed.code;
    for dependency in printed.dependencies.unwrap_or_default() {
        match dependency {
            Dependency::Url(url) => {
                let address = resolve(&url.url, published)?;
                code = code.replace(&url.placeholder, &address);
            }
            // Imports of other sites stay where they are after bundling: the content security policy forbids them.
            Dependency::Import(import) => bail!("style: @import of {} cannot be bundled", import.url),
        }
    }
    Ok(code.into_bytes())
}

fn resolve(url: &str, published: &BTreeMap<String, String>) -> Result<String> {
    if url.starts_with("data:") || url.starts_with('#') {
        return Ok(url.to_owned());
    }
    let (path, fragment) = url.split_at(url.find(['#', '?']).unwrap_or(url.len()));
    match published.get(path) {
        Some(address) => Ok(format!("{address}{fragment}")),
        None => bail!("style: url({url}) is no file of public/ (write it as /folder/name.ext)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn build_text(css: &str) -> Result<String> {
        let dir = crate::tools::temporary_dir("style")?;
        fs::write(dir.join("part.css"), ".part { color: rgb(255, 0, 0); }")?;
        fs::write(dir.join("main.css"), css)?;
        let published = BTreeMap::from([("/icons/tea.svg".to_owned(), "/icons/tea.0a1b.svg".to_owned())]);
        let built = build(&dir.join("main.css"), &published);
        fs::remove_dir_all(&dir)?;
        Ok(String::from_utf8(built?)?)
    }

    #[test]
    fn imports_are_bundled_into_their_layer_and_minified() {
        // The order of layers is the order of their first mention.
        let css = build_text("@layer base, parts; @import \"part.css\" layer(parts);").unwrap();
        assert_eq!(css, "@layer base;@layer parts{.part{color:red}}");
    }

    #[test]
    fn pictures_get_the_name_they_are_published_under() {
        let css = build_text(".a { background: url(/icons/tea.svg#leaf) }").unwrap();
        assert_eq!(css, ".a{background:url(\"/icons/tea.0a1b.svg#leaf\")}");
        assert!(build_text(".a { background: url(/icons/missing.svg) }").is_err());
    }
}
