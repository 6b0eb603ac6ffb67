//! The life of orders: cart, hold, payment, parcels, books, refund and the jobs that follow, on both engines.

use domain::attribution::AttributionPart;
use domain::ids::*;
use domain::ledger;
use domain::money::Fen;
use domain::order::{OrderKind, OrderStatus};
use domain::parcel::ParcelStatus;
use domain::payment::{BankDirection, PaymentMethod, PaymentStatus, RefundStatus};
use domain::role::Role;
use sqlx::Executor;

use super::insert_places;
use crate::books::*;
use crate::carts::*;
use crate::orders::*;
use crate::parcels::*;
use crate::payments::*;
use crate::people::insert_role;
use crate::{Conn, Db, StoreError, audit_books, stock, units, work};

mod books;
mod jobs;
mod refunds;

const T: i64 = 1_750_000_000_000;
const TODAY: &str = "2025-06-15";
const PRODUCT: ProductId = ProductId::from_i64(30);
const VARIANT: VariantId = VariantId::from_i64(31);
const BATCH: BatchId = BatchId::from_i64(32);
const ORDER: OrderId = OrderId::from_i64(50);
const LINE: LineId = LineId::from_i64(51);
const PARCEL: ParcelId = ParcelId::from_i64(52);
const PAYMENT: PaymentId = PaymentId::from_i64(53);
const REFUND: RefundId = RefundId::from_i64(54);
const TEAM: TeamId = TeamId::from_i64(6);
const COLLECTIVE: CollectiveId = CollectiveId::from_i64(4);
const USER: UserId = UserId::from_i64(9);

pub(crate) async fn scenario(db: &Db) {
    let mut tx = db.write().await.unwrap();
    goods(&mut tx).await;
    cart(&mut tx).await;
    place(&mut tx).await;
    hold_and_sell(&mut tx).await;
    pay(&mut tx).await;
    book(&mut tx).await;
    ship(&mut tx).await;
    read(&mut tx).await;
    books::are_sound(&mut tx).await;
    refunds::are_tried_and_settled(&mut tx).await;
    books::are_sound(&mut tx).await;
    books::notice_what_is_broken(&mut tx).await;
    jobs::come_once(&mut tx).await;
    tx.commit().await.unwrap();
}

async fn goods(conn: &mut Conn) {
    insert_places(conn).await;
    for statement in [
        "INSERT INTO categories (id, slug, name, name_en, position) VALUES (20, 'tea', '茶', 'Tea', 1)",
        "INSERT INTO dispatch_places (id, team_id, name, region_code, address, phone) \
         VALUES (21, 6, '佐龙仓', '610925', '佐龙镇', '')",
        "INSERT INTO freight_templates (id, team_id, name, basis) VALUES (22, 6, '按重量', 'weight')",
        "INSERT INTO products (id, slug, team_id, category_id, village_id, place_id, freight_template_id, name, \
         name_en, story, story_en, base_unit, food_class, status, created_at_ms, updated_at_ms) \
         VALUES (30, 'tea', 6, 20, 3, 21, 22, '春茶', 'Spring tea', '', '', 'g', 'packaged_food', 'published', 0, 0)",
        "INSERT INTO variants (id, product_id, code, name, name_en, unit, price_fen, base_quantity, weight_g, position) \
         VALUES (31, 30, 'LC-125', '125 克', '125 g', '罐', 6800, 125, 150, 0)",
        "INSERT INTO tier_prices (variant_id, min_quantity, price_fen) VALUES (31, 50, 6000)",
        "INSERT INTO batches (id, product_id, code, produced_on, expires_on, received, available, created_at_ms) \
         VALUES (32, 30, 'B1', '2025-04-01', '2026-10-01', 1000, 1000, 0)",
        "INSERT INTO batch_inputs (batch_id, village_id, weight_g) VALUES (32, 3, 1000)",
        "INSERT INTO media (id, content_hash, width, height, placeholder, sizes, created_at_ms) \
         VALUES (33, 'abc', 100, 100, '', '320', 0)",
        "INSERT INTO product_media (product_id, position, media_id) VALUES (30, 0, 33)",
    ] {
        conn.execute(statement).await.unwrap();
    }
}

