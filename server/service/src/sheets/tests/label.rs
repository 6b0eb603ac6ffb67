//! Labels, return rules and least quantities by sheet, under the rules of the listing's form.

use domain::failure::FieldError;

use super::*;
use crate::listing::check_listing;
use crate::listing::tests::sc_number;

const LABEL: [Column; 8] = [
    Column::FoodClass,
    Column::ScNumber,
    Column::Ingredients,
    Column::NetContent,
    Column::Producer,
    Column::Storage,
    Column::ShelfLifeDays,
    Column::ReturnRule,
];

async fn last_day(fixture: &Fixture, product: ProductId) -> Option<String> {
    let mut conn = fixture.services.db.read().await.unwrap();
    let batches = store::listing::list_listing_batches(&mut conn, product).await.unwrap();
    batches[0].papers.expires_on.clone()
}

#[tokio::test]
async fn food_that_comes_by_sheet_lacks_nothing_but_photos_and_stock() {
    on_both(async |fixture: &Fixture| {
        let own = [
            Column::Name,
            Column::Story,
            Column::VariantName,
            Column::Price,
            Column::BaseQuantity,
            Column::MinQuantity,
            Column::StepQuantity,
        ];
        let columns = [&own[..], &LABEL[..]].concat();
        let sc = sc_number();
        let row: Vec<&str> = vec![
            "雨前绿茶",
            "谷雨前采。",
            "一罐",
            "98",
            "125",
            "10",
            "5",
            "预包装食品",
            &sc,
            "茶鲜叶",
            "125 g",
            "某茶厂",
            "阴凉干燥",
            "540",
            "Made to order: none without a reason",
        ];
        let page = preview(fixture, csv(&columns, &[&row]), "k").await;
        assert_eq!((page.item_count, page.error_count), (1, 0), "{:?}", page.errors);
        assert_eq!(apply_all(fixture, &page).await, Applied { done: 1, refused: 0 });
        let query = ListingsQuery { text: "雨前".to_owned(), ..ListingsQuery::default() };
        let made = listing::list_listings(&fixture.services, &seller(), TEAM, &query, 1).await.unwrap().cards;
        let product = made[0].product;
        let form = form_of(fixture, product).await;
        assert_eq!((&*form.food_class, &*form.sc_number, &*form.producer), ("packaged_food", &*sc, "某茶厂"));
        assert_eq!((&*form.shelf_life_days, &*form.return_rule), ("540", "made_to_order"));
        let tin = &form.variants[0];
        assert_eq!((&*tin.min_quantity, &*tin.step_quantity), ("10", "5"));
        let missing = check_listing(&fixture.services, &seller(), product).await.unwrap();
        let missing: Vec<&str> = missing.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(missing, ["photos", "batches"]);

        // Taken out and brought in again, it is as it was.
        for viewer in [seller(), Viewer { locale: Locale::En, ..seller() }] {
            let query = ListingsQuery::default();
            let file = export_csv(&fixture.services, &viewer, TEAM, &query, 1).await.unwrap();
            let page = preview(fixture, file, viewer.locale.as_str()).await;
            assert_eq!((page.unchanged, page.item_count, page.error_count), (1, 0, 0), "{:?}", page.items);
        }
    })
    .await;
}

#[tokio::test]
async fn a_label_in_the_shop_changes_to_what_could_be_published_or_not_at_all() {
    on_both(async |fixture: &Fixture| {
        let (tea, form) = tea(fixture).await;
        publish(&fixture.services, &seller(), tea).await.unwrap();
        let send = async |column: Column, text: &str, key: &str| {
            let page = preview(fixture, csv(&[Column::Code, column], &[&["MQLC01", text]]), key).await;
            assert_eq!((page.item_count, page.error_count), (1, 0), "{:?}", page.errors);
            apply_all(fixture, &page).await;
            let page = preview_page(&fixture.services, &seller(), TEAM, page.preview, 1).await.unwrap();
            page.items[0].outcome.clone()
        };
        let refused = |field: &str, problem| Some(Outcome::Refused(vec![FieldError::new(field, problem)]));
        let missing = |field: &str| refused(field, Problem::Missing);
        let slip = refused("sc_number", Problem::ScNumberFormat);
        assert_eq!(send(Column::ScNumber, "SC 12", "a").await, slip);
        assert_eq!(send(Column::Storage, "（清空）", "b").await, missing("storage"));
        // Farm produce needs a certificate with every batch, and this one has none.
        let outcome = send(Column::FoodClass, "食用农产品", "c").await;
        let Some(Outcome::Refused(problems)) = outcome else { panic!("{outcome:?}") };
        assert!(problems.iter().all(|problem| problem.field.starts_with("batches.0.")), "{problems:?}");
        assert_eq!(form_of(fixture, tea).await, form);

        // Batches follow a new shelf life, and the history says who gave it.
        assert_eq!(last_day(fixture, tea).await.as_deref(), Some("2026-09-23"));
        assert_eq!(send(Column::ShelfLifeDays, "600", "d").await, Some(Outcome::Done));
        assert_eq!(last_day(fixture, tea).await.as_deref(), Some("2026-11-22"));
        assert_eq!(
            send(Column::ReturnRule, "拆封后品质会变：下单时由买家确认后不支持无理由", "e").await,
            Some(Outcome::Done)
        );
        assert_eq!(form_of(fixture, tea).await.return_rule, "once_opened");
        let history = entries(fixture, tea).await;
        assert_eq!(history[0].source, ChangeSource::Sheet);
        assert_eq!(history[0].difference.after["return_rule"], "once_opened");
        assert_eq!(send(Column::ReturnRule, "（清空）", "f").await, Some(Outcome::Done));
        assert_eq!(form_of(fixture, tea).await.return_rule, "");
    })
    .await;
}
