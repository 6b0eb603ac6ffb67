//! The demonstration is whole: it sells, its books are sound, and nothing of its past is left to do.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{TeamId, UserId};
use domain::money::Fen;
use domain::role::Role;
use domain::stock::movement::BatchState;

use super::*;
use crate::accounts::fixture::Fixture;
use crate::search::find_products;
use crate::shop::{ProductPage, product_page};
use crate::{SignedIn, Viewer, books, stock, worker};
use domain::time::{Date, HOUR_MS};

/// What stands in the shop, by the words of its states.
#[derive(Debug, Default)]
struct Census {
    orders: BTreeMap<String, i64>,
    parcels: BTreeMap<String, i64>,
    goods: Vec<ProductPage>,
}

async fn census(services: &Services) -> Census {
    let mut census = Census::default();
    let mut conn = services.db.read().await.unwrap();
    for row in store::county::list_order_counts(&mut conn, 0, i64::MAX).await.unwrap() {
        census.orders.insert(row.status.as_str().to_owned(), row.order_count);
    }
    for row in store::catalogue::list_published_slugs(&mut conn, 1_000).await.unwrap() {
        census.goods.push(product_page(services, &row.slug, None, None).await.unwrap());
    }
    let teams: BTreeSet<TeamId> = census.goods.iter().map(|page| page.team_id).collect();
    for team in teams {
        for (status, count) in store::parcels::count_team_parcels(&mut conn, team).await.unwrap() {
            *census.parcels.entry(status).or_default() += count;
        }
    }
    census
}

