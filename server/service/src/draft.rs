//! An order before it is one: prices, parcels and freight, computed by the server from ids and quantities alone.

use std::collections::BTreeMap;

use domain::failure::{Conflict, FieldError, Problem};
use domain::freight::{FreightError, FreightItem, FreightTemplate, quote_parcel};
use domain::ids::{FreightTemplateId, PlaceId, TeamId, VariantId};
use domain::money::Fen;
use domain::order::{OrderKind, QuantityError, check_quantity, unit_price};
use domain::time::Date;
use store::Conn;
use store::carts::SaleVariant;

use crate::bundles::sale::lines_of;
use crate::carts::{all_or, quantity_problem};
use crate::freight::load_template;
use crate::{Result, ServiceError, Services};

/// What someone is about to order.
#[derive(Debug, Clone)]
pub struct OrderDraft {
    pub lines: Vec<DraftLine>,
    /// Gift boxes among what was wanted; their parts are lines.
    pub bundles: Vec<DraftBundle>,
    pub parcels: Vec<DraftParcel>,
    pub goods_fen: Fen,
    /// `None` while the region is not known.
    pub freight_fen: Option<Fen>,
}

#[derive(Debug, Clone)]
pub struct DraftLine {
    pub sale: SaleVariant,
    pub quantity: i64,
    pub unit_price_fen: Fen,
    pub net_fen: Fen,
    /// Place in the draft's gift boxes of the one that this is a part of; `net_fen` is then its share of that one's price.
    pub bundle: Option<usize>,
}

/// So many of a gift box.
#[derive(Debug, Clone)]
pub struct DraftBundle {
    pub sale: SaleVariant,
    pub quantity: i64,
    pub unit_price_fen: Fen,
    /// What its lines add up to.
    pub net_fen: Fen,
}

/// What leaves together: an order splits by place of dispatch.
#[derive(Debug, Clone)]
pub struct DraftParcel {
    pub team_id: TeamId,
    pub place_id: PlaceId,
    /// Indices into the draft's lines.
    pub lines: Vec<usize>,
    pub freight_fen: Option<Fen>,
    /// What of it is for a remote region.
    pub surcharge_fen: Fen,
}

impl OrderDraft {
    /// What of the freight is for a remote region.
    pub fn surcharge_fen(&self) -> Fen {
        self.parcels.iter().fold(Fen::ZERO, |sum, parcel| sum + parcel.surcharge_fen)
    }

    /// Goods and, once known, freight.
    pub fn total_fen(&self) -> Fen {
        self.goods_fen + self.freight_fen.unwrap_or_default()
    }

    /// What the page shows beside prices and the order is held against: what pieces sold by weight may weigh, and what is
    /// in gift boxes. Empty without any.
    pub fn agreed_terms(&self) -> String {
        let weighed =
            self.lines.iter().filter_map(|line| Some((line.sale.variant_id, line.sale.weight_range()?)));
        let weights = weighed.map(|(id, range)| format!("{id}:{}-{}", range.least_g(), range.most_g()));
        let boxed = self.lines.iter().filter_map(|line| Some((self.bundles.get(line.bundle?)?, line)));
        let contents = boxed.map(|(bundle, line)| {
            format!("{}:{}x{}", bundle.sale.variant_id, line.sale.variant_id, line.quantity)
        });
        weights.chain(contents).collect::<Vec<_>>().join(" ")
    }

    /// Refuses an order of other weights, contents or another total than the buyer has seen.
    ///
    /// # Errors
    /// [`Conflict::TermsChanged`] and [`Conflict::PriceChanged`].
    pub(crate) fn is_as_seen(&self, terms: &str, total_fen: Fen) -> Result<()> {
        if self.agreed_terms() != terms.trim() {
            return Err(Conflict::TermsChanged.into());
        }
        if self.total_fen() != total_fen {
            return Err(Conflict::PriceChanged { total_fen: self.total_fen() }.into());
        }
        Ok(())
    }

