//! After-sales from the request to the last fen: partial refunds, returns, exchanges, damage, refusals, the town, the
//! second person; goods, villages' money, credits and figures follow, and the books are sound after every step.

mod declared;
mod edges;
mod guards;
mod part;
mod postage;
mod recalled;
mod stories;
mod town;
mod unasked;
pub(crate) mod weighed;

use bytes::Bytes;
use domain::after_sale::{AfterSaleStatus, Refusal, ReturnRule, ReturnedGoods};
use domain::failure::{FieldError, Problem};
use domain::ids::{AfterSaleId, ParcelId, ProductId};
use domain::parcel::ParcelStatus;
use domain::role::Role;
use domain::time::{DAY_MS, HOUR_MS};
use service::after_sales::{
    self as sales, Act, AfterSaleFilter, AfterSaleSummary, AppealFilter, AskAfterSale, AskLine,
    after_sale_page, ask_after_sale, ask_page, exported_after_sales, team_after_sales,
};
use service::orders::{cancel_order, confirm_receipt, order_page};
use service::photos::SentPhoto;
use service::shipping::{ShipParcel, list_parcels, packing_list, ship_parcel};
use store::after_sales::AfterSaleRow;
use store::orders::LineRow;

use super::*;

/// A picture of the demonstration.
fn picture() -> SentPhoto {
    const BYTES: &[u8] = include_bytes!("../../data/demo/pictures/tea-danya-1.webp");
    SentPhoto::Bytes(Bytes::from_static(BYTES))
}

async fn case(shop: &TestShop, id: AfterSaleId) -> AfterSaleRow {
    let mut conn = shop.services.db.read().await.unwrap();
    store::after_sales::find_after_sale(&mut conn, id).await.unwrap().unwrap()
}

/// Goods, freight and refund of an after-sale in fen.
async fn amounts(shop: &TestShop, id: AfterSaleId) -> (i64, i64) {
    let row = case(shop, id).await;
    (row.goods_fen.get(), row.freight_fen.get())
}

pub(crate) fn key(shop: &TestShop) -> String {
    shop.services.new_token()
}

/// What the form sends: pieces of one line.
fn form(shop: &TestShop, line: &LineRow, pieces: i64, kind: &str, reason: &str) -> AskAfterSale {
    AskAfterSale {
        key: key(shop),
        parcel: line.parcel_id.to_string(),
        kind: kind.to_owned(),
        reason: reason.to_owned(),
        words: "请处理".to_owned(),
        amount: String::new(),
        lines: vec![AskLine {
            line: line.id.to_string(),
            quantity: pieces.to_string(),
            damage: String::new(),
        }],
    }
}

/// With a photo, which every kind may carry.
pub(crate) async fn ask(
    shop: &TestShop,
    viewer: &Viewer,
    line: &LineRow,
    pieces: i64,
    kind: &str,
    reason: &str,
) -> Result<AfterSaleId> {
    let photos = vec![picture()];
    ask_after_sale(&shop.services, viewer, form(shop, line, pieces, kind, reason), photos).await
}

async fn declare(shop: &TestShop, product: ProductId, rule: ReturnRule) {
    let mut tx = shop.services.db.write().await.unwrap();
    store::after_sales::put_product_rule(&mut tx, product, rule, 0).await.unwrap();
    tx.commit().await.unwrap();
}

/// A paid order of guest 1.
pub(crate) async fn bought(shop: &TestShop, lines: &[(VariantId, i64)]) -> PlacedOrder {
    let placed = order(shop, 1, lines).await;
    pay(shop, &shop.guest(1), placed.order_id).await;
    placed
}

pub(crate) async fn ship(shop: &TestShop, parcel: ParcelId) -> Result<OrderId> {
    let command = ShipParcel { carrier: "中国邮政".to_owned(), tracking_number: "EMS 1".to_owned() };
    ship_parcel(&shop.services, &shop.seller().await, parcel, command).await
}

