//! A sheet of 5,000 rows (`cargo test --release`; 1,000 otherwise), from its bytes to the shop: how long it takes and what
//! it holds, in a process of its own, on SQLite and where there is a server on PostgreSQL; and the books afterwards.

use std::process::Command;
use std::time::Instant;

use domain::attribute::{Attribute, AttributeChoice, AttributeKind, AttributeValue};
use domain::changes::ChangeSource;
use domain::ids::ProductId;
use domain::money::Fen;
use domain::sheets::Column;
use rust_xlsxwriter::Workbook;
use service::sheets::{Wanted, apply, preview_page, preview_sheet};
use service::testing::TestShop;
use store::listing::{self as rows, ListingRow, ListingVariantRow, NewBatch, PapersRow};

use crate::measure::memory_kib;

const CHILD: &str = "XIANGJI_IMPORT_CHILD";
const POSTGRES: &str = "XIANGJI_TEST_POSTGRES_URL";
/// A fifth of it where nothing is optimised: there the statements, not the sheet, are what takes the time.
const ROWS: i64 = if cfg!(debug_assertions) { 1_000 } else { 5_000 };
/// The most memory that reading, comparing, keeping and applying may take beyond what the shop holds, in KiB.
const MAX_GROWTH_KIB: u64 = if cfg!(debug_assertions) { 32 * 1024 } else { 96 * 1024 };
/// The longest that it may take from upload to preview, and to the last product applied, in milliseconds. A program
/// without optimisation on a machine that does other things is given more time than the promise, which is ten seconds.
const MAX_PREVIEW_MS: u128 = 10_000;
const MAX_ALL_MS: u128 = if cfg!(debug_assertions) { 120_000 } else { 10_000 };

const fn product(at: i64) -> ProductId {
    ProductId::from_i64(1_000_000 + at)
}

/// What the sheet does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Every product is a yuan dearer and has another name: half of them are in the shop, where they are found anew.
    Words,
    /// A gram came in for every product.
    Stock,
    /// Every product gets another grade, another season and another price for many, and says the rest as it is.
    Details,
    /// Every row is a new draft, all of them with the same initials.
    Drafts,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Words, Self::Stock, Self::Details, Self::Drafts];

    fn named(text: &str) -> Self {
        Self::ALL.into_iter().find(|kind| format!("{kind:?}") == text).unwrap()
    }

    /// The cells of the row of a product, as text.
    fn cells(self, at: i64) -> Vec<(Column, String)> {
        let (id, code) = (product(at).to_string(), format!("G-{at}"));
        let price = Fen::new(10_100 + at).to_yuan_string();
        match self {
            Self::Words => vec![
                (Column::Product, id),
                (Column::Name, format!("春绿茶 {at}")),
                (Column::NameEn, format!("Tea {at}")),
                (Column::Code, code),
                (Column::VariantName, "一罐".to_owned()),
                (Column::Price, price),
                (Column::Unit, "罐".to_owned()),
                (Column::BaseQuantity, "100".to_owned()),
                (Column::WeightG, "150".to_owned()),
            ],
            Self::Stock => vec![(Column::Code, code), (Column::StockChange, "0.001".to_owned())],
            Self::Details => vec![
                (Column::Product, id),
                (Column::Code, code),
                (Column::Village, "金珠沟村".to_owned()),
                (Column::Place, "tea place".to_owned()),
                (Column::FreightTemplate, "tea freight".to_owned()),
                (Column::Season, "3-20 至 11-30".to_owned()),
                (Column::Attributes, "等级：一级；海拔：900 米".to_owned()),
                (Column::TierPrices, "≥10:90, ≥50:80".to_owned()),
                (Column::Story, STORY.to_owned()),
            ],
            Self::Drafts => vec![
                (Column::Name, format!("明前绿茶特级 {at}")),
                (Column::VariantName, "一罐".to_owned()),
                (Column::Price, price),
                (Column::BaseQuantity, "100".to_owned()),
            ],
        }
    }

    /// Looks whether it was done.
    async fn check(self, shop: &TestShop, at: i64) {
        let (services, seller) = (&shop.services, shop.seller().await);
        if self == Self::Drafts {
            return;
        }
        let page = service::listing::edit_page(services, &seller, product(at)).await.unwrap();
        if self == Self::Stock {
            assert_eq!(page.batches[0].available, 10_001);
            return;
        }
        if self == Self::Details {
            assert_eq!(
                (page.form.attributes["grade"].as_str(), page.form.season_from.as_str()),
                ("first", "03-20")
            );
            assert_eq!(page.form.variants[0].tier_prices, "10:90.00, 50:80.00");
            return;
        }
        let all = service::changes::ChangeQuery::default();
        let history = service::changes::history(services, &seller, product(at), &all, None).await.unwrap();
        assert_eq!((history.entries.len(), history.entries[0].source), (1, ChangeSource::Sheet));
        assert_eq!(page.form.variants[0].price, Fen::new(10_100 + at).to_yuan_string());
        assert_eq!(page.form.name, format!("春绿茶 {at}"));
    }
}

