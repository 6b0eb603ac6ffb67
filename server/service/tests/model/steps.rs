//! What may happen next, and how likely it is.

use domain::order::OrderStatus;
use domain::parcel::ParcelStatus;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;

use super::goods_steps::{self, GoodsStep};
use super::reference::*;
use super::sale_steps::{add_desk_steps, add_sale_steps, are_siblings, fitting_acts, is_answered, is_clear};

/// Pieces by variant, in ascending order of variant; boxes come last.
pub type Wanted = Vec<(usize, i64)>;

/// What a payer does on the payment page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Pay,
    /// The method confirms later.
    Process,
    /// It was declined in the end.
    Decline,
}

/// What is done with an after-sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaleAct {
    Agree,
    Refuse,
    Withdraw,
    SendBack,
    /// The goods are sold again, or written off.
    TakeBack {
        restock: bool,
    },
    Appeal,
    Decide {
        uphold: bool,
    },
    /// Another one confirms a large amount.
    Second,
}

/// One thing that happens. Numbers are places in the lists of the reference.
#[derive(Debug, Clone)]
pub enum Step {
    Place {
        buyer: Buyer,
        wanted: Wanted,
    },
    Cancel {
        order: usize,
        by_seller: bool,
    },
    /// The same while the network does not answer.
    CancelUnheard {
        order: usize,
    },
    OpenPage {
        order: usize,
        answer_lost: bool,
    },
    Act {
        order: usize,
        payment: usize,
        act: Act,
    },
    /// The network's notice comes this often.
    Notify {
        order: usize,
        payment: usize,
        times: usize,
    },
    Ship {
        order: usize,
        parcel: usize,
    },
    Receive {
        order: usize,
        parcel: usize,
    },
    Submit {
        wanted: Wanted,
        replaces: Option<usize>,
    },
    Approve {
        order: usize,
    },
    Return {
        order: usize,
    },
    Announce {
        order: usize,
    },
    Confirm {
        order: usize,
    },
    ConfirmBankRefund {
        order: usize,
    },
    /// The seller gives the money of pieces back unasked; somebody else looks at large amounts.
    RefundPart {
        order: usize,
        line: usize,
        pieces: i64,
    },
    /// The buyer asks for the money of pieces, or to send them back.
    Ask {
        order: usize,
        line: usize,
        pieces: i64,
        wish: Wish,
    },
    Answer {
        order: usize,
        sale: usize,
        act: SaleAct,
    },
    /// Pieces of a line go into a parcel of their own.
    Split {
        order: usize,
        line: usize,
        pieces: i64,
    },
    Merge {
        order: usize,
        into: usize,
        from: usize,
    },
    Correct {
        batch: usize,
        change: i64,
    },
    /// Time passes, then the worker does what is due.
    Wait {
        ms: i64,
    },
    Goods(GoodsStep),
    /// The shop asks the network about what it never heard of.
    Reconcile,
}

/// What may come next.
pub type Steps = BoxedStrategy<Step>;

fn wanted() -> impl Strategy<Value = Wanted> {
    prop::collection::btree_map(0..FOR_SALE, 1..5_i64, 1..4).prop_map(|lines| lines.into_iter().collect())
}

fn buyer() -> impl Strategy<Value = Buyer> {
    prop_oneof![(0..2_u8).prop_map(Buyer::Guest), Just(Buyer::Account)]
}

/// Mostly an order that fits, now and then any.
fn an_order(shop: &Shop, fits: impl Fn(&Order) -> bool) -> BoxedStrategy<usize> {
    let fitting: Vec<usize> = (0..shop.orders.len()).filter(|place| fits(&shop.orders[*place])).collect();
    let any = 0..shop.orders.len();
    if fitting.is_empty() { any.boxed() } else { prop_oneof![9 => select(fitting), 1 => any].boxed() }
}

