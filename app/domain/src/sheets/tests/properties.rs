//! Whatever stands in a sheet.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::details::{places, templates, villages};
use super::*;
use crate::after_sale::ReturnRule;
use crate::attribute::{Attribute, AttributeKind, AttributeValue};
use crate::food::FoodClass;

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~茶葉\n\t]{0,12}", "[=+@'-]{1,2}[a-z茶]{1,5}", Just(String::new())]
}

prop_compose! {
    fn variant()(
        id in 1..i64::MAX, code in "[A-Z0-9-]{1,12}", name in text(), name_en in text(), unit in text(),
        (price, tiers) in (1..100_000_000_i64, btree_map(2..99_999_i64, 1..100_000_000_i64, 0..4)),
        (base_quantity, weight_g) in (1..10_000_000_i64, 1..1_000_000_i64),
        (min_quantity, step_quantity) in (1..99_999_i64, 1..99_999_i64),
        sides in proptest::option::of(proptest::array::uniform3(1..=5_000_i64)), is_active in any::<bool>(),
    ) -> PresentVariant {
        let unit = unit.chars().take(10).collect();
        let (id, price) = (VariantId::from_i64(id), Fen::new(price));
        let size = sides.map(|[length_mm, width_mm, height_mm]| PackedSize { length_mm, width_mm, height_mm });
        // A price that was lowered since may have overtaken them.
        let tiers = tiers.into_iter().map(|(quantity, price)| (quantity, Fen::new(price))).collect();
        PresentVariant {
            id, code, name, name_en, unit, price, tiers, min_quantity, step_quantity, base_quantity, weight_g, size,
            is_active,
        }
    }
}

fn lines() -> impl Strategy<Value = String> {
    vec(text(), 0..4).prop_map(|lines| lines.join("\r\n"))
}

fn season() -> impl Strategy<Value = (String, String)> {
    prop_oneof![Just(("", "")), Just(("11-15", "02-10")), Just(("2026-03-01", "2026-04-30"))]
        .prop_map(|(from, until)| (from.to_owned(), until.to_owned()))
}

/// Values of the attributes of `offered`: any words, any number, a choice.
fn values(offered: Vec<Attribute>) -> impl Strategy<Value = Values> {
    vec((any::<bool>(), "[ -~茶；：\n]{1,12}", 0..1_000_000_000_i64), offered.len()).prop_map(move |typed| {
        let value = |(attribute, (is_there, words, milli)): (&Attribute, (bool, String, i64))| {
            let value = match attribute.kind {
                AttributeKind::Text => AttributeValue::Text(words.trim().to_owned()),
                AttributeKind::Number => AttributeValue::Number(milli),
                AttributeKind::Choice => {
                    let at = usize::try_from(milli).unwrap() % attribute.choices.len();
                    AttributeValue::Choice(attribute.choices[at].id)
                }
            };
            is_there.then_some((attribute.id, value))
        };
        offered.iter().zip(typed).filter_map(value).collect()
    })
}

