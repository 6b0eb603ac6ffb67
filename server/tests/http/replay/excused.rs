//! Calls of which not everything is asked, each with the reason.

use super::cases::Call;
use crate::access::calls::all_rows;

/// Read something, or change only who is signed in and what stands in a form.
pub const CHANGES_NO_BUSINESS: &[&str] = &[
    "/api/checkout/quote",
    "/api/checkout/read_address",
    "/api/account/sign_in",
    "/api/account/sign_out",
    "/api/roles/find_account",
    "/upload/unit-sheet",
];

/// Attempts at an account are counted while they last, so that of many at once the last ones are asked to wait.
pub const COUNTED: &[&str] = &[
    "/api/account/sign_in",
    "/api/account/register",
    "/api/account/change_password",
    "/api/roles/find_account",
];

/// Their key stands for nothing that could be said in another way: a new listing of a team has no content, and a copy
/// says what its original does.
const KEY_WITHOUT_CONTENT: &[&str] = &[
    "/api/listing/create",
    "/api/listing/duplicate",
    "/api/bundles/create_bundle",
    "/api/freight/duplicate_template",
];

/// Names a thing and the step that it is to take. Another name is another thing.
const NAMES_ALL: &str = "it says nothing beside the thing that it names";
/// Takes no step: what is typed is what stands there afterwards.
const LAST_WORD: &str =
    "it is a setting: who says something else wants something else, and the last word counts";

/// Calls without a key of which other content is not refused, and why nobody is deceived by that.
const KNOWN_BY_STATE: &[(&str, &str)] = &[
    ("/api/cart/set_quantity", LAST_WORD),
    ("/api/cart/remove_line", NAMES_ALL),
    ("/api/orders/pay", NAMES_ALL),
    ("/api/orders/buy_again", NAMES_ALL),
    ("/api/orders/confirm_receipt", NAMES_ALL),
    ("/api/units/approve_order", NAMES_ALL),
    ("/api/units/pay_order", NAMES_ALL),
    ("/api/units/receive_parcel", NAMES_ALL),
    ("/api/sell/give_up_transfer", NAMES_ALL),
    ("/api/sell/confirm_refund", NAMES_ALL),
    ("/api/parcels/ship", "another carrier or number corrects the one that was mistyped"),
    ("/api/day/ship_many", "each row is what shipping its parcel is: it corrects what was mistyped"),
    ("/api/parcels/apply_list", "each row of the list is done once; other rows are the rest of it"),
    ("/api/sheets/apply", "each row of the preview is done once; other rows are the rest of it"),
    ("/api/day/mark", LAST_WORD),
    ("/api/day/set_wishes", LAST_WORD),
    ("/api/listing/update_papers", LAST_WORD),
    ("/api/listing/unpublish", NAMES_ALL),
    ("/api/listing/set_reviews", LAST_WORD),
    ("/api/listing/schedule", LAST_WORD),
    ("/api/stock/set_threshold", LAST_WORD),
    ("/api/stock/remove_certificate", NAMES_ALL),
    ("/api/marks/remove_certificate", NAMES_ALL),
    ("/api/attributes/remove_attribute", NAMES_ALL),
    ("/api/account/update_profile", LAST_WORD),
    ("/api/account/change_password", "the old password that it shows is no longer the password"),
    ("/upload/photo-piece", "it names its photo by the hash of all of it, and its place in that"),
];

/// Whether nothing else could be said under the call's key, or of the step that it takes.
pub fn is_excused(call: &Call) -> bool {
    if call.has_key() {
        return KEY_WITHOUT_CONTENT.contains(&call.path);
    }
    CHANGES_NO_BUSINESS.contains(&call.path) || KNOWN_BY_STATE.iter().any(|(path, _)| *path == call.path)
}

#[test]
fn what_is_excused_is_a_call_of_the_table() {
    let by_state: Vec<&str> = KNOWN_BY_STATE.iter().map(|(path, _)| *path).collect();
    for path in [CHANGES_NO_BUSINESS, COUNTED, KEY_WITHOUT_CONTENT, by_state.as_slice()].concat() {
        assert!(all_rows().any(|row| row.path == path), "{path} is gone");
    }
}
