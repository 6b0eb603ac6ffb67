//! What a captain looks at before a listing goes into the shop: what it says, not what it costs or when it is there.

use crate::changes::{Difference, Fields};
use crate::word::words;

words! {
    /// Where the review of a listing stands.
    pub enum ReviewStatus {
        /// The captain has not answered yet.
        Submitted = "submitted",
        /// With remarks: mend it and submit it again.
        Returned = "returned",
        /// What it said then may be published.
        Approved = "approved",
    }
}

/// Fields of a listing that say something to whoever buys it.
const CLAIMS: [&str; 17] = [
    // What is in a gift box.
    "parts",
    "name",
    "name_en",
    "story",
    "story_en",
    "category",
    "village",
    "food_class",
    "sc_number",
    "workshop_number",
    "sales_region",
    "ingredients",
    "net_content",
    "producer",
    "storage",
    "shelf_life_days",
    "return_rule",
];
/// The same of a variant: what it is called and what is in it.
const VARIANT_CLAIMS: [&str; 4] = ["name", "name_en", "unit", "base_quantity"];
/// What a listing says by leaving it out, too: without a word of its own about returns its food class speaks.
const SAID_BY_SILENCE: [&str; 1] = ["return_rule"];

/// Fields under which a captain may leave a remark, in the order of the form.
pub const REMARKED: [&str; 8] =
    ["photos", "name", "story", "village", "food_class", "variants", "return_rule", "batches"];

/// Whether a review is about this field. Prices, tiers, codes, seasons, freight and order quantities change with the day;
/// they are in the history and can be restored.
#[must_use]
pub fn is_claim(field: &str) -> bool {
    match field.strip_prefix("variants.") {
        Some(rest) => rest.split_once('.').is_some_and(|(_, name)| VARIANT_CLAIMS.contains(&name)),
        None => field == "photos" || field.starts_with("attributes.") || CLAIMS.contains(&field),
    }
}

/// What a review is about, of all fields of a listing.
#[must_use]
pub fn claims(fields: &Fields) -> Fields {
    fields
        .iter()
        .filter(|(field, _)| is_claim(field))
        .map(|(field, text)| (field.clone(), text.clone()))
        .collect()
}

/// Whether a listing says nothing that was not `approved`. It may say less: a variant that is gone needs no review.
#[must_use]
pub fn is_covered(fields: &Fields, approved: &Fields) -> bool {
    claims(fields).iter().all(|(field, text)| approved.get(field) == Some(text))
        && SAID_BY_SILENCE.iter().all(|field| fields.get(*field) == approved.get(*field))
}

/// The fields of what a change newly says.
#[must_use]
pub fn new_claims(change: &Difference) -> Vec<&str> {
    let said = change.after.keys().map(String::as_str).filter(|field| is_claim(field));
    let left_out = SAID_BY_SILENCE
        .into_iter()
        .filter(|field| change.before.contains_key(*field) && !change.after.contains_key(*field));
    said.chain(left_out).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::btree_map;
    use proptest::prelude::*;

    fn fields() -> impl Strategy<Value = Fields> {
        btree_map(
            prop_oneof![
                Just("name"),
                Just("photos"),
                Just("season_from"),
                Just("place"),
                Just("status"),
                Just("return_rule"),
                Just("variants.a.name"),
                Just("variants.a.price"),
                Just("variants.b.base_quantity"),
            ]
            .prop_map(str::to_owned),
            "[a-c]{1,2}",
            0..8,
        )
    }

    proptest! {
        #[test]
        fn what_was_approved_is_covered_and_so_is_every_change_that_says_nothing_new(a in fields(), b in fields()) {
            let approved = claims(&a);
            prop_assert!(is_covered(&a, &approved));
            let change = Difference::between(&a, &b);
            prop_assert_eq!(is_covered(&b, &approved), new_claims(&change).is_empty());
        }
    }

    #[test]
    fn prices_and_seasons_are_no_claims() {
        for field in [
            "variants.x.price",
            "variants.x.tier_prices",
            "season_from",
            "freight_template",
            "place",
            "status",
        ] {
            assert!(!is_claim(field), "{field}");
        }
        for field in [
            "parts",
            "name",
            "story_en",
            "photos",
            "attributes.grade",
            "variants.x.name",
            "variants.x.base_quantity",
            "food_class",
            "return_rule",
        ] {
            assert!(is_claim(field), "{field}");
        }
    }

    #[test]
    fn taking_back_what_was_declared_about_returns_is_a_claim() {
        let declared = Fields::from([("return_rule".to_owned(), "seven_days".to_owned())]);
        let change = Difference::between(&declared, &Fields::new());
        assert_eq!(new_claims(&change), ["return_rule"], "fresh goods would lose their seven days");
        assert!(!is_covered(&Fields::new(), &claims(&declared)));
        assert!(is_covered(&declared, &claims(&declared)));
    }
}