const STORY: &str = "谷雨前采，手工炒。";

/// What the goods are told apart by: a grade and a height.
fn attributes() -> [Attribute; 2] {
    let attribute = |id: i64, slug: &str, name: &str, kind| Attribute {
        id,
        slug: slug.to_owned(),
        name: name.to_owned(),
        name_en: String::new(),
        kind,
        unit: if kind == AttributeKind::Number { "米".to_owned() } else { String::new() },
        unit_en: String::new(),
        choices: Vec::new(),
    };
    let choice = |id: i64, slug: &str, name: &str| AttributeChoice {
        id,
        slug: slug.to_owned(),
        name: name.to_owned(),
        name_en: String::new(),
    };
    let choices = vec![choice(701, "top", "特级"), choice(702, "first", "一级")];
    [
        Attribute { choices, ..attribute(700, "grade", "等级", AttributeKind::Choice) },
        attribute(710, "height", "海拔", AttributeKind::Number),
    ]
}

/// Every product has stock and papers, every other one is for sale.
async fn fill(shop: &TestShop) {
    let (services, places) = (&shop.services, &shop.places);
    let now_ms = services.now_ms();
    let mut tx = services.db.write().await.unwrap();
    for (position, attribute) in (0_i64..).zip(&attributes()) {
        rows::insert_attribute(&mut tx, places.category, attribute, position).await.unwrap();
    }
    let has = [(700, AttributeValue::Choice(701)), (710, AttributeValue::Number(900_000))];
    for at in 0..ROWS {
        let row = ListingRow {
            slug: format!("goods-{at}"),
            team_id: places.tea_team,
            category_id: places.category,
            village_id: places.villages[0],
            place_id: places.tea_place,
            freight_template_id: places.tea_freight,
            name: format!("绿茶 {at}"),
            name_en: format!("Tea {at}"),
            story: STORY.to_owned(),
            ..ListingRow::blank(product(at), now_ms)
        };
        rows::insert_listing(&mut tx, &row, None, now_ms).await.unwrap();
        let variant = ListingVariantRow {
            id: services.new_id(),
            code: format!("G-{at}"),
            name: "一罐".to_owned(),
            name_en: "One tin".to_owned(),
            unit: "罐".to_owned(),
            price_fen: Fen::new(10_000 + at),
            base_quantity: 100,
            weight_g: 150,
            min_quantity: 1,
            step_quantity: 1,
            position: 0,
            active: 1,
        };
        rows::insert_variant(&mut tx, row.id, &variant).await.unwrap();
        rows::replace_tier_prices(&mut tx, variant.id, &[(10, Fen::new(9_500))]).await.unwrap();
        rows::replace_product_attributes(&mut tx, row.id, &has).await.unwrap();
        rows::update_listing(&mut tx, &row).await.unwrap();
        let batch = NewBatch {
            id: services.new_id(),
            product_id: row.id,
            code: "20260501".to_owned(),
            papers: PapersRow { produced_on: "2026-05-01".to_owned(), ..PapersRow::default() },
            received: 10_000,
            inputs: vec![(places.villages[0], 10_000)],
            created_at_ms: now_ms,
        };
        rows::insert_batch(&mut tx, &batch).await.unwrap();
        if at % 2 == 0 {
            rows::publish_listing(&mut tx, row.id, &row.slug, now_ms).await.unwrap();
        }
    }
    tx.commit().await.unwrap();
}

