//! Where goods come from, how they are sent, their season, their kind, their story, and what many cost.

use super::*;
use crate::attribute::{Attribute, AttributeChoice, AttributeKind, AttributeValue};
use crate::food::sc_check_digit;
use crate::ids::to_text;

fn named(id: i64, name: &str, name_en: &str) -> Named {
    Named { id, name: name.to_owned(), name_en: name_en.to_owned() }
}

/// Two of them have one name.
pub(super) fn villages() -> Vec<Named> {
    vec![named(30, "塔元村", "Tayuan"), named(31, "枣树村", "Zaoshu"), named(32, "枣树村", "")]
}

pub(super) fn places() -> Vec<Named> {
    vec![named(60, "佐龙仓", "佐龙仓"), named(61, "县城仓", "县城仓")]
}

pub(super) fn templates() -> Vec<Named> {
    vec![named(70, "按重量", "按重量"), named(71, "包邮", "包邮")]
}

fn attribute(id: i64, slug: &str, name: &str, name_en: &str, kind: AttributeKind) -> Attribute {
    let choice = |(at, slug, name): (i64, &str, &str)| AttributeChoice {
        id: id + at,
        slug: slug.to_owned(),
        name: name.to_owned(),
        name_en: slug.to_owned(),
    };
    let is_number = kind == AttributeKind::Number;
    let choices = [(1, "top", "特级"), (2, "first", "一级"), (3, "also-first", "一级")];
    Attribute {
        id,
        slug: slug.to_owned(),
        name: name.to_owned(),
        name_en: name_en.to_owned(),
        kind,
        unit: if is_number { "米".to_owned() } else { String::new() },
        unit_en: if is_number { "m".to_owned() } else { String::new() },
        choices: if kind == AttributeKind::Choice { choices.map(choice).into() } else { Vec::new() },
    }
}

/// Of teas: two are called alike in English, and one has a name that cannot be read again.
pub(super) fn of_teas() -> Vec<Attribute> {
    vec![
        attribute(700, "grade", "等级", "Grade", AttributeKind::Choice),
        attribute(710, "altitude", "海拔", "Height", AttributeKind::Number),
        attribute(720, "tree", "树种", "Height", AttributeKind::Text),
        attribute(730, "note", "备注：其他", "", AttributeKind::Text),
    ]
}

pub(super) fn of_dried() -> Vec<Attribute> {
    vec![attribute(800, "grade", "等级", "Grade", AttributeKind::Choice)]
}

pub(super) fn of_tea() -> Details {
    Details {
        village: Some(named(30, "塔元村", "Tayuan")),
        place: Some(named(65, "旧仓", "旧仓")),
        template: Some(named(70, "按重量", "按重量")),
        season: ("03-20".to_owned(), "05-31".to_owned()),
        attributes: Values::from([
            (700, AttributeValue::Choice(701)),
            (720, AttributeValue::Text("老树; 新树".to_owned())),
        ]),
        label: label_of([
            (Column::FoodClass, "packaged_food".to_owned()),
            (Column::Ingredients, "茶鲜叶".to_owned()),
            (Column::ShelfLifeDays, "540".to_owned()),
            (Column::ReturnRule, "once_opened".to_owned()),
        ]),
        story: LongText::of("清明前手工采摘。\n当天炒。"),
        story_en: LongText::of(""),
    }
}

fn of(cells: &[(Column, &str)]) -> SheetRow {
    row(2, &[&[(Column::Code, "MQLC01")][..], cells].concat())
}

fn problem(column: Column, text: &str) -> Problem {
    let found = errors(&[of(&[(column, text)])]);
    assert_eq!((found.len(), found[0].1), (1, column), "{text}: {found:?}");
    found[0].2.clone()
}

