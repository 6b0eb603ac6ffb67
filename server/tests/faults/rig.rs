//! A shop with its database and its network, ready to be maltreated.

use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::ids::{BatchId, ProductId, TeamId, UserId, VillageId};
use service::Services;
use service::ports::Clock;
use store::Conn;
use store::testing::trade;
use tokio::sync::OnceCell;
use xiangji::{Config, Overrides, Settings, application, build};

use crate::network::{Network, SECRET_KEY, WEBHOOK_SECRET, now_ms};

/// How long a start may take on a busy machine.
const START_WITHIN: Duration = Duration::from_secs(60);
/// More than any test sells, in base units of each batch.
const PLENTY: i64 = 1_000_000_000;

/// What the county has, as far as the people of these tests need to know it.
#[derive(Debug, Clone)]
pub struct Goods {
    /// Ids of variants on sale.
    pub variants: Vec<String>,
    /// Codes of variants on sale, for units.
    pub codes: Vec<String>,
    pub team: TeamId,
    /// A batch of the team's, its product, and a village that put something in.
    pub batch: BatchId,
    pub product: ProductId,
    pub village: VillageId,
    /// Session tokens of the demonstration's seller, unit buyer, approver and finance.
    pub seller: String,
    pub buyer: String,
    pub approver: String,
    pub finance: String,
}

/// The slug of the demonstration's buying unit.
pub const UNIT: &str = "university-union";

/// One shop's place: configuration, data, log.
#[derive(Debug)]
pub struct Rig {
    pub address: SocketAddr,
    pub config_file: PathBuf,
    pub log_file: PathBuf,
    pub program: PathBuf,
}

impl Rig {
    /// A shop below `folder` on `database_url`, whose payments go to `network`.
    pub fn new(
        folder: &Path,
        address: SocketAddr,
        data_dir: &Path,
        database_url: &str,
        network: &Network,
    ) -> Self {
        let name = address.port();
        let config_file = folder.join(format!("{name}.toml"));
        let text = format!(
            "address = \"{address}\"\ndata_dir = \"{data}\"\ndatabase_url = \"{database_url}\"\n\
             stripe_secret_key = \"{SECRET_KEY}\"\nstripe_webhook_secret = \"{WEBHOOK_SECRET}\"\n\
             stripe_api_url = \"{origin}\"\ntrust_proxy = true\nlog = \"warn\"\n\
             [rules]\nmax_unpaid_orders_per_address = 0\n",
            data = data_dir.display(),
            origin = network.origin(),
        );
        std::fs::write(&config_file, text).unwrap();
        let log_file = folder.join(format!("{name}.log"));
        Self { address, config_file, log_file, program: keep_program(folder) }
    }

    /// The configuration as the program reads it.
    pub fn config(&self) -> Config {
        let mut config = Settings::default().resolve(Some(&self.config_file)).unwrap();
        config.worker = false;
        config
    }

    /// The shop in this process, without its worker, `ahead_ms` in the future; nobody listens.
    pub async fn services(&self, ahead_ms: i64) -> Services {
        let clock: Arc<dyn Clock> = Arc::new(AheadClock(ahead_ms));
        let overrides = Overrides { clock: Some(clock), ..Overrides::default() };
        build(&self.config(), overrides).await.unwrap().services
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("--config").arg(&self.config_file).arg("serve");
        self.prepare(&mut command);
        command
    }

