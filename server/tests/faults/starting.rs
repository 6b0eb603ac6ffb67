//! Several processes start at once on one new database: it is made once, and all of them come up.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use service::Services;
use store::testing::{jobs, trade};
use xiangji::{Settings, application};

use crate::cluster::Cluster;
use crate::rig::free_address;

/// Migrations, a county with its photos and half a year of orders, in the development build on a busy machine.
const UP_WITHIN: Duration = Duration::from_secs(300);

/// A starting process, killed when the test ends however it ends.
struct Starting {
    child: Child,
    address: std::net::SocketAddr,
    config_file: PathBuf,
    said: PathBuf,
}

impl Drop for Starting {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Starting {
    /// A demonstration shop, as someone who tries it out starts it, with a port of its own.
    fn spawn(folder: &Path, name: usize, database_url: &str) -> Self {
        let (address, lookalike) = (free_address(), free_address());
        let config_file = folder.join(format!("{name}.toml"));
        let settings = format!(
            "address = \"{address}\"\nlookalike_address = \"{lookalike}\"\ndata_dir = \"{}\"\n\
             database_url = \"{database_url}\"\nlog = \"warn\"\n",
            folder.join("data").display()
        );
        std::fs::write(&config_file, settings).unwrap();
        let said = folder.join(format!("{name}.log"));
        let file = std::fs::File::create(&said).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_xiangji"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("XIANGJI_") || name == "DATABASE_URL" {
                command.env_remove(name);
            }
        }
        command.arg("--config").arg(&config_file).arg("serve").stdin(Stdio::null());
        command.stdout(file.try_clone().unwrap()).stderr(file);
        Self { child: command.spawn().unwrap(), address, config_file, said }
    }

    fn said(&self) -> String {
        std::fs::read_to_string(&self.said).unwrap_or_default()
    }

    async fn comes_up(&mut self) {
        let begun = Instant::now();
        while !crate::rig::is_ready(self.address).await {
            assert_eq!(self.child.try_wait().unwrap(), None, "ended while it was starting:\n{}", self.said());
            assert!(begun.elapsed() < UP_WITHIN, "did not come up:\n{}", self.said());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn stops(mut self) {
        let sent = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status();
        assert!(sent.unwrap().success());
        assert!(self.child.wait().unwrap().success(), "did not end in order:\n{}", self.said());
    }
}

async fn completed(services: &Services) -> i64 {
    let mut conn = services.db.read().await.unwrap();
    trade::count_completed(&mut conn).await.unwrap()
}

/// The orders that are completed in a county made by one process alone.
async fn completed_alone(folder: &Path) -> i64 {
    let path = folder.join("alone").join("xiangji.db");
    crate::rig::found_sqlite(folder, &path).await;
    let config_file = folder.join("alone.toml");
    let settings =
        format!("data_dir = \"{}\"\ndatabase_url = \"sqlite://{}\"\n", folder.display(), path.display());
    std::fs::write(&config_file, settings).unwrap();
    let config = Settings::default().resolve(Some(&config_file)).unwrap();
    let services = application::build_services(&config).await.unwrap();
    let completed = completed(&services).await;
    services.db.close().await;
    completed
}

async fn start_at_once(count: usize, database_url: &str, folder: &Path) {
    let mut shops: Vec<Starting> =
        (0..count).map(|name| Starting::spawn(folder, name, database_url)).collect();
    for shop in &mut shops {
        shop.comes_up().await;
    }
    let founders = shops.iter().filter(|shop| shop.said().contains("==> demonstration county")).count();
    assert_eq!(founders, 1, "one makes the county, the others find it made");
    let client = crate::client::http(Duration::from_secs(30));
    let mut pages = Vec::new();
    for shop in &shops {
        assert!(!shop.said().contains("ERROR"), "{}", shop.said());
        let page = client.get(format!("http://{}/villages", shop.address)).send().await.unwrap();
        assert_eq!(page.status(), 200);
        pages.push(page.text().await.unwrap().matches("<h2").count() + 1);
    }
    pages.dedup();
    assert_eq!(pages.len(), 1, "all show the same county");

    let config = Settings::default().resolve(Some(&shops[0].config_file)).unwrap();
    for shop in shops {
        shop.stops();
    }
    let services = application::build_services(&config).await.unwrap();
    assert_eq!(services.db.find_schema_version().await.unwrap(), store::newest_schema_version());
    {
        let mut conn = services.db.read().await.unwrap();
        let repeated = jobs::count_repeated_migrations(&mut conn).await.unwrap();
        assert_eq!(repeated, 0, "each migration ran once");
        assert_eq!(store::places::count_counties(&mut conn).await.unwrap(), 1);
    }
    // Its past is the one that a single process lives through: a worker that began meanwhile would have taken timers of
    // it. A day's boundary may lie between the two.
    let (here, alone) = (completed(&services).await, completed_alone(folder).await);
    assert!(
        alone > 50 && here.abs_diff(alone) <= 3,
        "{here} orders completed, {alone} in a process by itself"
    );
    let report = service::books::verify_books(&services).await.unwrap();
    assert!(report.is_sound(), "{:?}", report.mismatches);
    services.db.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_processes_that_start_at_once_on_a_new_sqlite_file_make_it_once() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("data").join("xiangji.db").display());
    start_at_once(4, &url, folder.path()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_processes_that_start_at_once_on_a_new_postgresql_database_make_it_once() {
    let Some(cluster) = Cluster::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    start_at_once(4, &cluster.url(), folder.path()).await;
}
