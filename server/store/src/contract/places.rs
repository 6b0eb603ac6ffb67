//! The county's places and bodies, as its administration keeps them.

use domain::ids::{CorpsId, CountyId, ProductId, TeamId, TownId, UnitId, VillageId};
use domain::money::Fen;

use super::insert_places;
use crate::catalogue::list_towns;
use crate::places::*;
use crate::units::UnitRow;
use crate::{Conn, Db};

const TOWN: TownId = TownId::from_i64(2);
const VILLAGE: VillageId = VillageId::from_i64(3);
const TEAM: TeamId = TeamId::from_i64(6);
const CANTEEN: UnitId = UnitId::from_i64(8);

fn called(name: &str, name_en: &str) -> Names {
    Names { slug: String::new(), name: name.to_owned(), name_en: name_en.to_owned() }
}

pub(super) async fn scenario(db: &Db) {
    let mut tx = db.write().await.unwrap();
    assert_eq!(lock_county(&mut tx).await.unwrap(), None, "there is none yet");
    insert_places(&mut tx).await;
    let county = CountyId::from_i64(1);
    assert_eq!(lock_county(&mut tx).await.unwrap(), Some(county));

    let corps = called("佐龙镇服务团", "Zuolong Corps");
    insert_corps(&mut tx, CorpsId::from_i64(10), county, Some(TOWN), &corps).await.unwrap();
    let (names, corps) = (called("佐龙新镇", "New Zuolong"), called("佐龙新镇服务团", "New Zuolong Corps"));
    update_town(&mut tx, TOWN, &names, &corps).await.unwrap();
    let town = list_towns(&mut tx).await.unwrap().remove(0);
    assert_eq!((town.name.as_str(), town.slug.as_str()), ("佐龙新镇", "zuolong"), "its address stays");
    let of_all = list_corps(&mut tx).await.unwrap();
    let of_all: Vec<&str> = of_all.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(of_all, ["县服务团", "佐龙新镇服务团"], "the county's first");

    villages(&mut tx).await;
    bodies(&mut tx).await;
    tx.commit().await.unwrap();
}

async fn villages(conn: &mut Conn) {
    let village = list_kept_villages(conn).await.unwrap().remove(0);
    assert_eq!((village.id, village.collective_name.as_str()), (VILLAGE, "塔元村经济合作社"));
    let other = KeptVillageRow {
        name: "塔元新村".to_owned(),
        story: "产茶".to_owned(),
        yearly_target_fen: Fen::new(5_000_000),
        credit_code: "N2610925MF0000001A".to_owned(),
        ..village
    };
    update_village(conn, &other).await.unwrap();
    assert_eq!(list_kept_villages(conn).await.unwrap(), [other]);
    assert!(list_named_goods(conn, VILLAGE, ProductId::from_i64(0), 9).await.unwrap().is_empty());
}

async fn bodies(conn: &mut Conn) {
    insert_team_village(conn, TEAM, VILLAGE).await.unwrap();
    assert_eq!(
        list_team_villages(conn).await.unwrap(),
        [TeamVillageRow { team_id: TEAM, village_id: VILLAGE }]
    );
    assert!(list_goods_of_team(conn, TEAM, VILLAGE).await.unwrap().is_empty());
    delete_team_village(conn, TEAM, VILLAGE).await.unwrap();
    assert!(list_team_villages(conn).await.unwrap().is_empty());

    let team = list_kept_teams(conn).await.unwrap().remove(0);
    assert_eq!(team.places, 0, "it has nowhere to send from");
    let team = KeptTeamRow { corps_id: CorpsId::from_i64(10), kind: "industry".to_owned(), ..team };
    update_team(conn, &team).await.unwrap();
    assert_eq!(list_kept_teams(conn).await.unwrap(), [team]);

    let mut units = list_kept_units(conn).await.unwrap();
    let canteen = units.remove(1);
    assert_eq!((canteen.id, canteen.parent_id), (CANTEEN, Some(7)));
    let canteen = UnitRow { parent_id: None, name: "第二食堂".to_owned(), ..canteen };
    update_unit(conn, &canteen).await.unwrap();
    assert_eq!(list_kept_units(conn).await.unwrap()[1], canteen);
}
