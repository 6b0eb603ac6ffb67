//! Whoever may not is told nothing and changes nothing: every use case of orders, parcels, units and books, asked by
//! nobody in particular, by people with other roles, and by people with the right role elsewhere.

use domain::order::OrderStatus;
use domain::parcel::ParcelStatus;
use domain::role::Role;
use service::bank_money::{BankMoneyQuery, count_waiting, exported_bank_money, list_bank_money};
use service::orders::{cancel_order, cancel_order_as_seller, confirm_receipt, list_my_orders, order_page};
use service::shipping::{ShipParcel, list_parcels, packing_list, ship_parcel};
use service::units::{self, SubmitUnitOrder};
use service::{refunds, statement};

use super::units::{SLUG, form, submit};
use super::*;

/// Refused with what the answer may be, whoever asks.
fn refused<T: std::fmt::Debug>(what: &str, who: &str, answer: Result<T>) {
    let is_refusal = matches!(
        answer,
        Err(ServiceError::NotFound | ServiceError::Forbidden | ServiceError::Unauthenticated)
    );
    assert!(is_refusal, "{what} by {who}: {answer:?}");
}

/// Someone else's thing does not exist: the answer is the one for a thing that is not there.
fn not_there<T: std::fmt::Debug>(what: &str, who: &str, answer: Result<T>) {
    let is_hidden = matches!(answer, Err(ServiceError::NotFound | ServiceError::Unauthenticated));
    assert!(is_hidden, "{what} by {who}: {answer:?}");
}

fn shipment() -> ShipParcel {
    ShipParcel { carrier: "邮政".to_owned(), tracking_number: "E1".to_owned() }
}

/// Everybody who is neither this order's buyer nor of its teams.
async fn strangers(shop: &TestShop) -> Vec<(&'static str, Viewer)> {
    vec![
        ("nobody", Viewer::default()),
        ("another guest", shop.guest(99)),
        ("another shopper", shop.shopper().await),
        ("another unit", shop.stranger().await),
        ("a treasurer", shop.treasurer(0).await),
    ]
}

#[tokio::test]
async fn a_retail_order_is_its_buyers_alone() {
    let shop = TestShop::sqlite().await;
    let services = &shop.services;
    let placed = order(&shop, 1, &[(shop.honey.variant(), 1)]).await;
    let mut others = strangers(&shop).await;
    others.push(("a seller of the other team", shop.seller().await));
    others.push(("the unit's buyer", shop.buyer().await));
    for (who, viewer) in &others {
        let id = placed.order_id;
        not_there("order_page", who, order_page(services, viewer, &placed.number, None).await);
        not_there("start_payment", who, start_payment(services, viewer, id, &come_back()).await);
        not_there("cancel_order", who, cancel_order(services, viewer, id, "").await);
        not_there("cancel_order_as_seller", who, cancel_order_as_seller(services, viewer, id, "").await);
        not_there("buy_again", who, service::checkout::buy_again(services, viewer, id).await);
        let wrong = order_page(services, viewer, &placed.number, Some("0000")).await;
        assert!(matches!(wrong, Err(ServiceError::NotFound | ServiceError::TooManyAttempts { .. })), "{who}");
    }
    shop.clock.advance(1_000_000);
    let by_phone = order_page(services, &Viewer::default(), &placed.number, Some("0001")).await.unwrap();
    assert_eq!(by_phone.order.id, placed.order_id, "the number and the end of the phone open it");
    refused("list_my_orders", "nobody", list_my_orders(services, &Viewer::default(), None).await);
    assert!(list_my_orders(services, &shop.shopper().await, None).await.unwrap().is_empty());
    pay(&shop, &shop.guest(1), placed.order_id).await;
    let parcel = parcels_of(&shop, placed.order_id).await[0].id;
    for (who, viewer) in &others {
        not_there("confirm_receipt", who, confirm_receipt(services, viewer, parcel).await);
        not_there("packing_list", who, packing_list(services, viewer, parcel).await);
        not_there("ship_parcel", who, ship_parcel(services, viewer, parcel, shipment()).await);
        let list = list_parcels(services, viewer, shop.places.honey_team, ParcelStatus::ToPack, None).await;
        refused("list_parcels", who, list);
    }
    not_there("ship_parcel", "its buyer", ship_parcel(services, &shop.guest(1), parcel, shipment()).await);
    assert_eq!(parcels_of(&shop, placed.order_id).await[0].status, ParcelStatus::ToPack);
}