async fn cart(conn: &mut Conn) {
    let guest = CartOwner::Guest { session_hash: vec![7; 32] };
    let account = CartOwner::Account(USER);
    let (one, two) = (CartId::from_i64(40), CartId::from_i64(41));
    assert_eq!(find_cart(conn, &guest).await.unwrap(), None);
    insert_cart(conn, one, &guest, T).await.unwrap();
    insert_cart(conn, two, &account, T).await.unwrap();
    assert_eq!(find_cart(conn, &guest).await.unwrap(), Some(one));
    assert_eq!(find_cart(conn, &account).await.unwrap(), Some(two));
    set_line(conn, one, VARIANT, 2, T).await.unwrap();
    set_line(conn, one, VARIANT, 3, T).await.unwrap();
    assert_eq!(get_line_quantity(conn, one, VARIANT).await.unwrap(), 3);
    assert_eq!(count_pieces(conn, one).await.unwrap(), 3);
    assert_eq!(list_quantities(conn, one).await.unwrap(), [(VARIANT, 3)]);
    let lines = list_lines(conn, one, TODAY).await.unwrap();
    assert_eq!((lines[0].available, lines[0].variant.price_fen), (1000, Fen::new(6800)));
    assert_eq!(lines[0].photo_hash.as_deref(), Some("abc"));
    insert_cart(conn, CartId::from_i64(42), &account, T).await.unwrap();
    assert_eq!(lock_cart(conn, &account, T + 10).await.unwrap(), Some(two), "one cart an owner");
    assert_eq!(lock_cart(conn, &guest, T).await.unwrap(), Some(one));
    let stranger = CartOwner::Guest { session_hash: vec![8; 32] };
    assert_eq!(lock_cart(conn, &stranger, T).await.unwrap(), None);
    remove_line(conn, one, VARIANT).await.unwrap();
    assert_eq!(count_pieces(conn, one).await.unwrap(), 0);
    assert_eq!(purge_guest_carts(conn, T + 1).await.unwrap(), 1, "accounts keep their carts");
    delete_cart(conn, two).await.unwrap();
    assert!(find_sale_variant(conn, VARIANT).await.unwrap().unwrap().is_for_sale());
    assert_eq!(list_sale_variants(conn, &[VARIANT, VariantId::from_i64(1)]).await.unwrap().len(), 1);
    assert_eq!(find_variant_by_code(conn, "lc-125").await.unwrap(), Some(VARIANT));
    assert_eq!(list_tier_prices(conn, VARIANT).await.unwrap(), [(50, Fen::new(6000))]);
}

fn order() -> OrderRow {
    OrderRow {
        id: ORDER,
        number: "XJ250615ABCDEFGH".to_owned(),
        kind: OrderKind::Unit,
        status: OrderStatus::AwaitingApproval,
        user_id: None,
        guest_session_hash: Some(vec![7; 32]),
        unit_id: Some(7),
        goods_fen: Fen::new(13_600),
        freight_fen: Fen::new(1_200),
        total_fen: Fen::new(14_800),
        recipient_name: "测试买家".to_owned(),
        recipient_phone: "13800001234".to_owned(),
        region_code: "610102".to_owned(),
        region_name: "陕西省西安市新城区".to_owned(),
        address: "某路 1 号".to_owned(),
        note: String::new(),
        email: String::new(),
        locale: "zh".to_owned(),
        invoice: "{\"header\":\"none\"}".to_owned(),
        placed_at_ms: T,
        hold_until_ms: None,
        paid_at_ms: None,
        closed_at_ms: None,
        cancel_reason: String::new(),
        after_sale_until_ms: None,
        version: 1,
    }
}

