//! A recall: from one moment on nothing of the harvest is sold or leaves, every order with goods of it is listed and told,
//! and unpaid ones are given up.

mod moments;
mod refunds;

use domain::failure::{FieldError, Problem};
use domain::role::Role;
use domain::stock::movement::{BatchState, RecallStage};
use service::mail::send_due;
use service::orders::order_page;
use service::shipping::{ShipParcel, ship_parcel};
use service::stock::{
    AffectedFilter, RecallBatch, RecallQuery, SplitBatch, WriteOff, exported_recalls, list_recalls,
    order_recalls, recall_batch, recall_page, recall_preview, split_batch, stock_view, write_off,
};

use super::*;

fn recall(id: BatchId) -> RecallBatch {
    RecallBatch {
        batch: id.to_string(),
        reason: "safety".to_owned(),
        notice: "检出霉菌，请不要食用。".to_owned(),
        confirm: "on".to_owned(),
    }
}

fn ship() -> ShipParcel {
    ShipParcel { carrier: "邮政".to_owned(), tracking_number: "EMS1".to_owned() }
}

/// Guest `number` orders one piece and gives an address for letters.
async fn order_with_mail(shop: &TestShop, number: u32, variant: VariantId) -> PlacedOrder {
    let guest = shop.guest(number);
    fill(shop, &guest, &[(variant, 1)]).await;
    let mut form = checkout_form(shop, &guest, number).await;
    form.email = format!("guest{number}@example.org");
    place_order(&shop.services, &guest, form).await.unwrap()
}

