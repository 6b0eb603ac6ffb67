//! What keeps a listing from being published, field by field, from what is stored.

use domain::attribute::AttributeValue;
use domain::failure::{FieldError, Problem};
use domain::food::{self, BatchPapers, FoodLabel};
use domain::ids::{BatchId, ProductId, VariantId};
use domain::time::Date;
use store::catalogue::TierPriceRow;
use store::freight::{self, ProductSendingRow};
use store::listing::{self as rows, InputNameRow, ListingBatchRow, ListingRow, ListingVariantRow};
use store::{Conn, catalogue};

use crate::bundles::BoxCheck;
use crate::{Result, Services, Viewer};

/// Everything that keeps the listing from being published; nothing means that it may be.
///
/// Fields are named as in the form; those of a variant `variants.<n>.<field>` and of a batch `batches.<n>.<field>`,
/// where `n` is the place on the edit page, from 0.
///
/// # Errors
/// [`crate::ServiceError::NotFound`] for another team's listing.
pub async fn check_listing(
    services: &Services,
    viewer: &Viewer,
    product: ProductId,
) -> Result<Vec<FieldError>> {
    let mut conn = services.db.read().await?;
    let row = super::own_listing(&mut conn, viewer, product).await?;
    problems(&mut conn, &row, super::today(services)).await
}

/// [`check_listing`] on a row that is at hand.
pub(crate) async fn problems(conn: &mut Conn, row: &ListingRow, today: Date) -> Result<Vec<FieldError>> {
    let variants = rows::list_all_variants(conn, row.id).await?;
    Ok(Kept::load(conn, row, today).await?.problems(row, &variants, today))
}

/// What the check looks at beside a listing's own row and its variants: a change of texts and prices leaves it as it is.
#[derive(Debug)]
pub(crate) struct Kept {
    has_photos: bool,
    tiers: Vec<TierPriceRow>,
    batches: Vec<ListingBatchRow>,
    inputs: Vec<InputNameRow>,
    /// Words among what it has of its category.
    words: Vec<String>,
    sending: Option<ProductSendingRow>,
    /// The variants whose size is known.
    sized: Vec<VariantId>,
    /// Of a gift box what is in it: stock, papers and freight are those of its parts.
    boxed: Option<BoxCheck>,
}

/// What a change touches beside names and prices: so much more is read to hold it against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Touched {
    pub(crate) attributes: bool,
    /// What batches are held against: the papers of a food class, a shelf life.
    pub(crate) batches: bool,
    /// From where and for what freight.
    pub(crate) sending: bool,
    pub(crate) sizes: bool,
    pub(crate) tiers: bool,
}

impl Touched {
    /// Whether what is looked at beside the listing's row and its variants may be another afterwards.
    pub(crate) const fn is_anything(self) -> bool {
        self.attributes || self.batches || self.sending || self.sizes || self.tiers
    }
}

impl Kept {
    pub(crate) async fn load(conn: &mut Conn, row: &ListingRow, today: Date) -> Result<Self> {
        let product = row.id;
        Ok(Self {
            boxed: crate::bundles::problems(conn, row, today).await?,
            has_photos: !rows::list_listing_photos(conn, product).await?.is_empty(),
            tiers: catalogue::list_tier_prices(conn, product).await?,
            batches: rows::list_listing_batches(conn, product).await?,
            inputs: rows::list_product_inputs(conn, product).await?,
            words: words_of(rows::list_product_attributes(conn, product).await?),
            sending: freight::find_product_sending(conn, product).await?,
            sized: sized(conn, product).await?,
        })
    }

    /// As much of it as a change of names, prices and variants is held against. Only what such a change brings about is
    /// judged with it: photos and batches are missing before as after.
    pub(crate) async fn of_change(
        conn: &mut Conn,
        row: &ListingRow,
        today: Date,
        touched: Touched,
    ) -> Result<Self> {
        let product = row.id;
        let (sending, sized) = if touched.sizes || touched.sending {
            (freight::find_product_sending(conn, product).await?, sized(conn, product).await?)
        } else {
            (None, Vec::new())
        };
        let words = if touched.attributes {
            words_of(rows::list_product_attributes(conn, product).await?)
        } else {
            Vec::new()
        };
        let tiers = catalogue::list_tier_prices(conn, product).await?;
        let (batches, inputs) = if touched.batches {
            (
                rows::list_listing_batches(conn, product).await?,
                rows::list_product_inputs(conn, product).await?,
            )
        } else {
            (Vec::new(), Vec::new())
        };
        let boxed = crate::bundles::problems(conn, row, today).await?;
        Ok(Self { has_photos: false, tiers, batches, inputs, words, sending, sized, boxed })
    }

