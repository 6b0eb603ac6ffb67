//! People who visit the shop over HTTP, and what they were told.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rand::Rng as _;
use rand_chacha::ChaCha20Rng;
use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use serde_json::Value;

/// Answers of 500 that somebody got: none is expected, whatever happens to the shop.
pub static INTERNAL_ERRORS: AtomicU64 = AtomicU64::new(0);

/// What came back.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// It is done: the answer of the server function.
    Yes(Value),
    /// It was refused, and nothing was done.
    No(u16, String),
    /// No answer, or none that tells whether it was done (5xx): ask again.
    Nothing(Option<u16>),
}

impl Said {
    pub fn value(&self) -> Option<&Value> {
        match self {
            Self::Yes(answer) => Some(&answer["value"]),
            _ => None,
        }
    }

    pub fn go_to(&self) -> String {
        match self {
            Self::Yes(answer) => answer["go_to"].as_str().unwrap_or_default().to_owned(),
            _ => String::new(),
        }
    }
}

/// A client that follows no redirect and gives up after `patience`.
pub fn http(patience: Duration) -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(patience)
        .no_proxy()
        .build()
        .unwrap()
}

/// A visitor with a session of their own and an address of their own.
#[derive(Debug, Clone)]
pub struct Person {
    client: reqwest::Client,
    origin: String,
    cookie: String,
    address: String,
}

impl Person {
    /// A guest. `client` is shared, since connections are.
    pub fn guest(client: &reqwest::Client, origin: &str, random: &mut ChaCha20Rng) -> Self {
        let mut byte = || random.random_range(1..255_u8);
        let address = format!("10.{}.{}.{}", byte(), byte(), byte());
        Self { client: client.clone(), origin: origin.to_owned(), cookie: String::new(), address }
    }

    /// Somebody whose session has been opened already.
    pub fn signed_in(client: &reqwest::Client, origin: &str, token: &str, address: &str) -> Self {
        let cookie = format!("xj={token}");
        Self { client: client.clone(), origin: origin.to_owned(), cookie, address: address.to_owned() }
    }

    /// The same person at another door of the shop.
    pub fn at(&self, origin: &str) -> Self {
        Self { origin: origin.to_owned(), ..self.clone() }
    }

    fn ask(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        request.header(COOKIE, &self.cookie).header("x-forwarded-for", &self.address)
    }

    /// Calls a server function, as an island does.
    pub async fn call(&mut self, action: &str, fields: &[(&str, &str)]) -> Said {
        let request = self.client.post(format!("{}/api/{action}", self.origin)).form(fields);
        self.send(request).await
    }

    /// Sends one file with some texts.
    pub async fn upload(&mut self, path: &str, fields: &[(&str, &str)], file: &[u8]) -> Said {
        const BOUNDARY: &str = "----xiangji-faults";
        let mut body = Vec::new();
        for (name, value) in fields {
            let part =
                format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"photo.webp\"\r\n\
             Content-Type: image/webp\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(file);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        let request = self.client.post(format!("{}{path}", self.origin));
        let request =
            request.header(CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}")).body(body);
        self.send(request).await
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Said {
        let Ok(answer) = self.ask(request.header(ACCEPT, "application/json")).send().await else {
            return Said::Nothing(None);
        };
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap_or_default();
            if pair.starts_with("xj=") {
                pair.clone_into(&mut self.cookie);
            }
        }
        let status = answer.status().as_u16();
        let Ok(body) = answer.text().await else { return Said::Nothing(None) };
        match status {
            200 => serde_json::from_str(&body).map_or(Said::Nothing(None), Said::Yes),
            400..500 => Said::No(status, body),
            _ => {
                if status == 500 {
                    INTERNAL_ERRORS.fetch_add(1, Ordering::Relaxed);
                    eprintln!("500: {body}");
                }
                Said::Nothing(Some(status))
            }
        }
    }

    /// Calls until there is an answer: the same key each time. Counts the tries beyond the first.
    pub async fn insist(&mut self, action: &str, fields: &[(&str, &str)], again: &AtomicU64) -> Said {
        loop {
            match self.call(action, fields).await {
                Said::Nothing(_) => {
                    again.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(Duration::from_millis(15)).await;
                }
                said => return said,
            }
        }
    }

    /// A page's status and text.
    pub async fn page(&self, path: &str) -> Option<(u16, String)> {
        let request = self.client.get(format!("{}{path}", self.origin)).header(ACCEPT, "text/html");
        let answer = self.ask(request).send().await.ok()?;
        Some((answer.status().as_u16(), answer.text().await.ok()?))
    }

    /// Sends a form as a browser without scripts; the whole answer.
    pub async fn submit(
        &self,
        from: &str,
        action: &str,
        fields: &[(&str, &str)],
    ) -> reqwest::Result<reqwest::Response> {
        let prefix = if from.starts_with("/en") { "/en" } else { "" };
        let request = self.client.post(format!("{}{prefix}/api/{action}", self.origin)).form(fields);
        let request = request.header(ACCEPT, "text/html").header("referer", format!("{}{from}", self.origin));
        self.ask(request).send().await
    }

    /// Pays on the network's page; whether the network took the money.
    pub async fn pay(&self, page: &str) -> bool {
        let paid = self.client.post(format!("{page}/succeed")).form(&[("method", "card")]).send().await;
        let Ok(paid) = paid else { return false };
        let to = paid.headers().get(LOCATION).and_then(|to| to.to_str().ok()).unwrap_or_default();
        paid.status() == 303 && to.starts_with("http")
    }

    /// Comes back from the network's page; whether the shop says that the order is paid.
    pub async fn come_back(&self, number: &str) -> bool {
        let page = self.page(&format!("/orders/{number}/thanks")).await;
        page.is_some_and(|(status, page)| status == 200 && page.contains("谢谢，付款成功"))
    }
}

/// The values of a hidden field on a page.
pub fn hidden_values(page: &str, name: &str) -> Vec<String> {
    let mark = format!("name=\"{name}\" value=\"");
    let ends = page.split(&mark).skip(1).filter_map(|rest| rest.split('"').next());
    let mut values: Vec<String> = ends.map(str::to_owned).collect();
    values.dedup();
    values
}
