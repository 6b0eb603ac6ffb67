//! Many parcels at once, what carriers tell, and what is late.

use std::sync::Arc;

use domain::ids::DeskListId;
use domain::shipping::{CarrierEvent, CarrierStatus, ListKind, RowFault};
use domain::time::{DAY_MS, HOUR_MS};
use service::ports::{CarrierError, CarrierTracking};
use service::shipping::carriers::take_notice;
use service::shipping::desk::{count_late, desk_parcel, list_late};
use service::shipping::lists::{
    AppliedRows, ListPage, ListSource, RowState, WantedRows, apply_list, keep_list, list_page,
};

use super::*;
use crate::after_sales::weighed::{sell_by_weight, weigh};

async fn keep(shop: &TestShop, viewer: &Viewer, kind: ListKind, text: &str) -> DeskListId {
    let (services, team) = (&shop.services, shop.places.tea_team);
    let source = match kind {
        ListKind::Numbers => ListSource::Text(text.to_owned()),
        ListKind::Events => ListSource::File(text.as_bytes().to_vec()),
    };
    keep_list(services, viewer, team, kind, source, &services.new_token()).await.unwrap()
}

fn states(page: &ListPage) -> Vec<RowState> {
    page.numbers
        .iter()
        .map(|row| row.state.clone())
        .chain(page.events.iter().map(|row| row.state.clone()))
        .collect()
}

