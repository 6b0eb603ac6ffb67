//! A county can be founded, and what was written is what the shop reads.

use domain::attribute::{Attribute, AttributeChoice, AttributeKind};
use domain::ids::{
    CadreId, CategoryId, CollectiveId, CorpsId, CountyId, FreightTemplateId, PlaceId, TeamId, TownId, UnitId,
    VillageId,
};
use domain::money::Fen;
use domain::role::Role;

use crate::catalogue::{self, FreightRowRow};
use crate::places::{self, Names, NewVillage};
use crate::seed::{self, NewCadre, NewDispatchPlace, NewFreightTemplate};
use crate::{Conn, Db, people, villages};

fn names(slug: &str, name: &str, name_en: &str) -> Names {
    Names { slug: slug.to_owned(), name: name.to_owned(), name_en: name_en.to_owned() }
}

pub(super) async fn scenario(db: &Db) {
    let mut tx = db.write().await.unwrap();
    assert_eq!(places::count_counties(&mut tx).await.unwrap(), 0);
    found_places(&mut tx).await;
    found_team(&mut tx).await;
    assert_eq!(places::count_counties(&mut tx).await.unwrap(), 1);
    assert_eq!(
        people::find_team_county(&mut tx, TeamId::from_i64(6)).await.unwrap(),
        Some(CountyId::from_i64(1))
    );
    assert!(people::has_role_scope(&mut tx, Role::UnitBuyer(UnitId::from_i64(8))).await.unwrap());

    let village = &villages::list_villages(&mut tx, 0, 1).await.unwrap()[0];
    assert_eq!((village.name.as_str(), village.credit_code.as_str()), ("塔元村", "N2610925MF00000003"));
    assert_eq!(village.yearly_target_fen, Fen::new(1_000_000));
    let cadres = villages::list_village_cadres(&mut tx, VillageId::from_i64(3), "2026-06-01").await.unwrap();
    assert_eq!(cadres.len(), 1, "the posting is in force on a day of its term");

    let (_, rows) = catalogue::get_freight_template(&mut tx, FreightTemplateId::from_i64(12)).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.refused).collect::<Vec<_>>(), [0, 1], "rows keep their order");
    assert_eq!(seed::count_early_sales(&mut tx).await.unwrap(), 0);
    tx.commit().await.unwrap();
}

async fn found_places(conn: &mut Conn) {
    places::insert_county(conn, CountyId::from_i64(1), &names("610925", "岚皋县", "Lan'gao")).await.unwrap();
    let town = TownId::from_i64(2);
    places::insert_town(conn, town, CountyId::from_i64(1), &names("zuolong", "佐龙镇", "Zuolong"))
        .await
        .unwrap();
    let village = NewVillage {
        id: VillageId::from_i64(3),
        town_id: town,
        names: names("tayuan", "塔元村", "Tayuan"),
        story: "茶".to_owned(),
        story_en: "Tea".to_owned(),
        media_id: None,
        yearly_target_fen: Fen::new(1_000_000),
        collective_id: CollectiveId::from_i64(4),
        collective_name: "塔元村合作社".to_owned(),
        collective_name_en: "Tayuan Cooperative".to_owned(),
        credit_code: "N2610925MF00000003".to_owned(),
    };
    places::insert_village(conn, &village).await.unwrap();
    let county_corps = names("", "县服务团", "County Corps");
    places::insert_corps(conn, CorpsId::from_i64(5), CountyId::from_i64(1), None, &county_corps)
        .await
        .unwrap();
    let unit = names("university", "某大学", "A University");
    places::insert_unit(conn, UnitId::from_i64(7), None, "headquarters", &unit, "1").await.unwrap();
    let canteen = names("canteen", "食堂", "Canteen");
    let parent = Some(UnitId::from_i64(7));
    places::insert_unit(conn, UnitId::from_i64(8), parent, "canteen", &canteen, "1").await.unwrap();
}

async fn found_team(conn: &mut Conn) {
    let team = TeamId::from_i64(6);
    let of = [VillageId::from_i64(3)];
    let tea = names("tea", "茶队", "Tea Team");
    places::insert_team(conn, team, CorpsId::from_i64(5), "industry", &tea, &of).await.unwrap();
    let cadre = NewCadre {
        id: CadreId::from_i64(9),
        user_id: None,
        names: names("cadre", "第一书记", "First Secretary"),
        village_id: VillageId::from_i64(3),
        unit_id: UnitId::from_i64(7),
        starts_on: "2026-01-01".to_owned(),
        ends_on: "2027-12-31".to_owned(),
        team_id: team,
        duty: "captain".to_owned(),
    };
    seed::insert_cadre(conn, &cadre).await.unwrap();
    let shelf = names("tea", "茶叶", "Tea");
    seed::insert_category(conn, CategoryId::from_i64(10), &shelf, 0, None).await.unwrap();
    let grade = Attribute {
        id: 40,
        slug: "grade".to_owned(),
        name: "等级".to_owned(),
        name_en: "Grade".to_owned(),
        kind: AttributeKind::Choice,
        unit: String::new(),
        unit_en: String::new(),
        choices: ["top", "first"]
            .into_iter()
            .zip(41..)
            .map(|(slug, id)| AttributeChoice {
                id,
                slug: slug.to_owned(),
                name: slug.to_owned(),
                name_en: slug.to_owned(),
            })
            .collect(),
    };
    crate::listing::insert_attribute(conn, CategoryId::from_i64(10), &grade, 0).await.unwrap();
    assert_eq!(crate::listing::list_attributes(conn, CategoryId::from_i64(10)).await.unwrap(), [grade]);
    let place = NewDispatchPlace {
        id: PlaceId::from_i64(11),
        team_id: team,
        name: "集散点".to_owned(),
        region_code: "610925".to_owned(),
        address: "老渡口".to_owned(),
        phone: "0915-2999901".to_owned(),
    };
    seed::insert_dispatch_place(conn, &place).await.unwrap();
    let row = |prefixes: &str, refused| FreightRowRow {
        region_prefixes: prefixes.to_owned(),
        refused,
        first_quantity: 1000,
        first_fee_fen: 800,
        step_quantity: 1000,
        step_fee_fen: 300,
        surcharge_fen: 0,
        ..FreightRowRow::default()
    };
    let template = NewFreightTemplate {
        id: FreightTemplateId::from_i64(12),
        team_id: team,
        name: "按重量".to_owned(),
        basis: "weight".to_owned(),
        free_from_fen: Some(9900),
        rows: vec![row("", 0), row("71 81", 1)],
    };
    seed::insert_freight_template(conn, &template).await.unwrap();
}
