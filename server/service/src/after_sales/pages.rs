//! What the pages of after-sales show.

use domain::after_sale::{AfterSaleNote, AfterSaleStatus, Side};
use domain::ids::{AfterSaleId, TeamId};
use domain::money::Fen;
use store::after_sales::{AfterSaleRow, MessagePhotoRow};
use store::orders::LineRow;
use store::payments::RefundRow;

use super::case::{Case, is_grant, side_of};
use super::money;
use crate::{Result, ServiceError, Services, Viewer};

/// What the viewer may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Agree,
    /// Offer less than was asked for.
    OfferPart,
    /// Take what the seller offers.
    AcceptOffer,
    Refuse,
    Withdraw,
    Appeal,
    Decide,
    SendBack,
    TakeBack,
    /// Give the money back in place of a replacement.
    RefundInstead,
    /// Say what sending the goods back cost.
    ClaimPostage,
    /// Confirm a large amount as the second person.
    ConfirmLarge,
    Say,
}

/// The one page of buyer, seller and town.
#[derive(Debug, Clone)]
pub struct AfterSalePage {
    pub row: AfterSaleRow,
    pub order_number: String,
    pub lines: Vec<PageLine>,
    /// Oldest first.
    pub messages: Vec<PageMessage>,
    /// In whose place the viewer looks at it.
    pub side: Side,
    pub acts: Vec<Act>,
    /// What goes back, or would if it were granted now.
    pub goods_fen: Fen,
    pub freight_fen: Fen,
    /// The same of what the buyer paid to send the goods back.
    pub postage_fen: Fen,
    /// At most so much of that; 0 when none of it ever does.
    pub postage_max_fen: Fen,
    /// Goods and freight that go back if the buyer takes what the seller offers.
    pub offered: Option<(Fen, Fen)>,
    /// A second person has to confirm that much.
    pub is_large: bool,
    pub refund: Option<RefundRow>,
    /// Who sells, and where goods are to be sent back to.
    pub place: store::after_sales::ReturnPlaceRow,
    pub now_ms: i64,
}

impl AfterSalePage {
    /// All that goes back, or would.
    #[must_use]
    pub fn total(&self) -> Fen {
        self.goods_fen + self.freight_fen + self.postage_fen
    }
}

/// Pieces of a line.
#[derive(Debug, Clone)]
pub struct PageLine {
    pub line: LineRow,
    pub quantity: i64,
    pub damage_permille: i64,
    pub refunded_fen: Fen,
}

/// A line of the conversation.
#[derive(Debug, Clone)]
pub struct PageMessage {
    pub side: Side,
    pub note: AfterSaleNote,
    pub body: String,
    pub at_ms: i64,
    /// What is asked for, offered or granted by it, in place of all.
    pub amount_fen: Option<Fen>,
    pub photos: Vec<MessagePhotoRow>,
}

