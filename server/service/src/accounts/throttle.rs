//! Slowing down whoever guesses passwords, by login name and by address.
//!
//! Every attempt is counted as failed before the password is looked at and forgiven when it was right, so that
//! attempts sent at once do not all slip through before the first is counted.

use std::net::IpAddr;

use domain::ids::UserId;
use domain::time::{DAY_MS, SECOND_MS};
use store::{Conn, people};

use crate::idempotency::hex_digest;
use crate::{Result, ServiceError, Services, Viewer};

/// Failures are forgotten when none followed for this long.
pub(crate) const FORGET_AFTER_MS: i64 = DAY_MS;
/// The longest wait: long enough to make guessing hopeless, short enough not to lock the owner out for the day.
const LONGEST_WAIT_MS: i64 = 900 * SECOND_MS;
const FREE_FAILURES_OF_A_NAME: i64 = 5;
/// A whole village or office may share an address.
const FREE_FAILURES_OF_AN_ADDRESS: i64 = 20;
/// Names that nobody signs in with, in a list of people who are to get roles.
const FREE_FAILURES_OF_A_SEARCH: i64 = 20;

/// What failures are counted by; the key tells neither name nor address.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    key: String,
    free_failures: i64,
}

impl Bucket {
    pub(crate) fn login_name(normalised: &str) -> Self {
        Self::new("name", normalised, FREE_FAILURES_OF_A_NAME)
    }

    /// Failures at a name on all browsers that its account was signed in on: strangers do not keep them waiting, and whoever
    /// holds one guesses no faster than they do, also when its token is replaced because somebody else signs in there.
    pub(crate) fn known_browser(normalised: &str) -> Self {
        Self::new("browser", normalised, FREE_FAILURES_OF_A_NAME)
    }

    pub(crate) fn address(client_address: &str) -> Self {
        let shared = client_address.parse::<IpAddr>().map_or_else(|_| client_address.to_owned(), shared_part);
        Self::new("address", &shared, FREE_FAILURES_OF_AN_ADDRESS)
    }

    /// Passwords asked for once more of somebody who is signed in, by session: whoever holds a stolen one keeps the owner's
    /// others from nothing, and without the password opens no further one to guess in.
    pub(crate) fn password_of(user: UserId, viewer: &Viewer) -> Self {
        let session = viewer.session_hash.as_deref().map(hex_digest).unwrap_or_default();
        Self::new("password", &format!("{user} {session}"), FREE_FAILURES_OF_A_NAME)
    }

    /// Codes of the second factor. Its own bucket: who knows the password must not wash it clean with that.
    pub(crate) fn code_of(user: UserId) -> Self {
        Self::new("code", &user.to_string(), FREE_FAILURES_OF_A_NAME)
    }

    /// Codes of the second factor, by address.
    pub(crate) fn codes_from(client_address: &str) -> Self {
        let Self { key, free_failures } = Self::address(client_address);
        Self { key: format!("code:{key}"), free_failures }
    }

    /// Answers in the name of one passkey.
    #[cfg(feature = "passkeys")]
    pub(crate) fn passkey(credential_id: &[u8]) -> Self {
        Self::new("passkey", &hex_digest(credential_id), FREE_FAILURES_OF_A_NAME)
    }

    /// Guesses at the end of the phone number of one order.
    pub(crate) fn order(number: &str) -> Self {
        Self::new("order", number, FREE_FAILURES_OF_A_NAME)
    }

    /// Letters with a way into an account that were asked for, by the account's name.
    pub(crate) fn letters_to(normalised: &str) -> Self {
        Self::new("letters to", normalised, FREE_FAILURES_OF_A_NAME)
    }

    /// Letters that were asked for from one address, apart from its failed sign-ins: nobody is kept out by them.
    pub(crate) fn letters_from(client_address: &str) -> Self {
        let shared = client_address.parse::<IpAddr>().map_or_else(|_| client_address.to_owned(), shared_part);
        Self::new("letters from", &shared, FREE_FAILURES_OF_AN_ADDRESS)
    }

    /// Names without an account that somebody looked for to give roles: who tries telephone numbers in turn would learn
    /// which of them have one, and of whom.
    pub(crate) fn accounts_looked_for_by(user: UserId) -> Self {
        Self::new("looked for by", &user.to_string(), FREE_FAILURES_OF_A_SEARCH)
    }

    fn new(kind: &str, value: &str, free_failures: i64) -> Self {
        Self { key: format!("{kind}:{}", hex_digest(value.as_bytes())), free_failures }
    }

    /// The right password: nothing is held against the name any more.
    pub(crate) async fn clear(&self, conn: &mut Conn) -> Result<()> {
        Ok(people::clear_login_attempts(conn, &self.key).await?)
    }

    /// This attempt was fine; earlier ones still count, or one's own account would wash an address clean.
    pub(crate) async fn forgive(&self, conn: &mut Conn) -> Result<()> {
        Ok(people::forgive_login_attempt(conn, &self.key).await?)
    }

    /// How long to wait from the last failure on: 2 s after the last free one, then doubling.
    fn wait_ms(&self, failures: i64) -> i64 {
        let beyond = failures - self.free_failures;
        if beyond < 0 {
            return 0;
        }
        let doublings = u32::try_from(beyond + 1).unwrap_or(u32::MAX).min(20);
        (SECOND_MS << doublings).min(LONGEST_WAIT_MS)
    }
}

/// A person with IPv6 has a whole /64 to send from, so that counts as one address.
pub(crate) fn shared_part(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V6(v6) => format!("{:?}", &v6.segments()[..4]),
        v4 => v4.to_string(),
    }
}

/// Lets an attempt through and counts it in every bucket, or says how long to wait and counts nothing.
pub(crate) async fn admit(services: &Services, buckets: &[Bucket]) -> Result<()> {
    let now_ms = services.now_ms();
    let mut tx = services.db.write().await?;
    let mut free_at_ms = now_ms;
    for bucket in buckets {
        let past = people::lock_login_attempts(&mut tx, &bucket.key).await?;
        if past.last_failed_at_ms >= now_ms - FORGET_AFTER_MS {
            free_at_ms = free_at_ms.max(past.last_failed_at_ms + bucket.wait_ms(past.failures));
        }
    }
    if free_at_ms > now_ms {
        let wait_seconds = (free_at_ms - now_ms + SECOND_MS - 1) / SECOND_MS;
        return Err(ServiceError::TooManyAttempts { wait_seconds });
    }
    for bucket in buckets {
        people::count_login_attempt(&mut tx, &bucket.key, now_ms, now_ms - FORGET_AFTER_MS).await?;
    }
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_doubles_up_to_a_quarter_of_an_hour() {
        let bucket = Bucket::login_name("13800000001");
        let waits: Vec<i64> =
            [0, 4, 5, 6, 7, 13, 14, 1_000].iter().map(|n| bucket.wait_ms(*n) / SECOND_MS).collect();
        assert_eq!(waits, [0, 0, 2, 4, 8, 512, 900, 900]);
    }

    #[test]
    fn neighbouring_addresses_of_one_person_count_as_one() {
        let key = |address| Bucket::address(address).key;
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_eq!(key("::ffff:10.0.0.1"), key("10.0.0.1"));
        assert_ne!(key("10.0.0.1"), key("10.0.0.2"));
        assert!(!key("10.0.0.1").contains("10.0"), "the table tells no address");
    }
}
