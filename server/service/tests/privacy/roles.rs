//! Roles are given and taken back by those above, who find an account by what it signs in with; a team sees its own.

use domain::failure::{Conflict, Problem};
use domain::role::Role;
use service::accounts::{
    RoleCommand, find_account, grant_role, revoke_role, role_desk, role_scopes, team_members,
};
use service::audit::list_for_subject;

use super::*;

/// Any role of the kind: what it is held of does not matter.
fn kind(word: &str) -> Role {
    Role::parse(word, 0).unwrap()
}

#[tokio::test]
async fn a_role_is_given_and_taken_back_once_however_often_the_form_is_sent() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let operator = shop.account(&[Role::Operator]).await;
        registered(shop, EMAIL).await;
        let session = signed_in(shop, EMAIL, PASSWORD).await.unwrap();
        let seller = Role::SellerOf(shop.places.tea_team);
        let sells = async || viewer_of(shop, &session).await.has_role(seller);

        let account = find_account(services, &operator, " LIN@buyer.example ").await.unwrap();
        let desk = role_desk(services, &operator, &account.to_string()).await.unwrap();
        assert_eq!((desk.display_name.as_str(), desk.roles.len(), desk.is_barred), ("林", 0, false));
        assert_eq!(
            desk.masked_login_names,
            ["l***@buyer.example"],
            "enough to tell whether it is the right one"
        );
        let role = RoleCommand::new(account, seller);
        for _ in 0..2 {
            grant_role(services, &operator, &role, "give").await.unwrap();
            assert!(sells().await);
        }
        let desk = role_desk(services, &operator, &account.to_string()).await.unwrap();
        assert_eq!((desk.roles.len(), desk.roles[0].held.role), (1, seller));
        assert!(desk.roles[0].may_revoke);

        for key in ["take", "take", "take once more"] {
            revoke_role(services, &operator, &role, key).await.unwrap();
            assert!(!sells().await);
        }
        grant_role(services, &operator, &role, "give").await.unwrap();
        assert!(!sells().await, "a form that comes late gives nothing back that was taken since");
        let other = RoleCommand::new(account, Role::SellerOf(shop.places.honey_team));
        let reused = grant_role(services, &operator, &other, "give").await;
        assert!(matches!(reused, Err(ServiceError::Conflict(Conflict::KeyReused))));

        let log = list_for_subject(services, &operator, "user", account.get()).await.unwrap();
        let told: Vec<&str> = log.iter().map(|entry| entry.action.as_str()).collect();
        assert_eq!(told, ["role_revoke", "role_grant", "sign_in", "register"]);
    })
    .await;
}

#[tokio::test]
async fn the_county_gives_what_is_below_it_and_nothing_above() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let (operator, county) = (shop.account(&[Role::Operator]).await, shop.county_admin().await);
        let account = registered(shop, EMAIL).await.user_id().unwrap();
        let text = account.to_string();

        let kinds = role_desk(services, &county, &text).await.unwrap().kinds;
        assert!(kinds.contains(&kind("captain")) && kinds.contains(&kind("unit_finance")));
        assert!(!kinds.contains(&kind("county_admin")) && !kinds.contains(&Role::Operator));
        let kinds = role_desk(services, &operator, &text).await.unwrap().kinds;
        assert_eq!(kinds.len(), Role::KINDS.len());

        let teams = async |viewer: &Viewer, part: &str| -> Vec<String> {
            let found = role_scopes(services, viewer, kind("seller"), part).await.unwrap();
            found.choices.into_iter().map(|team| team.id).collect()
        };
        for viewer in [&operator, &county] {
            assert_eq!(teams(viewer, "").await.len(), 2);
            let honey_team = shop.places.honey_team.to_string();
            assert_eq!(teams(viewer, "HONEY").await, [honey_team], "by a part of the name");
        }
        let of_county = role_scopes(services, &county, kind("treasurer"), "金珠沟").await.unwrap();
        assert_eq!((of_county.choices.len(), of_county.has_more), (1, false));
        assert_eq!(of_county.choices[0].above, "佐龙镇");
        assert!(role_scopes(services, &county, kind("county_admin"), "").await.unwrap().choices.is_empty());
        assert_eq!(role_scopes(services, &county, kind("unit_buyer"), "").await.unwrap().choices.len(), 3);

        for role in [Role::Operator, Role::CountyAdmin(shop.places.county)] {
            let given = RoleCommand::new(account, role);
            let refused = grant_role(services, &county, &given, "give").await;
            assert!(matches!(refused, Err(ServiceError::Forbidden)), "{role:?}: {refused:?}");
            grant_role(services, &operator, &given, &format!("give {role:?}")).await.unwrap();
            let refused = revoke_role(services, &county, &given, "take").await;
            assert!(matches!(refused, Err(ServiceError::Forbidden)), "{role:?}: {refused:?}");
        }
        let desk = role_desk(services, &county, &text).await.unwrap();
        assert_eq!(desk.roles.len(), 2);
        assert!(desk.roles.iter().all(|role| !role.may_revoke), "not theirs to take back");
    })
    .await;
}

