//! The gateway against the look-alike over a real socket: the way production talks to Stripe.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use domain::money::Fen;
use service::ports::{
    CheckoutRequest, CheckoutState, PaymentError, PaymentGateway, RefundRequest, RefundState,
};
use stripe_lookalike::{Faults, Lookalike, LookalikeConfig, RefundMode};

use super::stripe_gateway::without_addresses;
use super::webhook::{self, SignatureError, Subject};
use super::{GatewayConfig, StripeGateway};

const SECRET: &str = "whsec_gateway";
const START_MS: i64 = 1_760_000_000_000;

struct Network {
    lookalike: Lookalike,
    gateway: StripeGateway,
    clock: Arc<AtomicI64>,
}

async fn network() -> Network {
    network_with(|_| {}).await
}

async fn network_with(adjust: impl FnOnce(&mut GatewayConfig)) -> Network {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let clock = Arc::new(AtomicI64::new(START_MS));
    let (theirs, ours) = (clock.clone(), clock.clone());
    let lookalike = Lookalike::new(LookalikeConfig {
        secret_key: "sk_test_gateway".to_owned(),
        webhook_url: None,
        webhook_secret: SECRET.to_owned(),
        public_url: base.clone(),
        state_file: None,
        now: Arc::new(move || theirs.load(Ordering::SeqCst)),
        seed: [1; 32],
    })
    .unwrap();
    tokio::spawn(lookalike.clone().run(listener, std::future::pending()));
    let mut config = GatewayConfig::new("sk_test_gateway", Some(base));
    adjust(&mut config);
    let gateway = StripeGateway::new(config, move || ours.load(Ordering::SeqCst)).unwrap();
    Network { lookalike, gateway, clock }
}

fn order(key: &str) -> CheckoutRequest {
    CheckoutRequest {
        payment_reference: "0f3k2".to_owned(),
        order_number: "XJ20260101".to_owned(),
        amount_fen: Fen::new(12_850),
        description: "湘集订单".to_owned(),
        customer_email: Some("buyer@example.com".to_owned()),
        success_url: "https://shop.example/paid?session={CHECKOUT_SESSION_ID}".to_owned(),
        cancel_url: "https://shop.example/orders/1".to_owned(),
        expires_at_ms: START_MS + 45 * 60_000,
        locale: "zh".to_owned(),
        idempotency_key: key.to_owned(),
    }
}

fn refund(intent_id: &str, amount: i64, key: &str) -> RefundRequest {
    RefundRequest {
        intent_id: intent_id.to_owned(),
        amount_fen: Fen::new(amount),
        idempotency_key: key.to_owned(),
        refund_reference: format!("ref-{key}"),
    }
}

impl Network {
    async fn open(&self, key: &str) -> String {
        self.gateway.open_checkout(&order(key)).await.unwrap().session_id
    }

    async fn paid(&self) -> String {
        let session = self.open("paid").await;
        self.lookalike.succeed(&session).unwrap();
        match self.gateway.find_checkout(&session).await.unwrap() {
            CheckoutState::Paid { intent_id, .. } => intent_id,
            other => panic!("not paid: {other:?}"),
        }
    }

    fn faults(&self, change: impl FnOnce(&mut Faults)) {
        let mut faults = self.lookalike.faults();
        change(&mut faults);
        self.lookalike.set_faults(faults);
    }
}

fn code(error: PaymentError) -> String {
    match error {
        PaymentError::Refused { code, .. } => code,
        PaymentError::Unavailable(message) => format!("unavailable: {message}"),
    }
}

#[tokio::test]
async fn the_same_key_opens_the_same_page_and_other_facts_under_it_are_refused() {
    let network = network().await;
    let first = network.gateway.open_checkout(&order("k")).await.unwrap();
    assert!(first.url.ends_with(&format!("/pay/{}", first.session_id)));
    assert_eq!(network.gateway.open_checkout(&order("k")).await.unwrap(), first);
    let changed = CheckoutRequest { amount_fen: Fen::new(1), ..order("k") };
    assert_eq!(code(network.gateway.open_checkout(&changed).await.unwrap_err()), "idempotency_error");
}

#[tokio::test]
async fn a_page_that_should_close_too_soon_stays_open_as_long_as_stripe_asks() {
    let network = network().await;
    let soon = CheckoutRequest { expires_at_ms: START_MS + 60_000, ..order("k") };
    let page = network.gateway.open_checkout(&soon).await.unwrap();
    // Sent again a little later, it is still the same request.
    network.clock.fetch_add(20_000, Ordering::SeqCst);
    assert_eq!(network.gateway.open_checkout(&soon).await.unwrap(), page);
    network.clock.fetch_add(30 * 60_000, Ordering::SeqCst);
    assert_eq!(network.gateway.find_checkout(&page.session_id).await.unwrap(), CheckoutState::Open);
    network.clock.fetch_add(10 * 60_000, Ordering::SeqCst);
    assert_eq!(network.gateway.find_checkout(&page.session_id).await.unwrap(), CheckoutState::Expired);
}

