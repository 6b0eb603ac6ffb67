//! What a seller may put into a box, and what keeps one from the shop.

use domain::bundle::PriceMode;
use domain::changes::ChangeSource;
use service::bundles::find_contents;
use service::changes::{ChangeQuery, history, restore};
use service::listing::{Choice, add_batch, check_listing, duplicate, publish, related_choices};
use service::testing::NewGood;

use super::*;

fn errors<T: std::fmt::Debug>(answer: Result<T>) -> Vec<(String, Problem)> {
    match answer {
        Err(ServiceError::Invalid(errors)) => {
            errors.into_iter().map(|error| (error.field, error.problem)).collect()
        }
        other => panic!("a refusal was expected: {other:?}"),
    }
}

fn one(field: &str, problem: Problem) -> Vec<(String, Problem)> {
    vec![(field.to_owned(), problem)]
}

async fn new_box(shop: &TestShop, seller: &Viewer) -> Contents {
    let services = &shop.services;
    let team = shop.places.tea_team;
    let product = create_bundle(services, seller, team, "new").await.unwrap();
    assert_eq!(create_bundle(services, seller, team, "new").await.unwrap(), product, "twice is once");
    contents(services, seller, product).await.unwrap()
}

#[tokio::test]
async fn a_box_holds_two_pieces_or_more_of_the_teams_own_goods() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let page = new_box(shop, &seller).await;
        let offered: Vec<&str> =
            page.parts.iter().map(|part| part.part.row.line.variant.variant_code.as_str()).collect();
        assert!(offered.contains(&"SH-500") && offered.contains(&"CH-250") && !offered.contains(&"FM-500"));
        let save = async |parts: &[(VariantId, i64)], price: Option<&str>, key: &str| {
            save_contents(services, &seller, &form(&page, parts, price), key).await
        };
        let (tea, honey) = (shop.tea.variant(), shop.honey.variant());
        assert_eq!(errors(save(&[(tea, 1)], None, "a").await), one("parts", Problem::BoxTooSmall));
        assert_eq!(errors(save(&[(tea, 0)], None, "b").await), one("parts", Problem::BoxTooSmall));
        assert_eq!(
            errors(save(&[(tea, 2), (honey, 1)], None, "c").await),
            one("parts.1.variant", Problem::NotForSale)
        );
        assert_eq!(
            errors(save(&[(tea, 2), (tea, 1)], None, "d").await),
            one("parts.1.variant", Problem::Taken)
        );
        let much = errors(save(&[(tea, 100)], None, "e").await);
        assert_eq!(much, one("parts.0.quantity", Problem::OutOfRange { min: 0, max: 99 }));
        assert_eq!(errors(save(&[(tea, 2)], Some(""), "f").await), one("price", Problem::Missing));
        assert_eq!(
            errors(save(&[(tea, 2)], Some("0.01"), "g").await),
            one("price", Problem::PriceBelowParts)
        );
        let untouched = contents(services, &seller, page.product).await.unwrap();
        assert_eq!((untouched.version, untouched.price_fen), (1, None));

        let version = save(&[(tea, 2)], None, "h").await.unwrap();
        assert_eq!(save(&[(tea, 2)], None, "h").await.unwrap(), version, "twice is once");
        assert_eq!(conflict(save(&[(tea, 3)], None, "i").await), Conflict::VersionChanged);
        let stored = contents(services, &seller, page.product).await.unwrap();
        assert_eq!((stored.sum_fen, stored.price_fen, stored.in_stock), (fen(9_980), Some(fen(9_980)), 102));
        // A box in a box.
        let other = create_bundle(services, &seller, shop.places.tea_team, "other").await.unwrap();
        let other = contents(services, &seller, other).await.unwrap();
        let own =
            edit_page(services, &seller, page.product).await.unwrap().form.variants[0].id.parse().unwrap();
        let nested = save_contents(services, &seller, &form(&other, &[(own, 2)], None), "j").await;
        assert_eq!(errors(nested), one("parts.0.variant", Problem::NotForSale));
        let told = history(services, &seller, page.product, &ChangeQuery::default(), None).await.unwrap();
        assert_eq!(told.entries[0].difference.after.get("parts").map(String::as_str), Some("CH-100 × 2"));
    })
    .await;
}

