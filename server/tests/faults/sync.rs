//! R10: what was answered is on disk. The order of system calls is what counts: a killed process proves nothing about
//! it, since the system keeps what was written.

use std::process::Command;

use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use stripe_lookalike::Faults;

use crate::actors::World;
use crate::client::Person;
use crate::cluster::Cluster;
use crate::network::Network;
use crate::restart::buys;
use crate::rig::{Rig, Shop, found_sqlite, free_address};
use store::testing::database::{get_synchronous_commit, make_commits_asynchronous};

/// Watches the program's system calls. `cargo xtask test` installs `strace` where it can; CI and the long run demand it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_answered_before_it_is_synced() {
    if !has_strace() {
        assert!(!crate::is_long(), "the long run needs strace");
        assert!(std::env::var("CI").as_deref() != Ok("true"), "CI must have strace");
        println!("SKIPPED: strace is not installed; the order of sync and answer was not watched");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (data, address) = (folder.path().join("data"), free_address());
    let network = Network::start(address).await;
    let url = format!("sqlite://{}", data.join("xiangji.db").display());
    let rig = Rig::new(folder.path(), address, &data, &url, &network);
    let goods = found_sqlite(folder.path(), &data.join("xiangji.db")).await;
    let trace = folder.path().join("trace");
    let mut command = Command::new("strace");
    command.args(["-f", "-y", "-s", "32", "-o"]).arg(&trace);
    command.args(["-e", "trace=write,writev,pwrite64,sendto,sendmsg,fsync,fdatasync"]);
    command.arg(&rig.program).arg("--config").arg(&rig.config_file);
    // Nobody writes but the requests, one after the other: the network's notices, which come beside them, are lost, and
    // the shop asks when the buyer comes back.
    network.lookalike.set_faults(Faults { drop_next: u32::MAX, ..Faults::default() });
    command.args(["--worker", "false", "serve"]);
    rig.prepare(&mut command);
    let (shop, _) = rig.wait_for(Shop { child: command.spawn().unwrap() }).await;
    let world = World::new(&format!("http://{address}"), &network.origin(), goods);
    let mut random = ChaCha20Rng::seed_from_u64(crate::seed());
    for _ in 0..crate::count("R10", 3, 100) {
        buys(&world, &mut random).await.unwrap();
    }
    let mut seller = Person::signed_in(&world.client, &world.origin, &world.goods.seller, "10.9.9.1");
    let team = world.goods.team.to_string();
    let mut photo = include_bytes!("../../service/data/demo/pictures/tea-red-1.webp").to_vec();
    photo.extend_from_slice(b"synced");
    let said = seller.upload("/upload/photos", &[("team", &team), ("key", "r10-photo")], &photo).await;
    assert!(said.value().is_some(), "{said:?}");
    terminate_child_of(&shop);
    let mut shop = shop;
    shop.child.wait().unwrap();
    let seen = read_trace(&std::fs::read_to_string(&trace).unwrap());
    println!(
        "R10: {} answers watched, {} of them after a commit, {} after a photo; none before its sync",
        seen.answers, seen.commits, seen.photos
    );
    assert!(seen.commits >= 9 && seen.photos >= 1, "{seen:?}");
}

/// What a trace shows.
#[derive(Debug, Default)]
struct Seen {
    answers: usize,
    commits: usize,
    photos: usize,
}

/// Goes through the calls in their order.
///
/// # Panics
/// An answer left while the log or a photo was written and not synced.
fn read_trace(trace: &str) -> Seen {
    let mut seen = Seen::default();
    // Files written since their last sync, and whether anything was synced since the last answer.
    let mut unsynced: Vec<String> = Vec::new();
    let mut pending: std::collections::BTreeMap<&str, String> = std::collections::BTreeMap::new();
    let (mut log_synced, mut photo_synced) = (false, false);
    for line in trace.lines() {
        let Some((thread, call)) = line.split_once(' ') else { continue };
        let call = call.trim_start();
        let name = call.split('(').next().unwrap_or_default();
        let file =
            call.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or("", |(file, _)| file);
        let is_watched = file.ends_with("-wal") || file.contains("/media/");
        if name.ends_with("sync") && call.contains("unfinished") {
            pending.insert(thread, file.to_owned());
        } else if call.starts_with("<... f") && call.contains("sync resumed") {
            let file = pending.remove(thread).unwrap_or_default();
            assert!(call.contains("= 0"), "a sync failed: {line}");
            note_sync(&file, &mut unsynced, &mut log_synced, &mut photo_synced);
        } else if name.ends_with("sync") {
            assert!(call.contains("= 0"), "a sync failed: {line}");
            note_sync(file, &mut unsynced, &mut log_synced, &mut photo_synced);
        } else if call.contains("\"HTTP/1.1 ") {
            assert!(unsynced.is_empty(), "answered while {unsynced:?} was not synced: {line}");
            seen.answers += 1;
            seen.commits += usize::from(std::mem::take(&mut log_synced));
            seen.photos += usize::from(std::mem::take(&mut photo_synced));
        } else if is_watched && name.contains("write") {
            unsynced.push(file.to_owned());
        }
    }
    seen
}

fn note_sync(file: &str, unsynced: &mut Vec<String>, log_synced: &mut bool, photo_synced: &mut bool) {
    unsynced.retain(|written| written != file);
    *log_synced |= file.ends_with("-wal");
    *photo_synced |= file.contains("/media/");
}

/// strace passes signals on when it is asked to end itself only late: the program under it is told directly.
fn terminate_child_of(shop: &Shop) {
    let id = shop.child.id();
    let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap();
    let child = children.split_whitespace().next().unwrap().to_owned();
    assert!(Command::new("kill").args(["-TERM", &child]).status().unwrap().success());
}

/// Whether it is there and may watch.
fn has_strace() -> bool {
    Command::new("strace").args(["-o", "/dev/null", "true"]).status().is_ok_and(|status| status.success())
}

/// A database whose administrator made commits asynchronous does not get its way with the shop's connections.
#[tokio::test]
async fn commits_are_synchronous_whatever_postgresql_is_set_to() {
    let Some(cluster) = Cluster::start() else { return };
    make_commits_asynchronous(&cluster.url()).await.unwrap();
    let db = store::Db::connect(&cluster.url(), 2).await.unwrap();
    assert_eq!(db.durability_gap().await.unwrap(), None);
    let mut conn = db.read().await.unwrap();
    assert_eq!(get_synchronous_commit(&mut conn).await.unwrap(), "on");
}

#[test]
fn an_answer_before_its_sync_is_seen() {
    let good = "7 pwrite64(9</d/xiangji.db-wal>, \"x\", 1, 0) = 1\n7 fdatasync(9</d/xiangji.db-wal> <unfinished ...>\n\
                8 write(3</d/log>, \"x\", 1) = 1\n7 <... fdatasync resumed>) = 0\n\
                8 writev(5<socket:[1]>, [{\"HTTP/1.1 200 OK\", 3}], 1) = 3\n";
    assert_eq!(read_trace(good).commits, 1);
    let bad = "7 pwrite64(9</d/xiangji.db-wal>, \"x\", 1, 0) = 1\n\
               8 writev(5<socket:[1]>, [{\"HTTP/1.1 200 OK\", 3}], 1) = 3\n7 fdatasync(9</d/xiangji.db-wal>) = 0\n";
    assert!(std::panic::catch_unwind(|| read_trace(bad)).is_err());
}
