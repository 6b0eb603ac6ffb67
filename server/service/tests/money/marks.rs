//! Collective marks: who may bear one, how much of it, and that what was counted stays right whatever happens at once.

mod races;
mod registered;

use domain::ids::{MarkId, MarkLicenceId};
use domain::listing::InputForm;
use domain::mark::{Lack, LicenceState};
use domain::time::DAY_MS;
use service::listing::{CorrectStock, correct_stock, publish, unpublish};
use service::marks::{
    ChooseMark, GrantLicence, SaveMark, UsesQuery, WithdrawLicence, choose_mark, grant_licence, listing_mark,
    mark_desk, mark_page, mark_uses, marks_home, save_mark, withdraw_licence,
};
use service::orders::order_page;
use service::shop::{batch_page, product_page};
use service::stock::{CorrectInputs, SplitBatch, WriteOff, correct_inputs, split_batch, write_off};
use service::testing::Good;

use super::*;

/// The mark of the first village, kept by its treasurer.
async fn mark(shop: &TestShop, treasurer: &Viewer) -> MarkId {
    let form = SaveMark {
        collective: shop.places.collectives[0].to_string(),
        name: "岚河老渡口".to_owned(),
        name_en: "Old Ferry".to_owned(),
        rules: "只用当年春茶".to_owned(),
        ..SaveMark::default()
    };
    save_mark(&shop.services, treasurer, &form, "mark").await.unwrap()
}

/// A licence of the fourth village for pieces of everything on the shelf.
fn licence(shop: &TestShop, mark: MarkId, pieces: i64) -> GrantLicence {
    GrantLicence {
        mark: mark.to_string(),
        collective: shop.places.collectives[3].to_string(),
        category: shop.places.category.to_string(),
        base_unit: unit_of_scarce().to_owned(),
        quantity: pieces.to_string(),
        ends_on: "2026-12-31".to_owned(),
        ..GrantLicence::default()
    }
}

/// Blank listings of tests are counted in grams, whatever their pieces are called.
const fn unit_of_scarce() -> &'static str {
    "g"
}

fn wish(good: &Good, mark: MarkId) -> ChooseMark {
    ChooseMark { product: good.product.to_string(), mark: mark.to_string() }
}

async fn is_shown(shop: &TestShop, slug: &str) -> bool {
    product_page(&shop.services, slug, None, None).await.unwrap().mark.is_some()
}

async fn used(shop: &TestShop, treasurer: &Viewer, mark: MarkId) -> Vec<i64> {
    let desk = mark_desk(&shop.services, treasurer, &mark.to_string()).await.unwrap();
    desk.licences.iter().map(|licence| licence.row.used).collect()
}

async fn lacks(shop: &TestShop, seller: &Viewer, good: &Good) -> Vec<Lack> {
    let panel = listing_mark(&shop.services, seller, good.product).await.unwrap();
    panel.batches.into_iter().flat_map(|batch| batch.lacks).map(|(_, lack)| lack).collect()
}

/// A harvest of two villages, of which a third is the fourth village's.
pub(crate) async fn marked(
    shop: &TestShop,
    pieces: i64,
    licensed: i64,
) -> (Viewer, Viewer, Good, MarkId, MarkLicenceId) {
    let (treasurer, seller) = (shop.treasurer(0).await, shop.seller().await);
    let good = shop.scarce("MARK", pieces).await;
    let mark = mark(shop, &treasurer).await;
    let granted =
        grant_licence(&shop.services, &treasurer, &licence(shop, mark, licensed), "grant").await.unwrap();
    assert!(choose_mark(&shop.services, &seller, &wish(&good, mark), "choose").await.unwrap());
    (treasurer, seller, good, mark, granted)
}

/// Kilograms of the two villages whose harvest is in it.
fn of_both(shop: &TestShop, weights: [&str; 2]) -> Vec<InputForm> {
    let input = |(village, weight_kg): (usize, &str)| InputForm {
        village: shop.places.villages[village].to_string(),
        weight_kg: weight_kg.to_owned(),
    };
    [0, 3].into_iter().zip(weights).map(input).collect()
}

async fn sold_as(shop: &TestShop, number: u32, order: &PlacedOrder) -> Option<String> {
    let page = order_page(&shop.services, &shop.guest(number), &order.number, None).await.unwrap();
    page.lines[0].mark.as_ref().map(|mark| mark.name.clone())
}

