//! Somebody who does what people do, with words by which each deed is known again.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use reqwest::RequestBuilder;
use serde_json::Value;

use crate::privacy::token_of;

const NAME: &str = "欧阳测试";
const PHONE: &str = "13912345678";
const DETAIL: &str = "解放路七十七号院";
const EMAIL: &str = "ouyang.test@example.com";
const PASSWORD: &str = "correct horse battery staple 9";
const NEW_PASSWORD: &str = "another stapled horse 10";
const WRONG_PASSWORD: &str = "not that one 12345";
const NOTE: &str = "请放在传达室";
const SEARCHED: &str = "zhuanshu-7788";
const ASKED: &str = "孩子住院等着用";
const SAID: &str = "请打家里座机";
const UNIT_NAME: &str = "司徒验收";
const UNIT_PHONE: &str = "13787654321";
const UNIT_DETAIL: &str = "学府路八十八号库房";
const UNIT_NOTE: &str = "慰问名单请勿外传";
const UNIT_LOGIN: &str = "buyer@demo.xiangji.example";

/// Everything that is typed here and tells of a person.
pub const TYPED: [&str; 17] = [
    NAME,
    PHONE,
    DETAIL,
    EMAIL,
    "ouyang.test",
    PASSWORD,
    NEW_PASSWORD,
    WRONG_PASSWORD,
    NOTE,
    SEARCHED,
    ASKED,
    SAID,
    UNIT_NAME,
    UNIT_PHONE,
    UNIT_DETAIL,
    UNIT_NOTE,
    UNIT_LOGIN,
];

const PHOTO: &[u8] = include_bytes!("../../../service/data/demo/pictures/tea-danya-1.webp");

#[derive(Debug)]
pub struct Person {
    client: reqwest::Client,
    origin: String,
    /// Every value the session's cookie had, and whatever else opened something.
    pub tokens: Vec<String>,
}

impl Person {
    pub fn new(address: SocketAddr) -> Self {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { client, origin: format!("http://{address}"), tokens: Vec::new() }
    }

    fn cookie(&self) -> String {
        self.tokens.last().map(|token| format!("xj={token}")).unwrap_or_default()
    }

