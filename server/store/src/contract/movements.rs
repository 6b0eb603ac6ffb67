//! What is done to batches, on both engines.

mod team;

use domain::ids::{
    BatchId, InputCorrectionId, MediaId, MovementId, OrderId, ParcelId, PlaceId, ProductId, StocktakeId,
    TeamId, UserId, VillageId,
};
use domain::stock::StockLevel;
use domain::stock::movement::MovementKind;
use sqlx::Executor;

use super::insert_places;
use crate::listing::{LevelFilter, ListingFilter, list_listings};
use crate::movements::*;
use crate::recalls::list_family;
use crate::{Conn, Db, audit_books};

pub(super) const T: i64 = 1_750_000_000_000;
pub(super) const TODAY: &str = "2025-06-15";
pub(super) const TEAM: TeamId = TeamId::from_i64(6);
pub(super) const USER: UserId = UserId::from_i64(9);
pub(super) const PRODUCT: ProductId = ProductId::from_i64(30);
pub(super) const BATCH: BatchId = BatchId::from_i64(32);
pub(super) const PART: BatchId = BatchId::from_i64(33);
pub(super) const GRANDPART: BatchId = BatchId::from_i64(34);
pub(super) const ORDER: OrderId = OrderId::from_i64(50);
pub(super) const PARCEL: ParcelId = ParcelId::from_i64(51);
const PLACE: PlaceId = PlaceId::from_i64(21);
const OTHER_PLACE: PlaceId = PlaceId::from_i64(22);

pub(crate) async fn scenario(db: &Db) {
    let mut tx = db.write().await.unwrap();
    goods(&mut tx).await;
    movements(&mut tx).await;
    splits(&mut tx).await;
    counts_and_corrections(&mut tx).await;
    team::of_a_team(&mut tx).await;
    warnings(&mut tx).await;
    tx.commit().await.unwrap();
}

async fn goods(conn: &mut Conn) {
    insert_places(conn).await;
    for statement in [
        "INSERT INTO villages (id, town_id, slug, name, name_en, story, story_en) \
         VALUES (31, 2, 'luanshigou', '乱石沟村', 'Luanshigou', '', '')",
        "INSERT INTO categories (id, slug, name, name_en, position) VALUES (20, 'tea', '茶', 'Tea', 1)",
        "INSERT INTO dispatch_places (id, team_id, name, region_code, address, phone) \
         VALUES (21, 6, '佐龙仓', '610925', '佐龙镇', ''), (22, 6, '县城仓', '610925', '城关镇', '')",
        "INSERT INTO freight_templates (id, team_id, name, basis) VALUES (23, 6, '按重量', 'weight')",
        "INSERT INTO products (id, slug, team_id, category_id, village_id, place_id, freight_template_id, name, \
         name_en, story, story_en, base_unit, food_class, status, created_at_ms, updated_at_ms) \
         VALUES (30, 'tea', 6, 20, 3, 21, 23, '春茶', 'Spring tea', '', '', 'g', 'packaged_food', 'published', 0, 0)",
        "INSERT INTO variants (id, product_id, code, name, name_en, unit, price_fen, base_quantity, weight_g, position) \
         VALUES (31, 30, 'LC-125', '125 克', '125 g', '罐', 6800, 125, 150, 0)",
        "INSERT INTO batches (id, product_id, code, produced_on, expires_on, received, available, created_at_ms) \
         VALUES (32, 30, 'B1', '2025-04-01', '2025-07-01', 1000, 1000, 5)",
        "INSERT INTO batch_inputs (batch_id, village_id, weight_g) VALUES (32, 3, 700), (32, 31, 300)",
        "INSERT INTO media (id, content_hash, width, height, placeholder, sizes, created_at_ms) \
         VALUES (40, 'abc', 100, 80, 'data:', '320', 0)",
        "INSERT INTO orders (id, number, kind, status, goods_fen, freight_fen, total_fen, recipient_name, \
         recipient_phone, region_code, region_name, address, note, email, locale, invoice, placed_at_ms) \
         VALUES (50, 'XJ1', 'retail', 'paid', 6800, 0, 6800, '茶友', '13800000000', '610100', '西安市', '', '', \
         'a@example.org', 'zh', '', 7), (60, 'XJ2', 'retail', 'awaiting_payment', 6800, 0, 6800, '茶友', \
         '13800000001', '610100', '西安市', '', '', '', 'zh', '', 8)",
        "INSERT INTO parcels (id, order_id, team_id, place_id, status, freight_fen, created_at_ms) \
         VALUES (51, 50, 6, 21, 'to_pack', 0, 7), (61, 60, 6, 21, 'awaiting_payment', 0, 8)",
        "INSERT INTO order_lines (id, order_id, parcel_id, variant_id, product_id, team_id, position, product_name, \
         product_name_en, variant_code, variant_name, variant_name_en, unit, unit_price_fen, quantity, net_fen) \
         VALUES (52, 50, 51, 31, 30, 6, 0, '春茶', 'Spring tea', 'LC-125', '125 克', '125 g', '罐', 6800, 1, 6800), \
         (62, 60, 61, 31, 30, 6, 0, '春茶', 'Spring tea', 'LC-125', '125 克', '125 g', '罐', 6800, 1, 6800)",
        "INSERT INTO allocations (id, line_id, order_id, batch_id, base_quantity, status) \
         VALUES (53, 52, 50, 32, 125, 'sold'), (63, 62, 60, 32, 125, 'held')",
        "UPDATE batches SET available = 700, sold = 125, held = 125, written_off = 50 WHERE id = 32",
    ] {
        conn.execute(statement).await.unwrap();
    }
}

