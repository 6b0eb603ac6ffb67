//! Collective marks, on both engines: who may use one, what batches have used of it, what bears it.

use std::collections::BTreeSet;

use domain::ids::{
    BatchId, CategoryId, CollectiveId, LineId, MarkId, MarkLicenceId, MarkUseId, MediaId, OrderId, VillageId,
};
use sqlx::Executor;

use super::movements::{BATCH, ORDER, PART, PRODUCT, T, TEAM, TODAY, USER};
use super::on_both;
use crate::marks::*;
use crate::{Conn, Db, StoreError};

const MARK: MarkId = MarkId::from_i64(200);
const LICENCE: MarkLicenceId = MarkLicenceId::from_i64(210);
const SHELF_LICENCE: MarkLicenceId = MarkLicenceId::from_i64(211);
const OWNER: CollectiveId = CollectiveId::from_i64(4);
const OTHER: CollectiveId = CollectiveId::from_i64(41);
const OWNER_VILLAGE: VillageId = VillageId::from_i64(3);
const OTHER_VILLAGE: VillageId = VillageId::from_i64(31);
const CATEGORY: CategoryId = CategoryId::from_i64(20);
const NEVER: &str = "9999-12-31";

pub(crate) async fn scenario(db: &Db) {
    super::movements::scenario(db).await;
    let mut tx = db.write().await.unwrap();
    marks_and_licences(&mut tx).await;
    counting(&mut tx).await;
    showing(&mut tx).await;
    lines(&mut tx).await;
    checks(&mut tx).await;
    tx.commit().await.unwrap();
}

fn texts(name: &str) -> MarkTexts {
    MarkTexts {
        name: name.to_owned(),
        name_en: "Old Ferry".to_owned(),
        story: "渡口边的茶".to_owned(),
        story_en: "Tea by the ferry".to_owned(),
        rules: "只用春茶".to_owned(),
        rules_en: "Spring tea only".to_owned(),
        registration_number: "12345678".to_owned(),
        goods_classes: "29, 30".to_owned(),
        valid_until: Some("2034-05-06".to_owned()),
    }
}

