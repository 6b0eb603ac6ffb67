//! An empty shop becomes one that can sell.

use domain::failure::{Conflict, FieldError, Problem};
use domain::ids::CountyId;
use domain::locale::Locale;
use domain::role::Role;

use super::*;
use crate::accounts::fixture::Fixture;
use crate::accounts::{NewAccount, create_user, role_desk};
use crate::viewer::SignedIn;

fn langao() -> FoundCounty {
    FoundCounty {
        name: "岚皋县".to_owned(),
        name_en: "Langao".to_owned(),
        region: "陕西省安康市岚皋县".to_owned(),
    }
}

/// Whoever the terminal makes with these roles.
async fn made(services: &Services, login: &str, roles: Vec<Role>) -> Result<Viewer> {
    let account = NewAccount {
        login: login.to_owned(),
        password: "雨前 first flush 27".to_owned(),
        display_name: "管理员".to_owned(),
        locale: Locale::Zh,
        roles: roles.clone(),
        password_is_temporary: true,
    };
    let user_id = create_user(services, account).await?;
    let user = SignedIn { user_id, display_name: "管理员".to_owned(), roles };
    Ok(Viewer { user: Some(user), ..Viewer::default() })
}

/// The county's administrator, named without the county's number.
async fn administrator(services: &Services) -> Viewer {
    made(services, "county@county.example", vec![Role::CountyAdmin(CountyId::from_i64(0))]).await.unwrap()
}

fn town(name: &str, name_en: &str) -> SaveTown {
    SaveTown { name: name.to_owned(), name_en: name_en.to_owned(), ..SaveTown::default() }
}

#[tokio::test]
async fn a_shop_has_one_county_which_the_terminal_founds() {
    Fixture::on_both(async |fixture: &Fixture| {
        let services = &fixture.services;
        let nowhere = FoundCounty { name: " ".to_owned(), region: "陕西省".to_owned(), ..langao() };
        let answer = found_county(services, &nowhere).await;
        let expected =
            [FieldError::new("name", Problem::Missing), FieldError::new("region", Problem::NotARegion)];
        assert!(matches!(&answer, Err(ServiceError::Invalid(wrong)) if *wrong == expected), "{answer:?}");
        assert!(
            made(services, "early@county.example", vec![Role::CountyAdmin(CountyId::from_i64(0))])
                .await
                .is_err(),
            "nobody administers a county that there is not"
        );
        let operator = made(services, "operator@county.example", vec![Role::Operator]).await.unwrap();
        assert!(places_desk(services, &operator).await.unwrap().county.is_none());
        let early = save_town(services, &operator, &town("佐龙镇", ""), "early").await;
        assert!(matches!(early, Err(ServiceError::Conflict(Conflict::StateChanged))), "{early:?}");

        let county = found_county(services, &langao()).await.unwrap();
        let founded = places_desk(services, &operator).await.unwrap();
        assert_eq!(founded.county.unwrap().code, "610925");
        assert_eq!(founded.corps.len(), 1, "the county's");
        let again = found_county(services, &langao()).await;
        assert!(matches!(again, Err(ServiceError::Conflict(Conflict::StateChanged))), "{again:?}");

        let admin = administrator(services).await;
        let account = admin.user_id().unwrap().to_string();
        let held = role_desk(services, &operator, &account).await.unwrap().roles;
        assert_eq!(held[0].held.role, Role::CountyAdmin(county));
    })
    .await;
}

