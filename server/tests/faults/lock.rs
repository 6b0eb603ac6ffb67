//! R7 on SQLite: another program holds the right to write for longer than anybody waits.

use std::time::{Duration, Instant};

use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use store::testing::database::ForeignWriter;

use crate::restart::{buys, heals, says_so};
use crate::scene::{Scene, sqlite_url};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_foreign_writer_is_waited_for_and_told_about() {
    let folder = tempfile::tempdir().unwrap();
    let scene = Scene::on_sqlite(folder.path()).await;
    let Scene { rig, world, .. } = &scene;
    let mut random = ChaCha20Rng::seed_from_u64(crate::seed());
    buys(world, &mut random).await.unwrap();

    let mut foreign = ForeignWriter::connect(&sqlite_url(folder.path())).await.unwrap();
    // A short one is waited for, and nobody notices.
    foreign.seize().await.unwrap();
    let (bought, ()) = tokio::join!(buys(world, &mut random), async {
        tokio::time::sleep(Duration::from_millis(1500)).await;
        foreign.let_go().await.unwrap();
    });
    bought.unwrap();

    // A long one is told about; reading goes on meanwhile.
    foreign.seize().await.unwrap();
    let held = Instant::now();
    says_so(world, &mut random, Duration::from_secs(12)).await;
    let reader = crate::client::Person::guest(&world.client, &world.origin, &mut random);
    assert_eq!(reader.page("/products").await.unwrap().0, 200);
    assert!(held.elapsed() > Duration::from_secs(5), "held for longer than the busy timeout");
    foreign.let_go().await.unwrap();
    let took = heals(world, rig, &mut random).await;
    let long = held.elapsed() - took;
    println!("R7 SQLite held by another writer for {long:?}: an order succeeds {took:?} after it");
    foreign.close().await.unwrap();

    scene.close().await;
}
