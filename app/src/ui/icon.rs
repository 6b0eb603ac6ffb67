//! Icons of the sprite `public/icons.svg`.
//!
//! The server draws them into the page: they are there with the first words, and no further file stands between the
//! reader and the page. What an island makes in the browser refers to the sprite, since the drawings are not carried
//! along in the program.

use leptos::prelude::*;

/// All drawings by name. Each is made for a field of 24 × 24.
#[cfg(feature = "ssr")]
static DRAWINGS: std::sync::LazyLock<std::collections::HashMap<&'static str, &'static str>> =
    std::sync::LazyLock::new(|| {
        let sprite = include_str!("../../../public/icons.svg");
        let symbols = sprite.split("<symbol id=\"").skip(1);
        symbols
            .filter_map(|symbol| {
                let (name, rest) = symbol.split_once('"')?;
                let (_, drawing) = rest.split_once('>')?;
                Some((name, drawing.split_once("</symbol>")?.0))
            })
            .collect()
    });

#[cfg(feature = "ssr")]
fn inside(name: &str) -> String {
    DRAWINGS.get(name).copied().unwrap_or_default().to_owned()
}

#[cfg(not(feature = "ssr"))]
fn inside(name: &str) -> String {
    format!("<use href=\"/icons.svg#{name}\"></use>")
}

fn sized(name: &str, class: &'static str) -> AnyView {
    typed_icon(name, class).into_any()
}

/// An icon of a class, for islands: erasing a view's type costs kilobytes in the browser.
#[must_use]
pub fn typed_icon(name: &str, class: &'static str) -> impl IntoView + use<> {
    view! { <svg class=class viewBox="0 0 24 24" aria-hidden="true" inner_html=inside(name)></svg> }
}

/// An icon of 20 px. It is hidden from readers: what it says stands beside it, or in the button's `aria-label`.
#[must_use]
pub fn icon(name: &str) -> AnyView {
    sized(name, "icon")
}

/// An icon of 16 px.
#[must_use]
pub fn icon_s(name: &str) -> AnyView {
    sized(name, "icon icon--s")
}

/// An icon of 28 px.
#[must_use]
pub fn icon_l(name: &str) -> AnyView {
    sized(name, "icon icon--l")
}

/// The shop's mark.
#[must_use]
pub fn logo_mark() -> AnyView {
    sized("mark", "icon logo__mark")
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn every_icon_of_the_sprite_can_be_drawn_into_a_page() {
        let sprite = include_str!("../../../public/icons.svg");
        assert_eq!(DRAWINGS.len(), sprite.matches("<symbol ").count());
        assert_eq!(DRAWINGS.len(), sprite.matches("viewBox=\"0 0 24 24\">").count(), "one size for all");
        assert!(inside("cart").starts_with("<path ") && !inside("cart").contains("symbol"));
    }
}
