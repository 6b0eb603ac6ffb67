//! Splits keep every amount to the fen; lists say of each row what is wrong with it.

use proptest::prelude::*;

use super::*;
use crate::after_sale::pieces_value;
use crate::failure::Problem;
use crate::money::{Fen, take_from};

proptest! {
    #[test]
    fn the_pieces_of_a_split_line_keep_their_values(net in 0..5_000_000_i64, quantity in 2..400_i64, share in 0..1_000_i64) {
        let moved = 1 + share * (quantity - 2) / 1_000;
        let net = Fen::new(net);
        let gone = split_line(net, quantity, moved).unwrap();
        let kept = net - gone;
        let stays = quantity - moved;
        for piece in 0..quantity {
            let before = pieces_value(net, quantity, piece, 1).unwrap();
            let after = if piece < stays {
                pieces_value(kept, stays, piece, 1).unwrap()
            } else {
                pieces_value(gone, moved, piece - stays, 1).unwrap()
            };
            prop_assert_eq!(before, after, "piece {}", piece);
        }
    }

    #[test]
    fn any_series_of_splits_and_merges_keeps_freight_and_goods(
        freight in 0..100_000_i64,
        lines in prop::collection::vec(0..1_000_000_i64, 1..6),
        steps in prop::collection::vec((0..100_usize, 0..100_usize), 0..20),
    ) {
        // Parcels as freight and the values of what is in them.
        let mut parcels = vec![(Fen::new(freight), lines.iter().copied().map(Fen::new).collect::<Vec<_>>())];
        let goods: i64 = lines.iter().sum();
        for (which, other) in steps {
            let at = which % parcels.len();
            if which % 2 == 0 && parcels[at].1.len() > 1 {
                let (has, values) = parcels[at].clone();
                let moved = values[other % values.len()];
                let rest: Vec<Fen> = {
                    let mut rest = values.clone();
                    rest.remove(other % values.len());
                    rest
                };
                let gone = split_freight(has, values.iter().copied().sum(), moved).unwrap();
                prop_assert!(gone >= Fen::ZERO && gone <= has);
                parcels[at] = (has - gone, rest);
                parcels.push((gone, vec![moved]));
            } else if parcels.len() > 1 {
                let (more, values) = parcels.remove(other % parcels.len());
                let at = which % parcels.len();
                parcels[at].0 += more;
                parcels[at].1.extend(values);
            }
        }
        let total: i64 = parcels.iter().map(|(freight, _)| freight.get()).sum();
        let left: i64 = parcels.iter().flat_map(|(_, values)| values).map(|value| value.get()).sum();
        prop_assert_eq!((total, left), (freight, goods));
    }

    #[test]
    fn no_village_loses_by_a_split(parts in prop::collection::vec(0..1_000_000_i64, 1..7), share in 0..1_000_i64) {
        let parts: Vec<Fen> = parts.into_iter().map(Fen::new).collect();
        let net: Fen = parts.iter().copied().sum();
        let moved = Fen::new(net.get() / 1_000 * share);
        let gone = take_from(&parts, moved).unwrap();
        prop_assert_eq!(gone.iter().copied().sum::<Fen>(), moved);
        prop_assert!(gone.iter().zip(&parts).all(|(gone, had)| gone <= had));
    }

    #[test]
    fn goods_leave_from_the_last_batch_on(parts in prop::collection::vec(1..1_000_i64, 1..6), moved in 0..6_000_i64) {
        let sum: i64 = parts.iter().sum();
        match split_goods(&parts, moved) {
            None => prop_assert!(moved > sum),
            Some(taken) => {
                prop_assert_eq!(taken.iter().sum::<i64>(), moved);
                prop_assert!(taken.iter().zip(&parts).all(|(taken, had)| *taken >= 0 && taken <= had));
                let first = taken.iter().position(|taken| *taken > 0).unwrap_or(parts.len());
                prop_assert!((first + 1..parts.len()).all(|at| taken[at] == parts[at]), "whole ones first");
            }
        }
    }

    #[test]
    fn no_pasted_text_is_too_much(text in "(?s).{0,400}") {
        let table = table_of_text(&text);
        let _ = number_rows(&table);
        let _ = event_rows(&table);
    }
}

