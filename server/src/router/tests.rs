use std::path::Path;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use domain::locale::Locale;

use super::all_uploads;
use super::asked::{cookie, query_pairs, referer_locale};
use super::uploads::{BUYER_ROOM_MIB, UPLOAD_ROOM_MIB, mib_of};

#[test]
fn the_page_of_an_island_tells_its_language() {
    assert_eq!(referer_locale("http://shop/en/cart?x=1"), Locale::En);
    assert_eq!(referer_locale("http://shop/en"), Locale::En);
    assert_eq!(referer_locale("http://shop/cart"), Locale::Zh);
    assert_eq!(referer_locale(""), Locale::Zh);
}

#[test]
fn an_upload_takes_the_room_it_says_it_needs() {
    let upload = all_uploads().into_iter().max_by_key(|upload| upload.max_bytes).unwrap();
    let most = u32::try_from(upload.max_bytes >> 20).unwrap();
    let room = |length: Option<&str>| {
        let request = Request::builder().uri(upload.path);
        let request = match length {
            Some(length) => request.header(header::CONTENT_LENGTH, length),
            None => request,
        };
        mib_of(&request.body(Body::empty()).unwrap(), &upload, UPLOAD_ROOM_MIB)
    };
    assert_eq!(room(Some("10")), 1);
    assert_eq!(room(Some("3145729")), 4);
    assert_eq!(room(Some("99999999999")), most);
    assert_eq!((room(None), room(Some("?"))), (most, most));
    assert!(2 * most as usize <= UPLOAD_ROOM_MIB, "one listing does not keep the next one waiting");
    let of_buyers = all_uploads().into_iter().filter(|upload| upload.is_of_buyers);
    let most = of_buyers.map(|upload| upload.max_bytes >> 20).max().unwrap();
    assert!(2 * most <= BUYER_ROOM_MIB, "nor does one buyer another");
}

#[test]
fn queries_are_decoded_in_order() {
    assert_eq!(
        query_pairs("q=%E8%8C%B6&village=a&village=b"),
        [("q", "茶"), ("village", "a"), ("village", "b")].map(|(k, v)| (k.to_owned(), v.to_owned()))
    );
}

#[test]
fn the_session_is_found_among_other_cookies() {
    let mut headers = HeaderMap::new();
    headers.insert(header::COOKIE, HeaderValue::from_static("a=1; xj=token; b=2"));
    assert_eq!(cookie(&headers, "xj").as_deref(), Some("token"));
    assert_eq!(cookie(&headers, "x"), None);
}

/// Every file below `folder` that registers addresses, with each word by which it does.
fn find_registrations(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            find_registrations(&path, found);
            continue;
        }
        // What a test serves is served in that test.
        if path.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with("tests")) {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(concat!(env!("CARGO_MANIFEST_DIR"), "/src")).unwrap();
        for word in ["route", "route_service", "nest", "nest_service", "fallback", "fallback_service"] {
            let times = text.matches(&format!(".{word}(")).count();
            found.extend(std::iter::repeat_n(format!("{} {word}", name.display()), times));
        }
    }
}

/// What stands in a list stands in a table of who may ask for it, or a test says so; what was registered by hand would
/// be missed by nobody.
#[test]
fn no_address_is_registered_beside_the_lists() {
    let mut found = Vec::new();
    find_registrations(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut found);
    found.sort_unstable();
    let known = [
        // The operator's own listener: the figures, and whether it listens.
        "metrics.rs route",
        "metrics.rs route",
        // The browser's files and whatever leads nowhere; the language's prefix; the pages.
        "router.rs fallback",
        "router.rs fallback_service",
        "router.rs route",
        "router/fixed.rs route",
        "router/uploads.rs route",
    ];
    assert_eq!(
        found, known,
        "an address belongs into `all_fixed_routes`, or into a feature's pages or uploads"
    );
}