#[test]
fn a_village_a_place_and_a_template_go_by_their_names() {
    let said = |column: Column, text: &str| changes(&[of(&[(column, text)])]);
    let before = of_tea();
    let village = |after: &Named| [Change::Village { before: before.village.clone(), after: after.clone() }];
    assert_eq!(said(Column::Village, "塔元村"), []);
    assert_eq!(said(Column::Village, "tayuan"), [], "in either language");
    assert_eq!(said(Column::Village, "Zaoshu"), village(&villages()[1]));
    assert_eq!(said(Column::Village, &to_text(32)), village(&villages()[2]), "what tells them apart");
    let with_id = format!("枣树村 {}", to_text(32));
    assert_eq!(said(Column::Village, &with_id), village(&villages()[2]));
    assert_eq!(said(Column::Place, "旧仓"), [], "what is stored stays allowed");
    let after = places()[1].clone();
    assert_eq!(said(Column::Place, "县城仓"), [Change::Place { before: before.place.clone(), after }]);
    let after = templates()[1].clone();
    let expected = [Change::FreightTemplate { before: before.template.clone(), after }];
    assert_eq!(said(Column::FreightTemplate, "包邮"), expected);
}

#[test]
fn a_name_that_fits_nothing_or_two_is_told_what_would_fit() {
    let both = |text: &str| (text.to_owned(), text.to_owned());
    let unknown =
        |name: &str, fits: Vec<(String, String)>| Problem::UnknownName { name: name.to_owned(), fits };
    let fits = vec![both("佐龙仓"), both("县城仓")];
    assert_eq!(problem(Column::Place, "火星仓"), unknown("火星仓", fits));
    let told = [31, 32].map(|id| both(&format!("枣树村 {}", to_text(id))));
    let mut told = told.to_vec();
    told[0].1 = format!("Zaoshu {}", to_text(31));
    let many = Problem::AmbiguousName { name: "枣树村".to_owned(), fits: told };
    assert_eq!(problem(Column::Village, "枣树村"), many);
    let wrong = format!("塔元村 {}", to_text(32));
    assert!(matches!(problem(Column::Village, &wrong), Problem::UnknownName { .. }), "name and id differ");
    let grades = vec![
        ("特级".to_owned(), "top".to_owned()),
        ("一级".to_owned(), "first".to_owned()),
        ("一级".to_owned(), "also-first".to_owned()),
    ];
    assert_eq!(problem(Column::Attributes, "等级：三级"), unknown("三级", grades));
    let many =
        Problem::AmbiguousName { name: "一级".to_owned(), fits: vec![both("first"), both("also-first")] };
    assert_eq!(problem(Column::Attributes, "等级：一级"), many);
    assert!(
        matches!(problem(Column::Attributes, "年份：3"), Problem::UnknownName { fits, .. } if fits.len() == 4)
    );
}

#[test]
fn what_a_cell_names_of_its_kind_changes_and_the_rest_stays() {
    let said = |text: &str| -> Vec<(String, String, String)> {
        let changed = changes(&[of(&[(Column::Attributes, text)])]).into_iter().map(|change| match change {
            Change::Attribute(change) => (change.slug, change.before.0, change.after.0),
            other => panic!("{other:?}"),
        });
        changed.collect()
    };
    let own = |slug: &str, before: &str, after: &str| (slug.to_owned(), before.to_owned(), after.to_owned());
    for text in
        ["海拔：900", "海拔: 900 米", "altitude:900m", "等级：特级；海拔：900", "海拔：900\n等级：特级"]
    {
        assert_eq!(said(text), [own("altitude", "", "900 米")], "{text}");
    }
    assert_eq!(
        said("等级：first；树种：（清空）"),
        [own("grade", "特级", "一级"), own("tree", "老树; 新树", ""),]
    );
    assert_eq!(said("（清空）").len(), 2);
    assert_eq!(said("树种：\"老树; 新树\"；等级："), [], "as it is stored, and a blank value says nothing");
    assert_eq!(said("树种：\"说\"\"老\"\"；的树\""), [own("tree", "老树; 新树", "说\"老\"；的树")]);
    assert_eq!(said("note：三月采"), [own("note", "", "三月采")]);
    for (text, expected) in [
        ("特级", Problem::Unreadable),
        ("树种：\"老树", Problem::Unreadable),
        ("海拔：900；海拔：950", Problem::OneOfTwo),
        ("海拔：很高", Problem::NotANumber),
    ] {
        assert_eq!(problem(Column::Attributes, text), expected, "{text}");
    }
    let long = format!("树种：{}", "树".repeat(61));
    assert_eq!(problem(Column::Attributes, &long), Problem::TooLong { max: 60 });
    let height = problem(Column::Attributes, "Height: 900");
    assert!(matches!(height, Problem::AmbiguousName { fits, .. } if fits[0].0 == "altitude"));
}