/// The places of something inside the orders, as pairs.
pub fn pairs<T>(
    shop: &Shop,
    list: impl Fn(&Order) -> &Vec<T>,
    fits: impl Fn(&Order, &T) -> bool,
) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (place, order) in shop.orders.iter().enumerate() {
        let inside = list(order).iter().enumerate().filter(|(_, one)| fits(order, one));
        found.extend(inside.map(|(index, _)| (place, index)));
    }
    found
}

/// Everything that may happen now.
pub fn next_step(shop: &Shop) -> Steps {
    let mut steps: Vec<(u32, Steps)> = vec![
        (8, (buyer(), wanted()).prop_map(|(buyer, wanted)| Step::Place { buyer, wanted }).boxed()),
        (3, wanted().prop_map(|wanted| Step::Submit { wanted, replaces: None }).boxed()),
        (3, (0..BATCHES.len(), -3..5_i64).prop_map(correction).boxed()),
        (3, select(vec![1, 4 * MINUTE, 16 * MINUTE, 31 * MINUTE]).prop_map(|ms| Step::Wait { ms }).boxed()),
        (3, select(vec![DAY, 8 * DAY, 11 * DAY, 16 * DAY]).prop_map(|ms| Step::Wait { ms }).boxed()),
        (3, Just(Step::Reconcile).boxed()),
    ];
    if shop.orders.is_empty() {
        return Union::new_weighted(steps).boxed();
    }
    add_order_steps(shop, &mut steps);
    add_unit_steps(shop, &mut steps);
    add_payment_steps(shop, &mut steps);
    add_parcel_steps(shop, &mut steps);
    add_refund_steps(shop, &mut steps);
    add_sale_steps(shop, &mut steps);
    add_desk_steps(shop, &mut steps);
    goods_steps::add_goods_steps(shop, &mut steps);
    Union::new_weighted(steps).boxed()
}

/// Amounts that matter for each batch; nothing is no correction.
fn correction((batch, pieces): (usize, i64)) -> Step {
    let size = if BATCHES[batch].product == 0 { 130 } else { 1 };
    Step::Correct { batch, change: if pieces == 0 { size } else { pieces * size } }
}

fn add_order_steps(shop: &Shop, steps: &mut Vec<(u32, Steps)>) {
    let now = shop.now;
    let has_page = |payment: &Payment| payment.has_page && payment.is_waiting() && payment.expires_at > now;
    let unopened =
        |order: &Order| order.status == OrderStatus::AwaitingPayment && !order.payments.iter().any(has_page);
    let open = (an_order(shop, unopened), prop::bool::weighted(0.15));
    steps.push((14, open.prop_map(|(order, answer_lost)| Step::OpenPage { order, answer_lost }).boxed()));
    let lives = |order: &Order| !matches!(order.status, OrderStatus::Cancelled | OrderStatus::Refunded);
    let cancel = (an_order(shop, lives), any::<bool>());
    steps.push((2, cancel.prop_map(|(order, by_seller)| Step::Cancel { order, by_seller }).boxed()));
    let unheard = an_order(shop, |order| order.payments.iter().any(has_page));
    steps.push((1, unheard.prop_map(|order| Step::CancelUnheard { order }).boxed()));
    // Paid a moment ago, and the shop does not know: these must be asked about, not given up.
    let just_paid =
        |order: &Order| order.payments.iter().any(|one| has_page(one) && one.network == Network::Paid);
    let just_paid: Vec<usize> =
        (0..shop.orders.len()).filter(|place| just_paid(&shop.orders[*place])).collect();
    if !just_paid.is_empty() {
        let cancel = (select(just_paid), any::<bool>());
        steps.push((2, cancel.prop_map(|(order, by_seller)| Step::Cancel { order, by_seller }).boxed()));
    }
    let unsent = |order: &Order| {
        order.status == OrderStatus::Paid
            && order.parcels.iter().all(|parcel| parcel.status == ParcelStatus::ToPack)
    };
    let unsent: Vec<usize> = (0..shop.orders.len()).filter(|place| unsent(&shop.orders[*place])).collect();
    if !unsent.is_empty() {
        let cancel = (select(unsent), any::<bool>());
        steps.push((3, cancel.prop_map(|(order, by_seller)| Step::Cancel { order, by_seller }).boxed()));
    }
}

