//! The packing table of a team that has more to send than a page holds.

use domain::money::Fen;
use domain::parcel::ParcelStatus;
use store::parcels::ParcelRow;

use crate::access::Who;
use crate::access::world::World;

#[tokio::test]
async fn more_parcels_than_are_listed_are_told_of_with_the_way_to_them() {
    let world = World::start().await;
    let (services, seller) = (&world.shop.services, world.browser(Who::Seller));
    let path = format!("/sell/{}/parcels", world.team);
    assert!(!seller.get(&path).await.body.contains("等得最久"), "all of them are listed");
    let mut tx = services.db.write().await.unwrap();
    let waiting = store::parcels::count_open_parcels(&mut tx, world.team).await.unwrap();
    let before = waiting.iter().find(|(status, _)| status == "to_pack").unwrap().1;
    for _parcel in 0..200 {
        let row = ParcelRow {
            id: services.new_id(),
            order_id: world.paid.id,
            team_id: world.team,
            place_id: world.place,
            status: ParcelStatus::ToPack,
            freight_fen: Fen::ZERO,
            carrier: String::new(),
            tracking_number: String::new(),
            shipped_at_ms: None,
            received_at_ms: None,
            created_at_ms: services.now_ms(),
        };
        store::parcels::insert_parcel(&mut tx, &row).await.unwrap();
    }
    tx.commit().await.unwrap();
    let page = seller.get(&path).await.body;
    let told = format!("共 {} 个包裹，这里只列出等得最久的 200 个", before + 200);
    assert!(page.contains(&told), "{told}");
    assert!(page.contains(&format!("/sell/{}/orders?status=to_pack", world.team)), "where all of them are");
    world.shop.stop().await;
}
