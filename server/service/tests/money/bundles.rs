//! Gift boxes: every part or nothing, each part's share of the price, and orders of boxes as orders of what is in them.

use domain::failure::{FieldError, Problem};
use domain::ids::ProductId;
use domain::money::allot;
use domain::time::{DAY_MS, MINUTE_MS};
use service::after_sales::{AskLine, OfferRefund, offer_refund};
use service::bundles::{Contents, PartForm, SaveContents, contents, create_bundle, save_contents};
use service::carts::view_cart;
use service::checkout::buy_again;
use service::listing::{SaveListing, edit_page, save_draft, unpublish};
use service::orders::order_page;
use service::shipping::packing_list;
use service::shop::product_page;
use service::testing::Good;
use service::units::{approve_order, check_quick_order, lines_as_text};

use super::units::{SLUG, submit};
use super::*;

mod parcels;
mod races;
mod seen;
mod seller;

/// What a box is to hold.
pub(crate) fn form(page: &Contents, parts: &[(VariantId, i64)], price: Option<&str>) -> SaveContents {
    let part = |(variant, quantity): &(VariantId, i64)| PartForm {
        variant: variant.to_string(),
        quantity: quantity.to_string(),
    };
    SaveContents {
        product: page.product.to_string(),
        version: page.version,
        price_mode: if price.is_some() { "free" } else { "summed" }.to_owned(),
        price: price.unwrap_or_default().to_owned(),
        parts: parts.iter().map(part).collect(),
    }
}

/// A box in the shop, with or without a price of its own; what a seller must write of it is written by hand.
pub(crate) async fn boxed(
    shop: &TestShop,
    slug: &str,
    parts: &[(VariantId, i64)],
    price: Option<&str>,
) -> Good {
    let (services, seller) = (&shop.services, shop.seller().await);
    let key = services.new_token();
    let product = create_bundle(services, &seller, shop.places.tea_team, &key).await.unwrap();
    let page = contents(services, &seller, product).await.unwrap();
    save_contents(services, &seller, &form(&page, parts, price), &key).await.unwrap();
    let mut tx = services.db.write().await.unwrap();
    store::testing::counties::rewrite_product(&mut tx, product, "岚河礼盒", "").await.unwrap();
    store::listing::publish_listing(&mut tx, product, slug, services.now_ms()).await.unwrap();
    let variants = store::listing::list_all_variants(&mut tx, product).await.unwrap();
    tx.commit().await.unwrap();
    Good { product, variants: variants.iter().map(|variant| variant.id).collect(), batches: Vec::new() }
}

/// Dendrobium (16801 fen) and two tins of tea (4990 each) for 200 yuan: 67.81 yuan less than singly.
async fn tea_box(shop: &TestShop) -> Good {
    boxed(shop, "tea-box", &[(shop.dendrobium.variant(), 1), (shop.tea.variant(), 2)], Some("200")).await
}

async fn boxes_left(shop: &TestShop, product: ProductId) -> i64 {
    let mut conn = shop.services.db.read().await.unwrap();
    store::catalogue::sum_available(&mut conn, product, "2026-06-15").await.unwrap()
}

