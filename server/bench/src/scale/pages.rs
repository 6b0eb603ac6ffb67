//! The pages that are asked for, and by whom.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use reqwest::header::{ACCEPT, COOKIE, SET_COOKIE};

use crate::visitors::Town;

/// The password of all accounts of the demonstration.
const PASSWORD: &str = "xiangji-demo-2026";
/// Who visits: nobody in particular, and accounts of the demonstration.
const PEOPLE: [&str; 4] = ["shopper", "seller", "buyer", "county"];

/// A page and who asks for it.
#[derive(Debug, Clone)]
pub(super) struct Page {
    pub name: &'static str,
    path: String,
    who: &'static str,
}

/// Everybody who visits one shop.
#[derive(Debug)]
pub(super) struct Visitor {
    client: reqwest::Client,
    origin: String,
    /// By account.
    cookies: BTreeMap<&'static str, String>,
}

impl Visitor {
    /// Signs everybody in.
    pub(super) async fn new(origin: &str) -> Result<Self> {
        let mut visitor =
            Self { client: Town::client()?, origin: origin.to_owned(), cookies: BTreeMap::new() };
        for who in PEOPLE {
            let login = format!("{who}@demo.xiangji.example");
            let request = visitor
                .client
                .post(format!("{origin}/api/account/sign_in"))
                .header(ACCEPT, "application/json")
                .form(&[("login", login.as_str()), ("password", PASSWORD)]);
            let answer = request.send().await?;
            let cookie =
                answer.headers().get(SET_COOKIE).with_context(|| format!("{login} got no session"))?;
            let cookie = cookie.to_str()?.split(';').next().unwrap_or_default().to_owned();
            visitor.cookies.insert(who, cookie);
        }
        Ok(visitor)
    }

    /// Asks for a page; how long it took until the last byte was here, and how many there were.
    pub(super) async fn ask(&self, page: &Page) -> Result<(Duration, usize)> {
        let begun = Instant::now();
        let body = self.get(&page.path, page.who).await?;
        Ok((begun.elapsed(), body.len()))
    }

    async fn get(&self, path: &str, who: &str) -> Result<String> {
        let mut request = self.client.get(format!("{}{path}", self.origin)).header(ACCEPT, "text/html");
        if let Some(cookie) = self.cookies.get(who) {
            request = request.header(COOKIE, cookie.as_str());
        }
        let answer = request.timeout(Duration::from_secs(120)).send().await?;
        let status = answer.status();
        let body = answer.text().await?;
        ensure!(status == 200, "{path} answers {status} to {who:?}");
        Ok(body)
    }

    /// The first link on a page that begins with `prefix`, goes on, and has no more parts.
    async fn link(&self, page: &str, who: &'static str, prefix: &str) -> Result<String> {
        let body = self.get(page, who).await?;
        let links = body.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let links = links.map(|link| link.strip_prefix("/en").unwrap_or(link));
        let mut found = links.filter(|link| {
            link.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty() && !rest.contains(['/', '?', '#']))
        });
        Ok(found.next().with_context(|| format!("{page} links to no {prefix}…"))?.to_owned())
    }

    /// Every page that is measured.
    pub(super) async fn pages(&self) -> Result<Vec<Page>> {
        let product = self.link("/products?sort=best_selling", "", "/products/").await?;
        let newest = self.link("/products", "", "/products/").await?;
        let village = self.link("/villages", "", "/villages/").await?;
        let order = self.link("/orders", "shopper", "/orders/").await?;
        // Where someone has one team or unit only, the first page leads on.
        let team = self.own("/sell", "seller", "/sell/").await?;
        let unit = self.own("/unit", "buyer", "/unit/").await?;
        let village_slug = village.rsplit('/').next().unwrap_or_default().to_owned();
        let page = |name, who, path: &str| Page { name, path: path.to_owned(), who };
        // Pages that are kept for whoever has no session would measure the keeping.
        let shopper = "shopper";
        Ok(vec![
            page("home", shopper, "/"),
            page("products, newest", shopper, "/products"),
            page("products, by price", shopper, "/products?sort=price_up"),
            page("products, best selling", shopper, "/products?sort=best_selling"),
            page("products, of a category", shopper, "/products?category=tea"),
            page("products, of a category, by price", shopper, "/products?category=tea&sort=price_down"),
            page("products, of a price", shopper, "/products?min_price=50&max_price=80"),
            page(
                "products, of a narrow price, best selling",
                shopper,
                "/products?min_price=61&max_price=61.5&sort=best_selling",
            ),
            page("products, in stock", shopper, "/products?in_stock=1"),
            page("products, of a village", shopper, &format!("/products?village={village_slug}")),
            page("products, last page", shopper, "/products?page=100"),
            page("search, Chinese", shopper, "/products?q=绿茶"),
            page("search, two words", shopper, "/products?q=高山绿茶"),
            page("search, pinyin", shopper, "/products?q=lvcha"),
            page("search, first letters", shopper, "/products?q=lv"),
            page("search, a slip", shopper, "/products?q=luhca"),
            page("product, best selling", shopper, &product),
            page("product, newest", shopper, &newest),
            page("villages", shopper, "/villages"),
            page("village", shopper, &village),
            page("cart", shopper, "/cart"),
            page("orders of a busy buyer", shopper, "/orders"),
            page("order", shopper, &order),
            page("seller's desk", "seller", &team),
            page("seller's products", "seller", &format!("{team}/products")),
            page("seller's parcels", "seller", &format!("{team}/parcels")),
            page("unit's desk", "buyer", &unit),
            page("unit's price list", "buyer", &format!("{unit}/buy")),
            page("unit's orders", "buyer", &format!("{unit}/orders")),
            page("unit's year", "buyer", &format!("{unit}/report")),
            page("county, this month", "county", "/admin"),
            page("county, this year", "county", "/admin?period=year"),
        ])
    }

    /// The page of the first team or unit of somebody.
    async fn own(&self, path: &str, who: &'static str, prefix: &str) -> Result<String> {
        let request = self.client.get(format!("{}{path}", self.origin)).header(ACCEPT, "text/html");
        let request = request.header(COOKIE, self.cookies.get(who).map_or("", String::as_str));
        let answer = request.send().await?;
        if let Some(place) = answer.headers().get(reqwest::header::LOCATION) {
            return Ok(place.to_str()?.to_owned());
        }
        // A desk of its own links to what is below it.
        let body = self.get(path, who).await?;
        let links = body.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let mut names = links.filter_map(|link| link.strip_prefix(prefix)?.split(['/', '?', '#']).next());
        let name = names.find(|name| !name.is_empty()).with_context(|| format!("{path} leads nowhere"))?;
        Ok(format!("{prefix}{name}"))
    }
}
