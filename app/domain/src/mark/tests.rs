//! What may bear a mark, and that no licence is ever overdrawn.

use proptest::prelude::*;

use super::*;

const OWNER: VillageId = VillageId::from_i64(1);
const HUAXING: VillageId = VillageId::from_i64(2);
const MAZONG: VillageId = VillageId::from_i64(3);

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn tea() -> Goods {
    Goods { product: ProductId::from_i64(10), category: CategoryId::from_i64(20), base_unit: "g".to_owned() }
}

fn licence(id: i64, village: VillageId, quantity: i64) -> Licence {
    Licence {
        id: MarkLicenceId::from_i64(id),
        village,
        scope: LicenceScope::Product(ProductId::from_i64(10)),
        base_unit: "g".to_owned(),
        starts_on: day("2026-01-01"),
        ends_on: day("2026-12-31"),
        quantity,
        used: 0,
        is_withdrawn: false,
    }
}

fn planned(
    weights: &[(VillageId, i64)],
    whole: i64,
    counted: &[Counted],
    licences: &[Licence],
    today: &str,
) -> Result<Plan, Vec<VillageLack>> {
    let goods = tea();
    plan(&MarkedBatch { goods: &goods, weights, whole, counted }, OWNER, licences, day(today))
}

#[test]
fn the_owners_own_goods_need_no_licence() {
    let plan = planned(&[(OWNER, 500)], 900, &[], &[], "2026-05-01").unwrap();
    assert_eq!(plan.uses, [Counted { village: OWNER, licence: None, base_quantity: 900 }]);
    assert_eq!(plan.until, None);
}

#[test]
fn every_other_village_of_a_batch_needs_one() {
    let weights = [(OWNER, 500), (HUAXING, 300), (MAZONG, 200)];
    let one = [licence(1, HUAXING, 1_000)];
    assert_eq!(
        planned(&weights, 1_000, &[], &one, "2026-05-01"),
        Err(vec![(Some(MAZONG), Lack::Unlicensed)]),
        "one village without a licence is enough"
    );
    let both =
        [licence(1, HUAXING, 1_000), Licence { ends_on: day("2026-06-30"), ..licence(2, MAZONG, 200) }];
    let plan = planned(&weights, 1_000, &[], &both, "2026-05-01").unwrap();
    let amounts: Vec<i64> = plan.uses.iter().map(|one| one.base_quantity).collect();
    assert_eq!(amounts, [500, 300, 200]);
    assert_eq!(plan.until, Some(day("2026-06-30")), "until the first of them ends");
}

#[test]
fn the_reason_tells_what_to_do() {
    let lack = |licences: &[Licence], today: &str| {
        planned(&[(HUAXING, 1)], 500, &[], licences, today).unwrap_err()[0].1
    };
    let whole = licence(1, HUAXING, 500);
    assert_eq!(lack(std::slice::from_ref(&whole), "2025-12-31"), Lack::Coming { from: day("2026-01-01") });
    assert_eq!(lack(std::slice::from_ref(&whole), "2027-01-01"), Lack::Ended { on: day("2026-12-31") });
    let withdrawn = Licence { is_withdrawn: true, ..whole.clone() };
    assert_eq!(lack(&[withdrawn], "2026-05-01"), Lack::Withdrawn);
    let small = Licence { used: 100, ..whole.clone() };
    assert_eq!(lack(&[small], "2026-05-01"), Lack::Short { wanted: 500, left: 400 });
    let pieces = Licence { base_unit: "piece".to_owned(), ..whole.clone() };
    assert_eq!(lack(&[pieces], "2026-05-01"), Lack::Unlicensed, "pieces are no grams");
    let other = Licence { scope: LicenceScope::Category(CategoryId::from_i64(21)), ..whole };
    assert_eq!(lack(&[other], "2026-05-01"), Lack::Unlicensed);
    assert_eq!(planned(&[], 5, &[], &[], "2026-05-01"), Err(vec![(None, Lack::Unweighed)]));
}

#[test]
fn the_product_s_own_licence_is_used_before_that_of_the_category() {
    let shelf =
        Licence { scope: LicenceScope::Category(CategoryId::from_i64(20)), ..licence(1, HUAXING, 900) };
    let own = licence(2, HUAXING, 300);
    let plan = planned(&[(HUAXING, 1)], 500, &[], &[shelf, own], "2026-05-01").unwrap();
    let taken: Vec<_> = plan.uses.iter().map(|one| (one.licence.unwrap().get(), one.base_quantity)).collect();
    assert_eq!(taken, [(2, 300), (1, 200)]);
}

#[test]
fn what_was_counted_stays_counted_and_only_more_is_counted_anew() {
    let used = Licence { used: 500, ..licence(1, HUAXING, 600) };
    let counted = [Counted { village: HUAXING, licence: Some(used.id), base_quantity: 500 }];
    let plan_of =
        |whole| planned(&[(HUAXING, 7)], whole, &counted, std::slice::from_ref(&used), "2026-05-01");
    assert_eq!(plan_of(400).unwrap().uses, [], "goods were lost: nothing is given back, nothing is counted");
    assert_eq!(plan_of(560).unwrap().uses[0].base_quantity, 60);
    assert_eq!(plan_of(601).unwrap_err(), [(Some(HUAXING), Lack::Short { wanted: 101, left: 100 })]);
    // In the next year under the next licence: what is left, and all of it.
    let next =
        Licence { starts_on: day("2027-01-01"), ends_on: day("2027-12-31"), ..licence(2, HUAXING, 90) };
    let plan = planned(&[(HUAXING, 7)], 80, &counted, &[used, next], "2027-02-01").unwrap();
    assert_eq!(
        plan.uses,
        [Counted { village: HUAXING, licence: Some(MarkLicenceId::from_i64(2)), base_quantity: 80 }]
    );
}

