//! An after-sale taken for a decision, who may decide, and how it moves on.

use domain::after_sale::{AfterSaleEvent, AfterSaleNote, AfterSaleStatus, Side};
use domain::failure::Conflict;
use domain::ids::{AfterSaleId, UserId};
use domain::money::Fen;
use domain::role::Role;
use serde_json::json;
use store::after_sales::{AfterSaleLineRow, AfterSaleRow, MessageRow};
use store::orders::OrderRow;
use store::{Conn, WriteTx};

use super::deadlines;
use crate::mail::{self, Letter};
use crate::notifications::tell_of_after_sale;
use crate::orders::require_buyer;
use crate::{Result, ServiceError, Services, Viewer, audit, timers};

/// An after-sale with its order, both taken by this transaction.
#[derive(Debug)]
pub(super) struct Case {
    pub order: OrderRow,
    pub row: AfterSaleRow,
    pub lines: Vec<AfterSaleLineRow>,
}

/// Takes the order, then the after-sale.
pub(super) async fn lock(tx: &mut WriteTx, id: AfterSaleId) -> Result<Case> {
    let found = store::after_sales::find_after_sale(tx, id).await?.ok_or(ServiceError::NotFound)?;
    let order = store::orders::lock_order(tx, found.order_id).await?;
    let row = store::after_sales::lock_after_sale(tx, id).await?;
    let lines = store::after_sales::list_lines(tx, id).await?;
    Ok(Case { order, row, lines })
}

/// In whose place this viewer looks at it; of several the one that concerns them most.
pub(super) fn side_of(viewer: &Viewer, order: &OrderRow, row: &AfterSaleRow) -> Option<Side> {
    if require_buyer(viewer, order).is_ok() {
        Some(Side::Buyer)
    } else if viewer.require_seller(row.team_id).is_ok() {
        Some(Side::Seller)
    } else if viewer.require_town(row.town_id).is_ok() {
        Some(Side::Town)
    } else {
        None
    }
}

impl Case {
    pub fn side(&self, viewer: &Viewer) -> Option<Side> {
        side_of(viewer, &self.order, &self.row)
    }

    /// What whoever may not do something is told: those who know of the case that it is not theirs, others nothing.
    fn refusal(&self, viewer: &Viewer) -> ServiceError {
        if self.side(viewer).is_some() { ServiceError::Forbidden } else { ServiceError::NotFound }
    }

    /// Whether this viewer is, or acts for, the buyer: nobody answers an own request.
    fn is_buyers(&self, viewer: &Viewer) -> bool {
        let asked = self.row.asked_by.is_some() && self.row.asked_by == viewer.user_id().map(UserId::get);
        asked || require_buyer(viewer, &self.order).is_ok()
    }

    /// The buyer. For everybody else there is no such thing.
    pub fn require_buyer(&self, viewer: &Viewer) -> Result<()> {
        require_buyer(viewer, &self.order)
    }

    /// Whoever sells for the team, unless they bought it themselves.
    pub fn require_seller(&self, viewer: &Viewer) -> Result<UserId> {
        viewer.require_user()?;
        let user = viewer.require_seller(self.row.team_id).map_err(|_| self.refusal(viewer))?.user_id;
        if self.is_buyers(viewer) { Err(Conflict::SecondPersonNeeded.into()) } else { Ok(user) }
    }

    /// The town's or the county's corps, unless they bought or sell it themselves.
    pub fn require_town(&self, viewer: &Viewer) -> Result<UserId> {
        viewer.require_user()?;
        let user = viewer.require_town(self.row.town_id).map_err(|_| self.refusal(viewer))?.user_id;
        if self.is_buyers(viewer) || viewer.require_seller(self.row.team_id).is_ok() {
            return Err(Conflict::SecondPersonNeeded.into());
        }
        Ok(user)
    }

