//! R7 on SQLite: the one server is stopped in the middle of work, and goes on when the time to pay is over.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use domain::ids::VariantId;
use domain::order::OrderStatus;
use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use service::Services;
use store::testing::trade;
use stripe_lookalike::Faults;

use crate::actors::World;
use crate::client::Person;
use crate::network::now_ms;
use crate::restart::{are_busy, go_home, heals, keep_buying};
use crate::rig::Goods;
use crate::scene::{Scene, sqlite_url};
use crate::several::order_one;
use crate::until;

/// All that is left of some goods: all of it is set aside for orders when the server is stopped, and half of those are paid
/// for while it stands still.
const PIECES: usize = 6;
/// People who would like to have one of them, too.
const WAITING: u64 = 8;
/// People who buy something else when the server is stopped.
const BUSY: u64 = 4;
/// What is left of the time to pay when the server is stopped, or nearly.
const HELD_MS: i64 = 4_000;
/// So many tries of those who got none must be in vain, several of each person, before nothing more is taken to be for sale.
const SENT_AWAY: usize = 20;

/// Somebody's order of the goods that are short, and its payment page.
type Held = (Person, String, String);

/// Leaves so few pieces of goods that nobody else buys; of which.
async fn leave_few(services: &Services, goods: &Goods) -> String {
    let mut tx = services.db.write().await.unwrap();
    let mut products = Vec::new();
    for variant in &goods.variants {
        let id: VariantId = variant.parse().unwrap();
        let sale = store::carts::find_sale_variant(&mut tx, id).await.unwrap().unwrap();
        products.push((variant, id, sale.product_id, sale.is_bundle == 1));
    }
    let others_buy = products[0].2;
    let fitting = products.into_iter().find(|(_, _, product, is_box)| *product != others_buy && !*is_box);
    let (scarce, id, ..) = fitting.expect("goods of two products");
    trade::leave_pieces(&mut tx, id, PIECES as i64).await.unwrap();
    tx.commit().await.unwrap();
    scarce.clone()
}

/// Lets the time to pay for these orders be over at a moment.
async fn end_holds(url: &str, held: &[Held], at_ms: i64) {
    let db = store::Db::connect(url, 2).await.unwrap();
    let mut tx = db.write().await.unwrap();
    for (_, number, _) in held {
        let order = store::orders::find_order_by_number(&mut tx, number).await.unwrap().unwrap();
        trade::end_hold(&mut tx, order.id, at_ms).await.unwrap();
    }
    tx.commit().await.unwrap();
    db.close().await;
}

/// How those fared who wait for a piece.
#[derive(Debug, Default)]
struct Luck {
    had: AtomicUsize,
    sent_away: AtomicUsize,
}

/// Waits until the shop knows of each of these orders whether it is paid for: no goods are set aside for any of them.
async fn are_decided(url: &str, held: &[Held]) {
    let db = store::Db::connect(url, 2).await.unwrap();
    until("each order is paid for or given up", async || {
        let mut conn = db.read().await.unwrap();
        for (_, number, _) in held {
            let order = store::orders::find_order_by_number(&mut conn, number).await.unwrap().unwrap();
            if order.status == OrderStatus::AwaitingPayment {
                return false;
            }
        }
        true
    })
    .await;
    db.close().await;
}

