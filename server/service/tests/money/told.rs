//! What those who sell are told of besides orders: recalls, money by bank, licences that end.

use domain::notification::NotificationKind;
use domain::role::Role;
use domain::time::DAY_MS;
use service::mail::send_due;
use service::marks::{WithdrawLicence, withdraw_licence};
use service::notifications::{NotificationQuery, NotificationRow, list_notifications, look_at_the_day};
use service::stock::{RecallBatch, recall_batch, refund_recalled_orders, withdraw_recall_refunds};
use service::testing::START_MS;
use service::units::{announce_transfer, approve_order, confirm_transfer, give_up_transfer};

use super::*;

/// What a person has not read of one kind in the tea team's console.
async fn unread(shop: &TestShop, viewer: &Viewer, kind: NotificationKind) -> Vec<NotificationRow> {
    let query = NotificationQuery { kind: kind.as_str().to_owned(), ..NotificationQuery::default() };
    list_notifications(&shop.services, viewer, shop.places.tea_team, &query, 1).await.unwrap().rows
}

/// Kind and address of what was written since the last time.
async fn letters(shop: &TestShop) -> Vec<(String, String)> {
    while send_due(&shop.services).await.unwrap() > 0 {}
    let mut written: Vec<(String, String)> =
        shop.mailer.take().into_iter().map(|mail| (mail.kind.to_owned(), mail.to)).collect();
    written.sort();
    written
}

fn told(kind: &str, to: &str) -> (String, String) {
    (kind.to_owned(), to.to_owned())
}

fn recall(id: BatchId) -> RecallBatch {
    RecallBatch {
        batch: id.to_string(),
        reason: "quality".to_owned(),
        notice: "请停止饮用。".to_owned(),
        confirm: "on".to_owned(),
    }
}

#[tokio::test]
async fn a_recall_is_told_to_colleagues_and_the_county_and_its_refunds_to_the_captain() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let (seller, captain, county) =
            (shop.seller().await, shop.captain().await, shop.county_admin().await);
        let stranger = shop.account(&[Role::SellerOf(shop.places.honey_team)]).await;
        for (viewer, address) in [
            (&seller, "seller@team.example"),
            (&captain, "captain@team.example"),
            (&county, "county@corps.example"),
            (&stranger, "honey@team.example"),
        ] {
            with_mail(shop, viewer, address).await;
        }
        let good = shop.scarce("TOLD", 5).await;
        let id = good.batches[0];
        let placed = order(shop, 1, &[(good.variant(), 1)]).await;
        pay(shop, &shop.guest(1), placed.order_id).await;
        letters(shop).await;
        for _ in 0..2 {
            recall_batch(services, &seller, &recall(id), "r").await.unwrap();
        }
        let both = [told("recall-noted", "county@corps.example"), told("told", "captain@team.example")];
        assert_eq!(letters(shop).await, both, "once, and not whoever did it");
        assert!(unread(shop, &seller, NotificationKind::Recalled).await.is_empty());
        let rows = unread(shop, &captain, NotificationKind::Recalled).await;
        assert_eq!((rows.len(), rows[0].subject_id), (1, id.get()));
        assert!(!rows[0].name.is_empty() && !rows[0].batch_code.is_empty(), "which goods, and which batch");

        // Its refunds come to much: whoever may confirm them is told anew.
        refund_recalled_orders(services, &seller, &id.to_string(), "k").await.unwrap();
        assert_eq!(letters(shop).await, [told("told", "captain@team.example")]);
        run_worker(shop).await;
    })
    .await;
}