    /// Whoever may confirm a large amount: the team's captain, the town's or the county's corps; never who agreed to it,
    /// and never the buyer.
    pub fn require_second(&self, viewer: &Viewer) -> Result<UserId> {
        let user = viewer.require_user()?.user_id;
        let is_captain = viewer.has_role(Role::CaptainOf(self.row.team_id));
        if !is_captain && viewer.require_town(self.row.town_id).is_err() {
            return Err(self.refusal(viewer));
        }
        if self.row.agreed_by == Some(user.get()) || self.is_buyers(viewer) {
            return Err(Conflict::SecondPersonNeeded.into());
        }
        Ok(user)
    }

    /// Whether the seller may say that goods have come back: while they are awaited, and once after their money was decided
    /// without looking at them.
    pub fn awaits_goods(&self) -> bool {
        use AfterSaleStatus::{AwaitingReturn, AwaitingSecond, Exchanged, Replacing, Returning, Settled};
        let (sent, taken) = (self.row.sent_back_at_ms.is_some(), self.row.taken_back_at_ms.is_some());
        self.row.kind.returns_goods()
            && match self.row.status {
                AwaitingReturn | Returning => !taken,
                AwaitingSecond | Replacing | Settled | Exchanged => sent && !taken,
                _ => false,
            }
    }

    /// Whether the buyer may say what sending the goods back costs: while they are on their way, for a fault of the seller's
    /// side.
    pub fn may_claim_postage(&self, services: &Services) -> bool {
        self.row.status == AfterSaleStatus::Returning
            && self.row.reason.is_sellers_fault()
            && services.rules.return_postage_max_fen > 0
    }

    /// Whether the town has granted something.
    pub async fn was_upheld(&self, conn: &mut Conn) -> Result<bool> {
        let said = store::after_sales::list_messages(conn, self.row.id).await?;
        Ok(said.iter().any(|message| is_grant(message.note)))
    }

    /// Moves on by `event`: new state, new deadline, its timer.
    pub async fn step(&mut self, tx: &mut WriteTx, services: &Services, event: AfterSaleEvent) -> Result<()> {
        let now_ms = services.now_ms();
        self.row.status = self.row.status.next(event).map_err(Conflict::from)?;
        self.row.due_at_ms = deadlines(services).due_at_ms(self.row.status, now_ms);
        if self.row.status.is_final() {
            self.row.closed_at_ms = Some(now_ms);
        }
        store::after_sales::update_after_sale(tx, &self.row).await?;
        let id = self.row.id.get();
        match self.row.due_at_ms {
            Some(due_at_ms) => timers::set(tx, services, timers::AFTER_SALE_DUE, id, due_at_ms).await?,
            None => timers::stop(tx, services, timers::AFTER_SALE_DUE, id).await?,
        }
        if self.row.status.is_final() {
            // The order may have waited for this to be complete.
            if let Some(until_ms) = self.order.after_sale_until_ms {
                let order = self.order.id.get();
                timers::set(tx, services, timers::AFTER_SALE_END, order, until_ms.max(now_ms)).await?;
            }
        }
        Ok(())
    }

    /// Writes what happened into the conversation and the audit log, and tells those whom it concerns.
    pub async fn note(
        &self,
        tx: &mut WriteTx,
        services: &Services,
        side: Side,
        user: Option<UserId>,
        note: AfterSaleNote,
        body: &str,
    ) -> Result<MessageRow> {
        self.note_amount(tx, services, side, user, note, body, None).await
    }

