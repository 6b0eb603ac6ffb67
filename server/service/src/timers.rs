//! What happens by itself, by name.

use store::WriteTx;

use crate::{Result, Services};

/// An unpaid order gives its stock back. Subject: order.
pub const UNPAID_ORDER: &str = "unpaid_order";
/// Receipt is taken as confirmed. Subject: parcel.
pub const AUTO_RECEIPT: &str = "auto_receipt";
/// The after-sale window closes and the villages' earnings are theirs. Subject: order.
pub const AFTER_SALE_END: &str = "after_sale_end";
/// The time of whoever should have acted in an after-sale is over. Subject: after-sale.
pub const AFTER_SALE_DUE: &str = "after_sale_due";
/// A refund that was decided is sent. Subject: refund.
pub const SEND_REFUND: &str = "send_refund";
/// Orders that wait for money for goods of a recalled batch are given up. Subject: recall.
pub const RECALL: &str = "recall";
/// The paid orders of a recall that were decided about are refunded. Subject: the list of them.
pub const RECALL_REFUND: &str = "recall_refund";

/// A listing goes into the shop at the moment that was chosen for it. Subject: product.
pub const PUBLISH_LISTING: &str = "publish_listing";

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
