//! What the look-alike answers carries the fields that Stripe's published description calls required.

use serde_json::Value;

use crate::support::Shop;

fn description() -> Value {
    serde_json::from_str(include_str!("../data/required_fields.json")).unwrap()
}

fn is(value: &Value, kind: &str) -> bool {
    match kind {
        "array" => value.is_array(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64(),
        "object" => value.is_object(),
        "string" => value.is_string(),
        other => panic!("no such type: {other}"),
    }
}

/// Checks one object against the schema that its own `object` field names.
fn conforms(object: &Value) {
    let name = object["object"].as_str().unwrap();
    let schema = &description()[name];
    assert!(schema.is_object(), "no description of {name}");
    for (field, kind) in schema["required"].as_object().unwrap() {
        assert!(is(&object[field], kind.as_str().unwrap()), "{name}.{field} is {}", object[field]);
    }
    for (field, kind) in schema["nullable"].as_object().unwrap() {
        let value = object.get(field).unwrap_or_else(|| panic!("{name}.{field} is missing"));
        assert!(value.is_null() || is(value, kind.as_str().unwrap()), "{name}.{field} is {value}");
    }
    for (field, values) in schema["enums"].as_object().unwrap() {
        assert!(values.as_array().unwrap().contains(&object[field]), "{name}.{field} is {}", object[field]);
    }
}

#[tokio::test]
async fn answers_and_events_have_the_shape_that_stripe_publishes() {
    let shop = Shop::open().await;
    let open = shop.session("open").await;
    conforms(&open);
    let declined = open["id"].as_str().unwrap();
    shop.lookalike.decline(declined).unwrap();
    shop.lookalike.expire(declined).unwrap();
    let (session, intent) = shop.paid().await;
    conforms(&shop.get(&format!("/v1/checkout/sessions/{session}")).await.1);
    conforms(&shop.get(&format!("/v1/payment_intents/{intent}")).await.1);
    let (_, refund) = shop.post("/v1/refunds", None, &[("payment_intent", &intent), ("amount", "1")]).await;
    conforms(&refund);
    let events = shop.lookalike.drain_webhooks();
    let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
    let expected =
        ["checkout.session.expired", "checkout.session.completed", "refund.created", "charge.refunded"];
    assert_eq!(kinds, expected);
    for event in events {
        let event: Value = serde_json::from_str(&event.body).unwrap();
        conforms(&event);
        conforms(&event["data"]["object"]);
    }
}