async fn place(conn: &mut Conn) {
    insert_order(conn, &order()).await.unwrap();
    let parcel = ParcelRow {
        id: PARCEL,
        order_id: ORDER,
        team_id: TEAM,
        place_id: PlaceId::from_i64(21),
        status: ParcelStatus::AwaitingPayment,
        freight_fen: Fen::new(1_200),
        carrier: String::new(),
        tracking_number: String::new(),
        shipped_at_ms: None,
        received_at_ms: None,
        created_at_ms: T,
    };
    insert_parcel(conn, &parcel).await.unwrap();
    let line = LineRow {
        id: LINE,
        order_id: ORDER,
        parcel_id: PARCEL,
        variant_id: VARIANT,
        product_id: PRODUCT,
        team_id: TEAM,
        position: 0,
        product_name: "春茶".to_owned(),
        product_name_en: "Spring tea".to_owned(),
        variant_code: "LC-125".to_owned(),
        variant_name: "125 克".to_owned(),
        variant_name_en: "125 g".to_owned(),
        unit: "罐".to_owned(),
        unit_price_fen: Fen::new(6_800),
        quantity: 2,
        net_fen: Fen::new(13_600),
    };
    insert_lines(conn, std::slice::from_ref(&line)).await.unwrap();
    insert_approval(conn, ORDER, USER, "approved", "", T + 1).await.unwrap();
    assert_eq!(list_approvals(conn, ORDER).await.unwrap()[0].decision, "approved");
    let last = find_last_approval(conn, ORDER).await.unwrap();
    assert_eq!(last, Some((USER, "approved".to_owned(), String::new())));
    assert_eq!(lock_order(conn, ORDER).await.unwrap().version, 2);
    assert!(matches!(lock_order(conn, OrderId::from_i64(1)).await, Err(StoreError::NotFound(_))));
    update_status(conn, ORDER, OrderStatus::AwaitingPayment, None, "").await.unwrap();
    update_hold(conn, ORDER, Some(T + 100)).await.unwrap();
    assert_eq!(get_order(conn, ORDER).await.unwrap().hold_until_ms, Some(T + 100));
    assert!(has_orders(conn, Some(USER), Some(&[7; 32])).await.unwrap(), "by the guest's session");
    assert!(!has_orders(conn, Some(USER), Some(&[8; 32])).await.unwrap());
    assert_eq!(
        count_unpaid(conn, Some(USER), Some(&[7; 32])).await.unwrap(),
        0,
        "orders of units do not count against a person"
    );
    insert_origin(conn, ORDER, "k", T).await.unwrap();
    assert_eq!(find_nth_unpaid_from(conn, "k", T - 1, 1).await.unwrap(), Some(T));
    assert_eq!(find_nth_unpaid_from(conn, "k", T - 1, 2).await.unwrap(), None, "one only");
    assert_eq!(find_nth_unpaid_from(conn, "k", T, 1).await.unwrap(), None, "long ago");
    assert_eq!(find_nth_unpaid_from(conn, "other", 0, 1).await.unwrap(), None);
    assert_eq!(purge_origins(conn, T + 1).await.unwrap(), 1);
}

