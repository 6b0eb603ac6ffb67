//! Between a template as it is typed and as it is stored.

use domain::failure::{FieldError, Problem};
use domain::freight::{
    FreeRule, FreightBasis, FreightRow, FreightTemplate, RegionFree, RowForm, TemplateFlaw, TemplateForm,
    areas_text, read_areas,
};
use domain::ids::FreightTemplateId;
use domain::money::{Fen, MoneyError};
use domain::thousandths::thousandths_text;
use store::catalogue::FreightRowRow;
use store::freight::TemplateContent;

use super::{basis_of, free_rule};
use crate::listing::form::Reader;
use crate::regions::regions;
use crate::{Result, ServiceError};

const MAX_NAME_CHARS: usize = 40;
/// More is a slip: a hundred thousand yuan.
const MAX_FEE_FEN: i64 = 10_000_000;
/// From which amount of goods the way may be free at most: a million yuan.
const MAX_AMOUNT_FEN: i64 = 100_000_000;
const MAX_COUNT: i64 = 99_999;
/// A tonne, or a cubic metre.
const MAX_THOUSANDTHS: i64 = 1_000_000;
const MAX_ROWS: usize = 40;

/// Reads a form.
///
/// # Errors
/// [`ServiceError::Invalid`] with everything that is wrong, row by row. Rows in which nothing was typed are passed over.
pub(super) fn read_template(form: &TemplateForm) -> Result<TemplateContent> {
    let mut reader = Reader::default();
    let mut name = String::new();
    reader.text("name", &form.name, MAX_NAME_CHARS, &mut name);
    if form.name.trim().is_empty() {
        reader.report("name", Problem::Missing);
    }
    let basis = basis_of(form.basis.trim()).ok();
    if basis.is_none() {
        reader.report("basis", Problem::UnknownCode);
    }
    let basis = basis.unwrap_or(FreightBasis::Piece);
    let rule = read_rule(&mut reader, "", &form.free_amount, &form.free_count);
    if form.rows.len() > MAX_ROWS {
        return Err(ServiceError::invalid("rows", Problem::TooManyRows { max: MAX_ROWS as i64 }));
    }
    let typed: Vec<(usize, &RowForm)> =
        form.rows.iter().enumerate().filter(|(at, row)| *at == 0 || **row != RowForm::default()).collect();
    let rows: Vec<FreightRow> =
        typed.iter().map(|(at, row)| read_row(&mut reader, basis, *at, row)).collect();
    if reader.problems.is_empty() {
        let id = FreightTemplateId::from_i64(0);
        let template = FreightTemplate { id, basis, rows: rows.clone(), free_rule: rule };
        let place = |row: usize| typed.get(row).map_or(0, |(at, _)| *at);
        reader.problems.extend(template.flaws().into_iter().map(|flaw| flaw_error(flaw, place)));
    }
    if !reader.problems.is_empty() {
        return Err(ServiceError::Invalid(reader.problems));
    }
    Ok(TemplateContent {
        name,
        basis: form.basis.trim().to_owned(),
        free_from_fen: rule.and_then(|rule| rule.min_amount).map(Fen::get),
        free_from_count: rule.and_then(|rule| rule.min_count),
        rows: rows.into_iter().map(stored_row).collect(),
    })
}

fn flaw_error(flaw: TemplateFlaw, place: impl Fn(usize) -> usize) -> FieldError {
    match flaw {
        TemplateFlaw::NoDefault => FieldError::new("rows", Problem::Missing),
        TemplateFlaw::Overlap { row, with } => {
            let with = i64::try_from(place(with)).unwrap_or(i64::MAX);
            FieldError::new(format!("rows.{}.regions", place(row)), Problem::DuplicateOfRow { row: with })
        }
        TemplateFlaw::NoDeliveryAnywhere => FieldError::new("rows.0.refused", Problem::NoDeliveryAnywhere),
    }
}