/// The same, and it has arrived.
async fn received(shop: &TestShop, lines: &[(VariantId, i64)]) -> PlacedOrder {
    let placed = bought(shop, lines).await;
    for parcel in parcels_of(shop, placed.order_id).await {
        ship(shop, parcel.id).await.unwrap();
        confirm_receipt(&shop.services, &shop.guest(1), parcel.id).await.unwrap();
    }
    placed
}

/// Pending and available money of the four villages together.
async fn earned(shop: &TestShop) -> (i64, i64) {
    let mut conn = shop.services.db.read().await.unwrap();
    let mut sums = (0, 0);
    for collective in shop.places.collectives {
        let (pending, available) =
            store::books::get_collective_balances(&mut conn, collective).await.unwrap();
        sums = (sums.0 + pending.get(), sums.1 + available.get());
    }
    sums
}

async fn refunds_of(shop: &TestShop, id: OrderId) -> Vec<i64> {
    let mut conn = shop.services.db.read().await.unwrap();
    let refunds = store::payments::list_order_refunds(&mut conn, id).await.unwrap();
    refunds.into_iter().map(|refund| refund.amount_fen.get()).collect()
}

fn refusal<T: std::fmt::Debug>(answer: Result<T>) -> Refusal {
    match conflict(answer) {
        Conflict::AfterSale(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_has_not_left_is_given_back_piece_by_piece_to_the_fen() {
    TestShop::on_both(async |shop| {
        let (guest, seller) = (shop.guest(1), shop.seller().await);
        let placed = bought(shop, &[(shop.dendrobium.variant(), 3), (shop.tea.variants[0], 2)]).await;
        let total = find_order(shop, placed.order_id).await.total_fen;
        let lines = lines_of(shop, placed.order_id).await;
        let freight = parcels_of(shop, placed.order_id).await[0].freight_fen.get();

        let one = ask(shop, &guest, &lines[0], 1, "refund_unshipped", "changed_mind").await.unwrap();
        let page = after_sale_page(&shop.services, &seller, one).await.unwrap();
        assert_eq!((page.goods_fen, page.freight_fen), (fen(16_801), fen(0)), "shown before it is agreed to");
        let answer = ship(shop, lines[0].parcel_id).await;
        assert_eq!(conflict(answer), Conflict::AfterSaleOpen, "first the answer, then the parcel");
        let cancelled = cancel_order(&shop.services, &guest, placed.order_id, "").await;
        assert_eq!(conflict(cancelled), Conflict::StateChanged, "it is taken apart already");
        sales::agree(&shop.services, &seller, one, &key(shop)).await.unwrap();
        assert_eq!(amounts(shop, one).await, (16_801, 0), "the rest still costs its freight");
        assert_eq!(batch(shop, shop.dendrobium.batches[0]).await, (99_000, 0, 1_000));
        assert_eq!(earned(shop).await, (2 * 16_801 + 2 * 4_990, 0));
        let packed = packing_list(&shop.services, &seller, lines[0].parcel_id).await.unwrap();
        assert_eq!(packed.lines.iter().map(|line| line.quantity).collect::<Vec<_>>(), [2, 2]);
        let team = shop.places.tea_team;
        let listed = list_parcels(&shop.services, &seller, team, ParcelStatus::ToPack, None).await;
        assert_eq!(listed.unwrap().parcels[0].lines[0].quantity, 2);
        run_worker(shop).await;
        assert_eq!(shop.gateway.sent_back_fen(), fen(16_801));
        assert_sound(shop).await;

        for (line, pieces) in [(&lines[0], 2), (&lines[1], 2)] {
            let id = ask(shop, &guest, line, pieces, "refund_unshipped", "late").await.unwrap();
            sales::agree(&shop.services, &seller, id, &key(shop)).await.unwrap();
            // Many small amounts of one parcel are a large one, until somebody else has looked.
            if line.id == lines[0].id {
                assert_eq!(case(shop, id).await.status, AfterSaleStatus::AwaitingSecond);
                sales::confirm_large(&shop.services, &shop.captain().await, id, &key(shop)).await.unwrap();
            }
            assert_sound(shop).await;
        }
        let refunds = refunds_of(shop, placed.order_id).await;
        assert_eq!(refunds, [16_801, 2 * 16_801, 2 * 4_990 + freight], "freight with the last");
        assert_eq!(refunds.iter().sum::<i64>(), total.get());
        assert_eq!(status(shop, placed.order_id).await, OrderStatus::Refunded);
        assert_eq!(parcels_of(shop, placed.order_id).await[0].status, ParcelStatus::Cancelled);
        assert_eq!(batch(shop, shop.dendrobium.batches[0]).await, (100_000, 0, 0));
        assert_eq!(earned(shop).await, (0, 0));
        run_worker(shop).await;
        assert_eq!(shop.gateway.sent_back_fen(), total);
    })
    .await;
}

#[tokio::test]
async fn nobody_asks_for_more_pieces_than_there_are_or_for_what_does_not_fit() {
    let shop = &TestShop::sqlite().await;
    let guest = shop.guest(1);
    let placed = bought(shop, &[(shop.tea.variants[0], 3)]).await;
    let line = lines_of(shop, placed.order_id).await.remove(0);
    let first = ask(shop, &guest, &line, 2, "refund_unshipped", "changed_mind").await.unwrap();
    let more = ask(shop, &guest, &line, 2, "refund_unshipped", "changed_mind").await;
    let Err(ServiceError::Invalid(errors)) = more else { panic!("{more:?}") };
    assert_eq!(errors, [FieldError::new("lines.0.quantity", Problem::OnlyLeft { left: 1 })]);
    let wrong = ask(shop, &guest, &line, 1, "return_refund", "quality").await;
    assert_eq!(refusal(wrong), Refusal::WrongMoment);
    let wrong = ask(shop, &guest, &line, 1, "refund_unshipped", "short").await;
    assert_eq!(refusal(wrong), Refusal::ReasonDoesNotFit);
    let nothing = ask_after_sale(
        &shop.services,
        &guest,
        AskAfterSale { parcel: line.parcel_id.to_string(), ..AskAfterSale::default() },
        Vec::new(),
    )
    .await;
    let Err(ServiceError::Invalid(errors)) = nothing else { panic!("{nothing:?}") };
    let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(fields, ["kind", "reason", "lines"], "all that is wrong at once");
    sales::withdraw(&shop.services, &guest, first, &key(shop)).await.unwrap();
    let all = ask(shop, &guest, &line, 3, "refund_unshipped", "changed_mind").await.unwrap();
    assert_eq!(
        case(shop, all).await.status,
        AfterSaleStatus::Requested,
        "what was withdrawn counts no longer"
    );
    let page = order_page(&shop.services, &guest, &placed.number, None).await.unwrap();
    assert_eq!((page.after_sales.len(), page.askable.len(), page.can_cancel), (2, 0, false));
    assert!(ask_page(&shop.services, &guest, &placed.number, line.parcel_id).await.is_err());
}

#[tokio::test]
async fn seven_days_are_for_goods_that_have_them_and_damage_of_fresh_ones_is_shown_soon() {
    let shop = &TestShop::sqlite().await;
    let guest = shop.guest(1);
    declare(shop, shop.tea.product, ReturnRule::SevenDays).await;
    let placed = received(shop, &[(shop.dendrobium.variant(), 2), (shop.tea.variants[0], 2)]).await;
    // What is declared after the sale does not count for it.
    declare(shop, shop.tea.product, ReturnRule::Perishable).await;
    let lines = lines_of(shop, placed.order_id).await;
    let fresh = ask(shop, &guest, &lines[0], 1, "return_refund", "changed_mind").await;
    assert_eq!(refusal(fresh), Refusal::NoReturnWithoutReason);
    ask(shop, &guest, &lines[1], 1, "return_refund", "changed_mind").await.unwrap();
    let blind = form(shop, &lines[0], 1, "damage_claim", "damaged");
    let blind = ask_after_sale(&shop.services, &guest, blind, Vec::new()).await;
    let Err(ServiceError::Invalid(errors)) = blind else { panic!("{blind:?}") };
    assert_eq!(errors, [FieldError::new("photos", Problem::Missing)]);
    shop.clock.advance(48 * HOUR_MS);
    let late = ask(shop, &guest, &lines[0], 1, "damage_claim", "damaged").await;
    assert!(matches!(refusal(late), Refusal::TooLate { .. }));
    ask(shop, &guest, &lines[0], 1, "return_refund", "quality").await.unwrap();
    shop.clock.advance(6 * DAY_MS);
    let late = ask(shop, &guest, &lines[1], 1, "return_refund", "changed_mind").await;
    assert!(matches!(refusal(late), Refusal::TooLate { .. }));
}

#[tokio::test]
async fn a_damaged_share_is_paid_and_the_village_keeps_the_rest() {
    TestShop::on_both(async |shop| {
        let (guest, seller) = (shop.guest(1), shop.seller().await);
        let placed = received(shop, &[(shop.dendrobium.variant(), 2)]).await;
        let line = lines_of(shop, placed.order_id).await.remove(0);
        let freight = parcels_of(shop, placed.order_id).await[0].freight_fen.get();
        let mut claim = form(shop, &line, 1, "damage_claim", "damaged");
        claim.lines[0].damage = "30%".to_owned();
        let photos = vec![picture()];
        let id = ask_after_sale(&shop.services, &guest, claim, photos).await.unwrap();
        let page = after_sale_page(&shop.services, &seller, id).await.unwrap();
        assert_eq!(page.messages[0].photos.len(), 1);
        assert!(page.acts.contains(&Act::Agree) && !page.acts.contains(&Act::Decide));
        sales::agree(&shop.services, &seller, id, &key(shop)).await.unwrap();
        // 30 % of 168.01 is 50.40; the freight with it in proportion to all goods, rounded down.
        let expected_freight = freight * 5_040 / (2 * 16_801);
        assert_eq!(amounts(shop, id).await, (5_040, expected_freight));
        assert_eq!(earned(shop).await, (2 * 16_801 - 5_040, 0));
        assert_eq!(batch(shop, shop.dendrobium.batches[0]).await, (99_000, 0, 1_000), "nothing came back");
        assert_sound(shop).await;

        let rest = ask(shop, &guest, &line, 2, "refund_only", "quality").await;
        assert!(matches!(rest, Err(ServiceError::Invalid(_))), "a piece is settled once: {rest:?}");
        let rest = ask(shop, &guest, &line, 1, "refund_only", "quality").await.unwrap();
        sales::agree(&shop.services, &seller, rest, &key(shop)).await.unwrap();
        assert_eq!(earned(shop).await, (16_801 - 5_040, 0));
        shop.clock.advance(8 * DAY_MS);
        run_worker(shop).await;
        assert_eq!(status(shop, placed.order_id).await, OrderStatus::Completed);
        assert_eq!(earned(shop).await, (0, 16_801 - 5_040));
    })
    .await;
}

#[tokio::test]
async fn goods_come_back_before_the_money_and_the_order_waits_for_both() {
    TestShop::on_both(async |shop| {
        let (guest, seller) = (shop.guest(1), shop.seller().await);
        declare(shop, shop.tea.product, ReturnRule::SevenDays).await;
        let placed = received(shop, &[(shop.tea.variants[0], 7)]).await;
        let line = lines_of(shop, placed.order_id).await.remove(0);
        let id = ask(shop, &guest, &line, 3, "return_refund", "changed_mind").await.unwrap();
        sales::agree(&shop.services, &seller, id, &key(shop)).await.unwrap();
        assert_eq!(case(shop, id).await.status, AfterSaleStatus::AwaitingReturn);
        let services = &shop.services;
        let blank = sales::send_back(services, &guest, id, " ", "", &key(shop)).await;
        assert!(matches!(blank, Err(ServiceError::Invalid(errors)) if errors.len() == 2));
        sales::send_back(services, &guest, id, "中国邮政", "RT 1", &key(shop)).await.unwrap();
        shop.clock.advance(9 * DAY_MS);
        run_worker(shop).await;
        assert_eq!(status(shop, placed.order_id).await, OrderStatus::Paid, "the window is over, this is not");
        sales::take_back(services, &seller, id, ReturnedGoods::WriteOff, &key(shop)).await.unwrap();
        assert_eq!(amounts(shop, id).await, (3 * 4_990, 0), "nobody's fault: the freight stays");
        let found = {
            let mut conn = services.db.read().await.unwrap();
            store::listing::find_listing_batch(&mut conn, shop.tea.batches[0]).await.unwrap().unwrap()
        };
        assert_eq!((found.sold, found.written_off), (200, 300), "of the batch they were taken from");
        assert_sound(shop).await;
        run_worker(shop).await;
        assert_eq!(status(shop, placed.order_id).await, OrderStatus::Completed);
        assert_eq!(earned(shop).await, (0, 4 * 4_990));
        assert_eq!(shop.gateway.sent_back_fen(), fen(3 * 4_990));
    })
    .await;
}

#[tokio::test]
async fn an_exchange_sends_the_same_goods_anew_without_payment() {
    TestShop::on_both(async |shop| {
        let (guest, seller) = (shop.guest(1), shop.seller().await);
        let good = shop.scarce("XS-1", 3).await;
        let placed = received(shop, &[(good.variant(), 2)]).await;
        let line = lines_of(shop, placed.order_id).await.remove(0);
        let services = &shop.services;
        let two = ask(shop, &guest, &line, 2, "exchange", "wrong_goods").await.unwrap();
        let short = sales::agree(services, &seller, two, &key(shop)).await;
        assert!(matches!(conflict(short), Conflict::OutOfStock { left: 1, .. }));
        sales::withdraw(services, &guest, two, &key(shop)).await.unwrap();
        let id = ask(shop, &guest, &line, 1, "exchange", "wrong_goods").await.unwrap();
        sales::agree(services, &seller, id, &key(shop)).await.unwrap();
        assert_eq!(batch(shop, good.batches[0]).await, (0, 1, 2), "set aside before anything is sent back");
        sales::send_back(services, &guest, id, "中国邮政", "RT 1", &key(shop)).await.unwrap();
        let late = sales::withdraw(services, &guest, id, &key(shop)).await;
        assert_eq!(conflict(late), Conflict::StateChanged, "the goods are gone");
        shop.clock.advance(8 * DAY_MS);
        run_worker(shop).await;
        assert_eq!(status(shop, placed.order_id).await, OrderStatus::Paid, "the window is over, this is not");
        sales::take_back(services, &seller, id, ReturnedGoods::Restock, &key(shop)).await.unwrap();
        assert_eq!(batch(shop, good.batches[0]).await, (1, 1, 1));
        assert_sound(shop).await;
        let parcel = ParcelId::from_i64(case(shop, id).await.replacement_parcel_id.unwrap());
        let packed = packing_list(services, &seller, parcel).await.unwrap();
        assert_eq!((packed.lines.len(), packed.lines[0].quantity), (1, 1));
        run_worker(shop).await;
        assert_eq!(status(shop, placed.order_id).await, OrderStatus::Paid);
        ship(shop, parcel).await.unwrap();
        assert_eq!(case(shop, id).await.status, AfterSaleStatus::Exchanged);
        assert_eq!(batch(shop, good.batches[0]).await, (1, 0, 2));
        assert_sound(shop).await;
        confirm_receipt(services, &guest, parcel).await.unwrap();
        run_worker(shop).await;
        assert_eq!(status(shop, placed.order_id).await, OrderStatus::Paid, "a window of its own");
        let again = ask(shop, &guest, &line, 1, "refund_only", "quality").await;
        assert!(again.is_ok(), "the replacement may be faulty, too: {again:?}");
        sales::withdraw(services, &guest, again.unwrap(), &key(shop)).await.unwrap();
        shop.clock.advance(8 * DAY_MS);
        run_worker(shop).await;
        assert_eq!(status(shop, placed.order_id).await, OrderStatus::Completed);
        assert!(refunds_of(shop, placed.order_id).await.is_empty());
    })
    .await;
}

async fn town_of(shop: &TestShop, id: AfterSaleId) -> Viewer {
    let town = case(shop, id).await.town_id;
    shop.account(&[Role::TownAdmin(town)]).await
}