    /// Environment and log of a command that runs the program, directly or through another one.
    pub fn prepare(&self, command: &mut Command) {
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("XIANGJI_") || name == "DATABASE_URL" {
                command.env_remove(name);
            }
        }
        let log = File::options().create(true).append(true).open(&self.log_file).unwrap();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
    }

    /// Starts the program and does not wait for it.
    pub fn spawn(&self) -> Shop {
        Shop { child: self.command().spawn().unwrap() }
    }

    /// Starts the program and waits until it is ready; answers how long that took, too.
    pub async fn start(&self) -> (Shop, Duration) {
        self.wait_for(self.spawn()).await
    }

    /// Waits until a program that was spawned is ready.
    pub async fn wait_for(&self, mut shop: Shop) -> (Shop, Duration) {
        let begun = Instant::now();
        while begun.elapsed() < START_WITHIN {
            if is_ready(self.address).await {
                return (shop, begun.elapsed());
            }
            assert_eq!(shop.child.try_wait().unwrap(), None, "the shop ended:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("the shop did not come up:\n{}", self.log());
    }

    /// The end of what the program wrote to its log.
    pub fn log(&self) -> String {
        let text = std::fs::read_to_string(&self.log_file).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }
}

/// Whether `/readyz` says 200.
pub async fn is_ready(address: SocketAddr) -> bool {
    let client = crate::client::http(Duration::from_secs(2));
    client.get(format!("http://{address}/readyz")).send().await.is_ok_and(|answer| answer.status() == 200)
}

/// The program, killed when the test ends however it ends.
#[derive(Debug)]
pub struct Shop {
    pub child: Child,
}

impl Shop {
    /// SIGKILL: nothing is flushed, nothing is said.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").arg(format!("-{name}")).arg(self.child.id().to_string()).status();
        assert!(status.unwrap().success());
    }

    /// SIGTERM, and waits until it has ended in order.
    pub fn stop(mut self) {
        self.signal("TERM");
        assert!(self.child.wait().unwrap().success(), "the shop did not end in order");
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The machine's clock, ahead by so many milliseconds.
#[derive(Debug)]
struct AheadClock(i64);

impl Clock for AheadClock {
    fn now_ms(&self) -> i64 {
        now_ms() + self.0
    }
}

/// The program under test by a name of the test's own, so that a build that goes on meanwhile does not change it under a
/// long run.
fn keep_program(folder: &Path) -> PathBuf {
    let (built, kept) = (Path::new(env!("CARGO_BIN_EXE_xiangji")), folder.join("xiangji"));
    if !kept.exists() && std::fs::hard_link(built, &kept).is_err() {
        std::fs::copy(built, &kept).unwrap();
    }
    kept
}

/// An address of 127.0.0.1 that is free now.
pub fn free_address() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Fills the database of a configuration with the county and opens sessions for its staff.
pub async fn found(config: &Config) -> Goods {
    let services = application::build_services(config).await.unwrap();
    service::demo::seed_without_photos(&services).await.unwrap();
    let goods = prepare(&services).await;
    services.db.close().await;
    goods
}

/// A SQLite file with the county in it, made once for all tests of this run; copied to `path`.
pub async fn found_sqlite(folder: &Path, path: &Path) -> Goods {
    static MADE: OnceCell<(PathBuf, Goods)> = OnceCell::const_new();
    let make = async || {
        let model = Path::new(env!("CARGO_TARGET_TMPDIR")).join("faults-county.db");
        for ending in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{ending}", model.display()));
        }
        let settings =
            format!("data_dir = \"{}\"\ndatabase_url = \"sqlite://{}\"\n", folder.display(), model.display());
        let file = folder.join("model.toml");
        std::fs::write(&file, settings).unwrap();
        let goods = found(&Settings::default().resolve(Some(&file)).unwrap()).await;
        (model, goods)
    };
    let (model, goods) = MADE.get_or_init(make).await;
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::copy(model, path).unwrap();
    goods.clone()
}

async fn prepare(services: &Services) -> Goods {
    let mut tx = services.db.write().await.unwrap();
    trade::stock_up(&mut tx, PLENTY).await.unwrap();
    let today = domain::time::Date::from_epoch_ms(services.now_ms()).to_string();
    let mut rows = store::units::list_price_list(&mut tx, &today).await.unwrap();
    rows.retain(|row| row.min_quantity == 1 && row.in_stock > 1000);
    let seller = demo_user(&mut tx, "seller").await;
    let roles = store::people::list_roles(&mut tx, seller).await.unwrap();
    let team = TeamId::from_i64(roles.iter().find(|role| role.kind == "seller").unwrap().scope_id);
    let sold = trade::get_sold_batch(&mut tx, team).await.unwrap();
    let mut tokens = Vec::new();
    for who in ["seller", "buyer", "approver", "finance"] {
        let (user, token, at_ms) = (demo_user(&mut tx, who).await, services.new_token(), services.now_ms());
        let hash = service::hash_token(&token);
        store::people::insert_session(&mut tx, &hash, Some(user), at_ms, at_ms + domain::time::DAY_MS)
            .await
            .unwrap();
        tokens.push(token);
    }
    tx.commit().await.unwrap();
    let [seller, buyer, approver, finance] = tokens.try_into().unwrap();
    // A few hot ones, so that buyers meet at the same batches.
    rows.truncate(8);
    Goods {
        variants: rows.iter().map(|row| row.variant_id.to_string()).collect(),
        codes: rows.iter().map(|row| row.code.clone()).collect(),
        team,
        batch: sold.batch,
        product: sold.product,
        village: sold.village,
        seller,
        buyer,
        approver,
        finance,
    }
}

async fn demo_user(conn: &mut Conn, who: &str) -> UserId {
    let login = format!("{who}@demo.xiangji.example");
    store::people::find_user_by_login_name(conn, &login).await.unwrap().unwrap().id
}
