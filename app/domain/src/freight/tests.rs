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
    quote_parcel(items, region).map(Fen::get)
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
