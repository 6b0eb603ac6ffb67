//! What the shop keeps of a person: taken along by the person, erased on request, forgotten when its time is over.
//!
//! Erased at once: name, login names, recipients, telephone numbers, addresses, notes, e-mail addresses, sessions, cart,
//! second factor. Kept, because the law wants trade records for three years (E-Commerce Law, article 31): goods,
//! amounts, times, region, payments, under the pseudonym that the account has from then on. `docs/SECURITY.md` has the
//! inventory.

mod export;

use std::collections::BTreeSet;

use domain::ids::{MediaId, UserId};
use domain::invoice::InvoiceWish;
use domain::locale::Locale;
use domain::time::{DAY_MS, MINUTE_MS};
use serde_json::json;
use store::media::mark_unused;
use store::personal_data::{self as rows, OrderToErase};
use store::{Conn, mail as links, people};

use crate::accounts::reset;
use crate::mail::{self, Letter};
use crate::{Result, ServiceError, Services, Viewer, audit, hash_token};

pub use export::export_file;

/// How long the way to the exported file is open, in minutes.
const EXPORT_MINUTES: i64 = 10;
/// Stands where a recipient's name was.
const FORGOTTEN: &str = "—";
/// Orders whose details are forgotten in one transaction.
const BATCH: i64 = 200;

/// What keeps an account from being deleted, and what would be erased.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeletionView {
    /// Own orders that have not ended: unpaid, on their way, or within the after-sale window.
    pub open_orders: i64,
    /// Money that is still on its way back.
    pub open_refunds: i64,
    /// Roles in force: somebody has to take them over first.
    pub roles: i64,
    /// Under which name the trade records would stay.
    pub pseudonym: String,
    /// For how many days they are kept after the order has ended.
    pub kept_days: i64,
}

impl DeletionView {
    /// Nothing stands in the way.
    #[must_use]
    pub fn is_possible(&self) -> bool {
        self.open_orders == 0 && self.open_refunds == 0 && self.roles == 0
    }
}

/// Opens a way to the viewer's own data for ten minutes and one download; answers what stands in the link.
///
/// # Errors
/// [`ServiceError::Invalid`] at `password`; [`ServiceError::TooManyAttempts`].
pub async fn start_export(services: &Services, viewer: &Viewer, password: String) -> Result<String> {
    let user = viewer.require_user()?.user_id;
    let proved = reset::prove_owner(services, user, password).await?;
    let (token, now_ms) = (services.new_token(), services.now_ms());
    let until_ms = now_ms + EXPORT_MINUTES * MINUTE_MS;
    let mut tx = services.db.write().await?;
    proved.lock(&mut tx).await?;
    links::delete_links(&mut tx, user, "export").await?;
    links::insert_link(&mut tx, &hash_token(&token), user, "export", "", now_ms, until_ms).await?;
    audit::note(&mut tx, services, user, "data_export").await?;
    tx.commit().await?;
    Ok(token)
}

/// What stands in the way of deleting the viewer's account, and what would remain.
///
/// # Errors
/// [`ServiceError::Unauthenticated`].
pub async fn deletion_view(services: &Services, viewer: &Viewer) -> Result<DeletionView> {
    let user = viewer.require_user()?.user_id;
    let mut conn = services.db.read().await?;
    look(&mut conn, services, user).await
}

async fn look(conn: &mut Conn, services: &Services, user: UserId) -> Result<DeletionView> {
    let roles = rows::list_roles(conn, user).await?;
    let in_force = roles.iter().filter(|role| role.revoked_at_ms.is_none()).count();
    Ok(DeletionView {
        open_orders: rows::count_open_orders(conn, user).await?,
        open_refunds: rows::count_open_refunds(conn, user).await?,
        roles: i64::try_from(in_force).unwrap_or(i64::MAX),
        pseudonym: pseudonym(user),
        kept_days: services.rules.trade_record_days,
    })
}

/// The name that stands for an erased account: tells nothing of the person, and two accounts apart.
fn pseudonym(user: UserId) -> String {
    let number = user.to_string();
    let tail: String = number.chars().skip(number.chars().count().saturating_sub(8)).collect();
    format!("已注销 {tail}")
}

