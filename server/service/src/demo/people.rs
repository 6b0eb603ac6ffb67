//! The demonstration's accounts: one for each role, and none is a person.

use domain::ids::UserId;
use domain::role::Role;
use store::WriteTx;
use store::people::{insert_login_name, insert_role, insert_user};

use super::world::{Staff, World, named};
use crate::{Result, ServiceError};

const PASSWORD: &str = "xiangji-demo-2026";
pub(super) const OPERATOR_LOGIN: &str = "operator@demo.xiangji.example";

/// An account that anyone may sign in to while the shop is a demonstration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemoAccount {
    pub role_zh: &'static str,
    pub role_en: &'static str,
    pub login: &'static str,
    pub password: &'static str,
}

const fn account(role_zh: &'static str, role_en: &'static str, login: &'static str) -> DemoAccount {
    DemoAccount { role_zh, role_en, login, password: PASSWORD }
}

static ACCOUNTS: [DemoAccount; 12] = [
    account("顾客", "Shopper", "shopper@demo.xiangji.example"),
    account(
        "带货干部（岚河茶产业服务队）",
        "Cadre seller (Lan River Tea Team)",
        "seller@demo.xiangji.example",
    ),
    account("队长（岚河茶产业服务队）", "Team captain (Lan River Tea Team)", "captain@demo.xiangji.example"),
    account("单位采购员（示范大学工会）", "Unit buyer (university union)", "buyer@demo.xiangji.example"),
    account(
        "单位审批人（示范大学工会）",
        "Unit approver (university union)",
        "approver@demo.xiangji.example",
    ),
    account("单位财务（示范大学工会）", "Unit finance (university union)", "finance@demo.xiangji.example"),
    account("村集体会计（金珠沟村）", "Collective treasurer (Jinzhugou)", "treasurer@demo.xiangji.example"),
    account("县服务团管理员", "County corps administrator", "county@demo.xiangji.example"),
    account("运维", "Operator", OPERATOR_LOGIN),
    account("村集体会计（佐龙村）", "Collective treasurer (Zuolong)", "mark@demo.xiangji.example"),
    account(
        "带货干部（民主镇电商带货队）",
        "Cadre seller (Minzhu Live-selling Team)",
        "live-seller@demo.xiangji.example",
    ),
    account(
        "队长（民主镇电商带货队）",
        "Team captain (Minzhu Live-selling Team)",
        "live-captain@demo.xiangji.example",
    ),
];

/// The accounts of the demonstration, for the page that offers them.
#[must_use]
pub fn demo_accounts() -> &'static [DemoAccount] {
    &ACCOUNTS
}

/// Units whose people the demonstration's buyer, approver and finance are.
pub(super) const OWN_UNITS: [&str; 2] = ["university-union", "university-canteen-1"];

/// One hash an account: the same password with different salts.
pub(super) async fn hash_passwords() -> Result<Vec<String>> {
    let hash = || ACCOUNTS.iter().map(|account| password_auth::generate_hash(account.password)).collect();
    tokio::task::spawn_blocking(hash).await.map_err(ServiceError::internal)
}

/// Makes the accounts, and three that act in the history but cannot be signed in to.
pub(super) async fn insert_users(tx: &mut WriteTx, world: &mut World, passwords: &[String]) -> Result<()> {
    let at_ms = world.services.now_ms();
    let mut ids: Vec<UserId> = Vec::new();
    for (account, hash) in ACCOUNTS.iter().zip(passwords) {
        let id = world.services.new_id();
        let name = format!("演示·{}", account.role_zh.split('（').next().unwrap_or_default());
        insert_user(tx, id, &name, hash, "zh", at_ms).await?;
        insert_login_name(tx, account.login, "email", id).await?;
        ids.push(id);
    }
    for name in ["演示·打包员", "演示·其他单位采购员", "演示·其他单位审批人"] {
        let id = world.services.new_id();
        // No login name leads here, and no password has this hash.
        insert_user(tx, id, name, "!", "zh", at_ms).await?;
        ids.push(id);
    }
    let ids: [UserId; 15] = ids.try_into().map_err(|_| ServiceError::internal("demonstration accounts"))?;
    let [
        shopper,
        seller,
        captain,
        buyer,
        approver,
        finance,
        treasurer,
        county,
        operator,
        mark_treasurer,
        live_seller,
        live_captain,
        packer,
        other_buyer,
        other_approver,
    ] = ids;
    world.staff = Some(Staff {
        shopper,
        seller,
        captain,
        buyer,
        approver,
        finance,
        treasurer,
        county,
        operator,
        mark_treasurer,
        live_seller,
        live_captain,
        packer,
        other_buyer,
        other_approver,
    });
    Ok(())
}

/// Gives the accounts what they may do, once the places exist.
pub(super) async fn grant_roles(tx: &mut WriteTx, world: &World) -> Result<()> {
    let staff = world.staff()?;
    let tea = named(&world.teams, "tea-team")?.team;
    let live = named(&world.teams, "live-team")?.team;
    let county = world.county.ok_or_else(|| ServiceError::internal("roles before the county"))?;
    let mut grants = vec![
        (staff.seller, Role::SellerOf(tea)),
        (staff.captain, Role::CaptainOf(tea)),
        (staff.live_seller, Role::SellerOf(live)),
        (staff.live_captain, Role::CaptainOf(live)),
        (staff.treasurer, Role::TreasurerOf(*named(&world.collectives, "jinzhugou")?)),
        (staff.mark_treasurer, Role::TreasurerOf(*named(&world.collectives, "zuolong-cun")?)),
        (staff.county, Role::CountyAdmin(county)),
        (staff.operator, Role::Operator),
    ];
    for slug in OWN_UNITS {
        let unit = named(&world.units, slug)?.unit;
        grants.push((staff.buyer, Role::UnitBuyer(unit)));
        grants.push((staff.approver, Role::UnitApprover(unit)));
        grants.push((staff.finance, Role::UnitFinance(unit)));
    }
    for (user, role) in grants {
        insert_role(tx, world.services.new_id(), user, role, world.services.now_ms()).await?;
    }
    Ok(())
}