#[tokio::test]
async fn whoever_asked_for_the_refunds_of_a_recall_hears_that_they_were_declined_the_county_by_letter() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let (seller, captain) = (shop.seller().await, shop.captain().await);
        let (county, other) = (shop.county_admin().await, shop.county_admin().await);
        let operator = shop.account(&[Role::Operator]).await;
        for (viewer, address) in [
            (&seller, "seller@team.example"),
            (&captain, "captain@team.example"),
            (&county, "county@corps.example"),
            (&other, "other@corps.example"),
            (&operator, "operator@shop.example"),
        ] {
            with_mail(shop, viewer, address).await;
        }
        let good = shop.scarce("DECLINED", 5).await;
        let id = good.batches[0].to_string();
        let placed = order(shop, 1, &[(good.variant(), 1)]).await;
        pay(shop, &shop.guest(1), placed.order_id).await;
        recall_batch(services, &seller, &recall(good.batches[0]), "r").await.unwrap();

        let declined = "recall-refunds-declined";
        for (asker, expected) in [
            (&county, told(declined, "county@corps.example")),
            (&operator, told(declined, "operator@shop.example")),
            (&seller, told("told", "seller@team.example")),
        ] {
            let key = services.new_token();
            let list = refund_recalled_orders(services, asker, &id, &key).await.unwrap().to_string();
            letters(shop).await;
            for _ in 0..2 {
                withdraw_recall_refunds(services, &captain, &id, &list, "先核对订单").await.unwrap();
            }
            assert_eq!(letters(shop).await, [expected], "once, and nobody else");
        }
        assert_eq!(unread(shop, &seller, NotificationKind::Recalled).await.len(), 1);

        // The letter leads to where the reason stands; taking one's own list back is no news.
        let list = refund_recalled_orders(services, &county, &id, "k1").await.unwrap().to_string();
        letters(shop).await;
        withdraw_recall_refunds(services, &captain, &id, &list, "先核对订单").await.unwrap();
        while send_due(services).await.unwrap() > 0 {}
        let mail = shop.mailer.take().remove(0);
        assert!(mail.text.contains(&format!("/county/recalls?batch={id}")), "{}", mail.text);
        let list = refund_recalled_orders(services, &county, &id, "k2").await.unwrap().to_string();
        letters(shop).await;
        withdraw_recall_refunds(services, &county, &id, &list, "").await.unwrap();
        assert!(letters(shop).await.is_empty());

        // Who administers the county no longer is told nothing of it.
        let list = refund_recalled_orders(services, &county, &id, "k3").await.unwrap().to_string();
        letters(shop).await;
        let mut tx = services.db.write().await.unwrap();
        let role = Role::CountyAdmin(shop.places.county);
        let user = county.user_id().unwrap();
        store::people::revoke_role(&mut tx, user, role, services.now_ms()).await.unwrap();
        tx.commit().await.unwrap();
        withdraw_recall_refunds(services, &captain, &id, &list, "先核对订单").await.unwrap();
        assert!(letters(shop).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_transfer_waits_in_the_captain_s_list_until_somebody_has_looked() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let (seller, captain, county) =
            (shop.seller().await, shop.captain().await, shop.county_admin().await);
        let (buyer, approver, finance) = (shop.buyer().await, shop.approver().await, shop.finance().await);
        let placed = units::submit(shop, &buyer, "SH-500 20").await;
        approve_order(services, &approver, &placed.number).await.unwrap();
        assert!(unread(shop, &captain, NotificationKind::Transfer).await.is_empty());
        for _ in 0..2 {
            announce_transfer(services, &finance, &placed.number, "TOLD-1").await.unwrap();
        }
        let rows = unread(shop, &captain, NotificationKind::Transfer).await;
        assert_eq!((rows.len(), rows[0].order_number.as_str()), (1, placed.number.as_str()));
        assert!(
            unread(shop, &seller, NotificationKind::Transfer).await.is_empty(),
            "who may not say that it came"
        );
        let payment = payments_of(shop, placed.order_id).await.remove(0);
        confirm_transfer(services, &county, payment.id, payment.amount_fen).await.unwrap();
        assert!(unread(shop, &captain, NotificationKind::Transfer).await.is_empty(), "the county has looked");

        let lost = units::submit(shop, &buyer, "SH-500 20").await;
        approve_order(services, &approver, &lost.number).await.unwrap();
        announce_transfer(services, &finance, &lost.number, "TOLD-2").await.unwrap();
        service::orders::cancel_order(services, &buyer, lost.order_id, "").await.unwrap();
        assert_eq!(unread(shop, &captain, NotificationKind::Transfer).await.len(), 1, "it may come still");
        let payment = payments_of(shop, lost.order_id).await.remove(0);
        give_up_transfer(services, &captain, payment.id).await.unwrap();
        assert!(unread(shop, &captain, NotificationKind::Transfer).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_licence_that_ends_is_told_of_while_there_is_time() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let (treasurer, seller, _, _, licence) = marks::marked(shop, 100, 50).await;
        look_at_the_day(services).await.unwrap();
        assert!(
            unread(shop, &seller, NotificationKind::LicenceEnding).await.is_empty(),
            "half a year is left"
        );
        // The fifth of December; its last day is that of the year.
        shop.clock.advance_to(START_MS + 173 * DAY_MS);
        look_at_the_day(services).await.unwrap();
        let rows = unread(shop, &seller, NotificationKind::LicenceEnding).await;
        assert_eq!((rows.len(), rows[0].subject_id), (1, licence.get()));
        assert_eq!(rows[0].name, "岚河老渡口");
        assert!(!rows[0].mark_slug.is_empty(), "which leads to the mark's page");
        let over = WithdrawLicence { licence: licence.to_string(), reason: "停种".to_owned() };
        withdraw_licence(services, &treasurer, &over, "over").await.unwrap();
        shop.clock.advance(DAY_MS);
        look_at_the_day(services).await.unwrap();
        assert!(
            unread(shop, &seller, NotificationKind::LicenceEnding).await.is_empty(),
            "there is none any more"
        );
    })
    .await;
}
