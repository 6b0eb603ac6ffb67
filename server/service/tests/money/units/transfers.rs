//! A unit's transfers: believed once, corrected, given up, and sent back by hand.

use domain::ids::RefundId;
use service::bank_money::{BankDirection, count_waiting, exported_bank_money};
use service::refunds::confirm_bank_refund;
use service::units::{correct_transfer, give_up_transfer};

use super::*;

#[tokio::test]
async fn a_transfer_is_believed_once_and_by_its_own_reference() {
    let shop = TestShop::sqlite().await;
    let (buyer, approver, finance) = (shop.buyer().await, shop.approver().await, shop.finance().await);
    paid_by_transfer(&shop, "FM-500 1", "BANK-7").await;
    let placed = submit(&shop, &buyer, "FM-500 2").await;
    approve_order(&shop.services, &approver, &placed.number).await.unwrap();
    let taken = announce_transfer(&shop.services, &finance, &placed.number, "BANK-7").await;
    assert!(matches!(taken, Err(ServiceError::Invalid(errors)) if errors[0].problem == Problem::Taken));
    announce_transfer(&shop.services, &finance, &placed.number, "BANK-8").await.unwrap();
    let twice = announce_transfer(&shop.services, &finance, &placed.number, "BANK-9").await;
    assert_eq!(conflict(twice), Conflict::StateChanged);
    assert_corrected(&shop, &finance, &placed.number).await;
    // The transfer takes longer than the hold: late money with the goods still there.
    shop.clock.advance(16 * DAY_MS);
    run_worker(&shop).await;
    assert_eq!(status(&shop, placed.order_id).await, OrderStatus::Expired);
    let payment = payments_of(&shop, placed.order_id).await[0].clone();
    let admin = shop.county_admin().await;
    confirm_transfer(&shop.services, &admin, payment.id, payment.amount_fen).await.unwrap();
    assert_eq!(status(&shop, placed.order_id).await, OrderStatus::Paid);
    let seen = correct_transfer(&shop.services, &finance, &placed.number, "BANK-88", "BANK-9").await;
    assert_eq!(conflict(seen), Conflict::StateChanged, "what was confirmed keeps its name");
}

/// A mistyped reference of a transfer that waits gives way to the right one, once, and never to another transfer's.
async fn assert_corrected(shop: &TestShop, finance: &Viewer, number: &str) {
    let correct =
        async |from: &str, to: &str| correct_transfer(&shop.services, finance, number, from, to).await;
    let held_until = async || {
        let page = unit_order_page(&shop.services, finance, SLUG, number).await.unwrap().page;
        assert_eq!(page.payments.len(), 1, "one transfer, however it is called");
        (page.payments[0].bank_reference.clone().unwrap(), page.order.hold_until_ms)
    };
    let (_, until_ms) = held_until().await;
    shop.clock.advance(DAY_MS);
    let taken = correct("BANK-8", "BANK-7").await;
    assert!(matches!(taken, Err(ServiceError::Invalid(errors)) if errors[0].problem == Problem::Taken));
    for _ in 0..2 {
        correct("BANK-8", " BANK-88 ").await.unwrap();
    }
    assert_eq!(held_until().await, ("BANK-88".to_owned(), until_ms), "the stock is held no longer for it");
    // The first form arrives once more: what was corrected stays corrected.
    let late = announce_transfer(&shop.services, finance, number, "BANK-8").await;
    assert_eq!(conflict(late), Conflict::StateChanged);
    assert_eq!(conflict(correct("BANK-8", "BANK-9").await), Conflict::StateChanged);
    let buyer = correct_transfer(&shop.services, &shop.buyer().await, number, "BANK-88", "BANK-9").await;
    assert!(matches!(buyer, Err(ServiceError::Forbidden)));
    let admin = shop.county_admin().await;
    let log = service::audit::LogQuery { action: "transfer_corrected".to_owned(), ..Default::default() };
    let log = service::audit::log_page(&shop.services, &admin, &log).await.unwrap();
    assert_eq!(log.lines.len(), 1, "and it is noted once");
    assert!(!log.lines[0].detail.contains("BANK"));
}

