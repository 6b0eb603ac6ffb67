//! A refused form with what was typed, kept for a short while so that nothing has to be typed twice.

use domain::failure::FieldError;
use domain::time::MINUTE_MS;
use serde::{Deserialize, Serialize};
use store::operation;

use crate::idempotency::hex_digest;
use crate::{Result, ServiceError, Services, Viewer};

const KEEP_MS: i64 = 30 * MINUTE_MS;
const LARGEST_CONTENT: usize = 64 * 1024;

/// What the form page shows again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlashContent {
    /// Which form it was, for pages with several.
    pub form: String,
    /// What was typed, in the order of the form.
    pub values: Vec<(String, String)>,
    pub errors: Vec<FieldError>,
    /// Why it was refused as a whole.
    pub failure: Option<serde_json::Value>,
}

impl FlashContent {
    /// What was typed into `field`, empty when nothing was.
    pub fn value(&self, field: &str) -> &str {
        self.values.iter().find(|(name, _)| name == field).map_or("", |(_, value)| value.as_str())
    }
}

/// Keeps a refused form for this viewer's session (for whoever has the token, when there is none) and gives the token
/// for the address of the form page.
///
/// Fields with `password` or `passcode` in their name are left out. Of a form larger than 64 KiB only the errors are kept.
///
/// # Errors
/// [`ServiceError::Internal`] when the errors alone are too large.
pub async fn keep(services: &Services, viewer: &Viewer, content: &FlashContent) -> Result<String> {
    let mut kept = content.clone();
    let is_secret = |name: &str| name.contains("password") || name.contains("passcode");
    kept.values.retain(|(name, _)| !is_secret(&name.to_ascii_lowercase()));
    let mut text = serde_json::to_string(&kept).map_err(ServiceError::internal)?;
    if text.len() > LARGEST_CONTENT {
        kept.values.clear();
        text = serde_json::to_string(&kept).map_err(ServiceError::internal)?;
    }
    if text.len() > LARGEST_CONTENT {
        return Err(ServiceError::internal(format!(
            "errors of form {} take {} bytes",
            kept.form,
            text.len()
        )));
    }
    let token = services.new_token();
    let session = viewer.session_hash.as_deref();
    let mut tx = services.db.write().await?;
    operation::insert_form_flash(&mut tx, &stored(&token), session, &text, services.now_ms()).await?;
    tx.commit().await?;
    Ok(token)
}

/// Gives a kept form back, once, to the session it was kept for and within half an hour.
pub async fn take(services: &Services, viewer: &Viewer, token: &str) -> Result<Option<FlashContent>> {
    // Looked for first: a made-up token does not take the right to write from anybody.
    if look(services, viewer, token).await?.is_none() {
        return Ok(None);
    }
    let session = viewer.session_hash.as_deref();
    let mut tx = services.db.write().await?;
    let since_ms = services.now_ms() - KEEP_MS;
    let text = operation::take_form_flash(&mut tx, &stored(token), session, since_ms).await?;
    tx.commit().await?;
    text.map(|text| serde_json::from_str(&text).map_err(ServiceError::unreadable)).transpose()
}

/// The same without taking it away: for a draft that is to survive a reload of its page.
pub async fn look(services: &Services, viewer: &Viewer, token: &str) -> Result<Option<FlashContent>> {
    let session = viewer.session_hash.as_deref();
    let mut conn = services.db.read().await?;
    let since_ms = services.now_ms() - KEEP_MS;
    let text = operation::find_form_flash(&mut conn, &stored(token), session, since_ms).await?;
    text.map(|text| serde_json::from_str(&text).map_err(ServiceError::unreadable)).transpose()
}

/// Forgets forms nobody came back for; answers how many.
pub async fn purge(services: &Services) -> Result<u64> {
    let mut tx = services.db.write().await?;
    let purged = operation::purge_form_flashes(&mut tx, services.now_ms() - KEEP_MS).await?;
    tx.commit().await?;
    Ok(purged)
}

/// What the database keeps of the token: the table alone opens no form.
fn stored(token: &str) -> String {
    hex_digest(token.as_bytes())
}

#[cfg(test)]
mod tests {
    use domain::failure::Problem;

    use super::*;
    use crate::accounts::fixture::Fixture;

    fn form() -> FlashContent {
        FlashContent {
            form: "register".to_owned(),
            values: vec![
                ("login".to_owned(), "13800000001".to_owned()),
                ("new_password".to_owned(), "secret".to_owned()),
            ],
            errors: vec![FieldError::new("login", Problem::Taken)],
            failure: None,
        }
    }

    fn guest(session: u8) -> Viewer {
        Viewer { session_hash: Some(vec![session]), ..Viewer::default() }
    }

    #[tokio::test]
    async fn a_form_comes_back_once_to_its_session_and_without_the_password() {
        let fixture = Fixture::new().await;
        let services = &fixture.services;
        let token = keep(services, &guest(1), &form()).await.unwrap();
        assert_eq!(take(services, &guest(2), &token).await.unwrap(), None);
        assert_eq!(take(services, &Viewer::default(), &token).await.unwrap(), None);
        let back = take(services, &guest(1), &token).await.unwrap().unwrap();
        assert_eq!(back.value("login"), "13800000001");
        assert_eq!(back.value("new_password"), "");
        assert_eq!(back.errors, form().errors);
        assert_eq!(take(services, &guest(1), &token).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_form_is_forgotten_after_half_an_hour() {
        let fixture = Fixture::new().await;
        let services = &fixture.services;
        let token = keep(services, &Viewer::default(), &form()).await.unwrap();
        fixture.clock.advance(KEEP_MS + 1);
        assert_eq!(take(services, &Viewer::default(), &token).await.unwrap(), None);
        assert_eq!(purge(services).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn of_a_huge_form_the_errors_remain() {
        let fixture = Fixture::new().await;
        let mut huge = form();
        huge.values.push(("story".to_owned(), "茶".repeat(40_000)));
        let token = keep(&fixture.services, &guest(1), &huge).await.unwrap();
        let back = take(&fixture.services, &guest(1), &token).await.unwrap().unwrap();
        assert!(back.values.is_empty());
        assert_eq!(back.errors, form().errors);
    }
}
