//! What people do in the shop, as requests: looking round, and buying.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use reqwest::header::{ACCEPT, COOKIE, LOCATION, RETRY_AFTER, SET_COOKIE};
use serde_json::Value;
use tokio::time::Instant;

use crate::load::{Sample, Samples};

/// A client gives up after this.
const PATIENCE: Duration = Duration::from_secs(20);
/// Of so many visitors one buys.
const ONE_BUYS_OF: u64 = 20;

/// What there is to see and to buy, and how to get there.
#[derive(Debug, Clone)]
pub struct Town {
    client: reqwest::Client,
    origin: Arc<str>,
    /// Catalogue pages.
    pages: Arc<[String]>,
    /// Ids of variants with plenty of stock.
    variants: Arc<[String]>,
    pub samples: Samples,
}

impl Town {
    #[must_use]
    pub fn new(client: reqwest::Client, origin: &str, pages: Vec<String>, variants: Vec<String>) -> Self {
        let (pages, variants) = (pages.into(), variants.into());
        Self { client, origin: origin.into(), pages, variants, samples: Samples::default() }
    }

    /// A client that keeps its connections and follows no redirect.
    ///
    /// # Errors
    /// The client cannot be made.
    pub fn client() -> Result<reqwest::Client> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .pool_max_idle_per_host(1024);
        Ok(client.build()?)
    }

    /// Finds pages and goods by the sitemap.
    ///
    /// # Errors
    /// The shop shows none.
    pub async fn discover(origin: &str) -> Result<Self> {
        let client = Self::client()?;
        let sitemap = client.get(format!("{origin}/sitemap.xml")).send().await?.text().await?;
        let mut pages: Vec<String> = vec!["/".to_owned(), "/products".to_owned(), "/villages".to_owned()];
        let places = sitemap.split("<loc>").skip(1).filter_map(|rest| rest.split("</loc>").next());
        let paths = places.filter_map(|place| Some(format!("/{}", place.splitn(4, '/').nth(3)?)));
        let products: Vec<String> =
            paths.filter(|path| path.starts_with("/products/") && path.matches('/').count() == 2).collect();
        ensure!(!products.is_empty(), "the shop shows no product");
        let mut variants = Vec::new();
        for product in &products {
            let page = client.get(format!("{origin}{product}")).send().await?.text().await?;
            variants.extend(variants_of(&page));
        }
        pages.extend(products);
        variants.sort();
        variants.dedup();
        ensure!(!variants.is_empty(), "the shop sells nothing");
        Ok(Self::new(client, origin, pages, variants))
    }

    /// The same town, whose samples are gathered apart.
    #[must_use]
    pub fn apart(&self) -> Self {
        Self { samples: Samples::default(), ..self.clone() }
    }

    /// One visitor: most look at a page, some buy. `due` is when the visit was to begin.
    pub async fn visit(self, number: u64, due: Instant) {
        if number.is_multiple_of(ONE_BUYS_OF) {
            self.buy(number, due).await;
        } else {
            self.look(number, due).await;
        }
    }

    /// A catalogue page.
    pub async fn look(&self, number: u64, due: Instant) {
        // Steps through the pages without a pattern that a cache could like.
        let page =
            &self.pages[(number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33) as usize % self.pages.len()];
        let request = self.client.get(format!("{}{page}", self.origin)).header(ACCEPT, "text/html");
        self.send("catalogue", request, due).await;
    }

    /// Whether the shop is alive.
    pub async fn ask_health(&self) {
        let request = self.client.get(format!("{}/healthz", self.origin));
        self.send("health", request, Instant::now()).await;
    }

    /// Cart, total, order, payment. Ends where it is sent away.
    pub async fn buy(&self, number: u64, due: Instant) {
        let variant = &self.variants[number as usize / 7 % self.variants.len()];
        let mut cookie = String::new();
        let _ = self.buy_step_by_step(variant, number, due, &mut cookie).await;
    }

    /// Buys, and gives it back at once for the money, so that the goods never run out. Whether all of it went well.
    pub async fn buy_and_give_back(&self, number: u64, due: Instant) -> bool {
        let variant = &self.variants[number as usize / 7 % self.variants.len()];
        let mut cookie = String::new();
        let Some(order) = self.buy_step_by_step(variant, number, due, &mut cookie).await else {
            return false;
        };
        let fields = [("number", order.as_str()), ("reason", "不想要了")];
        self.call("orders/cancel", &fields, &mut cookie, Instant::now()).await.is_some()
    }

    async fn buy_step_by_step(
        &self,
        variant: &str,
        number: u64,
        due: Instant,
        cookie: &mut String,
    ) -> Option<String> {
        let key = format!("add-{number}");
        let fields = [("variant", variant), ("quantity", "1"), ("key", &key)];
        self.call("cart/add_line", &fields, cookie, due).await?;
        let now = Instant::now;
        let quote = self.call("checkout/quote", &[("region", "610102")], cookie, now()).await?;
        let total = quote["value"]["total_fen"].as_i64()?.to_string();
        let phone = format!("138{:08}", number % 100_000_000);
        let key = format!("load-{number}");
        let fields = [
            ("then", "place"),
            ("name", "测试买家"),
            ("phone", &phone),
            ("region", "610102"),
            ("detail", "解放路 1 号"),
            ("expected_total", &total),
            ("key", &key),
        ];
        let placed = self.call("checkout/place_order", &fields, cookie, now()).await?;
        let order = placed["value"].as_str()?.to_owned();
        let page = placed["go_to"].as_str()?.to_owned();
        let request = self.client.post(format!("{page}/succeed")).form(&[("method", "card")]);
        let paid = request.send().await.ok()?;
        let back = paid.headers().get(LOCATION)?.to_str().ok()?.to_owned();
        let request = self.client.get(back).header(COOKIE, cookie.as_str()).header(ACCEPT, "text/html");
        self.send("return", request, now()).await.map(|_| order)
    }

    /// Calls a server function; `None` when it was not done.
    async fn call(
        &self,
        action: &str,
        fields: &[(&str, &str)],
        cookie: &mut String,
        due: Instant,
    ) -> Option<Value> {
        let request = self.client.post(format!("{}/api/{action}", self.origin)).form(fields);
        let request = request.header(ACCEPT, "application/json").header(COOKIE, cookie.as_str());
        let (answer, body) = self.send("checkout", request, due).await?;
        if let Some(set) = answer.get(SET_COOKIE) {
            set.to_str().ok()?.split(';').next().unwrap_or_default().clone_into(cookie);
        }
        serde_json::from_slice(&body).ok()
    }

    /// Sends, reads all of the answer, and notes how it went; gives the answer when it was what was asked for.
    async fn send(
        &self,
        kind: &'static str,
        request: reqwest::RequestBuilder,
        due: Instant,
    ) -> Option<(reqwest::header::HeaderMap, Vec<u8>)> {
        let (late, asked) = (due.elapsed(), Instant::now());
        let mut first_byte = Duration::ZERO;
        let answered = async {
            let answer = request.send().await?;
            first_byte = asked.elapsed();
            let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
            Ok::<_, reqwest::Error>((status, headers, answer.bytes().await?))
        };
        let answered = answered.await.ok();
        let status = answered.as_ref().map_or(0, |(status, _, _)| *status);
        let says_when = answered.as_ref().is_some_and(|(_, headers, _)| headers.contains_key(RETRY_AFTER));
        let sample = Sample { kind, status, latency: due.elapsed(), late, first_byte, says_when };
        self.samples.push(sample);
        let (_, headers, body) = answered?;
        sample.is_answered().then(|| (headers, body.to_vec()))
    }

    /// The figures of `/metrics` that begin with `name`, added up.
    ///
    /// # Errors
    /// The metrics cannot be read.
    pub async fn metric(&self, address: &str, name: &str) -> Result<f64> {
        let text = self.client.get(format!("http://{address}/metrics")).send().await?.text().await?;
        let lines = text.lines().filter(|line| line.starts_with(name));
        let values = lines.map(|line| {
            let value = line.rsplit(' ').next().unwrap_or_default();
            value.parse::<f64>().with_context(|| format!("in the metrics: {line}"))
        });
        values.sum()
    }
}

/// The variants that a product's page lets people choose.
fn variants_of(page: &str) -> Vec<String> {
    let inputs = page.split("<input").skip(1).filter_map(|rest| rest.split('>').next());
    let named = inputs.filter(|input| input.contains("name=\"variant\"") && !input.contains("disabled"));
    named.filter_map(|input| Some(input.split("value=\"").nth(1)?.split('"').next()?.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variants_of_a_page_are_found() {
        let page = r#"<input type="radio" name="variant" value="0abc"><input name="quantity" value="1">
            <input value="0abd" name="variant" disabled>"#;
        assert_eq!(variants_of(page), ["0abc"]);
    }
}