/// Deletes the viewer's account: erases what is only the person's, keeps the trade records under a pseudonym, ends
/// every session.
///
/// # Errors
/// [`ServiceError::Invalid`] at `password`; [`ServiceError::TooManyAttempts`];
/// [`domain::failure::Conflict::AccountInUse`] while orders, refunds or roles are open.
pub async fn delete_account(services: &Services, viewer: &Viewer, password: String) -> Result<()> {
    let user = viewer.require_user()?.user_id;
    let proved = reset::prove_owner(services, user, password).await?;
    let mut tx = services.db.write().await?;
    let row = proved.lock(&mut tx).await?;
    let view = look(&mut tx, services, user).await?;
    if !view.is_possible() {
        return Err(domain::failure::Conflict::AccountInUse.into());
    }
    let email = links::find_email(&mut tx, user).await?;
    let (mut erased, mut photos) = (0_i64, BTreeSet::new());
    for order in rows::list_orders_to_erase_of(&mut tx, user).await? {
        photos.extend(erase_order(&mut tx, &order, &view.pseudonym).await?);
        erased += 1;
    }
    people::delete_sessions_of_user(&mut tx, user, None).await?;
    rows::delete_belongings(&mut tx, user).await?;
    rows::erase_user(&mut tx, user, &view.pseudonym, services.now_ms()).await?;
    let detail = json!({ "orders": erased });
    audit::record(&mut tx, services, Some(user), "account_deleted", "user", user.get(), detail).await?;
    if let Some(email) = email {
        let letter = Letter::AccountDeleted { to: email.value, locale: row.locale };
        mail::post(&mut tx, services, &letter).await?;
    }
    mark_unused(&mut tx, &photos, services.now_ms()).await?;
    Ok(tx.commit().await?)
}

/// Answers the photos that were shown about it, which are marked at the end and in one order, as rows that others may want
/// as well.
async fn erase_order(conn: &mut Conn, order: &OrderToErase, name: &str) -> Result<Vec<MediaId>> {
    let invoice = serde_json::to_string(&without_person(&order.invoice)).map_err(ServiceError::internal)?;
    let photos = store::after_sales::erase_messages(conn, order.id).await?;
    rows::erase_order(conn, order.id, name, &invoice).await?;
    Ok(photos)
}

/// The invoice wish without what tells of a person. Name and tax number of a unit are public, and its accounts need
/// them.
fn without_person(stored: &str) -> InvoiceWish {
    match serde_json::from_str(stored).unwrap_or_default() {
        InvoiceWish::None => InvoiceWish::None,
        InvoiceWish::Person { .. } => {
            InvoiceWish::Person { title: Locale::Zh.pick("个人", "").to_owned(), email: String::new() }
        }
        InvoiceWish::Unit { kind, title, tax_number, address, bank, account, .. } => InvoiceWish::Unit {
            kind,
            title,
            tax_number,
            email: String::new(),
            phone: String::new(),
            address,
            bank,
            account,
        },
    }
}

/// What was forgotten in one sweep.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Forgotten {
    pub orders: u64,
    pub origins: u64,
    pub payment_events: u64,
    pub jobs: u64,
    pub links: u64,
}

/// Forgets what has outlived its time: whom and where orders were sent to once the trade records are old enough,
/// addresses beside the audit log, raw payment events, done jobs, old links. For the worker.
pub async fn forget_old(services: &Services) -> Result<Forgotten> {
    let (rules, now_ms) = (&services.rules, services.now_ms());
    let before = |days: i64| now_ms - days * DAY_MS;
    let mut forgotten = Forgotten::default();
    loop {
        let mut tx = services.db.write().await?;
        let old = rows::list_orders_to_forget(&mut tx, before(rules.trade_record_days), BATCH).await?;
        let mut photos = BTreeSet::new();
        for order in &old {
            photos.extend(erase_order(&mut tx, order, FORGOTTEN).await?);
            rows::erase_tracking(&mut tx, order.id).await?;
        }
        mark_unused(&mut tx, &photos, now_ms).await?;
        tx.commit().await?;
        forgotten.orders += old.len() as u64;
        if old.len() < usize::try_from(BATCH).unwrap_or_default() {
            break;
        }
    }
    let mut tx = services.db.write().await?;
    forgotten.origins = store::audit::purge_origins(&mut tx, before(rules.security_address_days)).await?;
    forgotten.payment_events = rows::forget_event_payloads(&mut tx, before(rules.payment_event_days)).await?;
    forgotten.jobs = links::purge_outbox(&mut tx, before(rules.done_job_days)).await?;
    // A link that no longer works still counts for how many may be mailed within the hour.
    forgotten.links = links::purge_links(&mut tx, before(1)).await?;
    forgotten.links += links::purge_pending_emails(&mut tx, before(7)).await?;
    links::purge_known_devices(&mut tx, before(rules.security_address_days)).await?;
    people::purge_known_browsers(&mut tx, before(rules.security_address_days)).await?;
    tx.commit().await?;
    if forgotten != Forgotten::default() {
        tracing::info!(?forgotten, "what has outlived its time is forgotten");
    }
    Ok(forgotten)
}
