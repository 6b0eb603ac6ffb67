//! What changed in a listing: its fields as flat texts, the difference of two states, and the way back.
//!
//! A history keeps differences only. An earlier state is what is left when every later difference is taken back, so
//! nothing has to be stored twice and a restored listing is the listing that was, not a copy of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::listing::{ListingForm, VariantForm};
use crate::word::words;

/// A listing's fields by name: `name`, `price` of a variant as `variants.<id>.price`. Blank fields are left out.
pub type Fields = BTreeMap<String, String>;

words! {
    /// How a change came about.
    pub enum ChangeSource {
        /// The listing's own form and its buttons.
        Form = "form",
        /// The table of all listings.
        Table = "table",
        /// An uploaded sheet.
        Sheet = "sheet",
        /// An earlier state was restored.
        Restore = "restore",
        /// It was started as a copy of another listing.
        Copy = "copy",
        /// The moment chosen for it had come.
        Schedule = "schedule",
    }
}

/// The field that says whether the listing is in the shop. Restoring leaves it alone.
pub const STATUS: &str = "status";

/// What is in a gift box, and how its price is made: they have a form of their own.
pub const PARTS: &str = "parts";
pub const PRICE_MODE: &str = "price_mode";

/// What differs between two states of a listing: of each field that does, the text before and after. A field that is
/// missing on one side was blank there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Difference {
    pub before: Fields,
    pub after: Fields,
}

impl Difference {
    /// What differs; nothing but blanks when nothing does.
    #[must_use]
    pub fn between(before: &Fields, after: &Fields) -> Self {
        let only = |these: &Fields, those: &Fields| {
            let differs = |(field, text): &(&String, &String)| those.get(*field) != Some(*text);
            these.iter().filter(differs).map(|(field, text)| (field.clone(), text.clone())).collect()
        };
        Self { before: only(before, after), after: only(after, before) }
    }

    /// That the listing's status changed, and nothing else.
    #[must_use]
    pub fn of_status(before: &str, after: &str) -> Self {
        let only = |text: &str| Fields::from([(STATUS.to_owned(), text.to_owned())]);
        Self::between(&only(before), &only(after))
    }

    /// Changes a field's text and notes it.
    pub fn set(&mut self, field: &str, text: &mut String, after: &str) {
        let change = Self::between(
            &Fields::from([(field.to_owned(), std::mem::replace(text, after.to_owned()))]),
            &Fields::from([(field.to_owned(), after.to_owned())]),
        );
        *self = self.then(&change);
        self.before.retain(|_, text| !text.is_empty());
        self.after.retain(|_, text| !text.is_empty());
    }

    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }

    /// The fields that differ, in the order of their names.
    #[must_use]
    pub fn fields(&self) -> BTreeSet<&str> {
        self.before.keys().chain(self.after.keys()).map(String::as_str).collect()
    }

    /// This change and then a `later` one, as one.
    #[must_use]
    pub fn then(&self, later: &Self) -> Self {
        let (mut first, mut last) = (Fields::new(), Fields::new());
        for field in self.fields().union(&later.fields()) {
            let of = |fields: &Fields| fields.get(*field).cloned();
            let before = if self.fields().contains(field) { of(&self.before) } else { of(&later.before) };
            let after = if later.fields().contains(field) { of(&later.after) } else { of(&self.after) };
            if before != after {
                first.extend(before.map(|text| ((*field).to_owned(), text)));
                last.extend(after.map(|text| ((*field).to_owned(), text)));
            }
        }
        Self { before: first, after: last }
    }

    /// Takes the change back: the state before it, given the state after it.
    pub fn undo(&self, state: &mut Fields) {
        for field in self.fields() {
            match self.before.get(field) {
                Some(text) => state.insert(field.to_owned(), text.clone()),
                None => state.remove(field),
            };
        }
    }
}

/// Names of a form's own texts, in the order in which a person reads them.
pub const TEXTS: [&str; 21] = [
    "name",
    "name_en",
    "story",
    "story_en",
    "category",
    "village",
    "place",
    "freight_template",
    "base_unit",
    "food_class",
    "sc_number",
    "workshop_number",
    "sales_region",
    "ingredients",
    "net_content",
    "producer",
    "storage",
    "shelf_life_days",
    "season_from",
    "season_until",
    "return_rule",
];

