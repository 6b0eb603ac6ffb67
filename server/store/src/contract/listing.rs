//! Listings, their variants, photos and batches, as their seller works on them, on both engines.

use domain::ids::{
    BatchId, CategoryId, FreightTemplateId, MediaId, PlaceId, ProductId, TeamId, UserId, VariantId, VillageId,
};
use domain::money::Fen;
use domain::review::ReviewStatus;
use domain::season::closed_on;
use sqlx::Executor;

use super::insert_places;
use crate::catalogue::{ListFilter, SortOrder, list_cards, list_product_ids, list_village_ids};
use crate::listing::*;
use crate::media::*;
use crate::{Conn, Db, StoreError, operation};

pub(super) const T: i64 = 1_750_000_000_000;
const TODAY: &str = "2025-06-15";
pub(super) const PRODUCT: ProductId = ProductId::from_i64(30);
const TEAM: TeamId = TeamId::from_i64(6);

pub(crate) async fn scenario(db: &Db) {
    let mut tx = db.write().await.unwrap();
    insert_places(&mut tx).await;
    for statement in [
        "INSERT INTO team_villages (team_id, village_id) VALUES (6, 3)",
        "INSERT INTO categories (id, slug, name, name_en, position) VALUES (20, 'tea', '茶', 'Tea', 1)",
        "INSERT INTO dispatch_places (id, team_id, name, region_code, address, phone) \
         VALUES (21, 6, '佐龙仓', '610925', '佐龙镇', '')",
        "INSERT INTO freight_templates (id, team_id, name, basis) VALUES (22, 6, '按重量', 'weight')",
    ] {
        tx.execute(statement).await.unwrap();
    }
    choices(&mut tx).await;
    editing(&mut tx).await;
    variants(&mut tx).await;
    photos(&mut tx).await;
    batches(&mut tx).await;
    publishing(&mut tx).await;
    super::categories::shelves(&mut tx).await;
    tx.commit().await.unwrap();
}

fn draft() -> ListingRow {
    ListingRow {
        team_id: TEAM,
        category_id: CategoryId::from_i64(20),
        village_id: VillageId::from_i64(3),
        place_id: PlaceId::from_i64(21),
        freight_template_id: FreightTemplateId::from_i64(22),
        ..ListingRow::blank(PRODUCT, T)
    }
}

async fn choices(conn: &mut Conn) {
    assert_eq!(list_category_choices(conn).await.unwrap()[0].id, 20);
    assert_eq!(list_village_choices(conn, TEAM).await.unwrap()[0].name_en, "Tayuan");
    assert_eq!(list_place_choices(conn, TEAM).await.unwrap()[0].name, "佐龙仓");
    assert_eq!(list_template_choices(conn, TEAM).await.unwrap()[0].id, 22);
    let nobody = TeamId::from_i64(999);
    assert!(list_village_choices(conn, nobody).await.unwrap().is_empty());
    assert!(list_place_choices(conn, nobody).await.unwrap().is_empty());
}

async fn editing(conn: &mut Conn) {
    insert_listing(conn, &draft(), Some(UserId::from_i64(9)), T).await.unwrap();
    assert_eq!(find_listing(conn, PRODUCT).await.unwrap(), Some(draft()));
    assert_eq!(find_listing(conn, ProductId::from_i64(31)).await.unwrap(), None);
    let locked = lock_listing(conn, PRODUCT, T + 5).await.unwrap().unwrap();
    assert_eq!((locked.version, locked.updated_at_ms), (1, T + 5), "a lock is no edit");
    let edited = ListingRow { name: "明前绿茶".to_owned(), shelf_life_days: Some(540), ..locked };
    assert_eq!(update_listing(conn, &edited).await.unwrap(), 2);
    let read = find_listing(conn, PRODUCT).await.unwrap().unwrap();
    assert_eq!(read, ListingRow { version: 2, ..edited });
    let absent = ListingRow { id: ProductId::from_i64(31), ..draft() };
    assert!(matches!(update_listing(conn, &absent).await, Err(StoreError::NotFound(_))));
}

