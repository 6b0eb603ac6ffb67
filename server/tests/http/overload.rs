//! More than the shop can do, for ten seconds; `cargo xtask bench overload` asks for longer and measures.
//!
//! What is held against it here does not depend on how fast the machine is: it answers, puts off and says until when;
//! it never breaks, loses count, or stops telling that it is alive.

use std::time::Duration;

use bench::load::{self, Sample};
use bench::visitors::Town;
use domain::locale::Locale;
use xiangji::LimitSettings;

use crate::test_shop::TestShop;

const LASTS: Duration = Duration::from_secs(10);
const VISITORS_PER_SECOND: f64 = 100.0;
/// Beside them, so many who ask again as soon as they are answered: more than there are places, however quick the
/// machine is.
const IMPATIENT: u64 = 32;

/// Addresses of each page.
const ADDRESSES: usize = 200;

/// The demonstration county, with few places, so that the guards are what is tested.
async fn small_shop() -> (TestShop, Town) {
    let limits = LimitSettings { max_pages: Some(4), max_changes: Some(4), ..LimitSettings::default() };
    let shop = TestShop::start_changed(|settings| {
        settings.limits = limits;
        settings.rules.max_unpaid_orders_per_address = 0;
        settings.watch.metrics_address = Some("127.0.0.1:0".parse().unwrap());
    })
    .await;
    service::demo::seed_without_photos(&shop.services).await.unwrap();
    let origin = format!("http://{}", shop.address);
    let mut conn = shop.services.db.read().await.unwrap();
    let today = domain::time::Date::from_epoch_ms(shop.services.now_ms()).to_string();
    let mut rows = store::units::list_price_list(&mut conn, &today).await.unwrap();
    drop(conn);
    rows.sort_by_key(|row| std::cmp::Reverse(row.in_stock));
    let variants = rows.iter().take(6).map(|row| row.variant_id.to_string()).collect();
    // Every look is at another address: a page that is kept costs nothing, and a crowd at kept pages is none.
    let pages = ["/", "/products", "/villages", "/about"];
    let pages = pages.iter().flat_map(|page| Locale::ALL.map(|locale| locale.path(page)));
    let pages = pages.flat_map(|page| (0..ADDRESSES).map(move |number| format!("{page}?from={number}")));
    let pages = pages.collect();
    let town = Town::new(Town::client().unwrap(), &origin, pages, variants);
    (shop, town)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asked_for_too_much_it_puts_people_off_politely_and_breaks_nothing() {
    let (shop, town) = small_shop().await;
    let health = tokio::spawn({
        let town = town.apart();
        async move {
            for _ in 0..LASTS.as_secs() * 2 {
                town.ask_health().await;
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
            town.samples.take()
        }
    });
    let crowding = tokio::spawn(crowd_in(town.clone(), LASTS));
    load::open_loop(VISITORS_PER_SECOND, LASTS, |number, due| town.clone().visit(number, due)).await;
    crowding.await.unwrap();
    let health = health.await.unwrap();
    let samples = town.samples.take();
    let strange: Vec<&Sample> =
        samples.iter().filter(|sample| !sample.is_answered() && !sample.is_shed()).collect();
    assert!(strange.is_empty(), "{} strange answers, the first: {:?}", strange.len(), strange[0]);
    let shed: Vec<&Sample> = samples.iter().filter(|sample| sample.is_shed()).collect();
    assert!(!shed.is_empty(), "the load was no load: {:?}", load::by_status(&samples));
    assert!(shed.iter().all(|sample| sample.says_when), "each is told when to come again");
    assert!(samples.iter().any(|sample| sample.kind == "catalogue" && sample.is_answered()));
    assert!(samples.iter().any(|sample| sample.kind == "return" && sample.is_answered()), "some have bought");
    for sample in &health {
        assert!(sample.status == 200 && sample.latency < Duration::from_secs(1), "health: {sample:?}");
    }
    let counted = town.metric(&shop.metrics_address.unwrap().to_string(), "xiangji_http_shed_total").await;
    assert!(counted.unwrap() >= shed.len() as f64 * 0.5, "the shop counts whom it sends away");
    let report = service::books::verify_books(&shop.services).await.unwrap();
    assert!(report.is_sound(), "{:?}", report.mismatches);
    shop.stop().await;
}

/// The impatient look round.
async fn crowd_in(town: Town, lasts: Duration) {
    let look = move |number, due| {
        let town = town.clone();
        async move { town.look(number, due).await }
    };
    load::closed_loop(IMPATIENT, lasts, look).await;
}

/// How many of the pages and of the steps of a purchase were given.
fn given(samples: &[Sample], kind: &str) -> f64 {
    let of_kind: Vec<&Sample> = samples.iter().filter(|sample| sample.kind == kind).collect();
    let given = of_kind.iter().filter(|sample| sample.is_answered()).count();
    given as f64 / of_kind.len().max(1) as f64
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn buyers_go_on_buying_while_the_crowd_is_sent_away() {
    let (shop, town) = small_shop().await;
    let crowd = town.apart();
    let crowding = tokio::spawn(crowd_in(crowd.clone(), Duration::from_secs(5)));
    let buyers = town.apart();
    let buy = |number, due| {
        let buyers = buyers.clone();
        async move { buyers.buy(number, due).await }
    };
    load::open_loop(1.0, Duration::from_secs(5), buy).await;
    crowding.await.unwrap();
    let (looked, bought) =
        (given(&crowd.samples.take(), "catalogue"), given(&buyers.samples.take(), "checkout"));
    assert!(looked < 0.9, "the crowd was no crowd: {looked}");
    assert!(bought > 0.95, "{bought} of the steps of a purchase, {looked} of the pages");
    shop.stop().await;
}
