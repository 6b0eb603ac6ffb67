//! Told to stop (SIGTERM), the shop takes nobody new and finishes what has begun: orders, payment pages, photos.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use stripe_lookalike::Faults;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::actors::{World, place};
use crate::client::{Person, Said};
use crate::network::Network;
use crate::rig::{Rig, Shop, found_sqlite, free_address};
use crate::until;

const PHOTO: &[u8] = include_bytes!("../../service/data/demo/pictures/tea-red-1.webp");
/// A shop with nothing left to do ends within this on a busy machine; its own limit is a minute.
const ENDS_WITHIN: Duration = Duration::from_secs(20);

/// The way to the payment network, which can be shut and opened: whoever asks meanwhile waits.
struct Barrier {
    address: SocketAddr,
    open: watch::Sender<bool>,
    waiting: Arc<AtomicUsize>,
}

impl Barrier {
    async fn before(network: &Network) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (open, watched) = watch::channel(true);
        let waiting = Arc::new(AtomicUsize::new(0));
        let (counted, to) = (waiting.clone(), network.address);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(pass_on(near, to, watched.clone(), counted.clone()));
            }
        });
        Self { address, open, waiting }
    }

    fn waiting(&self) -> usize {
        self.waiting.load(Ordering::SeqCst)
    }
}

/// Carries bytes to and fro; those on their way to the network wait while the barrier is down.
async fn pass_on(
    near: TcpStream,
    to: SocketAddr,
    mut open: watch::Receiver<bool>,
    waiting: Arc<AtomicUsize>,
) -> std::io::Result<()> {
    let (mut from_shop, mut to_shop) = near.into_split();
    let (mut from_network, mut to_network) = TcpStream::connect(to).await?.into_split();
    tokio::spawn(async move { tokio::io::copy(&mut from_network, &mut to_shop).await });
    let mut bytes = vec![0; 64 * 1024];
    loop {
        let count = from_shop.read(&mut bytes).await?;
        if count == 0 {
            return Ok(());
        }
        if !*open.borrow() {
            waiting.fetch_add(1, Ordering::SeqCst);
            let _ = open.wait_for(|open| *open).await;
        }
        to_network.write_all(&bytes[..count]).await?;
    }
}

/// A photo of which half has been sent, and of which the shop has begun to read.
struct HalfSent {
    stream: TcpStream,
    rest: Vec<u8>,
}

