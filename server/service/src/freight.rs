//! Reading freight templates into the rules that quote them.

use domain::freight::{FreeRule, FreightBasis, FreightRow, FreightTemplate};
use domain::ids::FreightTemplateId;
use domain::money::Fen;
use store::Conn;

use crate::{Result, ServiceError};

/// A stored template with its rows.
pub(crate) async fn load_template(conn: &mut Conn, id: FreightTemplateId) -> Result<FreightTemplate> {
    let (head, rows) = store::catalogue::get_freight_template(conn, id).await?;
    let basis = match head.basis.as_str() {
        "piece" => FreightBasis::Piece,
        "weight" => FreightBasis::WeightG,
        "volume" => FreightBasis::VolumeCm3,
        other => return Err(ServiceError::internal(format!("freight basis {other}"))),
    };
    let rows = rows
        .into_iter()
        .map(|row| FreightRow {
            region_prefixes: row.region_prefixes.split_whitespace().map(str::to_owned).collect(),
            first_quantity: row.first_quantity,
            first_fee: Fen::new(row.first_fee_fen),
            step_quantity: row.step_quantity,
            step_fee: Fen::new(row.step_fee_fen),
            surcharge: Fen::new(row.surcharge_fen),
            refused: row.refused == 1,
        })
        .collect();
    let free_rule = match (head.free_from_fen, head.free_from_count) {
        (None, None) => None,
        (amount, count) => Some(FreeRule { min_amount: amount.map(Fen::new), min_count: count }),
    };
    Ok(FreightTemplate { id, basis, rows, free_rule })
}