#[tokio::test]
async fn pasted_numbers_ship_what_is_right_and_say_what_is_not() {
    TestShop::on_both(async |shop| {
        let (services, seller, team) = (&shop.services, shop.seller().await, shop.places.tea_team);
        let one = bought(shop, 1, &[(shop.tea.variants[0], 1)]).await;
        let two = bought(shop, 2, &[(shop.tea.variants[0], 4)]).await;
        let unpaid = order(shop, 3, &[(shop.tea.variants[0], 1)]).await;
        let foreign = bought(shop, 4, &[(shop.honey.variant(), 1)]).await;
        let line = lines_of(shop, two.order_id).await.remove(0);
        let split = split_parcel(services, &seller, splitting(shop, line.parcel_id, &[(line.id, 2)])).await.unwrap();
        let text = format!(
            "订单号\t快递\t单号\n{}\t顺丰\tSF1\n{}\t顺丰\tSF2\n{split}\t中通\tZT3\n{}\t中通\tZT4\n{}\t中通\tZT5\n\
             {}\t顺丰\tSF6\n没有\t顺丰\tSF7\n{}\t\tSF8",
            one.number, two.number, unpaid.number, foreign.number, one.number, two.number
        );
        let list = keep(shop, &seller, ListKind::Numbers, &text).await;
        let page = list_page(services, &seller, team, list).await.unwrap();
        let wrong = RowState::Wrong;
        assert_eq!(
            states(&page),
            [
                RowState::Ready,
                wrong(RowFault::SeveralParcels),
                RowState::Ready,
                wrong(RowFault::NotToSend),
                wrong(RowFault::UnknownParcel),
                wrong(RowFault::DuplicateOfRow(2)),
                wrong(RowFault::UnknownParcel),
                wrong(RowFault::Missing("carrier".to_owned())),
            ]
        );
        assert_eq!(page.counts(), (2, 0, 6));
        let whole = apply_list(services, &seller, team, list, &WantedRows::All).await;
        assert_eq!(conflict(whole), Conflict::ListNotRight);
        let none = apply_list(services, &seller, team, list, &WantedRows::Chosen(BTreeSet::new())).await;
        assert!(matches!(none, Err(ServiceError::Invalid(_))));
        assert!(parcels_of(shop, one.order_id).await.iter().all(|row| row.status == ParcelStatus::ToPack), "nothing yet");

        let chosen = WantedRows::Chosen(BTreeSet::from([0, 2, 4]));
        for _twice in 0..2 {
            let applied = apply_list(services, &seller, team, list, &chosen).await.unwrap();
            assert_eq!(applied, AppliedRows { done: 2, refused: 1 });
        }
        let sent = parcels_of(shop, one.order_id).await.remove(0);
        assert_eq!((sent.status, sent.carrier.as_str(), sent.tracking_number.as_str()), (ParcelStatus::Shipped, "顺丰速运", "SF1"));
        run_worker(shop).await;
        assert_sound(shop).await;

        // A slip is corrected by the next list, and the rest of the order is named by its number alone now.
        let text = format!("{} 顺丰 SF11\n{} 顺丰 SF2\n{split} 中通 ZT3", one.number, two.number);
        let list = keep(shop, &seller, ListKind::Numbers, &text).await;
        let page = list_page(services, &seller, team, list).await.unwrap();
        let was = RowState::Corrects { carrier: "顺丰速运".to_owned(), tracking_number: "SF1".to_owned() };
        assert_eq!(states(&page), [was, RowState::Ready, RowState::Done]);
        let applied = apply_list(services, &seller, team, list, &WantedRows::All).await.unwrap();
        assert_eq!(applied, AppliedRows { done: 3, refused: 0 });
        let stranger = shop.account(&[Role::SellerOf(shop.places.honey_team)]).await;
        let theirs = list_page(services, &stranger, shop.places.honey_team, list).await;
        assert!(matches!(theirs, Err(ServiceError::NotFound)), "another team's list");
        shop.clock.advance(DAY_MS + 1);
        assert!(matches!(list_page(services, &seller, team, list).await, Err(ServiceError::NotFound)), "a day old");
        worker::sweep(services).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_list_says_beforehand_what_is_to_be_weighed_and_what_has_expired() {
    TestShop::on_both(async |shop| {
        let (services, seller, team) = (&shop.services, shop.seller().await, shop.places.tea_team);
        let plain = bought(shop, 1, &[(shop.tea.variants[0], 1)]).await;
        sell_by_weight(shop).await;
        let heavy = bought(shop, 2, &[(shop.tea.variants[0], 1)]).await;
        let text = format!("{} 顺丰 SF1\n{} 顺丰 SF2", plain.number, heavy.number);
        let list = keep(shop, &seller, ListKind::Numbers, &text).await;
        let page = list_page(services, &seller, team, list).await.unwrap();
        let line = lines_of(shop, heavy.order_id).await.remove(0);
        let name = format!("{} {}", line.product_name, line.variant_name);
        assert_eq!(states(&page), [RowState::Ready, RowState::Wrong(RowFault::Unweighed(name))]);
        assert_eq!(page.numbers[1].parcel, Some(line.parcel_id), "where its scales are");
        let whole = apply_list(services, &seller, team, list, &WantedRows::All).await;
        assert_eq!(conflict(whole), Conflict::ListNotRight);
        weigh(shop, &line, &["1.5"]).await.unwrap();
        let page = list_page(services, &seller, team, list).await.unwrap();
        assert_eq!(states(&page), [RowState::Ready, RowState::Ready]);

        // Both have tea of the batch that is good until the end of the year.
        shop.clock.advance(200 * DAY_MS);
        let list = keep(shop, &seller, ListKind::Numbers, &text).await;
        let page = list_page(services, &seller, team, list).await.unwrap();
        let expired = |state: &RowState| matches!(state, RowState::Wrong(RowFault::Expired { .. }));
        assert!(states(&page).iter().all(expired), "{:?}", states(&page));
        let chosen = WantedRows::Chosen(BTreeSet::from([0, 1]));
        let applied = apply_list(services, &seller, team, list, &chosen).await.unwrap();
        assert_eq!(applied, AppliedRows { done: 0, refused: 2 });
    })
    .await;
}

/// A carrier whose signature is a word, and whose notice is a tracking number.
#[derive(Debug)]
struct FakeCarrier;

impl CarrierTracking for FakeCarrier {
    fn read_notice(
        &self,
        signature: &str,
        body: &[u8],
        now_ms: i64,
    ) -> std::result::Result<Vec<CarrierEvent>, CarrierError> {
        if signature != "signed" {
            return Err(CarrierError::Refused("no".to_owned()));
        }
        let number = std::str::from_utf8(body).map_err(|_| CarrierError::Unreadable)?;
        let at_ms = now_ms - now_ms % DAY_MS;
        Ok(vec![CarrierEvent::checked("顺丰", number, "delivered", "西安", at_ms, now_ms).unwrap()])
    }
}

#[tokio::test]
async fn what_a_carrier_tells_is_shown_once_and_decides_nothing() {
    TestShop::on_both(async |shop| {
        let services = &shop.services.clone().with_carriers(Arc::new(FakeCarrier));
        let (seller, guest, team) = (shop.seller().await, shop.guest(1), shop.places.tea_team);
        let placed = bought(shop, 1, &[(shop.tea.variants[0], 1)]).await;
        let parcel = parcels_of(shop, placed.order_id).await.remove(0).id;
        // The carrier was faster than the seller.
        assert_eq!(take_notice(services, "signed", b"SF1").await.unwrap(), Ok(1));
        let command = ShipParcel { carrier: "顺丰速运".to_owned(), tracking_number: "SF1".to_owned() };
        ship_parcel(services, &seller, parcel, command).await.unwrap();
        for _again in 0..3 {
            assert_eq!(take_notice(services, "signed", b"SF1").await.unwrap(), Ok(0), "played again");
        }
        assert!(matches!(take_notice(services, "forged", b"SF1").await.unwrap(), Err(CarrierError::Refused(_))));
        let off = take_notice(&shop.services, "signed", b"SF1").await.unwrap();
        assert_eq!(off, Err(CarrierError::Off));
        let seen = order_page(services, &guest, &placed.number, None).await.unwrap().tracking;
        assert_eq!(seen.len(), 1);
        assert_eq!((seen[0].0, seen[0].1[0].status), (parcel, CarrierStatus::Delivered));
        let desk = desk_parcel(services, &seller, parcel).await.unwrap();
        assert_eq!(desk.events.len(), 1);
        assert_eq!(desk.parcel.head.parcel.status, ParcelStatus::Shipped, "receipt is the buyer's word");

        let text = "快递,单号,状态,时间,地点\n顺丰,SF1,派件,2026-06-15 10:30,西安\n中通,SF1,派件,2026-06-15 10:30,西安\n";
        let list = keep(shop, &seller, ListKind::Events, text).await;
        let page = list_page(services, &seller, team, list).await.unwrap();
        assert_eq!(states(&page), [RowState::Ready, RowState::Wrong(RowFault::UnknownNumber)], "not of ours");
        let chosen = WantedRows::Chosen(BTreeSet::from([0]));
        for _twice in 0..2 {
            let applied = apply_list(services, &seller, team, list, &chosen).await.unwrap();
            assert_eq!(applied, AppliedRows { done: 1, refused: 0 });
        }
        assert_eq!(desk_parcel(services, &seller, parcel).await.unwrap().events.len(), 2);
        // The timer counts from dispatch, whatever the carrier says.
        shop.clock.advance(10 * DAY_MS + 1);
        run_worker(shop).await;
        assert_eq!(parcels_of(shop, placed.order_id).await[0].status, ParcelStatus::Received);
    })
    .await;
}

#[tokio::test]
async fn what_should_have_left_is_late() {
    TestShop::on_both(async |shop| {
        let (services, seller, team) = (&shop.services, shop.seller().await, shop.places.tea_team);
        let placed = bought(shop, 1, &[(shop.tea.variants[0], 2)]).await;
        let line = lines_of(shop, placed.order_id).await.remove(0);
        shop.clock.advance(48 * HOUR_MS);
        assert_eq!(count_late(services, &seller, team, None).await.unwrap(), 0, "in time to the last moment");
        // A parcel that was split off is as late as the one it comes from.
        split_parcel(services, &seller, splitting(shop, line.parcel_id, &[(line.id, 1)])).await.unwrap();
        shop.clock.advance(1);
        assert_eq!(count_late(services, &seller, team, None).await.unwrap(), 2);
        let late = list_late(services, &shop.captain().await, team, None).await.unwrap().parcels;
        assert_eq!(late.len(), 2);
        ship(shop, &seller, line.parcel_id, "E1").await.unwrap();
        assert_eq!(list_late(services, &seller, team, None).await.unwrap().parcels.len(), 1);
        let stranger = shop.account(&[Role::SellerOf(shop.places.honey_team)]).await;
        assert!(matches!(count_late(services, &stranger, team, None).await, Err(ServiceError::Forbidden)));
    })
    .await;
}
