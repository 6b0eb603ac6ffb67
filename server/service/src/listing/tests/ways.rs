//! Copies, chosen moments, and what something cost before.

use domain::changes::ChangeSource;
use domain::money::Fen;
use domain::time::{DAY_MS, HOUR_MS, china_minute_text};

use super::*;
use crate::shop::product_page;
use crate::{changes, worker};

#[tokio::test]
async fn a_copy_says_the_same_under_new_codes_and_has_no_stock() {
    let fixture = county().await;
    let services = &fixture.services;
    let (original, mut form) = tea(&fixture).await;
    form.return_rule = "once_opened".to_owned();
    save(&fixture, original, &form).await.unwrap();
    publish(services, &seller(), original).await.unwrap();
    let (team, copy) = duplicate(services, &seller(), original, "copy").await.unwrap();
    assert_eq!(team, TEAM);
    assert_eq!(duplicate(services, &seller(), original, "copy").await.unwrap(), (team, copy), "once");
    let page = edit_page(services, &seller(), copy).await.unwrap();
    assert_eq!((page.status, page.batches.len()), (ListingStatus::Draft, 0));
    let codes =
        |form: &ListingForm| form.variants.iter().map(|variant| variant.code.clone()).collect::<Vec<_>>();
    assert!(codes(&page.form).iter().all(|code| !codes(&form).contains(code)), "{:?}", codes(&page.form));
    let mut same = page.form.clone();
    for (copy, original) in same.variants.iter_mut().zip(&form.variants) {
        (copy.id, copy.code) = (original.id.clone(), original.code.clone());
    }
    assert_eq!(same, form, "words, label, photos, variants, prices, tiers and return rule");
    assert_eq!(fields(&page.problems), ["batches"], "nothing but stock is missing");
    let history =
        changes::history(services, &seller(), copy, &changes::ChangeQuery::default(), None).await.unwrap();
    assert_eq!(history.entries[0].source, ChangeSource::Copy);
    let stranger = person(10, &[Role::SellerOf(OTHER_TEAM)]);
    assert!(matches!(duplicate(services, &stranger, original, "x").await, Err(ServiceError::NotFound)));
}

async fn moment(fixture: &Fixture, product: ProductId) -> Option<Schedule> {
    edit_page(&fixture.services, &seller(), product).await.unwrap().schedule
}

#[tokio::test]
async fn a_listing_goes_into_the_shop_at_the_moment_that_was_chosen() {
    on_both(async |fixture: &Fixture| {
        let services = &fixture.services;
        let (empty, _) = draft(fixture).await;
        let at = |ahead_ms: i64| china_minute_text(services.now_ms() + ahead_ms).replace(' ', "T");
        let tomorrow = at(DAY_MS);
        assert!(
            !refused(schedule(services, &seller(), empty, &tomorrow).await).is_empty(),
            "not even complete"
        );
        let (product, _) = tea(fixture).await;
        for (text, problem) in [
            (String::new(), Problem::Missing),
            ("tomorrow".to_owned(), Problem::NotADate),
            (at(-HOUR_MS), Problem::WrongOrder),
            (at(400 * DAY_MS), Problem::OutOfRange { min: 1, max: 366 }),
        ] {
            let expected = [FieldError::new("publish_at", problem)];
            assert_eq!(refused(schedule(services, &seller(), product, &text).await), expected, "{text}");
        }
        let stranger = person(10, &[Role::SellerOf(OTHER_TEAM)]);
        assert!(matches!(
            schedule(services, &stranger, product, &tomorrow).await,
            Err(ServiceError::NotFound)
        ));
        assert!(matches!(unschedule(services, &stranger, product).await, Err(ServiceError::NotFound)));

        let first_ms = schedule(services, &seller(), product, &at(HOUR_MS)).await.unwrap();
        assert_eq!(
            moment(fixture, product).await,
            Some(Schedule { publish_at_ms: first_ms, problems: vec![] })
        );
        unschedule(services, &seller(), product).await.unwrap();
        fixture.clock.advance(2 * HOUR_MS);
        while worker::run_due(services).await.unwrap() > 0 {}
        let page = edit_page(services, &seller(), product).await.unwrap();
        assert_eq!((page.status, page.schedule), (ListingStatus::Draft, None), "given up in time");

        let chosen_ms = schedule(services, &seller(), product, &at(DAY_MS)).await.unwrap();
        while worker::run_due(services).await.unwrap() > 0 {}
        assert_eq!(
            edit_page(services, &seller(), product).await.unwrap().status,
            ListingStatus::Draft,
            "not before"
        );
        fixture.clock.advance(chosen_ms - services.now_ms());
        while worker::run_due(services).await.unwrap() > 0 {}
        let page = edit_page(services, &seller(), product).await.unwrap();
        assert_eq!((page.status, page.schedule), (ListingStatus::Published, None));
        let entry = changes::history(services, &seller(), product, &changes::ChangeQuery::default(), None)
            .await
            .unwrap()
            .entries
            .remove(0);
        assert_eq!(entry.source, ChangeSource::Schedule);
        let asked = schedule(services, &seller(), product, &at(DAY_MS)).await;
        assert!(matches!(asked, Err(ServiceError::Conflict(Conflict::StateChanged))), "it is in the shop");
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_published_when_its_moment_comes_stays_out_and_says_why() {
    on_both(async |fixture: &Fixture| {
        let services = &fixture.services;
        let (product, mut form) = tea(fixture).await;
        let at = china_minute_text(services.now_ms() + DAY_MS);
        schedule(services, &seller(), product, &at).await.unwrap();
        form.story = String::new();
        save(fixture, product, &form).await.unwrap();
        fixture.clock.advance(DAY_MS);
        while worker::run_due(services).await.unwrap() > 0 {}
        let page = edit_page(services, &seller(), product).await.unwrap();
        assert_eq!(page.status, ListingStatus::Draft);
        assert_eq!(fields(&page.schedule.unwrap().problems), ["story"]);
    })
    .await;
}

#[tokio::test]
async fn a_reduced_price_is_shown_beside_the_lowest_of_the_month_before() {
    let fixture = county().await;
    let services = &fixture.services;
    let (product, mut form) = tea(&fixture).await;
    form.variants[0].tier_prices = String::new();
    let mut cost = async |price: &str| {
        form.variants[0].price = price.to_owned();
        save(&fixture, product, &form).await.unwrap();
    };
    cost("200").await;
    cost("150").await;
    let slug = publish(services, &seller(), product).await.unwrap().slug;
    let was = async || product_page(services, &slug, None, None).await.unwrap().variants[0].was_price_fen;
    assert_eq!(was().await, None, "nobody has seen what a draft cost");
    fixture.clock.advance(DAY_MS);
    cost("120").await;
    assert_eq!(was().await, Some(Fen::new(15_000)));
    fixture.clock.advance(DAY_MS);
    cost("180").await;
    fixture.clock.advance(DAY_MS);
    cost("130").await;
    assert_eq!(was().await, None, "it was 120 the day before yesterday");
    cost("110").await;
    assert_eq!(was().await, Some(Fen::new(12_000)));
    fixture.clock.advance(31 * DAY_MS);
    assert_eq!(was().await, None, "by now it is the price");
}
