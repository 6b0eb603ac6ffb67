//! Printing without having to know the browser's menu.

use domain::locale::Locale;
use leptos::prelude::*;

use crate::ui::icon;

crate::island::island! {
    /// Opens the browser's print dialogue; hidden where there are no scripts.
    pub fn print_button(locale: Locale) = content;
}

fn content(locale: Locale) -> impl IntoView {
    let print = move |_| {
        #[cfg(feature = "hydrate")]
        let _ = window().print();
    };
    view! {
        <button type="button" class="btn btn--primary needs-js" on:click=print>
            {icon("print")}{locale.pick("打印", "Print")}
        </button>
    }
}