async fn marks_and_licences(conn: &mut Conn) {
    conn.execute(
        "INSERT INTO collectives (id, village_id, name, name_en, credit_code) \
         VALUES (41, 31, '乱石沟村经济合作社', 'Luanshigou Collective', 'N2610925MF00000031')",
    )
    .await
    .unwrap();
    conn.execute("INSERT INTO team_villages (team_id, village_id) VALUES (6, 31)").await.unwrap();
    assert!(list_choosable_marks(conn, TEAM).await.unwrap().is_empty());
    insert_mark(conn, MARK, "lao-du-kou", OWNER, &texts("老渡口"), T).await.unwrap();
    assert_eq!(find_mark_by_slug(conn, "none").await.unwrap(), None);
    assert!(update_mark(conn, MARK, 1, &texts("岚河老渡口"), T).await.unwrap());
    assert!(!update_mark(conn, MARK, 1, &texts("别的"), T).await.unwrap(), "somebody saved in between");
    set_mark_picture(conn, MARK, MediaId::from_i64(40), T).await.unwrap();
    set_mark_certificate(conn, MARK, Some(MediaId::from_i64(40)), T).await.unwrap();
    let certified = find_mark(conn, MARK).await.unwrap().unwrap();
    assert_eq!(
        (certified.certificate_hash.as_deref(), certified.certificate_width),
        (Some("abc"), certified.width)
    );
    set_mark_certificate(conn, MARK, None, T).await.unwrap();
    assert_eq!(count_pictures(conn, MARK, "mark.picture", T).await.unwrap(), 0);
    let mark = find_mark(conn, MARK).await.unwrap().unwrap();
    assert_eq!((mark.name.as_str(), mark.version, mark.village_id), ("岚河老渡口", 2, OWNER_VILLAGE));
    assert_eq!(mark.content_hash.as_deref(), Some("abc"));
    assert_eq!(mark.certificate_hash, None, "it was taken away");
    let registered =
        (mark.registration_number.as_str(), mark.goods_classes.as_str(), mark.valid_until.as_deref());
    assert_eq!(registered, ("12345678", "29, 30", Some("2034-05-06")));
    assert_eq!(find_mark_by_slug(conn, "lao-du-kou").await.unwrap(), Some(mark.clone()));
    assert_eq!(list_owned_marks(conn, OWNER).await.unwrap(), std::slice::from_ref(&mark));
    assert!(list_owned_marks(conn, OTHER).await.unwrap().is_empty());
    assert!(
        list_choosable_marks(conn, TEAM).await.unwrap().is_empty(),
        "no village of the team has a licence"
    );

    let licence = NewLicence {
        id: LICENCE,
        mark_id: MARK,
        collective_id: OTHER,
        product_id: Some(PRODUCT),
        category_id: None,
        base_unit: "g".to_owned(),
        starts_on: "2025-01-01".to_owned(),
        ends_on: "2025-12-31".to_owned(),
        quantity: 300,
        granted_by: USER,
        at_ms: T,
    };
    insert_licence(conn, &licence).await.unwrap();
    let shelf = NewLicence {
        id: SHELF_LICENCE,
        product_id: None,
        category_id: Some(CATEGORY),
        quantity: 50,
        ..licence.clone()
    };
    insert_licence(conn, &shelf).await.unwrap();
    assert_eq!(list_choosable_marks(conn, TEAM).await.unwrap(), [mark]);
    let of_village = async |conn: &mut Conn, village: VillageId, today: &str| {
        let rows = list_village_marks(conn, village, today).await.unwrap();
        rows.into_iter().map(|row| (row.slug, row.is_owner)).collect::<Vec<_>>()
    };
    assert_eq!(of_village(conn, OWNER_VILLAGE, TODAY).await, [("lao-du-kou".to_owned(), 1)]);
    let licensed = of_village(conn, OTHER_VILLAGE, TODAY).await;
    assert_eq!(licensed, [("lao-du-kou".to_owned(), 0)], "once, however many licences");
    assert!(of_village(conn, OTHER_VILLAGE, "2026-01-01").await.is_empty(), "they have ended");
    for (collective, text, found) in [(OWNER, "", 1), (OTHER, "", 1), (OTHER, "spring", 1), (OTHER, "酒", 0)]
    {
        let goods = list_village_goods(conn, collective, text, 9).await.unwrap();
        assert_eq!(goods.len(), found, "listed by the one, with harvest of the other: {collective:?} {text}");
    }
    let choices = list_collective_choices(conn).await.unwrap();
    assert_eq!(choices.iter().map(|one| one.id).collect::<Vec<_>>(), [4, 41]);
    let granted = list_granted_licences(conn, OTHER).await.unwrap();
    let scopes: Vec<&str> = granted.iter().map(|row| row.scope_name.as_str()).collect();
    assert_eq!(scopes, ["茶", "春茶"], "the latest first");
    assert_eq!(list_mark_licences(conn, MARK).await.unwrap(), granted);
    assert!(list_granted_licences(conn, OWNER).await.unwrap().is_empty());
    assert_eq!(list_licences(conn, MARK).await.unwrap().len(), 2);
    let found = get_licence(conn, LICENCE).await.unwrap();
    assert_eq!((found.village_id, found.quantity, found.used), (OTHER_VILLAGE, 300, 0));
    let missing = get_licence(conn, MarkLicenceId::from_i64(1)).await;
    assert!(matches!(missing, Err(StoreError::NotFound(_))));
}

fn used(id: i64, batch: BatchId, licence: Option<MarkLicenceId>, base_quantity: i64) -> NewUse {
    NewUse {
        id: MarkUseId::from_i64(id),
        mark_id: MARK,
        licence_id: licence,
        batch_id: batch,
        village_id: if licence.is_some() { OTHER_VILLAGE } else { OWNER_VILLAGE },
        base_quantity,
        at_ms: T,
    }
}

async fn counting(conn: &mut Conn) {
    assert_eq!(find_product_mark(conn, PRODUCT).await.unwrap(), None);
    put_product_mark(conn, PRODUCT, MARK, USER, T).await.unwrap();
    put_product_mark(conn, PRODUCT, MARK, USER, T + 1).await.unwrap();
    assert_eq!(find_product_mark(conn, PRODUCT).await.unwrap(), Some(MARK));
    let ending = async |conn: &mut Conn, first: &str, last: &str| {
        list_ending_licences(conn, TEAM, first, last).await.unwrap()
    };
    assert_eq!(ending(conn, "2025-12-01", "2025-12-31").await, [LICENCE, SHELF_LICENCE]);
    assert!(ending(conn, "2025-12-01", "2025-12-30").await.is_empty(), "not yet");
    assert!(ending(conn, "2026-01-01", "2026-01-31").await.is_empty(), "over");
    let batches = BTreeSet::from([BATCH, PART, BatchId::from_i64(9)]);
    assert_eq!(list_products_with_marks(conn, &batches).await.unwrap(), BTreeSet::from([(MARK, PRODUCT)]));
    assert!(use_licence(conn, LICENCE, 200).await.unwrap());
    assert!(!use_licence(conn, LICENCE, 101).await.unwrap(), "one more than it leaves");
    assert!(use_licence(conn, LICENCE, 100).await.unwrap(), "and all that it leaves");
    assert!(lock_licence(conn, LICENCE).await.unwrap(), "used up is no reason not to take it");
    for batch in list_marked_batches(conn, PRODUCT, MARK, TODAY).await.unwrap() {
        assert_eq!(batch.bears, 0, "nothing was counted yet");
        let row = BatchMarkRow {
            batch_id: batch.id,
            mark_id: MARK,
            category_id: CATEGORY,
            counted: batch.received,
            lost_before: 0,
            sold_before: 0,
            until_on: "2025-12-31".to_owned(),
        };
        put_batch_mark(conn, &row, T).await.unwrap();
        assert_eq!(find_batch_mark(conn, batch.id).await.unwrap(), Some(row));
        insert_use(conn, &used(batch.id.get() + 300, batch.id, None, batch.received)).await.unwrap();
    }
    insert_use(conn, &used(220, BATCH, Some(LICENCE), 300)).await.unwrap();
    // A part takes some of it along.
    insert_use(conn, &used(221, BATCH, Some(LICENCE), -120)).await.unwrap();
    insert_use(conn, &used(222, PART, Some(LICENCE), 120)).await.unwrap();
    let of_licence = |rows: Vec<UseRow>| {
        rows.into_iter().filter(|row| row.licence_id.is_some()).map(|row| row.base_quantity).sum::<i64>()
    };
    assert_eq!(of_licence(list_uses(conn, BATCH, MARK).await.unwrap()), 180);
    assert_eq!(of_licence(list_uses(conn, PART, MARK).await.unwrap()), 120);
    assert!(list_uses(conn, BATCH, MarkId::from_i64(9)).await.unwrap().is_empty());
}

