//! The table to change many at once, and the way back to an earlier state.

use domain::failure::{Conflict, FieldError};

use super::*;

fn edit(row: &TableRow) -> TableEdit {
    let price = row.variant.as_ref().map_or_else(String::new, |variant| variant.price.to_yuan_string());
    TableEdit {
        product: row.product.to_string(),
        version: row.version.to_string(),
        code: row.variant.as_ref().map_or_else(String::new, |variant| variant.code.clone()),
        was_price: price.clone(),
        price,
        state: row.state.as_str().to_owned(),
        was_state: row.state.as_str().to_owned(),
        ..TableEdit::default()
    }
}

#[tokio::test]
async fn the_table_changes_what_was_typed_into_it_and_nothing_else() {
    on_both(async |fixture: &Fixture| {
        let (services, viewer) = (&fixture.services, seller());
        let (tea, _) = tea(fixture).await;
        let honey = honey(fixture, "h", "68").await;
        let page = table_page(services, &viewer, TEAM, &ListingsQuery::default(), 1).await.unwrap();
        assert_eq!(page.rows.len(), 2);
        let edits: Vec<TableEdit> = page.rows.iter().map(edit).collect();
        let of = |product: ProductId| page.rows.iter().position(|row| row.product == product).unwrap();

        let nothing = edit_table(services, &viewer, TEAM, &edits, "n").await.unwrap().1;
        assert_eq!(nothing, Applied::default());
        let mut wrong = edits.clone();
        wrong[of(honey)].price = "贵".to_owned();
        wrong[of(tea)].stock_change = "-10.001".to_owned();
        let Err(ServiceError::Invalid(errors)) = edit_table(services, &viewer, TEAM, &wrong, "w").await
        else {
            panic!()
        };
        let mut fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
        fields.sort_unstable();
        let mut expected = [format!("rows.{}.price", of(honey)), format!("rows.{}.stock_change", of(tea))];
        expected.sort_unstable();
        assert_eq!(fields, expected);

        // A cell has no place for whose goods came in.
        let mut more = edits.clone();
        more[of(tea)].stock_change = "+0.2".to_owned();
        let Err(ServiceError::Invalid(errors)) = edit_table(services, &viewer, TEAM, &more, "m").await else {
            panic!()
        };
        let field = format!("rows.{}.stock_change", of(tea));
        assert_eq!(errors, [FieldError::new(field, Problem::SeveralVillages)]);

        let mut typed = edits.clone();
        typed[of(honey)].price = "58".to_owned();
        typed[of(tea)].stock_change = "-0.2".to_owned();
        for _ in 0..2 {
            let applied = edit_table(services, &viewer, TEAM, &typed, "t").await.unwrap().1;
            assert_eq!(applied, Applied { done: 2, refused: 0 });
        }
        assert_eq!(price_of(fixture, honey).await, "58.00");
        assert_eq!(edit_page(services, &viewer, tea).await.unwrap().batches[0].available, 9_800, "once");
        assert_eq!(entries(fixture, honey).await[0].source, ChangeSource::Table);

        // The page is old by now: what was typed into it is not written over what somebody else typed.
        let mut stale = edits.clone();
        stale[of(honey)].price = "48".to_owned();
        let (preview, applied) = edit_table(services, &viewer, TEAM, &stale, "s").await.unwrap();
        assert_eq!(applied, Applied { done: 0, refused: 1 });
        let shown = preview_page(services, &viewer, TEAM, preview, 1).await.unwrap();
        assert_eq!(shown.items[0].outcome, Some(Outcome::Changed));
        let reused = edit_table(services, &viewer, TEAM, &edits, "t").await;
        assert!(matches!(reused, Err(ServiceError::Conflict(Conflict::KeyReused))));
    })
    .await;
}

