//! After-sales (售后): a buyer asks about pieces of a parcel, the seller answers, the town decides when they cannot agree;
//! goods and money follow.
//!
//! Rules and amounts are in [`domain::after_sale`]. Every step takes the order first and then the after-sale, so the
//! orders' lock order (decision 0008) holds here, too, and answers a request that comes twice with the first answer.

mod answer;
mod ask;
mod begin;
mod case;
mod facts;
mod goods;
mod money;
mod offer;
mod pages;
mod part;
mod photos;
mod postage;
mod recalled;
mod table;
mod talk;
mod town;
mod town_list;
mod words;

use domain::after_sale::Deadlines;

use crate::Services;

pub use answer::{agree, confirm_large, refuse, send_back, take_back, withdraw};
pub(crate) use answer::{note_shipped, ring};
pub(crate) use ask::askable_parcels;
pub use ask::{AskAfterSale, AskLine, AskPage, AskableLine, ask_after_sale, ask_page};
pub use offer::{OfferRefund, offer_refund};
pub use pages::{Act, AfterSalePage, PageLine, PageMessage, after_sale_page, count_waiting};
pub use part::{accept_offer, offer_part};
pub use photos::{MOST_PHOTOS, PHOTOS_BYTES};
pub use postage::claim_postage;
pub(crate) use recalled::{Decided, recalled_to_refund, refund_recalled};
pub use store::after_sales::AfterSaleSummary;
pub use table::{AfterSaleFilter, exported_after_sales, team_after_sales};
pub use talk::say;
pub use town::{appeal, decide, decide_part};
pub use town_list::{AppealFilter, AppealsPage, appeals, exported_appeals};
pub use words::{kind_text, reason_text};

/// Longest text of one message, in characters.
pub const MOST_CHARS: usize = 500;

/// The shop's deadlines.
fn deadlines(services: &Services) -> Deadlines {
    let rules = &services.rules;
    Deadlines {
        answer_hours: rules.after_sale_answer_hours,
        return_days: rules.after_sale_return_days,
        receive_days: rules.after_sale_receive_days,
        appeal_days: rules.after_sale_appeal_days,
        decide_days: rules.after_sale_decide_days,
    }
}
