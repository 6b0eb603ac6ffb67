//! Accounts on both engines.

use domain::ids::{CollectiveId, CountyId, TeamId, TownId, UnitId, UserId};
use domain::role::Role;
use sqlx::Executor;

use super::{insert_places, on_both};
use crate::people::*;
use crate::{Conn, Db, StoreError};

const T: i64 = 1_750_000_000_000;

pub(super) async fn scenario(db: &Db) {
    let mut tx = db.write().await.unwrap();
    insert_places(&mut tx).await;
    accounts(&mut tx).await;
    sessions(&mut tx).await;
    roles(&mut tx).await;
    scopes(&mut tx).await;
    browsers(&mut tx).await;
    throttling(&mut tx).await;
    second_factors(&mut tx).await;
    tx.commit().await.unwrap();
}

fn ada() -> UserId {
    UserId::from_i64(i64::MAX - 5)
}

async fn accounts(conn: &mut Conn) {
    insert_user(conn, ada(), "采茶人", "hash-1", "zh", T).await.unwrap();
    insert_login_name(conn, "13800000001", "phone", ada()).await.unwrap();
    insert_login_name(conn, "ada@example.com", "email", ada()).await.unwrap();
    assert_eq!(list_login_names(conn, ada()).await.unwrap(), ["ada@example.com", "13800000001"]);
    let found = find_user_by_login_name(conn, "13800000001").await.unwrap().unwrap();
    assert_eq!((found.id, found.display_name.as_str(), found.created_at_ms), (ada(), "采茶人", T));
    assert!(find_user_by_login_name(conn, "13800000002").await.unwrap().is_none());

    update_password(conn, ada(), "hash-2").await.unwrap();
    update_profile(conn, ada(), "Tea 'picker' 🍵", "en").await.unwrap();
    update_disabled(conn, ada(), Some(T + 1)).await.unwrap();
    let locked = lock_user(conn, ada()).await.unwrap();
    assert_eq!((locked.password_hash.as_str(), locked.disabled_at_ms), ("hash-2", Some(T + 1)));
    update_disabled(conn, ada(), None).await.unwrap();
    let user = find_user(conn, ada()).await.unwrap().unwrap();
    assert_eq!((user.display_name.as_str(), user.locale.as_str()), ("Tea 'picker' 🍵", "en"));
    assert_eq!(user.disabled_at_ms, None);
    mark_password_temporary(conn, ada()).await.unwrap();
    assert_eq!(find_user(conn, ada()).await.unwrap().unwrap().password_is_temporary, 1);
    update_password(conn, ada(), "hash-3").await.unwrap();
    assert_eq!(lock_user(conn, ada()).await.unwrap().password_is_temporary, 0, "an own one");
    let missing = lock_user(conn, UserId::from_i64(12_345)).await;
    assert!(matches!(missing, Err(StoreError::NotFound("user"))));
}

async fn sessions(conn: &mut Conn) {
    insert_session(conn, b"guest", None, T, T + 100).await.unwrap();
    insert_session(conn, b"phone", Some(ada()), T, T + 100).await.unwrap();
    insert_session(conn, b"desktop", Some(ada()), T + 1, T + 200).await.unwrap();

    let guest = list_session_roles(conn, b"guest", T).await.unwrap();
    assert_eq!(guest.len(), 1);
    assert_eq!((guest[0].session_user_id, guest[0].user_id), (None, None));
    let ended = list_session_roles(conn, b"guest", T + 100).await.unwrap();
    assert!(ended.is_empty(), "a session ends at its end");

    update_session_seen(conn, b"phone", T + 50, T + 300).await.unwrap();
    let open = list_sessions(conn, ada(), T + 60).await.unwrap();
    let hashes: Vec<&[u8]> = open.iter().map(|session| session.token_hash.as_slice()).collect();
    assert_eq!(hashes, [b"phone".as_slice(), b"desktop"], "the last used comes first");

    assert_eq!(delete_sessions_of_user(conn, ada(), Some(b"phone")).await.unwrap(), 1);
    assert!(list_session_roles(conn, b"desktop", T).await.unwrap().is_empty());
    assert_eq!(delete_sessions_of_user(conn, ada(), None).await.unwrap(), 1);
    insert_session(conn, b"tablet", Some(ada()), T, T + 100).await.unwrap();
    insert_half_session(conn, b"half", ada(), Owed::Password, T + 100).await.unwrap();
    assert_eq!(delete_sessions_of_accounts(conn).await.unwrap(), 1, "without the guest's");
    assert_eq!(find_half_session(conn, b"half", Owed::Password, T).await.unwrap(), None);
    assert_eq!(purge_sessions(conn, T + 101).await.unwrap(), 1, "the guest's session is over");
    assert!(!delete_session(conn, b"guest").await.unwrap());
}

