//! What a seller types into the forms of sending: templates and places, as text.

use serde::{Deserialize, Serialize};

/// A template as it is typed. The first row is the default one, for all regions that no other row names.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TemplateForm {
    pub name: String,
    /// `piece`, `weight` or `volume`; quantities are then in pieces, kilograms or litres.
    pub basis: String,
    /// Yuan; blank for none. Both given must both be reached.
    pub free_amount: String,
    /// Sale units; blank for none.
    pub free_count: String,
    pub rows: Vec<RowForm>,
}

/// What some regions pay.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RowForm {
    /// Names parted by commas; not read in the default row.
    pub regions: String,
    /// `on`: no delivery there; the fees are then not read.
    pub refused: String,
    pub first_quantity: String,
    /// Yuan.
    pub first_fee: String,
    pub step_quantity: String,
    /// Yuan.
    pub step_fee: String,
    /// Yuan, once for a parcel; blank for none.
    pub surcharge: String,
    /// `template` or blank, `own`, `never`.
    pub free: String,
    /// Of the row's own rule.
    pub free_amount: String,
    /// Of the row's own rule.
    pub free_count: String,
}

/// A place of dispatch as it is typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PlaceForm {
    pub name: String,
    /// Six digits, or words.
    pub region: String,
    pub address: String,
    pub phone: String,
}
