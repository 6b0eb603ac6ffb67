//! What a seller says of sending: freight templates, places of dispatch, and a trial of what a parcel would cost.
//!
//! A template belongs to a team; a product names one, and the place that it leaves from. Orders keep the freight that they
//! were placed with, so a template may change at any time. One that products in the shop are sent by cannot be retired.

mod places;
mod read;
mod templates;
mod trial;

use domain::freight::{FreeRule, FreightBasis, FreightRow, FreightTemplate, RegionFree};
use domain::ids::FreightTemplateId;
use domain::money::Fen;
use serde::{Deserialize, Serialize};
use store::Conn;
use store::catalogue::FreightRowRow;

use crate::{Result, ServiceError};

pub use domain::freight::{PlaceForm, RowForm, TemplateForm};
pub use places::{Place, PlacePage, PlacesPage, SavePlace, change_place, place_page, places, save_place};
pub use read::quantity_text;
pub use templates::{
    SaveTemplate, Template, TemplatePage, TemplatesPage, change_template, duplicate_template, save_template,
    template_page, templates,
};
pub use trial::{
    Trial, TrialCharge, TrialOutcome, TrialPage, TrialParcel, TrialQuery, TrialVariant, trial_page,
};

/// What is done with a template or a place besides writing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// It is offered no longer.
    Retire,
    /// It is offered again.
    Restore,
    /// New products begin with it.
    MakeDefault,
}

/// A stored template with its rows.
pub(crate) async fn load_template(conn: &mut Conn, id: FreightTemplateId) -> Result<FreightTemplate> {
    let (head, rows) = store::catalogue::get_freight_template(conn, id).await?;
    let basis = basis_of(&head.basis)?;
    let rows = rows.into_iter().map(row_of).collect();
    Ok(FreightTemplate { id, basis, rows, free_rule: free_rule(head.free_from_fen, head.free_from_count) })
}

fn basis_of(stored: &str) -> Result<FreightBasis> {
    match stored {
        "piece" => Ok(FreightBasis::Piece),
        "weight" => Ok(FreightBasis::WeightG),
        "volume" => Ok(FreightBasis::VolumeCm3),
        other => Err(ServiceError::internal(format!("freight basis {other}"))),
    }
}

fn free_rule(amount: Option<i64>, count: Option<i64>) -> Option<FreeRule> {
    match (amount, count) {
        (None, None) => None,
        (amount, count) => Some(FreeRule { min_amount: amount.map(Fen::new), min_count: count }),
    }
}

fn row_of(row: FreightRowRow) -> FreightRow {
    let own =
        FreeRule { min_amount: row.row_free_from_fen.map(Fen::new), min_count: row.row_free_from_count };
    FreightRow {
        region_prefixes: row.region_prefixes.split_whitespace().map(str::to_owned).collect(),
        first_quantity: row.first_quantity,
        first_fee: Fen::new(row.first_fee_fen),
        step_quantity: row.step_quantity,
        step_fee: Fen::new(row.step_fee_fen),
        surcharge: Fen::new(row.surcharge_fen),
        refused: row.refused == 1,
        free: match row.free_kind.as_str() {
            "own" => RegionFree::Own(own),
            "never" => RegionFree::Never,
            _ => RegionFree::AsTemplate,
        },
    }
}
