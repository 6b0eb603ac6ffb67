//! Addresses that machines know: health, robots, sitemap, the country's regions.

use app::context::localised;
use app::routes::paths;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::locale::Locale;
use domain::time::Date;
use service::shop::SitemapEntry;

use crate::router::AppState;

/// Whether requests can be answered: the database is there.
pub async fn readyz(State(state): State<AppState>) -> Response {
    match state.services.db.ping().await {
        Ok(()) => "ready\n".into_response(),
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
        }
    }
}

/// What search engines should leave alone: all that belongs to one person.
pub async fn robots(State(state): State<AppState>) -> String {
    let mut text = "User-agent: *\n".to_owned();
    for private in [
        "/api/",
        "/cart",
        "/checkout",
        "/orders",
        "/account",
        "/sell",
        "/unit",
        "/books",
        "/admin",
        "/county",
    ] {
        for locale in Locale::ALL {
            text.push_str(&format!("Disallow: {}\n", localised(locale, private)));
        }
    }
    text.push_str(&format!("Sitemap: {}/sitemap.xml\n", state.site.public_url));
    text
}

/// Every public page, in both languages.
pub async fn sitemap(State(state): State<AppState>) -> Response {
    let entries = match service::shop::sitemap(&state.services).await {
        Ok(entries) => entries,
        Err(error) => {
            tracing::error!(%error, "no sitemap");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    };
    let mut pages: Vec<(String, Option<i64>)> =
        [paths::home(), paths::products(), paths::villages(), paths::about()]
            .map(|path| (path, None))
            .to_vec();
    pages.extend(entries.into_iter().map(|entry| match entry {
        SitemapEntry::Category { slug } => (paths::category(slug), None),
        SitemapEntry::Village { slug } => (paths::village(slug), None),
        SitemapEntry::Product { slug, updated_at_ms } => (paths::product(slug), Some(updated_at_ms)),
    }));
    let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n"
        .to_owned();
    for (path, changed_at_ms) in pages {
        let changed = changed_at_ms
            .map(|at_ms| format!("<lastmod>{}</lastmod>", Date::from_epoch_ms(at_ms)))
            .unwrap_or_default();
        for locale in Locale::ALL {
            let address =
                format!("{}{}", state.site.public_url, localised(locale, &path)).replace('&', "&amp;");
            xml.push_str(&format!("<url><loc>{address}</loc>{changed}</url>\n"));
        }
    }
    xml.push_str("</urlset>\n");
    let headers =
        [(header::CONTENT_TYPE, "application/xml"), (header::CACHE_CONTROL, "public, max-age=3600")];
    (headers, xml).into_response()
}

/// Provinces, cities and districts, for the region picker. They change once a year at most.
pub async fn regions() -> Response {
    let headers =
        [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "public, max-age=86400")];
    (headers, service::regions::regions_json()).into_response()
}
