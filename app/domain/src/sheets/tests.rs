mod details;
mod properties;

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::failure::Problem;
use crate::freight::PackedSize;
use crate::ids::{BatchId, CategoryId, ProductId, VariantId};
use crate::locale::Locale;
use crate::money::Fen;

const TEA: ProductId = ProductId::from_i64(1_000);
const STRANGE: ProductId = ProductId::from_i64(2_000);

fn tin() -> PresentVariant {
    PresentVariant {
        id: VariantId::from_i64(10),
        code: "MQLC01".to_owned(),
        name: "125 克罐".to_owned(),
        name_en: "125 g tin".to_owned(),
        unit: "罐".to_owned(),
        price: Fen::new(12_800),
        tiers: Vec::new(),
        min_quantity: 1,
        step_quantity: 1,
        base_quantity: 125,
        weight_g: 300,
        size: None,
        is_active: true,
    }
}

fn tea() -> Present {
    let bag = PresentVariant {
        id: VariantId::from_i64(11),
        code: "MQLC02".to_owned(),
        name: "250 克袋".to_owned(),
        price: Fen::new(19_900),
        ..tin()
    };
    let batch = |id: i64, code: &str, available: i64, is_expired: bool| PresentBatch {
        id: BatchId::from_i64(id),
        code: code.to_owned(),
        available,
        is_expired,
        is_shared: false,
    };
    Present {
        product: TEA,
        version: 7,
        name: "明前绿茶".to_owned(),
        name_en: "Tea".to_owned(),
        category: CategoryId::from_i64(50),
        state: SheetState::Published,
        base_unit: "piece".to_owned(),
        variants: vec![tin(), bag],
        batches: vec![batch(60, "20250401", 10_000, false), batch(61, "20230401", 500, true)],
        details: details::of_tea(),
    }
}

fn known_with(products: Vec<Present>) -> Known {
    let codes = products
        .iter()
        .flat_map(|present| present.variants.iter().map(|variant| (variant.code.clone(), present.product)));
    Known {
        codes: codes.collect(),
        products: products.into_iter().map(|present| (present.product, present)).collect(),
        taken: BTreeSet::from(["ZZ01".to_owned()]),
        categories: vec![
            (CategoryId::from_i64(50), "茶叶".to_owned(), "Tea".to_owned()),
            (CategoryId::from_i64(51), "干货".to_owned(), "Dried goods".to_owned()),
        ],
        villages: details::villages(),
        places: details::places(),
        templates: details::templates(),
        attributes: BTreeMap::from([
            (CategoryId::from_i64(50), details::of_teas()),
            (CategoryId::from_i64(51), details::of_dried()),
        ]),
    }
}

fn known() -> Known {
    known_with(vec![tea()])
}

fn row(number: u32, cells: &[(Column, &str)]) -> SheetRow {
    let cells = cells.iter().map(|(column, text)| (*column, column.tidied(text)));
    let cells = cells.filter(|(_, text)| !text.is_empty());
    SheetRow { row: number, cells: cells.collect::<BTreeMap<Column, String>>(), formulas: Vec::new() }
}

fn planned(rows: &[SheetRow]) -> Plan {
    plan(rows, true, &known())
}

fn changes(rows: &[SheetRow]) -> Vec<Change> {
    let plan = planned(rows);
    assert_eq!(plan.errors, []);
    plan.items.into_iter().flat_map(|item| item.changes).collect()
}

fn errors(rows: &[SheetRow]) -> Vec<(u32, Column, Problem)> {
    let plan = planned(rows);
    assert_eq!(plan.items, [], "nothing of a wrong product may be applied");
    plan.errors.into_iter().map(|error| (error.row, error.column, error.problem)).collect()
}

#[test]
fn a_head_is_known_in_both_languages_and_by_its_stored_text() {
    for head in ["价格（元）", "价格(元)", " PRICE (YUAN) ", "price", "Price\u{3000}（yuan）*"] {
        assert_eq!(Column::of_head(head), Some(Column::Price), "{head}");
    }
    for column in Column::ALL {
        assert_eq!(Column::of_head(column.head(Locale::Zh)), Some(*column));
        assert_eq!(Column::of_head(column.head(Locale::En)), Some(*column));
    }
    let cells = |heads: &[&str]| heads.iter().map(|head| (*head).to_owned()).collect::<Vec<_>>();
    assert!(Head::read(&cells(&["备注", "规格编号", "价格（元）"])).is_ok());
    for heads in
        [&["价格（元）", "单位"][..], &["规格编号"], &["name", "price", "价格（元）"], &["<html>"], &[]]
    {
        assert_eq!(Head::read(&cells(heads)), Err(Problem::SheetColumns), "{heads:?}");
    }
}

