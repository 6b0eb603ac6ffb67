//! Letters to those who sell: what happened just now, and the letter of the day.

use domain::ids::{TeamId, UserId};
use domain::locale::Locale;
use domain::notification::NotificationKind;

use super::compose::{Addressed, named, to_owner, url};
use super::words::Draft;
use crate::notifications::{digest, kind_text};
use crate::{Result, Services};

/// Of one kind, at once. Nothing of what it is about stands in the letter: it is looked at in the console.
pub(super) async fn told(
    services: &Services,
    user: UserId,
    team: TeamId,
    kind: NotificationKind,
    count: i64,
) -> Result<Addressed> {
    let Some((to, locale)) = to_owner(services, user).await? else { return Ok(None) };
    let draft = Draft::new(format!("{} · {count}", kind_text(locale, kind)))
        .say(what(locale, kind))
        .fact(kind_text(locale, kind), count.to_string());
    Ok(Some((to, locale, with_link(services, locale, draft, team))))
}

/// The letter of the day; nothing when there is nothing to tell.
pub(super) async fn of_the_day(
    services: &Services,
    user: UserId,
    since_ms: i64,
    until_ms: i64,
) -> Result<Addressed> {
    let Some((to, locale)) = to_owner(services, user).await? else { return Ok(None) };
    let mut conn = services.db.read().await?;
    let unread = digest(&mut conn, user, since_ms, until_ms).await?;
    drop(conn);
    let Some(first) = unread.first() else { return Ok(None) };
    let team = first.team_id;
    let several = unread.iter().any(|row| row.team_id != team);
    let mut draft = Draft::new(locale.pick("今天要处理的事", "What waits today")).say(locale.pick(
        "下面这些还没有看过，请到卖家中心处理。",
        "Nobody has looked at these yet; please see to them in the console.",
    ));
    for row in &unread {
        let kind = kind_text(locale, row.kind);
        let label = if several {
            format!("{} · {kind}", named(locale, &row.team_name, &row.team_name_en))
        } else {
            kind.to_owned()
        };
        draft = draft.fact(label, row.count.to_string());
    }
    Ok(Some((to, locale, with_link(services, locale, draft, team))))
}

fn with_link(services: &Services, locale: Locale, draft: Draft, team: TeamId) -> Draft {
    let console = url(services, locale, &format!("/sell/{team}"));
    draft.link(locale.pick("打开卖家中心", "Open the console"), console).note(locale.pick(
        "不想收到这类邮件，可以在卖家中心的“通知”里逐类关闭。",
        "Which letters you get is chosen under “Notifications” in the console, kind by kind.",
    ))
}

fn what(locale: Locale, kind: NotificationKind) -> &'static str {
    match kind {
        NotificationKind::NewOrder => {
            locale.pick("有新订单付款了，可以打包发货。", "A new order was paid and can be packed.")
        }
        NotificationKind::Late => {
            locale.pick("有包裹超过了发货期限，请尽快发出。", "Parcels should have left; please send them.")
        }
        NotificationKind::AfterSale => {
            locale.pick("有售后等您答复。", "An after-sale waits for your answer.")
        }
        NotificationKind::LowStock => {
            locale.pick("有商品库存不多了，请补货或下架。", "Little is left of some products.")
        }
        NotificationKind::Expiring => {
            locale.pick("有批次快到期或已过期，请尽快处理。", "Batches are near their end, or past it.")
        }
        NotificationKind::ReviewAsked => {
            locale.pick("有商品等您审核。", "A listing waits for your word before it goes into the shop.")
        }
        NotificationKind::ReviewAnswered => {
            locale.pick("您提交的商品，队长已经答复。", "The captain has answered about a listing you submitted.")
        }
        NotificationKind::PublishFailed => locale.pick(
            "有商品到了定时上架的时间，但没能上架，请补齐缺的内容。",
            "A listing could not be published at the moment chosen for it; please see what is missing.",
        ),
        NotificationKind::Recalled => locale.pick(
            "你们队有批次被召回：已停止销售，待发的包裹不能发出，请处理退款。",
            "A batch of your team was recalled: it is not sold any more, parcels with it cannot leave, and their money is to be given back.",
        ),
        NotificationKind::Transfer => locale.pick(
            "有单位说货款已转出，请查看账户并确认。",
            "A unit says that it has sent money by bank; please look whether it came.",
        ),
        NotificationKind::LicenceEnding => locale.pick(
            "集体商标的使用许可快到期，到期后商品不再显示商标，请联系商标所有人。",
            "A licence to use a collective mark ends soon, and goods lose the mark with it; please ask its owner.",
        ),
    }
}
