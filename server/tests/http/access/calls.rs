//! Server functions and uploads: whatever changes something.

mod parts;
mod table;
mod uploads;

use app::routes::all_uploads;
use leptos::server_fn::axum::server_fn_paths;

use self::table::TABLE;
use self::uploads::UPLOADS;
use super::world::World;
use super::{Who, ask_all, assert_missed, assert_same, passkeys, privacy, second_factor};
use crate::test_shop::Answered;

/// Who did not sign in has to; to others there is no such thing.
const HIDDEN: Refused = Refused { visitor: 401, near: &[], others: 404 };

/// Who did not sign in has to; others may not.
pub const FORBIDDEN: Refused = Refused { visitor: 401, near: &[], others: 403 };

/// There is no such thing for anybody else, with an account or without.
pub const UNKNOWN: Refused = Refused { visitor: 404, near: &[], others: 404 };

/// Hidden from strangers; those who know of the thing are told that this is not theirs to do.
pub const fn known_to(near: &'static [Who]) -> Refused {
    Refused { visitor: 401, near, others: 404 }
}

/// How those are answered who may not.
#[derive(Debug, Clone, Copy)]
pub struct Refused {
    /// Visitors and guests.
    visitor: u16,
    /// These get 403.
    near: &'static [Who],
    others: u16,
}

/// What is sent, all of it well-formed.
pub type Fields = Vec<(&'static str, String)>;

/// A function, who may call it for what the fields name, and what the others get.
pub struct Row {
    pub path: &'static str,
    pub may: &'static [Who],
    refused: Refused,
    pub fields: fn(&World) -> Fields,
}

/// Every function and every upload, in an order in which they can be done one after the other.
pub fn all_rows() -> impl Iterator<Item = &'static Row> {
    TABLE.iter().chain(UPLOADS)
}

/// Functions that may not be sent twice, or whose rows are many; see their modules.
pub fn apart() -> impl Iterator<Item = &'static Row> {
    second_factor::TABLE.iter().chain(privacy::TABLE).chain(passkeys::TABLE)
}

pub const fn row(
    path: &'static str,
    may: &'static [Who],
    refused: Refused,
    fields: fn(&World) -> Fields,
) -> Row {
    Row { path, may, refused, fields }
}

pub fn none(_: &World) -> Fields {
    Vec::new()
}

async fn send(world: &World, row: &Row, who: Who) -> Answered {
    send_fields(world, row.path, (row.fields)(world), who).await
}

/// A server function takes a form, an upload a form with a file.
pub async fn send_fields(world: &World, path: &str, fields: Fields, who: Who) -> Answered {
    let browser = world.browser(who);
    if path.starts_with("/api/") {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        return browser.call("/", path, &fields).await;
    }
    let field = if path == "/upload/unit-sheet" { "sheet" } else { "photo" };
    let mut body = String::new();
    for (name, value) in fields {
        body.push_str(&format!("--xj\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"));
    }
    body.push_str(&format!(
        "--xj\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"a.csv\"\r\n\r\nOWN-1,3\r\n--xj--\r\n"
    ));
    browser.post_raw(path, "multipart/form-data; boundary=xj", body.into_bytes()).await
}

fn functions() -> Vec<String> {
    server_fn_paths().map(|(path, _)| path.to_owned()).collect()
}

fn uploads_of_features() -> Vec<String> {
    all_uploads().iter().map(|upload| upload.path.to_owned()).collect()
}