fn add_unit_steps(shop: &Shop, steps: &mut Vec<(u32, Steps)>) {
    let mut add = |weight, fits: &dyn Fn(&Order) -> bool, step: fn(usize) -> Step| {
        let is_unit = |order: &Order| order.buyer == Buyer::Unit && fits(order);
        let units: Vec<usize> =
            (0..shop.orders.len()).filter(|place| is_unit(&shop.orders[*place])).collect();
        if !units.is_empty() {
            steps.push((weight, select(units).prop_map(step).boxed()));
        }
    };
    let transfer = |order: &Order, fits: &dyn Fn(&Payment) -> bool| {
        order.payments.iter().any(|payment| payment.by_bank && fits(payment))
    };
    add(10, &|order| order.status == OrderStatus::AwaitingApproval, |order| Step::Approve { order });
    add(2, &|order| order.status == OrderStatus::AwaitingApproval, |order| Step::Return { order });
    add(6, &|order| order.status == OrderStatus::AwaitingPayment, |order| Step::Announce { order });
    add(5, &|order| transfer(order, &|one| one.known == Known::Processing), |order| Step::Confirm { order });
    let owed = |one: &Payment| {
        one.refund.as_ref().is_some_and(|refund| !refund.sent) || one.parts.iter().any(|part| !part.sent)
    };
    add(6, &|order| transfer(order, &owed), |order| Step::ConfirmBankRefund { order });
    // What must be refused, or does nothing twice.
    add(1, &|_| true, |order| Step::Approve { order });
    add(1, &|_| true, |order| Step::Return { order });
    add(1, &|_| true, |order| Step::Announce { order });
    add(1, &|order| transfer(order, &|_| true), |order| Step::Confirm { order });
    let refunded = |order: &Order| transfer(order, &|one| one.is_refunded());
    add(1, &refunded, |order| Step::ConfirmBankRefund { order });
    for status in [OrderStatus::Returned, OrderStatus::AwaitingApproval] {
        let of_unit = |order: &&Order| order.buyer == Buyer::Unit && order.status == status;
        if let Some(old) = shop.orders.iter().position(|order| of_unit(&order)) {
            let edit = wanted().prop_map(move |wanted| Step::Submit { wanted, replaces: Some(old) });
            steps.push((if status == OrderStatus::Returned { 3 } else { 1 }, edit.boxed()));
        }
    }
}

fn add_payment_steps(shop: &Shop, steps: &mut Vec<(u32, Steps)>) {
    let pages = pairs(shop, |order| &order.payments, |_, payment| payment.has_page);
    if pages.is_empty() {
        return;
    }
    let acted = |places| {
        let act = |((order, payment), act)| Step::Act { order, payment, act };
        (select(places), an_act()).prop_map(act).boxed()
    };
    let told = |places| {
        let notify = |((order, payment), times)| Step::Notify { order, payment, times };
        (select(places), 1..3_usize).prop_map(notify).boxed()
    };
    let payable = |_: &Order, payment: &Payment| {
        payment.has_page && matches!(payment.network, Network::Open | Network::Processing)
    };
    let payable = pairs(shop, |order| &order.payments, payable);
    if !payable.is_empty() {
        steps.push((18, acted(payable)));
    }
    let unheard = |_: &Order, payment: &Payment| {
        payment.has_page && payment.is_waiting() && payment.network != Network::Open
    };
    let unheard = pairs(shop, |order| &order.payments, unheard);
    if !unheard.is_empty() {
        steps.push((14, told(unheard)));
    }
    steps.push((1, acted(pages.clone())));
    steps.push((2, told(pages)));
}

/// Most pay.
fn an_act() -> impl Strategy<Value = Act> {
    prop_oneof![6 => Just(Act::Pay), 3 => Just(Act::Process), 1 => Just(Act::Decline)]
}