impl HalfSent {
    async fn begin(shop: SocketAddr, token: &str, team: &str) -> Self {
        let part = |name: &str, value: &str| {
            format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let mut body = (part("team", team) + &part("key", "stopping")).into_bytes();
        body.extend_from_slice(
            b"--b\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"tea.webp\"\r\n\
              Content-Type: image/webp\r\n\r\n",
        );
        body.extend_from_slice(PHOTO);
        // Bytes after the picture make it a photo that the shop does not know yet.
        body.extend_from_slice(b"stopping\r\n--b--\r\n");
        let head = format!(
            "POST /upload/photos HTTP/1.1\r\nHost: {shop}\r\nCookie: xj={token}\r\nAccept: application/json\r\n\
             Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
            body.len()
        );
        let mut stream = TcpStream::connect(shop).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        // The shop says so when it begins to read.
        let mut said = [0; 25];
        stream.read_exact(&mut said).await.unwrap();
        assert_eq!(String::from_utf8_lossy(&said), "HTTP/1.1 100 Continue\r\n\r\n");
        let rest = body.split_off(body.len() / 2);
        stream.write_all(&body).await.unwrap();
        Self { stream, rest }
    }

    /// Sends the rest; the whole answer.
    async fn finish(mut self) -> String {
        self.stream.write_all(&self.rest).await.unwrap();
        let mut answer = Vec::new();
        self.stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }
}

/// Someone with a cart, and the form that makes it an order; `key` is the note by which the order is found again.
async fn at_the_till(world: &World, random: &mut ChaCha20Rng, key: &str) -> (Person, Vec<(String, String)>) {
    let mut person = Person::guest(&world.client, &world.origin, random);
    let fields = [("variant", world.goods.variants[0].as_str()), ("quantity", "1")];
    assert!(matches!(person.call("cart/add_line", &fields).await, Said::Yes(_)));
    let quote = person.call("checkout/quote", &[("region", "610102")]).await;
    let total = quote.value().unwrap()["total_fen"].as_i64().unwrap().to_string();
    let fields = [
        ("then", "place"),
        ("name", "测试买家"),
        ("phone", "13800000002"),
        ("region", "610102"),
        ("detail", "解放路 1 号"),
        ("note", key),
        ("expected_total", &total),
        ("key", key),
    ];
    (person, fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec())
}

/// Sends the form, in a task of its own.
fn places((mut person, fields): (Person, Vec<(String, String)>)) -> tokio::task::JoinHandle<(Person, Said)> {
    tokio::spawn(async move {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let said = person.call("checkout/place_order", &fields).await;
        (person, said)
    })
}

/// Waits until the shop has ended by itself, in order.
async fn ends(mut shop: Shop, rig: &Rig) {
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = shop.child.try_wait().unwrap() {
            break status;
        }
        assert!(begun.elapsed() < ENDS_WITHIN, "does not end:\n{}", rig.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(status.success(), "ended with {status}:\n{}", rig.log());
    let log = rig.log();
    assert!(!log.contains("unfinished"), "{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_told_to_stop_finishes_orders_payment_pages_and_photos_that_have_begun() {
    let folder = tempfile::tempdir().unwrap();
    let (data, address) = (folder.path().join("data"), free_address());
    let network = Network::start(address).await;
    let barrier = Barrier::before(&network).await;
    let url = format!("sqlite://{}", data.join("xiangji.db").display());
    let rig = Rig::new(folder.path(), address, &data, &url, &network);
    let settings = std::fs::read_to_string(&rig.config_file).unwrap();
    let (direct, by_barrier) =
        (format!("\"{}\"", network.origin()), format!("\"http://{}\"", barrier.address));
    std::fs::write(&rig.config_file, settings.replace(&direct, &by_barrier)).unwrap();
    let goods = found_sqlite(folder.path(), &data.join("xiangji.db")).await;
    let (mut shop, _) = rig.start().await;
    let world = World::new(&format!("http://{address}"), &network.origin(), goods.clone());
    let mut random = ChaCha20Rng::seed_from_u64(crate::seed());

    // An order whose payment page could not be opened, one that is about to be placed, and one whose buyer will go away.
    network.lookalike.set_faults(Faults { fail_next_api: u32::MAX, ..Faults::default() });
    let mut patient = Person::guest(&world.client, &world.origin, &mut random);
    let (unpaid, _) = place(&world, &mut patient, false, &mut random).await.unwrap();
    network.lookalike.set_faults(Faults::default());
    let buyer = at_the_till(&world, &mut random, "stopping-buyer").await;
    let hasty = at_the_till(&world, &mut random, "stopping-hasty").await;

    barrier.open.send_replace(false);
    let pays = tokio::spawn({
        let unpaid = unpaid.clone();
        async move {
            let said = patient.call("orders/pay", &[("number", &unpaid)]).await;
            (patient, said)
        }
    });
    let (buys, gone) = (places(buyer), places(hasty));
    until("three wait for the network", async || barrier.waiting() == 3).await;
    gone.abort();
    let photo = HalfSent::begin(address, &goods.seller, &goods.team.to_string()).await;

    shop.signal("TERM");
    until("nobody new is let in", async || TcpStream::connect(address).await.is_err()).await;
    assert_eq!(shop.child.try_wait().unwrap(), None, "the shop waits for those who are in:\n{}", rig.log());
    assert!(!pays.is_finished() && !buys.is_finished(), "nobody is answered before it is done");
    barrier.open.send_replace(true);
    let uploaded = photo.finish().await;
    assert!(uploaded.starts_with("HTTP/1.1 200"), "{uploaded}");
    let (patient, opened) = pays.await.unwrap();
    assert!(opened.go_to().starts_with(&world.network), "{opened:?}");
    let (buyer, placed) = buys.await.unwrap();
    assert!(placed.go_to().starts_with(&world.network), "{placed:?}");
    ends(shop, &rig).await;

    // Everything that was answered is there, and goes on.
    let (shop, _) = rig.start().await;
    let number = placed.value().unwrap().as_str().unwrap().to_owned();
    for (person, number, page) in [(&patient, &unpaid, opened.go_to()), (&buyer, &number, placed.go_to())] {
        assert!(person.pay(&page).await, "the page that was opened while stopping takes money");
        person.come_back(number).await;
    }
    shop.stop();
    let services = rig.services(0).await;
    let mut conn = services.db.read().await.unwrap();
    for number in [&unpaid, &number] {
        let order = store::orders::find_order_by_number(&mut conn, number).await.unwrap().unwrap();
        assert_eq!(order.status, domain::order::OrderStatus::Paid, "{number}");
    }
    let opened = store::testing::trade::count_opened_pages(&mut conn, "stopping-hasty").await.unwrap();
    assert_eq!(opened, 1, "the buyer went away, their order and its page were finished all the same");
    drop(conn);
    let hash = uploaded.split("content_hash\":\"").nth(1).unwrap().split('"').next().unwrap();
    let (bytes, _) = service::photos::load_rendition(&services, hash, "m.webp").await.unwrap();
    assert!(bytes.len() > 100, "the photo is there");
    let report = service::books::verify_books(&services).await.unwrap();
    assert!(report.is_sound(), "{:?}", report.mismatches);
    services.db.close().await;
}