#[tokio::test]
async fn goods_bear_a_mark_only_within_a_licence_and_orders_keep_what_they_were_sold_as() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let (treasurer, seller) = (shop.treasurer(0).await, shop.seller().await);
        let good = shop.scarce("MARK", 30).await;
        let mark = mark(shop, &treasurer).await;
        assert!(!choose_mark(services, &seller, &wish(&good, mark), "a").await.unwrap());
        assert_eq!(lacks(shop, &seller, &good).await, [Lack::Unlicensed], "the owner's own third needs none");
        assert!(!is_shown(shop, "mark").await);

        let small = licence(shop, mark, 9);
        grant_licence(services, &treasurer, &small, "b").await.unwrap();
        assert!(!choose_mark(services, &seller, &wish(&good, mark), "c").await.unwrap());
        assert_eq!(lacks(shop, &seller, &good).await, [Lack::Short { wanted: 10, left: 9 }]);
        assert_eq!(used(shop, &treasurer, mark).await, [0], "a batch is counted wholly or not at all");
        let more = licence(shop, mark, 5);
        let granted = grant_licence(services, &treasurer, &more, "d").await.unwrap();
        assert_eq!(grant_licence(services, &treasurer, &more, "d").await.unwrap(), granted, "twice is once");
        assert!(choose_mark(services, &seller, &wish(&good, mark), "e").await.unwrap());
        assert!(choose_mark(services, &seller, &wish(&good, mark), "f").await.unwrap(), "counted once");
        assert_eq!(
            used(shop, &treasurer, mark).await,
            [1, 9],
            "the later licence gives what the earlier lacks"
        );
        assert!(is_shown(shop, "mark").await);
        let page = mark_page(services, "lan-he-lao-du-kou").await.unwrap();
        assert_eq!(page.products.len(), 1);
        assert_eq!(page.licensed.len(), 1, "two licences, one village");
        let by_village: Vec<i64> = page.use_of_year.iter().map(|row| row.base_quantity).collect();
        assert_eq!(by_village, [20, 10]);
        assert!(page.products[0].mark.is_some());

        let first = order(shop, 1, &[(good.variant(), 2)]).await;
        assert_eq!(sold_as(shop, 1, &first).await.as_deref(), Some("岚河老渡口"));
        pay(shop, &shop.guest(1), first.order_id).await;
        let back = WithdrawLicence { licence: granted.to_string(), reason: "改种别的".to_owned() };
        assert_eq!(withdraw_licence(services, &treasurer, &back, "g").await.unwrap(), 1);
        assert_eq!(withdraw_licence(services, &treasurer, &back, "g").await.unwrap(), 1, "twice is once");
        assert_eq!(
            conflict(withdraw_licence(services, &treasurer, &back, "h").await),
            Conflict::StateChanged
        );
        assert!(!is_shown(shop, "mark").await, "one of its villages may not use it any more");
        let batch = batch_page(services, "mark", "mark-0").await.unwrap();
        assert!(batch.mark.is_some_and(|badge| !badge.bears));
        let second = order(shop, 2, &[(good.variant(), 1)]).await;
        assert_eq!(sold_as(shop, 2, &second).await, None);
        assert_eq!(sold_as(shop, 1, &first).await.as_deref(), Some("岚河老渡口"), "what was sold stays");
        let home = marks_home(services, &shop.treasurer(3).await, shop.places.collectives[3]).await.unwrap();
        let states: Vec<LicenceState> = home.granted.iter().map(|licence| licence.state).collect();
        assert_eq!(states, [LicenceState::Withdrawn, LicenceState::UsedUp]);
        assert_eq!(home.granted[0].row.withdrawn_reason, "改种别的", "the licensed village reads why");
    })
    .await;
}

