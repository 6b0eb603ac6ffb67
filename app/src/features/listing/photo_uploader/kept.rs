//! Chosen photos as the page's script keeps them in the browser (`public/field.js`), over a reload and without a network.

use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::File;

/// Asks the script; `done` gets `undefined` when it is not there, or when the browser keeps nothing.
fn ask(verb: &str, arguments: &[JsValue], done: impl FnOnce(JsValue) + 'static) {
    let script = js_sys::Reflect::get(&window(), &"fieldPhotos".into()).unwrap_or_default();
    let verb = js_sys::Reflect::get(&script, &verb.into()).unwrap_or_default();
    let arguments: js_sys::Array = arguments.iter().collect();
    let promise = verb
        .dyn_into::<js_sys::Function>()
        .and_then(|verb| verb.apply(&script, &arguments))
        .and_then(|promise| promise.dyn_into::<js_sys::Promise>());
    let Ok(promise) = promise else { return done(JsValue::UNDEFINED) };
    // One of the two is called, once.
    let done = std::rc::Rc::new(std::cell::Cell::new(Some(done)));
    let other = done.clone();
    let answered = Closure::<dyn FnMut(JsValue)>::new(move |answer| {
        if let Some(done) = done.take() {
            done(answer);
        }
    });
    let refused = Closure::<dyn FnMut(JsValue)>::new(move |_| {
        if let Some(done) = other.take() {
            done(JsValue::UNDEFINED);
        }
    });
    let _ = promise.then2(&answered, &refused);
    answered.forget();
    refused.forget();
}

/// Keeps a photo; gives the number under which it is kept.
pub(super) fn keep(listing: &str, file: &File, done: impl FnOnce(Option<f64>) + 'static) {
    ask("keep", &[listing.into(), file.into()], move |number| done(number.as_f64()));
}

/// What was kept for a listing, in the order in which it was chosen.
pub(super) fn list(listing: &str, done: impl FnOnce(Vec<(f64, File)>) + 'static) {
    ask("kept", &[listing.into()], move |found| {
        let pairs = found.dyn_into::<js_sys::Array>().unwrap_or_default();
        let read = |pair: JsValue| {
            let pair: js_sys::Array = pair.dyn_into().ok()?;
            Some((pair.get(0).as_f64()?, pair.get(1).dyn_into::<File>().ok()?))
        };
        done(pairs.iter().filter_map(read).collect());
    });
}

/// Forgets a photo: the server has it, or nobody wants it any more.
pub(super) fn drop_kept(number: f64) {
    ask("drop", &[number.into()], |_| {});
}

/// SHA-256 of a photo in hexadecimal; empty where the browser computes none.
pub(super) fn digest(file: &File, done: impl FnOnce(String) + 'static) {
    ask("digest", &[file.into()], move |digest| done(digest.as_string().unwrap_or_default()));
}
