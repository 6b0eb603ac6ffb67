//! R3 over HTTP: what the payment network tells of one payment, really signed, in every order and twice, with one event
//! lost and one whose first handling failed.
//!
//! The network's address of the shop is one where nobody listens: the test takes the events out of the outbox and posts
//! them itself. All stories go step by step at the same time, because a handling that fails tries for a second.

use std::collections::BTreeMap;

use domain::order::OrderStatus;
use domain::payment::{PaymentStatus, RefundStatus};
use domain::time::{DAY_MS, MINUTE_MS};
use futures::future::join_all;
use service::orders::cancel_order;
use service::payments::{ComeBack, check_order, start_payment};
use service::rules::ShopRules;
use service::{Viewer, worker};
use store::testing::database::on_new_postgres;
use stripe_lookalike::{Faults, Lookalike, RefundMode, signature};

use crate::access::Who;
use crate::access::world::{Placed, World};
use crate::test_shop::{Browser, TestShop};

const COMPLETED: &str = "checkout.session.completed";
const PAID: &str = "checkout.session.async_payment_succeeded";
const CREATED: &str = "refund.created";
const UPDATED: &str = "refund.updated";

/// Base units of a piece of the small world's tea.
const PIECE: i64 = 100;

/// What becomes of an order, and of what is told meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Path {
    /// The buyer is done with the page, the money comes later.
    Paid,
    /// Paid and given up; its refund is under way at the network. The events of the payment come late.
    GivenBack,
}

impl Path {
    /// The last one tells of the end.
    const fn events(self) -> &'static [&'static str] {
        match self {
            Self::Paid => &[COMPLETED, PAID],
            Self::GivenBack => &[PAID, CREATED, UPDATED],
        }
    }

    const fn last_word(self) -> &'static str {
        match self {
            Self::Paid => PAID,
            Self::GivenBack => UPDATED,
        }
    }
}

/// What arrives at the shop.
#[derive(Debug, Clone)]
struct Plan {
    path: Path,
    /// Every event but a lost one twice.
    arrivals: Vec<&'static str>,
    /// The first time it arrives, the shop cannot ask the network about it.
    failing: &'static str,
}

impl Plan {
    /// Whether this arrival is the one that cannot be handled.
    fn fails_at(&self, step: usize) -> bool {
        self.arrivals.iter().position(|event| *event == self.failing) == Some(step)
    }

    /// Whether the shop never hears of the end.
    fn ends_untold(&self) -> bool {
        !self.arrivals.contains(&self.path.last_word())
    }

    /// A refund that the shop knows to be done is not asked about any more, so that nothing can fail.
    fn is_possible(&self) -> bool {
        let first = |event: &str| self.arrivals.iter().position(|arrival| *arrival == event);
        self.failing != CREATED || first(UPDATED).is_none_or(|updated| first(CREATED) < Some(updated))
    }
}

