//! What may be set, and what becomes of it: the configuration in force.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use serde::Deserialize;
use service::rules::ShopRules;

use super::limits::{LimitSettings, WatchSettings};
use super::{Config, LogFormat, Secret, StripeKeys};

/// What may be set, and where: flag, environment variable, key of the file.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Address to listen on [default: 127.0.0.1:3000]
    #[arg(long, env = "XIANGJI_ADDRESS", global = true)]
    pub address: Option<SocketAddr>,
    /// Directory of the embedded database and the photos [default: data]
    #[arg(long, env = "XIANGJI_DATA_DIR", global = true)]
    pub data_dir: Option<PathBuf>,
    /// `sqlite://path` or `postgres://…` [default: sqlite://<data_dir>/xiangji.db]
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, global = true)]
    pub database_url: Option<Secret>,
    /// Database connections for reading (SQLite) or altogether (PostgreSQL) [default: 8]
    #[arg(long, env = "XIANGJI_MAX_CONNECTIONS", global = true)]
    pub max_connections: Option<u32>,
    /// Where the shop is reached from outside; https makes cookies secure [default: http://<address>]
    #[arg(long, env = "XIANGJI_PUBLIC_URL", global = true)]
    pub public_url: Option<String>,
    /// Where photos lie, `s3://bucket/prefix`; its keys come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY
    /// [default: the folder `media` of the data directory]
    #[arg(long, env = "XIANGJI_MEDIA_URL", global = true)]
    pub media_url: Option<String>,
    /// Address of the S3-compatible service when it is not Amazon's
    #[arg(long, env = "XIANGJI_MEDIA_ENDPOINT", global = true)]
    pub media_endpoint: Option<String>,
    /// Region of the bucket [default: AWS_REGION, else us-east-1]
    #[arg(long, env = "XIANGJI_MEDIA_REGION", global = true)]
    pub media_region: Option<String>,
    /// Directory of the browser's files [default: `site` beside the program, else target/site]
    #[arg(long, env = "XIANGJI_SITE_DIR", global = true)]
    pub site_dir: Option<PathBuf>,
    /// Fonts of PDF files, separated by commas; the first that has a character is taken [default: the site's, then
    /// Noto Sans CJK where Debian's fonts-noto-cjk puts it]
    #[arg(long, env = "XIANGJI_PRINT_FONTS", value_delimiter = ',', global = true)]
    pub print_fonts: Option<Vec<PathBuf>>,
    /// Seals authenticators' secrets; 32 characters or more, the same on every server of the shop [default: from
    /// <data_dir>/secret.key, which the first start makes]
    #[arg(long, env = "XIANGJI_SECRET_KEY", hide_env_values = true, global = true)]
    pub secret_key: Option<Secret>,
    /// Stripe's secret key; without it the built-in look-alike takes demonstration payments
    #[arg(long, env = "XIANGJI_STRIPE_SECRET_KEY", hide_env_values = true, global = true)]
    pub stripe_secret_key: Option<Secret>,
    /// Signs Stripe's events; needed with a Stripe key
    #[arg(long, env = "XIANGJI_STRIPE_WEBHOOK_SECRET", hide_env_values = true, global = true)]
    pub stripe_webhook_secret: Option<Secret>,
    /// Where Stripe's API is reached when not at its own address: a proxy (https), or a look-alike on this machine
    #[arg(long, env = "XIANGJI_STRIPE_API_URL", global = true)]
    pub stripe_api_url: Option<String>,
    /// Ways to pay that the payment page offers [default: card,alipay,wechat_pay]
    #[arg(long, env = "XIANGJI_STRIPE_PAYMENT_METHODS", value_delimiter = ',', global = true)]
    pub stripe_payment_methods: Option<Vec<String>>,
    /// Signs carriers' notices at /webhooks/carrier; 16 characters or more. Without it there are none
    #[arg(long, env = "XIANGJI_CARRIER_WEBHOOK_SECRET", hide_env_values = true, global = true)]
    pub carrier_webhook_secret: Option<Secret>,
    /// Mail server, `smtps://user:password@host` [default: letters are written as files into <data_dir>/outbox-mail]
    #[arg(long, env = "XIANGJI_SMTP_URL", hide_env_values = true, global = true)]
    pub smtp_url: Option<Secret>,
    /// Sender of letters, `name@shop.example`; needed with a mail server
    #[arg(long, env = "XIANGJI_MAIL_FROM", global = true)]
    pub mail_from: Option<String>,
    /// Loopback address of the look-alike [default: the port after the shop's]
    #[arg(long, env = "XIANGJI_LOOKALIKE_ADDRESS", global = true)]
    pub lookalike_address: Option<SocketAddr>,
    /// Business licence shown in the footer
    #[arg(long, env = "XIANGJI_BUSINESS_LICENCE", global = true)]
    pub business_licence: Option<String>,
    /// Food permit shown in the footer
    #[arg(long, env = "XIANGJI_FOOD_PERMIT", global = true)]
    pub food_permit: Option<String>,
    /// ICP record shown in the footer
    #[arg(long, env = "XIANGJI_ICP_RECORD", global = true)]
    pub icp_record: Option<String>,
    /// Whom buyers ask, shown on the privacy page
    #[arg(long, env = "XIANGJI_CONTACT", global = true)]
    pub contact: Option<String>,
    /// Take the client's address from the last entry of X-Forwarded-For: only behind a proxy of your own
    #[arg(long, env = "XIANGJI_TRUST_PROXY", global = true)]
    pub trust_proxy: Option<bool>,
    /// `text` or `json` [default: text]
    #[arg(long, env = "XIANGJI_LOG_FORMAT", global = true)]
    pub log_format: Option<LogFormat>,
    /// What is logged, as tracing filter [default: info,sqlx=warn]
    #[arg(long, env = "XIANGJI_LOG", global = true)]
    pub log: Option<String>,
    /// Largest body of an ordinary request in bytes [default: 1048576]
    #[arg(long, env = "XIANGJI_BODY_LIMIT_BYTES", global = true)]
    pub body_limit_bytes: Option<usize>,
    /// A request is given up after this [default: 30]
    #[arg(long, env = "XIANGJI_REQUEST_TIMEOUT_SECONDS", global = true)]
    pub request_timeout_seconds: Option<u64>,
    /// More requests than this at once are sent away with 503 [default: 512]
    #[arg(long, env = "XIANGJI_MAX_REQUESTS", global = true)]
    pub max_requests: Option<usize>,
    /// Do timers and outbox in this process [default: true]
    #[arg(long, env = "XIANGJI_WORKER", global = true)]
    pub worker: Option<bool>,
    #[command(flatten)]
    pub limits: LimitSettings,
    #[command(flatten)]
    pub watch: WatchSettings,
    /// Rules of the shop; in the file only, as the table [rules]
    #[arg(skip)]
    pub rules: ShopRules,
}

