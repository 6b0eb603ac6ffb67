//! Calls about after-sales, each in the state in which it does something.

use domain::ids::AfterSaleId;
use service::after_sales as sales;
use service::shipping::ShipParcel;

use super::{Call, OTHER_PICTURE, PICTURE};
use crate::access::Who;
use crate::access::world::{Placed, World};

/// An after-sale of the unit in the state in which the call does something, with a key of its own.
pub async fn after_sale(world: &World, call: &mut Call) {
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
        put_pictures(call);
        call.other = Some(("lines[0][quantity]", "2".to_owned()));
        return;
    }
    let id = claimed(world, call.path, &placed, if large { 8 } else { 1 }).await;
    call.put("after_sale", &id.to_string());
    put_pictures(call);
    call.other = Some(match call.path {
        "/api/after_sales/take_back" => ("goods", "write_off".to_owned()),
        "/api/after_sales/send_back" => ("tracking_number", "RT8".to_owned()),
        "/api/after_sales/offer_part" | "/upload/after-sale-postage" => ("amount", "2".to_owned()),
        "/api/after_sales/agree"
        | "/api/after_sales/accept_offer"
        | "/api/after_sales/confirm"
        | "/api/after_sales/withdraw" => {
            let another = world.hand_in_paid(&services.new_token(), if large { 8 } else { 3 }).await;
            let another = claimed(world, call.path, &another, if large { 8 } else { 1 }).await;
            ("after_sale", another.to_string())
        }
        _ => ("words", "再看一遍".to_owned()),
    });
}

/// Of an upload: a picture, and another one.
fn put_pictures(call: &mut Call) {
    if call.file.is_some() {
        call.file = Some(PICTURE.to_vec());
        call.other_file = Some(OTHER_PICTURE.to_vec());
    }
}

/// A claim on an order of the unit, brought to where `path` goes on with it.
async fn claimed(world: &World, path: &str, placed: &Placed, pieces: i64) -> AfterSaleId {
    let services = &world.shop.services;
    let (seller, captain) = (world.viewer(Who::Seller).await, world.viewer(Who::Captain).await);
    let buyer = world.viewer(Who::Buyer).await;
    let key = || services.new_token();
    let goods_travel = matches!(
        path,
        "/api/after_sales/send_back" | "/api/after_sales/take_back" | "/upload/after-sale-postage"
    );
    let goods_stay = matches!(path, "/api/after_sales/offer_part" | "/api/after_sales/accept_offer");
    if goods_travel || goods_stay {
        let command = ShipParcel { carrier: "中国邮政".to_owned(), tracking_number: "CP7".to_owned() };
        service::shipping::ship_parcel(services, &seller, placed.parcel, command).await.unwrap();
    }
    let (kind, reason) = match (goods_travel, goods_stay) {
        (true, _) => ("return_refund", "quality"),
        (_, true) => ("refund_only", "quality"),
        _ => ("refund_unshipped", "late"),
    };
    let id = world.claim(placed, pieces, kind, reason).await;
    match path {
        "/api/after_sales/confirm" | "/api/after_sales/send_back" => {
            sales::agree(services, &seller, id, &key()).await.unwrap();
        }
        "/api/after_sales/accept_offer" => {
            sales::offer_part(services, &seller, id, "1", "一点磕碰", &key()).await.unwrap();
        }
        "/api/after_sales/take_back" | "/upload/after-sale-postage" => {
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
