use crate::support::{Shop, order_with};

async fn press(shop: &Shop, id: &str, action: &str) -> String {
    let url = format!("{}/pay/{id}/{action}", shop.base);
    let response = shop.http.post(url).form(&[("method", "alipay")]).send().await.unwrap();
    assert_eq!(response.status(), 303);
    response.headers()["location"].to_str().unwrap().to_owned()
}

async fn page(shop: &Shop, id: &str) -> String {
    let url = format!("{}/pay/{id}", shop.base);
    shop.http.get(url).send().await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn the_page_says_in_the_payers_language_that_no_money_moves() {
    let shop = Shop::open().await;
    let zh = shop.session("zh").await["id"].as_str().unwrap().to_owned();
    let text = page(&shop, &zh).await;
    for expected in ["lang=\"zh-CN\"", "演示支付页，不会扣款", "¥128.50", "湘集订单 X1", "支付宝", "微信支付"]
    {
        assert!(text.contains(expected), "{expected}");
    }
    assert!(!text.contains("<script"));
    let (_, session) = shop.post("/v1/checkout/sessions", None, &order_with("locale", "en")).await;
    let text = page(&shop, session["id"].as_str().unwrap()).await;
    assert!(text.contains("Demonstration payment page – no real money") && text.contains("WeChat Pay"));
}

#[tokio::test]
async fn paying_leads_to_the_shop_and_pressing_twice_pays_once() {
    let shop = Shop::open().await;
    let id = shop.session("k").await["id"].as_str().unwrap().to_owned();
    let done = format!("https://shop.example/paid?session={id}");
    assert_eq!(press(&shop, &id, "succeed").await, done);
    assert_eq!(press(&shop, &id, "succeed").await, done);
    assert_eq!(shop.lookalike.drain_webhooks().len(), 1);
    assert!(page(&shop, &id).await.contains("这笔支付已经完成"));
}

#[tokio::test]
async fn a_declined_payer_sees_why_and_may_leave() {
    let shop = Shop::open().await;
    let id = shop.session("k").await["id"].as_str().unwrap().to_owned();
    assert_eq!(press(&shop, &id, "fail").await, format!("../{id}"));
    assert!(page(&shop, &id).await.contains("银行拒绝了"));
    assert_eq!(press(&shop, &id, "abandon").await, "https://shop.example/orders/X1");
    assert!(shop.lookalike.drain_webhooks().is_empty());
}

#[tokio::test]
async fn a_closed_page_takes_no_payment() {
    let shop = Shop::open().await;
    let id = shop.session("k").await["id"].as_str().unwrap().to_owned();
    shop.lookalike.expire(&id).unwrap();
    assert_eq!(press(&shop, &id, "succeed").await, format!("../{id}"));
    assert!(page(&shop, &id).await.contains("没有扣款"));
    let missing = shop.http.get(format!("{}/pay/cs_none", shop.base)).send().await.unwrap();
    assert_eq!(missing.status(), 404);
}

#[tokio::test]
async fn what_the_order_is_called_cannot_become_markup() {
    let shop = Shop::open().await;
    let form = order_with("line_items[0][price_data][product_data][name]", "<b>tea</b>");
    let (_, session) = shop.post("/v1/checkout/sessions", None, &form).await;
    let text = page(&shop, session["id"].as_str().unwrap()).await;
    assert!(text.contains("&lt;b&gt;tea&lt;/b&gt;") && !text.contains("<b>tea"));
}
