//! What invoice a buyer wishes for. The platform records and exports it; the tax system issues the invoice.

use serde::{Deserialize, Serialize};

use crate::contact::{ContactPhone, Email};
use crate::failure::{FieldError, Problem};
use crate::search_text::fold_width;
use crate::tax_number::TaxNumber;
use crate::word::words;

/// The most characters of a title 抬头.
pub const TITLE_MAX_CHARS: i64 = 100;
const ADDRESS_MAX_CHARS: i64 = 200;
const BANK_MAX_CHARS: i64 = 100;
/// Account numbers have 8 to 32 digits; banks of the mainland use 12 to 21 today.
const ACCOUNT_MIN_DIGITS: usize = 8;
const ACCOUNT_MAX_DIGITS: usize = 32;

words! {
    /// The two kinds of VAT invoice a unit may wish for.
    pub enum InvoiceKind {
        /// 增值税普通发票.
        Ordinary = "ordinary",
        /// 增值税专用发票: the unit deducts the tax, so its address, telephone, bank and account are needed.
        Special = "special",
    }
}

/// The wish, as typed or, after [`InvoiceWish::validated`], as normalised. Empty texts mean "not given".
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "header", rename_all = "snake_case")]
pub enum InvoiceWish {
    /// No invoice.
    #[default]
    None,
    /// An ordinary invoice to a person.
    Person {
        /// The person's name or simply 个人.
        title: String,
        /// Where the invoice is sent; may be empty.
        #[serde(default)]
        email: String,
    },
    /// An invoice to a unit.
    Unit {
        /// Ordinary or special VAT.
        kind: InvoiceKind,
        /// The unit's registered name.
        title: String,
        /// Its tax number.
        tax_number: String,
        /// Where the invoice is sent; may be empty.
        #[serde(default)]
        email: String,
        /// Registered telephone; needed for special VAT.
        #[serde(default)]
        phone: String,
        /// Registered address; needed for special VAT.
        #[serde(default)]
        address: String,
        /// Bank and branch; needed for special VAT.
        #[serde(default)]
        bank: String,
        /// Account number; needed for special VAT.
        #[serde(default)]
        account: String,
    },
}

impl InvoiceWish {
    /// The normalised wish: blanks trimmed, e-mail, telephone, tax number and account in their one written form.
    ///
    /// # Errors
    /// Every field that is missing or wrong, named `title`, `tax_number`, `email`, `phone`, `address`, `bank`,
    /// `account`.
    pub fn validated(self) -> Result<Self, Vec<FieldError>> {
        let mut check = Check::default();
        let valid = match self {
            Self::None => Self::None,
            Self::Person { title, email } => Self::Person {
                title: check.text("title", &title, true, TITLE_MAX_CHARS),
                email: check.email(&email),
            },
            Self::Unit { kind, title, tax_number, email, phone, address, bank, account } => {
                let needed = kind == InvoiceKind::Special;
                Self::Unit {
                    kind,
                    title: check.text("title", &title, true, TITLE_MAX_CHARS),
                    tax_number: check.tax_number(&tax_number),
                    email: check.email(&email),
                    phone: check.phone(&phone, needed),
                    address: check.text("address", &address, needed, ADDRESS_MAX_CHARS),
                    bank: check.text("bank", &bank, needed, BANK_MAX_CHARS),
                    account: check.account(&account, needed),
                }
            }
        };
        if check.errors.is_empty() { Ok(valid) } else { Err(check.errors) }
    }
}

/// Normalises field after field and collects what is wrong.
#[derive(Debug, Default)]
struct Check {
    errors: Vec<FieldError>,
}

impl Check {
    fn fail(&mut self, field: &str, problem: Problem) -> String {
        self.errors.push(FieldError::new(field, problem));
        String::new()
    }

    fn text(&mut self, field: &str, typed: &str, needed: bool, max: i64) -> String {
        let text = typed.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() && needed {
            return self.fail(field, Problem::Missing);
        }
        if i64::try_from(text.chars().count()).is_ok_and(|length| length <= max) {
            text
        } else {
            self.fail(field, Problem::TooLong { max })
        }
    }

    fn tax_number(&mut self, typed: &str) -> String {
        match TaxNumber::parse(typed) {
            Ok(number) => number.into(),
            Err(error) => self.fail("tax_number", error.into()),
        }
    }

