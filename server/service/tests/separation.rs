//! What one person alone may not do with a unit's money, and what whoever left the unit no longer sees.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

use domain::address::AddressForm;
use domain::failure::Problem;
use domain::role::Role;
use service::ServiceError;
use service::orders::{cancel_order, order_page};
use service::testing::{TestShop, Town};
use service::units::{self, SubmitUnitOrder};

const SLUG: &str = "university-branch";
const LINES: &str = "SH-500 2";

fn is_forbidden<T>(answer: &service::Result<T>) -> bool {
    matches!(answer, Err(ServiceError::Forbidden))
}

/// An approved order of the unit's; answers its number.
async fn approved(shop: &TestShop) -> service::checkout::PlacedOrder {
    let (services, buyer) = (&shop.services, shop.buyer().await);
    let check = units::check_quick_order(services, &buyer, SLUG, LINES, Some(Town::NEAR)).await.unwrap();
    let command = SubmitUnitOrder {
        key: services.new_token(),
        lines: LINES.to_owned(),
        address: AddressForm {
            name: "收货人".to_owned(),
            phone: "13800000001".to_owned(),
            region: Town::NEAR.to_owned(),
            detail: "学府路 1 号 后勤处".to_owned(),
        },
        expected_total_fen: check.draft.unwrap().total_fen(),
        ..SubmitUnitOrder::default()
    };
    let placed = units::submit_order(services, &buyer, SLUG, command).await.unwrap();
    units::approve_order(services, &shop.approver().await, &placed.number).await.unwrap();
    placed
}

#[tokio::test]
async fn nobody_confirms_money_of_a_unit_they_belong_to() {
    let shop = TestShop::sqlite().await;
    let services = &shop.services;
    let placed = approved(&shop).await;
    let (finance, captain) = (Role::UnitFinance(shop.places.branch), Role::CaptainOf(shop.places.tea_team));
    let both = shop.account(&[finance, captain]).await;
    let admin = shop.account(&[finance, Role::CountyAdmin(shop.places.county)]).await;
    units::announce_transfer(services, &both, &placed.number, "R-1").await.unwrap();
    let payment = {
        let mut conn = services.db.read().await.unwrap();
        store::payments::list_order_payments(&mut conn, placed.order_id).await.unwrap().remove(0)
    };
    for viewer in [&both, &admin] {
        let confirmed = units::confirm_transfer(services, viewer, payment.id, payment.amount_fen).await;
        assert!(is_forbidden(&confirmed), "{confirmed:?}");
    }
    let captain = shop.captain().await;
    units::confirm_transfer(services, &captain, payment.id, payment.amount_fen).await.unwrap();

    cancel_order(services, &shop.buyer().await, placed.order_id, "").await.unwrap();
    let refund = {
        let mut conn = services.db.read().await.unwrap();
        store::payments::list_order_refunds(&mut conn, placed.order_id).await.unwrap().remove(0)
    };
    let sent = service::refunds::confirm_bank_refund(services, &both, refund.id).await;
    assert!(is_forbidden(&sent), "{sent:?}");
    service::refunds::confirm_bank_refund(services, &captain, refund.id).await.unwrap();
}

#[tokio::test]
async fn the_end_of_a_telephone_number_opens_no_unit_s_order() {
    let shop = TestShop::sqlite().await;
    let placed = approved(&shop).await;
    let shown = order_page(&shop.services, &shop.shopper().await, &placed.number, Some("0001")).await;
    assert!(matches!(shown, Err(ServiceError::NotFound)), "{shown:?}");
}

#[tokio::test]
async fn an_order_is_not_given_up_with_a_novel() {
    let shop = TestShop::sqlite().await;
    let placed = approved(&shop).await;
    let refused = cancel_order(&shop.services, &shop.buyer().await, placed.order_id, &"长".repeat(201)).await;
    let Err(ServiceError::Invalid(errors)) = refused else { panic!("{refused:?}") };
    assert_eq!(errors[0].problem, Problem::TooLong { max: 200 });
}