async fn second_factors(conn: &mut Conn) {
    let user = ada();
    assert!(find_second_factor(conn, user).await.unwrap().is_none());
    put_second_factor(conn, user, b"older", T, 7).await.unwrap();
    put_second_factor(conn, user, b"sealed", T + 1, 10).await.unwrap();
    let factor = find_second_factor(conn, user).await.unwrap().unwrap();
    assert_eq!((factor.sealed_secret.as_slice(), factor.confirmed_at_ms), (b"sealed".as_slice(), T + 1));
    let sealed = list_sealed_secrets(conn, 20).await.unwrap();
    let listed: Vec<_> = sealed.iter().map(|row| (row.user_id, row.sealed_secret.as_slice())).collect();
    assert_eq!(listed, [(user, b"sealed".as_slice())]);
    assert!(list_sealed_secrets(conn, 0).await.unwrap().is_empty());
    assert!(!use_second_factor_step(conn, user, 10).await.unwrap(), "no code twice");
    assert!(use_second_factor_step(conn, user, 12).await.unwrap());
    assert!(!use_second_factor_step(conn, user, 11).await.unwrap(), "and none from before");
    assert_eq!(find_second_factor(conn, user).await.unwrap().unwrap().last_step, 12);

    insert_session(conn, b"staff", Some(user), T, T + 100).await.unwrap();
    let known = list_session_roles(conn, b"staff", T).await.unwrap();
    assert_eq!((known[0].second_factor_at_ms, known[0].created_at_ms), (Some(T + 1), T));
    assert!(known.iter().all(|row| row.role_granted_at_ms.is_some()));
    update_session_origin(conn, b"staff", "firefox/linux", "10.0.0.x").await.unwrap();
    let listed = list_sessions(conn, user, T).await.unwrap();
    let listed = listed.iter().find(|session| session.token_hash == b"staff").unwrap();
    assert_eq!((listed.device.as_str(), listed.network.as_str()), ("firefox/linux", "10.0.0.x"));

    for hash in [b"code-1", b"code-2"] {
        insert_recovery_code(conn, user, hash).await.unwrap();
    }
    assert!(use_recovery_code(conn, user, b"code-1", T).await.unwrap());
    assert!(!use_recovery_code(conn, user, b"code-1", T).await.unwrap(), "once");
    assert!(!use_recovery_code(conn, UserId::from_i64(9), b"code-2", T).await.unwrap(), "by its owner");
    assert_eq!(count_recovery_codes(conn, user).await.unwrap(), 1);

    let secret = SecondFactorSetupRow { sealed_secret: Some(b"new".to_vec()), sealed_codes: None };
    put_second_factor_setup(conn, user, b"staff", &secret, T + 50).await.unwrap();
    let codes = SecondFactorSetupRow { sealed_secret: None, sealed_codes: Some(b"codes".to_vec()) };
    put_second_factor_setup(conn, user, b"staff", &codes, T + 60).await.unwrap();
    let shown = find_second_factor_setup(conn, user, b"staff", T).await.unwrap().unwrap();
    assert_eq!((shown.sealed_secret, shown.sealed_codes), (None, Some(b"codes".to_vec())));
    assert!(find_second_factor_setup(conn, user, b"other", T).await.unwrap().is_none());
    assert!(find_second_factor_setup(conn, user, b"staff", T + 60).await.unwrap().is_none());
    delete_second_factor_setup(conn, user).await.unwrap();
    assert!(find_second_factor_setup(conn, user, b"staff", T).await.unwrap().is_none());
    put_second_factor_setup(conn, user, b"staff", &codes, T + 60).await.unwrap();

    for token in [b"half-1", b"half-2"] {
        insert_half_session(conn, token, user, Owed::Code, T + 60).await.unwrap();
    }
    assert_eq!(find_half_session(conn, b"half-1", Owed::Code, T).await.unwrap(), Some(user));
    let other_step = find_half_session(conn, b"half-1", Owed::Password, T).await.unwrap();
    assert_eq!(other_step, None, "what is owed is not passed by with a step of another kind");
    assert_eq!(find_half_session(conn, b"half-1", Owed::Code, T + 60).await.unwrap(), None);
    assert!(delete_half_session(conn, b"half-1").await.unwrap());
    assert!(!delete_half_session(conn, b"half-1").await.unwrap());
    delete_sessions_of_user(conn, user, None).await.unwrap();
    let half = find_half_session(conn, b"half-2", Owed::Code, T).await.unwrap();
    assert_eq!(half, None, "ended with the sessions");
    insert_half_session(conn, b"half-3", user, Owed::Code, T + 60).await.unwrap();
    assert_eq!(purge_second_factor_leftovers(conn, T + 61).await.unwrap(), 2, "a sign-in and a set-up");

    assert!(delete_second_factor(conn, user).await.unwrap());
    assert!(!delete_second_factor(conn, user).await.unwrap());
    assert_eq!(count_recovery_codes(conn, user).await.unwrap(), 0);
    assert!(find_second_factor(conn, user).await.unwrap().is_none());
}