#[test]
fn names_that_cannot_be_read_again_are_written_as_words_of_addresses() {
    let mut values = of_tea().attributes;
    values.insert(710, AttributeValue::Number(900_500));
    values.insert(730, AttributeValue::Text("3:1".to_owned()));
    let zh = attributes_text(&of_teas(), &values, Locale::Zh);
    assert_eq!(zh, "等级：特级；海拔：900.5 米；树种：\"老树; 新树\"；note：3:1");
    let en = attributes_text(&of_teas(), &values, Locale::En);
    assert_eq!(en, "Grade: top; 海拔: 900.5 m; 树种: \"老树; 新树\"; note: 3:1");
}

#[test]
fn with_another_category_its_own_details_are_said_and_the_former_ones_are_left_behind() {
    let moved = |text: &str| of(&[(Column::Category, "干货"), (Column::Attributes, text)]);
    let category =
        || Change::Category { before: Some(CategoryId::from_i64(50)), after: CategoryId::from_i64(51) };
    let as_exported = attributes_text(&of_teas(), &of_tea().attributes, Locale::Zh);
    assert_eq!(changes(&[moved(&as_exported)]), [category()], "nobody typed into the cell");
    let said = changes(&[moved("等级：特级")]);
    assert_eq!((said.len(), &said[0]), (2, &category()));
    assert!(
        matches!(&said[1], Change::Attribute(change) if change.typed == "top" && change.before.0.is_empty())
    );
    assert_eq!(errors(&[moved("海拔：900")])[0].1, Column::Attributes);
}

#[test]
fn a_season_is_two_days_in_one_cell() {
    let said = |text| changes(&[of(&[(Column::Season, text)])]);
    let season = |from: &str, until: &str| (from.to_owned(), until.to_owned());
    let changed = |after| [Change::Season { before: season("03-20", "05-31"), after }];
    for text in ["03-20 至 05-31", "3月20日到5月", "3/20~5/31", "03-20 TO 05-31", "3-20—5-31"] {
        assert_eq!(said(text), [], "{text}");
    }
    assert_eq!(said("11-15至2月"), changed(season("11-15", "02-29")));
    assert_eq!(said("2026-03-20 to 2026-05-31"), changed(season("2026-03-20", "2026-05-31")));
    assert_eq!(said("(clear)"), changed(season("", "")));
    for text in ["3-20", "春天至夏天", "至", "3-20 至", "2026-3-20 至 5-31"] {
        assert_eq!(problem(Column::Season, text), Problem::NotADay, "{text}");
    }
    assert_eq!(problem(Column::Season, "2026-05-31至2026-03-20"), Problem::WrongOrder);
}

#[test]
fn a_story_keeps_its_lines_and_stands_in_one_row() {
    let said = |column: Column, text: &str| changes(&[of(&[(column, text)])]);
    assert_eq!(said(Column::Story, "清明前手工采摘。\r\n当天炒。\n"), []);
    let after = "- 一芽一叶\n\n- 当天炒".to_owned();
    let before = "清明前手工采摘。 当天炒。".to_owned();
    let changed = Change::Story { before: before.clone(), after };
    assert_eq!(said(Column::Story, "'- 一芽一叶\n\n- 当天炒"), [changed]);
    assert_eq!(said(Column::Story, "（清空）"), [Change::Story { before, after: String::new() }]);
    assert_eq!(said(Column::StoryEn, "(clear)"), []);
    assert_eq!(problem(Column::Story, &"茶".repeat(5_001)), Problem::TooLong { max: 5_000 });
    assert_eq!(said(Column::StoryEn, &"tea ".repeat(2_500)).len(), 1);
    let two = [of(&[(Column::Story, "一")]), row(3, &[(Column::Code, "MQLC02"), (Column::Story, "二")])];
    assert_eq!(errors(&two), [(3, Column::Story, Problem::DuplicateOfRow { row: 2 })]);
    let told = Told { category: "茶叶", attributes: &[], story: "一\n二", story_en: "" };
    let at = Column::ALL.iter().position(|column| *column == Column::Story).unwrap();
    let cells: Vec<String> =
        rows_of(&tea(), &told, Locale::Zh).into_iter().map(|mut cells| cells.remove(at)).collect();
    assert_eq!(cells, ["一\n二", ""]);
}

