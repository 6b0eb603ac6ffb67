//! Worked examples of freight.

use super::*;

fn row(prefixes: &[&str], first: (i64, i64), step: (i64, i64)) -> FreightRow {
    FreightRow {
        region_prefixes: prefixes.iter().map(|prefix| (*prefix).to_owned()).collect(),
        first_quantity: first.0,
        first_fee: Fen::new(first.1),
        step_quantity: step.0,
        step_fee: Fen::new(step.1),
        surcharge: Fen::ZERO,
        refused: false,
        free: RegionFree::AsTemplate,
    }
}

fn template(id: i64, basis: FreightBasis, rows: Vec<FreightRow>) -> FreightTemplate {
    FreightTemplate { id: FreightTemplateId::from_i64(id), basis, rows, free_rule: None }
}

fn item(template: &FreightTemplate, count: i64, weight_g: i64, amount: i64) -> FreightItem<'_> {
    FreightItem { template, count, weight_g, volume_cm3: 0, amount: Fen::new(amount) }
}

/// By weight: the first kilogram 8 yuan, then 2 yuan for each started kilogram; Shaanxi 6 and 1.
fn tea() -> FreightTemplate {
    let rows = vec![row(&[], (1000, 800), (1000, 200)), row(&["61"], (1000, 600), (1000, 100))];
    template(1, FreightBasis::WeightG, rows)
}

