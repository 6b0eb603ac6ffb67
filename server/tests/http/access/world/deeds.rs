//! What people do in the small world: sheets and lists, buying, paying, asking after the sale.

use domain::address::AddressForm;
use domain::ids::{AfterSaleId, DeskListId, OrderId, SheetPreviewId};
use domain::invoice::InvoiceWish;
use service::after_sales::{AskAfterSale, AskLine};
use service::checkout::PlaceOrder;
use service::payments::ComeBack;
use service::units::SubmitUnitOrder;

use super::{Placed, World};
use crate::access::Who;
use crate::access::side::REGION;

fn address(phone: &str) -> AddressForm {
    AddressForm {
        name: "收货人".to_owned(),
        phone: phone.to_owned(),
        region: REGION.to_owned(),
        detail: "城关镇1号".to_owned(),
    }
}

impl World {
    /// A sheet that gives the variant this name in English.
    pub async fn sheet_of(&self, name: &str, key: &str) -> SheetPreviewId {
        let seller = self.viewer(Who::Seller).await;
        let sheet = format!("code,variant_name_en\nOWN-1,{name}\n").into_bytes();
        service::sheets::preview_sheet(&self.shop.services, &seller, self.team, sheet, key).await.unwrap()
    }

    /// A list that gives the parcel of `paid` a tracking number.
    pub async fn list_of(&self, number: &str, key: &str) -> DeskListId {
        use service::shipping::lists::{ListSource, keep_list};
        let seller = self.viewer(Who::Seller).await;
        let text = ListSource::Text(format!("{} 中国邮政 {number}", self.paid.parcel));
        let kind = domain::shipping::ListKind::Numbers;
        keep_list(&self.shop.services, &seller, self.team, kind, text, key).await.unwrap()
    }

    /// Buys one piece without paying it.
    pub async fn buy(&self, who: Who, phone: &str) -> Placed {
        let (services, viewer) = (&self.shop.services, self.viewer(who).await);
        service::carts::add_line(services, &viewer, self.variant, 1).await.unwrap();
        let draft = service::checkout::preview_checkout(services, &viewer, Some(REGION)).await.unwrap();
        let command = PlaceOrder {
            key: format!("{who:?} {phone}"),
            address: address(phone),
            email: String::new(),
            note: String::new(),
            invoice: InvoiceWish::None,
            expected_total_fen: draft.total_fen(),
            agreed_terms: draft.agreed_terms(),
            confirms_opened: false,
        };
        let placed = service::checkout::place_order(services, &viewer, command).await.unwrap();
        self.placed(placed.order_id, placed.number).await
    }

    /// An order of the unit that was paid by bank.
    pub async fn hand_in_paid(&self, key: &str, pieces: i64) -> Placed {
        let services = &self.shop.services;
        let placed = self.hand_in_pieces(key, pieces).await;
        let approver = self.viewer(Who::Approver).await;
        service::units::approve_order(services, &approver, &placed.number).await.unwrap();
        let (finance, captain) = (self.viewer(Who::Finance).await, self.viewer(Who::Captain).await);
        let reference = format!("ref {}", placed.number);
        service::units::announce_transfer(services, &finance, &placed.number, &reference).await.unwrap();
        let payment = {
            let mut conn = services.db.read().await.unwrap();
            store::payments::list_order_payments(&mut conn, placed.id).await.unwrap().remove(0)
        };
        service::units::confirm_transfer(services, &captain, payment.id, payment.amount_fen).await.unwrap();
        placed
    }

    /// Whoever bought it pays an order online.
    pub async fn pay_online(&self, who: Who, placed: &Placed) {
        let (services, viewer) = (&self.shop.services, self.viewer(who).await);
        let back = ComeBack { paid_path: "/".to_owned(), unpaid_path: "/".to_owned() };
        service::payments::start_payment(services, &viewer, placed.id, &back).await.unwrap();
        let page = {
            let mut conn = services.db.read().await.unwrap();
            let payments = store::payments::list_order_payments(&mut conn, placed.id).await.unwrap();
            payments.into_iter().find_map(|payment| payment.session_id).unwrap()
        };
        self.shop.demo_payments.as_ref().unwrap().lookalike.succeed(&page).unwrap();
        service::payments::check_order(services, placed.id).await.unwrap();
    }

    /// The unit's buyer asks about pieces of an order's only line.
    pub async fn claim(&self, placed: &Placed, pieces: i64, kind: &str, reason: &str) -> AfterSaleId {
        self.claim_as(Who::Buyer, placed, pieces, kind, reason).await
    }

    /// The same for whoever bought it.
    pub async fn claim_as(
        &self,
        who: Who,
        placed: &Placed,
        pieces: i64,
        kind: &str,
        reason: &str,
    ) -> AfterSaleId {
        let (services, buyer) = (&self.shop.services, self.viewer(who).await);
        let line = {
            let mut conn = services.db.read().await.unwrap();
            store::orders::list_order_lines(&mut conn, placed.id).await.unwrap().remove(0)
        };
        let command = AskAfterSale {
            key: format!("claim {} {}", placed.number, services.new_token()),
            parcel: placed.parcel.to_string(),
            kind: kind.to_owned(),
            reason: reason.to_owned(),
            words: "请处理".to_owned(),
            amount: String::new(),
            lines: vec![AskLine {
                line: line.id.to_string(),
                quantity: pieces.to_string(),
                damage: String::new(),
            }],
        };
        service::after_sales::ask_after_sale(services, &buyer, command, Vec::new()).await.unwrap()
    }

    pub(super) async fn hand_in(&self, key: &str) -> Placed {
        self.hand_in_pieces(key, 3).await
    }

    async fn hand_in_pieces(&self, key: &str, pieces: i64) -> Placed {
        let (services, viewer) = (&self.shop.services, self.viewer(Who::Buyer).await);
        let lines = format!("OWN-1 {pieces}");
        let check = service::units::check_quick_order(services, &viewer, self.unit, &lines, Some(REGION));
        let draft = check.await.unwrap().draft.unwrap();
        let command = SubmitUnitOrder {
            key: key.to_owned(),
            lines: lines.clone(),
            address: address("13800000003"),
            expected_total_fen: draft.total_fen(),
            agreed_terms: draft.agreed_terms(),
            ..SubmitUnitOrder::default()
        };
        let placed = service::units::submit_order(services, &viewer, self.unit, command).await.unwrap();
        self.placed(placed.order_id, placed.number).await
    }

    pub(super) async fn hand_in_approved(&self, key: &str) -> Placed {
        let placed = self.hand_in(key).await;
        let approver = self.viewer(Who::Approver).await;
        service::units::approve_order(&self.shop.services, &approver, &placed.number).await.unwrap();
        placed
    }

    async fn placed(&self, id: OrderId, number: String) -> Placed {
        let mut conn = self.shop.services.db.read().await.unwrap();
        let parcels = store::parcels::list_order_parcels(&mut conn, id).await.unwrap();
        assert_eq!(parcels.len(), 1);
        Placed { id, number, parcel: parcels[0].id }
    }
}
