//! The shipping desk: parcels split and merged, lists of tracking numbers, what carriers tell; the books are sound after
//! every step.

mod lists;

use std::collections::BTreeSet;

use bytes::Bytes;
use domain::after_sale::ReturnRule;
use domain::failure::{FieldError, Problem};
use domain::ids::{AfterSaleId, LineId, ParcelId};
use domain::parcel::ParcelStatus;
use domain::role::Role;
use rand_chacha::rand_core::SeedableRng;
use service::after_sales::{self as sales, AskAfterSale, AskLine, ask_after_sale};
use service::orders::{cancel_order, confirm_receipt, order_page};
use service::photos::SentPhoto;
use service::shipping::split::{MergeParcels, SplitParcel, SplitPieces, merge_parcels, split_parcel};
use service::shipping::{ShipParcel, ship_parcel};
use store::orders::LineRow;

use super::*;

/// A picture of the demonstration.
const PICTURE: &[u8] = include_bytes!("../../data/demo/pictures/tea-danya-1.webp");

/// A paid order of a guest.
async fn bought(shop: &TestShop, guest: u32, lines: &[(VariantId, i64)]) -> PlacedOrder {
    let placed = order(shop, guest, lines).await;
    pay(shop, &shop.guest(guest), placed.order_id).await;
    placed
}

fn splitting(shop: &TestShop, parcel: ParcelId, pieces: &[(LineId, i64)]) -> SplitParcel {
    let piece = |(line, quantity): &(LineId, i64)| SplitPieces {
        line: line.to_string(),
        quantity: quantity.to_string(),
    };
    SplitParcel {
        key: shop.services.new_token(),
        parcel: parcel.to_string(),
        lines: pieces.iter().map(piece).collect(),
    }
}

fn merging(shop: &TestShop, into: ParcelId, parcels: &[ParcelId]) -> MergeParcels {
    MergeParcels {
        key: shop.services.new_token(),
        into: into.to_string(),
        parcels: parcels.iter().map(ToString::to_string).collect(),
    }
}

async fn ship(shop: &TestShop, viewer: &Viewer, parcel: ParcelId, number: &str) -> Result<OrderId> {
    let command = ShipParcel { carrier: "中国邮政".to_owned(), tracking_number: number.to_owned() };
    ship_parcel(&shop.services, viewer, parcel, command).await
}

/// What each village has of an order, by collective.
async fn shares(shop: &TestShop, id: OrderId) -> Vec<(i64, i64)> {
    let mut conn = shop.services.db.read().await.unwrap();
    let mut sums = std::collections::BTreeMap::new();
    for row in store::books::list_attributions(&mut conn, id).await.unwrap() {
        *sums.entry(row.collective_id.get()).or_insert(0) += (row.amount_fen - row.reversed_fen).get();
    }
    sums.into_iter().collect()
}

async fn ask_unshipped(shop: &TestShop, viewer: &Viewer, line: &LineRow, pieces: i64) -> Result<AfterSaleId> {
    let asking = AskAfterSale {
        key: shop.services.new_token(),
        parcel: line.parcel_id.to_string(),
        kind: "refund_unshipped".to_owned(),
        reason: "late".to_owned(),
        words: "等太久了".to_owned(),
        amount: String::new(),
        lines: vec![AskLine {
            line: line.id.to_string(),
            quantity: pieces.to_string(),
            damage: String::new(),
        }],
    };
    ask_after_sale(&shop.services, viewer, asking, vec![SentPhoto::Bytes(Bytes::from_static(PICTURE))]).await
}

