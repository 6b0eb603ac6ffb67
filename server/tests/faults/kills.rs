//! R1: killed at any moment, the shop loses nothing that it acknowledged, does nothing twice, and its books stay whole.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;
use stripe_lookalike::Faults;

use crate::actors::{World, shop};
use crate::client::INTERNAL_ERRORS;
use crate::cluster::Cluster;
use crate::network::Network;
use crate::rig::{Rig, found, found_sqlite, free_address};
use crate::{judge, staff};

/// Kills in an ordinary run, and in a long one.
const SHORT: usize = 5;
const LONG: usize = 1000;
const SHOPPERS: u64 = 6;
/// Whatever a killed process had claimed is free again after this.
const LATER_MS: i64 = 5 * 60_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_it_loses_nothing_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let url = format!("sqlite://{}", data.join("xiangji.db").display());
    kill_again_and_again("sqlite", folder.path(), &data, &url).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_it_loses_nothing_on_postgresql() {
    let Some(cluster) = Cluster::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    kill_again_and_again("postgresql", folder.path(), &folder.path().join("data"), &cluster.url()).await;
}

async fn kill_again_and_again(engine: &str, folder: &Path, data: &Path, url: &str) {
    let (kills, seed) = (crate::count("R1", SHORT, LONG), crate::seed());
    let address = free_address();
    let network = Network::start(address).await;
    let rig = Rig::new(folder, address, data, url, &network);
    let goods = match url.strip_prefix("sqlite://") {
        Some(path) => found_sqlite(folder, Path::new(path)).await,
        None => found(&rig.config()).await,
    };
    let services = rig.services(0).await;
    let before = judge::look(&services, &goods).await;
    services.db.close().await;
    println!("R1 {engine}: {kills} kills, XIANGJI_SEED={seed}");

    let world = World::new(&format!("http://{address}"), &network.origin(), goods.clone());
    let mut actors: Vec<_> =
        (0..SHOPPERS).map(|at| tokio::spawn(shop(world.clone(), seed ^ (at + 1)))).collect();
    actors.push(tokio::spawn(staff::sell(world.clone(), seed ^ 101)));
    actors.push(tokio::spawn(staff::buy_for_unit(world.clone(), seed ^ 102)));
    let mut pace = Pace::default();
    let mut random = ChaCha20Rng::seed_from_u64(seed);
    for at in 0..kills {
        network.lookalike.set_faults(whims(&mut random));
        kill_once(&rig, &mut random, &mut pace).await;
        if (at + 1) % 100 == 0 {
            println!("  {} kills, {} acknowledgements, {}", at + 1, world.journal.len(), pace.figures());
        }
    }
    go_home(&rig, &world, &network, actors).await;

    let services = rig.services(LATER_MS).await;
    let told = world.journal.read();
    assert!(told.placed.len() > kills && told.money_taken.len() > kills / 2, "hardly any load: {told:?}");
    judge::judge(&services, &goods, &before, &told, &network).await;
    services.db.close().await;
    assert_eq!(INTERNAL_ERRORS.load(Ordering::Relaxed), 0, "somebody got a 500:\n{}", rig.log());
    println!("R1 {engine}: {kills} kills survived; {}; {}", world.journal.figures(), pace.figures());
}

/// One life of the shop.
async fn kill_once(rig: &Rig, random: &mut ChaCha20Rng, pace: &mut Pace) {
    let begun = Instant::now();
    let shop = rig.spawn();
    if random.random_bool(0.1) {
        // While it starts: migrations, recovery of the log.
        tokio::time::sleep(Duration::from_millis(random.random_range(0..60))).await;
        shop.kill();
    } else {
        let (shop, started) = rig.wait_for(shop).await;
        pace.starts.push(started);
        tokio::time::sleep(Duration::from_millis(random.random_range(100..800))).await;
        shop.kill();
    }
    pace.cycles.push(begun.elapsed());
}

/// The network has its bad days, too: events doubled or lost, calls that fail before or after they were carried out.
fn whims(random: &mut ChaCha20Rng) -> Faults {
    Faults {
        duplicate: u32::from(random.random_bool(0.5)),
        drop_next: u32::from(random.random_bool(0.2)),
        fail_next_api: u32::from(random.random_bool(0.2)),
        commit_then_fail_next_api: u32::from(random.random_bool(0.2)),
        ..Faults::default()
    }
}

/// A last life in which everybody gets an answer to what is still open.
async fn go_home(rig: &Rig, world: &Arc<World>, network: &Network, actors: Vec<tokio::task::JoinHandle<()>>) {
    network.lookalike.set_faults(Faults::default());
    let (shop, _) = rig.start().await;
    world.closing.store(true, Ordering::Relaxed);
    for actor in actors {
        tokio::time::timeout(Duration::from_secs(60), actor)
            .await
            .expect("everybody gets an answer")
            .unwrap();
    }
    shop.stop();
}

/// How long things took.
#[derive(Debug, Default)]
struct Pace {
    starts: Vec<Duration>,
    cycles: Vec<Duration>,
}

impl Pace {
    fn figures(&self) -> String {
        let mut starts = self.starts.clone();
        starts.sort();
        let at = |share: usize| starts.get((starts.len() * share / 100).min(starts.len().saturating_sub(1)));
        let cycles = self.cycles.len().max(1) as u32;
        format!(
            "start-up median {:?}, p99 {:?}; {:?} a cycle",
            at(50).copied().unwrap_or_default(),
            at(99).copied().unwrap_or_default(),
            self.cycles.iter().sum::<Duration>() / cycles,
        )
    }
}
