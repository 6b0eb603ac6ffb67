//! Telephone numbers and e-mail addresses as people type them, and the one field they log in with.

use serde::{Deserialize, Serialize};

use crate::failure::Problem;
use crate::search_text::fold_width;

/// Why a telephone number was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum PhoneError {
    /// Nothing was typed.
    #[error("the telephone number is missing")]
    Missing,
    /// Something that is neither a digit nor one of the separators people write.
    #[error("a telephone number has digits only")]
    Character,
    /// A mobile number has eleven digits.
    #[error("a mobile number has 11 digits, this one has {digits}")]
    Length {
        /// How many digits were found, without the country code.
        digits: usize,
    },
    /// Eleven digits, but not beginning with 13 to 19.
    #[error("a mobile number of the mainland begins with 13 to 19")]
    NotMobile,
    /// Begins like a landline but has no valid area code and 7 or 8 digits after it.
    #[error("a landline number has an area code and 7 or 8 digits")]
    NotLandline,
}

impl From<PhoneError> for Problem {
    fn from(error: PhoneError) -> Self {
        if error == PhoneError::Missing { Self::Missing } else { Self::NotAPhone }
    }
}

/// A mobile number of the mainland: eleven ASCII digits, 13… to 19….
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone(String);

impl Phone {
    /// Reads what a person typed: full-width digits, spaces, hyphens and a leading +86, 0086 or 86 are accepted.
    ///
    /// # Errors
    /// Says which rule the number breaks.
    pub fn parse(typed: &str) -> Result<Self, PhoneError> {
        let digits = national_digits(typed)?;
        if digits.len() != 11 {
            return Err(PhoneError::Length { digits: digits.len() });
        }
        let bytes = digits.as_bytes();
        if bytes[0] == b'1' && (b'3'..=b'9').contains(&bytes[1]) {
            Ok(Self(digits))
        } else {
            Err(PhoneError::NotMobile)
        }
    }

    /// The eleven digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last four digits: what a guest proves an order with, and what couriers ask for.
    #[must_use]
    pub fn phone_tail(&self) -> &str {
        tail(&self.0)
    }

    /// The form shown to anyone but the owner: `138****1234`.
    #[must_use]
    pub fn masked(&self) -> String {
        format!("{}****{}", &self.0[..3], self.phone_tail())
    }
}

/// A number a courier can call: a mobile number, or a landline written `0915-2520000` or `0915-2520000-12`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ContactPhone(String);

impl ContactPhone {
    /// Reads a mobile number or a landline with its area code.
    ///
    /// # Errors
    /// Says which rule the number breaks; a number beginning with 0 is judged as a landline.
    pub fn parse(typed: &str) -> Result<Self, PhoneError> {
        let digits = national_digits(typed)?;
        if !digits.starts_with('0') {
            return Phone::parse(typed).map(|phone| Self(phone.0));
        }
        // Beijing is 010 and the largest cities are 02x; every other area code has four digits.
        let area_len = if digits.starts_with("010") || digits.starts_with("02") { 3 } else { 4 };
        let (area, _) = digits.split_at_checked(area_len).ok_or(PhoneError::NotLandline)?;
        // The extension is told apart only by the separator, so the typed groups are needed again.
        let groups: Vec<String> = fold_width(typed)
            .split(|c: char| !c.is_ascii_digit())
            .filter(|group| !group.is_empty())
            .map(ToOwned::to_owned)
            .collect();
        let extension = match groups.as_slice() {
            [.., before, last] if (1..=6).contains(&last.len()) && before.len() >= 7 => last.as_str(),
            _ => "",
        };
        let number = &digits[area_len..digits.len() - extension.len().min(digits.len() - area_len)];
        let valid =
            (7..=8).contains(&number.len()) && area.as_bytes()[1] != b'0' && !number.starts_with(['0', '1']);
        match (valid, extension) {
            (false, _) => Err(PhoneError::NotLandline),
            (true, "") => Ok(Self(format!("{area}-{number}"))),
            (true, extension) => Ok(Self(format!("{area}-{number}-{extension}"))),
        }
    }

    /// The normalised number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The mobile number, where it is one.
    #[must_use]
    pub fn mobile(&self) -> Option<Phone> {
        (!self.0.starts_with('0')).then(|| Phone(self.0.clone()))
    }

    /// The last four digits of the number, of a landline those before its extension.
    #[must_use]
    pub fn phone_tail(&self) -> &str {
        let number = self.0.split('-').nth(1).unwrap_or(&self.0);
        tail(number)
    }

    /// `138****1234`, of a landline `0915-****1234`.
    #[must_use]
    pub fn masked(&self) -> String {
        match self.0.split_once('-') {
            Some((area, _)) => format!("{area}-****{}", self.phone_tail()),
            None => format!("{}****{}", &self.0[..3], self.phone_tail()),
        }
    }
}

impl From<Phone> for ContactPhone {
    fn from(phone: Phone) -> Self {
        Self(phone.0)
    }
}

fn tail(digits: &str) -> &str {
    &digits[digits.len().saturating_sub(4)..]
}