async fn declare(shop: &TestShop, rule: ReturnRule) {
    let mut tx = shop.services.db.write().await.unwrap();
    for product in [shop.tea.product, shop.dendrobium.product] {
        store::after_sales::put_product_rule(&mut tx, product, rule, 0).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_split_keeps_every_fen_and_a_merge_brings_it_back_together() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let placed = bought(shop, 1, &[(shop.dendrobium.variant(), 3), (shop.tea.variants[0], 7)]).await;
        let (before, freight) =
            (shares(shop, placed.order_id).await, find_order(shop, placed.order_id).await.freight_fen);
        let lines = lines_of(shop, placed.order_id).await;
        let source = lines[0].parcel_id;

        let command = splitting(shop, source, &[(lines[0].id, 1), (lines[1].id, 4)]);
        let new = split_parcel(services, &seller, command.clone()).await.unwrap();
        assert_eq!(split_parcel(services, &seller, command).await.unwrap(), new, "pressed twice");
        assert_sound(shop).await;
        assert_eq!(shares(shop, placed.order_id).await, before, "every village keeps what it had");
        let parcels = parcels_of(shop, placed.order_id).await;
        assert_eq!(parcels.len(), 2);
        assert_eq!(parcels.iter().map(|parcel| parcel.freight_fen).sum::<Fen>(), freight);
        assert!(parcels.iter().all(|parcel| parcel.freight_fen.is_positive()), "{parcels:?}");
        let after = lines_of(shop, placed.order_id).await;
        assert_eq!(after.len(), 4);
        assert_eq!(
            after.iter().map(|line| line.net_fen).sum::<Fen>(),
            lines.iter().map(|line| line.net_fen).sum::<Fen>()
        );
        assert_eq!(after.iter().map(|line| line.quantity).sum::<i64>(), 10);

        // One leaves; the other does not go into it any more.
        let refused = merge_parcels(services, &seller, merging(shop, new, &[source])).await;
        let merged = refused.unwrap();
        assert_eq!(merged, new);
        assert_sound(shop).await;
        let parcels = parcels_of(shop, placed.order_id).await;
        let kept = parcels.iter().find(|parcel| parcel.id == new).unwrap();
        assert_eq!((kept.freight_fen, kept.status), (freight, ParcelStatus::ToPack));
        let emptied = parcels.iter().find(|parcel| parcel.id == source).unwrap();
        assert_eq!((emptied.freight_fen, emptied.status), (Fen::ZERO, ParcelStatus::Cancelled));
        let page = order_page(services, &shop.guest(1), &placed.number, None).await.unwrap();
        assert_eq!(page.parcels.len(), 1, "the buyer sees no empty parcel");
        assert!(page.can_cancel);
        cancel_order(services, &shop.guest(1), placed.order_id, "不要了").await.unwrap();
        run_worker(shop).await;
        assert_eq!(status(shop, placed.order_id).await, OrderStatus::Refunded);
        assert_eq!(shop.gateway.sent_back_fen(), page.order.total_fen, "the whole of it, once");
    })
    .await;
}

#[tokio::test]
async fn what_is_left_alone_is_not_split() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let placed = bought(
            shop,
            1,
            &[(shop.tea.variants[0], 3), (shop.tea.variants[1], 1), (shop.honey.variant(), 1)],
        )
        .await;
        let lines = lines_of(shop, placed.order_id).await;
        let line = lines.iter().find(|line| line.variant_id == shop.tea.variants[0]).unwrap().clone();
        let of_honey = lines.iter().find(|line| line.variant_id == shop.honey.variant()).unwrap().clone();
        let fields = |answer: Result<ParcelId>| match answer {
            Err(ServiceError::Invalid(errors)) => errors,
            other => panic!("{other:?}"),
        };
        let split = async |pieces: &[(LineId, i64)]| {
            split_parcel(services, &seller, splitting(shop, line.parcel_id, pieces)).await
        };
        assert_eq!(fields(split(&[]).await), [FieldError::new("lines", Problem::Missing)]);
        let all: Vec<(LineId, i64)> = lines
            .iter()
            .filter(|one| one.parcel_id == line.parcel_id)
            .map(|one| (one.id, one.quantity))
            .collect();
        assert_eq!(fields(split(&all).await)[0].field, "lines");
        let many = FieldError::new("lines.0.quantity", Problem::OutOfRange { min: 0, max: 3 });
        assert_eq!(fields(split(&[(line.id, 4)]).await), [many]);
        assert!(matches!(split(&[(of_honey.id, 1)]).await, Err(ServiceError::NotFound)), "in another parcel");
        let stranger = shop.account(&[Role::SellerOf(shop.places.honey_team)]).await;
        let foreign =
            split_parcel(services, &stranger, splitting(shop, line.parcel_id, &[(line.id, 1)])).await;
        assert!(matches!(foreign, Err(ServiceError::NotFound)));
        let apart =
            merge_parcels(services, &seller, merging(shop, line.parcel_id, &[of_honey.parcel_id])).await;
        assert_eq!(conflict(apart), Conflict::ParcelsDiffer, "of another team and place");

        declare(shop, ReturnRule::SevenDays).await;
        let new = split(&[(line.id, 1)]).await.unwrap();
        let asked = ask_unshipped(shop, &shop.guest(1), &line, 1).await.unwrap();
        assert_eq!(conflict(split(&[(line.id, 1)]).await), Conflict::ParcelInAfterSale);
        let together = merge_parcels(services, &seller, merging(shop, new, &[line.parcel_id])).await;
        assert_eq!(conflict(together), Conflict::ParcelInAfterSale);
        sales::agree(services, &seller, asked, &services.new_token()).await.unwrap();
        run_worker(shop).await;
        assert_sound(shop).await;
        assert_eq!(
            conflict(split(&[(line.id, 1)]).await),
            Conflict::ParcelInAfterSale,
            "part of it is paid back"
        );

        // The other one goes its way, and its pieces come back at their own price.
        ship(shop, &seller, new, "E1").await.unwrap();
        let late = split_parcel(services, &seller, splitting(shop, new, &[])).await;
        assert_eq!(conflict(late), Conflict::StateChanged);
    })
    .await;
}

