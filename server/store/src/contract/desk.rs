//! The shipping desk: parts of a parcel go into another one with all that belongs to them; what carriers told stays as it was
//! told; lists last a day.

use domain::attribution::AttributionPart;
use domain::ids::*;
use domain::money::Fen;
use domain::shipping::{CarrierStatus, ListKind};
use sqlx::Executor;

use super::catalogue::insert_catalogue;
use super::on_both;
use crate::carriers::*;
use crate::orders::{insert_lines, list_order_lines};
use crate::parcels::desk::*;
use crate::parcels::goods::*;
use crate::parcels::{get_parcel, insert_parcel, update_parcel_status, update_shipped};
use crate::stock::NewAllocation;
use crate::{Conn, Db, audit_books, books, figures};

const ORDER: OrderId = OrderId::from_i64(200);
const PARCEL: ParcelId = ParcelId::from_i64(210);
const NEW: ParcelId = ParcelId::from_i64(600);
const TEA: LineId = LineId::from_i64(220);
const DENDROBIUM: LineId = LineId::from_i64(221);
const PART: LineId = LineId::from_i64(610);
const TEAM: TeamId = TeamId::from_i64(6);
const USER: UserId = UserId::from_i64(9);
const T: i64 = 1_750_000_000_000;

pub(super) async fn scenario(db: &Db) {
    let mut tx = db.write().await.unwrap();
    insert_catalogue(&mut tx).await;
    for statement in [
        "UPDATE parcels SET status = 'to_pack' WHERE id = 210",
        "UPDATE attributions SET reversed_fen = 0",
        "UPDATE batches SET available = 800, sold = 200 WHERE id = 120",
        "UPDATE batches SET available = 9, sold = 1 WHERE id = 123",
        "INSERT INTO allocations (id, line_id, order_id, batch_id, base_quantity, status) VALUES \
         (300, 220, 200, 120, 200, 'sold'), (301, 221, 200, 123, 1, 'sold')",
        "INSERT INTO credits (id, order_id, line_id, team_id, cadre_id, amount_fen, credited_at_ms) VALUES \
         (310, 200, 220, 6, 80, 10000, 1741536000000), (311, 200, 221, 6, 80, 20000, 1741536000000)",
        "INSERT INTO line_return_rules (line_id, return_rule) VALUES (220, 'perishable')",
        "INSERT INTO weighed_lines (line_id, least_g, most_g) VALUES (220, 900, 1100)",
        "INSERT INTO weighed_pieces (line_id, piece, weight_g, paid_fen, charged_fen) VALUES (220, 0, 1000, 5000, 4900)",
        "INSERT INTO collective_marks (id, slug, collective_id, name, name_en, story, story_en, rules, rules_en, \
         created_at_ms, updated_at_ms) VALUES (400, 'own', 4, '老渡口', 'Old Ferry', '', '', '', '', 1, 1)",
        "INSERT INTO order_line_marks (line_id, mark_id, name, name_en) VALUES (220, 400, '老渡口', 'Old Ferry')",
    ] {
        (&mut *tx).execute(statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    figures::rebuild_figures(&mut tx).await.unwrap();
    splitting(&mut tx).await;
    finding(&mut tx).await;
    telling(&mut tx).await;
    lists(&mut tx).await;
    other_goods(&mut tx).await;
    tx.commit().await.unwrap();
}

async fn count(conn: &mut Conn, statement: &'static str) -> i64 {
    sqlx::query_scalar::<_, i64>(statement).fetch_one(conn).await.unwrap()
}

/// One of two tins goes: half of everything, and the whole dendrobium with it.
async fn splitting(conn: &mut Conn) {
    lock_order_batches(conn, ORDER).await.unwrap();
    assert_eq!(count_after_sales_in_effect(conn, PARCEL).await.unwrap(), 0);
    let lines = list_parcel_lines(conn, PARCEL).await.unwrap();
    assert_eq!(lines.iter().map(|line| line.id).collect::<Vec<_>>(), [TEA, DENDROBIUM]);
    figures::take_off_order(conn, ORDER).await.unwrap();
    let mut parcel = get_parcel(conn, PARCEL).await.unwrap();
    parcel.id = NEW;
    insert_parcel(conn, &parcel).await.unwrap();
    let mut part = lines[0].clone();
    (part.id, part.parcel_id, part.quantity, part.net_fen) = (PART, NEW, 1, Fen::new(5_000));
    part.position = next_position(conn, ORDER).await.unwrap();
    assert_eq!(part.position, 2);
    insert_lines(conn, std::slice::from_ref(&part)).await.unwrap();
    let parts = list_line_parts(conn, TEA).await.unwrap();
    assert_eq!(parts.iter().map(|row| row.amount_fen.get()).collect::<Vec<_>>(), [7_000, 3_000]);
    for (at, amount) in [(0, 3_500), (1, 1_500)] {
        let to = AttributionId::from_i64(620 + at as i64);
        move_part(conn, parts[at].id, to, PART, Fen::new(amount)).await.unwrap();
    }
    move_credit(conn, TEA, CreditId::from_i64(630), PART, Fen::new(5_000)).await.unwrap();
    let goods = list_line_goods(conn, TEA).await.unwrap();
    assert_eq!(goods, [LineGoodsRow { id: AllocationId::from_i64(300), base_quantity: 200 }]);
    split_goods(conn, goods[0].id, AllocationId::from_i64(640), PART, 100).await.unwrap();
    update_line_amounts(conn, TEA, 1, Fen::new(5_000)).await.unwrap();
    copy_line_terms(conn, TEA, PART).await.unwrap();
    move_line(conn, DENDROBIUM, NEW).await.unwrap();
    update_freight(conn, NEW, Fen::new(500)).await.unwrap();
    update_freight(conn, PARCEL, Fen::new(100)).await.unwrap();
    figures::add_order(conn, ORDER).await.unwrap();

    assert!(audit_books::list_wrong_splits(conn).await.unwrap().is_empty());
    assert!(audit_books::list_wrong_credits(conn).await.unwrap().is_empty());
    assert!(figures::list_wrong_figures(conn).await.unwrap().is_empty());
    let batches = audit_books::list_wrong_batches(conn).await.unwrap();
    assert!(batches.iter().all(|row| row.subject != "A"), "{batches:?}");
    assert_eq!(
        count(conn, "SELECT COUNT(*) FROM line_return_rules WHERE return_rule = 'perishable'").await,
        2
    );
    assert_eq!(count(conn, "SELECT COUNT(*) FROM weighed_lines WHERE least_g = 900").await, 2);
    assert_eq!(count(conn, "SELECT COUNT(*) FROM weighed_pieces").await, 0, "to be weighed anew");
    assert_eq!(count(conn, "SELECT COUNT(*) FROM order_line_marks WHERE mark_id = 400").await, 2);
    let of_new = list_parcel_lines(conn, NEW).await.unwrap();
    assert_eq!(of_new.iter().map(|line| line.id).collect::<Vec<_>>(), [DENDROBIUM, PART]);
    let whole: i64 = list_order_lines(conn, ORDER).await.unwrap().iter().map(|line| line.net_fen.get()).sum();
    assert_eq!(whole, 30_000);
    // And all goods of a batch may go at once.
    for line in [PART, DENDROBIUM] {
        move_goods(conn, AllocationId::from_i64(301), line).await.unwrap();
        let of_line = list_line_goods(conn, line).await.unwrap();
        assert!(of_line.contains(&LineGoodsRow { id: AllocationId::from_i64(301), base_quantity: 1 }));
    }
}

/// Goods of another batch take the place of those that a line takes, in two steps; another village earns then.
async fn other_goods(conn: &mut Conn) {
    let (former, other) = (BatchId::from_i64(120), BatchId::from_i64(121));
    let taken = list_parcel_goods(conn, PARCEL).await.unwrap();
    let shown: Vec<_> =
        taken.iter().map(|row| (row.line_id, row.batch_id, row.base_quantity, row.line_base)).collect();
    assert_eq!(shown, [(TEA, former, 100, 100)]);
    assert_eq!((taken[0].batch_code.as_str(), taken[0].is_recalled), ("A", 0));
    for (id, base_quantity) in [(650, 40), (651, 60)] {
        take_less(conn, taken[0].id, base_quantity).await.unwrap();
        let more = NewAllocation { id: AllocationId::from_i64(id), line: TEA, batch: other, base_quantity };
        take_more(conn, ORDER, more).await.unwrap();
        let change = NewGoodsChange {
            id: GoodsChangeId::from_i64(id),
            order: ORDER,
            line: TEA,
            from: former,
            to: other,
            base_quantity,
            reason: "damaged",
            user: USER,
            at_ms: T,
        };
        insert_goods_change(conn, &change).await.unwrap();
    }
    let taken = list_parcel_goods(conn, PARCEL).await.unwrap();
    assert_eq!(taken.iter().map(|row| (row.batch_id, row.base_quantity)).collect::<Vec<_>>(), [(other, 100)]);
    let changes = list_goods_changes(conn, ORDER).await.unwrap();
    let told: Vec<_> = changes
        .iter()
        .map(|row| (row.from_code.as_str(), row.to_code.as_str(), row.base_quantity, row.reason.as_str()))
        .collect();
    assert_eq!(told, [("A", "B", 60, "damaged"), ("A", "B", 40, "damaged")], "the latest first");
    assert_eq!((changes[0].parcel_id, changes[0].user_name.as_str()), (PARCEL, "茶友"));

    figures::take_off_order(conn, ORDER).await.unwrap();
    let part = |collective: i64, amount: i64| AttributionPart {
        collective: CollectiveId::from_i64(collective),
        amount: Fen::new(amount),
    };
    for parts in [vec![part(42, 5_000)], vec![part(42, 2_000), part(4, 3_000)]] {
        let rows = books::list_attributions(conn, ORDER).await.unwrap();
        let rows: Vec<_> = rows.into_iter().filter(|row| row.line_id == TEA).collect();
        let named: Vec<_> =
            parts.iter().zip(660..).map(|(part, id)| (AttributionId::from_i64(id), *part)).collect();
        books::replace_parts(conn, &rows, &named).await.unwrap();
    }
    figures::add_order(conn, ORDER).await.unwrap();
    let rows = books::list_attributions(conn, ORDER).await.unwrap();
    let rows: Vec<_> = rows
        .iter()
        .filter(|row| row.line_id == TEA)
        .map(|row| (row.collective_id.get(), row.amount_fen.get(), row.status.as_str()))
        .collect();
    assert_eq!(rows, [(4, 3_000, "pending"), (42, 2_000, "pending")]);
    assert!(audit_books::list_wrong_splits(conn).await.unwrap().is_empty());
    assert!(figures::list_wrong_figures(conn).await.unwrap().is_empty());
}

/// What was changed before a parcel left is never changed or taken back.
#[tokio::test]
async fn changes_of_goods_stay() {
    on_both(async |db: &Db| {
        scenario(db).await;
        for statement in ["UPDATE goods_changes SET reason = ''", "DELETE FROM goods_changes"] {
            let mut tx = db.write().await.unwrap();
            assert!((&mut *tx).execute(statement).await.is_err(), "{statement}");
        }
    })
    .await;
}

async fn finding(conn: &mut Conn) {
    let ids = |rows: Vec<crate::parcels::ParcelRow>| rows.into_iter().map(|row| row.id).collect::<Vec<_>>();
    assert_eq!(ids(list_parcels_of_number(conn, TEAM, "N200").await.unwrap()), [PARCEL, NEW]);
    assert!(list_parcels_of_number(conn, TeamId::from_i64(7), "N200").await.unwrap().is_empty());
    let paid_at_ms = 1_741_536_000_000;
    assert_eq!(crate::day::count_late(conn, TEAM, None, paid_at_ms + 1).await.unwrap(), 2);
    assert_eq!(crate::day::count_late(conn, TEAM, None, paid_at_ms).await.unwrap(), 0);
    update_shipped(conn, NEW, "中国邮政", "E1", T).await.unwrap();
    assert_eq!(ids(list_parcels_of_tracking(conn, TEAM, "E1").await.unwrap()), [NEW]);
    assert!(list_parcels_of_tracking(conn, TEAM, "").await.unwrap().is_empty(), "no number is nobody's");
    assert_eq!(crate::day::count_late(conn, TEAM, None, paid_at_ms + 1).await.unwrap(), 1);
    update_parcel_status(conn, PARCEL, domain::parcel::ParcelStatus::Cancelled).await.unwrap();
}

fn event(id: i64, digest: &str, happened_at_ms: i64) -> EventRow {
    EventRow {
        id: CarrierEventId::from_i64(id),
        number_digest: "n".to_owned(),
        event_digest: digest.to_owned(),
        status: CarrierStatus::InTransit,
        place: "西安".to_owned(),
        happened_at_ms,
        received_at_ms: T,
        source: "file".to_owned(),
        team_id: Some(TEAM.get()),
        user_id: Some(9),
    }
}

async fn telling(conn: &mut Conn) {
    for (id, digest, at_ms) in [(1, "a", T), (2, "b", T + 5)] {
        assert!(insert_event(conn, &event(id, digest, at_ms)).await.unwrap());
    }
    assert!(!insert_event(conn, &event(3, "a", T)).await.unwrap(), "told before");
    assert!(has_event(conn, "a", TEAM).await.unwrap() && !has_event(conn, "c", TEAM).await.unwrap());
    assert!(!has_event(conn, "a", TeamId::from_i64(7)).await.unwrap(), "a file is its team's");
    // A file that came before files were a team's own is shown to nobody, so it may come again.
    assert!(insert_event(conn, &EventRow { team_id: None, ..event(4, "old", T) }).await.unwrap());
    assert!(!has_event(conn, "old", TEAM).await.unwrap());
    assert!(
        insert_event(
            conn,
            &EventRow {
                source: "webhook".to_owned(),
                team_id: None,
                user_id: None,
                number_digest: "w".to_owned(),
                ..event(5, "hook", T)
            }
        )
        .await
        .unwrap()
    );
    assert!(has_event(conn, "hook", TEAM).await.unwrap());
    let told = list_events(conn, "n", TEAM, 9).await.unwrap();
    assert_eq!(told, [event(2, "b", T + 5), event(1, "a", T)], "the latest first");
    assert!(list_events(conn, "m", TEAM, 9).await.unwrap().is_empty());
    assert!(
        list_events(conn, "n", TeamId::from_i64(7), 9).await.unwrap().is_empty(),
        "a file is about its team's parcels"
    );
}

async fn lists(conn: &mut Conn) {
    let list = |id: i64, at_ms: i64| DeskListRow {
        id: DeskListId::from_i64(id),
        team_id: TEAM,
        user_id: USER,
        kind: ListKind::Numbers,
        content: "[]".to_owned(),
        created_at_ms: at_ms,
    };
    for at in 1..=3 {
        insert_list(conn, &list(at, T + at)).await.unwrap();
    }
    let find = async |conn: &mut Conn, id: i64, team: TeamId, since_ms: i64| {
        find_list(conn, DeskListId::from_i64(id), team, since_ms).await.unwrap()
    };
    assert_eq!(find(conn, 3, TEAM, T).await, Some(list(3, T + 3)));
    assert_eq!(find(conn, 3, TEAM, T + 4).await, None, "too old");
    assert_eq!(find(conn, 3, TeamId::from_i64(7), T).await, None, "another team's");
    delete_earlier_lists(conn, USER, 2).await.unwrap();
    assert_eq!(find(conn, 1, TEAM, T).await, None);
    assert_eq!(purge_lists(conn, T + 3).await.unwrap(), 1);
    assert!(find(conn, 3, TEAM, T).await.is_some());
}

/// What a carrier told is never changed or taken back.
#[tokio::test]
async fn what_a_carrier_told_stays() {
    on_both(async |db: &Db| {
        let mut tx = db.write().await.unwrap();
        super::insert_places(&mut tx).await;
        insert_event(&mut tx, &event(1, "a", T)).await.unwrap();
        tx.commit().await.unwrap();
        for statement in ["UPDATE carrier_events SET place = ''", "DELETE FROM carrier_events"] {
            let mut tx = db.write().await.unwrap();
            assert!((&mut *tx).execute(statement).await.is_err(), "{statement}");
        }
    })
    .await;
}
