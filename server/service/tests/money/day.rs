//! The day's work: what waits, what was sold, and many parcels shipped at once.

mod notifications;
mod sales;

use domain::ids::{ParcelId, PlaceId};
use domain::parcel::ParcelStatus;
use domain::role::Role;
use domain::shipping::ListKind;
use domain::time::{DAY_MS, Date, HOUR_MS};
use service::day::{
    SalesQuery, ShipMany, ShipRow, Shipped, TableFilter, county_work, day_page, day_sales, export_parcels,
    parcel_table, parcels_by_id, place_choices, ship_many,
};
use service::freight::{PlaceForm, SavePlace, save_place};
use service::listing::{ListingForm, SaveListing, edit_page, save_draft};
use service::shipping::desk::{count_late, list_late};
use service::shipping::{list_parcels, list_template};
use service::testing::NewGood;
use store::places::{Names, NewVillage};

use super::*;

/// Guest `number` buys and pays.
async fn bought(shop: &TestShop, number: u32, lines: &[(VariantId, i64)]) -> PlacedOrder {
    let placed = order(shop, number, lines).await;
    pay(shop, &shop.guest(number), placed.order_id).await;
    run_worker(shop).await;
    placed
}

async fn parcel_of(shop: &TestShop, placed: &PlacedOrder) -> ParcelId {
    parcels_of(shop, placed.order_id).await[0].id
}

fn this_month() -> SalesQuery {
    SalesQuery::default()
}

#[tokio::test]
async fn the_first_page_says_what_waits_and_what_was_sold() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let team = shop.places.tea_team;
        let empty = day_page(services, &seller, team, &this_month()).await.unwrap();
        assert_eq!((empty.to_pack, empty.late, empty.sales.sum_fen), (0, 0, Fen::ZERO));
        let tea = bought(shop, 1, &[(shop.tea.variant(), 2)]).await;
        bought(shop, 2, &[(shop.dendrobium.variant(), 1), (shop.honey.variant(), 1)]).await;
        order(shop, 3, &[(shop.tea.variant(), 1)]).await;

        let page = day_page(services, &seller, team, &this_month()).await.unwrap();
        assert_eq!((page.to_pack, page.late, page.parcels.len()), (2, 0, 2), "not what is unpaid");
        assert_eq!(page.parcels[0].lines[0].quantity, 2, "who paid first is served first");
        let sold = Fen::new(2 * 4_990 + 16_801);
        assert_eq!((page.sales.today_fen, page.sales.sum_fen, page.sales.today_orders), (sold, sold, 2));
        assert_eq!(page.sales.days.last(), Some(&("2026-06-15".parse::<Date>().unwrap(), sold)));
        let of_products: Fen = page.sales.products.iter().map(|row| row.amount_fen).sum();
        let of_villages: Fen = page.sales.villages.iter().map(|row| row.today_fen).sum();
        assert_eq!((of_products, of_villages), (sold, sold), "nothing is lost between the villages");
        assert_eq!(page.sales.villages.len(), 4);
        let taken = day_sales(services, &seller, team, &this_month()).await.unwrap();
        assert_eq!(
            (taken.today_fen, taken.villages, taken.products),
            (sold, page.sales.villages, page.sales.products)
        );

        shop.clock.advance(DAY_MS);
        let page = day_page(services, &seller, team, &this_month()).await.unwrap();
        assert_eq!((page.sales.today_fen, page.sales.sum_fen, page.late), (Fen::ZERO, sold, 0));
        shop.clock.advance(DAY_MS + HOUR_MS);
        assert_eq!(day_page(services, &seller, team, &this_month()).await.unwrap().late, 2);
        service::orders::cancel_order(services, &shop.guest(1), tea.order_id, "").await.unwrap();
        run_worker(shop).await;
        let page = day_page(services, &seller, team, &this_month()).await.unwrap();
        assert_eq!((page.late, page.sales.sum_fen), (1, Fen::new(16_801)), "what went back was not sold");

        let other = shop.account(&[Role::SellerOf(shop.places.honey_team)]).await;
        let refused = day_page(services, &other, team, &this_month()).await;
        assert!(matches!(refused, Err(ServiceError::Forbidden)), "another team's day");
        assert!(matches!(
            day_sales(services, &other, team, &this_month()).await,
            Err(ServiceError::Forbidden)
        ));
        assert!(matches!(county_work(services, &seller).await, Err(ServiceError::Forbidden)));
        let work = county_work(services, &shop.county_admin().await).await.unwrap();
        assert_eq!(work.iter().map(|row| (row.to_pack, row.late)).collect::<Vec<_>>(), [(1, 1), (1, 1)]);
    })
    .await;
}

