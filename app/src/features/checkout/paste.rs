//! One pasted line instead of four fields.

use domain::locale::Locale;
use leptos::prelude::*;

/// A place to paste an address as it comes from a message. The button sends the form, which comes back filled in;
/// with scripts the fields are filled in at once.
#[island]
pub fn PasteAddress(pasted: String, locale: Locale) -> impl IntoView {
    let said = RwSignal::new(String::new());
    #[cfg(feature = "hydrate")]
    let _ = super::browser::regions();
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

/// Fills the fields from the pasted text; false when that has to be left to the server.
#[cfg(feature = "hydrate")]
fn recognise(locale: Locale, said: RwSignal<String>) -> bool {
    use super::browser::{chosen, fill, regions};
    use wasm_bindgen::JsCast;
    let Some(tree) = regions().get_untracked() else { return false };
    let area = document()
        .get_element_by_id("f-paste")
        .and_then(|area| area.dyn_into::<web_sys::HtmlTextAreaElement>().ok());
    let Some(text) = area.map(|area| area.value()).filter(|text| !text.trim().is_empty()) else {
        return true;
    };
    let parsed = domain::address::parse_pasted(&text, &tree);
    let mut found: Vec<&str> = Vec::new();
    if let Some(name) = &parsed.name {
        fill("f-name", name);
        found.push(locale.pick("姓名", "name"));
    }
    if let Some(phone) = &parsed.phone {
        fill("f-phone", phone.as_str());
        found.push(locale.pick("电话", "phone"));
    }
    if let Some(region) = parsed.region {
        chosen().set(region.as_str().to_owned());
        found.push(locale.pick("地区", "region"));
    }
    if let Some(detail) = &parsed.detail {
        fill("f-detail", detail);
        found.push(locale.pick("详细地址", "address"));
    }
    said.set(if found.is_empty() {
        locale
            .pick("没有认出来，请在下面填写", "Nothing was recognised; please fill the fields in below")
            .to_owned()
    } else {
        let what = found.join(locale.pick("、", ", "));
        format!("{}{what}", locale.pick("已填好，请核对：", "Filled in, please check: "))
    });
    true
}

#[cfg(not(feature = "hydrate"))]
fn recognise(_locale: Locale, _said: RwSignal<String>) -> bool {
    false
}
