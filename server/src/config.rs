//! Configuration: a file, the environment, and flags; the later ones win.
//!
//! [`Settings`] is the one table: its fields are the flags (`--public-url`), the environment variables
//! (`XIANGJI_PUBLIC_URL`) and the keys of the TOML file (`public_url`). [`table`] prints it for the documentation.
//! Secrets have no default and are never shown by `Debug`.

#[cfg(test)]
mod documented;
mod limits;
mod settings;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, CommandFactory as _, Parser};
use serde::Deserialize;
use service::rules::ShopRules;

pub use limits::{LimitSettings, Limits, WatchSettings, Watching};
pub use settings::Settings;

/// A value that must not be seen.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The value itself: for the one place that needs it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

impl FromStr for Secret {
    type Err = std::convert::Infallible;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line, for machines.
    Json,
}

/// The configuration in force.
#[derive(Debug, Clone)]
pub struct Config {
    pub address: SocketAddr,
    pub data_dir: PathBuf,
    pub database_url: Secret,
    pub max_connections: u32,
    pub public_url: String,
    /// None: the folder `media` of the data directory.
    pub media_url: Option<String>,
    pub media_endpoint: Option<String>,
    pub media_region: Option<String>,
    pub site_dir: PathBuf,
    /// Fonts of PDF files, in the order in which a character is looked for; those that are not there are passed over.
    pub print_fonts: Vec<PathBuf>,
    /// None: from the key file of the data directory.
    pub secret_key: Option<Secret>,
    /// None: demonstration payments.
    pub stripe: Option<StripeKeys>,
    /// Instead of Stripe's own address.
    pub stripe_api_url: Option<String>,
    pub stripe_payment_methods: Vec<String>,
    /// None: carriers' notices are not taken.
    pub carrier_webhook_secret: Option<Secret>,
    /// None: letters are written as files.
    pub smtp_url: Option<Secret>,
    pub mail_from: String,
    pub lookalike_address: SocketAddr,
    pub business_licence: String,
    pub food_permit: String,
    pub icp_record: String,
    pub contact: String,
    pub trust_proxy: bool,
    pub log_format: LogFormat,
    pub log: String,
    pub body_limit_bytes: usize,
    pub request_timeout_seconds: u64,
    pub max_requests: usize,
    pub worker: bool,
    pub limits: Limits,
    pub watch: Watching,
    pub rules: ShopRules,
}

/// What Stripe knows us by.
#[derive(Debug, Clone)]
pub struct StripeKeys {
    pub secret_key: Secret,
    pub webhook_secret: Secret,
}

impl Config {
    /// The file of the embedded database; none when the database is a server.
    #[must_use]
    pub fn sqlite_path(&self) -> Option<PathBuf> {
        let rest = self.database_url.reveal().strip_prefix("sqlite:")?.trim_start_matches("//");
        Some(PathBuf::from(rest.split('?').next().unwrap_or(rest)))
    }

    /// The shop stands behind HTTPS.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// Stripe's key is not one of its test mode.
    #[must_use]
    pub fn takes_real_money(&self) -> bool {
        let is_test = |keys: &StripeKeys| keys.secret_key.reveal().contains("_test_");
        self.stripe.as_ref().is_some_and(|keys| !is_test(keys))
    }

    /// No real money moves: an empty database may be filled with the demonstration county.
    #[must_use]
    pub fn is_demo(&self) -> bool {
        self.stripe.is_none()
    }
}

/// Only carries [`Settings`], so that clap can tell about them.
#[derive(Debug, Parser)]
struct SettingsTable {
    #[command(flatten)]
    settings: Settings,
}

/// Whether a setting belongs to one of the tables of the file.
fn has<Table: Args>(id: &str) -> bool {
    Table::augment_args(clap::Command::new("")).get_arguments().any(|argument| argument.get_id() == id)
}

/// The settings as a Markdown table, for `docs/OPERATIONS.md`.
#[must_use]
pub fn table() -> String {
    let mut lines = vec!["| key | environment | meaning |".to_owned(), "|---|---|---|".to_owned()];
    for argument in SettingsTable::command().get_arguments() {
        let (Some(env), Some(help)) = (argument.get_env(), argument.get_help()) else { continue };
        let help = help.to_string().replace('|', "\\|");
        let id = argument.get_id().as_str();
        let table = if has::<LimitSettings>(id) {
            "limits."
        } else if has::<WatchSettings>(id) {
            "watch."
        } else {
            ""
        };
        lines.push(format!("| `{table}{id}` | `{}` | {help} |", env.to_string_lossy()));
    }
    lines.push(
        "| `[rules]` | – | Rules of the shop: days, minutes, limits; in the file only, docs/OPERATIONS.md names them |"
            .to_owned(),
    );
    lines.join("\n")
}

#[cfg(test)]
mod tests;