#[tokio::test]
async fn a_team_of_many_villages_sees_what_each_of_them_sold() {
    TestShop::on_both(async |shop| {
        let (services, places) = (&shop.services, &shop.places);
        let town = services.new_id();
        let mut tx = services.db.write().await.unwrap();
        let names =
            |slug: &str| Names { slug: slug.to_owned(), name: slug.to_owned(), name_en: slug.to_owned() };
        store::places::insert_town(&mut tx, town, places.county, &names("far")).await.unwrap();
        let mut inputs = Vec::new();
        for number in 0..12 {
            let village = NewVillage {
                id: services.new_id(),
                town_id: town,
                names: names(&format!("far-{number}")),
                story: String::new(),
                story_en: String::new(),
                media_id: None,
                yearly_target_fen: Fen::ZERO,
                collective_id: services.new_id(),
                collective_name: format!("合作社{number}"),
                collective_name_en: format!("Collective {number}"),
                credit_code: format!("N26109250000001{number:02}X"),
            };
            store::places::insert_village(&mut tx, &village).await.unwrap();
            inputs.push((village.id, 1_000));
        }
        tx.commit().await.unwrap();
        let good = NewGood {
            slug: "together".to_owned(),
            team: places.tea_team,
            place: places.tea_place,
            freight: places.tea_freight,
            village: inputs[0].0,
            variants: vec![("TG-1".to_owned(), 12_000, 1, 500)],
            tiers: Vec::new(),
            batches: vec![(10, "2027-06-30", inputs)],
        };
        let good = good.publish(services, places).await;
        bought(shop, 1, &[(good.variant(), 1)]).await;
        let page = day_page(services, &shop.seller().await, places.tea_team, &this_month()).await.unwrap();
        let sold: Vec<i64> = page.sales.villages.iter().map(|row| row.today_fen.get()).collect();
        assert_eq!(sold, [1_000; 12], "not only the first eight");
    })
    .await;
}

/// What stands in the first sheet of a workbook.
fn text(bytes: Vec<u8>) -> String {
    let mut book = calamine::open_workbook_auto_from_rs(std::io::Cursor::new(bytes)).unwrap();
    let range = calamine::Reader::worksheet_range_at(&mut book, 0).unwrap().unwrap();
    range.rows().map(|row| format!("{row:?}\n")).collect()
}

#[tokio::test]
async fn the_table_is_narrowed_and_taken_out_without_what_nobody_needs() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let team = shop.places.tea_team;
        let tea = bought(shop, 1, &[(shop.tea.variant(), 2)]).await;
        let both = bought(shop, 2, &[(shop.dendrobium.variant(), 1), (shop.tea.variant(), 1)]).await;
        let numbers = async |filter: TableFilter| -> Vec<String> {
            let page = parcel_table(services, &seller, team, &filter, 1).await.unwrap();
            page.rows.into_iter().map(|row| row.parcel.head.order_number).collect()
        };
        let none = TableFilter::default;
        assert_eq!(numbers(none()).await, [tea.number.clone(), both.number.clone()]);
        let dendrobium = TableFilter { product: shop.dendrobium.product.to_string(), ..none() };
        assert_eq!(numbers(dendrobium).await, std::slice::from_ref(&both.number));
        let village = TableFilter { village: shop.places.villages[3].to_string(), ..none() };
        assert_eq!(
            numbers(village).await,
            std::slice::from_ref(&both.number),
            "a village that earns from it"
        );
        assert_eq!(numbers(TableFilter { only_late: true, ..none() }).await, [""; 0]);
        let today = TableFilter { from: "2026-06-15".to_owned(), ..none() };
        assert_eq!(numbers(today.clone()).await.len(), 2);
        let yesterday = TableFilter { from: "2026-06-14".to_owned(), ..none() };
        assert_eq!(numbers(yesterday).await, [""; 0]);
        let injected = TableFilter { village: "1' OR '1'='1".to_owned(), from: "x".to_owned(), ..none() };
        assert_eq!(numbers(injected).await.len(), 2, "what cannot be read narrows nothing");

        ship(shop, &seller, &tea).await;
        let shipped = TableFilter { status: "shipped".to_owned(), ..none() };
        assert_eq!(numbers(shipped.clone()).await, std::slice::from_ref(&tea.number));
        assert_eq!(numbers(today).await.len(), 2, "days of payment mean every state");
        let search = |text: &str| TableFilter { search: text.to_owned(), ..none() };
        shop.clock.advance(60 * DAY_MS);
        let (of_tea, of_both) = (std::slice::from_ref(&tea.number), std::slice::from_ref(&both.number));
        assert_eq!(numbers(search(&format!(" {} ", tea.number.to_lowercase()))).await, of_tea, "of any day");
        assert_eq!(numbers(search("00002")).await, of_both, "the end of a telephone number");
        assert_eq!(numbers(search("00001")).await, [""; 0], "of what has left nobody needs it");
        assert_eq!(
            numbers(TableFilter { status: "shipped".to_owned(), ..search(&both.number) }).await,
            [""; 0]
        );
        for nothing in ["%", "_", "002", "' OR 1=1 --"] {
            assert_eq!(numbers(search(nothing)).await, [""; 0], "{nothing}");
        }
        let sheet = text(export_parcels(services, &seller, team, &none()).await.unwrap());
        assert!(sheet.contains(&both.number) && sheet.contains("13800000002"), "{sheet}");
        let sheet = text(export_parcels(services, &seller, team, &shipped).await.unwrap());
        assert!(
            sheet.contains(&tea.number) && !sheet.contains("13800000001") && !sheet.contains("示范路"),
            "{sheet}"
        );
        let other = shop.account(&[Role::CaptainOf(shop.places.honey_team)]).await;
        assert!(matches!(
            export_parcels(services, &other, team, &none()).await,
            Err(ServiceError::Forbidden)
        ));
    })
    .await;
}

