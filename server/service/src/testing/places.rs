//! A small county: four villages with their collectives, two teams, a university with a branch, another unit.

use domain::ids::{
    CadreId, CategoryId, CollectiveId, CorpsId, CountyId, FreightTemplateId, PlaceId, TeamId, TownId, UnitId,
    VillageId,
};
use domain::money::Fen;
use store::WriteTx;
use store::catalogue::FreightRowRow;
use store::places::{self, Names, NewVillage};
use store::seed::{self, NewCadre, NewDispatchPlace, NewFreightTemplate};

use crate::Services;

/// Ids of everything that stands.
#[derive(Debug, Clone)]
pub struct Places {
    pub county: CountyId,
    pub villages: [VillageId; 4],
    pub collectives: [CollectiveId; 4],
    /// Sells dendrobium and tea.
    pub tea_team: TeamId,
    pub tea_place: PlaceId,
    pub tea_freight: FreightTemplateId,
    /// Sells honey from another place.
    pub honey_team: TeamId,
    pub honey_place: PlaceId,
    pub honey_freight: FreightTemplateId,
    pub category: CategoryId,
    /// `university`, with no orders of its own.
    pub headquarters: UnitId,
    /// `university-branch`; whoever was posted to the first village comes from here.
    pub branch: UnitId,
    pub cadre: CadreId,
    /// `bank`.
    pub other_unit: UnitId,
}

/// Where parcels go, as the region picker gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Town;

impl Town {
    /// Yanta in Xi'an: ¥8 for the first kilogram, ¥2 for each started half after it.
    pub const NEAR: &'static str = "610113";
    /// Chaoyang in Beijing: ¥12 and ¥4.
    pub const FAR: &'static str = "110105";
    /// Lhasa: nothing is delivered there.
    pub const REFUSED: &'static str = "540102";
}

/// The credit code of the university, good as its tax number.
pub(super) const UNIVERSITY_CODE: &str = "12610000435230019E";

fn names(slug: &str, name: &str, name_en: &str) -> Names {
    Names { slug: slug.to_owned(), name: name.to_owned(), name_en: name_en.to_owned() }
}

/// Writes the county.
pub(super) async fn found(services: &Services) -> Places {
    let places = Places {
        county: services.new_id(),
        villages: std::array::from_fn(|_| services.new_id()),
        collectives: std::array::from_fn(|_| services.new_id()),
        tea_team: services.new_id(),
        tea_place: services.new_id(),
        tea_freight: services.new_id(),
        honey_team: services.new_id(),
        honey_place: services.new_id(),
        honey_freight: services.new_id(),
        category: services.new_id(),
        headquarters: services.new_id(),
        branch: services.new_id(),
        cadre: services.new_id(),
        other_unit: services.new_id(),
    };
    let (town, corps): (TownId, CorpsId) = (services.new_id(), services.new_id());
    let mut tx = services.db.write().await.unwrap();
    places::insert_county(&mut tx, places.county, &names("610925", "岚皋县", "Langao")).await.unwrap();
    places::insert_town(&mut tx, town, places.county, &names("zuolong", "佐龙镇", "Zuolong")).await.unwrap();
    places::insert_corps(&mut tx, corps, places.county, None, &names("", "县服务团", "Corps")).await.unwrap();
    let village_names = [("jin", "金珠沟村"), ("ta", "塔元村"), ("huang", "黄兴村"), ("ma", "马安村")];
    for (index, (slug, name)) in village_names.into_iter().enumerate() {
        let row = NewVillage {
            id: places.villages[index],
            town_id: town,
            names: names(slug, name, slug),
            story: String::new(),
            story_en: String::new(),
            media_id: None,
            yearly_target_fen: Fen::ZERO,
            collective_id: places.collectives[index],
            collective_name: format!("{name}股份经济合作社"),
            collective_name_en: format!("{slug} collective"),
            credit_code: format!("N26109250000000{index:02}X"),
        };
        places::insert_village(&mut tx, &row).await.unwrap();
    }
    let [first, ..] = places.villages;
    insert_team(&mut tx, corps, (places.tea_team, places.tea_place, places.tea_freight), "tea", &places)
        .await;
    insert_team(
        &mut tx,
        corps,
        (places.honey_team, places.honey_place, places.honey_freight),
        "honey",
        &places,
    )
    .await;
    seed::insert_category(&mut tx, places.category, &names("food", "特产", "Food"), 0, None).await.unwrap();
    insert_units(&mut tx, &places).await;
    let cadre = NewCadre {
        id: places.cadre,
        user_id: None,
        names: names("first-secretary", "驻村第一书记", "First Secretary"),
        village_id: first,
        unit_id: places.branch,
        starts_on: "2025-06-01".to_owned(),
        ends_on: "2027-06-01".to_owned(),
        team_id: places.tea_team,
        duty: "captain".to_owned(),
    };
    seed::insert_cadre(&mut tx, &cadre).await.unwrap();
    tx.commit().await.unwrap();
    places
}

async fn insert_team(
    tx: &mut WriteTx,
    corps: CorpsId,
    (team, place, freight): (TeamId, PlaceId, FreightTemplateId),
    slug: &str,
    places: &Places,
) {
    let called = names(slug, slug, slug);
    places::insert_team(tx, team, corps, "village", &called, &places.villages).await.unwrap();
    let row = NewDispatchPlace {
        id: place,
        team_id: team,
        name: format!("{slug} place"),
        region_code: "610925".to_owned(),
        address: "示范路1号".to_owned(),
        phone: "0915-2999801".to_owned(),
    };
    seed::insert_dispatch_place(tx, &row).await.unwrap();
    let row = |region_prefixes: &str, refused, first_fee_fen, step_fee_fen| FreightRowRow {
        region_prefixes: region_prefixes.to_owned(),
        refused,
        first_quantity: 1_000,
        first_fee_fen,
        step_quantity: 500,
        step_fee_fen,
        surcharge_fen: 0,
        ..FreightRowRow::default()
    };
    let template = NewFreightTemplate {
        id: freight,
        team_id: team,
        name: format!("{slug} freight"),
        basis: "weight".to_owned(),
        free_from_fen: None,
        rows: vec![row("61", 0, 800, 200), row("54", 1, 0, 0), row("", 0, 1_200, 400)],
    };
    seed::insert_freight_template(tx, &template).await.unwrap();
}

async fn insert_units(tx: &mut WriteTx, places: &Places) {
    let university = names("university", "某大学", "A University");
    let branch = names("university-branch", "某大学分校区", "Its Branch");
    let bank = names("bank", "某银行", "A Bank");
    let head = places.headquarters;
    places::insert_unit(tx, head, None, "headquarters", &university, UNIVERSITY_CODE).await.unwrap();
    places::insert_unit(tx, places.branch, Some(head), "branch", &branch, UNIVERSITY_CODE).await.unwrap();
    places::insert_unit(tx, places.other_unit, None, "headquarters", &bank, "91610000220521555T")
        .await
        .unwrap();
}