#[tokio::test]
async fn a_box_becomes_lines_of_its_parts_and_each_earns_its_share() {
    TestShop::on_both(async |shop| {
        let (services, guest) = (&shop.services, shop.guest(1));
        let tea_box = tea_box(shop).await;
        let loose = order(shop, 2, &[(shop.dendrobium.variant(), 3), (shop.tea.variant(), 7)]).await;
        let loose = find_order(shop, loose.order_id).await;
        let stock = (batch(shop, shop.dendrobium.batches[0]).await, batch(shop, shop.tea.batches[0]).await);

        // Lines stand in the order in which they came.
        fill(shop, &guest, &[(tea_box.variant(), 3)]).await;
        shop.clock.advance(1);
        fill(shop, &guest, &[(shop.tea.variant(), 1)]).await;
        let cart = view_cart(services, &guest).await.unwrap();
        assert_eq!((cart.lines.len(), cart.pieces, cart.goods_fen), (2, 4, fen(60_000 + 4_990)));
        assert!(cart.can_check_out && cart.lines[0].parts.len() == 2 && cart.lines[1].parts.is_empty());
        let form = checkout_form(shop, &guest, 1).await;
        let placed = place_order(services, &guest, form).await.unwrap();
        let row = find_order(shop, placed.order_id).await;
        // 2850 g in one parcel, as if it had been bought singly.
        assert_eq!((row.goods_fen, row.freight_fen), (fen(64_990), loose.freight_fen));
        let lines = lines_of(shop, placed.order_id).await;
        let told: Vec<_> =
            lines.iter().map(|line| (line.variant_code.as_str(), line.quantity, line.net_fen)).collect();
        // 60000 by 16801 : 9980.
        assert_eq!(told, [("SH-500", 3, fen(37_641)), ("CH-100", 6, fen(22_359)), ("CH-100", 1, fen(4_990))]);
        let page = order_page(services, &guest, &placed.number, None).await.unwrap();
        let of_box: Vec<Option<i64>> =
            page.lines.iter().map(|line| line.bundle.as_ref().map(|bundle| bundle.quantity)).collect();
        assert_eq!(of_box, [Some(3), Some(3), None]);
        assert_eq!(page.lines[0].bundle.as_ref().unwrap().net_fen, fen(60_000));
        let held = (batch(shop, shop.dendrobium.batches[0]).await, batch(shop, shop.tea.batches[0]).await);
        assert_eq!(held.0, (stock.0.0 - 1_500, stock.0.1 + 1_500, 0), "three pieces of dendrobium");
        assert_eq!(held.1.0, 0, "the tea that expires first goes first");
        assert_sound(shop).await;

        pay(shop, &guest, placed.order_id).await;
        let shares = allot(fen(37_641), &[5_203, 3_101, 1_097, 599]).unwrap();
        let mut expected: Vec<i64> = shares.iter().map(|share| share.get()).collect();
        expected[1] += 22_359 + 4_990;
        expected.sort_unstable();
        let page = order_page(services, &guest, &placed.number, None).await.unwrap();
        let mut earned: Vec<i64> = page.shares.iter().map(|share| share.amount_fen.get()).collect();
        earned.sort_unstable();
        assert_eq!(earned, expected);
        assert_sound(shop).await;

        assert_a_tin_goes_back(shop, &lines).await;

        let page = order_page(services, &guest, &placed.number, None).await.unwrap();
        buy_again(services, &guest, page.order.id).await.unwrap();
        let cart = view_cart(services, &guest).await.unwrap();
        let again: Vec<_> =
            cart.lines.iter().map(|line| (line.line.variant.variant_id, line.line.quantity)).collect();
        assert!(
            again.contains(&(tea_box.variant(), 3)) && again.contains(&(shop.tea.variant(), 1)),
            "{again:?}"
        );
    })
    .await;
}

/// One of six tins of the boxes cannot be sent: a sixth of what they earned goes back.
async fn assert_a_tin_goes_back(shop: &TestShop, lines: &[LineRow]) {
    let (services, seller) = (&shop.services, shop.seller().await);
    let packed = packing_list(services, &seller, lines[1].parcel_id).await.unwrap();
    assert_eq!(packed.box_of(lines[0].id).map(|of| of.quantity), Some(3));
    assert_eq!(packed.box_of(lines[2].id), None);
    let offer = OfferRefund {
        key: services.new_token(),
        parcel: lines[1].parcel_id.to_string(),
        words: "少一罐".to_owned(),
        amount: String::new(),
        lines: vec![AskLine {
            line: lines[1].id.to_string(),
            quantity: "1".to_owned(),
            ..AskLine::default()
        }],
    };
    offer_refund(services, &seller, offer).await.unwrap();
    run_worker(shop).await;
    let back = shop.gateway.sent_back_fen().get();
    assert!((22_359 / 6..=22_359 / 6 + 1).contains(&back), "{back}");
    assert_sound(shop).await;
}

#[tokio::test]
async fn the_last_part_is_sold_once_and_whoever_is_refused_holds_nothing() {
    TestShop::on_both(async |shop| {
        let rare = shop.scarce("RARE", 1).await;
        let tea_before = batch(shop, shop.tea.batches[0]).await;
        let with_rare = boxed(shop, "rare-box", &[(shop.tea.variant(), 2), (rare.variant(), 1)], None).await;
        let (first, second) = (shop.guest(1), shop.guest(2));
        fill(shop, &first, &[(with_rare.variant(), 1)]).await;
        fill(shop, &second, &[(rare.variant(), 1)]).await;
        let forms = (checkout_form(shop, &first, 1).await, checkout_form(shop, &second, 2).await);
        let answers = tokio::join!(
            place_order(&shop.services, &first, forms.0),
            place_order(&shop.services, &second, forms.1)
        );
        let won = match answers {
            (Ok(_), Err(ServiceError::Conflict(Conflict::OutOfStock { left: 0, .. }))) => true,
            (Err(ServiceError::Conflict(Conflict::OutOfStock { left: 0, name })), Ok(_)) => {
                assert_eq!(name, "岚河礼盒（rare RARE）", "the box and the part");
                false
            }
            other => panic!("one of two is refused: {other:?}"),
        };
        assert_eq!(batch(shop, rare.batches[0]).await, (0, 1, 0));
        let tea = batch(shop, shop.tea.batches[0]).await;
        let held = if won { 200 } else { 0 };
        assert_eq!(tea, (tea_before.0 - held, held, 0), "every part or nothing");
        assert_eq!(boxes_left(shop, with_rare.product).await, 0);
        assert_sound(shop).await;

        shop.clock.advance(31 * MINUTE_MS);
        run_worker(shop).await;
        assert_eq!(batch(shop, rare.batches[0]).await, (1, 0, 0), "what nobody paid is given back");
        assert_eq!(batch(shop, shop.tea.batches[0]).await, tea_before);
        assert_eq!(boxes_left(shop, with_rare.product).await, 1);
    })
    .await;
}

