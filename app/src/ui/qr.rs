//! A QR code as one SVG path.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use leptos::prelude::*;
use qrcode::{Color, EcLevel, QrCode};

/// The quiet zone that readers need around a code, in modules.
const QUIET: usize = 2;

/// Codes that are remembered at once; a few kilobytes each.
const REMEMBERED: usize = 512;

/// A code as it is drawn.
#[derive(Debug, Clone)]
struct Drawn {
    side: usize,
    path: Arc<str>,
}

/// `text` as a code, drawn for this page only: it may be a secret. Nothing when it is too long for one.
#[must_use]
pub fn secret_qr_code(text: &str, label: &str) -> AnyView {
    draw(text).map(|code| shown(code, label)).into_any()
}

/// A public `text`, which many pages show, as a code; nothing when it is too long for one.
#[must_use]
pub fn qr_code(text: &str, label: &str) -> AnyView {
    drawn(text).map(|code| shown(code, label)).into_any()
}

fn shown(Drawn { side, path }: Drawn, label: &str) -> AnyView {
    view! {
        <svg class="qr" viewBox=format!("0 0 {side} {side}") role="img" aria-label=label.to_owned()>
            <path d=path></path>
        </svg>
    }
    .into_any()
}

/// The code of a text. It is the same for ever, so codes that were drawn are kept: choosing a mask takes a fifth of the
/// time that a whole page takes.
fn drawn(text: &str) -> Option<Drawn> {
    static KEPT: Mutex<BTreeMap<String, Drawn>> = Mutex::new(BTreeMap::new());
    let kept = || KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = kept().get(text) {
        return Some(found.clone());
    }
    let made = draw(text)?;
    let mut kept = kept();
    if kept.len() >= REMEMBERED {
        kept.clear();
    }
    kept.insert(text.to_owned(), made.clone());
    Some(made)
}

fn draw(text: &str) -> Option<Drawn> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    Some(Drawn { side: code.width() + 2 * QUIET, path: dark_runs(&code).into() })
}

/// One rectangle for each run of dark modules in a row.
fn dark_runs(code: &QrCode) -> String {
    use std::fmt::Write as _;
    let width = code.width();
    let mut path = String::new();
    for y in 0..width {
        let mut x = 0;
        while x < width {
            let run = (x..width).take_while(|at| code[(*at, y)] == Color::Dark).count();
            if run > 0 {
                // Writing to a string cannot fail.
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
            }
            x += run.max(1);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_that_is_kept_is_the_one_that_was_drawn() {
        let text = |number: usize| format!("https://example.org/{number}");
        let first: Vec<Arc<str>> = (0..3).filter_map(|n| Some(drawn(&text(n))?.path)).collect();
        assert_ne!(first[0], first[1]);
        for number in 0..2 * REMEMBERED {
            drawn(&text(number));
        }
        let again: Vec<Arc<str>> = (0..3).filter_map(|n| Some(drawn(&text(n))?.path)).collect();
        assert_eq!(first, again, "also after it was forgotten and drawn anew");
        assert!(drawn(&"x".repeat(10_000)).is_none());
    }

    #[test]
    fn the_runs_cover_exactly_the_dark_modules() {
        let code = QrCode::new("https://example.org/products/tea/batches/B1").expect("short enough");
        let dark = code.to_colors().into_iter().filter(|color| *color == Color::Dark).count();
        let covered: usize = dark_runs(&code)
            .split('M')
            .filter_map(|run| run.split('h').nth(1)?.split('v').next()?.parse::<usize>().ok())
            .sum();
        assert_eq!(covered, dark);
    }
}
