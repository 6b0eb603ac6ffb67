//! The seller and the unit's people: stock, listings, photos, parcels, bulk orders.

use std::sync::Arc;
use std::time::Duration;

use rand::{Rng as _, RngCore as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;

use crate::actors::World;
use crate::client::{Person, Said, hidden_values};
use crate::rig::UNIT;

/// A photo that the demonstration comes with.
const PHOTO: &[u8] = include_bytes!("../../service/data/demo/pictures/tea-red-1.webp");

/// Sells until the world closes.
pub async fn sell(world: Arc<World>, seed: u64) {
    let mut random = ChaCha20Rng::seed_from_u64(seed);
    let mut seller = Person::signed_in(&world.client, &world.origin, &world.goods.seller, "10.9.9.1");
    let mut draft: Option<(String, i64)> = None;
    while world.is_open() {
        match random.random_range(0..100) {
            0..30 => correct_stock(&world, &mut seller, &mut random).await,
            30..45 => add_batch(&world, &mut seller, &mut random).await,
            45..50 => draft = create(&world, &mut seller, &mut random).await.map(|product| (product, 1)),
            50..65 => save(&world, &mut seller, &mut draft, &mut random).await,
            65..70 => upload(&world, &mut seller, &mut random).await,
            _ => ship(&world, &mut seller, &mut random).await,
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn new_key(random: &mut ChaCha20Rng) -> String {
    format!("r1-{:016x}", random.next_u64())
}

/// Sends the same again and says so in the journal if another answer comes.
async fn ask_twice(world: &World, person: &mut Person, action: &str, fields: &[(&str, &str)]) -> Said {
    let first = person.insist(action, fields, &world.journal.again).await;
    if let Said::Yes(_) = &first {
        let second = person.insist(action, fields, &world.journal.again).await;
        if second.value() != first.value() {
            world
                .journal
                .note(|told| told.wrong.push(format!("{action} sent twice: {first:?}, then {second:?}")));
        }
    }
    first
}

async fn correct_stock(world: &World, seller: &mut Person, random: &mut ChaCha20Rng) {
    let change: i64 = random.random_range(1..50) * if random.random_bool(0.5) { 1 } else { -1 };
    let (batch, typed, key) = (world.goods.batch.to_string(), change.to_string(), new_key(random));
    let reason = if change > 0 { "received" } else { "spoiled" };
    let village = world.goods.village.to_string();
    let mut fields = vec![("batch", batch.as_str()), ("change", &typed), ("reason", reason), ("key", &key)];
    if change > 0 {
        // Whose they are, where several villages have goods in the batch.
        fields.extend([("inputs[0][village]", village.as_str()), ("inputs[0][weight_kg]", "1")]);
    }
    match ask_twice(world, seller, "listing/correct_stock", &fields).await {
        Said::Yes(_) => world.journal.note(|told| told.corrected.push(change)),
        said => world.journal.note(|told| told.wrong.push(format!("stock was not corrected: {said:?}"))),
    }
}

async fn add_batch(world: &World, seller: &mut Person, random: &mut ChaCha20Rng) {
    let key = new_key(random);
    let (product, village) = (world.goods.product.to_string(), world.goods.village.to_string());
    let today = domain::time::Date::from_epoch_ms(crate::network::now_ms()).to_string();
    let fields = [
        ("product", product.as_str()),
        ("code", &key),
        ("key", &key),
        ("produced_on", &today),
        ("certificate_number", &key),
        ("certificate_issuer", "测试合作社"),
        ("certificate_contact", "13800000000"),
        ("received", "500"),
        ("inputs[0][village]", &village),
        ("inputs[0][weight_kg]", "5"),
    ];
    match ask_twice(world, seller, "listing/add_batch", &fields).await {
        Said::Yes(_) => world.journal.note(|told| {
            told.batches.insert(key);
        }),
        said => world.journal.note(|told| told.wrong.push(format!("a batch was not taken in: {said:?}"))),
    }
}

async fn create(world: &World, seller: &mut Person, random: &mut ChaCha20Rng) -> Option<String> {
    let (team, key) = (world.goods.team.to_string(), new_key(random));
    let said = seller.insist("listing/create", &[("team", &team), ("key", &key)], &world.journal.again).await;
    let path = said.go_to();
    let product = path.split('?').next()?.rsplit('/').next()?.to_owned();
    if let Said::Yes(_) = said {
        world.journal.note(|told| {
            told.listings.insert(key, product.clone());
        });
        return Some(product);
    }
    world.journal.note(|told| told.wrong.push(format!("a listing was not begun: {said:?}")));
    None
}

/// Saves under the version that was seen last. A save that was not answered leaves the version unknown: the draft is
/// let go, as by a seller who reloads.
async fn save(
    world: &World,
    seller: &mut Person,
    draft: &mut Option<(String, i64)>,
    random: &mut ChaCha20Rng,
) {
    let Some((product, version)) = draft.take() else { return };
    let (name, key, seen) = (format!("茶 {:08x}", random.next_u32()), new_key(random), version.to_string());
    let fields = [("product", product.as_str()), ("version", &seen), ("name", &name), ("key", &key)];
    let said = seller.call("listing/save_draft", &fields).await;
    if let Some(version) = said.value().and_then(|saved| saved["version"].as_i64()) {
        world.journal.note(|told| {
            told.saved.insert(product.clone(), (version, name));
        });
        *draft = Some((product, version));
    }
}

/// Sends a photo that the shop does not have yet.
pub async fn upload(world: &World, seller: &mut Person, random: &mut ChaCha20Rng) {
    let (team, key) = (world.goods.team.to_string(), new_key(random));
    let mut bytes = PHOTO.to_vec();
    // Bytes after the picture make it another file.
    bytes.extend_from_slice(key.as_bytes());
    let fields = [("team", team.as_str()), ("key", &key)];
    if let Some(photo) = seller.upload("/upload/photos", &fields, &bytes).await.value() {
        let hash = photo["content_hash"].as_str().unwrap_or_default().to_owned();
        world.journal.note(|told| {
            told.photos.insert(hash);
        });
    }
}

async fn ship(world: &World, seller: &mut Person, random: &mut ChaCha20Rng) {
    let team = world.goods.team.to_string();
    let Some((200, page)) = seller.page(&format!("/sell/{team}/parcels")).await else { return };
    for parcel in hidden_values(&page, "parcel").into_iter().take(4) {
        let tracking = format!("SF{:012}", random.random_range(0..1_000_000_000_000_u64));
        let fields = [
            ("team", team.as_str()),
            ("parcel", &parcel),
            ("carrier", "顺丰速运"),
            ("tracking_number", &tracking),
        ];
        if let Said::Yes(_) = seller.insist("parcels/ship", &fields, &world.journal.again).await {
            world.journal.note(|told| {
                told.shipped.insert(parcel, tracking);
            });
        }
    }
}

/// Buys for a unit until the world closes: hands in, approves, announces the transfer.
pub async fn buy_for_unit(world: Arc<World>, seed: u64) {
    let mut random = ChaCha20Rng::seed_from_u64(seed);
    let person = |token: &str, last: u8| {
        Person::signed_in(&world.client, &world.origin, token, &format!("10.9.8.{last}"))
    };
    let mut buyer = person(&world.goods.buyer, 1);
    let mut approver = person(&world.goods.approver, 2);
    let mut finance = person(&world.goods.finance, 3);
    while world.is_open() {
        if let Some(number) = hand_in(&world, &mut buyer, &mut random).await {
            let fields = [("unit", UNIT), ("number", &number)];
            let mut said = approver.call("units/approve_order", &fields).await;
            while let Said::Nothing(_) = said {
                said = approver.call("units/approve_order", &fields).await;
                // Done the first time, perhaps: then it is no longer there to be approved.
                if let Said::No(409, _) = said {
                    said = Said::Yes(serde_json::Value::Null);
                }
                tokio::time::sleep(Duration::from_millis(15)).await;
            }
            match said {
                Said::Yes(_) => world.journal.note(|told| {
                    told.approved.insert(number.clone());
                }),
                said => {
                    world.journal.note(|told| told.wrong.push(format!("{number} not approved: {said:?}")))
                }
            }
            let reference = format!("BANK{}", &number);
            let fields = [("unit", UNIT), ("number", &number), ("bank_reference", &reference)];
            if let Said::Yes(_) = finance.call("units/announce_transfer", &fields).await {
                world.journal.note(|told| {
                    told.announced.insert(number, reference);
                });
            }
        }
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
}

async fn hand_in(world: &World, buyer: &mut Person, random: &mut ChaCha20Rng) -> Option<String> {
    let codes = &world.goods.codes;
    let at = random.random_range(0..codes.len());
    let lines = format!("{} {}", codes[at], random.random_range(2..20));
    let mut expected = "1".to_owned();
    for _ in 0..2 {
        let key = new_key(random);
        let fields = [
            ("unit", UNIT),
            ("then", "submit"),
            ("key", &key),
            ("lines", &lines),
            ("name", "工会采购"),
            ("phone", "13800000001"),
            ("region", "610102"),
            ("detail", "大学路 1 号"),
            ("note", &key),
            ("invoice_kind", "none"),
            ("expected", &expected),
        ];
        match buyer.insist("units/submit_bulk_order", &fields, &world.journal.again).await {
            Said::Yes(answer) => {
                let number = answer["value"].as_str()?.to_owned();
                world.journal.note(|told| {
                    told.handed_in.insert(key.clone(), number.clone());
                });
                return Some(number);
            }
            Said::No(status, body) => {
                // The price that the page would have shown.
                let total = body
                    .split("\"total_fen\":")
                    .nth(1)
                    .map(|rest| rest.chars().take_while(char::is_ascii_digit).collect::<String>());
                world.journal.note(|told| {
                    told.refused.insert(key.clone());
                    if total.is_none() {
                        told.wrong.push(format!("a unit's order was refused: {status} {body}"));
                    }
                });
                expected = total?;
            }
            Said::Nothing(_) => return None,
        }
    }
    None
}
