//! Addresses that are neither a page nor a form with files: what machines ask for, and where functions are called.

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodRouter, get, post};
use tower_http::limit::RequestBodyLimitLayer;

use super::{AppState, server_function};
use crate::{media_routes, webhooks, well_known};

/// The largest event of the payment network that is read.
const WEBHOOK_LIMIT_BYTES: usize = 256 * 1024;

/// What a request may carry.
#[derive(Debug, Clone, Copy)]
enum Carries {
    Nothing,
    /// As much as any form, by the settings.
    Form,
    /// An event of another party.
    Event,
}

/// One address with what answers there.
#[derive(Debug, Clone)]
pub struct FixedRoute {
    pub method: Method,
    /// Parts that vary in braces, as in [`app::routes::Page::path`].
    pub path: &'static str,
    carries: Carries,
    handler: MethodRouter<AppState>,
}

impl FixedRoute {
    fn get<H, T>(path: &'static str, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        Self { method: Method::GET, path, carries: Carries::Nothing, handler: get(handler) }
    }

    fn post<H, T>(path: &'static str, carries: Carries, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        Self { method: Method::POST, path, carries, handler: post(handler) }
    }
}

/// Every address that is no page and no upload. The router is made of this list, and the table in
/// `tests/http/access/fixed.rs` says of each who is answered: what is added here needs a row there.
#[must_use]
pub fn all_fixed_routes() -> Vec<FixedRoute> {
    vec![
        FixedRoute::get("/healthz", || async { "ok\n" }),
        FixedRoute::get("/readyz", well_known::readyz),
        FixedRoute::get("/robots.txt", well_known::robots),
        FixedRoute::get("/sitemap.xml", well_known::sitemap),
        FixedRoute::get("/regions.json", well_known::regions),
        FixedRoute::get("/media/{hash}/{name}", media_routes::rendition),
        FixedRoute::post("/api/{*function}", Carries::Form, server_function),
        FixedRoute::post("/webhooks/stripe", Carries::Event, webhooks::stripe),
        FixedRoute::post("/webhooks/carrier", Carries::Event, webhooks::carrier),
    ]
}

/// The route of such an address; of a form no more is read than `form_limit_bytes`.
pub(super) fn fixed_route(fixed: FixedRoute, form_limit_bytes: usize) -> Router<AppState> {
    let route = Router::new().route(fixed.path, fixed.handler);
    match fixed.carries {
        Carries::Nothing => route,
        Carries::Form => route.layer(RequestBodyLimitLayer::new(form_limit_bytes)),
        Carries::Event => route.layer(RequestBodyLimitLayer::new(WEBHOOK_LIMIT_BYTES)),
    }
}
