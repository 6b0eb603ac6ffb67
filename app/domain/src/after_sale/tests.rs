//! Tests of after-sales: the machine, what may be asked for, and amounts that end exact.

use super::*;
use crate::food::FoodClass;
use crate::money::{Fen, MoneyError, allot, take_from};
use crate::time::{DAY_MS, HOUR_MS};
use crate::word::assert_machine;
use proptest::prelude::*;

/// Noon of 15 June 2026 in China.
const NOON_MS: i64 = 1_781_496_000_000;

#[test]
fn every_state_is_reached_and_only_the_ends_are_final() {
    let finals = [
        AfterSaleStatus::Settled,
        AfterSaleStatus::Exchanged,
        AfterSaleStatus::Dismissed,
        AfterSaleStatus::Withdrawn,
        AfterSaleStatus::Lapsed,
    ];
    assert_machine(AfterSaleStatus::ALL, &[AfterSaleStatus::Requested], &finals, AfterSaleStatus::MOVES);
    for status in AfterSaleStatus::ALL {
        assert_eq!(status.turn().is_none(), finals.contains(status), "{status}: whose turn");
    }
}

#[test]
fn whoever_is_silent_never_wins_by_it() {
    let table =
        Deadlines { answer_hours: 48, return_days: 7, receive_days: 10, appeal_days: 7, decide_days: 5 };
    for kind in AfterSaleKind::ALL {
        for status in AfterSaleStatus::ALL {
            assert_eq!(table.due_at_ms(*status, 0).is_none(), status.is_final(), "{status} has a deadline");
            match silence(*kind, *status) {
                Silence::Agrees | Silence::AsksTheTown => assert_eq!(status.turn(), Some(Side::Seller)),
                Silence::Lapses => assert_eq!(status.turn(), Some(Side::Buyer)),
                Silence::Waits => {}
            }
        }
    }
    let unshipped = silence(AfterSaleKind::RefundUnshipped, AfterSaleStatus::Requested);
    assert_eq!(unshipped, Silence::Agrees, "money for goods that were never sent goes back");
    let replacing = silence(AfterSaleKind::Exchange, AfterSaleStatus::Replacing);
    assert_eq!(replacing, Silence::Agrees, "nobody keeps the goods and the money");
    let claim = silence(AfterSaleKind::DamageClaim, AfterSaleStatus::Requested);
    assert_eq!(claim, Silence::AsksTheTown, "money without goods wants somebody to look");
}

#[test]
fn every_reason_fits_some_kind_and_every_kind_has_a_reason() {
    assert!(AfterSaleReason::ALL.iter().all(|reason| !reason.kinds().is_empty()));
    for kind in AfterSaleKind::ALL {
        assert!(AfterSaleReason::ALL.iter().any(|reason| reason.kinds().contains(kind)), "{kind}");
    }
}

fn ask(
    kind: AfterSaleKind,
    reason: AfterSaleReason,
    goods: GoodsIn,
    rule: ReturnRule,
) -> Result<(), Refusal> {
    check_asked(Asked { kind, reason, photos: 1 }, fact(goods, rule))
}

/// Of an order that is not complete and goods that nobody recalled.
const fn fact(goods: GoodsIn, rule: ReturnRule) -> Fact {
    Fact {
        goods,
        rule,
        is_recalled: false,
        is_complete: false,
        now_ms: NOON_MS,
        window_days: 7,
        fresh_hours: 48,
    }
}

#[test]
fn seven_days_are_counted_from_the_day_after_signing() {
    use AfterSaleKind::ReturnRefund;
    use AfterSaleReason::{ChangedMind, Quality};
    let signed = |ago_ms: i64| GoodsIn::Hands { received_at_ms: NOON_MS - ago_ms };
    // Signed at noon: twelve hours of that day, then seven days.
    let end_ms = 12 * HOUR_MS + 7 * DAY_MS;
    assert_eq!(
        ask(ReturnRefund, ChangedMind, signed(end_ms - 12 * HOUR_MS - 1), ReturnRule::SevenDays),
        Ok(())
    );
    let late = ask(ReturnRefund, ChangedMind, signed(8 * DAY_MS), ReturnRule::SevenDays);
    assert!(matches!(late, Err(Refusal::TooLate { .. })), "{late:?}");
    for rule in [ReturnRule::Perishable, ReturnRule::MadeToOrder, ReturnRule::OnceOpened] {
        let refused = ask(ReturnRefund, ChangedMind, signed(DAY_MS), rule);
        assert_eq!(refused, Err(Refusal::NoReturnWithoutReason));
        assert_eq!(ask(ReturnRefund, Quality, signed(DAY_MS), rule), Ok(()), "but with one");
    }
    assert_eq!(return_until_ms(NOON_MS, 7), NOON_MS + 12 * HOUR_MS + 7 * DAY_MS);
}