#[tokio::test]
async fn nobody_gives_themselves_a_role_and_everybody_may_lay_one_down() {
    TestShop::on_both(async |shop| {
        let (services, unit) = (&shop.services, shop.places.branch);
        let (operator, county) = (shop.account(&[Role::Operator]).await, shop.county_admin().await);
        let of_unit = [Role::UnitBuyer(unit), Role::UnitApprover(unit), Role::UnitFinance(unit)];
        let more = [Role::CaptainOf(shop.places.tea_team), Role::TreasurerOf(shop.places.collectives[0])];
        for viewer in [&county, &operator] {
            let own = viewer.user_id().unwrap();
            for role in of_unit.into_iter().chain(more) {
                let refused = grant_role(services, viewer, &RoleCommand::new(own, role), "give").await;
                let is_refused = matches!(refused, Err(ServiceError::Conflict(Conflict::OwnRole)));
                assert!(is_refused, "{role:?}: {refused:?}");
            }
            let desk = role_desk(services, viewer, &own.to_string()).await.unwrap();
            assert!(desk.is_own && desk.kinds.is_empty(), "nothing is offered");
            assert_eq!(desk.roles.len(), 1, "what they had");
        }

        let buyer = RoleCommand::new(county.user_id().unwrap(), of_unit[0]);
        grant_role(services, &operator, &buyer, "give").await.unwrap();
        let desk = role_desk(services, &operator, &buyer.account).await.unwrap();
        assert_eq!((desk.roles.len(), desk.is_own, desk.kinds.is_empty()), (2, false, false));
        revoke_role(services, &county, &buyer, "take").await.unwrap();
        assert_eq!(role_desk(services, &county, &buyer.account).await.unwrap().roles.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_account_no_kind_or_nothing_to_hold_is_said_at_its_field() {
    let shop = TestShop::sqlite().await;
    let services = &shop.services;
    let operator = shop.account(&[Role::Operator]).await;
    let account = registered(&shop, EMAIL).await.user_id().unwrap();
    let found = find_account(services, &operator, "nobody@buyer.example").await;
    assert!(matches!(found, Err(ServiceError::NotFound)));
    let found = find_account(services, &operator, "nonsense").await;
    assert!(matches!(&found, Err(ServiceError::Invalid(errors)) if errors[0].field == "login"), "{found:?}");
    assert!(matches!(role_desk(services, &operator, "nonsense").await, Err(ServiceError::NotFound)));

    let good = RoleCommand::new(account, Role::SellerOf(shop.places.tea_team));
    let refusal = async |command: RoleCommand| match grant_role(services, &operator, &command, "give").await {
        Err(ServiceError::Invalid(errors)) => (errors[0].field.clone(), errors[0].problem.clone()),
        other => panic!("{command:?}: {other:?}"),
    };
    let king = RoleCommand { kind: "king".to_owned(), ..good.clone() };
    assert_eq!(refusal(king).await, ("kind".to_owned(), Problem::Unknown));
    for scope in ["", "nonsense", "0000000000001"] {
        let nowhere = RoleCommand { scope: scope.to_owned(), ..good.clone() };
        assert_eq!(refusal(nowhere).await, ("scope".to_owned(), Problem::Unknown), "{scope}");
    }
    let nobody = RoleCommand { account: "0000000000001".to_owned(), ..good };
    let refused = grant_role(services, &operator, &nobody, "give").await;
    assert!(matches!(refused, Err(ServiceError::NotFound)), "{refused:?}");

    service::accounts::set_barred(services, EMAIL, true).await.unwrap();
    assert!(role_desk(services, &operator, &account.to_string()).await.unwrap().is_barred);
    for viewer in [shop.captain().await, shop.shopper().await, Viewer::default()] {
        assert!(find_account(services, &viewer, EMAIL).await.is_err());
        assert!(role_desk(services, &viewer, &account.to_string()).await.is_err());
        assert!(role_scopes(services, &viewer, kind("seller"), "").await.is_err());
    }
}

#[tokio::test]
async fn a_team_sees_who_works_for_it_and_others_do_not() {
    TestShop::on_both(async |shop| {
        let (services, team) = (&shop.services, shop.places.tea_team);
        let (captain, seller) = (Role::CaptainOf(team), Role::SellerOf(team));
        let both = shop.account(&[captain, seller]).await;
        let member = shop.seller().await;
        let stranger = shop.account(&[Role::CaptainOf(shop.places.honey_team)]).await;
        for viewer in [&both, &member] {
            let members = team_members(services, viewer, team).await.unwrap();
            let told: Vec<_> =
                members.iter().map(|member| (Some(member.account), member.roles.len())).collect();
            assert_eq!(told, [(both.user_id(), 2), (member.user_id(), 1)], "each once, captains first");
        }
        let refused = team_members(services, &stranger, team).await;
        assert!(matches!(refused, Err(ServiceError::Forbidden)), "{refused:?}");

        let operator = shop.account(&[Role::Operator]).await;
        let gone = RoleCommand::new(member.user_id().unwrap(), seller);
        revoke_role(services, &operator, &gone, "take").await.unwrap();
        assert_eq!(team_members(services, &both, team).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn who_tries_names_in_turn_is_slowed_down_and_who_finds_people_is_not() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let (county, colleague) = (shop.county_admin().await, shop.account(&[Role::Operator]).await);
        registered(shop, EMAIL).await;
        for _ in 0..30 {
            find_account(services, &county, EMAIL).await.unwrap();
        }
        for guess in 0..20 {
            let missed = find_account(services, &county, &format!("139000000{guess:02}")).await;
            assert!(matches!(missed, Err(ServiceError::NotFound)), "{guess}: {missed:?}");
        }
        for login in ["13900000099", EMAIL] {
            let refused = find_account(services, &county, login).await;
            assert!(matches!(refused, Err(ServiceError::TooManyAttempts { .. })), "{login}: {refused:?}");
        }
        assert!(find_account(services, &colleague, EMAIL).await.is_ok(), "others are not held up");
        shop.clock.advance(2_000);
        assert!(find_account(services, &county, EMAIL).await.is_ok());
    })
    .await;
}