#[test]
fn a_split_leaves_something_on_both_sides() {
    for moved in [-1, 0, 3, 4] {
        assert!(split_line(Fen::new(100), 3, moved).is_err(), "{moved}");
    }
    assert_eq!(split_line(Fen::new(100), 3, 1), Ok(Fen::new(33)), "the odd fen stays with the first pieces");
    assert_eq!(split_freight(Fen::new(800), Fen::ZERO, Fen::ZERO), Ok(Fen::ZERO));
    assert_eq!(split_goods(&[5], -1), None);
}

fn numbers(text: &str) -> Vec<(String, String, String, Option<RowFault>)> {
    let rows = number_rows(&table_of_text(text)).unwrap();
    rows.into_iter().map(|row| (row.parcel, row.carrier, row.tracking_number, row.fault)).collect()
}

#[test]
fn numbers_are_read_as_people_paste_them() {
    let expected = ("X1".to_owned(), "顺丰速运".to_owned(), "SF123".to_owned(), None::<RowFault>);
    for text in [
        "X1 顺丰 SF123",
        "X1\t顺丰速运\tSF 123",
        "X1，sf express，SF123\n",
        "X1 SF Express SF123",
        "订单号\t快递公司\t运单号\nX1\t顺丰\tSF123",
        "快递,单号,包裹号,备注\n顺丰,SF123,X1,易碎",
    ] {
        assert_eq!(numbers(text), std::slice::from_ref(&expected), "{text}");
    }
    let other = numbers("X1 村邮车 1\nX2 中通");
    assert_eq!(other[0].1, "村邮车", "another carrier keeps its name");
    assert_eq!(other[1].3, Some(RowFault::Missing("carrier".to_owned())));
    assert_eq!(numbers("X1,=A1,5")[0].3, Some(RowFault::Formula("carrier".to_owned())));
    let long = format!("X1 中通 {}", "1".repeat(41));
    assert_eq!(
        numbers(&long)[0].3,
        Some(RowFault::TooLong { column: "tracking_number".to_owned(), max: 40 })
    );
}

#[test]
fn a_list_without_rows_or_with_half_a_heading_is_refused() {
    let read = |text: &str| number_rows(&table_of_text(text));
    assert_eq!(read("  \n\t\n"), Err(Problem::Missing));
    assert_eq!(read("订单号,快递公司,运单号"), Err(Problem::Missing));
    assert_eq!(read("订单号,快递公司,备注\nX1,顺丰,1"), Err(Problem::SheetColumns));
    assert_eq!(read(&"X 顺丰 1\n".repeat(501)), Err(Problem::TooManyRows { max: 500 }));
    assert_eq!(event_rows(&table_of_text("顺丰,1,签收,2026-06-15 10:00")), Err(Problem::SheetColumns));
}

#[test]
fn events_are_read_in_china_time() {
    let text = "快递,单号,状态,时间,地点\n顺丰,SF1,已签收,2026/6/5 08:30,西安\n顺丰,SF1,飞走了,2026-06-05 08:30:10,\n顺丰,SF1,在途,昨天,";
    let rows = event_rows(&table_of_text(text)).unwrap();
    let at_ms = 1_780_619_400_000;
    let event = rows[0].event(at_ms).unwrap();
    assert_eq!(
        (event.status, event.happened_at_ms, event.place.as_str()),
        (CarrierStatus::Delivered, at_ms, "西安")
    );
    assert_eq!(rows[1].event(at_ms + 10_000), Err(RowFault::NotAStatus));
    assert_eq!(rows[2].event(at_ms), Err(RowFault::NotATime));
    assert_eq!(rows[0].event(at_ms - 3_600_001), Err(RowFault::NotATime), "nothing comes from tomorrow");
    let whole = CarrierEvent::checked("中通", " 1 2 ", "delivered", &"远".repeat(90), 1, 1).unwrap();
    assert_eq!((whole.tracking_number.as_str(), whole.place.chars().count()), ("12", PLACE_MAX_CHARS));
}
