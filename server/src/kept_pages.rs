//! Public pages of the catalogue, kept as long as nobody writes anything (decision 0015).
//!
//! A page made for somebody without a session is the same for everybody without one, but for two marks: the nonce of
//! its scripts and the key of its form. It is kept with gaps in their places. Before it is given to the next one, the
//! database is asked whether anything at all has been written since it was made ([`store::Db::version`]), by whichever
//! process; if so, every kept page is forgotten. So nobody has to tell anybody anything, and no page is ever stale.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::HeaderMap;
use domain::locale::Locale;
use domain::time::Date;
use store::DataVersion;

/// Kept at most, in bytes of HTML; then all are forgotten.
const MAX_BYTES: usize = 16 << 20;

/// Of which state pages are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    pub version: DataVersion,
    /// Pages tell what is fresh today.
    pub today: Date,
}

/// Which page, for anybody without a session: the language, and the address with its query.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address {
    pub locale: Locale,
    pub path_and_query: String,
}

/// What differs from one answer to the next.
#[derive(Debug, Clone, Copy)]
pub struct Marks<'a> {
    pub nonce: &'a str,
    pub form_key: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gap {
    Nonce,
    FormKey,
}

/// A page with gaps where the marks of its first reader stood.
#[derive(Debug)]
pub struct KeptPage {
    /// Each text is followed by its gap.
    texts: Vec<(String, Gap)>,
    end: String,
    pub headers: HeaderMap,
}

impl KeptPage {
    /// Takes the marks out again. They are long and random, so they stand nowhere by chance.
    #[must_use]
    pub fn of(html: &str, marks: Marks<'_>, headers: HeaderMap) -> Self {
        let mut texts = Vec::new();
        let mut rest = html;
        while let Some((at, gap, length)) = next_mark(rest, marks) {
            texts.push((rest[..at].to_owned(), gap));
            rest = &rest[at + length..];
        }
        Self { texts, end: rest.to_owned(), headers }
    }

    /// The page for another reader.
    #[must_use]
    pub fn with(&self, marks: Marks<'_>) -> String {
        let mut html = String::with_capacity(self.bytes() + 40 * self.texts.len());
        for (text, gap) in &self.texts {
            html.push_str(text);
            html.push_str(match gap {
                Gap::Nonce => marks.nonce,
                Gap::FormKey => marks.form_key,
            });
        }
        html.push_str(&self.end);
        html
    }

    fn bytes(&self) -> usize {
        self.end.len() + self.texts.iter().map(|(text, _)| text.len()).sum::<usize>()
    }
}

/// The first mark in `text`: where, which, and how long it is.
fn next_mark(text: &str, marks: Marks<'_>) -> Option<(usize, Gap, usize)> {
    let find = |mark: &str, gap| {
        let at = if mark.is_empty() { None } else { text.find(mark) };
        at.map(|at| (at, gap, mark.len()))
    };
    let found = [find(marks.nonce, Gap::Nonce), find(marks.form_key, Gap::FormKey)];
    found.into_iter().flatten().min_by_key(|(at, ..)| *at)
}

/// The pages of one state.
#[derive(Debug, Default)]
struct Kept {
    state: Option<State>,
    pages: HashMap<Address, Arc<KeptPage>>,
    bytes: usize,
}

impl Kept {
    fn forget(&mut self) {
        self.pages.clear();
        self.bytes = 0;
    }
}

/// All kept pages.
#[derive(Debug, Default)]
pub struct KeptPages(Mutex<Kept>);

impl KeptPages {
    /// The page, if it was made in `state`; pages of any other state are forgotten.
    #[must_use]
    pub fn find(&self, state: &State, address: &Address) -> Option<Arc<KeptPage>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.state.as_ref() != Some(state) {
            kept.forget();
            kept.state = Some(state.clone());
        }
        kept.pages.get(address).cloned()
    }

    /// Keeps a page whose data was read after `state` was asked for, unless that is over already.
    pub fn keep(&self, state: &State, address: Address, page: KeptPage) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.state.as_ref() != Some(state) {
            return;
        }
        if kept.bytes + page.bytes() > MAX_BYTES {
            kept.forget();
        }
        kept.bytes += page.bytes();
        // Two may have made it at once.
        if let Some(earlier) = kept.pages.insert(address, Arc::new(page)) {
            kept.bytes -= earlier.bytes();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Marks<'_> = Marks { nonce: "n-first-n", form_key: "k-first-k" };
    const SECOND: Marks<'_> = Marks { nonce: "n-second-n", form_key: "k-second-k" };

    fn html(marks: Marks<'_>) -> String {
        let Marks { nonce, form_key } = marks;
        format!("<script nonce={nonce}></script>茶<input value={form_key}><p {form_key}{nonce}>")
    }

    #[test]
    fn each_reader_gets_marks_of_their_own() {
        let page = KeptPage::of(&html(FIRST), FIRST, HeaderMap::new());
        assert_eq!(page.with(FIRST), html(FIRST));
        assert_eq!(page.with(SECOND), html(SECOND));
        let bare = KeptPage::of("no marks", Marks { nonce: "", form_key: "" }, HeaderMap::new());
        assert_eq!(bare.with(SECOND), "no marks");
    }

    #[tokio::test]
    async fn a_page_of_another_state_is_never_given() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("x.db").display());
        let (db, elsewhere) =
            (store::Db::connect(&url, 2).await.unwrap(), store::Db::connect(&url, 2).await.unwrap());
        db.migrate().await.unwrap();
        let today: Date = "2026-03-28".parse().unwrap();
        let state = async || State { version: db.version().await.unwrap(), today };
        let address = Address { locale: Locale::Zh, path_and_query: "/products".to_owned() };
        let page = || KeptPage::of(&html(FIRST), FIRST, HeaderMap::new());
        let kept = KeptPages::default();

        let before = state().await;
        assert!(kept.find(&before, &address).is_none());
        kept.keep(&before, address.clone(), page());
        assert!(kept.find(&state().await, &address).is_some(), "nobody wrote");
        let english = Address { locale: Locale::En, ..address.clone() };
        assert!(kept.find(&state().await, &english).is_none(), "another language is another page");
        let tomorrow = State { today: "2026-03-29".parse().unwrap(), ..state().await };
        assert!(kept.find(&tomorrow, &address).is_none(), "another day is another state");

        for writer in [&db, &elsewhere] {
            let before = state().await;
            let _ = kept.find(&before, &address);
            kept.keep(&before, address.clone(), page());
            let mut tx = writer.write().await.unwrap();
            let number = store::places::count_counties(&mut tx).await.unwrap() + 1;
            let (slug, name) = (number.to_string(), "县".to_owned());
            let names = store::places::Names { slug, name_en: name.clone(), name };
            store::places::insert_county(&mut tx, number.into(), &names).await.unwrap();
            tx.commit().await.unwrap();
            let after = state().await;
            assert!(kept.find(&after, &address).is_none(), "this process or another has written");
            kept.keep(&before, address.clone(), page());
            assert!(kept.find(&after, &address).is_none(), "made before, done after: not kept");
        }
    }
}