fn movement(id: i64, batch: BatchId, kind: MovementKind) -> NewMovement {
    NewMovement::of(MovementId::from_i64(id), batch, kind, Some(USER), T)
}

async fn movements(conn: &mut Conn) {
    assert_eq!(
        audit_books::list_wrong_movements(conn).await.unwrap(),
        [],
        "nothing written down, nothing wrong"
    );
    crate::listing::receive_more(conn, BATCH, 20).await.unwrap();
    let more = NewMovement { received_change: 20, ..movement(101, BATCH, MovementKind::Receive) };
    insert_movement(conn, &more, MovementId::from_i64(100)).await.unwrap();
    let listed = list_movements(conn, MovementFilter::all(PRODUCT, None), i64::MAX, 10).await.unwrap();
    let shown: Vec<_> =
        listed.iter().map(|row| (row.kind, row.received_change, row.written_off_change)).collect();
    assert_eq!(
        shown,
        [(MovementKind::Receive, 20, 0), (MovementKind::Earlier, 1000, 50)],
        "what was there before is written down with the first movement"
    );
    assert_eq!((listed[1].at_ms, listed[1].user_name.as_deref()), (5, None));
    assert_eq!(listed[0].user_name.as_deref(), Some("茶友"));
    // A release that knows no movements writes some off; the next movement explains it.
    assert!(crate::listing::write_off(conn, BATCH, 20).await.unwrap());
    assert_eq!(audit_books::list_wrong_movements(conn).await.unwrap().len(), 1);
    assert!(crate::listing::write_off(conn, BATCH, 5).await.unwrap());
    let lost = NewMovement {
        written_off_change: 5,
        reason: "spoiled".to_owned(),
        note: "发霉".to_owned(),
        ..movement(103, BATCH, MovementKind::WriteOff)
    };
    insert_movement(conn, &lost, MovementId::from_i64(102)).await.unwrap();
    assert_eq!(audit_books::list_wrong_movements(conn).await.unwrap(), []);
    let latest = list_movements(conn, MovementFilter::all(PRODUCT, Some(BATCH)), i64::MAX, 2).await.unwrap();
    assert_eq!(
        latest.iter().map(|row| (row.kind, row.written_off_change, row.at_ms)).collect::<Vec<_>>(),
        [(MovementKind::WriteOff, 5, T), (MovementKind::Earlier, 20, T)]
    );
    let older =
        list_movements(conn, MovementFilter::all(PRODUCT, Some(BATCH)), latest[1].id.get(), 9).await.unwrap();
    assert_eq!(older.len(), 2, "and so on back to the beginning");
    assert!(
        list_movements(conn, MovementFilter::all(PRODUCT, Some(PART)), i64::MAX, 9).await.unwrap().is_empty()
    );
    let all = MovementFilter::all(PRODUCT, None);
    let listed = list_movements(conn, all, i64::MAX, 10).await.unwrap();
    let kind = listed[0].kind;
    let of_kind =
        list_movements(conn, MovementFilter { kind: Some(kind), ..all }, i64::MAX, 10).await.unwrap();
    assert_eq!(of_kind, listed.iter().filter(|row| row.kind == kind).cloned().collect::<Vec<_>>());
    let at_ms = listed[0].at_ms;
    let since = MovementFilter { from_ms: at_ms, until_ms: at_ms + 1, ..all };
    let of_then = list_movements(conn, since, i64::MAX, 10).await.unwrap();
    assert_eq!(of_then, listed.iter().filter(|row| row.at_ms == at_ms).cloned().collect::<Vec<_>>());
    let days = DaysChange {
        former_produced_on: "2025-04-01".to_owned(),
        former_expires_on: Some("2025-07-01".to_owned()),
        produced_on: "2025-04-02".to_owned(),
        expires_on: None,
    };
    let corrected = NewMovement { days: Some(days), ..movement(105, BATCH, MovementKind::Days) };
    insert_movement(conn, &corrected, MovementId::from_i64(104)).await.unwrap();
    let latest = list_movements(conn, all, i64::MAX, 1).await.unwrap().remove(0);
    assert_eq!(
        (latest.former_produced_on.as_deref(), latest.former_expires_on.as_deref()),
        (Some("2025-04-01"), Some("2025-07-01"))
    );
    assert_eq!((latest.produced_on.as_deref(), latest.expires_on), (Some("2025-04-02"), None));
}