#[tokio::test]
async fn more_goods_are_counted_and_lost_ones_are_not_given_back() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let (treasurer, seller, good, mark, _) = marked(shop, 30, 12).await;
        let id = good.batches[0];
        let change = |change: &str, weights: [&str; 2]| CorrectStock {
            batch: id.to_string(),
            change: change.to_owned(),
            reason: "received".to_owned(),
            inputs: of_both(shop, weights),
        };
        correct_stock(services, &seller, &change("3", ["0.2", "0.1"]), "a").await.unwrap();
        assert_eq!(used(shop, &treasurer, mark).await, [11]);
        assert!(is_shown(shop, "mark").await);
        correct_stock(services, &seller, &change("6", ["0.4", "0.2"]), "b").await.unwrap();
        assert_eq!(lacks(shop, &seller, &good).await, [Lack::Short { wanted: 2, left: 1 }]);
        assert!(!is_shown(shop, "mark").await, "it came in all the same, but does not bear the mark");
        let unmarked = order(shop, 1, &[(good.variant(), 1)]).await;
        assert_eq!(sold_as(shop, 1, &unmarked).await, None);
        let lost = WriteOff {
            batch: id.to_string(),
            quantity: "6".to_owned(),
            reason: "damaged".to_owned(),
            note: String::new(),
        };
        write_off(services, &seller, &lost, "c").await.unwrap();
        assert!(!is_shown(shop, "mark").await, "with other weights it is counted anew first");
        assert!(choose_mark(services, &seller, &wish(&good, mark), "c2").await.unwrap());
        assert!(is_shown(shop, "mark").await, "no more than was counted");
        assert_eq!(used(shop, &treasurer, mark).await, [11]);

        let part = SplitBatch { batch: id.to_string(), quantity: "9".to_owned(), ..SplitBatch::default() };
        let part = split_batch(services, &seller, &part, "d").await.unwrap();
        assert!(is_shown(shop, "mark").await);
        assert!(choose_mark(services, &seller, &wish(&good, mark), "e").await.unwrap());
        assert_eq!(used(shop, &treasurer, mark).await, [11], "the same goods are counted once");
        let all = UsesQuery::default();
        let page = mark_uses(services, &treasurer, &mark.to_string(), &all, 1).await.unwrap();
        let of_licence = page.uses.iter().filter(|row| row.licence_id.is_some());
        assert_eq!(of_licence.clone().count(), 2, "batch and part");
        assert_eq!(of_licence.map(|row| row.base_quantity).sum::<i64>(), 11);

        // Out of the shop and back: nothing is counted twice. (The listing of this test lacks a photo, so it stays out.)
        unpublish(services, &seller, good.product).await.unwrap();
        assert!(publish(services, &seller, good.product).await.is_err());
        assert!(!listing_mark(services, &seller, good.product).await.unwrap().is_shown);
        // A village without a licence turns out to be in the part.
        let inputs = [(0, "0.5"), (1, "0.5")].map(|(village, weight_kg)| InputForm {
            village: shop.places.villages[village].to_string(),
            weight_kg: weight_kg.to_owned(),
        });
        let right =
            CorrectInputs { batch: part.to_string(), inputs: inputs.into(), reason: "称错".to_owned() };
        correct_inputs(services, &seller, &right, "f").await.unwrap();
        assert_eq!(lacks(shop, &seller, &good).await, [Lack::Unlicensed]);
    })
    .await;
}

#[tokio::test]
async fn what_is_lost_is_counted_and_what_comes_in_for_it_is_counted_as_well() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let (treasurer, seller, good, mark, _) = marked(shop, 30, 12).await;
        assert_eq!(used(shop, &treasurer, mark).await, [10]);
        for (key, change) in ["-6", "6", "-6", "6"].into_iter().enumerate() {
            let correct = CorrectStock {
                batch: good.batches[0].to_string(),
                change: change.to_owned(),
                reason: "counted".to_owned(),
                inputs: of_both(shop, ["0.4", "0.2"]),
            };
            correct_stock(services, &seller, &correct, &key.to_string()).await.unwrap();
        }
        assert_eq!(used(shop, &treasurer, mark).await, [12], "the first six that came in were the last");
        assert_eq!(lacks(shop, &seller, &good).await, [Lack::Short { wanted: 2, left: 0 }]);
        assert!(!is_shown(shop, "mark").await);
    })
    .await;
}

#[tokio::test]
async fn weights_that_were_wrong_are_counted_right_for_what_is_sold_as_well() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let (treasurer, seller, good, mark, _) = marked(shop, 30, 20).await;
        let sold = order(shop, 1, &[(good.variant(), 12)]).await;
        pay(shop, &shop.guest(1), sold.order_id).await;
        let inputs = [(0, "1.5"), (3, "1.5")].map(|(village, weight_kg)| InputForm {
            village: shop.places.villages[village].to_string(),
            weight_kg: weight_kg.to_owned(),
        });
        let right = CorrectInputs {
            batch: good.batches[0].to_string(),
            inputs: inputs.into(),
            reason: "称错".to_owned(),
        };
        correct_inputs(services, &seller, &right, "a").await.unwrap();
        assert_eq!(used(shop, &treasurer, mark).await, [15], "half of thirty, twelve of them sold");
        assert!(is_shown(shop, "mark").await);
    })
    .await;
}

