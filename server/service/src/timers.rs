//! What happens by itself, by name.

use store::WriteTx;

use crate::{Result, Services};

/// An unpaid order gives its stock back. Subject: order.
pub const UNPAID_ORDER: &str = "unpaid_order";
/// Receipt is taken as confirmed. Subject: parcel.
pub const AUTO_RECEIPT: &str = "auto_receipt";
/// The after-sale window closes and the villages' earnings are theirs. Subject: order.
pub const AFTER_SALE_END: &str = "after_sale_end";
/// A refund that was decided is sent. Subject: refund.
pub const SEND_REFUND: &str = "send_refund";

pub(crate) async fn set(
    tx: &mut WriteTx,
    services: &Services,
    kind: &'static str,
    subject_id: i64,
    due_at_ms: i64,
) -> Result<()> {
    Ok(store::work::set_timer(tx, services.new_id(), kind, subject_id, due_at_ms).await?)
}

pub(crate) async fn stop(
    tx: &mut WriteTx,
    services: &Services,
    kind: &'static str,
    subject_id: i64,
) -> Result<()> {
    Ok(store::work::stop_timer(tx, kind, subject_id, services.now_ms()).await?)
}
