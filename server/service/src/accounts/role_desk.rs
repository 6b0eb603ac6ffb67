//! Where roles are seen: the desk of whoever gives them, and a team's own list of who works for it.

use domain::contact::LoginName;
use domain::ids::{TeamId, UserId, to_text};
use domain::role::Role;
use store::people::{self, RoleScopeRow};

use super::roles::{self, HeldRole};
use super::throttle::{self, Bucket};
use crate::{Result, ServiceError, Services, Viewer, paging};

/// More are not offered at once: a part of the name narrows them.
const MOST_SCOPES: i64 = 100;

/// An account before whoever gives it roles.
#[derive(Debug, Clone)]
pub struct RoleDesk {
    pub account: UserId,
    pub display_name: String,
    /// What it signs in with, as others see it: `138****0001`.
    pub masked_login_names: Vec<String>,
    /// It is barred or deleted, and gets no role.
    pub is_barred: bool,
    /// It is the viewer's own, and gets no role from them.
    pub is_own: bool,
    pub roles: Vec<DeskRole>,
    /// What the viewer gives it: one role of each kind, held of nothing.
    pub kinds: Vec<Role>,
}

/// A role in force, and whether the viewer may take it back.
#[derive(Debug, Clone)]
pub struct DeskRole {
    pub held: HeldRole,
    pub may_revoke: bool,
}

/// What roles of a kind can be held of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleScopes {
    pub choices: Vec<RoleScope>,
    /// There are more of that name.
    pub has_more: bool,
}

/// One thing that a role can be held of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleScope {
    /// Its number, in its shown form.
    pub id: String,
    pub name: String,
    pub name_en: String,
    /// What it belongs to; may be empty.
    pub above: String,
    pub above_en: String,
}

/// Somebody who works for a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamMember {
    pub account: UserId,
    pub display_name: String,
    /// Each with the moment since when.
    pub roles: Vec<(Role, i64)>,
}

/// The account that signs in with this name, for the county's administration: to give it a role.
///
/// # Errors
/// [`ServiceError::Invalid`] at `login`; [`ServiceError::NotFound`] when there is none;
/// [`ServiceError::TooManyAttempts`] for whoever looked for too many of which there were none.
pub async fn find_account(services: &Services, viewer: &Viewer, login: &str) -> Result<UserId> {
    let by = viewer.require_county_admin()?.user_id;
    let login = LoginName::parse(login).map_err(|error| ServiceError::invalid("login", error.into()))?;
    let bucket = Bucket::accounts_looked_for_by(by);
    throttle::admit(services, std::slice::from_ref(&bucket)).await?;
    let mut tx = services.db.write().await?;
    let found = people::find_user_by_login_name(&mut tx, login.as_str()).await?;
    let user = found.ok_or(ServiceError::NotFound)?;
    bucket.forgive(&mut tx).await?;
    tx.commit().await?;
    Ok(user.id)
}

/// An account with its roles, for the county's administration. `account` is its number in its shown form.
///
/// # Errors
/// [`ServiceError::NotFound`] for an unknown account.
pub async fn role_desk(services: &Services, viewer: &Viewer, account: &str) -> Result<RoleDesk> {
    let by = viewer.require_county_admin()?.user_id;
    let account: UserId = account.trim().parse().map_err(|_| ServiceError::NotFound)?;
    let mut conn = services.db.read().await?;
    let row = people::find_user(&mut conn, account).await?.ok_or(ServiceError::NotFound)?;
    let login_names = people::list_login_names(&mut conn, account).await?;
    let masked = login_names.iter().filter_map(|name| LoginName::parse(name).ok()).map(|name| name.masked());
    let held_roles = roles::load(&mut conn, account).await?;
    let shown = |held: HeldRole| DeskRole { may_revoke: roles::is_given_by(held.role, viewer), held };
    Ok(RoleDesk {
        account,
        display_name: row.display_name,
        masked_login_names: masked.collect(),
        is_barred: row.disabled_at_ms.is_some(),
        is_own: account == by,
        roles: held_roles.into_iter().map(shown).collect(),
        kinds: if account == by { Vec::new() } else { kinds_given_by(viewer) },
    })
}

fn kinds_given_by(viewer: &Viewer) -> Vec<Role> {
    let all = Role::KINDS.iter().filter_map(|kind| Role::parse(kind, 0).ok());
    all.filter(|role| roles::is_given_by(*role, viewer)).collect()
}

/// What the viewer may give roles of this kind of, narrowed to what has `part` in its name or in the name of what it
/// belongs to.
///
/// # Errors
/// Guarded: the county's administration.
pub async fn role_scopes(services: &Services, viewer: &Viewer, kind: Role, part: &str) -> Result<RoleScopes> {
    viewer.require_county_admin()?;
    let mut conn = services.db.read().await?;
    let rows = people::list_role_scopes(&mut conn, kind).await?;
    let part = part.trim().to_lowercase();
    let is_named = |row: &RoleScopeRow| {
        let names = [&row.name, &row.name_en, &row.above, &row.above_en];
        names.iter().any(|name| name.to_lowercase().contains(&part))
    };
    let is_given = roles::is_given_by(kind, viewer);
    let found = rows.into_iter().filter(|row| is_given && is_named(row));
    let mut choices: Vec<RoleScope> = found.map(RoleScope::from).collect();
    let has_more = paging::cut(&mut choices, MOST_SCOPES);
    Ok(RoleScopes { choices, has_more })
}

impl From<RoleScopeRow> for RoleScope {
    fn from(row: RoleScopeRow) -> Self {
        Self {
            id: to_text(row.id),
            name: row.name,
            name_en: row.name_en,
            above: row.above,
            above_en: row.above_en,
        }
    }
}

/// Who works for a team, captains first; for those who work for it themselves. Their roles are given by the county.
///
/// # Errors
/// [`ServiceError::Forbidden`] for others.
pub async fn team_members(services: &Services, viewer: &Viewer, team: TeamId) -> Result<Vec<TeamMember>> {
    viewer.require_seller(team)?;
    let mut conn = services.db.read().await?;
    let mut members: Vec<TeamMember> = Vec::new();
    for role in [Role::CaptainOf(team), Role::SellerOf(team)] {
        for row in people::list_role_holders(&mut conn, role).await? {
            let held = (role, row.granted_at_ms);
            match members.iter_mut().find(|member| member.account == row.user_id) {
                Some(known) => known.roles.push(held),
                None => members.push(TeamMember {
                    account: row.user_id,
                    display_name: row.display_name,
                    roles: vec![held],
                }),
            }
        }
    }
    Ok(members)
}