#[tokio::test]
async fn a_licence_ends_by_itself_and_the_next_one_counts_what_is_left() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let (treasurer, seller, good, mark, old) = marked(shop, 30, 10).await;
        let first = order(shop, 1, &[(good.variant(), 6)]).await;
        pay(shop, &shop.guest(1), first.order_id).await;
        // Past the last day of the year.
        shop.clock.advance(210 * DAY_MS);
        assert!(!is_shown(shop, "mark").await);
        let seller = Viewer { user: seller.user.clone(), ..Viewer::default() };
        assert!(!choose_mark(services, &seller, &wish(&good, mark), "a").await.unwrap());
        assert!(matches!(lacks(shop, &seller, &good).await[..], [Lack::Ended { .. }]));
        let too_late = WithdrawLicence { licence: old.to_string(), reason: "x".to_owned() };
        assert_eq!(
            conflict(withdraw_licence(services, &treasurer, &too_late, "w").await),
            Conflict::StateChanged
        );
        let next = GrantLicence { ends_on: "2027-05-31".to_owned(), ..licence(shop, mark, 8) };
        grant_licence(services, &treasurer, &next, "b").await.unwrap();
        assert!(choose_mark(services, &seller, &wish(&good, mark), "c").await.unwrap());
        assert_eq!(
            used(shop, &treasurer, mark).await,
            [8, 10],
            "24 of 30 are left, a third of them from there"
        );
        assert!(is_shown(shop, "mark").await);
        assert_eq!(sold_as(shop, 1, &first).await.as_deref(), Some("岚河老渡口"));
    })
    .await;
}

#[tokio::test]
async fn a_mark_is_its_owners_and_a_licence_says_what_is_wrong_with_it() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let (owner, other, seller) = (shop.treasurer(0).await, shop.treasurer(3).await, shop.seller().await);
        let mark = mark(shop, &owner).await;
        let fields = |answer: Result<MarkLicenceId>| match answer {
            Err(ServiceError::Invalid(problems)) => {
                problems.into_iter().map(|error| error.field).collect::<Vec<_>>()
            }
            answer => panic!("a refusal was expected: {answer:?}"),
        };
        let good = licence(shop, mark, 5);
        for who in [&other, &seller, &shop.captain().await, &shop.county_admin().await] {
            assert!(matches!(grant_licence(services, who, &good, "x").await, Err(ServiceError::NotFound)));
            let desk = mark_desk(services, who, &mark.to_string()).await;
            assert!(matches!(desk, Err(ServiceError::NotFound)));
        }
        let own = GrantLicence { collective: shop.places.collectives[0].to_string(), ..good.clone() };
        assert_eq!(fields(grant_licence(services, &owner, &own, "a").await), ["collective"]);
        let both = GrantLicence { product: "tea".to_owned(), ..good.clone() };
        assert_eq!(fields(grant_licence(services, &owner, &both, "b").await), ["product"]);
        let none = GrantLicence { category: String::new(), quantity: "0".to_owned(), ..good.clone() };
        assert_eq!(fields(grant_licence(services, &owner, &none, "c").await), ["product", "quantity"]);
        let past = GrantLicence { ends_on: "2026-01-01".to_owned(), ..good.clone() };
        assert_eq!(fields(grant_licence(services, &owner, &past, "d").await), ["ends_on"]);
        let page = format!("{}/products/tea?x=1", services.public_url);
        let by_page = GrantLicence { category: String::new(), product: page, ..good };
        grant_licence(services, &owner, &by_page, "e").await.unwrap();

        let stale = SaveMark {
            collective: shop.places.collectives[0].to_string(),
            mark: mark.to_string(),
            version: 7,
            name: "新名".to_owned(),
            rules: "规则".to_owned(),
            ..SaveMark::default()
        };
        assert_eq!(conflict(save_mark(services, &owner, &stale, "f").await), Conflict::VersionChanged);
        let unknown = ChooseMark { product: shop.honey.product.to_string(), mark: mark.to_string() };
        assert!(matches!(choose_mark(services, &seller, &unknown, "g").await, Err(ServiceError::NotFound)));
    })
    .await;
}
