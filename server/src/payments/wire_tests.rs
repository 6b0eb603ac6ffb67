//! What the gateway really sends, against what Stripe's published description allows for the API version it names; and what
//! it makes of answers that are not what Stripe sends.

use std::ops::Range;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Query, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use domain::money::Fen;
use futures::future::join_all;
use serde_json::{Value, json};
use service::ports::{
    CheckoutRequest, CheckoutState, PaymentError, PaymentGateway, RefundRequest, RefundState,
};
use stripe_lookalike::{Lookalike, LookalikeConfig};

use super::{GatewayConfig, StripeGateway};

const NOW_MS: i64 = 1_760_000_000_000;

/// One request as it came over the socket.
struct Sent {
    /// Method and path, ids replaced by the names of the description: `GET /v1/refunds/{refund}`.
    operation: String,
    /// Parameters of the query and of the body, each with its name cut at the brackets.
    parameters: Vec<(Vec<String>, String)>,
    version: String,
    content_type: Option<String>,
    has_key: bool,
    /// What the network said to it.
    answer: Vec<u8>,
}

type Log = Arc<Mutex<Vec<Sent>>>;

async fn note(State(log): State<Log>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    let header = |name: &str| parts.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let mut parameters = pairs(parts.uri.query().unwrap_or_default());
    parameters.extend(pairs(std::str::from_utf8(&body).unwrap()));
    let mut sent = Sent {
        operation: format!("{} {}", parts.method, template(parts.uri.path())),
        parameters,
        version: header("stripe-version").unwrap_or_default(),
        content_type: header("content-type"),
        has_key: header("idempotency-key").is_some(),
        answer: Vec::new(),
    };
    let (head, answer) = next.run(Request::from_parts(parts, Body::from(body))).await.into_parts();
    let answer = to_bytes(answer, 1 << 20).await.unwrap();
    sent.answer = answer.to_vec();
    log.lock().unwrap().push(sent);
    Response::from_parts(head, Body::from(answer))
}

fn template(path: &str) -> String {
    let parent = |part: &str| match part {
        "sessions" => "{session}",
        "payment_intents" => "{intent}",
        "refunds" => "{refund}",
        other => panic!("an id under {other}"),
    };
    let parts: Vec<&str> = path.split('/').collect();
    let is_id = |part: &str| ["cs_", "pi_", "re_"].iter().any(|prefix| part.starts_with(prefix));
    let named =
        parts.iter().enumerate().map(|(at, part)| if is_id(part) { parent(parts[at - 1]) } else { part });
    named.collect::<Vec<&str>>().join("/")
}

fn pairs(encoded: &str) -> Vec<(Vec<String>, String)> {
    let uri = format!("/?{encoded}").parse().unwrap();
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(&uri).unwrap();
    pairs.into_iter().map(|(name, value)| (path(&name), value)).collect()
}

/// `a[b][0]` as its three parts.
fn path(name: &str) -> Vec<String> {
    name.split('[').map(|part| part.trim_end_matches(']').to_owned()).collect()
}

/// Whether a described name, in which `*` stands for any index or key, is this parameter's.
fn names(described: &[String], sent: &[String]) -> bool {
    let fits = |(described, sent): (&String, &String)| described == "*" || described == sent;
    described.len() == sent.len() && described.iter().zip(sent).all(fits)
}

fn description() -> Value {
    serde_json::from_str(include_str!("../../stripe_lookalike/tests/data/requests.json")).unwrap()
}