async fn roles(conn: &mut Conn) {
    let seller = Role::SellerOf(TeamId::from_i64(6));
    assert!(insert_role(conn, 100, ada(), seller, T).await.unwrap());
    assert!(!insert_role(conn, 101, ada(), seller, T).await.unwrap(), "a role in force is not given twice");
    for (id, role) in [
        (102, Role::TreasurerOf(CollectiveId::from_i64(4))),
        (103, Role::UnitBuyer(UnitId::from_i64(8))),
        (104, Role::TownAdmin(TownId::from_i64(2))),
        (105, Role::CountyAdmin(CountyId::from_i64(1))),
        (106, Role::Operator),
    ] {
        assert!(insert_role(conn, id, ada(), role, T).await.unwrap());
    }
    let held = list_roles(conn, ada()).await.unwrap();
    let names: Vec<(&str, &str)> = held.iter().map(|r| (r.kind.as_str(), r.scope_name.as_str())).collect();
    let expected = [
        ("county_admin", "岚皋县"),
        ("operator", ""),
        ("seller", "消费帮扶队"),
        ("town_admin", "佐龙镇"),
        ("treasurer", "塔元村经济合作社"),
        ("unit_buyer", "某大学食堂"),
    ];
    assert_eq!(names, expected);
    let holders = list_role_holders(conn, seller).await.unwrap();
    assert_eq!((holders.len(), holders[0].user_id, holders[0].granted_at_ms), (1, ada(), T));

    insert_session(conn, b"seller", Some(ada()), T, T + 100).await.unwrap();
    assert_eq!(list_session_roles(conn, b"seller", T).await.unwrap().len(), 6);
    assert!(revoke_role(conn, ada(), seller, T + 1).await.unwrap());
    assert!(!revoke_role(conn, ada(), seller, T + 1).await.unwrap());
    assert_eq!(list_session_roles(conn, b"seller", T).await.unwrap().len(), 5, "revocation acts at once");
    assert!(insert_role(conn, 107, ada(), seller, T + 2).await.unwrap(), "and can be given again");

    update_disabled(conn, ada(), Some(T)).await.unwrap();
    let barred = list_session_roles(conn, b"seller", T).await.unwrap();
    assert_eq!(barred.len(), 1);
    assert_eq!((barred[0].session_user_id, barred[0].user_id), (Some(ada().get()), None));
    assert!(list_role_holders(conn, seller).await.unwrap().is_empty());
    update_disabled(conn, ada(), None).await.unwrap();
}

async fn scopes(conn: &mut Conn) {
    let county = Some(CountyId::from_i64(1));
    assert_eq!(find_team_county(conn, TeamId::from_i64(6)).await.unwrap(), county);
    assert_eq!(find_team_county(conn, TeamId::from_i64(1)).await.unwrap(), None);
    for (kind, scope) in
        [("captain", 6), ("treasurer", 4), ("unit_buyer", 8), ("town_admin", 2), ("county_admin", 1)]
    {
        assert!(has_role_scope(conn, Role::parse(kind, scope).unwrap()).await.unwrap(), "{kind}");
        assert!(!has_role_scope(conn, Role::parse(kind, 404).unwrap()).await.unwrap(), "{kind}");
    }
    assert!(has_role_scope(conn, Role::Operator).await.unwrap());
    for (kind, names) in [
        ("seller", vec![("消费帮扶队", "县服务团")]),
        ("treasurer", vec![("塔元村经济合作社", "佐龙镇")]),
        ("unit_finance", vec![("某大学", ""), ("某大学食堂", "某大学")]),
        ("town_admin", vec![("佐龙镇", "岚皋县")]),
        ("county_admin", vec![("岚皋县", "")]),
        ("operator", vec![]),
    ] {
        let found = list_role_scopes(conn, Role::parse(kind, 0).unwrap()).await.unwrap();
        let told: Vec<(&str, &str)> =
            found.iter().map(|row| (row.name.as_str(), row.above.as_str())).collect();
        assert_eq!(told, names, "{kind}");
    }

    conn.execute(
        "INSERT INTO cadres (id, user_id, slug, title, title_en, village_id, unit_id, starts_on, ends_on) \
         VALUES (20, 9, 'first-secretary', '第一书记', 'First Secretary', 3, 7, '2025-01-01', '2026-12-31')",
    )
    .await
    .unwrap();
    let user = UserId::from_i64(9);
    let posting = list_postings(conn, user, "2026-12-31").await.unwrap();
    assert_eq!((posting[0].village_name.as_str(), posting[0].unit_name.as_str()), ("塔元村", "某大学"));
    assert!(list_postings(conn, user, "2027-01-01").await.unwrap().is_empty(), "the term is over");
}