#[tokio::test]
async fn what_is_done_to_ticked_rows_is_looked_at_and_then_applied_once() {
    on_both(async |fixture: &Fixture| {
        let (services, viewer) = (&fixture.services, seller());
        let (tea, _) = tea(fixture).await;
        publish(services, &viewer, tea).await.unwrap();
        let honey = honey(fixture, "h", "68").await;
        let before = price_of(fixture, tea).await;
        let page = table_page(services, &viewer, TEAM, &ListingsQuery::default(), 1).await.unwrap();
        let mut edits: Vec<TableEdit> = page.rows.iter().map(edit).collect();
        for row in &mut edits {
            row.chosen = if row.product == honey.to_string() { "on".to_owned() } else { String::new() };
        }
        let bulk = BulkEdit { state: "unpublished".to_owned(), percent: "-10".to_owned() };
        bulk.write_into(&mut edits).unwrap();

        let preview = preview_table(services, &viewer, TEAM, &edits, "look").await.unwrap();
        assert_eq!(preview_table(services, &viewer, TEAM, &edits, "look").await.unwrap(), preview, "once");
        let shown = preview_page(services, &viewer, TEAM, preview, 1).await.unwrap();
        assert_eq!(shown.items.len(), 1, "only what is ticked; and a draft is not taken out");
        assert_eq!(price_of(fixture, honey).await, "68.00", "nothing has changed yet");
        for done in [1, 1] {
            let applied = apply(services, &viewer, TEAM, preview, &Wanted::All).await.unwrap();
            assert_eq!(applied, Applied { done, refused: 0 });
        }
        assert_eq!(price_of(fixture, honey).await, "61.20", "a tenth less, once");
        assert_eq!(price_of(fixture, tea).await, before);

        // All of them at once, in one step: the page is that of now.
        let page = table_page(services, &viewer, TEAM, &ListingsQuery::default(), 1).await.unwrap();
        let mut edits: Vec<TableEdit> = page.rows.iter().map(edit).collect();
        edits.iter_mut().for_each(|row| row.chosen = "on".to_owned());
        bulk.write_into(&mut edits).unwrap();
        let applied = edit_table(services, &viewer, TEAM, &edits, "all").await.unwrap().1;
        assert_eq!(applied, Applied { done: 2, refused: 0 });
        assert_eq!(price_of(fixture, honey).await, "55.08");
        assert_eq!(
            edit_page(services, &viewer, tea).await.unwrap().status,
            listing::ListingStatus::Unpublished
        );
        let stranger = preview_table(services, &Viewer::default(), TEAM, &edits, "x").await;
        assert!(matches!(stranger, Err(ServiceError::Unauthenticated)), "{stranger:?}");
    })
    .await;
}

#[tokio::test]
async fn the_table_and_its_sheets_hold_what_they_are_narrowed_to() {
    on_both(async |fixture: &Fixture| {
        let (services, viewer) = (&fixture.services, seller());
        let (tea, form) = tea(fixture).await;
        publish(services, &viewer, tea).await.unwrap();
        let honey = honey(fixture, "h", "68").await;
        let all = ListingsQuery::default();
        let (category, village) = (form.category.clone(), form.village.clone());
        let near = ListingsQuery { category, village, ..all.clone() };
        let shelf = form_of(fixture, honey).await.category;
        for (query, names) in [
            (all.clone(), vec!["土蜂蜜 h", "明前绿茶"]),
            (ListingsQuery { text: " 蜂蜜 ".to_owned(), ..all.clone() }, vec!["土蜂蜜 h"]),
            (
                ListingsQuery { status: Some(listing::ListingStatus::Published), ..all.clone() },
                vec!["明前绿茶"],
            ),
            (ListingsQuery { text: "明前".to_owned(), ..near.clone() }, vec!["明前绿茶"]),
            (ListingsQuery { village: "0000000000009".to_owned(), ..near }, vec![]),
            (ListingsQuery { category: "nowhere".to_owned(), ..all }, vec!["土蜂蜜 h", "明前绿茶"]),
        ] {
            let page = table_page(services, &viewer, TEAM, &query, 1).await.unwrap();
            let mut shown: Vec<&str> = page.rows.iter().map(|row| row.name.as_str()).collect();
            shown.sort_unstable();
            assert_eq!(shown, names, "{query:?}");
            assert_eq!((page.products, page.parts), (i64::try_from(names.len()).unwrap(), 1), "{query:?}");
            assert!(page.categories.iter().any(|choice| choice.id == shelf), "{query:?}");
            let sheet = export_csv(services, &viewer, TEAM, &query, 1).await.unwrap();
            let sheet = String::from_utf8(sheet).unwrap();
            for name in ["土蜂蜜 h", "明前绿茶"] {
                assert_eq!(sheet.contains(name), names.contains(&name), "{name} of {query:?}");
            }
            assert_eq!(export_parts(services, &viewer, TEAM, &query).await.unwrap(), 1);
        }
    })
    .await;
}