fn assert_allowed(sent: &Sent) {
    let description = description();
    assert_eq!(sent.version, description["version"].as_str().unwrap(), "{}", sent.operation);
    if description["sent_without"].as_array().unwrap().iter().any(|name| *name == *sent.operation) {
        assert_eq!(sent.parameters, [], "{}", sent.operation);
        return;
    }
    let operation = &description["operations"][&sent.operation];
    assert!(operation.is_object(), "{} is not described", sent.operation);
    if !sent.parameters.is_empty() {
        assert_eq!(sent.content_type.as_deref(), Some("application/x-www-form-urlencoded"));
    }
    for (name, value) in &sent.parameters {
        let known = operation["parameters"].as_object().unwrap();
        assert!(operation["top_level"].as_array().unwrap().iter().any(|top| *top == *name[0]), "{name:?}");
        let found = known.iter().find(|(described, _)| names(&path(described), name));
        let (_, rule) = found.unwrap_or_else(|| panic!("{}: {name:?} is not described", sent.operation));
        match rule["type"].as_str().unwrap() {
            "integer" => assert!(value.parse::<i64>().is_ok(), "{name:?} is {value}"),
            "string" => {
                let most = rule["max"].as_u64().unwrap_or(u64::MAX);
                assert!(value.chars().count() as u64 <= most, "{name:?} is {value}");
            }
            other => panic!("no such type: {other}"),
        }
        if let Some(values) = rule["enum"].as_array() {
            assert!(values.iter().any(|allowed| *allowed == **value), "{name:?} is {value}");
        }
    }
    for (parent, required) in operation["required"].as_object().unwrap() {
        let parent = path(parent);
        let below = sent
            .parameters
            .iter()
            .filter(|(name, _)| name.len() > parent.len() && names(&parent, &name[..parent.len()]));
        for (name, _) in below {
            for child in required.as_array().unwrap() {
                let mut needed = name[..parent.len()].to_vec();
                needed.push(child.as_str().unwrap().to_owned());
                let is_there = sent.parameters.iter().any(|(name, _)| name.starts_with(&needed));
                assert!(is_there, "{} lacks {needed:?}", sent.operation);
            }
        }
    }
}

async fn network() -> (StripeGateway, Lookalike, Log) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let lookalike = Lookalike::new(LookalikeConfig {
        secret_key: "sk_test_wire".to_owned(),
        webhook_url: None,
        webhook_secret: "whsec_wire".to_owned(),
        public_url: base.clone(),
        state_file: None,
        now: Arc::new(|| NOW_MS),
        seed: [2; 32],
    })
    .unwrap();
    let log = Log::default();
    let router = lookalike.router().layer(from_fn_with_state(log.clone(), note));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let config = GatewayConfig::new("sk_test_wire", Some(base));
    (StripeGateway::new(config, || NOW_MS).unwrap(), lookalike, log)
}

fn order(reference: &str, locale: &str, customer_email: Option<&str>) -> CheckoutRequest {
    CheckoutRequest {
        payment_reference: reference.to_owned(),
        order_number: "XJ20260101".to_owned(),
        amount_fen: Fen::new(12_850),
        description: "湘集订单 & 茶 50%".to_owned(),
        customer_email: customer_email.map(str::to_owned),
        success_url: "https://shop.example/paid?session={CHECKOUT_SESSION_ID}&x=1".to_owned(),
        cancel_url: "https://shop.example/orders/1".to_owned(),
        expires_at_ms: NOW_MS + 45 * 60_000,
        locale: locale.to_owned(),
        idempotency_key: reference.to_owned(),
    }
}

#[tokio::test]
async fn all_that_is_sent_is_in_stripes_published_description() {
    let (gateway, lookalike, log) = network().await;
    let paid = gateway.open_checkout(&order("paid", "zh", Some("buyer@example.com"))).await.unwrap();
    lookalike.succeed(&paid.session_id).unwrap();
    let CheckoutState::Paid { intent_id, .. } = gateway.find_checkout(&paid.session_id).await.unwrap() else {
        panic!("not paid")
    };
    let later = gateway.open_checkout(&order("later", "en", None)).await.unwrap();
    lookalike.pay_later(&later.session_id, true).unwrap();
    assert_eq!(gateway.find_checkout(&later.session_id).await.unwrap(), CheckoutState::Processing);
    let closed = gateway.open_checkout(&order("closed", "en", None)).await.unwrap();
    assert_eq!(gateway.expire_checkout(&closed.session_id).await.unwrap(), CheckoutState::Expired);
    let given = gateway.refund(&back(&intent_id, "back")).await.unwrap();
    let RefundState::Succeeded { refund_id } = given else { panic!("not given back") };
    gateway.find_refund(&refund_id).await.unwrap();

    let log = log.lock().unwrap();
    for sent in log.iter() {
        assert_allowed(sent);
        let creates = ["POST /v1/checkout/sessions", "POST /v1/refunds"].contains(&sent.operation.as_str());
        assert!(sent.has_key || !creates, "{} was sent without an idempotency key", sent.operation);
    }
    let description = description();
    let described = description["operations"].as_object().unwrap().keys().map(String::as_str);
    let without = description["sent_without"].as_array().unwrap().iter().filter_map(Value::as_str);
    for operation in described.chain(without) {
        assert!(log.iter().any(|sent| sent.operation == operation), "{operation} was not tried");
    }
    // Every parameter the file describes is one that was seen; an unused line would claim more than is checked.
    let create = log.iter().find(|sent| sent.operation == "POST /v1/checkout/sessions").unwrap();
    for name in description["operations"][&create.operation]["parameters"].as_object().unwrap().keys() {
        assert!(create.parameters.iter().any(|(sent, _)| names(&path(name), sent)), "{name} was not sent");
    }
}