#[tokio::test]
async fn payment_tells_amount_currency_and_our_reference_by_question_and_by_event() {
    let network = network().await;
    let session = network.open("k").await;
    assert_eq!(network.gateway.find_checkout(&session).await.unwrap(), CheckoutState::Open);
    network.lookalike.succeed(&session).unwrap();
    let CheckoutState::Paid { intent_id, amount_fen, currency, payment_reference } =
        network.gateway.find_checkout(&session).await.unwrap()
    else {
        panic!("not paid")
    };
    assert_eq!(
        (amount_fen, currency.as_str(), payment_reference.as_str()),
        (Fen::new(12_850), "cny", "0f3k2")
    );
    let sent = network.lookalike.drain_webhooks().remove(0);
    webhook::verify(&sent.signature, sent.body.as_bytes(), SECRET, START_MS).unwrap();
    let event = webhook::parse(sent.body.as_bytes());
    assert_eq!(
        (event.id.as_str(), event.kind.as_str()),
        (sent.event_id.as_str(), "checkout.session.completed")
    );
    let Subject::CheckoutSession(facts) = event.subject else { panic!("{:?}", event.subject) };
    assert!(facts.paid);
    assert_eq!(facts.session_id, session);
    assert_eq!(facts.payment_reference.as_deref(), Some("0f3k2"));
    assert_eq!((facts.amount_fen, facts.currency.as_str()), (Fen::new(12_850), "cny"));
    assert_eq!(facts.intent_id, Some(intent_id));
}

#[tokio::test]
async fn money_on_its_way_is_processing_until_it_arrives_or_fails() {
    let network = network().await;
    let (arrives, fails) = (network.open("a").await, network.open("b").await);
    for (session, succeeds) in [(&arrives, true), (&fails, false)] {
        network.lookalike.pay_later(session, succeeds).unwrap();
        assert_eq!(network.gateway.find_checkout(session).await.unwrap(), CheckoutState::Processing);
        network.lookalike.settle(session, succeeds);
    }
    assert!(matches!(network.gateway.find_checkout(&arrives).await.unwrap(), CheckoutState::Paid { .. }));
    assert_eq!(network.gateway.find_checkout(&fails).await.unwrap(), CheckoutState::Expired);
}

#[tokio::test]
async fn closing_a_page_tells_whether_the_money_came_first() {
    let network = network().await;
    let (open, paid) = (network.open("a").await, network.open("b").await);
    network.lookalike.succeed(&paid).unwrap();
    assert_eq!(network.gateway.expire_checkout(&open).await.unwrap(), CheckoutState::Expired);
    assert_eq!(network.gateway.expire_checkout(&open).await.unwrap(), CheckoutState::Expired);
    assert!(matches!(network.gateway.expire_checkout(&paid).await.unwrap(), CheckoutState::Paid { .. }));
    // Whoever presses the button just after the page closed pays nothing.
    network.lookalike.succeed(&open).unwrap();
    assert_eq!(network.gateway.find_checkout(&open).await.unwrap(), CheckoutState::Expired);
}