async fn splits(conn: &mut Conn) {
    let part = |id: BatchId, from, code: &str, quantity, inputs: &[(i64, i64)]| NewPart {
        id,
        from,
        code: code.to_owned(),
        quantity,
        place_id: (id == PART).then_some(OTHER_PLACE),
        inputs: inputs.iter().map(|(village, g)| (VillageId::from_i64(*village), *g)).collect(),
    };
    let first = part(PART, BATCH, "B1-S1", 200, &[(3, 140), (31, 60)]);
    assert!(!split_batch(conn, &NewPart { quantity: 10_000, ..first.clone() }).await.unwrap());
    assert_eq!(find_certificate_photo(conn, BATCH).await.unwrap(), None);
    set_certificate_photo(conn, BATCH, Some(MediaId::from_i64(40))).await.unwrap();
    assert_eq!(find_certificate_photo(conn, BATCH).await.unwrap(), Some(MediaId::from_i64(40)));
    assert!(split_batch(conn, &first).await.unwrap());
    set_weights(conn, BATCH, &[(VillageId::from_i64(3), 560), (VillageId::from_i64(31), 240)]).await.unwrap();
    assert_eq!(
        list_weights(conn, PART).await.unwrap(),
        [(VillageId::from_i64(3), 140), (VillageId::from_i64(31), 60)]
    );
    for (id, batch, kind, change, other) in
        [(110, BATCH, MovementKind::SplitOut, -200, PART), (111, PART, MovementKind::SplitIn, 200, BATCH)]
    {
        let side =
            NewMovement { received_change: change, counterpart_id: Some(other), ..movement(id, batch, kind) };
        insert_movement(conn, &side, MovementId::from_i64(id + 1000)).await.unwrap();
    }
    assert_eq!(audit_books::list_wrong_movements(conn).await.unwrap(), []);
    assert!(split_batch(conn, &part(GRANDPART, PART, "B1-S2", 50, &[(3, 35), (31, 15)])).await.unwrap());
    for (id, batch, kind, change, other) in [
        (112, PART, MovementKind::SplitOut, -50, GRANDPART),
        (113, GRANDPART, MovementKind::SplitIn, 50, PART),
    ] {
        let side =
            NewMovement { received_change: change, counterpart_id: Some(other), ..movement(id, batch, kind) };
        insert_movement(conn, &side, MovementId::from_i64(id + 1000)).await.unwrap();
    }
    assert_eq!(audit_books::list_wrong_movements(conn).await.unwrap(), []);
    let extras = list_batch_extras(conn, PRODUCT).await.unwrap();
    let seen: Vec<_> = extras
        .iter()
        .map(|row| (row.place_name.as_str(), row.split_from_code.as_deref(), row.content_hash.as_deref()))
        .collect();
    assert_eq!(
        seen,
        [
            ("佐龙仓", None, Some("abc")),
            ("县城仓", Some("B1"), Some("abc")),
            ("县城仓", Some("B1-S1"), Some("abc"))
        ],
        "a part has the papers of its origin and lies where it was put"
    );
    set_batch_place(conn, GRANDPART, PLACE).await.unwrap();
    assert_eq!(list_batch_extras(conn, PRODUCT).await.unwrap()[2].place_id, PLACE.get());
    for batch in [BATCH, PART, GRANDPART] {
        assert_eq!(list_family(conn, batch).await.unwrap(), [BATCH, PART, GRANDPART]);
    }
    assert_eq!(list_family(conn, BatchId::from_i64(999)).await.unwrap(), []);
    assert_eq!(audit_books::list_batches_without_inputs(conn).await.unwrap(), []);
    let kept = list_weights(conn, GRANDPART).await.unwrap();
    set_weights(conn, GRANDPART, &[]).await.unwrap();
    assert_eq!(audit_books::list_batches_without_inputs(conn).await.unwrap().len(), 1);
    set_weights(conn, GRANDPART, &kept).await.unwrap();
}

