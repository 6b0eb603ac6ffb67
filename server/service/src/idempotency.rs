//! Requests that may come twice: the first does the work, every later one gets the first answer.
//!
//! The key is claimed and answered in the write transaction that does the work, so that work, key and answer exist
//! together or not at all. A second request that arrives meanwhile waits for the first: on SQLite for its turn to
//! write, on PostgreSQL at the unique key.

use domain::failure::{Conflict, Problem};
use domain::time::DAY_MS;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{WriteTx, operation};

use crate::{Result, ServiceError, Services, Viewer};

/// How long a key is remembered.
const KEEP_MS: i64 = 7 * DAY_MS;
const LONGEST_KEY: usize = 100;
/// Characters of a key that nobody guesses.
const SHORTEST_SECRET_KEY: usize = 20;

/// What tells a repeated request from a new one.
#[derive(Debug, Clone)]
pub struct Repeatable {
    scope: String,
    key: String,
    fingerprint: String,
}

impl Repeatable {
    /// `verb` by this viewer with the `key` the form brought along; `command` is everything that was asked.
    ///
    /// # Errors
    /// [`ServiceError::Unauthenticated`] without a session: strangers must not share keys.
    /// [`ServiceError::Invalid`] without a usable key, at the field `idempotency_key`.
    pub fn new(verb: &str, viewer: &Viewer, key: &str, command: &impl Serialize) -> Result<Self> {
        if key.is_empty() || key.len() > LONGEST_KEY {
            return Err(ServiceError::invalid("idempotency_key", Problem::Missing));
        }
        let scope = match (viewer.user_id(), &viewer.session_hash) {
            (Some(user), _) => format!("{verb}:user:{user}"),
            (None, Some(session)) => format!("{verb}:session:{}", hex_digest(session)),
            (None, None) => return Err(ServiceError::Unauthenticated),
        };
        let content = serde_json::to_vec(command).map_err(ServiceError::internal)?;
        Ok(Self { scope, key: key.to_owned(), fingerprint: hex_digest(&content) })
    }

    /// `verb` by somebody who cannot be told from others yet. What stands for them is the key itself, so the answer
    /// that is kept must be worth nothing to whoever got hold of it.
    ///
    /// # Errors
    /// As [`Repeatable::new`]; a key too short to be one that the server made is not usable.
    pub(crate) fn of_stranger(verb: &str, key: &str, command: &impl Serialize) -> Result<Self> {
        if key.len() < SHORTEST_SECRET_KEY || key.len() > LONGEST_KEY {
            return Err(ServiceError::invalid("idempotency_key", Problem::Missing));
        }
        let content = serde_json::to_vec(command).map_err(ServiceError::internal)?;
        Ok(Self {
            scope: format!("{verb}:form"),
            key: hex_digest(key.as_bytes()),
            fingerprint: hex_digest(&content),
        })
    }
}

/// How a request stands after [`begin`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun<T> {
    /// Do the work, then call [`finish`] before the commit.
    Fresh,
    /// It was done before: this is the answer.
    Replay(T),
}

/// Claims the key for this transaction, or gives the answer that was given first.
///
/// # Errors
/// [`Conflict::KeyReused`] when the key came with other content before.
pub async fn begin<T: DeserializeOwned>(
    tx: &mut WriteTx,
    services: &Services,
    request: &Repeatable,
) -> Result<Begun<T>> {
    let Repeatable { scope, key, fingerprint } = request;
    if operation::claim_idempotency_key(tx, scope, key, fingerprint, services.now_ms()).await? {
        return Ok(Begun::Fresh);
    }
    let Some(first) = operation::find_idempotency_key(tx, scope, key).await? else {
        // Purged between the two statements: the caller may simply ask again.
        return Err(ServiceError::Busy);
    };
    if first.fingerprint != *fingerprint {
        return Err(Conflict::KeyReused.into());
    }
    serde_json::from_str(&first.answer).map(Begun::Replay).map_err(ServiceError::unreadable)
}

