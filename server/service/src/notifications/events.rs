//! What happened, told of in the transaction in which it did: reviews of listings, publications that failed, recalls, money
//! by bank that a captain has to look for. Whoever did it is not told.

use std::collections::BTreeSet;

use domain::ids::{BatchId, OrderId, PaymentId, ProductId, RecallId, TeamId, UserId};
use domain::notification::NotificationKind;
use domain::role::Role;
use store::Conn;
use store::notifications as rows;
use store::recalls::RecallRow;

use super::{sellers_of, tell};
use crate::mail::{self, Letter};
use crate::{Result, Services};

async fn captains_of(conn: &mut Conn, team: TeamId) -> Result<BTreeSet<UserId>> {
    let holders = store::people::list_role_holders(conn, Role::CaptainOf(team)).await?;
    Ok(holders.into_iter().map(|row| row.user_id).collect())
}

fn without(mut people: BTreeSet<UserId>, by: Option<UserId>) -> BTreeSet<UserId> {
    if let Some(by) = by {
        people.remove(&by);
    }
    people
}

/// Nobody of the team needs to read any more of this kind about this subject: it was seen to.
async fn seen(
    conn: &mut Conn,
    services: &Services,
    team: TeamId,
    kind: NotificationKind,
    subject: i64,
) -> Result<()> {
    Ok(rows::update_subject_read(conn, team, kind, subject, services.now_ms()).await?)
}

/// A listing waits for the captain's word.
pub(crate) async fn tell_of_submission(
    conn: &mut Conn,
    services: &Services,
    team: TeamId,
    product: ProductId,
    by: Option<UserId>,
) -> Result<()> {
    let people = without(captains_of(conn, team).await?, by);
    tell(conn, services, people, team, NotificationKind::ReviewAsked, &[product.get()], true).await
}

/// The captain has approved or returned it: whoever submitted it is told, as long as they sell for the team.
pub(crate) async fn tell_of_review(
    conn: &mut Conn,
    services: &Services,
    team: TeamId,
    product: ProductId,
    submitted_by: Option<i64>,
    by: Option<UserId>,
) -> Result<()> {
    seen(conn, services, team, NotificationKind::ReviewAsked, product.get()).await?;
    let asked = submitted_by.map(UserId::from_i64);
    let people = without(sellers_of(conn, team).await?, by).into_iter().filter(|one| Some(*one) == asked);
    let kind = NotificationKind::ReviewAnswered;
    tell(conn, services, people.collect(), team, kind, &[product.get()], true).await
}

/// The moment that was chosen for a listing came, and something keeps it out of the shop.
pub(crate) async fn tell_of_failed_publication(
    conn: &mut Conn,
    services: &Services,
    team: TeamId,
    product: ProductId,
) -> Result<()> {
    let people = sellers_of(conn, team).await?;
    tell(conn, services, people, team, NotificationKind::PublishFailed, &[product.get()], true).await
}

/// It is in the shop after all.
pub(crate) async fn note_publication(
    conn: &mut Conn,
    services: &Services,
    team: TeamId,
    product: ProductId,
) -> Result<()> {
    seen(conn, services, team, NotificationKind::PublishFailed, product.get()).await
}

/// A colleague or the county has recalled a batch: the team's people are told, and by a letter the county's
/// administration, which has no such list.
pub(crate) async fn tell_of_recall(
    conn: &mut Conn,
    services: &Services,
    team: TeamId,
    batch: BatchId,
    recall: RecallId,
    by: UserId,
) -> Result<()> {
    let people = without(sellers_of(conn, team).await?, Some(by));
    tell(conn, services, people, team, NotificationKind::Recalled, &[batch.get()], true).await?;
    let Some(county) = store::people::find_team_county(conn, team).await? else { return Ok(()) };
    for holder in store::people::list_role_holders(conn, Role::CountyAdmin(county)).await? {
        if holder.user_id != by {
            mail::post(conn, services, &Letter::RecallNoted { user: holder.user_id, recall }).await?;
        }
    }
    Ok(())
}

/// The refunds of a recall wait for a second person: the captain is told again, unless it was the captain who asked.
pub(crate) async fn tell_of_recall_refunds(
    conn: &mut Conn,
    services: &Services,
    team: TeamId,
    batch: BatchId,
    by: UserId,
) -> Result<()> {
    let people = without(captains_of(conn, team).await?, Some(by));
    tell(conn, services, people, team, NotificationKind::Recalled, &[batch.get()], true).await
}

/// The second person has declined them: whoever asked is told, as long as they sell for the team, or, by a letter, as long as
/// they administer the county, which has no such list.
pub(crate) async fn tell_of_declined_refunds(
    conn: &mut Conn,
    services: &Services,
    recall: &RecallRow,
    asked_by: UserId,
) -> Result<()> {
    let team = recall.team_id;
    if sellers_of(conn, team).await?.contains(&asked_by) {
        let (people, subjects) = (BTreeSet::from([asked_by]), [recall.batch_id.get()]);
        return tell(conn, services, people, team, NotificationKind::Recalled, &subjects, true).await;
    }
    if administers_county_of(conn, team, asked_by).await? {
        mail::post(conn, services, &Letter::RecallRefundsDeclined { user: asked_by, recall: recall.id })
            .await?;
    }
    Ok(())
}

/// Whoever may act for the county of a team: its administrators, and the operator.
async fn administers_county_of(conn: &mut Conn, team: TeamId, user: UserId) -> Result<bool> {
    let county = store::people::find_team_county(conn, team).await?;
    for role in county.map(Role::CountyAdmin).into_iter().chain([Role::Operator]) {
        let holders = store::people::list_role_holders(conn, role).await?;
        if holders.iter().any(|holder| holder.user_id == user) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Teams that sell in an order.
async fn teams_of(conn: &mut Conn, order: OrderId) -> Result<BTreeSet<TeamId>> {
    let parcels = store::parcels::list_order_parcels(conn, order).await?;
    Ok(parcels.into_iter().map(|parcel| parcel.team_id).collect())
}

/// A unit says that money is on its way; a captain of the teams that sell in the order looks for it.
pub(crate) async fn tell_of_transfer(
    conn: &mut Conn,
    services: &Services,
    order: OrderId,
    payment: PaymentId,
) -> Result<()> {
    for team in teams_of(conn, order).await? {
        let people = captains_of(conn, team).await?;
        tell(conn, services, people, team, NotificationKind::Transfer, &[payment.get()], true).await?;
    }
    Ok(())
}

/// It came, or it was given up.
pub(crate) async fn note_transfer(
    conn: &mut Conn,
    services: &Services,
    order: OrderId,
    payment: PaymentId,
) -> Result<()> {
    for team in teams_of(conn, order).await? {
        seen(conn, services, team, NotificationKind::Transfer, payment.get()).await?;
    }
    Ok(())
}