async fn hold_and_sell(conn: &mut Conn) {
    assert_eq!(stock::list_offers(conn, &[PRODUCT], TODAY).await.unwrap()[0].available, 1000);
    assert!(stock::list_offers(conn, &[PRODUCT], "2027-01-01").await.unwrap().is_empty(), "expired");
    assert_eq!(stock::lock_offer(conn, BATCH, TODAY).await.unwrap().unwrap().available, 1000);
    assert!(stock::lock_offer(conn, BATCH, "2027-01-01").await.unwrap().is_none(), "expired");
    assert_eq!(stock::list_inputs(conn, &[BATCH]).await.unwrap(), [(BATCH.get(), COLLECTIVE.get(), 1000)]);
    assert!(!stock::hold(conn, BATCH, 1001).await.unwrap(), "no more than there is");
    assert!(stock::hold(conn, BATCH, 300).await.unwrap());
    assert!(stock::release(conn, BATCH, 50).await.unwrap());
    assert!(!stock::release(conn, BATCH, 251).await.unwrap(), "no more than is held");
    let taken =
        stock::NewAllocation { id: AllocationId::from_i64(60), line: LINE, batch: BATCH, base_quantity: 250 };
    stock::insert_allocations(conn, ORDER, &[taken]).await.unwrap();
    assert!(stock::sell(conn, BATCH, 250).await.unwrap());
    assert!(stock::take_back(conn, BATCH, 250).await.unwrap());
    assert!(stock::hold(conn, BATCH, 250).await.unwrap());
    assert!(stock::sell(conn, BATCH, 250).await.unwrap());
    stock::update_allocations(conn, ORDER, "sold").await.unwrap();
    let taken = stock::list_allocations(conn, ORDER).await.unwrap();
    assert_eq!((taken[0].base_quantity, taken[0].status.as_str()), (250, "sold"));
    let part = AttributionPart { collective: COLLECTIVE, amount: Fen::new(13_600) };
    insert_attributions(conn, ORDER, &[(AttributionId::from_i64(61), LINE, part)]).await.unwrap();
}

async fn pay(conn: &mut Conn) {
    let row = PaymentRow {
        id: PAYMENT,
        order_id: ORDER,
        method: PaymentMethod::Online,
        status: PaymentStatus::Open,
        amount_fen: Fen::new(14_800),
        session_id: None,
        intent_id: None,
        page_url: None,
        bank_reference: None,
        created_at_ms: T,
        expires_at_ms: Some(T + 1000),
        captured_at_ms: None,
        checked_at_ms: T,
    };
    insert_payment(conn, &row).await.unwrap();
    let transfer = PaymentRow {
        id: PaymentId::from_i64(55),
        method: PaymentMethod::BankTransfer,
        status: PaymentStatus::Processing,
        bank_reference: Some("R-1".to_owned()),
        ..row.clone()
    };
    insert_payment(conn, &transfer).await.unwrap();
    let open = BankMoneyFilter::all(TEAM, true);
    let waiting = list_bank_money(conn, open, 9, 0).await.unwrap();
    assert_eq!((waiting.len(), waiting[0].id, waiting[0].direction), (1, 55, BankDirection::In));
    assert_eq!((waiting[0].bank_reference.as_str(), waiting[0].settled_at_ms), ("R-1", None));
    assert_eq!(count_waiting_bank_money(conn, TEAM).await.unwrap(), 1);
    assert_eq!(count_waiting_bank_money(conn, TeamId::from_i64(1)).await.unwrap(), 0);
    let none = [
        BankMoneyFilter::all(TeamId::from_i64(1), true),
        BankMoneyFilter::all(TEAM, false),
        BankMoneyFilter { direction: Some(BankDirection::Out), ..open },
        BankMoneyFilter { from_ms: T + 1, ..open },
        BankMoneyFilter { until_ms: T, ..open },
    ];
    for filter in none {
        assert_eq!(list_bank_money(conn, filter, 9, 0).await.unwrap(), [], "{filter:?}");
    }
    assert_eq!(list_bank_money(conn, open, 9, 1).await.unwrap(), [], "page by page");
    update_bank_reference(conn, transfer.id, "R-2").await.unwrap();
    assert_eq!(get_payment(conn, transfer.id).await.unwrap().bank_reference.as_deref(), Some("R-2"));
    update_page(conn, PAYMENT, "cs_1", "http://pay").await.unwrap();
    assert_eq!(list_to_check(conn, T + 1, 10).await.unwrap().len(), 1);
    update_checked(conn, PAYMENT, T + 5).await.unwrap();
    assert!(list_to_check(conn, T + 1, 10).await.unwrap().is_empty());
    update_payment_status(conn, PAYMENT, PaymentStatus::Processing, T + 6).await.unwrap();
    update_payment_status(conn, transfer.id, PaymentStatus::Failed, T + 6).await.unwrap();
    let ended = list_bank_money(conn, BankMoneyFilter::all(TEAM, false), 9, 0).await.unwrap();
    assert_eq!((ended.len(), ended[0].bank_reference.as_str()), (1, "R-2"), "given up");
    update_captured(conn, PAYMENT, Some("pi_1"), T + 7).await.unwrap();
    assert_eq!(get_payment(conn, PAYMENT).await.unwrap().intent_id.as_deref(), Some("pi_1"));
    assert_eq!(find_payment(conn, PaymentId::from_i64(1)).await.unwrap().map(|row| row.id), None);
    assert_eq!(list_order_payments(conn, ORDER).await.unwrap().len(), 2);
    let event = PaymentEventRow {
        event_id: "evt_1".to_owned(),
        kind: "checkout.session.completed".to_owned(),
        payload: "{}".to_owned(),
        received_at_ms: T,
    };
    assert!(insert_event(conn, &event).await.unwrap());
    assert!(!insert_event(conn, &event).await.unwrap(), "the same event comes twice");
    update_event_handled(conn, "evt_1", "captured", T + 8).await.unwrap();
}