    /// What keeps a listing with this row and these variants from being published.
    pub(crate) fn problems(
        &self,
        row: &ListingRow,
        variants: &[ListingVariantRow],
        today: Date,
    ) -> Vec<FieldError> {
        let active = variants.iter().filter(|variant| variant.active == 1);
        let variants: Vec<ListingVariantRow> = active.cloned().collect();
        let mut found = Vec::new();
        if !self.has_photos {
            found.push(FieldError::new("photos", Problem::PhotoMissing));
        }
        for (field, text) in [("name", &row.name), ("story", &row.story)] {
            if text.is_empty() {
                found.push(FieldError::new(field, Problem::Missing));
            }
        }
        if variants.is_empty() {
            found.push(FieldError::new("variants", Problem::Missing));
        }
        for (index, variant) in variants.iter().enumerate() {
            if variant.name.is_empty() {
                found.push(FieldError::new(format!("variants.{index}.name"), Problem::Missing));
            }
        }
        found.extend(tier_problems(&self.tiers, &variants));
        match &self.boxed {
            Some(boxed) => {
                found.extend(boxed.problems(&variants, &self.tiers, today));
                found.extend(self.claims(row, &variants, boxed));
            }
            None => {
                found.extend(self.sending_problems(&variants));
                found.extend(paper_problems(row, &variants, self, today));
            }
        }
        found
    }
}

impl Kept {
    /// What a box with food in it may not be said to do.
    fn claims(&self, row: &ListingRow, variants: &[ListingVariantRow], boxed: &BoxCheck) -> Vec<FieldError> {
        if !boxed.has_food() {
            return Vec::new();
        }
        let mut texts = shown_texts(row, variants);
        texts.extend(self.words.iter().map(|text| ("attributes".to_owned(), text.as_str())));
        let claims = |(field, text): (String, &str)| {
            let words = food::health_claims(text).into_iter();
            words.map(move |word| FieldError::new(field.clone(), Problem::HealthClaim { word }))
        };
        texts.into_iter().flat_map(claims).collect()
    }

    /// What is offered no longer, and sizes that freight by volume cannot do without: nothing would be charged for it.
    fn sending_problems(&self, variants: &[ListingVariantRow]) -> Vec<FieldError> {
        let Some(sending) = &self.sending else { return Vec::new() };
        let mut found = Vec::new();
        for (field, is_retired) in
            [("place", sending.is_place_retired), ("freight_template", sending.is_template_retired)]
        {
            if is_retired == 1 {
                found.push(FieldError::new(field, Problem::Retired));
            }
        }
        if sending.basis == "volume" {
            let sizeless =
                variants.iter().enumerate().filter(|(_, variant)| !self.sized.contains(&variant.id));
            found.extend(
                sizeless.map(|(at, _)| FieldError::new(format!("variants.{at}.size"), Problem::Missing)),
            );
        }
        found
    }
}

async fn sized(conn: &mut Conn, product: ProductId) -> Result<Vec<VariantId>> {
    Ok(freight::list_sizes(conn, product).await?.into_iter().map(|(id, _)| id).collect())
}

/// Tiers that a later change of the price has overtaken.
fn tier_problems(tiers: &[TierPriceRow], variants: &[ListingVariantRow]) -> Vec<FieldError> {
    let overtaken = |variant: &ListingVariantRow| {
        tiers.iter().any(|tier| tier.variant_id == variant.id && tier.price_fen >= variant.price_fen)
    };
    let found = variants.iter().enumerate().filter(|(_, variant)| overtaken(variant));
    found
        .map(|(index, _)| FieldError::new(format!("variants.{index}.tier_prices"), Problem::WrongOrder))
        .collect()
}