async fn showing(conn: &mut Conn) {
    let products = [PRODUCT.get()];
    let batches = list_marked_batches(conn, PRODUCT, MARK, TODAY).await.unwrap();
    assert!(batches.len() > 1 && batches.iter().all(|batch| batch.bears == 1), "{batches:?}");
    let shown = list_shown_marks(conn, &products, TODAY).await.unwrap();
    assert_eq!(shown.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["岚河老渡口"]);
    assert_eq!(list_marked_product_ids(conn, MARK, TODAY, 9).await.unwrap(), products);
    let use_of_year = list_village_use(conn, MARK, 0, i64::MAX).await.unwrap();
    let other = use_of_year.iter().find(|row| row.village_slug == "luanshigou").unwrap();
    assert_eq!((other.base_quantity, other.batches), (300, 2));
    assert!(list_village_use(conn, MARK, T + 1, i64::MAX).await.unwrap().is_empty());
    let all = UseFilter { mark: MARK, from_ms: 0, until_ms: i64::MAX };
    let uses = list_batch_use(conn, all, 99, 0).await.unwrap();
    assert!(uses.len() > 2);
    assert_eq!(list_batch_use(conn, all, 1, 1).await.unwrap(), uses[1..2], "page by page");
    for none in [UseFilter { from_ms: T + 1, ..all }, UseFilter { until_ms: T, ..all }] {
        assert!(list_batch_use(conn, none, 9, 0).await.unwrap().is_empty(), "{none:?}");
    }

    // One batch of which more came in than was counted: the listing does not bear the mark until it is counted again.
    let one = batches[0].id;
    crate::listing::receive_more(conn, one, 1).await.unwrap();
    assert!(list_shown_marks(conn, &products, TODAY).await.unwrap().is_empty());
    assert!(list_marked_product_ids(conn, MARK, TODAY, 9).await.unwrap().is_empty());
    assert_eq!(find_shown_batch_mark(conn, one, TODAY).await.unwrap().unwrap().bears, 0);
    assert!(crate::listing::write_off(conn, one, 1).await.unwrap());
    assert_eq!(
        find_shown_batch_mark(conn, one, TODAY).await.unwrap().unwrap().bears,
        0,
        "what is lost was counted: as much that came in was not"
    );
    note_loss(conn, one, 3).await.unwrap();
    let row = find_batch_mark(conn, one).await.unwrap().unwrap();
    assert_eq!(row.lost_before, 1, "unless it is what was not counted that is lost");
    note_loss(conn, one, 3).await.unwrap();
    assert_eq!(find_batch_mark(conn, one).await.unwrap(), Some(row), "all of it was counted");
    assert_eq!(find_shown_batch_mark(conn, one, TODAY).await.unwrap().unwrap().bears, 1);
    assert_eq!(list_shown_marks(conn, &products, TODAY).await.unwrap().len(), 1);
    assert_eq!(find_shown_batch_mark(conn, BatchId::from_i64(9), TODAY).await.unwrap(), None);
}

