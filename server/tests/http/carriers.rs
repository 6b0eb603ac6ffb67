//! Carriers' notices over HTTP: believed when they are signed now with the shop's secret, and kept once.

use domain::ids::TeamId;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::test_shop::{START_MS, TestShop};

pub const SECRET: &str = "a secret with a carrier";

/// The header's words for a body signed at this moment; the payment network signs in the same way.
pub fn signed(secret: &str, at_s: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{at_s}.{body}").as_bytes());
    let code: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={at_s},v1={code}")
}

async fn send(shop: &TestShop, signature: &str, body: &str) -> u16 {
    let client = reqwest::Client::new();
    let request = client.post(format!("http://{}/webhooks/carrier", shop.address));
    let request = request.header("carrier-signature", signature).body(body.to_owned());
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_notice_is_taken_once_and_only_from_whoever_knows_the_secret() {
    let shop =
        TestShop::start_changed(|settings| settings.carrier_webhook_secret = Some(SECRET.parse().unwrap()))
            .await;
    let at_s = START_MS / 1000;
    let body = format!(
        r#"{{"events":[{{"carrier":"顺丰速运","tracking_number":"SF1","status":"in_transit","place":"西安","happened_at_ms":{START_MS}}}]}}"#
    );
    let told = async || {
        let mut conn = shop.services.db.read().await.unwrap();
        let digest = service::shipping::carriers::number_digest("顺丰", "SF1");
        store::carriers::list_events(&mut conn, &digest, TeamId::from_i64(1), 9).await.unwrap().len()
    };
    assert_eq!(send(&shop, "", &body).await, 400, "nobody signed it");
    assert_eq!(send(&shop, &signed("another secret, as long", at_s, &body), &body).await, 400, "forged");
    assert_eq!(send(&shop, &signed(SECRET, at_s, &body), &body.replace("SF1", "SF2")).await, 400, "changed");
    assert_eq!(told().await, 0);
    let signature = signed(SECRET, at_s, &body);
    for _again in 0..3 {
        assert_eq!(send(&shop, &signature, &body).await, 200);
        assert_eq!(told().await, 1, "once, however often it comes");
    }
    shop.clock.advance_ms(301_000);
    assert_eq!(send(&shop, &signature, &body).await, 400, "played again later");
    assert_eq!(told().await, 1);
    shop.stop().await;
}

#[tokio::test]
async fn without_a_secret_there_is_no_carrier() {
    let shop = TestShop::start().await;
    assert_eq!(send(&shop, &signed("", START_MS / 1000, "{}"), "{}").await, 404);
    shop.stop().await;
}