async fn variants(conn: &mut Conn) {
    let can = ListingVariantRow {
        id: VariantId::from_i64(40),
        code: "MQLC01".to_owned(),
        name: "125 克罐".to_owned(),
        name_en: "125 g tin".to_owned(),
        unit: "罐".to_owned(),
        price_fen: Fen::new(12_800),
        base_quantity: 125,
        weight_g: 300,
        min_quantity: 1,
        step_quantity: 1,
        position: 0,
        active: 1,
    };
    let bag = ListingVariantRow {
        id: VariantId::from_i64(41),
        code: "MQLC02".to_owned(),
        price_fen: Fen::new(9_900),
        position: 1,
        ..can.clone()
    };
    insert_variant(conn, PRODUCT, &can).await.unwrap();
    insert_variant(conn, PRODUCT, &bag).await.unwrap();
    assert_eq!(find_code_owner(conn, "MQLC02").await.unwrap(), Some(bag.id));
    assert_eq!(find_code_owner(conn, "NONE").await.unwrap(), None);
    let dearer = ListingVariantRow { price_fen: Fen::new(10_000), ..bag };
    update_variant(conn, &dearer).await.unwrap();
    let row = lock_listing(conn, PRODUCT, T).await.unwrap().unwrap();
    update_listing(conn, &row).await.unwrap();
    assert_eq!(find_listing(conn, PRODUCT).await.unwrap().unwrap().price_from_fen, Fen::new(10_000));
    deactivate_variant(conn, dearer.id).await.unwrap();
    update_listing(conn, &row).await.unwrap();
    assert_eq!(find_listing(conn, PRODUCT).await.unwrap().unwrap().price_from_fen, Fen::new(12_800));
    let all = list_all_variants(conn, PRODUCT).await.unwrap();
    assert_eq!(all.iter().map(|variant| variant.active).collect::<Vec<_>>(), [1, 0]);
    former_prices(conn, can.id).await;
    schedule(conn).await;
    reviews(conn).await;
    for tiers in [vec![(50, Fen::new(12_000))], vec![(50, Fen::new(11_900)), (100, Fen::new(11_000))]] {
        replace_tier_prices(conn, can.id, &tiers).await.unwrap();
        let stored = crate::catalogue::list_tier_prices(conn, PRODUCT).await.unwrap();
        let stored: Vec<(i64, Fen)> = stored.iter().map(|tier| (tier.min_quantity, tier.price_fen)).collect();
        assert_eq!(stored, tiers);
    }
}

async fn former_prices(conn: &mut Conn, can: VariantId) {
    for (until_ms, price) in [(T, 14_000), (T + 5, 13_000), (T + 5, 15_000)] {
        note_former_price(conn, can, Fen::new(price), until_ms).await.unwrap();
    }
    let row = |until_ms, price| FormerPriceRow { variant_id: can, until_ms, price_fen: Fen::new(price) };
    let all = list_former_prices(conn, PRODUCT, T - 1).await.unwrap();
    assert_eq!(all, [row(T, 14_000), row(T + 5, 13_000)], "of one moment the first");
    assert_eq!(list_former_prices(conn, PRODUCT, T).await.unwrap(), [row(T + 5, 13_000)]);
    purge_former_prices(conn, T).await.unwrap();
    assert_eq!(list_former_prices(conn, PRODUCT, 0).await.unwrap().len(), 1);
}

async fn schedule(conn: &mut Conn) {
    assert_eq!(find_schedule(conn, PRODUCT).await.unwrap(), None);
    let row = ScheduleRow { publish_at_ms: T, user_id: UserId::from_i64(9), problems: String::new() };
    put_schedule(conn, PRODUCT, &row).await.unwrap();
    let later = ScheduleRow { publish_at_ms: T + 9, problems: "[]".to_owned(), ..row };
    put_schedule(conn, PRODUCT, &later).await.unwrap();
    assert_eq!(find_schedule(conn, PRODUCT).await.unwrap(), Some(later));
    assert!(delete_schedule(conn, PRODUCT).await.unwrap());
    assert!(!delete_schedule(conn, PRODUCT).await.unwrap(), "given up once");
}

