//! What the query of an address names, beside what stands in its path: below one's own team or unit a thing of the first
//! side is what there is not, to the last word of the answer.
//!
//! Codes are no names of things: that of a variant on labels is looked for among the batch's own.

use std::collections::BTreeSet;
use std::path::Path;

use service::stock::{CountPlace, ShelfLine, ShelfQuery, count_place, line_key, shelf_page};

use super::crossed::{ID_OF_NOTHING, NUMBER_OF_NOTHING, SCOPES, of_first_side};
use super::world::World;
use super::{Who, ask_all, assert_same};

/// An address with what belongs to whoever asks, and what its query names of the first side.
const TABLE: &[(&str, &str)] = &[
    ("/sell/{team}/orders", "product={product}"),
    ("/sell/{team}/orders.xlsx", "product={product}"),
    ("/sell/{team}/orders", "place={place}"),
    ("/sell/{team}/orders.xlsx", "place={place}"),
    ("/sell/{team}/parcels", "shipped={parcel}"),
    ("/sell/{team}/parcels", "place={place}"),
    ("/sell/{team}/parcels?status=late", "place={place}"),
    ("/sell/{team}/parcels/packing-lists", "parcels={parcel}"),
    ("/sell/{team}/parcels/packing.pdf", "parcels={parcel}"),
    ("/sell/{team}/parcels/labels", "parcels={parcel}"),
    ("/sell/{team}/parcels/labels.pdf", "parcels={parcel}"),
    ("/sell/{team}/parcels/packing-lists", "place={place}"),
    ("/sell/{team}/parcels/packing.pdf", "place={place}"),
    ("/sell/{team}/parcels/labels", "place={place}"),
    ("/sell/{team}/parcels/labels.pdf", "place={place}"),
    ("/sell/{team}/tracking", "place={place}"),
    ("/sell/{team}/tracking/template.xlsx", "place={place}"),
    ("/sell/{team}/products/{product}/movements", "batch={batch}"),
    ("/sell/{team}/products/{product}/movements.xlsx", "batch={batch}"),
    ("/sell/{team}/movements", "product={product}"),
    ("/sell/{team}/movements", "place={place}"),
    ("/sell/{team}/movements.xlsx", "product={product}"),
    ("/sell/{team}/movements.xlsx", "place={place}"),
    ("/sell/{team}/batches", "product={product}"),
    ("/sell/{team}/batches.xlsx", "product={product}"),
    ("/sell/{team}/count", "place={place}"),
    ("/sell/{team}/count?place={place}", "product={product}"),
    ("/sell/{team}/counts", "place={place}"),
    ("/sell/{team}/counts", "product={product}"),
    ("/sell/{team}/counts.xlsx", "place={place}"),
    ("/sell/{team}/counts.xlsx", "product={product}"),
    ("/sell/{team}/freight-trial?quantity=1&region=610925", "variant={variant}"),
    ("/sell/{team}/freight-trial?quantity=1&region=610925&variant={variant}", "template={template}"),
    ("/unit/{unit}/buy", "replaces={number}"),
];

/// Parameters that name nothing of a side: words and figures, how a page is shown, what was just done.
const OF_NOBODY: &[&str] = &[
    "action",
    "all",
    "cancelled",
    "changed",
    "count",
    "deleted",
    "direction",
    "done",
    "empty",
    "expired",
    "field",
    "format",
    "from",
    // Parcels that were not sent: the page repeats them in links below the reader's own team and reads nothing of them, so
    // that a foreign one is answered like one that there is not. Where the links lead is asked about in `pages.rs`.
    "kept",
    "kind",
    "late",
    "look",
    "merged",
    "month",
    "next",
    "page",
    "paid",
    "part",
    "pay",
    "period",
    "q",
    "quantity",
    "reason",
    "refused",
    "rows",
    "saved",
    "sent",
    "show",
    "sort",
    "source",
    "split",
    "state",
    "status",
    "stock",
    "tick",
    "to",
    "verify",
    "weighed",
    "year",
    // Everybody's.
    "category",
    "region",
    "village",
    // Where a list goes on, and whose of it is shown, within what is listed anyhow.
    "before",
    "by",
    // Of accounts, to the county only.
    "account",
    "person",
    // A guest's order, in `pages.rs`.
    "number",
    "tail",
    // Good for the session, the account or the letter that they were made for: tests of `service::flash`, of personal data
    // and of lost passwords.
    "draft",
    "ticket",
    "token",
];