#[tokio::test]
async fn who_packs_at_one_place_lists_prints_and_takes_along_what_leaves_from_it() {
    TestShop::on_both(async |shop| {
        let (services, seller, team) = (&shop.services, shop.seller().await, shop.places.tea_team);
        let form = PlaceForm {
            name: "县城仓".to_owned(),
            region: "岚皋县".to_owned(),
            address: "城关镇1号".to_owned(),
            phone: "0915-2999800".to_owned(),
        };
        let new = SavePlace { team, place: None, version: 0, form };
        let yard = save_place(services, &seller, &new, "p1").await.unwrap();
        let edit = edit_page(services, &seller, shop.tea.product).await.unwrap();
        let form = ListingForm { place: yard.to_string(), ..edit.form };
        let save = SaveListing { product: shop.tea.product, version: edit.version, form };
        save_draft(services, &seller, &save).await.unwrap();
        let both = bought(shop, 1, &[(shop.tea.variant(), 1), (shop.dendrobium.variant(), 1)]).await;
        let herb = bought(shop, 2, &[(shop.dendrobium.variant(), 1)]).await;

        let of = |place: PlaceId| TableFilter { place: place.to_string(), ..TableFilter::default() };
        let page = parcel_table(services, &seller, team, &of(yard), 1).await.unwrap();
        let listed: Vec<_> = page.rows.iter().map(|row| row.parcel.head.order_number.clone()).collect();
        assert_eq!(listed, std::slice::from_ref(&both.number), "one of its two parcels");
        assert_eq!(page.rows[0].parcel.head.place_name, "县城仓");
        assert_eq!(page.places.len(), 2);
        assert_eq!(place_choices(services, &seller, team).await.unwrap(), page.places);

        let elsewhere = shop.places.tea_place;
        let cards = async |place: PlaceId| -> (Vec<String>, Vec<(String, i64)>) {
            let page =
                list_parcels(services, &seller, team, ParcelStatus::ToPack, Some(place)).await.unwrap();
            assert_eq!(page.counts, [("to_pack".to_owned(), 3)], "the team's, whatever is narrowed");
            assert!(page.parcels.iter().all(|parcel| parcel.lines.len() == 1), "with what goes into them");
            (page.parcels.into_iter().map(|parcel| parcel.head.order_number).collect(), page.counts_at)
        };
        let waiting = |count: i64| vec![("to_pack".to_owned(), count)];
        assert_eq!(cards(yard).await, (vec![both.number.clone()], waiting(1)));
        assert_eq!(cards(elsewhere).await, (vec![both.number.clone(), herb.number.clone()], waiting(2)));
        assert_eq!(cards(shop.places.honey_place).await, (Vec::new(), Vec::new()), "another team's place");

        let template = async |place: Option<PlaceId>| {
            text(list_template(services, &seller, team, ListKind::Numbers, place).await.unwrap())
        };
        let sheet = template(Some(yard)).await;
        assert!(sheet.contains(&page.rows[0].parcel.head.parcel.id.to_string()), "{sheet}");
        assert_eq!((sheet.lines().count(), sheet.contains(&herb.number)), (2, false), "{sheet}");
        for (place, rows) in [(None, 3), (Some(elsewhere), 2), (Some(shop.places.honey_place), 0)] {
            let sheet = template(place).await;
            assert_eq!(sheet.lines().count(), 1 + rows, "below the heads: {sheet}");
        }

        let sheet = text(export_parcels(services, &seller, team, &of(yard)).await.unwrap());
        assert!(sheet.contains("县城仓") && sheet.contains(&both.number), "{sheet}");
        assert!(!sheet.contains("tea place") && !sheet.contains(&herb.number), "{sheet}");
        let other = shop.account(&[Role::SellerOf(shop.places.honey_team)]).await;
        let foreign = list_parcels(services, &other, team, ParcelStatus::ToPack, Some(yard)).await;
        assert!(matches!(foreign, Err(ServiceError::Forbidden)));
        let foreign = list_template(services, &other, team, ListKind::Numbers, Some(yard)).await;
        assert!(matches!(foreign, Err(ServiceError::Forbidden)));
        assert!(matches!(place_choices(services, &other, team).await, Err(ServiceError::Forbidden)));

        shop.clock.advance(48 * HOUR_MS + 1);
        for (place, late) in [(None, 3), (Some(yard), 1), (Some(elsewhere), 2)] {
            let listed = list_late(services, &seller, team, place).await.unwrap().parcels.len();
            let counted = count_late(services, &seller, team, place).await.unwrap();
            assert_eq!((listed, counted), (late, late as i64));
        }
        assert_sound(shop).await;
    })
    .await;
}

