//! Server functions and uploads: whatever changes something.

use app::routes::all_uploads;
use leptos::server_fn::axum::server_fn_paths;

use super::world::World;
use super::{
    EVERYONE, MEMBERS, SELLERS, SIGNED_IN, TOWN, Who, ask_all, assert_same, passkeys, privacy, second_factor,
};
use crate::test_shop::Answered;

/// Who did not sign in has to; to others there is no such thing.
const HIDDEN: Refused = Refused { visitor: 401, near: &[], others: 404 };
/// Who did not sign in has to; others may not.
pub const FORBIDDEN: Refused = Refused { visitor: 401, near: &[], others: 403 };
/// There is no such thing for anybody else, with an account or without.
pub const UNKNOWN: Refused = Refused { visitor: 404, near: &[], others: 404 };

/// Hidden from strangers; those who know of the thing are told that this is not theirs to do.
const fn known_to(near: &'static [Who]) -> Refused {
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
fn apart() -> impl Iterator<Item = &'static Row> {
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

/// In an order in which those who may can do one thing after the other.
const TABLE: &[Row] = &[
    row("/api/cart/add_line", EVERYONE, UNKNOWN, |world| {
        vec![("variant", world.variant.to_string()), ("quantity", "1".to_owned())]
    }),
    row("/api/cart/set_quantity", WITH_SESSION, FORBIDDEN, |world| {
        vec![("variant", world.variant.to_string()), ("quantity", "2".to_owned())]
    }),
    row("/api/checkout/quote", EVERYONE, UNKNOWN, |_| vec![("region", "610925".to_owned())]),
    row("/api/checkout/read_address", EVERYONE, UNKNOWN, |_| vec![("paste", "李 13800000009".to_owned())]),
    row("/api/checkout/place_order", EVERYONE, UNKNOWN, none),
    row("/api/cart/remove_line", WITH_SESSION, FORBIDDEN, |world| {
        vec![("variant", world.variant.to_string())]
    }),
    row("/api/listing/save_draft", SELLERS, HIDDEN, |world| {
        vec![("product", world.product.to_string()), ("version", "1".to_owned()), ("name", "改".to_owned())]
    }),
    row("/api/listing/create", SELLERS, FORBIDDEN, |world| {
        vec![("team", world.team.to_string()), ("key", "access-1".to_owned())]
    }),
    row("/api/listing/add_batch", SELLERS, HIDDEN, |world| {
        let pairs =
            [("base_unit", "g"), ("key", "access-2"), ("produced_on", "2026-03-27"), ("received", "5")];
        let product = ("product", world.product.to_string());
        pairs.map(|(name, value)| (name, value.to_owned())).into_iter().chain([product]).collect()
    }),
    row("/api/listing/update_papers", SELLERS, HIDDEN, |world| {
        let pairs =
            [("produced_on", "2026-03-20"), ("certificate_number", "2"), ("certificate_issuer", "合作社")];
        let more = [("certificate_contact", "0915-2522001".to_owned()), ("batch", world.batch.to_string())];
        pairs.map(|(name, value)| (name, value.to_owned())).into_iter().chain(more).collect()
    }),
    row("/api/listing/correct_stock", SELLERS, HIDDEN, |world| {
        let pairs = [("base_unit", "g"), ("key", "access-3"), ("change", "-1"), ("reason", "damaged")];
        let batch = ("batch", world.batch.to_string());
        pairs.map(|(name, value)| (name, value.to_owned())).into_iter().chain([batch]).collect()
    }),
    row("/api/changes/restore", SELLERS, HIDDEN, |world| {
        let ids = [("product", world.product.to_string()), ("change", world.change.to_string())];
        ids.into_iter().chain([("version", world.version.to_string())]).collect()
    }),
    row("/api/sheets/apply", SELLERS, FORBIDDEN, |world| {
        let ids = [("team", world.team.to_string()), ("preview", world.preview.to_string())];
        ids.into_iter().chain([("then", "all".to_owned())]).collect()
    }),
    row("/api/sheets/edit_table", SELLERS, FORBIDDEN, |world| {
        let (product, team) = (world.product.to_string(), world.team.to_string());
        let row = [
            ("rows[0][code]", "OWN-1"),
            ("rows[0][stock_change]", "5"),
            ("reason", "counted"),
            ("key", "access-5"),
        ];
        let row = row.map(|(name, value)| (name, value.to_owned()));
        row.into_iter().chain([("rows[0][product]", product), ("team", team)]).collect()
    }),
    row("/api/orders/pay", &[Who::Shopper], UNKNOWN, |world| number(&world.retail.number)),
    row("/api/orders/buy_again", &[Who::Shopper], UNKNOWN, |world| number(&world.retail.number)),
    row("/api/orders/confirm_receipt", &[Who::Shopper], UNKNOWN, |world| {
        let parcel = ("parcel", world.retail.parcel.to_string());
        number(&world.retail.number).into_iter().chain([parcel]).collect()
    }),
    row("/api/orders/cancel", &[Who::Shopper], UNKNOWN, |world| {
        let reason = ("reason", "不想要了".to_owned());
        number(&world.retail.number).into_iter().chain([reason]).collect()
    }),
    row("/api/units/submit_bulk_order", &[Who::Buyer], known_to(&[Who::Approver, Who::Finance]), |world| {
        vec![("unit", world.unit.to_owned()), ("then", "check".to_owned()), ("lines", "OWN-1 3".to_owned())]
    }),
    row("/api/units/approve_order", &[Who::Approver], known_to(&[Who::Buyer, Who::Finance]), |world| {
        unit_order(world, &world.waiting.number)
    }),
    row("/api/units/return_order", &[Who::Approver], known_to(&[Who::Buyer, Who::Finance]), |world| {
        unit_order(world, &world.also_waiting.number)
    }),
    row("/api/units/announce_transfer", &[Who::Finance], known_to(&[Who::Buyer, Who::Approver]), |world| {
        unit_order(world, &world.approved.number)
    }),
    row("/api/units/pay_order", &[Who::Finance], known_to(&[Who::Buyer, Who::Approver]), |world| {
        unit_order(world, &world.approved.number)
    }),
    row("/api/units/cancel_order", MEMBERS, HIDDEN, |world| unit_order(world, &world.approved.number)),
    row("/api/sell/confirm_transfer", MONEY_RECEIVERS, known_to(KNOW_OF_MONEY), |world| {
        vec![("payment", world.payment.to_string()), ("amount", "210.00".to_owned())]
    }),
    row("/api/sell/confirm_refund", MONEY_RECEIVERS, known_to(KNOW_OF_MONEY), |world| {
        vec![("refund", world.refund.to_string())]
    }),
    row("/api/parcels/weigh", SELLERS, HIDDEN, |world| {
        vec![
            ("team", world.team.to_string()),
            ("parcel", world.paid.parcel.to_string()),
            ("key", "access-weigh".to_owned()),
        ]
    }),
    row("/api/parcels/split", SELLERS, HIDDEN, |world| {
        vec![
            ("team", world.team.to_string()),
            ("parcel", world.paid.parcel.to_string()),
            ("key", "access-desk-1".to_owned()),
            ("lines[0][line]", world.line.to_string()),
            ("lines[0][quantity]", "1".to_owned()),
        ]
    }),
    row("/api/parcels/merge", SELLERS, HIDDEN, |world| {
        vec![
            ("team", world.team.to_string()),
            ("into", world.paid.parcel.to_string()),
            ("key", "access-desk-2".to_owned()),
        ]
    }),
    row("/api/parcels/ship", SELLERS, HIDDEN, |world| {
        vec![
            ("team", world.team.to_string()),
            ("parcel", world.paid.parcel.to_string()),
            ("carrier", "中国邮政".to_owned()),
            ("tracking_number", "CP1".to_owned()),
        ]
    }),
    row("/api/parcels/paste_numbers", SELLERS, FORBIDDEN, |world| {
        vec![
            ("team", world.team.to_string()),
            ("key", "access-desk-3".to_owned()),
            ("text", format!("{} 中国邮政 CP1", world.paid.parcel)),
        ]
    }),
    row("/api/parcels/apply_list", SELLERS, FORBIDDEN, |world| {
        vec![
            ("team", world.team.to_string()),
            ("list", world.desk_list.to_string()),
            ("then", "all".to_owned()),
        ]
    }),
    row("/api/day/ship_many", SELLERS, FORBIDDEN, |world| {
        vec![
            ("team", world.team.to_string()),
            ("then", "ship".to_owned()),
            ("carrier", "中国邮政".to_owned()),
            ("rows[0][parcel]", world.paid.parcel.to_string()),
            ("rows[0][chosen]", "on".to_owned()),
            ("rows[0][tracking_number]", "CP1".to_owned()),
        ]
    }),
    row("/api/day/mark", SELLERS, FORBIDDEN, |world| {
        vec![("team", world.team.to_string()), ("then", "all".to_owned())]
    }),
    row("/api/day/set_wishes", SELLERS, FORBIDDEN, |world| {
        let row = [("rows[0][kind]", "late"), ("rows[0][in_console]", "on"), ("rows[0][by_mail]", "at_once")];
        let team = ("team", world.team.to_string());
        row.map(|(name, value)| (name, value.to_owned())).into_iter().chain([team]).collect()
    }),
    row("/api/units/receive_parcel", MEMBERS, UNKNOWN, |world| unit_order(world, &world.paid.number)),
    row("/api/parcels/give_up", SELLERS, HIDDEN, |world| {
        vec![
            ("team", world.team.to_string()),
            ("order", world.announced.id.to_string()),
            ("reason", "破损".to_owned()),
        ]
    }),
    row("/api/after_sales/declare_rule", SELLERS, HIDDEN, |world| {
        let ids = [("team", world.team.to_string()), ("product", world.product.to_string())];
        ids.into_iter().chain([("rule", "seven_days".to_owned())]).collect()
    }),
    row("/api/after_sales/offer_refund", SELLERS, HIDDEN, |world| {
        vec![
            ("parcel", world.claimed.parcel.to_string()),
            ("words", "少装一份".to_owned()),
            ("key", "access-9".to_owned()),
        ]
    }),
    row("/api/after_sales/agree", SELLERS, known_to(KNOW_OF_CLAIM), case),
    row("/api/after_sales/refuse", SELLERS, known_to(KNOW_OF_CLAIM), case),
    row("/api/after_sales/take_back", SELLERS, known_to(KNOW_OF_CLAIM), |world| {
        case(world).into_iter().chain([("goods", "restock".to_owned())]).collect()
    }),
    row(
        "/api/after_sales/confirm",
        &[Who::Captain, Who::TownAdmin, Who::CountyAdmin, Who::Operator],
        known_to(&[Who::Buyer, Who::Approver, Who::Finance, Who::Seller]),
        case,
    ),
    row(
        "/api/after_sales/decide",
        TOWN,
        known_to(&[Who::Buyer, Who::Approver, Who::Finance, Who::Seller, Who::Captain]),
        |world| case(world).into_iter().chain([("then", "uphold".to_owned())]).collect(),
    ),
    row("/api/after_sales/withdraw", MEMBERS, UNKNOWN, case),
    row("/api/after_sales/appeal", MEMBERS, UNKNOWN, case),
    row("/api/after_sales/send_back", MEMBERS, UNKNOWN, |world| {
        let more = [("carrier", "中国邮政".to_owned()), ("tracking_number", "RT1".to_owned())];
        case(world).into_iter().chain(more).collect()
    }),
    row("/api/listing/duplicate", SELLERS, HIDDEN, |world| {
        vec![("product", world.product.to_string()), ("key", "access-6".to_owned())]
    }),
    row("/api/listing/unpublish", SELLERS, HIDDEN, |world| vec![("product", world.product.to_string())]),
    row("/api/listing/decide_review", CAPTAIN, known_to(&[Who::Seller]), |world| {
        vec![
            ("product", world.product.to_string()),
            ("version", "1".to_owned()),
            ("then", "approve".to_owned()),
        ]
    }),
    row("/api/listing/set_reviews", CAPTAIN, FORBIDDEN, |world| {
        vec![("team", world.team.to_string()), ("then", "off".to_owned())]
    }),
    row("/api/listing/schedule", SELLERS, HIDDEN, |world| {
        let tomorrow_ms = world.shop.services.now_ms() + domain::time::DAY_MS;
        let moment = domain::time::china_minute_text(tomorrow_ms).replace(' ', "T");
        vec![("product", world.product.to_string()), ("publish_at", moment)]
    }),
    row("/api/stock/write_off", SELLERS, HIDDEN, |world| {
        of_batch(
            world,
            &[("base_unit", "piece"), ("quantity", "1"), ("reason", "damaged"), ("key", "stock-1")],
        )
    }),
    row("/api/stock/split", SELLERS, HIDDEN, |world| {
        of_batch(world, &[("base_unit", "piece"), ("quantity", "1000"), ("key", "stock-2")])
    }),
    row("/api/stock/move", SELLERS, HIDDEN, |world| of_batch(world, &[("key", "stock-3")])),
    row("/api/stock/count", SELLERS, HIDDEN, |world| {
        vec![
            ("product", world.product.to_string()),
            ("base_unit", "piece".to_owned()),
            ("key", "stock-4".to_owned()),
        ]
    }),
    row("/api/stock/correct_inputs", SELLERS, HIDDEN, |world| {
        of_batch(world, &[("reason", "看错"), ("key", "stock-5")])
    }),
    row("/api/stock/set_threshold", SELLERS, HIDDEN, |world| {
        vec![
            ("product", world.product.to_string()),
            ("base_unit", "piece".to_owned()),
            ("low_stock", "7".to_owned()),
        ]
    }),
    row("/api/stock/remove_certificate", SELLERS, HIDDEN, |world| of_batch(world, &[])),
    // Afterwards nothing of the batch is for sale.
    row("/api/stock/recall", RECALLERS, HIDDEN, |world| {
        let fields =
            [("reason", "quality"), ("notice", "请停止使用。"), ("confirm", "on"), ("key", "stock-6")];
        of_batch(world, &fields)
    }),
    row("/api/marks/save_mark", TREASURER, FORBIDDEN, |world| {
        let fields = [("version", "1"), ("name", "渡口"), ("rules", "只用春茶"), ("key", "marks-1")];
        let of = [("collective", world.collective.to_string()), ("mark", world.mark.to_string())];
        fields.map(|(name, value)| (name, value.to_owned())).into_iter().chain(of).collect()
    }),
    row("/api/marks/grant_licence", TREASURER, HIDDEN, |world| {
        let fields = [("product", "own"), ("base_unit", "g"), ("quantity", "9"), ("key", "marks-2")];
        let of = [("collective", world.other_collective.to_string()), ("mark", world.mark.to_string())];
        let until = ("ends_on", "2030-12-31".to_owned());
        fields.map(|(name, value)| (name, value.to_owned())).into_iter().chain(of).chain([until]).collect()
    }),
    row("/api/marks/withdraw_licence", TREASURER, HIDDEN, |world| {
        let fields = [("reason", "停种"), ("key", "marks-3")];
        let of = [("licence", world.licence.to_string())];
        fields.map(|(name, value)| (name, value.to_owned())).into_iter().chain(of).collect()
    }),
    row("/api/marks/choose_mark", SELLERS, HIDDEN, |world| {
        let of = [("product", world.product.to_string()), ("mark", world.mark.to_string())];
        of.into_iter().chain([("key", "marks-4".to_owned())]).collect()
    }),
    row("/api/freight/save_template", SELLERS, FORBIDDEN, |world| {
        vec![
            ("team", world.team.to_string()),
            ("name", "按件，省内便宜".to_owned()),
            ("basis", "piece".to_owned()),
            ("rows[0][first_quantity]", "1".to_owned()),
            ("rows[0][first_fee]", "6".to_owned()),
            ("rows[0][step_quantity]", "1".to_owned()),
            ("rows[0][step_fee]", "1".to_owned()),
            ("then", "save".to_owned()),
            ("key", "freight-1".to_owned()),
        ]
    }),
    row("/api/freight/duplicate_template", SELLERS, HIDDEN, |world| {
        vec![("template", world.template.to_string()), ("key", "freight-2".to_owned())]
    }),
    row("/api/freight/change_template", SELLERS, HIDDEN, |world| {
        let id = world.template.to_string();
        vec![("id", id), ("then", "default".to_owned()), ("key", "freight-3".to_owned())]
    }),
    row("/api/freight/save_place", SELLERS, FORBIDDEN, |world| {
        vec![
            ("team", world.team.to_string()),
            ("name", "县城仓".to_owned()),
            ("region", "610925".to_owned()),
            ("address", "城关镇1号".to_owned()),
            ("phone", "0915-2522001".to_owned()),
            ("key", "freight-4".to_owned()),
        ]
    }),
    row("/api/freight/change_place", SELLERS, HIDDEN, |world| {
        let id = world.place.to_string();
        vec![("id", id), ("then", "default".to_owned()), ("key", "freight-5".to_owned())]
    }),
    row("/api/account/update_profile", SIGNED_IN, FORBIDDEN, |_| {
        vec![("display_name", "新名".to_owned()), ("locale", "zh".to_owned())]
    }),
    row("/api/account/change_password", SIGNED_IN, FORBIDDEN, |_| {
        vec![("old_password", "wrong".to_owned()), ("new_password", "short".to_owned())]
    }),
    row("/api/account/sign_in", EVERYONE, UNKNOWN, none),
    row("/api/account/register", EVERYONE, UNKNOWN, none),
    row("/api/account/sign_out", EVERYONE, UNKNOWN, none),
    row("/api/account/sign_out_everywhere", SIGNED_IN, FORBIDDEN, none),
];

const UPLOADS: &[Row] = &[
    row("/upload/photos", SELLERS, FORBIDDEN, |world| {
        vec![("team", world.team.to_string()), ("key", "access-4".to_owned())]
    }),
    row("/upload/listing", SELLERS, HIDDEN, |world| {
        vec![("product", world.product.to_string()), ("version", "1".to_owned()), ("name", "改".to_owned())]
    }),
    row("/upload/goods-sheet", SELLERS, FORBIDDEN, |world| {
        vec![("team", world.team.to_string()), ("key", "access-6".to_owned())]
    }),
    row("/upload/tracking-list", SELLERS, FORBIDDEN, |world| {
        let kind = ("kind", "numbers".to_owned());
        vec![("team", world.team.to_string()), ("key", "access-desk-4".to_owned()), kind]
    }),
    row("/upload/after-sale", MEMBERS, UNKNOWN, |world| {
        let fields = [("kind", "refund_unshipped"), ("reason", "late"), ("key", "access-8")];
        let parcel = ("parcel", world.claimed.parcel.to_string());
        fields.map(|(name, value)| (name, value.to_owned())).into_iter().chain([parcel]).collect()
    }),
    row("/upload/after-sale-message", TALKERS, UNKNOWN, case),
    row("/upload/certificate", SELLERS, HIDDEN, |world| of_batch(world, &[])),
    row("/upload/mark-picture", TREASURER, HIDDEN, |world| vec![("mark", world.mark.to_string())]),
    row("/upload/unit-sheet", &[Who::Buyer], known_to(&[Who::Approver, Who::Finance]), |world| {
        vec![("unit", world.unit.to_owned())]
    }),
];

/// Those who know of the unit's claim without selling what it is about.
const KNOW_OF_CLAIM: &[Who] =
    &[Who::Buyer, Who::Approver, Who::Finance, Who::TownAdmin, Who::CountyAdmin, Who::Operator];
const TALKERS: &[Who] = &[
    Who::Buyer,
    Who::Approver,
    Who::Finance,
    Who::Seller,
    Who::Captain,
    Who::TownAdmin,
    Who::CountyAdmin,
    Who::Operator,
];

/// The unit's after-sale, with words.
fn case(world: &World) -> Fields {
    let fields = [("key", "access-7"), ("words", "看过了")];
    let id = ("after_sale", world.after_sale.to_string());
    fields.map(|(name, value)| (name, value.to_owned())).into_iter().chain([id]).collect()
}

/// Who keeps the collective's books, and its mark.
const TREASURER: &[Who] = &[Who::Treasurer];

/// Those who stop the sale of a batch.
const RECALLERS: &[Who] = &[Who::Seller, Who::Captain, Who::CountyAdmin, Who::Operator];

/// What is done with the first side's batch.
fn of_batch(world: &World, fields: &[(&'static str, &'static str)]) -> Fields {
    let fields = fields.iter().map(|(name, value)| (*name, (*value).to_owned()));
    fields.chain([("batch", world.batch.to_string())]).collect()
}

const WITH_SESSION: &[Who] = Who::ALL.split_at(1).1;
/// A seller who is not captain; to the unit that pays, the seller's side of the money does not exist.
/// Who leads the team.
const CAPTAIN: &[Who] = &[Who::Captain];
const KNOW_OF_MONEY: &[Who] = &[Who::Seller];
const MONEY_RECEIVERS: &[Who] = &[Who::Captain, Who::CountyAdmin, Who::Operator];

fn number(number: &str) -> Fields {
    vec![("number", number.to_owned())]
}

fn unit_order(world: &World, number: &str) -> Fields {
    vec![
        ("unit", world.unit.to_owned()),
        ("number", number.to_owned()),
        ("reason", "数量偏多".to_owned()),
        ("bank_reference", "ref access".to_owned()),
        ("parcel", world.paid.parcel.to_string()),
    ]
}

/// A server function takes a form, an upload a form with a file.
async fn send(world: &World, row: &Row, who: Who) -> Answered {
    let fields = (row.fields)(world);
    let browser = world.browser(who);
    if row.path.starts_with("/api/") {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        return browser.call("/", row.path, &fields).await;
    }
    let field = if row.path == "/upload/unit-sheet" { "sheet" } else { "photo" };
    let mut body = String::new();
    for (name, value) in fields {
        body.push_str(&format!("--xj\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"));
    }
    body.push_str(&format!(
        "--xj\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"a.csv\"\r\n\r\nOWN-1,3\r\n--xj--\r\n"
    ));
    browser.post_raw(row.path, "multipart/form-data; boundary=xj", body.into_bytes()).await
}

#[test]
fn every_function_and_every_upload_has_a_row_that_says_who_may_call_it() {
    let rows: Vec<&str> = TABLE.iter().chain(apart()).map(|row| row.path).collect();
    assert_same("server functions", server_fn_paths().map(|(path, _)| path.to_owned()).collect(), &rows);
    let rows: Vec<&str> = UPLOADS.iter().map(|row| row.path).collect();
    assert_same("uploads", all_uploads().iter().map(|upload| upload.path.to_owned()).collect(), &rows);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_call_is_refused_to_those_who_may_not_and_done_for_those_who_may() {
    let world = World::start().await;
    let before = world.fingerprint().await;
    let mut questions = Vec::new();
    for row in TABLE.iter().chain(UPLOADS).chain(apart()) {
        for who in Who::ALL.into_iter().filter(|who| !row.may.contains(who)) {
            questions.push(ask_refused(&world, row, who));
        }
    }
    let mut wrong = ask_all(questions).await;
    assert_eq!(world.fingerprint().await, before, "a refused call changes nothing; wrong: {wrong:#?}");
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
    "/api/parcels/merge",
    "/api/stock/move",
    "/api/stock/count",
    "/api/stock/correct_inputs",
    "/upload/certificate",
    "/upload/mark-picture",
    "/api/checkout/place_order",
    "/api/listing/save_draft",
    "/api/listing/add_batch",
    "/api/listing/decide_review",
    "/api/orders/confirm_receipt",
    "/api/account/change_password",
    "/api/account/sign_in",
    "/api/account/register",
    "/upload/photos",
    "/upload/listing",
    "/upload/goods-sheet",
    "/upload/after-sale",
    "/upload/after-sale-message",
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
    let before = world.fingerprint().await;
    for row in TABLE.iter().chain(UPLOADS).chain(apart()) {
        let query: Vec<String> = (row.fields)(&world)
            .iter()
            .map(|(name, value)| format!("{name}={}", app::routes::encode(value)))
            .collect();
        let browser = world.browser(row.may.first().copied().unwrap_or(Who::Visitor));
        let answered = browser.get(&format!("{}?{}", row.path, query.join("&"))).await;
        assert!(matches!(answered.status, 404 | 405), "{}: {}", row.path, answered.status);
    }
    assert_eq!(world.fingerprint().await, before);
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