/// A shop whose clock stands at noon of a day.
async fn shop_on(day: &str) -> Fixture {
    let fixture = Fixture::new().await;
    let date: Date = day.parse().unwrap();
    fixture.clock.advance(start_of_day_ms(date) + DAY_MS / 2 - fixture.services.now_ms());
    fixture
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_county_stands_with_photos_goods_and_a_sound_history() {
    let fixture = shop_on("2026-11-22").await;
    let services = &fixture.services;
    let begun = std::time::Instant::now();
    let mut steps = Vec::new();
    let report = seed(services, &mut |step: &str, done, all| {
        if done == all {
            steps.push((step.to_owned(), begun.elapsed()));
        }
    })
    .await
    .unwrap();
    println!("{report:?} {steps:?}");
    assert!(report.seeded && is_demo(services).await.unwrap());
    assert!(report.photos >= 70, "{report:?}");
    assert!(report.retail_orders > 160 && report.unit_orders >= 12, "{report:?}");

    let books = books::verify_books(services).await.unwrap();
    assert!(books.is_sound(), "{:?}", books.mismatches);
    println!("{:?}", books.totals);

    let census = census(services).await;
    for (states, state, at_least) in [
        (&census.parcels, "to_pack", 3),
        (&census.parcels, "shipped", 5),
        (&census.orders, "completed", 100),
        (&census.orders, "refunded", 3),
        (&census.orders, "awaiting_payment", 2),
        (&census.orders, "awaiting_approval", 1),
        (&census.orders, "returned", 1),
        (&census.orders, "expired", 3),
    ] {
        let found = states.get(state).copied().unwrap_or_default();
        assert!(found >= at_least, "{state}: {found}");
    }
    let mut conn = services.db.read().await.unwrap();
    let mut announced = 0;
    for team in store::notifications::list_selling_teams(&mut conn).await.unwrap() {
        announced += store::payments::count_waiting_bank_money(&mut conn, team).await.unwrap();
    }
    assert!(announced > 0, "a bank transfer waits for its money");
    let mut most_shares = 0;
    for page in &census.goods {
        assert!(!page.photos.is_empty(), "{} has a photo", page.slug);
        let found = find_products(&mut conn, &page.name).await.unwrap();
        assert!(found.product_ids.contains(&page.id.get()), "{} is found by its name", page.slug);
        let shares = store::catalogue::list_product_shares(&mut conn, page.id, 0).await.unwrap();
        most_shares = most_shares.max(shares.len());
    }
    assert!(most_shares >= 4, "four villages share what one product earns");
    drop(conn);
    the_storeroom_was_lived_in(services, &census).await;
    a_mark_is_borne(services).await;
    nothing_is_left_to_do(services).await;
    the_tea_team_is_late(services).await;
    a_box_is_sold(&census);
    goods_are_told_apart(&census);
    stock_is_left(services, 27, 1).await;

    let again = seed(services, &mut |_: &str, _, _| panic!("a second time does nothing")).await.unwrap();
    assert!(!again.seeded);
}

#[tokio::test]
async fn every_season_makes_sound_books() {
    for day in ["2027-01-20", "2027-04-05", "2027-07-15"] {
        let fixture = shop_on(day).await;
        let services = &fixture.services;
        let report = seed_county(services, false, &mut |_: &str, _, _| {}).await.unwrap();
        assert!(report.retail_orders > 150 && report.unit_orders >= 9, "{day}: {report:?}");
        let books = books::verify_books(services).await.unwrap();
        assert!(books.is_sound(), "{day}: {:?}", books.mismatches);
        nothing_is_left_to_do(services).await;
        the_tea_team_is_late(services).await;
        stock_is_left(services, 26, 3).await;
    }
}

#[tokio::test]
async fn every_account_can_sign_in_and_every_unit_sees_its_desk() {
    let fixture = shop_on("2026-11-22").await;
    let services = &fixture.services;
    assert!(!is_demo(services).await.unwrap());
    seed_county(services, false, &mut |_: &str, _, _| {}).await.unwrap();
    for account in demo_accounts() {
        let mut conn = services.db.read().await.unwrap();
        let user = store::people::find_user_by_login_name(&mut conn, account.login).await.unwrap().unwrap();
        password_auth::verify_password(account.password, &user.password_hash).unwrap();
        let roles = store::people::list_roles(&mut conn, user.id).await.unwrap();
        assert_eq!(roles.is_empty(), account.login.starts_with("shopper"), "{}", account.login);
    }
}

#[test]
fn no_good_of_the_county_promises_health() {
    for product in county::read().unwrap().products {
        let label = &product.label;
        let own = [&product.name, &product.name_en, &product.story, &product.story_en];
        let printed = [&label.ingredients, &label.producer, &label.storage, &label.sales_region];
        let variants = product.variants.iter().flat_map(|variant| [&variant.name, &variant.name_en]);
        for text in own.into_iter().chain(printed).chain(variants) {
            assert_eq!(domain::food::health_claims(text), Vec::<String>::new(), "{}: {text}", product.slug);
        }
    }
}

/// No timer is overdue, nothing waits in the outbox, and nobody has ordered tomorrow.
async fn nothing_is_left_to_do(services: &Services) {
    assert_eq!(worker::run_due(services).await.unwrap(), 0);
    let mut conn = services.db.read().await.unwrap();
    let later = store::county::list_order_counts(&mut conn, services.now_ms() + 1, i64::MAX).await.unwrap();
    assert!(later.is_empty(), "{later:?}");
}

/// The demonstration's seller sees what lateness looks like: a parcel is late since before the present day began.
async fn the_tea_team_is_late(services: &Services) {
    let team = product_page(services, "tea-chaoqing", None, None).await.unwrap().team_id;
    let midnight_ms = start_of_day_ms(Date::from_epoch_ms(services.now_ms()));
    let since_ms = midnight_ms - services.rules.dispatch_within_hours * HOUR_MS;
    let mut conn = services.db.read().await.unwrap();
    assert!(store::day::count_late(&mut conn, team, None, since_ms).await.unwrap() > 0);
}

/// Of so many products at most so many are out of stock.
async fn stock_is_left(services: &Services, all: usize, sold_out_at_most: usize) {
    let today = Date::from_epoch_ms(services.now_ms()).to_string();
    let mut conn = services.db.read().await.unwrap();
    let goods = census(services).await.goods;
    assert_eq!(goods.len(), all);
    let mut empty = Vec::new();
    for page in goods {
        if store::catalogue::sum_available(&mut conn, page.id, &today).await.unwrap() == 0 {
            empty.push(page.slug);
        }
    }
    assert!(empty.len() <= sold_out_at_most, "{empty:?}");
    println!("sold out: {empty:?}");
}

/// One mark, two licences, tea that bears it, and orders that were sold under it.
async fn a_mark_is_borne(services: &Services) {
    let page = crate::marks::mark_page(services, "lan-he-lao-du-kou").await.unwrap();
    assert_eq!(page.licensed.len(), 2);
    println!("{} products bear the mark", page.products.len());
    assert!(page.products.iter().all(|card| card.mark.is_some()));
}

/// One gift box of several villages' goods, cheaper than they are singly.
fn a_box_is_sold(census: &Census) {
    let boxes: Vec<_> = census.goods.iter().filter_map(|page| page.bundle.as_ref()).collect();
    assert_eq!(boxes.len(), 1);
    assert_eq!((boxes[0].parts.len(), boxes[0].saved_fen), (4, Some(Fen::new(660))));
}

/// Goods of every category have something that they are found by, and all but eggs say what they weigh.
fn goods_are_told_apart(census: &Census) {
    let weighed = |page: &ProductPage| page.attributes.iter().any(|one| one.name_en == "Net weight");
    let mut unweighed = Vec::new();
    for page in census.goods.iter().filter(|page| page.bundle.is_none()) {
        assert!(!page.attributes.is_empty(), "{} is like any other", page.slug);
        if !weighed(page) {
            unweighed.push(page.slug.as_str());
        }
    }
    assert_eq!(unweighed, ["eggs"]);
}

/// Pages of stock are not empty: batches came in, were sampled, split and counted; something is near its last day; some
/// certificates were photographed.
async fn the_storeroom_was_lived_in(services: &Services, census: &Census) {
    let roles = census.goods.iter().map(|page| Role::SellerOf(page.team_id)).collect();
    let user = SignedIn { user_id: UserId::from_i64(1), display_name: String::new(), roles };
    let viewer = Viewer { user: Some(user), ..Viewer::default() };
    let mut kinds = BTreeSet::new();
    let (mut photographed, mut near) = (0, 0);
    let mut teams = BTreeSet::new();
    for page in census.goods.iter().filter(|page| page.bundle.is_none()) {
        let movements =
            stock::movements_page(services, &viewer, page.id, &Default::default(), None).await.unwrap();
        kinds.extend(movements.movements.rows.iter().map(|row| row.kind.as_str()));
        let view = stock::stock_view(services, &viewer, page.id).await.unwrap();
        photographed += view.batches.iter().filter(|batch| batch.certificate.is_some()).count();
        teams.insert(page.team_id);
    }
    for team in teams {
        let warnings = stock::stock_warnings(services, &viewer, team).await.unwrap();
        near += warnings.expiring.iter().filter(|one| one.state == BatchState::NearExpiry).count();
    }
    for kind in ["receive", "write_off", "split_out", "split_in", "count"] {
        assert!(kinds.contains(kind), "{kind}: {kinds:?}");
    }
    assert!(photographed >= 2 && near >= 1, "{photographed} photographed, {near} near their last day");
}
