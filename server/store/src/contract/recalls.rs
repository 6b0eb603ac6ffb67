//! Recalls, on both engines: what has goods of the harvest, what may not leave, what is not for sale any more.

use domain::ids::{AfterSaleId, LineId, OrderId, ParcelId, RecallId, RecallRefundId, TeamId};
use domain::money::Fen;
use domain::stock::movement::{MovementKind, RecallReason, RecallStage};
use sqlx::Executor;

use super::movements::{BATCH, GRANDPART, ORDER, PARCEL, PART, PRODUCT, T, TEAM, TODAY, USER};
use super::on_both;
use crate::movements::{MovementFilter, list_movements, list_parcel_batches, list_sold_to_pack};
use crate::recalls::*;
use crate::{Conn, Db, StoreError, audit_books, stock};

const REPLACEMENT: ParcelId = ParcelId::from_i64(91);

pub(crate) async fn scenario(db: &Db) {
    super::movements::scenario(db).await;
    let mut tx = db.write().await.unwrap();
    recalls(&mut tx).await;
    replacements(&mut tx).await;
    refunds(&mut tx).await;
    tx.commit().await.unwrap();
}

async fn recalls(conn: &mut Conn) {
    let affected = list_affected(conn, BATCH).await.unwrap();
    let seen: Vec<_> = affected
        .iter()
        .map(|row| (row.order_number.as_str(), row.parcel_status.as_str(), row.base_quantity))
        .collect();
    assert_eq!(seen, [("XJ1", "to_pack", 125), ("XJ2", "awaiting_payment", 125)]);
    told_at_the_account(conn).await;
    assert!(!lock_holds(conn, OrderId::from_i64(60)).await.unwrap());
    assert!(list_recalled_in_parcel(conn, PARCEL).await.unwrap().is_empty());
    let expired = list_expired_in_parcel(conn, PARCEL, "2025-07-02").await.unwrap();
    assert_eq!(expired, [ExpiredRow { code: "B1".to_owned(), expires_on: "2025-07-01".to_owned() }]);
    let last_day = list_expired_in_parcel(conn, PARCEL, "2025-07-01").await.unwrap();
    assert_eq!(last_day, [], "on its last day it may leave");
    assert_eq!(find_recall_of_batch(conn, BATCH).await.unwrap(), None);
    let recall = RecallRow {
        id: RecallId::from_i64(80),
        batch_id: PART,
        product_id: PRODUCT,
        team_id: TEAM,
        reason: RecallReason::Quality,
        notice: "请停止饮用".to_owned(),
        user_id: USER,
        at_ms: T,
    };
    let family = [BATCH, PART];
    for batch in family {
        assert!(stop_sale(conn, batch, T).await.unwrap());
        assert!(!stop_sale(conn, batch, T + 1).await.unwrap(), "once");
    }
    insert_recall(conn, &recall, &family).await.unwrap();
    insert_recall_line(conn, recall.id, &affected[0], RecallStage::ToPack, true).await.unwrap();
    insert_recall_line(conn, recall.id, &affected[1], RecallStage::Unpaid, false).await.unwrap();
    assert_eq!(get_recall(conn, recall.id).await.unwrap(), recall);
    assert!(matches!(get_recall(conn, RecallId::from_i64(81)).await, Err(StoreError::NotFound(_))));
    assert_eq!(find_recall_of_batch(conn, BATCH).await.unwrap().as_ref(), Some(&recall));
    assert_eq!(list_recalled_codes(conn, recall.id).await.unwrap(), ["B1", "B1-S1"]);
    let lines = list_recall_lines(conn, recall.id).await.unwrap();
    assert_eq!(
        lines.iter().map(|line| (line.line_id, line.stage, line.is_mailed)).collect::<Vec<_>>(),
        [(LineId::from_i64(52), RecallStage::ToPack, 1), (LineId::from_i64(62), RecallStage::Unpaid, 0)]
    );
    assert_eq!(list_unpaid_orders(conn, recall.id).await.unwrap(), [OrderId::from_i64(60)]);
    assert!(lock_holds(conn, OrderId::from_i64(60)).await.unwrap());
    assert!(!lock_holds(conn, ORDER).await.unwrap(), "nothing of it is set aside any more");
    lock_parcel_batches(conn, PARCEL).await.unwrap();
    assert_eq!(list_recalled_in_parcel(conn, PARCEL).await.unwrap(), ["B1"]);
    let packed = list_parcel_batches(conn, PARCEL).await.unwrap();
    let seen: Vec<_> =
        packed.iter().map(|row| (row.code.as_str(), row.place_name.as_str(), row.is_recalled)).collect();
    assert_eq!(seen, [("B1", "佐龙仓", 1)]);
    assert_eq!(packed[0].expires_on.as_deref(), Some("2025-07-01"));
    assert_eq!((packed[0].line_id, packed[0].base_quantity), (LineId::from_i64(52), 125));
    let told = list_order_recalls(conn, ORDER).await.unwrap();
    assert_eq!((told.len(), told[0].batch_code.as_str(), told[0].notice.as_str()), (1, "B1", "请停止饮用"));
    let mine = crate::orders::list_user_orders(conn, USER, i64::MAX, 9).await.unwrap();
    assert_eq!((mine.len(), mine[0].number.as_str(), mine[0].recalled_lines), (1, "XJ2", 1));
    let held = list_recalled_of_order(conn, ORDER).await.unwrap();
    assert_eq!(held, [RecalledLineRow { line_id: LineId::from_i64(52), base_quantity: 125 }]);
    assert!(
        list_recalled_of_order(conn, OrderId::from_i64(60)).await.unwrap().is_empty(),
        "nothing was paid"
    );
    for team in [None, Some(TEAM)] {
        assert_eq!(list_recalls(conn, RecallFilter::all(team), 9, 0).await.unwrap()[0].id, recall.id);
    }
    let all = RecallFilter::all(None);
    assert_eq!(list_recalls(conn, all, 9, 1).await.unwrap(), [], "page by page");
    let own = RecallFilter { reason: Some(recall.reason), until_ms: recall.at_ms + 1, ..all };
    assert_eq!(list_recalls(conn, own, 9, 0).await.unwrap().len(), 1);
    for none in [
        RecallFilter::all(Some(TeamId::from_i64(7))),
        RecallFilter { reason: Some(RecallReason::Papers), ..all },
        RecallFilter { from_ms: recall.at_ms + 1, ..all },
        RecallFilter { until_ms: recall.at_ms, ..all },
    ] {
        assert_eq!(list_recalls(conn, none, 9, 0).await.unwrap(), [], "{none:?}");
    }
    assert_eq!(list_recalled_batches(conn, recall.id).await.unwrap(), family);
    let open: Vec<RecallId> =
        list_unfinished(conn, TEAM, 9).await.unwrap().into_iter().map(|row| row.id).collect();
    assert_eq!(open, [recall.id], "goods are left and a parcel stands still");
    assert!(list_unfinished(conn, TeamId::from_i64(7), 9).await.unwrap().is_empty());
    assert_eq!(list_parcels_to_refund(conn, recall.id).await.unwrap(), [(PARCEL, ORDER)]);
    nothing_recalled_is_for_sale(conn).await;
}

