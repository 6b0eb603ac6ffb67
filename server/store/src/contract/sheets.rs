//! Sheets of goods and their previews on both engines.

use domain::attribute::{Attribute, AttributeChoice, AttributeKind, AttributeValue};
use domain::ids::{CategoryId, ProductId, SheetPreviewId, TeamId, UserId, VariantId, VillageId};
use domain::money::Fen;

use super::changes::{PRODUCT, insert_goods};
use super::on_both;
use crate::listing::{self, ListingFilter};
use crate::sheets::*;
use crate::testing::counties::rewrite_product;
use crate::{Conn, Db};

const T: i64 = 1_750_000_000_000;
const TEAM: TeamId = TeamId::from_i64(6);
const USER: UserId = UserId::from_i64(9);

fn preview(id: i64, created_at_ms: i64) -> PreviewRow {
    PreviewRow {
        id: SheetPreviewId::from_i64(id),
        team_id: TEAM,
        user_id: USER,
        source: "sheet".to_owned(),
        content: "{}".to_owned(),
        created_at_ms,
    }
}

fn outcome(item: i64, outcome: &str) -> OutcomeRow {
    OutcomeRow { item, product_id: Some(30), outcome: outcome.to_owned(), problems: "[]".to_owned() }
}

pub(super) async fn scenario(db: &Db) {
    let mut tx = db.write().await.unwrap();
    let conn = &mut *tx;
    insert_goods(conn).await;
    let tea = find_sheet_product(conn, PRODUCT).await.unwrap().unwrap();
    assert_eq!(
        (tea.team_id, tea.name.as_str(), tea.status.as_str(), tea.version),
        (TEAM, "绿茶", "draft", 1)
    );
    assert_eq!(find_sheet_product(conn, ProductId::from_i64(99)).await.unwrap(), None);
    let all = ListingFilter::all(TEAM);
    let first = list_sheet_products(conn, &all, 0, 1).await.unwrap();
    assert_eq!(first, [tea]);
    let rest = list_sheet_products(conn, &all, 30, 9).await.unwrap();
    assert_eq!(rest.iter().map(|row| row.id.get()).collect::<Vec<_>>(), [31]);
    let others = ListingFilter::all(TeamId::from_i64(7));
    assert!(list_sheet_products(conn, &others, 0, 9).await.unwrap().is_empty());
    let ids = |rows: Vec<SheetProductRow>| rows.iter().map(|row| row.id.get()).collect::<Vec<_>>();
    let page = async |conn: &mut Conn, filter: &ListingFilter<'_>, skipped| {
        let count = count_table_products(conn, filter).await.unwrap();
        (ids(list_table_products(conn, filter, 1, skipped).await.unwrap()), count)
    };
    assert_eq!(page(conn, &all, 0).await, (vec![31], 2), "the newest first");
    assert_eq!(page(conn, &all, 1).await, (vec![30], 2));
    let sizes = list_sheet_sizes(conn, &all).await.unwrap();
    assert_eq!(sizes, [(30, 1, 0), (31, 1, 0)], "with and without a variant");
    let (shelf, village) = (CategoryId::from_i64(20), VillageId::from_i64(3));
    for (filter, found) in [
        (ListingFilter { text: "tea", ..all }, vec![30]),
        (ListingFilter { status: Some("published"), ..all }, vec![]),
        (ListingFilter { category: Some(shelf), village: Some(village), text: "tea", ..all }, vec![30]),
        (ListingFilter { category: Some(CategoryId::from_i64(21)), ..all }, vec![]),
        (ListingFilter { village: Some(VillageId::from_i64(4)), ..all }, vec![]),
    ] {
        let count = i64::try_from(found.len()).unwrap();
        assert_eq!(page(conn, &filter, 0).await, (found.clone(), count), "{filter:?}");
        let sizes: Vec<(i64, i64, i64)> = found.iter().map(|id| (*id, 1, 0)).collect();
        assert_eq!(list_sheet_sizes(conn, &filter).await.unwrap(), sizes, "{filter:?}");
        assert_eq!(ids(list_sheet_products(conn, &filter, 0, 9).await.unwrap()), found, "{filter:?}");
    }
    let owner = find_code_team(conn, "LC01").await.unwrap();
    assert_eq!(owner, Some(CodeOwnerRow { product_id: PRODUCT, team_id: TEAM }));
    assert_eq!(find_code_team(conn, "NONE").await.unwrap(), None);

    details_scenario(conn).await;

    for (id, at_ms) in [(1, T), (2, T + 10)] {
        insert_preview(conn, &preview(id, at_ms)).await.unwrap();
    }
    let id = SheetPreviewId::from_i64(2);
    assert_eq!(find_preview(conn, id, TEAM, T).await.unwrap(), Some(preview(2, T + 10)));
    assert_eq!(find_preview(conn, id, TEAM, T + 11).await.unwrap(), None, "too old");
    assert_eq!(find_preview(conn, id, TeamId::from_i64(7), T).await.unwrap(), None, "another team's");
    assert_eq!(list_previews_of(conn, USER).await.unwrap(), [2, 1]);
    assert_eq!(list_old_previews(conn, T + 10, 9).await.unwrap(), [1]);

    assert!(lock_preview(conn, id).await.unwrap());
    assert!(!lock_preview(conn, SheetPreviewId::from_i64(99)).await.unwrap(), "there is none");
    assert!(note_outcome(conn, id, &outcome(0, "changed")).await.unwrap());
    assert!(note_outcome(conn, id, &outcome(0, DONE)).await.unwrap(), "tried again after a refusal");
    assert!(!note_outcome(conn, id, &outcome(0, DONE)).await.unwrap(), "done once");
    assert!(note_outcome(conn, id, &outcome(1, "refused")).await.unwrap());
    assert_eq!(list_outcomes(conn, id).await.unwrap(), [outcome(0, DONE), outcome(1, "refused")]);
    delete_preview(conn, id).await.unwrap();
    assert!(list_outcomes(conn, id).await.unwrap().is_empty());
    assert_eq!(list_previews_of(conn, USER).await.unwrap(), [1]);
    tx.commit().await.unwrap();
}

