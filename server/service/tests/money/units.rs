//! A unit's order from the pasted list to the purchase certificate's figures.

use calamine::{Data, Reader, Xlsx};
use domain::failure::{Conflict, Problem};
use domain::ids::{PaymentId, UnitId};
use domain::invoice::InvoiceWish;
use domain::order::OrderStatus;
use domain::role::Role;
use domain::time::DAY_MS;
use service::bank_money::{BankMoney, BankMoneyQuery, list_bank_money};
use service::orders::{cancel_order, confirm_receipt};
use service::shipping::{ShipParcel, ship_parcel};
use service::units::{
    SubmitUnitOrder, announce_transfer, approve_order, check_quick_order, confirm_transfer, purchases,
    purchases_xlsx, return_order, submit_order, unit_order_page,
};
use store::places::Names;
use store::seed::NewCadre;

use super::*;

mod transfers;

pub(crate) const SLUG: &str = "university-branch";
const NEAR: Option<&str> = Some(Town::NEAR);

/// The list as its buyer hands it in.
pub(crate) async fn form(shop: &TestShop, buyer: &Viewer, lines: &str) -> SubmitUnitOrder {
    let check = check_quick_order(&shop.services, buyer, SLUG, lines, NEAR).await.unwrap();
    assert_eq!(check.troubles, []);
    let draft = check.draft.unwrap();
    SubmitUnitOrder {
        key: shop.services.new_token(),
        lines: lines.to_owned(),
        address: address(Town::NEAR, 1),
        invoice: InvoiceWish::None,
        expected_total_fen: draft.total_fen(),
        agreed_terms: draft.agreed_terms(),
        ..SubmitUnitOrder::default()
    }
}

pub(crate) async fn submit(shop: &TestShop, buyer: &Viewer, lines: &str) -> PlacedOrder {
    let form = form(shop, buyer, lines).await;
    submit_order(&shop.services, buyer, SLUG, form).await.unwrap()
}

/// What of the tea team's money by bank waits, of which there is one under this reference.
async fn waiting_money(shop: &TestShop, reference: &str) -> BankMoney {
    let (captain, all) = (shop.captain().await, BankMoneyQuery::default());
    let page = list_bank_money(&shop.services, &captain, shop.places.tea_team, &all, 1).await.unwrap();
    assert_eq!((page.rows.len(), page.waiting), (1, 1), "{:?}", page.rows);
    assert_eq!(page.rows[0].bank_reference, reference);
    page.rows[0].clone()
}

async fn paid_by_transfer(shop: &TestShop, lines: &str, reference: &str) -> PlacedOrder {
    let (buyer, approver, finance) = (shop.buyer().await, shop.approver().await, shop.finance().await);
    let placed = submit(shop, &buyer, lines).await;
    approve_order(&shop.services, &approver, &placed.number).await.unwrap();
    announce_transfer(&shop.services, &finance, &placed.number, reference).await.unwrap();
    let payment = payments_of(shop, placed.order_id).await[0].clone();
    confirm_transfer(&shop.services, &shop.county_admin().await, payment.id, payment.amount_fen)
        .await
        .unwrap();
    placed
}

#[tokio::test]
async fn a_bad_list_is_explained_row_by_row_and_nothing_is_ordered() {
    let shop = TestShop::sqlite().await;
    let buyer = shop.buyer().await;
    let lines =
        "code quantity\nSH-500 20\nNOPE-1 2\nCH-100\n\nFM-500 zwei\nsh-500 1\nFM-500 99999\nCH-250 0\n";
    let check = check_quick_order(&shop.services, &buyer, SLUG, lines, NEAR).await.unwrap();
    let troubles: Vec<(i64, Problem)> =
        check.troubles.iter().map(|trouble| (trouble.row, trouble.problem.clone())).collect();
    let expected = [
        (3, Problem::UnknownCode),
        (4, Problem::Missing),
        (6, Problem::NotANumber),
        (7, Problem::DuplicateOfRow { row: 2 }),
        (8, Problem::OnlyLeft { left: 400 }),
        (9, Problem::OutOfRange { min: 1, max: 99_999 }),
    ];
    assert_eq!(troubles, expected);
    assert!(check.draft.is_none());
    assert_eq!((check.rows.len(), check.rows[0].unit_price_fen), (1, fen(15_003)), "the tier price");
    let refused = SubmitUnitOrder {
        key: "k".to_owned(),
        lines: lines.to_owned(),
        address: address(Town::NEAR, 1),
        ..SubmitUnitOrder::default()
    };
    let refused = submit_order(&shop.services, &buyer, SLUG, refused).await;
    assert!(matches!(refused, Err(ServiceError::Invalid(errors)) if errors.len() == 6));
    let page = service::units::unit_page(&shop.services, &buyer, SLUG, None).await.unwrap();
    assert!(page.orders.is_empty());
}