/// An order without an address is told of at the one that its account has proved.
async fn told_at_the_account(conn: &mut Conn) {
    conn.execute("UPDATE orders SET user_id = 9 WHERE id = 60").await.unwrap();
    crate::people::insert_login_name(conn, "own@example.org", "email", USER).await.unwrap();
    let addresses = async |conn: &mut Conn| -> Vec<String> {
        list_affected(conn, BATCH).await.unwrap().into_iter().map(|row| row.email).collect()
    };
    assert_eq!(addresses(conn).await, ["a@example.org", ""], "nobody has proved it");
    assert!(crate::mail::verify_login_name(conn, USER, "own@example.org", T).await.unwrap());
    assert_eq!(addresses(conn).await, ["a@example.org", "own@example.org"]);
    let mine = crate::orders::list_user_orders(conn, USER, i64::MAX, 9).await.unwrap();
    assert_eq!(mine[0].recalled_lines, 0, "not yet");
}

async fn nothing_recalled_is_for_sale(conn: &mut Conn) {
    let left = stock::list_offers(conn, &[PRODUCT], TODAY).await.unwrap();
    assert_eq!(left.iter().map(|row| row.batch_id).collect::<Vec<_>>(), [GRANDPART]);
    assert!(stock::lock_offer(conn, BATCH, TODAY).await.unwrap().is_none());
    assert!(!stock::hold(conn, BATCH, 1).await.unwrap());
    assert_eq!(crate::catalogue::sum_available(conn, PRODUCT, TODAY).await.unwrap(), 50);
    let next = crate::catalogue::find_next_batch(conn, PRODUCT, TODAY).await.unwrap().unwrap();
    assert_eq!(next.code, "B1-S2");
    let cards = crate::catalogue::list_cards(conn, &[PRODUCT.get()], TODAY).await.unwrap();
    assert_eq!(cards[0].available, 50);
    let listed = crate::listing::list_listings(conn, &crate::listing::ListingFilter::all(TEAM), TODAY, 9, 0)
        .await
        .unwrap();
    assert_eq!(listed[0].stock, 50);
    assert!(stock::release(conn, BATCH, 125).await.unwrap(), "what was set aside may come back all the same");
    assert!(stock::take_back(conn, BATCH, 125).await.unwrap());
    assert_eq!(
        crate::catalogue::sum_available(conn, PRODUCT, TODAY).await.unwrap(),
        50,
        "and is not sold again"
    );
}