/// Every order of things of which there are so many each.
fn orders<T: Copy>(of: &[(T, usize)]) -> Vec<Vec<T>> {
    if of.iter().all(|(_, copies)| *copies == 0) {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (at, (thing, _)) in of.iter().enumerate().filter(|(_, (_, copies))| *copies > 0) {
        let mut rest = of.to_vec();
        rest[at].1 -= 1;
        all.extend(orders(&rest).into_iter().map(|mut order| {
            order.insert(0, *thing);
            order
        }));
    }
    all
}

/// Every order of a path's events, all of them and with one lost, and each with every event that may fail. In the short
/// run the second copies follow in the order of the first ones, in the long one in every order.
fn plans() -> Vec<Plan> {
    let is_long = std::env::var("XIANGJI_LONG").as_deref() == Ok("1");
    let mut plans = Vec::new();
    for path in [Path::Paid, Path::GivenBack] {
        for lost in path.events().iter().map(Some).chain([None]) {
            let told = path.events().iter().filter(|event| Some(*event) != lost);
            let copies: Vec<(&'static str, usize)> =
                told.map(|event| (*event, if is_long { 2 } else { 1 })).collect();
            for mut arrivals in orders(&copies) {
                if !is_long {
                    arrivals.extend(arrivals.clone());
                }
                for &(failing, _) in &copies {
                    plans.push(Plan { path, arrivals: arrivals.clone(), failing });
                }
            }
        }
    }
    plans.retain(Plan::is_possible);
    plans
}

/// An order, and what the network has told of it so far: bodies by kind.
struct Story {
    plan: Plan,
    placed: Placed,
    /// The network's names for the page and for the refund.
    session: String,
    refund: Option<String>,
    told: BTreeMap<String, String>,
    has_ended: bool,
}

/// The shop, its network, and who speaks for the network.
struct Stage {
    world: World,
    lookalike: Lookalike,
    secret: String,
    messenger: Browser,
}

impl Stage {
    async fn set(database_url: Option<String>) -> Self {
        let shop = TestShop::start_changed(|settings| {
            settings.database_url = database_url.map(|url| url.parse().unwrap());
            settings.address = Some(([127, 0, 0, 1], 1).into());
            settings.rules = ShopRules { max_unpaid_orders: 1_000, ..ShopRules::default() };
        })
        .await;
        let demo = shop.demo_payments.clone().unwrap();
        let messenger = shop.browser();
        let world = World::found(shop).await;
        let stage = Self { world, lookalike: demo.lookalike, secret: demo.webhook_secret, messenger };
        stage.break_line(false);
        stage
    }

    /// Nothing ends by itself; on a broken line the network serves no call.
    fn break_line(&self, is_broken: bool) {
        let fail_next_api = if is_broken { u32::MAX } else { 0 };
        let refunds = RefundMode::Pending;
        let settle_after_ms = DAY_MS;
        self.lookalike.set_faults(Faults { fail_next_api, refunds, settle_after_ms, ..Faults::default() });
    }

    /// An order up to where the story begins.
    async fn begin(&self, buyer: &Viewer, number: usize, plan: Plan) -> Story {
        let services = &self.world.shop.services;
        let placed = self.world.buy(Who::Shopper, &format!("139{number:08}")).await;
        let back = ComeBack { paid_path: "/paid".to_owned(), unpaid_path: "/unpaid".to_owned() };
        start_payment(services, buyer, placed.id, &back).await.unwrap();
        let session = {
            let mut conn = services.db.read().await.unwrap();
            let payment = store::payments::list_order_payments(&mut conn, placed.id).await.unwrap().remove(0);
            payment.session_id.unwrap()
        };
        self.lookalike.pay_later(&session, true).unwrap();
        let mut refund = None;
        if plan.path == Path::GivenBack {
            self.lookalike.settle(&session, true);
            check_order(services, placed.id).await.unwrap();
            cancel_order(services, buyer, placed.id, "").await.unwrap();
            while worker::run_due(services).await.unwrap() > 0 {}
            let mut conn = services.db.read().await.unwrap();
            let row = store::payments::list_order_refunds(&mut conn, placed.id).await.unwrap().remove(0);
            assert_eq!(row.status, RefundStatus::Requested);
            refund = row.network_refund_id;
            assert!(refund.is_some(), "the network has heard of it");
        }
        let mut story = Story { plan, placed, session, refund, told: BTreeMap::new(), has_ended: false };
        self.listen(&mut story);
        story
    }

    /// Takes what the network has to say; it is all about this story.
    fn listen(&self, story: &mut Story) {
        let events = self.lookalike.drain_webhooks();
        story.told.extend(events.into_iter().map(|event| (event.kind, event.body)));
    }

    /// The money arrives, here or back at the buyer.
    fn end(&self, story: &mut Story) {
        if std::mem::replace(&mut story.has_ended, true) {
            return;
        }
        match &story.refund {
            Some(refund) => self.lookalike.settle_refund(refund, true),
            None => self.lookalike.settle(&story.session, true),
        }
        self.listen(story);
    }

    /// Posts an event, signed now as the network does each time; answers the status.
    async fn post(&self, story: &Story, event: &str) -> u16 {
        let body = &story.told[event];
        let at_s = self.world.shop.services.now_ms() / 1_000;
        let signature = signature(&self.secret, body, at_s);
        self.messenger.post_signed("/webhooks/stripe", "stripe-signature", &signature, body).await.status
    }

    /// What arrives in this step, one event of each story.
    async fn play(&self, stories: &mut [Story], step: usize) {
        for story in stories.iter_mut() {
            if story.plan.arrivals.get(step) == Some(&story.plan.path.last_word()) {
                self.end(story);
            }
        }
        for (fails, expected) in [(true, 500), (false, 200)] {
            self.break_line(fails);
            let arriving: Vec<&Story> = stories
                .iter()
                .filter(|story| step < story.plan.arrivals.len() && story.plan.fails_at(step) == fails)
                .collect();
            for some in arriving.chunks(32) {
                let posts = some.iter().map(async |story| {
                    let status = self.post(story, story.plan.arrivals[step]).await;
                    assert_eq!(status, expected, "step {step} of {:?}", story.plan);
                });
                join_all(posts).await;
            }
        }
    }

    /// The order, its money and its goods are where the path ends.
    async fn judge(&self, story: &Story) {
        let (plan, order) = (&story.plan, story.placed.id);
        let is_given_back = plan.path == Path::GivenBack;
        let mut conn = self.world.shop.services.db.read().await.unwrap();
        let row = store::orders::get_order(&mut conn, order).await.unwrap();
        let expected = if is_given_back { OrderStatus::Refunded } else { OrderStatus::Paid };
        assert_eq!(row.status, expected, "{plan:?}");
        let payments = store::payments::list_order_payments(&mut conn, order).await.unwrap();
        assert_eq!(payments.len(), 1, "{plan:?}");
        assert_eq!(payments[0].status, PaymentStatus::Captured, "{plan:?}");
        assert_eq!(payments[0].amount_fen, row.total_fen, "{plan:?}");
        let refunds = store::payments::list_order_refunds(&mut conn, order).await.unwrap();
        assert_eq!(refunds.len(), usize::from(is_given_back), "{plan:?}");
        for refund in refunds {
            assert_eq!(refund.status, RefundStatus::Succeeded, "{plan:?}");
            assert_eq!(refund.amount_fen, row.total_fen, "{plan:?}");
        }
        let goods = store::stock::list_allocations(&mut conn, order).await.unwrap();
        let expected = if is_given_back { "released" } else { "sold" };
        assert!(!goods.is_empty() && goods.iter().all(|part| part.status == expected), "{plan:?}: {goods:?}");
    }

    /// Available, held and sold base units of the tea.
    async fn stock(&self) -> (i64, i64, i64) {
        let batch = self.world.batch;
        let mut conn = self.world.shop.services.db.read().await.unwrap();
        let row = store::listing::find_listing_batch(&mut conn, batch).await.unwrap().unwrap();
        (row.available, row.held, row.sold)
    }

    /// What the network itself has, the tea, the books, and what came.
    async fn judge_all(&self, stories: &[Story], before: (i64, i64, i64)) {
        let services = &self.world.shop.services;
        let given_back = stories.iter().filter(|story| story.plan.path == Path::GivenBack).count();
        let totals = self.lookalike.totals();
        assert_eq!((totals.payments, totals.refunds), (stories.len(), given_back), "one refund each");
        let sold = PIECE * i64::try_from(stories.len() - given_back).unwrap();
        assert_eq!(self.stock().await, (before.0 - sold, before.1, before.2 + sold), "no hold is stuck");
        let report = service::books::verify_books(services).await.unwrap();
        assert!(report.is_sound(), "{:#?}", report.mismatches);
        let mut conn = services.db.read().await.unwrap();
        let later_ms = services.now_ms() + DAY_MS;
        let strange = store::watching::list_strange_events(&mut conn, 0, later_ms, 9).await.unwrap();
        assert!(strange.is_empty(), "every event was handled in the end: {strange:?}");
    }
}

async fn tell_in_every_order(database_url: Option<String>) {
    let engine = if database_url.is_some() { "postgres" } else { "sqlite" };
    let stage = Stage::set(database_url).await;
    let services = &stage.world.shop.services;
    let before = stage.stock().await;
    let buyer = stage.world.viewer(Who::Shopper).await;
    let mut stories = Vec::new();
    for (number, plan) in plans().into_iter().enumerate() {
        stories.push(stage.begin(&buyer, number, plan).await);
    }
    let longest = stories.iter().map(|story| story.plan.arrivals.len()).max().unwrap();
    for step in 0..longest {
        stage.play(&mut stories, step).await;
    }
    // Whoever was told of the end knows it without asking.
    for story in stories.iter().filter(|story| !story.plan.ends_untold()) {
        stage.judge(story).await;
    }
    for story in stories.iter_mut().filter(|story| story.plan.ends_untold()) {
        stage.end(story);
    }
    stage.world.shop.clock.advance_ms(4 * MINUTE_MS);
    worker::reconcile(services).await.unwrap();
    for story in &stories {
        stage.judge(story).await;
    }
    stage.judge_all(&stories, before).await;
    println!("R3 {engine}: {} stories of signed events, doubled, lost and failed once", stories.len());
    stage.world.shop.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signed_events_in_every_order_end_alike_on_sqlite() {
    tell_in_every_order(None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signed_events_in_every_order_end_alike_on_postgres() {
    on_new_postgres(async |url| tell_in_every_order(Some(url)).await).await;
}