#[tokio::test]
async fn a_box_goes_back_to_what_was_in_it() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let (tea, dendrobium) = (shop.tea.variant(), shop.dendrobium.variant());
        let box_ = boxed(shop, "box", &[(tea, 2)], None).await;
        let inside = async || -> (Vec<(VariantId, i64)>, PriceMode, Option<Fen>) {
            let page = contents(services, &seller, box_.product).await.unwrap();
            let parts = page.parts.iter().map(|part| &part.part.row.line);
            let parts = parts.filter(|line| line.quantity > 0);
            (parts.map(|line| (line.variant.variant_id, line.quantity)).collect(), page.mode, page.price_fen)
        };
        let first = inside().await;
        assert_eq!(first, (vec![(tea, 2)], PriceMode::Summed, Some(fen(9_980))));
        shop.clock.advance(DAY_MS);
        let page = contents(services, &seller, box_.product).await.unwrap();
        let other = form(&page, &[(dendrobium, 1), (tea, 3)], Some("200"));
        save_contents(services, &seller, &other, "other").await.unwrap();
        assert_eq!(inside().await, (vec![(dendrobium, 1), (tea, 3)], PriceMode::Free, Some(fen(20_000))));

        let told = history(services, &seller, box_.product, &ChangeQuery::default(), None).await.unwrap();
        for _sent in 0..2 {
            restore(services, &seller, box_.product, told.entries[0].change, told.version).await.unwrap();
        }
        assert_eq!(inside().await, first, "with its price");
        assert_sound(shop).await;
        // And forth again: what was restored is a change like any other.
        let told = history(services, &seller, box_.product, &ChangeQuery::default(), None).await.unwrap();
        assert_eq!(told.entries[0].source, ChangeSource::Restore);
        restore(services, &seller, box_.product, told.entries[0].change, told.version).await.unwrap();
        assert_eq!(inside().await, (vec![(dendrobium, 1), (tea, 3)], PriceMode::Free, Some(fen(20_000))));
        let guest = shop.guest(1);
        let placed = order(shop, 1, &[(box_.variant(), 1)]).await;
        pay(shop, &guest, placed.order_id).await;
        assert_sound(shop).await;

        // A part whose code something else has since is not guessed at.
        let told = history(services, &seller, box_.product, &ChangeQuery::default(), None).await.unwrap();
        let mut tx = services.db.write().await.unwrap();
        let variants = store::listing::list_all_variants(&mut tx, shop.tea.product).await.unwrap();
        let own = variants.into_iter().find(|variant| variant.id == tea).unwrap();
        let renamed = store::listing::ListingVariantRow { code: "CH-101".to_owned(), ..own };
        store::listing::update_variant(&mut tx, &renamed).await.unwrap();
        tx.commit().await.unwrap();
        let before = inside().await;
        let again =
            async || restore(services, &seller, box_.product, told.entries[0].change, told.version).await;
        assert_eq!(errors(again().await), one("parts", Problem::NotForSale), "nobody has it");
        shop.scarce("CH-100", 5).await;
        assert_eq!(errors(again().await), one("parts", Problem::NotForSale), "it is another one's now");
        assert_eq!(inside().await, before, "nothing by halves");
    })
    .await;
}

