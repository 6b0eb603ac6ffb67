//! The addresses with the pages, files and uploads behind them.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use service::ServiceError;

use crate::AppError;
use crate::features;
use crate::form::{Answer, UploadForm};
use crate::layout::Screen;

/// What a page answers.
pub type PageResult = Result<Screen, ServiceError>;
/// What a downloadable file answers.
pub type FileResult = Result<FileAnswer, ServiceError>;
/// What a file answers that may have to say in words why it is none.
pub type ServedResult = Result<Served, ServiceError>;
/// A page or a file on its way.
pub type PageFuture = Pin<Box<dyn Future<Output = Result<Served, ServiceError>> + Send>>;
/// An upload's answer on its way.
pub type UploadFuture = Pin<Box<dyn Future<Output = Result<Answer<serde_json::Value>, AppError>> + Send>>;

/// What stands behind an address.
#[derive(Debug)]
pub enum Served {
    Screen(Box<Screen>),
    File(FileAnswer),
}

/// A file to save.
#[derive(Debug, Clone)]
pub struct FileAnswer {
    /// The name it is saved under.
    pub name: String,
    pub content_type: &'static str,
    pub bytes: Vec<u8>,
}

impl FileAnswer {
    /// A spreadsheet.
    #[must_use]
    pub fn xlsx(name: impl Into<String>, bytes: Vec<u8>) -> Self {
        let content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        Self { name: name.into(), content_type, bytes }
    }

    /// A list as it is today, as a spreadsheet.
    #[must_use]
    pub fn sheet_of_today(list: &str, bytes: Vec<u8>) -> Self {
        let today = domain::time::Date::from_epoch_ms(crate::context::services().now_ms());
        Self::xlsx(format!("{list}-{today}.xlsx"), bytes)
    }

    /// A table of text, UTF-8 with commas.
    #[must_use]
    pub fn csv(name: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self { name: name.into(), content_type: "text/csv; charset=utf-8", bytes }
    }

    /// A file to print.
    #[must_use]
    pub fn pdf(name: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self { name: name.into(), content_type: "application/pdf", bytes }
    }
}

/// Who may open a page; the page's own guard decides, this says what the access test expects of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Anyone,
    SignedIn,
    Seller,
    UnitMember,
    Treasurer,
    /// Whoever administers a town, or the county.
    Town,
    Admin,
}

/// One address and the page behind it.
#[derive(Clone)]
pub struct Page {
    /// Without a language; parts that vary in braces: `/products/{slug}`. Read them by `context::param("slug")`.
    pub path: &'static str,
    pub access: Access,
    /// Whether the server may keep it for whoever comes next without a session.
    pub is_kept: bool,
    run: Arc<dyn Fn() -> PageFuture + Send + Sync>,
}

impl Page {
    /// A page for everyone.
    pub fn new<F>(path: &'static str, run: fn() -> F) -> Self
    where
        F: Future<Output = PageResult> + Send + 'static,
    {
        let run = move || -> PageFuture {
            let page = run();
            Box::pin(async move { page.await.map(|screen| Served::Screen(Box::new(screen))) })
        };
        Self { path, access: Access::Anyone, is_kept: false, run: Arc::new(run) }
    }

    /// A file to save.
    pub fn file<F>(path: &'static str, run: fn() -> F) -> Self
    where
        F: Future<Output = FileResult> + Send + 'static,
    {
        let run = move || -> PageFuture {
            let file = run();
            Box::pin(async move { file.await.map(Served::File) })
        };
        Self { path, access: Access::Anyone, is_kept: false, run: Arc::new(run) }
    }

    /// A file to save, or a page that says why there is none.
    pub fn file_or_page<F>(path: &'static str, run: fn() -> F) -> Self
    where
        F: Future<Output = ServedResult> + Send + 'static,
    {
        let run = move || -> PageFuture { Box::pin(run()) };
        Self { path, access: Access::Anyone, is_kept: false, run: Arc::new(run) }
    }

    /// Says for whom the page is. The guard stands in the page's use case all the same.
    #[must_use]
    pub fn only(mut self, access: Access) -> Self {
        self.access = access;
        self
    }

    /// Says that for whoever has no session the page depends on nothing but the address, the day and the database, and
    /// that nothing on it is new with each answer but the nonce and `RequestInfo::form_key`.
    #[must_use]
    pub fn kept(mut self) -> Self {
        self.is_kept = true;
        self
    }

    /// Makes the page; the request's context must be in place.
    pub fn run(&self) -> PageFuture {
        let works_here = !matches!(self.access, Access::Anyone | Access::SignedIn);
        if works_here {
            // Roles are withheld from whoever lacks the second factor, so nothing is to be seen here anyway; this
            // says why, where the guard behind the page would say that there is no such thing.
            if let Err(error) = crate::context::viewer().require_second_factor() {
                return Box::pin(async { Err(error) });
            }
        }
        (self.run)()
    }
}

impl std::fmt::Debug for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Page").field("path", &self.path).field("access", &self.access).finish_non_exhaustive()
    }
}

/// One address that takes files, as a multipart form.
#[derive(Clone)]
pub struct Upload {
    pub path: &'static str,
    /// The most that one request may carry.
    pub max_bytes: usize,
    /// Buyers send it as well, who have no role.
    pub is_of_buyers: bool,
    run: Arc<dyn Fn(UploadForm) -> UploadFuture + Send + Sync>,
}

impl Upload {
    /// `run` takes what was sent; let it call [`crate::form::submit_upload`].
    pub fn new<F>(path: &'static str, max_bytes: usize, run: fn(UploadForm) -> F) -> Self
    where
        F: Future<Output = Result<Answer<serde_json::Value>, AppError>> + Send + 'static,
    {
        Self { path, max_bytes, is_of_buyers: false, run: Arc::new(move |form| Box::pin(run(form))) }
    }

    /// The same, sent by buyers as well.
    #[must_use]
    pub fn of_buyers(self) -> Self {
        Self { is_of_buyers: true, ..self }
    }

    /// Takes what was sent; the request's context must be in place.
    pub fn run(&self, form: UploadForm) -> UploadFuture {
        (self.run)(form)
    }
}

impl std::fmt::Debug for Upload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upload").field("path", &self.path).finish_non_exhaustive()
    }
}

/// The uploads of all features.
pub fn all_uploads() -> Vec<Upload> {
    features::uploads()
}

/// The pages of all features.
pub fn all_pages() -> Vec<Page> {
    features::pages()
}
