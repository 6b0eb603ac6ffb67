//! Goods by sheet with all that a listing says: in, out and in again, on both engines.

use domain::after_sale::ReturnRule;
use domain::attribute::{Attribute, AttributeChoice, AttributeKind};
use domain::changes::ChangeSource;
use domain::failure::{FieldError, Problem};
use domain::ids::ProductId;
use domain::listing::ListingForm;
use domain::locale::Locale;
use service::changes;
use service::listing::{ListingsQuery, edit_page};
use service::sheets::{
    Applied, Outcome, PreviewPage, Wanted, apply, export_csv, export_xlsx, preview_page, preview_sheet,
};

use super::*;

/// The goods are told apart by a grade, a height and their trees.
async fn with_attributes(shop: &TestShop) {
    let attribute = |id: i64, slug: &str, name: &str, kind| Attribute {
        id,
        slug: slug.to_owned(),
        name: name.to_owned(),
        name_en: slug.to_owned(),
        kind,
        unit: if kind == AttributeKind::Number { "米".to_owned() } else { String::new() },
        unit_en: if kind == AttributeKind::Number { "m".to_owned() } else { String::new() },
        choices: Vec::new(),
    };
    let choice = |id: i64, slug: &str, name: &str| AttributeChoice {
        id,
        slug: slug.to_owned(),
        name: name.to_owned(),
        name_en: String::new(),
    };
    let choices = vec![choice(701, "top", "特级"), choice(702, "first", "一级")];
    let all = [
        Attribute { choices, ..attribute(700, "grade", "等级", AttributeKind::Choice) },
        attribute(710, "height", "海拔", AttributeKind::Number),
        attribute(720, "tree", "树种", AttributeKind::Text),
    ];
    let mut tx = shop.services.db.write().await.unwrap();
    for (position, attribute) in (0_i64..).zip(&all) {
        let category = shop.places.category;
        store::listing::insert_attribute(&mut tx, category, attribute, position).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn preview(shop: &TestShop, seller: &Viewer, bytes: &[u8], key: &str) -> PreviewPage {
    let team = shop.places.tea_team;
    let id = preview_sheet(&shop.services, seller, team, bytes.to_vec(), key).await.unwrap();
    preview_page(&shop.services, seller, team, id, 1).await.unwrap()
}

async fn apply_all(shop: &TestShop, seller: &Viewer, page: &PreviewPage) -> Applied {
    let team = shop.places.tea_team;
    apply(&shop.services, seller, team, page.preview, &Wanted::All).await.unwrap()
}

async fn form_of(shop: &TestShop, seller: &Viewer, product: ProductId) -> ListingForm {
    edit_page(&shop.services, seller, product).await.unwrap().form
}

fn sheet(rows: &[&[&str]]) -> Vec<u8> {
    let mut table = csv::Writer::from_writer(Vec::new());
    for row in rows {
        table.write_record(*row).unwrap();
    }
    table.into_inner().unwrap()
}

/// Both products of the team, with every column that a listing has beside names, price and stock.
fn whole_sheet() -> Vec<u8> {
    let heads = [
        "code",
        "village",
        "place",
        "freight_template",
        "season",
        "attributes",
        "tier_prices",
        "weight_g",
        "story",
        "story_en",
    ];
    let grades = "等级：一级；height：900 m；树种：\"老; 新\"";
    let story = "一芽一叶。\n\n  当天炒。";
    let dendrobium = [
        "SH-500",
        "马安村",
        "tea place",
        "tea freight",
        "3-20 至 5-31",
        grades,
        "10:150, 50:140",
        "650",
        story,
        "- picked by hand",
    ];
    let small = [
        "CH-100",
        "huang",
        "Tea place",
        "TEA FREIGHT",
        "2026-11 to 2027-02",
        "树种：老树",
        "10:45",
        "160",
        "'=蒸青",
        "",
    ];
    let large = ["CH-250", "", "", "", "", "", "≥20:110", "", "", ""];
    sheet(&[&heads, &dendrobium, &small, &large])
}

#[tokio::test]
async fn what_a_sheet_says_is_in_the_listing_comes_out_again_and_changes_nothing() {
    TestShop::on_both(async |shop| {
        with_attributes(shop).await;
        let (services, seller) = (&shop.services, shop.seller().await);
        let mut tx = services.db.write().await.unwrap();
        let rule = ReturnRule::MadeToOrder;
        store::after_sales::put_product_rule(&mut tx, shop.dendrobium.product, rule, 0).await.unwrap();
        tx.commit().await.unwrap();
        let first = sheet(&[&["code", "story"], &["SH-500", "四村同种。"]]);
        let page = preview(shop, &seller, &first, "first").await;
        assert_eq!(apply_all(shop, &seller, &page).await, Applied { done: 1, refused: 0 });
        let former = form_of(shop, &seller, shop.dendrobium.product).await;

        let page = preview(shop, &seller, &whole_sheet(), "in").await;
        assert_eq!((page.item_count, page.error_count), (2, 0), "{:?}", page.errors);
        for _twice in 0..2 {
            assert_eq!(apply_all(shop, &seller, &page).await, Applied { done: 2, refused: 0 });
        }
        let form = form_of(shop, &seller, shop.dendrobium.product).await;
        assert_eq!(form.village, shop.places.villages[3].to_string());
        assert_eq!((form.season_from.as_str(), form.season_until.as_str()), ("03-20", "05-31"));
        let told: Vec<(&str, &str)> =
            form.attributes.iter().map(|(slug, text)| (slug.as_str(), text.as_str())).collect();
        assert_eq!(told, [("grade", "first"), ("height", "900"), ("tree", "老; 新")]);
        assert_eq!(form.variants[0].tier_prices, "10:150.00, 50:140.00");
        assert_eq!((form.variants[0].weight_g.as_str(), form.story_en.as_str()), ("650", "- picked by hand"));
        assert_eq!(form.story, "一芽一叶。\n\n  当天炒。", "with its lines");
        assert_eq!(form.return_rule, "made_to_order", "what no column says stays");
        let tea = form_of(shop, &seller, shop.tea.product).await;
        assert_eq!((&tea.village, tea.story.as_str()), (&shop.places.villages[2].to_string(), "=蒸青"));
        assert_eq!(tea.season_until, "2027-02-28");
        let tiers: Vec<&str> = tea.variants.iter().map(|variant| variant.tier_prices.as_str()).collect();
        assert_eq!(tiers, ["10:45.00", "20:110.00"]);

        let english = Viewer { locale: Locale::En, ..seller.clone() };
        let team = shop.places.tea_team;
        for viewer in [&seller, &english] {
            let files = [
                export_csv(services, viewer, team, &ListingsQuery::default(), 1).await.unwrap(),
                export_xlsx(services, viewer, team, &ListingsQuery::default(), 1).await.unwrap(),
            ];
            for (at, file) in files.iter().enumerate() {
                let page = preview(shop, viewer, file, &format!("{:?}{at}", viewer.locale)).await;
                assert_eq!((page.item_count, page.error_count), (0, 0), "{:?} {:?}", page.items, page.errors);
                assert_eq!((page.row_count, page.unchanged), (3, 2));
            }
        }

        let product = shop.dendrobium.product;
        let history = changes::history(services, &seller, product, &changes::ChangeQuery::default(), None)
            .await
            .unwrap();
        let entry = &history.entries[0];
        assert_eq!((history.entries.len(), entry.source), (2, ChangeSource::Sheet), "each noted once");
        let (before, after) = (&entry.difference.before, &entry.difference.after);
        assert_eq!((before.get("attributes.grade"), &*after["attributes.grade"]), (None, "first"));
        assert_eq!((&before["village"], &after["village"]), (&former.village, &form.village));
        changes::restore(services, &seller, product, entry.change, history.version).await.unwrap();
        assert_eq!(form_of(shop, &seller, product).await, former, "a sheet's history leads back");
    })
    .await;
}

#[tokio::test]
async fn what_is_offered_no_longer_when_a_sheet_is_applied_is_refused_alone() {
    TestShop::on_both(async |shop| {
        with_attributes(shop).await;
        let (services, seller) = (&shop.services, shop.seller().await);
        let heads = ["code", "attributes", "season"];
        let sheet = sheet(&[&heads, &["SH-500", "等级：一级", "3 至 5"], &["CH-100", "", "4 至 6"]]);
        let page = preview(shop, &seller, &sheet, "in").await;
        assert_eq!((page.item_count, page.error_count), (2, 0), "{:?}", page.errors);
        let mut tx = services.db.write().await.unwrap();
        assert!(store::listing::delete_choice(&mut tx, 702).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(apply_all(shop, &seller, &page).await, Applied { done: 1, refused: 1 });
        let page = preview_page(services, &seller, shop.places.tea_team, page.preview, 1).await.unwrap();
        let expected = vec![FieldError::new("attributes.grade", Problem::UnknownCode)];
        let outcomes: Vec<&Outcome> = page.items.iter().filter_map(|view| view.outcome.as_ref()).collect();
        assert_eq!(outcomes, [&Outcome::Refused(expected), &Outcome::Done]);
        let left = form_of(shop, &seller, shop.dendrobium.product).await;
        assert_eq!((left.season_from.as_str(), left.attributes.len()), ("", 0), "all of it or nothing");
        assert_eq!(form_of(shop, &seller, shop.tea.product).await.season_from, "04-01");
        let gone = preview(shop, &seller, &sheet, "again").await;
        assert_eq!((gone.item_count, gone.errors.len(), gone.errors[0].row), (0, 1, 2));
    })
    .await;
}
