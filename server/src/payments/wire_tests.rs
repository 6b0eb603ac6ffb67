//! What the gateway really sends, against what Stripe's published description allows for the API version it names.

use std::sync::{Arc, Mutex};

use axum::body::{Body, to_bytes};
use axum::extract::{Query, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use domain::money::Fen;
use serde_json::Value;
use service::ports::{CheckoutRequest, CheckoutState, PaymentGateway, RefundRequest, RefundState};
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
}

type Log = Arc<Mutex<Vec<Sent>>>;

async fn note(State(log): State<Log>, request: Request, next: Next) -> axum::response::Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    let header = |name: &str| parts.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let mut parameters = pairs(parts.uri.query().unwrap_or_default());
    parameters.extend(pairs(std::str::from_utf8(&body).unwrap()));
    log.lock().unwrap().push(Sent {
        operation: format!("{} {}", parts.method, template(parts.uri.path())),
        parameters,
        version: header("stripe-version").unwrap_or_default(),
        content_type: header("content-type"),
        has_key: header("idempotency-key").is_some(),
    });
    next.run(Request::from_parts(parts, Body::from(body))).await
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
    let back = RefundRequest {
        intent_id,
        amount_fen: Fen::new(100),
        idempotency_key: "back".to_owned(),
        refund_reference: "return-1".to_owned(),
    };
    let RefundState::Succeeded { refund_id } = gateway.refund(&back).await.unwrap() else {
        panic!("not given back")
    };
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