#[test]
fn a_row_changes_what_it_says_anew_and_blank_cells_change_nothing() {
    let sent = row(2, &[(Column::Code, "mqlc01"), (Column::Price, "￥138"), (Column::Unit, "")]);
    let price = VariantChange::Price { before: Fen::new(12_800), after: Fen::new(13_800) };
    let expected = Change::Variant { variant: tin().id, code: "MQLC01".to_owned(), change: price };
    assert_eq!(changes(&[sent]), [expected]);
    let id = TEA.to_string();
    let product = row(2, &[(Column::Product, &id), (Column::Name, "雨前绿茶"), (Column::State, "taken out")]);
    assert_eq!(
        changes(&[product]),
        [
            Change::Name { before: "明前绿茶".to_owned(), after: "雨前绿茶".to_owned() },
            Change::State { before: SheetState::Published, after: SheetState::Unpublished },
        ]
    );
    let item = planned(&[row(9, &[(Column::Code, "MQLC02"), (Column::Price, "1")])]).items.remove(0);
    assert_eq!((item.product, item.version, item.rows), (Some(TEA), 7, vec![9]));
}

#[test]
fn a_size_is_in_millimetres_unless_it_says_otherwise_and_goes_when_that_is_asked_for() {
    let said = |text| changes(&[row(2, &[(Column::Code, "MQLC01"), (Column::Size, text)])]);
    let size = PackedSize { length_mm: 300, width_mm: 200, height_mm: 105 };
    let change = VariantChange::Size { before: None, after: Some(size) };
    let expected = [Change::Variant { variant: tin().id, code: "MQLC01".to_owned(), change }];
    for text in ["300×200×105", "300*200*105 毫米", "30 x 20 x 10.5 cm"] {
        assert_eq!(said(text), expected, "{text}");
    }
    assert_eq!(said("（清空）"), [], "there is none");
    let mut present = tea();
    present.variants[0].size = Some(size);
    let plan = |text| {
        let rows = [row(2, &[(Column::Code, "MQLC01"), (Column::Size, text)])];
        plan(&rows, true, &known_with(vec![present.clone()]))
            .items
            .into_iter()
            .flat_map(|item| item.changes)
            .collect()
    };
    let gone: Vec<Change> = plan("(clear)");
    let change = VariantChange::Size { before: Some(size), after: None };
    assert_eq!(gone, [Change::Variant { variant: tin().id, code: "MQLC01".to_owned(), change }]);
    let same: Vec<Change> = plan("300×200×105");
    assert_eq!(same, []);
}

#[test]
fn a_text_goes_when_that_is_asked_for_and_only_one_that_may() {
    let clear = |column, text| row(2, &[(Column::Code, "MQLC01"), (column, text)]);
    let gone = Change::NameEn { before: "Tea".to_owned(), after: String::new() };
    assert_eq!(changes(&[clear(Column::NameEn, "（清空）")]), [gone]);
    let change = VariantChange::NameEn { before: "125 g tin".to_owned(), after: String::new() };
    let gone = Change::Variant { variant: tin().id, code: "MQLC01".to_owned(), change };
    assert_eq!(changes(&[clear(Column::VariantNameEn, "(Clear)")]), [gone]);
    for column in [Column::Name, Column::VariantName, Column::Unit] {
        assert_eq!(errors(&[clear(column, "(清空)")]), [(2, column, Problem::Missing)]);
    }
    let mut odd = tea();
    odd.name_en = "(clear)".to_owned();
    let plan = plan(&[clear(Column::NameEn, "(clear)")], true, &known_with(vec![odd]));
    assert_eq!((plan.items.len(), plan.unchanged), (0, 1), "what is stored says nothing anew");
}

