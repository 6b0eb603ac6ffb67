//! What a listing must carry before it can be published, by food class (product page, "Food listing").

mod health;

use serde::{Deserialize, Serialize};

use crate::failure::{FieldError, Problem};
use crate::locale::Locale;
use crate::search_text::fold_width;
use crate::time::Date;
use crate::word::words;

pub use health::health_claims;

words! {
    /// The class a listing declares; it decides which papers are needed.
    pub enum FoodClass {
        /// 食用农产品: every batch comes with a 承诺达标合格证.
        FreshProduce = "fresh_produce",
        /// 预包装食品: made under a production licence (SC number).
        PackagedFood = "packaged_food",
        /// 小作坊食品: made by a registered small workshop, sold in a limited region.
        SmallWorkshop = "small_workshop",
        /// 活禽与肉类: every batch comes with a quarantine certificate.
        LivePoultryMeat = "live_poultry_meat",
        /// 非食品.
        NonFood = "non_food",
    }
}

impl FoodClass {
    /// The class as people call it.
    #[must_use]
    pub const fn text(self, locale: Locale) -> &'static str {
        match self {
            Self::FreshProduce => locale.pick("食用农产品", "Edible farm produce"),
            Self::PackagedFood => locale.pick("预包装食品", "Packaged food"),
            Self::SmallWorkshop => locale.pick("小作坊食品", "Small-workshop food"),
            Self::LivePoultryMeat => locale.pick("活禽与肉类", "Live poultry and meat"),
            Self::NonFood => locale.pick("非食品", "Not food"),
        }
    }
}

/// A production licence number: `SC` and 14 digits, the last of which checks the others.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ScNumber(String);

/// Why a production licence number was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum ScNumberError {
    /// Nothing was typed.
    #[error("the production licence number is missing")]
    Missing,
    /// Not `SC` and 14 digits, the first of them 1 (food) or 2 (food additive).
    #[error("a production licence number is SC and 14 digits beginning with 1 or 2")]
    Format,
    /// The last digit does not follow from the others: a typing error.
    #[error("the check digit of the production licence number does not match")]
    CheckDigit,
}

impl From<ScNumberError> for Problem {
    fn from(error: ScNumberError) -> Self {
        match error {
            ScNumberError::Missing => Self::Missing,
            ScNumberError::Format => Self::ScNumberFormat,
            ScNumberError::CheckDigit => Self::ScNumberCheckDigit,
        }
    }
}

impl ScNumber {
    /// Reads what a person typed; full-width and lower-case letters, blanks, hyphens and a missing `SC` are accepted.
    ///
    /// # Errors
    /// Says whether the form or the check digit is wrong.
    pub fn parse(typed: &str) -> Result<Self, ScNumberError> {
        let text: String = fold_width(typed)
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| c.to_ascii_uppercase())
            .collect();
        if text.is_empty() {
            return Err(ScNumberError::Missing);
        }
        let digits = text.strip_prefix("SC").unwrap_or(&text);
        if digits.len() != 14
            || !digits.bytes().all(|b| b.is_ascii_digit())
            || !digits.starts_with(['1', '2'])
        {
            return Err(ScNumberError::Format);
        }
        if sc_check_digit(&digits[..13]) != digits.chars().last() {
            return Err(ScNumberError::CheckDigit);
        }
        Ok(Self(format!("SC{digits}")))
    }

    /// `SC` and 14 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ScNumber {
    type Error = ScNumberError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<ScNumber> for String {
    fn from(number: ScNumber) -> Self {
        number.0
    }
}

impl std::fmt::Display for ScNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The digit that belongs after `digits` by ISO 7064 MOD 11,10 (GB/T 17710). `None` when a character is no digit.
#[must_use]
pub fn sc_check_digit(digits: &str) -> Option<char> {
    let mut product = 10;
    for c in digits.chars() {
        let sum = (c.to_digit(10)? + product) % 10;
        product = if sum == 0 { 10 } else { sum } * 2 % 11;
    }
    char::from_digit((11 - product) % 10, 10)
}

/// What the label of a product says. Empty texts mean "not given".
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FoodLabel {
    /// Production licence number.
    pub sc_number: String,
    /// Ingredients, in the order of their weight.
    pub ingredients: String,
    /// For example `250 g`.
    pub net_content: String,
    /// Name of the producer.
    pub producer: String,
    /// How to keep it.
    pub storage: String,
    /// Days from production to expiry.
    pub shelf_life_days: Option<i64>,
    /// Registration number of a small workshop.
    pub workshop_number: String,
    /// Where a small workshop may sell.
    pub sales_region: String,
}

/// The papers of one batch. Its product name and quantity are those of the product and the batch themselves.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct BatchPapers {
    /// Number of the 承诺达标合格证, where it has one.
    pub certificate_number: String,
    /// Who signed the certificate.
    pub issuer: String,
    /// Where it was grown.
    pub origin: String,
    /// When the certificate was signed.
    pub issued_on: Option<Date>,
    /// How to reach the issuer.
    pub contact: String,
    /// Number of the quarantine certificate.
    pub quarantine_number: String,
    /// Day of harvest or production.
    pub produced_on: Option<Date>,
    /// The last day it can be sold.
    pub expires_on: Option<Date>,
}

