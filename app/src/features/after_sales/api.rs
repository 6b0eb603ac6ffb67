//! What buyer, seller and town do with an after-sale. Asking and talking carry photos and are uploads.

use domain::after_sale::ReturnedGoods;
use domain::failure::Problem;
use domain::ids::AfterSaleId;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use service::{ServiceError, after_sales};

use crate::AppError;
use crate::form::{Answer, Then, submit};
use crate::routes::paths;

/// An after-sale, and the key of the page that was looked at.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CaseForm {
    pub after_sale: String,
    pub key: String,
}

/// The same with words.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct WordsForm {
    pub after_sale: String,
    pub key: String,
    pub words: String,
}

fn id_of(text: &str) -> service::Result<AfterSaleId> {
    text.parse().map_err(|_| ServiceError::NotFound)
}

fn back(id: AfterSaleId) -> Then<()> {
    Then::go(paths::after_sale(id), ())
}

/// The seller agrees.
#[server(endpoint = "after_sales/agree")]
pub async fn agree_after_sale(#[server(flatten)] form: CaseForm) -> Result<Answer<()>, AppError> {
    submit(form, |services, viewer, form| async move {
        let id = id_of(&form.after_sale)?;
        after_sales::agree(&services, &viewer, id, &form.key).await?;
        Ok(back(id))
    })
    .await
}

/// The seller, or the second person, refuses with a reason.
#[server(endpoint = "after_sales/refuse")]
pub async fn refuse_after_sale(#[server(flatten)] form: WordsForm) -> Result<Answer<()>, AppError> {
    submit(form, |services, viewer, form| async move {
        let id = id_of(&form.after_sale)?;
        after_sales::refuse(&services, &viewer, id, &form.words, &form.key).await?;
        Ok(back(id))
    })
    .await
}

/// What the seller offers in place of what was asked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PartForm {
    pub after_sale: String,
    pub key: String,
    /// Yuan.
    pub amount: String,
    pub words: String,
}

/// The seller offers less than was asked for; the buyer keeps the goods.
#[server(endpoint = "after_sales/offer_part")]
pub async fn offer_part(#[server(flatten)] form: PartForm) -> Result<Answer<()>, AppError> {
    submit(form, |services, viewer, form| async move {
        let id = id_of(&form.after_sale)?;
        after_sales::offer_part(&services, &viewer, id, &form.amount, &form.words, &form.key).await?;
        Ok(back(id))
    })
    .await
}

/// The buyer takes what the seller offers.
#[server(endpoint = "after_sales/accept_offer")]
pub async fn accept_offer(#[server(flatten)] form: CaseForm) -> Result<Answer<()>, AppError> {
    submit(form, |services, viewer, form| async move {
        let id = id_of(&form.after_sale)?;
        after_sales::accept_offer(&services, &viewer, id, &form.key).await?;
        Ok(back(id))
    })
    .await
}

/// A second person confirms a large amount.
#[server(endpoint = "after_sales/confirm")]
pub async fn confirm_after_sale(#[server(flatten)] form: CaseForm) -> Result<Answer<()>, AppError> {
    submit(form, |services, viewer, form| async move {
        let id = id_of(&form.after_sale)?;
        after_sales::confirm_large(&services, &viewer, id, &form.key).await?;
        Ok(back(id))
    })
    .await
}

/// Goods that came back.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TakeBackForm {
    pub after_sale: String,
    pub key: String,
    /// `restock` or `write_off`.
    pub goods: String,
}

/// The seller has the goods back.
#[server(endpoint = "after_sales/take_back")]
pub async fn take_back_goods(#[server(flatten)] form: TakeBackForm) -> Result<Answer<()>, AppError> {
    submit(form, |services, viewer, form| async move {
        let id = id_of(&form.after_sale)?;
        let goods = ReturnedGoods::parse(&form.goods);
        let goods = goods.map_err(|_| ServiceError::invalid("goods", Problem::Missing))?;
        after_sales::take_back(&services, &viewer, id, goods, &form.key).await?;
        Ok(back(id))
    })
    .await
}

