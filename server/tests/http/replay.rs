//! What is sent twice is done once: every call of the access table, made again after its answer got lost, with other
//! content under the same key, and thirty times at the same moment.

mod cases;
mod digest;
mod excused;
mod hostile_files;
mod preview;

use std::collections::BTreeMap;

use futures::future::join_all;
use store::testing::database::on_new_postgres;

use self::cases::{Call, prepare};
use self::digest::{Figures, changes, differences, digest, figures};
use self::excused::{CHANGES_NO_BUSINESS, COUNTED, is_excused};
use crate::access::calls::{Row, all_rows};
use crate::access::world::World;
use crate::test_shop::{Answered, Browser, TestShop};

/// Requests sent at the same moment.
const AT_ONCE: usize = 30;

/// Sends the call as a form without scripts, from a page of its own.
async fn submit(browser: &Browser, call: &Call) -> Answered {
    if call.path.starts_with("/upload/") {
        return browser.upload("/", call.path, "text/html", call.multipart()).await;
    }
    let fields: Vec<(&str, &str)> = pairs(call);
    browser.submit("/", call.path, &fields).await
}

/// Sends the call as an island does.
async fn ask(browser: &Browser, call: &Call) -> Answered {
    if call.path.starts_with("/upload/") {
        return browser.upload("/", call.path, "application/json", call.multipart()).await;
    }
    let fields: Vec<(&str, &str)> = pairs(call);
    browser.call("/", call.path, &fields).await
}

fn pairs(call: &Call) -> Vec<(&str, &str)> {
    call.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Where an answer leads, without what tells two forms that came back, or two drafts, apart.
fn leads_to(answered: &Answered) -> String {
    let location = answered.location.clone().unwrap_or_default();
    let kept = ["flash", "draft"].iter().find_map(|name| {
        location.split_once(&format!("{name}=")).map(|(before, _)| format!("{before}{name}"))
    });
    format!("{} {}", answered.status, kept.unwrap_or(location))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_whose_answer_got_lost_is_answered_again_and_done_once() {
    let world = patient_world(None).await;
    let mut wrong = Vec::new();
    for row in all_rows() {
        if let Err(said) = replay(&world, row).await {
            wrong.push(format!("{}: {said}", row.path));
        }
    }
    assert!(wrong.is_empty(), "{} calls:\n{}", wrong.len(), wrong.join("\n"));
    assert_sound(&world).await;
    world.shop.stop().await;
}

async fn replay(world: &World, row: &Row) -> Result<(), String> {
    let call = prepare(world, row).await;
    let untouched = digest(&world.shop.services).await;
    let first = submit(world.browser(call.who), &call).await;
    let before = digest(&world.shop.services).await;
    world.shop.clock.advance_ms(1_500);
    // With the cookies of the first time: the answer that might have changed them never came.
    let second = submit(world.browser(call.who), &call).await;
    let third = ask(world.browser(call.who), &call).await;
    let after = digest(&world.shop.services).await;
    let changed = changes(&before, &after);
    if !changed.is_empty() {
        return Err(format!("done again: {changed:#?}"));
    }
    if leads_to(&first) != leads_to(&second) || first.status != 303 {
        return Err(format!("{} is followed by {}: {}", leads_to(&first), leads_to(&second), third.body));
    }
    if third.status != 200 {
        return Err(format!("an island is told {}: {}", third.status, third.body));
    }
    if !CHANGES_NO_BUSINESS.contains(&row.path) && changes(&untouched, &before).is_empty() {
        return Err("did nothing at all: the case is empty".to_owned());
    }
    refuse_changed(world, &call).await
}

/// The same key, or the same step that was taken, with other content.
async fn refuse_changed(world: &World, call: &Call) -> Result<(), String> {
    let ways = call.changed();
    if is_excused(call) {
        let excess = "is excused, and is said in another way";
        return if ways.is_empty() { Ok(()) } else { Err(excess.to_owned()) };
    }
    if ways.is_empty() || (call.file.is_some() && call.other_file.is_none()) {
        return Err("has no other content to try, and nothing says why there is none".to_owned());
    }
    for changed in ways {
        let before = digest(&world.shop.services).await;
        let refused = ask(world.browser(call.who), &changed).await;
        let after = digest(&world.shop.services).await;
        let taken = changes(&before, &after);
        if !taken.is_empty() {
            return Err(format!("other content was taken: {taken:#?}"));
        }
        if refused.status != 409 || refused.header("x-said").is_empty() {
            return Err(format!("other content is answered {}: {}", refused.status, refused.body));
        }
    }
    Ok(())
}

async fn assert_sound(world: &World) {
    let report = service::books::verify_books(&world.shop.services).await.unwrap();
    assert!(report.is_sound(), "{:?}", report.mismatches);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_calls_at_once_do_one_thing() {
    let expected = one_after_the_other(&patient_world(None).await).await;
    at_once(&patient_world(None).await, &expected).await;
    on_new_postgres(async |url| {
        at_once(&patient_world(Some(url)).await, &expected).await;
    })
    .await;
}

/// A world whose shop sends nobody away for asking often: a thousand requests come from one address.
async fn patient_world(database_url: Option<String>) -> World {
    let shop = TestShop::start_changed(|settings| {
        let often = Some(1_000_000);
        settings.limits.rate_changes = often;
        settings.limits.rate_guesses = often;
        settings.limits.rate_uploads = often;
        settings.limits.rate_account = often;
        settings.database_url = database_url.map(|url| url.parse().unwrap());
    });
    World::found(shop.await).await
}

/// The figures after each call was made once.
async fn one_after_the_other(world: &World) -> BTreeMap<&'static str, Figures> {
    let mut told = BTreeMap::new();
    for row in all_rows() {
        let call = prepare(world, row).await;
        submit(world.browser(call.who), &call).await;
        told.insert(row.path, figures(&world.shop.services).await);
        wait_after(world, row);
    }
    told
}

/// What was counted against somebody is waited for.
fn wait_after(world: &World, row: &Row) {
    if COUNTED.contains(&row.path) {
        world.shop.clock.advance_ms(15 * 60_000);
    }
}

async fn at_once(world: &World, expected: &BTreeMap<&'static str, Figures>) {
    let mut wrong = Vec::new();
    for row in all_rows() {
        let call = prepare(world, row).await;
        let browser = world.browser(call.who);
        let answers = join_all((0..AT_ONCE).map(|_| submit(browser, &call))).await;
        let mut led: BTreeMap<String, usize> = BTreeMap::new();
        for answered in &answers {
            *led.entry(leads_to(answered)).or_default() += 1;
        }
        let may_differ = COUNTED.contains(&row.path);
        // Hashing passwords has few places: who finds them taken is told when to come again.
        let comes_again = |answered: &Answered| {
            COUNTED.contains(&row.path)
                && answered.status == 503
                && !answered.header("retry-after").is_empty()
        };
        let is_odd = |answered: &Answered| answered.status != 303 && !comes_again(answered);
        let is_done = answers.iter().any(|answered| answered.status == 303);
        if !is_done || (led.len() > 1 && !may_differ) || answers.iter().any(is_odd) {
            wrong.push(format!("{} leads to {led:?}", row.path));
        }
        let different = differences(&expected[row.path], &figures(&world.shop.services).await);
        if !different.is_empty() {
            wrong.push(format!("{} once / {AT_ONCE} at once: {different:#?}", row.path));
            // What follows stands on another world.
            break;
        }
        wait_after(world, row);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_sound(world).await;
}
