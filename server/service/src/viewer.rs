//! Who is asking, and the guards. A guard returns an error; a redirect guards nothing.

use std::net::IpAddr;

use domain::device::Device;
use domain::ids::{CollectiveId, TeamId, TownId, UnitId, UserId};
use domain::locale::Locale;
use domain::role::Role;

use crate::{Result, ServiceError};

/// Whoever sent a request.
#[derive(Debug, Clone, Default)]
pub struct Viewer {
    /// Hash of the session token; guests have a session too once they have put something into a cart.
    pub session_hash: Option<Vec<u8>>,
    pub user: Option<SignedIn>,
    pub locale: Locale,
    /// The address the request came from; `None` for what the shop does by itself.
    pub client_address: Option<IpAddr>,
    /// What the request was sent with, for the list of sessions.
    pub device: Option<Device>,
    /// Hash of the token of a sign-in that is half done: the password was right, the code is still owed. It opens
    /// nothing by itself.
    pub half_session_hash: Option<Vec<u8>>,
    /// Hash of what the browser is known by to the accounts that were signed in on it. It opens nothing.
    pub browser_hash: Option<Vec<u8>>,
    /// The account works here, must have a second factor for it and has none: its roles are withheld.
    pub lacks_second_factor: bool,
}

/// An account that is signed in, with the roles in force at this moment.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub user_id: UserId,
    pub display_name: String,
    pub roles: Vec<Role>,
}

impl Viewer {
    pub fn user_id(&self) -> Option<UserId> {
        self.user.as_ref().map(|user| user.user_id)
    }

    pub fn has_role(&self, wanted: Role) -> bool {
        self.user.as_ref().is_some_and(|user| user.roles.contains(&wanted))
    }

    fn roles(&self) -> &[Role] {
        self.user.as_ref().map_or(&[], |user| user.roles.as_slice())
    }

    /// Any account.
    pub fn require_user(&self) -> Result<&SignedIn> {
        self.user.as_ref().ok_or(ServiceError::Unauthenticated)
    }

    /// Whoever may list, pack and ship for `team`: its sellers and its captain.
    pub fn require_seller(&self, team: TeamId) -> Result<&SignedIn> {
        self.require_any(&[Role::SellerOf(team), Role::CaptainOf(team)])
    }

    /// Whoever keeps the books of `collective`.
    pub fn require_treasurer(&self, collective: CollectiveId) -> Result<&SignedIn> {
        self.require_any(&[Role::TreasurerOf(collective)])
    }

    /// Whoever may fill the basket of `unit`.
    pub fn require_unit_buyer(&self, unit: UnitId) -> Result<&SignedIn> {
        self.require_any(&[Role::UnitBuyer(unit)])
    }

    pub fn require_unit_approver(&self, unit: UnitId) -> Result<&SignedIn> {
        self.require_any(&[Role::UnitApprover(unit)])
    }

    pub fn require_unit_finance(&self, unit: UnitId) -> Result<&SignedIn> {
        self.require_any(&[Role::UnitFinance(unit)])
    }

    /// Any member of `unit`: they all may look at its orders.
    pub fn require_unit_member(&self, unit: UnitId) -> Result<&SignedIn> {
        self.require_any(&[Role::UnitBuyer(unit), Role::UnitApprover(unit), Role::UnitFinance(unit)])
    }

    /// The county's administration or the operator. A shop is one county's, so whatever stands in it is the county's.
    pub fn require_county_admin(&self) -> Result<&SignedIn> {
        let user = self.require_user()?;
        let allowed = |role: &Role| matches!(role, Role::CountyAdmin(_) | Role::Operator);
        if user.roles.iter().any(allowed) { Ok(user) } else { Err(self.refusal()) }
    }

    /// Teams this viewer sells for.
    pub fn seller_teams(&self) -> Vec<TeamId> {
        let mut teams: Vec<TeamId> = self
            .roles()
            .iter()
            .filter_map(|role| match role {
                Role::SellerOf(team) | Role::CaptainOf(team) => Some(*team),
                _ => None,
            })
            .collect();
        teams.sort_unstable();
        teams.dedup();
        teams
    }

    /// Towns whose corps this viewer administers.
    pub fn towns(&self) -> Vec<TownId> {
        self.roles()
            .iter()
            .filter_map(|role| match role {
                Role::TownAdmin(town) => Some(*town),
                _ => None,
            })
            .collect()
    }

    /// Whoever decides what buyers and sellers of `town` cannot agree on: the town's corps, or the county's.
    pub fn require_town(&self, town: TownId) -> Result<&SignedIn> {
        match self.require_county_admin() {
            Ok(user) => Ok(user),
            Err(_) => self.require_any(&[Role::TownAdmin(town)]),
        }
    }

    /// Units this viewer is a member of.
    pub fn units(&self) -> Vec<UnitId> {
        let mut units: Vec<UnitId> = self
            .roles()
            .iter()
            .filter_map(|role| match role {
                Role::UnitBuyer(unit) | Role::UnitApprover(unit) | Role::UnitFinance(unit) => Some(*unit),
                _ => None,
            })
            .collect();
        units.sort_unstable();
        units.dedup();
        units
    }

    /// Collectives whose books this viewer keeps.
    pub fn collectives(&self) -> Vec<CollectiveId> {
        self.roles()
            .iter()
            .filter_map(|role| match role {
                Role::TreasurerOf(collective) => Some(*collective),
                _ => None,
            })
            .collect()
    }

    fn require_any(&self, wanted: &[Role]) -> Result<&SignedIn> {
        let user = self.require_user()?;
        if user.roles.iter().any(|role| wanted.contains(role)) { Ok(user) } else { Err(self.refusal()) }
    }

    /// That the account may work here at all: for pages whose own guards hide what is behind them.
    ///
    /// # Errors
    /// [`ServiceError::SecondFactorMissing`].
    pub fn require_second_factor(&self) -> Result<()> {
        if self.lacks_second_factor { Err(ServiceError::SecondFactorMissing) } else { Ok(()) }
    }

    /// What whoever lacks a role is told. Roles that are withheld are lacking; the way to them is the second factor.
    fn refusal(&self) -> ServiceError {
        if self.lacks_second_factor { ServiceError::SecondFactorMissing } else { ServiceError::Forbidden }
    }
}
