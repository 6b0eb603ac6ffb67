//! A person's own data as one file that machines can read.

use domain::ids::{OrderId, UserId, to_text};
use domain::time::china_minute_text;
use serde_json::{Value, json};
use store::orders::OrderRow;
use store::personal_data as rows;
use store::{Conn, mail as links, people};

use crate::{Result, ServiceError, Services, Viewer, hash_token};

/// Events of the account that go along.
const MOST_EVENTS: i64 = 10_000;

/// The file behind a way opened by [`super::start_export`]: JSON, for the account that opened it, once.
///
/// # Errors
/// [`ServiceError::NotFound`] when the way was used, is too old, or is somebody else's.
pub async fn export_file(services: &Services, viewer: &Viewer, token: &str) -> Result<Vec<u8>> {
    let token_hash = hash_token(token);
    let user = viewer.user_id().ok_or(ServiceError::NotFound)?;
    {
        let mut tx = services.db.write().await?;
        let link = links::find_link(&mut tx, &token_hash, "export", services.now_ms()).await?;
        link.filter(|link| link.user_id == user).ok_or(ServiceError::NotFound)?;
        links::take_link(&mut tx, &token_hash, "export", services.now_ms()).await?;
        tx.commit().await?;
    }
    let mut tx = services.db.snapshot().await?;
    let conn: &mut Conn = &mut tx;
    let row = people::find_user(conn, user).await?.ok_or(ServiceError::NotFound)?;
    let mut orders = Vec::new();
    for order in rows::list_orders(conn, user).await? {
        orders.push(order_json(conn, order).await?);
    }
    let file = json!({
        "format": "xiangji personal data",
        "version": 1,
        "made_at": china_minute_text(services.now_ms()),
        "account": {
            "id": row.id.to_string(),
            "name": row.display_name,
            "language": row.locale,
            "created_at_ms": row.created_at_ms,
            "login_names": login_names(conn, user).await?,
        },
        "roles": roles(conn, user).await?,
        "sessions": sessions(conn, user).await?,
        "passkeys": passkeys(conn, user).await?,
        "devices": links::list_known_devices(conn, user).await?,
        "known_browsers": known_browsers(conn, user).await?,
        "cart": cart(conn, user).await?,
        "orders": orders,
        "approvals": approvals(conn, user).await?,
        "notification_wishes": wishes(conn, user).await?,
        "events": events(conn, user).await?,
    });
    serde_json::to_vec_pretty(&file).map_err(ServiceError::internal)
}

async fn login_names(conn: &mut Conn, user: UserId) -> Result<Vec<Value>> {
    let names = links::list_login_names(conn, user).await?;
    let mut listed: Vec<Value> = names
        .into_iter()
        .map(|name| json!({ "kind": name.kind, "value": name.value, "verified_at_ms": name.verified_at_ms }))
        .collect();
    if let Some(pending) = links::find_pending_email(conn, user).await? {
        listed.push(json!({ "kind": "email", "value": pending, "pending": true }));
    }
    Ok(listed)
}

async fn roles(conn: &mut Conn, user: UserId) -> Result<Vec<Value>> {
    let role = |row: rows::RoleRow| {
        json!({
            "role": row.kind,
            "of": to_text(row.scope_id),
            "granted_at_ms": row.granted_at_ms,
            "revoked_at_ms": row.revoked_at_ms,
        })
    };
    Ok(rows::list_roles(conn, user).await?.into_iter().map(role).collect())
}

async fn sessions(conn: &mut Conn, user: UserId) -> Result<Vec<Value>> {
    let session = |row: rows::SessionRow| {
        json!({
            "created_at_ms": row.created_at_ms,
            "seen_at_ms": row.seen_at_ms,
            "expires_at_ms": row.expires_at_ms,
            "device": row.device,
            "network": row.network,
        })
    };
    Ok(rows::list_sessions(conn, user).await?.into_iter().map(session).collect())
}

async fn passkeys(conn: &mut Conn, user: UserId) -> Result<Vec<Value>> {
    let passkey = |row: people::PasskeyRow| json!({ "name": row.name, "created_at_ms": row.created_at_ms, "used_at_ms": row.used_at_ms });
    Ok(people::list_passkeys(conn, user).await?.into_iter().map(passkey).collect())
}

async fn known_browsers(conn: &mut Conn, user: UserId) -> Result<Vec<Value>> {
    let browser = |seen_at_ms: i64| json!({ "seen_at_ms": seen_at_ms });
    Ok(people::list_known_browsers(conn, user).await?.into_iter().map(browser).collect())
}

async fn cart(conn: &mut Conn, user: UserId) -> Result<Vec<Value>> {
    let line = |row: rows::CartLineRow| json!({ "variant": row.variant_code, "quantity": row.quantity, "added_at_ms": row.added_at_ms });
    Ok(rows::list_cart(conn, user).await?.into_iter().map(line).collect())
}

async fn approvals(conn: &mut Conn, user: UserId) -> Result<Vec<Value>> {
    let approval = |row: rows::ApprovalRow| {
        json!({
            "order": row.order_number,
            "decision": row.decision,
            "reason": row.reason,
            "decided_at_ms": row.decided_at_ms,
        })
    };
    Ok(rows::list_approvals(conn, user).await?.into_iter().map(approval).collect())
}

async fn wishes(conn: &mut Conn, user: UserId) -> Result<Vec<Value>> {
    let wish = |row: store::notifications::WishRow| json!({ "kind": row.kind.as_str(), "in_console": row.in_console == 1, "by_mail": row.by_mail.as_str() });
    Ok(store::notifications::list_wishes(conn, user).await?.into_iter().map(wish).collect())
}