/// A payment and a refund, as the network tells them and as they are read.
struct Told {
    session: Vec<u8>,
    paid: CheckoutState,
    refund: Vec<u8>,
    refund_id: String,
}

async fn told() -> Told {
    let (gateway, lookalike, log) = network().await;
    let page = gateway.open_checkout(&order("paid", "zh", None)).await.unwrap();
    lookalike.succeed(&page.session_id).unwrap();
    let paid = gateway.find_checkout(&page.session_id).await.unwrap();
    let CheckoutState::Paid { intent_id, .. } = &paid else { panic!("not paid") };
    let RefundState::Succeeded { refund_id } = gateway.refund(&back(intent_id, "back")).await.unwrap() else {
        panic!("not given back")
    };
    gateway.find_refund(&refund_id).await.unwrap();
    let log = log.lock().unwrap();
    let said = |operation: &str| log.iter().rfind(|sent| sent.operation == operation).unwrap().answer.clone();
    let session = said("GET /v1/checkout/sessions/{session}");
    Told { session, paid, refund: said("GET /v1/refunds/{refund}"), refund_id }
}

fn back(intent_id: &str, key: &str) -> RefundRequest {
    RefundRequest {
        intent_id: intent_id.to_owned(),
        amount_fen: Fen::new(100),
        idempotency_key: key.to_owned(),
        refund_reference: "return-1".to_owned(),
    }
}

/// A network that says the answer whose number stands behind the last `_` of the id, or of the idempotency key.
async fn saying(answers: Vec<(u16, Vec<u8>)>) -> StripeGateway {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let answers = Arc::new(answers);
    let say = move |request: Request| {
        let key = request.headers().get("idempotency-key").map(|key| key.to_str().unwrap());
        let name = key.unwrap_or(request.uri().path()).trim_end_matches("/expire");
        let at: usize = name.rsplit('_').next().unwrap().parse().unwrap();
        let (status, body) = answers[at].clone();
        async move { (StatusCode::from_u16(status).unwrap(), body) }
    };
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(say)).await });
    StripeGateway::new(GatewayConfig::new("sk_test_wire", Some(base)), || NOW_MS).unwrap()
}

/// Asks for one answer after the other, twenty at once: every call that fails pauses for a second.
async fn each<F: Future>(numbers: Range<usize>, ask: impl Fn(usize) -> F) -> Vec<F::Output> {
    let numbers: Vec<usize> = numbers.collect();
    let mut outcomes = Vec::new();
    for some in numbers.chunks(20) {
        outcomes.extend(join_all(some.iter().map(|at| ask(*at))).await);
    }
    outcomes
}

/// What becomes of an answer between the network and the shop: it breaks off, or something else speaks.
fn broken(answer: &[u8]) -> Vec<Vec<u8>> {
    let mut bodies = vec![
        b"<html><title>502 Bad Gateway</title></html>".to_vec(),
        b"\xff\xfe\x00".to_vec(),
        b"null".to_vec(),
        b"{}".to_vec(),
        br#"{"error":{}}"#.to_vec(),
        b"[".repeat(100_000),
        [answer, b"}"].concat(),
        answer[..answer.len() - 1].to_vec(),
    ];
    bodies.extend((0..answer.len()).step_by(answer.len() / 8).map(|end| answer[..end].to_vec()));
    bodies
}