async fn browsers(conn: &mut Conn) {
    let login = "13800000001";
    let bob = UserId::from_i64(9);
    for (user, at_ms) in [(ada(), T), (bob, T)] {
        put_known_browser(conn, user, b"family", at_ms).await.unwrap();
    }
    put_known_browser(conn, ada(), b"phone", T + 1).await.unwrap();
    assert!(is_browser_known_to(conn, login, b"family").await.unwrap());
    assert!(!is_browser_known_to(conn, login, b"other").await.unwrap());
    assert!(!is_browser_known_to(conn, "13800000002", b"family").await.unwrap());
    replace_browser_token(conn, b"family", b"renewed").await.unwrap();
    assert!(!is_browser_known_to(conn, login, b"family").await.unwrap());
    assert!(is_browser_known_to(conn, login, b"renewed").await.unwrap());
    put_known_browser(conn, ada(), b"renewed", T + 2).await.unwrap();
    assert_eq!(list_known_browsers(conn, ada()).await.unwrap(), [T + 2, T + 1]);
    forget_older_browsers(conn, ada(), 1).await.unwrap();
    assert_eq!(list_known_browsers(conn, ada()).await.unwrap(), [T + 2]);
    assert_eq!(list_known_browsers(conn, bob).await.unwrap(), [T], "others keep theirs");
    assert_eq!(purge_known_browsers(conn, T + 2).await.unwrap(), 1);
    assert_eq!(purge_known_browsers(conn, T + 3).await.unwrap(), 1);
}

async fn throttling(conn: &mut Conn) {
    assert_eq!(lock_login_attempts(conn, "b").await.unwrap().failures, 0);
    for at_ms in [T, T + 1, T + 2] {
        count_login_attempt(conn, "b", at_ms, T - 1_000).await.unwrap();
    }
    let attempts = lock_login_attempts(conn, "b").await.unwrap();
    assert_eq!((attempts.failures, attempts.last_failed_at_ms), (3, T + 2));
    forgive_login_attempt(conn, "b").await.unwrap();
    assert_eq!(lock_login_attempts(conn, "b").await.unwrap().failures, 2);
    count_login_attempt(conn, "b", T + 5_000, T + 4_000).await.unwrap();
    assert_eq!(lock_login_attempts(conn, "b").await.unwrap().failures, 1, "old failures are forgotten");
    clear_login_attempts(conn, "b").await.unwrap();
    assert_eq!(lock_login_attempts(conn, "b").await.unwrap().failures, 0);
    count_login_attempt(conn, "old", T, 0).await.unwrap();
    assert_eq!(purge_login_attempts(conn, T + 1).await.unwrap(), 2);
}

#[tokio::test]
async fn a_login_name_belongs_to_one_account() {
    on_both(async |db: &Db| {
        let mut tx = db.write().await.unwrap();
        for id in [1, 2] {
            insert_user(&mut tx, UserId::from_i64(id), "甲", "x", "zh", T).await.unwrap();
        }
        insert_login_name(&mut tx, "13800000001", "phone", UserId::from_i64(1)).await.unwrap();
        let second = insert_login_name(&mut tx, "13800000001", "phone", UserId::from_i64(2)).await;
        assert!(matches!(second, Err(StoreError::AlreadyExists)));
    })
    .await;
}

#[tokio::test]
async fn an_unknown_account_cannot_have_a_session() {
    on_both(async |db: &Db| {
        let mut tx = db.write().await.unwrap();
        let refused = insert_session(&mut tx, b"x", Some(UserId::from_i64(404)), T, T + 1).await;
        assert!(matches!(refused, Err(StoreError::RuleBroken(_))));
    })
    .await;
}
