//! Commands: serve, migrate, found, seed-demo, verify, user, settings, pages, and those of [`upkeep`] and [`status`].

/// `println!` for whoever may stop reading: see [`print_line`].
macro_rules! say {
    ($($part:tt)*) => {
        $crate::cli::print_line(&mut std::io::stdout(), format_args!($($part)*))
    };
}

mod status;
#[cfg(test)]
mod tests;
mod upkeep;

use std::io::{ErrorKind, IsTerminal as _, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};
use clap::{Parser, Subcommand};
use domain::locale::Locale;
use domain::role::Role;
use service::ServiceError;
use service::accounts::NewAccount;
use service::places::FoundCounty;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use crate::application::{Application, Overrides, build, build_services, open_database, services_on};
use crate::config::{self, Config, LogFormat, Settings};

/// A storefront that sells what villages make and traces every yuan back to them.
#[derive(Debug, Parser)]
#[command(name = "xiangji", version)]
struct Cli {
    /// Configuration file (TOML)
    #[arg(long, env = "XIANGJI_CONFIG", global = true)]
    config: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the shop; a demonstration shop (no Stripe key) with an empty database is filled first
    Serve {
        /// Leave an empty database empty
        #[arg(long)]
        empty: bool,
    },
    /// Bring the database up to date and stop
    Migrate,
    /// Found the county that the shop is for; its towns, villages, teams and units are added at /county/places
    Found {
        /// Shown to everybody: 岚皋县
        #[arg(long)]
        name: String,
        /// The same in English
        #[arg(long, default_value = "")]
        name_en: String,
        /// Its code of six digits, or its region in words: 陕西省安康市岚皋县
        #[arg(long)]
        region: String,
    },
    /// Fill an empty database with the demonstration county; refused where a Stripe key is set
    SeedDemo,
    /// Check the books: invariants of orders, stock, journal and payments
    Verify,
    /// List the refunds that came back too often and wait for a person
    Refunds {
        /// Send this one once more, when what stood in its way is gone
        #[arg(long, value_name = "REFUND")]
        retry: Option<String>,
    },
    /// Accounts
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    #[command(flatten)]
    Upkeep(upkeep::Upkeep),
    #[command(flatten)]
    Watch(status::Watch),
    /// Print the table of settings
    Settings,
    /// Print the address of every page, one a line; the browser tests look whether they opened each
    #[command(hide = true)]
    Pages,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Make an account; the password is read from the standard input, and its owner chooses another one at the first
    /// sign-in
    Add {
        /// Mobile number or e-mail address
        login: String,
        /// Shown to others
        #[arg(long)]
        name: String,
        /// `operator`, `county-admin`, or a role with the number of what it is held of: `seller:0abc…`
        #[arg(long)]
        role: Vec<String>,
    },
    /// Set an account's password and end its sessions; the password is read from the standard input, and its owner
    /// chooses another one when signing in. For whoever has lost theirs and has no e-mail address: make sure of the
    /// person first
    SetPassword { login: String },
    /// Bar an account and end its sessions
    Bar { login: String },
    /// Let a barred account in again
    Unbar { login: String },
    /// End the sessions of one account, or of all of them at once when sessions may be in wrong hands; everybody may sign
    /// in again
    SignOut {
        /// Mobile number or e-mail address
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        login: Option<String>,
        /// Every account; guests keep their carts
        #[arg(long)]
        all: bool,
    },
    /// Take away a second factor whose owner lost phone and recovery codes, and end the account's sessions; make sure
    /// of the person first
    ResetSecondFactor { login: String },
}

/// Runs the command line's command.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let outcome = (|| {
        let config = cli.settings.clone().resolve(cli.config.as_deref())?;
        start_log(&config)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(dispatch(cli.command, config))
    })();
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xiangji: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Writes a line. A reader that has gone (`| head`) wants no more of it: the command does its work all the same, and its exit
/// code tells how that ended. Whatever else prevents it is said where errors are.
fn print_line(out: &mut dyn Write, line: std::fmt::Arguments<'_>) {
    match writeln!(out, "{line}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            eprintln!("xiangji: the output cannot be written: {error}");
        }
        _ => {}
    }
}

