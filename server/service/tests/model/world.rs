//! The real shop of a sequence: it does each step through the use cases, as pages would.

use domain::address::AddressForm;
use domain::failure::Conflict;
use domain::ids::{BatchId, OrderId, ParcelId, PaymentId, VariantId};
use domain::listing::InputForm;
use domain::money::Fen;
use domain::role::Role;
use domain::time::DAY_MS;
use service::checkout::{PlaceOrder, PlacedOrder, place_order};
use service::listing::{CorrectStock, correct_stock};
use service::orders::{cancel_order, cancel_order_as_seller, confirm_receipt};
use service::payments::{ComeBack, check_payment, record_event, start_payment};
use service::ports::CheckoutState;
use service::shipping::{ShipParcel, ship_parcel};
use service::testing::{TestShop, Town};
use service::units::{
    SubmitUnitOrder, announce_transfer, approve_order, confirm_transfer, return_order, submit_order,
};
use service::{Result, ServiceError, Viewer, refunds, worker};
use store::carts::CartOwner;
use store::payments::PaymentRow;

use super::compare::{Standing, compare_ends, standing};
use super::goods::BATCHES;
use super::reference::{Buyer, Network, Outcome, Shop, TEAMS, VARIANTS};
use super::shelf::{code, list, list_box};
use super::steps::{Act, Step, Wanted};

const SLUG: &str = "university-branch";

/// Goods and people of one sequence, in a shop that earlier sequences have used, too.
#[derive(Debug)]
pub struct World {
    /// The last one is that of the gift box.
    pub variants: Vec<VariantId>,
    pub batches: Vec<BatchId>,
    pub orders: Vec<PlacedOrder>,
    /// When the sequence began: noon in China.
    pub start_ms: i64,
    /// What the books said when it began.
    pub before: Standing,
    codes: Vec<String>,
    shoppers: [Viewer; 3],
    buyer: Viewer,
    approver: Viewer,
    finance: Viewer,
    /// Sells for both teams.
    pub(super) seller: Viewer,
    pub(super) admin: Viewer,
    /// Decides where buyer and seller do not agree.
    pub(super) town: Viewer,
}

/// What a use case answered, in the words of the reference.
pub(super) fn outcome<T>(answer: Result<T>) -> Outcome {
    match answer {
        Ok(_) => Outcome::Done,
        Err(ServiceError::Conflict(Conflict::OutOfStock { .. })) => Outcome::OutOfStock,
        Err(ServiceError::Conflict(Conflict::TooManyUnpaid { .. })) => Outcome::TooManyUnpaid,
        Err(ServiceError::Conflict(Conflict::StateChanged)) => Outcome::StateChanged,
        Err(ServiceError::Conflict(Conflict::AfterSaleOpen | Conflict::ParcelInAfterSale)) => Outcome::Busy,
        Err(ServiceError::Conflict(Conflict::Recalled { .. })) => Outcome::Recalled,
        Err(ServiceError::Conflict(Conflict::Unweighed { .. })) => Outcome::Unweighed,
        Err(ServiceError::Conflict(Conflict::AfterSale(_))) => Outcome::NotNow,
        Err(ServiceError::Conflict(Conflict::AlreadyPaid)) => Outcome::AlreadyPaid,
        Err(ServiceError::Invalid(_)) => Outcome::Refused,
        Err(ServiceError::PaymentUnavailable(_)) => Outcome::Unavailable,
        Err(other) => panic!("no use case may answer this: {other:?}"),
    }
}

impl World {
    /// New goods and people, noon of the next day.
    pub async fn begin(shop: &TestShop, number: u32) -> Self {
        let now_ms = shop.services.now_ms();
        // Noon in China is four o'clock in Greenwich.
        let noon = (now_ms - 4 * 3_600_000).div_euclid(DAY_MS) * DAY_MS + 4 * 3_600_000 + DAY_MS;
        shop.clock.advance_to(noon);
        let places = &shop.places;
        let (mut variants, mut codes, mut batches) = (Vec::new(), Vec::new(), Vec::new());
        for product in 0..TEAMS.len() {
            let good = list(shop, number, product).await;
            let specs = (0..VARIANTS.len()).filter(|place| VARIANTS[*place].product == product);
            codes.extend(specs.map(|place| code(number, place)));
            variants.extend(good.variants);
            batches.extend(good.batches);
        }
        let teams = [Role::CaptainOf(places.tea_team), Role::CaptainOf(places.honey_team)];
        let seller = shop.account(&teams).await;
        let (gift_box, code) = list_box(shop, &seller, number, &variants).await;
        variants.push(gift_box);
        codes.push(code);
        Self {
            variants,
            batches,
            codes,
            orders: Vec::new(),
            start_ms: noon,
            before: standing(shop).await,
            shoppers: [shop.guest(2 * number), shop.guest(2 * number + 1), shop.shopper().await],
            buyer: shop.buyer().await,
            approver: shop.approver().await,
            finance: shop.finance().await,
            seller,
            admin: shop.county_admin().await,
            town: shop.county_admin().await,
        }
    }