fn names_of(rows: impl Iterator<Item = &'static Row>) -> Vec<&'static str> {
    rows.map(|row| row.path).collect()
}

#[test]
fn every_function_and_every_upload_has_a_row_that_says_who_may_call_it() {
    assert_same("server functions", functions(), &names_of(TABLE.iter().chain(apart())));
    assert_same("uploads", uploads_of_features(), &names_of(UPLOADS.iter()));
}

#[test]
fn a_function_or_an_upload_that_nobody_wrote_a_row_for_is_missed() {
    assert_missed("server functions", &functions(), &names_of(TABLE.iter().chain(apart())));
    assert_missed("uploads", &uploads_of_features(), &names_of(UPLOADS.iter()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_call_is_refused_to_those_who_may_not_and_done_for_those_who_may() {
    let world = World::start().await;
    let before = world.written().await;
    let mut questions = Vec::new();
    for row in TABLE.iter().chain(UPLOADS).chain(apart()) {
        for who in Who::ALL.into_iter().filter(|who| !row.may.contains(who)) {
            questions.push(ask_refused(&world, row, who));
        }
    }
    let mut wrong = ask_all(questions).await;
    world.assert_untouched(&before, &wrong).await;
    for row in UPLOADS.iter().chain(TABLE).chain(apart()) {
        let mut is_done = false;
        for who in row.may {
            world.sign_in_again(*who).await;
            let answered = send(&world, row, *who).await;
            is_done |= answered.status == 200;
            // Done, or well asked but not now: another one who may has done it before.
            if !matches!(answered.status, 200 | 409 | 422) {
                wrong.push(format!("{} as {who:?}: {} {}", row.path, answered.status, answered.body));
            }
        }
        let never_done = [NEVER_DONE, second_factor::NEVER_DONE, privacy::NEVER_DONE, passkeys::NEVER_DONE];
        let is_never_done = never_done.concat().contains(&row.path);
        if !is_done && !is_never_done {
            wrong.push(format!("{}: for nobody", row.path));
        }
    }
    assert!(wrong.is_empty(), "{} wrong answers:\n{}", wrong.len(), wrong.join("\n"));
    world.shop.stop().await;
}

/// Sent without what they need beyond the right to call them.
const NEVER_DONE: &[&str] = &[
    "/api/listing/schedule",
    "/api/after_sales/offer_refund",
    "/api/after_sales/offer_part",
    "/api/after_sales/accept_offer",
    "/api/parcels/merge",
    "/api/parcels/reallocate",
    "/api/stock/move",
    "/api/stock/count",
    "/api/stock/count_place",
    "/api/stock/correct_inputs",
    "/api/stock/refund_recalled",
    "/api/stock/withdraw_recall_refunds",
    "/api/stock/confirm_recall_refunds",
    "/upload/certificate",
    "/upload/mark-picture",
    "/upload/mark-certificate",
    "/api/checkout/place_order",
    "/api/listing/save_draft",
    "/api/listing/add_batch",
    "/api/listing/decide_review",
    "/api/orders/confirm_receipt",
    "/api/account/change_password",
    "/api/account/sign_in",
    "/api/account/register",
    "/upload/photos",
    "/upload/photo-piece",
    "/upload/listing",
    "/upload/goods-sheet",
    "/upload/after-sale",
    "/upload/after-sale-message",
    "/upload/after-sale-postage",
    "/api/after_sales/refuse",
    "/api/after_sales/take_back",
    "/api/after_sales/confirm",
    "/api/after_sales/decide",
    "/api/after_sales/withdraw",
    "/api/after_sales/appeal",
    "/api/after_sales/send_back",
];

async fn ask_refused(world: &World, row: &Row, who: Who) -> Option<String> {
    let answered = send(world, row, who).await;
    let expected = match who {
        who if row.refused.near.contains(&who) => 403,
        who if who.is_signed_in() => row.refused.others,
        _ => row.refused.visitor,
    };
    let status = answered.status;
    (status != expected)
        .then(|| format!("{} as {who:?}: {status} instead of {expected}: {}", row.path, answered.body))
}

#[tokio::test]
async fn a_plain_form_of_a_stranger_is_led_away_and_changes_nothing() {
    let world = World::start().await;
    let form = |placed: &str| [("unit", world.unit.to_owned()), ("number", placed.to_owned())];
    let fields = form(&world.waiting.number);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let before = world.shop.services.clone();
    for (who, to) in [(Who::Visitor, "/sign-in?next=%2Funit"), (Who::OtherApprover, "/unit?flash=")] {
        let browser = world.browser(who);
        let answered = browser.submit("/unit", "/api/units/approve_order", &fields).await;
        assert_eq!(answered.status, 303);
        assert!(
            answered.location.as_deref().is_some_and(|location| location.starts_with(to)),
            "{answered:?}"
        );
    }
    let mut conn = before.db.read().await.unwrap();
    let order = store::orders::get_order(&mut conn, world.waiting.id).await.unwrap();
    assert_eq!(order.status, domain::order::OrderStatus::AwaitingApproval);
    drop(conn);
    world.shop.stop().await;
}

#[tokio::test]
async fn nothing_that_changes_something_is_done_by_opening_its_address() {
    let world = World::start().await;
    let before = world.written().await;
    for row in TABLE.iter().chain(UPLOADS).chain(apart()) {
        let query: Vec<String> = (row.fields)(&world)
            .iter()
            .map(|(name, value)| format!("{name}={}", app::routes::encode(value)))
            .collect();
        let browser = world.browser(row.may.first().copied().unwrap_or(Who::Visitor));
        let answered = browser.get(&format!("{}?{}", row.path, query.join("&"))).await;
        assert!(matches!(answered.status, 404 | 405), "{}: {}", row.path, answered.status);
    }
    world.assert_untouched(&before, &[]).await;
    world.shop.stop().await;
}

#[tokio::test]
async fn a_unit_s_order_is_paid_by_its_finance_whichever_way_is_taken() {
    let world = World::start().await;
    for who in [Who::Buyer, Who::Approver] {
        let fields = [("number", world.approved.number.as_str())];
        let answered = world.browser(who).call("/", "/api/orders/pay", &fields).await;
        assert_eq!(answered.status, 403, "{who:?}: {}", answered.body);
    }
    world.shop.stop().await;
}