async fn lines(conn: &mut Conn) {
    let unpaid = OrderId::from_i64(60);
    freeze_line_marks(conn, ORDER, TODAY).await.unwrap();
    assert!(list_line_marks(conn, ORDER).await.unwrap().is_empty(), "sold before: nothing is held for it");
    freeze_line_marks(conn, unpaid, "2026-01-01").await.unwrap();
    assert!(list_line_marks(conn, unpaid).await.unwrap().is_empty(), "the licence has ended");
    freeze_line_marks(conn, unpaid, TODAY).await.unwrap();
    freeze_line_marks(conn, unpaid, TODAY).await.unwrap();
    let frozen = list_line_marks(conn, unpaid).await.unwrap();
    assert_eq!(frozen.iter().map(|row| row.line_id).collect::<Vec<_>>(), [LineId::from_i64(62)]);
    assert!(find_line_mark(conn, LineId::from_i64(62)).await.unwrap().is_some());
    assert_eq!(find_line_mark(conn, LineId::from_i64(52)).await.unwrap(), None);

    assert!(withdraw_licence(conn, LICENCE, USER, "停种", T).await.unwrap());
    assert!(!withdraw_licence(conn, LICENCE, USER, "再来", T).await.unwrap(), "once");
    assert!(!use_licence(conn, LICENCE, 0).await.unwrap() && !lock_licence(conn, LICENCE).await.unwrap());
    assert_eq!(
        end_batches_of_licence(conn, LICENCE, "2025-06-14").await.unwrap(),
        2,
        "the batch and its part"
    );
    assert_eq!(end_batches_of_licence(conn, LICENCE, "2025-06-14").await.unwrap(), 0);
    assert!(list_shown_marks(conn, &[PRODUCT.get()], TODAY).await.unwrap().is_empty());
    assert_eq!(list_line_marks(conn, unpaid).await.unwrap(), frozen, "what was sold stays what it was");
    delete_product_mark(conn, PRODUCT).await.unwrap();
    assert_eq!(find_product_mark(conn, PRODUCT).await.unwrap(), None);
}

async fn checks(conn: &mut Conn) {
    assert_eq!(list_wrong_licences(conn).await.unwrap(), []);
    assert_eq!(list_wrong_batch_marks(conn).await.unwrap(), []);
    assert!(use_licence(conn, SHELF_LICENCE, 7).await.unwrap());
    let wrong = list_wrong_licences(conn).await.unwrap();
    assert_eq!((wrong.len(), wrong[0].expected, wrong[0].found), (1, 0, 7), "used, but of no batch");
    insert_use(conn, &used(230, BATCH, Some(SHELF_LICENCE), 7)).await.unwrap();
    assert_eq!(list_wrong_licences(conn).await.unwrap(), []);
    let row = find_batch_mark(conn, BATCH).await.unwrap().unwrap();
    let counted: i64 = list_uses(conn, BATCH, MARK).await.unwrap().iter().map(|one| one.base_quantity).sum();
    let more = BatchMarkRow { counted: counted + 1, until_on: NEVER.to_owned(), ..row.clone() };
    put_batch_mark(conn, &more, T).await.unwrap();
    assert_eq!(
        list_wrong_batch_marks(conn).await.unwrap().len(),
        1,
        "bears the mark for more than was counted"
    );
    put_batch_mark(conn, &row, T).await.unwrap();
    insert_use(conn, &used(231, PART, Some(SHELF_LICENCE), -1)).await.unwrap();
    assert_eq!(list_wrong_batch_marks(conn).await.unwrap().len(), 1, "less than nothing");
}

#[tokio::test]
async fn marks_on_both_engines() {
    on_both(scenario).await;
}

/// What was counted, and what a line was sold as, is never edited; a licence cannot be overdrawn by hand either.
#[tokio::test]
async fn uses_and_sold_marks_are_append_only() {
    on_both(async |db: &Db| {
        scenario(db).await;
        for statement in [
            "UPDATE mark_uses SET base_quantity = 1",
            "DELETE FROM mark_uses",
            "UPDATE order_line_marks SET name = 'x'",
            "DELETE FROM order_line_marks",
            "UPDATE mark_licences SET used = quantity + 1",
        ] {
            let mut tx = db.write().await.unwrap();
            assert!(tx.execute(statement).await.is_err(), "{statement}");
        }
    })
    .await;
}

/// Two batches at once, each of which fits alone: one is counted, on both engines.
#[tokio::test]
async fn a_licence_is_never_overdrawn_by_many_at_once() {
    on_both(async |db: &Db| {
        scenario(db).await;
        let takers = (0..12).map(|_| async {
            let mut tx = db.write().await.unwrap();
            let taken = use_licence(&mut tx, SHELF_LICENCE, 20).await.unwrap();
            tx.commit().await.unwrap();
            taken
        });
        let taken = futures::future::join_all(takers).await;
        // Of 50 the scenario has used 7.
        assert_eq!(taken.iter().filter(|taken| **taken).count(), 2);
    })
    .await;
}