    /// The same with the amount that it names in place of all that the goods are worth.
    pub async fn note_amount(
        &self,
        tx: &mut WriteTx,
        services: &Services,
        side: Side,
        user: Option<UserId>,
        note: AfterSaleNote,
        body: &str,
        amount: Option<Fen>,
    ) -> Result<MessageRow> {
        let message = MessageRow {
            id: services.new_id(),
            after_sale_id: self.row.id,
            side,
            user_id: user.map(UserId::get),
            note,
            body: body.to_owned(),
            at_ms: services.now_ms(),
            amount_fen: amount.map(Fen::get),
        };
        // Whoever goes on talking is written of once, until somebody else has spoken.
        let is_more_of_it = note == AfterSaleNote::Said
            && store::after_sales::list_messages(tx, self.row.id)
                .await?
                .last()
                .is_some_and(|last| last.side == side && last.note == note);
        store::after_sales::insert_message(tx, &message).await?;
        if is_more_of_it {
            return Ok(message);
        }
        if note != AfterSaleNote::Said {
            let detail = json!({
                "note": note.as_str(),
                "side": side.as_str(),
                "status": self.row.status.as_str(),
                "goods_fen": self.row.goods_fen.get(),
                "freight_fen": self.row.freight_fen.get(),
                "amount_fen": message.amount_fen,
            });
            audit::record(tx, services, user, action(note), "after_sale", self.row.id.get(), detail).await?;
        }
        self.tell(tx, services, side, note).await?;
        Ok(message)
    }

    /// A letter to the buyer of what others did, to the team of what the buyer or a deadline did, and to the town when
    /// it has to decide.
    async fn tell(&self, conn: &mut Conn, services: &Services, by: Side, note: AfterSaleNote) -> Result<()> {
        let letter = |user| Letter::AfterSale { after_sale: self.row.id, note, user };
        // A refund has a letter of its own, when the money is back.
        if matches!(note, AfterSaleNote::Settled | AfterSaleNote::Confirmed) {
            return Ok(());
        }
        if by != Side::Buyer {
            let to = mail::address_of_buyer(conn, &self.order).await?;
            mail::post_of_order(conn, services, &to, letter(None)).await?;
        }
        let mut roles = Vec::new();
        if by != Side::Seller {
            roles.extend([Role::SellerOf(self.row.team_id), Role::CaptainOf(self.row.team_id)]);
        }
        if matches!(note, AfterSaleNote::Appealed | AfterSaleNote::Escalated) {
            roles.push(Role::TownAdmin(self.row.town_id));
        }
        let mut told = Vec::new();
        for role in roles {
            for holder in store::people::list_role_holders(conn, role).await? {
                if told.contains(&holder.user_id) {
                    continue;
                }
                told.push(holder.user_id);
                let sells = matches!(role, Role::SellerOf(_) | Role::CaptainOf(_));
                let (user, team) = (holder.user_id, self.row.team_id);
                if !sells || tell_of_after_sale(conn, services, user, team, self.row.id).await? {
                    mail::post(conn, services, &letter(Some(user))).await?;
                }
            }
        }
        Ok(())
    }
}

/// Whether the town grants something by it. What it dismisses is over, unless the seller's offer stands.
pub(super) const fn is_grant(note: AfterSaleNote) -> bool {
    matches!(note, AfterSaleNote::Upheld | AfterSaleNote::Dismissed)
}

/// The audit log's name of what happened.
const fn action(note: AfterSaleNote) -> &'static str {
    match note {
        AfterSaleNote::Said => "after_sale_said",
        AfterSaleNote::Asked => "after_sale_asked",
        AfterSaleNote::Agreed => "after_sale_agreed",
        AfterSaleNote::Refused => "after_sale_refused",
        AfterSaleNote::Appealed => "after_sale_appealed",
        AfterSaleNote::Escalated => "after_sale_escalated",
        AfterSaleNote::Upheld => "after_sale_upheld",
        AfterSaleNote::Dismissed => "after_sale_dismissed",
        AfterSaleNote::SentBack => "after_sale_sent_back",
        AfterSaleNote::TakenBack => "after_sale_taken_back",
        AfterSaleNote::Confirmed => "after_sale_confirmed",
        AfterSaleNote::Settled => "after_sale_settled",
        AfterSaleNote::Exchanged => "after_sale_exchanged",
        AfterSaleNote::Withdrawn => "after_sale_withdrawn",
        AfterSaleNote::Lapsed => "after_sale_lapsed",
    }
}
