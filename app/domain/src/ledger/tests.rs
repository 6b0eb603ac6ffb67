//! Tests of the posting rules: each entry balances, and a whole trade leaves nothing behind.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn village(number: i64) -> CollectiveId {
    CollectiveId::from_i64(number)
}

fn part(collective: i64, amount: i64) -> AttributionPart {
    AttributionPart { collective: village(collective), amount: Fen::new(amount) }
}

fn taken(collective: i64, state: EarningState, amount: i64) -> RefundedPart {
    RefundedPart { collective: village(collective), state, amount: Fen::new(amount) }
}

const TEAM: TeamId = TeamId::from_i64(77);

fn balances(entries: &[Entry]) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::new();
    for posting in entries.iter().flat_map(Entry::postings) {
        *sums.entry(posting.account.to_string()).or_insert(0) += posting.amount.get();
    }
    sums.retain(|_, sum| *sum != 0);
    sums
}

#[test]
fn account_texts_are_read_back() {
    let accounts = [
        AccountCode::ProviderClearing,
        AccountCode::Bank,
        AccountCode::UnappliedReceipts,
        AccountCode::RefundsPayable,
        AccountCode::CollectivePending(village(5)),
        AccountCode::CollectiveAvailable(village(5)),
        AccountCode::FreightIncome(TEAM),
        AccountCode::PaymentFees,
    ];
    for account in accounts {
        assert_eq!(account.to_string().parse(), Ok(account));
    }
    assert_eq!(accounts[4].to_string(), "liability:collective:0000000000005:pending");
    for text in ["", "asset", "asset:cash", "liability:collective:x:pending", "asset:bank:more"] {
        assert!(text.parse::<AccountCode>().is_err(), "{text}");
    }
}

#[test]
fn each_rule_debits_and_credits_what_it_says() {
    let entry = capture(PaymentMethod::BankTransfer, Fen::new(500)).unwrap();
    assert_eq!(entry.amount_on(AccountCode::Bank), Fen::new(500));
    assert_eq!(entry.amount_on(AccountCode::UnappliedReceipts), Fen::new(-500));

    let entry = apply(&[part(1, 300), part(2, 100), part(1, 50)], &[(TEAM, Fen::new(50))]).unwrap();
    assert_eq!(entry.amount_on(AccountCode::UnappliedReceipts), Fen::new(500));
    assert_eq!(entry.amount_on(AccountCode::CollectivePending(village(1))), Fen::new(-350));
    assert_eq!(entry.amount_on(AccountCode::FreightIncome(TEAM)), Fen::new(-50));
    assert_eq!(entry.postings().len(), 4, "parts of one collective are joined");

    let entry = payment_fee(Fen::new(3)).unwrap();
    assert_eq!(entry.amount_on(AccountCode::PaymentFees), Fen::new(3));
    assert_eq!(entry.amount_on(AccountCode::ProviderClearing), Fen::new(-3));
}

#[test]
fn a_trade_refunded_before_and_after_the_window_leaves_nothing_behind() {
    let online = PaymentMethod::Online;
    let entries = [
        capture(online, Fen::new(1_100)).unwrap(),
        apply(&[part(1, 600), part(2, 400)], &[(TEAM, Fen::new(100))]).unwrap(),
        refund_decided(&[taken(1, EarningState::Pending, 60)], &[]).unwrap(),
        release(&[part(1, 540), part(2, 400)]).unwrap(),
        refund_decided(
            &[taken(1, EarningState::Available, 540), taken(2, EarningState::Available, 400)],
            &[(TEAM, Fen::new(100))],
        )
        .unwrap(),
        refund_sent(online, Fen::new(60)).unwrap(),
        refund_sent(online, Fen::new(1_040)).unwrap(),
    ];
    assert_eq!(balances(&entries), BTreeMap::new());
    assert_eq!(balances(&entries[..4])["liability:collective:0000000000001:available"], -540);
    assert_eq!(balances(&entries[..3])["liability:refunds"], -60);
}

#[test]
fn what_a_line_earns_passes_to_the_villages_of_other_goods() {
    let entry = reattribute(&[part(1, 600), part(2, 400)], &[part(2, 700), part(3, 300)]).unwrap();
    let pending = |who| entry.amount_on(AccountCode::CollectivePending(CollectiveId::from_i64(who)));
    assert_eq!([1, 2, 3].map(pending), [Fen::new(600), Fen::new(-300), Fen::new(-300)]);
    let same = reattribute(&[part(1, 5)], &[part(1, 5)]);
    assert_eq!(same, Err(LedgerError::Empty(EntryKind::Reattribute)));
    let more = reattribute(&[part(1, 5)], &[part(2, 6)]);
    assert!(matches!(more, Err(LedgerError::Unbalanced { .. })), "the buyer pays what was paid");
}

#[test]
fn late_money_goes_back_whole() {
    let online = PaymentMethod::Online;
    let entries = [
        capture(online, Fen::new(9)).unwrap(),
        refund_unapplied(Fen::new(9)).unwrap(),
        refund_sent(online, Fen::new(9)).unwrap(),
    ];
    assert_eq!(balances(&entries), BTreeMap::new());
}

#[test]
fn what_does_not_balance_or_moves_nothing_is_refused() {
    let debit = Posting { account: AccountCode::Bank, amount: Fen::new(5) };
    let credit = Posting { account: AccountCode::UnappliedReceipts, amount: Fen::new(-4) };
    let unbalanced = LedgerError::Unbalanced { kind: EntryKind::Capture, difference: 1 };
    assert_eq!(Entry::new(EntryKind::Capture, [debit, credit]), Err(unbalanced));
    assert_eq!(Entry::new(EntryKind::Capture, []), Err(LedgerError::Empty(EntryKind::Capture)));
    assert_eq!(capture(PaymentMethod::Online, Fen::ZERO), Err(LedgerError::Empty(EntryKind::Capture)));
    assert_eq!(release(&[]), Err(LedgerError::Empty(EntryKind::Release)));
    let negative = Err(LedgerError::NegativeAmount(Fen::new(-1)));
    assert_eq!(refund_unapplied(Fen::new(-1)), negative);
    assert_eq!(apply(&[part(1, 2), part(2, -1)], &[]), negative);
}

proptest! {
    #[test]
    fn every_entry_adds_up_to_zero(
        parts in prop::collection::vec((0..5i64, 0..1_000_000i64), 1..9),
        fee in 1..5_000i64,
        pending in any::<bool>(),
    ) {
        let state = if pending { EarningState::Pending } else { EarningState::Available };
        let earned: Vec<_> = parts.iter().map(|(who, amount)| part(*who, *amount)).collect();
        let returned: Vec<_> = parts.iter().map(|(who, amount)| taken(*who, state, *amount)).collect();
        let freight = [(TEAM, Fen::new(fee))];
        let entries = [
            apply(&earned, &freight).unwrap(),
            refund_decided(&returned, &freight).unwrap(),
            capture(PaymentMethod::Online, Fen::new(fee)).unwrap(),
            refund_sent(PaymentMethod::BankTransfer, Fen::new(fee)).unwrap(),
        ];
        for entry in &entries {
            prop_assert_eq!(entry.postings().iter().map(|posting| posting.amount).sum::<Fen>(), Fen::ZERO);
            prop_assert!(entry.postings().iter().all(|posting| !posting.amount.is_zero()));
        }
    }
}
