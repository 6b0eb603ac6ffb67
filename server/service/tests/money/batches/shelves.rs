//! Counting a place: everything that lies there at once, all of it or nothing.

use std::collections::BTreeMap;

use domain::ids::{PlaceId, StocktakeId};
use service::stock::{
    CountPlace, CountsQuery, ShelfLine, ShelfPage, ShelfQuery, count_place, exported_counts, line_key,
    list_counts, shelf_page, shelf_places,
};

use super::*;

async fn form_of(shop: &TestShop, viewer: &Viewer, place: PlaceId, sent: &[BatchId]) -> ShelfPage {
    let query = ShelfQuery { place: place.to_string(), ..ShelfQuery::default() };
    shelf_page(&shop.services, viewer, shop.places.tea_team, &query, 1, sent).await.unwrap()
}

fn codes(page: &ShelfPage) -> Vec<&str> {
    page.rows.iter().map(|row| row.code.as_str()).collect()
}

/// The form of the page with what was counted of some batches, and why.
fn filled(shop: &TestShop, page: &ShelfPage, typed: &[(BatchId, &str, &str)]) -> CountPlace {
    let line = |batch: BatchId, expected: i64| {
        let found = typed.iter().find(|(wanted, _, _)| *wanted == batch);
        let (counted, reason) = found.map_or(("", ""), |(_, counted, reason)| (*counted, *reason));
        let line = ShelfLine {
            expected: expected.to_string(),
            counted: counted.to_owned(),
            reason: reason.to_owned(),
        };
        (line_key(batch), line)
    };
    CountPlace {
        team: shop.places.tea_team.to_string(),
        place: page.place.to_string(),
        note: String::new(),
        lines: page.rows.iter().map(|row| line(row.batch, row.expected)).collect(),
    }
}

/// The fields and what is wrong with them.
fn wrong(answer: Result<Vec<StocktakeId>>) -> BTreeMap<String, Problem> {
    refused(answer).into_iter().map(|error| (error.field, error.problem)).collect()
}

fn at(batch: BatchId, field: &str) -> String {
    format!("lines.{}.{field}", line_key(batch))
}

pub(super) async fn second_place(shop: &TestShop) -> PlaceId {
    let id: PlaceId = shop.services.new_id();
    let row = store::seed::NewDispatchPlace {
        id,
        team_id: shop.places.tea_team,
        name: "河边仓".to_owned(),
        region_code: Town::NEAR.to_owned(),
        address: "城关镇".to_owned(),
        phone: "0915-2522002".to_owned(),
    };
    let mut tx = shop.services.db.write().await.unwrap();
    store::seed::insert_dispatch_place(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
    id
}

#[tokio::test]
async fn a_place_is_counted_at_once_all_of_it_or_nothing() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let (place, tea) = (shop.places.tea_place, &shop.tea.batches);
        let good = shop.scarce("COUNT", 10).await;
        let id = good.batches[0];
        order(shop, 1, &[(good.variant(), 2)]).await;
        let paid = order(shop, 2, &[(good.variant(), 3)]).await;
        pay(shop, &shop.guest(2), paid.order_id).await;
        let page = form_of(shop, &seller, place, &[]).await;
        assert_eq!(codes(&page), ["count-0", "dendrobium-0", "tea-0", "tea-1"], "by product, then by day");
        assert_eq!((page.rows[0].expected, page.rows[0].promised), (10, 5));

        let mut stale = filled(shop, &page, &[(id, "4", "lost"), (tea[0], "480", ""), (tea[1], "20000", "")]);
        stale.lines.get_mut(&line_key(tea[1])).unwrap().expected = "19999".to_owned();
        let named = BTreeMap::from([
            (at(id, "counted"), Problem::OrdersWait),
            (at(tea[0], "reason"), Problem::Missing),
            (at(tea[1], "counted"), Problem::ChangedMeanwhile),
        ]);
        assert_eq!(wrong(count_place(services, &seller, &stale, "a").await), named);
        let odd = filled(shop, &page, &[(id, "9", "found"), (tea[0], "510", "other")]);
        let named =
            BTreeMap::from([(at(id, "reason"), Problem::Unknown), ("note".to_owned(), Problem::Missing)]);
        assert_eq!(wrong(count_place(services, &seller, &odd, "a").await), named);
        let blank = filled(shop, &page, &[]);
        let nothing = BTreeMap::from([("lines".to_owned(), Problem::Missing)]);
        assert_eq!(wrong(count_place(services, &seller, &blank, "a").await), nothing);
        assert_eq!(
            (batch(shop, id).await, batch(shop, tea[0]).await),
            ((5, 2, 3), (500, 0, 0)),
            "none of it"
        );

        let right =
            filled(shop, &page, &[(id, "8", "lost"), (tea[0], "510", "found"), (tea[1], "20000", "")]);
        let kept = count_place(services, &seller, &right, "a").await.unwrap();
        assert_eq!(kept.len(), 2, "each product tells of its own");
        assert_eq!(count_place(services, &seller, &right, "a").await.unwrap(), kept, "twice is once");
        assert_eq!((batch(shop, id).await, batch(shop, tea[0]).await), ((3, 2, 3), (510, 0, 0)));
        let desk = batch_desk(services, &seller, &id.to_string()).await.unwrap();
        let (last, name) = (&desk.movements[0], &page.place_name);
        assert_eq!(
            (last.kind, last.reason.as_str(), last.written_off_change),
            (MovementKind::Count, "lost", 2)
        );
        assert_eq!(last.place.as_ref(), Some(name), "where it was counted");
        assert_eq!(count_page(services, &seller, good.product).await.unwrap().earlier.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_batch_that_moved_while_it_was_counted_is_named_and_nothing_is_lost() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let (place, tea) = (shop.places.tea_place, &shop.tea.batches);
        let river = second_place(shop).await;
        assert_eq!(shelf_places(services, &seller, shop.places.tea_team).await.unwrap().len(), 2);
        let page = form_of(shop, &seller, place, &[]).await;
        let form = filled(shop, &page, &[(tea[0], "490", "spoiled"), (tea[1], "19900", "sample")]);
        let carried = MoveBatch { batch: tea[0].to_string(), place: river.to_string(), note: String::new() };
        move_batch(services, &seller, &carried, "m").await.unwrap();
        let elsewhere = Problem::LiesElsewhere { place: "河边仓".to_owned() };
        let named = BTreeMap::from([(at(tea[0], "counted"), elsewhere)]);
        assert_eq!(wrong(count_place(services, &seller, &form, "a").await), named);
        assert_eq!(batch(shop, tea[1]).await, (20_000, 0, 0), "the right line waits for the wrong one");
        let without = form_of(shop, &seller, place, &[]).await;
        assert!(!codes(&without).contains(&"tea-0"));
        let again = form_of(shop, &seller, place, &[tea[0], tea[1]]).await;
        let moved = again.rows.iter().find(|row| row.batch == tea[0]).unwrap();
        assert_eq!(moved.elsewhere.as_deref(), Some("河边仓"), "what was typed keeps its line");
        assert_eq!(again.rows.len(), without.rows.len() + 1);

        count_place(services, &seller, &filled(shop, &without, &[(tea[1], "19900", "sample")]), "b")
            .await
            .unwrap();
        let there = form_of(shop, &seller, river, &[]).await;
        count_place(services, &seller, &filled(shop, &there, &[(tea[0], "490", "spoiled")]), "c")
            .await
            .unwrap();
        assert_eq!((batch(shop, tea[0]).await.0, batch(shop, tea[1]).await.0), (490, 19_900));
    })
    .await;
}

