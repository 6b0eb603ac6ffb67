//! Pages and files to save.

use app::routes::{Access, all_pages};

use super::crossed::{SCOPES, Scope};
use super::world::World;
use super::{
    EVERYONE, MEMBERS, OTHER_MEMBERS, OTHER_SELLERS, OTHER_TOWN, SELLERS, SIGNED_IN, TOWN, Who, ask_all,
    assert_missed, assert_same,
};
use crate::test_shop::Answered;

/// A page that everybody sees.
const PUBLIC: Refused = Refused { visitor: 200, others: 200 };
/// Its visitors are led to the sign-in page; to others it says that it is not theirs.
const FORBIDDEN: Refused = Refused { visitor: 303, others: 403 };
/// Its visitors are led to the sign-in page; to others there is no such thing.
const HIDDEN: Refused = Refused { visitor: 303, others: 404 };
/// There is no such thing for anybody else, with an account or without.
const UNKNOWN: Refused = Refused { visitor: 404, others: 404 };

/// A link that was used, or that never was one.
const GONE: Refused = Refused { visitor: 410, others: 410 };

/// How those are answered who may not see a page.
#[derive(Debug, Clone, Copy)]
struct Refused {
    visitor: u16,
    others: u16,
}

/// A page, who sees it, and what the others get.
type Row = (&'static str, &'static [&'static [Who]], Refused);

const TABLE: &[Row] = &[
    ("/", &[EVERYONE], PUBLIC),
    ("/about", &[EVERYONE], PUBLIC),
    ("/privacy", &[EVERYONE], PUBLIC),
    ("/licences", &[EVERYONE], PUBLIC),
    ("/offline", &[EVERYONE], PUBLIC),
    ("/products", &[EVERYONE], PUBLIC),
    ("/products/{slug}", &[EVERYONE], PUBLIC),
    ("/products/{slug}/batches/{code}", &[EVERYONE], PUBLIC),
    ("/villages", &[EVERYONE], PUBLIC),
    ("/villages/{slug}", &[EVERYONE], PUBLIC),
    ("/cart", &[EVERYONE], PUBLIC),
    ("/checkout", &[EVERYONE], PUBLIC),
    ("/sign-in", &[EVERYONE], PUBLIC),
    ("/sign-in/code", &[EVERYONE], PUBLIC),
    ("/sign-in/new-password", &[EVERYONE], PUBLIC),
    #[cfg(feature = "passkeys")]
    ("/sign-in/passkey", &[EVERYONE], PUBLIC),
    #[cfg(feature = "passkeys")]
    ("/account/passkeys", &[SIGNED_IN], FORBIDDEN),
    ("/register", &[EVERYONE], PUBLIC),
    ("/find-order", &[EVERYONE], PUBLIC),
    ("/account", &[SIGNED_IN], FORBIDDEN),
    ("/forgot-password", &[EVERYONE], PUBLIC),
    ("/reset-password", &[&[]], GONE),
    ("/confirm-email", &[&[]], GONE),
    ("/account/email", &[SIGNED_IN], FORBIDDEN),
    ("/account/events", &[SIGNED_IN], FORBIDDEN),
    ("/account/personal-data", &[SIGNED_IN], FORBIDDEN),
    ("/account/personal-data/export", &[&[]], UNKNOWN),
    ("/account/delete", &[SIGNED_IN], FORBIDDEN),
    ("/county/audit", &[&[Who::CountyAdmin, Who::Operator]], FORBIDDEN),
    ("/county/audit.csv", &[&[Who::CountyAdmin, Who::Operator]], FORBIDDEN),
    ("/account/second-factor", &[SIGNED_IN], FORBIDDEN),
    ("/orders", &[SIGNED_IN], FORBIDDEN),
    ("/orders/{number}", &[&[Who::Shopper]], UNKNOWN),
    ("/orders/{number}/thanks", &[&[Who::Shopper]], UNKNOWN),
    ("/sell", &[SELLERS, OTHER_SELLERS], FORBIDDEN),
    ("/sell/{team}", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/orders", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/orders.xlsx", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/sales.xlsx", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/reviews", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/reviews.xlsx", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/notifications", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/notifications.xlsx", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/products", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/products/{product}", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/products/{product}/parts", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/products/{product}/stock", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/products/{product}/preview", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/products/{product}/count", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/products/{product}/movements", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/products/{product}/movements.xlsx", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/batches/{batch}", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/freight", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/freight/{template}", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/freight-trial", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/places", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/places/{place}", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/batches/{batch}/recall", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/batches/{batch}/recall.xlsx", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/batches/{batch}/labels", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/recalls", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/recalls.xlsx", &[SELLERS], FORBIDDEN),
    ("/county/recalls", &[&[Who::CountyAdmin, Who::Operator]], FORBIDDEN),
    ("/county/recalls.xlsx", &[&[Who::CountyAdmin, Who::Operator]], FORBIDDEN),
    ("/county/recalls/{batch}/orders.xlsx", &[&[Who::CountyAdmin, Who::Operator]], FORBIDDEN),
    ("/sell/{team}/products/{product}/changes", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/products/{product}/changes.xlsx", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/table", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/sheets", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/sheets/goods.xlsx", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/sheets/goods.csv", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/sheets/template.xlsx", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/sheets/{preview}", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/parcels", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/parcels/packing-lists", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/parcels/labels", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/parcels/labels.pdf", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/parcels/packing.pdf", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/parcels/{parcel}/label.pdf", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/parcels/{parcel}/packing.pdf", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/batches/{batch}/labels.pdf", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/parcels/{parcel}/label", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/tracking", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/tracking/template.xlsx", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/tracking/{list}", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/parcels/{parcel}", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/parcels/{parcel}/packing-list", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/after-sales", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/after-sales.xlsx", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/batches", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/batches.xlsx", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/movements", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/movements.xlsx", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/count", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/counts", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/counts.xlsx", &[SELLERS], FORBIDDEN),
    ("/orders/{number}/parcels/{parcel}/after-sale", &[MEMBERS], UNKNOWN),
    ("/after-sales/{after_sale}", &[MEMBERS, SELLERS, TOWN], UNKNOWN),
    ("/town/after-sales", &[TOWN, OTHER_TOWN], FORBIDDEN),
    ("/town/after-sales.xlsx", &[TOWN, OTHER_TOWN], FORBIDDEN),
    ("/sell/{team}/transfers", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/transfers.xlsx", &[SELLERS], FORBIDDEN),
    ("/sell/{team}/members", &[SELLERS], FORBIDDEN),
    ("/unit", &[MEMBERS, OTHER_MEMBERS], FORBIDDEN),
    ("/unit/{unit}", &[MEMBERS], HIDDEN),
    ("/unit/{unit}/buy", &[MEMBERS], HIDDEN),
    ("/unit/{unit}/template.xlsx", &[MEMBERS], HIDDEN),
    ("/unit/{unit}/orders", &[MEMBERS], HIDDEN),
    ("/unit/{unit}/orders/{number}", &[MEMBERS], HIDDEN),
    ("/unit/{unit}/report", &[MEMBERS], HIDDEN),
    ("/unit/{unit}/report.xlsx", &[MEMBERS], HIDDEN),
    ("/books", &[&[Who::Treasurer, Who::OtherTreasurer]], FORBIDDEN),
    ("/books/{collective}", &[&[Who::Treasurer]], FORBIDDEN),
    ("/marks/{slug}", &[EVERYONE], PUBLIC),
    ("/books/{collective}/marks", &[&[Who::Treasurer]], FORBIDDEN),
    ("/books/{collective}/marks/{mark}", &[&[Who::Treasurer]], HIDDEN),
    ("/books/{collective}/marks/{mark}/uses.xlsx", &[&[Who::Treasurer]], HIDDEN),
    ("/books/{collective}/marks/{mark}/licences.xlsx", &[&[Who::Treasurer]], HIDDEN),
    ("/books/{collective}/statement", &[&[Who::Treasurer]], FORBIDDEN),
    ("/books/{collective}/statement.xlsx", &[&[Who::Treasurer]], FORBIDDEN),
    ("/admin", &[&[Who::CountyAdmin, Who::Operator]], FORBIDDEN),
    ("/county/attributes", &[&[Who::CountyAdmin, Who::Operator]], FORBIDDEN),
    ("/county/categories", &[&[Who::CountyAdmin, Who::Operator]], FORBIDDEN),
    ("/county/places", &[&[Who::CountyAdmin, Who::Operator]], FORBIDDEN),
    ("/county/places/towns/{id}", &[&[Who::CountyAdmin, Who::Operator]], FORBIDDEN),
    ("/county/places/villages/{id}", &[&[Who::CountyAdmin, Who::Operator]], FORBIDDEN),
    ("/county/places/teams/{id}", &[&[Who::CountyAdmin, Who::Operator]], FORBIDDEN),
    ("/county/places/units/{id}", &[&[Who::CountyAdmin, Who::Operator]], FORBIDDEN),
    ("/county/operations", &[&[Who::CountyAdmin, Who::Operator]], FORBIDDEN),
    ("/county/roles", &[&[Who::CountyAdmin, Who::Operator]], FORBIDDEN),
];

/// The one page that the browser of whoever works on it may keep: nothing of any other person stands there.
const FOR_OFFLINE: &str = "/sell/{team}/products/{product}";

/// The path with what belongs to the first side.
fn filled(path: &str, world: &World) -> String {
    let number = if path.starts_with("/unit") { &world.waiting.number } else { &world.retail.number };
    // What is asked about is the unit's.
    let claimed = path.ends_with("/after-sale");
    let number = if claimed { &world.claimed.number } else { number };
    let parcel = if claimed { world.claimed.parcel } else { world.paid.parcel };
    let product = if path.ends_with("/parts") { world.bundle } else { world.product };
    path.replace("/towns/{id}", &format!("/towns/{}", world.town))
        .replace("/villages/{id}", &format!("/villages/{}", world.village))
        .replace("/teams/{id}", &format!("/teams/{}", world.team))
        .replace("{id}", "new")
        .replace("{slug}", "own")
        .replace("{code}", "20260320")
        .replace("{number}", number)
        .replace("{team}", &world.team.to_string())
        .replace("{product}", &product.to_string())
        .replace("{batch}", &world.batch.to_string())
        .replace("{template}", &world.template.to_string())
        .replace("{place}", &world.place.to_string())
        .replace("{preview}", &world.preview.to_string())
        .replace("{list}", &world.desk_list.to_string())
        .replace("{parcel}", &parcel.to_string())
        .replace("{after_sale}", &world.after_sale.to_string())
        .replace("{unit}", world.unit)
        .replace("{mark}", &world.mark.to_string())
        .replace("{collective}", &world.collective.to_string())
}

/// Whether an answer leads to the sign-in page.
fn leads_to_sign_in(location: Option<&str>) -> bool {
    location.is_some_and(|to| to.starts_with("/sign-in?next="))
}

fn pages() -> Vec<String> {
    all_pages().iter().map(|page| page.path.to_owned()).collect()
}

fn rows() -> Vec<&'static str> {
    TABLE.iter().map(|(path, _, _)| *path).collect()
}

#[test]
fn every_page_has_a_row_that_says_who_sees_it() {
    assert_same("pages", pages(), &rows());
}

#[test]
fn a_page_that_nobody_wrote_a_row_for_is_missed() {
    assert_missed("pages", &pages(), &rows());
}

#[test]
fn a_page_declares_the_access_that_it_has() {
    for page in all_pages() {
        let Some((_, may, refused)) = TABLE.iter().find(|(path, _, _)| *path == page.path) else { continue };
        let may = may.concat();
        let fits = match page.access {
            Access::Anyone => refused.visitor != 303,
            Access::SignedIn => may == SIGNED_IN,
            Access::Seller => SELLERS.iter().all(|who| may.contains(who)),
            Access::UnitMember => MEMBERS.iter().all(|who| may.contains(who)),
            Access::Treasurer => may.contains(&Who::Treasurer),
            Access::Town => may == [TOWN, OTHER_TOWN].concat(),
            Access::Admin => may == [Who::CountyAdmin, Who::Operator],
        };
        assert!(fits, "{} declares {:?}", page.path, page.access);
        assert_eq!(page.access == Access::Anyone, refused.visitor != 303, "{}", page.path);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_shown_to_those_who_may_see_it_and_to_nobody_else() {
    let world = World::start().await;
    let mut questions = Vec::new();
    for (path, may, refused) in TABLE {
        let may = may.concat();
        for who in Who::ALL {
            questions.push(ask_page(&world, path, who, may.contains(&who), *refused));
        }
    }
    let mut wrong = ask_all(questions).await;
    // Someone else's thing below one's own team, unit or collective is as unknown as it is elsewhere.
    for scope in SCOPES {
        let below = TABLE.iter().map(|(path, _, _)| *path).filter(|path| is_thing_below(scope, path));
        let mut crossed = Vec::new();
        for path in below {
            crossed.extend(scope.strangers.iter().map(|who| ask_crossed(&world, path, scope, *who)));
        }
        assert!(!crossed.is_empty(), "no page of a thing below a {}", scope.name);
        wrong.extend(ask_all(crossed).await);
    }
    assert!(wrong.is_empty(), "{} wrong answers:\n{}", wrong.len(), wrong.join("\n"));
    world.shop.stop().await;
}

async fn ask_page(world: &World, path: &str, who: Who, may: bool, refused: Refused) -> Option<String> {
    let asked = filled(path, world);
    let answered = world.browser(who).get(&asked).await;
    let location = answered.location.as_deref();
    let fits = if may {
        // A home with one entry leads on to it, a paid order to its thanks.
        answered.status == 200 || answered.status == 303 && !leads_to_sign_in(location)
    } else if who.is_signed_in() {
        answered.status == refused.others
    } else {
        answered.status == refused.visitor && (refused.visitor == 303) == leads_to_sign_in(location)
    };
    // Nothing of it is in the refusal either, whatever its status.
    let tells = !may && (answered.body.contains("13800000001") || answered.body.contains("城关镇1号"));
    let unmarked = unmarked_scripts(&answered);
    let stays = !answered.header("x-offline-for").is_empty();
    let is_wrong_to_stay = stays != (may && path == FOR_OFFLINE);
    (!fits || tells || unmarked > 0 || is_wrong_to_stay).then(|| {
        let status = answered.status;
        format!(
            "{asked} as {who:?}: {status} {location:?}, tells: {tells}, scripts without nonce: {unmarked}, stays: {stays}"
        )
    })
}

/// Scripts of a page that do not carry the mark by which the answer's policy lets scripts run.
fn unmarked_scripts(answered: &Answered) -> usize {
    if !answered.header("content-type").starts_with("text/html") {
        return 0;
    }
    let policy = answered.header("content-security-policy");
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap_or("none");
    let mark = format!("nonce=\"{nonce}\"");
    let tags = answered.body.split("<script").skip(1).map(|rest| rest.split('>').next().unwrap_or_default());
    tags.filter(|tag| !tag.contains(&mark)).count()
}

/// Whether an address is that of something below a team, a unit or a collective.
fn is_thing_below(scope: &Scope, path: &str) -> bool {
    path.contains(&format!("{{{}}}", scope.name)) && path.matches('{').count() > 1
}

async fn ask_crossed(world: &World, path: &str, scope: &Scope, who: Who) -> Option<String> {
    let theirs = path.replace(&format!("{{{}}}", scope.name), &(scope.theirs)(world));
    let asked = filled(&theirs, world);
    let answered = world.browser(who).get(&asked).await;
    (answered.status != 404).then(|| format!("{asked} as {who:?}: {}", answered.status))
}

#[tokio::test]
async fn nothing_is_changed_by_opening_a_page_and_a_page_takes_no_form() {
    let world = World::start().await;
    let before = world.written().await;
    for (path, may, _) in TABLE {
        let who = may.concat().last().copied().unwrap_or(Who::Visitor);
        let browser = world.browser(who);
        let asked = filled(path, &world);
        browser.get(&asked).await;
        let posted = browser.submit(&asked, &asked, &[]).await;
        assert_eq!(posted.status, 405, "{path} takes a form");
    }
    world.assert_untouched(&before, &[]).await;
    world.shop.stop().await;
}

#[tokio::test]
async fn an_order_of_a_guest_is_seen_by_the_guest_and_by_whoever_knows_the_phone() {
    let world = World::start().await;
    let path = format!("/orders/{}", world.guest.number);
    assert_eq!(world.browser(Who::Guest).get(&path).await.status, 200);
    for who in Who::ALL.into_iter().filter(|who| *who != Who::Guest) {
        assert_eq!(world.browser(who).get(&path).await.status, 404, "{who:?}");
    }
    let visitor = world.browser(Who::Visitor);
    assert_eq!(visitor.get(&format!("{path}?tail=0002")).await.status, 200);
    assert_eq!(visitor.get(&format!("{path}?tail=0001")).await.status, 404);
    world.shop.stop().await;
}
