//! One's own data: taken along, erased, forgotten.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::failure::Conflict;
use domain::ids::AfterSaleId;
use domain::role::Role;
use domain::time::{DAY_MS, MINUTE_MS};
use service::accounts::{RoleCommand, grant_role, revoke_role};
use service::after_sales::{AskAfterSale, AskLine, after_sale_page, agree, ask_after_sale};
use service::personal_data::{delete_account, deletion_view, export_file, forget_old, start_export};
use service::photos::{SentPhoto, forget_unused, load_rendition, upload_photo};
use store::after_sales::erase_messages;
use store::media::mark_unused;

use super::*;

/// An order that was bought, shipped, received and is past its after-sale window.
async fn completed_order(shop: &TestShop, viewer: &Viewer) -> PlacedOrder {
    let placed = order(shop, viewer, EMAIL).await;
    pay(shop, viewer, placed.order_id).await;
    let parcel = {
        let mut conn = shop.services.db.read().await.unwrap();
        store::parcels::list_order_parcels(&mut conn, placed.order_id).await.unwrap().remove(0)
    };
    let by = service::shipping::ShipParcel {
        carrier: "中国邮政".to_owned(),
        tracking_number: "CP123".to_owned(),
    };
    service::shipping::ship_parcel(&shop.services, &shop.seller().await, parcel.id, by).await.unwrap();
    for _ in 0..25 {
        shop.clock.advance(DAY_MS);
        run_worker(shop).await;
    }
    placed
}

#[tokio::test]
async fn ones_own_data_can_be_taken_along_once_for_a_password() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let viewer = registered(shop, EMAIL).await;
        let placed = order(shop, &viewer, EMAIL).await;
        let wrong = start_export(services, &viewer, "wrong password".to_owned()).await;
        assert_eq!(refused_field(wrong), "password");
        let ticket = start_export(services, &viewer, PASSWORD.to_owned()).await.unwrap();
        let stranger = registered(shop, "13800000001").await;
        for other in [&stranger, &Viewer::default()] {
            let theirs = export_file(services, other, &ticket).await;
            assert!(matches!(theirs, Err(ServiceError::NotFound)), "{theirs:?}");
        }
        let file = export_file(services, &viewer, &ticket).await.unwrap();
        let file: serde_json::Value = serde_json::from_slice(&file).unwrap();
        assert_eq!(file["account"]["login_names"][0]["value"], EMAIL);
        assert_eq!(file["orders"][0]["number"], placed.number.as_str());
        assert_eq!(file["orders"][0]["recipient"]["phone"], "13800138642");
        assert_eq!(file["orders"][0]["lines"].as_array().unwrap().len(), 1);
        assert!(
            !file["events"].as_array().unwrap().is_empty() && file["sessions"].as_array().unwrap().len() == 1
        );
        let text = file.to_string();
        assert!(!text.contains("argon2") && !text.contains("password_hash") && !text.contains("token"));
        assert!(matches!(export_file(services, &viewer, &ticket).await, Err(ServiceError::NotFound)), "once");
        let ticket = start_export(services, &viewer, PASSWORD.to_owned()).await.unwrap();
        shop.clock.advance(10 * MINUTE_MS);
        assert!(matches!(export_file(services, &viewer, &ticket).await, Err(ServiceError::NotFound)));
    })
    .await;
}

