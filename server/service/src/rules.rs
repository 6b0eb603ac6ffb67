//! Numbers of the field that change by year and province: configuration with a default, never a constant in code.

use serde::{Deserialize, Serialize};

/// The shop's rules; the defaults are those of the field.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ShopRules {
    /// An unpaid order gives its stock back after this.
    pub unpaid_order_minutes: i64,
    /// Stock of an approved unit order that awaits a bank transfer is set aside this long.
    pub unit_hold_days: i64,
    /// How many unpaid orders one buyer may have at once, so that nobody freezes the shop.
    pub max_unpaid_orders: i64,
    /// A paid parcel that has not left after this is late.
    pub dispatch_within_hours: i64,
    /// Receipt is taken as confirmed this long after dispatch.
    pub auto_receipt_days: i64,
    pub unit_auto_receipt_days: i64,
    /// After-sales may be asked for until the end of this many days, counted from the day after receipt.
    pub after_sale_days: i64,
    pub session_days: i64,
    pub guest_session_days: i64,
    /// A payment older than this is asked about at the network.
    pub reconcile_after_minutes: i64,
    /// Most pieces of one variant in a retail cart.
    pub max_cart_quantity: i64,
}

impl Default for ShopRules {
    fn default() -> Self {
        Self {
            unpaid_order_minutes: 30,
            unit_hold_days: 15,
            max_unpaid_orders: 5,
            dispatch_within_hours: 48,
            auto_receipt_days: 10,
            unit_auto_receipt_days: 15,
            after_sale_days: 7,
            session_days: 30,
            guest_session_days: 30,
            reconcile_after_minutes: 3,
            max_cart_quantity: 999,
        }
    }
}
