//! Addresses that are neither pages nor calls nor uploads: what machines ask for, and the browser's files.

use axum::body::Bytes;
use xiangji::router::all_fixed_routes;

use super::world::World;
use super::{Who, assert_missed, assert_same};
use crate::carriers::{SECRET, signed};
use crate::test_shop::{Browser, START_MS, TestShop};
use crate::weak_network::PHOTO;

/// Who is answered, and how. No role makes a difference.
#[derive(Debug, Clone, Copy)]
enum Answers {
    /// Everybody alike.
    Everybody(u16),
    /// Whoever signs what they tell with a secret of their own.
    Signed(Signer),
}

/// What is told to the shop, and not asked.
#[derive(Debug, Clone, Copy)]
enum Signer {
    Payments,
    Carriers,
}

/// Something that is there for everybody.
const OPEN: Answers = Answers::Everybody(200);
/// Nothing is there but what the table of calls has a row for.
const NOTHING: Answers = Answers::Everybody(404);
/// Not signed, or by somebody else.
const NOT_BELIEVED: u16 = 400;

const TABLE: &[(&str, Answers)] = &[
    ("GET /healthz", OPEN),
    ("GET /readyz", OPEN),
    ("GET /robots.txt", OPEN),
    ("GET /sitemap.xml", OPEN),
    ("GET /regions.json", OPEN),
    ("GET /media/{hash}/{name}", OPEN),
    ("POST /api/{*function}", NOTHING),
    ("POST /webhooks/stripe", Answers::Signed(Signer::Payments)),
    ("POST /webhooks/carrier", Answers::Signed(Signer::Carriers)),
];

impl Signer {
    const fn header(self) -> &'static str {
        match self {
            Self::Payments => "stripe-signature",
            Self::Carriers => "carrier-signature",
        }
    }

    fn secret(self, shop: &TestShop) -> String {
        match self {
            Self::Payments => shop.demo_payments.as_ref().unwrap().webhook_secret.clone(),
            Self::Carriers => SECRET.to_owned(),
        }
    }

    const fn other(self) -> Self {
        match self {
            Self::Payments => Self::Carriers,
            Self::Carriers => Self::Payments,
        }
    }

    /// Something harmless to tell.
    fn body(self) -> String {
        match self {
            Self::Payments => {
                r#"{"id":"evt_access","type":"customer.created","data":{"object":{"object":"customer"}}}"#
                    .to_owned()
            }
            Self::Carriers => format!(
                r#"{{"events":[{{"carrier":"顺丰速运","tracking_number":"SF1","status":"in_transit","place":"西安","happened_at_ms":{START_MS}}}]}}"#
            ),
        }
    }
}

/// Method and path, as in the table.
fn routes() -> Vec<String> {
    all_fixed_routes().iter().map(|route| format!("{} {}", route.method, route.path)).collect()
}

fn rows() -> Vec<&'static str> {
    TABLE.iter().map(|(name, _)| *name).collect()
}

#[test]
fn every_other_address_has_a_row_that_says_who_is_answered() {
    assert_same("fixed routes", routes(), &rows());
}

#[test]
fn an_address_that_nobody_wrote_a_row_for_is_missed() {
    assert_missed("fixed routes", &routes(), &rows());
}

/// The small world with a photo, and with a carrier that tells; answers the photo's hash as well.
async fn found_world() -> (World, String) {
    let change = |settings: &mut xiangji::Settings| {
        settings.carrier_webhook_secret = Some(SECRET.parse().unwrap());
    };
    let world = World::found(TestShop::start_changed(change).await).await;
    let (services, seller) = (&world.shop.services, world.viewer(Who::Seller).await);
    let photo = Bytes::from_static(PHOTO);
    let photo = service::photos::upload_photo(services, &seller, world.team, photo, "").await.unwrap();
    (world, photo.content_hash)
}

