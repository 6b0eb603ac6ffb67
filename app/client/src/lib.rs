//! What the browser loads: the islands of `app`, and the function that starts them.
//!
//! Pages are rendered on the server. Each `#[island]` of `app` becomes an exported function here, named by its
//! `data-component`; the page's script initialises this module, calls [`hydrate`] and then the function of each island
//! that it finds in the document.
//!
//! # Two bundles
//! The feature `shop` has the islands of the shop, `console` those of the consoles, and both have what `app::ui`
//! shares. A shopper does not load what only a seller needs. `cargo xtask site` builds each by itself.

// Islands are exported by the crate that defines them: it has to be linked, although nothing here names it.
use app as _;

/// Prepares the browser for islands. Called once by the page's script, before any island's own function.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
