//! From a sheet to the shop and back, on a real database.

mod details;
mod label;
mod size;
mod table;

use std::collections::BTreeSet;

use domain::changes::ChangeSource;
use domain::failure::Problem;
use domain::ids::{ProductId, TeamId};
use domain::locale::Locale;
use domain::role::Role;
use domain::sheets::Column;

use super::*;
use crate::accounts::fixture::Fixture;
use crate::listing::tests::{on_both, person, save, seller, tea};
use crate::listing::{self, ListingForm, ListingsQuery, VariantForm, edit_page, publish};
use crate::{ServiceError, Viewer, changes};

const TEAM: TeamId = TeamId::from_i64(6);

async fn honey(fixture: &Fixture, key: &str, price: &str) -> ProductId {
    let product = listing::create_draft(&fixture.services, &seller(), TEAM, key).await.unwrap();
    let mut form = edit_page(&fixture.services, &seller(), product).await.unwrap().form;
    form.name = format!("土蜂蜜 {key}");
    form.variants = vec![VariantForm {
        name: "500 克瓶".to_owned(),
        price: price.to_owned(),
        base_quantity: "500".to_owned(),
        ..VariantForm::default()
    }];
    save(fixture, product, &form).await.unwrap();
    product
}

async fn form_of(fixture: &Fixture, product: ProductId) -> ListingForm {
    edit_page(&fixture.services, &seller(), product).await.unwrap().form
}

async fn price_of(fixture: &Fixture, product: ProductId) -> String {
    form_of(fixture, product).await.variants.remove(0).price
}

/// A table of text with these columns.
fn csv(columns: &[Column], rows: &[&[&str]]) -> Vec<u8> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(columns.iter().map(|column| column.head(Locale::Zh))).unwrap();
    for row in rows {
        table.write_record(*row).unwrap();
    }
    table.into_inner().unwrap()
}

async fn preview(fixture: &Fixture, bytes: Vec<u8>, key: &str) -> PreviewPage {
    let id = preview_sheet(&fixture.services, &seller(), TEAM, bytes, key).await.unwrap();
    preview_page(&fixture.services, &seller(), TEAM, id, 1).await.unwrap()
}

async fn apply_all(fixture: &Fixture, page: &PreviewPage) -> Applied {
    apply(&fixture.services, &seller(), TEAM, page.preview, &Wanted::All).await.unwrap()
}

async fn entries(fixture: &Fixture, product: ProductId) -> Vec<changes::Entry> {
    changes::history(&fixture.services, &seller(), product, &changes::ChangeQuery::default(), None)
        .await
        .unwrap()
        .entries
}

#[tokio::test]
async fn a_sheet_that_comes_back_as_it_was_taken_out_changes_nothing() {
    on_both(async |fixture: &Fixture| {
        let (tea, form) = tea(fixture).await;
        publish(&fixture.services, &seller(), tea).await.unwrap();
        let honey = honey(fixture, "h", "68").await;
        let before = (entries(fixture, tea).await, entries(fixture, honey).await);
        let english = Viewer { locale: Locale::En, ..seller() };
        for viewer in [seller(), english] {
            let files = [
                export_xlsx(&fixture.services, &viewer, TEAM, &ListingsQuery::default(), 1).await.unwrap(),
                export_csv(&fixture.services, &viewer, TEAM, &ListingsQuery::default(), 1).await.unwrap(),
            ];
            for (at, file) in files.into_iter().enumerate() {
                let page = preview(fixture, file, &format!("{:?}{at}", viewer.locale)).await;
                assert_eq!((page.row_count, page.unchanged), (2, 2));
                assert_eq!((page.item_count, page.error_count), (0, 0), "{:?} {:?}", page.items, page.errors);
                let nothing = apply(&fixture.services, &seller(), TEAM, page.preview, &Wanted::All).await;
                assert!(matches!(nothing, Err(ServiceError::Invalid(_))), "there is nothing to choose");
            }
        }
        assert_eq!(form_of(fixture, tea).await, form);
        assert_eq!((entries(fixture, tea).await, entries(fixture, honey).await), before);
        let template = template_xlsx(&fixture.services, &seller(), TEAM).await.unwrap();
        let empty = preview_sheet(&fixture.services, &seller(), TEAM, template, "t").await;
        assert!(matches!(empty, Err(ServiceError::Invalid(errors)) if errors[0].problem == Problem::Missing));
    })
    .await;
}