/// Comes again until there is a piece to be had or the world closes; pays for it. The order's number.
async fn wants_one(world: Arc<World>, scarce: String, luck: Arc<Luck>, seed: u64) -> Option<String> {
    let mut random = ChaCha20Rng::seed_from_u64(seed);
    while world.is_open() {
        let person = Person::guest(&world.client, &world.origin, &mut random);
        let bought = order_one(&person, [&world.origin, &world.origin], &scarce).await;
        if let Some((buyer, number, page)) = bought {
            assert!(buyer.pay(&page).await, "{number}: {page}");
            buyer.come_back(&number).await;
            luck.had.fetch_add(1, Ordering::Relaxed);
            return Some(number);
        }
        luck.sent_away.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    None
}

/// What became of an order, after the shop has asked whether it is paid.
async fn find_status(services: &Services, number: &str) -> OrderStatus {
    let find = async || {
        let mut conn = services.db.read().await.unwrap();
        store::orders::find_order_by_number(&mut conn, number).await.unwrap().unwrap()
    };
    service::payments::check_order(services, find().await.id).await.unwrap();
    find().await.status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stood_still_until_holds_were_over_sells_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let url = sqlite_url(folder.path());
    let (scene, scarce) = Scene::open_prepared(folder.path(), &url, leave_few).await;
    let Scene { rig, shop, network, world, .. } = &scene;
    let mut random = ChaCha20Rng::seed_from_u64(crate::seed());
    let door = [world.origin.as_str(); 2];

    let mut held: Vec<Held> = Vec::new();
    for _ in 0..PIECES {
        let person = Person::guest(&world.client, &world.origin, &mut random);
        held.push(order_one(&person, door, &scarce).await.expect("a piece"));
    }
    let late = Person::guest(&world.client, &world.origin, &mut random);
    assert!(order_one(&late, door, &scarce).await.is_none(), "all pieces are set aside");
    let busy = keep_buying(world, BUSY);
    are_busy(world, BUSY as usize).await;

    let over_ms = now_ms() + HELD_MS;
    end_holds(&url, &held, over_ms).await;
    // What the network says to a shop that does not listen is lost.
    network.lookalike.set_faults(Faults { drop_next: u32::MAX, ..Faults::default() });
    shop.signal("STOP");
    let stopped_ms = now_ms();
    assert!(stopped_ms < over_ms, "the holds were over before the server was stopped");
    let (paid, unpaid) = held.split_at(PIECES / 2);
    for (person, number, page) in paid {
        assert!(person.pay(page).await, "{number}: the network takes money while the shop stands still");
    }
    let luck = Arc::new(Luck::default());
    let waiting: Vec<_> = (0..WAITING)
        .map(|at| {
            let seed = crate::seed() ^ (500 + at);
            tokio::spawn(wants_one(world.clone(), scarce.clone(), luck.clone(), seed))
        })
        .collect();
    // The long run outlasts every wait for the database and for the network, too.
    let until_ms = over_ms + if crate::is_long() { 12_000 } else { 1_500 };
    while now_ms() < until_ms {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    shop.signal("CONT");
    let still_ms = now_ms() - stopped_ms;
    let took = heals(world, rig, &mut random).await;
    let had = || luck.had.load(Ordering::Relaxed);
    until("what nobody paid for is sold to others", async || had() >= unpaid.len()).await;
    are_decided(&url, &held).await;
    // Whoever still waits would get a piece too many, were there one.
    let sent_away = || luck.sent_away.load(Ordering::Relaxed);
    let before = sent_away();
    let enough = async || had() > unpaid.len() || sent_away() >= before + SENT_AWAY;
    until("the others are sent away again and again", enough).await;
    go_home(world, busy).await;
    let mut sold = Vec::new();
    for person in waiting {
        sold.extend(person.await.unwrap());
    }

    assert_eq!(sold.len(), unpaid.len(), "of {PIECES} pieces {} were paid for before", paid.len());
    scene
        .close_after(async |services| {
            for number in paid.iter().map(|(_, number, _)| number).chain(&sold) {
                assert_eq!(find_status(services, number).await, OrderStatus::Paid, "{number}");
            }
            for (_, number, _) in unpaid {
                assert_eq!(find_status(services, number).await, OrderStatus::Expired, "{number}");
            }
        })
        .await;
    println!(
        "R7 SQLite, the one server stopped for {still_ms} ms, {} ms beyond the time to pay: an order succeeds {took:?} \
         after it goes on; {} of {PIECES} pieces paid for meanwhile, {} sold anew",
        until_ms - over_ms,
        paid.len(),
        sold.len()
    );
}
