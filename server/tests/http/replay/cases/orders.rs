//! Calls about carts, orders and parcels.

use domain::parcel::ParcelStatus;
use service::shipping::ShipParcel;

use super::{Call, KEY};
use crate::access::Who;
use crate::access::world::{Placed, World};

pub async fn fill_cart(world: &World, who: Who) {
    let viewer = world.viewer(who).await;
    service::carts::set_quantity(&world.shop.services, &viewer, world.variant, 2).await.unwrap();
}

fn put_address(call: &mut Call) {
    for (name, value) in
        [("name", "收货人"), ("phone", "13800000077"), ("region", "610925"), ("detail", "城关镇7号")]
    {
        call.put(name, value);
    }
}

pub async fn place_order(world: &World, call: &mut Call) {
    fill_cart(world, call.who).await;
    let viewer = world.viewer(call.who).await;
    let draft =
        service::checkout::preview_checkout(&world.shop.services, &viewer, Some("610925")).await.unwrap();
    put_address(call);
    call.put("then", "place");
    call.put("expected_total", &draft.total_fen().get().to_string());
    call.put("agreed_terms", &draft.agreed_terms());
    call.put("key", KEY);
    call.other = Some(("note", "放门口".to_owned()));
}

pub async fn bulk_order(world: &World, call: &mut Call) {
    let (services, viewer) = (&world.shop.services, world.viewer(call.who).await);
    let lines = "OWN-1 3".to_owned();
    let check =
        service::units::check_quick_order(services, &viewer, world.unit, &lines, Some("610925")).await;
    put_address(call);
    call.put("then", "submit");
    let draft = check.unwrap().draft.unwrap();
    call.put("expected", &draft.total_fen().get().to_string());
    call.put("agreed_terms", &draft.agreed_terms());
    call.put("key", KEY);
    call.other = Some(("note", "中秋".to_owned()));
}

/// An order of the shopper that was paid online and is on its way.
pub async fn shipped(world: &World) -> Placed {
    let services = &world.shop.services;
    let placed = world.buy(Who::Shopper, "13800000088").await;
    world.pay_online(Who::Shopper, &placed).await;
    let seller = world.viewer(Who::Seller).await;
    let command = ShipParcel { carrier: "中国邮政".to_owned(), tracking_number: "CP9".to_owned() };
    service::shipping::ship_parcel(services, &seller, placed.parcel, command).await.unwrap();
    let mut conn = services.db.read().await.unwrap();
    let parcel = store::parcels::get_parcel(&mut conn, placed.parcel).await.unwrap();
    assert_eq!(parcel.status, ParcelStatus::Shipped);
    placed
}

/// A parcel of three pieces that are sold by weight, on the scales.
pub async fn weigh(world: &World, call: &mut Call) {
    let services = &world.shop.services;
    let weighed = store::weighing::WeighedVariantRow {
        variant_id: world.variant,
        per_kg_fen: domain::money::Fen::new(7_000),
        least_g: 500,
        most_g: 1_000,
    };
    let mut tx = services.db.write().await.unwrap();
    store::weighing::put_weighed_variant(&mut tx, &weighed).await.unwrap();
    tx.commit().await.unwrap();
    let placed = world.hand_in_paid(&services.new_token(), 3).await;
    // What else is ordered is not weighed.
    let mut tx = services.db.write().await.unwrap();
    store::weighing::delete_weighed_variant(&mut tx, world.variant).await.unwrap();
    let line = store::orders::list_order_lines(&mut tx, placed.id).await.unwrap().remove(0);
    tx.commit().await.unwrap();
    call.put("parcel", &placed.parcel.to_string());
    call.put("key", &services.new_token());
    for piece in 0..3 {
        call.put(&format!("pieces[{piece}][line]"), &line.id.to_string());
        call.put(&format!("pieces[{piece}][weight]"), "0.75");
    }
    call.other = Some(("pieces[1][weight]", "0.8".to_owned()));
}

/// Goods of a parcel, and a batch that has others.
pub async fn reallocate(world: &World, call: &mut Call) {
    let services = &world.shop.services;
    let seller = world.viewer(Who::Seller).await;
    let desk = service::shipping::desk::desk_parcel(services, &seller, world.paid.parcel).await.unwrap();
    let mut tx = services.db.write().await.unwrap();
    let known = store::listing::find_listing_batch(&mut tx, world.batch).await.unwrap().unwrap();
    let other = store::listing::NewBatch {
        id: services.new_id(),
        product_id: world.product,
        code: "REPLAY".to_owned(),
        papers: store::listing::PapersRow {
            // What was there before is sold first, in everything that follows.
            expires_on: Some("2027-01-20".to_owned()),
            ..known.papers
        },
        received: 100_000,
        inputs: store::movements::list_weights(&mut tx, world.batch).await.unwrap(),
        created_at_ms: services.now_ms(),
    };
    store::listing::insert_batch(&mut tx, &other).await.unwrap();
    tx.commit().await.unwrap();
    call.put("allocation", &desk.replaceable[0].goods.id.to_string());
    call.other = Some(("quantity", "2".to_owned()));
}

/// Another parcel of the same order.
pub async fn merge(world: &World, call: &mut Call) {
    use service::shipping::split::{SplitParcel, SplitPieces, split_parcel};
    let pieces = SplitPieces { line: world.line.to_string(), quantity: "1".to_owned() };
    let key = world.shop.services.new_token();
    let command = SplitParcel { key, parcel: world.paid.parcel.to_string(), lines: vec![pieces] };
    let seller = world.viewer(Who::Seller).await;
    let other = split_parcel(&world.shop.services, &seller, command).await.unwrap();
    call.put("parcels[0]", &other.to_string());
    call.other = Some(("into", other.to_string()));
}
