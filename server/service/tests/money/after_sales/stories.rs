//! After-sales at the same moment, and in any order.

use super::*;

#[tokio::test]
async fn thirty_answers_at_once_send_the_money_once() {
    TestShop::on_both(async |shop| {
        let (guest, services) = (shop.guest(1), &shop.services);
        let placed = bought(shop, &[(shop.tea.variants[0], 2)]).await;
        let line = lines_of(shop, placed.order_id).await.remove(0);
        let photos = || vec![picture()];
        let asking = form(shop, &line, 1, "refund_unshipped", "late");
        let asked = (0..10).map(|_| ask_after_sale(services, &guest, asking.clone(), photos()));
        let ids: Vec<AfterSaleId> =
            futures::future::join_all(asked).await.into_iter().map(Result::unwrap).collect();
        assert!(ids.windows(2).all(|pair| pair[0] == pair[1]), "one request: {ids:?}");
        let (seller, key) = (shop.seller().await, key(shop));
        let agreed = (0..30).map(|_| sales::agree(services, &seller, ids[0], &key));
        assert!(futures::future::join_all(agreed).await.into_iter().all(|answer| answer.is_ok()));
        run_worker(shop).await;
        assert_eq!(refunds_of(shop, placed.order_id).await, [4_990]);
        assert_eq!(shop.gateway.sent_back_fen(), fen(4_990));
    })
    .await;
}

/// Any sequence of requests, answers and passing time leaves sound books, and never gives back more than was captured.
#[tokio::test]
async fn any_story_of_after_sales_ends_with_sound_books() {
    use rand_chacha::rand_core::SeedableRng;
    for seed in 0..rounds("R3", 6, 200) as u64 {
        let shop = &TestShop::sqlite().await;
        let mut rng = ChaCha12Rng::seed_from_u64(seed);
        let mut pick = |below: u32| rng.next_u32() % below;
        declare(shop, shop.tea.product, ReturnRule::SevenDays).await;
        let placed = bought(shop, &[(shop.dendrobium.variant(), 3), (shop.tea.variants[0], 7)]).await;
        let total = find_order(shop, placed.order_id).await.total_fen;
        let lines = lines_of(shop, placed.order_id).await;
        let (guest, seller, captain) = (shop.guest(1), shop.seller().await, shop.captain().await);
        let mut open: Vec<AfterSaleId> = Vec::new();
        for _ in 0..40 {
            let services = &shop.services;
            match pick(10) {
                0 => drop(ship(shop, lines[0].parcel_id).await),
                1 => drop(confirm_receipt(services, &guest, lines[0].parcel_id).await),
                2..=4 => {
                    let kinds = [
                        ("refund_unshipped", "late"),
                        ("refund_only", "quality"),
                        ("return_refund", "changed_mind"),
                        ("exchange", "damaged"),
                        ("damage_claim", "damaged"),
                    ];
                    let (kind, reason) = kinds[pick(5) as usize];
                    let line = &lines[pick(2) as usize];
                    let mut asking = form(shop, line, i64::from(1 + pick(3)), kind, reason);
                    asking.lines[0].damage = (1 + pick(100)).to_string();
                    if pick(3) == 0 {
                        asking.amount = format!("{}.{:02}", pick(60), 1 + pick(99));
                    }
                    let photos = vec![picture()];
                    open.extend(ask_after_sale(services, &guest, asking, photos).await.ok());
                }
                5 => shop.clock.advance(i64::from(pick(4)) * DAY_MS),
                _ => {
                    let Some(id) = open.get(pick(open.len().max(1) as u32) as usize).copied() else {
                        continue;
                    };
                    let (key, town) = (key(shop), town_of(shop, id).await);
                    let goods = if pick(2) == 0 { ReturnedGoods::Restock } else { ReturnedGoods::WriteOff };
                    // Most of these are refused; what counts is what is left behind.
                    let amount = format!("{}.{:02}", pick(60), 1 + pick(99));
                    let _ = match pick(12) {
                        0 | 1 => sales::agree(services, &seller, id, &key).await,
                        2 => sales::refuse(services, &seller, id, "不", &key).await,
                        3 => sales::appeal(services, &guest, id, "请裁定", &key).await,
                        4 => sales::decide(services, &town, id, pick(2) == 0, "看过", &key).await,
                        5 => sales::send_back(services, &guest, id, "邮政", "R1", &key).await,
                        6 => sales::take_back(services, &seller, id, goods, &key).await,
                        7 => sales::offer_part(services, &seller, id, &amount, "一点", &key).await,
                        8 => sales::accept_offer(services, &guest, id, &key).await,
                        10 => {
                            sales::claim_postage(services, &guest, id, &amount, vec![picture()], &key).await
                        }
                        9 => sales::decide_part(services, &town, id, &amount, "看过", &key).await,
                        _ => sales::confirm_large(services, &captain, id, &key).await,
                    };
                }
            }
            run_worker(shop).await;
        }
        assert_sound(shop).await;
        let back: i64 = refunds_of(shop, placed.order_id).await.into_iter().sum();
        assert!(back <= total.get(), "seed {seed}: {back} of {total}");
        assert_eq!(shop.gateway.sent_back_fen().get(), back, "seed {seed}: all of it went");
    }
}