#[tokio::test]
async fn what_was_chosen_is_applied_once_and_the_rest_can_follow() {
    on_both(async |fixture: &Fixture| {
        let (first, second) = (honey(fixture, "a", "68").await, honey(fixture, "b", "78").await);
        let (one, other) = (first.to_string(), second.to_string());
        let columns = [Column::Product, Column::VariantName, Column::Price];
        let sheet = csv(&columns, &[&[&one, "500 克瓶", "66"], &[&other, "500 克瓶", "￥76.50"]]);
        let page = preview(fixture, sheet.clone(), "k").await;
        assert_eq!(
            (page.item_count, page.error_count, price_of(fixture, first).await),
            (2, 0, "68.00".to_owned())
        );
        let again = preview_sheet(&fixture.services, &seller(), TEAM, sheet, "k").await.unwrap();
        assert_eq!(again, page.preview, "the same upload is the same preview");

        let chosen = Wanted::Chosen(BTreeSet::from([1]));
        for _ in 0..2 {
            let applied = apply(&fixture.services, &seller(), TEAM, page.preview, &chosen).await.unwrap();
            assert_eq!(applied, Applied { done: 1, refused: 0 });
        }
        assert_eq!(
            (price_of(fixture, first).await, price_of(fixture, second).await),
            ("68.00".into(), "76.50".into())
        );
        let page = preview_page(&fixture.services, &seller(), TEAM, page.preview, 1).await.unwrap();
        assert_eq!(
            (page.items[0].outcome.clone(), page.items[1].outcome.clone()),
            (None, Some(Outcome::Done))
        );
        assert_eq!(apply_all(fixture, &page).await, Applied { done: 2, refused: 0 });
        assert_eq!(price_of(fixture, first).await, "66.00");
        let history = entries(fixture, second).await;
        assert_eq!(
            history.iter().filter(|entry| entry.source == ChangeSource::Sheet).count(),
            1,
            "done once"
        );
        assert_eq!(
            (history[0].user_name.as_deref(), history[0].difference.fields().len()),
            (Some("驻村干部"), 1)
        );
        let field = history[0].difference.fields().into_iter().next().unwrap().to_owned();
        assert_eq!(
            (&*history[0].difference.before[&field], &*history[0].difference.after[&field]),
            ("78.00", "76.50")
        );
    })
    .await;
}

#[tokio::test]
async fn a_product_changed_meanwhile_is_left_alone_and_named() {
    on_both(async |fixture: &Fixture| {
        let (first, second) = (honey(fixture, "a", "68").await, honey(fixture, "b", "78").await);
        let (one, other) = (first.to_string(), second.to_string());
        let columns = [Column::Product, Column::Price];
        let page = preview(fixture, csv(&columns, &[&[&one, "66"], &[&other, "76"]]), "k").await;
        let mut form = form_of(fixture, first).await;
        form.variants[0].price = "99".to_owned();
        save(fixture, first, &form).await.unwrap();
        assert_eq!(apply_all(fixture, &page).await, Applied { done: 1, refused: 1 });
        let page = preview_page(&fixture.services, &seller(), TEAM, page.preview, 1).await.unwrap();
        assert_eq!(page.items[0].outcome, Some(Outcome::Changed));
        assert_eq!(page.items[0].item.name, "土蜂蜜 a");
        assert_eq!(
            (price_of(fixture, first).await, price_of(fixture, second).await),
            ("99.00".into(), "76.00".into())
        );
    })
    .await;
}

