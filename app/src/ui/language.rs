//! Words that stay in the sellers' language on an English page.

use domain::locale::Locale;
use leptos::prelude::*;

use crate::context::locale;

/// For the `lang` of an element that shows what was typed in by somebody: `zh` when an English page shows Chinese
/// characters, so that a reader's voice does not spell them out (WCAG 3.1.2, Language of Parts).
#[must_use]
pub fn lang_of(text: &str) -> Option<&'static str> {
    (locale() == Locale::En && text.chars().any(is_chinese)).then_some("zh")
}

/// A text that was typed in by somebody, where it has no element of its own.
#[must_use]
pub fn as_typed(text: &str) -> AnyView {
    match lang_of(text) {
        Some(lang) => view! { <span lang=lang>{text.to_owned()}</span> }.into_any(),
        None => text.to_owned().into_any(),
    }
}

/// Unified ideographs and their extension A: what names, addresses and labels are written with.
const fn is_chinese(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}')
}

#[cfg(test)]
mod tests {
    use super::is_chinese;

    #[test]
    fn only_chinese_words_are_chinese() {
        assert!("岚皋县 Langao".chars().any(is_chinese));
        assert!(!"“Langao” – 500 g, ¥12".chars().any(is_chinese));
    }
}
