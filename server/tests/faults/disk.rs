//! R7 on SQLite: the disk is full.
//!
//! As root the data directory is a small tmpfs that is filled up. Otherwise the process may write no file beyond its
//! present size (`RLIMIT_FSIZE`, lifted with `prlimit`): the same errors from the system, without a mount.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;

use crate::actors::World;
use crate::client::{Person, Said};
use crate::judge;
use crate::network::Network;
use crate::restart::{buys, heals, says_so};
use crate::rig::{Rig, Shop, found_sqlite, free_address};

/// How room is taken away and given back.
enum Shortage {
    /// A mount, and the file that fills it.
    Mount {
        at: PathBuf,
        ballast: PathBuf,
    },
    Limit,
}

impl Shortage {
    /// A small file system at `at`, or the second best.
    fn prepare(at: &Path) -> Self {
        std::fs::create_dir_all(at).unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=16m", "tmpfs"]).arg(at).output();
        if mounted.is_ok_and(|mounted| mounted.status.success()) {
            return Self::Mount { at: at.to_owned(), ballast: at.join("ballast") };
        }
        Self::Limit
    }

    fn begin(&self, shop: &Shop, database: &Path) {
        match self {
            Self::Mount { ballast, .. } => {
                let mut file = std::fs::File::create(ballast).unwrap();
                let block = vec![0_u8; 64 * 1024];
                while file.write_all(&block).is_ok() {}
                for byte in std::iter::repeat_n([0_u8; 1], 64 * 1024) {
                    if file.write_all(&byte).is_err() {
                        break;
                    }
                }
            }
            Self::Limit => {
                let log = PathBuf::from(format!("{}-wal", database.display()));
                let bytes = std::fs::metadata(log).map_or(0, |log| log.len()).max(4096);
                limit(shop, &bytes.to_string());
            }
        }
    }

    fn end(&self, shop: &Shop) {
        match self {
            Self::Mount { ballast, .. } => std::fs::remove_file(ballast).unwrap(),
            Self::Limit => limit(shop, "unlimited"),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Mount { .. } => "a full tmpfs",
            Self::Limit => "a limit on the size of files (no right to mount)",
        }
    }
}

impl Drop for Shortage {
    fn drop(&mut self) {
        if let Self::Mount { at, .. } = self {
            let _ = Command::new("umount").arg("--lazy").arg(at).status();
        }
    }
}

fn limit(shop: &Shop, bytes: &str) {
    let limit = format!("--fsize={bytes}:unlimited");
    let status = Command::new("prlimit").arg("--pid").arg(shop.child.id().to_string()).arg(limit).status();
    assert!(status.unwrap().success(), "prlimit (util-linux) takes the room away");
}

/// What the first buyer is told who finds no room. Later ones are sent away before they come to the disk: the connection
/// that writes is opened anew, and waits for room.
async fn first_refused(world: &World, random: &mut ChaCha20Rng) -> Said {
    // What is written over in place succeeds for a while.
    for _ in 0..5_000 {
        let mut guest = Person::guest(&world.client, &world.origin, random);
        let fields = [("variant", world.goods.variants[0].as_str()), ("quantity", "1")];
        let said = guest.call("cart/add_line", &fields).await;
        if !matches!(said, Said::Yes(_)) {
            return said;
        }
    }
    panic!("5,000 carts found room on a full disk");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_told_about_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (data, address) = (folder.path().join("data"), free_address());
    let shortage = Shortage::prepare(&data);
    let file = data.join("xiangji.db");
    let network = Network::start(address).await;
    let url = format!("sqlite://{}", file.display());
    let rig = Rig::new(folder.path(), address, &data, &url, &network);
    let goods = found_sqlite(folder.path(), &file).await;
    let services = rig.services(0).await;
    let before = judge::look(&services, &goods).await;
    services.db.close().await;
    // A process that reaches its limit is to be told so, not to be killed: the shell leaves it deaf to SIGXFSZ.
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"]);
    command.arg(&rig.program).arg("--config").arg(&rig.config_file).arg("serve");
    rig.prepare(&mut command);
    let (shop, _) = rig.wait_for(Shop { child: command.spawn().unwrap() }).await;
    let world = World::new(&format!("http://{address}"), &network.origin(), goods.clone());
    let mut random = ChaCha20Rng::seed_from_u64(crate::seed());

    for round in 0..2 {
        buys(&world, &mut random).await.unwrap();
        shortage.begin(&shop, &file);
        let first = first_refused(&world, &mut random).await;
        assert_eq!(first, Said::Nothing(Some(503)), "who is the first to find no room is told so");
        says_so(&world, &mut random, Duration::from_secs(10)).await;
        let reader = Person::guest(&world.client, &world.origin, &mut random);
        assert_eq!(reader.page("/products").await.unwrap().0, 200, "reading goes on");
        shortage.end(&shop);
        let took = heals(&world, &rig, &mut random).await;
        println!(
            "R7 disk full ({}), round {round}: an order succeeds {took:?} after there is room",
            shortage.name()
        );
    }

    shop.stop();
    let services = rig.services(5 * 60_000).await;
    judge::judge(&services, &goods, &before, &world.journal.read(), &network).await;
    services.db.close().await;
}
