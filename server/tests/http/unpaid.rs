//! The address of a request reaches the cap on unpaid orders: a new guest session is no way round it.

use serde_json::Value;
use service::rules::ShopRules;

use crate::test_shop::TestShop;

/// A guest without a past, seen by the proxy at this address.
struct Guest {
    client: reqwest::Client,
    origin: String,
    from: &'static str,
    cookie: String,
}

impl Guest {
    fn new(shop: &TestShop, from: &'static str) -> Self {
        let origin = format!("http://{}", shop.address);
        Self { client: reqwest::Client::new(), origin, from, cookie: String::new() }
    }

    async fn call(&mut self, action: &str, fields: &[(&str, &str)]) -> (u16, String) {
        let request = self.client.post(format!("{}/api/{action}", self.origin)).form(fields);
        let request = request.header("accept", "application/json").header("cookie", &self.cookie);
        let answer = request.header("x-forwarded-for", self.from).send().await.unwrap();
        if let Some(set) = answer.headers().get("set-cookie") {
            self.cookie = set.to_str().unwrap().split(';').next().unwrap().to_owned();
        }
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    async fn order(&mut self, variant: &str) -> (u16, String) {
        self.call("cart/add_line", &[("variant", variant), ("quantity", "1")]).await;
        let (_, quote) = self.call("checkout/quote", &[("region", "610102")]).await;
        let quote: Value = serde_json::from_str(&quote).unwrap();
        let total = quote["value"]["total_fen"].as_i64().unwrap().to_string();
        let fields = [
            ("then", "place"),
            ("name", "收货人"),
            ("phone", "13800000000"),
            ("region", "610102"),
            ("detail", "示范路1号2单元"),
            ("expected_total", &total),
            ("key", "the-key"),
        ];
        self.call("checkout/place_order", &fields).await
    }
}

#[tokio::test]
async fn new_guests_from_one_address_cannot_order_without_end() {
    let shop = TestShop::start_changed(|settings| {
        settings.trust_proxy = Some(true);
        settings.rules = ShopRules { max_unpaid_orders_per_address: 2, ..ShopRules::default() };
    })
    .await;
    service::demo::seed_without_photos(&shop.services).await.unwrap();
    let variant = {
        let mut conn = shop.services.db.read().await.unwrap();
        let today = domain::time::Date::from_epoch_ms(shop.services.now_ms()).to_string();
        let rows = store::units::list_price_list(&mut conn, &today).await.unwrap();
        rows.iter().max_by_key(|row| row.in_stock).unwrap().variant_id.to_string()
    };
    for _ in 0..2 {
        let (status, said) = Guest::new(&shop, "203.0.113.1").order(&variant).await;
        assert_eq!(status, 200, "{said}");
    }
    let (status, said) = Guest::new(&shop, "203.0.113.1").order(&variant).await;
    assert_eq!(status, 409, "{said}");
    assert!(said.contains("TooManyUnpaidHere") && said.contains("3600"), "with the time to wait: {said}");
    let (status, said) = Guest::new(&shop, "203.0.113.2").order(&variant).await;
    assert_eq!(status, 200, "a neighbour: {said}");
    shop.stop().await;
}
