//! What was given is taken back at once: the very next request is refused.

use domain::role::Role;
use service::accounts::{RoleCommand, revoke_role};

use super::Who;
use super::world::World;

/// Takes the only role of `who` back, as the county's administrator.
async fn revoke(world: &World, who: Who) {
    let services = &world.shop.services;
    let (viewer, by) = (world.viewer(who).await, world.viewer(Who::CountyAdmin).await);
    let user = viewer.user.unwrap();
    assert_eq!(user.roles.len(), 1);
    revoke_role(services, &by, &RoleCommand::new(user.user_id, user.roles[0]), "revoke").await.unwrap();
}

#[tokio::test]
async fn a_seller_without_the_role_is_refused_at_the_next_request() {
    let world = World::start().await;
    let seller = world.browser(Who::Seller);
    let (page, form) = (format!("/sell/{}", world.team), [("product", world.product.to_string())]);
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(seller.get(&page).await.status, 200);
    revoke(&world, Who::Seller).await;
    assert_eq!(seller.get(&page).await.status, 403);
    assert_eq!(seller.call(&page, "/api/listing/unpublish", &form).await.status, 404);
    assert_eq!(seller.get("/account").await.status, 200, "the account stays signed in");
    assert_eq!(world.browser(Who::Captain).get(&page).await.status, 200, "and others keep theirs");
    world.shop.stop().await;
}

#[tokio::test]
async fn a_buyer_who_left_the_unit_no_longer_sees_the_orders_handed_in() {
    let world = World::start().await;
    let buyer = world.browser(Who::Buyer);
    let number = world.waiting.number.as_str();
    assert!(buyer.get("/orders").await.body.contains(number));
    revoke(&world, Who::Buyer).await;
    for page in [format!("/orders/{number}"), format!("/unit/{}/orders/{number}", world.unit)] {
        assert_eq!(buyer.get(&page).await.status, 404, "{page}");
    }
    assert!(!buyer.get("/orders").await.body.contains(number));
    let fields = [("number", number), ("reason", "不想要了"), ("unit", world.unit)];
    for call in ["/api/orders/cancel", "/api/orders/buy_again", "/api/units/cancel_order"] {
        assert_eq!(buyer.call("/", call, &fields).await.status, 404, "{call}");
    }
    world.shop.stop().await;
}

#[tokio::test]
async fn a_treasurer_and_an_administrator_lose_their_pages_with_their_roles() {
    let world = World::start().await;
    let books = format!("/books/{}", world.collective);
    let treasurer = world.browser(Who::Treasurer);
    assert_eq!(treasurer.get(&books).await.status, 200);
    revoke(&world, Who::Treasurer).await;
    for page in [books.clone(), format!("{books}/statement"), format!("{books}/statement.xlsx")] {
        assert_eq!(treasurer.get(&page).await.status, 403, "{page}");
    }
    let services = &world.shop.services;
    let admin = world.viewer(Who::CountyAdmin).await.user.unwrap();
    let operator = world.viewer(Who::Operator).await;
    let browser = world.browser(Who::CountyAdmin);
    assert_eq!(browser.get("/admin").await.status, 200);
    assert!(matches!(admin.roles[..], [Role::CountyAdmin(_)]));
    let role = RoleCommand::new(admin.user_id, admin.roles[0]);
    revoke_role(services, &operator, &role, "revoke").await.unwrap();
    assert_eq!(browser.get("/admin").await.status, 403);
    world.shop.stop().await;
}

#[tokio::test]
async fn a_barred_account_is_a_visitor_at_the_next_request() {
    let world = World::start().await;
    let captain = world.browser(Who::Captain);
    let page = format!("/sell/{}", world.team);
    assert_eq!(captain.get(&page).await.status, 200);
    service::accounts::set_barred(&world.shop.services, "captain@access.example", true).await.unwrap();
    let answered = captain.get(&page).await;
    assert_eq!(answered.status, 303);
    assert!(answered.location.is_some_and(|to| to.starts_with("/sign-in")));
    world.shop.stop().await;
}