type Things = Vec<(&'static str, String)>;

fn of_first(world: &World) -> Things {
    vec![
        ("team", world.team.to_string()),
        ("unit", world.unit.to_owned()),
        ("product", world.product.to_string()),
        ("variant", world.variant.to_string()),
        ("batch", world.batch.to_string()),
        ("place", world.place.to_string()),
        ("template", world.template.to_string()),
        ("parcel", world.paid.parcel.to_string()),
        ("number", world.waiting.number.clone()),
    ]
}

fn of_second(world: &World) -> Things {
    vec![
        ("team", world.other_team.to_string()),
        ("unit", world.other_unit.to_owned()),
        ("product", world.other_product.to_string()),
        ("variant", world.other_variant.to_string()),
        ("place", world.other_place.to_string()),
    ]
}

fn of_nothing(world: &World) -> Things {
    let nothing = |name| if name == "number" { NUMBER_OF_NOTHING } else { ID_OF_NOTHING };
    of_first(world).into_iter().map(|(name, _)| (name, nothing(name).to_owned())).collect()
}

/// The text with these things where their names stand.
fn filled(text: &str, things: &[(&str, String)]) -> String {
    let put = |text: String, (name, thing): &(&str, String)| text.replace(&format!("{{{name}}}"), thing);
    let filled = things.iter().fold(text.to_owned(), put);
    assert!(!filled.contains('{'), "{filled}");
    filled
}

/// A body without the things that were named, and without what is made anew for every answer: keys of forms and marks of
/// scripts, longer than any word.
fn told(body: &str, named: &[&str]) -> String {
    let body = named.iter().fold(body.to_owned(), |body, name| body.replace(name, "…"));
    let ends = |letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'));
    body.split_inclusive(ends).filter(|piece| piece.trim_end_matches(ends).len() < 24).collect()
}

/// The answer's status when the query names the first side's thing, and whether it is another answer than when the query
/// names nothing that there is.
async fn ask(world: &World, address: &str, named: &str, who: Who) -> (u16, bool) {
    let queries = [filled(named, &of_first(world)), filled(named, &of_nothing(world))];
    let things = queries.each_ref().map(|query| query.split_once('=').unwrap().1);
    let joint = if address.contains('?') { '&' } else { '?' };
    let mut status = 0;
    // A workbook says in which second it was made, and a new one may begin between two answers.
    for _attempt in 0..3 {
        let browser = world.browser(who);
        let first = browser.get(&format!("{address}{joint}{}", queries[0])).await;
        let nothing = browser.get(&format!("{address}{joint}{}", queries[1])).await;
        status = first.status;
        if status == nothing.status && told(&first.body, &things) == told(&nothing.body, &things) {
            return (status, false);
        }
    }
    (status, true)
}

/// Below one's own team or unit it is no thing at all.
async fn ask_stranger(world: &World, address: &str, named: &str, who: Who) -> Option<String> {
    let address = filled(address, &of_second(world));
    let (status, is_told) = ask(world, &address, named, who).await;
    let fits = matches!(status, 200 | 404) && !is_told;
    (!fits).then(|| format!("{address} with {named} as {who:?}: {status}, told from nothing: {is_told}"))
}

/// Whose it is sees that it was asked for, or the stranger's answer would mean nothing.
async fn ask_owner(world: &World, address: &str, named: &str, who: Who) -> Option<String> {
    let address = filled(address, &of_first(world));
    let (status, is_told) = ask(world, &address, named, who).await;
    let fits = status == 200 && is_told;
    (!fits).then(|| format!("{address} with {named} as {who:?}: {status}, told from nothing: {is_told}"))
}

/// The first team's place, counted as it should be: there is a count to be listed.
async fn count(world: &World) {
    let (services, seller) = (&world.shop.services, world.viewer(Who::Seller).await);
    let place = ShelfQuery { place: world.place.to_string(), ..ShelfQuery::default() };
    let shelf = shelf_page(services, &seller, world.team, &place, 1, &[]).await.unwrap();
    let line = |expected: i64| ShelfLine {
        expected: expected.to_string(),
        counted: expected.to_string(),
        ..ShelfLine::default()
    };
    let lines = shelf.rows.iter().map(|row| (line_key(row.batch), line(row.expected))).collect();
    let team = world.team.to_string();
    let count = CountPlace { team, place: place.place, note: String::new(), lines };
    count_place(services, &seller, &count, &services.new_token()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_query_names_is_unknown_where_it_belongs_to_others() {
    let world = World::start().await;
    count(&world).await;
    let before = world.written().await;
    let (mut strangers, mut owners) = (Vec::new(), Vec::new());
    for (address, named) in TABLE {
        let scope = SCOPES.iter().find(|scope| address.contains(&format!("{{{}}}", scope.name))).unwrap();
        owners.push(ask_owner(&world, address, named, of_first_side(scope.strangers[0])));
        strangers.extend(scope.strangers.iter().map(|who| ask_stranger(&world, address, named, *who)));
    }
    let mut wrong = ask_all(strangers).await;
    wrong.extend(ask_all(owners).await);
    world.assert_untouched(&before, &[]).await;
    assert!(wrong.is_empty(), "{} wrong answers:\n{}", wrong.len(), wrong.join("\n"));
    world.shop.stop().await;
}

/// The names of parameters that pages read by themselves; those that features of several pages share stand in constants.
fn read_parameters(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_parameters(&path, found);
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        for read in ["query(\"", "query_value(\"", "query_values(\""] {
            found.extend(
                source.split(read).skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())),
            );
        }
    }
}

#[test]
fn every_parameter_that_a_page_reads_is_asked_about_or_names_nothing_of_a_side() {
    let mut found = BTreeSet::new();
    read_parameters(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../app/src")), &mut found);
    let asked: BTreeSet<&str> = TABLE.iter().map(|(_, named)| named.split_once('=').unwrap().0).collect();
    let known: Vec<&str> = asked.into_iter().chain(OF_NOBODY.iter().copied()).collect();
    assert_same("parameters of addresses", found.into_iter().collect(), &known);
}