#[tokio::test]
async fn of_products_that_share_a_transaction_one_that_fails_is_alone() {
    on_both(async |fixture: &Fixture| {
        let services = &fixture.services;
        let (tea, _) = tea(fixture).await;
        publish(services, &seller(), tea).await.unwrap();
        let own = honey(fixture, "a", "68").await;
        // Changes of one kind, so that they share a transaction: stock, a name, a code that somebody takes meanwhile.
        let columns = [
            Column::Product,
            Column::Name,
            Column::Code,
            Column::VariantName,
            Column::Price,
            Column::BaseQuantity,
            Column::StockChange,
        ];
        let (one, other) = (tea.to_string(), own.to_string());
        let rows: [&[&str]; 5] = [
            &["", "香菇干", "XG-1", "一袋", "25", "250", ""],
            &["", "木耳", "ME-1", "一袋", "25", "250", ""],
            &["", "核桃", "HT-1", "一袋", "25", "250", ""],
            &[&one, "雨前绿茶", "MQLC01", "", "", "", "-0.5"],
            &[&other, "", "ME-2", "两瓶装", "128", "1000", ""],
        ];
        let page = preview(fixture, csv(&columns, &rows), "k").await;
        assert_eq!((page.item_count, page.error_count), (5, 0), "{:?}", page.errors);
        let taker = honey(fixture, "b", "78").await;
        let mut form = form_of(fixture, taker).await;
        form.variants[0].code = "ME-1".to_owned();
        form.variants.push(VariantForm {
            code: "ME-2".to_owned(),
            id: String::new(),
            ..form.variants[0].clone()
        });
        save(fixture, taker, &form).await.unwrap();
        assert_eq!(apply_all(fixture, &page).await, Applied { done: 3, refused: 2 });
        let page = preview_page(services, &seller(), TEAM, page.preview, 1).await.unwrap();
        let outcomes: Vec<bool> =
            page.items.iter().map(|view| view.outcome.as_ref() == Some(&Outcome::Done)).collect();
        assert_eq!(outcomes, [true, false, true, true, false]);
        let stored = edit_page(services, &seller(), tea).await.unwrap();
        assert_eq!((stored.form.name.as_str(), stored.batches[0].available), ("雨前绿茶", 9_500));
        assert_eq!(form_of(fixture, own).await.variants.len(), 1);
        let mut conn = services.db.read().await.unwrap();
        let found = crate::search::find_products(&mut conn, "雨前绿茶").await.unwrap();
        assert_eq!(found.product_ids, [tea.get()], "and it is found by its new name");
        drop(conn);
        let all = table_page(services, &seller(), TEAM, &ListingsQuery::default(), 9).await.unwrap();
        assert_eq!(
            (all.products, all.page, all.pages),
            (5, 1, 1),
            "two new drafts; a page that is not is the last one"
        );
    })
    .await;
}

#[tokio::test]
async fn nothing_in_the_shop_becomes_what_could_not_be_published() {
    on_both(async |fixture: &Fixture| {
        let (tea, form) = tea(fixture).await;
        publish(&fixture.services, &seller(), tea).await.unwrap();
        // The tier prices begin at 118.
        let columns = [Column::Code, Column::Price, Column::StockChange, Column::Name];
        let page = preview(fixture, csv(&columns, &[&["MQLC01", "110", "-0.5", "包治百病茶"]]), "k").await;
        assert_eq!((page.item_count, page.items[0].item.changes.len()), (1, 3));
        assert_eq!(apply_all(fixture, &page).await, Applied { done: 0, refused: 1 });
        let after = preview_page(&fixture.services, &seller(), TEAM, page.preview, 1).await.unwrap();
        let Some(Outcome::Refused(problems)) = &after.items[0].outcome else { panic!("{:?}", after.items) };
        assert!(problems.iter().any(|problem| problem.field == "variants.0.tier_prices"), "{problems:?}");
        let stored = edit_page(&fixture.services, &seller(), tea).await.unwrap();
        assert_eq!((stored.form, stored.batches[0].available), (form, 10_000), "neither price nor stock");

        let columns = [Column::Code, Column::Price, Column::StockChange, Column::State];
        let page = preview(fixture, csv(&columns, &[&["mqlc01", "138", "-0.5", "已下架"]]), "k2").await;
        assert_eq!(apply_all(fixture, &page).await, Applied { done: 1, refused: 0 });
        let stored = edit_page(&fixture.services, &seller(), tea).await.unwrap();
        assert_eq!((stored.batches[0].available, stored.form.variants[0].price.as_str()), (9_500, "138.00"));
        assert_eq!(stored.status, listing::ListingStatus::Unpublished);
        let page =
            preview(fixture, csv(&[Column::Code, Column::State], &[&["MQLC01", "for sale"]]), "k3").await;
        assert_eq!(apply_all(fixture, &page).await.done, 1);
        assert_eq!(entries(fixture, tea).await[0].difference.after["status"], "published");
    })
    .await;
}

