//! Asking the server from an island of the shop.
//!
//! It posts the same form as a browser without scripts and reads the answer with the browser's own JSON. The client
//! that comes with server functions does the same for a third of the shop's bundle: streams, futures, and the reading
//! of every error's code, of which an island shows no more than the words.

use domain::locale::Locale;
use leptos::server_fn::ServerFn;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::{UrlSearchParams, XmlHttpRequest};

pub use crate::island::Part;

use crate::form::SAID_HEADER;
use crate::text::unreachable_text;

/// Calls the server function `F` and gives the value of its answer, or in words why there is none.
pub fn post<F: ServerFn>(
    fields: &[(&str, &str)],
    locale: Locale,
    done: impl FnOnce(Result<Part, String>) + 'static,
) {
    send(F::PATH, fields, locale, Box::new(done));
}

fn send(path: &str, fields: &[(&str, &str)], locale: Locale, done: Box<dyn FnOnce(Result<Part, String>)>) {
    let (Ok(request), Ok(form)) = (XmlHttpRequest::new(), UrlSearchParams::new()) else { return };
    if request.open("POST", path).is_err() {
        return;
    }
    for (name, value) in fields {
        form.append(name, value);
    }
    let _ = request.set_request_header("Accept", "application/json");
    let _ = request.set_request_header("Content-Type", "application/x-www-form-urlencoded");
    let answered = request.clone();
    // `loadend` comes exactly once, whatever became of the request.
    let listener = Closure::once_into_js(move || done(outcome(&answered, locale)));
    request.set_onloadend(Some(listener.unchecked_ref()));
    let _ = request.send_with_opt_str(form.to_string().as_string().as_deref());
}

fn outcome(request: &XmlHttpRequest, locale: Locale) -> Result<Part, String> {
    if request.status() == Ok(200)
        && let Ok(Some(text)) = request.response_text()
        && let Some(answer) = Part::of_json(&text)
    {
        return Ok(answer.part("value"));
    }
    let said = request.get_response_header(SAID_HEADER).ok().flatten();
    let said = said.and_then(|said| js_sys::decode_uri_component(&said).ok());
    Err(said.map_or_else(|| unreachable_text(locale).to_owned(), String::from))
}
