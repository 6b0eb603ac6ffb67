//! Letters: written into the outbox with what they tell of, worded and sent by the worker.
//!
//! The outbox names the letter and whom it concerns; address, language and words are looked up when it is sent, and a
//! link that opens something is made at that moment, so that the database never holds one in clear. A letter is handed
//! over at least once: when the mail server's answer is lost, it is sent again. After [`MAX_TRIES`] it is given up,
//! which the audit log and its page show.

mod after_sale;
mod compose;
mod notification;
mod recall;
mod words;

use domain::after_sale::AfterSaleNote;
use domain::ids::{AfterSaleId, OrderId, ParcelId, RecallId, RefundId, TeamId, UserId};
use domain::locale::Locale;
use domain::notification::NotificationKind;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::orders::OrderRow;
use store::work::OutboxRow;
use store::{Conn, mail as rows};

use crate::ports::MailError;
use crate::{Result, ServiceError, Services, audit};

/// How long a claimed letter may take before another worker takes it over.
const CLAIM_MS: i64 = 180_000;
/// Letters taken at once; each may take as long as the mail server's timeout.
const BATCH: i64 = 5;
/// After so many tries, about four hours, a letter is given up.
pub const MAX_TRIES: i64 = 10;
const FIRST_PAUSE_MS: i64 = 30_000;
const LONGEST_PAUSE_MS: i64 = 3_600_000;

/// What is to be told, and to whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "letter", rename_all = "snake_case")]
pub(crate) enum Letter {
    /// A link to choose a new password.
    ResetPassword {
        user: UserId,
    },
    /// A link that proves that the pending address, or else the account's own, is theirs.
    ConfirmEmail {
        user: UserId,
    },
    /// The password is another one now; `by` is `owner`, `link` or `terminal`.
    PasswordChanged {
        user: UserId,
        by: String,
    },
    /// The account can be signed in to with one more passkey.
    PasskeyAdded {
        user: UserId,
        at_ms: i64,
    },
    /// To the address that is no longer the account's.
    EmailChanged {
        to: String,
        locale: String,
    },
    /// Somebody signed in from a device that was not seen before.
    NewSignIn {
        user: UserId,
        at_ms: i64,
        device: String,
        network: String,
    },
    /// To the address that the account had.
    AccountDeleted {
        to: String,
        locale: String,
    },
    OrderPlaced {
        order: OrderId,
    },
    OrderPaid {
        order: OrderId,
    },
    ParcelShipped {
        order: OrderId,
        parcel: ParcelId,
    },
    RefundSent {
        order: OrderId,
        refund: RefundId,
    },
    /// Goods of the order are of a batch that was recalled.
    BatchRecalled {
        order: OrderId,
        recall: RecallId,
    },
    /// To the county's administration: a batch was recalled.
    RecallNoted {
        user: UserId,
        recall: RecallId,
    },
    /// To who asked for them for the county: the second person has declined the refunds of a recall.
    RecallRefundsDeclined {
        user: UserId,
        recall: RecallId,
    },
    /// Something happened in an after-sale: to `user`, who sells or decides, or to the order's buyer.
    AfterSale {
        after_sale: AfterSaleId,
        note: AfterSaleNote,
        user: Option<UserId>,
    },
    /// To somebody who sells: so much of a kind was told of just now.
    Told {
        user: UserId,
        team: TeamId,
        kind: NotificationKind,
        count: i64,
    },
    /// To somebody who sells: what was told of between two moments and not read.
    Digest {
        user: UserId,
        since_ms: i64,
        until_ms: i64,
    },
}

