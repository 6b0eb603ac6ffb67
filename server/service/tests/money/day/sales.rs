//! What was sold, on other days than this month's.

use domain::failure::Problem;
use service::day::{MOST_SALES_DAYS, PartSalesRow};

use super::*;

#[tokio::test]
async fn sales_are_told_of_the_days_that_were_asked_for() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let team = shop.places.tea_team;
        bought(shop, 1, &[(shop.tea.variant(), 2)]).await;
        shop.clock.advance(DAY_MS);
        bought(shop, 2, &[(shop.dendrobium.variant(), 1)]).await;
        shop.clock.advance(40 * DAY_MS);
        let (first, second) = (Fen::new(2 * 4_990), Fen::new(16_801));
        let days = |from: &str, to: &str| SalesQuery { from: from.to_owned(), to: to.to_owned() };
        let present = day_sales(services, &seller, team, &this_month()).await.unwrap();
        assert_eq!((present.sum_fen, present.is_chosen), (Fen::ZERO, false), "it is July");
        for (query, sum, orders, count) in [
            (days("2026-06-15", "2026-06-15"), first, 1, 1),
            (days("2026-06-16", "2026-06-30"), second, 1, 15),
            (days("2026-06-15", "2026-06-16"), first + second, 2, 2),
            (days("2026-06-14", "2026-06-14"), Fen::ZERO, 0, 1),
            (days("2026-06-15", ""), first + second, 2, 42),
            (days("2025-07-26", "2026-07-26"), first + second, 2, 366),
        ] {
            let sales = day_sales(services, &seller, team, &query).await.unwrap();
            assert_eq!((sales.sum_fen, sales.sum_orders), (sum, orders), "{query:?}");
            assert_eq!(sales.days.len(), count, "each day, sold or not: {query:?}");
            let of = |rows: &[PartSalesRow]| -> Fen { rows.iter().map(|row| row.amount_fen).sum() };
            assert_eq!((of(&sales.products), of(&sales.villages)), (sum, sum), "{query:?}");
            let page = day_page(services, &seller, team, &query).await.unwrap();
            assert_eq!((page.sales.sum_fen, page.sales.products), (sum, sales.products), "{query:?}");
            assert_eq!(page.sales_problems, []);
        }

        let endless = days("2025-07-25", "2026-07-26");
        let problem = FieldError::new("to", Problem::TooManyDays { max: MOST_SALES_DAYS });
        let refused = day_sales(services, &seller, team, &endless).await;
        assert!(matches!(refused, Err(ServiceError::Invalid(problems)) if problems == [problem.clone()]));
        let page = day_page(services, &seller, team, &endless).await.unwrap();
        assert_eq!((page.sales_problems, page.sales.is_chosen), (vec![problem], false), "the page stays");
    })
    .await;
}
