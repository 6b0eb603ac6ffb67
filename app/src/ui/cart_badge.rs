//! The number on the cart, wherever it stands on the page.

/// Shows `pieces` on every cart of the page; an empty cart has no number. Does nothing on the server.
pub fn show_cart_count(pieces: i64) {
    #[cfg(feature = "hydrate")]
    {
        let shown = if pieces > 0 { pieces.to_string() } else { String::new() };
        if let Ok(badges) = leptos::prelude::document().query_selector_all("[data-cart-badge]") {
            for at in 0..badges.length() {
                if let Some(badge) = badges.get(at) {
                    badge.set_text_content(Some(&shown));
                }
            }
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = pieces;
}