#[tokio::test]
async fn what_should_be_gone_is_counted_when_it_is_asked_for_and_marks_follow() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let (treasurer, seller, good, mark, _) = marks::marked(shop, 30, 12).await;
        let id = good.batches[0];
        write_off(services, &seller, &lost(shop.tea.batches[0], 500, "spoiled", ""), "w").await.unwrap();
        let page = form_of(shop, &seller, shop.places.tea_place, &[]).await;
        assert!(!codes(&page).contains(&"tea-0"), "nothing of it should be there");
        let query = ShelfQuery {
            place: shop.places.tea_place.to_string(),
            with_empty: true,
            ..ShelfQuery::default()
        };
        let page = shelf_page(services, &seller, shop.places.tea_team, &query, 1, &[]).await.unwrap();
        let form = filled(shop, &page, &[(shop.tea.batches[0], "20", "miswritten"), (id, "33", "found")]);
        count_place(services, &seller, &form, "a").await.unwrap();
        assert_eq!((batch(shop, shop.tea.batches[0]).await.0, batch(shop, id).await.0), (20, 33));
        let desk = service::marks::mark_desk(services, &treasurer, &mark.to_string()).await.unwrap();
        let used: Vec<i64> = desk.licences.iter().map(|licence| licence.row.used).collect();
        assert_eq!(used, [11], "a third of what came in unnoticed is the licensed village's");
    })
    .await;
}

