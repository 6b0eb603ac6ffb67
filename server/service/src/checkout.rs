//! From cart to order: one page, one transaction.

mod again;

use domain::address::{AddressForm, DeliveryAddress};
use domain::contact::Email;
use domain::failure::{Conflict, FieldError, Problem};
use domain::ids::{LineId, OrderBundleId, OrderId, ParcelId};
use domain::invoice::InvoiceWish;
use domain::money::Fen;
use domain::order::{OrderKind, OrderStatus};
use domain::parcel::ParcelStatus;
use domain::region::RegionTree;
use domain::time::Date;
use serde::{Deserialize, Serialize};
use store::WriteTx;
use store::bundles::OrderBundleRow;
use store::orders::{LineRow, OrderRow};
use store::parcels::ParcelRow;

use crate::bundles::sale::part_name;
use crate::carts::{all_or, lines_to_order};
use crate::draft::{OrderDraft, draft_order};
use crate::holds::{HoldLine, hold_stock};
use crate::idempotency::{self, Begun, Repeatable};
use crate::mail::{self, Letter};
use crate::regions::regions;
use crate::{Result, ServiceError, Services, Viewer, timers, unpaid};

pub use again::buy_again;

/// Longest note to the seller, in characters.
const NOTE_MAX_CHARS: usize = 200;

/// What a shopper typed on the checkout page.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct PlaceOrder {
    /// Made with the page; a second click with it does nothing twice.
    pub key: String,
    pub address: AddressForm,
    pub email: String,
    pub note: String,
    pub invoice: InvoiceWish,
    /// What the page said it would cost.
    pub expected_total_fen: Fen,
    /// What the page said that pieces sold by weight may weigh and that boxes hold: [`OrderDraft::agreed_terms`].
    #[serde(default)]
    pub agreed_terms: String,
    /// The buyer has confirmed that goods whose quality changes once they are opened cannot be returned without a reason.
    #[serde(default)]
    pub confirms_opened: bool,
}

/// The order that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacedOrder {
    pub order_id: OrderId,
    pub number: String,
}

/// The summary beside the form, recomputed for each region.
///
/// # Errors
/// [`Conflict::CartEmpty`], [`Conflict::NotDeliverable`] and others of the draft.
pub async fn preview_checkout(
    services: &Services,
    viewer: &Viewer,
    region: Option<&str>,
) -> Result<OrderDraft> {
    let owner = crate::carts::owner_of(viewer).ok_or(Conflict::CartEmpty)?;
    let mut conn = services.db.read().await?;
    let cart = store::carts::find_cart(&mut conn, &owner).await?.ok_or(Conflict::CartEmpty)?;
    let wanted = store::carts::list_quantities(&mut conn, cart).await?;
    if wanted.is_empty() {
        return Err(Conflict::CartEmpty.into());
    }
    let code = region.and_then(|typed| region_code(regions(), typed));
    draft_order(&mut conn, services, &wanted, OrderKind::Retail, code.as_deref()).await
}

/// Six digits, or a region written in words as one does without JavaScript.
pub(crate) fn region_code(tree: &RegionTree, typed: &str) -> Option<String> {
    let typed = typed.trim();
    if typed.len() == 6 && typed.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(typed.to_owned());
    }
    tree.match_text(typed).map(|(code, _)| code.as_str().to_owned())
}

/// Checks the address form, whose region may be six digits or words.
pub(crate) fn check_address(form: &AddressForm) -> std::result::Result<DeliveryAddress, Vec<FieldError>> {
    let mut form = form.clone();
    if let Some(code) = region_code(regions(), &form.region) {
        form.region = code;
    }
    form.validated(regions())
}