#[test]
fn what_changes_once_opened_is_exempt_only_when_the_buyer_said_so() {
    assert_eq!(ReturnRule::OnceOpened.frozen(true), ReturnRule::OnceOpened);
    assert_eq!(ReturnRule::OnceOpened.frozen(false), ReturnRule::SevenDays);
    for rule in [ReturnRule::SevenDays, ReturnRule::Perishable, ReturnRule::MadeToOrder] {
        assert_eq!((rule.frozen(true), rule.frozen(false)), (rule, rule));
    }
}

#[test]
fn damage_of_fresh_goods_is_shown_within_hours_with_a_photo() {
    use AfterSaleKind::DamageClaim;
    use AfterSaleReason::Damaged;
    let signed = |hours: i64| GoodsIn::Hands { received_at_ms: NOON_MS - hours * HOUR_MS };
    assert_eq!(ask(DamageClaim, Damaged, signed(47), ReturnRule::Perishable), Ok(()));
    let late = ask(DamageClaim, Damaged, signed(48), ReturnRule::Perishable);
    assert_eq!(late, Err(Refusal::TooLate { until_ms: NOON_MS }));
    assert_eq!(ask(DamageClaim, Damaged, signed(48), ReturnRule::SevenDays), Ok(()));
    let fresh = fact(signed(1), ReturnRule::Perishable);
    let blind = check_asked(Asked { kind: DamageClaim, reason: Damaged, photos: 0 }, fresh);
    assert_eq!(blind, Err(Refusal::PhotoNeeded));
}

#[test]
fn what_can_be_asked_for_depends_on_where_the_goods_are() {
    use AfterSaleKind::{RefundOnly, RefundUnshipped, ReturnRefund};
    use AfterSaleReason::{ChangedMind, Late, NotReceived, Quality};
    let rule = ReturnRule::SevenDays;
    let hands = GoodsIn::Hands { received_at_ms: NOON_MS - HOUR_MS };
    assert_eq!(ask(RefundUnshipped, ChangedMind, GoodsIn::House, ReturnRule::Perishable), Ok(()));
    assert_eq!(ask(RefundUnshipped, Late, GoodsIn::Transit, rule), Err(Refusal::WrongMoment));
    assert_eq!(ask(ReturnRefund, Quality, GoodsIn::House, rule), Err(Refusal::WrongMoment));
    assert_eq!(ask(RefundOnly, NotReceived, GoodsIn::Transit, rule), Ok(()));
    assert_eq!(ask(RefundOnly, NotReceived, hands, rule), Ok(()), "a timer may have signed for it");
    let late = GoodsIn::Hands { received_at_ms: NOON_MS - 9 * DAY_MS };
    assert!(matches!(ask(RefundOnly, NotReceived, late, rule), Err(Refusal::TooLate { .. })));
    let sellers = ask(RefundUnshipped, AfterSaleReason::CannotDeliver, GoodsIn::House, rule);
    assert_eq!(sellers, Err(Refusal::ReasonDoesNotFit), "only the seller can say so");
    assert_eq!(ask(RefundOnly, ChangedMind, hands, rule), Err(Refusal::ReasonDoesNotFit));
    assert_eq!(ask(ReturnRefund, Quality, GoodsIn::Nowhere, rule), Err(Refusal::WrongMoment));
    assert_eq!(ReturnRule::of_class(FoodClass::FreshProduce), ReturnRule::Perishable);
    assert_eq!(ReturnRule::of_class(FoodClass::PackagedFood), ReturnRule::SevenDays);
}

