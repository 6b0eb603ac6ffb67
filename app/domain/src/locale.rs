//! The two languages of the shop and how an address names them.

use serde::{Deserialize, Serialize};

/// A language the whole shop speaks. Chinese lives at `/…`, English at `/en/…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// Simplified Chinese, the default.
    #[default]
    Zh,
    /// English.
    En,
}

impl Locale {
    /// Both languages, default first.
    pub const ALL: [Self; 2] = [Self::Zh, Self::En];

    /// The short name used in the database and in forms: `zh` or `en`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.pick("zh", "en")
    }

    /// Reads the short name; anything unknown is `None`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|locale| locale.as_str() == text)
    }

    /// What stands before every path of this language: nothing or `/en`.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        self.pick("", "/en")
    }

    /// The value of the `lang` attribute of the page.
    #[must_use]
    pub const fn html_lang(self) -> &'static str {
        self.pick("zh-CN", "en")
    }

    /// Chooses between the two texts that stand side by side in the code.
    #[must_use]
    pub const fn pick(self, zh: &'static str, en: &'static str) -> &'static str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// The language a path names, and the path without that name. Takes the path only, without a query string.
    #[must_use]
    pub fn from_prefix(path: &str) -> (Self, &str) {
        match path.strip_prefix("/en") {
            Some("") => (Self::En, "/"),
            Some(rest) if rest.starts_with('/') => (Self::En, rest),
            _ => (Self::Zh, path),
        }
    }

    /// The path with this language's prefix, the opposite of [`Locale::from_prefix`].
    #[must_use]
    pub fn path(self, path: &str) -> String {
        match (self, path) {
            (Self::En, "/") => "/en".to_owned(),
            _ => format!("{}{path}", self.prefix()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_decides_and_is_removed() {
        assert_eq!(Locale::from_prefix("/"), (Locale::Zh, "/"));
        assert_eq!(Locale::from_prefix("/cart"), (Locale::Zh, "/cart"));
        assert_eq!(Locale::from_prefix("/en"), (Locale::En, "/"));
        assert_eq!(Locale::from_prefix("/en/"), (Locale::En, "/"));
        assert_eq!(Locale::from_prefix("/en/cart"), (Locale::En, "/cart"));
    }

    #[test]
    fn a_path_that_only_begins_like_the_prefix_stays_chinese() {
        assert_eq!(Locale::from_prefix("/enshi-tea"), (Locale::Zh, "/enshi-tea"));
    }

    #[test]
    fn a_path_survives_the_round_trip() {
        for locale in Locale::ALL {
            for path in ["/", "/cart", "/p/0abc"] {
                assert_eq!(Locale::from_prefix(&locale.path(path)), (locale, path));
            }
        }
    }

    #[test]
    fn short_names_are_read_back() {
        assert_eq!(Locale::parse("en"), Some(Locale::En));
        assert_eq!(Locale::parse("fr"), None);
    }
}
