//! The shop put together, for the program and for tests alike.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use app::context::SiteInfo;
use axum::Router;
use service::Services;
use service::ports::{Clock, Entropy, PaymentGateway, SystemClock};
use store::Db;
use stripe_lookalike::{Lookalike, LookalikeConfig};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::assets::Assets;
use crate::config::{Config, Limits};
use crate::entropy::SystemEntropy;
use crate::limits::{Admission, Rates};
use crate::listening::{self, Clients};
use crate::media_store;
use crate::metrics;
use crate::payments::{GatewayConfig, StripeGateway};
use crate::router::{AppState, BUYER_ROOM_MIB, UPLOAD_ROOM_MIB, router};
use crate::worker;

/// How long unfinished work may take after the last connection has closed.
const FINISH_WITHIN: Duration = Duration::from_secs(25);

/// What a test puts in the place of the real thing.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    pub clock: Option<Arc<dyn Clock>>,
    pub entropy: Option<Arc<dyn Entropy>>,
    /// Instead of Stripe and of the look-alike.
    pub payments: Option<Arc<dyn PaymentGateway>>,
}

/// The look-alike that takes demonstration payments, in this process.
#[derive(Clone)]
pub struct DemoPayments {
    pub lookalike: Lookalike,
    /// Where it listens.
    pub address: SocketAddr,
    /// Signs its events.
    pub webhook_secret: String,
}

impl std::fmt::Debug for DemoPayments {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Without the secret that signs events.
        f.debug_struct("DemoPayments").field("address", &self.address).finish_non_exhaustive()
    }
}

/// The running shop; it answers requests once [`Application::serve`] is called.
#[derive(Debug)]
pub struct Application {
    pub services: Services,
    pub router: Router,
    pub demo_payments: Option<DemoPayments>,
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
    unfinished: Arc<()>,
    limits: Limits,
    request_timeout: Duration,
    clients: Arc<Clients>,
    /// Where the metrics are, when they are served.
    pub metrics_address: Option<SocketAddr>,
}

/// Opens the database, brings it up to date, and puts the shop together. `config.address` must be the address that is
/// really listened on: the look-alike sends its events there.
///
/// # Errors
/// The database cannot be opened or migrated, the look-alike's address is taken, or the demonstration county is about
/// to take real money: anybody knows the passwords of its accounts. The secret key cannot be read or made.
pub async fn build(config: &Config, overrides: Overrides) -> anyhow::Result<Application> {
    // Two providers of cryptography in one program panic at the first connection unless one is chosen.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    // There are no routes to list; the call is the public way to make leptos spawn on tokio.
    let _ = leptos_axum::generate_route_list(|| ());
    let clock = overrides.clock.unwrap_or_else(|| Arc::new(SystemClock));
    let entropy = overrides.entropy.unwrap_or_else(|| Arc::new(SystemEntropy));
    let db = open_database(config).await?;
    if let Some(gap) = db.durability_gap().await? {
        anyhow::ensure!(!config.takes_real_money(), "{gap}: an acknowledged payment could be lost");
        tracing::warn!(gap, "acknowledged orders would not survive a power failure");
    }
    let media = media_store::open(config)?;
    let stop = CancellationToken::new();
    let mut tasks = Vec::new();

    let payments = Payments::start(config, &clock, &entropy, overrides.payments, &stop, &mut tasks).await?;
    let secret_key = crate::secret_key::load(config, entropy.as_ref())?;
    let services =
        Services::new(db, clock, entropy, payments.gateway, media, config.rules.clone(), &config.public_url)
            .with_secret_key(secret_key)
            .with_mailer(crate::mail::mailer_of(config)?);
    let services = match &config.carrier_webhook_secret {
        Some(secret) => {
            services.with_carriers(Arc::new(crate::carriers::SignedCarriers::new(secret.clone())))
        }
        None => services,
    };
    if !service::accounts::has_fitting_key(&services).await? {
        // The shop goes on selling: who has lost the key for good needs it running, to sign in with recovery codes.
        tracing::error!(
            "the secret key opens no authenticator's secret, so nobody's code is accepted: stop the shop, put the key \
             back that it had before (secret_key, or the file secret.key in the data directory) and start again. When it \
             is lost for good, see docs/OPERATIONS.md: recovery codes, and `xiangji user reset-second-factor`"
        );
    }
    let is_demo = service::demo::is_demo(&services).await?;
    anyhow::ensure!(
        !(is_demo && config.takes_real_money()),
        "the database holds the demonstration county, whose passwords anybody knows: start with a new database"
    );
    if config.worker {
        let work = worker::run(services.urgent(), config.watch.verify_every_minutes, stop.clone());
        tasks.push(tokio::spawn(work));
        tasks.push(tokio::spawn(worker::send_letters(services.clone(), stop.clone())));
    }
    let assets = Assets::load(&config.site_dir);
    let unfinished = Arc::new(());
    let state = AppState {
        services: services.clone(),
        site: Arc::new(site_info(config, &assets, is_demo)),
        assets,
        payment_origin: payments.origin.into(),
        webhook_secret: payments.webhook_secret.into(),
        trust_proxy: config.trust_proxy,
        body_limit_bytes: config.body_limit_bytes,
        request_timeout: Duration::from_secs(config.request_timeout_seconds),
        limits: config.limits.clone(),
        admission: Arc::new(Admission::new(config)),
        rates: Arc::new(Rates::new(&config.limits)),
        reading: Arc::new(Semaphore::new(config.max_requests)),
        kept: Arc::default(),
        http: Arc::default(),
        upload_room: Arc::new(Semaphore::new(UPLOAD_ROOM_MIB)),
        buyer_room: Arc::new(Semaphore::new(BUYER_ROOM_MIB)),
        unfinished: unfinished.clone(),
    };
    store::watch::set_slow_after_ms(config.watch.slow_statement_ms);
    let clients = Arc::new(Clients::new(&config.limits, config.trust_proxy));
    let metrics_address = serve_metrics(config, &state, &clients, &stop, &mut tasks).await?;
    Ok(Application {
        services,
        router: router(state),
        demo_payments: payments.demo,
        stop,
        tasks,
        unfinished,
        limits: config.limits.clone(),
        request_timeout: Duration::from_secs(config.request_timeout_seconds),
        clients,
        metrics_address,
    })
}

