//! Printing without having to know the browser's menu.

use domain::locale::Locale;
use leptos::prelude::*;

use crate::ui::icon;

/// Opens the browser's print dialogue; hidden where there are no scripts.
#[island]
pub fn PrintButton(locale: Locale) -> impl IntoView {
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
