//! Islands: the parts of a page that the browser wakes.
//!
//! An island is written once as a function that answers a view. [`island!`] gives it the function that pages call and,
//! in the browser, the one that wakes what the server sent. It does what Leptos' `#[island]` does, but for the way its
//! arguments come into the browser: the attribute reads them with `serde_json`, which was a sixth of a shopper's first
//! visit (decision 0016); here the browser's own JSON reads them, and each type says with [`Argument`] how.

use leptos::prelude::*;
use leptos::reactive::graph::untrack_with_diagnostics;
use leptos::tachys::html::islands::Island;
use leptos::tachys::reactive_graph::OwnedView;

#[cfg(feature = "hydrate")]
pub use read::{Argument, Part};

/// The island of this name around a view. Made the same way in both places, or waking would not find what was sent.
pub fn around<V: IntoView>(
    name: &'static str,
    arguments: String,
    content: impl FnOnce() -> V + 'static,
) -> Island<OwnedView<V>> {
    let owned = || Owner::new().with(|| Owner::with_hydration(move || OwnedView::new(content())));
    Island::new(name, untrack_with_diagnostics(owned)).with_props(arguments)
}

/// Wakes an island in what the server sent.
#[cfg(feature = "hydrate")]
pub fn wake<V: IntoView>(element: &web_sys::HtmlElement, island: Island<OwnedView<V>>) {
    let state = island.hydrate_from_position::<true>(element, leptos::tachys::view::Position::Current);
    // An island lives as long as its page.
    std::mem::forget(state);
}

/// The arguments of an island as JSON. Only the server writes them.
macro_rules! arguments {
    ($($name:ident),*) => {{
        #[cfg(feature = "ssr")]
        { ::serde_json::json!({ $(stringify!($name): &$name),* }).to_string() }
        #[cfg(not(feature = "ssr"))]
        { String::new() }
    }};
}

/// `island! { pub fn name(argument: Type, …) = content; }` makes an island of the function `content`, which takes the
/// same arguments and answers a view.
macro_rules! island {
    ($(#[$doc:meta])* pub fn $name:ident($($argument:ident: $type:ty),* $(,)?) = $content:path;) => {
        $(#[$doc])*
        pub fn $name($($argument: $type),*) -> impl ::leptos::prelude::IntoView {
            let written = $crate::island::arguments!($($argument),*);
            $crate::island::around(stringify!($name), written, move || $content($($argument),*))
        }

        #[cfg(feature = "hydrate")]
        const _: () = {
            #[::wasm_bindgen::prelude::wasm_bindgen(js_name = $name)]
            pub fn wake(element: ::web_sys::HtmlElement) {
                let arguments = $crate::island::Part::of_island(&element);
                $(let $argument = $crate::island::Argument::read(&arguments.part(stringify!($argument)));)*
                let island = $crate::island::around(stringify!($name), String::new(), move || $content($($argument),*));
                $crate::island::wake(&element, island);
            }
        };
    };
}

/// `readable!(Type { field, … });` reads a struct field by field.
macro_rules! readable {
    ($type:ident { $($field:ident),* $(,)? }) => {
        #[cfg(feature = "hydrate")]
        impl $crate::island::Argument for $type {
            fn read(part: &$crate::island::Part) -> Self {
                Self { $($field: $crate::island::Argument::read(&part.part(stringify!($field)))),* }
            }
        }
    };
}

pub(crate) use {arguments, island, readable};

#[cfg(feature = "hydrate")]
mod read {
    use domain::locale::Locale;
    use wasm_bindgen::{JsCast as _, JsValue};

    /// A part of something the server sent. Whatever is not there, or something else than expected, reads as nothing.
    #[derive(Debug, Clone)]
    pub struct Part(JsValue);

    impl Part {
        /// What a text in JSON says.
        #[must_use]
        pub fn of_json(text: &str) -> Option<Self> {
            js_sys::JSON::parse(text).ok().map(Self)
        }

        /// The arguments that the server wrote to an island.
        #[must_use]
        pub fn of_island(element: &web_sys::HtmlElement) -> Self {
            let written = element.get_attribute("data-props");
            written.and_then(|text| Self::of_json(&text)).unwrap_or(Self(JsValue::UNDEFINED))
        }

        /// The part of this name.
        #[must_use]
        pub fn part(&self, name: &str) -> Self {
            Self(js_sys::Reflect::get(&self.0, &JsValue::from_str(name)).unwrap_or_default())
        }

        /// A whole number. Those beyond 2^53, which JavaScript cannot tell apart, are no amounts of ours.
        #[must_use]
        pub fn number(&self) -> Option<i64> {
            #[expect(clippy::cast_possible_truncation, reason = "whole numbers travel as such")]
            self.0.as_f64().map(|number| number as i64)
        }

        /// A text.
        #[must_use]
        pub fn text(&self) -> Option<String> {
            self.0.as_string()
        }

        /// The parts of a list.
        #[must_use]
        pub fn parts(&self) -> Vec<Self> {
            self.0.dyn_ref::<js_sys::Array>().map(|list| list.iter().map(Self).collect()).unwrap_or_default()
        }
    }

    /// What an island can be given.
    pub trait Argument {
        /// Reads it as serde wrote it.
        fn read(part: &Part) -> Self;
    }

    impl Argument for String {
        fn read(part: &Part) -> Self {
            part.text().unwrap_or_default()
        }
    }

    impl Argument for i64 {
        fn read(part: &Part) -> Self {
            part.number().unwrap_or_default()
        }
    }

    impl Argument for bool {
        fn read(part: &Part) -> Self {
            part.0.is_truthy()
        }
    }

    impl Argument for Locale {
        fn read(part: &Part) -> Self {
            part.text().and_then(|code| Self::parse(&code)).unwrap_or_default()
        }
    }

    impl<T: Argument> Argument for Option<T> {
        fn read(part: &Part) -> Self {
            (!part.0.is_null() && !part.0.is_undefined()).then(|| T::read(part))
        }
    }

    impl<T: Argument> Argument for Vec<T> {
        fn read(part: &Part) -> Self {
            part.parts().iter().map(T::read).collect()
        }
    }
}
