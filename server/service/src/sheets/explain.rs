//! How a sheet of goods is filled in: the second sheet of its workbook.

use domain::after_sale::ReturnRule;
use domain::attribute::Attribute;
use domain::food::FoodClass;
use domain::ids::CategoryId;
use domain::locale::Locale;
use domain::sheets::{Column, REASONS, SheetState};
use rust_xlsxwriter::{Format, Worksheet, XlsxError};
use store::listing::ChoiceRow;

use super::details::Offers;
use super::write::name_of;

pub(super) fn explain(
    sheet: &mut Worksheet,
    locale: Locale,
    bold: &Format,
    (part, parts): (usize, usize),
    offers: &Offers,
) -> Result<(), XlsxError> {
    sheet.set_name(locale.pick("说明", "How to fill it in"))?;
    sheet.set_column_width(0, 24.0)?;
    sheet.set_column_width(1, 72.0)?;
    let general = [
        locale.pick(
            "一行是一个规格；空着的格子不改动。",
            "One row is one variant; a blank cell changes nothing.",
        ),
        locale.pick(
            "上传后先看改动，再决定应用全部或一部分。",
            "After uploading you see what changes before anything does.",
        ),
        locale.pick("不要用公式；一次最多 5000 行。", "No formulas; 5,000 rows at a time."),
    ];
    let mut at = 0;
    for text in general {
        sheet.write_string(at, 0, text)?;
        at += 1;
    }
    if parts > 1 {
        let told = match locale {
            Locale::Zh => format!("商品太多，分成 {parts} 份；这是第 {part} 份，其余的另行下载。"),
            Locale::En => {
                format!("There are too many products for one sheet: this is part {part} of {parts}.")
            }
        };
        sheet.write_string_with_format(at, 0, told, bold)?;
        at += 1;
    }
    at += 1;
    sheet.write_string_with_format(at, 0, locale.pick("列", "Column"), bold)?;
    sheet.write_string_with_format(at, 1, locale.pick("怎么填", "What to put in"), bold)?;
    for column in Column::ALL {
        at += 1;
        sheet.write_string(at, 0, column.head(locale))?;
        sheet.write_string(at, 1, column.note(locale))?;
    }
    for (column, texts) in lists(offers, locale) {
        at += 2;
        sheet.write_string_with_format(at, 0, column.head(locale), bold)?;
        for (name, more) in texts {
            at += 1;
            sheet.write_string(at, 0, name)?;
            sheet.write_string(at, 1, more)?;
        }
    }
    Ok(())
}

/// What may stand in the columns that take a name, and beside a category what its goods are told apart by.
fn lists(offers: &Offers, locale: Locale) -> Vec<(Column, Vec<(String, String)>)> {
    let choices = &offers.choices;
    let plain = |name: &str| (name.to_owned(), String::new());
    let names = |rows: &[ChoiceRow]| -> Vec<(String, String)> {
        rows.iter().map(|row| plain(name_of(row, locale))).collect()
    };
    let with_attributes = |row: &ChoiceRow| {
        let offered = offers.attributes_of(CategoryId::from_i64(row.id));
        let told: Vec<String> = offered.iter().map(|attribute| attribute_text(attribute, locale)).collect();
        (name_of(row, locale).to_owned(), told.join(locale.pick("；", "; ")))
    };
    vec![
        (Column::Category, choices.categories.iter().map(with_attributes).collect()),
        (Column::Village, names(&choices.villages)),
        (Column::Place, names(&choices.places)),
        (Column::FreightTemplate, names(&choices.templates)),
        (Column::FoodClass, FoodClass::ALL.iter().map(|class| plain(class.text(locale))).collect()),
        (Column::ReturnRule, ReturnRule::ALL.iter().map(|rule| plain(rule.text(locale))).collect()),
        (Column::State, SheetState::ALL.iter().map(|state| plain(state.text(locale))).collect()),
        (Column::Reason, REASONS.into_iter().map(|(_, zh, en)| plain(locale.pick(zh, en))).collect()),
    ]
}

/// An attribute with what it takes: `等级（特级、一级）`, `海拔（米）`.
fn attribute_text(attribute: &Attribute, locale: Locale) -> String {
    let pick = |zh: &str, en: &str| match locale {
        Locale::En if !en.is_empty() => en.to_owned(),
        _ => zh.to_owned(),
    };
    let name = pick(&attribute.name, &attribute.name_en);
    let takes = if attribute.choices.is_empty() {
        pick(&attribute.unit, &attribute.unit_en)
    } else {
        let names: Vec<String> =
            attribute.choices.iter().map(|choice| pick(&choice.name, &choice.name_en)).collect();
        names.join(locale.pick("、", ", "))
    };
    match locale {
        _ if takes.is_empty() => name,
        Locale::Zh => format!("{name}（{takes}）"),
        Locale::En => format!("{name} ({takes})"),
    }
}
