//! Goods sold by weight: the difference goes back when the parcel leaves, and whatever is asked before and after it, every
//! fen of a line is given back once at most.

use rand_chacha::rand_core::SeedableRng;
use service::weighing::{TypedPiece, WeighParcel, weigh_parcel};
use store::weighing::WeighedVariantRow;

use super::*;

/// Sells the smaller tea by weight: ¥24.95 a kilogram, 1.2 to 2 kg, so ¥49.90 for the heaviest.
pub(crate) async fn sell_by_weight(shop: &TestShop) {
    let row = WeighedVariantRow {
        variant_id: shop.tea.variants[0],
        per_kg_fen: fen(2_495),
        least_g: 1_200,
        most_g: 2_000,
    };
    let mut tx = shop.services.db.write().await.unwrap();
    store::weighing::put_weighed_variant(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
}

fn scales(shop: &TestShop, line: &LineRow, weights: &[&str]) -> WeighParcel {
    let piece = |weight: &&str| TypedPiece { line: line.id.to_string(), weight: (*weight).to_owned() };
    WeighParcel {
        key: key(shop),
        parcel: line.parcel_id.to_string(),
        pieces: weights.iter().map(piece).collect(),
    }
}

pub(crate) async fn weigh(shop: &TestShop, line: &LineRow, weights: &[&str]) -> Result<OrderId> {
    weigh_parcel(&shop.services, &shop.seller().await, scales(shop, line, weights)).await
}

fn problems<T: std::fmt::Debug>(answer: Result<T>) -> Vec<(String, Problem)> {
    let Err(ServiceError::Invalid(errors)) = answer else { panic!("{answer:?}") };
    errors.into_iter().map(|error| (error.field, error.problem)).collect()
}

#[tokio::test]
async fn nobody_buys_other_weights_than_the_page_showed() {
    TestShop::on_both(async |shop| {
        sell_by_weight(shop).await;
        let guest = shop.guest(1);
        fill(shop, &guest, &[(shop.tea.variants[0], 1)]).await;
        let form = checkout_form(shop, &guest, 1).await;
        let row = WeighedVariantRow {
            variant_id: shop.tea.variants[0],
            per_kg_fen: fen(2_495),
            least_g: 1_000,
            most_g: 2_000,
        };
        let mut tx = shop.services.db.write().await.unwrap();
        store::weighing::put_weighed_variant(&mut tx, &row).await.unwrap();
        tx.commit().await.unwrap();
        let late = place_order(&shop.services, &guest, form).await;
        assert_eq!(conflict(late), Conflict::TermsChanged, "the same price for what may weigh less");
        let fresh = checkout_form(shop, &guest, 1).await;
        place_order(&shop.services, &guest, fresh).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_a_piece_weighs_less_goes_back_when_it_leaves() {
    TestShop::on_both(async |shop| {
        sell_by_weight(shop).await;
        let (guest, seller) = (shop.guest(1), shop.seller().await);
        let placed = bought(shop, &[(shop.tea.variants[0], 3), (shop.dendrobium.variant(), 1)]).await;
        let lines = lines_of(shop, placed.order_id).await;
        let tea = lines.iter().find(|line| line.variant_id == shop.tea.variants[0]).unwrap();
        let all = 3 * 4_990 + 16_801;

        let Conflict::Unweighed { name } = conflict(ship(shop, tea.parcel_id).await) else { panic!() };
        assert!(name.starts_with("tea"), "{name}");
        let wrong = weigh(shop, tea, &["1.199", "", "4.001"]).await;
        assert_eq!(problems(wrong), [("pieces.1.weight".to_owned(), Problem::Missing)]);
        let wrong = weigh(shop, tea, &["1.199", "1.2", "4.001"]).await;
        let expected = [
            ("pieces.0.weight".to_owned(), Problem::TooLight { least_g: 1_200 }),
            ("pieces.2.weight".to_owned(), Problem::TooHeavy { most_g: 2_000 }),
        ];
        assert_eq!(problems(wrong), expected);
        let wrong = weigh(shop, tea, &["1.5 1.5"]).await;
        let expected = Problem::PieceCount { wanted: 3, given: 2 };
        assert_eq!(problems(wrong), [("pieces.0.weight".to_owned(), expected)]);
        let stranger = shop.account(&[Role::SellerOf(shop.places.honey_team)]).await;
        let command = scales(shop, tea, &["1.5", "2", "1.3"]);
        let answer = weigh_parcel(&shop.services, &stranger, command.clone()).await;
        assert!(matches!(answer, Err(ServiceError::NotFound)), "{answer:?}");
        let answer = weigh_parcel(&shop.services, &guest, command.clone()).await;
        assert!(matches!(answer, Err(ServiceError::Unauthenticated)), "{answer:?}");

        for _twice in 0..2 {
            weigh_parcel(&shop.services, &seller, command.clone()).await.unwrap();
        }
        let other = WeighParcel { pieces: scales(shop, tea, &["2", "2", "2"]).pieces, ..command };
        assert_eq!(conflict(weigh_parcel(&shop.services, &seller, other).await), Conflict::KeyReused);
        // All in one field, as they come from the scales; the last piece is corrected.
        weigh(shop, tea, &["1.5，2.3\n1.201"]).await.unwrap();
        assert_eq!(refunds_of(shop, placed.order_id).await, [0; 0], "nothing moves before it leaves");
        assert_eq!(earned(shop).await, (all, 0));
        let packed = packing_list(&shop.services, &seller, tea.parcel_id).await.unwrap();
        let weighing = &packed.weighings[0];
        assert_eq!((packed.weighings.len(), weighing.wanted, weighing.is_weighed()), (1, 3, true));
        // 1.5 kg and 1.201 kg cost 37.42 and 29.96, rounded down; the heavy one costs no more than was agreed.
        let back = 1_248 + 1_994;
        assert_eq!(weighing.back_fen(), fen(back));

        for _twice in 0..2 {
            ship(shop, tea.parcel_id).await.unwrap();
        }
        assert_eq!(refunds_of(shop, placed.order_id).await, [back]);
        assert_eq!(earned(shop).await, (all - back, 0));
        assert_sound(shop).await;
        run_worker(shop).await;
        assert_eq!(shop.gateway.sent_back_fen(), fen(back), "the buyer gets it the way it came");
        let late = weigh(shop, tea, &["2", "2", "2"]).await;
        assert_eq!(conflict(late), Conflict::StateChanged, "what has left is not weighed anew");
        let page = order_page(&shop.services, &guest, &placed.number, None).await.unwrap();
        let shown: Vec<_> = page.lines.iter().filter_map(|line| line.weighing.as_ref()).collect();
        assert_eq!(shown.len(), 1);
        assert!(shown[0].is_charged && shown[0].back_fen() == fen(back));
        assert_eq!(page.refunds[0].reason, "weight");

        // Afterwards a piece is worth what it weighs.
        confirm_receipt(&shop.services, &guest, tea.parcel_id).await.unwrap();
        let mut given = Vec::new();
        for _ in 0..3 {
            let id = ask(shop, &guest, tea, 1, "refund_only", "quality").await.unwrap();
            sales::agree(&shop.services, &seller, id, &key(shop)).await.unwrap();
            given.push(amounts(shop, id).await.0);
            assert_sound(shop).await;
        }
        assert_eq!(given, [3_742, 4_990, 2_996]);
        assert_eq!(earned(shop).await, (16_801, 0));
    })
    .await;
}

#[tokio::test]
async fn what_is_given_back_before_packing_is_not_weighed() {
    TestShop::on_both(async |shop| {
        sell_by_weight(shop).await;
        let (guest, seller) = (shop.guest(1), shop.seller().await);
        let placed = bought(shop, &[(shop.tea.variants[0], 3)]).await;
        let tea = lines_of(shop, placed.order_id).await.remove(0);
        weigh(shop, &tea, &["1.5", "1.5", "1.5"]).await.unwrap();
        let id = ask(shop, &guest, &tea, 1, "refund_unshipped", "changed_mind").await.unwrap();
        sales::agree(&shop.services, &seller, id, &key(shop)).await.unwrap();
        assert_eq!(amounts(shop, id).await, (4_990, 0), "it was not charged by weight yet");
        let packed = packing_list(&shop.services, &seller, tea.parcel_id).await.unwrap();
        assert_eq!((packed.weighings[0].wanted, packed.weighings[0].is_weighed()), (2, false));
        let Conflict::Unweighed { .. } = conflict(ship(shop, tea.parcel_id).await) else { panic!() };
        let wrong = problems(weigh(shop, &tea, &["1.5", "1.5", "1.5"]).await);
        assert_eq!(wrong[0].1, Problem::PieceCount { wanted: 2, given: 3 });
        weigh(shop, &tea, &["1.5", "2"]).await.unwrap();
        ship(shop, tea.parcel_id).await.unwrap();
        assert_eq!(refunds_of(shop, placed.order_id).await, [4_990, 1_248]);
        assert_sound(shop).await;
        // Full weight: nothing goes back, and nothing is booked.
        let full = bought(shop, &[(shop.tea.variants[0], 1)]).await;
        let line = lines_of(shop, full.order_id).await.remove(0);
        weigh(shop, &line, &["2.0"]).await.unwrap();
        ship(shop, line.parcel_id).await.unwrap();
        assert_eq!(refunds_of(shop, full.order_id).await, [0; 0]);
        // A blank scales page takes back what was typed.
        let blank = bought(shop, &[(shop.tea.variants[0], 1)]).await;
        let line = lines_of(shop, blank.order_id).await.remove(0);
        weigh(shop, &line, &["2.0"]).await.unwrap();
        weigh(shop, &line, &[""]).await.unwrap();
        let Conflict::Unweighed { .. } = conflict(ship(shop, line.parcel_id).await) else { panic!() };
        cancel_order(&shop.services, &guest, blank.order_id, "").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn whatever_the_scales_say_and_buyers_ask_the_books_are_sound() {
    let shop = &TestShop::sqlite().await;
    sell_by_weight(shop).await;
    let (guest, seller) = (shop.guest(1), shop.seller().await);
    let mut random = ChaCha12Rng::seed_from_u64(21);
    for _ in 0..rounds("R3", 8, 60) {
        let pieces = i64::from(1 + below(&mut random, 4));
        let placed = bought(shop, &[(shop.tea.variants[0], pieces), (shop.tea.variants[1], 1)]).await;
        let tea = lines_of(shop, placed.order_id).await.remove(0);
        let gone = i64::from(below(&mut random, 2)).min(pieces - 1);
        if gone > 0 {
            let id = ask(shop, &guest, &tea, gone, "refund_unshipped", "late").await.unwrap();
            sales::agree(&shop.services, &seller, id, &key(shop)).await.unwrap();
        }
        let weights: Vec<String> = (gone..pieces)
            .map(|_| format!("{}.{:03}", 1 + below(&mut random, 2), 200 + below(&mut random, 800)))
            .collect();
        let weights: Vec<&str> = weights.iter().map(String::as_str).collect();
        weigh(shop, &tea, &weights).await.unwrap();
        ship(shop, tea.parcel_id).await.unwrap();
        confirm_receipt(&shop.services, &guest, tea.parcel_id).await.unwrap();
        for _ in gone..pieces {
            let mut claim = form(shop, &tea, 1, "damage_claim", "damaged");
            claim.lines[0].damage = (1 + below(&mut random, 100)).to_string();
            // At most 0.30: less than one per cent of the lightest piece.
            if below(&mut random, 3) == 0 {
                claim.amount = format!("0.{:02}", 1 + below(&mut random, 29));
            }
            let photos = vec![picture()];
            let id = ask_after_sale(&shop.services, &guest, claim, photos).await.unwrap();
            sales::agree(&shop.services, &seller, id, &key(shop)).await.unwrap();
        }
        assert_sound(shop).await;
        let back: i64 = refunds_of(shop, placed.order_id).await.iter().sum();
        assert!(back <= find_order(shop, placed.order_id).await.total_fen.get());
    }
    run_worker(shop).await;
}