#[tokio::test]
async fn only_its_sellers_fill_a_box_and_nobody_takes_stock_of_it_in() {
    let shop = &TestShop::sqlite().await;
    let (services, seller) = (&shop.services, shop.seller().await);
    let page = new_box(shop, &seller).await;
    let command = form(&page, &[(shop.tea.variant(), 2)], None);
    let honey = shop.account(&[domain::role::Role::SellerOf(shop.places.honey_team)]).await;
    for stranger in [honey, shop.shopper().await, shop.county_admin().await] {
        assert!(matches!(contents(services, &stranger, page.product).await, Err(ServiceError::NotFound)));
        let refused = save_contents(services, &stranger, &command, "x").await;
        assert!(matches!(refused, Err(ServiceError::NotFound)), "{refused:?}");
        let refused = create_bundle(services, &stranger, shop.places.tea_team, "x").await;
        assert!(matches!(refused, Err(ServiceError::Forbidden)), "{refused:?}");
    }
    assert!(matches!(contents(services, &seller, shop.tea.product).await, Err(ServiceError::NotFound)));
    let command = SaveContents { product: shop.tea.product.to_string(), ..command };
    let no_box = save_contents(services, &seller, &command, "y").await;
    assert!(matches!(no_box, Err(ServiceError::NotFound)), "{no_box:?}");
    let batch = domain::listing::AddBatch { product: page.product.to_string(), ..Default::default() };
    let refused = add_batch(services, &seller, &batch, "z").await;
    assert!(matches!(refused, Err(ServiceError::NotFound)), "{refused:?}");
}

#[tokio::test]
async fn a_box_goes_into_the_shop_with_parts_that_can_be_bought_and_is_copied_with_them() {
    let shop = &TestShop::sqlite().await;
    let (services, seller) = (&shop.services, shop.seller().await);
    let page = new_box(shop, &seller).await;
    let missing = check_listing(services, &seller, page.product).await.unwrap();
    assert!(missing.contains(&FieldError::new("parts", Problem::BoxTooSmall)), "{missing:?}");
    let parts = [(shop.dendrobium.variant(), 1), (shop.tea.variant(), 2)];
    save_contents(services, &seller, &form(&page, &parts, Some("200")), "parts").await.unwrap();
    let edit = edit_page(services, &seller, page.product).await.unwrap();
    let photo = bytes::Bytes::from_static(PICTURE);
    let photo =
        service::photos::upload_photo(services, &seller, shop.places.tea_team, photo, "p").await.unwrap();
    let mut listing = edit.form.clone();
    (listing.name, listing.story) = ("岚河礼盒".to_owned(), "两村好物，包治百病。".to_owned());
    listing.photos = vec![photo.media_id.to_string()];
    let save = async |version: i64, form| {
        let command = SaveListing { product: page.product, version, form };
        save_draft(services, &seller, &command).await.unwrap().version
    };
    let version = save(edit.version, listing.clone()).await;
    let claims = check_listing(services, &seller, page.product).await.unwrap();
    assert!(claims.iter().all(|error| error.field == "story") && !claims.is_empty(), "{claims:?}");
    listing.story = "两村好物。".to_owned();
    save(version, listing).await;
    unpublish(services, &seller, shop.tea.product).await.unwrap();
    let closed = errors(publish(services, &seller, page.product).await);
    assert_eq!(closed, one("parts", Problem::NotForSale));
    {
        let mut tx = services.db.write().await.unwrap();
        store::listing::publish_listing(&mut tx, shop.tea.product, "tea", services.now_ms()).await.unwrap();
        tx.commit().await.unwrap();
    }
    let slug = publish(services, &seller, page.product).await.unwrap().slug;
    let shown = product_page(services, &slug, None, None).await.unwrap();
    assert!(shown.has_stock && shown.freight.is_none());
    assert_eq!(shown.bundle.unwrap().parts.len(), 2);
    let query = service::shop::ListQuery { text: Some("塔元村".to_owned()), ..Default::default() };
    let hits = service::shop::list_page(services, &query).await.unwrap();
    assert!(hits.cards.iter().any(|card| card.slug == slug), "found by the villages of its parts");

    // In the shop it stays something that can be bought.
    let stored = contents(services, &seller, page.product).await.unwrap();
    let cheap = save_contents(services, &seller, &form(&stored, &parts, Some("0.02")), "cheap").await;
    assert_eq!(errors(cheap), one("price", Problem::PriceBelowParts));
    let (_, copy) = duplicate(services, &seller, page.product, "copy").await.unwrap();
    let copy = contents(services, &seller, copy).await.unwrap();
    assert_eq!((copy.price_fen, copy.sum_fen), (Some(fen(20_000)), fen(26_781)));
}

