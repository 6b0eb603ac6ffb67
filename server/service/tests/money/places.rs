//! The county says otherwise what stands in it; goods, shop and search follow.

use domain::failure::Problem;
use domain::ids::{UnitId, VillageId};
use service::places::{
    PlacesDesk, SaveTeam, SaveTown, SaveUnit, SaveVillage, places_desk, save_team, save_town, save_unit,
    save_village,
};
use service::shop::{ListQuery, list_page, village_page};

use super::*;

/// The form of a village as its page has it.
fn form_of(desk: &PlacesDesk, id: VillageId) -> SaveVillage {
    let row = desk.villages.iter().find(|village| village.id == id).unwrap();
    SaveVillage {
        id: id.to_string(),
        town: row.town_id.to_string(),
        name: row.name.clone(),
        name_en: row.name_en.clone(),
        collective_name: row.collective_name.clone(),
        collective_name_en: row.collective_name_en.clone(),
        credit_code: row.credit_code.clone(),
        ..SaveVillage::default()
    }
}

/// How much is found by a word.
async fn found(shop: &TestShop, text: &str) -> usize {
    let query = ListQuery { text: Some(text.to_owned()), ..ListQuery::default() };
    list_page(&shop.services, &query).await.unwrap().total
}

#[tokio::test]
async fn goods_of_a_renamed_village_or_town_are_found_by_its_new_name() {
    TestShop::on_both(async |shop| {
        let (services, county) = (&shop.services, shop.county_admin().await);
        let desk = places_desk(services, &county).await.unwrap();
        let [first, ..] = shop.places.villages;
        let renamed = SaveVillage { name_en: "Goldpearl".to_owned(), ..form_of(&desk, first) };
        assert_eq!(found(shop, "Goldpearl").await, 0);
        save_village(services, &county, &renamed, "a").await.unwrap();
        run_worker(shop).await;
        let of_village = found(shop, "Goldpearl").await;
        assert!(of_village > 0, "what it lists, and what its harvest is in");
        let page = village_page(services, "jin").await.unwrap();
        assert_eq!(page.card.name_en, "Goldpearl", "its address stays");

        let town = &desk.towns[0];
        let town =
            SaveTown { id: town.id.to_string(), name: town.name.clone(), name_en: "Riverbend".to_owned() };
        save_town(services, &county, &town, "b").await.unwrap();
        run_worker(shop).await;
        assert!(found(shop, "Riverbend").await >= of_village);
    })
    .await;
}

#[tokio::test]
async fn a_team_keeps_the_villages_that_it_has_goods_of() {
    TestShop::on_both(async |shop| {
        let (services, county) = (&shop.services, shop.county_admin().await);
        let desk = places_desk(services, &county).await.unwrap();
        let team = shop.places.tea_team;
        let row = desk.teams.iter().find(|row| row.id == team).unwrap();
        let [first, ..] = shop.places.villages;
        let command = |villages: &[VillageId]| SaveTeam {
            id: team.to_string(),
            corps: row.corps_id.to_string(),
            kind: "industry".to_owned(),
            name: "岚河茶队".to_owned(),
            name_en: String::new(),
            villages: villages.iter().map(ToString::to_string).collect(),
        };
        // The harvest of all four villages is in its dendrobium.
        let refusal = refused(save_team(services, &county, &command(&[first]), "a").await);
        assert_eq!(refusal.len(), 1);
        assert_eq!(refusal[0].field, "villages");
        assert!(matches!(refusal[0].problem, Problem::InUse { products: 2 }), "and its tea: {refusal:?}");
        save_team(services, &county, &command(&shop.places.villages), "b").await.unwrap();
        let desk = places_desk(services, &county).await.unwrap();
        assert_eq!(desk.villages_of(team).len(), 4);
        assert_eq!(desk.teams.iter().find(|row| row.id == team).unwrap().name, "岚河茶队");

        // Nothing is left of the dendrobium: it is listed for the first village, and the tea for the second.
        let mut tx = services.db.write().await.unwrap();
        store::testing::trade::leave_pieces(&mut tx, shop.dendrobium.variant(), 0).await.unwrap();
        tx.commit().await.unwrap();
        let refusal = refused(save_team(services, &county, &command(&[first]), "c").await);
        assert!(matches!(refusal[0].problem, Problem::InUse { products: 1 }), "the tea: {refusal:?}");
        let listed = &shop.places.villages[..2];
        save_team(services, &county, &command(listed), "d").await.unwrap();
        let desk = places_desk(services, &county).await.unwrap();
        assert_eq!(desk.villages_of(team).len(), 2, "what was sold of the others is no reason to stay");
    })
    .await;
}

#[tokio::test]
async fn a_unit_stands_below_another_one_and_never_below_itself() {
    TestShop::on_both(async |shop| {
        let (services, county) = (&shop.services, shop.county_admin().await);
        let (head, branch) = (shop.places.headquarters, shop.places.branch);
        let below = async |unit: UnitId, parent: UnitId, key: &str| {
            let desk = places_desk(services, &county).await.unwrap();
            let row = desk.units.iter().find(|row| row.id == unit).unwrap();
            let command = SaveUnit {
                id: unit.to_string(),
                parent: parent.to_string(),
                kind: row.kind.clone(),
                name: row.name.clone(),
                name_en: row.name_en.clone(),
                credit_code: row.credit_code.clone(),
            };
            save_unit(services, &county, &command, key).await
        };
        let expected = [FieldError::new("parent", Problem::Unknown)];
        assert_eq!(refused(below(head, head, "a").await), expected);
        assert_eq!(refused(below(head, branch, "b").await), expected, "it is below already");
        below(branch, shop.places.other_unit, "c").await.unwrap();
        below(head, branch, "d").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn only_the_county_s_administration_says_what_stands_in_it() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let town = SaveTown { name: "民主镇".to_owned(), ..SaveTown::default() };
        for viewer in [Viewer::default(), shop.guest(1), shop.shopper().await, shop.captain().await] {
            assert!(places_desk(services, &viewer).await.is_err());
            assert!(save_town(services, &viewer, &town, "a").await.is_err());
            assert!(save_village(services, &viewer, &SaveVillage::default(), "b").await.is_err());
            assert!(save_team(services, &viewer, &SaveTeam::default(), "c").await.is_err());
            assert!(save_unit(services, &viewer, &SaveUnit::default(), "d").await.is_err());
        }
        let county = shop.county_admin().await;
        assert_eq!(places_desk(services, &county).await.unwrap().towns.len(), 1);
    })
    .await;
}
