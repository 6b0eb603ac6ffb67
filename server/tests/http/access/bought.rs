//! What a shopper and a guest have bought and ask their money back for: in the table of calls the claim is the unit's, and
//! most orders are.
//!
//! A guest is known by the session that bought. Whoever knows an order's number and the end of its telephone looks at it,
//! and does nothing with it.

use domain::ids::{AfterSaleId, LineId};

use super::calls::Fields;
use super::world::{Placed, World};
use super::{SELLERS, TOWN, Who, ask_all};
use crate::test_shop::{Answered, Browser};

/// What one of them has.
struct Bought {
    by: Who,
    /// The last digits of the telephone on each of the orders.
    tail: &'static str,
    /// Not paid.
    open: Placed,
    /// Paid; its only line.
    paid: Placed,
    line: LineId,
    /// About another paid one.
    claim: AfterSaleId,
}

impl Bought {
    async fn by(world: &World, who: Who) -> Self {
        let (tail, open) = match who {
            Who::Guest => ("0002", &world.guest),
            _ => ("0001", &world.retail),
        };
        let paid = world.buy(who, &format!("1390000{tail}")).await;
        world.pay_online(who, &paid).await;
        let line = {
            let mut conn = world.shop.services.db.read().await.unwrap();
            store::orders::list_order_lines(&mut conn, paid.id).await.unwrap().remove(0).id
        };
        let claimed = world.buy(who, &format!("1370000{tail}")).await;
        world.pay_online(who, &claimed).await;
        let claim = world.claim_as(who, &claimed, 1, "refund_unshipped", "late").await;
        Self { by: who, tail, open: open.clone(), paid, line, claim }
    }
}

/// What is done with it.
struct Act {
    path: &'static str,
    /// The buyer's to do: for all who may not there is no such thing.
    is_buyers: bool,
    /// Who else may.
    others: &'static [Who],
    fields: fn(&World, &Bought) -> Fields,
}

const fn of_buyer(path: &'static str, fields: fn(&World, &Bought) -> Fields) -> Act {
    Act { path, is_buyers: true, others: &[], fields }
}

const fn of_others(path: &'static str, others: &'static [Who], fields: fn(&World, &Bought) -> Fields) -> Act {
    Act { path, is_buyers: false, others, fields }
}

/// In an order in which the buyer can do one thing after the other.
const ACTS: &[Act] = &[
    of_buyer("/api/orders/pay", |_, bought| of_order(&bought.open)),
    of_buyer("/api/orders/buy_again", |_, bought| of_order(&bought.open)),
    of_buyer("/api/orders/cancel", |_, bought| of_order(&bought.open)),
    of_buyer("/api/orders/confirm_receipt", |_, bought| of_order(&bought.paid)),
    of_buyer("/upload/after-sale", |world, bought| {
        vec![
            ("parcel", bought.paid.parcel.to_string()),
            ("kind", "refund_unshipped".to_owned()),
            ("reason", "late".to_owned()),
            ("lines[0][line]", bought.line.to_string()),
            ("lines[0][quantity]", "1".to_owned()),
            ("key", world.shop.services.new_token()),
        ]
    }),
    of_buyer("/api/orders/cancel", |_, bought| of_order(&bought.paid)),
    Act { path: "/upload/after-sale-message", is_buyers: true, others: TALK, fields: of_claim },
    of_buyer("/api/after_sales/accept_offer", of_claim),
    of_buyer("/api/after_sales/appeal", of_claim),
    of_buyer("/api/after_sales/send_back", of_claim),
    of_buyer("/upload/after-sale-postage", of_claim),
    of_others("/api/after_sales/offer_part", SELLERS, of_claim),
    of_others("/api/after_sales/agree", SELLERS, of_claim),
    of_others("/api/after_sales/refuse", SELLERS, of_claim),
    of_others("/api/after_sales/take_back", SELLERS, of_claim),
    of_others("/api/after_sales/confirm", SECOND, of_claim),
    of_others("/api/after_sales/decide", TOWN, of_claim),
    of_buyer("/api/after_sales/withdraw", of_claim),
];

/// Beside the buyer.
const TALK: &[Who] = &[Who::Seller, Who::Captain, Who::TownAdmin, Who::CountyAdmin, Who::Operator];
/// Who confirms a large amount.
const SECOND: &[Who] = &[Who::Captain, Who::TownAdmin, Who::CountyAdmin, Who::Operator];

/// Of what the buyer may do this is done; the rest is well asked, but not now.
const DONE: &[&str] = &[
    "/api/orders/pay",
    "/api/orders/buy_again",
    "/api/orders/cancel",
    "/upload/after-sale",
    "/upload/after-sale-message",
    "/api/after_sales/withdraw",
];

fn of_order(placed: &Placed) -> Fields {
    let number = ("number", placed.number.clone());
    vec![number, ("parcel", placed.parcel.to_string()), ("reason", "不想要了".to_owned())]
}

fn of_claim(world: &World, bought: &Bought) -> Fields {
    vec![
        ("after_sale", bought.claim.to_string()),
        ("key", world.shop.services.new_token()),
        ("words", "请看一下".to_owned()),
        ("amount", "1".to_owned()),
        ("carrier", "中国邮政".to_owned()),
        ("tracking_number", "RT1".to_owned()),
        ("goods", "restock".to_owned()),
        ("then", "uphold".to_owned()),
    ]
}

