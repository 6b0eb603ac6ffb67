//! The JSON shapes of Stripe's objects, with every field that its published description asks for.

use serde_json::{Value, json};

use crate::ledger::{Intent, IntentStatus, Refund, RefundStatus, Session, SessionStatus};

/// A session's status in Stripe's words.
pub(crate) fn session_status(status: SessionStatus) -> &'static str {
    match status {
        SessionStatus::Open => "open",
        SessionStatus::Complete => "complete",
        SessionStatus::Expired => "expired",
    }
}

/// An amount for a message: `¥12.30`.
pub(crate) fn yuan(fen: i64) -> String {
    format!("¥{}.{:02}", fen / 100, fen % 100)
}

/// A `checkout.session`. `intent` replaces the intent's id where the request asked to expand it; `public_url` is
/// where the payment page is served, empty in events (whose receivers never send anyone there).
pub(crate) fn session(session: &Session, intent: Option<Value>, public_url: &str) -> Value {
    let open = session.status == SessionStatus::Open;
    let url = (open && !public_url.is_empty()).then(|| format!("{public_url}/pay/{}", session.id));
    let wechat_pay = session.payment_method_types.iter().any(|method| method == "wechat_pay");
    let options =
        if wechat_pay { json!({ "wechat_pay": { "app_id": null, "client": "web" } }) } else { json!({}) };
    let details = (session.status == SessionStatus::Complete).then(|| {
        json!({
            "address": null, "business_name": null, "email": session.customer_email, "individual_name": null,
            "name": null, "phone": null, "tax_exempt": "none", "tax_ids": null,
        })
    });
    let mut object = json!({
        "id": session.id,
        "object": "checkout.session",
        "adaptive_pricing": null,
        "after_expiration": null,
        "allow_promotion_codes": null,
        "amount_subtotal": session.amount,
        "amount_total": session.amount,
        "automatic_tax": { "enabled": false, "liability": null, "provider": null, "status": null },
        "billing_address_collection": null,
        "cancel_url": session.cancel_url,
        "client_reference_id": session.client_reference_id,
        "client_secret": null,
        "collected_information": null,
        "consent": null,
        "consent_collection": null,
        "created": session.created,
        "currency": session.currency,
        "currency_conversion": null,
        "custom_fields": [],
        "custom_text": {
            "after_submit": null, "shipping_address": null, "submit": null, "terms_of_service_acceptance": null,
        },
        "customer": null,
        "customer_account": null,
        "customer_creation": "if_required",
        "customer_details": details,
        "customer_email": session.customer_email,
        "discounts": [],
    });
    extend(
        &mut object,
        json!({
            "expires_at": session.expires_at,
            "integration_identifier": null,
            "invoice": null,
            "invoice_creation": null,
            "livemode": false,
            "locale": session.locale,
            "managed_payments": { "enabled": false },
            "metadata": session.metadata,
            "mode": "payment",
            "origin_context": null,
            "payment_intent": intent.unwrap_or_else(|| json!(session.intent_id)),
            "payment_link": null,
            "payment_method_collection": "if_required",
            "payment_method_configuration_details": null,
            "payment_method_options": options,
            "payment_method_types": session.payment_method_types,
            "payment_status": if session.paid { "paid" } else { "unpaid" },
            "permissions": null,
            "phone_number_collection": { "enabled": false },
            "recovered_from": null,
            "saved_payment_method_options": null,
            "setup_intent": null,
            "shipping_address_collection": null,
            "shipping_cost": null,
            "shipping_options": [],
            "status": session_status(session.status),
            "submit_type": null,
            "subscription": null,
            "success_url": session.success_url,
            "total_details": { "amount_discount": 0, "amount_shipping": 0, "amount_tax": 0 },
            "ui_mode": "hosted_page",
            "url": url,
            "wallet_options": null,
        }),
    );
    if let Some(allowed) = &session.allowed_payment_method_types {
        object["allowed_payment_method_types"] = json!(allowed);
    }
    object
}

fn extend(object: &mut Value, more: Value) {
    if let (Value::Object(object), Value::Object(more)) = (object, more) {
        object.extend(more);
    }
}

