//! What a person may act as. A role without its scope says nothing: one is seller *of a team*, approver *of a
//! unit*; only the operator stands above them.

use crate::ids::{CollectiveId, CountyId, TeamId, TownId, UnitId};
use crate::word::UnknownWord;

/// A role together with what it is held of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Cadre seller: lists, keeps stock and ships for the team.
    SellerOf(TeamId),
    /// Captain of the team.
    CaptainOf(TeamId),
    /// Treasurer of the collective.
    TreasurerOf(CollectiveId),
    /// Orders for the unit.
    UnitBuyer(UnitId),
    /// Approves or returns the unit's orders.
    UnitApprover(UnitId),
    /// Pays for the unit and keeps its statements.
    UnitFinance(UnitId),
    /// Corps administrator of the town.
    TownAdmin(TownId),
    /// Corps administrator of the county, of which a shop has one.
    CountyAdmin(CountyId),
    /// Runs the installation.
    Operator,
}

impl Role {
    /// The texts of [`Role::kind`], for lists of choice and database checks.
    pub const KINDS: &'static [&'static str] = &[
        "seller",
        "captain",
        "treasurer",
        "unit_buyer",
        "unit_approver",
        "unit_finance",
        "town_admin",
        "county_admin",
        "operator",
    ];

    /// The stored text of the role, without its scope.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::SellerOf(_) => "seller",
            Self::CaptainOf(_) => "captain",
            Self::TreasurerOf(_) => "treasurer",
            Self::UnitBuyer(_) => "unit_buyer",
            Self::UnitApprover(_) => "unit_approver",
            Self::UnitFinance(_) => "unit_finance",
            Self::TownAdmin(_) => "town_admin",
            Self::CountyAdmin(_) => "county_admin",
            Self::Operator => "operator",
        }
    }

    /// The stored number of what the role is held of; 0 for the operator.
    pub const fn scope(self) -> i64 {
        match self {
            Self::SellerOf(team) | Self::CaptainOf(team) => team.get(),
            Self::TreasurerOf(collective) => collective.get(),
            Self::UnitBuyer(unit) | Self::UnitApprover(unit) | Self::UnitFinance(unit) => unit.get(),
            Self::TownAdmin(town) => town.get(),
            Self::CountyAdmin(county) => county.get(),
            Self::Operator => 0,
        }
    }

    /// Reads a stored role; the scope of the operator is ignored.
    pub fn parse(kind: &str, scope: i64) -> Result<Self, UnknownWord> {
        Ok(match kind {
            "seller" => Self::SellerOf(TeamId::from_i64(scope)),
            "captain" => Self::CaptainOf(TeamId::from_i64(scope)),
            "treasurer" => Self::TreasurerOf(CollectiveId::from_i64(scope)),
            "unit_buyer" => Self::UnitBuyer(UnitId::from_i64(scope)),
            "unit_approver" => Self::UnitApprover(UnitId::from_i64(scope)),
            "unit_finance" => Self::UnitFinance(UnitId::from_i64(scope)),
            "town_admin" => Self::TownAdmin(TownId::from_i64(scope)),
            "county_admin" => Self::CountyAdmin(CountyId::from_i64(scope)),
            "operator" => Self::Operator,
            other => return Err(UnknownWord::new("Role", other)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_stored_and_read_back_with_its_scope() {
        for kind in Role::KINDS {
            let role = Role::parse(kind, 42).unwrap();
            assert_eq!(role.kind(), *kind);
            assert_eq!(role.scope(), if *kind == "operator" { 0 } else { 42 });
        }
        assert!(Role::parse("king", 1).is_err());
        assert_ne!(Role::parse("seller", 1), Role::parse("seller", 2));
    }
}