#[tokio::test]
async fn new_rows_become_drafts_and_variants() {
    on_both(async |fixture: &Fixture| {
        let own = honey(fixture, "a", "68").await;
        let columns = [
            Column::Product,
            Column::Name,
            Column::Code,
            Column::VariantName,
            Column::Price,
            Column::BaseQuantity,
        ];
        let id = own.to_string();
        let rows: [&[&str]; 3] = [
            &["", "香菇干", "", "一袋", "25", "250"],
            &["", "香菇干", "XG-9", "两袋", "48", "500"],
            &[&id, "", "", "两瓶装", "128", "1000"],
        ];
        let page = preview(fixture, csv(&columns, &rows), "k").await;
        assert_eq!((page.item_count, page.error_count), (2, 0), "{:?}", page.errors);
        for _ in 0..2 {
            assert_eq!(apply_all(fixture, &page).await, Applied { done: 2, refused: 0 });
        }
        assert_eq!(form_of(fixture, own).await.variants.len(), 2);
        let version = edit_page(&fixture.services, &seller(), own).await.unwrap().version;
        let added = entries(fixture, own).await.remove(0);
        assert_eq!(added.source, ChangeSource::Sheet);
        changes::restore(&fixture.services, &seller(), own, added.change, version).await.unwrap();
        assert_eq!(
            form_of(fixture, own).await.variants.len(),
            1,
            "a sheet's history leads back as a form's does"
        );
        let query = ListingsQuery { text: "香菇".to_owned(), ..ListingsQuery::default() };
        let made = listing::list_listings(&fixture.services, &seller(), TEAM, &query, 1).await.unwrap().cards;
        assert_eq!(made.len(), 1, "one draft, however often it is asked for");
        let codes: Vec<String> = form_of(fixture, made[0].product)
            .await
            .variants
            .into_iter()
            .map(|variant| variant.code)
            .collect();
        assert_eq!(codes, ["XGG01", "XG-9"]);
    })
    .await;
}

#[tokio::test]
async fn wrong_cells_are_named_and_their_product_is_not_offered() {
    on_both(async |fixture: &Fixture| {
        let (first, second) = (honey(fixture, "a", "68").await, honey(fixture, "b", "78").await);
        let (one, other) = (first.to_string(), second.to_string());
        let columns = [Column::Product, Column::Price, Column::Unit];
        let rows: [&[&str]; 4] =
            [&[&one, "很便宜", "瓶"], &[&other, "=1+1", ""], &["0000000000009", "5", ""], &["", "5", ""]];
        let page = preview(fixture, csv(&columns, &rows), "k").await;
        let told: Vec<(u32, Column, Problem)> =
            page.errors.iter().map(|error| (error.row, error.column, error.problem.clone())).collect();
        let expected = [
            (2, Column::Price, Problem::NotMoney),
            (3, Column::Price, Problem::Formula),
            (4, Column::Product, Problem::UnknownCode),
            (5, Column::Name, Problem::Missing),
        ];
        assert_eq!(told, expected);
        assert_eq!((page.item_count, page.errors[0].text.as_str()), (0, "很便宜"));
        let gbk = b"\xc9\xcc\xc6\xb7\xb1\xe0\xba\xc5,\xbc\xdb\xb8\xf1\n".to_vec();
        let refused = preview_sheet(&fixture.services, &seller(), TEAM, gbk, "g").await;
        assert!(
            matches!(refused, Err(ServiceError::Invalid(errors)) if errors[0].problem == Problem::SheetEncoding)
        );
    })
    .await;
}