/// What the food class asks for. Papers are needed of the batches that would be sold: those with stock that have not
/// expired; when all stock has expired, that is the problem.
fn paper_problems(
    row: &ListingRow,
    variants: &[ListingVariantRow],
    kept: &Kept,
    today: Date,
) -> Vec<FieldError> {
    let label = label_of(row);
    let stocked: Vec<(usize, BatchPapers)> = kept
        .batches
        .iter()
        .enumerate()
        .filter(|(_, batch)| batch.available > 0)
        .map(|(index, batch)| (index, papers_of(batch, &kept.inputs)))
        .collect();
    let is_fresh =
        |papers: &BatchPapers| papers.expiry(label.shelf_life_days).is_none_or(|last| last >= today);
    let any_fresh = stocked.iter().any(|(_, papers)| is_fresh(papers));
    let sellable: Vec<(usize, BatchPapers)> =
        stocked.into_iter().filter(|(_, papers)| !any_fresh || is_fresh(papers)).collect();

    let mut texts = shown_texts(row, variants);
    texts.extend(kept.words.iter().map(|text| ("attributes".to_owned(), text.as_str())));
    let texts: Vec<(&str, &str)> = texts.iter().map(|(field, text)| (&**field, *text)).collect();
    let papers: Vec<BatchPapers> = sellable.iter().map(|(_, papers)| papers.clone()).collect();
    let mut found = food::check_listing(row.food_class, &label, &papers, &texts, today);
    for error in &mut found {
        error.field = form_field(&error.field, &sellable);
    }
    // Whatever the class: nothing can be bought without stock, and nothing attributed without weighed inputs.
    if sellable.is_empty() && !found.iter().any(|error| error.field == "batches") {
        found.push(FieldError::new("batches", Problem::Missing));
    }
    for (index, papers) in &sellable {
        let field = format!("batches.{index}.inputs");
        if papers.origin.is_empty() && !found.iter().any(|error| error.field == field) {
            found.push(FieldError::new(field, Problem::Missing));
        }
    }
    found
}

fn words_of(values: Vec<(i64, AttributeValue)>) -> Vec<String> {
    let words = |(_, value)| match value {
        AttributeValue::Text(words) => Some(words),
        AttributeValue::Choice(_) | AttributeValue::Number(_) => None,
    };
    values.into_iter().filter_map(words).collect()
}

/// Every text of the listing that buyers read, in both languages, by its field: none of them may promise health.
fn shown_texts<'a>(row: &'a ListingRow, variants: &'a [ListingVariantRow]) -> Vec<(String, &'a str)> {
    let own = [
        ("name", &row.name),
        ("name_en", &row.name_en),
        ("story", &row.story),
        ("story_en", &row.story_en),
        ("ingredients", &row.ingredients),
        ("net_content", &row.net_content),
        ("producer", &row.producer),
        ("storage", &row.storage),
        ("sales_region", &row.sales_region),
    ];
    let mut texts: Vec<(String, &str)> =
        own.into_iter().map(|(field, text)| (field.to_owned(), text.as_str())).collect();
    for (index, variant) in variants.iter().enumerate() {
        for (field, text) in [("name", &variant.name), ("name_en", &variant.name_en), ("unit", &variant.unit)]
        {
            texts.push((format!("variants.{index}.{field}"), text.as_str()));
        }
    }
    texts
}

/// The form's name for a field of the rules: batches by their place on the page, papers by their column.
fn form_field(field: &str, sellable: &[(usize, BatchPapers)]) -> String {
    let mut parts = field.splitn(3, '.');
    let (Some("batches"), Some(index), Some(paper)) = (parts.next(), parts.next(), parts.next()) else {
        return field.to_owned();
    };
    let place = index.parse::<usize>().ok().and_then(|index| sellable.get(index)).map_or(0, |batch| batch.0);
    let column = match paper {
        "issuer" => "certificate_issuer",
        "contact" => "certificate_contact",
        "origin" => "inputs",
        other => other,
    };
    format!("batches.{place}.{column}")
}

fn label_of(row: &ListingRow) -> FoodLabel {
    FoodLabel {
        sc_number: row.sc_number.clone(),
        ingredients: row.ingredients.clone(),
        net_content: row.net_content.clone(),
        producer: row.producer.clone(),
        storage: row.storage.clone(),
        shelf_life_days: row.shelf_life_days,
        workshop_number: row.workshop_number.clone(),
        sales_region: row.sales_region.clone(),
    }
}

/// The papers of a stored batch. Its certificate names the villages of its inputs as origin, and was signed on the
/// day of harvest where no other is stored.
fn papers_of(batch: &ListingBatchRow, inputs: &[InputNameRow]) -> BatchPapers {
    let papers = &batch.papers;
    let day = |text: Option<&str>| text.and_then(|day| day.parse().ok());
    let produced_on = day(Some(&papers.produced_on));
    BatchPapers {
        certificate_number: papers.certificate_number.clone(),
        issuer: papers.certificate_issuer.clone(),
        origin: origin_of(batch.id, inputs),
        issued_on: day(papers.issued_on.as_deref()).or(produced_on),
        contact: papers.certificate_contact.clone(),
        quarantine_number: papers.quarantine_number.clone(),
        produced_on,
        expires_on: day(papers.expires_on.as_deref()),
    }
}

fn origin_of(batch: BatchId, inputs: &[InputNameRow]) -> String {
    let names: Vec<&str> =
        inputs.iter().filter(|input| input.batch_id == batch).map(|input| input.name.as_str()).collect();
    names.join("、")
}
