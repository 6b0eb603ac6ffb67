//! What is told by letter, and what becomes of letters when the mail server is bad.

use domain::parcel::ParcelStatus;
use service::orders::cancel_order;
use service::shipping::{ShipParcel, ship_parcel};
use store::testing::traces;

use super::*;

#[tokio::test]
async fn a_buyer_with_an_address_hears_of_the_order_and_others_do_not() {
    TestShop::on_both(async |shop| {
        let guest = shop.guest(1);
        let placed = order(shop, &guest, "guest@buyer.example").await;
        let letters = post(shop).await;
        assert_eq!(kinds(&letters), ["order-placed"]);
        assert_eq!(letters[0].to, "guest@buyer.example");
        assert!(letters[0].subject.contains(&placed.number) && letters[0].text.contains("¥"));
        for private in ["13800138642", "示范路", "林小满"] {
            assert!(!letters[0].text.contains(private) && !letters[0].html.contains(private), "{private}");
        }
        pay(shop, &guest, placed.order_id).await;
        assert_eq!(kinds(&post(shop).await), ["order-paid"]);
        let parcel = {
            let mut conn = shop.services.db.read().await.unwrap();
            store::parcels::list_order_parcels(&mut conn, placed.order_id).await.unwrap().remove(0)
        };
        assert_eq!(parcel.status, ParcelStatus::ToPack);
        let seller = shop.seller().await;
        let by = ShipParcel { carrier: "中国邮政".to_owned(), tracking_number: "CP123".to_owned() };
        ship_parcel(&shop.services, &seller, parcel.id, by.clone()).await.unwrap();
        ship_parcel(&shop.services, &seller, parcel.id, by).await.unwrap();
        let letters = post(shop).await;
        assert_eq!(kinds(&letters), ["parcel-shipped"], "once");
        assert!(letters[0].text.contains("CP123") && letters[0].text.contains("中国邮政"));

        let other = order(shop, &shop.guest(2), "").await;
        pay(shop, &shop.guest(2), other.order_id).await;
        assert!(post(shop).await.is_empty(), "no address, no letter");
    })
    .await;
}

#[tokio::test]
async fn a_refund_is_told_when_the_money_is_on_its_way() {
    let shop = TestShop::sqlite().await;
    let guest = shop.guest(1);
    let placed = order(&shop, &guest, "guest@buyer.example").await;
    pay(&shop, &guest, placed.order_id).await;
    post(&shop).await;
    cancel_order(&shop.services, &guest, placed.order_id, "").await.unwrap();
    run_worker(&shop).await;
    let letters = post(&shop).await;
    assert_eq!(kinds(&letters), ["refund-sent"]);
    assert!(letters[0].text.contains("退款金额"));
}

#[tokio::test]
async fn letters_are_in_the_readers_language() {
    let shop = TestShop::sqlite().await;
    let english = Viewer { locale: Locale::En, ..shop.guest(1) };
    order(&shop, &english, "guest@buyer.example").await;
    let letters = post(&shop).await;
    assert!(letters[0].subject.contains("was placed"), "{}", letters[0].subject);
    assert!(letters[0].text.contains("/en/find-order"));
}

#[tokio::test]
async fn a_letter_is_tried_again_with_pauses_and_arrives_at_least_once() {
    TestShop::on_both(async |shop| {
        registered(shop, EMAIL).await;
        shop.mailer.go_deaf(2);
        assert!(post(shop).await.is_empty());
        assert_eq!(shop.mailer.tries(), 1, "not again at once");
        shop.clock.advance(30_000);
        assert!(post(shop).await.is_empty());
        shop.clock.advance(59_999);
        post(shop).await;
        assert_eq!(shop.mailer.tries(), 2, "the pause doubles");
        shop.mailer.lose_answers(1);
        shop.clock.advance(1);
        assert_eq!(kinds(&post(shop).await), ["confirm-email"], "arrived, though nobody said so");
        shop.clock.advance(120_000);
        assert_eq!(kinds(&post(shop).await), ["confirm-email"], "so it comes twice");
        shop.clock.advance(domain::time::DAY_MS);
        assert!(post(shop).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_letter_that_cannot_be_sent_is_given_up_and_shown() {
    let shop = TestShop::sqlite().await;
    let admin = shop.county_admin().await;
    registered(&shop, EMAIL).await;
    shop.mailer.go_deaf(1_000);
    for _ in 0..20 {
        post(&shop).await;
        shop.clock.advance(domain::time::HOUR_MS);
    }
    assert_eq!(shop.mailer.tries(), usize::try_from(service::mail::MAX_TRIES).unwrap(), "bounded");
    shop.mailer.go_deaf(0);
    shop.mailer.refuse(true);
    service::accounts::ask_reset(&shop.services, EMAIL, HOME).await.unwrap();
    post(&shop).await;
    assert_eq!(shop.mailer.tries(), 11, "a final no is not asked twice");
    let page = service::audit::log_page(&shop.services, &admin, &Default::default()).await.unwrap();
    assert_eq!(page.unsent_letters.len(), 2);
    assert!(
        page.lines
            .iter()
            .any(|line| line.action == "letter_given_up" && line.detail.contains("reset-password"))
    );
    let mut conn = shop.services.db.read().await.unwrap();
    let kept = traces::count_kept_letters(&mut conn).await.unwrap();
    assert_eq!(kept, 0, "what a letter said is forgotten");
}

#[tokio::test]
async fn no_way_into_an_account_stands_in_the_database() {
    let shop = TestShop::sqlite().await;
    registered(&shop, EMAIL).await;
    service::accounts::ask_reset(&shop.services, EMAIL, HOME).await.unwrap();
    let letters = post(&shop).await;
    let mut conn = shop.services.db.read().await.unwrap();
    for letter in &letters {
        let token = token_of(letter);
        let outbox = traces::list_outbox_payloads(&mut conn).await.unwrap();
        assert!(outbox.iter().all(|payload| !payload.contains(&token) && !payload.contains(EMAIL)));
        assert!(!traces::has_account_link(&mut conn, token.as_bytes()).await.unwrap(), "only a hash");
    }
}

#[tokio::test]
async fn a_device_not_seen_before_is_told_once() {
    let shop = TestShop::sqlite().await;
    registered(&shop, EMAIL).await;
    post(&shop).await;
    const PHONE: &str = "Mozilla/5.0 (Linux; Android 14) Chrome/130 Mobile Safari/537.36";
    signed_in_from(&shop, EMAIL, PHONE).await;
    let letters = post(&shop).await;
    assert_eq!(kinds(&letters), ["new-sign-in"]);
    assert!(letters[0].text.contains("Android"), "{}", letters[0].text);
    signed_in_from(&shop, EMAIL, PHONE).await;
    assert!(post(&shop).await.is_empty());
    let phone_only = registered(&shop, "13800000001").await;
    assert!(phone_only.user.is_some());
    signed_in_from(&shop, "13800000001", PHONE).await;
    assert!(post(&shop).await.is_empty(), "nobody to tell");
}