/// What was paid stands in the journal, with its collective and with its cadre.
async fn book(conn: &mut Conn) {
    let captured = ledger::capture(PaymentMethod::Online, Fen::new(14_800)).unwrap();
    assert!(books::enter(conn, 70, &captured, "capture:53").await);
    assert!(!books::enter(conn, 71, &captured, "capture:53").await, "the same happening is booked once");
    let part = AttributionPart { collective: COLLECTIVE, amount: Fen::new(13_600) };
    let applied = ledger::apply(&[part], &[(TEAM, Fen::new(1_200))]).unwrap();
    assert!(books::enter(conn, 72, &applied, "apply:50").await);
    assert_eq!(update_attributions(conn, ORDER, "frozen", "pending", Some(T + 7)).await.unwrap(), 1);
    update_paid(conn, ORDER, T + 7).await.unwrap();
    update_sold_counts(conn, ORDER, 1).await.unwrap();
    let cadre = find_credited_cadre(conn, LINE, 3, Some(7), TODAY).await.unwrap();
    let credit = CreditRow {
        id: CreditId::from_i64(62),
        order_id: ORDER,
        line_id: LINE,
        team_id: TEAM,
        unit_id: Some(7),
        cadre_id: cadre,
        amount_fen: Fen::new(13_600),
        credited_at_ms: T + 7,
    };
    insert_credit(conn, &credit).await.unwrap();
    insert_credit(conn, &credit).await.unwrap();
}

async fn ship(conn: &mut Conn) {
    let moved =
        update_order_parcels(conn, ORDER, ParcelStatus::AwaitingPayment, ParcelStatus::ToPack).await.unwrap();
    assert_eq!(moved, 1);
    let waiting = list_team_parcels(conn, TEAM, ParcelStatus::ToPack, None, 10).await.unwrap();
    assert_eq!((waiting[0].order_number.as_str(), waiting[0].parcel.id), ("XJ250615ABCDEFGH", PARCEL));
    let inside = list_team_parcel_lines(conn, TEAM, ParcelStatus::ToPack, None, 10).await.unwrap();
    assert!(!inside.is_empty() && inside.iter().all(|line| line.parcel_id == PARCEL));
    for (place, count) in [(waiting[0].parcel.place_id, 1), (PlaceId::from_i64(999), 0)] {
        let here = Some(place);
        let found = list_team_parcels(conn, TEAM, ParcelStatus::ToPack, here, 10).await.unwrap();
        let lines = list_team_parcel_lines(conn, TEAM, ParcelStatus::ToPack, here, 10).await.unwrap();
        assert_eq!((found.len(), lines.len()), (count, count * inside.len()), "{place}");
        let open = count_open_parcels_at(conn, TEAM, place).await.unwrap();
        assert_eq!(open, vec![("to_pack".to_owned(), 1); count], "{place}");
    }
    assert_eq!(find_seller_parcel(conn, PARCEL).await.unwrap().unwrap().place_name, "佐龙仓");
    assert_eq!(count_team_parcels(conn, TEAM).await.unwrap(), [("to_pack".to_owned(), 1)]);
    assert_eq!(count_open_parcels(conn, TEAM).await.unwrap(), [("to_pack".to_owned(), 1)]);
    update_shipped(conn, PARCEL, "中国邮政", "CP1", T + 20).await.unwrap();
    update_shipped(conn, PARCEL, "中国邮政", "CP2", T + 30).await.unwrap();
    let parcel = get_parcel(conn, PARCEL).await.unwrap();
    assert_eq!((parcel.tracking_number.as_str(), parcel.shipped_at_ms), ("CP2", Some(T + 20)));
    update_received(conn, PARCEL, T + 40).await.unwrap();
    assert_eq!(list_order_parcels(conn, ORDER).await.unwrap()[0].status, ParcelStatus::Received);
    update_after_sale_until(conn, ORDER, T + 50).await.unwrap();
}

