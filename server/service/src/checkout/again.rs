//! Ordering the same once more.

use std::collections::BTreeMap;

use domain::ids::{OrderId, VariantId};
use store::Conn;

use crate::{Result, ServiceError, Services, Viewer};

/// What was put into the cart for an order: gift boxes as such, and what was split over parcels as one.
async fn bought(conn: &mut Conn, order: OrderId) -> Result<BTreeMap<VariantId, i64>> {
    let parts = store::bundles::list_line_bundles(conn, order).await?;
    let lines = store::orders::list_order_lines(conn, order).await?;
    let loose = lines.iter().filter(|line| !parts.iter().any(|part| part.line_id == line.id));
    let mut wanted: BTreeMap<VariantId, i64> = BTreeMap::new();
    for line in loose {
        *wanted.entry(line.variant_id).or_default() += line.quantity;
    }
    let boxes: BTreeMap<_, _> = parts.iter().map(|part| (part.bundle.id, &part.bundle)).collect();
    for bundle in boxes.values() {
        *wanted.entry(bundle.variant_id).or_default() += bundle.quantity;
    }
    Ok(wanted)
}

/// Puts what was ordered into the cart anew, as far as it can still be bought.
///
/// # Errors
/// What stood in the way, when nothing at all could be put into the cart.
pub async fn buy_again(services: &Services, viewer: &Viewer, order: OrderId) -> Result<()> {
    let wanted = {
        let mut conn = services.db.read().await?;
        let row = store::orders::get_order(&mut conn, order).await?;
        crate::orders::require_buyer(viewer, &row)?;
        bought(&mut conn, order).await?
    };
    let (mut added, mut refused) = (0, None);
    for (variant, quantity) in wanted {
        match crate::carts::set_quantity(services, viewer, variant, quantity).await {
            Ok(_) => added += 1,
            Err(error @ (ServiceError::Invalid(_) | ServiceError::Conflict(_))) => refused = Some(error),
            Err(error) => return Err(error),
        }
    }
    match refused {
        Some(error) if added == 0 => Err(error),
        _ => Ok(()),
    }
}