#[test]
fn what_belongs_to_a_product_may_be_said_in_one_of_its_rows_but_not_in_two_ways() {
    let of = |number, code, name| row(number, &[(Column::Code, code), (Column::Name, name)]);
    assert_eq!(changes(&[of(2, "MQLC01", "雨前绿茶"), of(3, "MQLC02", "明前绿茶")]).len(), 1);
    assert_eq!(
        errors(&[of(2, "MQLC01", "雨前绿茶"), of(3, "MQLC02", "谷雨茶")]),
        [(3, Column::Name, Problem::DuplicateOfRow { row: 2 })]
    );
    assert_eq!(
        errors(&[of(2, "MQLC01", "雨前绿茶"), of(3, "MQLC01", "雨前绿茶")]),
        [(3, Column::Code, Problem::DuplicateOfRow { row: 2 })]
    );
}

#[test]
fn every_wrong_cell_is_named_with_what_stands_in_it() {
    let cases = [
        (Column::Price, "很便宜", Problem::NotMoney),
        (Column::Price, "0", Problem::NotMoney),
        (Column::Price, "12.345", Problem::NotMoney),
        (Column::BaseQuantity, "0", Problem::OutOfRange { min: 1, max: 10_000_000 }),
        (Column::BaseQuantity, "1.5", Problem::NotANumber),
        (Column::WeightG, "--5", Problem::NotANumber),
        (Column::Size, "300×200", Problem::NotASize),
        (Column::Size, "300×200×9999", Problem::NotASize),
        (Column::Unit, "一二三四五六七八九十一", Problem::TooLong { max: 10 }),
        (Column::Category, "海鲜", Problem::Unknown),
        (Column::State, "草稿", Problem::Unknown),
        (Column::State, "卖光", Problem::Unknown),
        (Column::StockChange, "很多", Problem::NotANumber),
        (Column::StockChange, "-10001", Problem::OnlyLeft { left: 10_000 }),
    ];
    for (column, text, problem) in cases {
        let sent = [row(5, &[(Column::Code, "MQLC01"), (column, text)])];
        assert_eq!(errors(&sent), [(5, column, problem)], "{text}");
        assert_eq!(planned(&sent).errors[0].text, text);
    }
    let mut formula = row(3, &[(Column::Code, "MQLC01"), (Column::Price, "138")]);
    formula.formulas.push(Column::Price);
    let other = row(4, &[(Column::Code, "MQLC02"), (Column::Price, "5")]);
    assert_eq!(
        errors(&[formula, other]),
        [(3, Column::Price, Problem::Formula)],
        "all of a product or nothing"
    );
}

#[test]
fn stock_is_corrected_in_the_batch_that_is_meant() {
    let sent = |batch: &str, change: &str, reason: &str| {
        row(
            2,
            &[
                (Column::Code, "MQLC01"),
                (Column::Batch, batch),
                (Column::StockChange, change),
                (Column::Reason, reason),
            ],
        )
    };
    let expected = |batch: i64, code: &str, change: i64, reason: &str| {
        let (batch, code, reason) = (BatchId::from_i64(batch), code.to_owned(), reason.to_owned());
        [Change::Stock { batch, code, change, base_unit: Some("piece".to_owned()), reason }]
    };
    assert_eq!(changes(&[sent("", "+500", "到货")]), expected(60, "20250401", 500, "received"));
    assert_eq!(changes(&[sent("20230401", "-500", "Expired")]), expected(61, "20230401", -500, "expired"));
    assert_eq!(changes(&[sent("", "−20", "")]), expected(60, "20250401", -20, "counted"));
    assert_eq!(changes(&[sent("", "0", "")]), []);
    assert_eq!(errors(&[sent("20990101", "1", "")]), [(2, Column::Batch, Problem::UnknownCode)]);
    assert_eq!(errors(&[sent("", "1", "送人")]), [(2, Column::Reason, Problem::Unknown)]);
    let mut two = tea();
    two.batches[1].is_expired = false;
    let plan = plan(&[sent("", "1", "")], true, &known_with(vec![two]));
    assert_eq!((plan.errors[0].column, &plan.errors[0].problem), (Column::Batch, &Problem::Missing));
    let mut shared = tea();
    shared.batches[0].is_shared = true;
    let known = known_with(vec![shared]);
    for reason in ["到货", ""] {
        let errors = super::plan(&[sent("", "500", reason)], true, &known).errors;
        let found: Vec<_> = errors.iter().map(|error| (error.column, &error.problem)).collect();
        assert_eq!(found, [(Column::StockChange, &Problem::SeveralVillages)], "whose they are is not said");
    }
    assert!(
        super::plan(&[sent("", "-500", "破损")], true, &known).errors.is_empty(),
        "a loss is everybody's"
    );
}

