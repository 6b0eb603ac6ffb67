use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::support::{SECRET, START_MS, Shop};

fn kinds(shop: &Shop) -> Vec<String> {
    shop.lookalike.drain_webhooks().into_iter().map(|event| event.kind).collect()
}

#[tokio::test]
async fn each_step_of_a_payment_tells_its_event() {
    let shop = Shop::open().await;
    let (_, intent) = shop.paid().await;
    assert_eq!(kinds(&shop), ["checkout.session.completed"]);
    shop.post("/v1/refunds", None, &[("payment_intent", &intent)]).await;
    assert_eq!(kinds(&shop), ["refund.created", "charge.refunded"]);
    let late = shop.session("late").await["id"].as_str().unwrap().to_owned();
    shop.lookalike.pay_later(&late, true).unwrap();
    let event: Value = serde_json::from_str(&shop.lookalike.drain_webhooks()[0].body).unwrap();
    assert_eq!(event["type"], "checkout.session.completed");
    assert_eq!(event["data"]["object"]["payment_status"], "unpaid");
    shop.pass(15_000);
    assert_eq!(kinds(&shop), ["checkout.session.async_payment_succeeded"]);
    let failing = shop.session("failing").await["id"].as_str().unwrap().to_owned();
    shop.lookalike.pay_later(&failing, false).unwrap();
    shop.pass(15_000);
    assert_eq!(kinds(&shop), ["checkout.session.completed", "checkout.session.async_payment_failed"]);
    shop.session("closing").await;
    shop.pass(24 * 3_600_000);
    assert_eq!(kinds(&shop), ["checkout.session.expired"]);
}

#[tokio::test]
async fn events_come_twice_swapped_late_or_never_when_told_to() {
    let shop = Shop::open().await;
    shop.faults(|faults| faults.duplicate = 2);
    let (_, intent) = shop.paid().await;
    let copies = shop.lookalike.drain_webhooks();
    assert_eq!(copies.len(), 3);
    assert!(copies.iter().all(|copy| *copy == copies[0]), "copies are the same event");

    shop.faults(|faults| (faults.duplicate, faults.reorder) = (0, true));
    shop.post("/v1/refunds", None, &[("payment_intent", &intent), ("amount", "1")]).await;
    assert_eq!(kinds(&shop), ["charge.refunded", "refund.created"]);

    shop.faults(|faults| (faults.reorder, faults.delay_ms) = (false, 60_000));
    shop.session("delayed").await;
    shop.post("/v1/refunds", None, &[("payment_intent", &intent), ("amount", "1")]).await;
    assert!(kinds(&shop).is_empty());
    shop.pass(60_000);
    assert_eq!(kinds(&shop), ["refund.created", "charge.refunded"]);

    shop.faults(|faults| (faults.delay_ms, faults.drop_next) = (0, 1));
    shop.post("/v1/refunds", None, &[("payment_intent", &intent), ("amount", "1")]).await;
    assert_eq!(kinds(&shop), ["charge.refunded"], "the first one is lost");
}

type Inbox = Arc<Mutex<Vec<(String, String)>>>;

/// A receiver that refuses the first delivery.
async fn receive(State(inbox): State<Inbox>, headers: HeaderMap, body: String) -> StatusCode {
    let mut inbox = inbox.lock().await;
    inbox.push((headers["stripe-signature"].to_str().unwrap().to_owned(), body));
    if inbox.len() == 1 { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK }
}

#[tokio::test]
async fn an_event_is_posted_signed_until_it_is_taken() {
    let inbox = Inbox::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let receiver = axum::Router::new().route("/hook", axum::routing::post(receive)).with_state(inbox.clone());
    tokio::spawn(async move { axum::serve(listener, receiver).await });
    let shop = Shop::open_with(|config| config.webhook_url = Some(url)).await;
    shop.paid().await;
    for _ in 0..100 {
        if inbox.lock().await.len() == 2 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let received = inbox.lock().await.clone();
    assert_eq!(received.len(), 2, "refused once, then taken");
    assert_eq!(received[0], received[1]);
    let (header, body) = &received[1];
    assert_eq!(header, &stripe_lookalike::signature(SECRET, body, START_MS / 1000));
    let event: Value = serde_json::from_str(body).unwrap();
    assert_eq!(event["type"], json!("checkout.session.completed"));
    assert_eq!(event["data"]["object"]["payment_status"], json!("paid"));
}