/// An order of two teams is not one team's to cancel.
#[tokio::test]
async fn one_of_two_teams_packs_its_own_parcel_only() {
    let shop = TestShop::sqlite().await;
    let services = &shop.services;
    let placed = order(&shop, 1, &[(shop.honey.variant(), 1), (shop.tea.variant(), 1)]).await;
    pay(&shop, &shop.guest(1), placed.order_id).await;
    let seller = shop.seller().await;
    let cancelled = cancel_order_as_seller(services, &seller, placed.order_id, "").await;
    assert!(matches!(cancelled, Err(ServiceError::Forbidden)), "{cancelled:?}");
    for parcel in parcels_of(&shop, placed.order_id).await {
        let own = parcel.team_id == shop.places.tea_team;
        assert_eq!(packing_list(services, &seller, parcel.id).await.is_ok(), own);
        assert_eq!(ship_parcel(services, &seller, parcel.id, shipment()).await.is_ok(), own);
    }
}

#[tokio::test]
async fn a_units_order_is_its_members_and_each_does_their_own_part() {
    let shop = TestShop::sqlite().await;
    let services = &shop.services;
    let (buyer, approver, finance) = (shop.buyer().await, shop.approver().await, shop.finance().await);
    let placed = submit(&shop, &buyer, "FM-500 2").await;
    let number = placed.number.as_str();
    let command = form(&shop, &buyer, "FM-500 1").await;
    let mut others = strangers(&shop).await;
    others.push(("a guest", shop.guest(1)));
    others.push(("a seller of the other team", shop.seller().await));
    others.push(("the unit above", shop.account(&[Role::UnitBuyer(shop.places.headquarters)]).await));
    for (who, viewer) in &others {
        not_there("unit_page", who, units::unit_page(services, viewer, SLUG, None).await);
        not_there("unit_desk", who, units::unit_desk(services, viewer, SLUG).await);
        not_there("unit_orders", who, units::unit_orders(services, viewer, SLUG, None, None).await);
        not_there("list_price_list", who, units::list_price_list(services, viewer, SLUG).await);
        not_there("list_prices", who, units::list_prices(services, viewer, SLUG).await);
        not_there("check", who, units::check_quick_order(services, viewer, SLUG, "FM-500 1", None).await);
        not_there("submit", who, units::submit_order(services, viewer, SLUG, command.clone()).await);
        not_there("unit_order_page", who, units::unit_order_page(services, viewer, SLUG, number).await);
        not_there("order_page", who, order_page(services, viewer, number, None).await);
        not_there("approve_order", who, units::approve_order(services, viewer, number).await);
        not_there("return_order", who, units::return_order(services, viewer, number, "no").await);
        not_there("announce_transfer", who, units::announce_transfer(services, viewer, number, "R").await);
        not_there("purchases", who, units::purchases(services, viewer, SLUG, 2026).await);
        not_there("purchases_xlsx", who, units::purchases_xlsx(services, viewer, SLUG, 2026).await);
        not_there("cancel_order", who, cancel_order(services, viewer, placed.order_id, "").await);
        not_there("pay", who, start_payment(services, viewer, placed.order_id, &come_back()).await);
    }
    for (who, viewer) in [("the buyer", &buyer), ("finance", &finance)] {
        refused("approve_order", who, units::approve_order(services, viewer, number).await);
        refused("return_order", who, units::return_order(services, viewer, number, "no").await);
    }
    for (who, viewer) in [("the approver", &approver), ("finance", &finance)] {
        refused("check", who, units::check_quick_order(services, viewer, SLUG, "FM-500 1", None).await);
        refused("submit", who, units::submit_order(services, viewer, SLUG, command.clone()).await);
    }
    units::approve_order(services, &approver, number).await.unwrap();
    for (who, viewer) in [("the buyer", &buyer), ("the approver", &approver)] {
        refused("announce_transfer", who, units::announce_transfer(services, viewer, number, "R").await);
        refused("pay", who, start_payment(services, viewer, placed.order_id, &come_back()).await);
    }
    // Another unit's slug does not open this unit's order, even for a member of both.
    let (branch, bank) = (shop.places.branch, shop.places.other_unit);
    let both = shop.account(&[Role::UnitBuyer(branch), Role::UnitBuyer(bank)]).await;
    not_there("unit_order_page", "both", units::unit_order_page(services, &both, "bank", number).await);
    let theirs = SubmitUnitOrder { replaces: placed.number.clone(), ..form(&shop, &both, "FM-500 1").await };
    not_there("replace", "both", units::submit_order(services, &both, "bank", theirs).await);
}

