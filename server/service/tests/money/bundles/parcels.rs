//! Parts of a box that leave apart: from two places, or split off by their seller.

use domain::ids::PlaceId;
use service::shipping::split::{SplitParcel, SplitPieces, split_parcel};
use service::testing::NewGood;
use store::seed::NewDispatchPlace;

use super::*;

/// A part of a box and a part of what was loose leave by themselves.
#[tokio::test]
async fn what_was_split_is_told_of_once_and_bought_again_whole() {
    TestShop::on_both(async |shop| {
        let (services, guest, seller) = (&shop.services, shop.guest(1), shop.seller().await);
        let tea_box = tea_box(shop).await;
        fill(shop, &guest, &[(tea_box.variant(), 2)]).await;
        shop.clock.advance(MINUTE_MS);
        fill(shop, &guest, &[(shop.tea.variant(), 5)]).await;
        let form = checkout_form(shop, &guest, 1).await;
        let placed = place_order(services, &guest, form).await.unwrap();
        pay(shop, &guest, placed.order_id).await;
        let lines = lines_of(shop, placed.order_id).await;
        assert_eq!(lines.iter().map(|line| line.quantity).collect::<Vec<_>>(), [2, 4, 5]);
        let piece = |at: usize| SplitPieces { line: lines[at].id.to_string(), quantity: "1".to_owned() };
        let splitting = SplitParcel {
            key: services.new_token(),
            parcel: lines[0].parcel_id.to_string(),
            lines: vec![piece(0), piece(2)],
        };
        split_parcel(services, &seller, splitting).await.unwrap();
        let page = order_page(services, &guest, &placed.number, None).await.unwrap();
        let of_box: Vec<bool> = page.lines.iter().map(|line| line.bundle.is_some()).collect();
        assert_eq!(of_box, [true, true, true, false, false], "what was split off stands with its box");
        assert_eq!(lines_as_text(&page.lines).lines().count(), 3, "a box once, what is loose by parcel");

        buy_again(services, &guest, placed.order_id).await.unwrap();
        let cart = view_cart(services, &guest).await.unwrap();
        let mut again: Vec<_> =
            cart.lines.iter().map(|line| (line.line.variant.variant_id, line.line.quantity)).collect();
        again.sort_unstable();
        let mut ordered = vec![(tea_box.variant(), 2), (shop.tea.variant(), 5)];
        ordered.sort_unstable();
        assert_eq!(again, ordered);
    })
    .await;
}

#[tokio::test]
async fn parts_at_two_places_leave_in_two_parcels() {
    let shop = &TestShop::sqlite().await;
    let (services, places) = (&shop.services, &shop.places);
    let place: PlaceId = services.new_id();
    let row = NewDispatchPlace {
        id: place,
        team_id: places.tea_team,
        name: "河边仓".to_owned(),
        region_code: "610925".to_owned(),
        address: "示范路2号".to_owned(),
        phone: "0915-2999802".to_owned(),
    };
    let mut tx = services.db.write().await.unwrap();
    store::seed::insert_dispatch_place(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
    let nuts = NewGood {
        slug: "nuts".to_owned(),
        team: places.tea_team,
        place,
        freight: places.tea_freight,
        village: places.villages[3],
        variants: vec![("NUT-1".to_owned(), 3_000, 1, 900)],
        tiers: Vec::new(),
        batches: vec![(20, "2027-06-30", vec![(places.villages[3], 20_000)])],
    };
    let nuts = nuts.publish(services, places).await;
    let mixed = boxed(shop, "mixed", &[(shop.tea.variant(), 1), (nuts.variant(), 1)], Some("70")).await;
    let placed = order(shop, 1, &[(mixed.variant(), 2)]).await;
    let parcels = parcels_of(shop, placed.order_id).await;
    assert_eq!(parcels.len(), 2);
    // 300 g from the one place and 1800 g from the other.
    let mut freight: Vec<i64> = parcels.iter().map(|parcel| parcel.freight_fen.get()).collect();
    freight.sort_unstable();
    assert_eq!(freight, [800, 1_200]);
    let lines = lines_of(shop, placed.order_id).await;
    assert_ne!(lines[0].parcel_id, lines[1].parcel_id);
    assert_eq!(lines[0].net_fen + lines[1].net_fen, fen(14_000));
    pay(shop, &shop.guest(1), placed.order_id).await;
}