impl Letter {
    /// The letter's kind, for logs and names of files.
    fn kind(&self) -> &'static str {
        match self {
            Self::ResetPassword { .. } => "reset-password",
            Self::ConfirmEmail { .. } => "confirm-email",
            Self::PasswordChanged { .. } => "password-changed",
            Self::PasskeyAdded { .. } => "passkey-added",
            Self::EmailChanged { .. } => "email-changed",
            Self::NewSignIn { .. } => "new-sign-in",
            Self::AccountDeleted { .. } => "account-deleted",
            Self::OrderPlaced { .. } => "order-placed",
            Self::OrderPaid { .. } => "order-paid",
            Self::ParcelShipped { .. } => "parcel-shipped",
            Self::RefundSent { .. } => "refund-sent",
            Self::BatchRecalled { .. } => "batch-recalled",
            Self::RecallNoted { .. } => "recall-noted",
            Self::RecallRefundsDeclined { .. } => "recall-refunds-declined",
            Self::AfterSale { .. } => "after-sale",
            Self::Told { .. } => "told",
            Self::Digest { .. } => "digest",
        }
    }

    /// What it is about, for whoever looks through the outbox.
    fn subject_id(&self) -> i64 {
        match self {
            Self::ResetPassword { user }
            | Self::ConfirmEmail { user }
            | Self::PasswordChanged { user, .. }
            | Self::PasskeyAdded { user, .. }
            | Self::NewSignIn { user, .. }
            | Self::RecallNoted { user, .. }
            | Self::RecallRefundsDeclined { user, .. }
            | Self::Told { user, .. }
            | Self::Digest { user, .. } => user.get(),
            Self::EmailChanged { .. } | Self::AccountDeleted { .. } => 0,
            Self::OrderPlaced { order }
            | Self::OrderPaid { order }
            | Self::ParcelShipped { order, .. }
            | Self::BatchRecalled { order, .. }
            | Self::RefundSent { order, .. } => order.get(),
            Self::AfterSale { after_sale, .. } => after_sale.get(),
        }
    }
}

/// Writes a letter into the outbox, in the transaction of what it tells of.
pub(crate) async fn post(conn: &mut Conn, services: &Services, letter: &Letter) -> Result<()> {
    let payload = serde_json::to_string(letter).map_err(ServiceError::internal)?;
    let (id, now_ms) = (services.new_id(), services.now_ms());
    Ok(store::work::insert_outbox(conn, id, rows::TOPIC, letter.subject_id(), &payload, now_ms).await?)
}

/// Where the buyer of an order is told what must not be missed: at the address of the order, or else at the proved one of
/// their account; empty when there is neither. Of a unit's order whoever no longer works for it is told nothing.
pub(crate) async fn address_of_buyer(conn: &mut Conn, order: &OrderRow) -> Result<String> {
    let Some(user) = order.user_id.filter(|_| order.email.is_empty()) else {
        return Ok(order.email.clone());
    };
    if let Some(unit) = order.unit_id {
        let roles = store::people::list_roles(conn, UserId::from_i64(user)).await?;
        if !roles.iter().any(|role| role.scope_id == unit && role.kind.starts_with("unit_")) {
            return Ok(String::new());
        }
    }
    let own = rows::find_email(conn, UserId::from_i64(user)).await?;
    Ok(own.filter(|own| own.verified_at_ms.is_some()).map(|own| own.value).unwrap_or_default())
}

/// [`post`] for what happens to an order: only when its buyer gave an address.
pub(crate) async fn post_of_order(
    conn: &mut Conn,
    services: &Services,
    order_email: &str,
    letter: Letter,
) -> Result<()> {
    if order_email.is_empty() { Ok(()) } else { post(conn, services, &letter).await }
}

/// Tells the owner of a sign-in from a device that the account was not signed in from before: for the sign-in, in its
/// transaction.
pub(crate) async fn post_of_sign_in(
    conn: &mut Conn,
    services: &Services,
    user: UserId,
    device: &str,
    network: &str,
) -> Result<()> {
    let known = rows::list_known_devices(conn, user).await?;
    rows::put_known_device(conn, user, device, services.now_ms()).await?;
    // The first device of an account is where it was made.
    let is_new = !known.is_empty() && !known.iter().any(|one| one == device);
    if !is_new || rows::find_email(conn, user).await?.is_none() {
        return Ok(());
    }
    let (device, network) = (device.to_owned(), network.to_owned());
    post(conn, services, &Letter::NewSignIn { user, at_ms: services.now_ms(), device, network }).await
}