#[tokio::test]
async fn a_recall_stops_sale_lists_every_order_and_tells_every_buyer() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let good = shop.scarce("RECALL", 20).await;
        let id = good.batches[0];
        let split = SplitBatch { batch: id.to_string(), quantity: "5".to_owned(), ..SplitBatch::default() };
        let part = split_batch(services, &seller, &split, "s").await.unwrap();
        // One unpaid, one to pack, one shipped, one received, one given up before: who bought without mail, too.
        let unpaid = order_with_mail(shop, 1, good.variant()).await;
        let to_pack = order_with_mail(shop, 2, good.variant()).await;
        let shipped = order_with_mail(shop, 3, good.variant()).await;
        let received = order(shop, 4, &[(good.variant(), 2)]).await;
        let given_up = order(shop, 5, &[(good.variant(), 1)]).await;
        for (number, order) in [(2, &to_pack), (3, &shipped), (4, &received)] {
            pay(shop, &shop.guest(number), order.order_id).await;
        }
        service::orders::cancel_order(services, &shop.guest(5), given_up.order_id, "").await.unwrap();
        for order in [&shipped, &received] {
            let parcel = parcels_of(shop, order.order_id).await[0].id;
            ship_parcel(services, &seller, parcel, ship()).await.unwrap();
        }
        let arrived = parcels_of(shop, received.order_id).await[0].id;
        service::orders::confirm_receipt(services, &shop.guest(4), arrived).await.unwrap();
        while send_due(services).await.unwrap() > 0 {}
        shop.mailer.take();

        // The part is named; the whole harvest goes.
        let preview = recall_preview(services, &seller, &part.to_string()).await.unwrap();
        assert_eq!((preview.codes.len(), preview.affected.len(), preview.available), (2, 4, 20 - 5));
        let stages: Vec<RecallStage> = preview.affected.iter().map(|line| line.stage).collect();
        assert_eq!(
            stages,
            [RecallStage::Unpaid, RecallStage::ToPack, RecallStage::Shipped, RecallStage::Received]
        );
        assert_eq!(preview.recall, None);
        let done = recall_batch(services, &seller, &recall(part), "r").await.unwrap();
        assert_eq!(recall_batch(services, &seller, &recall(part), "r").await.unwrap(), done, "twice is once");
        let again = recall_batch(services, &seller, &recall(id), "r2").await;
        assert_eq!(conflict(again), Conflict::StateChanged, "it went with its part");

        // Nothing is sold any more, neither of the batch nor of its part.
        let view = stock_view(services, &seller, good.product).await.unwrap();
        assert!(view.batches.iter().all(|batch| batch.state == BatchState::Recalled));
        assert_eq!(view.available, 0);
        let late = shop.guest(9);
        let _ = carts::set_quantity(services, &late, good.variant(), 1).await;
        let sold = match preview_checkout(services, &late, Some(Town::NEAR)).await {
            Err(_) => false,
            Ok(_) => place_order(services, &late, checkout_form(shop, &late, 9).await).await.is_ok(),
        };
        assert!(!sold, "nobody can buy it");

        // Unpaid orders are given up, parcels do not leave, letters go out.
        run_worker(shop).await;
        assert_eq!(status(shop, unpaid.order_id).await, OrderStatus::Cancelled);
        let parcel = parcels_of(shop, to_pack.order_id).await[0].id;
        let refused = conflict(ship_parcel(services, &seller, parcel, ship()).await);
        assert!(matches!(refused, Conflict::Recalled { .. }), "{refused:?}");
        while send_due(services).await.unwrap() > 0 {}
        let letters = shop.mailer.take();
        let told: Vec<&str> = letters
            .iter()
            .filter(|letter| letter.kind == "batch-recalled")
            .map(|letter| letter.to.as_str())
            .collect();
        assert_eq!(told, ["guest1@example.org", "guest2@example.org", "guest3@example.org"], "one each");
        let letter = letters.iter().find(|letter| letter.to == "guest2@example.org").unwrap();
        assert!(letter.text.contains("检出霉菌") && letter.text.contains("不会再发"), "{}", letter.text);

        // Whoever gave no address reads it on the order's page.
        let page = order_page(services, &shop.guest(4), &received.number, None).await.unwrap();
        let notices = order_recalls(services, &page).await.unwrap();
        assert_eq!((notices.len(), notices[0].notice.as_str()), (1, "检出霉菌，请不要食用。"));
        let page = order_page(services, &shop.guest(5), &given_up.number, None).await.unwrap();
        assert!(order_recalls(services, &page).await.unwrap().is_empty(), "it had nothing of it");

        // The buyer gives the paid order up (it is too much for one seller's word), and the seller destroys what is left.
        let alone =
            service::orders::cancel_order_as_seller(services, &seller, to_pack.order_id, "召回").await;
        assert_eq!(conflict(alone), Conflict::LargeRefund);
        service::orders::cancel_order(services, &shop.guest(2), to_pack.order_id, "").await.unwrap();
        let page = recall_page(services, &seller, done).await.unwrap();
        assert_eq!((page.affected.len(), page.left, page.codes.len()), (4, 17, 2));
        let orders: Vec<OrderStatus> = page.affected.iter().map(|line| line.order_status).collect();
        assert_eq!(orders[..2], [OrderStatus::Cancelled, OrderStatus::Refunded], "as it is now");
        assert_eq!(page.affected[0].stage, RecallStage::Unpaid, "and as it was");
        let left = batch(shop, id).await.0;
        let destroyed = WriteOff {
            batch: id.to_string(),
            quantity: left.to_string(),
            reason: "recalled".to_owned(),
            note: String::new(),
        };
        write_off(services, &seller, &destroyed, "w").await.unwrap();
        assert_eq!(batch(shop, id).await, (0, 0, 3));
        let split = SplitBatch { batch: part.to_string(), quantity: "1".to_owned(), ..SplitBatch::default() };
        let refused = split_batch(services, &seller, &split, "s2").await;
        let problem = FieldError::new("quantity", Problem::NotForSale);
        assert!(matches!(refused, Err(ServiceError::Invalid(problems)) if problems == [problem]));
        run_worker(shop).await;
    })
    .await;
}

