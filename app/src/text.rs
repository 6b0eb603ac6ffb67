//! The words for codes: what is wrong with a field, why something cannot be done, what a state is called. Every
//! `match` is exhaustive, so a new code without words in both languages does not compile.

mod amounts;
mod conflicts;
mod errors;
mod problems;
mod states;

use domain::locale::Locale;

pub use amounts::{counted, grouped_yuan, kilograms_text, yuan};
pub use conflicts::{after_sale_refusal, conflict_text};
pub use errors::{error_text, fields_to_mend, unreachable_text};
pub use problems::{problem_text, season_text};
pub use states::{
    Label, food_class, invoice_kind, order_kind, order_status, parcel_status, payment_method, payment_status,
    refund_status, role,
};

/// One of two texts with a number or a name in it.
fn say(locale: Locale, zh: String, en: String) -> String {
    match locale {
        Locale::Zh => zh,
        Locale::En => en,
    }
}
