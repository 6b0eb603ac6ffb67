//! What keeps a shop from being lost: backups and their way back, and moving between engines.

use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use clap::Subcommand;
use domain::time::china_minute_text;
use service::backup::{self, Database};
use service::operations;
use service::portable::{self, Moved};
use store::Db;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::application::{open_database, services_on};
use crate::config::Config;
use crate::{cli, media_store};

/// Commands of upkeep.
#[derive(Debug, Subcommand)]
pub(super) enum Upkeep {
    /// Back the shop up while it runs: a snapshot of the database and the photos that the folder does not hold yet
    Backup {
        /// Folder of the backups; each run adds one snapshot
        folder: PathBuf,
        /// Keep this many snapshots and remove the older ones; 0 keeps all
        #[arg(long, default_value_t = 0)]
        keep: usize,
    },
    /// Make a shop of a backup, where there is none yet
    Restore {
        /// Folder of the backups (the newest snapshot) or one snapshot in it
        from: PathBuf,
    },
    /// Write the whole database into one file that belongs to no engine (.jsonl.gz)
    Export { file: PathBuf },
    /// Read an exported file into a database that holds nothing yet
    Import { file: PathBuf },
    /// Ask the running shop whether it is ready; for a container's health check
    Health,
}

pub(super) async fn run(command: Upkeep, config: &Config) -> anyhow::Result<ExitCode> {
    match command {
        Upkeep::Backup { folder, keep } => back_up(config, &folder, keep).await?,
        Upkeep::Restore { from } => return restore(config, &from).await,
        Upkeep::Export { file } => export(config, &file).await?,
        Upkeep::Import { file } => return import(config, &file).await,
        Upkeep::Health => return health(config.address).await,
    }
    Ok(ExitCode::SUCCESS)
}

/// The database as it is: never made, never migrated, for a server of another release may be using it.
pub(super) async fn attach(config: &Config) -> anyhow::Result<Db> {
    if let Some(path) = config.sqlite_path() {
        ensure!(
            path.is_file(),
            "there is no database at {}: `data_dir` and `database_url` say where the shop is",
            path.display()
        );
    }
    let db = Db::connect(config.database_url.reveal(), config.max_connections)
        .await
        .context("opening the database")?;
    ensure!(db.find_schema_version().await? > 0, "the database holds no shop");
    Ok(db)
}

/// A shop that is there, with the schema that this program works on or a later one: nothing is made or migrated by asking.
pub(super) async fn attach_current(config: &Config) -> anyhow::Result<Db> {
    let db = attach(config).await?;
    let (schema, newest) = (db.find_schema_version().await?, store::newest_schema_version());
    ensure!(
        schema >= newest,
        "the database has schema {schema} and this program works on {newest}: `xiangji migrate` brings it up to date"
    );
    Ok(db)
}

async fn back_up(config: &Config, folder: &Path, keep: usize) -> anyhow::Result<()> {
    let services = services_on(attach(config).await?, config)?;
    let outcome = backup::back_up(&services, folder, env!("CARGO_PKG_VERSION"), keep).await;
    let noted = match &outcome {
        Ok(made) => operations::note_backup(&services, made.manifest.began_at_ms).await,
        Err(_) => Ok(()),
    };
    services.db.close().await;
    let made = outcome?;
    let manifest = &made.manifest;
    say!("backed up into {}", made.folder.display());
    say!("    {} orders, schema {}", rows_of(&made.manifest, "orders"), manifest.schema);
    say!("    {} photo files, {} of them copied now", manifest.photo_files, made.copied);
    say!("    everything committed before {} (China time) is in it", china_minute_text(manifest.began_at_ms));
    if made.removed > 0 {
        say!("    {} older snapshots removed", made.removed);
    }
    if let Err(error) = noted {
        // The backup is there all the same (the database may be of the release before); the figure stays as old as it was.
        say!("    not noted in the database, so the metrics do not know of it: {error}");
    }
    if config.secret_key.is_none() && config.data_dir.join("secret.key").exists() {
        say!("    not in it, so keep a copy elsewhere: {}", config.data_dir.join("secret.key").display());
    }
    Ok(())
}