#[tokio::test]
async fn money_is_confirmed_by_captains_and_read_by_its_treasurer() {
    let shop = TestShop::sqlite().await;
    let services = &shop.services;
    let (approver, finance) = (shop.approver().await, shop.finance().await);
    let placed = submit(&shop, &shop.buyer().await, "SH-500 2").await;
    units::approve_order(services, &approver, &placed.number).await.unwrap();
    units::announce_transfer(services, &finance, &placed.number, "R-1").await.unwrap();
    let payment = payments_of(&shop, placed.order_id).await[0].clone();
    let other_captain = shop.account(&[Role::CaptainOf(shop.places.honey_team)]).await;
    let mut others = strangers(&shop).await;
    others.push(("the other team's captain", other_captain));
    others.push(("the payer", finance));
    let collective = shop.places.collectives[1];
    let month = statement::current_month(services);
    for (who, viewer) in &others {
        let confirmed = units::confirm_transfer(services, viewer, payment.id, payment.amount_fen).await;
        not_there("confirm_transfer", who, confirmed);
        not_there("give_up_transfer", who, units::give_up_transfer(services, viewer, payment.id).await);
        let (team, all) = (shop.places.tea_team, BankMoneyQuery::default());
        refused("list_bank_money", who, list_bank_money(services, viewer, team, &all, 1).await);
        refused("exported_bank_money", who, exported_bank_money(services, viewer, team, &all).await);
        refused("count_waiting", who, count_waiting(services, viewer, team).await);
        let page = books::treasurer_page(services, viewer, collective, 0, i64::MAX, 10).await;
        refused("treasurer_page", who, page);
        refused("statement", who, statement::statement(services, viewer, collective, &month).await);
        refused("statement_xlsx", who, statement::statement_xlsx(services, viewer, collective, &month).await);
        refused("income", who, statement::income_by_month(services, viewer, collective, 2026).await);
        refused("check_books", who, service::county::check_books(services, viewer).await);
        let log = service::audit::list_for_subject(services, viewer, "order", placed.order_id.get()).await;
        refused("audit", who, log);
    }
    let seller = shop.seller().await;
    let by_seller = units::confirm_transfer(services, &seller, payment.id, payment.amount_fen).await;
    assert!(
        matches!(by_seller, Err(ServiceError::Forbidden)),
        "sellers see the transfer but do not take money"
    );
    assert_eq!(status(&shop, placed.order_id).await, OrderStatus::AwaitingPayment);

    let captain = shop.captain().await;
    units::confirm_transfer(services, &captain, payment.id, payment.amount_fen).await.unwrap();
    cancel_order(services, &shop.buyer().await, placed.order_id, "").await.unwrap();
    let mut conn = services.db.read().await.unwrap();
    let refund = store::payments::list_order_refunds(&mut conn, placed.order_id).await.unwrap()[0].id;
    drop(conn);
    for (who, viewer) in &others {
        not_there("bank refund", who, refunds::confirm_bank_refund(services, viewer, refund).await);
    }
    refused("bank refund", "a seller", refunds::confirm_bank_refund(services, &seller, refund).await);
    refunds::confirm_bank_refund(services, &captain, refund).await.unwrap();
}
