//! Who may act as what. Roles are read with every request, so giving and taking them acts at once.

use domain::failure::{Conflict, Problem};
use domain::ids::{CountyId, UserId};
use domain::locale::Locale;
use domain::role::Role;
use serde::Serialize;
use serde_json::json;
use store::{Conn, people};

use super::{check_new_account, insert_account, passwords};
use crate::idempotency::{self, Begun, Repeatable};
use crate::{Result, ServiceError, Services, Viewer, audit};

/// A role in force with the name of what it is held of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldRole {
    pub role: Role,
    /// Empty for the operator.
    pub scope_name: String,
    pub scope_name_en: String,
    /// Of a unit, whose pages are found by it; else empty.
    pub scope_slug: String,
    pub granted_at_ms: i64,
}

/// An account the operator makes.
#[derive(Clone)]
pub struct NewAccount {
    pub login: String,
    pub password: String,
    pub display_name: String,
    pub locale: Locale,
    pub roles: Vec<Role>,
    /// Somebody else than the owner knows it: another one has to be chosen when signing in with it.
    pub password_is_temporary: bool,
}
debug_without_contents!(NewAccount);

/// Makes an account with roles, for the operator at the terminal: there is no viewer to authorise. A county administrator
/// whose county has no number (0) is one of the shop's county.
///
/// # Errors
/// [`ServiceError::Invalid`] at `login`, `password`, `display_name`, or at `roles` when what a role would be held of
/// does not exist.
pub async fn create_user(services: &Services, account: NewAccount) -> Result<UserId> {
    let (login, name) = check_new_account(&account.login, &account.password, &account.display_name)?;
    let hash = passwords::hash(account.password).await?;
    let mut tx = services.db.write().await?;
    let user = insert_account(&mut tx, services, account.locale, &login, &name, &hash).await?;
    audit::record(&mut tx, services, None, "register", "user", user.get(), json!({ "by": "terminal" }))
        .await?;
    if account.password_is_temporary {
        people::mark_password_temporary(&mut tx, user).await?;
    }
    for role in account.roles {
        let role = of_the_county(&mut tx, role).await?;
        if !people::has_role_scope(&mut tx, role).await? {
            return Err(ServiceError::invalid("roles", Problem::Unknown));
        }
        grant(&mut tx, services, None, user, role).await?;
    }
    tx.commit().await?;
    Ok(user)
}

/// A shop is one county's: its administrator need not be named with its number.
async fn of_the_county(conn: &mut Conn, role: Role) -> Result<Role> {
    if !matches!(role, Role::CountyAdmin(_)) || role.scope() != 0 {
        return Ok(role);
    }
    let counties = people::list_role_scopes(conn, role).await?;
    Ok(counties.first().map_or(role, |county| Role::CountyAdmin(CountyId::from_i64(county.id))))
}

/// A role of an account, as a form says it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct RoleCommand {
    /// The account's number, in its shown form.
    pub account: String,
    /// One of [`Role::KINDS`].
    pub kind: String,
    /// The number of what it is held of, in its shown form; whatever it says for the operator.
    pub scope: String,
}

impl RoleCommand {
    pub fn new(account: UserId, role: Role) -> Self {
        Self {
            account: account.to_string(),
            kind: role.kind().to_owned(),
            scope: domain::ids::to_text(role.scope()),
        }
    }

    fn read(&self) -> Result<(UserId, Role)> {
        let account = self.account.trim().parse().map_err(|_| ServiceError::NotFound)?;
        // What is no number names nothing: it is refused with the things that there are not.
        let scope = domain::ids::from_text(self.scope.trim()).unwrap_or_default();
        let role = Role::parse(self.kind.trim(), scope)
            .map_err(|_| ServiceError::invalid("kind", Problem::Unknown))?;
        Ok((account, role))
    }
}

/// Gives an account a role; one it has already stays.
///
/// # Errors
/// [`ServiceError::Forbidden`] unless the viewer is operator, or administers the county and the role is below that;
/// [`Conflict::OwnRole`] for the viewer's own account; [`ServiceError::NotFound`] for an unknown one;
/// [`Conflict::StateChanged`] for one that is barred or deleted; [`ServiceError::Invalid`] at `kind`, or at `scope` when
/// what the role would be held of does not exist.
pub async fn grant_role(
    services: &Services,
    viewer: &Viewer,
    command: &RoleCommand,
    key: &str,
) -> Result<()> {
    let by = viewer.require_county_admin()?.user_id;
    let request = Repeatable::new("grant_role", viewer, key, command)?;
    let mut tx = services.db.write().await?;
    if let Begun::Replay(()) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(());
    }
    let (account, role) = command.read()?;
    authorise(&mut tx, viewer, role).await?;
    // Or whoever gives roles could order, approve and pay for a unit alone.
    if account == by {
        return Err(Conflict::OwnRole.into());
    }
    if people::lock_user(&mut tx, account).await?.disabled_at_ms.is_some() {
        return Err(Conflict::StateChanged.into());
    }
    grant(&mut tx, services, Some(by), account, role).await?;
    idempotency::finish(&mut tx, &request, &()).await?;
    Ok(tx.commit().await?)
}

