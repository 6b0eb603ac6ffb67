//! Every field that the look-alike answers stands in Stripe's published description, with its type and values;
//! every field that the description requires is answered.

use serde_json::Value;
use stripe_lookalike::RefundMode;

use crate::support::{Shop, order_with};

fn description() -> Value {
    serde_json::from_str(include_str!("../data/responses.json")).unwrap()
}

/// Checks one value against a type in the words of the data file.
fn check(description: &Value, value: &Value, kind: &str, place: &str) {
    let (kind, nullable) = kind.strip_suffix('?').map_or((kind, false), |kind| (kind, true));
    if nullable && value.is_null() {
        return;
    }
    let texts = |mut values: Box<dyn Iterator<Item = &Value> + '_>| values.all(Value::is_string);
    let fits = match kind {
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64(),
        "string" => value.is_string(),
        "object" => value.is_object(),
        "list" => value.is_array(),
        "list:string" => value.as_array().is_some_and(|values| texts(Box::new(values.iter()))),
        "texts" => value.as_object().is_some_and(|values| texts(Box::new(values.values()))),
        _ => match kind.strip_prefix("string|") {
            Some(_) if value.is_string() => true,
            other => {
                let name = other.unwrap_or(kind).strip_prefix('@').unwrap();
                return check_schema(description, value, name, place);
            }
        },
    };
    assert!(fits, "{place} is not {kind}: {value}");
}

fn check_schema(description: &Value, object: &Value, name: &str, place: &str) {
    let schema = &description[name];
    assert!(schema.is_object(), "no description of {name}");
    let fields = object.as_object().unwrap_or_else(|| panic!("{place} is not an object: {object}"));
    for required in schema["required"].as_array().unwrap() {
        assert!(fields.contains_key(required.as_str().unwrap()), "{place} lacks {required}");
    }
    for (field, value) in fields {
        let place = format!("{place}.{field}");
        let kind = schema["fields"][field].as_str().unwrap_or_else(|| panic!("{place} is not described"));
        check(description, value, kind, &place);
        if let Some(values) = schema["enum"][field].as_array().filter(|_| !value.is_null()) {
            assert!(values.contains(value), "{place} is {value}");
        }
    }
}

/// Checks one object against the schema that its own `object` field names.
fn conforms(object: &Value) {
    let name = object["object"].as_str().unwrap_or_else(|| panic!("not one of Stripe's objects: {object}"));
    check_schema(&description(), object, name, name);
}

#[tokio::test]
async fn answers_in_every_state_have_the_shape_that_stripe_publishes() {
    let shop = Shop::open().await;
    let session = async |key: &str| shop.session(key).await["id"].as_str().unwrap().to_owned();
    conforms(&shop.session("open").await);
    conforms(
        &shop.post("/v1/checkout/sessions", None, &order_with("customer_email", "a@example.com")).await.1,
    );
    let (declined, later, failing) =
        (session("declined").await, session("later").await, session("failing").await);
    shop.lookalike.decline(&declined).unwrap();
    shop.lookalike.pay_later(&later, true).unwrap();
    shop.lookalike.pay_later(&failing, false).unwrap();
    let (paid, intent) = shop.paid().await;
    for round in 0..2 {
        for id in [&declined, &later, &failing, &paid] {
            let (status, short) = shop.get(&format!("/v1/checkout/sessions/{id}")).await;
            assert_eq!(status, 200);
            conforms(&short);
            let path = format!("/v1/checkout/sessions/{id}?expand[0]=payment_intent");
            let (_, long) = shop.get(&path).await;
            assert!(long["payment_intent"].is_object());
            conforms(&long);
            let intent = short["payment_intent"].as_str().unwrap();
            conforms(&shop.get(&format!("/v1/payment_intents/{intent}")).await.1);
        }
        if round == 0 {
            conforms(&shop.post(&format!("/v1/checkout/sessions/{declined}/expire"), None, &[]).await.1);
            shop.lookalike.settle(&later, true);
            shop.lookalike.settle(&failing, false);
        }
    }
    let give_back =
        [("payment_intent", intent.as_str()), ("amount", "1"), ("reason", "requested_by_customer")];
    for mode in [RefundMode::Succeed, RefundMode::Fail] {
        shop.faults(|faults| faults.refunds = mode);
        let (status, refund) = shop.post("/v1/refunds", None, &give_back).await;
        assert_eq!(status, 200, "{refund}");
        conforms(&refund);
        let id = refund["id"].as_str().unwrap();
        shop.lookalike.settle_refund(id, false);
        conforms(&shop.get(&format!("/v1/refunds/{id}")).await.1);
    }
    let events = shop.lookalike.drain_webhooks();
    let sent = |kind: &str| events.iter().any(|event| event.kind == kind);
    for kind in [
        "checkout.session.expired",
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "refund.created",
        "refund.updated",
        "refund.failed",
        "charge.refunded",
    ] {
        assert!(sent(kind), "{kind} was not sent");
    }
    for event in events {
        let event: Value = serde_json::from_str(&event.body).unwrap();
        conforms(&event);
        conforms(&event["data"]["object"]);
    }
}

#[tokio::test]
async fn refusals_have_the_shape_that_stripe_publishes() {
    let shop = Shop::open().await;
    let refused = |(status, body): (u16, Value)| {
        assert!(status >= 400, "{body}");
        check_schema(&description(), &body, "error", "error");
    };
    refused(shop.get("/v1/checkout/sessions/cs_none").await);
    refused(shop.get("/v1/refunds/re_none").await);
    refused(shop.post("/v1/checkout/sessions", None, &order_with("mode", "")).await);
    shop.session("k").await;
    refused(shop.post("/v1/checkout/sessions", Some("k"), &order_with("locale", "en")).await);
    let (session, intent) = shop.paid().await;
    refused(shop.post(&format!("/v1/checkout/sessions/{session}/expire"), None, &[]).await);
    refused(shop.post("/v1/refunds", None, &[("payment_intent", &intent), ("amount", "99999999")]).await);
    for status in [401, 402, 409, 429, 500, 503] {
        shop.faults(|faults| faults.answer_next_api = vec![status]);
        refused(shop.get("/v1/refunds/re_none").await);
    }
}

#[tokio::test]
async fn parameters_that_are_not_published_are_refused() {
    let shop = Shop::open().await;
    let id = shop.session("k").await["id"].as_str().unwrap().to_owned();
    let unknown = [("coupon", "x")];
    let answers = [
        shop.post("/v1/checkout/sessions", None, &order_with("payment_method_types[0]", "card")).await,
        shop.post(&format!("/v1/checkout/sessions/{id}/expire"), None, &unknown).await,
        shop.post("/v1/refunds", None, &unknown).await,
        shop.get(&format!("/v1/checkout/sessions/{id}?coupon=x")).await,
    ];
    for (status, body) in answers {
        assert_eq!((status, body["error"]["code"].as_str()), (400, Some("parameter_unknown")), "{body}");
    }
}
