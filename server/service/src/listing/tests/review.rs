//! The captain's word before a listing goes into the shop.

use domain::after_sale::ReturnRule;
use domain::notification::NotificationKind;
use domain::review::ReviewStatus;
use domain::time::{DAY_MS, china_minute_text};

use super::*;
use crate::notifications::{NotificationQuery, list_notifications};
use crate::worker;

fn captain() -> Viewer {
    person(10, &[Role::CaptainOf(TEAM)])
}

fn unseen(fields: &[&str]) -> Vec<FieldError> {
    fields.iter().map(|field| FieldError::new(*field, Problem::NotReviewed)).collect()
}

async fn review(fixture: &Fixture, product: ProductId) -> Review {
    edit_page(&fixture.services, &seller(), product).await.unwrap().review.unwrap()
}

async fn word(
    fixture: &Fixture,
    product: ProductId,
    is_approved: bool,
    remarks: &[(&str, &str)],
) -> Result<()> {
    let version = edit_page(&fixture.services, &seller(), product).await?.version;
    let remarks = remarks.iter().map(|(field, text)| ((*field).to_owned(), (*text).to_owned())).collect();
    let command = DecideReview { product, version, is_approved, remarks };
    decide(&fixture.services, &captain(), &command).await
}

#[tokio::test]
async fn nothing_goes_into_the_shop_that_the_captain_has_not_seen() {
    on_both(async |fixture: &Fixture| {
        let services = &fixture.services;
        let (product, mut form) = tea(fixture).await;
        assert_eq!(edit_page(services, &seller(), product).await.unwrap().review, None, "nobody asks for it");
        assert!(matches!(submit(services, &seller(), product).await, Err(ServiceError::Conflict(_))));
        assert!(matches!(set_reviews(services, &seller(), TEAM, true).await, Err(ServiceError::Forbidden)));
        for _ in 0..2 {
            set_reviews(services, &captain(), TEAM, true).await.unwrap();
        }

        // Neither by the button nor at a moment that was chosen.
        assert_eq!(refused(publish(services, &seller(), product).await), unseen(&["review"]));
        let tomorrow = china_minute_text(services.now_ms() + DAY_MS);
        assert_eq!(refused(schedule(services, &seller(), product, &tomorrow).await), unseen(&["review"]));

        for _ in 0..2 {
            submit(services, &seller(), product).await.unwrap();
        }
        assert_eq!(reviews(services, &captain(), TEAM).await.unwrap().waiting, 1);
        assert_eq!(refused(word(fixture, product, false, &[("name", " ")]).await)[0].field, "remarks");
        let remarks = [("story", "请写明海拔"), ("photos", "太暗"), ("secret", "x")];
        for _ in 0..2 {
            word(fixture, product, false, &remarks).await.unwrap();
        }
        let returned = review(fixture, product).await;
        assert_eq!(returned.status, Some(ReviewStatus::Returned));
        let said: Vec<(&str, &str)> =
            returned.remarks.iter().map(|(at, text)| (at.as_str(), text.as_str())).collect();
        assert_eq!(said, [("photos", "太暗"), ("story", "请写明海拔")], "in the order of the form");
        assert!(
            matches!(word(fixture, product, true, &[]).await, Err(ServiceError::Conflict(_))),
            "it was returned"
        );
        assert!(!refused(publish(services, &seller(), product).await).is_empty());

        form.story.push_str("海拔一千米。");
        save(fixture, product, &form).await.unwrap();
        submit(services, &seller(), product).await.unwrap();
        let stale = DecideReview { product, version: 1, is_approved: true, remarks: Vec::new() };
        let late = decide(services, &captain(), &stale).await;
        assert!(matches!(late, Err(ServiceError::Conflict(Conflict::VersionChanged))));
        let by_seller = decide(services, &seller(), &stale).await;
        assert!(matches!(by_seller, Err(ServiceError::Forbidden)));
        let stranger = person(10, &[Role::CaptainOf(OTHER_TEAM)]);
        assert!(matches!(decide(services, &stranger, &stale).await, Err(ServiceError::NotFound)));
        for _ in 0..2 {
            word(fixture, product, true, &[]).await.unwrap();
        }
        assert!(review(fixture, product).await.is_approved);
        publish(services, &seller(), product).await.unwrap();

        // In the shop: what it costs is the team's business, what it says the captain's.
        form.variants[0].price = "130".to_owned();
        form.season_from = "3-20".to_owned();
        form.season_until = "11月".to_owned();
        save(fixture, product, &form).await.unwrap();
        form.story.push_str("海拔两千米。");
        assert_eq!(refused(save(fixture, product, &form).await), unseen(&["story"]));
        let version = edit_page(services, &captain(), product).await.unwrap().version;
        let command = SaveListing { product, version, form: form.clone() };
        save_draft(services, &captain(), &command).await.unwrap();
        unpublish(services, &seller(), product).await.unwrap();
        publish(services, &seller(), product).await.unwrap();
        unpublish(services, &seller(), product).await.unwrap();
        form.name = "别的茶".to_owned();
        save(fixture, product, &form).await.unwrap();
        assert_eq!(
            refused(publish(services, &seller(), product).await),
            unseen(&["review"]),
            "it says something else"
        );
        set_reviews(services, &captain(), TEAM, false).await.unwrap();
        publish(services, &seller(), product).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_chosen_moment_waits_for_the_captain_too() {
    on_both(async |fixture: &Fixture| {
        let services = &fixture.services;
        let (product, mut form) = tea(fixture).await;
        set_reviews(services, &captain(), TEAM, true).await.unwrap();
        submit(services, &seller(), product).await.unwrap();
        word(fixture, product, true, &[]).await.unwrap();
        let soon = china_minute_text(services.now_ms() + DAY_MS);
        schedule(services, &seller(), product, &soon).await.unwrap();
        form.name = "换了名字的茶".to_owned();
        save(fixture, product, &form).await.unwrap();
        fixture.clock.advance(DAY_MS);
        while worker::run_due(services).await.unwrap() > 0 {}
        let page = edit_page(services, &seller(), product).await.unwrap();
        assert_eq!(
            (page.status, fields(&page.schedule.unwrap().problems)),
            (ListingStatus::Draft, vec!["review"])
        );

        // What a captain puts off is approved by that.
        let later = china_minute_text(services.now_ms() + DAY_MS);
        schedule(services, &captain(), product, &later).await.unwrap();
        fixture.clock.advance(DAY_MS);
        while worker::run_due(services).await.unwrap() > 0 {}
        assert_eq!(edit_page(services, &seller(), product).await.unwrap().status, ListingStatus::Published);
    })
    .await;
}

#[tokio::test]
async fn a_season_that_cannot_be_read_is_named_and_kept_as_it_was() {
    let fixture = county().await;
    let (product, mut form) = draft(&fixture).await;
    (form.season_from, form.season_until) = ("3月20日".to_owned(), "5月".to_owned());
    save(&fixture, product, &form).await.unwrap();
    let stored = edit_page(&fixture.services, &seller(), product).await.unwrap().form;
    assert_eq!((stored.season_from.as_str(), stored.season_until.as_str()), ("03-20", "05-31"));
    form.season_until = "夏天".to_owned();
    let saved = save(&fixture, product, &form).await.unwrap();
    assert_eq!(saved.problems, [FieldError::new("season_until", Problem::NotADay)]);
    let stored = edit_page(&fixture.services, &seller(), product).await.unwrap().form;
    assert_eq!(stored.season_until, "05-31");
}

/// What a person has not read, the newest first.
async fn unread(fixture: &Fixture, viewer: &Viewer) -> Vec<NotificationKind> {
    let all = NotificationQuery::default();
    let page = list_notifications(&fixture.services, viewer, TEAM, &all, 1).await.unwrap();
    page.rows.into_iter().map(|row| row.kind).collect()
}

#[tokio::test]
async fn whoever_waits_for_a_word_is_told_of_it_and_a_failed_moment_is_told_to_all() {
    use NotificationKind::{PublishFailed, ReviewAnswered, ReviewAsked};
    let fixture = county().await;
    let services = &fixture.services;
    let mut tx = services.db.write().await.unwrap();
    for (user, role) in [(9, Role::SellerOf(TEAM)), (10, Role::CaptainOf(TEAM))] {
        let user = UserId::from_i64(user);
        store::people::insert_role(&mut tx, services.new_id(), user, role, 1).await.unwrap();
    }
    tx.commit().await.unwrap();
    let (product, mut form) = tea(&fixture).await;
    set_reviews(services, &captain(), TEAM, true).await.unwrap();
    submit(services, &seller(), product).await.unwrap();
    assert_eq!(unread(&fixture, &captain()).await, [ReviewAsked]);
    assert_eq!(unread(&fixture, &seller()).await, [], "whoever asked knows");
    word(&fixture, product, false, &[("story", "请写明海拔")]).await.unwrap();
    assert_eq!(unread(&fixture, &captain()).await, [], "seen to");
    assert_eq!(unread(&fixture, &seller()).await, [ReviewAnswered]);
    form.story.push_str("海拔一千米。");
    save(&fixture, product, &form).await.unwrap();
    submit(services, &seller(), product).await.unwrap();
    assert_eq!(unread(&fixture, &captain()).await, [ReviewAsked], "asked again, told again");
    word(&fixture, product, true, &[]).await.unwrap();
    assert_eq!(unread(&fixture, &seller()).await, [ReviewAnswered]);

    let soon = china_minute_text(services.now_ms() + DAY_MS);
    schedule(services, &seller(), product, &soon).await.unwrap();
    form.name = "换了名字的茶".to_owned();
    save(&fixture, product, &form).await.unwrap();
    fixture.clock.advance(DAY_MS);
    while worker::run_due(services).await.unwrap() > 0 {}
    assert_eq!(unread(&fixture, &seller()).await, [PublishFailed, ReviewAnswered]);
    assert_eq!(unread(&fixture, &captain()).await, [PublishFailed]);
    publish(services, &captain(), product).await.unwrap();
    assert_eq!(unread(&fixture, &captain()).await, [], "it is in the shop after all");
    assert_eq!(unread(&fixture, &seller()).await, [ReviewAnswered]);
}

#[tokio::test]
async fn nobody_ends_the_seven_days_of_buyers_without_the_captain() {
    on_both(async |fixture: &Fixture| {
        let services = &fixture.services;
        let (product, mut form) = tea(fixture).await;
        set_reviews(services, &captain(), TEAM, true).await.unwrap();
        form.return_rule = "once_opened".to_owned();
        save(fixture, product, &form).await.unwrap();
        submit(services, &seller(), product).await.unwrap();
        let shown = edit_page(services, &captain(), product).await.unwrap().review.unwrap().returns.unwrap();
        assert_eq!((shown.rule, shown.is_declared), (ReturnRule::OnceOpened, true));
        assert_eq!(shown.changed, Some((services.now_ms(), None)), "before, its food class spoke");
        assert_eq!(review(fixture, product).await.returns, None, "the member knows what was typed");
        word(fixture, product, false, &[("return_rule", "整罐退的也要收")]).await.unwrap();
        assert_eq!(review(fixture, product).await.remarks[0].0, "return_rule");

        form.return_rule = "seven_days".to_owned();
        save(fixture, product, &form).await.unwrap();
        submit(services, &seller(), product).await.unwrap();
        let shown = edit_page(services, &captain(), product).await.unwrap().review.unwrap().returns.unwrap();
        assert_eq!(shown.changed, Some((services.now_ms(), Some(ReturnRule::OnceOpened))));
        word(fixture, product, true, &[]).await.unwrap();
        publish(services, &seller(), product).await.unwrap();

        // In the shop neither another word nor none: what is left out is said by the food class.
        for rule in ["perishable", "made_to_order", ""] {
            form.return_rule = rule.to_owned();
            assert_eq!(refused(save(fixture, product, &form).await), unseen(&["return_rule"]), "{rule}");
        }
        form.return_rule = "never".to_owned();
        let unread = [FieldError::new("return_rule", Problem::UnknownCode)];
        assert_eq!(refused(save(fixture, product, &form).await), unread);
        assert_eq!(edit_page(services, &seller(), product).await.unwrap().form.return_rule, "seven_days");
    })
    .await;
}