#[tokio::test]
async fn whoever_gave_no_address_is_told_at_the_proved_one_of_their_account() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let good = shop.scarce("PROVED", 20).await;
        let (shopper, unsure, unit) = (shop.shopper().await, shop.shopper().await, shop.buyer().await);
        with_proved_mail(shop, &shopper, "shopper@example.org").await;
        with_mail(shop, &unsure, "unsure@example.org").await;
        with_proved_mail(shop, &unit, "unit@example.org").await;
        for (number, viewer) in [(1, &shopper), (2, &unsure)] {
            fill(shop, viewer, &[(good.variant(), 1)]).await;
            let form = checkout_form(shop, viewer, number).await;
            let placed = place_order(services, viewer, form).await.unwrap();
            pay(shop, viewer, placed.order_id).await;
        }
        let left = shop.buyer().await;
        with_proved_mail(shop, &left, "left@example.org").await;
        for buyer in [&unit, &left] {
            let placed = units::submit(shop, buyer, "PROVED 1").await;
            service::units::approve_order(services, &shop.approver().await, &placed.number).await.unwrap();
        }
        let mut tx = services.db.write().await.unwrap();
        let (who, role) = (left.require_user().unwrap().user_id, Role::UnitBuyer(shop.places.branch));
        assert!(store::people::revoke_role(&mut tx, who, role, services.now_ms()).await.unwrap());
        tx.commit().await.unwrap();
        while send_due(services).await.unwrap() > 0 {}
        assert!(shop.mailer.take().is_empty(), "they asked for no news of their orders");

        let recalled = async || {
            let mine = service::orders::list_my_orders(services, &shopper, None).await.unwrap();
            let ours = service::units::unit_orders(services, &unit, units::SLUG, None, None).await.unwrap();
            (mine[0].recalled_lines, ours.orders[0].recalled_lines)
        };
        assert_eq!(recalled().await, (0, 0));
        let id = good.batches[0];
        let preview = recall_preview(services, &seller, &id.to_string()).await.unwrap();
        let done = recall_batch(services, &seller, &recall(id), "r").await.unwrap();
        while send_due(services).await.unwrap() > 0 {}
        let letters = shop.mailer.take().into_iter().filter(|letter| letter.kind == "batch-recalled");
        let mut told: Vec<String> = letters.map(|letter| letter.to).collect();
        told.sort();
        assert_eq!(
            told,
            ["shopper@example.org", "unit@example.org"],
            "at no address that may be another's, or of one who left"
        );
        let page = recall_page(services, &seller, done).await.unwrap();
        for affected in [&preview.affected, &page.affected] {
            let is_mailed: Vec<bool> = affected.iter().map(|line| line.is_mailed).collect();
            assert_eq!(is_mailed, [true, false, true, false], "the others are to be called");
        }
        assert_eq!(recalled().await, (1, 1), "their lists of orders say it as well");
        run_worker(shop).await;
    })
    .await;
}

#[tokio::test]
async fn money_for_recalled_goods_goes_back() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let good = shop.scarce("LATE", 5).await;
        let placed = order(shop, 1, &[(good.variant(), 1)]).await;
        let session = open_page(shop, &shop.guest(1), placed.order_id).await;
        recall_batch(services, &seller, &recall(good.batches[0]), "r").await.unwrap();
        // Paid before the worker closed the payment page.
        assert!(shop.gateway.pay(&session));
        assert_eq!(notify(shop, &session).await.unwrap(), "late: refunded");
        run_worker(shop).await;
        assert_eq!(status(shop, placed.order_id).await, OrderStatus::Cancelled);
        assert_eq!(shop.gateway.refund_count(), 1, "all of it, once");
        assert_eq!(batch(shop, good.batches[0]).await, (5, 0, 0), "set aside no more, and not for sale");
    })
    .await;
}

#[tokio::test]
async fn the_county_knows_whom_to_call_once_there_is_a_recall() {
    TestShop::on_both(async |shop| {
        let (services, seller, admin) = (&shop.services, shop.seller().await, shop.county_admin().await);
        let good = shop.scarce("CALL", 5).await;
        let placed = order(shop, 1, &[(good.variant(), 2)]).await;
        pay(shop, &shop.guest(1), placed.order_id).await;
        let batch = good.batches[0].to_string();
        let told = async |viewer: &Viewer| {
            let preview = recall_preview(services, viewer, &batch).await.unwrap();
            let lines = match preview.recall {
                Some(recall) => recall_page(services, viewer, recall).await.unwrap().affected,
                None => preview.affected,
            };
            assert_eq!(
                (lines.len(), lines[0].order_number.as_str(), lines[0].quantity),
                (1, &*placed.number, 2)
            );
            (lines[0].recipient_name.clone(), lines[0].recipient_phone.clone())
        };
        let buyer = ("收货人".to_owned(), "13800000001".to_owned());
        assert_eq!(told(&seller).await, buyer);
        assert_eq!(
            told(&admin).await,
            (String::new(), String::new()),
            "there is nothing to call anybody about"
        );
        recall_batch(services, &admin, &recall(good.batches[0]), "r").await.unwrap();
        for viewer in [&seller, &admin] {
            assert_eq!(told(viewer).await, buyer);
        }
    })
    .await;
}

