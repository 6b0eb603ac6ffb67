//! After-sales: what is asked, what moves because of it, who waits for what, and what the check of the books notices.

mod lists;

use std::collections::BTreeSet;

use domain::after_sale::{AfterSaleKind, AfterSaleNote, AfterSaleReason, AfterSaleStatus, ReturnRule, Side};
use domain::ids::*;
use domain::money::Fen;
use domain::parcel::ParcelStatus;
use sqlx::Executor;

use super::catalogue::insert_catalogue;
use crate::after_sales::*;
use crate::media::{delete_erased, find_media, is_erased, list_erased, mark_unused};
use crate::{Conn, Db, audit_books};

const ORDER: OrderId = OrderId::from_i64(200);
const PARCEL: ParcelId = ParcelId::from_i64(210);
const REPLACEMENT: ParcelId = ParcelId::from_i64(212);
const TEA: LineId = LineId::from_i64(220);
const DENDROBIUM: LineId = LineId::from_i64(221);
const TEAM: TeamId = TeamId::from_i64(6);
const ONE: AfterSaleId = AfterSaleId::from_i64(500);
const TWO: AfterSaleId = AfterSaleId::from_i64(501);
const T: i64 = 1_750_000_000_000;

pub(super) async fn scenario(db: &Db) {
    let mut tx = db.write().await.unwrap();
    insert_catalogue(&mut tx).await;
    for statement in [
        "UPDATE orders SET user_id = 9 WHERE id = 200",
        "UPDATE parcels SET status = 'to_pack'",
        "UPDATE attributions SET reversed_fen = 0",
        "UPDATE batches SET available = 800, sold = 200 WHERE id = 120",
        "UPDATE batches SET available = 9, sold = 1 WHERE id = 123",
        "INSERT INTO allocations (id, line_id, order_id, batch_id, base_quantity, status) VALUES \
         (300, 220, 200, 120, 200, 'sold'), (301, 221, 200, 123, 1, 'sold')",
        "INSERT INTO payments (id, order_id, method, status, amount_fen, created_at_ms, checked_at_ms) \
         VALUES (400, 200, 'online', 'captured', 30600, 1, 1)",
        "INSERT INTO journal_entries (id, kind, order_id, payment_id, at_ms, cause) \
         VALUES (231, 'apply', 200, 400, 1, 'apply:200')",
        "INSERT INTO parcels (id, order_id, team_id, place_id, status, freight_fen, created_at_ms) \
         VALUES (212, 200, 6, 60, 'to_pack', 0, 2)",
    ] {
        (&mut *tx).execute(statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    rules(&mut tx).await;
    asking(&mut tx).await;
    talking(&mut tx).await;
    lists::are_narrowed(&mut tx).await;
    settling(&mut tx).await;
    goods(&mut tx).await;
    forgetting(&mut tx).await;
    tx.commit().await.unwrap();
}

fn asked(id: AfterSaleId, kind: AfterSaleKind) -> AfterSaleRow {
    AfterSaleRow {
        id,
        order_id: ORDER,
        parcel_id: PARCEL,
        team_id: TEAM,
        town_id: TownId::from_i64(2),
        kind,
        reason: AfterSaleReason::ChangedMind,
        status: AfterSaleStatus::Requested,
        asked_by: Some(9),
        asked_at_ms: T,
        due_at_ms: Some(T + 1),
        agreed_by: None,
        agreed_at_ms: None,
        confirmed_by: None,
        carrier: String::new(),
        tracking_number: String::new(),
        sent_back_at_ms: None,
        taken_back_at_ms: None,
        goods_fen: Fen::ZERO,
        freight_fen: Fen::ZERO,
        refund_id: None,
        replacement_parcel_id: None,
        closed_at_ms: None,
        asked_fen: None,
        offered_fen: None,
        granted_fen: None,
        postage_asked_fen: None,
        postage_fen: Fen::ZERO,
        version: 1,
    }
}

fn pieces(after_sale: AfterSaleId, line: LineId, quantity: i64) -> AfterSaleLineRow {
    AfterSaleLineRow {
        after_sale_id: after_sale,
        line_id: line,
        quantity,
        damage_permille: 1000,
        value_fen: Fen::ZERO,
        refunded_fen: Fen::ZERO,
    }
}

/// What a listing declares is frozen with the order.
async fn rules(conn: &mut Conn) {
    let shown = async |conn: &mut Conn| -> Vec<ReturnRule> {
        list_line_rules(conn, ORDER).await.unwrap().into_iter().map(|row| row.return_rule).collect()
    };
    let tea = ProductId::from_i64(100);
    let holds = async |conn: &mut Conn| {
        let row = find_product_rule(conn, tea).await.unwrap().unwrap();
        (row.return_rule, row.declared())
    };
    assert_eq!(holds(conn).await, (ReturnRule::SevenDays, None));
    assert_eq!(shown(conn).await, [ReturnRule::SevenDays, ReturnRule::Perishable], "by food class");
    put_product_rule(conn, tea, ReturnRule::Perishable, T).await.unwrap();
    put_product_rule(conn, tea, ReturnRule::MadeToOrder, T).await.unwrap();
    assert_eq!(holds(conn).await, (ReturnRule::MadeToOrder, Some(ReturnRule::MadeToOrder)));
    delete_product_rule(conn, tea).await.unwrap();
    assert_eq!(holds(conn).await, (ReturnRule::SevenDays, None), "its food class speaks again");
    put_product_rule(conn, tea, ReturnRule::MadeToOrder, T).await.unwrap();
    for _twice in 0..2 {
        insert_line_rules(conn, ORDER, true).await.unwrap();
    }
    put_product_rule(conn, tea, ReturnRule::SevenDays, T).await.unwrap();
    assert_eq!(shown(conn).await, [ReturnRule::MadeToOrder, ReturnRule::Perishable], "as on the day");
    assert_eq!(list_line_rules(conn, ORDER).await.unwrap()[0].town_id, TownId::from_i64(2));
    // What needs the buyer's word is frozen by it, and is nothing without it.
    put_product_rule(conn, tea, ReturnRule::OnceOpened, T).await.unwrap();
    let forgotten = "DELETE FROM line_return_rules WHERE line_id = 220";
    conn.execute(forgotten).await.unwrap();
    assert_eq!(shown(conn).await[0], ReturnRule::SevenDays, "nobody was asked");
    for (is_confirmed, expected) in [(true, ReturnRule::OnceOpened), (false, ReturnRule::SevenDays)] {
        conn.execute(forgotten).await.unwrap();
        insert_line_rules(conn, ORDER, is_confirmed).await.unwrap();
        assert_eq!(shown(conn).await[0], expected);
    }
    let sale = crate::carts::find_sale_variant(conn, VariantId::from_i64(110)).await.unwrap();
    assert!(sale.is_none_or(|sale| sale.asks_for_word()), "the checkout asks");
    put_product_rule(conn, tea, ReturnRule::SevenDays, T).await.unwrap();
}

async fn asking(conn: &mut Conn) {
    insert_after_sale(conn, &asked(ONE, AfterSaleKind::RefundUnshipped)).await.unwrap();
    insert_after_sale_line(conn, &pieces(ONE, TEA, 1)).await.unwrap();
    assert_eq!(find_after_sale(conn, ONE).await.unwrap().unwrap().status, AfterSaleStatus::Requested);
    assert_eq!(find_after_sale(conn, TWO).await.unwrap().map(|row| row.id), None);
    assert_eq!(lock_after_sale(conn, ONE).await.unwrap().version, 2);
    assert_eq!(list_lines(conn, ONE).await.unwrap(), [pieces(ONE, TEA, 1)]);
    let claimed = list_claimed(conn, ORDER).await.unwrap();
    assert_eq!(claimed, [ClaimedRow { line_id: TEA, claimed: 1, recalled: 0, settled: 0 }]);
    assert_eq!(count_open_of_order(conn, ORDER).await.unwrap(), 1);
    assert_eq!(count_in_effect(conn, ORDER).await.unwrap(), 1);
    assert_eq!(count_open_unshipped(conn, PARCEL).await.unwrap(), 1);
    assert_eq!(count_of_parcel(conn, PARCEL).await.unwrap(), 1);
}

async fn talking(conn: &mut Conn) {
    let message = MessageRow {
        id: AfterSaleMessageId::from_i64(600),
        after_sale_id: ONE,
        side: Side::Buyer,
        user_id: Some(9),
        note: AfterSaleNote::Asked,
        body: "不想要了".to_owned(),
        at_ms: T,
        amount_fen: Some(1_000),
    };
    insert_message(conn, &message).await.unwrap();
    insert_message_photo(conn, message.id, 0, MediaId::from_i64(70)).await.unwrap();
    conn.execute(
        "INSERT INTO media (id, content_hash, width, height, placeholder, sizes, created_at_ms) \
         VALUES (75, 'zz', 4, 3, '', '4', 1)",
    )
    .await
    .unwrap();
    insert_message_photo(conn, message.id, 1, MediaId::from_i64(75)).await.unwrap();
    let said = list_messages(conn, ONE).await.unwrap();
    assert_eq!((said.len(), said[0].note, said[0].body.as_str()), (1, AfterSaleNote::Asked, "不想要了"));
    assert_eq!(said[0].amount_fen, Some(1_000));
    let photos = list_message_photos(conn, ONE).await.unwrap();
    assert_eq!((photos[0].message_id, photos[0].content_hash.as_str()), (message.id, "aa"));
    assert_eq!(count_messages(conn, ONE).await.unwrap(), 1);
}

/// One of two pieces of tea is given back before it left; then the check notices each thing that is not as it should be.
async fn settling(conn: &mut Conn) {
    assert_eq!(find_applied_payment(conn, ORDER).await.unwrap(), Some(PaymentId::from_i64(400)));
    let tea =
        AfterSaleLineRow { value_fen: Fen::new(5_000), refunded_fen: Fen::new(5_000), ..pieces(ONE, TEA, 1) };
    update_line_amounts(conn, &tea).await.unwrap();
    conn.execute(
        "INSERT INTO refunds (id, payment_id, order_id, amount_fen, reason, status, created_at_ms) \
         VALUES (401, 400, 200, 5000, 'after_sale', 'requested', 2)",
    )
    .await
    .unwrap();
    let mut row = find_after_sale(conn, ONE).await.unwrap().unwrap();
    row.status = AfterSaleStatus::Settled;
    (row.due_at_ms, row.refund_id, row.goods_fen) = (None, Some(401), Fen::new(5_000));
    update_after_sale(conn, &row).await.unwrap();
    let wrong = list_wrong_after_sales(conn).await.unwrap();
    assert_eq!((wrong.len(), wrong[0].subject.as_str(), wrong[0].found), (1, "T-100", 0), "villages kept it");
    conn.execute("UPDATE attributions SET reversed_fen = 3500 WHERE id = 1").await.unwrap();
    conn.execute("UPDATE attributions SET reversed_fen = 1500 WHERE id = 2").await.unwrap();
    assert_eq!(list_wrong_after_sales(conn).await.unwrap(), []);
    conn.execute("UPDATE refunds SET amount_fen = 4999 WHERE id = 401").await.unwrap();
    let wrong = list_wrong_after_sales(conn).await.unwrap();
    assert_eq!((wrong[0].expected, wrong[0].found), (5_000, 4_999));
    conn.execute("UPDATE refunds SET amount_fen = 5000 WHERE id = 401").await.unwrap();
    let gone = get_gone_goods(conn, PARCEL).await.unwrap();
    assert_eq!((gone.faulty_fen, gone.freight_fen), (Fen::ZERO, Fen::ZERO), "nobody's fault");
    assert_eq!(gone.unconfirmed_fen, Fen::new(5_000), "nobody has looked at it a second time");
    assert_eq!(gone.team_fen, Fen::ZERO, "its parcel has not left");
    (row.freight_fen, row.postage_fen, row.postage_asked_fen) = (Fen::new(900), Fen::new(700), Some(1_200));
    update_after_sale(conn, &row).await.unwrap();
    conn.execute("UPDATE parcels SET status = 'shipped' WHERE id = 210").await.unwrap();
    let gone = get_gone_goods(conn, PARCEL).await.unwrap();
    assert_eq!(
        (gone.freight_fen, gone.team_fen),
        (Fen::new(200), Fen::new(5_900)),
        "the postage is no freight"
    );
    let stored = find_after_sale(conn, ONE).await.unwrap().unwrap();
    assert_eq!((stored.postage_fen, stored.postage_asked_fen), (Fen::new(700), Some(1_200)));
    conn.execute("UPDATE after_sales SET status = 'exchanged' WHERE id = 500").await.unwrap();
    assert_eq!(get_gone_goods(conn, PARCEL).await.unwrap().team_fen, Fen::new(700), "goods went for goods");
    (row.freight_fen, row.postage_fen, row.postage_asked_fen) = (Fen::ZERO, Fen::ZERO, None);
    update_after_sale(conn, &row).await.unwrap();
    conn.execute("UPDATE parcels SET status = 'to_pack' WHERE id = 210").await.unwrap();
    assert_eq!(count_open_unshipped(conn, PARCEL).await.unwrap(), 0);
    assert_eq!(list_refused_unshipped(conn, PARCEL).await.unwrap(), []);
    conn.execute("UPDATE after_sales SET status = 'refused' WHERE id = 500").await.unwrap();
    assert_eq!(list_refused_unshipped(conn, PARCEL).await.unwrap(), [ONE]);
    conn.execute("UPDATE after_sales SET status = 'lapsed', taken_back_at_ms = 5 WHERE id = 500")
        .await
        .unwrap();
    let claimed = list_claimed(conn, ORDER).await.unwrap();
    assert_eq!(
        claimed,
        [ClaimedRow { line_id: TEA, claimed: 1, recalled: 0, settled: 0 }],
        "nobody sends goods back twice"
    );
    conn.execute("UPDATE after_sales SET status = 'settled', taken_back_at_ms = NULL WHERE id = 500")
        .await
        .unwrap();
    let changes = list_pack_changes(conn, TEAM, ParcelStatus::ToPack).await.unwrap();
    assert_eq!(changes, [PackChangeRow { line_id: TEA, pieces: 1 }]);
    take_from_sold_count(conn, 100, 1).await.unwrap();
}

async fn goods(conn: &mut Conn) {
    let batch = BatchId::from_i64(120);
    assert_eq!(list_line_allocations(conn, TEA).await.unwrap(), [(120, 200)]);
    assert!(crate::stock::take_back(conn, batch, 60).await.unwrap());
    assert!(write_off_sold(conn, batch, 40).await.unwrap());
    assert!(!write_off_sold(conn, batch, 1_000).await.unwrap());
    let unexplained = |rows: Vec<audit_books::Mismatch>| rows.iter().any(|row| row.subject == "A");
    assert!(
        unexplained(audit_books::list_wrong_batches(conn).await.unwrap()),
        "goods came back from nowhere"
    );
    insert_goods(conn, 700, ONE, TEA, batch, 60, "restocked").await.unwrap();
    insert_goods(conn, 701, ONE, TEA, batch, 40, "written_off").await.unwrap();
    assert!(!unexplained(audit_books::list_wrong_batches(conn).await.unwrap()));
    assert_eq!(list_line_allocations(conn, TEA).await.unwrap(), [(120, 100)]);
    assert_eq!(list_wrong_goods(conn).await.unwrap(), []);

    let mut exchange = asked(TWO, AfterSaleKind::Exchange);
    exchange.asked_fen = Some(900);
    insert_after_sale(conn, &exchange).await.unwrap();
    insert_after_sale_line(conn, &pieces(TWO, DENDROBIUM, 1)).await.unwrap();
    assert!(crate::stock::hold(conn, BatchId::from_i64(123), 1).await.unwrap());
    insert_goods(conn, 702, TWO, DENDROBIUM, BatchId::from_i64(123), 1, "held").await.unwrap();
    assert_eq!(list_wrong_goods(conn).await.unwrap().len(), 1, "held though nobody agreed");
    exchange.status = AfterSaleStatus::Replacing;
    exchange.replacement_parcel_id = Some(REPLACEMENT.get());
    update_after_sale(conn, &exchange).await.unwrap();
    let limits = async |conn: &mut Conn| {
        let row = find_after_sale(conn, TWO).await.unwrap().unwrap();
        (row.limit(), row.offered_fen)
    };
    assert_eq!(limits(conn).await, (Some(Fen::new(900)), None), "as it was asked for");
    (exchange.offered_fen, exchange.granted_fen) = (Some(300), Some(500));
    update_after_sale(conn, &exchange).await.unwrap();
    assert_eq!(limits(conn).await, (Some(Fen::new(500)), Some(300)), "what was granted counts");
    assert_eq!(list_of_order(conn, ORDER).await.unwrap()[0].offered_fen, Some(300));
    assert_eq!(list_wrong_goods(conn).await.unwrap(), []);
    let wrong = audit_books::list_wrong_batches(conn).await.unwrap();
    assert!(!wrong.iter().any(|row| row.subject == "D"), "{wrong:?}");
    assert_eq!(find_by_replacement(conn, REPLACEMENT).await.unwrap().map(|row| row.id), Some(TWO));
    let sent = list_replacement_lines(conn, TEAM, ParcelStatus::ToPack).await.unwrap();
    assert_eq!((sent[0].parcel_id, sent[0].quantity, sent[0].net_fen), (REPLACEMENT, 1, Fen::ZERO));
    assert_eq!(list_order_replacement_lines(conn, ORDER).await.unwrap().len(), 1);
    assert_eq!(list_goods(conn, TWO).await.unwrap()[0].status, "held");
    // Set free by a refusal before the town granted the exchange: other goods stand in their place.
    insert_goods(conn, 703, TWO, DENDROBIUM, BatchId::from_i64(123), 1, "released").await.unwrap();
    assert_eq!(list_wrong_goods(conn).await.unwrap(), []);
    conn.execute("UPDATE after_sale_goods SET status = 'released' WHERE id = 702").await.unwrap();
    assert_eq!(list_wrong_goods(conn).await.unwrap().len(), 2, "nothing is there to be sent");
    conn.execute("UPDATE after_sale_goods SET status = 'held' WHERE id = 702").await.unwrap();
    conn.execute("DELETE FROM after_sale_goods WHERE id = 703").await.unwrap();
    assert_eq!(
        crate::recalls::list_recalled_in_parcel(conn, REPLACEMENT).await.unwrap(),
        Vec::<String>::new()
    );
    conn.execute("UPDATE batches SET recalled_at_ms = 7 WHERE id = 123").await.unwrap();
    let stopped = crate::recalls::list_recalled_in_parcel(conn, REPLACEMENT).await.unwrap();
    assert_eq!(stopped, ["D"], "a replacement of recalled goods does not leave");
    conn.execute("UPDATE batches SET recalled_at_ms = NULL WHERE id = 123").await.unwrap();
    // The first one came back; what was sent for it can come back as well.
    insert_goods(conn, 703, TWO, DENDROBIUM, BatchId::from_i64(123), 1, "restocked").await.unwrap();
    assert_eq!(list_line_allocations(conn, DENDROBIUM).await.unwrap(), []);
    conn.execute("UPDATE after_sale_goods SET status = 'sold' WHERE id = 702").await.unwrap();
    assert_eq!(list_line_allocations(conn, DENDROBIUM).await.unwrap(), [(123, 1)]);
    conn.execute("UPDATE after_sale_goods SET status = 'held' WHERE id = 702").await.unwrap();
    conn.execute("DELETE FROM after_sale_goods WHERE id = 703").await.unwrap();
    update_goods(conn, TWO, "released").await.unwrap();
    assert_eq!(list_goods(conn, TWO).await.unwrap()[0].status, "released");
    crate::parcels::update_parcel_status(conn, REPLACEMENT, ParcelStatus::Cancelled).await.unwrap();
}

async fn forgetting(conn: &mut Conn) {
    let photos = BTreeSet::from_iter(erase_messages(conn, ORDER).await.unwrap());
    mark_unused(conn, &photos, T).await.unwrap();
    let said = list_messages(conn, ONE).await.unwrap();
    assert_eq!((said.len(), said[0].body.as_str()), (1, ""), "that something was said stays");
    assert_eq!(list_message_photos(conn, ONE).await.unwrap(), []);
    // A listing shows the first photo; the other one is shown nowhere any more.
    assert!(!is_erased(conn, "aa").await.unwrap());
    assert!(is_erased(conn, "zz").await.unwrap());
    assert_eq!(list_erased(conn, T, 10).await.unwrap(), []);
    assert_eq!(list_erased(conn, T + 1, 10).await.unwrap(), [(75, "zz".to_owned())]);
    conn.execute("UPDATE villages SET media_id = 75").await.unwrap();
    assert_eq!(list_erased(conn, T + 1, 10).await.unwrap(), [], "shown again");
    let photo = MediaId::from_i64(75);
    mark_unused(conn, &BTreeSet::from([photo]), T).await.unwrap();
    delete_erased(conn, photo).await.unwrap();
    assert!(find_media(conn, photo).await.unwrap().is_some(), "what is shown stays");
    conn.execute("UPDATE villages SET media_id = NULL").await.unwrap();
    mark_unused(conn, &BTreeSet::from([photo]), T).await.unwrap();
    delete_erased(conn, photo).await.unwrap();
    assert_eq!(find_media(conn, photo).await.unwrap(), None);
}

#[test]
fn everything_that_shows_photos_keeps_them() {
    // Seven columns refer to photos, and `media::is_shown!` names them. An eighth would lose its photos unnamed.
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
    let texts =
        std::fs::read_dir(folder).unwrap().map(|entry| std::fs::read_to_string(entry.unwrap().path()));
    let found: usize = texts.map(|text| text.unwrap().matches("REFERENCES media").count()).sum();
    assert_eq!(found, 7);
}
