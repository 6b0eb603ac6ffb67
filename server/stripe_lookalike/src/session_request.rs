//! What a request for a checkout session must hold.
//!
//! Rule: <https://docs.stripe.com/api/checkout/sessions/create>.

use std::collections::BTreeMap;

use crate::error::ApiError;
use crate::form::{Form, show};
use crate::ledger::{Session, SessionStatus, World};

/// Stripe's bounds for `expires_at`, in seconds from now.
const EXPIRES_MIN_S: i64 = 30 * 60;
const EXPIRES_MAX_S: i64 = 24 * 60 * 60;

/// The ways to pay that the shop offers and that this look-alike therefore knows.
const METHODS: &[&str] = &["card", "alipay", "wechat_pay"];

const LOCALES: &[&str] = &[
    "auto", "bg", "cs", "da", "de", "el", "en", "en-GB", "es", "es-419", "et", "fi", "fil", "fr", "fr-CA",
    "hr", "hu", "id", "it", "ja", "ko", "lt", "lv", "ms", "mt", "nb", "nl", "pl", "pt", "pt-BR", "ro", "ru",
    "sk", "sl", "sv", "th", "tr", "vi", "zh", "zh-HK", "zh-TW",
];

const KNOWN_PARAMETERS: &[&str] = &[
    "mode",
    "line_items",
    "success_url",
    "cancel_url",
    "client_reference_id",
    "customer_email",
    "expires_at",
    "locale",
    "metadata",
    "payment_intent_data",
    "allowed_payment_method_types",
    "payment_method_options",
    "expand",
    "submit_type",
    "currency",
];

/// `POST /v1/checkout/sessions`.
pub(crate) fn create(world: &mut World, form: &Form, now_ms: i64) -> Result<Session, ApiError> {
    form.only(KNOWN_PARAMETERS)?;
    if form.need(&["mode"])? != "payment" {
        return Err(ApiError::invalid("mode", "parameter_invalid", "Only mode=payment is offered here."));
    }
    let success_url = url(form, "success_url")?.ok_or_else(|| {
        ApiError::invalid("success_url", "parameter_missing", "Missing required param: success_url.")
    })?;
    let cancel_url = url(form, "cancel_url")?;
    let (amount, line_names) = line_items(form)?;
    let (payment_method_types, allowed_payment_method_types) = methods(form)?;
    let now_s = now_ms.div_euclid(1000);
    let session = Session {
        id: world.new_id("cs_test_a1", 56),
        status: SessionStatus::Open,
        paid: false,
        amount,
        currency: "cny".to_owned(),
        line_names,
        client_reference_id: at_most(form, "client_reference_id", 200)?,
        customer_email: email(form)?,
        metadata: metadata(form, &["metadata"])?,
        intent_metadata: metadata(form, &["payment_intent_data", "metadata"])?,
        intent_description: form.get(&["payment_intent_data", "description"]).map(str::to_owned),
        payment_method_types,
        allowed_payment_method_types,
        success_url,
        cancel_url,
        locale: locale(form)?,
        created: now_s,
        expires_at: expires_at(form, now_s)?,
        intent_id: None,
        settlement: None,
    };
    world.ledger.sessions.insert(session.id.clone(), session.clone());
    world.note_due(session.expires_at.saturating_mul(1000));
    world.dirty = true;
    Ok(session)
}

fn line_items(form: &Form) -> Result<(i64, Vec<String>), ApiError> {
    let mut total: i64 = 0;
    let mut names = Vec::new();
    for index in 0..100 {
        let index = index.to_string();
        let base = ["line_items", index.as_str()];
        let price = [base[0], base[1], "price_data"];
        let currency_path = [price[0], price[1], price[2], "currency"];
        let amount_path = [price[0], price[1], price[2], "unit_amount"];
        if index != "0" && form.get(&currency_path).is_none() {
            break;
        }
        let currency = form.need(&currency_path)?;
        if !currency.eq_ignore_ascii_case("cny") {
            let message = format!("Invalid currency: {currency}. This account takes cny only.");
            return Err(ApiError::invalid(&show(&currency_path), "parameter_invalid", message));
        }
        names.push(form.need(&[price[0], price[1], price[2], "product_data", "name"])?.to_owned());
        form.need(&amount_path)?;
        let unit_amount = form.integer(&amount_path)?.unwrap_or(0);
        let quantity = form.integer(&[base[0], base[1], "quantity"])?.unwrap_or(1);
        let sum = unit_amount.checked_mul(quantity).and_then(|line| total.checked_add(line));
        total = match sum {
            Some(sum) if unit_amount > 0 && quantity > 0 => sum,
            _ => {
                let message = "Invalid amount: unit_amount and quantity must be greater than 0.";
                return Err(ApiError::invalid(&show(&amount_path), "parameter_invalid_integer", message));
            }
        };
    }
    // Stripe's upper bound: eight digits.
    if total > 99_999_999 {
        let message = "The Checkout Session's total amount must be no more than ¥999,999.99.";
        return Err(ApiError::invalid("line_items", "amount_too_large", message));
    }
    Ok((total, names))
}