#[tokio::test]
async fn counts_are_listed_by_place_product_and_day_and_taken_along() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let (team, tea) = (shop.places.tea_team, &shop.tea.batches);
        let river = second_place(shop).await;
        let page = form_of(shop, &seller, shop.places.tea_place, &[]).await;
        let first =
            filled(shop, &page, &[(tea[0], "490", "spoiled"), (shop.dendrobium.batches[0], "100000", "")]);
        count_place(services, &seller, &first, "a").await.unwrap();
        shop.clock.advance(2 * domain::time::DAY_MS);
        let carried = MoveBatch { batch: tea[0].to_string(), place: river.to_string(), note: String::new() };
        move_batch(services, &seller, &carried, "m").await.unwrap();
        let there = form_of(shop, &seller, river, &[]).await;
        count_place(services, &seller, &filled(shop, &there, &[(tea[0], "495", "found")]), "b")
            .await
            .unwrap();

        let found = async |query: CountsQuery| {
            let list = list_counts(services, &seller, team, &query, 1).await.unwrap();
            let (taken, is_cut) = exported_counts(services, &seller, team, &query).await.unwrap();
            assert_eq!((&taken, is_cut), (&list.lines, false), "{query:?}");
            assert_eq!((list.places.len(), list.products.len()), (2, 2), "{query:?}");
            taken
                .into_iter()
                .map(|line| (line.code, line.counted - line.expected, line.reason))
                .collect::<Vec<_>>()
        };
        let line = |code: &str, change: i64, reason: &str| (code.to_owned(), change, reason.to_owned());
        let (later, lost, same) =
            (line("tea-0", 5, "found"), line("tea-0", -10, "spoiled"), line("dendrobium-0", 0, ""));
        let all = found(CountsQuery::default()).await;
        assert_eq!((all.len(), &all[0]), (3, &later), "the latest first");
        let of_place = CountsQuery { place: shop.places.tea_place.to_string(), ..CountsQuery::default() };
        let here = found(of_place.clone()).await;
        assert!(
            here.len() == 2 && here.contains(&lost) && here.contains(&same),
            "where it lay then: {here:?}"
        );
        let of_product = CountsQuery { product: shop.tea.product.to_string(), ..CountsQuery::default() };
        assert_eq!(found(of_product.clone()).await, [later.clone(), lost.clone()]);
        let today = domain::time::Date::from_epoch_ms(services.now_ms());
        assert_eq!(found(CountsQuery { from: today.to_string(), ..CountsQuery::default() }).await, [later]);
        let before =
            CountsQuery { to: today.plus_days(-1).to_string(), product: of_product.product, ..of_place };
        assert_eq!(found(before).await, [lost]);
    })
    .await;
}

/// Three people with the same form, and buyers meanwhile: one count is kept, and nobody's goods are taken.
#[tokio::test]
async fn of_many_counts_of_one_form_one_is_kept() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let (one, other) = (shop.scarce("ONE", 20).await, shop.scarce("OTHER", 20).await);
        let page = form_of(shop, &seller, shop.places.tea_place, &[]).await;
        let form = filled(shop, &page, &[(one.batches[0], "18", "lost"), (other.batches[0], "21", "found")]);
        let counts = (0..3).map(|at| {
            let (seller, form) = (seller.clone(), form.clone());
            async move { count_place(services, &seller, &form, &format!("c{at}")).await }
        });
        let buyers = (1..=6).map(|number| {
            let variant = if number % 2 == 0 { one.variant() } else { other.variant() };
            async move { order(shop, number, &[(variant, 1)]).await }
        });
        let (counts, orders) =
            futures::future::join(futures::future::join_all(counts), futures::future::join_all(buyers)).await;
        assert_eq!(counts.iter().filter(|count| count.is_ok()).count(), 1, "{counts:?}");
        for count in counts.into_iter().filter(Result::is_err) {
            assert!(wrong(count).values().all(|problem| *problem == Problem::ChangedMeanwhile));
        }
        assert_eq!(orders.len(), 6);
        assert_eq!(
            (batch(shop, one.batches[0]).await, batch(shop, other.batches[0]).await),
            ((15, 3, 0), (18, 3, 0))
        );
    })
    .await;
}

#[tokio::test]
async fn nobody_else_counts_a_place() {
    let shop = TestShop::sqlite().await;
    let services = &shop.services;
    let seller = shop.seller().await;
    let (team, place) = (shop.places.tea_team, shop.places.tea_place);
    let page = form_of(&shop, &seller, place, &[]).await;
    let form = filled(&shop, &page, &[(shop.tea.batches[0], "1", "lost")]);
    let query = ShelfQuery { place: place.to_string(), ..ShelfQuery::default() };
    let other = shop.account(&[domain::role::Role::SellerOf(shop.places.honey_team)]).await;
    for (viewer, is_known) in [(&other, true), (&shop.guest(1), false)] {
        let answers = [
            count_place(services, viewer, &form, "k").await.map(|_| ()),
            shelf_page(services, viewer, team, &query, 1, &[]).await.map(|_| ()),
            shelf_places(services, viewer, team).await.map(|_| ()),
            list_counts(services, viewer, team, &CountsQuery::default(), 1).await.map(|_| ()),
            exported_counts(services, viewer, team, &CountsQuery::default()).await.map(|_| ()),
        ];
        for (at, answer) in answers.into_iter().enumerate() {
            let fits = match answer {
                Err(ServiceError::Forbidden) => is_known,
                Err(ServiceError::Unauthenticated) => !is_known,
                _ => false,
            };
            assert!(fits, "{at}: {viewer:?}");
        }
    }
    // Another team's place, and another team's batch among one's own.
    let elsewhere = CountPlace { place: shop.places.honey_place.to_string(), ..form.clone() };
    let mut foreign = form;
    let line = foreign.lines[&line_key(shop.tea.batches[0])].clone();
    foreign.lines.insert(line_key(shop.honey.batches[0]), line);
    for command in [elsewhere, foreign] {
        let answer = count_place(services, &seller, &command, "k").await;
        assert!(matches!(answer, Err(ServiceError::NotFound)), "{answer:?}");
    }
}