#[test]
fn recalled_goods_are_given_back_whatever_became_of_the_window() {
    use AfterSaleKind::{Exchange, RefundOnly, RefundUnshipped, ReturnRefund};
    use AfterSaleReason::{Quality, Recalled};
    let long_ago = GoodsIn::Hands { received_at_ms: NOON_MS - 300 * DAY_MS };
    let ask = |kind, reason, fact| check_asked(Asked { kind, reason, photos: 0 }, fact);
    for rule in ReturnRule::ALL {
        let sound = Fact { is_complete: true, ..fact(long_ago, *rule) };
        let recalled = Fact { is_recalled: true, ..sound };
        assert_eq!(ask(ReturnRefund, Recalled, recalled), Ok(()), "{rule}");
        assert_eq!(ask(RefundOnly, Recalled, recalled), Ok(()), "{rule}");
        assert_eq!(ask(Exchange, Recalled, recalled), Err(Refusal::ReasonDoesNotFit));
        assert_eq!(ask(RefundUnshipped, Recalled, recalled), Err(Refusal::WrongMoment), "it has left");
        assert_eq!(ask(ReturnRefund, Recalled, sound), Err(Refusal::ReasonDoesNotFit), "nobody recalled it");
        assert_eq!(ask(ReturnRefund, Quality, recalled), Err(Refusal::WrongMoment), "the order is complete");
    }
    let here = Fact { is_recalled: true, ..fact(GoodsIn::House, ReturnRule::SevenDays) };
    assert_eq!(ask(RefundUnshipped, Recalled, here), Ok(()));
    let nowhere = Fact { goods: GoodsIn::Nowhere, ..here };
    assert_eq!(ask(RefundOnly, Recalled, nowhere), Err(Refusal::WrongMoment));
}

#[test]
fn a_line_that_does_not_divide_is_given_back_to_the_fen() {
    // ¥1.00 for three: 34, 33, 33.
    let parts: Vec<i64> =
        (0..3).map(|first| pieces_value(Fen::new(100), 3, first, 1).unwrap().get()).collect();
    assert_eq!(parts, [34, 33, 33]);
    let half = refund_of_pieces(Fen::new(100), 3, 0, 1, 500).unwrap();
    assert_eq!((half.value.get(), half.amount.get()), (34, 17));
    assert!(matches!(pieces_value(Fen::new(100), 3, 2, 2), Err(MoneyError::MoreThanRemains { .. })));
    assert_eq!(pieces_value(Fen::new(100), 0, 0, 0), Err(MoneyError::NegativeWeight));
    assert_eq!(refund_of_pieces(Fen::new(100), 3, 0, 1, 1001), Err(MoneyError::NegativeWeight));
}

#[test]
fn an_agreed_amount_is_split_over_its_lines_and_is_never_more_than_they_are_worth() {
    let fen = |amounts: &[i64]| amounts.iter().map(|amount| Fen::new(*amount)).collect::<Vec<_>>();
    assert_eq!(agreed_parts(&fen(&[4_990, 16_801]), Fen::new(1_000)).unwrap(), fen(&[229, 771]));
    assert_eq!(agreed_parts(&fen(&[4_990, 10]), Fen::new(9_999)).unwrap(), fen(&[4_990, 10]), "all of it");
    assert_eq!(agreed_parts(&fen(&[0]), Fen::new(5)).unwrap(), fen(&[0]), "a piece that cost nothing");
    assert_eq!(agreed_parts(&fen(&[1]), Fen::new(-1)), Err(MoneyError::NegativeWeight));
    for kind in AfterSaleKind::ALL {
        let in_part = kind.may_be_in_part();
        assert!(!in_part || !kind.returns_goods(), "{kind}: goods that come back are paid whole");
    }
}