#[tokio::test]
async fn someone_elses_goods_sheets_and_history_do_not_exist() {
    on_both(async |fixture: &Fixture| {
        let services = &fixture.services;
        let own = honey(fixture, "a", "68").await;
        let id = own.to_string();
        let sheet = csv(&[Column::Product, Column::Price], &[&[&id, "1"]]);
        let page = preview(fixture, sheet.clone(), "k").await;
        let change = entries(fixture, own).await[0].change;
        let other_team = TeamId::from_i64(7);
        let stranger = person(10, &[Role::SellerOf(other_team)]);
        let teammate = person(10, &[Role::SellerOf(TEAM)]);
        assert!(
            preview_page(services, &teammate, TEAM, page.preview, 1).await.is_ok(),
            "a team works together"
        );
        let theirs = preview_sheet(services, &stranger, other_team, sheet, "k").await.unwrap();
        let theirs = preview_page(services, &stranger, other_team, theirs, 1).await.unwrap();
        assert_eq!((theirs.item_count, theirs.errors[0].problem.clone()), (0, Problem::UnknownCode));
        let asked = preview_page(services, &stranger, TEAM, page.preview, 1).await.err();
        assert!(matches!(asked, Some(ServiceError::Forbidden)), "{asked:?}");
        let asked = apply(services, &stranger, TEAM, page.preview, &Wanted::All).await.err();
        assert!(matches!(asked, Some(ServiceError::Forbidden)), "{asked:?}");
        let crossed = apply(services, &stranger, other_team, page.preview, &Wanted::All).await;
        assert!(matches!(crossed, Err(ServiceError::NotFound)));
        assert!(matches!(
            changes::history(services, &stranger, own, &changes::ChangeQuery::default(), None).await,
            Err(ServiceError::NotFound)
        ));
        assert!(matches!(
            changes::restore(services, &stranger, own, change, 2).await,
            Err(ServiceError::NotFound)
        ));
        assert!(matches!(
            export_csv(services, &stranger, TEAM, &ListingsQuery::default(), 1).await,
            Err(ServiceError::Forbidden)
        ));
        assert!(matches!(
            edit_table(services, &stranger, TEAM, &[], "x").await,
            Err(ServiceError::Forbidden)
        ));
        assert_eq!(price_of(fixture, own).await, "68.00");
    })
    .await;
}

#[tokio::test]
async fn a_preview_lasts_a_day_and_three_are_kept() {
    on_both(async |fixture: &Fixture| {
        let own = honey(fixture, "a", "68").await.to_string();
        let sheet = |price: &str| csv(&[Column::Product, Column::Price], &[&[own.as_str(), price]]);
        let first = preview(fixture, sheet("1"), "k1").await;
        for key in ["k2", "k3", "k4"] {
            preview(fixture, sheet("2"), key).await;
        }
        let gone = apply(&fixture.services, &seller(), TEAM, first.preview, &Wanted::All).await;
        assert!(matches!(gone, Err(ServiceError::NotFound)));
        let last = preview(fixture, sheet("3"), "k5").await;
        fixture.clock.advance(domain::time::DAY_MS + 1);
        let late = apply(&fixture.services, &seller(), TEAM, last.preview, &Wanted::All).await;
        assert!(matches!(late, Err(ServiceError::NotFound)));
        assert_eq!(purge(&fixture.services).await.unwrap(), 3);
        assert_eq!(purge(&fixture.services).await.unwrap(), 0);
    })
    .await;
}
