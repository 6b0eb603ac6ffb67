//! What a listing declares about returns without a reason. It is frozen with each order, so a later word changes nothing
//! for goods that were sold.

use domain::after_sale::ReturnRule;
use domain::failure::Problem;
use domain::ids::{ProductId, TeamId};
use serde_json::json;
use store::after_sales::ProductRuleRow;

use crate::{Result, ServiceError, Services, Viewer, audit};

/// Products a team's list shows at most.
const LIST_LIMIT: i64 = 200;

/// The rules of what a team sells.
///
/// # Errors
/// Guarded: sellers and captain of the team.
pub async fn team_rules(services: &Services, viewer: &Viewer, team: TeamId) -> Result<Vec<ProductRuleRow>> {
    viewer.require_seller(team)?;
    let mut conn = services.db.read().await?;
    Ok(store::after_sales::list_team_rules(&mut conn, team, LIST_LIMIT).await?)
}

/// What holds for a product that is bought now.
///
/// # Errors
/// [`ServiceError::NotFound`].
pub async fn product_rule(services: &Services, product: ProductId) -> Result<ReturnRule> {
    let mut conn = services.db.read().await?;
    let row = store::after_sales::find_product_rule(&mut conn, product).await?;
    Ok(row.ok_or(ServiceError::NotFound)?.return_rule)
}

/// Declares it for orders from now on. Saying the same twice does nothing twice.
///
/// # Errors
/// Field `rule`. Guarded: sellers and captain of the product's team; for others there is no such product.
pub async fn declare_rule(
    services: &Services,
    viewer: &Viewer,
    product: ProductId,
    rule: &str,
) -> Result<()> {
    let mut tx = services.db.write().await?;
    viewer.require_user()?;
    let row = store::after_sales::find_product_rule(&mut tx, product).await?.ok_or(ServiceError::NotFound)?;
    let user = viewer.require_seller(row.team_id).map_err(|_| ServiceError::NotFound)?.user_id;
    let rule = ReturnRule::parse(rule).map_err(|_| ServiceError::invalid("rule", Problem::Unknown))?;
    if rule == row.return_rule {
        return Ok(());
    }
    store::after_sales::put_product_rule(&mut tx, product, rule, services.now_ms()).await?;
    let detail = json!({ "from": row.return_rule.as_str(), "to": rule.as_str() });
    audit::record(&mut tx, services, Some(user), "return_rule_declared", "product", product.get(), detail)
        .await?;
    Ok(tx.commit().await?)
}