/// The conversation with everything that is known, for its buyer, its seller, its town and the county.
///
/// # Errors
/// [`ServiceError::NotFound`] for everybody else.
pub async fn after_sale_page(services: &Services, viewer: &Viewer, id: AfterSaleId) -> Result<AfterSalePage> {
    let mut conn = services.db.read().await?;
    let row = store::after_sales::find_after_sale(&mut conn, id).await?.ok_or(ServiceError::NotFound)?;
    let order = store::orders::get_order(&mut conn, row.order_id).await?;
    let side = side_of(viewer, &order, &row).ok_or(ServiceError::NotFound)?;
    let asked = store::after_sales::list_lines(&mut conn, id).await?;
    let is_over = row.status.is_final();
    let (planned, goods_fen, freight_fen, postage_fen, is_large) = if is_over {
        (asked.clone(), row.goods_fen, row.freight_fen - row.postage_fen, row.postage_fen, false)
    } else if !row.kind.pays() {
        let plan = money::plan(&mut conn, services, &order, &row, &[]).await?;
        (asked.clone(), row.goods_fen, row.freight_fen - row.postage_fen, plan.postage, false)
    } else {
        let plan = money::plan(&mut conn, services, &order, &row, &asked).await?;
        let is_large = money::needs_second(services, &plan);
        (plan.lines, plan.goods, plan.freight, plan.postage, is_large)
    };
    let offered = match row.offered_fen.filter(|_| row.status == AfterSaleStatus::Refused) {
        Some(_) => {
            let taken = AfterSaleRow { granted_fen: row.offered_fen, ..row.clone() };
            let plan = money::plan(&mut conn, services, &order, &taken, &asked).await?;
            Some((plan.goods, plan.freight))
        }
        None => None,
    };
    let all = store::orders::list_order_lines(&mut conn, order.id).await?;
    let lines = all
        .into_iter()
        .filter_map(|line| {
            let one = planned.iter().find(|one| one.line_id == line.id)?;
            let (quantity, damage_permille) = (one.quantity, one.damage_permille);
            Some(PageLine { quantity, damage_permille, refunded_fen: one.refunded_fen, line })
        })
        .collect();
    let photos = store::after_sales::list_message_photos(&mut conn, id).await?;
    let messages: Vec<PageMessage> = store::after_sales::list_messages(&mut conn, id)
        .await?
        .into_iter()
        .map(|message| PageMessage {
            photos: photos.iter().filter(|photo| photo.message_id == message.id).cloned().collect(),
            side: message.side,
            note: message.note,
            body: message.body,
            at_ms: message.at_ms,
            amount_fen: message.amount_fen.map(Fen::new),
        })
        .collect();
    let refund = match row.refund_id {
        Some(refund) => Some(store::payments::get_refund(&mut conn, refund.into()).await?),
        None => None,
    };
    let place = store::after_sales::get_return_place(&mut conn, row.parcel_id).await?;
    let order_number = order.number.clone();
    let case = Case { order, row, lines: asked };
    let upheld = messages.iter().any(|message| is_grant(message.note));
    let acts = acts(services, viewer, &case, upheld);
    Ok(AfterSalePage {
        row: case.row,
        order_number,
        lines,
        messages,
        side,
        acts,
        goods_fen,
        freight_fen,
        postage_fen,
        postage_max_fen: Fen::new(services.rules.return_postage_max_fen.max(0)),
        offered,
        is_large,
        refund,
        place,
        now_ms: services.now_ms(),
    })
}

fn acts(services: &Services, viewer: &Viewer, case: &Case, upheld: bool) -> Vec<Act> {
    use AfterSaleStatus::{
        Appealed, AwaitingReturn, AwaitingSecond, Refused, Replacing, Requested, Returning,
    };
    let (buyer, seller) = (case.require_buyer(viewer).is_ok(), case.require_seller(viewer).is_ok());
    let (town, second) = (case.require_town(viewer).is_ok(), case.require_second(viewer).is_ok());
    let status = case.row.status;
    let is = |states: &[AfterSaleStatus]| states.contains(&status);
    let all = [
        (Act::Agree, seller && is(&[Requested])),
        (Act::OfferPart, seller && is(&[Requested]) && case.row.kind.may_be_in_part()),
        (Act::AcceptOffer, buyer && is(&[Refused]) && case.row.offered_fen.is_some()),
        (Act::TakeBack, seller && case.awaits_goods()),
        (Act::RefundInstead, seller && is(&[Replacing])),
        (Act::ConfirmLarge, second && is(&[AwaitingSecond])),
        (
            Act::Refuse,
            (seller && is(&[Requested, Returning])) || (second && (town || !upheld) && is(&[AwaitingSecond])),
        ),
        (Act::Decide, town && is(&[Appealed])),
        (Act::SendBack, buyer && is(&[AwaitingReturn])),
        (Act::ClaimPostage, buyer && case.may_claim_postage(services)),
        (Act::Appeal, buyer && is(&[Refused])),
        (
            Act::Withdraw,
            buyer
                && case.row.sent_back_at_ms.is_none()
                && is(&[Requested, AwaitingReturn, Refused, Appealed]),
        ),
        (Act::Say, !status.is_final()),
    ];
    all.into_iter().filter(|(_, may)| *may).map(|(act, _)| act).collect()
}

/// How many after-sales wait for the team.
///
/// # Errors
/// Guarded: sellers and captain of the team.
pub async fn count_waiting(services: &Services, viewer: &Viewer, team: TeamId) -> Result<i64> {
    viewer.require_seller(team)?;
    let mut conn = services.db.read().await?;
    Ok(store::after_sales::count_open_of_team(&mut conn, team).await?)
}
