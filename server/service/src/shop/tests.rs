//! A small county, read the way its pages read it.

use domain::food::Freshness;
use domain::ids::{OrderId, ProductId, TeamId};
use domain::money::Fen;
use store::search::Part;
use store::testing::counties;

use super::*;
use crate::accounts::fixture::Fixture;
use crate::search::{find_part, find_products, reindex_product};
use crate::{ServiceError, Services};

/// The fixture's clock stands on 2025-06-15 in China.
async fn county() -> Fixture {
    let fixture = Fixture::new().await;
    let mut tx = fixture.services.db.write().await.unwrap();
    counties::insert_shoppers_county(&mut tx).await.unwrap();
    store::figures::rebuild_figures(&mut tx).await.unwrap();
    for product in [100, 101, 102, 103] {
        reindex_product(&mut tx, ProductId::from_i64(product)).await.unwrap();
    }
    tx.commit().await.unwrap();
    fixture
}

async fn search(services: &Services, text: &str) -> Vec<i64> {
    let mut conn = services.db.read().await.unwrap();
    find_products(&mut conn, text).await.unwrap().product_ids
}

fn slugs(page: &ListPage) -> Vec<&str> {
    page.cards.iter().map(|card| card.slug.as_str()).collect()
}

#[tokio::test]
async fn tea_is_found_in_every_way_people_ask_for_it() {
    let fixture = county().await;
    for query in
        ["绿茶", "lvcha", "lucha", "lglc", "green", "gree", "lv cha", "岚皋绿茶", "LÜCHA", "lvch", "T-125"]
    {
        assert_eq!(search(&fixture.services, query).await, [100], "{query}");
    }
    assert_eq!(search(&fixture.services, "茶").await, [100, 103], "what sells better first, no drafts");
    assert_eq!(search(&fixture.services, "tayuan tea").await, [100, 103], "by village and kind");
    assert_eq!(search(&fixture.services, "四村").await, [101], "by its story");
    assert_eq!(search(&fixture.services, "宏大").await, [101], "by a village whose harvest is in it");
    assert!(search(&fixture.services, "电视机").await.is_empty());
    assert!(search(&fixture.services, "").await.is_empty());
}

#[tokio::test]
async fn a_slip_of_the_finger_still_finds_and_says_so() {
    let fixture = county().await;
    let mut conn = fixture.services.db.read().await.unwrap();
    for query in ["lvhca", "lvca", "grene", "dendrobum", "塔元绿茶"] {
        let found = find_products(&mut conn, query).await.unwrap();
        assert!(found.approximate && !found.product_ids.is_empty(), "{query}: {found:?}");
    }
    assert_eq!(find_products(&mut conn, "lvhca").await.unwrap().product_ids, [100]);
}

