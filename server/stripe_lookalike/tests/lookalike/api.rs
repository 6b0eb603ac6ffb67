use serde_json::json;

use crate::support::{START_MS, Shop, config, order, order_with};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::{Duration, Instant};
use stripe_lookalike::{Lookalike, RefundMode};

#[tokio::test]
async fn an_opened_page_carries_the_order_and_its_address() {
    let shop = Shop::open().await;
    let session = shop.session("k").await;
    assert_eq!(session["amount_total"], 12_850);
    assert_eq!(session["currency"], "cny");
    assert_eq!(session["client_reference_id"], "payment-1");
    assert_eq!(session["metadata"], json!({ "order_number": "X1" }));
    assert_eq!((&session["status"], &session["payment_status"]), (&json!("open"), &json!("unpaid")));
    assert_eq!(session["payment_intent"], json!(null));
    let id = session["id"].as_str().unwrap();
    assert_eq!(session["url"], format!("{}/pay/{id}", shop.base));
    assert_eq!(session["expires_at"], START_MS / 1000 + 24 * 3600);
}

#[tokio::test]
async fn wrong_parameters_are_refused_by_name() {
    let shop = Shop::open().await;
    let cases = [
        ("mode", "subscription", "mode"),
        ("mode", "", "mode"),
        ("line_items[0][price_data][currency]", "usd", "line_items[0][price_data][currency]"),
        ("line_items[0][price_data][unit_amount]", "0", "line_items[0][price_data][unit_amount]"),
        ("line_items[0][price_data][unit_amount]", "12.5", "line_items[0][price_data][unit_amount]"),
        ("allowed_payment_method_types[1]", "paypal", "allowed_payment_method_types"),
        ("payment_method_options[wechat_pay][client]", "", "payment_method_options[wechat_pay][client]"),
        ("success_url", "javascript:alert(1)", "success_url"),
        ("expires_at", "1760001799", "expires_at"),
        ("expires_at", "1760086401", "expires_at"),
        ("locale", "hunan", "locale"),
        ("customer_email", "nobody", "customer_email"),
        ("coupon", "x", "coupon"),
    ];
    for (name, value, param) in cases {
        let (status, answer) = shop.post("/v1/checkout/sessions", None, &order_with(name, value)).await;
        assert_eq!((status, &answer["error"]["param"]), (400, &json!(param)), "{name}={value}: {answer}");
        assert_eq!(answer["error"]["type"], "invalid_request_error");
    }
    let bounds = [("expires_at", "1760001800"), ("expires_at", "1760086400")];
    for (name, value) in bounds {
        let (status, answer) = shop.post("/v1/checkout/sessions", None, &order_with(name, value)).await;
        assert_eq!(status, 200, "{value}: {answer}");
    }
}

#[tokio::test]
async fn without_the_key_nothing_is_served() {
    let shop = Shop::open().await;
    for path in ["/v1/checkout/sessions", "/v1/refunds", "/_control"] {
        let response =
            shop.http.post(format!("{}{path}", shop.base)).bearer_auth("sk_other").send().await.unwrap();
        assert_eq!(response.status(), 401, "{path}");
    }
}

