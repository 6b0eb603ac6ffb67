//! What runs low or is sold out, as a list, a table and a sheet.

use domain::ids::ProductId;
use domain::stock::StockLevel;
use service::listing::{ListingsQuery, list_listings};
use service::sheets::{export_csv, table_page};

use super::*;

#[tokio::test]
async fn what_runs_low_is_listed_as_it_is_warned_of_and_taken_along() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let team = shop.places.tea_team;
        let few = shop.scarce("FEW", 9).await;
        let none = shop.scarce("NONE", 3).await;
        write_off(services, &seller, &lost(none.batches[0], 3, "damaged", ""), "a").await.unwrap();
        let found = async |level: StockLevel| {
            let query = ListingsQuery { stock: Some(level), ..ListingsQuery::default() };
            let list = list_listings(services, &seller, team, &query, 1).await.unwrap();
            let mut listed: Vec<ProductId> = list.cards.iter().map(|card| card.product).collect();
            listed.sort_unstable();
            let table = table_page(services, &seller, team, &query, 1).await.unwrap();
            let mut rows: Vec<ProductId> = table.rows.iter().map(|row| row.product).collect();
            rows.sort_unstable();
            assert_eq!(rows, listed, "the table has what the list has");
            let sheet = export_csv(services, &seller, team, &query, 1).await.unwrap();
            let sheet = String::from_utf8(sheet).unwrap();
            for (good, code) in [(&few, "FEW"), (&none, "NONE"), (&shop.tea, "CH-100")] {
                assert_eq!(sheet.contains(code), listed.contains(&good.product), "{code} of {level}");
            }
            listed
        };
        let warned = async || {
            let warnings = stock_warnings(services, &seller, team).await.unwrap();
            let mut products: Vec<ProductId> = warnings.low.iter().map(|one| one.product).collect();
            products.sort_unstable();
            products
        };
        assert_eq!(found(StockLevel::Low).await, [few.product, none.product]);
        assert_eq!(found(StockLevel::Low).await, warned().await);
        assert_eq!(found(StockLevel::Out).await, [none.product]);

        // What an order has set aside cannot be sold to anybody else.
        order(shop, 1, &[(few.variant(), 9)]).await;
        assert_eq!(found(StockLevel::Out).await, [few.product, none.product]);
        // The team wants no warning, but it is sold out all the same.
        let never = SetThreshold {
            product: none.product.to_string(),
            low_stock: "0".to_owned(),
            near_expiry_percent: String::new(),
        };
        set_threshold(services, &seller, &never).await.unwrap();
        assert_eq!(found(StockLevel::Low).await, [few.product]);
        assert_eq!(found(StockLevel::Low).await, warned().await);
        assert_eq!(found(StockLevel::Out).await, [few.product, none.product]);
    })
    .await;
}