#[tokio::test]
async fn a_deleted_account_leaves_trade_records_under_a_pseudonym() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let viewer = registered(shop, EMAIL).await;
        let user = viewer.user_id().unwrap();
        let placed = completed_order(shop, &viewer).await;
        let before = find_order(shop, placed.order_id).await;
        carts::set_quantity(services, &viewer, shop.honey.variant(), 1).await.unwrap();
        post(shop).await;

        let view = deletion_view(services, &viewer).await.unwrap();
        assert!(view.is_possible(), "{view:?}");
        assert_eq!(refused_field(delete_account(services, &viewer, String::new()).await), "password");
        delete_account(services, &viewer, PASSWORD.to_owned()).await.unwrap();

        let after = find_order(shop, placed.order_id).await;
        assert_eq!(after.recipient_name, view.pseudonym);
        assert_eq!(after.recipient_phone + &after.address + &after.email + &after.note, "");
        let kept = (after.total_fen, after.region_code, after.status, after.paid_at_ms, after.user_id);
        let was = (before.total_fen, before.region_code, before.status, before.paid_at_ms, before.user_id);
        assert_eq!(kept, was);
        assert!(signed_in(shop, EMAIL, PASSWORD).await.is_err());
        let mut conn = services.db.read().await.unwrap();
        let left = store::testing::traces::list_left_of(&mut conn, user, "林").await.unwrap();
        assert_eq!(left, Vec::<&str>::new());
        drop(conn);
        let letters = post(shop).await;
        assert_eq!((letters[0].kind, letters[0].to.as_str()), ("account-deleted", EMAIL));
        assert!(registered(shop, EMAIL).await.user.is_some(), "the address is free again");
    })
    .await;
}

pub(super) const PICTURE: &[u8] = include_bytes!("../../data/demo/pictures/tea-danya-1.webp");

/// An after-sale about a parcel that did not come, answered with the money.
pub(super) async fn refunded(shop: &TestShop, viewer: &Viewer, shown: Vec<SentPhoto>) -> AfterSaleId {
    let placed = order(shop, viewer, EMAIL).await;
    pay(shop, viewer, placed.order_id).await;
    let (line, parcel) = {
        let mut conn = shop.services.db.read().await.unwrap();
        let lines = store::orders::list_order_lines(&mut conn, placed.order_id).await.unwrap();
        let parcels = store::parcels::list_order_parcels(&mut conn, placed.order_id).await.unwrap();
        (lines[0].clone(), parcels[0].id)
    };
    let command = AskAfterSale {
        key: "show".to_owned(),
        parcel: parcel.to_string(),
        kind: "refund_unshipped".to_owned(),
        reason: "late".to_owned(),
        words: "住在山里，请看照片".to_owned(),
        amount: String::new(),
        lines: vec![AskLine {
            line: line.id.to_string(),
            quantity: line.quantity.to_string(),
            damage: String::new(),
        }],
    };
    let asked = ask_after_sale(&shop.services, viewer, command, shown).await.unwrap();
    agree(&shop.services, &shop.seller().await, asked, "agree").await.unwrap();
    run_worker(shop).await;
    asked
}

/// The hash of the photo that a buyer showed then.
async fn shown_and_refunded(shop: &TestShop, viewer: &Viewer) -> String {
    let asked = refunded(shop, viewer, vec![SentPhoto::Bytes(PICTURE.into())]).await;
    let page = after_sale_page(&shop.services, viewer, asked).await.unwrap();
    page.messages[0].photos[0].content_hash.clone()
}

#[tokio::test]
async fn what_was_said_and_shown_in_an_after_sale_goes_along_and_goes_with_the_account() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let viewer = registered(shop, EMAIL).await;
        let user = viewer.user_id().unwrap();
        let photo = shown_and_refunded(shop, &viewer).await;
        let ticket = start_export(services, &viewer, PASSWORD.to_owned()).await.unwrap();
        let file = export_file(services, &viewer, &ticket).await.unwrap();
        let file: serde_json::Value = serde_json::from_slice(&file).unwrap();
        let said = &file["orders"][0]["after_sales"][0]["messages"][0];
        assert_eq!(said["words"], "住在山里，请看照片");
        assert_eq!(said["photos"][0], format!("/media/{photo}/photo.jpg"));

        delete_account(services, &viewer, PASSWORD.to_owned()).await.unwrap();
        let mut conn = services.db.read().await.unwrap();
        let left = store::testing::traces::list_left_of(&mut conn, user, "林").await.unwrap();
        assert_eq!(left, Vec::<&str>::new());
        drop(conn);
        assert_eq!(forget_unused(services).await.unwrap(), 0, "somebody may just be sending the same");
        let seller = shop.seller().await;
        let sent = async || upload_photo(services, &seller, shop.places.tea_team, PICTURE.into(), "").await;
        assert!(matches!(sent().await, Err(ServiceError::Busy)), "what is going is put nowhere");
        shop.clock.advance(15 * MINUTE_MS + 1);
        assert_eq!(forget_unused(services).await.unwrap(), 1);
        assert_eq!(forget_unused(services).await.unwrap(), 0, "once");
        let gone = load_rendition(services, &photo, "s.webp").await;
        assert!(matches!(gone, Err(ServiceError::NotFound)), "nobody sees it any more");
        let first = sent().await.unwrap();
        assert_eq!(first.media_id, sent().await.unwrap().media_id, "it comes anew, and twice is once");
        let again = registered(shop, EMAIL).await;
        assert_eq!(shown_and_refunded(shop, &again).await, photo, "it may be sent anew");
        assert!(load_rendition(services, &photo, "s.webp").await.is_ok());
    })
    .await;
}

