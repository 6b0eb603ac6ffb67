//! One pasted line instead of four fields.

use domain::locale::Locale;
use leptos::prelude::*;

crate::island::island! {
    /// A place to paste an address as it comes from a message. The button sends the form, which comes back filled in;
    /// with scripts the fields are filled in at once.
    pub fn paste_address(pasted: String, locale: Locale) = content;
}

fn content(pasted: String, locale: Locale) -> impl IntoView {
    let said = RwSignal::new(String::new());
    let read_now = move |event: leptos::ev::MouseEvent| {
        if recognise(locale, said) {
            event.prevent_default();
        }
    };
    let after_paste = move |_| {
        set_timeout(
            move || {
                recognise(locale, said);
            },
            std::time::Duration::from_millis(20),
        );
    };
    view! {
        <div class="paste field">
            <label for="f-paste">{locale.pick("粘贴一行地址，自动填好", "Paste a whole address")}</label>
            <textarea
                id="f-paste"
                name="paste"
                rows="2"
                placeholder=locale.pick("姓名，电话，省市区，详细地址", "Name, phone, region, address")
                on:paste=after_paste
            >
                {pasted}
            </textarea>
            <button class="btn btn--plain btn--s" name="then" value="paste" on:click=read_now>
                {locale.pick("识别", "Fill in")}
            </button>
            <p class="field__hint" role="status">{move || said.get()}</p>
        </div>
    }
}

/// Has the server read the pasted text and fills the fields in; false when the whole form has to be sent for that.
#[cfg(feature = "shop")]
fn recognise(locale: Locale, said: RwSignal<String>) -> bool {
    use super::api::ReadAddress;
    use wasm_bindgen::JsCast as _;
    // Without the lists there is nowhere to put a region's code.
    if super::browser::regions().with_untracked(Option::is_none) {
        return false;
    }
    let area = document()
        .get_element_by_id("f-paste")
        .and_then(|area| area.dyn_into::<web_sys::HtmlTextAreaElement>().ok());
    let Some(text) = area.map(|area| area.value()).filter(|text| !text.trim().is_empty()) else {
        return true;
    };
    crate::browser::post::<ReadAddress>(&[("paste", &text)], locale, move |outcome| {
        said.set(match outcome {
            Ok(parsed) => fill_in(locale, &parsed),
            Err(failure) => failure,
        });
    });
    true
}

/// Puts what was recognised into the fields and says which those are.
#[cfg(feature = "shop")]
fn fill_in(locale: Locale, parsed: &crate::browser::Part) -> String {
    use super::browser::{chosen, fill};
    let mut found: Vec<&str> = Vec::new();
    for (part, field, what) in [
        ("name", "f-name", locale.pick("姓名", "name")),
        ("phone", "f-phone", locale.pick("电话", "phone")),
        ("detail", "f-detail", locale.pick("详细地址", "address")),
    ] {
        if let Some(text) = parsed.part(part).text() {
            fill(field, &text);
            found.push(what);
        }
    }
    if let Some(code) = parsed.part("region").text() {
        chosen().set(code);
        found.push(locale.pick("地区", "region"));
    }
    if found.is_empty() {
        return locale
            .pick("没有认出来，请在下面填写", "Nothing was recognised; please fill the fields in below")
            .to_owned();
    }
    let what = found.join(locale.pick("、", ", "));
    format!("{}{what}", locale.pick("已填好，请核对：", "Filled in, please check: "))
}

#[cfg(not(feature = "shop"))]
fn recognise(_locale: Locale, _said: RwSignal<String>) -> bool {
    false
}
