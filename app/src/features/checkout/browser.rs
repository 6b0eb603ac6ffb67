//! What the islands of the checkout page share in the browser: the regions, and the one that was chosen.

use std::sync::Arc;

use domain::region::RegionTree;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

thread_local! {
    static CHOSEN: ArcRwSignal<String> = ArcRwSignal::new(String::new());
    static TREE: ArcRwSignal<Option<Arc<RegionTree>>> = ArcRwSignal::new(None);
    static ASKED: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// The chosen region's six digits; empty while there is none.
pub(super) fn chosen() -> ArcRwSignal<String> {
    CHOSEN.with(Clone::clone)
}

/// The regions once they are here. Fetched at the first call; when that fails the typed region stays in place.
pub(super) fn regions() -> ArcRwSignal<Option<Arc<RegionTree>>> {
    if !ASKED.replace(true) {
        fetch();
    }
    TREE.with(Clone::clone)
}

fn fetch() {
    let Ok(request) = web_sys::XmlHttpRequest::new() else { return };
    let answered = request.clone();
    let loaded = Closure::once_into_js(move || {
        if answered.status() == Ok(200)
            && let Ok(Some(text)) = answered.response_text()
            && let Some(tree) = read(&text)
        {
            TREE.with(|signal| signal.set(Some(Arc::new(tree))));
        }
    });
    request.set_onload(Some(loaded.unchecked_ref()));
    if request.open("GET", "/regions.json").is_ok() {
        let _ = request.send();
    }
}

/// Rows `[code, name]` as a tree.
fn read(text: &str) -> Option<RegionTree> {
    let rows: js_sys::Array = js_sys::JSON::parse(text).ok()?.dyn_into().ok()?;
    let pairs = rows.iter().filter_map(|row| {
        let row: js_sys::Array = row.dyn_into().ok()?;
        Some((row.get(0).as_string()?, row.get(1).as_string()?))
    });
    RegionTree::from_rows(pairs).ok()
}

/// Puts a value into an input or text area of the page.
pub(super) fn fill(id: &str, value: &str) {
    let Some(element) = document().get_element_by_id(id) else { return };
    if let Some(input) = element.dyn_ref::<web_sys::HtmlInputElement>() {
        input.set_value(value);
    } else if let Some(area) = element.dyn_ref::<web_sys::HtmlTextAreaElement>() {
        area.set_value(value);
    }
}