/// Two accounts that showed the same photo of what did not come, and the photo's hash.
async fn two_who_showed_the_same(shop: &TestShop) -> ([Viewer; 2], String) {
    let both = [registered(shop, EMAIL).await, registered(shop, "13800000001").await];
    let photo = shown_and_refunded(shop, &both[0]).await;
    assert_eq!(shown_and_refunded(shop, &both[1]).await, photo);
    (both, photo)
}

/// The photo goes with the next sweep after a while.
async fn assert_taken_away(shop: &TestShop, photo: &str) {
    shop.clock.advance(15 * MINUTE_MS + 1);
    assert_eq!(forget_unused(&shop.services).await.unwrap(), 1);
    let gone = load_rendition(&shop.services, photo, "s.webp").await;
    assert!(matches!(gone, Err(ServiceError::NotFound)), "nobody sees it any more");
}

#[tokio::test]
async fn a_photo_that_two_showed_stays_for_the_second_and_goes_with_both_at_once() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let ([first, second], photo) = two_who_showed_the_same(shop).await;
        let third = registered(shop, "13800000002").await;
        assert_eq!(shown_and_refunded(shop, &third).await, photo);
        delete_account(services, &third, PASSWORD.to_owned()).await.unwrap();
        shop.clock.advance(15 * MINUTE_MS + 1);
        assert_eq!(forget_unused(services).await.unwrap(), 0, "others show it");
        assert!(load_rendition(services, &photo, "s.webp").await.is_ok());

        let (one, other) = tokio::join!(
            delete_account(services, &first, PASSWORD.to_owned()),
            delete_account(services, &second, PASSWORD.to_owned())
        );
        one.unwrap();
        other.unwrap();
        assert_taken_away(shop, &photo).await;
    })
    .await;
}

/// On PostgreSQL neither sees what the other has taken away but not committed.
#[tokio::test]
async fn a_photo_goes_also_when_each_of_two_erasures_still_saw_it_with_the_other() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let (both, photo) = two_who_showed_the_same(shop).await;
        let mut orders = Vec::new();
        for viewer in &both {
            let mut conn = services.db.read().await.unwrap();
            let own = store::personal_data::list_orders(&mut conn, viewer.user_id().unwrap()).await.unwrap();
            orders.push(own[0].id);
        }
        let erase = async |order: OrderId| {
            let mut tx = services.db.write().await.unwrap();
            let photos = BTreeSet::from_iter(erase_messages(&mut tx, order).await.unwrap());
            assert_eq!(photos.len(), 1);
            mark_unused(&mut tx, &photos, services.now_ms()).await.unwrap();
            tx
        };
        let first = erase(orders[0]).await;
        let finish_first = async {
            // Long enough for the second to come as far as it can.
            tokio::time::sleep(Duration::from_millis(300)).await;
            first.commit().await.unwrap();
        };
        let finish_second = async { erase(orders[1]).await.commit().await.unwrap() };
        tokio::join!(finish_first, finish_second);
        assert_taken_away(shop, &photo).await;
    })
    .await;
}

