//! Who may answer, and who has to be another one.

use super::*;

#[tokio::test]
async fn a_large_amount_wants_two_people() {
    TestShop::on_both(async |shop| {
        let (guest, services) = (shop.guest(1), &shop.services);
        let placed = bought(shop, &[(shop.dendrobium.variant(), 4)]).await;
        let line = lines_of(shop, placed.order_id).await.remove(0);
        let (seller, captain) = (shop.seller().await, shop.captain().await);
        let id = ask(shop, &guest, &line, 4, "refund_unshipped", "changed_mind").await.unwrap();
        sales::agree(services, &captain, id, &key(shop)).await.unwrap();
        assert_eq!(case(shop, id).await.status, AfterSaleStatus::AwaitingSecond);
        assert!(refunds_of(shop, placed.order_id).await.is_empty(), "nothing goes before the second word");
        let own = sales::confirm_large(services, &captain, id, &key(shop)).await;
        assert_eq!(conflict(own), Conflict::SecondPersonNeeded);
        let no_captain = sales::confirm_large(services, &seller, id, &key(shop)).await;
        assert!(matches!(no_captain, Err(ServiceError::Forbidden)), "{no_captain:?}");
        sales::confirm_large(services, &shop.county_admin().await, id, &key(shop)).await.unwrap();
        let row = case(shop, id).await;
        assert_eq!((row.status, row.goods_fen), (AfterSaleStatus::Settled, fen(4 * 16_801)));
        assert!(row.agreed_by.is_some() && row.confirmed_by.is_some() && row.agreed_by != row.confirmed_by);
    })
    .await;
}

#[tokio::test]
async fn nobody_answers_for_others_or_an_own_request() {
    let shop = &TestShop::sqlite().await;
    let services = &shop.services;
    // Somebody who sells tea buys it.
    let both = shop.seller().await;
    fill(shop, &both, &[(shop.tea.variants[0], 1)]).await;
    let placing = checkout_form(shop, &both, 7).await;
    let placed = place_order(services, &both, placing).await.unwrap();
    pay(shop, &both, placed.order_id).await;
    let line = lines_of(shop, placed.order_id).await.remove(0);
    for stranger in [shop.guest(2), shop.shopper().await, Viewer::default()] {
        let answer = ask(shop, &stranger, &line, 1, "refund_unshipped", "late").await;
        assert!(matches!(answer, Err(ServiceError::NotFound)), "{answer:?}");
    }
    let id = ask(shop, &both, &line, 1, "refund_unshipped", "late").await.unwrap();
    let own = sales::agree(services, &both, id, &key(shop)).await;
    assert_eq!(conflict(own), Conflict::SecondPersonNeeded);
    let honey = shop.account(&[Role::SellerOf(shop.places.honey_team)]).await;
    for stranger in [honey, shop.shopper().await, shop.treasurer(0).await] {
        let agreed = sales::agree(services, &stranger, id, &key(shop)).await;
        assert!(matches!(agreed, Err(ServiceError::NotFound)), "{agreed:?}");
        assert!(matches!(
            sales::say(services, &stranger, id, "喂", Vec::new(), &key(shop)).await,
            Err(ServiceError::NotFound)
        ));
        assert!(after_sale_page(services, &stranger, id).await.is_err());
    }
    let visitor = sales::agree(services, &Viewer::default(), id, &key(shop)).await;
    assert!(matches!(visitor, Err(ServiceError::Unauthenticated)));
    let town = town_of(shop, id).await;
    let agreed = sales::agree(services, &town, id, &key(shop)).await;
    assert!(matches!(agreed, Err(ServiceError::Forbidden)), "the town looks on: {agreed:?}");
    let all = AfterSaleFilter::default();
    assert!(team_after_sales(services, &both, shop.places.honey_team, &all, 1).await.is_err());
    assert!(exported_after_sales(services, &both, shop.places.honey_team, &all).await.is_err());
    sales::say(services, &shop.seller().await, id, "马上看", Vec::new(), &key(shop)).await.unwrap();
    sales::agree(services, &shop.seller().await, id, &key(shop)).await.unwrap();
}