async fn ship(shop: &TestShop, seller: &Viewer, placed: &PlacedOrder) {
    let parcel = parcel_of(shop, placed).await;
    let by =
        service::shipping::ShipParcel { carrier: "邮政".to_owned(), tracking_number: "EMS9".to_owned() };
    service::shipping::ship_parcel(&shop.services, seller, parcel, by).await.unwrap();
}

#[tokio::test]
async fn ticked_parcels_leave_together_and_one_that_may_not_keeps_none_back() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let team = shop.places.tea_team;
        let mut parcels = Vec::new();
        let mut orders = Vec::new();
        for number in 1..=4 {
            let placed = bought(shop, number, &[(shop.tea.variant(), 1)]).await;
            parcels.push(parcel_of(shop, &placed).await);
            orders.push(placed);
        }
        service::orders::cancel_order(services, &shop.guest(3), orders[2].order_id, "").await.unwrap();
        let row = |at: usize, chosen: &str, number: &str| ShipRow {
            parcel: parcels[at].to_string(),
            chosen: chosen.to_owned(),
            tracking_number: number.to_owned(),
        };
        let command = |rows: Vec<ShipRow>| ShipMany { carrier: "中国邮政".to_owned(), rows };
        let nothing = ship_many(services, &seller, team, &command(vec![row(0, "", "E1")])).await;
        assert!(matches!(nothing, Err(ServiceError::Invalid(errors)) if errors[0].field == "rows"));
        let half = command(vec![row(0, "on", "E1"), row(1, "on", " ")]);
        let missing = ship_many(services, &seller, team, &half).await;
        assert!(matches!(missing, Err(ServiceError::Invalid(e)) if e[0].field == "rows.1.tracking_number"));
        let long = "9".repeat(41);
        let wrong = command(vec![row(0, "on", "E1"), row(1, "on", &long), row(2, "", ""), row(3, "on", " ")]);
        let Err(ServiceError::Invalid(errors)) = ship_many(services, &seller, team, &wrong).await else {
            panic!("every wrong row is named before anything leaves");
        };
        let fields: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["rows.1.tracking_number", "rows.3.tracking_number"]);
        let long_carrier = ShipMany { carrier: long, ..command(vec![row(0, "on", "E1")]) };
        let wrong = ship_many(services, &seller, team, &long_carrier).await;
        assert!(matches!(wrong, Err(ServiceError::Invalid(errors)) if errors[0].field == "carrier"));
        for placed in &orders[..2] {
            assert_eq!(
                parcels_of(shop, placed.order_id).await[0].status,
                ParcelStatus::ToPack,
                "nothing has left"
            );
        }

        let whole =
            command(vec![row(0, "on", "E1"), row(1, "", "E2"), row(2, "on", "E3"), row(3, "on", "E 4")]);
        for _twice in 0..2 {
            let shipped = ship_many(services, &seller, team, &whole).await.unwrap();
            assert_eq!(shipped, Shipped { done: vec![parcels[0], parcels[3]], kept: vec![parcels[2]] });
        }
        let last = parcels_of(shop, orders[3].order_id).await.remove(0);
        assert_eq!((last.status, last.tracking_number.as_str()), (ParcelStatus::Shipped, "E4"));
        assert_eq!(parcels_of(shop, orders[1].order_id).await[0].status, ParcelStatus::ToPack, "not ticked");

        let other = shop.account(&[Role::SellerOf(shop.places.honey_team)]).await;
        let foreign = ship_many(services, &other, shop.places.honey_team, &whole).await;
        assert!(matches!(foreign, Err(ServiceError::NotFound)), "another team's parcels");
        assert_eq!(parcels_by_id(services, &seller, team, &parcels).await.unwrap().len(), 4);
        let foreign = parcels_by_id(services, &other, shop.places.honey_team, &parcels).await;
        assert!(matches!(foreign, Err(ServiceError::NotFound)));
    })
    .await;
}