#[test]
fn what_is_weighed_comes_and_goes_by_the_kilogram() {
    let mut weighed = tea();
    weighed.base_unit = "g".to_owned();
    let sent = |change: &str| {
        let rows = [row(2, &[(Column::Code, "MQLC01"), (Column::StockChange, change)])];
        plan(&rows, true, &known_with(vec![weighed.clone()]))
    };
    for (typed, grams) in [("20", 20_000), ("-0.5", -500)] {
        let planned = sent(typed);
        assert_eq!(planned.errors, []);
        assert!(
            matches!(planned.items[0].changes[0], Change::Stock { change, .. } if change == grams),
            "{typed}: {:?}",
            planned.items
        );
    }
    assert_eq!(sent("-10.001").errors[0].problem, Problem::OnlyLeftG { left_g: 10_000 });
    let told = Told { category: "茶叶", attributes: &[], story: "", story_en: "" };
    let shown = rows_of(&weighed, &told, Locale::Zh);
    let at = Column::ALL.iter().position(|column| *column == Column::Stock).unwrap();
    assert_eq!(shown[0][at], "10", "kilograms, as the head says");
    let old = ["规格编号".to_owned(), "库存增减（克或件）".to_owned()];
    assert_eq!(Head::read(&old), Err(Problem::SheetColumns), "an older sheet would mean grams");
}

#[test]
fn rows_without_an_id_become_a_draft_with_its_variants() {
    let new = |number, name, variant| {
        row(
            number,
            &[
                (Column::Name, name),
                (Column::VariantName, variant),
                (Column::Price, "25"),
                (Column::BaseQuantity, "500"),
                (Column::Category, "dried GOODS"),
            ],
        )
    };
    let plan = planned(&[new(2, "土蜂蜜", "一瓶"), new(3, "香菇", "一袋"), new(4, "土蜂蜜", "两瓶")]);
    assert_eq!(plan.errors, []);
    let told: Vec<_> =
        plan.items.iter().map(|item| (item.product, item.rows.clone(), item.changes.len())).collect();
    assert_eq!(told, [(None, vec![2, 4], 4), (None, vec![3], 3)]);
    let bare = row(2, &[(Column::Name, "土蜂蜜"), (Column::VariantName, "一瓶"), (Column::State, "在售")]);
    let found = [
        (2, Column::Price, Problem::Missing),
        (2, Column::BaseQuantity, Problem::Missing),
        (2, Column::State, Problem::PhotoMissing),
    ];
    assert_eq!(errors(&[bare]), found);
    assert_eq!(errors(&[row(2, &[(Column::Price, "5")])]), [(2, Column::Name, Problem::Missing)]);
}

#[test]
fn nothing_of_another_team_is_touched() {
    let (strange, own) = (STRANGE.to_string(), TEA.to_string());
    for named in [strange.as_str(), "0000000000000", "MQLC01", "x"] {
        let sent = [row(2, &[(Column::Product, named), (Column::Code, "MQLC01"), (Column::Price, "1")])];
        assert_eq!(errors(&sent), [(2, Column::Product, Problem::UnknownCode)], "{named}");
    }
    let by_code = [row(2, &[(Column::Code, "ZZ01"), (Column::Name, "茶"), (Column::Price, "1")])];
    assert_eq!(errors(&by_code), [(2, Column::Code, Problem::Taken)]);
    let into_own = [row(2, &[(Column::Product, &own), (Column::Code, "zz01"), (Column::Price, "1")])];
    assert_eq!(errors(&into_own), [(2, Column::Code, Problem::Taken)]);
}

#[test]
fn without_a_column_of_codes_a_row_means_the_only_variant() {
    let own = TEA.to_string();
    let sent = [row(2, &[(Column::Product, &own), (Column::Price, "138")])];
    let said = plan(&sent, false, &known());
    assert_eq!((said.errors[0].column, &said.errors[0].problem), (Column::Code, &Problem::Missing));
    let mut one = tea();
    one.variants.truncate(1);
    assert_eq!(plan(&sent, false, &known_with(vec![one])).items.len(), 1);
    let named =
        [row(2, &[(Column::Product, &own), (Column::VariantName, "250 克袋"), (Column::Price, "138")])];
    assert!(matches!(plan(&named, true, &known()).items[0].changes[0], Change::Variant { .. }));
}