    /// Lets everything of this sequence come to rest, so that the next one has its peace.
    pub async fn end(&self, shop: &TestShop) {
        for place in 0..self.orders.len() {
            for payment in self.payments(shop, place).await {
                let Some(session) = payment.session_id else { continue };
                if !matches!(shop.gateway.find(&session), CheckoutState::Paid { .. }) {
                    shop.gateway.set(&session, CheckoutState::Expired);
                }
            }
        }
        for _ in 0..4 {
            shop.clock.advance(16 * DAY_MS);
            worker::reconcile(&shop.services).await.unwrap();
            run_worker(shop).await;
        }
        compare_ends(shop, self).await;
    }

    /// Does a step; `after` is how the reference stands after it.
    pub async fn apply(&mut self, shop: &TestShop, after: &Shop, step: &Step) -> Outcome {
        let services = &shop.services;
        match step {
            Step::Place { buyer, wanted } => self.place(shop, *buyer, wanted).await,
            Step::Submit { wanted, replaces } => self.submit(shop, wanted, *replaces).await,
            Step::Cancel { order, by_seller: true } => {
                let alone = cancel_order_as_seller(services, &self.seller, self.id(*order), "").await;
                if !matches!(alone, Err(ServiceError::Conflict(Conflict::LargeRefund))) {
                    return outcome(alone);
                }
                // Much money goes back on another one's word: its buyer gives the order up.
                outcome(cancel_order(services, self.owner(after, *order), self.id(*order), "").await)
            }
            Step::Cancel { order, .. } => {
                let viewer = self.owner(after, *order);
                outcome(cancel_order(services, viewer, self.id(*order), "").await)
            }
            Step::CancelUnheard { order } => {
                shop.gateway.go_silent(1);
                let answer = cancel_order(services, self.owner(after, *order), self.id(*order), "").await;
                shop.gateway.go_silent(0);
                outcome(answer)
            }
            Step::OpenPage { order, answer_lost } => self.open_page(shop, after, *order, *answer_lost).await,
            Step::Act { order, payment, act } => {
                act_on(shop, &self.session(shop, *order, *payment).await, *act)
            }
            Step::Notify { order, payment, times } => self.notify(shop, *order, *payment, *times).await,
            Step::Ship { order, parcel } => {
                let command = ShipParcel { carrier: "邮政".to_owned(), tracking_number: "E1".to_owned() };
                let parcel = self.parcel(shop, *order, *parcel).await;
                outcome(ship_parcel(services, &self.seller, parcel, command).await)
            }
            Step::Receive { order, parcel } => {
                let parcel = self.parcel(shop, *order, *parcel).await;
                outcome(confirm_receipt(services, self.owner(after, *order), parcel).await)
            }
            Step::Approve { order } => {
                outcome(approve_order(services, &self.approver, &self.orders[*order].number).await)
            }
            Step::Return { order } => {
                outcome(return_order(services, &self.approver, &self.orders[*order].number, "no").await)
            }
            Step::Announce { order } => {
                let reference = services.new_token();
                let number = &self.orders[*order].number;
                outcome(announce_transfer(services, &self.finance, number, &reference).await)
            }
            Step::Confirm { order } => {
                let payment = self.transfer(shop, *order).await;
                outcome(confirm_transfer(services, &self.admin, payment.id, payment.amount_fen).await)
            }
            Step::ConfirmBankRefund { order } => self.confirm_bank_refund(shop, *order).await,
            Step::RefundPart { order, line, pieces } => self.refund_part(shop, *order, *line, *pieces).await,
            Step::Ask { order, line, pieces, wish } => {
                self.ask(shop, self.owner(after, *order), (*order, *line), *pieces, *wish).await
            }
            Step::Answer { order, sale, act } => {
                self.answer(shop, self.owner(after, *order), (*order, *sale), *act).await
            }
            Step::Split { order, line, pieces } => self.split(shop, *order, *line, *pieces).await,
            Step::Merge { order, into, from } => self.merge(shop, *order, *into, *from).await,
            Step::Correct { batch, change } => {
                let reason = if *change > 0 { "received" } else { "spoiled" };
                let command = CorrectStock {
                    batch: self.batches[*batch].to_string(),
                    change: change.to_string(),
                    reason: reason.to_owned(),
                    inputs: same_again(shop, *batch),
                };
                outcome(correct_stock(services, &self.seller, &command, &services.new_token()).await)
            }
            Step::Goods(step) => self.goods_step(shop, after, step).await,
            Step::Wait { .. } => {
                self.wait(shop, after).await;
                Outcome::Done
            }
            Step::Reconcile => outcome(worker::reconcile(services).await),
        }
    }