    fn email(&mut self, typed: &str) -> String {
        if typed.trim().is_empty() {
            return String::new();
        }
        match Email::parse(typed) {
            Ok(email) => email.into(),
            Err(error) => self.fail("email", error.into()),
        }
    }

    fn phone(&mut self, typed: &str, needed: bool) -> String {
        if typed.trim().is_empty() && !needed {
            return String::new();
        }
        match ContactPhone::parse(typed) {
            Ok(phone) => phone.into(),
            Err(error) => self.fail("phone", error.into()),
        }
    }

    fn account(&mut self, typed: &str, needed: bool) -> String {
        let account: String = fold_width(typed).chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        if account.is_empty() {
            return if needed { self.fail("account", Problem::Missing) } else { account };
        }
        if !account.bytes().all(|b| b.is_ascii_digit()) {
            return self.fail("account", Problem::NotANumber);
        }
        if account.len() < ACCOUNT_MIN_DIGITS {
            return self.fail("account", Problem::TooShort { min: 8 });
        }
        if account.len() > ACCOUNT_MAX_DIGITS {
            return self.fail("account", Problem::TooLong { max: 32 });
        }
        account
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn unit(kind: InvoiceKind) -> InvoiceWish {
        InvoiceWish::Unit {
            kind,
            title: " 测试大学  后勤处 ".into(),
            tax_number: "91350100m000100y43".into(),
            email: "Finance@Example.com".into(),
            phone: "029 8765 4321".into(),
            address: "测试路1号".into(),
            bank: "测试银行".into(),
            account: "6100 1234 5678".into(),
        }
    }

    fn fields(wish: InvoiceWish) -> Vec<(String, Problem)> {
        wish.validated().unwrap_err().into_iter().map(|error| (error.field, error.problem)).collect()
    }

    #[test]
    fn a_complete_special_invoice_is_normalised() {
        let Ok(InvoiceWish::Unit { title, tax_number, email, phone, account, .. }) =
            unit(InvoiceKind::Special).validated()
        else {
            panic!("refused");
        };
        assert_eq!(title, "测试大学 后勤处");
        assert_eq!(tax_number, "91350100M000100Y43");
        assert_eq!(email, "finance@example.com");
        assert_eq!(phone, "029-87654321");
        assert_eq!(account, "610012345678");
    }

    #[test]
    fn a_special_invoice_needs_everything_and_each_field_is_named() {
        let empty = |kind| InvoiceWish::Unit {
            kind,
            title: "测试大学".into(),
            tax_number: "91350100M000100Y44".into(),
            email: "x".into(),
            phone: String::new(),
            address: String::new(),
            bank: " ".into(),
            account: String::new(),
        };
        let wrong = |field: &str, problem| (field.to_owned(), problem);
        let always =
            vec![wrong("tax_number", Problem::TaxNumberCheckDigit), wrong("email", Problem::NotAnEmail)];
        assert_eq!(fields(empty(InvoiceKind::Ordinary)), always);
        let mut special = always;
        special.extend(["phone", "address", "bank", "account"].map(|field| wrong(field, Problem::Missing)));
        assert_eq!(fields(empty(InvoiceKind::Special)), special);
    }

    #[test]
    fn a_person_needs_a_title_only() {
        let person = |title: &str| InvoiceWish::Person { title: title.into(), email: String::new() };
        assert!(person("个人").validated().is_ok());
        assert_eq!(fields(person("　")), [("title".to_owned(), Problem::Missing)]);
        assert_eq!(fields(person(&"长".repeat(101))), [("title".to_owned(), Problem::TooLong { max: 100 })]);
    }

    #[test]
    fn no_invoice_is_always_right() {
        assert_eq!(InvoiceWish::None.validated(), Ok(InvoiceWish::None));
    }

    proptest! {
        #[test]
        fn validating_twice_changes_nothing(title in "\\PC{1,30}", email in "[a-c]{0,2}|a@b\\.cn", account in "[0-9 -]{0,34}", phone in "[0-9 -]{0,12}") {
            let wish = InvoiceWish::Unit {
                kind: InvoiceKind::Ordinary, title, tax_number: "610925123456789".into(), email, phone,
                address: String::new(), bank: String::new(), account,
            };
            if let Ok(valid) = wish.validated() {
                prop_assert_eq!(valid.clone().validated(), Ok(valid));
            }
        }
    }
}
