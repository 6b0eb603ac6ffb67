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
    let fixture = county().await;
    let (services, viewer) = (&fixture.services, seller());
    let (tea, _) = tea(&fixture).await;
    let honey = honey(&fixture, "h", "68").await;
    let page = table_page(services, &viewer, TEAM, &ListingsQuery::default(), 1).await.unwrap();
    assert_eq!(page.rows.len(), 2);
    let edits: Vec<TableEdit> = page.rows.iter().map(edit).collect();
    let of = |product: ProductId| page.rows.iter().position(|row| row.product == product).unwrap();

    let nothing = edit_table(services, &viewer, TEAM, &edits, "n").await.unwrap().1;
    assert_eq!(nothing, Applied::default());
    let mut wrong = edits.clone();
    wrong[of(honey)].price = "贵".to_owned();
    wrong[of(tea)].stock_change = "-99999".to_owned();
    let Err(ServiceError::Invalid(errors)) = edit_table(services, &viewer, TEAM, &wrong, "w").await else {
        panic!()
    };
    let mut fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
    fields.sort_unstable();
    let mut expected = [format!("rows.{}.price", of(honey)), format!("rows.{}.stock_change", of(tea))];
    expected.sort_unstable();
    assert_eq!(fields, expected);

    // A cell has no place for whose goods came in.
    let mut more = edits.clone();
    more[of(tea)].stock_change = "+200".to_owned();
    let Err(ServiceError::Invalid(errors)) = edit_table(services, &viewer, TEAM, &more, "m").await else {
        panic!()
    };
    let field = format!("rows.{}.stock_change", of(tea));
    assert_eq!(errors, [FieldError::new(field, Problem::SeveralVillages)]);

    let mut typed = edits.clone();
    typed[of(honey)].price = "58".to_owned();
    typed[of(tea)].stock_change = "-200".to_owned();
    for _ in 0..2 {
        let applied = edit_table(services, &viewer, TEAM, &typed, "t").await.unwrap().1;
        assert_eq!(applied, Applied { done: 2, refused: 0 });
    }
    assert_eq!(price_of(&fixture, honey).await, "58.00");
    assert_eq!(edit_page(services, &viewer, tea).await.unwrap().batches[0].available, 9_800, "once");
    assert_eq!(entries(&fixture, honey).await[0].source, ChangeSource::Table);

    // The page is old by now: what was typed into it is not written over what somebody else typed.
    let mut stale = edits.clone();
    stale[of(honey)].price = "48".to_owned();
    let (preview, applied) = edit_table(services, &viewer, TEAM, &stale, "s").await.unwrap();
    assert_eq!(applied, Applied { done: 0, refused: 1 });
    let shown = preview_page(services, &viewer, TEAM, preview, 1).await.unwrap();
    assert_eq!(shown.items[0].outcome, Some(Outcome::Changed));
    let reused = edit_table(services, &viewer, TEAM, &edits, "t").await;
    assert!(matches!(reused, Err(ServiceError::Conflict(Conflict::KeyReused))));
}

#[tokio::test]
async fn an_earlier_state_is_restored_under_the_rules_of_today() {
    let fixture = county().await;
    let (services, viewer) = (&fixture.services, seller());
    let (tea, first) = tea(&fixture).await;
    publish(services, &viewer, tea).await.unwrap();
    let mut form = first.clone();
    form.name = "雨前绿茶".to_owned();
    form.variants.push(VariantForm {
        name: "散装".to_owned(),
        price: "99".to_owned(),
        base_quantity: "500".to_owned(),
        ..VariantForm::default()
    });
    save(&fixture, tea, &form).await.unwrap();
    let history = changes::history(services, &viewer, tea, None).await.unwrap();
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
    let history = changes::history(services, &viewer, tea, None).await.unwrap();
    assert_eq!(history.entries[0].source, ChangeSource::Restore);

    // Before there was a photo or a price it could not have been in the shop.
    let oldest = history.entries.last().unwrap().change;
    let refused = changes::restore(services, &viewer, tea, oldest, history.version).await;
    assert!(matches!(refused, Err(ServiceError::Invalid(_))), "{refused:?}");
    let unchanged = changes::history(services, &viewer, tea, None).await.unwrap();
    assert_eq!(unchanged.entries, history.entries);
    // And back to what had been undone.
    let back = history.entries[0].change;
    changes::restore(services, &viewer, tea, back, history.version).await.unwrap();
    assert_eq!(form_of(&fixture, tea).await.variants.len(), 2, "a variant taken out comes back");
}
