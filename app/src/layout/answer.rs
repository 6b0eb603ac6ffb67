//! From a page to what is sent.

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use leptos_axum::ResponseOptions;

use super::{Screen, document};
use crate::context::{self, RequestContext, link};
use crate::features::errors;
use crate::routes::{FileAnswer, Page, Served};

/// Tells the worker of a console that it may keep the page, and for which account. No other cache may: the page says
/// `no-store` like all that belong to somebody.
const OFFLINE_FOR: HeaderName = HeaderName::from_static("x-offline-for");

/// What stands behind an address, made.
#[derive(Debug)]
pub enum Content {
    /// A whole document; empty when the answer leads elsewhere.
    Html(String),
    File(FileAnswer),
}

/// A page's answer.
#[derive(Debug)]
pub struct Answer {
    pub content: Content,
    /// `None` for 200.
    pub status: Option<StatusCode>,
    pub headers: HeaderMap,
}

/// Makes the page. Its data is awaited first; what then is left is written in one go. A stream of parts, as it would be
/// made for pages that wait in several places, takes longer and has no length to tell the browser.
pub async fn answer(page: Page, current: RequestContext) -> Answer {
    let owner = Owner::new_root(None);
    let response = ResponseOptions::default();
    let options = response.clone();
    let made = owner.with(|| {
        provide_context(options);
        context::provide(current);
        ScopedFuture::new(async move {
            let view = match page.run().await {
                Ok(Served::Screen(screen)) => finish(*screen),
                Ok(Served::File(file)) => return Content::File(file),
                Err(error) => finish(errors::screen(error)),
            };
            Content::Html(view.map(|view| view.to_html()).unwrap_or_default())
        })
    });
    let content = made.await;
    owner.unset_with_forced_cleanup();
    let mut parts = response.0.write().unwrap_or_else(std::sync::PoisonError::into_inner);
    Answer { content, status: parts.status, headers: std::mem::take(&mut parts.headers) }
}

fn finish(screen: Screen) -> Option<AnyView> {
    let response = expect_context::<ResponseOptions>();
    if let Some(to) = &screen.redirect {
        if let Ok(location) = HeaderValue::from_str(&link(to)) {
            response.insert_header(header::LOCATION, location);
            response.set_status(StatusCode::SEE_OTHER);
        }
        return None;
    }
    if let Some(status) = screen.status {
        response.set_status(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    }
    if !screen.is_public {
        // A guest's order or checkout must not be found on a shared computer's disk.
        response.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    }
    if screen.is_for_offline
        && let Some(account) = context::viewer().user_id()
        && let Ok(account) = HeaderValue::from_str(&account.to_string())
    {
        response.insert_header(OFFLINE_FOR, account);
    }
    Some(document(screen))
}