/// The offered ways to pay, and the filter as given.
fn methods(form: &Form) -> Result<(Vec<String>, Option<Vec<String>>), ApiError> {
    let name = "allowed_payment_method_types";
    let given: Vec<String> = form.under(&[name]).into_iter().map(|(_, value)| value.to_owned()).collect();
    if let Some(unknown) = given.iter().find(|method| !METHODS.contains(&method.as_str())) {
        let message = format!("The payment method type provided: {unknown} is invalid.");
        return Err(ApiError::invalid(name, "payment_intent_invalid_parameter", message));
    }
    let filter = (!given.is_empty()).then_some(given);
    let offered = filter.clone().unwrap_or_else(|| vec!["card".to_owned()]);
    let client_path = ["payment_method_options", "wechat_pay", "client"];
    if offered.iter().any(|method| method == "wechat_pay") && form.get(&client_path) != Some("web") {
        let message = "When using the wechat_pay payment method in Checkout, client must be 'web'.";
        return Err(ApiError::invalid(&show(&client_path), "parameter_missing", message));
    }
    Ok((offered, filter))
}

fn url(form: &Form, name: &str) -> Result<Option<String>, ApiError> {
    match form.get(&[name]) {
        None => Ok(None),
        Some(url) if url.starts_with("https://") || url.starts_with("http://") => Ok(Some(url.to_owned())),
        Some(_) => Err(ApiError::invalid(name, "url_invalid", "Not a valid URL")),
    }
}

fn email(form: &Form) -> Result<Option<String>, ApiError> {
    match form.get(&["customer_email"]) {
        Some(email) if !email.contains('@') => Err(ApiError::invalid(
            "customer_email",
            "email_invalid",
            format!("Invalid email address: {email}"),
        )),
        other => Ok(other.map(str::to_owned)),
    }
}

fn locale(form: &Form) -> Result<Option<String>, ApiError> {
    match form.get(&["locale"]) {
        Some(locale) if !LOCALES.contains(&locale) => {
            Err(ApiError::invalid("locale", "parameter_invalid", format!("Invalid locale: {locale}")))
        }
        other => Ok(other.map(str::to_owned)),
    }
}

fn expires_at(form: &Form, now_s: i64) -> Result<i64, ApiError> {
    let at = form.integer(&["expires_at"])?.unwrap_or(now_s + EXPIRES_MAX_S);
    let bounds = now_s + EXPIRES_MIN_S..=now_s + EXPIRES_MAX_S;
    if bounds.contains(&at) {
        return Ok(at);
    }
    let message = "The `expires_at` timestamp must be between 30 minutes and 24 hours from now.";
    Err(ApiError::invalid("expires_at", "parameter_invalid_integer", message))
}

fn at_most(form: &Form, name: &str, most: usize) -> Result<Option<String>, ApiError> {
    match form.get(&[name]) {
        Some(text) if text.chars().count() > most => {
            let message = format!("Invalid string: must be at most {most} characters");
            Err(ApiError::invalid(name, "parameter_invalid_string_length", message))
        }
        other => Ok(other.map(str::to_owned)),
    }
}

/// Metadata within Stripe's bounds: 50 keys of 40 characters with values of 500.
pub(crate) fn metadata(form: &Form, path: &[&str]) -> Result<BTreeMap<String, String>, ApiError> {
    let entries = form.under(path);
    let too_long = |(key, value): &(&str, &str)| key.chars().count() > 40 || value.chars().count() > 500;
    if entries.len() > 50 || entries.iter().any(too_long) {
        let message =
            "Metadata can have up to 50 keys of up to 40 characters with values of up to 500 characters.";
        return Err(ApiError::invalid(&show(path), "parameter_invalid", message));
    }
    Ok(entries.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_taken_that_the_published_description_does_not_know() {
        let description = include_str!("../tests/data/requests.json");
        let description: serde_json::Value = serde_json::from_str(description).unwrap();
        let create = &description["operations"]["POST /v1/checkout/sessions"];
        let names = create["top_level"].as_array().unwrap();
        for name in KNOWN_PARAMETERS {
            assert!(names.iter().any(|known| known == name), "{name}");
        }
        let locales = create["parameters"]["locale"]["enum"].as_array().unwrap();
        assert_eq!(locales, LOCALES);
        let methods = &create["parameters"]["allowed_payment_method_types[*]"]["enum"];
        for method in METHODS {
            assert!(methods.as_array().unwrap().iter().any(|known| known == method), "{method}");
        }
    }
}
