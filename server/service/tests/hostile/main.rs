//! Bytes of strangers: photos and order lists made to hurt. Each is refused with a reason or comes out harmless, and
//! costs at most 64 MiB of memory; and every parser keeps its promises on damaged input.
//!
//! Memory is measured in a child process of its own for each file: the most it ever held (`VmHWM`) less what it held
//! before it read the file.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

mod goods;
mod images;
mod import;
mod measure;
#[path = "../../../fuzz/src/moved.rs"]
mod moved;
#[path = "../../../fuzz/src/mutate.rs"]
mod mutate;
#[path = "../../../fuzz/src/plain.rs"]
mod plain;
mod sheets;
#[cfg(feature = "passkeys")]
#[path = "../../../fuzz/src/with_passkeys.rs"]
mod with_passkeys;
#[path = "../../../fuzz/src/with_service.rs"]
mod with_service;

#[test]
fn damaged_photos_are_photos_or_refused() {
    assert!(mutate::run("photo", plain::photo) > 14);
}

#[test]
fn damaged_order_lists_are_lists_or_refused() {
    assert!(mutate::run("sheet", with_service::sheet) > 50);
}

#[test]
fn damaged_sheets_of_goods_are_rows_or_refused() {
    assert!(mutate::run("goods", with_service::goods) > 50);
}

#[test]
fn damaged_sheets_of_the_shipping_desk_are_rows_or_refused() {
    assert!(mutate::run("shipping_sheet", with_service::shipping_sheet) > 50);
}

#[test]
fn whatever_is_pasted_at_the_shipping_desk_becomes_rows_or_is_refused() {
    assert!(mutate::run("shipping_list", plain::shipping_list) > 50);
}

#[test]
fn whatever_is_pasted_into_a_quick_order_becomes_rows_or_problems() {
    assert!(mutate::run("quick_order", plain::quick_order) > 50);
}

#[test]
fn whatever_is_pasted_as_an_address_is_read_without_harm() {
    assert!(mutate::run("pasted_address", with_service::pasted_address) > 10);
}

#[test]
fn whatever_is_typed_into_a_field_is_read_the_same_twice() {
    assert!(mutate::run("typed", plain::typed) > 50);
}

#[test]
fn whatever_is_searched_for_asks_for_a_bounded_number_of_terms() {
    assert!(mutate::run("search", plain::search) > 50);
}

#[test]
fn an_export_that_was_tampered_with_is_taken_whole_or_leaves_nothing() {
    let bench = moved::Bench::new();
    assert!(mutate::run("import", |bytes| bench.import(bytes)) >= 5);
}

#[cfg(feature = "passkeys")]
#[test]
fn whatever_an_authenticator_is_said_to_have_written_is_a_key_or_refused() {
    assert!(mutate::run("passkey", with_passkeys::passkey) > 10);
}

#[cfg(feature = "passkeys")]
#[test]
fn a_signature_that_somebody_saw_is_worth_nothing_under_other_words() {
    assert!(mutate::run("passkey_answer", with_passkeys::passkey_answer) > 10);
}
