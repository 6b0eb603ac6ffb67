//! Photos in a bucket: uploaded whole and in pieces, served, missing, and the bucket's server gone for a while.
//!
//! Against `moto`, a local server that speaks S3's protocol; `cargo xtask test --long --harness s3` installs it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};

use crate::client::{Person, Said};
use crate::network::Network;
use crate::rig::{Rig, Shop, found_sqlite, free_address};

const PHOTO: &[u8] = include_bytes!("../../service/data/demo/pictures/tea-red-1.webp");
/// Large enough for two pieces.
const LARGE: &[u8] = include_bytes!("../../service/data/demo/pictures/certificate-farm-produce.webp");
/// Where it is cut.
const CUT: usize = 32 << 10;

/// A bucket's server, killed when dropped.
struct Moto(Child);

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn program() -> Option<PathBuf> {
    let named = std::env::var_os("XIANGJI_TEST_MOTO").map(PathBuf::from);
    let usual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools/moto/bin/moto_server");
    Some(named.unwrap_or(usual)).filter(|program| program.exists())
}

async fn start_moto(program: &Path, address: SocketAddr) -> Moto {
    let port = address.port().to_string();
    let mut command = Command::new(program);
    command.args(["-H", "127.0.0.1", "-p", &port]).stdout(Stdio::null()).stderr(Stdio::null());
    let moto = Moto(command.spawn().unwrap());
    let client = crate::client::http(Duration::from_secs(2));
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(60) {
        // Making a bucket that is there already is no error either.
        let made =
            client.put(format!("http://{address}/shop")).header("authorization", AUTHORISED).send().await;
        if made.is_ok_and(|answer| answer.status().is_success()) {
            return moto;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("moto did not come up");
}

/// Moto checks no signature, but looks for the region in it.
const AUTHORISED: &str = "AWS4-HMAC-SHA256 Credential=drill/20260101/us-east-1/s3/aws4_request, \
     SignedHeaders=host, Signature=0";

/// Sends what lies between two places of a photo, as a phone in a field does.
async fn send_piece(seller: &mut Person, team: &str, photo: &[u8], piece: std::ops::Range<usize>) -> Said {
    let digest: String = Sha256::digest(photo).iter().map(|byte| format!("{byte:02x}")).collect();
    let (length, offset) = (photo.len().to_string(), piece.start.to_string());
    let fields: [(&str, &str); 4] =
        [("team", team), ("digest", &digest), ("length", &length), ("offset", &offset)];
    seller.upload("/upload/photo-piece", &fields, &photo[piece]).await
}

/// How much of a photo has come, and its hash when it is whole.
fn progress(said: &Said) -> (usize, Option<String>) {
    let value = said.value().unwrap_or_else(|| panic!("{said:?}"));
    let received = usize::try_from(value["received_bytes"].as_u64().unwrap()).unwrap();
    (received, value["photo"]["content_hash"].as_str().map(str::to_owned))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn photos_live_in_a_bucket_and_the_shop_outlives_its_absence() {
    let Some(program) = program() else {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "CI must have moto");
        eprintln!("SKIPPED: moto is not installed (cargo xtask test --long --harness s3 does it)");
        return;
    };
    let (address, bucket) = (free_address(), free_address());
    let moto = start_moto(&program, bucket).await;
    let folder = tempfile::tempdir().unwrap();
    let network = Network::start(address).await;
    let data = folder.path().join("data");
    let url = format!("sqlite://{}", data.join("xiangji.db").display());
    let rig = Rig::new(folder.path(), address, &data, &url, &network);
    let goods = found_sqlite(folder.path(), &data.join("xiangji.db")).await;
    let command = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xiangji"));
        rig.prepare(&mut command);
        command.arg("--config").arg(&rig.config_file);
        command.args(["--media-url", "s3://shop/photos", "--media-endpoint", &format!("http://{bucket}")]);
        command.env("AWS_ACCESS_KEY_ID", "drill").env("AWS_SECRET_ACCESS_KEY", "drill-secret-key");
        command
    };
    let spawned = Shop { child: command().arg("serve").spawn().unwrap() };
    let (shop, _) = rig.wait_for(spawned).await;

    let origin = format!("http://{address}");
    let client = crate::client::http(Duration::from_secs(30));
    let mut seller = Person::signed_in(&client, &origin, &goods.seller, "10.1.1.1");
    let team = goods.team.to_string();
    let said = seller.upload("/upload/photos", &[("team", &team), ("key", "first")], PHOTO).await;
    let hash =
        said.value().unwrap_or_else(|| panic!("{said:?}"))["content_hash"].as_str().unwrap().to_owned();
    let get = async |name: &str| client.get(format!("{origin}/media/{hash}/{name}")).send().await.unwrap();
    for name in ["s.webp", "m.webp", "l.webp", "photo.jpg"] {
        let answer = get(name).await;
        assert_eq!(answer.status(), 200, "{name}");
        assert!(answer.headers()["cache-control"].to_str().unwrap().contains("immutable"));
        let there = format!("http://{bucket}/shop/photos/{}/{hash}/{name}", &hash[..2]);
        let in_bucket = client.get(there).header("authorization", AUTHORISED).send().await.unwrap();
        assert_eq!(
            in_bucket.bytes().await.unwrap(),
            answer.bytes().await.unwrap(),
            "{name} lies in the bucket"
        );
    }
    assert!(!data.join("media").exists(), "nothing is kept on this machine");
    assert_eq!(get("x.webp").await.status(), 404);
    let missing = format!("{origin}/media/{}/s.webp", "0".repeat(64));
    assert_eq!(client.get(missing).send().await.unwrap().status(), 404, "a photo that nobody sent");

    // A photo in pieces: they lie in the bucket until it is whole, and not longer.
    let unfinished = async || {
        let list = format!("http://{bucket}/shop?list-type=2&prefix=photos/unfinished/");
        let listed = client.get(list).header("authorization", AUTHORISED).send().await.unwrap();
        assert_eq!(listed.status(), 200);
        listed.text().await.unwrap().matches("<Key>").count()
    };
    let [large, late] = ["in pieces", "cut short"].map(|end| [LARGE, end.as_bytes()].concat());
    let said = send_piece(&mut seller, &team, &large, 0..CUT).await;
    assert_eq!((progress(&said), unfinished().await), ((CUT, None), 1));
    let said = send_piece(&mut seller, &team, &large, CUT..large.len()).await;
    let whole = progress(&said).1.unwrap_or_else(|| panic!("not whole: {said:?}"));
    let shown = client.get(format!("{origin}/media/{whole}/m.webp")).send().await.unwrap();
    assert_eq!((shown.status().as_u16(), unfinished().await), (200, 0));
    // Another is on its way when the bucket goes.
    let said = send_piece(&mut seller, &team, &late, 0..CUT).await;
    assert_eq!(progress(&said), (CUT, None));

    // A backup brings the photos out of the bucket.
    let backups = folder.path().join("backups");
    let backed_up = command().arg("backup").arg(&backups).output().unwrap();
    assert!(backed_up.status.success(), "{}", rig.log());
    assert!(backups.join(format!("media/{}/{hash}/s.webp", &hash[..2])).is_file());

    drop(moto);
    let begun = Instant::now();
    let answer = get("s.webp").await;
    assert_eq!(answer.status(), 503, "the bucket is away: come again");
    assert!(answer.headers().contains_key("retry-after"));
    assert!(begun.elapsed() < Duration::from_secs(12), "whoever waits for a photo hears soon");
    let mut other = PHOTO.to_vec();
    other.extend_from_slice(b"another");
    let said = seller.upload("/upload/photos", &[("team", &team), ("key", "second")], &other).await;
    assert_eq!(said, Said::Nothing(Some(503)), "an upload is not lost in silence");
    let said = send_piece(&mut seller, &team, &late, CUT..late.len()).await;
    assert_eq!(said, Said::Nothing(Some(503)), "nor is a piece");
    assert_eq!(seller.page("/").await.unwrap().0, 200, "the shop goes on selling");
    let log = std::fs::read_to_string(&rig.log_file).unwrap();
    assert!(log.contains("photo") && !log.contains("drill-secret-key"), "{}", rig.log());

    let _moto = start_moto(&program, bucket).await;
    let said = seller.upload("/upload/photos", &[("team", &team), ("key", "second")], &other).await;
    assert!(said.value().is_some(), "sent again when the bucket is back: {said:?}");
    // The bucket came back empty: a photo whose first piece is lost is asked for from the beginning.
    let said = send_piece(&mut seller, &team, &late, CUT..late.len()).await;
    assert_eq!(progress(&said), (0, None));
    for (piece, is_whole) in [(0..CUT, false), (CUT..late.len(), true)] {
        let said = send_piece(&mut seller, &team, &late, piece).await;
        assert_eq!(progress(&said).1.is_some(), is_whole, "{said:?}");
    }
    assert_eq!(unfinished().await, 0);
    shop.stop();
}
