//! R7: the payment network fails, is silent, or does its work and loses the answer.

use std::time::{Duration, Instant};

use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use stripe_lookalike::Faults;

use crate::actors::{World, place};
use crate::client::{Person, Said};
use crate::judge;
use crate::network::Network;
use crate::restart::{HEALTHY_WITHIN, buys, heals};
use crate::rig::{Rig, found_sqlite, free_address};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failing_a_silent_and_a_forgetful_network_lose_no_order_and_take_no_money_twice() {
    let folder = tempfile::tempdir().unwrap();
    let (data, address) = (folder.path().join("data"), free_address());
    let network = Network::start(address).await;
    let url = format!("sqlite://{}", data.join("xiangji.db").display());
    let rig = Rig::new(folder.path(), address, &data, &url, &network);
    let goods = found_sqlite(folder.path(), &data.join("xiangji.db")).await;
    let services = rig.services(0).await;
    let before = judge::look(&services, &goods).await;
    services.db.close().await;
    let (shop, _) = rig.start().await;
    let world = World::new(&format!("http://{address}"), &network.origin(), goods.clone());
    let mut random = ChaCha20Rng::seed_from_u64(crate::seed());
    buys(&world, &mut random).await.unwrap();

    let failing = Faults { fail_next_api: u32::MAX, ..Faults::default() };
    let silent = Faults { timeout_next_api: u32::MAX, ..Faults::default() };
    let forgetful = Faults { commit_then_fail_next_api: u32::MAX, ..Faults::default() };
    for (name, faults, patience) in
        [("failing", failing, 5), ("silent", silent, 15), ("forgetful", forgetful, 5)]
    {
        network.lookalike.set_faults(faults);
        let mut person = Person::guest(&world.client, &world.origin, &mut random);
        let begun = Instant::now();
        let (placed, seen) =
            tokio::join!(place(&world, &mut person, false, &mut random), looks_around(&world));
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
        let took = heals(&world, &rig, &mut random).await;
        println!(
            "R7 {name} network: answered after {waited:?}, paid {:?} after it healed, order after {took:?}",
            ended.elapsed()
        );
    }
    refund_once(&world, &network, &mut random).await;

    shop.stop();
    let services = rig.services(5 * 60_000).await;
    judge::judge(&services, &goods, &before, &world.journal.read(), &network).await;
    services.db.close().await;
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

/// A refund whose answer was lost is not sent a second time.
async fn refund_once(world: &World, network: &Network, random: &mut ChaCha20Rng) {
    let mut person = Person::guest(&world.client, &world.origin, random);
    let (number, page) = place(world, &mut person, false, random).await.unwrap();
    assert!(person.pay(&page).await);
    person.come_back(&number).await;
    let given_back = network.lookalike.totals().refunds;
    network.lookalike.set_faults(Faults { commit_then_fail_next_api: 4, ..Faults::default() });
    let fields = [("number", number.as_str()), ("reason", "不想要了")];
    let cancelled = person.insist("orders/cancel", &fields, &world.journal.again).await;
    assert!(matches!(cancelled, Said::Yes(_)));
    world.journal.note(|told| {
        told.money_taken.insert(number.clone());
        told.cancelled.insert(number.clone(), true);
    });
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