/// Takes a role back, with effect from the account's next request. One that is not in force any more is no error.
///
/// # Errors
/// [`ServiceError::Forbidden`] and [`ServiceError::Invalid`] as [`grant_role`]; [`ServiceError::NotFound`] for what is no
/// account's number.
pub async fn revoke_role(
    services: &Services,
    viewer: &Viewer,
    command: &RoleCommand,
    key: &str,
) -> Result<()> {
    let by = viewer.require_county_admin()?.user_id;
    let request = Repeatable::new("revoke_role", viewer, key, command)?;
    let mut tx = services.db.write().await?;
    if let Begun::Replay(()) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(());
    }
    let (account, role) = command.read()?;
    authorise(&mut tx, viewer, role).await?;
    if people::revoke_role(&mut tx, account, role, services.now_ms()).await? {
        let detail = json!({ "role": role.kind(), "scope": role.scope() });
        audit::record(&mut tx, services, Some(by), "role_revoke", "user", account.get(), detail).await?;
    }
    idempotency::finish(&mut tx, &request, &()).await?;
    Ok(tx.commit().await?)
}

/// Bars an account and ends its sessions, or lets it in again; for the operator at the terminal.
///
/// # Errors
/// [`ServiceError::NotFound`] for an unknown login name.
pub async fn set_barred(services: &Services, login: &str, barred: bool) -> Result<()> {
    let login = domain::contact::LoginName::parse(login)
        .map_err(|error| ServiceError::invalid("login", error.into()))?;
    let mut tx = services.db.write().await?;
    let found =
        people::find_user_by_login_name(&mut tx, login.as_str()).await?.ok_or(ServiceError::NotFound)?;
    let user = people::lock_user(&mut tx, found.id).await?.id;
    people::update_disabled(&mut tx, user, barred.then(|| services.now_ms())).await?;
    if barred {
        people::delete_sessions_of_user(&mut tx, user, None).await?;
    }
    let action = if barred { "account_bar" } else { "account_unbar" };
    audit::record(&mut tx, services, None, action, "user", user.get(), json!({ "by": "terminal" })).await?;
    Ok(tx.commit().await?)
}

pub(super) async fn load(conn: &mut Conn, user: UserId) -> Result<Vec<HeldRole>> {
    let rows = people::list_roles(conn, user).await?;
    let read = |row: people::RoleRow| {
        let role = Role::parse(&row.kind, row.scope_id).map_err(ServiceError::internal)?;
        Ok(HeldRole {
            role,
            scope_name: row.scope_name,
            scope_name_en: row.scope_name_en,
            scope_slug: row.scope_slug,
            granted_at_ms: row.granted_at_ms,
        })
    };
    rows.into_iter().map(read).collect()
}

async fn grant(
    conn: &mut Conn,
    services: &Services,
    by: Option<UserId>,
    user: UserId,
    role: Role,
) -> Result<()> {
    if people::insert_role(conn, services.new_id(), user, role, services.now_ms()).await? {
        let detail = json!({ "role": role.kind(), "scope": role.scope() });
        audit::record(conn, services, by, "role_grant", "user", user.get(), detail).await?;
    }
    Ok(())
}

/// Whether the viewer gives roles of this kind, and takes them back; the caller has made sure of the operator or an
/// administrator of the county. A shop is one county's, so whatever a role below it is held of is theirs to give; units
/// too, wherever they lie.
pub(super) fn is_given_by(role: Role, viewer: &Viewer) -> bool {
    viewer.has_role(Role::Operator) || !matches!(role, Role::CountyAdmin(_) | Role::Operator)
}

async fn authorise(conn: &mut Conn, viewer: &Viewer, role: Role) -> Result<()> {
    if !people::has_role_scope(conn, role).await? {
        return Err(ServiceError::invalid("scope", Problem::Unknown));
    }
    if is_given_by(role, viewer) { Ok(()) } else { Err(ServiceError::Forbidden) }
}