#[test]
fn many_cost_less_each_than_fewer() {
    let said = |cells: &[(Column, &str)]| -> Vec<VariantChange> {
        let changed = changes(&[of(cells)]).into_iter().map(|change| match change {
            Change::Variant { change, .. } => change,
            other => panic!("{other:?}"),
        });
        changed.collect()
    };
    let tiers = vec![(50, Fen::new(11_800)), (100, Fen::new(10_800))];
    let expected = [VariantChange::TierPrices { before: Vec::new(), after: tiers.clone() }];
    assert_eq!(said(&[(Column::TierPrices, "≥50:118.00, ≥100:108.00")]), expected);
    assert_eq!(said(&[(Column::TierPrices, "100：108；50：118")]), expected);
    assert_eq!(said(&[(Column::TierPrices, "（清空）")]), []);
    assert_eq!(problem(Column::TierPrices, "50:128"), Problem::WrongOrder, "no dearer than one");
    assert_eq!(said(&[(Column::Price, "138"), (Column::TierPrices, "50:128")]).len(), 2);
    assert_eq!(problem(Column::TierPrices, "很多:118"), Problem::NotANumber);

    // What a lower price has overtaken stays as it is, unless the price is typed with it.
    let mut overtaken = tea();
    overtaken.variants[0].tiers = vec![(50, Fen::new(13_000))];
    let known = known_with(vec![overtaken]);
    let with = |cells: &[(Column, &str)]| plan(&[of(cells)], true, &known);
    assert_eq!(with(&[(Column::TierPrices, "≥50:130.00")]).unchanged, 1);
    let both = with(&[(Column::Price, "120"), (Column::TierPrices, "≥50:130.00")]);
    assert_eq!((both.items.len(), both.errors[0].column), (0, Column::TierPrices));
}

#[test]
fn a_label_goes_by_the_words_of_its_form() {
    let said = |column: Column, text: &str| changes(&[of(&[(column, text)])]);
    let to = |column: Column, before: &str, after: &str| {
        [Change::Label { column, before: before.to_owned(), after: after.to_owned() }]
    };
    assert_eq!(said(Column::FoodClass, "预包装食品"), []);
    assert_eq!(said(Column::FoodClass, "packaged FOOD"), [], "in either language");
    let workshop = to(Column::FoodClass, "packaged_food", "small_workshop");
    assert_eq!(said(Column::FoodClass, "小作坊食品"), workshop);
    assert_eq!(problem(Column::FoodClass, "零食"), Problem::Unknown);
    assert_eq!(problem(Column::FoodClass, "（清空）"), Problem::Unknown, "every product has one");

    let digits = "1141610925000";
    let whole = format!("SC{digits}{}", sc_check_digit(digits).unwrap());
    assert_eq!(said(Column::ScNumber, &whole.to_lowercase()), to(Column::ScNumber, "", &whole));
    assert_eq!(said(Column::ScNumber, "SC 12"), to(Column::ScNumber, "", "SC 12"), "to be mended");
    assert_eq!(said(Column::Ingredients, "茶鲜叶"), []);
    assert_eq!(said(Column::Ingredients, "(clear)"), to(Column::Ingredients, "茶鲜叶", ""));
    assert_eq!(problem(Column::Producer, &"厂".repeat(501)), Problem::TooLong { max: 500 });

    assert_eq!(said(Column::ShelfLifeDays, "540"), []);
    assert_eq!(said(Column::ShelfLifeDays, "（清空）"), to(Column::ShelfLifeDays, "540", ""));
    assert_eq!(problem(Column::ShelfLifeDays, "两年"), Problem::NotANumber);
    let range = Problem::OutOfRange { min: 1, max: 36_500 };
    assert_eq!(problem(Column::ShelfLifeDays, "0"), range);
    let seven = to(Column::ReturnRule, "once_opened", "seven_days");
    assert_eq!(said(Column::ReturnRule, "支持七天无理由"), seven);
    assert_eq!(said(Column::ReturnRule, "（清空）"), to(Column::ReturnRule, "once_opened", ""));
    assert_eq!(problem(Column::ReturnRule, "看心情"), Problem::Unknown);
}

