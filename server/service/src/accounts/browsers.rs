//! Browsers that an account was signed in on.
//!
//! Each sign-in leaves a random token in a long-lived cookie of the browser, and its hash here. The token opens nothing: it
//! tells who guesses from who signed in before, so that a stranger's guesses at a name do not keep its owner waiting. It is
//! another one after each sign-in, for all accounts that use the browser.

use domain::contact::LoginName;
use domain::ids::UserId;
use store::{WriteTx, people};

use super::throttle::Bucket;
use crate::{Result, Services, Viewer, hash_token};

/// Most browsers of one account; the one signed in on longest ago goes.
const MOST_BROWSERS: i64 = 10;

/// By what failures at a name are counted: of browsers that its account was signed in on apart from everybody else's.
pub(super) async fn name_bucket(services: &Services, viewer: &Viewer, login: &LoginName) -> Result<Bucket> {
    let name = login.as_str();
    let Some(hash) = &viewer.browser_hash else { return Ok(Bucket::login_name(name)) };
    let mut conn = services.db.read().await?;
    let is_known = people::is_browser_known_to(&mut conn, name, hash).await?;
    Ok(if is_known { Bucket::known_browser(name) } else { Bucket::login_name(name) })
}

/// Notes that the account is signed in on this browser; answers by what the browser is known from now on.
pub(super) async fn remember(
    tx: &mut WriteTx,
    services: &Services,
    viewer: &Viewer,
    user: UserId,
) -> Result<String> {
    let token = services.new_token();
    let hash = hash_token(&token);
    if let Some(old) = &viewer.browser_hash {
        people::replace_browser_token(tx, old, &hash).await?;
    }
    people::put_known_browser(tx, user, &hash, services.now_ms()).await?;
    people::forget_older_browsers(tx, user, MOST_BROWSERS).await?;
    Ok(token)
}
