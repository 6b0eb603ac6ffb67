//! A listing as shoppers will see it.

use domain::ids::ProductId;

use crate::context::{services, typed_param, viewer};
use crate::features::products::product_screen;
use crate::features::sell::team::current_team;
use crate::routes::{PageResult, paths};

/// `/sell/{team}/products/{product}/preview`
pub async fn preview_page() -> PageResult {
    let team = current_team().await?;
    let product: ProductId = typed_param("product")?;
    let listing = service::listing::edit_page(&services(), &viewer(), product).await?;
    if listing.team != team.id {
        return Err(service::ServiceError::NotFound);
    }
    let page = service::shop::product_page(&services(), &listing.slug, None, Some(team.id)).await?;
    Ok(product_screen(&page).preview(paths::team_product(team.id, product)))
}
