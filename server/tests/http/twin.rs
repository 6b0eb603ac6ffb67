//! The shop's pages and the same pages written by hand (`cargo xtask bench pages` measures them against each other): they
//! say the same, word by word, so that what is measured stays comparable.

use std::time::Duration;

use bench::http::hammer;
use bench::pages::compare_pages;
use bench::pages::twin::{Shelf, serve};
use tokio::net::TcpListener;

use crate::test_shop::TestShop;

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn the_pages_written_by_hand_say_what_the_shops_pages_say() {
    let shop = TestShop::start_changed(|settings| settings.limits.max_pages = Some(64)).await;
    service::demo::seed_without_photos(&shop.services).await.unwrap();
    let shelf = Shelf::read(&shop.services, shop.address).await.unwrap();
    let (list, products) = shelf.paths();
    assert!(products.len() > 10, "only {} products", products.len());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let twin = listener.local_addr().unwrap();
    let serving = tokio::spawn(serve(shelf, listener));
    let address = shop.address;
    let compared = tokio::task::spawn_blocking(move || {
        for paths in [&list, &products] {
            compare_pages(address, twin, paths)?;
        }
        // And both can be measured for a moment.
        for server in [address, twin] {
            let round = hammer(server, &products, 2, Duration::from_millis(300))?;
            anyhow::ensure!(round.per_second() > 1.0, "{round:?}");
        }
        anyhow::Ok(())
    });
    compared.await.unwrap().unwrap();
    serving.abort();
    shop.stop().await;
}