async fn counts_and_corrections(conn: &mut Conn) {
    assert_eq!(list_sold_to_pack(conn, PRODUCT).await.unwrap(), [(32, 125)]);
    let count = NewStocktake {
        id: StocktakeId::from_i64(70),
        product_id: PRODUCT,
        note: "月底".to_owned(),
        user_id: USER,
        at_ms: T,
        lines: vec![(BATCH, 725, 720), (PART, 150, 150)],
    };
    insert_stocktake(conn, &count).await.unwrap();
    let lines = list_stocktake_lines(conn, PRODUCT, 9).await.unwrap();
    assert_eq!(
        lines.iter().map(|line| (line.batch_code.as_str(), line.expected, line.counted)).collect::<Vec<_>>(),
        [("B1", 725, 720), ("B1-S1", 150, 150)]
    );
    assert_eq!((lines[0].user_name.as_str(), lines[0].note.as_str()), ("茶友", "月底"));
    shelves(conn, count.id).await;
    let correction = NewInputCorrection {
        id: InputCorrectionId::from_i64(71),
        batch_id: BATCH,
        reason: "过磅单看错".to_owned(),
        user_id: USER,
        at_ms: T,
        lines: vec![(VillageId::from_i64(3), 560, 500), (VillageId::from_i64(31), 240, 0)],
    };
    insert_input_correction(conn, &correction).await.unwrap();
    set_weights(conn, BATCH, &[(VillageId::from_i64(3), 500)]).await.unwrap();
    assert_eq!(list_weights(conn, BATCH).await.unwrap(), [(VillageId::from_i64(3), 500)]);
    let lines = list_input_corrections(conn, BATCH).await.unwrap();
    assert_eq!(
        lines
            .iter()
            .map(|line| (line.village_name.as_str(), line.old_weight_g, line.new_weight_g))
            .collect::<Vec<_>>(),
        [("塔元村", 560, 500), ("乱石沟村", 240, 0)]
    );
    assert!(list_input_corrections(conn, PART).await.unwrap().is_empty());
}