#[tokio::test]
async fn a_units_order_becomes_the_villages_money_and_the_units_record() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let (buyer, approver, finance) = (shop.buyer().await, shop.approver().await, shop.finance().await);
        let placed = submit(shop, &buyer, "SH-500 20\nFM-500 10").await;
        let row = find_order(shop, placed.order_id).await;
        assert_eq!(
            (row.status, row.goods_fen),
            (OrderStatus::AwaitingApproval, fen(20 * 15_003 + 10 * 8_800))
        );
        assert_eq!(batch(shop, shop.dendrobium.batches[0]).await, (100_000, 0, 0), "nothing is held yet");
        approve_order(services, &approver, &placed.number).await.unwrap();
        approve_order(services, &approver, &placed.number).await.unwrap();
        assert_eq!(batch(shop, shop.dendrobium.batches[0]).await, (90_000, 10_000, 0), "held once");
        announce_transfer(services, &finance, &placed.number, " ICBC-1 ").await.unwrap();
        announce_transfer(services, &finance, &placed.number, "ICBC-1").await.unwrap();
        let captain = shop.captain().await;
        let payment = PaymentId::from_i64(waiting_money(shop, "ICBC-1").await.id);
        let short = confirm_transfer(services, &captain, payment, row.total_fen - fen(1)).await;
        assert_eq!(conflict(short), Conflict::WrongAmount { expected_fen: row.total_fen });
        assert_eq!(status(shop, placed.order_id).await, OrderStatus::AwaitingPayment);
        assert_sound(shop).await;
        for _ in 0..2 {
            confirm_transfer(services, &captain, payment, row.total_fen).await.unwrap();
        }
        assert_eq!(status(shop, placed.order_id).await, OrderStatus::Paid);
        let sellers = shop
            .account(&[Role::SellerOf(shop.places.tea_team), Role::SellerOf(shop.places.honey_team)])
            .await;
        for parcel in parcels_of(shop, placed.order_id).await {
            let command = ShipParcel { carrier: "顺丰".to_owned(), tracking_number: "SF1".to_owned() };
            ship_parcel(services, &sellers, parcel.id, command).await.unwrap();
            confirm_receipt(services, &buyer, parcel.id).await.unwrap();
        }
        shop.clock.advance(8 * DAY_MS);
        run_worker(shop).await;
        assert_eq!(status(shop, placed.order_id).await, OrderStatus::Completed);
        assert_record(shop, &finance, row.goods_fen).await;
    })
    .await;
}

/// Which cadre, team, unit and how much each line of an order is credited with, in the order of the lines.
async fn credits_of(shop: &TestShop, placed: &PlacedOrder) -> Vec<(Option<i64>, i64, Option<i64>, i64)> {
    let mut conn = shop.services.db.read().await.unwrap();
    let rows = store::credits::list_order_credits(&mut conn, placed.order_id).await.unwrap();
    rows.iter().map(|row| (row.cadre_id, row.team_id.get(), row.unit_id, row.left_fen.get())).collect()
}

async fn post_cadre(shop: &TestShop, slug: &str, village: usize, unit: UnitId, starts_on: &str) -> i64 {
    let cadre = NewCadre {
        id: shop.services.new_id(),
        user_id: None,
        names: Names { slug: slug.to_owned(), name: slug.to_owned(), name_en: slug.to_owned() },
        village_id: shop.places.villages[village],
        unit_id: unit,
        starts_on: starts_on.to_owned(),
        ends_on: "2027-06-01".to_owned(),
        team_id: shop.places.tea_team,
        duty: "member".to_owned(),
    };
    let mut tx = shop.services.db.write().await.unwrap();
    store::seed::insert_cadre(&mut tx, &cadre).await.unwrap();
    tx.commit().await.unwrap();
    cadre.id.get()
}

