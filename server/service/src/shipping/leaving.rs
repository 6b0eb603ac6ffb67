//! What keeps a parcel that waits to be packed from leaving.

use domain::failure::Conflict;
use domain::ids::ParcelId;
use domain::time::Date;
use store::Conn;

use crate::{Result, ServiceError, Services};

/// Why a parcel may not leave, if it may not. What is sold by weight is looked at by [`crate::weighing`].
pub(super) async fn hindrance(
    conn: &mut Conn,
    services: &Services,
    parcel: ParcelId,
) -> Result<Option<Conflict>> {
    let recalled = store::recalls::list_recalled_in_parcel(conn, parcel).await?;
    if let Some(code) = recalled.into_iter().next() {
        return Ok(Some(Conflict::Recalled { code }));
    }
    if store::after_sales::count_open_unshipped(conn, parcel).await? > 0 {
        return Ok(Some(Conflict::AfterSaleOpen));
    }
    // Sold in time, but it must reach nobody any more.
    let today = Date::from_epoch_ms(services.now_ms()).to_string();
    let expired = store::recalls::list_expired_in_parcel(conn, parcel, &today).await?;
    let Some(batch) = expired.into_iter().next() else { return Ok(None) };
    let expires_on = batch.expires_on.parse().map_err(ServiceError::internal)?;
    Ok(Some(Conflict::Expired { code: batch.code, expires_on }))
}
