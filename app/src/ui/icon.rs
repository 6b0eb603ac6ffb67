//! Icons of the sprite `public/icons.svg`.

use leptos::prelude::*;

fn sized(name: &str, class: &'static str) -> AnyView {
    typed_icon(name, class).into_any()
}

/// An icon of a class, for islands: erasing a view's type costs kilobytes in the browser.
#[must_use]
pub fn typed_icon(name: &str, class: &'static str) -> impl IntoView + use<> {
    let reference = format!("<use href=\"/icons.svg#{name}\"></use>");
    view! { <svg class=class aria-hidden="true" inner_html=reference></svg> }
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