fn text_mut<'a>(form: &'a mut ListingForm, name: &str) -> Option<&'a mut String> {
    Some(match name {
        "name" => &mut form.name,
        "name_en" => &mut form.name_en,
        "story" => &mut form.story,
        "story_en" => &mut form.story_en,
        "category" => &mut form.category,
        "village" => &mut form.village,
        "place" => &mut form.place,
        "freight_template" => &mut form.freight_template,
        "base_unit" => &mut form.base_unit,
        "food_class" => &mut form.food_class,
        "sc_number" => &mut form.sc_number,
        "workshop_number" => &mut form.workshop_number,
        "sales_region" => &mut form.sales_region,
        "ingredients" => &mut form.ingredients,
        "net_content" => &mut form.net_content,
        "producer" => &mut form.producer,
        "storage" => &mut form.storage,
        "shelf_life_days" => &mut form.shelf_life_days,
        "season_from" => &mut form.season_from,
        "season_until" => &mut form.season_until,
        "return_rule" => &mut form.return_rule,
        _ => return None,
    })
}

fn variant_text_mut<'a>(form: &'a mut VariantForm, name: &str) -> Option<&'a mut String> {
    Some(match name {
        "code" => &mut form.code,
        "name" => &mut form.name,
        "name_en" => &mut form.name_en,
        "unit" => &mut form.unit,
        "price" => &mut form.price,
        "base_quantity" => &mut form.base_quantity,
        "weight_g" => &mut form.weight_g,
        "size" => &mut form.size,
        "least_kg" => &mut form.least_kg,
        "most_kg" => &mut form.most_kg,
        "min_quantity" => &mut form.min_quantity,
        "step_quantity" => &mut form.step_quantity,
        "tier_prices" => &mut form.tier_prices,
        _ => return None,
    })
}

/// The price of a kilogram is not among them: it follows from the price and the heaviest piece.
const VARIANT_TEXTS: [&str; 13] = [
    "code",
    "name",
    "name_en",
    "unit",
    "price",
    "base_quantity",
    "weight_g",
    "size",
    "least_kg",
    "most_kg",
    "min_quantity",
    "step_quantity",
    "tier_prices",
];

/// What may change, whichever variant or attribute it is of, in the order in which a person reads it: see [`kind_of`].
pub fn kinds() -> impl Iterator<Item = &'static str> {
    let own = [STATUS, "photos"].into_iter().chain(TEXTS);
    let of_variants = VARIANT_TEXTS.into_iter().filter(|name| !TEXTS.contains(name));
    own.chain(["attributes"]).chain(of_variants).chain(["related", PARTS, PRICE_MODE])
}

/// What kind of field it is: `price` of `variants.<id>.price`, `attributes` of `attributes.grade`.
#[must_use]
pub fn kind_of(field: &str) -> &str {
    let mut parts = field.splitn(3, '.');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("variants"), Some(_), Some(name)) => name,
        (Some(group), ..) => group,
        _ => field,
    }
}

/// A stored form and the listing's status as fields.
#[must_use]
pub fn fields_of(form: &ListingForm, status: &str) -> Fields {
    let mut form = form.clone();
    let mut fields = Fields::new();
    let mut put = |field: String, text: &str| {
        if !text.is_empty() {
            fields.insert(field, text.to_owned());
        }
    };
    put(STATUS.to_owned(), status);
    put("photos".to_owned(), &form.photos.join(","));
    put("related".to_owned(), &form.related.join(","));
    for name in TEXTS {
        if let Some(text) = text_mut(&mut form, name) {
            put(name.to_owned(), text);
        }
    }
    for (slug, text) in &form.attributes {
        put(format!("attributes.{slug}"), text);
    }
    for (position, variant) in form.variants.iter_mut().enumerate() {
        let prefix = format!("variants.{}", variant.id);
        put(format!("{prefix}.position"), &position.to_string());
        for name in VARIANT_TEXTS {
            if let Some(text) = variant_text_mut(variant, name) {
                put(format!("{prefix}.{name}"), text);
            }
        }
    }
    fields
}

