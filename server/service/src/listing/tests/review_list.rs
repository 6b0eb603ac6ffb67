//! What waits for the captain: narrowed, counted, page by page, taken along.

use domain::ids::{CategoryId, FreightTemplateId, PlaceId, VillageId};
use domain::review::ReviewStatus;
use store::listing::ReviewRow;

use super::*;

fn captain() -> Viewer {
    person(10, &[Role::CaptainOf(TEAM)])
}

/// A draft of the team that waits since `at_ms`.
async fn wait(fixture: &Fixture, id: i64, name: &str, village: i64, by: i64, at_ms: i64) {
    let product = ProductId::from_i64(id);
    let row = ListingRow {
        team_id: TEAM,
        category_id: CategoryId::from_i64(50),
        village_id: VillageId::from_i64(village),
        place_id: PlaceId::from_i64(60),
        freight_template_id: FreightTemplateId::from_i64(61),
        name: name.to_owned(),
        ..ListingRow::blank(product, at_ms)
    };
    let review = ReviewRow {
        status: ReviewStatus::Submitted,
        claims: "{}".to_owned(),
        remarks: String::new(),
        submitted_by: Some(by),
        submitted_at_ms: at_ms,
        decided_by: None,
        decided_at_ms: None,
    };
    let mut tx = fixture.services.db.write().await.unwrap();
    rows::insert_listing(&mut tx, &row, Some(UserId::from_i64(by)), at_ms).await.unwrap();
    rows::put_review(&mut tx, product, &review).await.unwrap();
    tx.commit().await.unwrap();
}

async fn asked(fixture: &Fixture, query: &ReviewsQuery, page: i64) -> ReviewsPage {
    list_reviews(&fixture.services, &captain(), TEAM, query, page).await.unwrap()
}

#[tokio::test]
async fn what_waits_for_the_captain_is_narrowed_counted_and_taken_along() {
    on_both(async |fixture: &Fixture| {
        let (services, all) = (&fixture.services, ReviewsQuery::default());
        assert!(!asked(fixture, &all, 1).await.is_on, "nobody asks for a review");
        set_reviews(services, &captain(), TEAM, true).await.unwrap();
        let nothing = asked(fixture, &all, 1).await;
        assert_eq!((nothing.is_on, nothing.waiting, nothing.pages), (true, 0, 1));
        for (id, name, village, by, at_ms) in
            [(501, "明前绿茶", 3, 9, 30), (502, "土蜂蜜", 31, 10, 10), (503, "雨前绿茶", 31, 9, 20)]
        {
            wait(fixture, id, name, village, by, at_ms).await;
        }

        let ids = |rows: &[WaitingReview]| rows.iter().map(|row| row.product_id.get()).collect::<Vec<_>>();
        let page = asked(fixture, &all, 1).await;
        assert_eq!(ids(&page.rows), [502, 503, 501], "the longest first");
        assert_eq!((page.found, page.waiting), (3, 3));
        assert_eq!(page.rows[0].village_name, "枣树村");
        assert_eq!(page.rows[0].submitted_by_name.as_deref(), Some("队友"));
        assert_eq!(page.villages.len(), 2);
        assert_eq!(page.submitters.len(), 2);
        let (text, village, by) =
            ("绿茶".to_owned(), VillageId::from_i64(31).to_string(), UserId::from_i64(9).to_string());
        let of_village = ReviewsQuery { village, ..ReviewsQuery::default() };
        for (query, found) in [
            (ReviewsQuery { text: text.clone(), ..all.clone() }, vec![503, 501]),
            (of_village.clone(), vec![502, 503]),
            (ReviewsQuery { by: by.clone(), ..all.clone() }, vec![503, 501]),
            (ReviewsQuery { text, by, ..of_village }, vec![503]),
            (ReviewsQuery { text: "核桃".to_owned(), ..all.clone() }, vec![]),
            (ReviewsQuery { village: "x' OR 1".to_owned(), ..all.clone() }, vec![502, 503, 501]),
        ] {
            let page = asked(fixture, &query, 9).await;
            assert_eq!((ids(&page.rows), page.waiting), (found.clone(), 3), "{query:?}");
            assert_eq!(page.found, i64::try_from(found.len()).unwrap(), "{query:?}");
            let (taken, has_more) = exported_reviews(services, &captain(), TEAM, &query).await.unwrap();
            assert_eq!((ids(&taken), has_more), (found, false), "{query:?}");
        }
        for stranger in [person(9, &[Role::SellerOf(OTHER_TEAM)]), person(9, &[Role::Operator])] {
            let listed = list_reviews(services, &stranger, TEAM, &all, 1).await;
            assert!(matches!(listed, Err(ServiceError::Forbidden)));
            let taken = exported_reviews(services, &stranger, TEAM, &all).await;
            assert!(matches!(taken, Err(ServiceError::Forbidden)));
            assert!(matches!(reviews(services, &stranger, TEAM).await, Err(ServiceError::Forbidden)));
        }
    })
    .await;
}

#[tokio::test]
async fn a_long_queue_goes_on_page_by_page_and_is_counted_whole() {
    on_both(async |fixture: &Fixture| {
        let (services, all) = (&fixture.services, ReviewsQuery::default());
        set_reviews(services, &captain(), TEAM, true).await.unwrap();
        for number in 1..=63 {
            wait(fixture, 500 + number, "绿茶", 3, 9, number).await;
        }
        let first = asked(fixture, &all, 1).await;
        assert_eq!((first.rows.len(), first.found, first.pages), (50, 63, 2));
        let last = asked(fixture, &all, 2).await;
        assert_eq!((last.rows.len(), last.rows[0].product_id.get(), last.page), (13, 551, 2));
        assert_eq!(asked(fixture, &all, 99).await, last, "beyond the end there is the last page");
        let told = reviews(services, &seller(), TEAM).await.unwrap();
        assert_eq!((told.waiting, told.first.len()), (63, 5), "more than are named are counted");
        assert_eq!(exported_reviews(services, &captain(), TEAM, &all).await.unwrap().0.len(), 63);

        set_reviews(services, &captain(), TEAM, false).await.unwrap();
        let off = asked(fixture, &all, 1).await;
        assert_eq!((off.is_on, off.waiting, off.rows.len()), (false, 0, 0), "nobody waits any more");
    })
    .await;
}
