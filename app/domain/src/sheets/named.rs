//! What a team chooses from by its name: villages, places of dispatch, freight templates.

use serde::{Deserialize, Serialize};

use super::columns::tidy;
use crate::failure::Problem;
use crate::ids::{from_text, to_text};
use crate::locale::Locale;

/// Names that are told to whoever wrote one that does not fit.
const MAX_FITS: usize = 20;

/// Something to choose, as the console shows it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Named {
    pub id: i64,
    pub name: String,
    /// Empty where there is none.
    pub name_en: String,
}

impl Named {
    /// Its name in a language.
    #[must_use]
    pub fn text(&self, locale: Locale) -> &str {
        in_locale(locale, &self.name, &self.name_en)
    }

    fn is_called(&self, text: &str) -> bool {
        [&self.name, &self.name_en].iter().any(|name| tidy(name).eq_ignore_ascii_case(text))
    }

    /// What tells it apart from another one of its name.
    fn with_id(&self) -> (String, String) {
        let id = to_text(self.id);
        let of = |locale: Locale| format!("{} {id}", tidy(self.text(locale)));
        (of(Locale::Zh), of(Locale::En))
    }
}

/// The English text where there is one and it is asked for.
pub(super) fn in_locale<'a>(locale: Locale, zh: &'a str, en: &'a str) -> &'a str {
    match locale {
        Locale::En if !en.is_empty() => en,
        _ => zh,
    }
}

/// Some of the names that fit, in both languages.
pub(super) fn fits<'a>(names: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<(String, String)> {
    let mut names = names.into_iter();
    let told = names.by_ref().take(MAX_FITS).map(|(zh, en)| (zh.to_owned(), en.to_owned()));
    let mut told: Vec<(String, String)> = told.collect();
    if names.next().is_some() {
        told.push(("…".to_owned(), "…".to_owned()));
    }
    told
}

/// The one that a cell means: by its name in either language, by its id, or by both. What is stored stays allowed, and of
/// several with one name it is meant.
pub(super) fn read_named(offered: &[Named], stored: Option<&Named>, text: &str) -> Result<Named, Problem> {
    if let Some(stored) = stored.filter(|stored| stored.is_called(text)) {
        return Ok(stored.clone());
    }
    let (name, last) = text.rsplit_once(' ').unwrap_or(("", text));
    if let Ok(id) = from_text(last)
        && let Some(meant) = offered.iter().find(|one| one.id == id)
        && (name.is_empty() || meant.is_called(name))
    {
        return Ok(meant.clone());
    }
    let called: Vec<&Named> = offered.iter().filter(|one| one.is_called(text)).collect();
    let written: String = text.chars().take(80).collect();
    match called[..] {
        [one] => Ok(one.clone()),
        [] => {
            let names = offered.iter().map(|one| (one.name.as_str(), one.name_en.as_str()));
            Err(Problem::UnknownName { name: written, fits: fits(names) })
        }
        _ => {
            let told: Vec<(String, String)> = called.iter().map(|one| one.with_id()).collect();
            let names = told.iter().map(|(zh, en)| (zh.as_str(), en.as_str()));
            Err(Problem::AmbiguousName { name: written, fits: fits(names) })
        }
    }
}
