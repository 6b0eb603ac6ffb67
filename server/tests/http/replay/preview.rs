//! A preview shows what was typed; it never puts it into the shop.

use super::*;
use crate::access::Who;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preview_saves_a_draft_and_never_what_is_in_the_shop() {
    let world = World::start().await;
    let row = all_rows().find(|row| row.path == "/upload/listing").unwrap();
    // Out of the shop, with a story that was changed.
    let mut call = prepare(&world, row).await;
    let (services, seller) = (&world.shop.services, world.viewer(Who::Seller).await);
    let browser = world.browser(Who::Seller);
    let form = app::routes::paths::team_product(world.team, world.product);
    call.put("then", "preview");
    call.put("story", "雨前采的，先看看。");
    let seen = browser.upload(&form, call.path, "text/html", call.multipart()).await;
    assert_eq!(seen.location.as_deref(), Some(&*format!("{form}/preview")), "{seen:?}");
    assert!(browser.get(&format!("{form}/preview")).await.body.contains("雨前采的，先看看。"));
    assert!(browser.get(&form).await.body.contains(r#"value="preview""#), "a draft can be looked at");

    service::listing::publish(services, &seller, world.product).await.unwrap();
    let shop = app::routes::paths::product("own");
    assert!(world.browser(Who::Visitor).get(&shop).await.body.contains("雨前采的，先看看。"));
    let now = browser.get(&form).await.body;
    assert!(!now.contains(r#"value="preview""#), "what is in the shop is looked at there");
    assert!(now.contains(&format!(r#"href="{shop}""#)), "the way to it");

    // A page that was opened before it was published.
    let stored = service::listing::edit_page(services, &seller, world.product).await.unwrap();
    call.put("version", &stored.version.to_string());
    call.put("story", "还没有想好的介绍。");
    let refused = browser.upload(&form, call.path, "text/html", call.multipart()).await;
    let back = refused.location.clone().unwrap();
    assert!(back.starts_with(&format!("{form}?flash=")), "{refused:?}");
    let page = browser.get(&back).await.body;
    assert!(
        page.contains("还没有想好的介绍。") && page.contains("没有保存任何修改"),
        "what was typed is there"
    );
    let after = service::listing::edit_page(services, &seller, world.product).await.unwrap();
    assert_eq!((after.version, after.form.story), (stored.version, stored.form.story), "nothing was saved");
    assert!(!world.browser(Who::Visitor).get(&shop).await.body.contains("还没有想好的介绍。"));
    world.shop.stop().await;
}