/// What lies where, and what was counted where.
async fn shelves(conn: &mut Conn, count: StocktakeId) {
    let lying = |rows: Vec<ShelfRow>| rows.into_iter().map(|row| row.batch_id).collect::<Vec<_>>();
    assert_eq!(lying(list_shelf(conn, TEAM, PLACE, 9).await.unwrap()), [GRANDPART, BATCH]);
    assert_eq!(lying(list_shelf(conn, TEAM, PLACE, 1).await.unwrap()), [GRANDPART]);
    assert_eq!(lying(list_shelf(conn, TEAM, OTHER_PLACE, 9).await.unwrap()), [PART]);
    assert!(list_shelf(conn, TeamId::from_i64(7), PLACE, 9).await.unwrap().is_empty(), "another team's");
    let row = find_shelf_batch(conn, TEAM, BATCH).await.unwrap().unwrap();
    row.stock().check().unwrap();
    assert_eq!((row.place_name.as_str(), row.held, row.sold), ("佐龙仓", 125, 125));
    assert_eq!(find_shelf_batch(conn, TeamId::from_i64(7), BATCH).await.unwrap(), None);
    let to_pack = list_team_to_pack(conn, TEAM).await.unwrap();
    assert_eq!(to_pack, list_sold_to_pack(conn, PRODUCT).await.unwrap(), "from either end");

    // The one was written down with the place and the reason, the other before that was done.
    let counted = NewMovement {
        cause_id: Some(count.get()),
        place_id: Some(OTHER_PLACE),
        reason: "lost".to_owned(),
        ..movement(120, BATCH, MovementKind::Count)
    };
    insert_movement(conn, &counted, MovementId::from_i64(119)).await.unwrap();
    let all = CountFilter { team: TEAM, place: None, product: None, from_ms: i64::MIN, until_ms: i64::MAX };
    let found = |rows: Vec<CountLineRow>| {
        rows.into_iter().map(|row| (row.batch_id, row.place_name, row.reason)).collect::<Vec<_>>()
    };
    let lines = found(list_count_lines(conn, &all, 9, 0).await.unwrap());
    let first = (BATCH, "县城仓".to_owned(), "lost".to_owned());
    assert_eq!(lines, [first, (PART, "县城仓".to_owned(), String::new())]);
    assert_eq!(found(list_count_lines(conn, &all, 1, 1).await.unwrap()), lines[1..], "page by page");
    let there = CountFilter { place: Some(OTHER_PLACE), product: Some(PRODUCT), ..all };
    assert_eq!(found(list_count_lines(conn, &there, 9, 0).await.unwrap()), lines);
    for none in [
        CountFilter { place: Some(PLACE), ..all },
        CountFilter { product: Some(ProductId::from_i64(999)), ..all },
        CountFilter { from_ms: T + 1, ..all },
        CountFilter { until_ms: T, ..all },
        CountFilter { team: TeamId::from_i64(7), ..all },
    ] {
        assert!(list_count_lines(conn, &none, 9, 0).await.unwrap().is_empty(), "{none:?}");
    }
    let products = list_counted_products(conn, TEAM).await.unwrap();
    assert_eq!(products.iter().map(|one| one.id).collect::<Vec<_>>(), [PRODUCT.get()]);
}