#[tokio::test]
async fn refunds_in_parts_stop_at_what_was_paid() {
    let network = network().await;
    let intent = network.paid().await;
    for key in ["r1", "r2"] {
        let state = network.gateway.refund(&refund(&intent, 6_000, key)).await.unwrap();
        assert_eq!(network.gateway.refund(&refund(&intent, 6_000, key)).await.unwrap(), state);
        let RefundState::Succeeded { refund_id } = state else { panic!("{state:?}") };
        let found = network.gateway.find_refund(&refund_id).await.unwrap();
        assert_eq!(found, RefundState::Succeeded { refund_id });
    }
    let over = network.gateway.refund(&refund(&intent, 851, "r3")).await.unwrap_err();
    assert_eq!(code(over), "amount_too_large");
    let created = |sent: stripe_lookalike::SignedWebhook| match webhook::parse(sent.body.as_bytes()).subject {
        Subject::Refund(facts) => Some((facts.refund_reference?, facts.amount_fen, facts.status)),
        _ => None,
    };
    let told: Vec<_> = network.lookalike.drain_webhooks().into_iter().filter_map(created).collect();
    let expected =
        ["ref-r1", "ref-r2"].map(|name| (name.to_owned(), Fen::new(6_000), "succeeded".to_owned()));
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_refund_that_fails_later_says_why() {
    let network = network().await;
    let intent = network.paid().await;
    network.faults(|faults| faults.refunds = RefundMode::Fail);
    let state = network.gateway.refund(&refund(&intent, 100, "r")).await.unwrap();
    let RefundState::Pending { refund_id } = state else { panic!("{state:?}") };
    network.lookalike.settle_refund(&refund_id, false);
    let failed = RefundState::Failed { refund_id: refund_id.clone(), code: "declined".to_owned() };
    assert_eq!(network.gateway.find_refund(&refund_id).await.unwrap(), failed);
}

#[tokio::test]
async fn an_answer_lost_after_the_work_is_asked_for_again_and_done_once() {
    let network = network().await;
    network.faults(|faults| faults.commit_then_fail_next_api = 1);
    let page = network.gateway.open_checkout(&order("k")).await.unwrap();
    assert_eq!(network.gateway.open_checkout(&order("k")).await.unwrap(), page);
    let intent = network.paid().await;
    network.faults(|faults| faults.commit_then_fail_next_api = 1);
    network.gateway.refund(&refund(&intent, 12_000, "lost")).await.unwrap();
    network.gateway.refund(&refund(&intent, 850, "rest")).await.unwrap();
    assert!(network.gateway.refund(&refund(&intent, 1, "more")).await.is_err());
}

#[tokio::test]
async fn a_network_that_is_down_is_unavailable_and_not_a_refusal() {
    let network = network_with(|config| config.timeout = Duration::from_millis(400)).await;
    network.faults(|faults| faults.timeout_next_api = 1);
    let silent = network.gateway.open_checkout(&order("k")).await.unwrap_err();
    assert!(matches!(silent, PaymentError::Unavailable(_)), "{silent}");
    network.faults(|faults| faults.answer_next_api = vec![500, 429, 409]);
    let broken = network.gateway.open_checkout(&order("k")).await.unwrap_err();
    assert!(matches!(broken, PaymentError::Unavailable(_)), "{broken}");
    network.faults(|faults| faults.answer_next_api = vec![401]);
    let locked = network.gateway.find_refund("re_1").await;
    assert_eq!(code(locked.unwrap_err()), "resource_missing", "asked again after the key was not accepted");
}

#[tokio::test]
async fn an_id_with_a_path_in_it_is_not_sent() {
    let network = network().await;
    for id in ["", "../refunds", "cs_1/expire", "cs_1?expand=x"] {
        assert_eq!(code(network.gateway.find_checkout(id).await.unwrap_err()), "resource_missing", "{id}");
    }
}

#[test]
fn a_signature_counts_only_for_its_body_its_secret_and_its_time() {
    let body = br#"{"id":"evt_1"}"#;
    let now_s = START_MS / 1000;
    let header = stripe_lookalike::signature(SECRET, std::str::from_utf8(body).unwrap(), now_s);
    assert_eq!(webhook::verify(&header, body, SECRET, START_MS), Ok(()));
    let cases = [
        (header.clone(), &b"{\"id\":\"evt_2\"}"[..], SECRET, 0, SignatureError::Mismatch),
        (header.clone(), body, "whsec_other", 0, SignatureError::Mismatch),
        (header.clone(), body, SECRET, 301, SignatureError::Stale),
        (header.clone(), body, SECRET, -301, SignatureError::Stale),
        (header.replace("v1=", "v0="), body, SECRET, 0, SignatureError::Malformed),
        (header.replace("t=", "t=x"), body, SECRET, 0, SignatureError::Malformed),
        (header.replace("v1=", "v1=é"), body, SECRET, 0, SignatureError::Malformed),
        (String::new(), body, SECRET, 0, SignatureError::Malformed),
    ];
    for (header, body, secret, later_s, expected) in cases {
        let at_ms = START_MS + later_s * 1000;
        assert_eq!(webhook::verify(&header, body, secret, at_ms), Err(expected), "{header}");
    }
    for later_s in [-300, 300] {
        assert_eq!(webhook::verify(&header, body, SECRET, START_MS + later_s * 1000), Ok(()));
    }
    // While the secret is being changed the network signs with both.
    let rolled = header.replace(",v1=", &format!(",v1={},v1=", "00".repeat(32)));
    assert_eq!(webhook::verify(&rolled, body, SECRET, START_MS), Ok(()));
}

#[test]
fn what_cannot_be_read_keeps_an_id_to_be_stored_under() {
    let broken = webhook::parse(b"{not json");
    assert!(broken.id.starts_with("sha256:") && broken.id.len() == 71);
    assert_eq!(broken.id, webhook::parse(b"{not json").id);
    let body = br#"{"id":"evt_9","type":"checkout.session.completed","data":{"object":{"object":"checkout.session"}}}"#;
    let lacking = webhook::parse(body);
    assert_eq!(lacking.id, "evt_9");
    assert!(matches!(lacking.subject, Subject::Unreadable { .. }));
    let other =
        webhook::parse(br#"{"id":"evt_3","type":"payout.paid","data":{"object":{"object":"payout"}}}"#);
    assert_eq!(other.subject, Subject::Other);
}

#[test]
fn what_the_network_says_of_an_address_does_not_name_it() {
    assert_eq!(without_addresses("Invalid email address: a.b@shop.example"), "Invalid email address: …");
    assert_eq!(without_addresses("No such payment_intent: 'pi_1'"), "No such payment_intent: 'pi_1'");
}