/// A label with a food class, and whatever else.
fn label() -> impl Strategy<Value = Label> {
    let of = |words: &[&'static str]| proptest::sample::select(words.to_vec());
    let classes: Vec<&'static str> = FoodClass::ALL.iter().map(|class| class.as_str()).collect();
    let mut rules: Vec<&'static str> = ReturnRule::ALL.iter().map(|rule| rule.as_str()).collect();
    rules.push("");
    let days = proptest::option::of(1..36_500_i64);
    (of(&classes), of(&rules), days, vec(text(), 7)).prop_map(|(class, rule, days, texts)| {
        let mut stored = vec![
            (Column::FoodClass, class.to_owned()),
            (Column::ReturnRule, rule.to_owned()),
            (Column::ShelfLifeDays, days.map(|days| days.to_string()).unwrap_or_default()),
        ];
        // From the SC number to how it is kept.
        stored.extend(LABEL_COLUMNS[1..8].iter().copied().zip(texts));
        label_of(stored)
    })
}

/// A product with both stories as they are stored.
type Stored = (Present, String, String);

prop_compose! {
    fn details(category: i64)(
        village in 0..4_usize, place in 0..3_usize, season in season(),
        attributes in values(attributes_of(category)), label in label(), story in lines(), story_en in lines(),
    ) -> (Details, String, String) {
        // The last ones are offered no longer.
        let gone = |id: i64| Named { id, name: "停用".to_owned(), name_en: String::new() };
        let details = Details {
            village: Some(villages().get(village).cloned().unwrap_or_else(|| gone(39))),
            place: Some(places().get(place).cloned().unwrap_or_else(|| gone(69))),
            template: Some(templates()[0].clone()),
            season,
            attributes,
            label,
            story: LongText::of(&story),
            story_en: LongText::of(&story_en),
        };
        (details, story, story_en)
    }
}

fn attributes_of(category: i64) -> Vec<Attribute> {
    known().attributes[&CategoryId::from_i64(category)].clone()
}

fn stored(id: i64) -> impl Strategy<Value = Stored> {
    (50..52_i64).prop_flat_map(move |category| {
        (present(id, category), details(category)).prop_map(|(present, (details, story, story_en))| {
            (Present { details, ..present }, story, story_en)
        })
    })
}

prop_compose! {
    fn present(id: i64, category: i64)(
        name in text(), name_en in text(), state in 0..3_usize, version in 1..9_i64,
        mut variants in vec(variant(), 0..4), available in vec(0..1_000_i64, 0..3),
    ) -> Present {
        for (at, variant) in variants.iter_mut().enumerate() {
            variant.code = format!("{}-{id}-{at}", variant.code);
            variant.id = VariantId::from_i64(id * 10 + i64::try_from(at).unwrap());
        }
        let batches = available.iter().enumerate().map(|(at, available)| PresentBatch {
            id: BatchId::from_i64(id * 10 + i64::try_from(at).unwrap()),
            code: format!("2025040{at}"),
            available: *available,
            is_expired: at == 1,
            is_shared: false,
        });
        Present {
            product: ProductId::from_i64(id), version, name, name_en, category: CategoryId::from_i64(category),
            state: SheetState::ALL[state], base_unit: if id == 1 { "g" } else { "piece" }.to_owned(), variants, batches: batches.collect(), details: Details::default(),
        }
    }
}

fn exported(stored: &[Stored], locale: Locale, is_csv: bool) -> Vec<SheetRow> {
    let head = Head::whole();
    let known = known();
    let cells = stored.iter().flat_map(|(present, story, story_en)| {
        let category = known.categories.iter().find(|found| found.0 == present.category).unwrap();
        let attributes = &known.attributes[&present.category];
        rows_of(present, &Told { category: &category.1, attributes, story, story_en }, locale)
    });
    let protected = |cells: Vec<String>| -> Vec<String> {
        if is_csv { cells.iter().map(|cell| harmless(cell)).collect() } else { cells }
    };
    cells
        .enumerate()
        .filter_map(|(at, cells)| head.row(u32::try_from(at).unwrap() + 2, &protected(cells)))
        .collect()
}

proptest! {
    #[test]
    fn a_sheet_that_comes_back_as_it_was_changes_nothing(
        one in stored(1), other in stored(2), is_english in any::<bool>(), is_csv in any::<bool>(),
    ) {
        let locale = if is_english { Locale::En } else { Locale::Zh };
        let rows = exported(&[one.clone(), other.clone()], locale, is_csv);
        let plan = plan(&rows, true, &known_with(vec![one.0, other.0]));
        prop_assert_eq!(&plan.errors, &[]);
        prop_assert_eq!(&plan.items, &[]);
        prop_assert_eq!(plan.unchanged, 2);
    }

    #[test]
    fn whatever_stands_in_a_sheet_only_own_goods_are_touched(
        cells in vec(vec((0..Column::ALL.len(), prop_oneof![
            text(), Just(TEA.to_string()), Just(STRANGE.to_string()), Just("MQLC01".to_owned()),
            Just("ZZ01".to_owned()), Just("12".to_owned()), Just("在售".to_owned()),
        ]), 0..6), 0..6),
        is_code_known in any::<bool>(),
    ) {
        let rows: Vec<SheetRow> = cells.iter().enumerate().map(|(at, cells)| {
            let cells: Vec<(Column, &str)> = cells.iter().map(|(at, text)| (Column::ALL[*at], text.as_str())).collect();
            row(u32::try_from(at).unwrap() + 2, &cells)
        }).collect();
        let plan = plan(&rows, is_code_known, &known());
        let named: BTreeSet<u32> = plan.errors.iter().map(|error| error.row).collect();
        for item in &plan.items {
            prop_assert!(item.product.is_none_or(|id| id == TEA));
            prop_assert!(!item.changes.is_empty());
            prop_assert!(item.rows.iter().all(|row| !named.contains(row)), "a wrong row is not applied");
            for change in &item.changes {
                match change {
                    Change::Variant { variant, .. } => prop_assert!([10, 11].contains(&variant.get())),
                    Change::Stock { batch, .. } => prop_assert!([60, 61].contains(&batch.get())),
                    Change::NewVariant(new) => prop_assert!(new.code.as_deref() != Some("ZZ01")),
                    _ => {}
                }
            }
        }
    }

    #[test]
    fn a_harmless_cell_is_the_same_text(cell in text()) {
        let clean = tidy(&cell);
        prop_assert_eq!(tidy(&harmless(&clean)), clean.clone());
        prop_assert!(!harmless(&clean).starts_with(['=', '+', '-', '@']));
    }
}