async fn warnings(conn: &mut Conn) {
    assert_eq!(find_threshold(conn, PRODUCT).await.unwrap(), None);
    // 695 − 200 + 150 + 50 in three batches.
    let low = |rows: Vec<LowStockRow>| {
        rows.into_iter().map(|row| (row.available, row.threshold)).collect::<Vec<_>>()
    };
    assert_eq!(
        low(list_low_stock(conn, TEAM, TODAY, 6, 9).await.unwrap()),
        [(695, 750)],
        "six tins of 125 g"
    );
    assert_eq!(low(list_low_stock(conn, TEAM, TODAY, 5, 9).await.unwrap()), []);
    for low_stock in [Some(900), Some(1_000)] {
        let threshold = ThresholdRow { low_stock, near_expiry_percent: Some(40) };
        put_threshold(conn, PRODUCT, threshold, T).await.unwrap();
        assert_eq!(find_threshold(conn, PRODUCT).await.unwrap(), Some(threshold));
    }
    assert_eq!(low(list_low_stock(conn, TEAM, TODAY, 1, 9).await.unwrap()), [(695, 1_000)]);
    assert_eq!(
        low(list_low_stock(conn, TEAM, "2025-07-02", 1, 9).await.unwrap()),
        [(0, 1_000)],
        "expired is nothing"
    );
    let late = "2025-07-02";
    for (level, today, found) in [
        (StockLevel::Low, TODAY, 1),
        (StockLevel::Out, TODAY, 0),
        (StockLevel::Low, late, 1),
        (StockLevel::Out, late, 1),
    ] {
        let level = Some(LevelFilter { level, today, pieces: 1 });
        let narrowed = ListingFilter { level, ..ListingFilter::all(TEAM) };
        let listed = list_listings(conn, &narrowed, today, 9, 0).await.unwrap();
        assert_eq!(listed.len(), found, "{narrowed:?}");
        let count = crate::sheets::count_table_products(conn, &narrowed).await.unwrap();
        assert_eq!(usize::try_from(count).unwrap(), found, "the table and its sheets agree: {narrowed:?}");
    }
    let never = ThresholdRow { low_stock: Some(0), near_expiry_percent: Some(40) };
    put_threshold(conn, PRODUCT, never, T).await.unwrap();
    let low_late = LevelFilter { level: StockLevel::Low, today: late, pieces: 1 };
    let low_late = ListingFilter { level: Some(low_late), ..ListingFilter::all(TEAM) };
    assert!(list_listings(conn, &low_late, late, 9, 0).await.unwrap().is_empty(), "no warning was wanted");
    let soon = list_expiring(conn, TEAM, "2025-07-01", 9).await.unwrap();
    assert_eq!(soon.len(), 3);
    assert_eq!((soon[0].code.as_str(), soon[0].near_expiry_percent), ("B1", Some(40)));
    assert!(list_expiring(conn, TEAM, "2025-06-30", 9).await.unwrap().is_empty());
    let left = list_team_batches(conn, TEAM, true, None, 9).await.unwrap();
    let last_days: Vec<_> =
        left.iter().map(|row| row.expires_on.as_deref().unwrap_or("9999-12-31")).collect();
    assert!(last_days.is_sorted() && left.iter().all(|row| row.available + row.held > 0), "{last_days:?}");
    let first = left.iter().find(|row| row.code == "B1").unwrap();
    assert_eq!((first.product_id, first.near_expiry_percent), (PRODUCT, Some(40)));
    let ended = list_team_batches(conn, TEAM, false, None, 9).await.unwrap();
    assert!(ended.iter().all(|row| row.available + row.held == 0));
    assert!(ended.is_sorted_by_key(|row| -row.batch_id.get()), "the youngest first");
    assert_eq!(list_team_batches(conn, TEAM, true, None, 1).await.unwrap(), left[..1]);
    let nowhere = Some(VillageId::from_i64(999));
    assert!(list_team_batches(conn, TEAM, true, nowhere, 9).await.unwrap().is_empty());
    // That it had harvest of the second was corrected.
    for (village, is_in) in [(3, true), (31, false)] {
        let village = Some(VillageId::from_i64(village));
        let of_village = list_team_batches(conn, TEAM, true, village, 9).await.unwrap();
        assert_eq!(of_village.contains(first), is_in, "{village:?}");
    }
}