    async fn send(&mut self, request: RequestBuilder) -> Value {
        let request = request.header("accept", "application/json").header("cookie", self.cookie());
        let answer = request.send().await.unwrap();
        for set in answer.headers().get_all("set-cookie") {
            let pair = set.to_str().unwrap().split(';').next().unwrap();
            if let Some(token) = pair.strip_prefix("xj=").filter(|token| !token.is_empty()) {
                self.tokens.push(token.to_owned());
            }
        }
        let (status, path) = (answer.status(), answer.url().path().to_owned());
        let body = answer.text().await.unwrap();
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).unwrap()
    }

    async fn call(&mut self, action: &str, fields: &[(&str, &str)]) -> Value {
        self.send(self.client.post(format!("{}/api/{action}", self.origin)).form(fields)).await
    }

    /// Opens a page, given by its path or by its whole address.
    async fn page(&self, address: &str) -> String {
        let origin = if address.starts_with('/') { self.origin.as_str() } else { "" };
        let request = self.client.get(format!("{origin}{address}")).header("accept", "text/html");
        let answer = request.header("cookie", self.cookie()).send().await.unwrap();
        answer.text().await.unwrap()
    }

    /// Sends a form with a photo.
    async fn upload(&mut self, path: &str, fields: &[(&str, &str)]) -> Value {
        let mut body = Vec::new();
        for (name, value) in fields {
            let head = format!("--xj\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(head.as_bytes());
        }
        let head = "--xj\r\nContent-Disposition: form-data; name=\"photos\"; filename=\"photo.webp\"\r\n\
                    Content-Type: image/webp\r\n\r\n";
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(PHOTO);
        body.extend_from_slice(b"\r\n--xj--\r\n");
        let request = self.client.post(format!("{}{path}", self.origin)).body(body);
        self.send(request.header("content-type", "multipart/form-data; boundary=xj")).await
    }

    /// Registers, orders, pays, and comes back; answers the order's number.
    pub async fn register_and_buy(&mut self, variant: &str) -> String {
        let fields = [
            ("login", EMAIL),
            ("password", PASSWORD),
            ("display_name", NAME),
            ("key", "a-form-made-for-registering-1"),
        ];
        // In English: letters in Chinese are sent in base64.
        let request = self.client.post(format!("{}/en/api/account/register", self.origin)).form(&fields);
        self.send(request).await;
        self.call("cart/add_line", &[("variant", variant), ("quantity", "1"), ("key", "add-1")]).await;
        let quote = self.call("checkout/quote", &[("region", "610102")]).await;
        let total = quote["value"]["total_fen"].as_i64().unwrap().to_string();
        let fields = [
            ("then", "place"),
            ("name", NAME),
            ("phone", PHONE),
            ("region", "610102"),
            ("detail", DETAIL),
            ("email", EMAIL),
            ("note", NOTE),
            ("expected_total", &total),
            ("key", "the-key"),
        ];
        let placed = self.call("checkout/place_order", &fields).await;
        let page = placed["go_to"].as_str().unwrap();
        let paid =
            self.client.post(format!("{page}/succeed")).form(&[("method", "card")]).send().await.unwrap();
        self.page(paid.headers()["location"].to_str().unwrap()).await;
        // A refused form keeps what was typed, and somebody looks for the order by the phone.
        let wrong = [("login", EMAIL), ("password", WRONG_PASSWORD)];
        let request = self.client.post(format!("{}/api/account/sign_in", self.origin)).form(&wrong);
        request.header("accept", "text/html").send().await.unwrap();
        let number = placed["value"].as_str().unwrap();
        let tail = &PHONE[7..];
        self.client.get(format!("{}/orders/{number}?tail={tail}", self.origin)).send().await.unwrap();
        number.to_owned()
    }

    pub async fn search(&self) {
        self.page(&format!("/products?q={SEARCHED}")).await;
    }

    /// Gets a new password through a letter, and signs in with it.
    pub async fn lose_the_password(&mut self, data: &Path) {
        self.call("account/ask_reset", &[("login", EMAIL)]).await;
        let token = token_of(&letter(data, "reset-password").await);
        self.page(&format!("/reset-password?token={token}")).await;
        let request = self.client.post(format!("{}/api/account/reset_password", self.origin));
        let request = request.header("cookie", format!("xj-link={token}"));
        let shown_for = service::accounts::link_fingerprint(&token);
        self.send(request.form(&[("link", shown_for.as_str()), ("new_password", NEW_PASSWORD)])).await;
        // Before the session's, which is the last one.
        self.tokens.insert(0, token);
        self.call("account/sign_in", &[("login", EMAIL), ("password", NEW_PASSWORD)]).await;
    }

    /// Wants the money back for what has not left, shows a photo, and says more about it.
    pub async fn ask_about(&mut self, number: &str, data: &Path) {
        let (parcel, line) = bought(number, data).await;
        self.page(&format!("/orders/{number}/parcels/{parcel}/after-sale")).await;
        let fields = [
            ("parcel", parcel.as_str()),
            ("kind", "refund_unshipped"),
            ("reason", "late"),
            ("words", ASKED),
            ("lines[0][line]", &line),
            ("lines[0][quantity]", "1"),
            ("key", "ask-1"),
        ];
        let asked = self.upload("/upload/after-sale", &fields).await;
        let page = asked["go_to"].as_str().unwrap().to_owned();
        let id = page.rsplit('/').next().unwrap();
        let fields = [("after_sale", id), ("words", SAID), ("key", "say-1")];
        self.upload("/upload/after-sale-message", &fields).await;
        let shown = self.page(&page).await;
        assert!(shown.contains(ASKED) && shown.contains(SAID), "{shown}");
        // Whoever knows a photo's address sees it.
        let hash: String = shown.split("/media/").nth(1).unwrap().split('/').next().unwrap().to_owned();
        assert_eq!(hash.len(), 64, "{hash}");
        self.page(&format!("/media/{hash}/s.webp")).await;
        self.tokens.insert(0, hash);
    }

    /// Signs in as a unit's buyer, has a list checked, and hands it in.
    pub async fn order_for_a_unit(&mut self, lines: &str) {
        let accounts = service::demo::demo_accounts();
        let account = accounts.iter().find(|account| account.login == UNIT_LOGIN).unwrap();
        self.call("account/sign_in", &[("login", account.login), ("password", account.password)]).await;
        let typed = [
            ("unit", "university-union"),
            ("lines", lines),
            ("name", UNIT_NAME),
            ("phone", UNIT_PHONE),
            ("region", "610102"),
            ("detail", UNIT_DETAIL),
            ("note", UNIT_NOTE),
            ("invoice_kind", "none"),
            ("key", "unit-order-1"),
        ];
        let checked =
            self.call("units/submit_bulk_order", &[&typed[..], &[("then", "check")]].concat()).await;
        let draft = checked["go_to"].as_str().unwrap().to_owned();
        let page = self.page(&draft).await;
        let (expected, terms) = (hidden(&page, "expected"), hidden(&page, "agreed_terms"));
        let then = [("then", "submit"), ("expected", &expected), ("agreed_terms", &terms)];
        let placed = self.call("units/submit_bulk_order", &[&typed[..], &then[..]].concat()).await;
        assert!(placed["value"].as_str().is_some_and(|number| !number.is_empty()), "{placed}");
        let token = draft.split_once("draft=").unwrap().1;
        let token = token.split(|c: char| !(c.is_ascii_alphanumeric() || "-_".contains(c))).next().unwrap();
        self.tokens.insert(0, token.to_owned());
    }
}

/// The value of a hidden field; empty without it.
fn hidden(page: &str, name: &str) -> String {
    let value = page.split(&format!("name=\"{name}\" value=\"")).nth(1);
    value.and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
}

/// The newest letter of a kind, once it is written.
async fn letter(data: &Path, kind: &str) -> String {
    let begun = Instant::now();
    let end = format!("-{kind}.eml");
    while begun.elapsed() < Duration::from_secs(30) {
        let files = std::fs::read_dir(data.join(xiangji::mail::FOLDER)).into_iter().flatten();
        let mut paths = files.map(|entry| entry.unwrap().path());
        if let Some(path) = paths.find(|path| path.to_string_lossy().ends_with(&end)) {
            return std::fs::read_to_string(path).unwrap();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("no letter {kind}");
}

/// The parcel and the line of an order of one line.
async fn bought(number: &str, data: &Path) -> (String, String) {
    let url = format!("sqlite://{}", data.join("xiangji.db").display());
    let db = store::Db::connect(&url, 1).await.unwrap();
    let mut conn = db.read().await.unwrap();
    let order = store::orders::find_order_by_number(&mut conn, number).await.unwrap().unwrap();
    let line = store::orders::list_order_lines(&mut conn, order.id).await.unwrap()[0].id;
    let parcel = store::parcels::list_order_parcels(&mut conn, order.id).await.unwrap()[0].id;
    drop(conn);
    db.close().await;
    (parcel.to_string(), line.to_string())
}