/// Asks for a path without any secret.
async fn ask(browser: &Browser, method: &str, path: &str) -> u16 {
    match method {
        "GET" => browser.get(path).await.status,
        "POST" => browser.post_raw(path, "application/json", b"{}".to_vec()).await.status,
        other => panic!("no row is asked with {other}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_other_address_answers_everybody_alike_or_whoever_signs() {
    let (world, hash) = found_world().await;
    let before = world.written().await;
    let mut wrong = Vec::new();
    for (name, answers) in TABLE {
        let (method, path) = name.split_once(' ').unwrap();
        let path =
            path.replace("{hash}", &hash).replace("{name}", "s.webp").replace("{*function}", "nothing");
        let expected = match answers {
            Answers::Everybody(status) => *status,
            Answers::Signed(_) => NOT_BELIEVED,
        };
        // What is told is not asked for, and what is asked for takes nothing.
        let other_method = if method == "GET" { "POST" } else { "GET" };
        for who in Who::ALL {
            for (method, expected) in [(method, expected), (other_method, 405)] {
                let status = ask(world.browser(who), method, &path).await;
                if status != expected {
                    wrong.push(format!("{method} {path} as {who:?}: {status} instead of {expected}"));
                }
            }
        }
    }
    world.assert_untouched(&before, &wrong).await;
    let at_s = START_MS / 1000;
    for (name, answers) in TABLE {
        let Answers::Signed(signer) = answers else { continue };
        let (_, path) = name.split_once(' ').unwrap();
        for who in Who::ALL {
            for (by, expected) in [(signer.other(), NOT_BELIEVED), (*signer, 200)] {
                let (body, secret) = (signer.body(), by.secret(&world.shop));
                let signature = signed(&secret, at_s, &body);
                let browser = world.browser(who);
                let status = browser.post_signed(path, signer.header(), &signature, &body).await.status;
                if status != expected {
                    wrong.push(format!("{path} as {who:?} by {by:?}: {status} instead of {expected}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong answers:\n{}", wrong.len(), wrong.join("\n"));
    world.shop.stop().await;
}

/// They are no routes of their own, so no list has them but the manifest that the site was built with.
#[tokio::test]
async fn the_browser_s_files_are_everybody_s_and_what_lies_beside_them_is_nobody_s() {
    let site = tempfile::tempdir().unwrap();
    std::fs::create_dir(site.path().join("pkg")).unwrap();
    let hashed = "/pkg/style.0a1b2c3d4e5f.css";
    let manifest = serde_json::json!({ "style.css": hashed, "worker.js": "/worker.js" }).to_string();
    for (name, text) in [
        ("manifest.json", manifest.as_str()),
        ("pkg/style.0a1b2c3d4e5f.css", "p{}"),
        ("style.css", "p{}"),
        ("worker.js", "skipWaiting()"),
        ("notes.txt", "not published"),
    ] {
        std::fs::write(site.path().join(name), text).unwrap();
    }
    let folder = site.path().to_owned();
    let shop = TestShop::start_changed(|settings| settings.site_dir = Some(folder)).await;
    let world = World::found(shop).await;
    for who in Who::ALL {
        for (path, expected) in [
            (hashed, 200),
            ("/style.css", 200),
            ("/worker.js", 200),
            ("/manifest.json", 404),
            ("/notes.txt", 404),
            ("/pkg", 404),
            ("/pkg/", 404),
        ] {
            let answered = world.browser(who).get(path).await;
            assert_eq!(answered.status, expected, "{path} as {who:?}");
            assert!(!answered.body.contains("not published"), "{path} as {who:?}");
        }
    }
    let visitor = world.browser(Who::Visitor);
    let worker = visitor.get("/worker.js").await;
    assert_eq!(worker.header("cache-control"), "no-cache", "a browser holds on to no old one");
    assert!(worker.header("content-type").starts_with("text/javascript"), "{worker:?}");
    std::fs::remove_file(site.path().join("worker.js")).unwrap();
    assert_eq!(visitor.get("/worker.js").await.status, 404, "taken away, it ends in every browser");
    world.shop.stop().await;
}
