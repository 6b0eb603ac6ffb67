//! The desk of roles: what it offers to whom, and whom it shows.

use super::Who;
use super::world::World;

#[tokio::test]
async fn nobody_is_offered_a_role_for_themselves_or_given_one() {
    let world = World::start().await;
    let desk_of = |account: &str| format!("/en/county/roles?account={account}&kind=seller");
    let form = "/api/roles/grant_role";
    for who in [Who::CountyAdmin, Who::Operator] {
        let browser = world.browser(who);
        let other = browser.get(&desk_of(&world.account.to_string())).await;
        assert!(other.body.contains(form), "{who:?} is offered it for others");

        let own = world.viewer(who).await.user_id().unwrap().to_string();
        let desk = browser.get(&desk_of(&own)).await;
        assert_eq!(desk.status, 200);
        assert!(desk.body.contains("This account is your own.") && !desk.body.contains(form), "{who:?}");
        let (team, key) = (world.team.to_string(), ("key", "own role"));
        let role = [("account", own.as_str()), ("kind", "seller"), ("scope", team.as_str()), key];
        let refused = browser.call(&desk_of(&own), form, &role).await;
        assert_eq!(refused.status, 409, "{who:?}: {}", refused.body);
        assert_eq!(world.viewer(who).await.user.unwrap().roles.len(), 1, "{who:?}");
    }
    world.shop.stop().await;
}