/// How a try ended.
enum Outcome {
    /// Handed over, or there is nobody to send it to.
    Done,
    Again(String),
    GiveUp(String),
}

/// Sends the letters that are due; answers how many were looked at. Call it again at once while it is not 0.
pub async fn send_due(services: &Services) -> Result<usize> {
    let now_ms = services.now_ms();
    let claimed = {
        let mut tx = services.db.write().await?;
        let claimed = rows::claim_mail(&mut tx, now_ms, now_ms + CLAIM_MS, BATCH).await?;
        tx.commit().await?;
        claimed
    };
    for job in &claimed {
        let outcome = deliver(services, job).await;
        settle(services, job, outcome).await?;
    }
    Ok(claimed.len())
}

async fn deliver(services: &Services, job: &OutboxRow) -> Outcome {
    let letter = match serde_json::from_str::<Letter>(&job.payload) {
        Ok(letter) => letter,
        // Of the release after this one while both serve, or before a step back (decision 0011): the other one reads it.
        Err(error) if job.attempts < MAX_TRIES => {
            return Outcome::Again(ServiceError::unreadable(error).to_string());
        }
        Err(error) => return Outcome::GiveUp(ServiceError::unreadable(error).to_string()),
    };
    let mail = match compose::compose(services, &letter, job.id).await {
        Ok(Some(mail)) => mail,
        Ok(None) => return Outcome::Done,
        Err(ServiceError::NotFound) => return Outcome::Done,
        Err(error) => return Outcome::Again(error.to_string()),
    };
    match services.mailer.send(&mail).await {
        Ok(()) => {
            tracing::info!(letter = mail.kind, id = mail.id, "letter sent");
            Outcome::Done
        }
        Err(error @ MailError::Unavailable(_)) if job.attempts < MAX_TRIES => {
            Outcome::Again(error.to_string())
        }
        Err(error) => Outcome::GiveUp(error.to_string()),
    }
}

async fn settle(services: &Services, job: &OutboxRow, outcome: Outcome) -> Result<()> {
    let now_ms = services.now_ms();
    let mut tx = services.db.write().await?;
    match outcome {
        Outcome::Done => rows::finish_mail(&mut tx, job.id, now_ms).await?,
        Outcome::Again(error) => {
            tracing::warn!(id = %job.id, attempts = job.attempts, error, "letter put off");
            let again_ms = now_ms + pause_ms(job.attempts);
            store::work::postpone_outbox(&mut tx, job.id, again_ms, &error).await?;
        }
        Outcome::GiveUp(error) => {
            tracing::error!(id = %job.id, attempts = job.attempts, error, "letter given up");
            rows::give_mail_up(&mut tx, job.id, now_ms, &error).await?;
            let letter = serde_json::from_str::<Letter>(&job.payload).ok();
            let kind = letter.as_ref().map_or("unreadable", Letter::kind);
            let detail = json!({ "letter": kind, "tries": job.attempts });
            audit::record(&mut tx, services, None, "letter_given_up", "letter", job.id.get(), detail).await?;
        }
    }
    Ok(tx.commit().await?)
}

/// 30 s, 1 min, 2 min … up to an hour.
fn pause_ms(attempts: i64) -> i64 {
    let doublings = u32::try_from((attempts - 1).clamp(0, 12)).unwrap_or(12);
    (FIRST_PAUSE_MS << doublings).min(LONGEST_PAUSE_MS)
}

/// The language a stored word names.
fn language(stored: &str) -> Locale {
    Locale::parse(stored).unwrap_or_default()
}