fn read_row(reader: &mut Reader, basis: FreightBasis, at: usize, form: &RowForm) -> FreightRow {
    let field = |name: &str| format!("rows.{at}.{name}");
    let mut region_prefixes = Vec::new();
    if at > 0 {
        match read_areas(regions(), &form.regions) {
            Ok(prefixes) if prefixes.is_empty() => reader.report(field("regions"), Problem::Missing),
            Ok(prefixes) => region_prefixes = prefixes,
            Err(unknown) => reader.report(field("regions"), Problem::UnknownRegion { name: unknown.0 }),
        }
    }
    let mut row = FreightRow {
        region_prefixes,
        first_quantity: 0,
        first_fee: Fen::ZERO,
        step_quantity: 1,
        step_fee: Fen::ZERO,
        surcharge: Fen::ZERO,
        refused: form.refused == "on",
        free: RegionFree::AsTemplate,
    };
    if row.refused {
        return row;
    }
    row.first_quantity = read_quantity(reader, &field("first_quantity"), &form.first_quantity, basis, 0);
    row.step_quantity = read_quantity(reader, &field("step_quantity"), &form.step_quantity, basis, 1);
    row.first_fee = read_fee(reader, &field("first_fee"), &form.first_fee, true);
    row.step_fee = read_fee(reader, &field("step_fee"), &form.step_fee, true);
    row.surcharge = read_fee(reader, &field("surcharge"), &form.surcharge, false);
    row.free = match form.free.trim() {
        "" | "template" => RegionFree::AsTemplate,
        "never" => RegionFree::Never,
        "own" => {
            let rule = read_rule(reader, &field(""), &form.free_amount, &form.free_count);
            if form.free_amount.trim().is_empty() && form.free_count.trim().is_empty() {
                reader.report(field("free_amount"), Problem::Missing);
            }
            rule.map_or(RegionFree::AsTemplate, RegionFree::Own)
        }
        _ => {
            reader.report(field("free"), Problem::UnknownCode);
            RegionFree::AsTemplate
        }
    };
    row
}

/// Pieces as they are; kilograms and litres with up to three decimals, as grams and cubic centimetres.
fn read_quantity(reader: &mut Reader, field: &str, typed: &str, basis: FreightBasis, min: i64) -> i64 {
    if basis == FreightBasis::Piece {
        return reader.number(field, typed, min, MAX_COUNT).unwrap_or(min);
    }
    if min == 0 && matches!(typed.trim(), "0" | "０") {
        return 0;
    }
    match reader.kilograms(field, typed) {
        Some(thousandths) if thousandths > MAX_THOUSANDTHS => {
            reader.report(field, Problem::OutOfRange { min, max: MAX_THOUSANDTHS / 1000 });
            min
        }
        read => read.unwrap_or(min),
    }
}

/// A fee in yuan, zero allowed; blank is zero where it need not be given.
fn read_fee(reader: &mut Reader, field: &str, typed: &str, is_needed: bool) -> Fen {
    match read_amount(typed, MAX_FEE_FEN) {
        Ok(Some(fee)) => fee,
        Ok(None) => {
            if is_needed {
                reader.report(field, Problem::Missing);
            }
            Fen::ZERO
        }
        Err(problem) => {
            reader.report(field, problem);
            Fen::ZERO
        }
    }
}

fn read_amount(typed: &str, max_fen: i64) -> std::result::Result<Option<Fen>, Problem> {
    match Fen::parse_yuan(typed) {
        Ok(amount) if (0..=max_fen).contains(&amount.get()) => Ok(Some(amount)),
        Err(MoneyError::Empty) => Ok(None),
        _ => Err(Problem::NotMoney),
    }
}

fn read_rule(reader: &mut Reader, prefix: &str, amount: &str, count: &str) -> Option<FreeRule> {
    let min_amount = read_amount(amount, MAX_AMOUNT_FEN).unwrap_or_else(|problem| {
        reader.report(format!("{prefix}free_amount"), problem);
        None
    });
    let min_count = reader.optional_number(&format!("{prefix}free_count"), count, 1, MAX_COUNT);
    free_rule(min_amount.map(Fen::get), min_count)
}

fn stored_row(row: FreightRow) -> FreightRowRow {
    let (free_kind, own) = match row.free {
        RegionFree::AsTemplate => ("template", FreeRule::default()),
        RegionFree::Own(rule) => ("own", rule),
        RegionFree::Never => ("never", FreeRule::default()),
    };
    FreightRowRow {
        region_prefixes: row.region_prefixes.join(" "),
        refused: i64::from(row.refused),
        first_quantity: row.first_quantity,
        first_fee_fen: row.first_fee.get(),
        step_quantity: row.step_quantity,
        step_fee_fen: row.step_fee.get(),
        surcharge_fen: row.surcharge.get(),
        free_kind: free_kind.to_owned(),
        row_free_from_fen: own.min_amount.map(Fen::get),
        row_free_from_count: own.min_count,
    }
}

/// A stored template as it is typed; the default row first. Where nothing says what holds elsewhere, nothing is delivered
/// there, and the form says that.
pub(super) fn form_of(name: &str, basis: &str, template: &FreightTemplate) -> TemplateForm {
    let (default, others): (Vec<_>, Vec<_>) =
        template.rows.iter().partition(|row| row.region_prefixes.is_empty());
    let nowhere = RowForm { refused: "on".to_owned(), ..RowForm::default() };
    let default = default.first().map_or(nowhere, |row| row_form(template.basis, row));
    let (free_amount, free_count) = rule_texts(template.free_rule);
    TemplateForm {
        name: name.to_owned(),
        basis: basis.to_owned(),
        free_amount,
        free_count,
        rows: std::iter::once(default)
            .chain(others.into_iter().map(|row| row_form(template.basis, row)))
            .collect(),
    }
}

