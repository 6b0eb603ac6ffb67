//! R7 on SQLite: another program holds the right to write for longer than anybody waits.

use std::time::{Duration, Instant};

use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use store::testing::database::ForeignWriter;

use crate::actors::World;
use crate::judge;
use crate::network::Network;
use crate::restart::{buys, heals, says_so};
use crate::rig::{Rig, found_sqlite, free_address};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_foreign_writer_is_waited_for_and_told_about() {
    let folder = tempfile::tempdir().unwrap();
    let (data, address) = (folder.path().join("data"), free_address());
    let file = data.join("xiangji.db");
    let network = Network::start(address).await;
    let url = format!("sqlite://{}", file.display());
    let rig = Rig::new(folder.path(), address, &data, &url, &network);
    let goods = found_sqlite(folder.path(), &file).await;
    let services = rig.services(0).await;
    let before = judge::look(&services, &goods).await;
    services.db.close().await;
    let (shop, _) = rig.start().await;
    let world = World::new(&format!("http://{address}"), &network.origin(), goods.clone());
    let mut random = ChaCha20Rng::seed_from_u64(crate::seed());
    buys(&world, &mut random).await.unwrap();

    let mut foreign = ForeignWriter::connect(&url).await.unwrap();
    // A short one is waited for, and nobody notices.
    foreign.seize().await.unwrap();
    let (bought, ()) = tokio::join!(buys(&world, &mut random), async {
        tokio::time::sleep(Duration::from_millis(1500)).await;
        foreign.let_go().await.unwrap();
    });
    bought.unwrap();

    // A long one is told about; reading goes on meanwhile.
    foreign.seize().await.unwrap();
    let held = Instant::now();
    says_so(&world, &mut random, Duration::from_secs(12)).await;
    let reader = crate::client::Person::guest(&world.client, &world.origin, &mut random);
    assert_eq!(reader.page("/products").await.unwrap().0, 200);
    assert!(held.elapsed() > Duration::from_secs(5), "held for longer than the busy timeout");
    foreign.let_go().await.unwrap();
    let took = heals(&world, &rig, &mut random).await;
    let long = held.elapsed() - took;
    println!("R7 SQLite held by another writer for {long:?}: an order succeeds {took:?} after it");
    foreign.close().await.unwrap();

    shop.stop();
    let services = rig.services(5 * 60_000).await;
    judge::judge(&services, &goods, &before, &world.journal.read(), &network).await;
}