async fn reviews(conn: &mut Conn) {
    assert!(!reviews_listings(conn, TEAM).await.unwrap());
    assert!(set_reviews_listings(conn, TEAM, true).await.unwrap());
    assert!(!set_reviews_listings(conn, TEAM, true).await.unwrap(), "it was on");
    assert!(reviews_listings(conn, TEAM).await.unwrap());
    assert!(set_reviews_listings(conn, TEAM, false).await.unwrap());
    assert_eq!(find_review(conn, PRODUCT).await.unwrap(), None);
    let submitted = ReviewRow {
        status: ReviewStatus::Submitted,
        claims: "{}".to_owned(),
        remarks: String::new(),
        submitted_by: Some(9),
        submitted_at_ms: T,
        decided_by: None,
        decided_at_ms: None,
    };
    put_review(conn, PRODUCT, &submitted).await.unwrap();
    waiting_reviews(conn).await;
    let returned = ReviewRow {
        status: ReviewStatus::Returned,
        remarks: "{}".to_owned(),
        decided_by: Some(9),
        decided_at_ms: Some(T + 1),
        ..submitted
    };
    put_review(conn, PRODUCT, &returned).await.unwrap();
    assert_eq!(find_review(conn, PRODUCT).await.unwrap(), Some(returned));
    assert!(list_waiting_reviews(conn, &ReviewFilter::all(TEAM), 9, 0).await.unwrap().is_empty());
    assert_eq!(count_waiting_reviews(conn, &ReviewFilter::all(TEAM)).await.unwrap(), 0);
    assert!(list_review_submitters(conn, TEAM).await.unwrap().is_empty());
}

/// One listing waits since [`T`], submitted by 9.
async fn waiting_reviews(conn: &mut Conn) {
    let all = ReviewFilter::all(TEAM);
    let waiting = list_waiting_reviews(conn, &all, 9, 0).await.unwrap();
    assert_eq!((waiting.len(), waiting[0].product_id, waiting[0].submitted_at_ms), (1, PRODUCT, T));
    assert_eq!(waiting[0].village_name_en, "Tayuan");
    let user = crate::people::find_user(conn, UserId::from_i64(9)).await.unwrap();
    assert_eq!(waiting[0].submitted_by_name, user.map(|user| user.display_name));
    let submitters = list_review_submitters(conn, TEAM).await.unwrap();
    assert_eq!(submitters.iter().map(|row| row.id).collect::<Vec<_>>(), [9]);
    assert!(list_waiting_reviews(conn, &all, 9, 1).await.unwrap().is_empty(), "the next page");
    assert!(list_review_submitters(conn, TeamId::from_i64(999)).await.unwrap().is_empty());
    let village = |id| ReviewFilter { village: Some(VillageId::from_i64(id)), ..all };
    let submitter = |id| ReviewFilter { submitter: Some(UserId::from_i64(id)), ..all };
    for (filter, count) in [
        (all, 1),
        (ReviewFilter { text: "绿茶", ..all }, 1),
        (ReviewFilter { text: "%", ..all }, 0),
        (village(3), 1),
        (village(4), 0),
        (submitter(9), 1),
        (submitter(10), 0),
        (ReviewFilter { text: "绿茶", ..submitter(10) }, 0),
        (ReviewFilter::all(TeamId::from_i64(999)), 0),
    ] {
        assert_eq!(count_waiting_reviews(conn, &filter).await.unwrap(), count, "{filter:?}");
        let listed = list_waiting_reviews(conn, &filter, 9, 0).await.unwrap();
        assert_eq!(i64::try_from(listed.len()).unwrap(), count, "{filter:?}");
    }
}

async fn photos(conn: &mut Conn) {
    let photo = |id: i64, hash: &str| MediaRow {
        id: MediaId::from_i64(id),
        content_hash: hash.repeat(32),
        width: 1200,
        height: 900,
        placeholder: "data:image/webp;base64,AA".to_owned(),
        sizes: "320,640,1200".to_owned(),
    };
    let (first, second) = (photo(50, "aa"), photo(51, "bb"));
    insert_media(conn, &first, T).await.unwrap();
    insert_media(conn, &second, T).await.unwrap();
    insert_media(conn, &photo(52, "aa"), T).await.unwrap();
    assert_eq!(
        find_media_by_hash(conn, &first.content_hash).await.unwrap(),
        Some(first.clone()),
        "once only"
    );
    assert_eq!(find_media(conn, MediaId::from_i64(52)).await.unwrap(), None);
    assert_eq!(find_media(conn, second.id).await.unwrap().as_ref(), Some(&second));
    replace_listing_photos(conn, PRODUCT, &[first.id, second.id]).await.unwrap();
    replace_listing_photos(conn, PRODUCT, &[second.id, first.id]).await.unwrap();
    let shown = list_listing_photos(conn, PRODUCT).await.unwrap();
    assert_eq!(shown.iter().map(|row| row.media_id).collect::<Vec<_>>(), [second.id, first.id]);
    let entry = operation::NewAuditEntry {
        id: 1,
        at_ms: T,
        user: None,
        action: "photo.uploaded",
        subject_kind: "team",
        subject_id: TEAM.get(),
        detail: String::new(),
    };
    operation::insert_audit_entry(conn, &entry).await.unwrap();
    assert_eq!(count_uploads(conn, TEAM, "photo.uploaded", T).await.unwrap(), 1);
    assert_eq!(count_uploads(conn, TEAM, "photo.uploaded", T + 1).await.unwrap(), 0);
}