/// The buyer takes the request back.
#[server(endpoint = "after_sales/withdraw")]
pub async fn withdraw_after_sale(#[server(flatten)] form: CaseForm) -> Result<Answer<()>, AppError> {
    submit(form, |services, viewer, form| async move {
        let id = id_of(&form.after_sale)?;
        after_sales::withdraw(&services, &viewer, id, &form.key).await?;
        Ok(back(id))
    })
    .await
}

/// The buyer asks the town.
#[server(endpoint = "after_sales/appeal")]
pub async fn appeal_after_sale(#[server(flatten)] form: WordsForm) -> Result<Answer<()>, AppError> {
    submit(form, |services, viewer, form| async move {
        let id = id_of(&form.after_sale)?;
        after_sales::appeal(&services, &viewer, id, &form.words, &form.key).await?;
        Ok(back(id))
    })
    .await
}

/// Goods that were handed to a carrier.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SendBackForm {
    pub after_sale: String,
    pub key: String,
    pub carrier: String,
    pub tracking_number: String,
}

/// The buyer has sent the goods back.
#[server(endpoint = "after_sales/send_back")]
pub async fn send_goods_back(#[server(flatten)] form: SendBackForm) -> Result<Answer<()>, AppError> {
    submit(form, |services, viewer, form| async move {
        let id = id_of(&form.after_sale)?;
        let (carrier, number) = (form.carrier, form.tracking_number);
        after_sales::send_back(&services, &viewer, id, &carrier, &number, &form.key).await?;
        Ok(back(id))
    })
    .await
}

/// Pieces of a line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PiecesForm {
    pub line: String,
    pub quantity: String,
}

/// Money that the seller gives back unasked.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OfferForm {
    pub key: String,
    pub parcel: String,
    pub words: String,
    /// Yuan for pieces that the buyer keeps; blank for all that they cost.
    pub amount: String,
    pub lines: Vec<PiecesForm>,
}

/// The seller gives the money of pieces back without being asked.
#[server(endpoint = "after_sales/offer_refund")]
pub async fn offer_refund(#[server(flatten)] form: OfferForm) -> Result<Answer<()>, AppError> {
    submit(form, |services, viewer, form| async move {
        let pieces = |of: PiecesForm| after_sales::AskLine {
            line: of.line,
            quantity: of.quantity,
            ..Default::default()
        };
        let command = after_sales::OfferRefund {
            key: form.key,
            parcel: form.parcel,
            words: form.words,
            amount: form.amount,
            lines: form.lines.into_iter().map(pieces).collect(),
        };
        Ok(back(after_sales::offer_refund(&services, &viewer, command).await?))
    })
    .await
}

/// The town's decision.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DecideForm {
    pub after_sale: String,
    pub key: String,
    /// `uphold` or `dismiss`.
    pub then: String,
    /// Yuan, to find for the buyer in part; blank for all that was asked for.
    pub amount: String,
    pub words: String,
}

/// The town decides.
#[server(endpoint = "after_sales/decide")]
pub async fn decide_after_sale(#[server(flatten)] form: DecideForm) -> Result<Answer<()>, AppError> {
    submit(form, |services, viewer, form| async move {
        let id = id_of(&form.after_sale)?;
        let (words, key) = (&form.words, &form.key);
        match form.then.as_str() {
            "uphold" if !form.amount.trim().is_empty() => {
                after_sales::decide_part(&services, &viewer, id, &form.amount, words, key).await?;
            }
            "uphold" => after_sales::decide(&services, &viewer, id, true, words, key).await?,
            "dismiss" => after_sales::decide(&services, &viewer, id, false, words, key).await?,
            _ => return Err(ServiceError::invalid("then", Problem::Missing)),
        }
        Ok(back(id))
    })
    .await
}
