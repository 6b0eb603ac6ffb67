//! R5 and R6: whatever is sold at whatever price from whatever harvest, sums are exact and every yuan is attributed.

use domain::after_sale::AfterSaleStatus;
use domain::ids::AfterSaleId;
use domain::order::OrderStatus;
use domain::role::Role;
use domain::time::DAY_MS;
use proptest::collection::vec;
use proptest::prelude::*;
use service::after_sales::{AskLine, OfferRefund, confirm_large, offer_refund};
use service::orders::{cancel_order, confirm_receipt};
use service::shipping::{ShipParcel, ship_parcel};
use service::testing::{Good, NewGood};
use store::after_sales::AfterSaleRow;

use super::*;

/// How far an order gets.
#[derive(Debug, Clone, Copy)]
enum Life {
    Placed,
    GivenUp,
    Expired,
    Paid,
    Refunded,
    /// One piece of each line is paid back, before anything is sent.
    PartlyRefunded,
    Shipped,
    Received,
    Completed,
}

#[derive(Debug, Clone)]
struct Listing {
    price_fen: i64,
    base_quantity: i64,
    weight_g: i64,
    /// Of two batches: the village weights, 0 for none of that village.
    harvests: [[i64; 4]; 2],
    first_received: i64,
    of_honey_team: bool,
}

fn a_listing() -> impl Strategy<Value = Listing> {
    let weights = || [0..100_000_i64, 0..7_i64, 0..1_000_i64, 1..3_i64];
    (1..2_000_000_i64, 1..700_i64, 1..5_000_i64, [weights(), weights()], 1..2_000_i64, any::<bool>())
        .prop_map(|(price_fen, base_quantity, weight_g, harvests, first_received, of_honey_team)| Listing {
            price_fen,
            base_quantity,
            weight_g,
            harvests,
            first_received,
            of_honey_team,
        })
}

fn a_life() -> impl Strategy<Value = Life> {
    prop_oneof![
        Just(Life::Placed),
        Just(Life::GivenUp),
        Just(Life::Expired),
        Just(Life::Paid),
        Just(Life::Refunded),
        Just(Life::PartlyRefunded),
        Just(Life::Shipped),
        Just(Life::Received),
        Just(Life::Completed),
    ]
}

async fn list(shop: &TestShop, index: usize, listing: &Listing) -> Good {
    let places = &shop.places;
    let inputs = |weights: [i64; 4]| {
        places.villages.into_iter().zip(weights).filter(|(_, weight)| *weight > 0).collect::<Vec<_>>()
    };
    let (team, place, freight) = match listing.of_honey_team {
        true => (places.honey_team, places.honey_place, places.honey_freight),
        false => (places.tea_team, places.tea_place, places.tea_freight),
    };
    NewGood {
        slug: format!("any-{index}"),
        team,
        place,
        freight,
        village: places.villages[0],
        variants: vec![(format!("ANY-{index}"), listing.price_fen, listing.base_quantity, listing.weight_g)],
        tiers: Vec::new(),
        batches: vec![
            (listing.first_received, "2027-01-01", inputs(listing.harvests[0])),
            (1_000_000, "2028-01-01", inputs(listing.harvests[1])),
        ],
    }
    .publish(&shop.services, places)
    .await
}

/// The sellers give the money of one piece of each line back; somebody else confirms large amounts.
async fn give_pieces_back(shop: &TestShop, id: OrderId) {
    let services = &shop.services;
    let seller =
        shop.account(&[Role::SellerOf(shop.places.tea_team), Role::SellerOf(shop.places.honey_team)]).await;
    let admin = shop.county_admin().await;
    for line in lines_of(shop, id).await {
        let offer = OfferRefund {
            key: services.new_token(),
            parcel: line.parcel_id.to_string(),
            words: "山上停电，炒不出来".to_owned(),
            amount: String::new(),
            lines: vec![AskLine {
                line: line.id.to_string(),
                quantity: "1".to_owned(),
                ..AskLine::default()
            }],
        };
        let sale = offer_refund(services, &seller, offer).await.unwrap();
        if find_sale(shop, sale).await.status == AfterSaleStatus::AwaitingSecond {
            confirm_large(services, &admin, sale, &services.new_token()).await.unwrap();
        }
    }
}

async fn find_sale(shop: &TestShop, id: AfterSaleId) -> AfterSaleRow {
    let mut conn = shop.services.db.read().await.unwrap();
    store::after_sales::find_after_sale(&mut conn, id).await.unwrap().unwrap()
}