#[tokio::test]
async fn a_units_order_is_credited_to_its_own_cadre_and_a_refund_takes_it_back() {
    TestShop::on_both(async |shop| {
        let places = &shop.places;
        // Who else could be meant: posted longer but by the headquarters, or by a stranger, or not there any more.
        post_cadre(shop, "of-headquarters", 0, places.headquarters, "2020-01-01").await;
        post_cadre(shop, "of-another", 0, places.other_unit, "2020-01-01").await;
        let placed = paid_by_transfer(shop, "SH-500 10\nFM-500 1", "BANK-C").await;
        let lines = credits_of(shop, &placed).await;
        let (cadre, branch) = (Some(places.cadre.get()), Some(places.branch.get()));
        let goods = find_order(shop, placed.order_id).await.goods_fen;
        let of: Vec<_> = lines.iter().map(|(cadre, team, unit, _)| (*cadre, *team, *unit)).collect();
        assert_eq!(of, [(cadre, places.tea_team.get(), branch), (cadre, places.honey_team.get(), branch)]);
        assert_eq!(lines.iter().map(|line| line.3).sum::<i64>(), goods.get());

        // Of two of the branch's own the one posted to where the honey comes from.
        let nearer = post_cadre(shop, "of-branch", 2, places.branch, "2026-01-01").await;
        let honey = paid_by_transfer(shop, "FM-500 2", "BANK-D").await;
        assert_eq!(credits_of(shop, &honey).await[0].0, Some(nearer));

        let admin = shop.county_admin().await;
        let finance = shop.finance().await;
        let page = service::county::county_page(&shop.services, &admin, service::county::Period::Year).await;
        let page = page.unwrap();
        let credited: Fen = page.cadres.iter().map(|row| row.amount_fen).sum();
        assert_eq!(credited, page.sales_fen, "every sale so far is some cadre's");
        let sending: Vec<_> =
            page.sending_units.iter().map(|row| (row.slug.as_str(), row.amount_fen)).collect();
        assert_eq!(sending, [(SLUG, credited)]);
        let report = purchases(&shop.services, &finance, SLUG, 2026).await.unwrap();
        assert!(report.cadres.iter().any(|row| row.name == "驻村第一书记"), "{:?}", report.cadres);

        cancel_order(&shop.services, &shop.buyer().await, placed.order_id, "too much").await.unwrap();
        assert!(credits_of(shop, &placed).await.iter().all(|line| line.3 == 0), "given back, so not brought");
        let after = service::county::county_page(&shop.services, &admin, service::county::Period::Year).await;
        let after: Fen = after.unwrap().cadres.iter().map(|row| row.amount_fen).sum();
        assert_eq!(after, credited - goods);
    })
    .await;
}

/// What the unit reads of itself, on the page and in the spreadsheet, and what the villages read.
async fn assert_record(shop: &TestShop, member: &Viewer, goods_fen: Fen) {
    let bought = purchases(&shop.services, member, SLUG, 2026).await.unwrap();
    assert_eq!(bought.total_fen, goods_fen);
    // Dendrobium of four villages and honey of two.
    assert_eq!(bought.rows.len(), 6);
    assert_eq!(purchases(&shop.services, member, SLUG, 2025).await.unwrap().total_fen, Fen::ZERO);
    let bytes = purchases_xlsx(&shop.services, member, SLUG, 2026).await.unwrap();
    let mut workbook: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    let range = workbook.worksheet_range_at(0).unwrap().unwrap();
    let amounts: Vec<i64> = range
        .rows()
        .skip(1)
        .map(|row| match &row[5] {
            Data::Float(yuan) => (yuan * 100.0).round() as i64,
            Data::Int(yuan) => yuan * 100,
            other => panic!("{other:?} is no amount"),
        })
        .collect();
    let (total, parts) = amounts.split_last().unwrap();
    assert_eq!((*total, parts.iter().sum::<i64>()), (goods_fen.get(), goods_fen.get()));
    let on_page: Vec<i64> = bought.rows.iter().map(|row| row.amount_fen.get()).collect();
    assert_eq!(parts, on_page);
    let mut of_villages = Fen::ZERO;
    for village in 0..4 {
        let collective = shop.places.collectives[village];
        let treasurer = shop.treasurer(village).await;
        let page =
            books::treasurer_page(&shop.services, &treasurer, collective, 0, i64::MAX, 100).await.unwrap();
        let slug = page.collective.village_slug.clone();
        let of_unit: Fen =
            bought.rows.iter().filter(|row| row.village_slug == slug).map(|row| row.amount_fen).sum();
        assert_eq!((page.pending_fen, page.available_fen), (Fen::ZERO, of_unit), "{slug}");
        let shown = service::shop::village_page(&shop.services, &slug).await.unwrap();
        assert_eq!(shown.card.income_fen, of_unit, "{slug}");
        of_villages += page.available_fen;
    }
    assert_eq!(of_villages, goods_fen);
}

