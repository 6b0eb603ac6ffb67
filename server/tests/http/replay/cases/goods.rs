//! Calls about listings and their stock.

use service::Viewer;
use service::photos::SentPhoto;

use super::{Call, OTHER_PICTURE, PICTURE};
use crate::access::Who;
use crate::access::world::World;

/// What is done with a batch, so that it does something.
pub async fn stock(world: &World, call: &mut Call) {
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
            call.put("lines[0][reason]", "lost");
            call.other = Some(("note", "数错了".to_owned()));
        }
        "/api/stock/count_place" => {
            let desk = service::stock::batch_desk(services, &seller, &world.batch.to_string()).await.unwrap();
            let query = service::stock::ShelfQuery {
                place: desk.batch.place.clone(),
                with_empty: true,
                ..service::stock::ShelfQuery::default()
            };
            let page =
                service::stock::shelf_page(services, &seller, world.team, &query, 1, &[]).await.unwrap();
            let row = page.rows.iter().find(|row| row.batch == world.batch).unwrap();
            let line = format!("lines[{}]", service::stock::line_key(row.batch));
            call.put("place", &query.place);
            call.put(&format!("{line}[unit]"), "piece");
            call.put(&format!("{line}[expected]"), &row.expected.to_string());
            call.put(&format!("{line}[counted]"), &(row.expected + 1).to_string());
            call.put(&format!("{line}[reason]"), "found");
            call.other = Some(("note", "多出一件".to_owned()));
        }
        "/api/stock/correct_inputs" => {
            call.put("inputs[0][village]", &village(world).await);
            call.put("inputs[0][weight_kg]", "777");
            call.other = Some(("reason", "又看错".to_owned()));
        }
        "/api/stock/recall" => call.other = Some(("notice", "请退回来。".to_owned())),
        // What the calls before have left to be packed is of the batch that was recalled just now.
        "/api/stock/refund_recalled" => {
            let view = service::stock::stock_view(services, &seller, world.product).await.unwrap();
            let another = view.batches.iter().find(|batch| batch.batch != world.batch).unwrap();
            call.other = Some(("batch", another.batch.to_string()));
        }
        "/api/stock/withdraw_recall_refunds" | "/api/stock/confirm_recall_refunds" => {
            if call.path == "/api/stock/confirm_recall_refunds" {
                // The one before was taken back.
                let (batch, key) = (world.batch.to_string(), services.new_token());
                service::stock::refund_recalled_orders(services, &seller, &batch, &key).await.unwrap();
            }
            let mut conn = services.db.read().await.unwrap();
            let recall = store::recalls::find_recall_of_batch(&mut conn, world.batch).await.unwrap().unwrap();
            let list = store::recalls::find_recall_refund(&mut conn, recall.id).await.unwrap().unwrap();
            call.put("list", &list.id.to_string());
            // Of another list nobody has read the sum.
            let other = domain::ids::RecallRefundId::from_i64(list.id.get() + 1);
            call.other = Some(("list", other.to_string()));
        }
        "/api/stock/remove_certificate" => {
            let photo = SentPhoto::Bytes(axum::body::Bytes::from_static(PICTURE));
            let (batch, key) = (world.batch.to_string(), services.new_token());
            service::stock::set_certificate(services, &seller, &batch, photo, &key).await.unwrap();
        }
        "/upload/certificate" => {
            call.file = Some(OTHER_PICTURE.to_vec());
            call.other_file = Some(PICTURE.to_vec());
        }
        _ => {}
    }
}

/// A mark with a certificate that can be taken away.
pub async fn put_mark_certificate(world: &World, owner: Who) {
    let (services, owner) = (&world.shop.services, world.viewer(owner).await);
    let photo = SentPhoto::Bytes(axum::body::Bytes::from_static(PICTURE));
    let (mark, key) = (world.mark.to_string(), services.new_token());
    let of = service::marks::MarkPhoto::Certificate;
    service::marks::set_photo(services, &owner, &mark, of, photo, &key).await.unwrap();
}

/// The whole form of the listing as its page has it, with another story.
pub async fn listing(world: &World, call: &mut Call) {
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

pub async fn version(world: &World) -> i64 {
    let seller: Viewer = world.viewer(Who::Seller).await;
    service::listing::edit_page(&world.shop.services, &seller, world.product).await.unwrap().version
}

/// The change of the listing that was made last.
pub async fn latest_change(world: &World) -> String {
    let (services, seller) = (&world.shop.services, world.viewer(Who::Seller).await);
    let all = service::changes::ChangeQuery::default();
    let history = service::changes::history(services, &seller, world.product, &all, None).await.unwrap();
    let latest = history.entries.first().unwrap().change;
    assert_ne!(latest, world.change, "there is another one to go back to");
    latest.to_string()
}

pub async fn batch_code(world: &World) -> String {
    let seller: Viewer = world.viewer(Who::Seller).await;
    let batch = world.batch.to_string();
    service::stock::batch_label(&world.shop.services, &seller, &batch).await.unwrap().code
}

pub async fn village(world: &World) -> String {
    let seller: Viewer = world.viewer(Who::Seller).await;
    let page = service::listing::edit_page(&world.shop.services, &seller, world.product).await.unwrap();
    page.form.village
}

/// What the calls before have taken out of the shop can be ordered again.
pub async fn put_back_on_sale(world: &World) {
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
pub async fn put_photo(world: &World, seller: &Viewer) {
    let services = &world.shop.services;
    let bytes = axum::body::Bytes::from_static(PICTURE);
    let photo = service::photos::upload_photo(services, seller, world.team, bytes, "").await.unwrap();
    let page = service::listing::edit_page(services, seller, world.product).await.unwrap();
    let (product, version, mut form) = (world.product, page.version, page.form);
    form.photos = vec![photo.media_id.to_string()];
    let command = service::listing::SaveListing { product, version, form };
    service::listing::save_draft(services, seller, &command).await.unwrap();
}
