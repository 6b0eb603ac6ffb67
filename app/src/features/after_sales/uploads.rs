//! What comes with photos: the request itself, what is said about it, and the receipt of a return.

use domain::ids::AfterSaleId;
use serde::{Deserialize, Serialize};
use service::ServiceError;
use service::after_sales::{AskAfterSale, PHOTOS_BYTES, ask_after_sale, claim_postage, say};

use super::super::listing::typed;
use crate::AppError;
use crate::form::{Answer, Then, UploadForm, submit};
use crate::routes::{Upload, paths};

/// Where a request goes.
pub(super) const ASK_PATH: &str = "/upload/after-sale";
/// Where a message goes.
pub(super) const SAY_PATH: &str = "/upload/after-sale-message";

/// Where the receipt of a return's postage goes.
pub(super) const POSTAGE_PATH: &str = "/upload/after-sale-postage";

/// The uploads of this feature.
#[must_use]
pub fn uploads() -> Vec<Upload> {
    vec![
        Upload::new(ASK_PATH, PHOTOS_BYTES, ask).of_buyers(),
        Upload::new(SAY_PATH, PHOTOS_BYTES, talk).of_buyers(),
        Upload::new(POSTAGE_PATH, PHOTOS_BYTES, postage).of_buyers(),
    ]
}

/// A message.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct SayForm {
    after_sale: String,
    key: String,
    words: String,
}

fn read<T: serde::de::DeserializeOwned + Default>(values: Vec<(String, String)>) -> T {
    typed::read(values.into_iter().map(|(name, value)| (typed::dotted(&name), value)))
}

async fn ask(mut form: UploadForm) -> Result<Answer<serde_json::Value>, AppError> {
    let photos = form.take_photos("photos");
    let typed: AskAfterSale = read(form.values);
    submit(typed, |services, viewer, form| async move {
        let id = ask_after_sale(&services, &viewer, form, photos).await?;
        Ok(Then::go(paths::after_sale(id), serde_json::Value::Null))
    })
    .await
}

async fn talk(mut form: UploadForm) -> Result<Answer<serde_json::Value>, AppError> {
    let photos = form.take_photos("photos");
    let typed: SayForm = read(form.values);
    submit(typed, |services, viewer, form| async move {
        let id: AfterSaleId = form.after_sale.parse().map_err(|_| ServiceError::NotFound)?;
        say(&services, &viewer, id, &form.words, photos, &form.key).await?;
        Ok(Then::go(format!("{}#said", paths::after_sale(id)), serde_json::Value::Null))
    })
    .await
}

/// What sending goods back cost.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct PostageForm {
    after_sale: String,
    key: String,
    /// Yuan.
    amount: String,
}

async fn postage(mut form: UploadForm) -> Result<Answer<serde_json::Value>, AppError> {
    let photos = form.take_photos("photos");
    let typed: PostageForm = read(form.values);
    submit(typed, |services, viewer, form| async move {
        let id: AfterSaleId = form.after_sale.parse().map_err(|_| ServiceError::NotFound)?;
        claim_postage(&services, &viewer, id, &form.amount, photos, &form.key).await?;
        Ok(Then::go(paths::after_sale(id), serde_json::Value::Null))
    })
    .await
}