/// The buyer of the paid order sent the piece back and waits for another one, which is of a recalled part.
async fn replacements(conn: &mut Conn) {
    for statement in [
        "UPDATE parcels SET status = 'received' WHERE id = 51",
        "UPDATE batches SET sold = sold + 125, available = available - 125 WHERE id = 32",
        "INSERT INTO parcels (id, order_id, team_id, place_id, status, freight_fen, created_at_ms) \
         VALUES (91, 50, 6, 21, 'to_pack', 0, 9)",
        "INSERT INTO after_sales (id, order_id, parcel_id, team_id, town_id, kind, reason, status, asked_at_ms, \
         taken_back_at_ms, replacement_parcel_id) \
         VALUES (90, 50, 51, 6, 2, 'exchange', 'damaged', 'replacing', 8, 9, 91)",
        "INSERT INTO after_sale_goods (id, after_sale_id, line_id, batch_id, base_quantity, status) \
         VALUES (5000, 90, 52, 32, 125, 'written_off'), (93, 90, 52, 33, 125, 'held')",
        "UPDATE batches SET sold = sold - 125, written_off = written_off + 125 WHERE id = 32",
        "UPDATE batches SET available = available - 125, held = held + 125 WHERE id = 33",
    ] {
        conn.execute(statement).await.unwrap();
    }
    assert!(
        list_affected(conn, BATCH).await.unwrap().iter().all(|row| row.order_id != ORDER),
        "it came back"
    );
    let waiting = list_affected(conn, PART).await.unwrap();
    assert_eq!(
        waiting
            .iter()
            .map(|row| (row.parcel_id, row.is_replacement_here, row.base_quantity))
            .collect::<Vec<_>>(),
        [(REPLACEMENT, 1, 125)]
    );
    lock_parcel_batches(conn, REPLACEMENT).await.unwrap();
    assert_eq!(list_recalled_in_parcel(conn, REPLACEMENT).await.unwrap(), ["B1-S1"]);
    assert_eq!(list_expired_in_parcel(conn, REPLACEMENT, "2025-07-02").await.unwrap()[0].code, "B1-S1");
    let packed = list_parcel_batches(conn, REPLACEMENT).await.unwrap();
    assert_eq!((packed.len(), packed[0].code.as_str(), packed[0].base_quantity), (1, "B1-S1", 125));
    assert!(
        list_recalled_in_parcel(conn, PARCEL).await.unwrap().is_empty(),
        "nothing of it is there any more"
    );
    assert_eq!(list_expired_in_parcel(conn, PARCEL, "2025-07-02").await.unwrap(), []);
    assert_eq!(list_sold_to_pack(conn, PRODUCT).await.unwrap(), []);
    let held = list_recalled_of_order(conn, ORDER).await.unwrap();
    assert!(held.is_empty(), "what was here when it was recalled did not leave");
    // What came back and is lost stands among what was done to the batch, and the books add up with it.
    let lost = list_movements(conn, MovementFilter::all(PRODUCT, Some(BATCH)), i64::MAX, 1).await.unwrap();
    assert_eq!(
        (lost[0].kind, lost[0].written_off_change, lost[0].at_ms, lost[0].cause_id),
        (MovementKind::Returned, 125, 9, Some(90))
    );
    assert_eq!(audit_books::list_wrong_movements(conn).await.unwrap(), []);
    // Other goods are set aside instead, and leave.
    let held = list_recalled_replacements(conn, PART).await.unwrap();
    assert_eq!(
        held,
        [RecalledGoodsRow {
            id: 93,
            after_sale_id: AfterSaleId::from_i64(90),
            order_id: ORDER,
            line_id: LineId::from_i64(52),
            batch_id: PART,
            base_quantity: 125
        }]
    );
    assert!(release_goods(conn, 93).await.unwrap());
    assert!(!release_goods(conn, 93).await.unwrap(), "once");
    assert!(list_recalled_replacements(conn, PART).await.unwrap().is_empty());
    assert!(list_recalled_in_parcel(conn, REPLACEMENT).await.unwrap().is_empty());
}