proptest! {
    #[test]
    fn agreed_amounts_add_up_to_the_fen_and_the_villages_keep_the_rest(
        lines in prop::collection::vec((1i64..2_000_000, 1i64..40, prop::collection::vec(1i64..10_000, 1..5)), 1..4),
        steps in prop::collection::vec((1i64..8, 1i64..=1000, 0i64..3_000_000), 1..12),
    ) {
        let mut settled = vec![0; lines.len()];
        let mut back = vec![Fen::ZERO; lines.len()];
        let mut villages: Vec<Vec<Fen>> =
            lines.iter().map(|(net, _, weights)| allot(Fen::new(*net), weights).unwrap()).collect();
        for (pieces, permille, agreed) in steps {
            let taken: Vec<i64> =
                lines.iter().zip(&settled).map(|((_, quantity, _), gone)| pieces.min(quantity - gone)).collect();
            let worth: Vec<Fen> = lines
                .iter()
                .enumerate()
                .map(|(at, (net, quantity, _))| {
                    let refund =
                        refund_of_pieces(Fen::new(*net), *quantity, settled[at], taken[at], permille).unwrap();
                    refund.amount
                })
                .collect();
            let parts = agreed_parts(&worth, Fen::new(agreed)).unwrap();
            let whole: Fen = worth.iter().sum();
            prop_assert_eq!(parts.iter().sum::<Fen>(), Fen::new(agreed).min(whole), "what was agreed, to the fen");
            for (at, part) in parts.iter().enumerate() {
                prop_assert!(Fen::ZERO <= *part && *part <= worth[at], "never more than the pieces are worth");
                let of_villages = take_from(&villages[at], *part).unwrap();
                for (left, taken) in villages[at].iter_mut().zip(of_villages) {
                    *left -= taken;
                    prop_assert!(*left >= Fen::ZERO);
                }
                back[at] += *part;
                settled[at] += taken[at];
            }
        }
        for (at, (net, _, _)) in lines.iter().enumerate() {
            prop_assert!(back[at] <= Fen::new(*net), "never more than was paid for the line");
            prop_assert_eq!(villages[at].iter().sum::<Fen>() + back[at], Fen::new(*net));
        }
    }

    #[test]
    fn returns_with_their_postage_never_give_back_more_than_was_paid(
        net in 1i64..500_000, quantity in 1i64..30, freight in 0i64..20_000,
        steps in prop::collection::vec((1i64..6, 0i64..5_000), 1..20),
    ) {
        let paid = Fen::new(net + freight);
        let (mut settled, mut faulty, mut freight_back, mut back) = (0, Fen::ZERO, Fen::ZERO, Fen::ZERO);
        for (pieces, postage) in steps {
            let pieces = pieces.min(quantity - settled);
            let worth = refund_of_pieces(Fen::new(net), quantity, settled, pieces, 1000).unwrap().amount;
            let left = paid - back;
            let wanted = worth.min(left);
            let due = claimed_freight(Fen::new(freight), Fen::new(net), Fen::ZERO, faulty + wanted).unwrap();
            let (goods, freight, postage) =
                within_left(left, worth, due - freight_back, Fen::new(postage));
            prop_assert_eq!(goods, wanted, "goods first");
            prop_assert!(freight.is_zero() || goods == worth, "freight only when the goods are paid");
            prop_assert!(postage.is_zero() || freight == due - freight_back, "postage last");
            settled += pieces;
            faulty += goods;
            freight_back += freight;
            back += goods + freight + postage;
            prop_assert!(back <= paid);
        }
    }

    #[test]
    fn any_sequence_of_refunds_ends_exact(
        net in 0i64..5_000_000_000, quantity in 1i64..500, steps in prop::collection::vec((1i64..60, 0i64..=1000), 1..40),
    ) {
        let (mut settled, mut values, mut refunds, mut kept) = (0, Fen::ZERO, Fen::ZERO, Fen::ZERO);
        for (pieces, permille) in steps {
            let pieces = pieces.min(quantity - settled);
            let refund = refund_of_pieces(Fen::new(net), quantity, settled, pieces, permille).unwrap();
            prop_assert!(Fen::ZERO <= refund.amount && refund.amount <= refund.value);
            if permille == 1000 {
                prop_assert_eq!(refund.amount, refund.value);
            }
            // Within a fen of the exact share.
            let exact = i128::from(refund.value.get()) * i128::from(permille) / 1000;
            prop_assert!((i128::from(refund.amount.get()) - exact).abs() <= 1);
            settled += pieces;
            values += refund.value;
            refunds += refund.amount;
            kept += refund.value - refund.amount;
            prop_assert!(refunds <= Fen::new(net), "never more than was captured");
        }
        let rest = refund_of_pieces(Fen::new(net), quantity, settled, quantity - settled, 1000).unwrap();
        prop_assert_eq!(values + rest.value, Fen::new(net), "the last takes the exact balance");
        prop_assert_eq!(refunds + rest.amount + kept, Fen::new(net));
    }

    #[test]
    fn freight_of_faulty_goods_adds_up_to_the_freight(
        freight in 0i64..100_000, goods in prop::collection::vec(0i64..1_000_000, 1..12),
    ) {
        let all: Fen = goods.iter().map(|part| Fen::new(*part)).sum();
        let (mut gone, mut back) = (Fen::ZERO, Fen::ZERO);
        for part in &goods {
            let now = claimed_freight(Fen::new(freight), all, gone, Fen::new(*part)).unwrap();
            prop_assert!(now >= Fen::ZERO);
            back += now;
            gone += Fen::new(*part);
            prop_assert!(back <= Fen::new(freight));
        }
        prop_assert_eq!(back, if all.is_zero() { Fen::ZERO } else { Fen::new(freight) });
    }
}