fn rows_of(manifest: &backup::Manifest, table: &str) -> i64 {
    manifest.tables.get(table).map_or(0, |counted| counted.rows)
}

async fn restore(config: &Config, from: &Path) -> anyhow::Result<ExitCode> {
    let database = match config.sqlite_path() {
        Some(path) => Database::File(path),
        None => Database::Server(config.database_url.reveal().to_owned()),
    };
    let restored = backup::restore(from, &database, &*media_store::open(config)?).await?;
    let manifest = &restored.manifest;
    say!("restored {}", restored.snapshot.display());
    say!(
        "    {} orders and {} photo files; what came after {} (China time) is lost",
        rows_of(manifest, "orders"),
        restored.photo_files,
        china_minute_text(manifest.began_at_ms)
    );
    open_database(config).await?.close().await;
    cli::verify(config).await
}

async fn export(config: &Config, file: &Path) -> anyhow::Result<()> {
    ensure!(!file.exists(), "{} is there already", file.display());
    let partial = file.with_added_extension("partial");
    let _ = fs::remove_file(&partial);
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let created = options.open(&partial).with_context(|| format!("making {}", partial.display()))?;
    let db = attach(config).await?;
    let mut out = BufWriter::new(created);
    let outcome = portable::export(&db, &mut out).await;
    db.close().await;
    let moved = match outcome {
        Ok(moved) => moved,
        Err(error) => {
            let _ = fs::remove_file(&partial);
            return Err(error.into());
        }
    };
    out.flush()?;
    out.get_ref().sync_all()?;
    fs::rename(&partial, file).with_context(|| format!("naming {}", file.display()))?;
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        File::open(folder).and_then(|folder| folder.sync_all())?;
    }
    report(&moved, "exported");
    say!("    it holds addresses and password hashes: keep it as you keep the database");
    Ok(())
}

async fn import(config: &Config, file: &Path) -> anyhow::Result<ExitCode> {
    let opened = File::open(file).with_context(|| format!("opening {}", file.display()))?;
    let db = Db::connect(config.database_url.reveal(), config.max_connections)
        .await
        .context("opening the database")?;
    let outcome = portable::import(&db, &mut BufReader::new(opened)).await;
    db.close().await;
    report(&outcome?, "imported");
    open_database(config).await?.close().await;
    cli::verify(config).await
}

/// Every table with its rows and its money, to be held against the other end.
fn report(moved: &Moved, done: &str) {
    say!("{done} {} rows in {} tables, schema {}", moved.rows(), moved.tables.len(), moved.schema);
    for (table, totals) in moved.tables.iter().filter(|(_, totals)| totals.rows > 0) {
        let sums: String = totals.sums_fen.iter().map(|(column, fen)| format!("  {column} {fen}")).collect();
        say!("    {table:<24} {:>10}{sums}", totals.rows);
    }
    say!("    sha256 {}", moved.sha256);
}

/// `GET /readyz` without a library: the answer's first line says all.
async fn health(address: SocketAddr) -> anyhow::Result<ExitCode> {
    let ip = if address.ip().is_unspecified() { [127, 0, 0, 1].into() } else { address.ip() };
    let asked = SocketAddr::new(ip, address.port());
    let ask = async {
        let mut stream = tokio::net::TcpStream::connect(asked).await?;
        let question = format!("GET /readyz HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
        stream.write_all(question.as_bytes()).await?;
        let mut answer = String::new();
        stream.take(4096).read_to_string(&mut answer).await?;
        anyhow::Ok(answer.lines().next().unwrap_or_default().to_owned())
    };
    let first_line = tokio::time::timeout(Duration::from_secs(5), ask)
        .await
        .context("no answer")
        .flatten()
        .with_context(|| format!("asking {asked}"))?;
    if first_line.contains(" 200") {
        return Ok(ExitCode::SUCCESS);
    }
    bail!("{asked} is not ready: {first_line}")
}