/// The answer with each of its fields gone, empty, or of another kind; and which.
fn lacking(answer: &[u8]) -> Vec<(String, Vec<u8>)> {
    let whole: Value = serde_json::from_slice(answer).unwrap();
    let mut bodies = Vec::new();
    for name in whole.as_object().unwrap().keys() {
        for other in [None, Some(Value::Null), Some(json!([]))] {
            let what = format!("{name}: {other:?}");
            let mut changed = whole.clone();
            match other {
                Some(other) => changed[name.as_str()] = other,
                None => drop(changed.as_object_mut().unwrap().remove(name)),
            }
            bodies.push((what, changed.to_string().into_bytes()));
        }
    }
    bodies
}

#[tokio::test]
async fn what_cannot_be_read_is_no_payment_and_no_refusal() {
    let told = told().await;
    let broken = [broken(&told.session), broken(&told.refund)].concat();
    // Nor is a refusal believed that tells of what was done.
    let refused = broken.iter().chain([&told.session, &told.refund]).map(|body| (402, body.clone()));
    let answers: Vec<(u16, Vec<u8>)> = broken.iter().map(|body| (200, body.clone())).chain(refused).collect();
    let gateway = &saying(answers.clone()).await;
    let unavailable = each(0..answers.len(), |at: usize| async move {
        let (session, refund, key) = (format!("cs_{at}"), format!("re_{at}"), format!("k_{at}"));
        let (payment, given_back) = (order(&key, "zh", None), back("pi_1", &key));
        let (opened, found, closed, given, looked) = tokio::join!(
            gateway.open_checkout(&payment),
            gateway.find_checkout(&session),
            gateway.expire_checkout(&session),
            gateway.refund(&given_back),
            gateway.find_refund(&refund),
        );
        let errors = [opened.err(), found.err(), closed.err(), given.err(), looked.err()];
        errors.into_iter().flatten().filter(|error| matches!(error, PaymentError::Unavailable(_))).count()
    })
    .await;
    for ((status, body), unavailable) in answers.iter().zip(unavailable) {
        assert_eq!(unavailable, 5, "{status} {}", String::from_utf8_lossy(&body[..body.len().min(200)]));
    }
}

#[tokio::test]
async fn an_answer_that_lacks_something_says_what_it_said_or_nothing() {
    let told = told().await;
    let (sessions, refunds) = (lacking(&told.session), lacking(&told.refund));
    let bodies = sessions.iter().chain(&refunds);
    let gateway = &saying(bodies.map(|(_, body)| (200, body.clone())).collect()).await;
    let mut read = 0;
    let find = |at: usize| async move { gateway.find_checkout(&format!("cs_{at}")).await };
    for ((what, _), found) in sessions.iter().zip(each(0..sessions.len(), find).await) {
        match found {
            // Our own number may be missing from it; whoever reads it compares.
            Ok(CheckoutState::Paid { intent_id, amount_fen, currency, payment_reference: named }) => {
                let named = if named.is_empty() { "paid".to_owned() } else { named };
                let found = CheckoutState::Paid { intent_id, amount_fen, currency, payment_reference: named };
                assert_eq!(found, told.paid, "{what}");
                read += 1;
            }
            Err(PaymentError::Unavailable(_)) => {}
            other => panic!("{what}: {other:?}"),
        }
    }
    let find = |at: usize| async move { gateway.find_refund(&format!("re_{at}")).await };
    let numbers = sessions.len()..sessions.len() + refunds.len();
    for ((what, _), found) in refunds.iter().zip(each(numbers, find).await) {
        match found {
            Ok(RefundState::Succeeded { refund_id } | RefundState::Pending { refund_id }) => {
                assert_eq!(refund_id, told.refund_id, "{what}");
                read += 1;
            }
            Err(PaymentError::Unavailable(_)) => {}
            other => panic!("{what}: {other:?}"),
        }
    }
    assert!(read > 20, "only {read} answers were read, so this shows little");
}