/// Keeps the first answer beside its key; the caller commits.
///
/// # Errors
/// [`ServiceError::NotFound`] when the key was not claimed in this transaction.
pub async fn finish<T: Serialize>(tx: &mut WriteTx, request: &Repeatable, answer: &T) -> Result<()> {
    let answer = serde_json::to_string(answer).map_err(ServiceError::internal)?;
    Ok(operation::update_idempotency_answer(tx, &request.scope, &request.key, &answer).await?)
}

/// Forgets keys whose time is over; answers how many.
pub async fn purge(services: &Services) -> Result<u64> {
    let mut tx = services.db.write().await?;
    let purged = operation::purge_idempotency_keys(&mut tx, services.now_ms() - KEEP_MS).await?;
    tx.commit().await?;
    Ok(purged)
}

/// SHA-256 in lower-case hexadecimal.
pub(crate) fn hex_digest(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::fixture::Fixture;

    async fn ask(fixture: &Fixture, session: u8, key: &str, amount: i64) -> Result<(bool, i64)> {
        let services = &fixture.services;
        let viewer = Viewer { session_hash: Some(vec![session]), ..Viewer::default() };
        let request = Repeatable::new("pay", &viewer, key, &amount)?;
        let mut tx = services.db.write().await?;
        let answer = match begin(&mut tx, services, &request).await? {
            Begun::Replay(answer) => (false, answer),
            Begun::Fresh => {
                let answer: i64 = services.new_id();
                finish(&mut tx, &request, &answer).await?;
                (true, answer)
            }
        };
        tx.commit().await?;
        Ok(answer)
    }

    #[tokio::test]
    async fn the_first_answer_is_given_again() {
        let fixture = Fixture::new().await;
        let (fresh, first) = ask(&fixture, 1, "k", 100).await.unwrap();
        assert!(fresh);
        assert_eq!(ask(&fixture, 1, "k", 100).await.unwrap(), (false, first));
        assert!(ask(&fixture, 1, "k2", 100).await.unwrap().0, "another key is another request");
        assert!(ask(&fixture, 2, "k", 100).await.unwrap().0, "and so is another person");
        let reused = ask(&fixture, 1, "k", 200).await;
        assert!(matches!(reused, Err(ServiceError::Conflict(Conflict::KeyReused))));
        fixture.clock.advance(KEEP_MS + 1);
        assert_eq!(purge(&fixture.services).await.unwrap(), 3);
    }

    #[tokio::test]
    async fn thirty_at_once_do_the_work_once() {
        let fixture = Fixture::new().await;
        let answers = futures::future::join_all((0..30).map(|_| ask(&fixture, 1, "k", 100))).await;
        let answers: Vec<(bool, i64)> = answers.into_iter().map(Result::unwrap).collect();
        assert_eq!(answers.iter().filter(|(fresh, _)| *fresh).count(), 1);
        assert!(answers.iter().all(|(_, answer)| *answer == answers[0].1));
    }

    #[tokio::test]
    async fn work_that_failed_may_be_tried_again() {
        let fixture = Fixture::new().await;
        let viewer = Viewer { session_hash: Some(vec![1]), ..Viewer::default() };
        let request = Repeatable::new("pay", &viewer, "k", &100).unwrap();
        let mut tx = fixture.services.db.write().await.unwrap();
        assert_eq!(begin::<i64>(&mut tx, &fixture.services, &request).await.unwrap(), Begun::Fresh);
        drop(tx);
        assert!(ask(&fixture, 1, "k", 100).await.unwrap().0);
    }

    #[test]
    fn strangers_share_no_keys() {
        let stranger = Repeatable::new("pay", &Viewer::default(), "k", &1);
        assert!(matches!(stranger, Err(ServiceError::Unauthenticated)));
    }
}
