//! Gift boxes: what is in them, how many can be made, what they cost, and the boxes of orders.

use domain::bundle::PriceMode;
use domain::ids::*;
use domain::money::Fen;
use domain::parcel::ParcelStatus;
use sqlx::Executor;

use super::catalogue::insert_catalogue;
use crate::bundles::*;
use crate::{Conn, Db, carts, catalogue, listing, movements, orders, parcels, sql, units};

const TODAY: &str = "2025-05-01";
const TEAM: TeamId = TeamId::from_i64(6);
const BOX: ProductId = ProductId::from_i64(105);
const BOX_VARIANT: VariantId = VariantId::from_i64(115);
const TEA: ProductId = ProductId::from_i64(100);
const ORDER: OrderId = OrderId::from_i64(200);
const ORDERED: OrderBundleId = OrderBundleId::from_i64(800);

pub(super) async fn scenario(db: &Db) {
    let mut tx = db.write().await.unwrap();
    insert_catalogue(&mut tx).await;
    for statement in [
        "INSERT INTO products (id, slug, team_id, category_id, village_id, place_id, freight_template_id, name, \
         name_en, story, story_en, base_unit, food_class, status, created_at_ms, updated_at_ms, published_at_ms, \
         price_from_fen, sold_count) VALUES (105, 'box', 6, 50, 3, 60, 61, '岚河礼盒', 'Lanhe box', '', '', 'piece', \
         'non_food', 'published', 1, 9, 4000, 29000, 0)",
        "INSERT INTO variants (id, product_id, code, name, name_en, unit, price_fen, base_quantity, weight_g, \
         min_quantity, step_quantity, position, active) VALUES (115, 105, 'BOX-1', '礼盒', 'Gift box', '盒', 29000, 1, \
         920, 1, 1, 0, 1)",
        "INSERT INTO carts (id, user_id, updated_at_ms) VALUES (600, 9, 1)",
        "INSERT INTO cart_lines (cart_id, variant_id, quantity, added_at_ms) VALUES (600, 115, 2, 1), (600, 111, 1, 2)",
        "UPDATE parcels SET status = 'to_pack'",
    ] {
        (&mut *tx).execute(statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    crate::figures::rebuild_figures(&mut tx).await.unwrap();
    filling(&mut tx).await;
    stocking(&mut tx).await;
    pricing(&mut tx).await;
    ordering(&mut tx).await;
    tx.commit().await.unwrap();
}

fn variant(id: i64) -> VariantId {
    VariantId::from_i64(id)
}

/// Two kinds of the same tea, and dendrobium.
fn inside() -> [(VariantId, i64); 3] {
    [(variant(113), 1), (variant(110), 2), (variant(111), 1)]
}

async fn filling(conn: &mut Conn) {
    assert_eq!(find_price_mode(conn, BOX).await.unwrap(), None);
    assert_eq!(boxes(conn).await, 0, "a product without stock");
    put_bundle(conn, BOX, PriceMode::Free).await.unwrap();
    put_bundle(conn, BOX, PriceMode::Summed).await.unwrap();
    assert_eq!(find_price_mode(conn, BOX).await.unwrap(), Some(PriceMode::Summed));
    replace_components(conn, BOX, &[(variant(114), 9)]).await.unwrap();
    replace_components(conn, BOX, &inside()).await.unwrap();
    assert_eq!(list_components(conn, BOX).await.unwrap(), inside(), "in their order");
    let parts = list_parts(conn, BOX, TODAY).await.unwrap();
    let shown: Vec<_> = parts
        .iter()
        .map(|part| (part.line.variant.variant_code.as_str(), part.line.quantity, part.line.available))
        .collect();
    assert_eq!(
        shown,
        [("D-1", 1, 10), ("T-100", 2, 1_500), ("T-250", 1, 1_500)],
        "expired tea does not count"
    );
    assert_eq!(
        (parts[0].village_slug.as_str(), parts[1].food_class.as_str()),
        ("luanshigou", "packaged_food")
    );
    assert_eq!(parts[1].line.photo_hash.as_deref(), Some("bb"));
    for (text, found) in [
        ("", &["D-1", "T-100", "T-250", "B-100"][..]),
        ("t-2", &["T-250"][..]),
        ("d-1", &["D-1"][..]),
        ("nothing of the kind", &[][..]),
    ] {
        let choices = list_choices(conn, TEAM, TODAY, text, 9).await.unwrap();
        let codes: Vec<&str> = choices.iter().map(|part| part.line.variant.variant_code.as_str()).collect();
        assert_eq!(codes, found, "no draft, no box, nothing withdrawn: {text}");
    }
    let name = list_choices(conn, TEAM, TODAY, "", 9).await.unwrap()[0].line.variant.product_name.clone();
    let named = list_choices(conn, TEAM, TODAY, &name.to_lowercase(), 9).await.unwrap();
    assert_eq!(named[0].line.variant.variant_code, "D-1");
}

async fn boxes(conn: &mut Conn) -> i64 {
    catalogue::sum_available(conn, BOX, TODAY).await.unwrap()
}

async fn stocking(conn: &mut Conn) {
    // 1500 g of tea, 450 g in a box.
    assert_eq!(boxes(conn).await, 3, "parts of one product share its stock");
    assert_eq!(catalogue::sum_available(conn, TEA, TODAY).await.unwrap(), 1_500, "a product has its own");
    let lines = carts::list_lines(conn, CartId::from_i64(600), TODAY).await.unwrap();
    let shown: Vec<_> = lines.iter().map(|line| (line.variant.is_bundle, line.available)).collect();
    assert_eq!(shown, [(1, 3), (0, 1_500)]);
    assert_eq!(carts::find_sale_variant(conn, BOX_VARIANT).await.unwrap().unwrap().is_bundle, 1);
    let card = &catalogue::list_cards(conn, &[105], TODAY).await.unwrap()[0];
    assert_eq!(card.available, 3);
    let villages = catalogue::list_card_villages(conn, &[105]).await.unwrap();
    let slugs: Vec<&str> = villages.iter().map(|row| row.slug.as_str()).collect();
    assert_eq!(slugs, ["tayuan", "luanshigou", "hongda", "duba"], "the villages of all its parts");
    let filter = catalogue::ListFilter { in_stock_only: true, today: TODAY.to_owned(), ..Default::default() };
    let hits = catalogue::list_hit_keys(conn, &filter, &[103, 105]).await.unwrap();
    assert_eq!(hits.iter().map(|key| key.id).collect::<Vec<_>>(), [105]);
    let lanhe = listing::ListingFilter { text: "lanhe", ..listing::ListingFilter::all(TEAM) };
    let listed = listing::list_listings(conn, &lanhe, TODAY, 9, 0).await.unwrap();
    assert_eq!(listed[0].stock, 3);
    let priced = units::list_price_list(conn, TODAY).await.unwrap();
    assert_eq!(priced.iter().find(|row| row.code == "BOX-1").unwrap().in_stock, 3);
    let low = movements::list_low_stock(conn, TEAM, TODAY, 100, 9).await.unwrap();
    assert!(low.iter().all(|row| row.product_id != BOX), "nobody can take in boxes");

    for (change, back) in [
        (
            "UPDATE products SET season_from = '11-01', season_until = '02-01' WHERE id = 101",
            "UPDATE products SET season_from = '', season_until = '' WHERE id = 101",
        ),
        (
            "UPDATE products SET status = 'unpublished' WHERE id = 101",
            "UPDATE products SET status = 'published' WHERE id = 101",
        ),
        ("UPDATE variants SET active = 0 WHERE id = 110", "UPDATE variants SET active = 1 WHERE id = 110"),
        (
            "UPDATE batches SET recalled_at_ms = 1 WHERE id = 123",
            "UPDATE batches SET recalled_at_ms = NULL WHERE id = 123",
        ),
    ] {
        conn.execute(change).await.unwrap();
        assert_eq!(boxes(conn).await, 0, "{change}");
        conn.execute(back).await.unwrap();
        assert_eq!(boxes(conn).await, 3, "{back}");
    }
    conn.execute(
        "UPDATE products SET season_from = '2025-04-01', season_until = '2025-05-01' WHERE id = 101",
    )
    .await
    .unwrap();
    assert_eq!(boxes(conn).await, 3, "the last day of a season");
}

async fn wrong(conn: &mut Conn) -> Vec<(String, i64, i64)> {
    let rows = list_wrong_bundles(conn).await.unwrap();
    rows.into_iter().map(|row| (row.subject, row.expected, row.found)).collect()
}

async fn pricing(conn: &mut Conn) {
    assert_eq!(sum_parts(conn, BOX).await.unwrap(), (Fen::new(20_000 + 2 * 5_000 + 12_000), 600 + 300 + 320));
    assert_eq!(list_summed_with(conn, TEA).await.unwrap(), [BOX]);
    assert_eq!(list_summed_with(conn, BOX).await.unwrap(), []);
    assert_eq!(wrong(conn).await, [("box".to_owned(), 42_000, 29_000)]);
    lock_product(conn, BOX).await.unwrap();
    set_price(conn, BOX, Fen::new(42_000), 1_220).await.unwrap();
    assert_eq!(wrong(conn).await, []);
    let row = listing::find_listing(conn, BOX).await.unwrap().unwrap();
    assert_eq!((row.price_from_fen, row.version), (Fen::new(42_000), 1));
    assert_eq!(listing::list_all_variants(conn, BOX).await.unwrap()[0].weight_g, 1_220);
    put_bundle(conn, BOX, PriceMode::Free).await.unwrap();
    assert_eq!(list_summed_with(conn, TEA).await.unwrap(), [], "its price is its own");
}

/// What the tea and the box sold.
async fn sold(conn: &mut Conn) -> Vec<i64> {
    sql::query_scalar::<i64>("SELECT sold_count FROM products WHERE id IN (100, 105) ORDER BY id")
        .fetch_all(conn)
        .await
        .unwrap()
}

/// The order of the fixture, as if its two lines had been bought as one.
async fn ordering(conn: &mut Conn) {
    let row = OrderBundleRow {
        id: ORDERED,
        order_id: ORDER,
        product_id: BOX,
        variant_id: BOX_VARIANT,
        product_name: "岚河礼盒".to_owned(),
        product_name_en: "Lanhe box".to_owned(),
        variant_code: "BOX-1".to_owned(),
        unit: "盒".to_owned(),
        unit_price_fen: Fen::new(30_000),
        quantity: 1,
        net_fen: Fen::new(30_000),
    };
    insert_order_bundle(conn, &row).await.unwrap();
    assert_eq!(wrong(conn).await, [("N200".to_owned(), 30_000, 0)], "a box without parts");
    for line in [220, 221] {
        insert_order_bundle_line(conn, LineId::from_i64(line), ORDERED).await.unwrap();
    }
    assert_eq!(wrong(conn).await, []);
    let part = |line: i64| LineBundleRow { line_id: LineId::from_i64(line), bundle: row.clone() };
    assert_eq!(list_line_bundles(conn, ORDER).await.unwrap(), [part(220), part(221)]);
    assert_eq!(list_line_bundles(conn, OrderId::from_i64(201)).await.unwrap(), []);
    let to_pack = ParcelStatus::ToPack;
    assert_eq!(list_team_line_bundles(conn, TEAM, to_pack, None, 9).await.unwrap(), [part(220), part(221)]);
    assert_eq!(list_team_line_bundles(conn, TEAM, ParcelStatus::Shipped, None, 9).await.unwrap(), []);
    let elsewhere = Some(PlaceId::from_i64(999));
    assert_eq!(list_team_line_bundles(conn, TEAM, to_pack, elsewhere, 9).await.unwrap(), []);
    // What was sold is counted for the box and for what is in it.
    let before = sold(conn).await;
    orders::update_sold_counts(conn, ORDER, 1).await.unwrap();
    assert_eq!(sold(conn).await, [before[0] + 2, before[1] + 1], "tea twice, the box once");
    // A line that is split off stays in its box.
    conn.execute(
        "INSERT INTO order_lines (id, order_id, parcel_id, variant_id, product_id, team_id, position, product_name, \
         product_name_en, variant_code, variant_name, variant_name_en, unit, unit_price_fen, quantity, net_fen) \
         VALUES (229, 200, 210, 110, 100, 6, 9, '绿茶', 'Green tea', 'T-100', '100 克', '100 g', '罐', 5000, 1, 5000)",
    )
    .await
    .unwrap();
    conn.execute("UPDATE order_lines SET quantity = 1, net_fen = 5000 WHERE id = 220").await.unwrap();
    assert_eq!(wrong(conn).await, [("N200".to_owned(), 30_000, 25_000)]);
    parcels::desk::copy_line_terms(conn, LineId::from_i64(220), LineId::from_i64(229)).await.unwrap();
    assert_eq!(list_line_bundles(conn, ORDER).await.unwrap().len(), 3);
    assert_eq!(wrong(conn).await, []);
}