#[tokio::test]
async fn a_photo_that_came_in_pieces_is_said_by_its_name() {
    TestShop::on_both(async |shop| {
        let (services, guest, seller) = (&shop.services, shop.guest(1), shop.seller().await);
        let placed = bought(shop, &[(shop.tea.variants[0], 1)]).await;
        let line = lines_of(shop, placed.order_id).await.remove(0);
        let id = ask(shop, &guest, &line, 1, "refund_unshipped", "late").await.unwrap();
        let nothing = SentPhoto::Stored("0".repeat(64));
        let refused = sales::say(services, &seller, id, "请看", vec![nothing], &key(shop)).await;
        assert!(matches!(refused, Err(ServiceError::Invalid(errors)) if errors[0].field == "photos"));
        let SentPhoto::Bytes(bytes) = picture() else { panic!("a picture is sent") };
        let team = shop.places.tea_team;
        let sent = service::photos::upload_photo(services, &seller, team, bytes, "").await.unwrap();
        let photo = SentPhoto::Stored(sent.content_hash);
        // By its name and as a file: one photo.
        sales::say(services, &seller, id, "", vec![photo, picture()], &key(shop)).await.unwrap();
        let page = after_sale_page(services, &seller, id).await.unwrap();
        assert_eq!(page.messages.last().unwrap().photos.len(), 1);
    })
    .await;
}

/// How many after-sales of the tea's team a list has; its sheet has the same.
async fn listed(shop: &TestShop, [state, search, kind]: [&str; 3]) -> usize {
    let (services, seller, team) = (&shop.services, shop.seller().await, shop.places.tea_team);
    let [state, search, kind] = [state, search, kind].map(str::to_owned);
    let filter = AfterSaleFilter { state, search, kind, ..AfterSaleFilter::default() };
    let page = team_after_sales(services, &seller, team, &filter, 1).await.unwrap();
    let sheet = exported_after_sales(services, &seller, team, &filter).await.unwrap();
    let ids = |rows: &[AfterSaleSummary]| rows.iter().map(|row| row.id).collect::<Vec<_>>();
    assert_eq!((ids(&page.0), page.1), (ids(&sheet.0), sheet.1), "{filter:?}");
    page.0.len()
}

#[tokio::test]
async fn what_waits_for_a_word_is_narrowed_and_taken_along_like_the_rest() {
    TestShop::on_both(async |shop| {
        let (services, guest) = (&shop.services, shop.guest(1));
        let placed = bought(shop, &[(shop.tea.variants[0], 1)]).await;
        let line = lines_of(shop, placed.order_id).await.remove(0);
        let id = ask(shop, &guest, &line, 1, "refund_unshipped", "late").await.unwrap();
        assert_eq!(listed(shop, ["", "", ""]).await, 1);
        assert_eq!(listed(shop, ["talk", "", ""]).await, 0, "asking waits for an answer, not for a word");
        sales::say(services, &guest, id, "还在吗？", Vec::new(), &key(shop)).await.unwrap();
        let number = placed.number.to_lowercase();
        for state in ["", "talk"] {
            for (narrowed, count) in [
                (["", ""], 1),
                ([number.as_str(), ""], 1),
                ([&number[number.len() - 4..], "refund_unshipped"], 1),
                ([line.product_name.as_str(), ""], 1),
                (["没有的东西", ""], 0),
                ([number.as_str(), "exchange"], 0),
            ] {
                let [search, kind] = narrowed;
                assert_eq!(listed(shop, [state, search, kind]).await, count, "{state} {narrowed:?}");
            }
        }
        assert_eq!(listed(shop, ["ended", "", ""]).await, 0);
        sales::say(services, &shop.seller().await, id, "马上看", Vec::new(), &key(shop)).await.unwrap();
        assert_eq!(listed(shop, ["talk", &number, ""]).await, 0, "answered");
    })
    .await;
}
