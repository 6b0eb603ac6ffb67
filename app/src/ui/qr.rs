//! A QR code as one SVG path.

use leptos::prelude::*;
use qrcode::{Color, EcLevel, QrCode};

/// The quiet zone that readers need around a code, in modules.
const QUIET: usize = 2;

/// `text` as a code; nothing when it is too long for one.
#[must_use]
pub fn qr_code(text: &str, label: &str) -> AnyView {
    let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::M) else { return ().into_any() };
    let side = code.width() + 2 * QUIET;
    let path = dark_runs(&code);
    view! {
        <svg class="qr" viewBox=format!("0 0 {side} {side}") role="img" aria-label=label.to_owned()>
            <path d=path></path>
        </svg>
    }
    .into_any()
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