#[test]
fn how_many_can_be_bought_stands_beside_each_variant() {
    let said = |column: Column, text: &str| changes(&[of(&[(column, text)])]);
    assert_eq!(said(Column::MinQuantity, "1"), []);
    let changed = said(Column::MinQuantity, "10");
    let least = VariantChange::MinQuantity { before: 1, after: 10 };
    assert!(matches!(&changed[..], [Change::Variant { change, .. }] if *change == least), "{changed:?}");
    let changed = said(Column::StepQuantity, "5");
    let step = VariantChange::StepQuantity { before: 1, after: 5 };
    assert!(matches!(&changed[..], [Change::Variant { change, .. }] if *change == step), "{changed:?}");
    assert_eq!(problem(Column::StepQuantity, "0"), Problem::OutOfRange { min: 1, max: 99_999 });
}

#[test]
fn a_new_product_says_all_of_it_at_once() {
    let new = row(
        2,
        &[
            (Column::Name, "土蜂蜜"),
            (Column::Category, "干货"),
            (Column::Village, "塔元村"),
            (Column::Place, "县城仓"),
            (Column::FreightTemplate, "包邮"),
            (Column::Season, "3 至 5"),
            (Column::Attributes, "等级：特级"),
            (Column::Story, "山里的蜜"),
            (Column::VariantName, "一瓶"),
            (Column::Price, "68"),
            (Column::TierPrices, "10:60"),
            (Column::BaseQuantity, "500"),
        ],
    );
    let said = changes(&[new]);
    assert_eq!(said.len(), 9, "{said:?}");
    let is_there = |wanted: fn(&Change) -> bool| said.iter().any(wanted);
    assert!(is_there(|change| matches!(change, Change::Village { before: None, after } if after.id == 30)));
    assert!(is_there(|change| matches!(change, Change::Attribute(change) if change.typed == "top")));
    assert!(is_there(
        |change| matches!(change, Change::NewVariant(new) if new.tiers == [(10, Fen::new(6_000))])
    ));
    let first = row(2, &[(Column::Name, "红茶"), (Column::Attributes, "海拔：900")]);
    assert_eq!(changes(&[first]).len(), 2, "without a category it gets the first");
}

#[test]
fn of_thousands_of_wrong_names_the_first_ones_are_told_what_would_fit() {
    let wrong = |number: u32, cells: &[(Column, &str)]| {
        let names = [(Column::Village, "火星村"), (Column::Place, "火星仓")];
        row(number, &[cells, &names[..]].concat())
    };
    let of_one: Vec<SheetRow> = (2..2_502).map(|at| wrong(at, &[(Column::Code, "MQLC01")])).collect();
    let new = |at: u32| {
        let name = format!("新茶{at}");
        wrong(at, &[(Column::Name, name.as_str())])
    };
    let of_many: Vec<SheetRow> = (2..2_502).map(new).collect();
    for rows in [of_one, of_many] {
        let errors = planned(&rows).errors;
        let told = |errors: &[CellError]| -> Vec<bool> {
            let of = |error: &CellError| match &error.problem {
                Problem::UnknownName { fits, .. } => Some(!fits.is_empty()),
                _ => None,
            };
            errors.iter().filter_map(of).collect()
        };
        assert_eq!(told(&errors).len(), 5_000, "each is named");
        assert!(told(&errors[..500]).into_iter().all(|is_told| is_told), "more are never shown");
        assert!(told(&errors).into_iter().filter(|is_told| *is_told).count() <= 2_000, "others take no room");
    }
}