fn start_log(config: &Config) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&config.log).context("the log filter cannot be read")?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let started = match config.log_format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().try_init(),
    };
    started.map_err(|error| anyhow::anyhow!("{error}"))
}

async fn dispatch(command: Command, config: Config) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve { empty } => serve(config, empty).await?,
        Command::Migrate => {
            open_database(&config).await?.close().await;
            say!("the database is up to date");
        }
        Command::Found { name, name_en, region } => {
            found(&config, &FoundCounty { name, name_en, region }).await?;
        }
        Command::SeedDemo => {
            ensure!(
                config.is_demo(),
                "a Stripe key is set: the demonstration county, whose passwords anybody knows, is only for a shop \
                 without one"
            );
            let services = build_services(&config).await?;
            seed(&services).await?;
            services.db.close().await;
        }
        Command::Verify => return verify(&config).await,
        Command::Refunds { retry } => refunds(&config, retry.as_deref()).await?,
        Command::User { command } => user(&config, command).await?,
        Command::Upkeep(command) => return upkeep::run(command, &config).await,
        Command::Watch(command) => return status::run(command, &config).await,
        Command::Settings => say!("{}", config::table()),
        Command::Pages => {
            for page in app::routes::all_pages() {
                say!("{}", page.path);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn serve(mut config: Config, empty: bool) -> anyhow::Result<()> {
    let listener = TcpListener::bind(config.address)
        .await
        .with_context(|| format!("cannot listen on {}", config.address))?;
    if config.address.port() == 0 {
        let asked = format!("http://{}", config.address);
        config.address = listener.local_addr()?;
        if config.public_url == asked {
            config.public_url = format!("http://{}", config.address);
        }
    }
    if config.is_demo() && !empty {
        let services = build_services(&config).await?;
        seed(&services).await?;
        services.db.close().await;
    }
    let application: Application = build(&config, Overrides::default()).await?;
    say!("==> {} (listening on {})", config.public_url, config.address);
    if let Some(demo) = &application.demo_payments {
        say!("    demonstration payments: http://{}", demo.address);
    }
    if service::demo::is_demo(&application.services).await? {
        print_demo_accounts();
    }
    application.serve(listener, shutdown_signal()).await?;
    say!("stopped");
    Ok(())
}

/// Ctrl-C or SIGTERM.
async fn shutdown_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
        match terminate {
            Ok(mut terminate) => {
                tokio::select! {
                    _ = interrupt => {}
                    _ = terminate.recv() => {}
                }
            }
            Err(error) => {
                tracing::warn!(%error, "SIGTERM cannot be heard");
                let _ = interrupt.await;
            }
        }
    }
    #[cfg(not(unix))]
    let _ = interrupt.await;
    tracing::info!("stopping: requests that have begun are finished first");
}

/// Fills an empty database with the demonstration county; leaves any other one alone.
async fn seed(services: &service::Services) -> anyhow::Result<()> {
    let mut last = String::new();
    let mut progress = |step: &str, done: usize, all: usize| {
        // One line a step and one at its end, not one for each of a thousand orders.
        if step != last || done == all {
            say!("    {step} {done}/{all}");
            step.clone_into(&mut last);
        }
    };
    let report = service::demo::seed(services, &mut progress).await?;
    if report.seeded {
        say!(
            "==> demonstration county: {} products, {} photos, {} retail orders, {} unit orders, in {} s",
            report.products,
            report.photos,
            report.retail_orders,
            report.unit_orders,
            report.took_ms / 1000
        );
    }
    Ok(())
}

/// How to sign in to the demonstration.
fn print_demo_accounts() {
    say!("    demonstration accounts:");
    for account in service::demo::demo_accounts() {
        say!("    {:<32} {}  {}", account.login, account.password, account.role_en);
    }
}

async fn verify(config: &Config) -> anyhow::Result<ExitCode> {
    let services = services_on(upkeep::attach_current(config).await?, config)?;
    let report = service::books::verify_books(&services).await?;
    services.db.close().await;
    if report.is_sound() {
        say!("the books are sound");
        return Ok(ExitCode::SUCCESS);
    }
    for (invariant, mismatch) in &report.mismatches {
        say!("{invariant}: {mismatch:?}");
    }
    say!("{} mismatches", report.mismatches.len());
    Ok(ExitCode::FAILURE)
}