    /// Whether something in it is returned without a reason only unless the buyer gives that up; see
    /// [`domain::after_sale::ReturnRule::OnceOpened`].
    pub fn asks_for_word(&self) -> bool {
        self.lines.iter().any(|line| line.sale.asks_for_word())
    }
}

/// Prices the lines and, when the region is known, quotes the freight of each parcel.
///
/// # Errors
/// A conflict for something that is not sold any more or not delivered there; field errors `lines.<n>.quantity`
/// for quantities off the ladder.
pub(crate) async fn draft_order(
    conn: &mut Conn,
    services: &Services,
    wanted: &[(VariantId, i64)],
    kind: OrderKind,
    region_code: Option<&str>,
) -> Result<OrderDraft> {
    let (lines, bundles) = price_lines(conn, services, wanted, kind).await?;
    let goods_fen =
        Fen::checked_sum(lines.iter().map(|line| line.net_fen)).map_err(ServiceError::internal)?;
    let mut places: BTreeMap<PlaceId, DraftParcel> = BTreeMap::new();
    for (index, line) in lines.iter().enumerate() {
        let parcel = places.entry(line.sale.place_id).or_insert_with(|| DraftParcel {
            team_id: line.sale.team_id,
            place_id: line.sale.place_id,
            lines: Vec::new(),
            freight_fen: None,
            surcharge_fen: Fen::ZERO,
        });
        parcel.lines.push(index);
    }
    let mut parcels: Vec<DraftParcel> = places.into_values().collect();
    let mut freight_fen = None;
    if let Some(region_code) = region_code {
        let templates = load_templates(conn, &lines).await?;
        let mut total = Fen::ZERO;
        for parcel in &mut parcels {
            let (fee, surcharge) = quote(parcel, &lines, &templates, region_code)?;
            parcel.freight_fen = Some(fee);
            parcel.surcharge_fen = surcharge;
            total = total.checked_add(fee).map_err(ServiceError::internal)?;
        }
        freight_fen = Some(total);
    }
    Ok(OrderDraft { lines, bundles, parcels, goods_fen, freight_fen })
}

async fn price_lines(
    conn: &mut Conn,
    services: &Services,
    wanted: &[(VariantId, i64)],
    kind: OrderKind,
) -> Result<(Vec<DraftLine>, Vec<DraftBundle>)> {
    let mut lines = Vec::with_capacity(wanted.len());
    let mut bundles = Vec::new();
    let today = Date::from_epoch_ms(services.now_ms());
    let mut errors = Vec::new();
    // Of retail: pieces of each variant, those in boxes among them.
    let mut pieces: BTreeMap<VariantId, i64> = BTreeMap::new();
    let mut variants: Vec<VariantId> = wanted.iter().map(|(variant, _)| *variant).collect();
    variants.sort_unstable();
    variants.dedup();
    let sales = store::carts::list_sale_variants(conn, &variants).await?;
    let sales: BTreeMap<VariantId, SaleVariant> =
        sales.into_iter().map(|sale| (sale.variant_id, sale)).collect();
    for (index, (variant, quantity)) in wanted.iter().enumerate() {
        let sale = sales.get(variant).cloned().ok_or(ServiceError::NotFound)?;
        if !sale.is_for_sale() {
            return Err(Conflict::NotForSale { name: sale.product_name }.into());
        }
        refuse_out_of_season(services, &sale)?;
        let max = matches!(kind, OrderKind::Retail).then_some(services.rules.max_cart_quantity);
        if let Err(error) = check_quantity(*quantity, sale.min_quantity, sale.step_quantity, max) {
            errors.push(FieldError::new(format!("lines.{index}.quantity"), quantity_problem(error)));
            continue;
        }
        let tiers = match kind {
            OrderKind::Unit => store::carts::list_tier_prices(conn, *variant).await?,
            OrderKind::Retail => Vec::new(),
        };
        let unit_price_fen = unit_price(sale.price_fen, &tiers, *quantity);
        let net_fen = unit_price_fen
            .times(*quantity)
            .map_err(|_| ServiceError::invalid(format!("lines.{index}.quantity"), Problem::NotANumber))?;
        let quantity = *quantity;
        let had = lines.len();
        if sale.is_bundle == 1 {
            let parts = store::bundles::list_parts(conn, sale.product_id, &today.to_string()).await?;
            lines.extend(lines_of(&sale, parts, quantity, net_fen, bundles.len(), today)?);
            bundles.push(DraftBundle { sale, quantity, unit_price_fen, net_fen });
        } else {
            lines.push(DraftLine { sale, quantity, unit_price_fen, net_fen, bundle: None });
        }
        for line in &lines[had..] {
            let all = pieces.entry(line.sale.variant_id).or_default();
            *all = all.saturating_add(line.quantity);
            if let Some(max) = max.filter(|max| *all > *max) {
                let problem = quantity_problem(QuantityError::AboveMax { max });
                errors.push(FieldError::new(format!("lines.{index}.quantity"), problem));
                break;
            }
        }
    }
    all_or(errors)?;
    Ok((lines, bundles))
}

