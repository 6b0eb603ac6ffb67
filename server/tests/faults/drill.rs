//! R10, second half: the restore drill. The shop is backed up by its own command while people buy and sell, and made
//! anew elsewhere: whatever they had been told before the moment that the manifest names is there. And the move: from SQLite to PostgreSQL and back by the shop's own commands, byte for byte.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use domain::order::OrderStatus;
use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use service::Services;
use service::backup::Manifest;
use xiangji::{Config, Settings, application};

use crate::actors::{World, shop};
use crate::client::Person;
use crate::cluster::Cluster;
use crate::journal::Told;
use crate::network::{Network, now_ms};
use crate::rig::{Rig, found, found_sqlite, free_address};
use crate::{judge, staff};

/// Orders that are acknowledged before the backup begins, and how long that may take on a busy machine.
const ORDERS: usize = 15;
const BUSY_WITHIN: Duration = Duration::from_secs(180);

/// Runs one of the shop's commands on a configuration.
fn run(rig: &Rig, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xiangji"));
    rig.prepare(&mut command);
    command.arg("--config").arg(&rig.config_file).args(arguments);
    command.stdout(std::process::Stdio::piped());
    command.output().unwrap()
}

/// The same, and it must go well. What it said.
fn run_well(rig: &Rig, arguments: &[&str]) -> String {
    let output = run(rig, arguments);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{arguments:?}: {said}\n{}", rig.log());
    said
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_restored_from_a_backup_made_under_load_has_every_order_acknowledged_before_it_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let url = |name: &str| format!("sqlite://{}", folder.path().join(name).join("xiangji.db").display());
    drill(folder.path(), &url("data"), &url("elsewhere")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_restored_from_a_backup_made_under_load_has_every_order_acknowledged_before_it_on_postgresql()
{
    let (Some(cluster), Some(other)) = (Cluster::start(), Cluster::start()) else { return };
    let folder = tempfile::tempdir().unwrap();
    drill(folder.path(), &cluster.url(), &other.url()).await;
}

async fn drill(folder: &Path, url: &str, elsewhere: &str) {
    let address = free_address();
    let network = Network::start(address).await;
    let rig = Rig::new(folder, address, &folder.join("data"), url, &network);
    let goods = match url.strip_prefix("sqlite://") {
        Some(path) => found_sqlite(folder, Path::new(path)).await,
        None => found(&rig.config()).await,
    };
    // One seller does as much as many would in a minute.
    let settings = std::fs::read_to_string(&rig.config_file).unwrap();
    std::fs::write(&rig.config_file, settings + "[limits]\nrate_changes = 0\nrate_account = 0\n").unwrap();
    let (running, _) = rig.start().await;
    let world = World::new(&format!("http://{address}"), &network.origin(), goods);
    let mut actors: Vec<_> = (0..4).map(|at| tokio::spawn(shop(world.clone(), crate::seed() ^ at))).collect();
    actors.push(tokio::spawn(staff::sell(world.clone(), crate::seed() ^ 101)));
    are_busy(&world).await;

    let made = Arc::new(AtomicBool::new(false));
    let first = look(&world);
    let watching = tokio::spawn(watch(world.clone(), made.clone()));
    let backups = folder.join("backups");
    let said = run_well(&rig, &["backup", &backups.display().to_string()]);
    made.store(true, Ordering::Relaxed);
    let mut looks = vec![first];
    looks.extend(watching.await.unwrap());
    world.closing.store(true, Ordering::Relaxed);
    for actor in actors {
        actor.await.unwrap();
    }
    let last = world.journal.read();
    assert!(last.wrong.is_empty(), "{:?}", last.wrong.first());
    running.stop();
    println!("{said}");
    let before = told_before(&read_manifest(&backups), &looks);
    let left = rig.services(0).await;
    let gauges = service::operations::read_gauges(&left).await.unwrap();
    assert!(gauges.backed_up_until_ms.is_some(), "the command tells the servers that there is a backup");
    left.db.close().await;

    let target = Rig::new(folder, free_address(), &folder.join("elsewhere"), elsewhere, &network);
    let said = run_well(&target, &["restore", &backups.display().to_string()]);
    println!("{said}");
    assert!(said.contains("the books are sound"), "{said}");
    let restored = target.services(0).await;
    judge_restored(&restored, before, &last).await;
    let mut there = 0;
    for number in last.placed.values() {
        there += usize::from(find_status(&restored, number).await.is_some());
    }
    println!(
        "R10 {} orders, {} payments, {} cancellations, {} parcels and {} photos acknowledged before the moment of the \
         backup, all restored; {} orders until the end, {there} of them restored",
        before.placed.len(),
        before.paid.len(),
        before.cancelled.values().filter(|said| **said).count(),
        before.shipped.len(),
        before.photos.len(),
        last.placed.len()
    );
    restored.db.close().await;
    // What is there is never written over.
    let again = run(&target, &["restore", &backups.display().to_string()]);
    assert!(!again.status.success());
    assert!(run_well(&target, &["verify"]).contains("the books are sound"));
    target.start().await.0.stop();
}

/// Waits until there is something of everything that must not be lost.
async fn are_busy(world: &World) {
    let mut seller = Person::signed_in(&world.client, &world.origin, &world.goods.seller, "10.9.9.2");
    let mut random = ChaCha20Rng::seed_from_u64(crate::seed() ^ 103);
    // One that is there for certain; the seller sends others now and then.
    staff::upload(world, &mut seller, &mut random).await;
    let begun = Instant::now();
    loop {
        let told = world.journal.read();
        let is_cancelled = told.cancelled.values().any(|said| *said);
        if told.placed.len() >= ORDERS && !told.paid.is_empty() && is_cancelled && !told.photos.is_empty() {
            return;
        }
        assert!(begun.elapsed() < BUSY_WITHIN, "hardly any load: {told:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// What people have been told, and a moment that is not before any of it.
fn look(world: &World) -> (i64, Told) {
    let told = world.journal.read();
    (now_ms(), told)
}

/// Looks again and again until the backup is made.
async fn watch(world: Arc<World>, made: Arc<AtomicBool>) -> Vec<(i64, Told)> {
    let mut looks = Vec::new();
    while !made.load(Ordering::Relaxed) {
        looks.push(look(&world));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    looks.push(look(&world));
    looks
}

fn read_manifest(backups: &Path) -> Manifest {
    let mut entries = std::fs::read_dir(backups).unwrap().map(|entry| entry.unwrap().path());
    let path = entries.find_map(|path| Some(path.join("manifest.json")).filter(|path| path.is_file()));
    serde_json::from_slice(&std::fs::read(path.unwrap()).unwrap()).unwrap()
}

/// What people had been told before the moment that the manifest names: none of it may be lost.
fn told_before<'a>(manifest: &Manifest, looks: &'a [(i64, Told)]) -> &'a Told {
    let (asked_ms, answered_ms) = (looks[0].0, looks[looks.len() - 1].0);
    let (began_ms, made_ms) = (manifest.began_at_ms, manifest.made_at_ms);
    assert!(
        asked_ms <= began_ms && began_ms <= made_ms && made_ms <= answered_ms,
        "asked for at {asked_ms}, begun at {began_ms}, made at {made_ms}, answered at {answered_ms}"
    );
    let before = looks.iter().rev().find(|(at_ms, _)| *at_ms < began_ms);
    &before.expect("it began after it was asked for").1
}

async fn find_status(services: &Services, number: &str) -> Option<OrderStatus> {
    let mut conn = services.db.read().await.unwrap();
    let order = store::orders::find_order_by_number(&mut conn, number).await.unwrap();
    order.map(|order| order.status)
}

/// Everything that people had been told `before` is in the restored shop as it is, before anybody else is asked; and who had
/// paid by then has paid there. What they cancelled later may be cancelled or not.
async fn judge_restored(restored: &Services, before: &Told, last: &Told) {
    for number in before.placed.values() {
        let status = find_status(restored, number).await;
        assert!(status.is_some(), "{number} was acknowledged before and is lost");
    }
    for number in before.cancelled.iter().filter_map(|(number, said)| said.then_some(number)) {
        let status = find_status(restored, number).await;
        let is_right = matches!(status, Some(OrderStatus::Cancelled | OrderStatus::Refunded));
        assert!(is_right, "{number} was cancelled before and is {status:?}");
    }
    for number in &before.paid {
        let status = find_status(restored, number).await;
        assert!(is_paid(status, last, number), "{number} was said to be paid before and is {status:?}");
    }
    judge::judge_parcels(restored, before).await;
    judge::judge_photos(restored, before).await;
    for number in &before.money_taken {
        let order = {
            let mut conn = restored.db.read().await.unwrap();
            store::orders::find_order_by_number(&mut conn, number).await.unwrap().unwrap()
        };
        service::payments::check_order(restored, order.id).await.unwrap();
        let status = find_status(restored, number).await;
        assert!(is_paid(status, last, number), "{number} was paid for before and is {status:?}");
    }
}

/// Whether the money is where the buyer wants it, who may have cancelled.
fn is_paid(status: Option<OrderStatus>, last: &Told, number: &str) -> bool {
    match status {
        Some(OrderStatus::Paid | OrderStatus::Completed) => true,
        Some(OrderStatus::Cancelled | OrderStatus::Refunded) => last.cancelled.contains_key(number),
        _ => false,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_county_moves_from_sqlite_to_postgresql_and_back_without_losing_a_fen() {
    let Some(cluster) = Cluster::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let network = Network::start(free_address()).await;
    let path = |name: &str| folder.path().join(name);
    let on_file = |name: &str| {
        let url = format!("sqlite://{}", path(name).join("xiangji.db").display());
        Rig::new(folder.path(), free_address(), &path(name), &url, &network)
    };
    let (old, back) = (on_file("old"), on_file("back"));
    let new = Rig::new(folder.path(), free_address(), &path("new"), &cluster.url(), &network);
    found_sqlite(folder.path(), &path("old").join("xiangji.db")).await;
    let file = |name: &str| path(name).display().to_string();

    let out = run_well(&old, &["export", &file("old.jsonl.gz")]);
    let into = run_well(&new, &["import", &file("old.jsonl.gz")]);
    let out_again = run_well(&new, &["export", &file("new.jsonl.gz")]);
    run_well(&back, &["import", &file("new.jsonl.gz")]);
    run_well(&back, &["export", &file("back.jsonl.gz")]);

    let bytes = |name: &str| std::fs::read(path(name)).unwrap();
    assert!(bytes("old.jsonl.gz").len() > 10_000, "hardly a county");
    assert!(bytes("old.jsonl.gz") == bytes("new.jsonl.gz"), "PostgreSQL gives other bytes than SQLite");
    assert!(bytes("old.jsonl.gz") == bytes("back.jsonl.gz"), "back on SQLite it is another shop");
    // Table by table and fen by fen, in the commands' own words; both imports verified the books, or failed.
    let tables = |said: &str| -> Vec<String> {
        said.lines()
            .filter(|line| line.starts_with("    "))
            .take_while(|line| !line.contains("it holds"))
            .map(str::to_owned)
            .collect()
    };
    assert!(tables(&out).len() > 20 && out.contains("goods_fen"), "{out}");
    assert_eq!(tables(&out), tables(&into));
    assert_eq!(tables(&out), tables(&out_again));
    assert!(into.contains("the books are sound"), "{into}");

    // People find on PostgreSQL what they found on SQLite.
    for words in ["绿茶", "lvcha", "石斛"] {
        let (here, there) = (search(&old, words).await, search(&new, words).await);
        assert!(!here.is_empty(), "nothing is found for {words}");
        assert_eq!(here, there, "{words}");
    }
    // A second import is refused and changes nothing.
    assert!(!run(&new, &["import", &file("old.jsonl.gz")]).status.success());
    run_well(&new, &["export", &file("after.jsonl.gz")]);
    assert!(bytes("after.jsonl.gz") == bytes("old.jsonl.gz"));
}

async fn search(rig: &Rig, words: &str) -> Vec<String> {
    let config: Config = Settings::default().resolve(Some(&rig.config_file)).unwrap();
    let services = application::build_services(&config).await.unwrap();
    let query = service::shop::ListQuery { text: Some(words.to_owned()), ..Default::default() };
    let page = service::shop::list_page(&services, &query).await.unwrap();
    services.db.close().await;
    page.cards.iter().map(|card| card.slug.clone()).collect()
}
