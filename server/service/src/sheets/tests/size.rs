//! Sizes of packed goods by sheet.

use super::*;

async fn size_of(fixture: &Fixture, product: ProductId) -> String {
    form_of(fixture, product).await.variants.remove(0).size
}

#[tokio::test]
async fn a_size_comes_by_sheet_goes_out_again_and_is_taken_back_with_the_history() {
    on_both(async |fixture: &Fixture| {
        let product = honey(fixture, "a", "68").await;
        let id = product.to_string();
        let columns = [Column::Product, Column::VariantName, Column::Size];
        let send = async |text: &str, key: &str| {
            let page = preview(fixture, csv(&columns, &[&[&id, "500 克瓶", text]]), key).await;
            assert_eq!((page.item_count, page.error_count), (1, 0), "{:?}", page.errors);
            assert_eq!(apply_all(fixture, &page).await, Applied { done: 1, refused: 0 });
        };
        send("120×80×75", "k").await;
        assert_eq!(size_of(fixture, product).await, "120×80×75 mm");
        let sheet =
            export_csv(&fixture.services, &seller(), TEAM, &ListingsQuery::default(), 1).await.unwrap();
        assert!(String::from_utf8(sheet.clone()).unwrap().contains(",120×80×75,"));
        let same = preview(fixture, sheet, "same").await;
        assert_eq!((same.item_count, same.error_count, same.unchanged), (0, 0, 1), "{:?}", same.items);

        send("13×8×7.5 cm", "other").await;
        let history = entries(fixture, product).await;
        let field = history[0].difference.fields().into_iter().next().unwrap().to_owned();
        let (before, after) = (&history[0].difference.before[&field], &history[0].difference.after[&field]);
        assert_eq!((before.as_str(), after.as_str()), ("120×80×75 mm", "130×80×75 mm"));
        send("（清空）", "gone").await;
        assert_eq!(size_of(fixture, product).await, "");
    })
    .await;
}

#[tokio::test]
async fn a_new_variant_brings_its_size_and_a_wrong_one_is_named_by_cell() {
    on_both(async |fixture: &Fixture| {
        let product = honey(fixture, "a", "68").await;
        let id = product.to_string();
        let columns = [
            Column::Product,
            Column::Code,
            Column::VariantName,
            Column::Price,
            Column::BaseQuantity,
            Column::Size,
        ];
        let wrong = csv(&columns, &[&[&id, "BIG", "1 公斤桶", "120", "1000", "很大"]]);
        let page = preview(fixture, wrong, "wrong").await;
        assert_eq!((page.item_count, page.error_count), (0, 1));
        assert_eq!(
            (page.errors[0].column, page.errors[0].problem.clone()),
            (Column::Size, Problem::NotASize)
        );
        let right = csv(&columns, &[&[&id, "BIG", "1 公斤桶", "120", "1000", "200*200*210"]]);
        let page = preview(fixture, right, "right").await;
        assert_eq!(apply_all(fixture, &page).await, Applied { done: 1, refused: 0 });
        let sizes: Vec<String> =
            form_of(fixture, product).await.variants.into_iter().map(|form| form.size).collect();
        assert_eq!(sizes, ["", "20×20×21 cm"]);
    })
    .await;
}