#[tokio::test]
async fn parts_and_the_same_thing_beside_them_are_counted_together() {
    TestShop::on_both(async |shop| {
        let rare = shop.scarce("RARE", 3).await;
        let pair = boxed(shop, "pair", &[(rare.variant(), 2)], None).await;
        let guest = shop.guest(1);
        fill(shop, &guest, &[(pair.variant(), 1), (rare.variant(), 2), (shop.tea.variant(), 1)]).await;
        let form = checkout_form(shop, &guest, 1).await;
        let refused = conflict(place_order(&shop.services, &guest, form).await);
        assert!(matches!(refused, Conflict::OutOfStock { left: 3, .. }), "{refused:?}");
        assert_eq!(batch(shop, rare.batches[0]).await, (3, 0, 0));
        fill(shop, &guest, &[(rare.variant(), 1)]).await;
        let form = checkout_form(shop, &guest, 1).await;
        let placed = place_order(&shop.services, &guest, form).await.unwrap();
        assert_eq!(batch(shop, rare.batches[0]).await, (0, 3, 0));
        pay(shop, &guest, placed.order_id).await;
        assert_eq!(batch(shop, rare.batches[0]).await, (0, 0, 3));
    })
    .await;
}

#[tokio::test]
async fn a_part_that_cannot_be_bought_closes_the_box_and_is_named() {
    let shop = &TestShop::sqlite().await;
    let (services, guest, seller) = (&shop.services, shop.guest(1), shop.seller().await);
    let tea_box = tea_box(shop).await;
    fill(shop, &guest, &[(tea_box.variant(), 1)]).await;
    let form = checkout_form(shop, &guest, 1).await;
    unpublish(services, &seller, shop.tea.product).await.unwrap();
    let cart = view_cart(services, &guest).await.unwrap();
    assert_eq!(cart.lines[0].problem, Some(Problem::NotForSale));
    assert_eq!(cart.lines[0].part.as_ref().map(|(name, _)| name.as_str()), Some("tea"));
    assert!(!cart.can_check_out);
    let refused = conflict(place_order(services, &guest, form).await);
    assert_eq!(refused, Conflict::NotForSale { name: "岚河礼盒（tea）".to_owned() });
    let more = carts::add_line(services, &guest, tea_box.variant(), 1).await;
    let Err(ServiceError::Invalid(errors)) = more else { panic!("{more:?}") };
    assert_eq!(errors, [FieldError::new("variant", Problem::NotForSale)]);
    let page = product_page(services, "tea-box", None, None).await.unwrap();
    assert!(!page.has_stock);
    let told: Vec<_> = page.bundle.unwrap().parts.into_iter().map(|part| part.problem).collect();
    assert_eq!(told, [None, Some(Problem::NotForSale)]);
}

#[tokio::test]
async fn a_box_that_would_give_a_piece_away_is_not_sold() {
    let shop = &TestShop::sqlite().await;
    let (services, guest, seller) = (&shop.services, shop.guest(1), shop.seller().await);
    let cheap =
        boxed(shop, "cheap-box", &[(shop.dendrobium.variant(), 1), (shop.tea.variant(), 2)], Some("0.06"))
            .await;
    fill(shop, &guest, &[(cheap.variant(), 1)]).await;
    // Since then the other part has become much dearer, and the box's own price stays what it is.
    let page = edit_page(services, &seller, shop.dendrobium.product).await.unwrap();
    let mut form = page.form;
    form.variants[0].price = "99999".to_owned();
    let dearer = SaveListing { product: shop.dendrobium.product, version: page.version, form };
    save_draft(services, &seller, &dearer).await.unwrap();
    let cart = view_cart(services, &guest).await.unwrap();
    assert_eq!(cart.lines[0].problem, Some(Problem::NotForSale));
    assert_eq!(cart.lines[0].part.as_ref().map(|(name, _)| name.as_str()), Some("tea"));
    assert!(!cart.can_check_out && preview_checkout(services, &guest, None).await.is_err());
}