#[tokio::test]
async fn a_wrong_character_still_finds_and_another_word_does_not() {
    let fixture = county().await;
    let mut tx = fixture.services.db.write().await.unwrap();
    for (product, name, story) in [(101, "手工红薯粉条", "常与绿茶、红茶同装礼盒"), (103, "铁皮石斛", "")]
    {
        let product = ProductId::from_i64(product);
        counties::rewrite_product(&mut tx, product, name, story).await.unwrap();
    }
    for product in [101, 103] {
        reindex_product(&mut tx, ProductId::from_i64(product)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut conn = fixture.services.db.read().await.unwrap();
    for query in ["绿茶", "lvcha", "lucha"] {
        let found = find_products(&mut conn, query).await.unwrap();
        assert_eq!(
            (found.product_ids, found.approximate),
            (vec![100, 101], false),
            "{query}: the gift box, too"
        );
    }
    let slips: [(&str, &[i64]); 7] = [
        ("绿查", &[100, 101]),
        ("律茶", &[100, 101]),
        ("绿荼", &[100, 101]),
        ("石湖", &[103]),
        ("粉絛", &[101]),
        ("红薯粉絛", &[101]),
        ("岚高绿茶", &[100]),
    ];
    for (query, meant) in slips {
        let found = find_products(&mut conn, query).await.unwrap();
        assert!(found.approximate, "{query} says that it was corrected");
        assert_eq!(found.product_ids, meant, "{query}");
    }
    for query in ["手机", "电脑", "汽车", "红旗", "shouji", "dongzhuang", "绿巨人"] {
        assert!(find_products(&mut conn, query).await.unwrap().product_ids.is_empty(), "{query}");
    }
}

#[tokio::test]
async fn a_page_of_a_search_is_a_part_of_all_that_is_found() {
    let fixture = county().await;
    let mut conn = fixture.services.db.read().await.unwrap();
    let queries = [
        "茶",
        "绿茶",
        "lvcha",
        "lvhca",
        "lv cha",
        "lv",
        "岚皋绿茶",
        "岚皋蓝茶",
        "岚皋山茶",
        "绿茶石斛",
        "电脑",
        "",
    ];
    let mut most = 0;
    for query in queries {
        let whole = find_products(&mut conn, query).await.unwrap();
        assert_eq!(whole.total, whole.product_ids.len(), "{query}");
        most = most.max(whole.total);
        for skipped in 0..4 {
            let part = find_part(&mut conn, query, Part { skipped, taken: 1 }).await.unwrap();
            let last = whole.total.saturating_sub(1);
            let shown = whole.product_ids.get(last.min(skipped as usize)).copied();
            assert_eq!(part.product_ids.first().copied(), shown, "{query} after {skipped}");
            assert!(part.product_ids.len() <= 1, "{query} after {skipped}");
            assert_eq!((part.total, part.approximate), (whole.total, whole.approximate), "{query}");
        }
    }
    assert!(most > 1, "more than one page was looked at");
}

#[tokio::test]
async fn a_list_is_narrowed_and_sorted_as_its_address_says() {
    let fixture = county().await;
    let list = async |change: &dyn Fn(&mut ListQuery)| {
        let mut query = ListQuery::default();
        change(&mut query);
        list_page(&fixture.services, &query).await.unwrap()
    };
    let text = |text: &str| Some(text.to_owned());
    let all = list(&|_| {}).await;
    assert_eq!(slugs(&all), ["gone-tea", "dendrobium", "green-tea"]);
    assert_eq!((all.total, all.page, all.pages, all.sort), (3, 1, 1, ListSort::Newest));
    assert_eq!(all.towns[0].villages.len(), 2);
    let tea = list(&|query| {
        query.category = text("tea");
        query.sort = text("price_up");
    })
    .await;
    assert_eq!(slugs(&tea), ["gone-tea", "green-tea"]);
    assert_eq!(slugs(&list(&|query| query.in_stock = text("1")).await), ["dendrobium", "green-tea"]);
    assert_eq!(slugs(&list(&|query| query.village = text("zaoshu")).await), ["dendrobium", "green-tea"]);
    assert_eq!(slugs(&list(&|query| query.town = text("nangong")).await), ["dendrobium"]);
    let cheap = list(&|query| {
        query.min_price = text("50");
        query.max_price = text("30");
    })
    .await;
    assert_eq!(slugs(&cheap), ["gone-tea", "green-tea"], "a range the wrong way round");
    let searched = list(&|query| {
        query.text = text(" 茶 ");
        query.village = text("zaoshu");
    })
    .await;
    assert_eq!((slugs(&searched), searched.sort), (vec!["green-tea"], ListSort::Relevance));
}

#[tokio::test]
async fn nonsense_in_an_address_is_ignored() {
    let fixture = county().await;
    let nonsense = || Some("'; DROP TABLE".to_owned());
    let query = ListQuery {
        attributes: Vec::new(),
        category: nonsense(),
        village: nonsense(),
        town: nonsense(),
        min_price: nonsense(),
        max_price: Some("-3".to_owned()),
        in_stock: nonsense(),
        text: None,
        sort: Some("relevance".to_owned()),
        page: Some("99999999999999999999".to_owned()),
    };
    let page = list_page(&fixture.services, &query).await.unwrap();
    assert_eq!((page.total, page.page, page.sort), (3, 1, ListSort::Newest));
    let beyond = ListQuery { page: Some("7".to_owned()), ..ListQuery::default() };
    assert_eq!(list_page(&fixture.services, &beyond).await.unwrap().cards.len(), 3, "the last page there is");
}

#[tokio::test]
async fn a_product_page_tells_stock_origin_freight_and_money() {
    let fixture = county().await;
    let page = product_page(&fixture.services, "green-tea", None, None).await.unwrap();
    let stock: Vec<i64> = page.variants.iter().map(|variant| variant.stock).collect();
    assert_eq!(stock, [10, 5], "whole tins of 1300 g: the expired batch does not count");
    assert_eq!(page.variants[0].tiers.len(), 2);
    assert!(page.has_stock);
    assert_eq!(page.photos[0].widths, [320, 640, 1280]);
    let batch = page.batch.unwrap();
    assert_eq!(
        (batch.code.as_str(), batch.freshness),
        ("OLD", Some(Freshness::NearExpiry { days_left: 16 }))
    );
    let shares: Vec<_> =
        batch.origins.iter().map(|share| (share.village.slug.as_str(), share.permille)).collect();
    assert_eq!(shares, [("tayuan", 667), ("zaoshu", 333)]);
    let freight = page.freight.unwrap();
    assert_eq!((freight.region_code.as_str(), freight.fee), ("610100", FreightFee::Fee(Fen::new(600))));
    assert!(freight.region_name.contains("西安"), "{}", freight.region_name);
    assert_eq!(freight.free_from_fen, Some(Fen::new(99_900)));
    assert!(page.related.is_empty(), "the other tea is gone, and nothing that cannot be had stands here");

    let bar = page.money_bar.unwrap();
    assert!(!bar.planned);
    let amounts: Vec<i64> = bar.parts.iter().map(|part| part.amount_fen.get()).collect();
    assert_eq!(amounts, [6500, 600], "of this year, after what was reversed");
    assert_eq!(bar.parts.iter().map(|part| part.permille).sum::<i64>(), 1000);

    for (region, fee) in [("650102", FreightFee::NotDelivered), ("110101", FreightFee::NotDelivered)] {
        let page = product_page(&fixture.services, "green-tea", Some(region), None).await.unwrap();
        assert_eq!(page.freight.unwrap().fee, fee, "{region}: no row is no delivery, never free");
    }
    let page = product_page(&fixture.services, "green-tea", Some("nowhere"), None).await.unwrap();
    assert_eq!(page.freight.unwrap().region_code, "610100");
}

#[tokio::test]
async fn dendrobium_shows_four_villages_before_its_first_sale() {
    let fixture = county().await;
    let page = product_page(&fixture.services, "dendrobium", None, None).await.unwrap();
    let bar = page.money_bar.unwrap();
    assert!(bar.planned);
    let amounts: Vec<i64> = bar.parts.iter().map(|part| part.amount_fen.get()).collect();
    assert_eq!(amounts, [8001, 6000, 4000, 2000], "to the fen");
    assert_eq!(bar.total_fen, Fen::new(20_001));
    let card = &list_page(
        &fixture.services,
        &ListQuery { town: Some("nangong".to_owned()), ..ListQuery::default() },
    )
    .await
    .unwrap()
    .cards[0];
    assert_eq!(card.villages.len(), 4);
    assert_eq!(card.villages[0].slug, "zaoshu", "the village that lists it comes first");
}

#[tokio::test]
async fn what_is_not_published_is_for_its_team_only() {
    let fixture = county().await;
    let open = async |slug: &str, team: Option<i64>| {
        product_page(&fixture.services, slug, None, team.map(TeamId::from_i64)).await
    };
    assert!(matches!(open("draft-tea", None).await, Err(ServiceError::NotFound)));
    assert!(
        matches!(open("draft-tea", Some(7)).await, Err(ServiceError::NotFound)),
        "another team's preview"
    );
    assert!(!open("draft-tea", Some(6)).await.unwrap().is_published);
    assert!(matches!(open("no-such-tea", Some(6)).await, Err(ServiceError::NotFound)));
    let sold_out = open("gone-tea", None).await.unwrap();
    assert!(!sold_out.has_stock);
    assert_eq!(sold_out.batch.unwrap().code, "GONE", "where it came from stays to be seen");
    assert!(matches!(batch_page(&fixture.services, "draft-tea", "X").await, Err(ServiceError::NotFound)));
    let dead = batch_page(&fixture.services, "green-tea", "DEAD").await.unwrap();
    assert_eq!(dead.batch.freshness, Some(Freshness::Expired), "a package at home is still explained");
    assert!(matches!(batch_page(&fixture.services, "green-tea", "FOUR").await, Err(ServiceError::NotFound)));
}

#[tokio::test]
async fn villages_show_what_this_year_brought() {
    let fixture = county().await;
    let home = home_page(&fixture.services).await.unwrap();
    assert_eq!(
        (home.village_count, home.sold_this_year_fen),
        (4, Fen::new(6500)),
        "last year does not count"
    );
    assert_eq!(home.villages[0].slug, "tayuan");
    assert_eq!(home.county.unwrap().code, "610925");
    assert_eq!(
        (home.newest[0].slug.as_str(), home.best_selling[0].slug.as_str()),
        ("gone-tea", "dendrobium")
    );
    assert_eq!(villages_page(&fixture.services).await.unwrap().villages.len(), 4);

    let page = village_page(&fixture.services, "tayuan").await.unwrap();
    assert_eq!((page.card.income_fen, page.card.target_fen), (Fen::new(6500), Fen::new(100_000)));
    assert_eq!(page.months.len(), 12);
    assert_eq!(page.months[2], MonthIncome { month: 3, amount_fen: Fen::new(6500) });
    assert_eq!(page.best_products[0].product.slug, "green-tea");
    assert_eq!(page.cards.len(), 3);
    assert!(matches!(village_page(&fixture.services, "atlantis").await, Err(ServiceError::NotFound)));
    let entries = sitemap(&fixture.services).await.unwrap();
    assert_eq!(entries.len(), 2 + 4 + 3, "categories, villages, published products");
}

/// Who gets a part of a bar, as its village's slug or a count, and how much of it.
fn parts_of(bar: &MoneyBar) -> Vec<(String, i64)> {
    let who = |kind: &MoneyPartKind| match kind {
        MoneyPartKind::Collective { village, .. } => village.slug.clone(),
        MoneyPartKind::OtherCollectives { count } => format!("{count} others"),
        MoneyPartKind::Freight => "freight".to_owned(),
    };
    bar.parts.iter().map(|part| (who(&part.kind), part.amount_fen.get())).collect()
}

#[tokio::test]
async fn a_villages_bar_begins_with_its_income() {
    let fixture = county().await;
    let mut tx = fixture.services.db.write().await.unwrap();
    counties::insert_shared_sale(&mut tx).await.unwrap();
    store::figures::rebuild_figures(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    let dendrobium = [("tayuan", 7200), ("zaoshu", 6000), ("hongda", 4000), ("duba", 2000)];
    for card in villages_page(&fixture.services).await.unwrap().villages {
        let page = village_page(&fixture.services, &card.slug).await.unwrap();
        let bar = page.money_bar.unwrap();
        let parts = parts_of(&bar);
        assert_eq!(parts[0], (card.slug.clone(), card.income_fen.get()), "its part is its income this year");
        assert!(!bar.planned);
        assert_eq!(bar.total_fen, bar.parts.iter().map(|part| part.amount_fen).sum::<Fen>());
        if card.slug == "tayuan" {
            let others = [("zaoshu", 9000), ("hongda", 4000), ("duba", 2000), ("freight", 900)];
            let others = others.map(|(who, amount)| (who.to_owned(), amount));
            assert_eq!(parts[1..], others, "tea and dendrobium");
            assert_eq!(bar.fee_fen, Fen::new(180));
        } else {
            let rest = dendrobium.iter().filter(|(slug, _)| *slug != card.slug).chain(&[("freight", 300)]);
            let rest: Vec<_> = rest.map(|(who, amount)| ((*who).to_owned(), *amount)).collect();
            assert_eq!(parts[1..], rest, "{}: dendrobium only", card.slug);
            assert_eq!(bar.fee_fen, Fen::new(120), "two thirds of the order's");
        }
    }

    let mut tx = fixture.services.db.write().await.unwrap();
    counties::insert_more_villages(&mut tx).await.unwrap();
    store::figures::rebuild_figures(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    let page = village_page(&fixture.services, "hongda").await.unwrap();
    let expected = [("hongda", 4000), ("5 others", 15_212), ("freight", 300)];
    assert_eq!(parts_of(&page.money_bar.unwrap()), expected.map(|(who, amount)| (who.to_owned(), amount)));
    let idle = village_page(&fixture.services, "idle").await.unwrap();
    assert!(idle.money_bar.is_none(), "what is frozen went nowhere yet");
}

#[tokio::test]
async fn an_orders_bar_is_what_the_villages_keep() {
    let fixture = county().await;
    let mut conn = fixture.services.db.read().await.unwrap();
    let bar = order_money_bar(&mut conn, OrderId::from_i64(200)).await.unwrap().unwrap();
    let amounts: Vec<i64> = bar.parts.iter().map(|part| part.amount_fen.get()).collect();
    assert_eq!(amounts, [6500, 3000, 600]);
    assert!(order_money_bar(&mut conn, OrderId::from_i64(9)).await.is_err());
}
