use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use domain::locale::Locale;

use super::all_uploads;
use super::asked::{cookie, query_pairs, referer_locale};
use super::uploads::{UPLOAD_ROOM_MIB, mib_of};

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
        mib_of(&request.body(Body::empty()).unwrap(), &upload)
    };
    assert_eq!(room(Some("10")), 1);
    assert_eq!(room(Some("3145729")), 4);
    assert_eq!(room(Some("99999999999")), most);
    assert_eq!((room(None), room(Some("?"))), (most, most));
    assert!(2 * most as usize <= UPLOAD_ROOM_MIB, "one listing does not keep the next one waiting");
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