/// A `payment_intent`.
pub(crate) fn intent(intent: &Intent) -> Value {
    let status = match intent.status {
        IntentStatus::RequiresPaymentMethod => "requires_payment_method",
        IntentStatus::Processing => "processing",
        IntentStatus::Succeeded => "succeeded",
        IntentStatus::Canceled => "canceled",
    };
    let received = if intent.status == IntentStatus::Succeeded { intent.amount } else { 0 };
    let last_error = intent.declined.then(|| {
        json!({
            "type": "card_error", "code": "card_declined", "decline_code": "generic_decline",
            "message": "Your card was declined.",
        })
    });
    json!({
        "id": intent.id,
        "object": "payment_intent",
        "amount": intent.amount,
        "amount_capturable": 0,
        "amount_details": { "tip": {} },
        "amount_received": received,
        "application": null,
        "application_fee_amount": null,
        "automatic_payment_methods": null,
        "canceled_at": intent.canceled_at,
        "cancellation_reason": intent.canceled_at.map(|_| "expired"),
        "capture_method": "automatic_async",
        "client_secret": null,
        "confirmation_method": "automatic",
        "created": intent.created,
        "currency": intent.currency,
        "customer": null,
        "customer_account": null,
        "description": intent.description,
        "excluded_payment_method_types": null,
        "last_payment_error": last_error,
        "latest_charge": intent.charge_id,
        "livemode": false,
        "metadata": intent.metadata,
        "next_action": null,
        "on_behalf_of": null,
        "payment_method": null,
        "payment_method_configuration_details": null,
        "payment_method_options": {},
        "payment_method_types": intent.payment_method_types,
        "processing": null,
        "receipt_email": intent.receipt_email,
        "review": null,
        "setup_future_usage": null,
        "shipping": null,
        "statement_descriptor": null,
        "statement_descriptor_suffix": null,
        "status": status,
        "transfer_data": null,
        "transfer_group": null,
    })
}

/// A `refund`.
pub(crate) fn refund(refund: &Refund) -> Value {
    let status = match refund.status {
        RefundStatus::Pending => "pending",
        RefundStatus::Succeeded => "succeeded",
        RefundStatus::Failed => "failed",
    };
    let mut object = json!({
        "id": refund.id,
        "object": "refund",
        "amount": refund.amount,
        "balance_transaction": null,
        "charge": refund.charge_id,
        "created": refund.created,
        "currency": refund.currency,
        "customer": null,
        "customer_account": null,
        "metadata": refund.metadata,
        "payment_intent": refund.intent_id,
        "payment_method": null,
        "reason": refund.reason,
        "receipt_number": null,
        "source_transfer_reversal": null,
        "status": status,
        "transfer_reversal": null,
    });
    if let Some(reason) = &refund.failure_reason {
        object["failure_reason"] = json!(reason);
    }
    object
}

/// A `charge`, as it stands in `charge.refunded`.
pub(crate) fn charge(intent: &Intent, refunded: i64) -> Value {
    json!({
        "id": intent.charge_id,
        "object": "charge",
        "amount": intent.amount,
        "amount_captured": intent.amount,
        "amount_refunded": refunded,
        "application": null,
        "application_fee": null,
        "application_fee_amount": null,
        "balance_transaction": null,
        "billing_details": { "address": null, "email": null, "name": null, "phone": null, "tax_id": null },
        "calculated_statement_descriptor": null,
        "captured": true,
        "created": intent.created,
        "currency": intent.currency,
        "customer": null,
        "description": intent.description,
        "disputed": false,
        "failure_balance_transaction": null,
        "failure_code": null,
        "failure_message": null,
        "fraud_details": {},
        "livemode": false,
        "metadata": intent.metadata,
        "on_behalf_of": null,
        "outcome": null,
        "paid": true,
        "payment_intent": intent.id,
        "payment_method": null,
        "payment_method_details": { "type": intent.method },
        "receipt_email": intent.receipt_email,
        "receipt_number": null,
        "receipt_url": null,
        "refunded": refunded == intent.amount,
        "review": null,
        "shipping": null,
        "source_transfer": null,
        "statement_descriptor": null,
        "statement_descriptor_suffix": null,
        "status": "succeeded",
        "transfer_data": null,
        "transfer_group": null,
    })
}
