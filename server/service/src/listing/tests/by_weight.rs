//! Variants that are sold by weight.

use domain::money::Fen;

use super::*;
use crate::shop::{ByWeightView, product_page};
use crate::{carts, changes};

/// A chicken: 36 yuan a jin, 1.2 to 2 kg.
fn bird() -> VariantForm {
    VariantForm {
        name: "整鸡".to_owned(),
        unit: "只".to_owned(),
        base_quantity: "1".to_owned(),
        per_kg: "72".to_owned(),
        least_kg: "1.2".to_owned(),
        most_kg: "2".to_owned(),
        ..VariantForm::default()
    }
}

async fn shown(fixture: &Fixture, product: ProductId) -> VariantForm {
    let mut form = edit_page(&fixture.services, &seller(), product).await.unwrap().form;
    form.variants.remove(0)
}

#[tokio::test]
async fn the_price_is_that_of_the_heaviest_piece() {
    let fixture = county().await;
    let (product, mut form) = draft(&fixture).await;
    form.base_unit = "piece".to_owned();
    form.variants = vec![bird()];
    assert_eq!(save(&fixture, product, &form).await.unwrap().problems, []);
    let mut saved = shown(&fixture, product).await;
    let texts = |form: &VariantForm| {
        [&form.price, &form.per_kg, &form.least_kg, &form.most_kg, &form.weight_g].map(Clone::clone)
    };
    assert_eq!(texts(&saved), ["144.00", "72.00", "1.2", "2", "2000"]);

    form.variants = vec![saved.clone()];
    save(&fixture, product, &form).await.unwrap();
    assert_eq!(shown(&fixture, product).await, saved, "saving it unchanged changes nothing");
    for (change, expected) in [
        (["144.00", "75"], ["150.00", "75.00"]),
        (["160", "75"], ["160.00", "80.00"]),
        (["1", "60"], ["120.00", "60.00"]),
        (["130", ""], ["130.00", "65.00"]),
        // No price of a kilogram makes this of two: it stays as it is, and so it does when it is saved again.
        (["130.01", "65.00"], ["130.01", "65.01"]),
        (["130.01", "65.01"], ["130.01", "65.01"]),
    ] {
        [saved.price, saved.per_kg] = change.map(str::to_owned);
        form.variants = vec![saved];
        assert_eq!(save(&fixture, product, &form).await.unwrap().problems, [], "{change:?}");
        saved = shown(&fixture, product).await;
        assert_eq!([saved.price.as_str(), saved.per_kg.as_str()], expected, "{change:?}");
    }

    let history =
        changes::history(&fixture.services, &seller(), product, &changes::ChangeQuery::default(), None)
            .await
            .unwrap();
    let first = history.entries.last().unwrap().change;
    let (team, copy) = duplicate(&fixture.services, &seller(), product, "copy").await.unwrap();
    assert_eq!((team, texts(&shown(&fixture, copy).await)), (TEAM, texts(&saved)));
    saved.least_kg = String::new();
    saved.most_kg = String::new();
    saved.per_kg = String::new();
    form.variants = vec![saved];
    save(&fixture, product, &form).await.unwrap();
    assert_eq!(texts(&shown(&fixture, product).await), ["130.01", "", "", "", "2000"], "by piece again");
    assert!(history.entries.iter().any(|entry| entry.change == first));
}

#[tokio::test]
async fn what_cannot_be_weighed_by_the_piece_is_refused() {
    let fixture = county().await;
    let (product, mut form) = draft(&fixture).await;
    form.base_unit = "g".to_owned();
    form.variants = vec![VariantForm { price: "10".to_owned(), ..bird() }];
    let problems = save(&fixture, product, &form).await.unwrap().problems;
    assert_eq!(problems, [FieldError::new("variants.0.least_kg", Problem::PiecesOnly)]);
    assert_eq!(shown(&fixture, product).await.least_kg, "");
    form.base_unit = "piece".to_owned();
    for (row, field) in [
        (VariantForm { least_kg: String::new(), ..bird() }, "least_kg"),
        (VariantForm { most_kg: "many".to_owned(), ..bird() }, "most_kg"),
        (VariantForm { most_kg: "101".to_owned(), ..bird() }, "most_kg"),
        (VariantForm { per_kg: "-1".to_owned(), ..bird() }, "per_kg"),
        (VariantForm { per_kg: String::new(), ..bird() }, "price"),
    ] {
        form.variants = vec![row];
        let problems = save(&fixture, product, &form).await.unwrap().problems;
        assert!(fields(&problems).contains(&format!("variants.0.{field}").as_str()), "{field}: {problems:?}");
    }
}

#[tokio::test]
async fn the_shop_says_what_a_kilogram_costs_and_what_a_piece_weighs() {
    let fixture = county().await;
    let services = &fixture.services;
    let (product, form) = tea(&fixture).await;
    let slug = publish(services, &seller(), product).await.unwrap().slug;
    let variant = form.variants[0].id.parse().unwrap();
    let row = store::weighing::WeighedVariantRow {
        variant_id: variant,
        per_kg_fen: Fen::new(6_400),
        least_g: 1_500,
        most_g: 2_000,
    };
    let mut tx = services.db.write().await.unwrap();
    store::weighing::put_weighed_variant(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
    let page = product_page(services, &slug, None, None).await.unwrap();
    let expected = ByWeightView { per_kg_fen: Fen::new(6_400), least_g: 1_500, most_g: 2_000 };
    assert_eq!(page.variants[0].by_weight, Some(expected));
    let shopper = seller();
    carts::add_line(services, &shopper, variant, 1).await.unwrap();
    let cart = carts::view_cart(services, &shopper).await.unwrap();
    assert_eq!(cart.lines[0].line.variant.weight_range().map(|range| range.most_g()), Some(2_000));
}