/// Digits without separators and without the country code.
fn national_digits(typed: &str) -> Result<String, PhoneError> {
    let mut digits = String::new();
    let mut international = false;
    for c in fold_width(typed).trim().chars() {
        match c {
            '0'..='9' => digits.push(c),
            '+' if digits.is_empty() && !international => international = true,
            '-' | '(' | ')' | '.' | '\u{2010}'..='\u{2015}' => {}
            _ if is_blank(c) => {}
            _ => return Err(PhoneError::Character),
        }
    }
    if digits.is_empty() {
        return Err(PhoneError::Missing);
    }
    if digits.starts_with("0086") {
        digits.drain(..4);
    } else if digits.starts_with("86") && (international || digits.len() > 11) {
        digits.drain(..2);
        // Callers from abroad drop the zero of an area code; a mobile number never begins with anything but 1.
        if !digits.starts_with(['0', '1']) {
            digits.insert(0, '0');
        }
    }
    Ok(digits)
}

/// White space, and the invisible direction and joining marks that come along when a number is copied from a contact.
fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Why an e-mail address was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum EmailError {
    /// Nothing was typed.
    #[error("the e-mail address is missing")]
    Missing,
    /// More than 254 characters, or more than 64 before the @ (RFC 5321).
    #[error("the e-mail address is too long")]
    TooLong,
    /// Not `name@domain` with one @ and a domain of at least two labels.
    #[error("this is not an e-mail address")]
    Form,
}

impl From<EmailError> for Problem {
    fn from(error: EmailError) -> Self {
        match error {
            EmailError::Missing => Self::Missing,
            EmailError::TooLong => Self::TooLong { max: 254 },
            EmailError::Form => Self::NotAnEmail,
        }
    }
}

/// An e-mail address, lower-cased. Whether it exists only a delivered letter can tell.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

impl Email {
    /// Reads what a person typed; full-width characters and surrounding blanks are accepted.
    ///
    /// # Errors
    /// Says which rule the address breaks.
    pub fn parse(typed: &str) -> Result<Self, EmailError> {
        let text = fold_width(typed).trim_matches(is_blank).to_ascii_lowercase();
        if text.is_empty() {
            return Err(EmailError::Missing);
        }
        let (local, host) = text.split_once('@').ok_or(EmailError::Form)?;
        if text.len() > 254 || local.len() > 64 {
            return Err(EmailError::TooLong);
        }
        let local_fits = local.split('.').all(|part| {
            !part.is_empty()
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&b))
        });
        let labels: Vec<&str> = host.split('.').collect();
        let host_fits = labels.len() >= 2
            && labels.iter().all(|label| {
                (1..=63).contains(&label.len())
                    && !label.starts_with('-')
                    && !label.ends_with('-')
                    && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            })
            && labels
                .last()
                .is_some_and(|top| top.len() >= 2 && top.starts_with(|c: char| c.is_ascii_alphabetic()));
        if local_fits && host_fits { Ok(Self(text)) } else { Err(EmailError::Form) }
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form shown to anyone but the owner: `b***@example.com`.
    #[must_use]
    pub fn masked(&self) -> String {
        let (local, host) = self.0.split_once('@').unwrap_or((&self.0, ""));
        format!("{}***@{host}", &local[..local.len().min(1)])
    }
}

/// What a person logs in with: one field takes either.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoginName {
    /// A mobile number.
    Phone(Phone),
    /// An e-mail address.
    Email(Email),
}

/// Why a login name was not accepted: judged as an e-mail address when it has an @, as a mobile number otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum LoginNameError {
    /// Without an @.
    #[error(transparent)]
    Phone(#[from] PhoneError),
    /// With an @.
    #[error(transparent)]
    Email(#[from] EmailError),
}

impl From<LoginNameError> for Problem {
    fn from(error: LoginNameError) -> Self {
        match error {
            LoginNameError::Phone(PhoneError::Missing) => Self::Missing,
            LoginNameError::Phone(PhoneError::Character) => Self::NotPhoneOrEmail,
            LoginNameError::Phone(error) => error.into(),
            LoginNameError::Email(error) => error.into(),
        }
    }
}

impl LoginName {
    /// Reads a mobile number or an e-mail address.
    ///
    /// # Errors
    /// Those of [`Phone::parse`] or [`Email::parse`].
    pub fn parse(typed: &str) -> Result<Self, LoginNameError> {
        if typed.contains(['@', '＠']) {
            Ok(Self::Email(Email::parse(typed)?))
        } else {
            Ok(Self::Phone(Phone::parse(typed)?))
        }
    }

    /// The normalised name, unique over all accounts.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Phone(phone) => phone.as_str(),
            Self::Email(email) => email.as_str(),
        }
    }

    /// The form shown to anyone but the owner.
    #[must_use]
    pub fn masked(&self) -> String {
        match self {
            Self::Phone(phone) => phone.masked(),
            Self::Email(email) => email.masked(),
        }
    }
}

/// Text in and out of forms and the database goes through the same rules.
macro_rules! as_text {
    ($name:ident, $error:ty) => {
        impl TryFrom<String> for $name {
            type Error = $error;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text)
            }
        }
        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}
as_text!(Phone, PhoneError);
as_text!(ContactPhone, PhoneError);
as_text!(Email, EmailError);

#[cfg(test)]
mod tests;