#[tokio::test]
async fn an_earlier_state_is_restored_under_the_rules_of_today() {
    on_both(async |fixture: &Fixture| {
        let (services, viewer) = (&fixture.services, seller());
        let (tea, first) = tea(fixture).await;
        publish(services, &viewer, tea).await.unwrap();
        let mut form = first.clone();
        form.name = "雨前绿茶".to_owned();
        form.variants.push(VariantForm {
            name: "散装".to_owned(),
            price: "99".to_owned(),
            base_quantity: "500".to_owned(),
            ..VariantForm::default()
        });
        save(fixture, tea, &form).await.unwrap();
        let history =
            changes::history(services, &viewer, tea, &changes::ChangeQuery::default(), None).await.unwrap();
        let renamed = &history.entries[0];
        assert_eq!(
            (&*renamed.difference.before["name"], &*renamed.difference.after["name"]),
            ("明前绿茶", "雨前绿茶")
        );
        let undo = renamed.change;
        let stale = changes::restore(services, &viewer, tea, undo, history.version - 1).await;
        assert!(matches!(stale, Err(ServiceError::Conflict(Conflict::VersionChanged))));
        let restored = changes::restore(services, &viewer, tea, undo, history.version).await.unwrap();
        assert_eq!(
            changes::restore(services, &viewer, tea, undo, history.version).await.unwrap(),
            restored,
            "once"
        );
        let stored = edit_page(services, &viewer, tea).await.unwrap();
        assert_eq!((stored.form, stored.status), (first, listing::ListingStatus::Published));
        let history =
            changes::history(services, &viewer, tea, &changes::ChangeQuery::default(), None).await.unwrap();
        assert_eq!(history.entries[0].source, ChangeSource::Restore);

        // Before there was a photo or a price it could not have been in the shop.
        let oldest = history.entries.last().unwrap().change;
        let refused = changes::restore(services, &viewer, tea, oldest, history.version).await;
        assert!(matches!(refused, Err(ServiceError::Invalid(_))), "{refused:?}");
        let unchanged =
            changes::history(services, &viewer, tea, &changes::ChangeQuery::default(), None).await.unwrap();
        assert_eq!(unchanged.entries, history.entries);
        // And back to what had been undone.
        let back = history.entries[0].change;
        changes::restore(services, &viewer, tea, back, history.version).await.unwrap();
        assert_eq!(form_of(fixture, tea).await.variants.len(), 2, "a variant taken out comes back");
    })
    .await;
}

/// How the changes came about that a history is narrowed to; its sheet has the same.
async fn narrowed(fixture: &Fixture, product: ProductId, query: changes::ChangeQuery) -> Vec<ChangeSource> {
    let services = &fixture.services;
    let page = changes::history(services, &seller(), product, &query, None).await.unwrap();
    let sheet = changes::exported_history(services, &seller(), product, &query).await.unwrap();
    assert_eq!((page.entries.clone(), page.next), (sheet.entries, sheet.next), "{query:?}");
    page.entries.iter().map(|entry| entry.source).collect()
}

#[tokio::test]
async fn a_history_is_narrowed_by_what_how_when_and_by_words() {
    on_both(async |fixture: &Fixture| {
        let product = honey(fixture, "h", "68").await;
        let first = today(fixture);
        fixture.clock.advance(domain::time::DAY_MS);
        let mut form = form_of(fixture, product).await;
        form.name = "崖蜜".to_owned();
        save(fixture, product, &form).await.unwrap();
        let id = product.to_string();
        let columns = [Column::Product, Column::VariantName, Column::Price];
        let page = preview(fixture, csv(&columns, &[&[&id, "500 克瓶", "66"]]), "k").await;
        assert_eq!(apply_all(fixture, &page).await, Applied { done: 1, refused: 0 });

        let (form, sheet) = (ChangeSource::Form, ChangeSource::Sheet);
        let asked = |field: &str, source: &str, search: &str, from: &str| changes::ChangeQuery {
            field: field.to_owned(),
            source: source.to_owned(),
            search: search.to_owned(),
            from: from.to_owned(),
            to: String::new(),
        };
        let now = today(fixture);
        let all = narrowed(fixture, product, asked("", "", "", "")).await;
        assert_eq!(all[..2], [sheet, form], "the latest first");
        for (query, found) in [
            (asked("", "", "", &now), vec![sheet, form]),
            (asked("price", "", "", &now), vec![sheet]),
            (asked("name", "", "", &now), vec![form]),
            (asked("", "sheet", "", ""), vec![sheet]),
            (asked("", "form", "", &now), vec![form]),
            (asked("price", "sheet", " 66.00 ", &now), vec![sheet]),
            (asked("", "", "崖蜜", ""), vec![form]),
            (asked("", "", "驻村干部", ""), all.clone()),
            (asked("nothing", "nobody", "", "soon"), all.clone()),
            (asked("price", "table", "", ""), vec![]),
            (asked("", "", "没有的词", ""), vec![]),
        ] {
            assert_eq!(narrowed(fixture, product, query.clone()).await, found, "{query:?}");
        }
        let until = changes::ChangeQuery { to: first, ..changes::ChangeQuery::default() };
        assert_eq!(narrowed(fixture, product, until).await, all[2..], "the day before");
    })
    .await;
}

fn today(fixture: &Fixture) -> String {
    listing::today(&fixture.services).to_string()
}
