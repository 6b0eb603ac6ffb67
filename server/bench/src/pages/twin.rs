//! The twin: the shop's product pages written by hand with axum and maud over data in memory. It is what P1 compares
//! the shop with.
//!
//! Its data are the very values the shop's pages are made from, read once from the shop's database; what is the same
//! in every answer (names of the published files, scripts, lines of the law, a batch's QR code) is taken from the shop's
//! own pages. Everything else is rendered anew for each request. Whether it says the same, tag by tag and word by word, is
//! checked by [`super::compare`] before anything is measured.

mod frame;
mod list;
mod parts;
mod product;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::extract::{self, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use domain::time::Date;
use maud::Markup;
use service::Services;
use service::shop::{ListPage, ListQuery, ProductPage, list_page, product_page};

use crate::http::{Answer, Connection};
use crate::inside::{self, Dice};

/// What all pages share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    pub public_url: String,
    pub stylesheet: String,
    /// The scripts of the head, each with its type, without their marks.
    pub scripts: Vec<(String, String)>,
    /// The lines the law asks for.
    pub legal: String,
    pub is_demo: bool,
    pub this_year: i32,
}

impl Site {
    /// What can be read off any page of the shop.
    ///
    /// # Errors
    /// Something is not where it is expected.
    pub fn read(page: &str, public_url: &str, this_year: i32) -> Result<Self> {
        Ok(Self {
            public_url: public_url.to_owned(),
            stylesheet: between(page, "<link rel=\"stylesheet\" href=\"", "\"")?.to_owned(),
            scripts: scripts(page),
            legal: between(page, "<p class=\"foot__legal\">", "</p>")?.to_owned(),
            is_demo: page.contains("class=\"demo-bar\""),
            this_year,
        })
    }
}

fn between<'a>(text: &'a str, begin: &str, end: &str) -> Result<&'a str> {
    let (_, rest) = text.split_once(begin).with_context(|| format!("no {begin} in the page"))?;
    Ok(rest.split_once(end).with_context(|| format!("no {end} after {begin}"))?.0)
}

/// The drawing of the QR code, if there is one.
fn qr_code_of(page: &str) -> Option<&str> {
    let class = page.find("class=\"qr\"")?;
    let (begin, end) = (page[..class].rfind("<svg")?, class + page[class..].find("</svg>")?);
    Some(&page[begin..end + "</svg>".len()])
}

/// The scripts of a page's head, but for the data that search engines read.
fn scripts(page: &str) -> Vec<(String, String)> {
    let head = page.split_once("</head>").map_or(page, |(head, _)| head);
    let read = |script: &str| {
        let (attributes, text) = script.split_once("</script>")?.0.split_once('>')?;
        let kind = attributes.split_once("type=\"").and_then(|(_, rest)| rest.split_once('"'))?.0;
        Some((kind.to_owned(), text.to_owned()))
    };
    let scripts = head.split("<script").skip(1).filter_map(read);
    scripts.filter(|(kind, _)| kind != "application/ld+json").collect()
}

/// A product with what does not change while it is shown.
#[derive(Debug)]
pub struct Shown {
    pub page: ProductPage,
    /// The batch's QR code as SVG.
    pub qr: String,
}

/// Everything the twin shows.
#[derive(Debug)]
pub struct Shelf {
    site: Site,
    list: ListPage,
    products: HashMap<String, Shown>,
    dice: Dice,
}

impl Shelf {
    /// Reads the first page of the list and all its products from a running shop.
    ///
    /// # Errors
    /// The shop does not answer, or its database cannot be read.
    pub async fn load(database: &Path, shop: SocketAddr) -> Result<Self> {
        let services = inside::open(database, &format!("http://{shop}")).await?;
        let shelf = Self::read(&services, shop).await?;
        services.db.close().await;
        Ok(shelf)
    }

    /// The same with the shop's use cases at hand. Needs a runtime with several threads.
    ///
    /// # Errors
    /// As [`Shelf::load`].
    pub async fn read(services: &Services, shop: SocketAddr) -> Result<Self> {
        let list = list_page(services, &ListQuery::default()).await?;
        let mut shop = Connection::open(shop)?;
        let mut text_of = |path: &str| tokio::task::block_in_place(|| text_of(&shop.get(path)?));
        let this_year = Date::from_epoch_ms(services.now_ms()).year();
        let site = Site::read(&text_of("/products")?, &services.public_url, this_year)?;
        let mut products = HashMap::new();
        for card in &list.cards {
            let text = text_of(&format!("/products/{}", card.slug))?;
            let qr = qr_code_of(&text).unwrap_or_default().to_owned();
            let page = product_page(services, &card.slug, None, None).await?;
            products.insert(card.slug.clone(), Shown { page, qr });
        }
        Ok(Self { site, list, products, dice: Dice::new(1) })
    }

    /// The paths it answers: the list, and each product.
    #[must_use]
    pub fn paths(&self) -> (Vec<String>, Vec<String>) {
        let products = self.list.cards.iter().map(|card| format!("/products/{}", card.slug));
        (vec!["/products".to_owned()], products.collect())
    }
}

fn text_of(answer: &Answer) -> Result<String> {
    anyhow::ensure!(answer.status == 200, "the shop answered with {}", answer.status);
    Ok(String::from_utf8(answer.body.clone())?)
}

/// Serves the twin until the process ends.
///
/// # Errors
/// The address is taken.
pub async fn serve(shelf: Shelf, listener: tokio::net::TcpListener) -> Result<()> {
    let routes = Router::new()
        .route("/products", get(show_list))
        .route("/products/{slug}", get(show_product))
        .with_state(Arc::new(shelf));
    Ok(axum::serve(listener, routes).await?)
}

async fn show_list(State(shelf): State<Arc<Shelf>>) -> Response {
    let nonce = shelf.dice.hex::<16>();
    answer(&shelf, &nonce, list::list(&shelf.site, &shelf.list, &nonce))
}

async fn show_product(State(shelf): State<Arc<Shelf>>, slug: extract::Path<String>) -> Response {
    let Some(shown) = shelf.products.get(slug.as_str()) else { return StatusCode::NOT_FOUND.into_response() };
    let nonce = shelf.dice.hex::<16>();
    let key = shelf.dice.hex::<16>();
    answer(&shelf, &nonce, product::product(&shelf.site, shown, &nonce, &key))
}

/// The page with the headers that the shop sends.
fn answer(shelf: &Shelf, nonce: &str, page: Markup) -> Response {
    let policy = format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; object-src 'none'; base-uri 'none'; \
         frame-ancestors 'none'; form-action 'self' {}",
        shelf.site.public_url,
    );
    let id = shelf.dice.hex::<8>();
    let mut headers = HeaderMap::with_capacity(9);
    for (name, value) in [(header::CONTENT_SECURITY_POLICY, policy), (REQUEST_ID, id)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    for (name, value) in FIXED_HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    (headers, page.into_string()).into_response()
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const FIXED_HEADERS: [(HeaderName, &str); 7] = [
    (header::CONTENT_TYPE, "text/html; charset=utf-8"),
    (header::CACHE_CONTROL, "private, no-cache"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];