#[tokio::test]
async fn nobody_approves_an_own_order() {
    let shop = TestShop::sqlite().await;
    let branch = shop.places.branch;
    let both = shop.account(&[Role::UnitBuyer(branch), Role::UnitApprover(branch)]).await;
    let placed = submit(&shop, &both, "FM-500 1").await;
    assert_eq!(conflict(approve_order(&shop.services, &both, &placed.number).await), Conflict::OwnOrder);
    let returned = return_order(&shop.services, &both, &placed.number, "mine").await;
    assert_eq!(conflict(returned), Conflict::OwnOrder);
    let page = unit_order_page(&shop.services, &both, SLUG, &placed.number).await.unwrap();
    assert!(!page.can_approve);
    approve_order(&shop.services, &shop.approver().await, &placed.number).await.unwrap();
}

#[tokio::test]
async fn an_order_whose_goods_are_gone_waits_for_its_approver() {
    TestShop::on_both(async |shop| {
        let scarce = shop.scarce("RARE-1", 5).await;
        let (buyer, approver) = (shop.buyer().await, shop.approver().await);
        let placed = submit(shop, &buyer, "RARE-1 5").await;
        let quick = order(shop, 9, &[(scarce.variant(), 2)]).await;
        let refused = approve_order(&shop.services, &approver, &placed.number).await;
        assert!(matches!(conflict(refused), Conflict::OutOfStock { left: 3, .. }));
        assert_eq!(status(shop, placed.order_id).await, OrderStatus::AwaitingApproval);
        assert_eq!(batch(shop, scarce.batches[0]).await, (3, 2, 0), "nothing was half approved");
        cancel_order(&shop.services, &shop.guest(9), quick.order_id, "").await.unwrap();
        approve_order(&shop.services, &approver, &placed.number).await.unwrap();
        assert_eq!(batch(shop, scarce.batches[0]).await, (0, 5, 0));
    })
    .await;
}

#[tokio::test]
async fn a_returned_order_is_replaced_by_the_edited_one() {
    let shop = TestShop::sqlite().await;
    let (buyer, approver) = (shop.buyer().await, shop.approver().await);
    let first = submit(&shop, &buyer, "FM-500 10").await;
    let empty = return_order(&shop.services, &approver, &first.number, "  ").await;
    assert!(matches!(empty, Err(ServiceError::Invalid(_))), "a reason is owed");
    return_order(&shop.services, &approver, &first.number, "half is enough").await.unwrap();
    let page = unit_order_page(&shop.services, &buyer, SLUG, &first.number).await.unwrap();
    assert!(page.can_edit);
    assert_eq!(page.page.approvals[0].reason, "half is enough");
    assert_eq!(
        conflict(approve_order(&shop.services, &approver, &first.number).await),
        Conflict::StateChanged
    );
    let edited = SubmitUnitOrder { replaces: first.number.clone(), ..form(&shop, &buyer, "FM-500 5").await };
    let second = submit_order(&shop.services, &buyer, SLUG, edited.clone()).await.unwrap();
    assert_eq!(submit_order(&shop.services, &buyer, SLUG, edited).await.unwrap(), second, "a second click");
    assert_eq!(status(&shop, first.order_id).await, OrderStatus::Cancelled);
    let again = SubmitUnitOrder { replaces: first.number, ..form(&shop, &buyer, "FM-500 5").await };
    assert_eq!(conflict(submit_order(&shop.services, &buyer, SLUG, again).await), Conflict::StateChanged);
    approve_order(&shop.services, &approver, &second.number).await.unwrap();
    assert_eq!(batch(&shop, shop.honey.batches[0]).await, (395, 5, 0));
}