fn row_form(basis: FreightBasis, row: &FreightRow) -> RowForm {
    let regions = areas_text(regions(), &row.region_prefixes);
    if row.refused {
        return RowForm { regions, refused: "on".to_owned(), ..RowForm::default() };
    }
    let (free, own) = match row.free {
        RegionFree::AsTemplate => ("", None),
        RegionFree::Own(rule) => ("own", Some(rule)),
        RegionFree::Never => ("never", None),
    };
    let (free_amount, free_count) = rule_texts(own);
    RowForm {
        regions,
        refused: String::new(),
        first_quantity: quantity_text(basis, row.first_quantity),
        first_fee: row.first_fee.to_yuan_string(),
        step_quantity: quantity_text(basis, row.step_quantity),
        step_fee: row.step_fee.to_yuan_string(),
        surcharge: if row.surcharge.is_zero() { String::new() } else { row.surcharge.to_yuan_string() },
        free: free.to_owned(),
        free_amount,
        free_count,
    }
}

fn rule_texts(rule: Option<FreeRule>) -> (String, String) {
    let amount = rule.and_then(|rule| rule.min_amount).map(Fen::to_yuan_string);
    let count = rule.and_then(|rule| rule.min_count).map(|count| count.to_string());
    (amount.unwrap_or_default(), count.unwrap_or_default())
}

/// What a template counts as it is typed: pieces, kilograms or litres.
#[must_use]
pub fn quantity_text(basis: FreightBasis, quantity: i64) -> String {
    match basis {
        FreightBasis::Piece => quantity.to_string(),
        FreightBasis::WeightG | FreightBasis::VolumeCm3 => thousandths_text(quantity),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> TemplateForm {
        let row = |regions: &str, surcharge: &str| RowForm {
            regions: regions.to_owned(),
            first_quantity: "1".to_owned(),
            first_fee: "8".to_owned(),
            step_quantity: "0.5".to_owned(),
            step_fee: "2.50".to_owned(),
            surcharge: surcharge.to_owned(),
            ..RowForm::default()
        };
        let nowhere =
            RowForm { regions: "台湾".to_owned(), refused: "on".to_owned(), ..RowForm::default() };
        TemplateForm {
            name: "按重量".to_owned(),
            basis: "weight".to_owned(),
            free_amount: "99".to_owned(),
            free_count: String::new(),
            rows: vec![row("", ""), row("新疆、西藏", "15"), nowhere, RowForm::default()],
        }
    }

    fn wrong(form: &TemplateForm) -> Vec<(String, Problem)> {
        match read_template(form) {
            Err(ServiceError::Invalid(errors)) => {
                errors.into_iter().map(|error| (error.field, error.problem)).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_stored_is_shown_as_it_was_typed() {
        let content = read_template(&form()).unwrap();
        assert_eq!(content.rows.len(), 3, "a row in which nothing was typed is none");
        assert_eq!(
            (content.rows[1].region_prefixes.as_str(), content.rows[1].surcharge_fen),
            ("65 54", 1_500)
        );
        assert_eq!((content.rows[0].first_quantity, content.rows[0].step_quantity), (1_000, 500));
        let template = FreightTemplate {
            id: FreightTemplateId::from_i64(1),
            basis: FreightBasis::WeightG,
            rows: content.rows.iter().cloned().map(super::super::row_of).collect(),
            free_rule: free_rule(content.free_from_fen, content.free_from_count),
        };
        let shown = form_of(&content.name, &content.basis, &template);
        assert_eq!(shown.rows[1].regions, "新疆维吾尔自治区、西藏自治区");
        assert_eq!(read_template(&shown).unwrap(), content);
    }

    #[test]
    fn every_row_is_checked_and_named() {
        let mut typed = form();
        typed.name.clear();
        typed.rows[0].first_fee.clear();
        typed.rows[1].regions = "新疆、火星".to_owned();
        typed.rows[1].step_quantity = "0".to_owned();
        typed.rows[3].free = "own".to_owned();
        let fields: Vec<String> = wrong(&typed).into_iter().map(|(field, _)| field).collect();
        for field in [
            "name",
            "rows.0.first_fee",
            "rows.1.regions",
            "rows.1.step_quantity",
            "rows.3.regions",
            "rows.3.free_amount",
        ] {
            assert!(fields.iter().any(|known| known == field), "{field}: {fields:?}");
        }
    }

    #[test]
    fn a_region_stands_in_one_row_and_something_is_delivered_somewhere() {
        let mut typed = form();
        typed.rows[2].regions = "65".to_owned();
        assert_eq!(wrong(&typed), [("rows.2.regions".to_owned(), Problem::DuplicateOfRow { row: 1 })]);
        let mut typed = form();
        typed.rows.iter_mut().take(3).for_each(|row| row.refused = "on".to_owned());
        assert_eq!(wrong(&typed), [("rows.0.refused".to_owned(), Problem::NoDeliveryAnywhere)]);
    }
}