#[tokio::test]
async fn the_same_key_gives_the_same_page_and_another_request_under_it_is_refused() {
    let shop = Shop::open().await;
    let first = shop.session("k").await;
    let mut shuffled = order();
    shuffled.reverse();
    let (status, second) = shop.post("/v1/checkout/sessions", Some("k"), &shuffled).await;
    assert_eq!((status, &second), (200, &first));
    let changed = order_with("line_items[0][price_data][unit_amount]", "1");
    let (status, refused) = shop.post("/v1/checkout/sessions", Some("k"), &changed).await;
    assert_eq!((status, &refused["error"]["type"]), (400, &json!("idempotency_error")));
    // A request that was refused for its parameters may be corrected under the same key.
    let (status, _) = shop.post("/v1/checkout/sessions", Some("new"), &order_with("locale", "x")).await;
    assert_eq!(status, 400);
    let (status, _) = shop.post("/v1/checkout/sessions", Some("new"), &order()).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn a_page_is_either_paid_or_closed_never_both() {
    let shop = Shop::open().await;
    let paid = shop.session("a").await["id"].as_str().unwrap().to_owned();
    shop.lookalike.succeed(&paid).unwrap();
    let (status, refused) = shop.post(&format!("/v1/checkout/sessions/{paid}/expire"), None, &[]).await;
    assert_eq!((status, &refused["error"]["type"]), (400, &json!("invalid_request_error")));
    let closed = shop.session("b").await["id"].as_str().unwrap().to_owned();
    let (status, session) = shop.post(&format!("/v1/checkout/sessions/{closed}/expire"), None, &[]).await;
    assert_eq!((status, &session["status"]), (200, &json!("expired")));
    shop.lookalike.succeed(&closed).unwrap();
    let (_, session) = shop.get(&format!("/v1/checkout/sessions/{closed}")).await;
    assert_eq!((&session["status"], &session["payment_status"]), (&json!("expired"), &json!("unpaid")));
}

#[tokio::test]
async fn a_page_closes_by_itself_when_its_time_is_over() {
    let shop = Shop::open().await;
    let id = shop.session("k").await["id"].as_str().unwrap().to_owned();
    shop.pass(24 * 3_600_000);
    let (_, session) = shop.get(&format!("/v1/checkout/sessions/{id}")).await;
    assert_eq!((&session["status"], &session["url"]), (&json!("expired"), &json!(null)));
}

#[tokio::test]
async fn a_declined_payment_may_be_tried_again() {
    let shop = Shop::open().await;
    let id = shop.session("k").await["id"].as_str().unwrap().to_owned();
    shop.lookalike.decline(&id).unwrap();
    let path = format!("/v1/checkout/sessions/{id}?expand[]=payment_intent");
    let (_, session) = shop.get(&path).await;
    assert_eq!(session["status"], "open");
    assert_eq!(session["payment_intent"]["last_payment_error"]["code"], "card_declined");
    let intent = session["payment_intent"]["id"].clone();
    shop.lookalike.succeed(&id).unwrap();
    let (_, session) = shop.get(&path).await;
    assert_eq!(session["payment_intent"]["id"], intent);
    assert_eq!(session["payment_intent"]["status"], "succeeded");
    assert_eq!(session["payment_intent"]["amount_received"], 12_850);
}

#[tokio::test]
async fn refunds_in_parts_never_exceed_what_was_paid() {
    let shop = Shop::open().await;
    let (_, intent) = shop.paid().await;
    for (key, amount) in [("r1", "5000"), ("r2", "7000")] {
        let form = [("payment_intent", intent.as_str()), ("amount", amount)];
        let (status, refund) = shop.post("/v1/refunds", Some(key), &form).await;
        assert_eq!((status, &refund["status"]), (200, &json!("succeeded")));
        let (_, again) = shop.post("/v1/refunds", Some(key), &form).await;
        assert_eq!(again["id"], refund["id"], "the same key refunds once");
    }
    let (status, refused) =
        shop.post("/v1/refunds", Some("r3"), &[("payment_intent", &intent), ("amount", "851")]).await;
    assert_eq!((status, &refused["error"]["param"]), (400, &json!("amount")));
    let (_, rest) = shop.post("/v1/refunds", Some("r4"), &[("payment_intent", &intent)]).await;
    assert_eq!(rest["amount"], 850);
    let (status, refused) = shop.post("/v1/refunds", Some("r5"), &[("payment_intent", &intent)]).await;
    assert_eq!((status, &refused["error"]["code"]), (400, &json!("charge_already_refunded")));
}

#[tokio::test]
async fn a_refund_that_fails_gives_its_amount_free_again() {
    let shop = Shop::open().await;
    let (_, intent) = shop.paid().await;
    shop.faults(|faults| faults.refunds = RefundMode::Fail);
    let (_, refund) = shop.post("/v1/refunds", None, &[("payment_intent", &intent)]).await;
    assert_eq!(refund["status"], "pending");
    shop.pass(15_000);
    let id = refund["id"].as_str().unwrap();
    let (_, failed) = shop.get(&format!("/v1/refunds/{id}")).await;
    assert_eq!((&failed["status"], &failed["failure_reason"]), (&json!("failed"), &json!("declined")));
    shop.faults(|faults| faults.refunds = RefundMode::Succeed);
    let (status, _) = shop.post("/v1/refunds", None, &[("payment_intent", &intent)]).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn an_answer_lost_after_the_work_is_found_again_under_its_key() {
    let shop = Shop::open().await;
    let (_, intent) = shop.paid().await;
    shop.faults(|faults| faults.commit_then_fail_next_api = 1);
    let form = [("payment_intent", intent.as_str()), ("amount", "100")];
    let (status, _) = shop.post("/v1/refunds", Some("lost"), &form).await;
    assert_eq!(status, 500);
    let (status, found) = shop.post("/v1/refunds", Some("lost"), &form).await;
    assert_eq!((status, &found["amount"]), (200, &json!(100)));
    let (_, rest) = shop.post("/v1/refunds", Some("rest"), &[("payment_intent", &intent)]).await;
    assert_eq!(rest["amount"], 12_750, "the lost refund was made once");
}

#[tokio::test]
async fn a_late_answer_is_of_work_that_was_done_at_once() {
    let shop = Shop::open().await;
    let (_, intent) = shop.paid().await;
    shop.faults(|faults| {
        faults.late_next_api = 1;
        faults.late_by_ms = 60_000;
    });
    let form = [("payment_intent", intent.as_str()), ("amount", "100")];
    let done = async {
        while shop.lookalike.totals().refunds == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    // Whoever goes away meanwhile finds it done under the same key.
    tokio::select! {
        answered = shop.post("/v1/refunds", Some("late"), &form) => panic!("not late: {answered:?}"),
        () = done => {}
    }
    let (status, found) = shop.post("/v1/refunds", Some("late"), &form).await;
    assert_eq!((status, &found["amount"]), (200, &json!(100)));
    let (_, rest) = shop.post("/v1/refunds", Some("rest"), &[("payment_intent", &intent)]).await;
    assert_eq!(rest["amount"], 12_750, "the late refund was made once");
    shop.faults(|faults| {
        faults.late_next_api = 1;
        faults.late_by_ms = 300;
    });
    let asked = Instant::now();
    assert_eq!(shop.get(&format!("/v1/payment_intents/{intent}")).await.0, 200, "who waits is answered");
    assert!(asked.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn the_control_interface_makes_calls_fail_without_doing_them() {
    let shop = Shop::open().await;
    let control = json!({ "fail_next_api": 1, "answer_next_api": [429, 409] }).to_string();
    let url = format!("{}/_control", shop.base);
    let response = shop.http.post(url).bearer_auth(crate::support::KEY).body(control).send().await.unwrap();
    assert_eq!(response.status(), 200);
    for expected in [500, 429, 409, 200] {
        let (status, _) = shop.post("/v1/checkout/sessions", Some("k"), &order()).await;
        assert_eq!(status, expected);
    }
}

#[tokio::test]
async fn a_restarted_server_remembers_its_sessions() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("payments.json");
    let kept = file.clone();
    let shop = Shop::open_with(|config| config.state_file = Some(kept)).await;
    let (id, intent) = shop.paid().await;
    let mut again = config(&Arc::new(AtomicI64::new(START_MS)), "http://127.0.0.1:1");
    again.state_file = Some(file);
    let restarted = Lookalike::new(again).unwrap();
    let kinds: Vec<String> = restarted.drain_webhooks().into_iter().map(|event| event.kind).collect();
    assert_eq!(kinds, ["checkout.session.completed"], "what was not delivered still will be");
    assert!(restarted.expire(&id).unwrap_err().to_string().contains("complete"), "{intent} is still paid");
}

#[tokio::test]
async fn unknown_objects_are_missing() {
    let shop = Shop::open().await;
    for path in ["/v1/checkout/sessions/cs_1", "/v1/payment_intents/pi_1", "/v1/refunds/re_1"] {
        let (status, answer) = shop.get(path).await;
        assert_eq!((status, &answer["error"]["code"]), (404, &json!("resource_missing")), "{path}");
    }
}