/// Serves the metrics where the configuration says; answers where that is.
async fn serve_metrics(
    config: &Config,
    state: &AppState,
    clients: &Arc<Clients>,
    stop: &CancellationToken,
    tasks: &mut Vec<JoinHandle<()>>,
) -> anyhow::Result<Option<SocketAddr>> {
    let Some(address) = config.watch.metrics_address else { return Ok(None) };
    let listener = metrics::listen(address).await?;
    let address = listener.local_addr()?;
    let sources = metrics::Sources {
        services: state.services.clone(),
        http: state.http.clone(),
        clients: clients.clone(),
        admission: state.admission.clone(),
        rates: state.rates.clone(),
        token: config.watch.metrics_token.clone(),
        print_fonts: state.site.print_fonts.paths().len(),
    };
    tasks.push(tokio::spawn(metrics::serve(listener, sources, stop.clone())));
    Ok(Some(address))
}

/// Opens the database and brings it up to date.
///
/// # Errors
/// As [`build`].
pub async fn open_database(config: &Config) -> anyhow::Result<Db> {
    let db = Db::connect_with(config.database_url.reveal(), config.limits.database)
        .await
        .context("opening the database")?;
    db.migrate().await.context("bringing the database up to date")?;
    Ok(db)
}

/// The shop without payments and without routes, for work at the terminal.
///
/// # Errors
/// As [`build`].
pub async fn build_services(config: &Config) -> anyhow::Result<Services> {
    services_on(open_database(config).await?, config)
}

/// The same on a database that is open already, whatever schema it has.
///
/// # Errors
/// The photos cannot be reached.
pub fn services_on(db: Db, config: &Config) -> anyhow::Result<Services> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let gateway = no_network(&clock)?;
    let media = media_store::open(config)?;
    Ok(Services::new(
        db,
        clock,
        Arc::new(SystemEntropy),
        gateway,
        media,
        config.rules.clone(),
        &config.public_url,
    ))
}

/// A gateway that reaches nobody: nothing done at the terminal asks the payment network.
fn no_network(clock: &Arc<dyn Clock>) -> anyhow::Result<Arc<dyn PaymentGateway>> {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let clock = clock.clone();
    let config = GatewayConfig::new("sk_test_none", Some("http://127.0.0.1:9".to_owned()));
    Ok(Arc::new(StripeGateway::new(config, move || clock.now_ms())?))
}

fn site_info(config: &Config, assets: &Assets, is_demo: bool) -> SiteInfo {
    SiteInfo {
        public_url: config.public_url.clone(),
        is_secure: config.is_secure(),
        is_demo,
        assets: assets.manifest.clone(),
        business_licence: config.business_licence.clone(),
        food_permit: config.food_permit.clone(),
        icp_record: config.icp_record.clone(),
        contact: config.contact.clone(),
        print_fonts: print_fonts(config),
    }
}

/// The fonts that are there. A shop without any sells all the same, so that is said and no more.
fn print_fonts(config: &Config) -> print::FontFiles {
    let found = print::FontFiles::found(config.print_fonts.iter().cloned());
    if found.paths().is_empty() {
        let looked_for: Vec<String> =
            config.print_fonts.iter().map(|path| path.display().to_string()).collect();
        tracing::warn!(
            looked_for = looked_for.join(", "),
            "no font for PDF files: labels and packing lists can only be printed from the browser; \
             install Debian's fonts-noto-cjk or set print_fonts"
        );
    }
    found
}