async fn batches(conn: &mut Conn) {
    assert_eq!(count_batches(conn, PRODUCT).await.unwrap(), 0);
    let id = BatchId::from_i64(60);
    let batch = NewBatch {
        id,
        product_id: PRODUCT,
        code: "20250401".to_owned(),
        papers: PapersRow {
            produced_on: "2025-04-01".to_owned(),
            expires_on: Some("2026-09-23".to_owned()),
            certificate_issuer: "塔元村".to_owned(),
            certificate_contact: "0915-2522222".to_owned(),
            issued_on: Some("2025-04-02".to_owned()),
            quarantine_number: "JY-1".to_owned(),
            ..PapersRow::default()
        },
        received: 10_000,
        inputs: vec![(VillageId::from_i64(3), 10_000)],
        created_at_ms: T,
    };
    insert_batch(conn, &batch).await.unwrap();
    assert_eq!(count_batches(conn, PRODUCT).await.unwrap(), 1);
    receive_more(conn, id, 500).await.unwrap();
    assert!(!write_off(conn, id, 10_501).await.unwrap(), "more than there is");
    assert!(write_off(conn, id, 1_500).await.unwrap());
    let stored = find_listing_batch(conn, id).await.unwrap().unwrap();
    assert_eq!((stored.received, stored.available, stored.written_off), (10_500, 9_000, 1_500));
    assert_eq!(stored.papers, batch.papers);
    let papers = PapersRow {
        certificate_number: "HGZ-1".to_owned(),
        issued_on: Some("2025-04-03".to_owned()),
        quarantine_number: String::new(),
        ..stored.papers.clone()
    };
    update_batch_papers(conn, id, papers.clone()).await.unwrap();
    assert_eq!(list_listing_batches(conn, PRODUCT).await.unwrap(), [ListingBatchRow { papers, ..stored }]);
    for day in [None, Some("2026-09-23".to_owned())] {
        lock_batch(conn, id).await.unwrap();
        set_batch_expiry(conn, id, day.clone()).await.unwrap();
        let now = find_listing_batch(conn, id).await.unwrap().unwrap();
        assert_eq!((now.papers.expires_on, now.available), (day, 9_000), "quantities stay");
    }
    let inputs = list_product_inputs(conn, PRODUCT).await.unwrap();
    assert_eq!((inputs.len(), inputs[0].weight_g, inputs[0].name.as_str()), (1, 10_000, "塔元村"));
}

/// Lists of what can be had go by the season as its rules do.
async fn seasons(conn: &mut Conn) {
    for (from, until) in [
        ("03-20", "05-31"),
        ("11-15", "06-20"),
        ("2025-06-15", "2025-07-01"),
        ("2026-06-15", "2026-07-01"),
        ("", ""),
    ] {
        let row = lock_listing(conn, PRODUCT, T).await.unwrap().unwrap();
        let row = ListingRow { season_from: from.to_owned(), season_until: until.to_owned(), ..row };
        update_listing(conn, &row).await.unwrap();
        let stored = find_listing(conn, PRODUCT).await.unwrap().unwrap();
        assert_eq!((stored.season_from.as_str(), stored.season_until.as_str()), (from, until));
        for today in
            ["2025-06-14", TODAY, "2025-06-21", "2025-11-15", "2025-12-31", "2026-03-20", "2026-06-15"]
        {
            let filter = ListFilter { in_stock_only: true, today: today.to_owned(), ..ListFilter::default() };
            let shown = list_product_ids(conn, &filter, SortOrder::Newest, 9, 0).await.unwrap();
            let is_open = closed_on(from, until, today.parse().unwrap()).is_none();
            assert_eq!(shown.contains(&PRODUCT.get()), is_open, "{from} to {until} on {today}");
        }
    }
    let card = list_cards(conn, &[PRODUCT.get()], TODAY).await.unwrap().remove(0);
    assert_eq!((card.season_from.as_str(), card.available), ("", 9_000));
}