impl Settings {
    /// Fills in from the file what neither flags nor environment say.
    fn or(self, file: Self) -> Self {
        Self {
            address: self.address.or(file.address),
            data_dir: self.data_dir.or(file.data_dir),
            database_url: self.database_url.or(file.database_url),
            max_connections: self.max_connections.or(file.max_connections),
            public_url: self.public_url.or(file.public_url),
            media_url: self.media_url.or(file.media_url),
            media_endpoint: self.media_endpoint.or(file.media_endpoint),
            media_region: self.media_region.or(file.media_region),
            site_dir: self.site_dir.or(file.site_dir),
            print_fonts: self.print_fonts.or(file.print_fonts),
            secret_key: self.secret_key.or(file.secret_key),
            stripe_secret_key: self.stripe_secret_key.or(file.stripe_secret_key),
            stripe_webhook_secret: self.stripe_webhook_secret.or(file.stripe_webhook_secret),
            stripe_api_url: self.stripe_api_url.or(file.stripe_api_url),
            stripe_payment_methods: self.stripe_payment_methods.or(file.stripe_payment_methods),
            carrier_webhook_secret: self.carrier_webhook_secret.or(file.carrier_webhook_secret),
            smtp_url: self.smtp_url.or(file.smtp_url),
            mail_from: self.mail_from.or(file.mail_from),
            lookalike_address: self.lookalike_address.or(file.lookalike_address),
            business_licence: self.business_licence.or(file.business_licence),
            food_permit: self.food_permit.or(file.food_permit),
            icp_record: self.icp_record.or(file.icp_record),
            contact: self.contact.or(file.contact),
            trust_proxy: self.trust_proxy.or(file.trust_proxy),
            log_format: self.log_format.or(file.log_format),
            log: self.log.or(file.log),
            body_limit_bytes: self.body_limit_bytes.or(file.body_limit_bytes),
            request_timeout_seconds: self.request_timeout_seconds.or(file.request_timeout_seconds),
            max_requests: self.max_requests.or(file.max_requests),
            worker: self.worker.or(file.worker),
            limits: self.limits.or(file.limits),
            watch: self.watch.or(file.watch),
            rules: file.rules,
        }
    }