/// Turns the cart into an order that holds its stock and waits for payment.
///
/// # Errors
/// Field errors of the form, `confirms_opened` among them when there are goods that need it; [`Conflict::PriceChanged`] when
/// the total is no longer what the page showed, [`Conflict::TermsChanged`] when weights or contents are not;
/// [`Conflict::OutOfStock`], [`Conflict::TooManyUnpaid`], [`Conflict::TooManyUnpaidHere`], [`Conflict::CartEmpty`].
#[tracing::instrument(skip_all)]
pub async fn place_order(services: &Services, viewer: &Viewer, command: PlaceOrder) -> Result<PlacedOrder> {
    let outcome = place(services, viewer, command).await;
    if let Err(error) = &outcome {
        services.watch.note_refused(error);
    }
    outcome
}

async fn place(services: &Services, viewer: &Viewer, command: PlaceOrder) -> Result<PlacedOrder> {
    let delivery = check_delivery(&command.address, &command.email, &command.note, command.invoice.clone())?;
    let request = Repeatable::new("place_order", viewer, &command.key, &command)?;
    let mut tx = services.db.write().await?;
    if let Begun::Replay(answer) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(answer);
    }
    let (cart, wanted) = lines_to_order(&mut tx, services, viewer).await?;
    let origin = unpaid::refuse_too_many(&mut tx, services, viewer).await?;
    let region = delivery.address.region.as_str().to_owned();
    let draft = draft_order(&mut tx, services, &wanted, OrderKind::Retail, Some(&region)).await?;
    if draft.asks_for_word() && !command.confirms_opened {
        return Err(ServiceError::invalid("confirms_opened", Problem::Missing));
    }
    draft.is_as_seen(&command.agreed_terms, command.expected_total_fen)?;
    let now_ms = services.now_ms();
    let hold_until_ms = now_ms + services.rules.unpaid_order_minutes * 60_000;
    let head = NewOrder {
        kind: OrderKind::Retail,
        user_id: viewer.user_id().map(|user| user.get()),
        guest_session_hash: viewer.session_hash.clone().filter(|_| viewer.user.is_none()),
        unit_id: None,
        locale: viewer.locale.as_str(),
        hold_until_ms: Some(hold_until_ms),
        confirms_opened: command.confirms_opened,
    };
    let (order, hold_lines) = insert_order(&mut tx, services, head, &delivery, &draft).await?;
    hold_stock(&mut tx, services, order.order_id, &hold_lines).await?;
    unpaid::note_origin(&mut tx, services, order.order_id, origin.as_ref()).await?;
    timers::set(&mut tx, services, timers::UNPAID_ORDER, order.order_id.get(), hold_until_ms).await?;
    store::carts::delete_cart(&mut tx, cart).await?;
    idempotency::finish(&mut tx, &request, &order).await?;
    tx.commit().await?;
    services.watch.note_placed();
    Ok(order)
}

/// The checked part of a checkout form.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub address: DeliveryAddress,
    pub email: String,
    pub note: String,
    pub invoice: InvoiceWish,
}

/// Checks everything a delivery needs and reports all that is wrong at once; invoice fields as `invoice.<name>`.
pub(crate) fn check_delivery(
    address: &AddressForm,
    email: &str,
    note: &str,
    invoice: InvoiceWish,
) -> Result<Delivery> {
    let mut errors = Vec::new();
    let address = check_address(address).map_err(|wrong| errors.extend(wrong)).ok();
    let email = match email.trim() {
        "" => String::new(),
        typed => match Email::parse(typed) {
            Ok(email) => email.as_str().to_owned(),
            Err(_) => {
                errors.push(FieldError::new("email", Problem::NotAnEmail));
                String::new()
            }
        },
    };
    let note = note.trim().to_owned();
    if note.chars().count() > NOTE_MAX_CHARS {
        errors.push(FieldError::new("note", Problem::TooLong { max: NOTE_MAX_CHARS as i64 }));
    }
    let invoice = invoice
        .validated()
        .map_err(|wrong| {
            errors.extend(
                wrong
                    .into_iter()
                    .map(|error| FieldError::new(format!("invoice.{}", error.field), error.problem)),
            );
        })
        .ok();
    all_or(errors)?;
    match (address, invoice) {
        (Some(address), Some(invoice)) => Ok(Delivery { address, email, note, invoice }),
        _ => Err(ServiceError::internal("a checked form without its parts")),
    }
}