#[tokio::test]
async fn thirty_splits_at_once_split_once() {
    TestShop::on_both(async |shop| {
        let seller = shop.seller().await;
        let placed = bought(shop, 1, &[(shop.tea.variants[0], 7)]).await;
        let line = lines_of(shop, placed.order_id).await.remove(0);
        let command = splitting(shop, line.parcel_id, &[(line.id, 3)]);
        let asked = (0..30).map(|_| split_parcel(&shop.services, &seller, command.clone()));
        let answers: BTreeSet<ParcelId> =
            futures::future::join_all(asked).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(answers.len(), 1);
        assert_eq!(parcels_of(shop, placed.order_id).await.len(), 2);
    })
    .await;
}

/// Any sequence of splits, merges, requests, answers and departures leaves sound books and gives back no more than was paid.
async fn story(shop: &TestShop, seed: u64) {
    let mut rng = ChaCha12Rng::seed_from_u64(seed);
    let mut pick = |end: usize| below(&mut rng, u32::try_from(end).unwrap()) as usize;
    declare(shop, ReturnRule::SevenDays).await;
    let lines = [(shop.dendrobium.variant(), 4), (shop.tea.variants[0], 7), (shop.tea.variants[1], 5)];
    let placed = bought(shop, 1, &lines).await;
    let total = find_order(shop, placed.order_id).await.total_fen;
    let (services, guest, seller) = (&shop.services, shop.guest(1), shop.seller().await);
    let captain = shop.captain().await;
    let mut asked = Vec::new();
    for _ in 0..30 {
        let parcels = parcels_of(shop, placed.order_id).await;
        let lines = lines_of(shop, placed.order_id).await;
        let line = &lines[pick(lines.len())];
        let (one, other) = (parcels[pick(parcels.len())].id, parcels[pick(parcels.len())].id);
        // Many of these are refused; what counts is what is left behind.
        match pick(12) {
            0..=4 => {
                let pieces = 1 + pick(line.quantity.max(1) as usize) as i64;
                drop(
                    split_parcel(services, &seller, splitting(shop, line.parcel_id, &[(line.id, pieces)]))
                        .await,
                );
            }
            5 | 6 => drop(merge_parcels(services, &seller, merging(shop, one, &[other])).await),
            7 => drop(ship(shop, &seller, one, "E9").await),
            8 => drop(confirm_receipt(services, &guest, one).await),
            9 => asked.extend(ask_unshipped(shop, &guest, line, 1 + pick(2) as i64).await.ok()),
            10 => {
                if let Some(id) = asked.get(pick(asked.len().max(1))).copied() {
                    drop(sales::agree(services, &seller, id, &services.new_token()).await);
                    drop(sales::confirm_large(services, &captain, id, &services.new_token()).await);
                }
            }
            _ => {
                if let Some(id) = asked.get(pick(asked.len().max(1))).copied() {
                    drop(sales::withdraw(services, &guest, id, &services.new_token()).await);
                }
            }
        }
        run_worker(shop).await;
    }
    assert_sound(shop).await;
    let order = find_order(shop, placed.order_id).await;
    let freight: Fen = parcels_of(shop, placed.order_id).await.iter().map(|parcel| parcel.freight_fen).sum();
    assert_eq!(freight, order.freight_fen, "seed {seed}");
    let goods: Fen = lines_of(shop, placed.order_id).await.iter().map(|line| line.net_fen).sum();
    assert_eq!(goods, order.goods_fen, "seed {seed}");
    assert!(shop.gateway.sent_back_fen() <= total, "seed {seed}");
}

#[tokio::test]
async fn any_story_of_splits_and_merges_ends_with_sound_books() {
    for seed in 0..rounds("R3", 8, 200) as u64 {
        story(&TestShop::sqlite().await, seed).await;
    }
    TestShop::postgres(async |shop| story(shop, 20_260_615).await).await;
}