/// How payments are taken.
struct Payments {
    gateway: Arc<dyn PaymentGateway>,
    webhook_secret: String,
    /// Where the payment page is.
    origin: String,
    demo: Option<DemoPayments>,
}

impl Payments {
    async fn start(
        config: &Config,
        clock: &Arc<dyn Clock>,
        entropy: &Arc<dyn Entropy>,
        instead: Option<Arc<dyn PaymentGateway>>,
        stop: &CancellationToken,
        tasks: &mut Vec<JoinHandle<()>>,
    ) -> anyhow::Result<Self> {
        let now = {
            let clock = clock.clone();
            move || clock.now_ms()
        };
        if let Some(gateway) = instead {
            let webhook_secret = random_text(entropy.as_ref());
            return Ok(Self { gateway, webhook_secret, origin: String::new(), demo: None });
        }
        if let Some(stripe) = &config.stripe {
            let mut gateway = GatewayConfig::new(stripe.secret_key.reveal(), config.stripe_api_url.clone());
            gateway.payment_methods.clone_from(&config.stripe_payment_methods);
            return Ok(Self {
                gateway: Arc::new(StripeGateway::new(gateway, now)?),
                webhook_secret: stripe.webhook_secret.reveal().to_owned(),
                origin: match &config.stripe_api_url {
                    // A look-alike shows its payment page itself; behind a proxy it is Stripe's as ever.
                    Some(url) if url.starts_with("http://") => url.trim_end_matches('/').to_owned(),
                    _ => "https://checkout.stripe.com".to_owned(),
                },
                demo: None,
            });
        }
        let demo = start_lookalike(config, clock, entropy, stop, tasks).await?;
        let origin = format!("http://{}", demo.0.address);
        let mut gateway = GatewayConfig::new(demo.1, Some(origin.clone()));
        gateway.payment_methods.clone_from(&config.stripe_payment_methods);
        Ok(Self {
            gateway: Arc::new(StripeGateway::new(gateway, now)?),
            webhook_secret: demo.0.webhook_secret.clone(),
            origin,
            demo: Some(demo.0),
        })
    }
}

/// Starts the look-alike beside the shop; answers it and its key. Key and secret are new each time, for nobody but
/// this process needs them.
async fn start_lookalike(
    config: &Config,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
    stop: &CancellationToken,
    tasks: &mut Vec<JoinHandle<()>>,
) -> anyhow::Result<(DemoPayments, String)> {
    let listener = TcpListener::bind(config.lookalike_address)
        .await
        .with_context(|| format!("the payment look-alike cannot listen on {}", config.lookalike_address))?;
    let address = listener.local_addr()?;
    let secret_key = format!("sk_test_{}", random_text(entropy.as_ref()));
    let webhook_secret = format!("whsec_{}", random_text(entropy.as_ref()));
    let mut seed = [0_u8; 32];
    entropy.fill(&mut seed);
    let clock = clock.clone();
    let lookalike = Lookalike::new(LookalikeConfig {
        secret_key: secret_key.clone(),
        webhook_url: Some(format!("http://{}/webhooks/stripe", config.address)),
        webhook_secret: webhook_secret.clone(),
        public_url: format!("http://{address}"),
        state_file: Some(config.data_dir.join("demo-payments.json")),
        now: Arc::new(move || clock.now_ms()),
        seed,
    })?;
    let (running, stop) = (lookalike.clone(), stop.clone());
    tasks.push(tokio::spawn(async move {
        if let Err(error) = running.run(listener, stop.cancelled_owned()).await {
            tracing::error!(%error, "the payment look-alike stopped");
        }
    }));
    Ok((DemoPayments { lookalike, address, webhook_secret }, secret_key))
}

fn random_text(entropy: &dyn Entropy) -> String {
    let mut random = [0_u8; 16];
    entropy.fill(&mut random);
    random.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Application {
    /// Answers requests until `shutdown` is done; then lets requests and jobs that have begun end, and closes the
    /// database.
    ///
    /// # Errors
    /// The listener failed.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<()> {
        let within = self.request_timeout + FINISH_WITHIN;
        let (router, clients) = (self.router.clone(), self.clients.clone());
        listening::serve(listener, router, clients, self.limits.header_timeout, within, shutdown).await;
        self.close().await;
        Ok(())
    }

    /// Ends what runs beside the requests.
    pub async fn close(self) {
        let Self { services, router, stop, tasks, unfinished, .. } = self;
        drop(router);
        // Work whose client has gone away: a payment that was being opened, an order that was being written.
        let finished = tokio::time::timeout(FINISH_WITHIN, async {
            while Arc::strong_count(&unfinished) > 1 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        if finished.await.is_err() {
            tracing::warn!("stopped although work was unfinished");
        }
        stop.cancel();
        for task in tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a background task broke off");
            }
        }
        services.db.close().await;
    }
}
