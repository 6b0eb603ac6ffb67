//! R7 on PostgreSQL: the database is taken away and comes back; one of two servers is stopped and goes on.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use tokio::task::JoinHandle;

use crate::actors::World;
use crate::client::{INTERNAL_ERRORS, Person, Said};
use crate::cluster::Cluster;
use crate::judge;
use crate::network::Network;
use crate::rig::{Rig, Shop, found, free_address};
use store::testing::database::is_a_batch_in_idle_hands;

/// Healthy again within this after a fault has ended.
pub const HEALTHY_WITHIN: Duration = Duration::from_secs(5);
/// People who buy while the database is taken away and a server stopped.
const BUSY: u64 = 6;

/// Buys one thing and pays for it; the order's number.
pub async fn buys(world: &World, random: &mut ChaCha20Rng) -> Result<String, Said> {
    let mut person = Person::guest(&world.client, &world.origin, random);
    let variant = &world.goods.variants[0];
    let done = |said: Said| if let Said::Yes(_) = said { Ok(said) } else { Err(said) };
    done(person.call("cart/add_line", &[("variant", variant), ("quantity", "1")]).await)?;
    let quote = done(person.call("checkout/quote", &[("region", "610102")]).await)?;
    let total = quote.value().unwrap()["total_fen"].as_i64().unwrap().to_string();
    let key = format!("r1-{:016x}", rand::RngCore::next_u64(random));
    let fields = [
        ("then", "place"),
        ("name", "测试买家"),
        ("phone", "13800000002"),
        ("region", "610102"),
        ("detail", "解放路 1 号"),
        ("note", &key),
        ("expected_total", &total),
        ("key", &key),
    ];
    let said = person.call("checkout/place_order", &fields).await;
    if let Said::Nothing(_) = said {
        world.journal.note(|told| {
            told.unsure.insert(key.clone());
        });
    }
    let placed = done(said)?;
    let number = placed.value().unwrap().as_str().unwrap().to_owned();
    world.journal.note(|told| {
        told.placed.insert(key, number.clone());
    });
    if !placed.go_to().starts_with(&world.network) || !person.pay(&placed.go_to()).await {
        return Err(Said::Nothing(None));
    }
    world.journal.note(|told| {
        told.money_taken.insert(number.clone());
    });
    person.come_back(&number).await;
    Ok(number)
}

