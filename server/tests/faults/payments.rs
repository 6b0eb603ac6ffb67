//! R7: the payment network fails, is silent or late, or does its work and loses the answer.

use std::time::{Duration, Instant};

use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use store::testing::trade;
use stripe_lookalike::Faults;

use crate::actors::{World, place};
use crate::client::{Person, Said};
use crate::cluster::Cluster;
use crate::network::Network;
use crate::restart::{HEALTHY_WITHIN, buys, heals};
use crate::scene::Scene;
use crate::until;

/// The shop waits ten seconds for the network: an answer that comes after it has stopped, and one that comes before.
const TOO_LATE: Duration = Duration::from_secs(12);
const IN_TIME: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failing_a_silent_and_a_forgetful_network_lose_no_order_and_take_no_money_twice_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let scene = Scene::on_sqlite(folder.path()).await;
    survive_trouble(&scene, true).await;
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failing_a_silent_and_a_forgetful_network_lose_no_order_and_take_no_money_twice_on_postgresql() {
    let Some(cluster) = Cluster::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let scene = Scene::open(folder.path(), &cluster.url()).await;
    // Waiting out a silence takes twenty seconds, and to the shop an answer that comes too late is the same.
    survive_trouble(&scene, crate::is_long()).await;
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_too_late_for_the_shop_loses_no_order_and_gives_no_money_back_twice_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let scene = Scene::on_sqlite(folder.path()).await;
    survive_late_answers(&scene).await;
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_too_late_for_the_shop_loses_no_order_and_gives_no_money_back_twice_on_postgresql() {
    let Some(cluster) = Cluster::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let scene = Scene::open(folder.path(), &cluster.url()).await;
    survive_late_answers(&scene).await;
    scene.close().await;
}

async fn survive_trouble(scene: &Scene, is_silent_too: bool) {
    let Scene { rig, network, world, .. } = scene;
    let mut random = ChaCha20Rng::seed_from_u64(crate::seed());
    buys(world, &mut random).await.unwrap();

    let failing = Faults { fail_next_api: u32::MAX, ..Faults::default() };
    let silent = Faults { timeout_next_api: u32::MAX, ..Faults::default() };
    let forgetful = Faults { commit_then_fail_next_api: u32::MAX, ..Faults::default() };
    let mut troubles = vec![("failing", failing, 5), ("forgetful", forgetful, 5)];
    if is_silent_too {
        troubles.insert(1, ("silent", silent, 15));
    }
    for (name, faults, patience) in troubles {
        network.lookalike.set_faults(faults);
        let mut person = Person::guest(&world.client, &world.origin, &mut random);
        let begun = Instant::now();
        let (placed, seen) = tokio::join!(place(world, &mut person, false, &mut random), looks_around(world));
        let (number, page) = placed.unwrap();
        let waited = begun.elapsed();
        assert!(waited < Duration::from_secs(patience), "{name}: the buyer waited {waited:?}");
        assert!(
            page.contains("pay=unavailable"),
            "the order stands, and its page says what is missing: {page}"
        );
        assert!(seen < Duration::from_secs(2), "{name}: others waited {seen:?} for a page");
        says_what_is_missing(&mut person, &number).await;

        network.lookalike.set_faults(Faults::default());
        let ended = Instant::now();
        let Said::Yes(_) = pays(&mut person, &number).await else {
            panic!("{name}: cannot be paid afterwards")
        };
        assert!(ended.elapsed() < HEALTHY_WITHIN);
        world.journal.note(|told| {
            told.money_taken.insert(number.clone());
        });
        let took = heals(world, rig, &mut random).await;
        println!(
            "R7 {name} network: answered after {waited:?}, paid {:?} after it healed, order after {took:?}",
            ended.elapsed()
        );
    }
    refund_once(world, network, &mut random).await;
}

fn late(by: Duration) -> Faults {
    let late_by_ms = u64::try_from(by.as_millis()).unwrap();
    Faults { late_next_api: u32::MAX, late_by_ms, ..Faults::default() }
}

/// The network does everything at once and answers late: a payment page is opened and money given back when nobody
/// listens any more. Asked for again, it is the same page and the same money.
async fn survive_late_answers(scene: &Scene) {
    let Scene { rig, network, world, .. } = scene;
    let mut random = ChaCha20Rng::seed_from_u64(crate::seed());
    let mut leaver = Person::guest(&world.client, &world.origin, &mut random);
    let (given_up, page) = place(world, &mut leaver, false, &mut random).await.unwrap();
    assert!(leaver.pay(&page).await);
    assert!(leaver.come_back(&given_up).await, "paid for before the network is late");
    let given_back = network.lookalike.totals().refunds;

    network.lookalike.set_faults(late(TOO_LATE));
    cancels(world, &mut leaver, &given_up).await;
    let mut person = Person::guest(&world.client, &world.origin, &mut random);
    let begun = Instant::now();
    let (placed, seen) = tokio::join!(place(world, &mut person, false, &mut random), looks_around(world));
    let (number, page) = placed.unwrap();
    let waited = begun.elapsed();
    assert!(waited > IN_TIME && waited < Duration::from_secs(15), "the buyer waited {waited:?}");
    assert!(page.contains("pay=unavailable"), "the order stands, and its page says what is missing: {page}");
    assert!(seen < Duration::from_secs(2), "others waited {seen:?} for a page");
    let refunds = network.lookalike.totals().refunds;
    assert_eq!(refunds, given_back + 1, "what the shop did not hear of was done");

    network.lookalike.set_faults(late(IN_TIME));
    let begun = Instant::now();
    let Said::Yes(_) = pays(&mut person, &number).await else { panic!("an answer in time is taken") };
    let paid = begun.elapsed();
    assert!(paid >= IN_TIME, "answered after {paid:?}: it was not late");
    world.journal.note(|told| {
        told.money_taken.insert(number.clone());
    });

    network.lookalike.set_faults(Faults::default());
    let took = heals(world, rig, &mut random).await;
    // The shop asks again by itself, and learns that the money is back.
    let db = store::Db::connect(rig.config().database_url.reveal(), 2).await.unwrap();
    until("the refund is known to be done", async || {
        let mut conn = db.read().await.unwrap();
        trade::count_unsent_refunds(&mut conn).await.unwrap() == 0
    })
    .await;
    db.close().await;
    assert_eq!(network.lookalike.totals().refunds, given_back + 1, "asked for twice, given back once");
    println!(
        "R7 late network: too late, answered after {waited:?}; in time, paid after {paid:?}; order after {took:?}"
    );
}

/// The slowest of some pages, while the network troubles somebody else.
async fn looks_around(world: &World) -> Duration {
    let mut random = ChaCha20Rng::seed_from_u64(1);
    let reader = Person::guest(&world.client, &world.origin, &mut random);
    let mut slowest = Duration::ZERO;
    for _ in 0..20 {
        let begun = Instant::now();
        assert_eq!(reader.page("/products").await.unwrap().0, 200);
        slowest = slowest.max(begun.elapsed());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    slowest
}

async fn says_what_is_missing(person: &mut Person, number: &str) {
    let Some((status, page)) = person.page(&format!("/orders/{number}?pay=unavailable")).await else {
        panic!("no page")
    };
    assert!(status == 200 && page.contains("支付"), "{status}");
    let said = person.call("orders/pay", &[("number", number)]).await;
    assert_eq!(said, Said::Nothing(Some(503)), "paying is not possible now");
}

async fn pays(person: &mut Person, number: &str) -> Said {
    let said = person.call("orders/pay", &[("number", number)]).await;
    if !person.pay(&said.go_to()).await {
        return Said::Nothing(None);
    }
    person.come_back(number).await;
    said
}

/// Cancels an order that is paid for.
async fn cancels(world: &World, person: &mut Person, number: &str) {
    let fields = [("number", number), ("reason", "不想要了")];
    let cancelled = person.insist("orders/cancel", &fields, &world.journal.again).await;
    assert!(matches!(cancelled, Said::Yes(_)));
    world.journal.note(|told| {
        told.money_taken.insert(number.to_owned());
        told.cancelled.insert(number.to_owned(), true);
    });
}

/// A refund whose answer was lost is not sent a second time.
async fn refund_once(world: &World, network: &Network, random: &mut ChaCha20Rng) {
    let mut person = Person::guest(&world.client, &world.origin, random);
    let (number, page) = place(world, &mut person, false, random).await.unwrap();
    assert!(person.pay(&page).await);
    person.come_back(&number).await;
    let given_back = network.lookalike.totals().refunds;
    network.lookalike.set_faults(Faults { commit_then_fail_next_api: 4, ..Faults::default() });
    cancels(world, &mut person, &number).await;
    for _ in 0..200 {
        if network.lookalike.totals().refunds > given_back {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // The worker asks again for a while; the judge compares the sums.
    tokio::time::sleep(Duration::from_secs(4)).await;
    network.lookalike.set_faults(Faults::default());
    assert_eq!(network.lookalike.totals().refunds, given_back + 1);
}
