//! Templates, places, sizes and surcharges, on both engines.

use domain::freight::PackedSize;
use domain::ids::{FreightTemplateId, OrderId, PlaceId, ProductId, TeamId, VariantId};
use domain::money::Fen;

use super::catalogue::insert_catalogue;
use crate::catalogue::{FreightRowRow, get_freight_template, list_variants};
use crate::freight::*;
use crate::listing::{list_place_choices, list_template_choices};
use crate::{Conn, Db};

const TEAM: TeamId = TeamId::from_i64(6);
const OTHER_TEAM: TeamId = TeamId::from_i64(7);
const TEA: ProductId = ProductId::from_i64(100);
const BY_WEIGHT: FreightTemplateId = FreightTemplateId::from_i64(61);
const BY_SIZE: FreightTemplateId = FreightTemplateId::from_i64(900);
const FERRY: PlaceId = PlaceId::from_i64(60);
const TOWN: PlaceId = PlaceId::from_i64(901);

pub(super) async fn scenario(db: &Db) {
    let mut tx = db.write().await.unwrap();
    insert_catalogue(&mut tx).await;
    templates(&mut tx).await;
    places(&mut tx).await;
    sizes(&mut tx).await;
    surcharges(&mut tx).await;
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn sending_is_the_same_on_both_engines() {
    super::on_both(scenario).await;
}

fn content(name: &str, row: &FreightRowRow) -> TemplateContent {
    TemplateContent {
        name: name.to_owned(),
        basis: "volume".to_owned(),
        free_from_fen: Some(9_900),
        free_from_count: Some(3),
        rows: vec![
            row.clone(),
            FreightRowRow { region_prefixes: "65 54".to_owned(), surcharge_fen: 1_500, ..row.clone() },
        ],
    }
}

async fn templates(conn: &mut Conn) {
    let row = FreightRowRow {
        first_quantity: 10_000,
        first_fee_fen: 800,
        step_quantity: 5_000,
        step_fee_fen: 300,
        free_kind: "own".to_owned(),
        row_free_from_count: Some(5),
        ..FreightRowRow::default()
    };
    insert_template(conn, BY_SIZE, TEAM, &content("按体积", &row)).await.unwrap();
    let (head, rows) = get_freight_template(conn, BY_SIZE).await.unwrap();
    assert_eq!(
        (head.basis.as_str(), head.free_from_fen, head.free_from_count),
        ("volume", Some(9_900), Some(3))
    );
    assert_eq!(rows[0], row, "what was written is read");
    assert_eq!((rows[1].region_prefixes.as_str(), rows[1].surcharge_fen), ("65 54", 1_500));

    let changed = FreightRowRow { free_kind: "never".to_owned(), row_free_from_count: None, ..row };
    let only_one = TemplateContent { rows: vec![changed.clone()], ..content("箱子", &changed) };
    assert_eq!(lock_template(conn, BY_SIZE).await.unwrap(), Some(2));
    update_template(conn, BY_SIZE, &only_one).await.unwrap();
    let (head, rows) = get_freight_template(conn, BY_SIZE).await.unwrap();
    assert_eq!((head.name.as_str(), rows), ("箱子", vec![changed]));
    assert_eq!(lock_template(conn, FreightTemplateId::from_i64(1)).await.unwrap(), None);

    let listed = list_templates(conn, TEAM).await.unwrap();
    let ids: Vec<_> = listed.iter().map(|row| (row.id, row.version, row.is_default)).collect();
    assert_eq!(ids, [(BY_WEIGHT, 1, 0), (BY_SIZE, 2, 0)]);
    assert_eq!((listed[0].published, listed[1].published), (3, 0), "a draft is not in the shop");
    assert!(list_templates(conn, OTHER_TEAM).await.unwrap().is_empty());

    put_default_template(conn, TEAM, Some(BY_SIZE)).await.unwrap();
    let offered = list_template_choices(conn, TEAM).await.unwrap();
    assert_eq!(offered.iter().map(|row| row.id).collect::<Vec<_>>(), [900, 61], "the default first");
    assert_eq!(find_template(conn, BY_SIZE).await.unwrap().unwrap().is_default, 1);
    set_template_retired(conn, BY_SIZE, Some(77)).await.unwrap();
    put_default_template(conn, TEAM, None).await.unwrap();
    assert_eq!(find_template(conn, BY_SIZE).await.unwrap().unwrap().retired_at_ms, Some(77));
    assert_eq!(list_template_choices(conn, TEAM).await.unwrap().len(), 1);
    assert_eq!(list_retired_choices(conn, TEAM).await.unwrap()[0].name, "箱子");
    set_template_retired(conn, BY_SIZE, None).await.unwrap();
    assert!(list_retired_choices(conn, TEAM).await.unwrap().is_empty());
}

async fn places(conn: &mut Conn) {
    let town = DispatchPlaceRow {
        id: TOWN,
        team_id: TEAM,
        name: "县城仓".to_owned(),
        region_code: "610925".to_owned(),
        address: "城关镇".to_owned(),
        phone: "0915-2999800".to_owned(),
        version: 1,
        retired_at_ms: None,
        is_default: 0,
        published: 0,
    };
    insert_place(conn, &town).await.unwrap();
    assert_eq!(find_place(conn, TOWN).await.unwrap(), Some(town.clone()));
    assert_eq!(lock_place(conn, TOWN).await.unwrap(), Some(2));
    let moved = DispatchPlaceRow { address: "城关镇2号".to_owned(), version: 2, ..town };
    update_place(conn, &moved).await.unwrap();
    put_default_place(conn, TEAM, Some(TOWN)).await.unwrap();
    let listed = list_places(conn, TEAM).await.unwrap();
    assert_eq!(listed.iter().map(|row| (row.id, row.published)).collect::<Vec<_>>(), [(FERRY, 3), (TOWN, 0)]);
    assert_eq!(listed[1], DispatchPlaceRow { is_default: 1, ..moved });
    let offered = list_place_choices(conn, TEAM).await.unwrap();
    assert_eq!(offered.iter().map(|row| row.id).collect::<Vec<_>>(), [901, 60], "the default first");
    set_place_retired(conn, FERRY, Some(5)).await.unwrap();
    let sending = find_product_sending(conn, TEA).await.unwrap().unwrap();
    assert_eq!(
        (sending.is_place_retired, sending.is_template_retired, sending.basis.as_str()),
        (1, 0, "weight")
    );
    assert!(find_product_sending(conn, ProductId::from_i64(1)).await.unwrap().is_none());
    set_place_retired(conn, FERRY, None).await.unwrap();
}

async fn sizes(conn: &mut Conn) {
    let tin = VariantId::from_i64(110);
    let sizeless = count_sizeless(conn, BY_WEIGHT).await.unwrap();
    assert!(sizeless > 1, "{sizeless}");
    let size = PackedSize::parse("30×20×10.5").unwrap();
    put_size(conn, tin, Some(PackedSize::parse("1×1×1").unwrap())).await.unwrap();
    put_size(conn, tin, Some(size)).await.unwrap();
    assert_eq!(list_sizes(conn, TEA).await.unwrap(), [(tin, size)]);
    assert_eq!(count_sizeless(conn, BY_WEIGHT).await.unwrap(), sizeless - 1);
    let volume = async |conn: &mut Conn| {
        let variants = list_variants(conn, TEA).await.unwrap();
        variants.iter().find(|variant| variant.id == tin).unwrap().volume_cm3
    };
    assert_eq!(volume(conn).await, 6_300, "freight by volume follows the size");
    put_size(conn, tin, None).await.unwrap();
    assert_eq!((volume(conn).await, list_sizes(conn, TEA).await.unwrap().len()), (0, 0));
    let offered = list_trial_variants(conn, TEAM, 2).await.unwrap();
    assert_eq!(offered.len(), 2);
    assert!(list_trial_variants(conn, OTHER_TEAM, 9).await.unwrap().is_empty());
}

async fn surcharges(conn: &mut Conn) {
    let order = OrderId::from_i64(200);
    assert_eq!(find_surcharge(conn, order).await.unwrap(), Fen::ZERO);
    insert_surcharge(conn, order, Fen::new(1_500)).await.unwrap();
    assert_eq!(find_surcharge(conn, order).await.unwrap(), Fen::new(1_500));
}