async fn refunds(config: &Config, retry: Option<&str>) -> anyhow::Result<()> {
    let services = services_on(upkeep::attach_current(config).await?, config)?;
    if let Some(id) = retry {
        let id = id.parse().context("no number of a refund")?;
        service::refunds::retry_refund(&services, id).await.context("this refund waits for nobody")?;
        say!("refund {id} is sent by the running shop within a minute");
    }
    for refund in service::refunds::list_stuck_refunds(&services).await? {
        say!(
            "{} order {} {} came back {} times: {}",
            refund.refund_id,
            refund.order_number,
            refund.amount_fen,
            refund.attempts,
            refund.failure_code
        );
    }
    services.db.close().await;
    Ok(())
}

async fn user(config: &Config, command: UserCommand) -> anyhow::Result<()> {
    let services = services_on(upkeep::attach_current(config).await?, config)?;
    let outcome = match command {
        UserCommand::Add { login, name, role } => {
            let roles = role.iter().map(|text| parse_role(text)).collect::<anyhow::Result<Vec<Role>>>()?;
            let password = read_password()?;
            let account = NewAccount {
                login,
                password,
                display_name: name,
                locale: Locale::Zh,
                roles,
                password_is_temporary: true,
            };
            service::accounts::create_user(&services, account).await.map(|id| say!("account {id}"))
        }
        UserCommand::SetPassword { login } => {
            service::accounts::set_password(&services, &login, read_password()?).await
        }
        UserCommand::Bar { login } => service::accounts::set_barred(&services, &login, true).await,
        UserCommand::Unbar { login } => service::accounts::set_barred(&services, &login, false).await,
        UserCommand::SignOut { login, all: _ } => {
            let ended = match login {
                Some(login) => service::accounts::sign_out_account(&services, &login).await,
                None => service::accounts::sign_out_all(&services).await,
            };
            ended.map(|ended| say!("{ended} sessions ended"))
        }
        UserCommand::ResetSecondFactor { login } => {
            service::accounts::reset_second_factor(&services, &login).await.map(|was_on| {
                say!(
                    "{}",
                    if was_on {
                        "reset: the next sign-in takes the password alone"
                    } else {
                        "there was none"
                    }
                );
            })
        }
    };
    services.db.close().await;
    told(outcome)
}

async fn found(config: &Config, command: &FoundCounty) -> anyhow::Result<()> {
    let services = build_services(config).await?;
    let outcome = service::places::found_county(&services, command).await;
    services.db.close().await;
    if matches!(outcome, Err(ServiceError::Conflict(_))) {
        bail!("this shop has a county already");
    }
    say!("county {}", told(outcome)?);
    say!("its administrator: xiangji user add LOGIN --name NAME --role county-admin");
    Ok(())
}

/// What was done; what is wrong with what was typed stands above the error.
fn told<T>(outcome: service::Result<T>) -> anyhow::Result<T> {
    match outcome {
        Ok(done) => Ok(done),
        Err(ServiceError::Invalid(errors)) => {
            for error in &errors {
                eprintln!("{}: {}", error.field, app::text::problem_text(Locale::En, &error.problem));
            }
            bail!("nothing was changed")
        }
        Err(other) => Err(other.into()),
    }
}

/// From the standard input, so that it stands in no history of commands.
fn read_password() -> anyhow::Result<String> {
    eprintln!("Password, at least 8 characters:");
    let mut password = String::new();
    std::io::stdin().read_line(&mut password)?;
    Ok(password.trim_end_matches(['\r', '\n']).to_owned())
}

fn parse_role(text: &str) -> anyhow::Result<Role> {
    let (kind, scope) = text.split_once(':').unwrap_or((text, ""));
    let kind = kind.replace('-', "_");
    let scope = if scope.is_empty() {
        0
    } else {
        domain::ids::from_text(scope).with_context(|| format!("in the role {text}"))?
    };
    Role::parse(&kind, scope).with_context(|| format!("roles are {}", Role::KINDS.join(", ")))
}
