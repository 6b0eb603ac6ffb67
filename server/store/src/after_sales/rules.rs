//! What listings declare about returns, and what holds for the lines of an order.

use domain::after_sale::ReturnRule;
use domain::ids::{LineId, OrderId, ProductId, TownId};

use crate::{Conn, Result, sql};

/// Freezes what the listings of an order's lines declare about returns; `is_confirmed` when the buyer has confirmed that
/// what changes once opened cannot be returned, without which such goods can ([`ReturnRule::frozen`]).
pub async fn insert_line_rules(conn: &mut Conn, order: OrderId, is_confirmed: bool) -> Result<()> {
    sql::query(
        "INSERT INTO line_return_rules (line_id, return_rule)
         SELECT l.id, CASE WHEN r.return_rule = 'once_opened' AND CAST($2 AS BIGINT) = 0 THEN 'seven_days'
                ELSE COALESCE(r.return_rule, CASE WHEN p.food_class IN ('fresh_produce', 'live_poultry_meat')
                    THEN 'perishable' ELSE 'seven_days' END) END
           FROM order_lines l JOIN products p ON p.id = l.product_id
           LEFT JOIN product_return_rules r ON r.product_id = l.product_id
          WHERE l.order_id = $1 ORDER BY l.id
         ON CONFLICT (line_id) DO NOTHING",
    )
    .bind(order.get())
    .bind(i64::from(is_confirmed))
    .execute(conn)
    .await?;
    Ok(())
}

/// What holds for a line, and where its product comes from.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct LineRuleRow {
    #[sqlx(try_from = "i64")]
    pub line_id: LineId,
    /// As frozen with the order; for orders older than that what the listing declares now.
    #[sqlx(try_from = "String")]
    pub return_rule: ReturnRule,
    #[sqlx(try_from = "i64")]
    pub town_id: TownId,
}

pub async fn list_line_rules(conn: &mut Conn, order: OrderId) -> Result<Vec<LineRuleRow>> {
    Ok(sql::query_as::<LineRuleRow>(
        "SELECT l.id AS line_id, v.town_id,
                COALESCE(f.return_rule, CASE WHEN r.return_rule = 'once_opened' THEN 'seven_days' ELSE r.return_rule END,
                    CASE WHEN p.food_class IN ('fresh_produce', 'live_poultry_meat')
                    THEN 'perishable' ELSE 'seven_days' END) AS return_rule
           FROM order_lines l
           JOIN products p ON p.id = l.product_id
           JOIN villages v ON v.id = p.village_id
           LEFT JOIN line_return_rules f ON f.line_id = l.id
           LEFT JOIN product_return_rules r ON r.product_id = p.id
          WHERE l.order_id = $1 ORDER BY l.position",
    )
    .bind(order.get())
    .fetch_all(conn)
    .await?)
}

/// What holds for a product that is bought now.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub struct ProductRuleRow {
    /// As declared, else as its food class says.
    #[sqlx(try_from = "String")]
    pub return_rule: ReturnRule,
    pub is_declared: i64,
}

impl ProductRuleRow {
    /// What the listing itself says; nothing when it leaves that to its food class.
    #[must_use]
    pub fn declared(self) -> Option<ReturnRule> {
        (self.is_declared == 1).then_some(self.return_rule)
    }
}

pub async fn find_product_rule(conn: &mut Conn, product: ProductId) -> Result<Option<ProductRuleRow>> {
    Ok(sql::query_as::<ProductRuleRow>(
        "SELECT COALESCE(r.return_rule, CASE WHEN p.food_class IN ('fresh_produce', 'live_poultry_meat')
                    THEN 'perishable' ELSE 'seven_days' END) AS return_rule,
                CAST(CASE WHEN r.product_id IS NULL THEN 0 ELSE 1 END AS BIGINT) AS is_declared
           FROM products p LEFT JOIN product_return_rules r ON r.product_id = p.id
          WHERE p.id = $1",
    )
    .bind(product.get())
    .fetch_optional(conn)
    .await?)
}

/// Declares it; orders placed before keep what was declared then.
pub async fn put_product_rule(
    conn: &mut Conn,
    product: ProductId,
    rule: ReturnRule,
    now_ms: i64,
) -> Result<()> {
    sql::query(
        "INSERT INTO product_return_rules (product_id, return_rule, updated_at_ms) VALUES ($1, $2, $3)
         ON CONFLICT (product_id) DO UPDATE SET return_rule = excluded.return_rule,
                updated_at_ms = excluded.updated_at_ms",
    )
    .bind(product.get())
    .bind(rule.as_str())
    .bind(now_ms)
    .execute(conn)
    .await?;
    Ok(())
}

/// Leaves it to the food class again.
pub async fn delete_product_rule(conn: &mut Conn, product: ProductId) -> Result<()> {
    sql::query("DELETE FROM product_return_rules WHERE product_id = $1")
        .bind(product.get())
        .execute(conn)
        .await?;
    Ok(())
}