    /// Reads the file, if one is named, and fills in the defaults.
    ///
    /// # Errors
    /// The file cannot be read or holds an unknown key; a Stripe key comes without the secret of its events; the
    /// public address is no http(s) address; a secret is empty; the look-alike would be reached from outside.
    pub fn resolve(self, file: Option<&Path>) -> anyhow::Result<Config> {
        let from_file = match file {
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .with_context(|| format!("cannot read the configuration {}", path.display()))?;
                toml::from_str(&text).with_context(|| format!("in the configuration {}", path.display()))?
            }
            None => Self::default(),
        };
        self.or(from_file).with_defaults()
    }

    fn with_defaults(self) -> anyhow::Result<Config> {
        let address = self.address.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 3000)));
        let data_dir = self.data_dir.unwrap_or_else(|| PathBuf::from("data"));
        let database_url = self
            .database_url
            .unwrap_or_else(|| Secret(format!("sqlite://{}", data_dir.join("xiangji.db").display())));
        let public_url = self.public_url.unwrap_or_else(|| format!("http://{address}"));
        let public_url = public_url.trim_end_matches('/').to_owned();
        ensure!(
            public_url.starts_with("http://") || public_url.starts_with("https://"),
            "public_url must begin with http:// or https://"
        );
        let stripe = match (self.stripe_secret_key, self.stripe_webhook_secret) {
            (Some(secret_key), Some(webhook_secret)) => {
                // An empty variable is not a secret: anybody could sign with it.
                let is_empty = |secret: &Secret| secret.reveal().trim().is_empty();
                ensure!(
                    !is_empty(&secret_key) && !is_empty(&webhook_secret),
                    "stripe_secret_key and stripe_webhook_secret must not be empty"
                );
                Some(StripeKeys { secret_key, webhook_secret })
            }
            (None, None) => None,
            _ => bail!("stripe_secret_key and stripe_webhook_secret belong together: one is missing"),
        };
        // A short one could be guessed from one notice.
        ensure!(
            self.carrier_webhook_secret.as_ref().is_none_or(|secret| secret.reveal().trim().len() >= 16),
            "carrier_webhook_secret must have 16 characters or more"
        );
        ensure!(
            self.smtp_url.is_none() || self.mail_from.is_some(),
            "smtp_url and mail_from belong together: the sender is missing"
        );
        ensure!(
            self.smtp_url.as_ref().is_none_or(|url| is_safe_for_letters(url.reveal())),
            "smtp_url must begin with smtps://, or with smtp:// and either name this machine or say ?tls=required: \
             letters hold ways into accounts"
        );
        // On the look-alike's page anybody can mark a payment as made.
        ensure!(
            self.lookalike_address.is_none_or(|address| address.ip().is_loopback()),
            "lookalike_address must be a loopback address"
        );
        ensure!(
            self.media_url.as_deref().is_none_or(|url| url.starts_with("s3://")),
            "media_url must begin with s3://"
        );
        ensure!(
            self.stripe_api_url.as_deref().is_none_or(is_safe_for_keys),
            "stripe_api_url must begin with https://, or with http:// and a loopback address: it is sent the secret key"
        );
        let site_dir = self.site_dir.unwrap_or_else(default_site_dir);
        let next_port = if address.port() == 0 { 0 } else { address.port().wrapping_add(1) };
        Ok(Config {
            database_url,
            max_connections: self.max_connections.unwrap_or(8),
            public_url,
            media_url: self.media_url,
            media_endpoint: self.media_endpoint,
            media_region: self.media_region,
            print_fonts: self.print_fonts.unwrap_or_else(|| default_fonts(&site_dir)),
            site_dir,
            secret_key: self.secret_key,
            stripe,
            stripe_api_url: self.stripe_api_url,
            stripe_payment_methods: self
                .stripe_payment_methods
                .unwrap_or_else(|| ["card", "alipay", "wechat_pay"].map(str::to_owned).to_vec()),
            carrier_webhook_secret: self.carrier_webhook_secret,
            smtp_url: self.smtp_url,
            mail_from: self.mail_from.unwrap_or_else(|| "Xiangji <no-reply@localhost>".to_owned()),
            lookalike_address: self
                .lookalike_address
                .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], next_port))),
            business_licence: self.business_licence.unwrap_or_default(),
            food_permit: self.food_permit.unwrap_or_default(),
            icp_record: self.icp_record.unwrap_or_default(),
            contact: self.contact.unwrap_or_default(),
            trust_proxy: self.trust_proxy.unwrap_or(false),
            log_format: self.log_format.unwrap_or_default(),
            log: self.log.unwrap_or_else(|| "info,sqlx=warn".to_owned()),
            body_limit_bytes: self.body_limit_bytes.unwrap_or(1024 * 1024),
            request_timeout_seconds: self.request_timeout_seconds.unwrap_or(30),
            max_requests: self.max_requests.unwrap_or(512),
            worker: self.worker.unwrap_or(true),
            limits: self.limits.with_defaults(self.max_connections.unwrap_or(8)),
            watch: self.watch.with_defaults()?,
            rules: self.rules,
            address,
            data_dir,
        })
    }
}