    pub(super) fn id(&self, order: usize) -> OrderId {
        self.orders[order].order_id
    }

    fn viewer(&self, buyer: Buyer) -> &Viewer {
        match buyer {
            Buyer::Guest(number) => &self.shoppers[usize::from(number)],
            Buyer::Account => &self.shoppers[2],
            Buyer::Unit => &self.buyer,
        }
    }

    fn owner(&self, after: &Shop, order: usize) -> &Viewer {
        self.viewer(after.orders[order].buyer)
    }

    /// Puts it into the cart without looking at the stock, as if it had been there for days, and orders.
    async fn place(&mut self, shop: &TestShop, buyer: Buyer, wanted: &Wanted) -> Outcome {
        let viewer = self.viewer(buyer).clone();
        let owner = match viewer.user_id() {
            Some(user) => CartOwner::Account(user),
            None => CartOwner::Guest { session_hash: viewer.session_hash.clone().unwrap() },
        };
        let now_ms = shop.services.now_ms();
        let mut tx = shop.services.db.write().await.unwrap();
        if let Some(cart) = store::carts::lock_cart(&mut tx, &owner, now_ms).await.unwrap() {
            store::carts::delete_cart(&mut tx, cart).await.unwrap();
        }
        let cart = shop.services.new_id();
        store::carts::insert_cart(&mut tx, cart, &owner, now_ms).await.unwrap();
        for (variant, quantity) in wanted {
            store::carts::set_line(&mut tx, cart, self.variants[*variant], *quantity, now_ms).await.unwrap();
        }
        tx.commit().await.unwrap();
        let form = PlaceOrder {
            key: shop.services.new_token(),
            address: address(),
            expected_total_fen: Fen::new(total_fen(wanted)),
            agreed_terms: self.agreed_terms(wanted),
            ..PlaceOrder::default()
        };
        let answer = place_order(&shop.services, &viewer, form).await;
        self.orders.extend(answer.as_ref().ok().cloned());
        outcome(answer)
    }

    async fn submit(&mut self, shop: &TestShop, wanted: &Wanted, replaces: Option<usize>) -> Outcome {
        let line = |(variant, quantity): &(usize, i64)| format!("{} {quantity}\n", self.codes[*variant]);
        let form = SubmitUnitOrder {
            key: shop.services.new_token(),
            lines: wanted.iter().map(line).collect(),
            address: address(),
            expected_total_fen: Fen::new(total_fen(wanted)),
            agreed_terms: self.agreed_terms(wanted),
            replaces: replaces.map(|old| self.orders[old].number.clone()).unwrap_or_default(),
            ..SubmitUnitOrder::default()
        };
        let answer = submit_order(&shop.services, &self.buyer, SLUG, form).await;
        self.orders.extend(answer.as_ref().ok().cloned());
        outcome(answer)
    }

    async fn open_page(&self, shop: &TestShop, after: &Shop, order: usize, answer_lost: bool) -> Outcome {
        let viewer = match after.orders[order].buyer {
            Buyer::Unit => &self.finance,
            other => self.viewer(other),
        };
        let come_back = ComeBack { paid_path: "/paid".to_owned(), unpaid_path: "/unpaid".to_owned() };
        shop.gateway.lose_answers(u32::from(answer_lost));
        let answer = start_payment(&shop.services, viewer, self.id(order), &come_back).await;
        shop.gateway.lose_answers(0);
        outcome(answer)
    }

    /// Attempts to pay, oldest first.
    async fn payments(&self, shop: &TestShop, order: usize) -> Vec<PaymentRow> {
        let mut conn = shop.services.db.read().await.unwrap();
        let mut payments = store::payments::list_order_payments(&mut conn, self.id(order)).await.unwrap();
        payments.sort_by_key(|payment| payment.id);
        payments
    }

    async fn session(&self, shop: &TestShop, order: usize, payment: usize) -> String {
        self.payments(shop, order).await[payment].session_id.clone().expect("a page")
    }