/// That its season is on, wherever something is ordered.
///
/// # Errors
/// [`Conflict::OutOfSeason`] with the day on which it comes back.
pub(crate) fn refuse_out_of_season(services: &Services, sale: &SaleVariant) -> Result<()> {
    let Some(closed) = sale.closed(Date::from_epoch_ms(services.now_ms())) else { return Ok(()) };
    Err(Conflict::OutOfSeason { name: sale.product_name.clone(), opens_on: closed.opens_on }.into())
}

async fn load_templates(conn: &mut Conn, lines: &[DraftLine]) -> Result<BTreeMap<i64, FreightTemplate>> {
    let mut templates = BTreeMap::new();
    for line in lines {
        let id = line.sale.freight_template_id;
        if let std::collections::btree_map::Entry::Vacant(vacant) = templates.entry(id) {
            vacant.insert(load_template(conn, FreightTemplateId::from_i64(id)).await?);
        }
    }
    Ok(templates)
}

/// The freight of a parcel, and what of it is for a remote region.
fn quote(
    parcel: &DraftParcel,
    lines: &[DraftLine],
    templates: &BTreeMap<i64, FreightTemplate>,
    region_code: &str,
) -> Result<(Fen, Fen)> {
    let mut items = Vec::with_capacity(parcel.lines.len());
    for line in parcel.lines.iter().filter_map(|index| lines.get(*index)) {
        let template = templates.get(&line.sale.freight_template_id).ok_or(ServiceError::NotFound)?;
        let total =
            |each: i64| each.checked_mul(line.quantity).ok_or_else(|| ServiceError::internal("weight"));
        items.push(FreightItem {
            template,
            count: line.quantity,
            weight_g: total(line.sale.weight_g)?,
            volume_cm3: total(line.sale.volume_cm3)?,
            amount: line.net_fen,
        });
    }
    let quote = quote_parcel(&items, region_code).map_err(|error| {
        let names = parcel.lines.iter().filter_map(|index| lines.get(*index));
        freight_failure(&error, names.map(|line| line.sale.product_name.as_str()).next().unwrap_or_default())
    })?;
    Ok((quote.total, quote.surcharge))
}

/// A region that no row covers is refused with a clear message, never free.
fn freight_failure(error: &FreightError, name: &str) -> ServiceError {
    match error {
        FreightError::NoDelivery(_) | FreightError::NoRow(_) => {
            Conflict::NotDeliverable { name: name.to_owned() }.into()
        }
        FreightError::NotARegion(_) => ServiceError::invalid("region", Problem::NotARegion),
        other => ServiceError::internal(other),
    }
}
