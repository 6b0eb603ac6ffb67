//! Numbers of the field that change by year and province: configuration with a default, never a constant in code.

use domain::second_factor::SecondFactorRule;
use serde::{Deserialize, Serialize};

/// The shop's rules; the defaults are those of the field.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ShopRules {
    /// An unpaid order gives its stock back after this.
    pub unpaid_order_minutes: i64,
    /// Stock of an approved unit order that awaits a bank transfer is set aside this long.
    pub unit_hold_days: i64,
    /// How many unpaid orders one buyer (an account, or a guest's session) may have at once, so that nobody freezes
    /// the shop.
    pub max_unpaid_orders: i64,
    /// How many orders that nobody paid may come from one address within an hour, whoever places them: a stream of ever
    /// new guests must not freeze the shop either. Generous, because an office, a dormitory or a mobile network may
    /// share an address; 0 for no limit.
    pub max_unpaid_orders_per_address: i64,
    /// A paid parcel that has not left after this is late.
    pub dispatch_within_hours: i64,
    /// Receipt is taken as confirmed this long after dispatch.
    pub auto_receipt_days: i64,
    pub unit_auto_receipt_days: i64,
    /// After-sales may be asked for until the end of this many days, counted from the day after receipt.
    pub after_sale_days: i64,
    /// A seller answers an after-sale within this; see [`domain::after_sale::silence`] for what silence leads to.
    pub after_sale_answer_hours: i64,
    /// The buyer sends goods back within this once they are asked for.
    pub after_sale_return_days: i64,
    /// The seller looks at goods within this once they are on their way back.
    pub after_sale_receive_days: i64,
    /// The buyer may ask the town within this after a refusal.
    pub after_sale_appeal_days: i64,
    /// The town should have decided within this; nothing happens by itself.
    pub after_sale_decide_days: i64,
    /// Damage of perishable goods is to be shown within this after receipt.
    pub fresh_claim_hours: i64,
    /// What a buyer paid to send goods back for which the seller's side answers goes back up to this; 0 for never.
    pub return_postage_max_fen: i64,
    /// From this amount on a refund after the sale needs a second person; 0 for never.
    pub second_person_from_fen: i64,
    /// A session of a shopper ends when it was not used for so long.
    pub session_days: i64,
    /// And after so long however much it was used.
    pub session_longest_days: i64,
    /// The same for whoever works here.
    pub staff_session_days: i64,
    pub staff_session_longest_days: i64,
    /// Whether whoever works here needs a second factor: `off`, `optional`, `required`.
    pub second_factor_for_staff: SecondFactorRule,
    /// With `required`: days from the first role on for those who do not answer for money.
    pub second_factor_grace_days: i64,
    pub guest_session_days: i64,
    /// Trade records name their recipient this long after the order has ended: at least three years (E-Commerce Law,
    /// article 31).
    pub trade_record_days: i64,
    /// From which address something was done is kept this long: at least six months (Cybersecurity Law, article 21).
    pub security_address_days: i64,
    /// Raw texts of the payment network's events are kept this long after they were handled.
    pub payment_event_days: i64,
    /// Jobs that are done, and letters that were given up, are kept this long.
    pub done_job_days: i64,
    /// What a seller was told of stays in the console's list this long.
    pub notification_days: i64,
    /// A payment older than this is asked about at the network.
    pub reconcile_after_minutes: i64,
    /// Most pieces of one variant in a retail cart.
    pub max_cart_quantity: i64,
    /// A team is warned about a product of which less than so many of its smallest order can be sold, unless it has said
    /// otherwise for that product.
    pub low_stock_pieces: i64,
    /// A team is warned about a batch in the last part of its shelf life, in per cent. What buyers are shown as near its
    /// end is always the last 20 per cent.
    pub near_expiry_percent: i64,
}

impl Default for ShopRules {
    fn default() -> Self {
        Self {
            unpaid_order_minutes: 30,
            unit_hold_days: 15,
            max_unpaid_orders: 5,
            max_unpaid_orders_per_address: 60,
            dispatch_within_hours: 48,
            auto_receipt_days: 10,
            unit_auto_receipt_days: 15,
            after_sale_days: 7,
            after_sale_answer_hours: 48,
            after_sale_return_days: 7,
            after_sale_receive_days: 10,
            after_sale_appeal_days: 7,
            after_sale_decide_days: 5,
            fresh_claim_hours: 48,
            return_postage_max_fen: 2_000,
            second_person_from_fen: 50_000,
            session_days: 30,
            session_longest_days: 180,
            staff_session_days: 7,
            staff_session_longest_days: 30,
            second_factor_for_staff: SecondFactorRule::Optional,
            second_factor_grace_days: 7,
            guest_session_days: 30,
            trade_record_days: 3 * 366,
            security_address_days: 366,
            payment_event_days: 180,
            done_job_days: 30,
            notification_days: 90,
            reconcile_after_minutes: 3,
            max_cart_quantity: 999,
            low_stock_pieces: 10,
            near_expiry_percent: 20,
        }
    }
}