    async fn transfer(&self, shop: &TestShop, order: usize) -> PaymentRow {
        let mut payments = self.payments(shop, order).await.into_iter();
        payments.rfind(|payment| payment.bank_reference.is_some()).expect("a transfer")
    }

    pub(super) async fn parcel(&self, shop: &TestShop, order: usize, parcel: usize) -> ParcelId {
        let mut conn = shop.services.db.read().await.unwrap();
        store::parcels::list_order_parcels(&mut conn, self.id(order)).await.unwrap()[parcel].id
    }

    /// The event arrives, is kept, and wakes the shop up; a second time it is known.
    async fn notify(&self, shop: &TestShop, order: usize, payment: usize, times: usize) -> Outcome {
        let id: PaymentId = self.payments(shop, order).await[payment].id;
        let event = shop.services.new_token();
        let mut said = Vec::new();
        for time in 0..times {
            let is_new = record_event(&shop.services, &event, "checkout.session.completed", "{}").await;
            assert_eq!(is_new.unwrap(), time == 0, "an event is new once");
            said.push(check_payment(&shop.services, &id.to_string()).await.unwrap());
        }
        Outcome::Said(said)
    }

    /// All that is to be sent back by hand.
    async fn confirm_bank_refund(&self, shop: &TestShop, order: usize) -> Outcome {
        let transfer = self.transfer(shop, order).await.id;
        let owed: Vec<_> = {
            let mut conn = shop.services.db.read().await.unwrap();
            let refunds = store::payments::list_order_refunds(&mut conn, self.id(order)).await.unwrap();
            refunds.into_iter().filter(|refund| refund.payment_id == transfer).collect()
        };
        assert!(!owed.is_empty(), "a refund");
        for refund in owed {
            let answer = refunds::confirm_bank_refund(&shop.services, &self.admin, refund.id).await;
            assert_eq!(outcome(answer), Outcome::Done);
        }
        Outcome::Done
    }

    async fn wait(&self, shop: &TestShop, after: &Shop) {
        shop.clock.advance_to(self.start_ms + after.now);
        // Pages close by themselves, and the network tells nobody.
        for place in 0..self.orders.len() {
            for payment in self.payments(shop, place).await {
                let Some(session) = payment.session_id else { continue };
                let is_over = payment.expires_at_ms.is_some_and(|until| until <= shop.services.now_ms());
                if is_over && shop.gateway.find(&session) == CheckoutState::Open {
                    shop.gateway.set(&session, CheckoutState::Expired);
                }
            }
        }
        run_worker(shop).await;
    }

    /// How the network sees every page that the shop knows.
    pub fn network_of(&self, shop: &TestShop, session: &str) -> Network {
        match shop.gateway.find(session) {
            CheckoutState::Open => Network::Open,
            CheckoutState::Processing => Network::Processing,
            CheckoutState::Paid { .. } => Network::Paid,
            CheckoutState::Expired => Network::Expired,
        }
    }

    /// Payments of an order for the comparison.
    pub async fn payments_of(&self, shop: &TestShop, order: usize) -> Vec<PaymentRow> {
        self.payments(shop, order).await
    }
}

/// As much from every village as came in at first.
fn same_again(shop: &TestShop, batch: usize) -> Vec<InputForm> {
    let kilograms = |grams: i64| format!("{}.{:03}", grams / 1_000, grams % 1_000);
    let given = shop.places.villages.iter().zip(BATCHES[batch].inputs).filter(|(_, grams)| *grams > 0);
    given
        .map(|(village, grams)| InputForm { village: village.to_string(), weight_kg: kilograms(grams) })
        .collect()
}

/// What the page would say: the reference's own sum, not the shop's.
fn total_fen(wanted: &Wanted) -> i64 {
    Shop::new().total_of(wanted)
}

fn address() -> AddressForm {
    AddressForm {
        name: "收货人".to_owned(),
        phone: "13800000000".to_owned(),
        region: Town::NEAR.to_owned(),
        detail: "示范路1号2单元".to_owned(),
    }
}

fn act_on(shop: &TestShop, session: &str, act: Act) -> Outcome {
    match act {
        Act::Pay => return Outcome::PageTook(shop.gateway.pay(session)),
        Act::Process if shop.gateway.find(session) == CheckoutState::Open => {
            shop.gateway.set(session, CheckoutState::Processing);
        }
        Act::Decline if shop.gateway.find(session) == CheckoutState::Processing => {
            shop.gateway.set(session, CheckoutState::Expired);
        }
        Act::Process | Act::Decline => {}
    }
    Outcome::Done
}

pub(super) async fn run_worker(shop: &TestShop) {
    while worker::run_due(&shop.services).await.unwrap() > 0 {}
}
