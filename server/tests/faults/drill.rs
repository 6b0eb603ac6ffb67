//! R10, second half: the restore drill. The shop is backed up by its own command while people buy, and made anew
//! elsewhere. And the move: from SQLite to PostgreSQL and back by the shop's own commands, byte for byte.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::Ordering;
use std::time::Duration;

use service::Services;
use xiangji::{Config, Settings, application};

use crate::actors::{World, shop};
use crate::cluster::Cluster;
use crate::network::Network;
use crate::rig::{Rig, found, found_sqlite, free_address};

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

async fn services(rig: &Rig) -> Services {
    application::build_services(&rig.config()).await.unwrap()
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
    let (running, _) = rig.start().await;
    let world = World::new(&format!("http://{address}"), &network.origin(), goods);
    let actors: Vec<_> = (0..4).map(|at| tokio::spawn(shop(world.clone(), crate::seed() ^ at))).collect();
    while world.journal.read().placed.len() < 15 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let before = world.journal.read();
    let backups = folder.join("backups").display().to_string();
    let said = run_well(&rig, &["backup", &backups]);
    let during = world.journal.read().placed.len() - before.placed.len();
    world.closing.store(true, Ordering::Relaxed);
    for actor in actors {
        actor.await.unwrap();
    }
    let last = world.journal.read();
    running.stop();
    println!("{said}");
    let left = services(&rig).await;
    let gauges = service::operations::read_gauges(&left).await.unwrap();
    assert!(gauges.backed_up_until_ms.is_some(), "the command tells the servers that there is a backup");
    left.db.close().await;

    let target = Rig::new(folder, free_address(), &folder.join("elsewhere"), elsewhere, &network);
    let said = run_well(&target, &["restore", &backups]);
    println!("{said}");
    assert!(said.contains("the books are sound"), "{said}");
    let restored = services(&target).await;
    let mut there = 0;
    for (key, number) in &last.placed {
        let mut conn = restored.db.read().await.unwrap();
        let order = store::orders::find_order_by_number(&mut conn, number).await.unwrap();
        assert!(
            order.is_some() || !before.placed.contains_key(key),
            "{number} was acknowledged before and is lost"
        );
        there += usize::from(order.is_some());
    }
    println!(
        "{} orders acknowledged before the backup began, {during} while it was made, {} until the end; \
         {there} of them restored",
        before.placed.len(),
        last.placed.len()
    );
    restored.db.close().await;
    // What is there is never written over.
    let again = run(&target, &["restore", &backups]);
    assert!(!again.status.success());
    assert!(run_well(&target, &["verify"]).contains("the books are sound"));
    target.start().await.0.stop();
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