/// The form whose fields these are: the inverse of [`fields_of`]. Fields that no form has are passed over.
#[must_use]
pub fn form_of(fields: &Fields) -> ListingForm {
    let mut form = ListingForm::default();
    let mut variants: BTreeMap<String, (usize, VariantForm)> = BTreeMap::new();
    for (field, text) in fields {
        let mut parts = field.splitn(3, '.');
        match (parts.next(), parts.next(), parts.next()) {
            (Some("variants"), Some(id), Some(name)) => {
                let (position, variant) = variants.entry(id.to_owned()).or_default();
                id.clone_into(&mut variant.id);
                if name == "position" {
                    *position = text.parse().unwrap_or_default();
                } else if let Some(target) = variant_text_mut(variant, name) {
                    text.clone_into(target);
                }
            }
            (Some("attributes"), Some(slug), None) => {
                form.attributes.insert(slug.to_owned(), text.clone());
            }
            (Some("related"), None, _) => form.related = text.split(',').map(str::to_owned).collect(),
            (Some("photos"), None, _) => form.photos = text.split(',').map(str::to_owned).collect(),
            (Some(name), None, _) => {
                if let Some(target) = text_mut(&mut form, name) {
                    text.clone_into(target);
                }
            }
            _ => {}
        }
    }
    let mut variants: Vec<(usize, VariantForm)> = variants.into_values().collect();
    variants.sort_by_key(|(position, _)| *position);
    form.variants = variants.into_iter().map(|(_, variant)| variant).collect();
    form
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;

    fn state() -> impl Strategy<Value = Fields> {
        btree_map("[a-e]", "[a-c]{1,2}", 0..5)
    }

    fn variant(id: usize, text: &str) -> VariantForm {
        let text = text.to_owned();
        VariantForm {
            id: format!("{id:013}"),
            code: format!("C{id}"),
            name: text.clone(),
            price: "12.50".to_owned(),
            tier_prices: text,
            ..VariantForm::default()
        }
    }

    proptest! {
        #[test]
        fn every_earlier_state_is_found_again(states in vec(state(), 1..8)) {
            let differences: Vec<Difference> =
                states.windows(2).map(|pair| Difference::between(&pair[0], &pair[1])).collect();
            let mut walked = states.last().unwrap().clone();
            for (at, difference) in differences.iter().enumerate().rev() {
                difference.undo(&mut walked);
                prop_assert_eq!(&walked, &states[at]);
            }
        }

        #[test]
        fn two_changes_are_one(a in state(), b in state(), c in state()) {
            let joined = Difference::between(&a, &b).then(&Difference::between(&b, &c));
            prop_assert_eq!(joined, Difference::between(&a, &c));
        }

        #[test]
        fn a_form_is_its_fields(
            texts in vec("[ -~茶]{0,6}", TEXTS.len()), variants in vec("[a-z茶]{0,4}", 0..4),
            attributes in btree_map("[a-z_]{1,6}", "[a-z茶]{1,4}", 0..3), photos in vec("[0-9a-z]{13}", 0..3),
        ) {
            let related = photos.iter().rev().cloned().collect();
            let mut form = ListingForm { photos, related, attributes, ..ListingForm::default() };
            for (name, text) in TEXTS.iter().zip(&texts) {
                text.clone_into(text_mut(&mut form, name).unwrap());
            }
            form.variants = variants.iter().enumerate().map(|(id, text)| variant(7 - id, text)).collect();
            prop_assert_eq!(form_of(&fields_of(&form, "draft")), form);
        }
    }

    #[test]
    fn every_field_is_of_a_kind() {
        let mut form = ListingForm { variants: vec![variant(1, "茶")], ..ListingForm::default() };
        for name in TEXTS {
            "x".clone_into(text_mut(&mut form, name).unwrap());
        }
        for name in VARIANT_TEXTS {
            "x".clone_into(variant_text_mut(&mut form.variants[0], name).unwrap());
        }
        form.photos = vec!["1".to_owned()];
        form.related = vec!["1".to_owned()];
        form.attributes.insert("grade".to_owned(), "top".to_owned());
        let known: BTreeSet<&str> = kinds().collect();
        assert_eq!(known.len(), kinds().count(), "each once");
        let fields = fields_of(&form, "draft");
        let found: BTreeSet<&str> = fields.keys().map(|field| kind_of(field)).collect();
        // The order of variants comes along with what else changed; what is in a box has a form of its own.
        let own = known.iter().copied().filter(|kind| ![PARTS, PRICE_MODE].contains(kind));
        let expected: BTreeSet<&str> = own.chain(["position"]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_difference_says_what_was_and_what_is() {
        let before =
            Fields::from([("name".to_owned(), "绿茶".to_owned()), ("story".to_owned(), "旧".to_owned())]);
        let after = Fields::from([("name".to_owned(), "明前绿茶".to_owned())]);
        let difference = Difference::between(&before, &after);
        assert_eq!(difference.fields().into_iter().collect::<Vec<_>>(), ["name", "story"]);
        assert_eq!((difference.before["story"].as_str(), difference.after.get("story")), ("旧", None));
        assert!(Difference::between(&after, &after).is_empty());
    }
}
