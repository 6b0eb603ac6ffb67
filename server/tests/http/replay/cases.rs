//! How each call is made so that it does something. Most rows of the access table do as they stand; those that say
//! only enough to be refused are completed here.

mod after_sales;
mod goods;
mod orders;

use self::after_sales::after_sale;
use self::goods::{
    batch_code, latest_change, listing, put_back_on_sale, put_mark_certificate, put_photo, stock, version,
    village,
};
use self::orders::{bulk_order, fill_cart, merge, place_order, reallocate, shipped, weigh};
use crate::access::Who;
use crate::access::calls::{Fields, Row};
use crate::access::world::World;

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
            call.other_file = Some(PICTURE.to_vec());
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
        "/api/parcels/reallocate" => reallocate(world, &mut call).await,
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
        "/api/changes/restore" => {
            call.put("version", &version(world).await.to_string());
            call.other = Some(("change", latest_change(world).await));
        }
        // The reasons of a shopper are those of a list.
        "/api/orders/cancel" => call.other = Some(("reason", "其他原因".to_owned())),
        "/api/units/cancel_order" => call.other = Some(("reason", "换一种".to_owned())),
        "/api/parcels/give_up" => call.other = Some(("reason", "发霉".to_owned())),
        // The first of two pieces; it is known by its photo and its place.
        "/upload/photo-piece" => call.file = Some(vec![7; 20_000]),
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
        "/api/bundles/save_contents" => call.other = Some(("parts[0][quantity]", "3".to_owned())),
        "/api/attributes/save_attribute" => call.other = Some(("name", "品种".to_owned())),
        "/api/categories/save_category" => call.other = Some(("name", "山珍".to_owned())),
        path if path.starts_with("/api/places/") => call.other = Some(("name", "另一个名称".to_owned())),
        "/api/roles/grant_role" | "/api/roles/revoke_role" => {
            call.other = Some(("scope", world.other_team.to_string()));
        }
        "/api/marks/save_mark" => call.other = Some(("name", "新渡口".to_owned())),
        "/api/marks/grant_licence" => call.other = Some(("quantity", "8".to_owned())),
        "/api/marks/withdraw_licence" => call.other = Some(("reason", "换人".to_owned())),
        "/api/marks/choose_mark" => call.other = Some(("mark", String::new())),
        "/api/marks/remove_certificate" => put_mark_certificate(world, call.who).await,
        "/upload/mark-picture" | "/upload/mark-certificate" => {
            call.file = Some(OTHER_PICTURE.to_vec());
            call.other_file = Some(PICTURE.to_vec());
        }
        path if path.contains("after") => after_sale(world, &mut call).await,
        _ => {}
    }
    call
}

fn owned(fields: Fields) -> Vec<(String, String)> {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

impl Call {
    pub fn put(&mut self, name: &str, value: &str) {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
    }

    /// The same call with other content, once for each way in which there is such a thing.
    pub fn changed(&self) -> Vec<Self> {
        let said = self.other.as_ref().map(|(name, value)| {
            let mut changed = self.clone();
            changed.put(name, value);
            changed
        });
        let shown = self.other_file.as_ref().map(|file| Self { file: Some(file.clone()), ..self.clone() });
        said.into_iter().chain(shown).collect()
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

/// Gives somebody [`PASSWORD`]: that of an account made for it.
async fn give_password(world: &World, who: Who) {
    let services = &world.shop.services;
    let donor = service::accounts::NewAccount {
        login: format!("donor{}@replay.example", services.now_ms()),
        password: PASSWORD.to_owned(),
        display_name: "甲".to_owned(),
        locale: domain::locale::Locale::Zh,
        roles: Vec::new(),
        password_is_temporary: false,
    };
    let donor = service::accounts::create_user(services, donor).await.unwrap();
    let user = world.viewer(who).await.user_id().unwrap();
    let mut tx = services.db.write().await.unwrap();
    store::testing::traces::copy_password(&mut tx, donor, user).await.unwrap();
    tx.commit().await.unwrap();
}