async fn read(conn: &mut Conn) {
    assert_eq!(claim_guest_orders(conn, &[7; 32], USER).await.unwrap(), 1);
    assert_eq!(claim_guest_orders(conn, &[7; 32], USER).await.unwrap(), 0);
    assert_eq!(
        find_order_by_number(conn, "XJ250615ABCDEFGH").await.unwrap().unwrap().user_id,
        Some(USER.get())
    );
    assert_eq!(list_order_lines(conn, ORDER).await.unwrap()[0].net_fen, Fen::new(13_600));
    assert_eq!(
        list_line_photos(conn, ORDER).await.unwrap(),
        [(LINE.get(), "abc".to_owned(), "tea".to_owned())]
    );
    // The unit's order is theirs as long as they are a member.
    assert!(list_user_orders(conn, USER, i64::MAX, 10).await.unwrap().is_empty());
    let member = Role::UnitFinance(UnitId::from_i64(7));
    assert!(insert_role(conn, 901, USER, member, T).await.unwrap());
    let mine = list_user_orders(conn, USER, i64::MAX, 10).await.unwrap();
    assert_eq!((mine[0].line_count, mine[0].parcels_received), (1, 1));
    assert_eq!(list_unit_orders(conn, 7, None, i64::MAX, 10).await.unwrap().len(), 1);
    let returned = list_unit_orders(conn, 7, Some(OrderStatus::Returned), i64::MAX, 10).await.unwrap();
    assert!(returned.is_empty());
    assert_eq!(units::find_unit(conn, 7).await.unwrap().unwrap().id.get(), 7);
    let slug = units::find_unit(conn, 7).await.unwrap().unwrap().slug;
    assert_eq!(units::find_unit_by_slug(conn, &slug).await.unwrap().unwrap().id.get(), 7);
    let prices = units::list_price_list(conn, TODAY).await.unwrap();
    assert_eq!((prices[0].in_stock, prices[0].best_price_fen), (6, Some(6000)));
    let bought = units::list_purchases(conn, 7, T, T + 100).await.unwrap();
    assert_eq!((bought[0].order_count, bought[0].amount_fen), (1, Fen::new(13_600)));
    let sum = units::sum_purchases(conn, 7, T, T + 100).await.unwrap();
    let all: Fen = bought.iter().map(|row| row.amount_fen).sum();
    assert_eq!((sum.amount_fen, sum.village_count), (all, 1));
    let none = units::sum_purchases(conn, 7, 0, 1).await.unwrap();
    assert_eq!((none.amount_fen, none.village_count), (Fen::ZERO, 0));
    assert_eq!(find_collective(conn, COLLECTIVE).await.unwrap().unwrap().id, COLLECTIVE);
    assert_eq!(
        get_collective_balances(conn, COLLECTIVE).await.unwrap(),
        (Fen::new(13_600), Fen::ZERO),
        "pending until the window has closed"
    );
    let statement = list_statement(conn, COLLECTIVE, T, T + 1000, 10).await.unwrap();
    assert_eq!((statement[0].entry_kind.as_str(), statement[0].amount_fen), ("apply", Fen::new(-13_600)));
}