/// How `who` is refused; `None` for whoever may.
fn refusal(act: &Act, bought: &Bought, who: Who) -> Option<u16> {
    let knows = who == bought.by || TALK.contains(&who);
    match act.is_buyers {
        _ if act.others.contains(&who) => None,
        true if who == bought.by => None,
        true => Some(404),
        false if !who.is_signed_in() => Some(401),
        false if knows => Some(403),
        false => Some(404),
    }
}

/// An upload goes without a file.
async fn send(browser: &Browser, path: &str, fields: &Fields) -> Answered {
    if path.starts_with("/api/") {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        return browser.call("/", path, &fields).await;
    }
    let part = |(name, value): &(&str, String)| {
        format!("--xj\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let body: String = fields.iter().map(part).chain(["--xj--\r\n".to_owned()]).collect();
    browser.upload("/", path, "application/json", body.into_bytes()).await
}

/// Whoever may not tries with the end of the telephone as well.
async fn ask_refused(
    world: &World,
    (act, bought): (&Act, &Bought),
    (name, browser): (String, &Browser),
    expected: u16,
) -> Option<String> {
    let mut fields = (act.fields)(world, bought);
    fields.push(("tail", bought.tail.to_owned()));
    let answered = send(browser, act.path, &fields).await;
    (answered.status != expected).then(|| {
        let (path, by, status) = (act.path, bought.by, answered.status);
        format!("{path} of {by:?} as {name}: {status} instead of {expected}: {}", answered.body)
    })
}

/// Somebody who has ordered nothing, and has a session nevertheless.
async fn another_guest(world: &World) -> Browser {
    let browser = world.shop.browser();
    let fields = vec![("variant", world.variant.to_string()), ("quantity", "1".to_owned())];
    assert_eq!(send(&browser, "/api/cart/add_line", &fields).await.status, 200);
    assert!(browser.cookie("xj").is_some_and(|token| !token.is_empty()));
    browser
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_shopper_or_a_guest_has_bought_is_theirs_alone_to_cancel_and_to_ask_about() {
    let world = World::start().await;
    let all = [Bought::by(&world, Who::Shopper).await, Bought::by(&world, Who::Guest).await];
    let stranger = another_guest(&world).await;
    let before = world.written().await;
    let mut questions = Vec::new();
    for (bought, act) in all.iter().flat_map(|bought| ACTS.iter().map(move |act| (bought, act))) {
        for who in Who::ALL {
            let Some(expected) = refusal(act, bought, who) else { continue };
            let asking = (format!("{who:?}"), world.browser(who));
            questions.push(ask_refused(&world, (act, bought), asking, expected));
        }
        let expected = refusal(act, bought, Who::Visitor).unwrap();
        let asking = ("another guest".to_owned(), &stranger);
        questions.push(ask_refused(&world, (act, bought), asking, expected));
    }
    let mut wrong = ask_all(questions).await;
    world.assert_untouched(&before, &wrong).await;
    for bought in &all {
        let mut done = Vec::new();
        for act in ACTS.iter().filter(|act| act.is_buyers) {
            let fields = (act.fields)(&world, bought);
            let answered = send(world.browser(bought.by), act.path, &fields).await;
            match answered.status {
                200 => done.push(act.path),
                409 | 422 => {}
                status => wrong.push(format!("{} by {:?}: {status} {}", act.path, bought.by, answered.body)),
            }
        }
        assert_eq!(done, DONE, "by {:?}", bought.by);
    }
    assert!(wrong.is_empty(), "{} wrong answers:\n{}", wrong.len(), wrong.join("\n"));
    world.shop.stop().await;
}

#[tokio::test]
async fn an_order_and_a_claim_of_a_shopper_or_a_guest_are_shown_to_those_whom_they_concern() {
    let world = World::start().await;
    let stranger = another_guest(&world).await;
    for by in [Who::Shopper, Who::Guest] {
        let bought = Bought::by(&world, by).await;
        let order = format!("/orders/{}", bought.paid.number);
        let ask = format!("{order}/parcels/{}/after-sale", bought.paid.parcel);
        let claim = format!("/after-sales/{}", bought.claim);
        let nobody: &[Who] = &[];
        for (path, others) in [(&order, nobody), (&ask, nobody), (&claim, TALK)] {
            for who in Who::ALL {
                let expected = if who == by || others.contains(&who) { 200 } else { 404 };
                let answered = world.browser(who).get(path).await;
                assert_eq!(answered.status, expected, "{path} as {who:?}");
                assert!(expected == 200 || !answered.body.contains("城关镇1号"), "{path} as {who:?}");
            }
            // The end of the telephone shows the order, and neither what may be asked nor what was.
            let with_tail = format!("{path}?tail={}", bought.tail);
            let expected = if *path == order { 200 } else { 404 };
            for browser in [world.browser(Who::Visitor), &stranger] {
                assert_eq!(browser.get(path).await.status, 404, "{path} as another guest or a visitor");
                assert_eq!(browser.get(&with_tail).await.status, expected, "{with_tail}");
            }
        }
    }
    world.shop.stop().await;
}