#[tokio::test]
async fn a_founded_county_gets_all_that_selling_needs_but_goods() {
    Fixture::on_both(async |fixture: &Fixture| {
        let services = &fixture.services;
        found_county(services, &langao()).await.unwrap();
        let admin = administrator(services).await;
        let in_town = save_town(services, &admin, &town("佐龙镇", "Zuolong"), "a").await.unwrap();
        assert_eq!(save_town(services, &admin, &town("佐龙镇", "Zuolong"), "a").await.unwrap(), in_town);
        let village = SaveVillage {
            town: in_town.to_string(),
            name: "塔元村".to_owned(),
            name_en: "Tayuan".to_owned(),
            story: "村里种茶。".to_owned(),
            yearly_target: "120,000".to_owned(),
            collective_name: "塔元村股份经济合作社".to_owned(),
            credit_code: "n2610925mf 01000018".to_owned(),
            ..SaveVillage::default()
        };
        let village = save_village(services, &admin, &village, "b").await.unwrap();
        let page = crate::shop::village_page(services, "tayuan").await.unwrap();
        assert_eq!((page.card.name.as_str(), page.card.town.name.as_str()), ("塔元村", "佐龙镇"));
        assert_eq!(
            (page.credit_code.as_str(), page.card.target_fen.get()),
            ("N2610925MF01000018", 12_000_000)
        );

        let corps = places_desk(services, &admin).await.unwrap().corps;
        let names: Vec<&str> = corps.iter().map(|corps| corps.name.as_str()).collect();
        assert_eq!(names, ["岚皋县服务团", "佐龙镇服务团"]);
        let team = SaveTeam {
            corps: corps[0].id.to_string(),
            kind: "industry".to_owned(),
            name: "茶队".to_owned(),
            villages: vec![village.to_string()],
            ..SaveTeam::default()
        };
        let team = save_team(services, &admin, &team, "c").await.unwrap();
        let captain = made(services, "captain@county.example", vec![Role::CaptainOf(team)]).await.unwrap();
        let place = crate::freight::SavePlace {
            team,
            place: None,
            version: 0,
            form: domain::freight::PlaceForm {
                name: "县城仓".to_owned(),
                region: "610925".to_owned(),
                address: "河街1号".to_owned(),
                phone: "0915-2999801".to_owned(),
            },
        };
        crate::freight::save_place(services, &captain, &place, "d").await.unwrap();

        let unit = SaveUnit {
            kind: "headquarters".to_owned(),
            name: "某大学".to_owned(),
            name_en: "A University".to_owned(),
            credit_code: "126100004352300A1H".to_owned(),
            ..SaveUnit::default()
        };
        let unit = save_unit(services, &admin, &unit, "e").await.unwrap();
        assert!(made(services, "buyer@unit.example", vec![Role::UnitBuyer(unit)]).await.is_ok());
        let desk = places_desk(services, &admin).await.unwrap();
        assert_eq!((desk.teams[0].places, desk.villages_of(team)), (1, vec![village]));
        assert_eq!(desk.units[0].slug, "a-university");
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_or_there_already_is_told_field_by_field() {
    Fixture::on_both(async |fixture: &Fixture| {
        let services = &fixture.services;
        found_county(services, &langao()).await.unwrap();
        let admin = administrator(services).await;
        save_town(services, &admin, &town("佐龙镇", "Zuolong"), "a").await.unwrap();
        let wrong = |answer: Result<()>| match answer {
            Err(ServiceError::Invalid(errors)) => {
                errors.into_iter().map(|error| (error.field, error.problem)).collect::<Vec<_>>()
            }
            other => panic!("{other:?}"),
        };
        let of = |field: &str, problem| (field.to_owned(), problem);
        let again = save_town(services, &admin, &town("佐龙镇", ""), "b").await.map(|_| ());
        assert_eq!(wrong(again), [of("name", Problem::Taken)]);
        let nowhere = SaveVillage { credit_code: "N2610925MF01000019".to_owned(), ..SaveVillage::default() };
        let nowhere = save_village(services, &admin, &nowhere, "c").await.map(|_| ());
        let expected = [
            of("town", Problem::Missing),
            of("name", Problem::Missing),
            of("collective_name", Problem::Missing),
            of("credit_code", Problem::TaxNumberCheckDigit),
        ];
        assert_eq!(wrong(nowhere), expected);
        let nobody_s = save_team(services, &admin, &SaveTeam::default(), "d").await.map(|_| ());
        let expected = ["corps", "kind", "name", "villages"].map(|field| of(field, Problem::Missing));
        assert_eq!(wrong(nobody_s), expected);
        let blank = save_unit(services, &admin, &SaveUnit::default(), "e").await.map(|_| ());
        let expected = ["kind", "name", "credit_code"].map(|field| of(field, Problem::Missing));
        assert_eq!(wrong(blank), expected);
        let gone = SaveTown { id: "0000000000001".to_owned(), ..town("民主镇", "") };
        let gone = save_town(services, &admin, &gone, "f").await;
        assert!(matches!(gone, Err(ServiceError::NotFound)), "{gone:?}");
    })
    .await;
}