/// The after-sales of an order, with what both sides said and where its photos are shown.
async fn after_sales(conn: &mut Conn, order: OrderId) -> Result<Vec<Value>> {
    let mut listed = Vec::new();
    for case in store::after_sales::list_of_order(conn, order).await? {
        let row = store::after_sales::find_after_sale(conn, case.id).await?.ok_or(ServiceError::NotFound)?;
        let photos = store::after_sales::list_message_photos(conn, row.id).await?;
        let messages = store::after_sales::list_messages(conn, row.id).await?;
        let message = |message: store::after_sales::MessageRow| {
            let shown = photos.iter().filter(|photo| photo.message_id == message.id);
            let addresses: Vec<String> =
                shown.map(|photo| format!("/media/{}/photo.jpg", photo.content_hash)).collect();
            json!({
                "at_ms": message.at_ms,
                "by": message.side.as_str(),
                "words": message.body,
                "amount_fen": message.amount_fen,
                "photos": addresses,
            })
        };
        listed.push(json!({
            "kind": row.kind.as_str(),
            "reason": row.reason.as_str(),
            "status": row.status.as_str(),
            "asked_at_ms": row.asked_at_ms,
            "closed_at_ms": row.closed_at_ms,
            "goods_fen": row.goods_fen.get(),
            "freight_fen": row.freight_fen.get(),
            "postage_asked_fen": row.postage_asked_fen,
            "postage_fen": row.postage_fen.get(),
            "carrier": row.carrier,
            "tracking_number": row.tracking_number,
            "messages": messages.into_iter().map(message).collect::<Vec<_>>(),
        }));
    }
    Ok(listed)
}

async fn events(conn: &mut Conn, user: UserId) -> Result<Vec<Value>> {
    let filter = store::audit::Filter {
        user: Some(user.get()),
        before_id: i64::MAX,
        limit: MOST_EVENTS,
        ..store::audit::Filter::default()
    };
    let event = |row: store::audit::EntryRow| {
        json!({
            "at_ms": row.at_ms,
            "action": row.action,
            "subject": row.subject_kind,
            "number": to_text(row.subject_id),
            "address": row.address,
        })
    };
    Ok(store::audit::list_entries(conn, &filter).await?.into_iter().map(event).collect())
}

/// An order with its lines, parcels, payments, refunds and after-sales. A unit's order is the unit's: only that it was handed in.
async fn order_json(conn: &mut Conn, order: OrderRow) -> Result<Value> {
    if order.unit_id.is_some() {
        return Ok(json!({
            "number": order.number,
            "kind": "unit",
            "placed_at_ms": order.placed_at_ms,
            "status": order.status.as_str(),
        }));
    }
    Ok(json!({
        "number": order.number,
        "kind": "retail",
        "status": order.status.as_str(),
        "placed_at_ms": order.placed_at_ms,
        "paid_at_ms": order.paid_at_ms,
        "closed_at_ms": order.closed_at_ms,
        "goods_fen": order.goods_fen.get(),
        "freight_fen": order.freight_fen.get(),
        "total_fen": order.total_fen.get(),
        "recipient": {
            "name": order.recipient_name,
            "phone": order.recipient_phone,
            "region": order.region_name,
            "address": order.address,
        },
        "email": order.email,
        "note": order.note,
        "invoice": serde_json::from_str::<Value>(&order.invoice).unwrap_or(Value::Null),
        "cancel_reason": order.cancel_reason,
        "lines": lines(conn, order.id).await?,
        "parcels": parcels(conn, order.id).await?,
        "payments": payments(conn, order.id).await?,
        "refunds": refunds(conn, order.id).await?,
        "after_sales": after_sales(conn, order.id).await?,
    }))
}

async fn lines(conn: &mut Conn, order: OrderId) -> Result<Vec<Value>> {
    let lines = store::orders::list_order_lines(conn, order).await?.into_iter();
    let told = lines.map(|line| {
        json!({
            "product": line.product_name,
            "variant": line.variant_name,
            "quantity": line.quantity,
            "unit_price_fen": line.unit_price_fen.get(),
            "net_fen": line.net_fen.get(),
        })
    });
    Ok(told.collect())
}

async fn parcels(conn: &mut Conn, order: OrderId) -> Result<Vec<Value>> {
    let parcels = store::parcels::list_order_parcels(conn, order).await?.into_iter();
    let told = parcels.map(|parcel| {
        json!({
            "carrier": parcel.carrier,
            "tracking_number": parcel.tracking_number,
            "status": parcel.status.as_str(),
            "shipped_at_ms": parcel.shipped_at_ms,
            "received_at_ms": parcel.received_at_ms,
        })
    });
    Ok(told.collect())
}

async fn payments(conn: &mut Conn, order: OrderId) -> Result<Vec<Value>> {
    let payments = store::payments::list_order_payments(conn, order).await?.into_iter();
    let told = payments.map(|payment| {
        json!({
            "method": payment.method.as_str(),
            "status": payment.status.as_str(),
            "amount_fen": payment.amount_fen.get(),
            "captured_at_ms": payment.captured_at_ms,
        })
    });
    Ok(told.collect())
}

async fn refunds(conn: &mut Conn, order: OrderId) -> Result<Vec<Value>> {
    let refunds = store::payments::list_order_refunds(conn, order).await?.into_iter();
    let told = refunds.map(|refund| {
        json!({
            "status": refund.status.as_str(),
            "amount_fen": refund.amount_fen.get(),
            "created_at_ms": refund.created_at_ms,
        })
    });
    Ok(told.collect())
}