#[tokio::test]
async fn a_transfer_for_an_order_that_was_given_up_is_sent_back_by_hand() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let placed = paid_by_transfer(shop, "SH-500 10", "BANK-1").await;
        cancel_order(services, &shop.buyer().await, placed.order_id, "too much").await.unwrap();
        run_worker(shop).await;
        worker::reconcile(services).await.unwrap();
        assert_eq!(shop.gateway.refund_count(), 0, "a bank transfer is not the network's to refund");
        let waiting = waiting_money(shop, "BANK-1").await;
        assert_eq!((waiting.direction, waiting.settled_at_ms), (BankDirection::Out, None));
        let (captain, team) = (shop.captain().await, shop.places.tea_team);
        for _ in 0..2 {
            confirm_bank_refund(services, &captain, RefundId::from_i64(waiting.id)).await.unwrap();
        }
        assert_eq!(batch(shop, shop.dendrobium.batches[0]).await, (100_000, 0, 0));
        let bought = purchases(services, &shop.finance().await, SLUG, 2026).await.unwrap();
        assert_eq!(bought.total_fen, Fen::ZERO, "what was given back was not bought");

        let today = domain::time::Date::from_epoch_ms(services.now_ms());
        let found = async |state: &str, direction: &str, from: domain::time::Date| {
            let query = BankMoneyQuery {
                state: state.to_owned(),
                direction: direction.to_owned(),
                from: from.to_string(),
                to: String::new(),
            };
            let page = list_bank_money(services, &captain, team, &query, 1).await.unwrap();
            let (sheet, is_cut) = exported_bank_money(services, &captain, team, &query).await.unwrap();
            assert_eq!((&sheet, is_cut, page.waiting), (&page.rows, false, 0), "the sheet is the page");
            page.rows.iter().map(|row| (row.direction, row.amount_fen)).collect::<Vec<_>>()
        };
        let amount = waiting.amount_fen;
        let both = [(BankDirection::Out, amount), (BankDirection::In, amount)];
        assert_eq!(found("ended", "", today).await, both, "the newest first");
        assert_eq!(found("ended", "in", today).await, both[1..]);
        assert_eq!(found("ended", "sideways", today).await, both, "what cannot be read narrows nothing");
        assert_eq!(found("ended", "", today.plus_days(1)).await, []);
        assert_eq!(found("", "", today).await, [], "nothing waits");
    })
    .await;
}

#[tokio::test]
async fn a_transfer_that_never_came_is_waited_for_no_more_and_goes_back_should_it_come() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let (buyer, finance, captain) = (shop.buyer().await, shop.finance().await, shop.captain().await);
        let placed = submit(shop, &buyer, "SH-500 10").await;
        approve_order(services, &shop.approver().await, &placed.number).await.unwrap();
        announce_transfer(services, &finance, &placed.number, "LOST-1").await.unwrap();
        let waiting = waiting_money(shop, "LOST-1").await;
        assert_eq!(waiting.order_status, OrderStatus::AwaitingPayment);
        let payment = PaymentId::from_i64(waiting.id);
        let early = give_up_transfer(services, &captain, payment).await;
        assert_eq!(conflict(early), Conflict::StateChanged, "the order still waits for it");
        cancel_order(services, &buyer, placed.order_id, "").await.unwrap();
        assert_eq!(waiting_money(shop, "LOST-1").await.order_status, OrderStatus::Cancelled);
        let own = give_up_transfer(services, &finance, payment).await;
        assert!(matches!(own, Err(ServiceError::NotFound)), "{own:?}");
        for _said in 0..2 {
            give_up_transfer(services, &captain, payment).await.unwrap();
        }
        let team = shop.places.tea_team;
        assert_eq!(count_waiting(services, &captain, team).await.unwrap(), 0);
        let ended = BankMoneyQuery { state: "ended".to_owned(), ..BankMoneyQuery::default() };
        let page = list_bank_money(services, &captain, team, &ended, 1).await.unwrap();
        assert_eq!((page.rows.len(), page.rows[0].settled_at_ms), (1, None));
        assert_sound(shop).await;

        confirm_transfer(services, &captain, payment, waiting.amount_fen).await.unwrap();
        let back = waiting_money(shop, "LOST-1").await;
        assert_eq!((back.direction, back.amount_fen), (BankDirection::Out, waiting.amount_fen));
        assert_eq!(conflict(give_up_transfer(services, &captain, payment).await), Conflict::StateChanged);
    })
    .await;
}
