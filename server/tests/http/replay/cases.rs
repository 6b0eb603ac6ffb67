//! How each call is made so that it does something. Most rows of the access table do as they stand; those that say
//! only enough to be refused are completed here.

use domain::ids::AfterSaleId;
use domain::parcel::ParcelStatus;
use service::Viewer;
use service::after_sales as sales;
use service::shipping::ShipParcel;

use super::digest::page_of;
use crate::access::Who;
use crate::access::calls::{Fields, Row};
use crate::access::world::{Placed, World};

/// A call that can be made: by whom, with what.
#[derive(Debug, Clone)]
pub struct Call {
    pub path: &'static str,
    pub who: Who,
    pub fields: Vec<(String, String)>,
    /// Of an upload.
    pub file: Option<Vec<u8>>,
    /// A field with what else it may say: under the same key, or for what has been done, this is refused.
    pub other: Option<(&'static str, String)>,
    /// Another file, likewise.
    pub other_file: Option<Vec<u8>>,
}

/// A picture of the demonstration.
const PICTURE: &[u8] = include_bytes!("../../../service/data/demo/pictures/tea-danya-1.webp");
const OTHER_PICTURE: &[u8] = include_bytes!("../../../service/data/demo/pictures/tea-danya-2.webp");

/// Longer than what a guesser tries; the server makes longer ones.
pub const KEY: &str = "a key that a page has made";
pub const PASSWORD: &str = "岚河-2026-清明雨前";
pub const NEW_PASSWORD: &str = "岚河-2026-谷雨之后";

/// Sets up what the call needs and says how it is made.
pub async fn prepare(world: &World, row: &Row) -> Call {
    let who = row.may.iter().copied().find(|who| !matches!(who, Who::Visitor | Who::Guest));
    let mut call = Call {
        path: row.path,
        who: who.unwrap_or(Who::Shopper),
        fields: owned((row.fields)(world)),
        file: row.path.starts_with("/upload/").then(|| b"OWN-1,3\r\n".to_vec()),
        other: None,
        other_file: None,
    };
    world.sign_in_again(call.who).await;
    put_back_on_sale(world).await;
    match row.path {
        "/api/cart/add_line" => {
            call.put("key", KEY);
            call.other = Some(("quantity", "2".to_owned()));
        }
        "/api/checkout/quote" => fill_cart(world, call.who).await,
        "/api/checkout/place_order" => place_order(world, &mut call).await,
        "/api/listing/save_draft" => {
            listing(world, &mut call).await;
            call.other = Some(("story", "明前采的。".to_owned()));
        }
        "/upload/listing" => {
            let seller = world.viewer(Who::Seller).await;
            service::listing::unpublish(&world.shop.services, &seller, world.product).await.unwrap();
            listing(world, &mut call).await;
            call.put("then", "publish");
            call.file = Some(OTHER_PICTURE.to_vec());
            call.other = Some(("story", "雨前采的。".to_owned()));
        }
        "/api/listing/schedule" => {
            let seller = world.viewer(Who::Seller).await;
            put_photo(world, &seller).await;
            service::listing::unpublish(&world.shop.services, &seller, world.product).await.unwrap();
        }
        "/api/listing/set_reviews" => call.put("then", "on"),
        "/api/listing/decide_review" => {
            let (seller, captain) = (world.viewer(Who::Seller).await, world.viewer(Who::Captain).await);
            let services = &world.shop.services;
            put_photo(world, &seller).await;
            service::listing::set_reviews(services, &captain, world.team, true).await.unwrap();
            service::listing::unpublish(services, &seller, world.product).await.unwrap();
            service::listing::submit(services, &seller, world.product).await.unwrap();
            call.put("version", &version(world).await.to_string());
            call.other = Some(("then", "return".to_owned()));
        }
        "/upload/goods-sheet" => {
            call.file = Some(b"code,price\nOWN-1,67.00\n".to_vec());
            call.other_file = Some(b"code,price\nOWN-1,66.00\n".to_vec());
        }
        "/upload/tracking-list" => call.other_file = Some(b"OWN-1,4\r\n".to_vec()),
        "/api/parcels/split" => call.other = Some(("lines[0][quantity]", "2".to_owned())),
        "/api/parcels/merge" => merge(world, &mut call).await,
        "/api/parcels/paste_numbers" => call.other = Some(("text", "X 中国邮政 CP2".to_owned())),
        "/api/parcels/apply_list" => {
            let list = world.list_of("CP9", "replay-list").await;
            call.put("list", &list.to_string());
        }
        "/api/sheets/apply" => {
            let preview = world.sheet_of("A tin of tea", "replay-sheet").await;
            call.put("preview", &preview.to_string());
        }
        "/api/sheets/edit_table" => {
            call.put("rows[0][version]", &version(world).await.to_string());
            call.put("rows[0][batch]", &batch_code(world).await);
            call.other = Some(("rows[0][stock_change]", "6".to_owned()));
        }
        "/api/changes/restore" => call.put("version", &version(world).await.to_string()),
        "/upload/photos" => {
            call.file = Some(PICTURE.to_vec());
            call.other_file = Some(OTHER_PICTURE.to_vec());
        }
        "/api/listing/add_batch" => {
            call.put("inputs[0][village]", &village(world).await);
            call.put("inputs[0][weight_kg]", "5");
            call.put("certificate_number", "3");
            call.put("certificate_issuer", "合作社");
            call.put("certificate_contact", "0915-2522001");
            call.other = Some(("received", "6".to_owned()));
        }
        "/api/freight/save_template" => call.other = Some(("name", "另一个模板".to_owned())),
        "/api/freight/save_place" => call.other = Some(("name", "另一个仓".to_owned())),
        "/api/freight/change_template" | "/api/freight/change_place" => {
            call.other = Some(("then", "restore".to_owned()));
        }
        "/api/listing/correct_stock" => call.other = Some(("change", "-2".to_owned())),
        path if path.starts_with("/api/stock/") || path == "/upload/certificate" => {
            stock(world, &mut call).await
        }
        "/api/parcels/weigh" => weigh(world, &mut call).await,
        "/api/orders/confirm_receipt" => {
            let placed = shipped(world).await;
            call.put("number", &placed.number);
            call.put("parcel", &placed.parcel.to_string());
        }
        "/api/units/submit_bulk_order" => bulk_order(world, &mut call).await,
        "/api/units/return_order" => call.other = Some(("reason", "换一种".to_owned())),
        "/api/units/announce_transfer" => call.other = Some(("bank_reference", "another".to_owned())),
        "/api/sell/confirm_transfer" => call.other = Some(("amount", "209.99".to_owned())),
        "/api/account/change_password" => {
            give_password(world, call.who).await;
            call.put("old_password", PASSWORD);
            call.put("new_password", NEW_PASSWORD);
        }
        "/api/account/sign_in" => {
            give_password(world, call.who).await;
            call.put("login", &format!("{:?}@access.example", call.who).to_lowercase());
            call.put("password", PASSWORD);
        }
        "/api/account/register" => {
            call.who = Who::Guest;
            let fields = [("login", "new@replay.example"), ("password", PASSWORD), ("display_name", "新人")];
            for (name, value) in fields.into_iter().chain([("key", KEY)]) {
                call.put(name, value);
            }
            call.other = Some(("display_name", "旧人".to_owned()));
        }
        "/api/marks/save_mark" => call.other = Some(("name", "新渡口".to_owned())),
        "/api/marks/grant_licence" => call.other = Some(("quantity", "8".to_owned())),
        "/api/marks/withdraw_licence" => call.other = Some(("reason", "换人".to_owned())),
        "/api/marks/choose_mark" => call.other = Some(("mark", String::new())),
        "/upload/mark-picture" => call.file = Some(OTHER_PICTURE.to_vec()),
        path if path.contains("after") && path != "/api/after_sales/declare_rule" => {
            after_sale(world, &mut call).await
        }
        _ => {}
    }
    call
}

/// A parcel of three pieces that are sold by weight, on the scales.
async fn weigh(world: &World, call: &mut Call) {
    let services = &world.shop.services;
    let weighed = store::weighing::WeighedVariantRow {
        variant_id: world.variant,
        per_kg_fen: domain::money::Fen::new(7_000),
        least_g: 500,
        most_g: 1_000,
    };
    let mut tx = services.db.write().await.unwrap();
    store::weighing::put_weighed_variant(&mut tx, &weighed).await.unwrap();
    tx.commit().await.unwrap();
    let placed = world.hand_in_paid(&services.new_token(), 3).await;
    // What else is ordered is not weighed.
    let mut tx = services.db.write().await.unwrap();
    store::weighing::delete_weighed_variant(&mut tx, world.variant).await.unwrap();
    let line = store::orders::list_order_lines(&mut tx, placed.id).await.unwrap().remove(0);
    tx.commit().await.unwrap();
    call.put("parcel", &placed.parcel.to_string());
    call.put("key", &services.new_token());
    for piece in 0..3 {
        call.put(&format!("pieces[{piece}][line]"), &line.id.to_string());
        call.put(&format!("pieces[{piece}][weight]"), "0.75");
    }
    call.other = Some(("pieces[1][weight]", "0.8".to_owned()));
}

/// Another parcel of the same order.
async fn merge(world: &World, call: &mut Call) {
    use service::shipping::split::{SplitParcel, SplitPieces, split_parcel};
    let pieces = SplitPieces { line: world.line.to_string(), quantity: "1".to_owned() };
    let key = world.shop.services.new_token();
    let command = SplitParcel { key, parcel: world.paid.parcel.to_string(), lines: vec![pieces] };
    let seller = world.viewer(Who::Seller).await;
    let other = split_parcel(&world.shop.services, &seller, command).await.unwrap();
    call.put("parcels[0]", &other.to_string());
    call.other = Some(("into", other.to_string()));
}

/// What is done with a batch, so that it does something.
async fn stock(world: &World, call: &mut Call) {
    let services = &world.shop.services;
    let seller = world.viewer(Who::Seller).await;
    match call.path {
        "/api/stock/write_off" | "/api/stock/split" => call.other = Some(("quantity", "2000".to_owned())),
        "/api/stock/move" => {
            let id = services.new_id();
            let place = store::seed::NewDispatchPlace {
                id,
                team_id: world.team,
                name: "河边仓".to_owned(),
                region_code: "610925".to_owned(),
                address: "城关镇".to_owned(),
                phone: "0915-2522002".to_owned(),
            };
            let mut tx = services.db.write().await.unwrap();
            store::seed::insert_dispatch_place(&mut tx, &place).await.unwrap();
            tx.commit().await.unwrap();
            call.put("place", &id.to_string());
            call.other = Some(("note", "下午搬的".to_owned()));
        }
        "/api/stock/count" => {
            let page = service::stock::count_page(services, &seller, world.product).await.unwrap();
            let row = page.rows.iter().find(|row| row.batch == world.batch).unwrap();
            call.put("lines[0][batch]", &row.batch.to_string());
            call.put("lines[0][expected]", &row.expected.to_string());
            call.put("lines[0][counted]", &(row.expected - 1).to_string());
            call.other = Some(("note", "数错了".to_owned()));
        }
        "/api/stock/correct_inputs" => {
            call.put("inputs[0][village]", &village(world).await);
            call.put("inputs[0][weight_kg]", "777");
            call.other = Some(("reason", "又看错".to_owned()));
        }
        "/api/stock/recall" => call.other = Some(("notice", "请退回来。".to_owned())),
        "/api/stock/remove_certificate" => {
            let bytes = axum::body::Bytes::from_static(PICTURE);
            let photo =
                service::photos::upload_photo(services, &seller, world.team, bytes, "").await.unwrap();
            let batch = world.batch.to_string();
            service::stock::set_certificate(services, &seller, &batch, Some(photo.media_id)).await.unwrap();
        }
        "/upload/certificate" => call.file = Some(OTHER_PICTURE.to_vec()),
        _ => {}
    }
}

fn owned(fields: Fields) -> Vec<(String, String)> {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

impl Call {
    fn put(&mut self, name: &str, value: &str) {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
    }

    /// The same call with other content, if there is such a thing.
    pub fn changed(&self) -> Option<Self> {
        let mut changed = self.clone();
        match (&self.other, &self.other_file) {
            (Some((name, value)), _) => changed.put(name, value),
            (None, Some(file)) => changed.file = Some(file.clone()),
            (None, None) => return None,
        }
        Some(changed)
    }

    /// Whether it carries a key.
    pub fn has_key(&self) -> bool {
        self.fields.iter().any(|(name, _)| name == "key")
    }

    /// The multipart form of an upload.
    pub fn multipart(&self) -> Vec<u8> {
        let field = if self.path == "/upload/unit-sheet" { "sheet" } else { "photo" };
        let mut body = Vec::new();
        for (name, value) in &self.fields {
            body.extend(
                format!("--xj\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes(),
            );
        }
        body.extend(
            format!("--xj\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"a\"\r\n\r\n")
                .bytes(),
        );
        body.extend(self.file.iter().flatten());
        body.extend(b"\r\n--xj--\r\n");
        body
    }
}

async fn fill_cart(world: &World, who: Who) {
    let viewer = world.viewer(who).await;
    service::carts::set_quantity(&world.shop.services, &viewer, world.variant, 2).await.unwrap();
}

fn put_address(call: &mut Call) {
    for (name, value) in
        [("name", "收货人"), ("phone", "13800000077"), ("region", "610925"), ("detail", "城关镇7号")]
    {
        call.put(name, value);
    }
}

async fn place_order(world: &World, call: &mut Call) {
    fill_cart(world, call.who).await;
    let viewer = world.viewer(call.who).await;
    let draft =
        service::checkout::preview_checkout(&world.shop.services, &viewer, Some("610925")).await.unwrap();
    put_address(call);
    call.put("then", "place");
    call.put("expected_total", &draft.total_fen().get().to_string());
    call.put("key", KEY);
    call.other = Some(("note", "放门口".to_owned()));
}

async fn bulk_order(world: &World, call: &mut Call) {
    let (services, viewer) = (&world.shop.services, world.viewer(call.who).await);
    let lines = "OWN-1 3".to_owned();
    let check =
        service::units::check_quick_order(services, &viewer, world.unit, &lines, Some("610925")).await;
    put_address(call);
    call.put("then", "submit");
    call.put("expected", &check.unwrap().draft.unwrap().total_fen().get().to_string());
    call.put("key", KEY);
    call.other = Some(("note", "中秋".to_owned()));
}

/// The whole form of the listing as its page has it, with another story.
async fn listing(world: &World, call: &mut Call) {
    let seller: Viewer = world.viewer(Who::Seller).await;
    let page = service::listing::edit_page(&world.shop.services, &seller, world.product).await.unwrap();
    let serde_json::Value::Object(fields) = serde_json::to_value(&page.form).unwrap() else { panic!() };
    for (name, value) in &fields {
        match value {
            serde_json::Value::String(text) => call.put(name, text),
            serde_json::Value::Object(named) => {
                for (key, value) in named {
                    call.put(&format!("{name}[{key}]"), value.as_str().unwrap());
                }
            }
            serde_json::Value::Array(rows) => {
                for (at, row) in rows.iter().enumerate() {
                    put_row(call, &format!("{name}[{at}]"), row);
                }
            }
            other => panic!("{name}: {other}"),
        }
    }
    call.put("product", &world.product.to_string());
    call.put("version", &page.version.to_string());
    call.put("story", &format!("改过的{}", page.form.story));
}

fn put_row(call: &mut Call, name: &str, row: &serde_json::Value) {
    match row {
        serde_json::Value::String(text) => call.put(name, text),
        serde_json::Value::Object(columns) => {
            for (column, value) in columns {
                call.put(&format!("{name}[{column}]"), value.as_str().unwrap());
            }
        }
        other => panic!("{name}: {other}"),
    }
}

async fn version(world: &World) -> i64 {
    let seller: Viewer = world.viewer(Who::Seller).await;
    service::listing::edit_page(&world.shop.services, &seller, world.product).await.unwrap().version
}

async fn batch_code(world: &World) -> String {
    let seller: Viewer = world.viewer(Who::Seller).await;
    let batch = world.batch.to_string();
    service::stock::batch_label(&world.shop.services, &seller, &batch).await.unwrap().code
}

/// What the calls before have taken out of the shop can be ordered again.
async fn put_back_on_sale(world: &World) {
    let (seller, captain) = (world.viewer(Who::Seller).await, world.viewer(Who::Captain).await);
    let services = &world.shop.services;
    let page = service::listing::edit_page(services, &seller, world.product).await.unwrap();
    if page.status == service::listing::ListingStatus::Unpublished {
        service::listing::set_reviews(services, &captain, world.team, false).await.unwrap();
        put_photo(world, &seller).await;
        service::listing::publish(services, &seller, world.product).await.unwrap();
    }
}

/// Without a photo nothing can be published.
async fn put_photo(world: &World, seller: &Viewer) {
    let services = &world.shop.services;
    let bytes = axum::body::Bytes::from_static(PICTURE);
    let photo = service::photos::upload_photo(services, seller, world.team, bytes, "").await.unwrap();
    let page = service::listing::edit_page(services, seller, world.product).await.unwrap();
    let (product, version, mut form) = (world.product, page.version, page.form);
    form.photos = vec![photo.media_id.to_string()];
    let command = service::listing::SaveListing { product, version, form };
    service::listing::save_draft(services, seller, &command).await.unwrap();
}

async fn village(world: &World) -> String {
    let seller: Viewer = world.viewer(Who::Seller).await;
    let page = service::listing::edit_page(&world.shop.services, &seller, world.product).await.unwrap();
    page.form.village
}

/// An order of the shopper that was paid online and is on its way.
async fn shipped(world: &World) -> Placed {
    let services = &world.shop.services;
    let placed = world.buy(Who::Shopper, "13800000088").await;
    let back = service::payments::ComeBack { paid_path: "/".to_owned(), unpaid_path: "/".to_owned() };
    let shopper = world.viewer(Who::Shopper).await;
    service::payments::start_payment(services, &shopper, placed.id, &back).await.unwrap();
    let page = page_of(services, placed.id).await;
    world.shop.demo_payments.as_ref().unwrap().lookalike.succeed(&page).unwrap();
    service::payments::check_order(services, placed.id).await.unwrap();
    let seller = world.viewer(Who::Seller).await;
    let command = ShipParcel { carrier: "中国邮政".to_owned(), tracking_number: "CP9".to_owned() };
    service::shipping::ship_parcel(services, &seller, placed.parcel, command).await.unwrap();
    let mut conn = services.db.read().await.unwrap();
    let parcel = store::parcels::get_parcel(&mut conn, placed.parcel).await.unwrap();
    assert_eq!(parcel.status, ParcelStatus::Shipped);
    placed
}

/// An after-sale of the unit in the state in which the call does something, with a key of its own.
async fn after_sale(world: &World, call: &mut Call) {
    let services = &world.shop.services;
    let large = call.path == "/api/after_sales/confirm";
    let placed = world.hand_in_paid(&services.new_token(), if large { 8 } else { 3 }).await;
    call.put("key", &services.new_token());
    if matches!(call.path, "/upload/after-sale" | "/api/after_sales/offer_refund") {
        let line = {
            let mut conn = services.db.read().await.unwrap();
            store::orders::list_order_lines(&mut conn, placed.id).await.unwrap().remove(0)
        };
        call.put("parcel", &placed.parcel.to_string());
        call.put("lines[0][line]", &line.id.to_string());
        call.put("lines[0][quantity]", "1");
        if call.file.is_some() {
            call.file = Some(PICTURE.to_vec());
        }
        call.other = Some(("lines[0][quantity]", "2".to_owned()));
        return;
    }
    let id = claimed(world, call.path, &placed, if large { 8 } else { 1 }).await;
    call.put("after_sale", &id.to_string());
    if call.file.is_some() {
        call.file = Some(PICTURE.to_vec());
    }
    call.other = Some(match call.path {
        "/api/after_sales/take_back" => ("goods", "write_off".to_owned()),
        "/api/after_sales/send_back" => ("tracking_number", "RT8".to_owned()),
        "/api/after_sales/agree" | "/api/after_sales/confirm" | "/api/after_sales/withdraw" => {
            let another = world.hand_in_paid(&services.new_token(), if large { 8 } else { 3 }).await;
            let another = claimed(world, call.path, &another, if large { 8 } else { 1 }).await;
            ("after_sale", another.to_string())
        }
        _ => ("words", "再看一遍".to_owned()),
    });
}

/// A claim on an order of the unit, brought to where `path` goes on with it.
async fn claimed(world: &World, path: &str, placed: &Placed, pieces: i64) -> AfterSaleId {
    let services = &world.shop.services;
    let (seller, captain) = (world.viewer(Who::Seller).await, world.viewer(Who::Captain).await);
    let buyer = world.viewer(Who::Buyer).await;
    let key = || services.new_token();
    let goods_travel = matches!(path, "/api/after_sales/send_back" | "/api/after_sales/take_back");
    if goods_travel {
        let command = ShipParcel { carrier: "中国邮政".to_owned(), tracking_number: "CP7".to_owned() };
        service::shipping::ship_parcel(services, &seller, placed.parcel, command).await.unwrap();
    }
    let (kind, reason) =
        if goods_travel { ("return_refund", "quality") } else { ("refund_unshipped", "late") };
    let id = world.claim(placed, pieces, kind, reason).await;
    match path {
        "/api/after_sales/confirm" | "/api/after_sales/send_back" => {
            sales::agree(services, &seller, id, &key()).await.unwrap();
        }
        "/api/after_sales/take_back" => {
            sales::agree(services, &seller, id, &key()).await.unwrap();
            sales::send_back(services, &buyer, id, "中国邮政", "RT7", &key()).await.unwrap();
        }
        "/api/after_sales/appeal" | "/api/after_sales/decide" => {
            sales::refuse(services, &captain, id, "已打包", &key()).await.unwrap();
            if path == "/api/after_sales/decide" {
                sales::appeal(services, &buyer, id, "没有发", &key()).await.unwrap();
            }
        }
        _ => {}
    }
    id
}

/// Gives somebody [`PASSWORD`]: that of an account made for it.
async fn give_password(world: &World, who: Who) {
    let services = &world.shop.services;
    let donor = service::accounts::NewAccount {
        login: format!("donor{}@replay.example", services.now_ms()),
        password: PASSWORD.to_owned(),
        display_name: "甲".to_owned(),
        locale: domain::locale::Locale::Zh,
        roles: Vec::new(),
    };
    let donor = service::accounts::create_user(services, donor).await.unwrap();
    let user = world.viewer(who).await.user_id().unwrap();
    let mut tx = services.db.write().await.unwrap();
    store::testing::traces::copy_password(&mut tx, donor, user).await.unwrap();
    tx.commit().await.unwrap();
}