/// What distinguishes one way of ordering from another.
pub(crate) struct NewOrder {
    pub kind: OrderKind,
    pub user_id: Option<i64>,
    pub guest_session_hash: Option<Vec<u8>>,
    pub unit_id: Option<i64>,
    pub locale: &'static str,
    pub hold_until_ms: Option<i64>,
    /// See [`PlaceOrder::confirms_opened`].
    pub confirms_opened: bool,
}

/// Writes order, parcels and lines, and says what stock the lines want.
pub(crate) async fn insert_order(
    tx: &mut WriteTx,
    services: &Services,
    head: NewOrder,
    delivery: &Delivery,
    draft: &OrderDraft,
) -> Result<(PlacedOrder, Vec<HoldLine>)> {
    let now_ms = services.now_ms();
    let order_id: OrderId = services.new_id();
    let number = new_number(services);
    let address = &delivery.address;
    let row = OrderRow {
        id: order_id,
        number: number.clone(),
        kind: head.kind,
        status: OrderStatus::start(head.kind),
        user_id: head.user_id,
        guest_session_hash: head.guest_session_hash,
        unit_id: head.unit_id,
        goods_fen: draft.goods_fen,
        freight_fen: draft.freight_fen.ok_or_else(|| ServiceError::internal("an order without freight"))?,
        total_fen: draft.total_fen(),
        recipient_name: address.name.clone(),
        recipient_phone: address.phone.as_str().to_owned(),
        region_code: address.region.as_str().to_owned(),
        region_name: address.region_name.clone(),
        address: address.detail.clone(),
        note: delivery.note.clone(),
        email: delivery.email.clone(),
        locale: head.locale.to_owned(),
        invoice: serde_json::to_string(&delivery.invoice).map_err(ServiceError::internal)?,
        placed_at_ms: now_ms,
        hold_until_ms: head.hold_until_ms,
        paid_at_ms: None,
        closed_at_ms: None,
        cancel_reason: String::new(),
        after_sale_until_ms: None,
        version: 1,
    };
    store::orders::insert_order(tx, &row).await?;
    mail::post_of_order(tx, services, &row.email, Letter::OrderPlaced { order: order_id }).await?;
    let hold_lines = insert_lines(tx, services, order_id, draft, now_ms).await?;
    let surcharge = draft.surcharge_fen();
    if surcharge.is_positive() {
        store::freight::insert_surcharge(tx, order_id, surcharge).await?;
    }
    store::after_sales::insert_line_rules(tx, order_id, head.confirms_opened).await?;
    store::weighing::insert_weighed_lines(tx, order_id).await?;
    Ok((PlacedOrder { order_id, number }, hold_lines))
}

