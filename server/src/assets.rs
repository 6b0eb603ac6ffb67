//! The browser's files: which there are, and how long a browser may keep each.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderValue, Request, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use tower::ServiceExt as _;
use tower_http::services::ServeDir;

/// A file whose name carries the hash of its content never changes.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Any other file may, so it is asked for again after an hour.
const FOR_AN_HOUR: HeaderValue = HeaderValue::from_static("public, max-age=3600");
/// The worker of the consoles answers for pages as long as a browser holds on to it: what replaces it, or the news that
/// there is none any more, must come at once.
const ASKED_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");
const WORKER: &str = "/worker.js";
/// Hexadecimal digits of the hash in a file's name.
const HASH_DIGITS: usize = 12;

/// The published files.
#[derive(Debug, Clone)]
pub struct Assets {
    /// From what a file is called to where it is served.
    pub manifest: BTreeMap<String, String>,
    served: Arc<BTreeSet<String>>,
    files: ServeDir,
}

impl Assets {
    /// Reads `manifest.json` of the site. Without a site the shop works, but unadorned.
    #[must_use]
    pub fn load(site_dir: &Path) -> Self {
        let manifest = read_manifest(site_dir);
        // Files with a hash are also served under their plain names.
        let plain = manifest.keys().map(|name| format!("/{name}"));
        let served = manifest.values().cloned().chain(plain).collect();
        let files = ServeDir::new(site_dir)
            .append_index_html_on_directories(false)
            .precompressed_br()
            .precompressed_gzip();
        Self { manifest, served: Arc::new(served), files }
    }

    /// Whether there is such a file.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        self.served.contains(path)
    }

    /// Hands a file out.
    pub async fn serve(&self, request: Request<Body>) -> Response {
        let kept = match request.uri().path() {
            WORKER => ASKED_AGAIN,
            path if is_hashed(path) => FOR_EVER,
            _ => FOR_AN_HOUR,
        };
        match self.files.clone().oneshot(request).await {
            Ok(answer) => {
                let mut answer = answer.map(Body::new);
                if answer.status().is_success() || answer.status() == StatusCode::NOT_MODIFIED {
                    answer.headers_mut().insert(header::CACHE_CONTROL, kept);
                }
                answer
            }
            Err(never) => match never {},
        }
        .into_response()
    }
}

fn read_manifest(site_dir: &Path) -> BTreeMap<String, String> {
    let path = site_dir.join("manifest.json");
    let read = std::fs::read(&path).map_err(|error| error.to_string());
    match read.and_then(|text| serde_json::from_slice(&text).map_err(|error| error.to_string())) {
        Ok(manifest) => manifest,
        Err(error) => {
            tracing::warn!(path = %path.display(), error, "no browser's files: pages come without style and scripts");
            BTreeMap::new()
        }
    }
}

/// `/pkg/style.0a1b2c3d4e5f.css`
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.split('.').any(|part| part.len() == HASH_DIGITS && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_hashed_name_is_kept_for_ever() {
        assert!(is_hashed("/pkg/style.0a1b2c3d4e5f.css"));
        for plain in ["/icons.svg", "/pkg/style.css", "/pkg/a1b2.css"] {
            assert!(!is_hashed(plain), "{plain}");
        }
    }
}
