//! The frames around pages: document, shop and console. Server only.

mod answer;
mod console;
mod document;
mod field;
mod keys;
mod shop;

pub use answer::{Answer, Content, answer};
pub use console::{Console, Section};
pub use document::document;

use leptos::prelude::{AnyView, IntoAny, IntoView};

/// What stands around a page's content.
#[derive(Debug, Clone)]
pub enum Frame {
    /// Header, content, footer, bottom bar.
    Shop,
    /// Header, side navigation, content, footer.
    Console(Console),
    /// Nothing but the content: print sheets.
    Sheet,
}

impl Frame {
    /// Which of the browser's bundles has the islands that may stand in this frame. Sheets are printed by those who
    /// work here; a preview is framed as the shop's page that it shows.
    const fn bundle(&self) -> &'static str {
        match self {
            Self::Shop => "client",
            Self::Console(_) | Self::Sheet => "console",
        }
    }
}

/// A page, ready to be put into its frame.
pub struct Screen {
    /// Without the shop's name.
    pub title: String,
    /// One or two sentences for search engines and link previews.
    pub description: String,
    pub frame: Frame,
    /// Absolute or own address of the picture of link previews.
    pub image: Option<String>,
    /// schema.org objects.
    pub json_ld: Vec<serde_json::Value>,
    /// Search engines may list it. Off for whatever belongs to one person.
    pub is_public: bool,
    /// The address under which search engines should list it, when it has several; without language.
    pub canonical: Option<String>,
    /// An HTTP status other than 200.
    pub status: Option<u16>,
    /// Go there instead; without language.
    pub redirect: Option<String>,
    /// A line above the header: the page is a preview, and this is the way back.
    pub preview_back: Option<String>,
    /// The browser of who works here may keep it for when there is no network ([`Screen::for_offline`]).
    pub is_for_offline: bool,
    pub body: AnyView,
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Screen")
            .field("title", &self.title)
            .field("frame", &self.frame)
            .finish_non_exhaustive()
    }
}

impl Screen {
    fn new(frame: Frame, title: impl Into<String>, body: impl IntoView + 'static) -> Self {
        Self {
            title: title.into(),
            description: String::new(),
            frame,
            image: None,
            json_ld: Vec::new(),
            is_public: false,
            canonical: None,
            status: None,
            redirect: None,
            preview_back: None,
            is_for_offline: false,
            body: body.into_any(),
        }
    }

    /// A page of the shop. The body stands inside `<main class="wrap">`.
    pub fn shop(title: impl Into<String>, body: impl IntoView + 'static) -> Self {
        Self::new(Frame::Shop, title, body)
    }

    /// A page of a console. The body stands inside `<main class="console__main">`; begin it with `ui::page_head`.
    pub fn console(console: Console, title: impl Into<String>, body: impl IntoView + 'static) -> Self {
        Self::new(Frame::Console(console), title, body)
    }

    /// A page to print.
    pub fn sheet(title: impl Into<String>, body: impl IntoView + 'static) -> Self {
        Self::new(Frame::Sheet, title, body)
    }

    /// No page, but the way to another one.
    pub fn go(path: impl Into<String>) -> Self {
        let mut screen = Self::new(Frame::Shop, "", ());
        screen.redirect = Some(path.into());
        screen
    }

    /// Search engines may list it, with this description.
    #[must_use]
    pub fn public(mut self, description: impl Into<String>) -> Self {
        self.is_public = true;
        self.description = description.into();
        self
    }

    /// The picture of link previews.
    #[must_use]
    pub fn image(mut self, address: impl Into<String>) -> Self {
        self.image = Some(address.into());
        self
    }

    /// Adds a schema.org object.
    #[must_use]
    pub fn json_ld(mut self, object: serde_json::Value) -> Self {
        self.json_ld.push(object);
        self
    }

    /// The one address under which the page should be listed.
    #[must_use]
    pub fn canonical(mut self, path: impl Into<String>) -> Self {
        self.canonical = Some(path.into());
        self
    }

    /// An HTTP status other than 200.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// Lets the browser keep the page for its account, to go on with when it is loaded again without a network
    /// (`public/worker.js`, decision 0031). Only for a form in which nothing of any other person stands: a device may
    /// have other hands than the account.
    #[must_use]
    pub fn for_offline(mut self) -> Self {
        self.is_for_offline = true;
        self
    }

    /// The page is a preview.
    #[must_use]
    pub fn preview(mut self, back: impl Into<String>) -> Self {
        self.preview_back = Some(back.into());
        self
    }
}
