//! One side of the small world: what its people sell, and what they sell it from.

use domain::ids::{
    BatchId, CategoryId, CollectiveId, CorpsId, FreightTemplateId, PlaceId, ProductId, TeamId, TownId,
    UnitId, VariantId, VillageId,
};
use domain::money::Fen;
use service::Services;
use store::WriteTx;
use store::catalogue::FreightRowRow;
use store::listing::{self as rows, ListingRow, ListingVariantRow, NewBatch, PapersRow};
use store::places::{self, Names, NewVillage};
use store::seed::{self, NewDispatchPlace, NewFreightTemplate};

/// Where everything is sent from and to.
pub const REGION: &str = "610925";

/// What belongs to one side.
#[derive(Debug)]
pub struct Side {
    /// What its team belongs to, and where its village lies.
    pub corps: CorpsId,
    pub town: TownId,
    pub village: VillageId,
    pub team: TeamId,
    pub collective: CollectiveId,
    pub product: ProductId,
    pub category: CategoryId,
    pub variant: VariantId,
    pub batch: BatchId,
    /// Where its parcels leave, and by which template.
    pub place: PlaceId,
    pub template: FreightTemplateId,
    pub unit: UnitId,
}

pub fn names(slug: &str) -> Names {
    Names { slug: slug.to_owned(), name: format!("名{slug}"), name_en: format!("Name {slug}") }
}

/// Writes a village with its collective, a team that sells one product of it, and a unit, all called `slug`.
pub async fn insert_side(
    services: &Services,
    tx: &mut WriteTx,
    corps: CorpsId,
    town: TownId,
    slug: &str,
) -> Side {
    let village = NewVillage {
        id: services.new_id(),
        town_id: town,
        names: names(slug),
        story: String::new(),
        story_en: String::new(),
        media_id: None,
        yearly_target_fen: Fen::new(100_000),
        collective_id: services.new_id(),
        collective_name: format!("{slug}村集体"),
        collective_name_en: format!("Collective of {slug}"),
        credit_code: format!("code of {slug}"),
    };
    places::insert_village(tx, &village).await.unwrap();
    let (team, unit) = (services.new_id(), services.new_id());
    places::insert_team(tx, team, corps, "consumption", &names(slug), &[village.id]).await.unwrap();
    places::insert_unit(tx, unit, None, "union", &names(slug), "").await.unwrap();
    let place = NewDispatchPlace {
        id: services.new_id(),
        team_id: team,
        name: format!("{slug}仓"),
        region_code: REGION.to_owned(),
        address: "河街1号".to_owned(),
        phone: "0915-2522001".to_owned(),
    };
    seed::insert_dispatch_place(tx, &place).await.unwrap();
    let everywhere = FreightRowRow {
        region_prefixes: String::new(),
        refused: 0,
        first_quantity: 1,
        first_fee_fen: 600,
        step_quantity: 1,
        step_fee_fen: 0,
        surcharge_fen: 0,
        ..FreightRowRow::default()
    };
    let freight = NewFreightTemplate {
        id: services.new_id(),
        team_id: team,
        name: "按件".to_owned(),
        basis: "piece".to_owned(),
        free_from_fen: None,
        rows: vec![everywhere],
    };
    seed::insert_freight_template(tx, &freight).await.unwrap();
    let category = services.new_id();
    seed::insert_category(tx, category, &names(slug), 0, None).await.unwrap();
    let row = ListingRow {
        slug: slug.to_owned(),
        team_id: team,
        category_id: category,
        village_id: village.id,
        place_id: place.id,
        freight_template_id: freight.id,
        name: format!("{slug}茶"),
        name_en: format!("{slug} tea"),
        story: "春茶。".to_owned(),
        story_en: "Spring tea.".to_owned(),
        shelf_life_days: Some(300),
        ..ListingRow::blank(services.new_id(), services.now_ms())
    };
    let (variant, batch) = insert_goods(services, tx, &row, &village).await;
    Side {
        corps,
        town,
        village: village.id,
        team,
        collective: village.collective_id,
        product: row.id,
        category,
        variant,
        batch,
        place: place.id,
        template: freight.id,
        unit,
    }
}

async fn insert_goods(
    services: &Services,
    tx: &mut WriteTx,
    row: &ListingRow,
    village: &NewVillage,
) -> (VariantId, BatchId) {
    let now_ms = services.now_ms();
    rows::insert_listing(tx, row, None, now_ms).await.unwrap();
    let variant = ListingVariantRow {
        id: services.new_id(),
        code: format!("{}-1", row.slug.to_uppercase()),
        name: "罐装".to_owned(),
        name_en: "Tin".to_owned(),
        unit: "罐".to_owned(),
        price_fen: Fen::new(6_800),
        base_quantity: 100,
        weight_g: 120,
        min_quantity: 1,
        step_quantity: 1,
        position: 0,
        active: 1,
    };
    rows::insert_variant(tx, row.id, &variant).await.unwrap();
    rows::update_listing(tx, row).await.unwrap();
    let batch = NewBatch {
        id: services.new_id(),
        product_id: row.id,
        code: "20260320".to_owned(),
        papers: PapersRow {
            produced_on: "2026-03-20".to_owned(),
            expires_on: Some("2027-01-14".to_owned()),
            certificate_number: "1".to_owned(),
            certificate_issuer: "合作社".to_owned(),
            certificate_contact: "0915-2522001".to_owned(),
            ..PapersRow::default()
        },
        received: 1_000_000,
        inputs: vec![(village.id, 1_000_000)],
        created_at_ms: now_ms,
    };
    rows::insert_batch(tx, &batch).await.unwrap();
    rows::publish_listing(tx, row.id, &row.slug, now_ms).await.unwrap();
    (variant.id, batch.id)
}