/// Nobody on the way can read a key that is sent there.
fn is_safe_for_keys(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else { return url.starts_with("https://") };
    rest.trim_end_matches('/').parse().is_ok_and(|address: SocketAddr| address.ip().is_loopback())
}

/// Nobody on the way can read a letter that is handed over there, nor the password for it.
fn is_safe_for_letters(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("smtp://") else { return url.starts_with("smtps://") };
    let (server, query) = rest.split_once('?').unwrap_or((rest, ""));
    let server = server.split('/').next().unwrap_or_default();
    let server = server.rsplit_once('@').map_or(server, |(_, server)| server);
    let host = server.rsplit_once(':').map_or(server, |(host, _)| host);
    let is_here = |host: &str| matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    is_here(host) || is_here(server) || query.split('&').any(|pair| pair == "tls=required")
}

/// What comes with the site first: it is there on every machine; then what has more of the rare characters.
fn default_fonts(site_dir: &Path) -> Vec<PathBuf> {
    let debian = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";
    vec![site_dir.join("fonts/NotoSansSC-Regular.ttf"), PathBuf::from(debian)]
}

fn default_site_dir() -> PathBuf {
    let beside = std::env::current_exe().ok().and_then(|program| Some(program.parent()?.join("site")));
    beside.filter(|dir| dir.is_dir()).unwrap_or_else(|| PathBuf::from("target/site"))
}