#[tokio::test]
async fn the_page_of_a_box_tells_which_part_is_about_to_expire() {
    let shop = &TestShop::sqlite().await;
    tea_box(shop).await;
    let told = async || {
        let page = product_page(&shop.services, "tea-box", None, None).await.unwrap();
        let parts = page.bundle.unwrap().parts.into_iter();
        parts.map(|part| part.near_expiry.map(|near| (near.expires_on, near.days_left))).collect::<Vec<_>>()
    };
    assert_eq!(told().await, [None, None]);
    // The older tea, of 244 days, goes first; 29 of them are left.
    shop.clock.advance(170 * DAY_MS);
    assert_eq!(told().await, [None, Some(("2026-12-31".to_owned(), 29))]);
}

#[tokio::test]
async fn a_summed_box_follows_its_parts_and_a_free_one_does_not() {
    TestShop::on_both(async |shop| {
        let (services, seller) = (&shop.services, shop.seller().await);
        let free = tea_box(shop).await;
        let parts = [(shop.dendrobium.variant(), 1), (shop.tea.variant(), 2)];
        let summed = boxed(shop, "summed", &parts, None).await;
        let shown = async |slug: &str| product_page(services, slug, None, None).await.unwrap();
        assert_eq!(shown("summed").await.price_from_fen, fen(16_801 + 2 * 4_990));
        let page = shown("tea-box").await;
        assert_eq!((page.price_from_fen, page.bundle.unwrap().saved_fen), (fen(20_000), Some(fen(6_781))));

        let edit = edit_page(services, &seller, shop.tea.product).await.unwrap();
        let (product, version, mut form) = (shop.tea.product, edit.version, edit.form);
        form.variants[0].price = "50".to_owned();
        // It lacks a photo and a story as before; only what is new would be refused.
        save_draft(services, &seller, &SaveListing { product, version, form }).await.unwrap();
        assert_eq!(shown("summed").await.variants[0].price_fen, fen(16_801 + 2 * 5_000));
        assert_eq!(shown("tea-box").await.price_from_fen, fen(20_000));
        assert_sound(shop).await;

        // Its own form cannot give it another price, another variant or another content.
        let edit = edit_page(services, &seller, summed.product).await.unwrap();
        let (product, version, mut form) = (summed.product, edit.version, edit.form);
        form.variants[0].price = "1".to_owned();
        form.variants[0].base_quantity = "7".to_owned();
        save_draft(services, &seller, &SaveListing { product, version, form }).await.unwrap();
        let now = shown("summed").await;
        assert_eq!(
            (now.variants[0].price_fen, now.variants[0].stock),
            (fen(26_801), shown("tea-box").await.variants[0].stock)
        );
        let guest = shop.guest(1);
        fill(shop, &guest, &[(summed.variant(), 1)]).await;
        shop.clock.advance(1);
        fill(shop, &guest, &[(free.variant(), 1)]).await;
        let form = checkout_form(shop, &guest, 1).await;
        let placed = place_order(services, &guest, form).await.unwrap();
        let nets: Vec<Fen> = lines_of(shop, placed.order_id).await.iter().map(|line| line.net_fen).collect();
        assert_eq!(nets[..2], [fen(16_801), fen(10_000)], "each part at its own price");
        assert_eq!(nets[2] + nets[3], fen(20_000));
    })
    .await;
}

#[tokio::test]
async fn a_unit_orders_boxes_by_their_code() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let (buyer, approver) = (shop.buyer().await, shop.approver().await);
        let tea_box = tea_box(shop).await;
        let code = {
            let mut conn = services.db.read().await.unwrap();
            store::listing::list_all_variants(&mut conn, tea_box.product).await.unwrap()[0].code.clone()
        };
        let much = check_quick_order(services, &buyer, SLUG, &format!("{code} 9999"), None).await.unwrap();
        assert_eq!(
            much.troubles[0].problem,
            Problem::OnlyLeft { left: 102 },
            "20500 g of tea, 200 g in a box"
        );
        let text = format!("{code} 4\nCH-100 2");
        let placed = submit(shop, &buyer, &text).await;
        let row = find_order(shop, placed.order_id).await;
        assert_eq!(row.goods_fen, fen(4 * 20_000 + 2 * 4_990));
        let page = order_page(services, &buyer, &placed.number, None).await.unwrap();
        assert_eq!(lines_as_text(&page.lines), format!("{text}\n"), "as it was ordered");
        assert_sound(shop).await;
        approve_order(services, &approver, &placed.number).await.unwrap();
        assert_eq!(batch(shop, shop.dendrobium.batches[0]).await, (98_000, 2_000, 0));
    })
    .await;
}
