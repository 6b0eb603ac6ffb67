//! Villages, places, freight, seasons, details of a kind and stories by sheet, under the rules of the listing's form.

use domain::failure::FieldError;
use domain::ids::{FreightTemplateId, PlaceId, to_text};
use store::freight::{DispatchPlaceRow, TemplateContent, insert_place, insert_template, set_place_retired};

use super::*;
use crate::listing::set_reviews;

fn captain() -> Viewer {
    person(10, &[Role::CaptainOf(TEAM)])
}

async fn add_place(fixture: &Fixture, id: i64, name: &str) {
    let row = DispatchPlaceRow {
        id: PlaceId::from_i64(id),
        team_id: TEAM,
        name: name.to_owned(),
        region_code: "610925".to_owned(),
        address: String::new(),
        phone: String::new(),
        version: 1,
        retired_at_ms: None,
        is_default: 0,
        published: 0,
    };
    let mut tx = fixture.services.db.write().await.unwrap();
    insert_place(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
}

async fn retire(fixture: &Fixture, place: i64) {
    let mut tx = fixture.services.db.write().await.unwrap();
    set_place_retired(&mut tx, PlaceId::from_i64(place), Some(1)).await.unwrap();
    tx.commit().await.unwrap();
}

async fn add_template(fixture: &Fixture, id: i64, name: &str, basis: &str) {
    let content = TemplateContent {
        name: name.to_owned(),
        basis: basis.to_owned(),
        free_from_fen: None,
        free_from_count: None,
        rows: Vec::new(),
    };
    let mut tx = fixture.services.db.write().await.unwrap();
    insert_template(&mut tx, FreightTemplateId::from_i64(id), TEAM, &content).await.unwrap();
    tx.commit().await.unwrap();
}

async fn refused(fixture: &Fixture, page: &PreviewPage) -> Vec<FieldError> {
    assert_eq!(apply_all(fixture, page).await, Applied { done: 0, refused: 1 });
    let page = preview_page(&fixture.services, &seller(), TEAM, page.preview, 1).await.unwrap();
    match &page.items[0].outcome {
        Some(Outcome::Refused(problems)) => problems.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_name_of_two_places_is_an_error_of_its_cell_that_lists_both() {
    on_both(async |fixture: &Fixture| {
        let honey = honey(fixture, "h", "68").await;
        for (id, name) in [(63, "东门仓"), (64, "东门仓"), (65, "西门仓")] {
            add_place(fixture, id, name).await;
        }
        let id = honey.to_string();
        let columns = [Column::Product, Column::Place, Column::Village];
        let page = preview(fixture, csv(&columns, &[&[&id, "东门仓", "火星村"]]), "k").await;
        assert_eq!((page.item_count, page.error_count), (0, 2));
        let both = |text: String| (text.clone(), text);
        let fits = [63, 64].map(|id| both(format!("东门仓 {}", to_text(id)))).to_vec();
        let problems: Vec<&Problem> = page.errors.iter().map(|error| &error.problem).collect();
        let villages = [("塔元村", "Tayuan"), ("枣树村", "Zaoshu")];
        let villages = villages.map(|(zh, en)| (zh.to_owned(), en.to_owned())).to_vec();
        let expected = [
            &Problem::UnknownName { name: "火星村".to_owned(), fits: villages },
            &Problem::AmbiguousName { name: "东门仓".to_owned(), fits: fits.clone() },
        ];
        assert_eq!(problems, expected);
        assert_eq!((page.errors[0].row, page.errors[0].column), (2, Column::Village));

        let page = preview(fixture, csv(&columns, &[&[&id, &fits[1].0, "枣树村"]]), "k2").await;
        assert_eq!(apply_all(fixture, &page).await, Applied { done: 1, refused: 0 });
        let form = form_of(fixture, honey).await;
        assert_eq!((form.place, form.village), (to_text(64), to_text(31)));
        // Its own name means the place that it has, and another team's is none.
        let page = preview(fixture, csv(&columns[..2], &[&[&id, "东门仓"]]), "k3").await;
        assert_eq!((page.unchanged, page.error_count), (1, 0), "{:?}", page.errors);
        let page = preview(fixture, csv(&columns[..2], &[&[&id, "别家仓"]]), "k4").await;
        assert!(matches!(&page.errors[0].problem, Problem::UnknownName { fits, .. } if fits.len() == 4));
    })
    .await;
}

#[tokio::test]
async fn a_place_retired_since_the_preview_is_refused_and_one_that_is_stored_stays() {
    on_both(async |fixture: &Fixture| {
        let (first, second) = (honey(fixture, "a", "68").await, honey(fixture, "b", "78").await);
        add_place(fixture, 63, "东门仓").await;
        let (one, other) = (first.to_string(), second.to_string());
        let columns = [Column::Product, Column::Place, Column::Season];
        let rows: [&[&str]; 2] = [&[&one, "东门仓", ""], &[&other, "", "3 至 5"]];
        let page = preview(fixture, csv(&columns, &rows), "k").await;
        assert_eq!((page.item_count, page.error_count), (2, 0), "{:?}", page.errors);
        retire(fixture, 63).await;
        assert_eq!(apply_all(fixture, &page).await, Applied { done: 1, refused: 1 });
        let page = preview_page(&fixture.services, &seller(), TEAM, page.preview, 1).await.unwrap();
        let expected = vec![FieldError::new("place", Problem::UnknownCode)];
        assert_eq!(page.items[0].outcome, Some(Outcome::Refused(expected)));
        assert_eq!(form_of(fixture, second).await.season_until, "05-31");

        // 佐龙仓 is where both are: it goes out and comes in again although nothing new may choose it.
        retire(fixture, 60).await;
        add_place(fixture, 66, "新仓").await;
        let file =
            export_csv(&fixture.services, &seller(), TEAM, &ListingsQuery::default(), 1).await.unwrap();
        assert!(String::from_utf8(file.clone()).unwrap().contains("佐龙仓"));
        let page = preview(fixture, file, "again").await;
        assert_eq!((page.unchanged, page.error_count), (2, 0), "{:?} {:?}", page.items, page.errors);
    })
    .await;
}

#[tokio::test]
async fn what_is_in_the_shop_says_nothing_new_before_its_captain_has_seen_it() {
    on_both(async |fixture: &Fixture| {
        let (tea, form) = tea(fixture).await;
        publish(&fixture.services, &seller(), tea).await.unwrap();
        set_reviews(&fixture.services, &captain(), TEAM, true).await.unwrap();
        let columns = [Column::Code, Column::Season, Column::TierPrices, Column::Place];
        let page =
            preview(fixture, csv(&columns, &[&["MQLC01", "3-20 至 11月", "10:120", "佐龙仓"]]), "k").await;
        assert_eq!(apply_all(fixture, &page).await, Applied { done: 1, refused: 0 }, "the team's business");
        let now = form_of(fixture, tea).await;
        assert_eq!((now.season_until.as_str(), now.variants[0].tier_prices.as_str()), ("11-30", "10:120.00"));

        let columns = [Column::Code, Column::Story, Column::Village];
        let page = preview(fixture, csv(&columns, &[&["MQLC01", "海拔两千米。", "枣树村"]]), "k2").await;
        let unseen = ["story", "village"].map(|field| FieldError::new(field, Problem::NotReviewed));
        assert_eq!(refused(fixture, &page).await, unseen);
        assert_eq!(form_of(fixture, tea).await.story, form.story);
        let applied = apply(&fixture.services, &captain(), TEAM, page.preview, &Wanted::All).await.unwrap();
        assert_eq!(applied, Applied { done: 1, refused: 0 }, "who may say it");
        let now = form_of(fixture, tea).await;
        assert_eq!((now.story.as_str(), now.village), ("海拔两千米。", to_text(31)));
    })
    .await;
}

#[tokio::test]
async fn what_the_form_refuses_a_sheet_is_refused_too() {
    on_both(async |fixture: &Fixture| {
        let (tea, form) = tea(fixture).await;
        publish(&fixture.services, &seller(), tea).await.unwrap();
        add_template(fixture, 68, "按体积", "volume").await;
        let send = async |column: Column, text: &str, key: &str| {
            let page = preview(fixture, csv(&[Column::Code, column], &[&["MQLC01", text]]), key).await;
            assert_eq!((page.item_count, page.error_count), (1, 0), "{:?}", page.errors);
            refused(fixture, &page).await
        };
        let claim = Problem::HealthClaim { word: "降血压".to_owned() };
        assert!(send(Column::Story, "能降血压", "a").await.contains(&FieldError::new("story", claim)));
        assert_eq!(send(Column::Story, "（清空）", "b").await, [FieldError::new("story", Problem::Missing)]);
        let size = FieldError::new("variants.0.size", Problem::Missing);
        assert_eq!(send(Column::FreightTemplate, "按体积", "c").await, [size], "volume needs sizes");
        assert_eq!(form_of(fixture, tea).await, form);

        // A text that is cut when it is read stays too long, whatever blanks surround it.
        for (at, text) in ["茶".repeat(5_001), format!("茶{}茶", "\n".repeat(9_000))].iter().enumerate() {
            let sheet = csv(&[Column::Code, Column::Story], &[&["MQLC01", text]]);
            let page = preview(fixture, sheet, &format!("long {at}")).await;
            assert_eq!(page.errors[0].problem, Problem::TooLong { max: 5_000 });
        }
        let whole = "茶".repeat(5_000);
        let page =
            preview(fixture, csv(&[Column::Code, Column::Story], &[&["MQLC01", &whole]]), "whole").await;
        assert_eq!(apply_all(fixture, &page).await.done, 1);
        assert_eq!(form_of(fixture, tea).await.story, whole);
    })
    .await;
}

#[tokio::test]
async fn a_new_draft_has_all_that_its_row_says() {
    on_both(async |fixture: &Fixture| {
        let columns = [
            Column::Name,
            Column::Village,
            Column::Season,
            Column::Story,
            Column::VariantName,
            Column::Price,
            Column::TierPrices,
            Column::BaseQuantity,
        ];
        let row: &[&str] =
            &["香菇干", "枣树村", "2026-10-1 至 2026-12-31", "段木香菇。", "一袋", "25", "10:22", "250"];
        let page = preview(fixture, csv(&columns, &[row]), "k").await;
        assert_eq!((page.item_count, page.error_count), (1, 0), "{:?}", page.errors);
        assert_eq!(apply_all(fixture, &page).await, Applied { done: 1, refused: 0 });
        let query = ListingsQuery { text: "香菇".to_owned(), ..ListingsQuery::default() };
        let made = listing::list_listings(&fixture.services, &seller(), TEAM, &query, 1).await.unwrap().cards;
        let form = form_of(fixture, made[0].product).await;
        assert_eq!((form.village.as_str(), form.story.as_str()), (to_text(31).as_str(), "段木香菇。"));
        assert_eq!(
            (form.season_from.as_str(), form.variants[0].tier_prices.as_str()),
            ("2026-10-01", "10:22.00")
        );
        let history = entries(fixture, made[0].product).await;
        assert_eq!(history[0].difference.after["season_until"], "2026-12-31");
    })
    .await;
}