/// A workbook with every column, numbers as numbers.
fn sheet(kind: Kind) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (at, column) in (0_u16..).zip(Column::ALL) {
        sheet.write_string(0, at, column.head(domain::locale::Locale::Zh)).unwrap();
    }
    let place = |column: Column| Column::ALL.iter().position(|known| *known == column).unwrap();
    for at in 0..ROWS {
        let number = u32::try_from(at).unwrap() + 1;
        for (column, text) in kind.cells(at) {
            let place = u16::try_from(place(column)).unwrap();
            match text.parse::<f64>() {
                Ok(value) if column != Column::Product => {
                    sheet.write_number(number, place, value).unwrap();
                }
                _ => {
                    sheet.write_string(number, place, text).unwrap();
                }
            }
        }
    }
    workbook.save_to_buffer().unwrap()
}

async fn import(shop: &TestShop, kind: Kind) {
    if kind != Kind::Drafts {
        fill(shop).await;
    }
    let bytes = sheet(kind);
    let (services, seller, team) = (&shop.services, shop.seller().await, shop.places.tea_team);
    // What was held before is no longer counted as the most that was held.
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let before_kib = memory_kib("VmRSS:");
    let begun = Instant::now();
    let preview = preview_sheet(services, &seller, team, bytes, "long").await.unwrap();
    let preview_ms = begun.elapsed().as_millis();
    let page = preview_page(services, &seller, team, preview, 1).await.unwrap();
    let rows = usize::try_from(ROWS).unwrap();
    assert_eq!(
        (page.row_count, page.item_count, page.error_count),
        (rows, rows, 0),
        "{:?}",
        page.errors.first()
    );
    let applied = apply(services, &seller, team, preview, &Wanted::All).await.unwrap();
    let all_ms = begun.elapsed().as_millis();
    let growth_kib = memory_kib("VmHWM:").saturating_sub(before_kib);
    assert_eq!((applied.done, applied.refused), (rows, 0));
    for at in [0, 1, ROWS - 1] {
        kind.check(shop, at).await;
    }
    shop.assert_sound().await;
    println!("\npreview_ms={preview_ms}\nall_ms={all_ms}\ngrowth_kib={growth_kib}\nis_done=1");
}

/// Imports in a process of its own, and holds what that took against the promises.
fn import_in_a_child(engine: &str, kind: Kind) {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture", "import::a_long_sheet_is_imported_quickly_and_in_bounded_memory"])
        .env(CHILD, format!("{engine} {kind:?}"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout).into_owned();
    let complaint = format!("{engine}, {kind:?}: {said}{}", String::from_utf8_lossy(&child.stderr));
    assert!(child.status.success(), "{complaint}");
    let value = |key: &str| -> u128 {
        let line = said.lines().find_map(|line| line.strip_prefix(key));
        line.unwrap_or_else(|| panic!("{complaint}")).parse().unwrap()
    };
    let (preview_ms, all_ms) = (value("preview_ms="), value("all_ms="));
    let growth_kib = u64::try_from(value("growth_kib=")).unwrap();
    println!("{ROWS} rows, {kind:?}, {engine}: preview {preview_ms} ms, all {all_ms} ms, {growth_kib} KiB");
    assert_eq!(value("is_done="), 1);
    assert!(growth_kib <= MAX_GROWTH_KIB, "{engine}, {kind:?}: {growth_kib} KiB");
    assert!(preview_ms <= MAX_PREVIEW_MS, "{engine}, {kind:?}: {preview_ms} ms to the preview");
    assert!(all_ms <= MAX_ALL_MS, "{engine}, {kind:?}: {all_ms} ms");
}

/// Without `XIANGJI_TEST_POSTGRES_URL` a developer goes on, CI fails.
#[test]
fn a_long_sheet_is_imported_quickly_and_in_bounded_memory() {
    if let Ok(asked) = std::env::var(CHILD) {
        let (engine, kind) = asked.split_once(' ').unwrap();
        let kind = Kind::named(kind);
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        return runtime.block_on(async {
            if engine == "PostgreSQL" {
                TestShop::postgres(async |shop| import(shop, kind).await).await;
            } else {
                import(&TestShop::sqlite().await, kind).await;
            }
        });
    }
    let is_postgres_there = std::env::var_os(POSTGRES).is_some();
    assert!(is_postgres_there || std::env::var("CI").as_deref() != Ok("true"), "CI must set {POSTGRES}");
    for kind in Kind::ALL {
        import_in_a_child("SQLite", kind);
        if is_postgres_there {
            import_in_a_child("PostgreSQL", kind);
        } else {
            eprintln!("skipped on PostgreSQL: {POSTGRES} is not set");
        }
    }
}