fn add_parcel_steps(shop: &Shop, steps: &mut Vec<(u32, Steps)>) {
    let mut add = |weight, status: ParcelStatus, step: fn((usize, usize)) -> Step| {
        let fitting = pairs(shop, |order| &order.parcels, |_, parcel| parcel.status == status);
        if !fitting.is_empty() {
            steps.push((weight, select(fitting).prop_map(step).boxed()));
        }
    };
    add(12, ParcelStatus::ToPack, |(order, parcel)| Step::Ship { order, parcel });
    add(10, ParcelStatus::Shipped, |(order, parcel)| Step::Receive { order, parcel });
    // What must be refused, or does nothing twice.
    add(1, ParcelStatus::AwaitingPayment, |(order, parcel)| Step::Ship { order, parcel });
    add(1, ParcelStatus::Shipped, |(order, parcel)| Step::Ship { order, parcel });
    add(1, ParcelStatus::Received, |(order, parcel)| Step::Receive { order, parcel });
    add(1, ParcelStatus::Cancelled, |(order, parcel)| Step::Ship { order, parcel });
}

fn add_refund_steps(shop: &Shop, steps: &mut Vec<(u32, Steps)>) {
    let mut add = |weight, fits: &dyn Fn(&Order, &Line) -> bool, pieces: std::ops::Range<i64>| {
        let fitting = pairs(shop, |order| &order.lines, fits);
        if !fitting.is_empty() {
            let step = |((order, line), pieces)| Step::RefundPart { order, line, pieces };
            steps.push((weight, (select(fitting), pieces).prop_map(step).boxed()));
        }
    };
    add(6, &|order, line| order.status == OrderStatus::Paid && line.refunded < line.quantity, 1..3);
    // Also too much, too late, and of what nobody has paid.
    add(1, &|_, _| true, 1..6);
}

/// Whether the step still makes sense after steps before it were left out.
pub fn makes_sense(shop: &Shop, step: &Step) -> bool {
    let order = |place: &usize| shop.orders.get(*place);
    let of_unit = |place: &usize| order(place).is_some_and(|order| order.buyer == Buyer::Unit);
    let transfer = |place: &usize, wanted: fn(&Payment) -> bool| {
        of_unit(place) && order(place).is_some_and(|order| order.payments.iter().any(wanted))
    };
    match step {
        Step::Place { .. } | Step::Correct { .. } | Step::Reconcile => true,
        Step::Wait { ms } => is_clear(shop, *ms),
        Step::Goods(step) => goods_steps::makes_sense(shop, step),
        Step::Submit { replaces, .. } => replaces.as_ref().is_none_or(of_unit),
        Step::Cancel { order: place, .. }
        | Step::CancelUnheard { order: place }
        | Step::OpenPage { order: place, .. } => order(place).is_some(),
        Step::Act { order: place, payment, .. } | Step::Notify { order: place, payment, .. } => order(place)
            .and_then(|order| order.payments.get(*payment))
            .is_some_and(|payment| payment.has_page),
        Step::RefundPart { order: place, line, .. } | Step::Ask { order: place, line, .. } => {
            // What a recall opens again of a complete order has stories of its own (`money/after_sales/recalled.rs`).
            order(place).is_some_and(|order| order.lines.len() > *line) && !shop.is_reopened(*place)
        }
        Step::Split { order: place, line, .. } => order(place).is_some_and(|order| order.lines.len() > *line),
        Step::Answer { order: place, sale, act } => {
            let sale = order(place).and_then(|order| order.sales.get(*sale));
            sale.is_some_and(|sale| is_answered(sale) || fitting_acts(sale).contains(act))
        }
        Step::Merge { order: place, into, from } => {
            order(place).is_some_and(|order| are_siblings(order, *into, *from))
        }
        Step::Ship { order: place, parcel } | Step::Receive { order: place, parcel } => {
            order(place).is_some_and(|order| order.parcels.len() > *parcel)
        }
        Step::Approve { order } | Step::Return { order } | Step::Announce { order } => of_unit(order),
        Step::Confirm { order } => transfer(order, |payment| payment.by_bank),
        Step::ConfirmBankRefund { order } => {
            transfer(order, |payment| payment.by_bank && payment.is_refunded())
        }
    }
}