/// Tries until the shop is ready and an order succeeds; fails when that takes too long. Answers how long it took.
pub async fn heals(world: &World, rig: &Rig, random: &mut ChaCha20Rng) -> Duration {
    let ended = Instant::now();
    loop {
        if crate::rig::is_ready(rig.address).await && buys(world, random).await.is_ok() {
            let took = ended.elapsed();
            assert!(took <= HEALTHY_WITHIN, "healthy only after {took:?}:\n{}", rig.log());
            return took;
        }
        assert!(ended.elapsed() < 6 * HEALTHY_WITHIN, "does not heal:\n{}", rig.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// So many people buy one thing after the other until the world closes; who is told to come again does so.
pub fn keep_buying(world: &Arc<World>, people: u64) -> Vec<JoinHandle<()>> {
    let buy_on = |at: u64| {
        let (world, mut random) = (world.clone(), ChaCha20Rng::seed_from_u64(crate::seed() ^ (900 + at)));
        tokio::spawn(async move {
            while world.is_open() {
                if buys(&world, &mut random).await.is_err() {
                    world.journal.again.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        })
    };
    (0..people).map(buy_on).collect()
}

/// Waits until so many more orders were acknowledged.
pub async fn are_busy(world: &World, orders: usize) {
    let before = world.journal.read().placed.len();
    crate::until("all are busy buying", async || world.journal.read().placed.len() >= before + orders).await;
}

/// The world closes, and everybody gets an answer to what is still open.
pub async fn go_home(world: &World, busy: Vec<JoinHandle<()>>) {
    world.closing.store(true, Ordering::Relaxed);
    for buyer in busy {
        tokio::time::timeout(Duration::from_secs(40), buyer).await.expect("everybody is answered").unwrap();
    }
}

/// While the fault lasts the answer is 503, within `patience`, in the reader's words.
pub async fn says_so(world: &World, random: &mut ChaCha20Rng, patience: Duration) {
    let person = Person::guest(&world.client, &world.origin, random);
    for (from, word) in [("/products", "请稍后再试"), ("/en/products", "try again in a moment")] {
        let begun = Instant::now();
        let fields = [("variant", world.goods.variants[0].as_str()), ("quantity", "1")];
        let answer = person.submit(from, "cart/add_line", &fields).await.unwrap();
        assert!(begun.elapsed() < patience, "an answer after {:?}", begun.elapsed());
        assert_eq!(answer.status(), 503, "{from}");
        assert!(answer.headers().contains_key("retry-after"));
        let body = answer.text().await.unwrap();
        assert!(body.contains(word) && body.contains("<h1>"), "{from}: {body}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql_is_restarted_and_one_of_two_servers_is_stopped() {
    let Some(mut cluster) = Cluster::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (free_address(), free_address());
    // The network tells the second one, which is never stopped.
    let network = Network::start(second).await;
    let data = folder.path().join("data");
    let one = Rig::new(folder.path(), first, &data, &cluster.url(), &network);
    let two = Rig::new(folder.path(), second, &data, &cluster.url(), &network);
    let goods = found(&one.config()).await;
    let services = one.services(0).await;
    assert_eq!(services.db.durability_gap().await.unwrap(), None, "this cluster keeps what it is given");
    let before = judge::look(&services, &goods).await;
    services.db.close().await;
    let (shop_one, _) = one.start().await;
    let (_shop_two, _) = two.start().await;
    let world = World::new(&format!("http://{first}"), &network.origin(), goods.clone());
    let mut random = ChaCha20Rng::seed_from_u64(crate::seed());
    buys(&world, &mut random).await.unwrap();

    let busy = keep_buying(&world, BUSY);
    let signals: &[&str] = if crate::is_long() { &["INT", "QUIT"] } else { &["QUIT"] };
    for signal in signals {
        // In the middle of carts, orders and payments.
        are_busy(&world, BUSY as usize).await;
        let broken_off = world.journal.again.load(Ordering::Relaxed);
        cluster.halt(signal);
        says_so(&world, &mut random, Duration::from_secs(12)).await;
        assert!(!crate::rig::is_ready(first).await, "not ready without a database");
        cluster.run();
        let took = heals(&world, &one, &mut random).await;
        let broken_off = world.journal.again.load(Ordering::Relaxed) - broken_off;
        assert!(broken_off >= BUSY, "{broken_off} requests broke off: hardly anybody was buying");
        println!(
            "R7 PostgreSQL stopped by SIG{signal} under load and started: {} orders nobody was told of, an order \
             succeeds after {took:?}",
            world.journal.read().unsure.len()
        );
    }

    stopped_and_continued(&world, &one, &shop_one, &two, &cluster.url(), &mut random).await;
    go_home(&world, busy).await;

    drop((shop_one, _shop_two));
    let services = one.services(5 * 60_000).await;
    judge::judge(&services, &goods, &before, &world.journal.read(), &network).await;
    assert_eq!(INTERNAL_ERRORS.load(Ordering::Relaxed), 0, "somebody got a 500:\n{}", one.log());
}

/// Stops the server while it has taken goods for an order and is not done with them: only then does it keep anything from
/// others. Answers when that was.
async fn stop_with_goods_in_hand(shop: &Shop, url: &str) -> Instant {
    let db = store::Db::connect(url, 2).await.unwrap();
    for attempt in 0..200 {
        shop.signal("STOP");
        let stopped = Instant::now();
        tokio::time::sleep(Duration::from_millis(300)).await;
        if is_a_batch_in_idle_hands(&mut db.read().await.unwrap()).await.unwrap() {
            db.close().await;
            return stopped;
        }
        shop.signal("CONT");
        tokio::time::sleep(Duration::from_millis(20 + attempt)).await;
    }
    panic!("never stopped in the middle of an order");
}

/// SIGSTOP in the middle of work: whatever the process holds then, the other server goes on.
async fn stopped_and_continued(
    world: &World,
    one: &Rig,
    shop_one: &Shop,
    two: &Rig,
    url: &str,
    random: &mut ChaCha20Rng,
) {
    are_busy(world, BUSY as usize).await;
    let stopped = stop_with_goods_in_hand(shop_one, url).await;
    let other = world.at(&format!("http://{}", two.address));
    let mut waited = Vec::new();
    // The database takes the locks from whoever lies idle in a transaction for ten seconds.
    while stopped.elapsed() < Duration::from_secs(14) {
        let begun = Instant::now();
        match buys(&other, random).await {
            Ok(_) => waited.push(begun.elapsed()),
            Err(said) => {
                assert!(stopped.elapsed() < Duration::from_secs(13), "the other one does not go on: {said:?}")
            }
        }
        // One customer now and then is the question, not how many the other server can bear.
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(waited.len() > 3, "the other server sold {} times", waited.len());
    shop_one.signal("CONT");
    let took = heals(world, one, random).await;
    println!(
        "R7 one of two servers stopped for 14 s: the other sold {} times, slowest {:?}; continued, an order succeeds \
         after {took:?}",
        waited.len(),
        waited.iter().max().copied().unwrap_or_default()
    );
}
