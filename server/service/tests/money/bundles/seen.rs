//! What a buyer has seen of a box is what is bought, and nobody approves what was withdrawn.

use std::sync::Arc;

use service::rules::ShopRules;

use super::*;

#[tokio::test]
async fn other_contents_than_the_page_showed_are_not_bought() {
    TestShop::on_both(async |shop| {
        let (services, guest, seller) = (&shop.services, shop.guest(1), shop.seller().await);
        let tea_box = tea_box(shop).await;
        fill(shop, &guest, &[(tea_box.variant(), 1)]).await;
        let seen = checkout_form(shop, &guest, 1).await;
        let page = contents(services, &seller, tea_box.product).await.unwrap();
        let less = form(&page, &[(shop.dendrobium.variant(), 1), (shop.tea.variant(), 1)], Some("200"));
        save_contents(services, &seller, &less, "less").await.unwrap();
        let late = place_order(services, &guest, seen).await;
        assert_eq!(conflict(late), Conflict::TermsChanged, "one tin less for the same money");
        let fresh = checkout_form(shop, &guest, 1).await;
        place_order(services, &guest, fresh).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_unit_does_not_get_a_box_that_was_withdrawn() {
    TestShop::on_both(async |shop| {
        let (services, buyer) = (&shop.services, shop.buyer().await);
        let tea_box = tea_box(shop).await;
        let code = {
            let mut conn = services.db.read().await.unwrap();
            store::listing::list_all_variants(&mut conn, tea_box.product).await.unwrap()[0].code.clone()
        };
        let placed = submit(shop, &buyer, &format!("{code} 4")).await;
        unpublish(services, &shop.seller().await, tea_box.product).await.unwrap();
        let late = approve_order(services, &shop.approver().await, &placed.number).await;
        assert_eq!(conflict(late), Conflict::NotForSale { name: "岚河礼盒".to_owned() });
    })
    .await;
}

#[tokio::test]
async fn boxes_are_no_way_around_the_most_pieces_of_a_cart() {
    let shop = TestShop::sqlite().await;
    let mut services = shop.services.clone();
    services.rules = Arc::new(ShopRules { max_cart_quantity: 5, ..(*services.rules).clone() });
    let guest = shop.guest(1);
    let tea_box = tea_box(&shop).await;
    for (boxes, is_refused) in [(2, false), (3, true)] {
        fill(&shop, &guest, &[(tea_box.variant(), boxes)]).await;
        let draft = preview_checkout(&services, &guest, None).await;
        let Err(ServiceError::Invalid(errors)) = draft else {
            assert!(!is_refused, "{boxes} boxes are six tins of tea");
            continue;
        };
        assert!(is_refused && errors[0].field == "lines.0.quantity", "{errors:?}");
    }
}
