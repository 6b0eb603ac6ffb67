//! What buyers and sellers of one town cannot agree on, and its large refunds, are nothing of another town's.

use domain::after_sale::AfterSaleStatus;
use domain::ids::AfterSaleId;
use service::after_sales::{self as sales, AppealFilter};

use super::Who;
use super::calls::{Fields, send_fields};
use super::world::World;

/// A claim that waits for the town's decision, and one of so much that it waits for a second person.
async fn waiting_cases(world: &World) -> (AfterSaleId, AfterSaleId) {
    let services = &world.shop.services;
    let (captain, buyer) = (world.viewer(Who::Captain).await, world.viewer(Who::Buyer).await);
    let appealed = world.after_sale;
    sales::refuse(services, &captain, appealed, "已打包", &services.new_token()).await.unwrap();
    sales::appeal(services, &buyer, appealed, "没有发", &services.new_token()).await.unwrap();
    let placed = world.hand_in_paid("large", 8).await;
    let large = world.claim(&placed, 8, "refund_unshipped", "late").await;
    sales::agree(services, &captain, large, &services.new_token()).await.unwrap();
    assert_eq!(status(world, appealed).await, AfterSaleStatus::Appealed);
    assert_eq!(status(world, large).await, AfterSaleStatus::AwaitingSecond);
    (appealed, large)
}

async fn status(world: &World, id: AfterSaleId) -> AfterSaleStatus {
    let mut conn = world.shop.services.db.read().await.unwrap();
    store::after_sales::find_after_sale(&mut conn, id).await.unwrap().unwrap().status
}

/// Of two cases those that the page in this state lists to `who`; the sheet has as many.
async fn listed(world: &World, who: Who, state: &str, cases: [AfterSaleId; 2]) -> Vec<AfterSaleId> {
    let page = world.browser(who).get(&format!("/town/after-sales?state={state}")).await;
    assert_eq!(page.status, 200, "{who:?}");
    let is_listed = |id: &AfterSaleId| page.body.contains(&format!("/after-sales/{id}"));
    let found: Vec<AfterSaleId> = cases.into_iter().filter(is_listed).collect();
    let filter = AppealFilter { state: state.to_owned(), ..AppealFilter::default() };
    let viewer = world.viewer(who).await;
    let (rows, _) = sales::exported_appeals(&world.shop.services, &viewer, &filter).await.unwrap();
    assert_eq!(rows.len(), found.len(), "the sheet of {who:?}");
    found
}

fn decision(world: &World, id: AfterSaleId, words: &str) -> Fields {
    let fields = [("after_sale", id.to_string()), ("key", world.shop.services.new_token())];
    fields.into_iter().chain([("words", words.to_owned()), ("then", "uphold".to_owned())]).collect()
}

#[tokio::test]
async fn a_town_decides_its_own_cases_and_sees_none_of_another_town() {
    let world = World::start().await;
    let (appealed, large) = waiting_cases(&world).await;
    let both = [appealed, large];
    assert_eq!(listed(&world, Who::TownAdmin, "", both).await, both);
    assert!(listed(&world, Who::OtherTownAdmin, "", both).await.is_empty());
    for (act, id) in [("/api/after_sales/decide", appealed), ("/api/after_sales/confirm", large)] {
        let (before, page) = (status(&world, id).await, format!("/after-sales/{id}"));
        for path in [act, "/api/after_sales/refuse", "/upload/after-sale-message"] {
            let fields = decision(&world, id, "看过了");
            let refused = send_fields(&world, path, fields, Who::OtherTownAdmin).await;
            assert_eq!(refused.status, 404, "{path}: {}", refused.body);
        }
        assert_eq!(world.browser(Who::OtherTownAdmin).get(&page).await.status, 404);
        assert_eq!(status(&world, id).await, before);
        assert_eq!(world.browser(Who::TownAdmin).get(&page).await.status, 200);
        let done = send_fields(&world, act, decision(&world, id, "看过了"), Who::TownAdmin).await;
        assert_eq!(done.status, 200, "{act}: {}", done.body);
        assert_eq!(status(&world, id).await, AfterSaleStatus::Settled);
    }
    assert_eq!(listed(&world, Who::TownAdmin, "decided", both).await, both);
    assert!(listed(&world, Who::OtherTownAdmin, "decided", both).await.is_empty());
    world.shop.stop().await;
}