impl BatchPapers {
    /// The last day the batch can be sold: as stated, or production plus shelf life.
    #[must_use]
    pub fn expiry(&self, shelf_life_days: Option<i64>) -> Option<Date> {
        self.expires_on
            .or_else(|| Some(self.produced_on?.plus_days(shelf_life_days.filter(|days| *days > 0)?)))
    }
}

/// Everything that keeps a listing from being published, field by field.
///
/// `batches` are those to be sold, `texts` the names and values of the fields that describe the goods in words
/// (`name`, `story` …), `today` the day in China. Fields of a batch are named `batches.<index>.<field>`; `batches`
/// alone says that the class needs papers of at least one batch.
#[must_use]
pub fn check_listing(
    class: FoodClass,
    label: &FoodLabel,
    batches: &[BatchPapers],
    texts: &[(&str, &str)],
    today: Date,
) -> Vec<FieldError> {
    let mut found = check_label(class, label);
    let needs_batch = !matches!(class, FoodClass::NonFood | FoodClass::SmallWorkshop);
    if needs_batch && batches.is_empty() {
        found.push(FieldError::new("batches", Problem::Missing));
    }
    for (index, papers) in batches.iter().enumerate() {
        let problems = check_batch(class, label, papers, today);
        found.extend(
            problems
                .into_iter()
                .map(|(field, problem)| FieldError::new(format!("batches.{index}.{field}"), problem)),
        );
    }
    if class != FoodClass::NonFood {
        for (field, text) in texts {
            let claims = health_claims(text).into_iter();
            found.extend(claims.map(|word| FieldError::new(*field, Problem::HealthClaim { word })));
        }
    }
    found
}

fn check_label(class: FoodClass, label: &FoodLabel) -> Vec<FieldError> {
    let mut found = Vec::new();
    let mut need = |field: &str, value: &str| {
        if value.trim().is_empty() {
            found.push(FieldError::new(field, Problem::Missing));
        }
    };
    match class {
        FoodClass::PackagedFood => {
            need("ingredients", &label.ingredients);
            need("net_content", &label.net_content);
            need("producer", &label.producer);
            need("storage", &label.storage);
            if let Err(error) = ScNumber::parse(&label.sc_number) {
                found.push(FieldError::new("sc_number", error.into()));
            }
            match label.shelf_life_days {
                None => found.push(FieldError::new("shelf_life_days", Problem::Missing)),
                Some(1..=MAX_SHELF_LIFE_DAYS) => {}
                Some(_) => found.push(FieldError::new(
                    "shelf_life_days",
                    Problem::OutOfRange { min: 1, max: MAX_SHELF_LIFE_DAYS },
                )),
            }
        }
        FoodClass::SmallWorkshop => {
            need("workshop_number", &label.workshop_number);
            need("sales_region", &label.sales_region);
        }
        FoodClass::FreshProduce | FoodClass::LivePoultryMeat | FoodClass::NonFood => {}
    }
    found
}

/// A hundred years: some spirits and aged teas state "for long storage"; anything beyond is a slip.
const MAX_SHELF_LIFE_DAYS: i64 = 36_500;

fn check_batch(
    class: FoodClass,
    label: &FoodLabel,
    papers: &BatchPapers,
    today: Date,
) -> Vec<(&'static str, Problem)> {
    let mut found = Vec::new();
    let mut need = |field: &'static str, given: bool| {
        if !given {
            found.push((field, Problem::Missing));
        }
    };
    let filled = |text: &str| !text.trim().is_empty();
    match class {
        FoodClass::FreshProduce => {
            need("origin", filled(&papers.origin));
            need("issued_on", papers.issued_on.is_some());
            need("issuer", filled(&papers.issuer));
            need("contact", filled(&papers.contact));
        }
        FoodClass::PackagedFood => need("produced_on", papers.produced_on.is_some()),
        FoodClass::LivePoultryMeat => need("quarantine_number", filled(&papers.quarantine_number)),
        FoodClass::SmallWorkshop | FoodClass::NonFood => {}
    }
    if papers.issued_on.is_some_and(|day| day > today) {
        found.push(("issued_on", Problem::WrongOrder));
    }
    let expiry = papers.expiry(label.shelf_life_days);
    if let (Some(produced), Some(expires)) = (papers.produced_on, expiry)
        && expires < produced
    {
        found.push(("expires_on", Problem::WrongOrder));
    } else if expiry.is_some_and(|expires| expires < today) {
        found.push(("expires_on", Problem::Expired));
    }
    found
}

/// How fresh a batch is on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Freshness {
    /// More than a fifth of its shelf life is left.
    Fresh,
    /// In the last 20 % of its shelf life, which must be shown.
    NearExpiry {
        /// Whole days after today on which it can still be sold; 0 on the last day.
        days_left: i64,
    },
    /// Past its last day: it cannot be sold.
    Expired,
}

/// How fresh a batch produced on one day and to be sold until another (inclusive) is today.
#[must_use]
pub fn freshness(produced_on: Date, expires_on: Date, today: Date) -> Freshness {
    let days_left = today.days_until(expires_on);
    let shelf_life_days = produced_on.days_until(expires_on);
    if days_left < 0 {
        Freshness::Expired
    } else if days_left * 5 <= shelf_life_days {
        Freshness::NearExpiry { days_left }
    } else {
        Freshness::Fresh
    }
}

#[cfg(test)]
mod tests;
