//! A shop that sells, to which one fault is done.

use std::path::Path;
use std::sync::Arc;

use service::Services;

use crate::actors::World;
use crate::judge::{self, Before};
use crate::network::Network;
use crate::rig::{Goods, Rig, Shop, found, found_sqlite, free_address};

/// A shop that sells, and its network.
#[derive(Debug)]
pub struct Scene {
    pub rig: Rig,
    pub shop: Shop,
    pub network: Network,
    pub world: Arc<World>,
    before: Before,
}

impl Scene {
    pub async fn open(folder: &Path, url: &str) -> Self {
        Self::open_prepared(folder, url, async |_, _| ()).await.0
    }

    pub async fn on_sqlite(folder: &Path) -> Self {
        Self::open(folder, &sqlite_url(folder)).await
    }

    /// The shop starts, and what is there is noted, after something was done to its goods.
    pub async fn open_prepared<T>(
        folder: &Path,
        url: &str,
        prepare: impl AsyncFnOnce(&Services, &Goods) -> T,
    ) -> (Self, T) {
        let address = free_address();
        let network = Network::start(address).await;
        let rig = Rig::new(folder, address, &folder.join("data"), url, &network);
        let goods = match url.strip_prefix("sqlite://") {
            Some(path) => found_sqlite(folder, Path::new(path)).await,
            None => found(&rig.config()).await,
        };
        let services = rig.services(0).await;
        let prepared = prepare(&services, &goods).await;
        let before = judge::look(&services, &goods).await;
        services.db.close().await;
        let (shop, _) = rig.start().await;
        let world = World::new(&format!("http://{address}"), &network.origin(), goods);
        (Self { rig, shop, network, world, before }, prepared)
    }

    /// The shop ends, and what it has is what people were told and what the network has.
    pub async fn close(self) {
        self.close_after(async |_| ()).await;
    }

    /// The same, after something else was looked at in the shop that has ended.
    pub async fn close_after(self, look: impl AsyncFnOnce(&Services)) {
        self.shop.stop();
        let services = self.rig.services(5 * 60_000).await;
        look(&services).await;
        let told = self.world.journal.read();
        judge::judge(&services, &self.world.goods, &self.before, &told, &self.network).await;
        services.db.close().await;
    }
}

/// The database of a scene on SQLite.
pub fn sqlite_url(folder: &Path) -> String {
    format!("sqlite://{}", folder.join("data/xiangji.db").display())
}
