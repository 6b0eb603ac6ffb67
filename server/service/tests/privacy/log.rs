//! The audit log as it is read.

use service::audit::{LogQuery, Origin, log_page, log_table, my_events};

use super::*;

#[tokio::test]
async fn an_event_says_who_what_when_and_from_where() {
    TestShop::on_both(async |shop| {
        let admin = shop.county_admin().await;
        let origin = Origin { address: "203.0.113.7".to_owned(), request_id: "r1".to_owned() };
        let services = shop.services.clone().with_origin(origin);
        let viewer = registered(shop, EMAIL).await;
        let command = SignIn { login: EMAIL.to_owned(), password: "guess guess".to_owned() };
        sign_in(&services, &Viewer::default(), command, HOME).await.unwrap_err();
        service::accounts::sign_out(&services, &viewer).await.unwrap();

        let events = my_events(&services, &viewer).await.unwrap();
        let told: Vec<_> =
            events.iter().map(|event| (event.action.as_str(), event.address.as_str())).collect();
        assert_eq!(told, [("sign_out", "203.0.113.7"), ("sign_in_failed", "203.0.113.7"), ("register", "")]);

        let query =
            LogQuery { person: EMAIL.to_owned(), action: "sign_in_failed".to_owned(), ..Default::default() };
        let page = log_page(&services, &admin, &query).await.unwrap();
        assert_eq!(page.lines.len(), 1);
        assert_eq!(
            (page.lines[0].address.as_str(), page.lines[0].request_id.as_str()),
            ("203.0.113.7", "r1")
        );
        assert!(page.lines[0].user.is_none(), "nobody was signed in");
        let of_name = LogQuery { person: "林".to_owned(), ..Default::default() };
        assert_eq!(log_page(&services, &admin, &of_name).await.unwrap().lines.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn the_log_is_read_by_days_and_in_pages_by_the_county_only() {
    let shop = TestShop::sqlite().await;
    let admin = shop.county_admin().await;
    for _ in 0..60 {
        shop.clock.advance(domain::time::SECOND_MS);
        let mut tx = shop.services.db.write().await.unwrap();
        service::audit::note(&mut tx, &shop.services, admin.user_id().unwrap(), "sign_in").await.unwrap();
        tx.commit().await.unwrap();
    }
    let first = log_page(&shop.services, &admin, &LogQuery::default()).await.unwrap();
    assert_eq!(first.lines.len(), 50);
    let query = LogQuery { before: first.older.clone().unwrap(), ..Default::default() };
    let second = log_page(&shop.services, &admin, &query).await.unwrap();
    assert_eq!((second.lines.len(), second.older), (10, None), "no line is missing, none comes twice");
    assert!(second.lines[0].at_ms < first.lines[49].at_ms);

    let day =
        |from: &str, to: &str| LogQuery { from: from.to_owned(), to: to.to_owned(), ..Default::default() };
    let count = async |query: LogQuery| log_page(&shop.services, &admin, &query).await.unwrap().lines.len();
    assert_eq!(count(day("2026-06-15", "2026-06-15")).await, 50);
    assert_eq!(count(day("2026-06-16", "")).await, 0);
    assert_eq!(count(day("", "2026-06-14")).await, 0);
    let wrong =
        LogQuery { person: "nobody@buyer.example".to_owned(), from: "soon".to_owned(), ..Default::default() };
    let page = log_page(&shop.services, &admin, &wrong).await.unwrap();
    let fields: Vec<&str> = page.errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!((fields, page.lines.len()), (vec!["from", "person"], 0));

    for stranger in [shop.shopper().await, shop.captain().await, Viewer::default()] {
        assert!(log_page(&shop.services, &stranger, &LogQuery::default()).await.is_err());
        assert!(log_table(&shop.services, &stranger, &LogQuery::default()).await.is_err());
    }
}

#[tokio::test]
async fn the_downloaded_table_holds_no_formula() {
    let shop = TestShop::sqlite().await;
    let admin = shop.county_admin().await;
    let command = Register {
        login: EMAIL.to_owned(),
        password: PASSWORD.to_owned(),
        display_name: "=HYPERLINK(\"http://evil\")".to_owned(),
    };
    register(&shop.services, &Viewer::default(), command, HOME).await.unwrap();
    let table =
        String::from_utf8(log_table(&shop.services, &admin, &LogQuery::default()).await.unwrap()).unwrap();
    assert!(table.starts_with('\u{feff}') && table.contains("register"));
    assert!(table.contains("'=HYPERLINK"), "{table}");
}
