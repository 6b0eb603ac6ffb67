//! From the form in the browser to the use case.

use domain::failure::{FieldError, Problem};
use domain::ids::ProductId;
use service::listing::{ListingForm, SaveListing, VariantForm};
use service::{ServiceError, Services, Viewer};

use super::api::{DraftForm, SavedDraft};

/// A form that was saved. Rows that are blank or to be removed do not reach the use case, so the rows it speaks of
/// are counted among the others, in the same way as the page counts them when it shows the form again.
#[derive(Debug)]
pub(super) struct SavedForm {
    pub(super) version: i64,
    pub(super) problems: Vec<FieldError>,
    /// For each row that was sent on, its place in the browser's form.
    kept: Vec<usize>,
    new_ids: Vec<(usize, String)>,
}

impl SavedForm {
    /// The same with rows counted as in the browser's form.
    pub(super) fn for_island(self) -> SavedDraft {
        let kept = self.kept;
        let mut problems = self.problems;
        for problem in &mut problems {
            problem.field = moved(&problem.field, &kept);
        }
        SavedDraft { version: self.version, new_ids: self.new_ids, problems }
    }
}

fn moved(field: &str, kept: &[usize]) -> String {
    let mut parts = field.splitn(3, '.');
    if let (Some("variants"), Some(row), Some(column)) = (parts.next(), parts.next(), parts.next())
        && let Some(place) = row.parse::<usize>().ok().and_then(|row| kept.get(row))
    {
        return format!("variants.{place}.{column}");
    }
    field.to_owned()
}

/// Saves the form.
///
/// # Errors
/// As [`service::listing::save_draft`]; rows are counted without blank and removed ones.
pub(super) async fn save(
    services: &Services,
    viewer: &Viewer,
    form: &DraftForm,
) -> service::Result<SavedForm> {
    viewer.require_user()?;
    let product: ProductId = form.product.parse().map_err(|_| ServiceError::NotFound)?;
    let version =
        form.version.trim().parse().map_err(|_| ServiceError::invalid("version", Problem::NotANumber))?;
    let rows = kept_rows(&form.listing.variants);
    let typed: Vec<VariantForm> = rows.iter().map(|(_, row)| (*row).clone()).collect();
    let command = SaveListing { product, version, form: listing_form(form, typed.clone()) };
    let saved = service::listing::save_draft(services, viewer, &command).await?;
    let stored = service::listing::edit_page(services, viewer, product).await?.form.variants;
    let mut named = typed;
    adopt_ids(&mut named, &stored);
    let new_ids = rows
        .iter()
        .zip(&named)
        .filter(|((_, row), named)| row.id.is_empty() && !named.id.is_empty())
        .map(|((place, _), named)| (*place, named.id.clone()))
        .collect();
    let kept = rows.iter().map(|(place, _)| *place).collect();
    Ok(SavedForm { version: saved.version, problems: saved.problems, kept, new_ids })
}

/// Rows that mean a variant, with their places in the form.
pub(super) fn kept_rows(rows: &[VariantForm]) -> Vec<(usize, &VariantForm)> {
    rows.iter().enumerate().filter(|(_, row)| row.remove != "on" && **row != VariantForm::default()).collect()
}

/// Gives rows that were stored a moment ago the ids they have got; otherwise saving again would make them twice.
pub(super) fn adopt_ids(rows: &mut [VariantForm], stored: &[VariantForm]) {
    let mut used: Vec<String> = rows.iter().map(|row| row.id.clone()).filter(|id| !id.is_empty()).collect();
    let price = |text: &str| domain::money::Fen::parse_yuan(text).ok();
    // What is sold by weight may have had its price worked out.
    let is_same = |stored: &str, typed: &str| price(stored).is_some() && price(stored) == price(typed);
    for row in rows.iter_mut().filter(|row| row.id.trim().is_empty()) {
        let found = stored.iter().find(|known| {
            !used.contains(&known.id)
                && known.name == row.name.trim()
                && (is_same(&known.price, &row.price) || is_same(&known.per_kg, &row.per_kg))
        });
        if let Some(known) = found {
            row.id.clone_from(&known.id);
            used.push(known.id.clone());
        }
    }
}

/// The id of a photo's text in the form.
pub(super) fn photo_id(text: &str) -> &str {
    text.split(':').next().unwrap_or_default().trim()
}

/// What was typed, with these rows of variants.
pub(super) fn listing_form(form: &DraftForm, variants: Vec<VariantForm>) -> ListingForm {
    let photos = form.listing.photos.iter().map(|photo| photo_id(photo).to_owned()).collect();
    ListingForm { variants, photos, ..form.listing.clone() }
}

/// A quantity as typed in base units: people weigh in kilograms what is counted in grams. What cannot be read is
/// passed on as it is, for the use case to refuse.
pub(crate) fn in_base_units(typed: &str, base_unit: &str) -> String {
    let Ok(plain) = domain::thousands::without_grouping(typed) else { return typed.to_owned() };
    if base_unit != "g" || plain.is_empty() {
        return plain;
    }
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", plain.strip_prefix('+').unwrap_or(&plain)),
    };
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(decimals) || decimals.len() > 3 || whole.len() + decimals.len() == 0 {
        return plain;
    }
    format!("{sign}{whole}{decimals:0<3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kilograms_are_typed_and_grams_are_stored() {
        for (typed, grams) in [
            ("20", "20000"),
            ("0.5", "0500"),
            ("-1.25", "-1250"),
            ("+3", "3000"),
            ("２", "2000"),
            ("10,000", "10000000"),
            ("1 250.5", "1250500"),
        ] {
            assert_eq!(in_base_units(typed, "g"), grams, "{typed}");
        }
        assert_eq!(
            in_base_units("1,5", "g"),
            "1,5",
            "refused by the rule that it is read by, and not fifteen grams"
        );
        assert_eq!(in_base_units("20", "piece"), "20");
        assert_eq!(in_base_units("twenty", "g"), "twenty", "the use case says what is wrong");
        assert_eq!(in_base_units("1.2345", "g"), "1.2345");
    }

    #[test]
    fn a_row_that_was_stored_is_not_stored_again() {
        let row = |id: &str, name: &str, price: &str| VariantForm {
            id: id.to_owned(),
            name: name.to_owned(),
            price: price.to_owned(),
            ..VariantForm::default()
        };
        let stored = [row("a", "罐装", "128.00"), row("b", "礼盒", "328.00")];
        let mut typed = [row("a", "罐装", "128"), row("", "礼盒 ", "328"), row("", "礼盒", "999")];
        adopt_ids(&mut typed, &stored);
        assert_eq!(typed.map(|row| row.id), ["a", "b", ""]);
    }

    #[test]
    fn problems_name_the_row_in_the_browser() {
        assert_eq!(moved("variants.1.price", &[0, 3]), "variants.3.price");
        assert_eq!(moved("name", &[0]), "name");
    }
}
