//! More comes in of a batch: whose it is is known, or asked.

use domain::ids::{CollectiveId, VillageId};
use service::listing::{CorrectStock, correct_stock};

use super::*;

fn more(batch: BatchId, change: &str, inputs: &[(VillageId, &str)]) -> CorrectStock {
    let input = |(village, weight_kg): &(VillageId, &str)| InputForm {
        village: village.to_string(),
        weight_kg: (*weight_kg).to_owned(),
    };
    CorrectStock {
        batch: batch.to_string(),
        change: change.to_owned(),
        reason: "received".to_owned(),
        inputs: inputs.iter().map(input).collect(),
    }
}

/// What a collective earns of an order.
async fn share(shop: &TestShop, order: OrderId, collective: CollectiveId) -> Fen {
    let mut conn = shop.services.db.read().await.unwrap();
    let parts = store::books::list_attributions(&mut conn, order).await.unwrap();
    parts.iter().filter(|part| part.collective_id == collective).map(|part| part.amount_fen).sum()
}

#[tokio::test]
async fn more_of_a_batch_of_several_villages_says_whose_it_is() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let good = shop.scarce("MORE", 10).await;
        let id = good.batches[0];
        let [first, second, _, fourth] = shop.places.villages;
        let [of_first, of_second, _, of_fourth] = shop.places.collectives;
        let before = order(shop, 1, &[(good.variant(), 1)]).await;
        pay(shop, &shop.guest(1), before.order_id).await;

        for nobody in [more(id, "6", &[]), more(id, "6", &[(first, " ")])] {
            let refusal = refused(correct_stock(services, &seller, &nobody, "a").await);
            assert_eq!(refusal, one("inputs", Problem::SeveralVillages));
        }
        let unreadable = more(id, "6", &[(first, "一些")]);
        let refusal = refused(correct_stock(services, &seller, &unreadable, "a").await);
        assert_eq!(refusal, one("inputs.0.weight_kg", Problem::NotANumber));
        assert_eq!((batch(shop, id).await, weights(shop, id).await.iter().sum::<i64>()), ((9, 0, 1), 3_000));

        // Two kilograms of the first village and one of the fourth are in it: three more of the fourth, six of another.
        let came = more(id, "6", &[(fourth, "3"), (second, "6")]);
        for _ in 0..2 {
            assert_eq!(correct_stock(services, &seller, &came, "b").await.unwrap(), 15, "twice is once");
        }
        assert_eq!(weights(shop, id).await.iter().sum::<i64>(), 12_000);
        let down = written_down(shop, &seller, id).await;
        assert_eq!(
            down,
            [(MovementKind::Inputs, 0, 0), (MovementKind::Receive, 6, 0), (MovementKind::Earlier, 10, 0)]
        );
        let desk = batch_desk(services, &seller, &id.to_string()).await.unwrap();
        let changed: Vec<_> =
            desk.corrections.iter().map(|line| (line.old_weight_g, line.new_weight_g)).collect();
        assert!(changed.len() == 2 && changed.contains(&(1_000, 4_000)) && changed.contains(&(0, 6_000)));

        let after = order(shop, 2, &[(good.variant(), 1)]).await;
        pay(shop, &shop.guest(2), after.order_id).await;
        assert_eq!(share(shop, before.order_id, of_first).await, fen(66_600), "what was frozen stays");
        assert_eq!(share(shop, before.order_id, of_second).await, Fen::ZERO);
        assert_eq!(share(shop, after.order_id, of_first).await, fen(16_650));
        assert_eq!(share(shop, after.order_id, of_second).await, fen(49_950));
        assert_eq!(share(shop, after.order_id, of_fourth).await, fen(33_300));
    })
    .await;
}

#[tokio::test]
async fn grams_typed_for_kilograms_are_asked_about_and_commas_part_thousands() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let (id, village) = (shop.dendrobium.batches[0], shop.places.villages[0]);
        for (change, came_in_g, given, given_g) in
            [("20000", 20_000, "20000", 20_000_000), ("20000000", 20_000_000, "20", 20_000)]
        {
            let slip = more(id, change, &[(village, given)]);
            let refusal = refused(correct_stock(services, &seller, &slip, "a").await);
            assert_eq!(refusal, one("inputs", Problem::WeightsDisagree { given_g, came_in_g }));
        }
        let refusal =
            refused(correct_stock(services, &seller, &more(id, "1,5", &[(village, "1")]), "a").await);
        assert_eq!(refusal, one("change", Problem::WrongGrouping), "and not fifteen");
        let refusal =
            refused(correct_stock(services, &seller, &more(id, "20,000", &[(village, "80,5")]), "a").await);
        assert_eq!(refusal, one("inputs.0.weight_kg", Problem::WrongGrouping));
        assert_eq!(batch(shop, id).await.0, 100_000, "none of it");
        // Twenty kilograms dried of eighty fresh ones.
        let came = more(id, "20,000", &[(village, "80")]);
        assert_eq!(correct_stock(services, &seller, &came, "a").await.unwrap(), 120_000);
    })
    .await;
}

#[tokio::test]
async fn more_of_a_batch_of_one_village_is_its_own() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let id = shop.tea.batches[0];
        assert_eq!(correct_stock(services, &seller, &more(id, "500", &[]), "a").await.unwrap(), 1_000);
        assert_eq!(weights(shop, id).await, [500], "all of it is still theirs");
        let lost =
            CorrectStock { reason: "damaged".to_owned(), ..more(shop.dendrobium.batches[0], "-500", &[]) };
        correct_stock(services, &seller, &lost, "b").await.unwrap();
    })
    .await;
}