fn quote(items: &[FreightItem<'_>], region: &str) -> Result<i64, FreightError> {
    quote_parcel(items, region).map(|quote| quote.total.get())
}

#[test]
fn started_steps_are_charged_in_full() {
    let tea = tea();
    let fee = |weight_g| quote(&[item(&tea, 1, weight_g, 0)], "110101");
    assert_eq!(
        [fee(1), fee(1000), fee(1001), fee(2000), fee(2001)],
        [Ok(800), Ok(800), Ok(1000), Ok(1000), Ok(1200)]
    );
    assert_eq!(quote(&[], "110101"), Ok(0));
}

#[test]
fn lines_of_one_template_are_weighed_together() {
    let tea = tea();
    assert_eq!(quote(&[item(&tea, 1, 600, 0), item(&tea, 1, 600, 0)], "110101"), Ok(1000));
}

#[test]
fn the_longest_prefix_decides() {
    let mut tea = tea();
    tea.rows.push(row(&["6109", "6101"], (1000, 0), (1000, 0)));
    let fee = |region| quote(&[item(&tea, 1, 500, 0)], region);
    assert_eq!([fee("110101"), fee("610302"), fee("610925")], [Ok(800), Ok(600), Ok(0)]);
}

#[test]
fn a_region_without_a_row_is_refused_and_never_free() {
    let mut tea = tea();
    tea.rows.remove(0);
    assert_eq!(quote(&[item(&tea, 1, 500, 0)], "110101"), Err(FreightError::NoRow(tea.id)));
    tea.rows.push(FreightRow { refused: true, ..row(&["65"], (1, 0), (1, 0)) });
    assert_eq!(quote(&[item(&tea, 1, 500, 0)], "650102"), Err(FreightError::NoDelivery(tea.id)));
    tea.free_rule = Some(FreeRule { min_count: Some(1), min_amount: None });
    assert_eq!(quote(&[item(&tea, 1, 500, 0)], "650102"), Err(FreightError::NoDelivery(tea.id)));
    for region in ["", "61", "61092x", "6109251"] {
        let refused = quote(&[item(&tea, 1, 500, 0)], region);
        assert_eq!(refused, Err(FreightError::NotARegion(region.to_owned())));
    }
}

#[test]
fn templates_in_one_parcel_share_the_highest_first_fee() {
    let tea = tea();
    // By piece: two pieces 12 yuan, then 3 yuan a piece.
    let boxes = template(2, FreightBasis::Piece, vec![row(&[], (2, 1200), (1, 300))]);
    // Boxes lead: 1200 + ceil((3 - 2) / 1) × 300; tea follows: ceil(1500 / 1000) × 200.
    let both = [item(&tea, 2, 1500, 0), item(&boxes, 3, 9000, 0)];
    assert_eq!(quote(&both, "110101"), Ok(1200 + 300 + 400));
    let swapped = [both[1], both[0]];
    assert_eq!(quote(&swapped, "110101"), Ok(1900));
}

#[test]
fn equal_first_fees_give_one_answer_in_any_order() {
    let one = template(1, FreightBasis::Piece, vec![row(&[], (5, 1000), (1, 100))]);
    let two = template(2, FreightBasis::Piece, vec![row(&[], (1, 1000), (1, 400))]);
    let items = [item(&one, 5, 0, 0), item(&two, 1, 0, 0)];
    // Template 1 leads and covers its five pieces; template 2 pays one step.
    assert_eq!(quote(&items, "110101"), Ok(1400));
    assert_eq!(quote(&[items[1], items[0]], "110101"), Ok(1400));
}

#[test]
fn free_rules_by_amount_by_count_and_both() {
    let mut tea = tea();
    let fee = |tea: &FreightTemplate, count, amount| quote(&[item(tea, count, 500, amount)], "110101");
    tea.free_rule = Some(FreeRule { min_amount: Some(Fen::new(9900)), min_count: None });
    assert_eq!([fee(&tea, 1, 9899), fee(&tea, 1, 9900)], [Ok(800), Ok(0)]);
    tea.free_rule = Some(FreeRule { min_amount: None, min_count: Some(2) });
    assert_eq!([fee(&tea, 1, 9900), fee(&tea, 2, 0)], [Ok(800), Ok(0)]);
    tea.free_rule = Some(FreeRule { min_amount: Some(Fen::new(9900)), min_count: Some(2) });
    assert_eq!([fee(&tea, 1, 9900), fee(&tea, 2, 9899), fee(&tea, 2, 9900)], [Ok(800), Ok(800), Ok(0)]);
    tea.free_rule = Some(FreeRule::default());
    assert_eq!(fee(&tea, 99, 99_999), Ok(800));
}

#[test]
fn a_free_template_leaves_the_others_to_pay() {
    let mut tea = tea();
    tea.free_rule = Some(FreeRule { min_amount: Some(Fen::ZERO), min_count: None });
    let boxes = template(2, FreightBasis::Piece, vec![row(&[], (2, 500), (1, 300))]);
    assert_eq!(quote(&[item(&tea, 1, 5000, 0), item(&boxes, 2, 0, 0)], "110101"), Ok(500));
}

#[test]
fn a_remote_region_pays_its_surcharge_once_even_when_free() {
    let remote =
        |surcharge| FreightRow { surcharge: Fen::new(surcharge), ..row(&["54"], (1, 1000), (1, 100)) };
    let one = template(1, FreightBasis::Piece, vec![remote(1500)]);
    let mut two = template(2, FreightBasis::Piece, vec![remote(2000)]);
    let fee = |two: &FreightTemplate| quote(&[item(&one, 1, 0, 0), item(two, 1, 0, 0)], "540102");
    assert_eq!(fee(&two), Ok(1000 + 100 + 2000));
    two.free_rule = Some(FreeRule { min_amount: None, min_count: Some(1) });
    assert_eq!(fee(&two), Ok(1000 + 2000));
}

#[test]
fn a_template_that_cannot_be_computed_is_refused() {
    let bad = template(1, FreightBasis::Piece, vec![row(&[], (1, 100), (0, 100))]);
    let expected = FreightError::BadRow { template: bad.id, row: 0 };
    assert_eq!(quote(&[item(&bad, 1, 0, 0)], "110101"), Err(expected));
    let good = template(1, FreightBasis::Piece, vec![row(&[], (1, 100), (1, 100))]);
    assert_eq!(quote(&[item(&good, -1, 0, 0)], "110101"), Err(FreightError::NegativeQuantity));
    let huge = quote(&[item(&good, i64::MAX, 0, 0)], "110101");
    assert_eq!(huge, Err(FreightError::Money(MoneyError::Overflow)));
}

#[test]
fn a_region_may_have_a_free_rule_of_its_own() {
    let mut tea = tea();
    tea.free_rule = Some(FreeRule { min_amount: Some(Fen::new(9900)), min_count: None });
    tea.rows[1].free = RegionFree::Own(FreeRule { min_amount: None, min_count: Some(2) });
    tea.rows.push(FreightRow { free: RegionFree::Never, ..row(&["65"], (1000, 2000), (1000, 1000)) });
    let fee = |count, amount, region| quote(&[item(&tea, count, 500, amount)], region);
    assert_eq!(fee(1, 9900, "110101"), Ok(0), "everywhere else the template's rule");
    assert_eq!([fee(1, 9900, "610925"), fee(2, 100, "610925")], [Ok(600), Ok(0)]);
    assert_eq!(fee(9, 99_000, "650102"), Ok(2000));
}

#[test]
fn a_quote_says_how_it_comes_about() {
    let tea = tea();
    let mut boxes = template(2, FreightBasis::Piece, vec![row(&[], (2, 1200), (1, 300))]);
    boxes.rows[0].surcharge = Fen::new(500);
    let items = [item(&tea, 2, 1500, 0), item(&boxes, 3, 9000, 0)];
    let quote = quote_parcel(&items, "110101").unwrap();
    let told: Vec<_> =
        quote.charges.iter().map(|one| (one.quantity, one.leads, one.steps, one.fee.get())).collect();
    assert_eq!(told, [(1500, false, 2, 400), (3, true, 1, 1500)]);
    assert_eq!((quote.surcharge.get(), quote.total.get()), (500, 2400));
}

#[test]
fn a_template_s_flaws_are_named_row_by_row() {
    let mut tea = tea();
    assert_eq!(tea.flaws(), []);
    tea.rows.push(row(&["6109"], (1000, 100), (1000, 100)));
    assert_eq!(tea.flaws(), [], "a city in a province of another row is more specific, not twice");
    tea.rows.push(row(&["65", "61"], (1000, 100), (1000, 100)));
    assert_eq!(tea.flaws(), [TemplateFlaw::Overlap { row: 3, with: 1 }]);
    tea.rows.push(row(&[], (1000, 100), (1000, 100)));
    assert_eq!(tea.flaws()[1], TemplateFlaw::Overlap { row: 4, with: 0 });
    let refused = FreightRow { refused: true, ..row(&["65"], (1, 0), (1, 0)) };
    let nowhere = template(1, FreightBasis::Piece, vec![refused]);
    assert_eq!(nowhere.flaws(), [TemplateFlaw::NoDefault, TemplateFlaw::NoDeliveryAnywhere]);
}

mod properties {
    use super::*;
    use proptest::collection::vec;
    use proptest::option;
    use proptest::prelude::*;

    const REGIONS: [&str; 5] = ["610925", "610902", "610102", "650102", "110101"];

    fn rule() -> impl Strategy<Value = FreeRule> {
        (option::of(0..20_000_i64), option::of(1..6_i64))
            .prop_map(|(amount, min_count)| FreeRule { min_amount: amount.map(Fen::new), min_count })
    }

    fn free() -> impl Strategy<Value = RegionFree> {
        prop_oneof![Just(RegionFree::AsTemplate), rule().prop_map(RegionFree::Own), Just(RegionFree::Never)]
    }

    fn any_row(prefixes: &'static [&'static str]) -> impl Strategy<Value = FreightRow> {
        (0..3_000_i64, 0..2_000_i64, 1..2_000_i64, 0..900_i64, 0..2_500_i64, free()).prop_map(
            move |(first, first_fee, step, step_fee, surcharge, free)| FreightRow {
                surcharge: Fen::new(surcharge),
                free,
                ..row(prefixes, (first, first_fee), (step, step_fee))
            },
        )
    }

    /// A template with a default row, a province, a city, a county and a far province.
    fn any_template(id: i64) -> impl Strategy<Value = FreightTemplate> {
        let rows = (
            any_row(&[]),
            any_row(&["61"]),
            any_row(&["6109"]),
            any_row(&["610925"]),
            any_row(&["65", "54"]),
        );
        let basis = prop_oneof![
            Just(FreightBasis::Piece),
            Just(FreightBasis::WeightG),
            Just(FreightBasis::VolumeCm3)
        ];
        (rows, basis, option::of(rule())).prop_map(move |(rows, basis, free_rule)| FreightTemplate {
            free_rule,
            ..template(id, basis, vec![rows.0, rows.1, rows.2, rows.3, rows.4])
        })
    }

    fn without_free_rules(template: &FreightTemplate) -> FreightTemplate {
        let mut paid = template.clone();
        paid.free_rule = None;
        paid.rows.iter_mut().for_each(|row| row.free = RegionFree::AsTemplate);
        paid
    }

    /// Templates 1 and 2, and lines of theirs: which template, how many, grams and cubic centimetres of one, its price.
    type Lines = Vec<(usize, i64, i64, i64, i64)>;

    fn parcel() -> impl Strategy<Value = ([FreightTemplate; 2], Lines, usize)> {
        let line = (0..2_usize, 0..40_i64, 1..3_000_i64, 0..9_000_i64, 0..9_000_i64);
        ((any_template(1), any_template(2)).prop_map(<[_; 2]>::from), vec(line, 1..5), 0..REGIONS.len())
    }

    fn items<'a>(templates: &'a [FreightTemplate; 2], lines: &Lines) -> Vec<FreightItem<'a>> {
        let item = |&(which, count, weight_g, volume_cm3, price): &(usize, i64, i64, i64, i64)| FreightItem {
            template: &templates[which],
            count,
            weight_g: weight_g * count,
            volume_cm3: volume_cm3 * count,
            amount: Fen::new(price * count),
        };
        lines.iter().map(item).collect()
    }

    proptest! {
        #[test]
        fn freight_is_never_negative_and_its_parts_are_the_whole((templates, lines, region) in parcel()) {
            let quote = quote_parcel(&items(&templates, &lines), REGIONS[region]).unwrap();
            prop_assert!(quote.total >= Fen::ZERO && quote.surcharge >= Fen::ZERO);
            prop_assert!(quote.charges.iter().all(|charge| charge.fee >= Fen::ZERO && charge.steps >= 0));
            let fees = Fen::checked_sum(quote.charges.iter().map(|charge| charge.fee)).unwrap();
            prop_assert_eq!(fees + quote.surcharge, quote.total);
            prop_assert!(quote.charges.iter().filter(|charge| charge.leads).count() <= 1);
        }

        /// The rule of the field, said backwards: whatever is charged, no fee was forgotten and none was charged twice.
        #[test]
        fn the_highest_first_fee_is_paid_once_and_the_rest_in_started_steps((templates, lines, region) in parcel()) {
            let goods = items(&templates, &lines);
            let quote = quote_parcel(&goods, REGIONS[region]).unwrap();
            let paying: Vec<&Charge<'_>> = quote.charges.iter().filter(|charge| charge.waived.is_none()).collect();
            prop_assert_eq!(paying.iter().filter(|charge| charge.leads).count(), usize::from(!paying.is_empty()));
            let highest = paying.iter().map(|charge| charge.row.first_fee).max();
            for charge in &quote.charges {
                let row = charge.row;
                if charge.waived.is_some() {
                    prop_assert!(charge.fee.is_zero() && charge.steps == 0 && !charge.leads);
                    continue;
                }
                prop_assert!(!charge.leads || Some(row.first_fee) == highest);
                let (covered, first_fee) =
                    if charge.leads { (row.first_quantity, row.first_fee) } else { (0, Fen::ZERO) };
                let reach = covered + charge.steps * row.step_quantity;
                prop_assert!(reach >= charge.quantity, "everything is paid for");
                prop_assert!(charge.steps == 0 || reach - row.step_quantity < charge.quantity, "and nothing more");
                prop_assert_eq!(charge.fee, first_fee + row.step_fee.times(charge.steps).unwrap());
            }
            let backwards: Vec<FreightItem<'_>> = goods.iter().rev().copied().collect();
            prop_assert_eq!(quote_parcel(&backwards, REGIONS[region]).unwrap(), quote, "in whatever order they lie");
        }

        #[test]
        fn where_one_of_the_goods_cannot_go_the_parcel_does_not((mut templates, lines, region) in parcel()) {
            let code = REGIONS[region];
            let refusing = lines[0].0;
            let chosen = templates[refusing].row_for(code).unwrap().clone();
            let at = templates[refusing].rows.iter().position(|row| *row == chosen).unwrap();
            templates[refusing].rows[at].refused = true;
            let id = templates[refusing].id;
            prop_assert_eq!(quote_parcel(&items(&templates, &lines), code), Err(FreightError::NoDelivery(id)));
            templates[refusing].rows.clear();
            prop_assert_eq!(quote_parcel(&items(&templates, &lines), code), Err(FreightError::NoRow(id)));
        }

        #[test]
        fn more_goods_never_cost_less_while_nothing_is_free(
            (templates, lines, region) in parcel(), at in 0..5_usize, more in 0..30_i64,
        ) {
            let paid = templates.map(|template| without_free_rules(&template));
            let mut larger = lines.clone();
            let at = at % larger.len();
            larger[at].1 += more;
            let before = quote_parcel(&items(&paid, &lines), REGIONS[region]).unwrap();
            let after = quote_parcel(&items(&paid, &larger), REGIONS[region]).unwrap();
            prop_assert!(after.total >= before.total);
        }

        #[test]
        fn the_most_specific_row_decides(template in any_template(1), region in 0..REGIONS.len()) {
            let code = REGIONS[region];
            let row = template.row_for(code).unwrap();
            let length = |row: &FreightRow| {
                let fitting = row.region_prefixes.iter().filter(|prefix| code.starts_with(prefix.as_str()));
                fitting.map(String::len).max().or(row.region_prefixes.is_empty().then_some(0))
            };
            prop_assert!(length(row).is_some());
            prop_assert!(template.rows.iter().filter_map(length).all(|other| Some(other) <= length(row)));
            // Whatever the other rows charge makes no difference.
            let mut others = template.clone();
            let chosen = row.clone();
            others.rows.retain(|other| *other == chosen || other.region_prefixes.is_empty());
            let one = [item(&template, 3, 2_500, 0)];
            let same = [item(&others, 3, 2_500, 0)];
            let total = |items: &[FreightItem<'_>]| quote_parcel(items, code).map(|quote| quote.total);
            prop_assert_eq!(total(&one), total(&same));
        }

        #[test]
        fn a_free_rule_never_makes_a_parcel_dearer((templates, lines, region) in parcel()) {
            let with = quote_parcel(&items(&templates, &lines), REGIONS[region]).unwrap();
            let paid = templates.clone().map(|template| without_free_rules(&template));
            let without = quote_parcel(&items(&paid, &lines), REGIONS[region]).unwrap();
            prop_assert!(with.total <= without.total);
            prop_assert_eq!(with.surcharge, without.surcharge, "the journey is as far as before");
        }

        #[test]
        fn a_parcel_pays_one_surcharge_however_much_is_in_it(
            (templates, lines, region) in parcel(), times in 1..4_usize,
        ) {
            let once = quote_parcel(&items(&templates, &lines), REGIONS[region]).unwrap();
            let again = quote_parcel(&items(&templates, &lines.repeat(times)), REGIONS[region]).unwrap();
            prop_assert_eq!(once.surcharge, again.surcharge);
            let highest = once.charges.iter().map(|charge| charge.row.surcharge).max().unwrap();
            prop_assert_eq!(once.surcharge, highest);
        }
    }
}
