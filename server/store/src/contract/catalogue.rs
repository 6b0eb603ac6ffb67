//! What the shop shows: shelves, lists, one product, its batches, and where its money went.

use domain::ids::{BatchId, FreightTemplateId, OrderId, ProductId, TownId, VillageId};
use domain::money::Fen;
use sqlx::Executor;

use super::insert_places;
use crate::catalogue::*;
use crate::{Conn, Db};

const TODAY: &str = "2025-05-01";
const FEES: &str = "expense:payment_fees";
/// Midnight of 2025-03-10 in China, when the order of the fixture was paid.
pub(super) const PAID_AT_MS: i64 = 1_741_536_000_000;
/// When 2026 begins in China.
pub(super) const NEXT_YEAR_MS: i64 = 1_767_196_800_000;

/// Tea of two villages (100), dendrobium of four (101), a draft (102) and a tea that is sold out (103); an order that
/// was paid and one that was not.
pub(super) async fn insert_catalogue(conn: &mut Conn) {
    insert_places(conn).await;
    for statement in PLACES.iter().chain(&PRODUCTS).chain(&STOCK).chain(&ORDERS) {
        conn.execute(*statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    crate::figures::rebuild_figures(conn).await.unwrap();
}

const PLACES: [&str; 12] = [
    "INSERT INTO towns (id, county_id, slug, name, name_en) VALUES (20, 1, 'nangong', '南宫山镇', 'Nangongshan')",
    "INSERT INTO media (id, content_hash, width, height, placeholder, sizes, created_at_ms) \
     VALUES (70, 'aa', 1600, 1200, 'data:image/png;base64,x', '320,640', 1), \
     (71, 'bb', 800, 800, 'data:image/png;base64,y', '320', 1)",
    "INSERT INTO villages (id, town_id, slug, name, name_en, story, story_en, media_id, yearly_target_fen) \
     VALUES (31, 2, 'luanshigou', '乱石沟村', 'Luanshigou', '石头多', 'Many stones', 71, 90000), \
     (32, 20, 'hongda', '宏大村', 'Hongda', '', '', NULL, 0), (33, 20, 'duba', '杜坝村', 'Duba', '', '', NULL, 0)",
    "INSERT INTO collectives (id, village_id, name, name_en, credit_code) \
     VALUES (41, 31, '乱石沟村合作社', 'Luanshigou Collective', 'N2610925MF00000041'), \
     (42, 32, '宏大村合作社', 'Hongda Collective', 'N2610925MF00000042'), \
     (43, 33, '杜坝村合作社', 'Duba Collective', 'N2610925MF00000043')",
    "INSERT INTO team_villages (team_id, village_id) VALUES (6, 31)",
    "INSERT INTO cadres (id, user_id, slug, title, title_en, village_id, unit_id, starts_on, ends_on) \
     VALUES (80, 9, 'first', '第一书记', 'First Secretary', 31, 7, '2024-01-01', '2025-05-01'), \
     (81, NULL, 'former', '队员', 'Member', 31, 8, '2021-01-01', '2023-12-31')",
    "INSERT INTO categories (id, slug, name, name_en, position, media_id) \
     VALUES (50, 'tea', '茶叶', 'Tea', 2, 70), (51, 'herbs', '药食同源', 'Herbs', 1, NULL)",
    "INSERT INTO dispatch_places (id, team_id, name, region_code, address, phone) \
     VALUES (60, 6, '佐龙集散点', '610925', '老渡口', '0915-1')",
    "INSERT INTO freight_templates (id, team_id, name, basis, free_from_fen) VALUES (61, 6, '按重量', 'weight', 9900)",
    "INSERT INTO freight_rows (template_id, position, region_prefixes, refused, first_quantity, first_fee_fen, \
     step_quantity, step_fee_fen) VALUES (61, 1, '71 81', 1, 0, 0, 1, 0)",
    "INSERT INTO freight_rows (template_id, position, region_prefixes, first_quantity, first_fee_fen, \
     step_quantity, step_fee_fen, surcharge_fen) VALUES (61, 0, '', 1000, 800, 500, 300, 50)",
    "INSERT INTO accounts (id, code) VALUES (240, 'expense:payment_fees'), (241, 'asset:provider')",
];

const PRODUCTS: [&str; 5] = [
    "INSERT INTO products (id, slug, team_id, category_id, village_id, place_id, freight_template_id, name, name_en, \
     story, story_en, base_unit, food_class, status, created_at_ms, updated_at_ms, published_at_ms, price_from_fen, \
     sold_count) VALUES \
     (100, 'green-tea', 6, 50, 3, 60, 61, '绿茶', 'Green tea', '春', 'Spring', 'g', 'packaged_food', 'published', 1, 7, 1000, 5000, 10), \
     (101, 'dendrobium', 6, 51, 31, 60, 61, '铁皮石斛', 'Dendrobium', '', '', 'piece', 'fresh_produce', 'published', 1, 8, 2000, 20000, 50), \
     (102, 'draft-tea', 6, 50, 3, 60, 61, '新茶', 'New tea', '', '', 'g', 'packaged_food', 'draft', 1, 9, NULL, 100, 0), \
     (103, 'gone-tea', 6, 50, 3, 60, 61, '红茶', 'Black tea', '', '', 'g', 'packaged_food', 'published', 1, 6, 3000, 3000, 5)",
    "INSERT INTO product_media (product_id, position, media_id) VALUES (100, 1, 70), (100, 0, 71)",
    "INSERT INTO variants (id, product_id, code, name, name_en, unit, price_fen, base_quantity, weight_g, \
     min_quantity, step_quantity, position, active) VALUES \
     (110, 100, 'T-100', '100 克', '100 g', '罐', 5000, 100, 150, 2, 1, 0, 1), \
     (111, 100, 'T-250', '250 克', '250 g', '盒', 12000, 250, 320, 1, 1, 1, 1), \
     (112, 100, 'T-OLD', '旧装', 'Old', '盒', 1, 1, 1, 1, 1, 2, 0), \
     (113, 101, 'D-1', '一份', 'One', '份', 20000, 1, 600, 1, 1, 0, 1), \
     (114, 103, 'B-100', '100 克', '100 g', '罐', 3000, 100, 150, 1, 1, 0, 1)",
    "INSERT INTO tier_prices (variant_id, min_quantity, price_fen) VALUES (110, 100, 4500), (110, 20, 4800), (112, 5, 1)",
    "UPDATE products SET sc_number = 'SC11461092599010', shelf_life_days = 540 WHERE id = 100",
];

const STOCK: [&str; 2] = [
    "INSERT INTO batches (id, product_id, code, produced_on, expires_on, received, available, sold, created_at_ms) \
     VALUES (120, 100, 'A', '2025-04-01', '2026-10-01', 1000, 1000, 0, 1), \
     (121, 100, 'B', '2024-04-01', '2025-05-01', 500, 500, 0, 2), \
     (122, 100, 'C', '2023-04-01', '2025-04-30', 300, 300, 0, 3), \
     (123, 101, 'D', '2025-03-01', NULL, 10, 10, 0, 4), \
     (124, 103, 'E', '2025-04-10', NULL, 100, 0, 100, 5)",
    "INSERT INTO batch_inputs (batch_id, village_id, weight_g) VALUES (120, 3, 9000), (121, 31, 300), (121, 3, 700), \
     (123, 3, 40), (123, 31, 30), (123, 32, 20), (123, 33, 10)",
];

const ORDERS: [&str; 6] = [
    "INSERT INTO orders (id, number, kind, status, goods_fen, freight_fen, total_fen, recipient_name, \
     recipient_phone, region_code, region_name, address, note, email, locale, invoice, placed_at_ms, paid_at_ms) VALUES \
     (200, 'N200', 'retail', 'paid', 30000, 600, 30600, '茶友', '13800000000', '610102', '西安', '一号', '', '', 'zh', \
     '{}', 1741536000000, 1741536000000), \
     (201, 'N201', 'retail', 'awaiting_payment', 30000, 600, 30600, '茶友', '13800000000', '610102', '西安', '一号', '', \
     '', 'zh', '{}', 1741536000000, NULL)",
    "INSERT INTO parcels (id, order_id, team_id, place_id, status, freight_fen, created_at_ms) \
     VALUES (210, 200, 6, 60, 'packing', 600, 1), (211, 201, 6, 60, 'packing', 600, 1)",
    "INSERT INTO order_lines (id, order_id, parcel_id, variant_id, product_id, team_id, position, product_name, \
     product_name_en, variant_code, variant_name, variant_name_en, unit, unit_price_fen, quantity, net_fen) VALUES \
     (220, 200, 210, 110, 100, 6, 0, '绿茶', 'Green tea', 'T-100', '100 克', '100 g', '罐', 5000, 2, 10000), \
     (221, 200, 210, 113, 101, 6, 1, '铁皮石斛', 'Dendrobium', 'D-1', '一份', 'One', '份', 20000, 1, 20000), \
     (222, 201, 211, 110, 100, 6, 0, '绿茶', 'Green tea', 'T-100', '100 克', '100 g', '罐', 5000, 6, 30000)",
    "INSERT INTO attributions (id, order_id, line_id, collective_id, amount_fen, reversed_fen, status, pending_at_ms) \
     VALUES (1, 200, 220, 4, 7000, 0, 'pending', 1741536000000), (2, 200, 220, 41, 3000, 0, 'pending', 1741536000000), \
     (3, 200, 221, 4, 8000, 0, 'available', 1741536000000), (4, 200, 221, 41, 6000, 1000, 'available', 1741535999999), \
     (5, 200, 221, 42, 4000, 0, 'available', 1741536000000), (6, 200, 221, 43, 2000, 0, 'available', 1741536000000), \
     (7, 201, 222, 4, 30000, 0, 'frozen', NULL)",
    "INSERT INTO journal_entries (id, kind, order_id, at_ms, cause) VALUES (230, 'payment_fee', 200, 1, 'fee:200')",
    "INSERT INTO postings (entry_id, position, account_id, amount_fen) VALUES (230, 0, 240, 184), (230, 1, 241, -184)",
];

pub(super) async fn scenario(db: &Db) {
    let mut tx = db.write().await.unwrap();
    insert_catalogue(&mut tx).await;
    tx.commit().await.unwrap();
    let mut conn = db.read().await.unwrap();
    shelves(&mut conn).await;
    lists(&mut conn).await;
    narrowed_lists(&mut conn).await;
    cards(&mut conn).await;
    product(&mut conn).await;
    batches(&mut conn).await;
    money(&mut conn).await;
}

async fn shelves(conn: &mut Conn) {
    let categories = list_categories(conn).await.unwrap();
    let counted: Vec<_> = categories.iter().map(|row| (row.slug.as_str(), row.products)).collect();
    assert_eq!(counted, [("herbs", 1), ("tea", 2)], "in their order, drafts not counted");
    assert_eq!(categories[1].content_hash.as_deref(), Some("aa"));
    assert_eq!(find_county(conn).await.unwrap().unwrap().code, "610925");
    let towns: Vec<String> = list_towns(conn).await.unwrap().into_iter().map(|row| row.slug).collect();
    assert_eq!(towns, ["zuolong", "nangong"]);
}

fn everything() -> ListFilter {
    ListFilter { today: TODAY.to_owned(), ..ListFilter::default() }
}

async fn lists(conn: &mut Conn) {
    let all = everything();
    for (sort, expected) in [
        (SortOrder::Newest, [103, 101, 100]),
        (SortOrder::PriceUp, [103, 100, 101]),
        (SortOrder::PriceDown, [101, 100, 103]),
        (SortOrder::BestSelling, [101, 100, 103]),
    ] {
        assert_eq!(list_product_ids(conn, &all, sort, 24, 0).await.unwrap(), expected, "{sort:?}");
    }
    assert_eq!(
        list_product_ids(conn, &all, SortOrder::Newest, 2, 2).await.unwrap(),
        [100],
        "the second page"
    );
    assert_eq!(count_products(conn, &all).await.unwrap(), 3, "the draft is not shown");
    let slugs: Vec<String> =
        list_published_slugs(conn, 10).await.unwrap().into_iter().map(|row| row.slug).collect();
    assert_eq!(slugs, ["gone-tea", "dendrobium", "green-tea"]);
}

async fn narrowed_lists(conn: &mut Conn) {
    let tea = ListFilter { category_id: Some(50), ..everything() };
    assert_eq!(count_products(conn, &tea).await.unwrap(), 2);
    let stocked_tea = ListFilter { in_stock_only: true, ..tea };
    assert_eq!(list_product_ids(conn, &stocked_tea, SortOrder::Newest, 24, 0).await.unwrap(), [100]);
    let later = ListFilter { today: "2026-10-02".to_owned(), ..stocked_tea };
    assert_eq!(count_products(conn, &later).await.unwrap(), 0, "expired batches are no stock");
    let dear_tea = ListFilter { category_id: Some(50), min_price_fen: Some(3001), ..everything() };
    assert_eq!(count_products(conn, &dear_tea).await.unwrap(), 1);
    for sort in [SortOrder::Newest, SortOrder::PriceUp, SortOrder::PriceDown, SortOrder::BestSelling] {
        assert_eq!(list_product_ids(conn, &dear_tea, sort, 24, 0).await.unwrap(), [100], "{sort:?}");
        let tea = ListFilter { category_id: Some(50), ..everything() };
        assert_eq!(list_product_ids(conn, &tea, sort, 24, 0).await.unwrap().len(), 2, "{sort:?}");
    }
    let keys =
        list_priced_keys(conn, &ListFilter { max_price_fen: Some(5000), ..everything() }).await.unwrap();
    assert_eq!(keys.iter().map(|key| key.id).collect::<Vec<_>>(), [103, 100]);
    let middle = ListFilter { min_price_fen: Some(3001), max_price_fen: Some(5000), ..everything() };
    assert_eq!(list_product_ids(conn, &middle, SortOrder::Newest, 24, 0).await.unwrap(), [100]);

    let ids = |keys: Vec<SortKeyRow>| {
        let mut ids: Vec<i64> = keys.into_iter().map(|key| key.id).collect();
        ids.sort_unstable();
        ids
    };
    let all = everything();
    let village = Some(VillageId::from_i64(31));
    let of_village = list_local_keys(conn, &all, village, None, SortOrder::Newest, 9).await.unwrap();
    assert_eq!(ids(of_village), [100, 101], "also goods that another village lists");
    let town = Some(TownId::from_i64(20));
    for sort in [SortOrder::PriceUp, SortOrder::PriceDown, SortOrder::BestSelling] {
        let of_town = list_local_keys(conn, &all, None, town, sort, 9).await.unwrap();
        assert_eq!(ids(of_town), [101], "{sort:?}");
    }
    let hits = list_hit_keys(conn, &everything(), &[102, 101, 999, 100]).await.unwrap();
    assert_eq!(
        hits.iter().map(|key| key.id).collect::<Vec<_>>(),
        [101, 100],
        "the hits' order, without the draft"
    );
    let related = list_related_ids(conn, 50, ProductId::from_i64(100), 8).await.unwrap();
    assert_eq!(related, [103]);
}

async fn cards(conn: &mut Conn) {
    let cards = list_cards(conn, &[101, 100, 103], TODAY).await.unwrap();
    assert_eq!(cards.iter().map(|card| card.id.get()).collect::<Vec<_>>(), [101, 100, 103]);
    let tea = &cards[1];
    assert_eq!(tea.content_hash.as_deref(), Some("bb"), "the photo in the first place");
    assert_eq!((tea.available, tea.smallest_order, tea.active_variants), (1500, Some(200), 2));
    assert_eq!(tea.produced_on.as_deref(), Some("2025-04-01"));
    assert_eq!((cards[2].available, cards[2].produced_on.as_deref()), (0, None));
    assert!(list_cards(conn, &[], TODAY).await.unwrap().is_empty());

    let villages = list_card_villages(conn, &[101, 103]).await.unwrap();
    let pairs: Vec<_> = villages.iter().map(|row| (row.product_id.get(), row.village_id.get())).collect();
    assert_eq!(pairs, [(101, 3), (101, 31), (101, 32), (101, 33), (103, 3)]);
}

async fn product(conn: &mut Conn) {
    let tea = find_product_by_slug(conn, "green-tea").await.unwrap().unwrap();
    assert_eq!((tea.id.get(), tea.category_slug.as_str(), tea.village_slug.as_str()), (100, "tea", "tayuan"));
    assert_eq!((tea.sc_number.as_str(), tea.shelf_life_days), ("SC11461092599010", Some(540)));
    assert!(find_product_by_slug(conn, "no-tea").await.unwrap().is_none());
    assert_eq!(find_product(conn, ProductId::from_i64(102)).await.unwrap().unwrap().status, "draft");
    let variants = list_variants(conn, tea.id).await.unwrap();
    let prices: Vec<_> = variants.iter().map(|row| (row.code.as_str(), row.price_fen.get())).collect();
    assert_eq!(prices, [("T-100", 5000), ("T-250", 12000)], "what is withdrawn is not offered");
    let tiers: Vec<_> = list_tier_prices(conn, tea.id)
        .await
        .unwrap()
        .iter()
        .map(|row| (row.min_quantity, row.price_fen.get()))
        .collect();
    assert_eq!(tiers, [(20, 4800), (100, 4500)]);
    let photos: Vec<String> =
        list_photos(conn, tea.id).await.unwrap().into_iter().map(|photo| photo.content_hash).collect();
    assert_eq!(photos, ["bb", "aa"]);
    assert_eq!(tea.place_region_code, "610925");
    let (template, rows) = get_freight_template(conn, tea.freight_template_id).await.unwrap();
    assert_eq!((template.basis.as_str(), template.free_from_fen), ("weight", Some(9900)));
    assert!(get_freight_template(conn, FreightTemplateId::from_i64(999)).await.is_err());
    assert_eq!(rows.iter().map(|row| row.refused).collect::<Vec<_>>(), [0, 1], "by position");
    assert_eq!((rows[0].first_fee_fen, rows[0].surcharge_fen), (800, 50));
}

async fn batches(conn: &mut Conn) {
    let tea = ProductId::from_i64(100);
    let next = find_next_batch(conn, tea, TODAY).await.unwrap().unwrap();
    assert_eq!(next.code, "B", "what expires first is sold first, on its last day too");
    assert_eq!(find_next_batch(conn, tea, "2025-05-02").await.unwrap().unwrap().code, "A");
    assert_eq!(sum_available(conn, tea, TODAY).await.unwrap(), 1500);
    assert_eq!(sum_available(conn, ProductId::from_i64(102), TODAY).await.unwrap(), 0);
    let gone = ProductId::from_i64(103);
    assert!(find_next_batch(conn, gone, TODAY).await.unwrap().is_none());
    assert_eq!(find_latest_batch(conn, gone).await.unwrap().unwrap().code, "E");
    assert_eq!(
        find_batch(conn, tea, "C").await.unwrap().unwrap().papers.expires_on.as_deref(),
        Some("2025-04-30")
    );
    assert!(find_batch(conn, gone, "C").await.unwrap().is_none(), "another product's code");
    let inputs = list_batch_inputs(conn, BatchId::from_i64(121)).await.unwrap();
    let weights: Vec<_> =
        inputs.iter().map(|row| (row.village_slug.as_str(), row.collective_id.get(), row.weight_g)).collect();
    assert_eq!(weights, [("tayuan", 4, 700), ("luanshigou", 41, 300)]);
}

async fn money(conn: &mut Conn) {
    let (tea, dendrobium, order) =
        (ProductId::from_i64(100), ProductId::from_i64(101), OrderId::from_i64(200));
    let plain = |shares: Vec<ShareRow>| -> Vec<(i64, i64)> {
        shares.iter().map(|share| (share.collective_id.get(), share.amount_fen.get())).collect()
    };
    let of_many = |rows: Vec<MoneyShareRow>| plain(rows.into_iter().map(|row| row.share).collect());
    let rows = list_product_shares(conn, tea, 0).await.unwrap();
    for row in &rows {
        assert_eq!((row.freight_fen, row.fee_fen), (200, 61), "a third of the order, rounded down");
    }
    assert_eq!(of_many(rows), [(4, 7000), (41, 3000)], "what is frozen is not earned");
    let shares = of_many(list_product_shares(conn, dendrobium, 0).await.unwrap());
    assert_eq!(shares, [(4, 8000), (41, 5000), (42, 4000), (43, 2000)], "after reversals");
    assert!(list_product_shares(conn, tea, NEXT_YEAR_MS).await.unwrap().is_empty(), "that was last year");
    let shares = plain(list_order_shares(conn, order).await.unwrap());
    assert_eq!(shares, [(4, 15000), (41, 8000), (42, 4000), (43, 2000)]);

    assert!(list_product_shares(conn, ProductId::from_i64(103), 0).await.unwrap().is_empty());
    let amounts = find_order_money(conn, order, FEES).await.unwrap().unwrap();
    assert_eq!((amounts.total_fen, amounts.fee_fen, amounts.refunded_fen), (Fen::new(30600), 184, 0));
    let unpaid = find_order_money(conn, OrderId::from_i64(201), FEES).await.unwrap().unwrap();
    assert_eq!((unpaid.paid_at_ms, unpaid.fee_fen), (None, 0));

    let best = list_village_product_shares(conn, VillageId::from_i64(31), PAID_AT_MS, 5).await.unwrap();
    let best: Vec<_> = best.iter().map(|row| (row.slug.as_str(), row.amount_fen.get())).collect();
    assert_eq!(best, [("dendrobium", 5000), ("green-tea", 3000)]);
}
