//! After-sales and parcels of the real shop, as buyer, seller and town handle them.

use bytes::Bytes;
use domain::after_sale::{AfterSaleKind, AfterSaleStatus, ReturnedGoods};
use domain::ids::AfterSaleId;
use service::Viewer;
use service::after_sales::{
    self as sales, AskAfterSale, AskLine, OfferRefund, ask_after_sale, confirm_large, offer_refund,
};
use service::photos::SentPhoto;
use service::shipping::split::{MergeParcels, SplitParcel, SplitPieces, merge_parcels, split_parcel};
use service::testing::TestShop;
use store::orders::LineRow;

use super::reference::{Outcome, Wish};
use super::steps::SaleAct;
use super::world::{World, outcome};

/// A picture of the demonstration.
const PICTURE: &[u8] = include_bytes!("../../data/demo/pictures/tea-danya-1.webp");

impl World {
    pub(super) async fn line(&self, shop: &TestShop, order: usize, line: usize) -> LineRow {
        let mut conn = shop.services.db.read().await.unwrap();
        store::orders::list_order_lines(&mut conn, self.id(order)).await.unwrap()[line].clone()
    }

    /// After-sales of an order, oldest first.
    async fn sale(&self, shop: &TestShop, order: usize, sale: usize) -> AfterSaleId {
        let mut conn = shop.services.db.read().await.unwrap();
        let newest_first = store::after_sales::list_of_order(&mut conn, self.id(order)).await.unwrap();
        newest_first[newest_first.len() - 1 - sale].id
    }

    pub(super) async fn ask(
        &self,
        shop: &TestShop,
        buyer: &Viewer,
        (order, line): (usize, usize),
        pieces: i64,
        (kind, reason, permille): Wish,
    ) -> Outcome {
        let row = self.line(shop, order, line).await;
        let is_claim = kind == AfterSaleKind::DamageClaim;
        let damage = if is_claim { format!("{}%", permille / 10) } else { String::new() };
        let command = AskAfterSale {
            key: shop.services.new_token(),
            parcel: row.parcel_id.to_string(),
            kind: kind.as_str().to_owned(),
            reason: reason.as_str().to_owned(),
            words: "请处理".to_owned(),
            amount: String::new(),
            lines: vec![AskLine { line: row.id.to_string(), quantity: pieces.to_string(), damage }],
        };
        let photos = if is_claim { vec![SentPhoto::Bytes(Bytes::from_static(PICTURE))] } else { Vec::new() };
        outcome(ask_after_sale(&shop.services, buyer, command, photos).await)
    }

    pub(super) async fn answer(
        &self,
        shop: &TestShop,
        buyer: &Viewer,
        (order, sale): (usize, usize),
        act: SaleAct,
    ) -> Outcome {
        let (services, seller) = (&shop.services, &self.seller);
        let id = self.sale(shop, order, sale).await;
        let key = services.new_token();
        outcome(match act {
            SaleAct::Agree => sales::agree(services, seller, id, &key).await,
            SaleAct::Refuse => sales::refuse(services, seller, id, "不同意", &key).await,
            SaleAct::Withdraw => sales::withdraw(services, buyer, id, &key).await,
            SaleAct::SendBack => sales::send_back(services, buyer, id, "邮政", "R1", &key).await,
            SaleAct::TakeBack { restock } => {
                let goods = if restock { ReturnedGoods::Restock } else { ReturnedGoods::WriteOff };
                sales::take_back(services, seller, id, goods, &key).await
            }
            SaleAct::Appeal => sales::appeal(services, buyer, id, "请评理", &key).await,
            SaleAct::Decide { uphold } => {
                sales::decide(services, &self.town, id, uphold, "看过了", &key).await
            }
            SaleAct::Second => confirm_large(services, &self.admin, id, &key).await,
        })
    }

    /// The seller gives it back; the county looks at large amounts.
    pub(super) async fn refund_part(
        &self,
        shop: &TestShop,
        order: usize,
        line: usize,
        pieces: i64,
    ) -> Outcome {
        let services = &shop.services;
        let row = self.line(shop, order, line).await;
        let command = OfferRefund {
            key: services.new_token(),
            parcel: row.parcel_id.to_string(),
            words: "少了".to_owned(),
            amount: String::new(),
            lines: vec![AskLine {
                line: row.id.to_string(),
                quantity: pieces.to_string(),
                ..AskLine::default()
            }],
        };
        let answer = offer_refund(services, &self.seller, command).await;
        if let Ok(id) = &answer {
            let found = {
                let mut conn = services.db.read().await.unwrap();
                store::after_sales::find_after_sale(&mut conn, *id).await.unwrap().unwrap()
            };
            if found.status == AfterSaleStatus::AwaitingSecond {
                confirm_large(services, &self.admin, *id, &services.new_token()).await.unwrap();
            }
        }
        outcome(answer)
    }

    pub(super) async fn split(&self, shop: &TestShop, order: usize, line: usize, pieces: i64) -> Outcome {
        let row = self.line(shop, order, line).await;
        let command = SplitParcel {
            key: shop.services.new_token(),
            parcel: row.parcel_id.to_string(),
            lines: vec![SplitPieces { line: row.id.to_string(), quantity: pieces.to_string() }],
        };
        outcome(split_parcel(&shop.services, &self.seller, command).await)
    }

    pub(super) async fn merge(&self, shop: &TestShop, order: usize, into: usize, from: usize) -> Outcome {
        let command = MergeParcels {
            key: shop.services.new_token(),
            into: self.parcel(shop, order, into).await.to_string(),
            parcels: vec![self.parcel(shop, order, from).await.to_string()],
        };
        outcome(merge_parcels(&shop.services, &self.seller, command).await)
    }
}
