//! What several rows share: groups of people, and the fields that name one thing.

use super::Fields;
use crate::access::Who;
use crate::access::world::World;

/// Those who know of the unit's claim without selling what it is about.
pub const KNOW_OF_CLAIM: &[Who] =
    &[Who::Buyer, Who::Approver, Who::Finance, Who::TownAdmin, Who::CountyAdmin, Who::Operator];
pub const TALKERS: &[Who] = &[
    Who::Buyer,
    Who::Approver,
    Who::Finance,
    Who::Seller,
    Who::Captain,
    Who::TownAdmin,
    Who::CountyAdmin,
    Who::Operator,
];

/// Who keeps the collective's books, and its mark.
pub const TREASURER: &[Who] = &[Who::Treasurer];

/// Those who stop the sale of a batch.
pub const RECALLERS: &[Who] = &[Who::Seller, Who::Captain, Who::CountyAdmin, Who::Operator];

pub const WITH_SESSION: &[Who] = Who::ALL.split_at(1).1;

/// Who leads the team.
pub const COUNTY: &[Who] = &[Who::CountyAdmin, Who::Operator];
pub const CAPTAIN: &[Who] = &[Who::Captain];

/// A seller who is not captain; to the unit that pays, the seller's side of the money does not exist.
pub const KNOW_OF_MONEY: &[Who] = &[Who::Seller];
pub const MONEY_RECEIVERS: &[Who] = &[Who::Captain, Who::CountyAdmin, Who::Operator];

/// The unit's after-sale, with words.
pub fn case(world: &World) -> Fields {
    let fields = [("key", "access-7"), ("words", "看过了")];
    let id = ("after_sale", world.after_sale.to_string());
    fields.map(|(name, value)| (name, value.to_owned())).into_iter().chain([id]).collect()
}

/// What is done with the first side's batch.
pub fn of_batch(world: &World, fields: &[(&'static str, &'static str)]) -> Fields {
    let fields = fields.iter().map(|(name, value)| (*name, (*value).to_owned()));
    fields.chain([("batch", world.batch.to_string())]).collect()
}

/// A role with the first side's team, for somebody who has none.
pub fn seller_role(world: &World, key: &str) -> Fields {
    vec![
        ("account", world.account.to_string()),
        ("kind", "seller".to_owned()),
        ("scope", world.team.to_string()),
        ("key", key.to_owned()),
    ]
}

pub fn number(number: &str) -> Fields {
    vec![("number", number.to_owned())]
}

pub fn unit_order(world: &World, number: &str) -> Fields {
    vec![
        ("unit", world.unit.to_owned()),
        ("number", number.to_owned()),
        ("reason", "数量偏多".to_owned()),
        ("bank_reference", "ref access".to_owned()),
        ("parcel", world.paid.parcel.to_string()),
    ]
}