#[test]
fn a_licence_that_is_used_up_still_carries_what_used_it() {
    let full = Licence { used: 500, ..licence(1, HUAXING, 500) };
    assert_eq!(full.state(day("2026-05-01")), LicenceState::UsedUp);
    assert!(full.is_valid(day("2026-12-31")) && !full.is_valid(day("2027-01-01")));
    let counted = [Counted { village: HUAXING, licence: Some(full.id), base_quantity: 500 }];
    assert!(planned(&[(HUAXING, 7)], 500, &counted, &[full], "2026-05-01").is_ok());
}

/// One thing that happens to a county's batches.
#[derive(Debug, Clone)]
enum Step {
    Count { batch: usize, whole: i64 },
    Split { batch: usize, part: i64 },
    Withdraw { licence: usize },
    NextYear,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (0..4usize, 0..3_000i64).prop_map(|(batch, whole)| Step::Count { batch, whole }),
        3 => (0..4usize, 1..2_000i64).prop_map(|(batch, part)| Step::Split { batch, part }),
        1 => (0..4usize).prop_map(|licence| Step::Withdraw { licence }),
        1 => Just(Step::NextYear),
    ];
    prop::collection::vec(step, 0..40)
}

proptest! {
    #[test]
    fn shares_add_up_to_the_batch(weights in prop::collection::vec(1..1_000_000i64, 1..6), whole in 0..MOST_QUANTITY) {
        let weights: Vec<_> = (1..).map(VillageId::from_i64).zip(weights).collect();
        let shares = shares(&weights, whole).unwrap();
        prop_assert_eq!(shares.iter().map(|(_, share)| share).sum::<i64>(), whole);
        prop_assert!(shares.iter().all(|(_, share)| *share >= 0));
    }

    /// Whatever is counted, split, withdrawn and renewed: what licences say they have used is what batches have of them,
    /// never more than they are for, and a batch that bears the mark is counted whole.
    #[test]
    fn licences_are_never_overdrawn(
        weights in prop::collection::vec((0..3i64, 1..900i64), 1..3),
        quantities in prop::collection::vec(1..4_000i64, 4),
        steps in steps(),
    ) {
        let weights: Vec<_> = {
            let by: std::collections::BTreeMap<i64, i64> = weights.into_iter().collect();
            by.into_iter().map(|(village, weight_g)| (VillageId::from_i64(village + 1), weight_g)).collect()
        };
        let mut licences: Vec<Licence> = quantities.iter().zip([HUAXING, MAZONG, HUAXING, MAZONG]).enumerate()
            .map(|(at, (quantity, village))| {
                let base = licence(i64::try_from(at).unwrap() + 1, village, *quantity);
                if at < 2 { base } else {
                    Licence { starts_on: day("2026-06-01"), ends_on: day("2027-12-31"), ..base }
                }
            }).collect();
        let mut batches: Vec<Vec<Counted>> = vec![Vec::new(); 4];
        let (goods, mut today) = (tea(), day("2026-07-01"));
        for step in steps {
            match step {
                Step::Count { batch, whole } => {
                    let asked = MarkedBatch { goods: &goods, weights: &weights, whole, counted: &batches[batch] };
                    let Ok(plan) = plan(&asked, OWNER, &licences, today) else { continue };
                    for one in &plan.uses {
                        prop_assert!(one.base_quantity > 0);
                        if let Some(id) = one.licence {
                            let licence = licences.iter_mut().find(|licence| licence.id == id).unwrap();
                            prop_assert!(licence.is_valid(today) && licence.village == one.village);
                            licence.used += one.base_quantity;
                        }
                    }
                    batches[batch].extend(plan.uses);
                    let valid = batches[batch].iter().filter(|one| one.licence.is_none_or(|id| {
                        licences.iter().any(|licence| licence.id == id && licence.is_valid(today))
                    }));
                    prop_assert!(valid.map(|one| one.base_quantity).sum::<i64>() >= whole);
                }
                Step::Split { batch, part } => {
                    let gone = split_uses(&batches[batch], part);
                    let before: i64 = batches[batch].iter().map(|one| one.base_quantity).sum();
                    prop_assert_eq!(gone.iter().map(|one| one.base_quantity).sum::<i64>(), part.min(before));
                    // Positive entries only are split, so what stays is written over them.
                    for moved in &gone {
                        let from = batches[batch].iter_mut()
                            .find(|one| one.village == moved.village && one.licence == moved.licence
                                && one.base_quantity >= moved.base_quantity).unwrap();
                        from.base_quantity -= moved.base_quantity;
                    }
                    batches[batch].retain(|one| one.base_quantity > 0);
                    let other = (batch + 1) % 4;
                    batches[other].extend(gone);
                }
                Step::Withdraw { licence } => licences[licence].is_withdrawn = true,
                Step::NextYear => today = day("2027-03-01"),
            }
            for licence in &licences {
                let used: i64 = batches.iter().flatten().filter(|one| one.licence == Some(licence.id))
                    .map(|one| one.base_quantity).sum();
                prop_assert_eq!(used, licence.used);
                prop_assert!(licence.used <= licence.quantity);
            }
        }
    }
}