/// Goods and freight of an order that were paid back piece by piece.
async fn given_back(shop: &TestShop, id: OrderId) -> (Fen, Fen) {
    let sales = {
        let mut conn = shop.services.db.read().await.unwrap();
        store::after_sales::list_of_order(&mut conn, id).await.unwrap()
    };
    let mut back = (Fen::ZERO, Fen::ZERO);
    for sale in sales {
        let row = find_sale(shop, sale.id).await;
        assert_eq!(row.status, AfterSaleStatus::Settled);
        back = (back.0 + row.goods_fen, back.1 + row.freight_fen);
    }
    back
}

async fn live(shop: &TestShop, number: u32, id: OrderId, life: Life) {
    let guest = shop.guest(number);
    match life {
        Life::Placed => {}
        Life::GivenUp => cancel_order(&shop.services, &guest, id, "").await.unwrap(),
        Life::Expired => {
            shop.clock.advance(DAY_MS);
            run_worker(shop).await;
        }
        Life::Paid | Life::Refunded => {
            pay(shop, &guest, id).await;
            if matches!(life, Life::Refunded) {
                cancel_order(&shop.services, &guest, id, "").await.unwrap();
            }
        }
        Life::PartlyRefunded => {
            pay(shop, &guest, id).await;
            give_pieces_back(shop, id).await;
        }
        Life::Shipped | Life::Received | Life::Completed => {
            pay(shop, &guest, id).await;
            let seller = shop
                .account(&[Role::SellerOf(shop.places.tea_team), Role::SellerOf(shop.places.honey_team)])
                .await;
            for parcel in parcels_of(shop, id).await {
                let command = ShipParcel { carrier: "邮政".to_owned(), tracking_number: "E1".to_owned() };
                ship_parcel(&shop.services, &seller, parcel.id, command).await.unwrap();
                if !matches!(life, Life::Shipped) {
                    confirm_receipt(&shop.services, &guest, parcel.id).await.unwrap();
                }
            }
            if matches!(life, Life::Completed) {
                shop.clock.advance(8 * DAY_MS);
                run_worker(shop).await;
            }
        }
    }
}

/// Every fen that came in and stayed is a village's or a team's freight.
async fn assert_every_fen_is_somebodys(shop: &TestShop, orders: &[OrderId]) {
    let (mut goods, mut freight) = (Fen::ZERO, Fen::ZERO);
    for id in orders {
        let row = find_order(shop, *id).await;
        if matches!(row.status, OrderStatus::Paid | OrderStatus::Completed) {
            let (goods_back, freight_back) = given_back(shop, *id).await;
            assert!(goods_back < row.goods_fen && freight_back <= row.freight_fen, "no more than was paid");
            goods += row.goods_fen - goods_back;
            freight += row.freight_fen - freight_back;
        }
    }
    let mut earned = Fen::ZERO;
    let mut conn = shop.services.db.read().await.unwrap();
    for collective in shop.places.collectives {
        let (pending, available) =
            store::books::get_collective_balances(&mut conn, collective).await.unwrap();
        earned += pending + available;
    }
    drop(conn);
    assert_eq!(earned, goods);
    let totals = books::verify_books(&shop.services).await.unwrap().totals.unwrap();
    assert_eq!((totals.attributed_fen, totals.freight_fen), (goods.get(), freight.get()));
    assert_eq!(totals.captured_fen, totals.refunded_fen + (goods + freight).get());
    assert_eq!(totals.unapplied_fen, 0);
}

async fn a_market(listings: Vec<Listing>, lives: Vec<(Vec<(usize, i64)>, Life)>) {
    let shop = TestShop::sqlite().await;
    let mut goods = Vec::new();
    for (index, listing) in listings.iter().enumerate() {
        goods.push(list(&shop, index, listing).await);
    }
    let mut orders = Vec::new();
    for (number, (cart, life)) in (0..).zip(lives) {
        let lines: Vec<(VariantId, i64)> =
            cart.iter().map(|(good, quantity)| (goods[good % goods.len()].variant(), *quantity)).collect();
        let placed = order(&shop, number, &lines).await.order_id;
        live(&shop, number, placed, life).await;
        orders.push(placed);
    }
    run_worker(&shop).await;
    assert_sound(&shop).await;
    assert_every_fen_is_somebodys(&shop, &orders).await;
    shop.services.db.close().await;
}

#[test]
fn sums_are_exact_and_every_yuan_is_attributed() {
    let config = ProptestConfig {
        cases: u32::try_from(rounds("R5", 12, 300)).unwrap(),
        max_shrink_iters: 40,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let cart = vec((0..4_usize, 1..30_i64), 1..5);
    let market = (vec(a_listing(), 1..5), vec((cart, a_life()), 1..9));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    proptest!(config, |((listings, lives) in market)| {
        runtime.block_on(a_market(listings, lives));
    });
}