/// A picture of the demonstration.
const PICTURE: &[u8] = include_bytes!("../../../data/demo/pictures/tea-danya-1.webp");

#[tokio::test]
async fn what_was_not_changed_lately_is_found_for_a_box() {
    TestShop::on_both(async |shop| {
        let (services, seller, places) = (&shop.services, shop.seller().await, &shop.places);
        shop.clock.advance(1_000);
        let many = NewGood {
            slug: "many".to_owned(),
            team: places.tea_team,
            place: places.tea_place,
            freight: places.tea_freight,
            village: places.villages[0],
            variants: (0..201).map(|number| (format!("MANY-{number}"), 1_000, 1, 100)).collect(),
            tiers: Vec::new(),
            batches: vec![(9, "2027-06-30", vec![(places.villages[0], 1)])],
        };
        many.publish(services, places).await;
        let page = new_box(shop, &seller).await;
        let codes = |page: &Contents| -> Vec<String> {
            page.parts.iter().map(|part| part.part.row.line.variant.variant_code.clone()).collect()
        };
        assert!(page.has_more && !codes(&page).contains(&"CH-250".to_owned()), "too many to list");
        for text in ["ch-25", " CH-250 "] {
            let found = find_contents(services, &seller, page.product, text).await.unwrap();
            assert_eq!((codes(&found), found.has_more), (vec!["CH-250".to_owned()], false), "{text}");
        }
        let found = find_contents(services, &seller, page.product, "Tea").await.unwrap();
        assert_eq!(codes(&found), ["CH-100", "CH-250"], "by a name");
        save_contents(services, &seller, &form(&page, &[(shop.tea.variants[1], 2)], None), "k")
            .await
            .unwrap();
        let kept = find_contents(services, &seller, page.product, "MANY-200").await.unwrap();
        assert_eq!(codes(&kept), ["CH-250", "MANY-200"], "what is in it stays, whatever is looked for");
    })
    .await;
}

#[tokio::test]
async fn what_stands_beside_a_product_is_found_and_stays_chosen_among_many() {
    let shop = TestShop::sqlite().await;
    let (services, seller) = (&shop.services, shop.seller().await);
    shop.clock.advance(1_000);
    for number in 0..61 {
        shop.scarce(&format!("LATER-{number}"), 1).await;
    }
    let (product, tea) = (shop.dendrobium.product, shop.tea.product.to_string());
    let page = edit_page(services, &seller, product).await.unwrap();
    let offers = |choices: &[Choice]| choices.iter().any(|choice| choice.id == tea);
    assert!(page.choices.has_more_related && !offers(&page.choices.related), "sixty that were changed last");
    let (found, has_more) = related_choices(services, &seller, product, " TEA ").await.unwrap();
    assert_eq!((found.len(), offers(&found), has_more), (1, true, false));
    let mut tx = services.db.write().await.unwrap();
    store::listing::replace_related(&mut tx, product, &[shop.tea.product]).await.unwrap();
    tx.commit().await.unwrap();
    let page = edit_page(services, &seller, product).await.unwrap();
    assert_eq!(page.choices.related[0].id, tea, "what was chosen can be sent again");
    let (found, _) = related_choices(services, &seller, product, "later-60").await.unwrap();
    assert_eq!(found.len(), 2, "and stays while others are looked for");
    let other = shop.account(&[domain::role::Role::SellerOf(shop.places.honey_team)]).await;
    let foreign = related_choices(services, &other, product, "").await;
    assert!(matches!(foreign, Err(ServiceError::NotFound)));
}
