//! The seller's way from an empty draft to the shop, on a real database.

mod attributes;
mod by_weight;
mod photos;
mod review;
mod review_list;
mod stock;
mod ways;

use bytes::Bytes;
use domain::failure::{Conflict, FieldError, Problem};
use domain::food::sc_check_digit;
use domain::ids::{ProductId, TeamId, UserId, to_text};
use domain::role::Role;

use super::*;
use crate::accounts::fixture::Fixture;
use crate::photos::{UploadedPhoto, upload_photo};
use crate::search::find_products;

const TEAM: TeamId = TeamId::from_i64(6);
const OTHER_TEAM: TeamId = TeamId::from_i64(7);
const PHOTO: &[u8] = include_bytes!("../../data/demo/pictures/category-tea.webp");

async fn settle(fixture: &Fixture) {
    let mut tx = fixture.services.db.write().await.unwrap();
    store::testing::counties::insert_sellers_county(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
}

/// The fixture's clock stands on 2025-06-15 in China.
pub(crate) async fn county() -> Fixture {
    let fixture = Fixture::new().await;
    settle(&fixture).await;
    fixture
}

/// Runs a test in the same county on SQLite and, where there is a server, on PostgreSQL. The books are checked at its end.
pub(crate) async fn on_both(test: impl AsyncFn(&Fixture)) {
    Fixture::on_both(async |fixture: &Fixture| {
        settle(fixture).await;
        test(fixture).await;
        let report = crate::books::verify_books(&fixture.services).await.unwrap();
        assert!(report.is_sound(), "{:#?}", report.mismatches);
    })
    .await;
}

pub(crate) fn person(id: i64, roles: &[Role]) -> Viewer {
    let user =
        crate::SignedIn { user_id: UserId::from_i64(id), display_name: String::new(), roles: roles.to_vec() };
    Viewer { session_hash: Some(vec![1]), user: Some(user), ..Viewer::default() }
}

pub(crate) fn seller() -> Viewer {
    person(9, &[Role::SellerOf(TEAM)])
}

fn fields(problems: &[FieldError]) -> Vec<&str> {
    problems.iter().map(|error| error.field.as_str()).collect()
}

fn refused<T: std::fmt::Debug>(result: Result<T>) -> Vec<FieldError> {
    match result {
        Err(ServiceError::Invalid(problems)) => problems,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

async fn photo(fixture: &Fixture, bytes: &'static [u8], key: &str) -> UploadedPhoto {
    upload_photo(&fixture.services, &seller(), TEAM, Bytes::from_static(bytes), key).await.unwrap()
}

async fn draft(fixture: &Fixture) -> (ProductId, ListingForm) {
    let product = create_draft(&fixture.services, &seller(), TEAM, "draft").await.unwrap();
    let page = edit_page(&fixture.services, &seller(), product).await.unwrap();
    (product, page.form)
}

pub(crate) async fn save(fixture: &Fixture, product: ProductId, form: &ListingForm) -> Result<Saved> {
    let version = edit_page(&fixture.services, &seller(), product).await?.version;
    let command = SaveListing { product, version, form: form.clone() };
    save_draft(&fixture.services, &seller(), &command).await
}

pub(crate) fn sc_number() -> String {
    let digits = "1141610925000";
    format!("SC{digits}{}", sc_check_digit(digits).unwrap())
}

fn tin() -> VariantForm {
    VariantForm {
        name: "125 克罐".to_owned(),
        unit: "罐".to_owned(),
        price: "￥128".to_owned(),
        base_quantity: "125".to_owned(),
        weight_g: "300".to_owned(),
        tier_prices: "50：118.00, 100:108".to_owned(),
        ..VariantForm::default()
    }
}

fn batch(product: ProductId) -> AddBatch {
    let input = |village: i64, weight_kg: &str| InputForm {
        village: to_text(village),
        weight_kg: weight_kg.to_owned(),
    };
    AddBatch {
        product: product.to_string(),
        papers: PapersForm { produced_on: "2025-04-01".to_owned(), ..PapersForm::default() },
        received: "10,000".to_owned(),
        inputs: vec![input(3, "37.5"), input(31, "2.5")],
        ..AddBatch::default()
    }
}

/// A complete listing of packaged tea, not published yet.
pub(crate) async fn tea(fixture: &Fixture) -> (ProductId, ListingForm) {
    let (product, mut form) = draft(fixture).await;
    form.name = "明前绿茶".to_owned();
    form.name_en = "Pre-Qingming tea".to_owned();
    form.story = "清明前手工采摘。".to_owned();
    form.food_class = "packaged_food".to_owned();
    form.sc_number = sc_number().to_lowercase();
    form.ingredients = "茶鲜叶".to_owned();
    form.net_content = "125 g".to_owned();
    form.producer = "某茶厂".to_owned();
    form.storage = "阴凉干燥".to_owned();
    form.shelf_life_days = "540".to_owned();
    form.photos = vec![photo(fixture, PHOTO, "p1").await.media_id.to_string()];
    form.variants = vec![tin()];
    assert_eq!(save(fixture, product, &form).await.unwrap().problems, []);
    add_batch(&fixture.services, &seller(), &batch(product), "b1").await.unwrap();
    let form = edit_page(&fixture.services, &seller(), product).await.unwrap().form;
    (product, form)
}

async fn found(fixture: &Fixture, query: &str) -> Vec<i64> {
    let mut conn = fixture.services.db.read().await.unwrap();
    find_products(&mut conn, query).await.unwrap().product_ids
}

#[tokio::test]
async fn an_empty_draft_says_field_by_field_what_is_missing() {
    let fixture = county().await;
    let (product, mut form) = draft(&fixture).await;
    let problems = refused(publish(&fixture.services, &seller(), product).await);
    assert_eq!(fields(&problems), ["photos", "name", "story", "variants", "batches"]);
    assert_eq!(check_listing(&fixture.services, &seller(), product).await.unwrap(), problems);

    form.name = "降血压绿茶".to_owned();
    form.food_class = "packaged_food".to_owned();
    form.sc_number = "SC11416109250009".to_owned();
    assert_eq!(save(&fixture, product, &form).await.unwrap().problems, [], "a draft may hold what is wrong");
    let problems = refused(publish(&fixture.services, &seller(), product).await);
    assert!(problems.contains(&FieldError::new("sc_number", Problem::ScNumberCheckDigit)), "{problems:?}");
    let claim = Problem::HealthClaim { word: "降血压".to_owned() };
    assert!(problems.contains(&FieldError::new("name", claim)), "{problems:?}");
    for missing in ["ingredients", "net_content", "producer", "storage", "shelf_life_days", "batches"] {
        assert!(problems.contains(&FieldError::new(missing, Problem::Missing)), "{missing}: {problems:?}");
    }
    let page = list_listings(&fixture.services, &seller(), TEAM, &ListingsQuery::default(), 1).await.unwrap();
    assert_eq!((page.cards.len(), page.cards[0].missing, page.counts.draft), (1, problems.len(), 1));
}

#[tokio::test]
async fn no_text_that_buyers_read_promises_health() {
    let fixture = county().await;
    let (product, mut form) = tea(&fixture).await;
    form.story_en = "It cures.".to_owned();
    form.ingredients = "茶鲜叶，强身健体".to_owned();
    form.producer = "养颜茶厂".to_owned();
    form.storage = "冷藏，预防感冒".to_owned();
    form.variants[0].name_en = "Detox tin".to_owned();
    save(&fixture, product, &form).await.unwrap();
    let problems = refused(publish(&fixture.services, &seller(), product).await);
    let claim =
        |field: &str, word: &str| FieldError::new(field, Problem::HealthClaim { word: word.to_owned() });
    let expected = [
        claim("story_en", "cures"),
        claim("ingredients", "强身健体"),
        claim("producer", "养颜"),
        claim("storage", "预防感冒"),
        claim("variants.0.name_en", "detox"),
    ];
    assert_eq!(problems, expected);
}

#[tokio::test]
async fn what_cannot_be_read_is_reported_and_the_rest_is_kept() {
    let fixture = county().await;
    let (product, mut form) = draft(&fixture).await;
    form.variants = vec![tin()];
    save(&fixture, product, &form).await.unwrap();
    let stored = edit_page(&fixture.services, &seller(), product).await.unwrap().form;
    assert_eq!(stored.variants[0].code, "XJ01", "a code is made when none was typed");
    assert_eq!(stored.variants[0].tier_prices, "50:118.00, 100:108.00");

    let mut form = stored.clone();
    form.name = "绿茶".to_owned();
    form.shelf_life_days = "一年半".to_owned();
    form.place = to_text(62);
    form.variants[0].price = "1,28".to_owned();
    form.variants[0].min_quantity = "0".to_owned();
    form.variants.push(VariantForm {
        name: "散装".to_owned(),
        price: "60".to_owned(),
        ..VariantForm::default()
    });
    form.variants.push(VariantForm::default());
    form.photos = vec![to_text(12345)];
    let saved = save(&fixture, product, &form).await.unwrap();
    let reported = [
        "place",
        "shelf_life_days",
        "variants.0.price",
        "variants.0.min_quantity",
        "variants.1.base_quantity",
        "photos.0",
    ];
    assert_eq!(fields(&saved.problems), reported);
    let page = edit_page(&fixture.services, &seller(), product).await.unwrap();
    assert_eq!((page.form.name.as_str(), page.version), ("绿茶", saved.version));
    assert_eq!(page.form.variants, stored.variants, "what was stored before stays");
    assert_eq!(page.form.place, stored.place, "another team's place cannot be chosen");
}

#[tokio::test]
async fn a_form_made_from_an_older_version_changes_nothing() {
    let fixture = county().await;
    let (product, mut form) = draft(&fixture).await;
    form.name = "绿茶".to_owned();
    save(&fixture, product, &form).await.unwrap();
    form.name = "红茶".to_owned();
    let stale = SaveListing { product, version: 1, form: form.clone() };
    let other = person(10, &[Role::CaptainOf(TEAM)]);
    let result = save_draft(&fixture.services, &other, &stale).await;
    assert!(matches!(result, Err(ServiceError::Conflict(Conflict::VersionChanged))));
    let page = edit_page(&fixture.services, &other, product).await.unwrap();
    assert_eq!((page.form.name.as_str(), page.version), ("绿茶", 2));
}

#[tokio::test]
async fn a_complete_listing_is_published_found_and_taken_out_again() {
    let fixture = county().await;
    let services = &fixture.services;
    let (product, _) = tea(&fixture).await;
    assert_eq!(check_listing(services, &seller(), product).await.unwrap(), []);
    assert!(found(&fixture, "绿茶").await.is_empty(), "a draft is not in the shop");
    assert_eq!(require_preview(services, &seller(), product).await.unwrap(), ListingStatus::Draft);

    let published = publish(services, &seller(), product).await.unwrap();
    assert_eq!(published.slug, "ming-qian-lv-cha");
    assert_eq!(publish(services, &seller(), product).await.unwrap(), published, "twice is once");
    for query in ["绿茶", "lvcha", "枣树"] {
        assert_eq!(found(&fixture, query).await, [product.get()], "{query}");
    }
    let status = Some(ListingStatus::Published);
    let query = ListingsQuery { status, text: "绿".to_owned(), ..ListingsQuery::default() };
    let card = list_listings(services, &seller(), TEAM, &query, 1).await.unwrap().cards.remove(0);
    assert_eq!((card.price_from.unwrap().get(), card.stock, card.missing), (12_800, 10_000, 0));
    assert!(card.photo.is_some());
    let page = edit_page(services, &seller(), product).await.unwrap();
    assert_eq!(page.form.variants[0].code, "MQLC01");
    assert_eq!(page.form.sc_number, sc_number());
    assert_eq!(page.batches[0].papers.expires_on, "2026-09-23", "production plus shelf life");
    assert_eq!((page.batches[0].code.as_str(), page.batches[0].inputs.len()), ("20250401", 2));

    unpublish(services, &seller(), product).await.unwrap();
    assert!(found(&fixture, "绿茶").await.is_empty());
    let admin = person(10, &[Role::Operator]);
    let log = crate::audit::list_for_subject(services, &admin, "product", product.get()).await.unwrap();
    let actions: Vec<&str> = log.iter().map(|entry| entry.action.as_str()).collect();
    assert!(
        actions.contains(&"listing.published") && actions.contains(&"listing.unpublished"),
        "{actions:?}"
    );

    let mut form = page.form;
    form.name = "雨前绿茶".to_owned();
    save(&fixture, product, &form).await.unwrap();
    assert_eq!(
        publish(services, &seller(), product).await.unwrap().slug,
        published.slug,
        "links keep working"
    );
}

#[tokio::test]
async fn nothing_published_becomes_something_that_could_not_be() {
    let fixture = county().await;
    let services = &fixture.services;
    let (product, form) = tea(&fixture).await;
    publish(services, &seller(), product).await.unwrap();

    let mut worse = form.clone();
    worse.name = "红茶".to_owned();
    worse.sc_number.clear();
    worse.photos.clear();
    assert_eq!(fields(&refused(save(&fixture, product, &worse).await)), ["photos", "sc_number"]);
    let mut unreadable = form.clone();
    unreadable.variants[0].price = "很便宜".to_owned();
    assert_eq!(fields(&refused(save(&fixture, product, &unreadable).await)), ["variants.0.price"]);
    let mut cheaper = form.clone();
    cheaper.variants[0].price = "110".to_owned();
    assert!(fields(&refused(save(&fixture, product, &cheaper).await)).contains(&"variants.0.tier_prices"));
    let page = edit_page(services, &seller(), product).await.unwrap();
    assert_eq!(page.form, form, "nothing was written");

    let sold_out = CorrectStock {
        batch: page.batches[0].batch.to_string(),
        change: "-10000".to_owned(),
        reason: "spoiled".to_owned(),
        inputs: Vec::new(),
    };
    assert_eq!(correct_stock(services, &seller(), &sold_out, "c").await.unwrap(), 0);
    let mut better = form.clone();
    better.name = "明前毛尖".to_owned();
    better.variants[0].price = "138".to_owned();
    save(&fixture, product, &better).await.unwrap();
    assert_eq!(found(&fixture, "毛尖").await, [product.get()], "a sold-out listing can still be mended");
    let card =
        list_listings(services, &seller(), TEAM, &ListingsQuery::default(), 1).await.unwrap().cards.remove(0);
    assert_eq!((card.price_from.unwrap().get(), card.stock), (13_800, 0));
}

#[tokio::test]
async fn variants_taken_out_stay_known_and_codes_are_nobody_elses() {
    let fixture = county().await;
    let (product, mut form) = tea(&fixture).await;
    let bag = VariantForm { code: "茶-1".to_owned(), ..tin() };
    let taken = VariantForm { code: "mqlc01".to_owned(), ..tin() };
    form.variants.extend([bag, taken]);
    let saved = save(&fixture, product, &form).await.unwrap();
    assert_eq!(fields(&saved.problems), ["variants.1.code", "variants.2.code"]);
    let stored = edit_page(&fixture.services, &seller(), product).await.unwrap().form;
    let codes: Vec<&str> = stored.variants.iter().map(|variant| variant.code.as_str()).collect();
    assert_eq!(codes, ["MQLC01", "MQLC02", "MQLC03"]);

    let mut fewer = stored.clone();
    fewer.variants.remove(1);
    save(&fixture, product, &fewer).await.unwrap();
    fewer.variants.push(VariantForm { code: "MQLC02".to_owned(), ..tin() });
    save(&fixture, product, &fewer).await.unwrap();
    let again = edit_page(&fixture.services, &seller(), product).await.unwrap().form;
    assert_eq!(again.variants[2].id, stored.variants[1].id, "the same code is the same variant");
}

#[tokio::test]
async fn someone_elses_listing_does_not_exist() {
    let fixture = county().await;
    let services = &fixture.services;
    let (product, form) = tea(&fixture).await;
    let batch_id = edit_page(services, &seller(), product).await.unwrap().batches[0].batch.to_string();
    for stranger in
        [person(10, &[Role::SellerOf(OTHER_TEAM)]), person(10, &[Role::Operator]), person(10, &[])]
    {
        let command = SaveListing { product, version: 1, form: form.clone() };
        let papers = UpdateBatch { batch: batch_id.clone(), ..UpdateBatch::default() };
        let change = CorrectStock { batch: batch_id.clone(), ..CorrectStock::default() };
        let answers = [
            edit_page(services, &stranger, product).await.err(),
            check_listing(services, &stranger, product).await.err(),
            require_preview(services, &stranger, product).await.err(),
            save_draft(services, &stranger, &command).await.err(),
            publish(services, &stranger, product).await.err(),
            unpublish(services, &stranger, product).await.err(),
            add_batch(services, &stranger, &batch(product), "k").await.err(),
            update_batch(services, &stranger, &papers).await.err(),
            correct_stock(services, &stranger, &change, "k").await.err(),
        ];
        assert!(answers.iter().all(|error| matches!(error, Some(ServiceError::NotFound))), "{answers:?}");
        let team = [
            list_listings(services, &stranger, TEAM, &ListingsQuery::default(), 1).await.err(),
            create_draft(services, &stranger, TEAM, "k").await.err(),
            upload_photo(services, &stranger, TEAM, Bytes::from_static(PHOTO), "k").await.err(),
        ];
        assert!(team.iter().all(|error| matches!(error, Some(ServiceError::Forbidden))), "{team:?}");
    }
    let guest = Viewer::default();
    assert!(matches!(edit_page(services, &guest, product).await, Err(ServiceError::Unauthenticated)));
    assert!(matches!(publish(services, &guest, product).await, Err(ServiceError::Unauthenticated)));
}

#[tokio::test]
async fn two_products_of_one_name_have_two_addresses() {
    let fixture = county().await;
    let services = &fixture.services;
    let (first, mut form) = tea(&fixture).await;
    publish(services, &seller(), first).await.unwrap();
    let second = create_draft(services, &seller(), TEAM, "another").await.unwrap();
    form.variants = vec![tin()];
    save(&fixture, second, &form).await.unwrap();
    add_batch(services, &seller(), &batch(second), "b9").await.unwrap();
    let slug = publish(services, &seller(), second).await.unwrap().slug;
    assert!(slug.starts_with("ming-qian-lv-cha-"), "{slug}");
    assert_eq!(found(&fixture, "明前绿茶").await.len(), 2);
}