async fn insert_lines(
    tx: &mut WriteTx,
    services: &Services,
    order_id: OrderId,
    draft: &OrderDraft,
    now_ms: i64,
) -> Result<Vec<HoldLine>> {
    let mut parcel_of_line: Vec<Option<ParcelId>> = vec![None; draft.lines.len()];
    for parcel in &draft.parcels {
        let row = ParcelRow {
            id: services.new_id(),
            order_id,
            team_id: parcel.team_id,
            place_id: parcel.place_id,
            status: ParcelStatus::AwaitingPayment,
            freight_fen: parcel.freight_fen.unwrap_or_default(),
            carrier: String::new(),
            tracking_number: String::new(),
            shipped_at_ms: None,
            received_at_ms: None,
            created_at_ms: now_ms,
        };
        store::parcels::insert_parcel(tx, &row).await?;
        for index in &parcel.lines {
            if let Some(slot) = parcel_of_line.get_mut(*index) {
                *slot = Some(row.id);
            }
        }
    }
    let boxes = insert_boxes(tx, services, order_id, draft).await?;
    let mut rows = Vec::with_capacity(draft.lines.len());
    let mut box_lines = Vec::new();
    let mut hold_lines = Vec::with_capacity(draft.lines.len());
    for (index, (line, parcel)) in draft.lines.iter().zip(parcel_of_line).enumerate() {
        let line_id: LineId = services.new_id();
        let sale = &line.sale;
        rows.push(LineRow {
            id: line_id,
            order_id,
            parcel_id: parcel.ok_or_else(|| ServiceError::internal("a line without a parcel"))?,
            variant_id: sale.variant_id,
            product_id: sale.product_id,
            team_id: sale.team_id,
            position: index as i64,
            product_name: sale.product_name.clone(),
            product_name_en: sale.product_name_en.clone(),
            variant_code: sale.variant_code.clone(),
            variant_name: sale.variant_name.clone(),
            variant_name_en: sale.variant_name_en.clone(),
            unit: sale.unit.clone(),
            unit_price_fen: line.unit_price_fen,
            quantity: line.quantity,
            net_fen: line.net_fen,
        });
        let of_box = line.bundle.and_then(|at| Some((draft.bundles.get(at)?, *boxes.get(at)?)));
        let mut name = format!("{} {}", sale.product_name, sale.variant_name);
        if let Some((bundle, id)) = of_box {
            box_lines.push((line_id, id));
            name = part_name(&bundle.sale.product_name, &name);
        }
        hold_lines.push(HoldLine {
            line_id,
            product_id: sale.product_id,
            base_quantity: base_quantity(sale.base_quantity, line.quantity)?,
            base_per_piece: sale.base_quantity,
            net_fen: line.net_fen,
            name,
        });
    }
    store::orders::insert_lines(tx, &rows).await?;
    for (line, of_box) in box_lines {
        store::bundles::insert_order_bundle_line(tx, line, of_box).await?;
    }
    Ok(hold_lines)
}

/// Writes the gift boxes of an order, whose parts are lines of it.
async fn insert_boxes(
    tx: &mut WriteTx,
    services: &Services,
    order_id: OrderId,
    draft: &OrderDraft,
) -> Result<Vec<OrderBundleId>> {
    let mut ids = Vec::with_capacity(draft.bundles.len());
    for bundle in &draft.bundles {
        let sale = &bundle.sale;
        let row = OrderBundleRow {
            id: services.new_id(),
            order_id,
            product_id: sale.product_id,
            variant_id: sale.variant_id,
            product_name: sale.product_name.clone(),
            product_name_en: sale.product_name_en.clone(),
            variant_code: sale.variant_code.clone(),
            unit: sale.unit.clone(),
            unit_price_fen: bundle.unit_price_fen,
            quantity: bundle.quantity,
            net_fen: bundle.net_fen,
        };
        store::bundles::insert_order_bundle(tx, &row).await?;
        ids.push(row.id);
    }
    Ok(ids)
}

pub(crate) fn base_quantity(per_piece: i64, pieces: i64) -> Result<i64> {
    per_piece.checked_mul(pieces).ok_or_else(|| ServiceError::invalid("quantity", Problem::NotANumber))
}

/// `XJ` + day + eight random characters: readable over the phone, not guessable from another one.
fn new_number(services: &Services) -> String {
    let (year, month, day) = Date::from_epoch_ms(services.now_ms()).ymd();
    let mut random = [0_u8; 8];
    services.entropy.fill(&mut random);
    let letters = b"23456789ABCDEFGHJKMNPQRSTVWXYZ01";
    let tail: String =
        random.iter().map(|byte| char::from(letters[usize::from(*byte) % letters.len()])).collect();
    format!("XJ{:02}{month:02}{day:02}{tail}", year % 100)
}