#[tokio::test]
async fn what_is_open_stands_in_the_way_of_deleting() {
    let shop = TestShop::sqlite().await;
    let services = &shop.services;
    let viewer = registered(&shop, EMAIL).await;
    let placed = order(&shop, &viewer, "").await;
    let view = deletion_view(services, &viewer).await.unwrap();
    assert_eq!((view.open_orders, view.open_refunds, view.roles), (1, 0, 0));
    let refused = delete_account(services, &viewer, PASSWORD.to_owned()).await;
    assert!(matches!(refused, Err(ServiceError::Conflict(Conflict::AccountInUse))), "{refused:?}");

    pay(&shop, &viewer, placed.order_id).await;
    shop.gateway.answer_refunds(service::testing::RefundAnswer::Wait);
    service::orders::cancel_order(services, &viewer, placed.order_id, "").await.unwrap();
    run_worker(&shop).await;
    let view = deletion_view(services, &viewer).await.unwrap();
    assert_eq!((view.open_orders, view.open_refunds), (0, 1), "the money is not back yet");

    let staff = registered(&shop, "13800000001").await;
    let operator = shop.account(&[Role::Operator]).await;
    let role = Role::SellerOf(shop.places.tea_team);
    let role = RoleCommand::new(staff.user_id().unwrap(), role);
    grant_role(services, &operator, &role, "give").await.unwrap();
    assert_eq!(deletion_view(services, &staff).await.unwrap().roles, 1);
    let refused = delete_account(services, &staff, PASSWORD.to_owned()).await;
    assert!(matches!(refused, Err(ServiceError::Conflict(Conflict::AccountInUse))));
    revoke_role(services, &operator, &role, "take").await.unwrap();
    delete_account(services, &staff, PASSWORD.to_owned()).await.unwrap();
    let late = grant_role(services, &operator, &role, "too late").await;
    assert!(matches!(late, Err(ServiceError::Conflict(Conflict::StateChanged))), "{late:?}");
    assert!(delete_account(services, &Viewer::default(), PASSWORD.to_owned()).await.is_err());
}

#[tokio::test]
async fn delivery_details_are_forgotten_when_the_law_no_longer_wants_them() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let guest = shop.guest(1);
        let old = completed_order(shop, &guest).await;
        let days = services.rules.trade_record_days;
        let open = order(shop, &shop.guest(2), "").await;
        let ended_ms = find_order(shop, old.order_id).await.closed_at_ms.unwrap();
        shop.clock.advance_to(ended_ms + days * DAY_MS);
        assert_eq!(forget_old(services).await.unwrap().orders, 0, "not a moment too early");
        shop.clock.advance(1);
        assert_eq!(forget_old(services).await.unwrap().orders, 1);
        assert_eq!(forget_old(services).await.unwrap().orders, 0, "once");
        let row = find_order(shop, old.order_id).await;
        assert_eq!(
            (row.recipient_name.as_str(), row.recipient_phone.as_str(), row.address.as_str()),
            ("—", "", "")
        );
        assert!(!row.region_name.is_empty() && row.total_fen.is_positive());
        let mut conn = services.db.read().await.unwrap();
        let parcels = store::parcels::list_order_parcels(&mut conn, old.order_id).await.unwrap();
        drop(conn);
        assert_eq!(parcels[0].tracking_number, "");
        assert!(!find_order(shop, open.order_id).await.recipient_phone.is_empty(), "an open order is needed");
    })
    .await;
}

#[tokio::test]
async fn network_addresses_are_forgotten_and_the_log_stays() {
    let shop = TestShop::sqlite().await;
    let admin = shop.county_admin().await;
    let origin = service::audit::Origin { address: "203.0.113.7".to_owned(), request_id: "r".to_owned() };
    let services = shop.services.clone().with_origin(origin);
    let mut tx = services.db.write().await.unwrap();
    service::audit::note(&mut tx, &services, admin.user_id().unwrap(), "sign_in").await.unwrap();
    tx.commit().await.unwrap();
    shop.clock.advance((services.rules.security_address_days + 1) * DAY_MS);
    assert_eq!(forget_old(&services).await.unwrap().origins, 1);
    let page = service::audit::log_page(&services, &admin, &Default::default()).await.unwrap();
    assert_eq!((page.lines.len(), page.lines[0].address.as_str()), (1, ""));
}
