//! Two servers on one PostgreSQL are one shop: see docs/decisions/0010-several-servers.md.
//!
//! Two processes share the database, the photos and the payment network; a person may meet either at each click.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use domain::ids::VariantId;
use domain::order::OrderStatus;
use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use service::Services;
use store::orders::OrderRow;
use store::testing::{jobs, trade};
use stripe_lookalike::Faults;

use crate::actors::PASSWORD;
use crate::client::{Person, Said};
use crate::cluster::Cluster;
use crate::network::Network;
use crate::rig::{Goods, Rig, found, free_address};

/// Pieces of the scarce variant, and people who want one each.
const PIECES: i64 = 12;
const BUYERS: usize = 40;
/// Jobs that wait for whoever takes them first.
const JOBS: i64 = 400;
const TOPIC: &str = "two.servers";

/// What the phases of the test share.
struct Two {
    goods: Goods,
    services: Services,
    network: Network,
    client: reqwest::Client,
    a: String,
    b: String,
}

impl Two {
    fn person(&self, origin: &str, seed: u64) -> Person {
        Person::guest(&self.client, origin, &mut ChaCha20Rng::seed_from_u64(seed))
    }

    async fn open_jobs(&self) -> i64 {
        let mut conn = self.services.db.read().await.unwrap();
        jobs::count_open(&mut conn, TOPIC).await.unwrap()
    }

    async fn order(&self, number: &str) -> OrderRow {
        let mut conn = self.services.db.read().await.unwrap();
        store::orders::find_order_by_number(&mut conn, number).await.unwrap().unwrap()
    }

    async fn status_of(&self, number: &str) -> OrderStatus {
        self.order(number).await.status
    }
}