/// A list of what is refunded, from the one who asks to the last parcel.
async fn refunds(conn: &mut Conn) {
    let recall_id = RecallId::from_i64(80);
    assert!(list_parcels_to_refund(conn, recall_id).await.unwrap().is_empty(), "it has left");
    assert_eq!(find_recall_refund(conn, recall_id).await.unwrap(), None);
    let asked = RecallRefundRow {
        id: RecallRefundId::from_i64(85),
        recall_id,
        amount_fen: Fen::new(600),
        needs_second: 1,
        asked_by: USER,
        asked_at_ms: T,
        confirmed_by: None,
        confirmed_at_ms: None,
        closed_at_ms: None,
        withdrawn_by: None,
        withdrawn_at_ms: None,
        withdrawn_reason: String::new(),
    };
    let parcel = RefundParcelRow { parcel_id: PARCEL, order_id: ORDER, amount_fen: Fen::new(600) };
    // One that was given up makes way for another one.
    let given_up = RecallRefundRow { id: RecallRefundId::from_i64(84), ..asked.clone() };
    insert_recall_refund(conn, &given_up, &[parcel]).await.unwrap();
    assert!(withdraw_recall_refund(conn, given_up.id, USER, "漏了一单", T + 1).await.unwrap());
    assert!(!withdraw_recall_refund(conn, given_up.id, USER, "", T + 2).await.unwrap(), "once");
    let withdrawn = RecallRefundRow {
        closed_at_ms: Some(T + 1),
        withdrawn_by: Some(USER.get()),
        withdrawn_at_ms: Some(T + 1),
        withdrawn_reason: "漏了一单".to_owned(),
        ..given_up
    };
    assert_eq!(find_recall_refund(conn, recall_id).await.unwrap(), Some(withdrawn));
    insert_recall_refund(conn, &asked, &[parcel]).await.unwrap();
    assert_eq!(find_recall_refund(conn, recall_id).await.unwrap().as_ref(), Some(&asked));
    assert_eq!(lock_recall_refund(conn, asked.id).await.unwrap(), asked);
    let missing = lock_recall_refund(conn, RecallRefundId::from_i64(86)).await;
    assert!(matches!(missing, Err(StoreError::NotFound(_))));
    assert!(confirm_recall_refund(conn, asked.id, USER, T + 1).await.unwrap());
    assert!(!confirm_recall_refund(conn, asked.id, USER, T + 2).await.unwrap(), "once");
    assert!(!withdraw_recall_refund(conn, asked.id, USER, "", T + 2).await.unwrap(), "it was confirmed");
    assert_eq!(list_refund_buyers(conn, asked.id).await.unwrap().len(), 1);
    assert_eq!(list_waiting_refunds(conn, asked.id).await.unwrap(), [parcel]);
    assert!(take_refund_parcel(conn, asked.id, PARCEL, T + 3).await.unwrap());
    assert!(!take_refund_parcel(conn, asked.id, PARCEL, T + 4).await.unwrap(), "each once");
    assert!(list_waiting_refunds(conn, asked.id).await.unwrap().is_empty());
    update_refund_after_sale(conn, asked.id, PARCEL, AfterSaleId::from_i64(90)).await.unwrap();
    let progress = get_refund_progress(conn, asked.id).await.unwrap();
    assert_eq!(progress, RefundProgressRow { parcels: 1, done: 1, refunded: 1 });
    close_recall_refund(conn, asked.id, T + 5).await.unwrap();
    let ended = find_recall_refund(conn, recall_id).await.unwrap().unwrap();
    assert_eq!((ended.confirmed_at_ms, ended.closed_at_ms), (Some(T + 1), Some(T + 5)));
}

#[tokio::test]
async fn movements_corrections_and_recalls_are_append_only() {
    on_both(async |db| {
        scenario(db).await;
        for (table, column) in [
            ("stock_movements", "batch_id"),
            ("stocktakes", "product_id"),
            ("stocktake_lines", "counted"),
            ("input_corrections", "batch_id"),
            ("input_correction_lines", "new_weight_g"),
            ("recalls", "batch_id"),
            ("recall_batches", "batch_id"),
            ("recall_lines", "batch_id"),
        ] {
            for statement in [format!("UPDATE {table} SET {column} = 33"), format!("DELETE FROM {table}")] {
                let mut tx = db.write().await.unwrap();
                let refused = tx.execute(sqlx::AssertSqlSafe(statement.clone())).await.unwrap_err();
                assert!(refused.to_string().contains("append-only"), "{statement}: {refused}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_batch_has_no_second_recall() {
    on_both(async |db| {
        scenario(db).await;
        let mut tx = db.write().await.unwrap();
        let first = get_recall(&mut tx, RecallId::from_i64(80)).await.unwrap();
        let second = RecallRow { id: RecallId::from_i64(82), ..first };
        let refused = insert_recall(&mut tx, &second, &[BATCH]).await;
        assert!(matches!(refused, Err(StoreError::AlreadyExists)), "{refused:?}");
    })
    .await;
}
