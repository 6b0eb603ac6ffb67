//! Shoppers: they buy, pay, change their minds, confirm receipt, open accounts.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rand::{Rng as _, RngCore as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;

use crate::client::{Person, Said, hidden_values};
use crate::journal::Journal;
use crate::rig::Goods;

pub const PASSWORD: &str = "a long enough password";

/// What all actors share.
#[derive(Debug)]
pub struct World {
    pub origin: String,
    pub network: String,
    pub goods: Goods,
    pub journal: Arc<Journal>,
    /// Finish what you are at, and go home.
    pub closing: Arc<AtomicBool>,
    pub client: reqwest::Client,
}

impl World {
    pub fn new(origin: &str, network: &str, goods: Goods) -> Arc<Self> {
        Arc::new(Self {
            origin: origin.to_owned(),
            network: network.to_owned(),
            goods,
            journal: Arc::default(),
            closing: Arc::default(),
            client: crate::client::http(Duration::from_secs(30)),
        })
    }

    /// The same world by another door of the shop.
    pub fn at(&self, origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            network: self.network.clone(),
            goods: self.goods.clone(),
            journal: self.journal.clone(),
            closing: self.closing.clone(),
            client: self.client.clone(),
        }
    }

    pub fn is_open(&self) -> bool {
        !self.closing.load(Ordering::Relaxed)
    }
}

/// Shops until the world closes.
pub async fn shop(world: Arc<World>, seed: u64) {
    let mut random = ChaCha20Rng::seed_from_u64(seed);
    let mut waiting: VecDeque<(Person, String)> = VecDeque::new();
    while world.is_open() {
        let mut person = Person::guest(&world.client, &world.origin, &mut random);
        if random.random_bool(0.05) {
            register(&world, &mut person, &mut random).await;
        }
        let clicks_twice = random.random_bool(0.1);
        let placed = place(&world, &mut person, clicks_twice, &mut random).await;
        if let Some((number, page)) = placed
            && let Some(paid) = decide(&world, &mut person, &number, page, &mut random).await
        {
            waiting.push_back((person, paid));
        }
        // Looks at an earlier order now and then: has something arrived?
        if waiting.len() > 3
            && let Some((mut person, number)) = waiting.pop_front()
        {
            receive(&world, &mut person, &number).await;
            if waiting.len() < 12 {
                waiting.push_back((person, number));
            }
        }
    }
}

/// Cart, total, order: insists until the shop has said yes or no. Answers number and where to pay.
pub async fn place(
    world: &World,
    person: &mut Person,
    clicks_twice: bool,
    random: &mut ChaCha20Rng,
) -> Option<(String, String)> {
    let (journal, variants) = (&world.journal, &world.goods.variants);
    for _ in 0..random.random_range(1..3) {
        let variant = &variants[random.random_range(0..variants.len())];
        let quantity = random.random_range(1..4).to_string();
        let fields = [("variant", variant.as_str()), ("quantity", &quantity)];
        person.insist("cart/add_line", &fields, &journal.again).await.value()?;
    }
    let quote = person.insist("checkout/quote", &[("region", "610102")], &journal.again).await;
    let total = quote.value()?["total_fen"].as_i64()?.to_string();
    let key = format!("r1-{:016x}", random.next_u64());
    let phone = format!("138{:08}", random.random_range(0..100_000_000));
    let fields = [
        ("then", "place"),
        ("name", "测试买家"),
        ("phone", &phone),
        ("region", "610102"),
        ("detail", "解放路 1 号"),
        ("note", &key),
        ("expected_total", &total),
        ("key", &key),
    ];
    let said = person.insist("checkout/place_order", &fields, &journal.again).await;
    let Said::Yes(_) = &said else {
        journal.note(|told| {
            told.refused.insert(key.clone());
            told.wrong.push(format!("{key} was refused: {said:?}"));
        });
        return None;
    };
    let number = said.value()?.as_str()?.to_owned();
    journal.note(|told| {
        told.placed.insert(key.clone(), number.clone());
    });
    if clicks_twice {
        // A second click: the first answer again.
        let second = person.insist("checkout/place_order", &fields, &journal.again).await;
        if second.value() != said.value() {
            journal.note(|told| told.wrong.push(format!("{key} sent twice: {said:?}, then {second:?}")));
        }
    }
    Some((number, said.go_to()))
}

/// Pays, cancels, both, or neither. Answers the number when it is paid for.
async fn decide(
    world: &World,
    person: &mut Person,
    number: &str,
    page: String,
    random: &mut ChaCha20Rng,
) -> Option<String> {
    let whim = random.random_range(0..100);
    if whim < 18 {
        cancel(world, person, number).await;
        return None;
    }
    let mut page = page;
    for _ in 0..20 {
        if page.starts_with(&world.network) {
            break;
        }
        // The network was silent when the order was placed.
        page = person.insist("orders/pay", &[("number", number)], &world.journal.again).await.go_to();
    }
    if whim < 24 {
        // At the same time, in two windows.
        let mut other = person.clone();
        let (paid, ()) = tokio::join!(person.pay(&page), cancel(world, &mut other, number));
        note_money(world, number, paid);
        person.come_back(number).await;
        return None;
    }
    let paid = person.pay(&page).await;
    note_money(world, number, paid);
    if random.random_bool(0.2) {
        person.pay(&page).await;
    }
    // Some close the window: then only the network tells the shop.
    if random.random_bool(0.7) && person.come_back(number).await {
        world.journal.note(|told| {
            told.paid.insert(number.to_owned());
        });
    }
    if whim < 36 {
        cancel(world, person, number).await;
        return None;
    }
    paid.then(|| number.to_owned())
}

fn note_money(world: &World, number: &str, paid: bool) {
    if paid {
        world.journal.note(|told| {
            told.money_taken.insert(number.to_owned());
        });
    }
}

async fn cancel(world: &World, person: &mut Person, number: &str) {
    world.journal.note(|told| {
        told.cancelled.entry(number.to_owned()).or_insert(false);
    });
    let fields = [("number", number), ("reason", "不想要了")];
    for _ in 0..2 {
        // The first answer may be that the money came first; asking again then refunds it.
        if let Said::Yes(_) = person.insist("orders/cancel", &fields, &world.journal.again).await {
            world.journal.note(|told| {
                told.cancelled.insert(number.to_owned(), true);
            });
            return;
        }
    }
}

async fn receive(world: &World, person: &mut Person, number: &str) {
    let Some((200, page)) = person.page(&format!("/orders/{number}")).await else { return };
    for parcel in hidden_values(&page, "parcel") {
        let fields = [("number", number), ("parcel", &parcel)];
        if let Said::Yes(_) = person.insist("orders/confirm_receipt", &fields, &world.journal.again).await {
            world.journal.note(|told| {
                told.received.insert(parcel);
            });
        }
    }
}

async fn register(world: &World, person: &mut Person, random: &mut ChaCha20Rng) {
    let login = format!("139{:08}", random.random_range(0..100_000_000));
    let fields = [("login", login.as_str()), ("password", PASSWORD), ("display_name", "茶客")];
    if let Said::Yes(_) = person.call("account/register", &fields).await {
        world.journal.note(|told| {
            told.accounts.insert(login);
        });
    }
}
