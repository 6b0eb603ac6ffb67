//! From a page's answer to the view that is sent.

use std::sync::{Arc, Mutex, PoisonError};

use http::{HeaderValue, StatusCode, header};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

use super::{Screen, document};
use crate::context::link;
use crate::features::errors;
use crate::routes::{FileAnswer, Page, Served};

/// Where a page that turned out to be a file leaves it, since a view cannot carry one.
#[derive(Debug, Clone, Default)]
pub struct FileSlot(Arc<Mutex<Option<FileAnswer>>>);

impl FileSlot {
    /// The file, if the page was one.
    #[must_use]
    pub fn take(&self) -> Option<FileAnswer> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn put(&self, file: FileAnswer) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(file);
    }
}

/// Makes the page and, when that fails, the page that says so. Status and redirect are set before anything is sent,
/// because the whole page is awaited first.
pub fn answer(page: Page, slot: FileSlot) -> impl IntoView {
    Suspend::new(async move {
        match page.run().await {
            Ok(Served::Screen(screen)) => finish(*screen),
            Ok(Served::File(file)) => {
                slot.put(file);
                ().into_any()
            }
            Err(error) => finish(errors::screen(error)),
        }
    })
}

fn finish(screen: Screen) -> AnyView {
    let response = expect_context::<ResponseOptions>();
    if let Some(to) = &screen.redirect {
        if let Ok(location) = HeaderValue::from_str(&link(to)) {
            response.insert_header(header::LOCATION, location);
            response.set_status(StatusCode::SEE_OTHER);
        }
        return ().into_any();
    }
    if let Some(status) = screen.status {
        response.set_status(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    }
    if !screen.is_public {
        // A guest's order or checkout must not be found on a shared computer's disk.
        response.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    }
    document(screen)
}