/// One piece of a variant: the cart at one server, the order at the other. Person, number and payment page, when there is
/// one; a server that asks to come again is asked again.
pub async fn order_one(
    person: &Person,
    origins: [&str; 2],
    variant: &str,
) -> Option<(Person, String, String)> {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    static AGAIN: AtomicU64 = AtomicU64::new(0);
    let mut cart = person.at(origins[0]);
    cart.insist("cart/add_line", &[("variant", variant), ("quantity", "1")], &AGAIN).await.value()?;
    let mut till = cart.at(origins[1]);
    let quote = till.insist("checkout/quote", &[("region", "610102")], &AGAIN).await;
    let total = quote.value()?["total_fen"].as_i64()?.to_string();
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let (key, phone) = (format!("two-servers-{number:08}"), format!("139{number:08}"));
    let fields = [
        ("then", "place"),
        ("name", "测试买家"),
        ("phone", &phone),
        ("region", "610102"),
        ("detail", "解放路 1 号"),
        ("expected_total", &total),
        ("key", &key),
    ];
    let said = till.insist("checkout/place_order", &fields, &AGAIN).await;
    let number = said.value()?.as_str()?.to_owned();
    Some((till, number, said.go_to()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_on_one_postgresql_are_one_shop() {
    let Some(cluster) = Cluster::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (free_address(), free_address());
    // The network tells the first server only: events are for the shop, not for a process.
    let network = Network::start(one).await;
    let data = folder.path().join("data");
    let rigs = [one, other].map(|address| Rig::new(folder.path(), address, &data, &cluster.url(), &network));
    let goods = found(&rigs[0].config()).await;
    let ((first, _), (second, _)) = tokio::join!(rigs[0].start(), rigs[1].start());
    let two = Two {
        goods,
        services: rigs[0].services(0).await,
        network,
        client: crate::client::http(Duration::from_secs(30)),
        a: format!("http://{one}"),
        b: format!("http://{other}"),
    };
    sessions_are_known_and_ended_everywhere(&two).await;
    nothing_is_sold_twice(&two).await;
    payments_reach_the_shop_by_either_door(&two).await;
    each_job_is_done_once(&two).await;
    first.kill();
    the_survivor_does_what_the_dead_one_left(&two).await;
    let report = service::books::verify_books(&two.services).await.unwrap();
    assert!(report.is_sound(), "{:?}", report.mismatches);
    two.services.db.close().await;
    second.stop();
}

async fn sessions_are_known_and_ended_everywhere(two: &Two) {
    let mut at_a = two.person(&two.a, 1);
    let login = "13900000001";
    let typed = [("login", login), ("password", PASSWORD), ("display_name", "茶友")];
    assert!(matches!(at_a.call("account/register", &typed).await, Said::Yes(_)));
    let at_b = at_a.at(&two.b);
    assert_eq!(at_b.page("/account").await.unwrap().0, 200, "a session made on one is good on the other");
    // A second device at B; ending everything at A ends both, at once.
    let mut device = two.person(&two.b, 2);
    let typed = [("login", login), ("password", PASSWORD)];
    assert!(matches!(device.call("account/sign_in", &typed).await, Said::Yes(_)));
    assert_eq!(device.at(&two.a).page("/account").await.unwrap().0, 200);
    let once_more = [("password", PASSWORD)];
    assert!(matches!(at_a.clone().call("account/sign_out_everywhere", &once_more).await, Said::Yes(_)));
    for (who, origin) in [(&at_b, &two.b), (&at_b, &two.a), (&device, &two.b), (&device, &two.a)] {
        assert_ne!(
            who.at(origin).page("/account").await.unwrap().0,
            200,
            "revoked on one, alive on {origin}"
        );
    }
    // Failed sign-ins are counted for the shop, not for a process: half of them at each door are enough.
    let mut refused = 0;
    for attempt in 0..24 {
        let origin = if attempt % 2 == 0 { &two.a } else { &two.b };
        let wrong = [("login", login), ("password", "a wrong password")];
        if let Said::No(429, _) = device.at(origin).call("account/sign_in", &wrong).await {
            refused += 1;
        }
    }
    assert!(refused > 0, "guessing at both doors in turn was never slowed down");
}

async fn nothing_is_sold_twice(two: &Two) {
    let variant = &two.goods.variants[0];
    let id: VariantId = variant.parse().unwrap();
    let mut tx = two.services.db.write().await.unwrap();
    trade::leave_pieces(&mut tx, id, PIECES).await.unwrap();
    tx.commit().await.unwrap();
    let two_doors = [[two.a.as_str(), two.b.as_str()], [two.b.as_str(), two.a.as_str()]];
    let wishes = (0..BUYERS).map(|at| {
        let person = two.person(&two.a, 1000 + at as u64);
        async move { order_one(&person, two_doors[at % 2], variant).await }
    });
    let placed: Vec<_> = futures::future::join_all(wishes).await.into_iter().flatten().collect();
    assert_eq!(placed.len() as i64, PIECES, "as many orders as there were pieces, whoever took them");
    let late = order_one(&two.person(&two.b, 5000), [&two.b, &two.a], variant).await;
    assert!(late.is_none(), "what one server holds, the other does not sell");
    // Given back at one, it can be had at the other.
    let (mut buyer, number, _) = placed.into_iter().next().unwrap();
    let cancelled = buyer.call("orders/cancel", &[("number", &number), ("reason", "不想要了")]).await;
    assert!(matches!(cancelled, Said::Yes(_)), "{cancelled:?}");
    let lucky = order_one(&two.person(&two.a, 5001), [&two.b, &two.b], variant).await;
    assert!(lucky.is_some(), "a cancelled piece is for sale again everywhere");
    let mut tx = two.services.db.write().await.unwrap();
    trade::stock_up_variant(&mut tx, id, 1_000_000).await.unwrap();
    tx.commit().await.unwrap();
}

async fn payments_reach_the_shop_by_either_door(two: &Two) {
    let variant = &two.goods.variants[1];
    // Ordered at B; the network tells A; the buyer comes back to B.
    let (buyer, number, page) =
        order_one(&two.person(&two.a, 7000), [&two.a, &two.b], variant).await.expect("an order");
    assert!(buyer.pay(&page).await);
    wait_until("the event at A made it paid", async || two.status_of(&number).await == OrderStatus::Paid)
        .await;
    buyer.at(&two.b).come_back(&number).await;
    assert_eq!(two.status_of(&number).await, OrderStatus::Paid);
    // The event is lost; coming back to the server that never heard of it is enough.
    two.network.lookalike.set_faults(Faults { drop_next: 5, ..Faults::default() });
    let (buyer, number, page) =
        order_one(&two.person(&two.a, 7001), [&two.a, &two.a], variant).await.expect("an order");
    assert!(buyer.pay(&page).await);
    buyer.at(&two.b).come_back(&number).await;
    wait_until("coming back to B made it paid", async || two.status_of(&number).await == OrderStatus::Paid)
        .await;
    two.network.lookalike.set_faults(Faults::default());
}

async fn insert_jobs(two: &Two) {
    let ids: Vec<i64> = (0..JOBS).map(|_| two.services.new_id::<i64>()).collect();
    let mut tx = two.services.db.write().await.unwrap();
    jobs::insert_jobs(&mut tx, TOPIC, &ids, two.services.now_ms()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn each_job_is_done_once(two: &Two) {
    insert_jobs(two).await;
    wait_until("the jobs are done", async || two.open_jobs().await == 0).await;
    let claims = {
        let mut conn = two.services.db.read().await.unwrap();
        jobs::count_claims(&mut conn, TOPIC).await.unwrap()
    };
    assert_eq!(claims, JOBS, "each job was claimed by one worker, once");
}

async fn the_survivor_does_what_the_dead_one_left(two: &Two) {
    assert!(two.person(&two.a, 1).page("/").await.is_none(), "the first server is dead");
    let variant = &two.goods.variants[2];
    let (buyer, number, _) = order_one(&two.person(&two.b, 8000), [&two.b, &two.b], variant)
        .await
        .expect("the other one sells on");
    assert_eq!(buyer.page(&format!("/orders/{number}")).await.unwrap().0, 200);
    // What the dead one had claimed, a minute later; and an order whose time to pay is over.
    insert_jobs(two).await;
    let order = two.order(&number).await.id;
    let now_ms = two.services.now_ms();
    let mut tx = two.services.db.write().await.unwrap();
    jobs::claim_half(&mut tx, TOPIC, now_ms + 2_000).await.unwrap();
    trade::end_hold(&mut tx, order, now_ms).await.unwrap();
    tx.commit().await.unwrap();
    wait_until("the survivor did the jobs", async || two.open_jobs().await == 0).await;
    wait_until("and gave the stock back", async || {
        two.status_of(&number).await != OrderStatus::AwaitingPayment
    })
    .await;
}

async fn wait_until(what: &str, holds: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(30) {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("not within 30 s: {what}");
}