/// What is read for many products at once.
async fn details_scenario(conn: &mut Conn) {
    rewrite_product(conn, PRODUCT, "绿茶", "手工").await.unwrap();
    assert_eq!(
        list_sheet_sizes(conn, &ListingFilter::all(TEAM)).await.unwrap()[0],
        (30, 1, 6),
        "bytes, not characters"
    );
    let details = list_sheet_details(conn, &[31, 30]).await.unwrap();
    let ids: Vec<i64> = details.iter().map(|row| row.id.get()).collect();
    assert_eq!(ids, [31, 30], "in the order asked for");
    let tea = &details[1];
    assert_eq!(
        (&*tea.village_name, &*tea.village_name_en, &*tea.place_name, &*tea.template_name),
        ("塔元村", "Tayuan", "仓", "按件")
    );
    assert_eq!((&*tea.story, &*tea.season_from, tea.place_id.get()), ("手工", "", 21));
    assert_eq!((&*tea.ingredients, tea.shelf_life_days, &*tea.return_rule), ("", None, ""));
    assert!(list_sheet_details(conn, &[]).await.unwrap().is_empty());

    let attribute = |id: i64, slug: &str, kind| Attribute {
        id,
        slug: slug.to_owned(),
        name: slug.to_owned(),
        name_en: String::new(),
        kind,
        unit: String::new(),
        unit_en: String::new(),
        choices: Vec::new(),
    };
    let top =
        AttributeChoice { id: 61, slug: "top".to_owned(), name: "特级".to_owned(), name_en: String::new() };
    let grade = Attribute { choices: vec![top], ..attribute(60, "grade", AttributeKind::Choice) };
    let shelf = CategoryId::from_i64(20);
    let other =
        [attribute(70, "altitude", AttributeKind::Number), attribute(80, "tree", AttributeKind::Text)];
    for (position, attribute) in (0_i64..).zip([&grade, &other[0], &other[1]]) {
        listing::insert_attribute(conn, shelf, attribute, position).await.unwrap();
    }
    let values = [
        (60, AttributeValue::Choice(61)),
        (70, AttributeValue::Number(900_000)),
        (80, AttributeValue::Text("老树".to_owned())),
    ];
    listing::replace_product_attributes(conn, PRODUCT, &values).await.unwrap();
    let found = listing::list_attributes_of_products(conn, &[31, 30]).await.unwrap();
    assert_eq!(found, values.map(|(attribute, value)| (30, attribute, value)));

    let tin = VariantId::from_i64(40);
    let tiers = [(10, Fen::new(90)), (50, Fen::new(80))];
    listing::replace_tier_prices(conn, tin, &tiers).await.unwrap();
    let found = listing::list_tiers_of_products(conn, &[30, 31]).await.unwrap();
    let found: Vec<_> = found.iter().map(|row| (row.variant_id, row.min_quantity, row.price_fen)).collect();
    assert_eq!(found, tiers.map(|(quantity, price)| (tin, quantity, price)));
}

#[tokio::test]
async fn a_product_of_a_preview_is_applied_once_however_many_ask() {
    on_both(async |db: &Db| {
        let mut tx = db.write().await.unwrap();
        insert_goods(&mut tx).await;
        insert_preview(&mut tx, &preview(1, T)).await.unwrap();
        tx.commit().await.unwrap();
        let ask = || async {
            let mut tx = db.write().await.unwrap();
            let is_first =
                note_outcome(&mut tx, SheetPreviewId::from_i64(1), &outcome(0, DONE)).await.unwrap();
            tx.commit().await.unwrap();
            is_first
        };
        let asked = futures::future::join_all((0..8).map(|_| ask())).await;
        assert_eq!(asked.into_iter().filter(|is_first| *is_first).count(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_part_of_a_transaction_is_taken_back_by_itself() {
    on_both(async |db: &Db| {
        let id = SheetPreviewId::from_i64(1);
        let mut tx = db.write().await.unwrap();
        insert_goods(&mut tx).await;
        insert_preview(&mut tx, &preview(1, T)).await.unwrap();
        tx.begin_part().await.unwrap();
        assert!(note_outcome(&mut tx, id, &outcome(0, DONE)).await.unwrap());
        tx.keep_part().await.unwrap();
        tx.begin_part().await.unwrap();
        assert!(note_outcome(&mut tx, id, &outcome(1, DONE)).await.unwrap());
        assert!(insert_preview(&mut tx, &preview(1, T)).await.is_err(), "there is one already");
        tx.drop_part().await.unwrap();
        assert!(note_outcome(&mut tx, id, &outcome(2, "refused")).await.unwrap(), "and it goes on");
        tx.commit().await.unwrap();
        let kept = list_outcomes(&mut db.read().await.unwrap(), id).await.unwrap();
        assert_eq!(kept, [outcome(0, DONE), outcome(2, "refused")]);
    })
    .await;
}