pub(super) async fn related(conn: &mut Conn) {
    let other = ListingRow { id: ProductId::from_i64(32), slug: "other".to_owned(), ..draft() };
    insert_listing(conn, &other, None, T).await.unwrap();
    for wanted in [&[PRODUCT][..], &[]] {
        replace_related(conn, other.id, wanted).await.unwrap();
        assert_eq!(list_related(conn, other.id).await.unwrap(), wanted);
    }
    replace_related(conn, other.id, &[PRODUCT]).await.unwrap();
    replace_related(conn, PRODUCT, &[other.id]).await.unwrap();
    let shown = list_shown_related(conn, other.id).await.unwrap();
    assert_eq!(shown, [PRODUCT.get()]);
    assert!(list_shown_related(conn, PRODUCT).await.unwrap().is_empty(), "a draft is not shown");
    let chosen = list_related_names(conn, other.id).await.unwrap();
    assert_eq!(chosen.iter().map(|choice| choice.id).collect::<Vec<_>>(), [PRODUCT.get()]);
    let offered = list_related_choices(conn, TEAM, other.id, "", 9).await.unwrap();
    assert_eq!(
        offered.iter().map(|choice| choice.id).collect::<Vec<_>>(),
        [PRODUCT.get()],
        "what is for sale"
    );
    let village = VillageId::from_i64(3);
    assert_eq!(list_village_ids(conn, village, other.id, 9).await.unwrap(), [PRODUCT.get()]);
    assert!(list_village_ids(conn, village, PRODUCT, 9).await.unwrap().is_empty(), "not itself");
}

async fn publishing(conn: &mut Conn) {
    assert!(!is_slug_taken(conn, "mingqian-lucha").await.unwrap());
    publish_listing(conn, PRODUCT, "mingqian-lucha", T + 9).await.unwrap();
    assert!(is_slug_taken(conn, "mingqian-lucha").await.unwrap());
    publish_listing(conn, PRODUCT, "mingqian-lucha", T + 99).await.unwrap();
    let shown = find_listing(conn, PRODUCT).await.unwrap().unwrap();
    assert_eq!(
        (shown.status.as_str(), shown.published_at_ms),
        ("published", Some(T + 9)),
        "the first day stays"
    );
    let all = ListingFilter::all(TEAM);
    let published = ListingFilter { status: Some("published"), ..all };
    let cards = list_listings(conn, &published, TODAY, 9, 0).await.unwrap();
    assert_eq!((cards.len(), cards[0].stock), (1, 9_000));
    assert_eq!(cards[0].content_hash.as_deref(), Some("bb".repeat(32).as_str()), "the cover");
    assert_eq!(list_listings(conn, &all, "2030-01-01", 9, 0).await.unwrap()[0].stock, 0, "expired");
    let own = ListingFilter { category: Some(shown.category_id), village: Some(shown.village_id), ..all };
    assert_eq!(list_listings(conn, &own, TODAY, 9, 0).await.unwrap().len(), 1);
    assert!(list_listings(conn, &own, TODAY, 9, 1).await.unwrap().is_empty(), "page by page");
    for none in [
        ListingFilter { status: Some("draft"), ..all },
        ListingFilter { category: Some(CategoryId::from_i64(1)), ..all },
        ListingFilter { village: Some(VillageId::from_i64(1)), ..all },
        ListingFilter { text: "xyz", ..all },
    ] {
        assert!(list_listings(conn, &none, TODAY, 9, 0).await.unwrap().is_empty(), "{none:?}");
    }
    for (text, found) in [("", 1), ("绿茶", 1), ("xyz", 0)] {
        let choices = list_related_choices(conn, TEAM, ProductId::from_i64(999), text, 9).await.unwrap();
        assert_eq!(choices.len(), found, "{text}");
    }
    assert!(list_related_choices(conn, TEAM, PRODUCT, "", 9).await.unwrap().is_empty(), "not itself");
    assert_eq!(count_listings(conn, TEAM).await.unwrap(), [("published".to_owned(), 1)]);
    seasons(conn).await;
    super::attributes::attributes(conn).await;
    unpublish_listing(conn, PRODUCT).await.unwrap();
    assert_eq!(
        count_listings(conn, TEAM).await.unwrap(),
        [("draft".to_owned(), 1), ("unpublished".to_owned(), 1)]
    );
}