#[tokio::test]
async fn the_orders_of_a_recall_are_narrowed_to_how_far_they_were_and_to_whom_to_call() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let good = shop.scarce("WHOM", 5).await;
        let unpaid = order_with_mail(shop, 1, good.variant()).await;
        let paid = order_with_mail(shop, 2, good.variant()).await;
        let silent = order(shop, 3, &[(good.variant(), 1)]).await;
        for (number, order) in [(2, &paid), (3, &silent)] {
            pay(shop, &shop.guest(number), order.order_id).await;
        }
        let done = recall_batch(services, &seller, &recall(good.batches[0]), "r").await.unwrap();
        let page = recall_page(services, &seller, done).await.unwrap();
        let found = |word: &str| -> Vec<OrderId> {
            let wanted = AffectedFilter::of_word(word);
            page.affected.iter().filter(|line| wanted.has(line)).map(|line| line.order).collect()
        };
        assert_eq!(found("unpaid"), [unpaid.order_id]);
        assert_eq!(found("to_pack"), [paid.order_id, silent.order_id]);
        assert_eq!(found("call"), [silent.order_id], "the others have a letter");
        for (word, kept) in [("", ""), ("call", "call"), ("shipped", "shipped"), ("nonsense", "")] {
            assert_eq!(AffectedFilter::of_word(word).as_str(), kept);
        }
        assert_eq!(found("nonsense").len(), 3, "what cannot be read narrows nothing");
        run_worker(shop).await;
    })
    .await;
}

#[tokio::test]
async fn the_team_and_the_county_recall_and_nobody_else() {
    let shop = TestShop::sqlite().await;
    let services = &shop.services;
    let id = shop.tea.batches[0];
    let other = shop.account(&[Role::SellerOf(shop.places.honey_team)]).await;
    for viewer in [&other, &shop.shopper().await, &shop.approver().await] {
        assert!(matches!(
            recall_preview(services, viewer, &id.to_string()).await,
            Err(ServiceError::NotFound)
        ));
        assert!(matches!(
            recall_batch(services, viewer, &recall(id), "k").await,
            Err(ServiceError::NotFound)
        ));
        let listed = list_recalls(services, viewer, None, &RecallQuery::default(), 1).await;
        assert!(matches!(listed, Err(ServiceError::Forbidden)));
    }
    let stranger = recall_batch(services, &shop.guest(1), &recall(id), "k").await;
    assert!(matches!(stranger, Err(ServiceError::Unauthenticated)));
    let (admin, captain) = (shop.county_admin().await, shop.captain().await);
    let unsure =
        RecallBatch { confirm: String::new(), notice: "短".to_owned(), reason: String::new(), ..recall(id) };
    match recall_batch(services, &captain, &unsure, "k").await {
        Err(ServiceError::Invalid(problems)) => {
            let fields: Vec<&str> = problems.iter().map(|error| error.field.as_str()).collect();
            assert_eq!(fields, ["reason", "notice", "confirm"]);
        }
        other => panic!("{other:?}"),
    }
    let lured = RecallBatch { notice: "退款请到 evil.cn 登记。".to_owned(), ..recall(id) };
    let refused = recall_batch(services, &captain, &lured, "k").await;
    let problem = FieldError::new("notice", Problem::WordsOnly);
    assert!(
        matches!(refused, Err(ServiceError::Invalid(problems)) if problems == [problem]),
        "the shop's letters lead nobody to other pages"
    );
    let done = recall_batch(services, &admin, &recall(id), "k").await.unwrap();
    assert_eq!(recall_page(services, &captain, done).await.unwrap().recall.id, done);
    let (team, all) = (shop.places.tea_team, RecallQuery::default());
    for (viewer, whose) in [(&admin, None), (&captain, Some(team))] {
        let found = async |query: &RecallQuery| {
            let page = list_recalls(services, viewer, whose, query, 1).await.unwrap();
            let (sheet, is_cut) = exported_recalls(services, viewer, whose, query).await.unwrap();
            assert_eq!((&sheet, is_cut), (&page.recalls, false), "the sheet is the page");
            page.recalls.iter().map(|row| row.id).collect::<Vec<_>>()
        };
        let today = domain::time::Date::from_epoch_ms(services.now_ms());
        let days = |from: i64| RecallQuery { from: today.plus_days(from).to_string(), ..all.clone() };
        assert_eq!(found(&all).await, [done]);
        assert_eq!(found(&days(0)).await, [done]);
        assert_eq!(found(&days(1)).await, []);
        assert_eq!(found(&RecallQuery { reason: recall(id).reason, ..all.clone() }).await, [done]);
        assert_eq!(found(&RecallQuery { reason: "papers".to_owned(), ..all.clone() }).await, []);
    }
    let listed = list_recalls(services, &other, Some(team), &all, 1).await;
    assert!(matches!(listed, Err(ServiceError::Forbidden)));
    assert!(matches!(exported_recalls(services, &other, None, &all).await, Err(ServiceError::Forbidden)));
    assert!(matches!(recall_page(services, &other, done).await, Err(ServiceError::NotFound)));
    // The other batch of the same product is another harvest: it goes on being sold.
    order(&shop, 1, &[(shop.tea.variant(), 1)]).await;
}
