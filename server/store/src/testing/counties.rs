//! Small counties that tests sell in: rows with ids that the tests name.

use domain::ids::ProductId;

use crate::{Conn, Result, sql};

/// Where somebody sells: villages 3 and 31 with collectives 4 and 41, tea team 6, herb team 7 that has nothing to do with
/// them, users 9 and 10, places of dispatch 60 and (of team 7) 62, freight template 61, category 50.
const SELLERS_COUNTY: [&str; 11] = [
    "INSERT INTO counties (id, code, name, name_en) VALUES (1, '610925', '岚皋县', 'Lan''gao')",
    "INSERT INTO towns (id, county_id, slug, name, name_en) VALUES (2, 1, 'zuolong', '佐龙镇', 'Zuolong')",
    "INSERT INTO villages (id, town_id, slug, name, name_en, story, story_en) VALUES \
     (3, 2, 'tayuan', '塔元村', 'Tayuan', '', ''), (31, 2, 'zaoshu', '枣树村', 'Zaoshu', '', '')",
    "INSERT INTO collectives (id, village_id, name, name_en, credit_code) VALUES \
     (4, 3, '塔元合作社', 'Tayuan Co', 'A'), (41, 31, '枣树合作社', 'Zaoshu Co', 'B')",
    "INSERT INTO corps (id, county_id, name, name_en) VALUES (5, 1, '县服务团', 'County Corps')",
    "INSERT INTO teams (id, corps_id, slug, kind, name, name_en) VALUES \
     (6, 5, 'sales', 'industry', '茶队', 'Tea Team'), (7, 5, 'other', 'industry', '药队', 'Herb Team')",
    "INSERT INTO team_villages (team_id, village_id) VALUES (6, 3), (6, 31)",
    "INSERT INTO categories (id, slug, name, name_en, position) VALUES (50, 'tea', '茶叶', 'Tea', 1)",
    "INSERT INTO users (id, display_name, password_hash, locale, created_at_ms) VALUES \
     (9, '驻村干部', 'x', 'zh', 1), (10, '队友', 'x', 'zh', 1)",
    "INSERT INTO dispatch_places (id, team_id, name, region_code, address, phone) VALUES \
     (60, 6, '佐龙仓', '610925', '佐龙镇', ''), (62, 7, '别家仓', '610925', '', '')",
    "INSERT INTO freight_templates (id, team_id, name, basis) VALUES (61, 6, '按重量', 'weight')",
];

/// Where somebody shops: four villages that share a harvest, products 100 to 103 (102 is a draft, 103 is sold out) of
/// team 6, paid order 200 with what two collectives earn by it. Everything is placed around June 2025.
const SHOPPERS_COUNTY: [&str; 21] = [
    "INSERT INTO counties (id, code, name, name_en) VALUES (1, '610925', '岚皋县', 'Lan''gao')",
    "INSERT INTO towns (id, county_id, slug, name, name_en) VALUES (2, 1, 'zuolong', '佐龙镇', 'Zuolong'), \
     (20, 1, 'nangong', '南宫山镇', 'Nangongshan')",
    "INSERT INTO villages (id, town_id, slug, name, name_en, story, story_en, yearly_target_fen) VALUES \
     (3, 2, 'tayuan', '塔元村', 'Tayuan', '茶山', 'Tea hills', 100000), (31, 2, 'zaoshu', '枣树村', 'Zaoshu', '', '', 0), \
     (32, 20, 'hongda', '宏大村', 'Hongda', '', '', 0), (33, 20, 'duba', '杜坝村', 'Duba', '', '', 0)",
    "INSERT INTO collectives (id, village_id, name, name_en, credit_code) VALUES (4, 3, '塔元合作社', 'Tayuan Co', 'A'), \
     (41, 31, '枣树合作社', 'Zaoshu Co', 'B'), (42, 32, '宏大合作社', 'Hongda Co', 'C'), (43, 33, '杜坝合作社', 'Duba Co', 'D')",
    "INSERT INTO corps (id, county_id, name, name_en) VALUES (5, 1, '县服务团', 'County Corps')",
    "INSERT INTO teams (id, corps_id, slug, kind, name, name_en) VALUES (6, 5, 'sales', 'industry', '茶队', 'Tea Team'), \
     (7, 5, 'other', 'industry', '药队', 'Herb Team')",
    "INSERT INTO categories (id, slug, name, name_en, position) VALUES (50, 'tea', '茶叶', 'Tea', 1), \
     (51, 'herbs', '药材', 'Herbs', 2)",
    "INSERT INTO dispatch_places (id, team_id, name, region_code, address, phone) \
     VALUES (60, 6, '集散点', '610925', '老渡口', '1')",
    "INSERT INTO freight_templates (id, team_id, name, basis, free_from_fen) VALUES (61, 6, '按重量', 'weight', 99900)",
    "INSERT INTO freight_rows (template_id, position, region_prefixes, refused, first_quantity, first_fee_fen, \
     step_quantity, step_fee_fen) VALUES (61, 0, '61', 0, 1000, 600, 1000, 200), (61, 1, '65', 1, 0, 0, 1, 0)",
    "INSERT INTO media (id, content_hash, width, height, placeholder, sizes, created_at_ms) \
     VALUES (70, 'aa', 1600, 1200, 'data:x', '320,640,1280', 1)",
    "INSERT INTO products (id, slug, team_id, category_id, village_id, place_id, freight_template_id, name, name_en, \
     story, story_en, base_unit, food_class, status, created_at_ms, updated_at_ms, published_at_ms, price_from_fen, \
     sold_count) VALUES \
     (100, 'green-tea', 6, 50, 3, 60, 61, '岚皋绿茶', 'Spring green tea', '手工采摘', '', 'g', 'packaged_food', 'published', 1, 1, 10, 5000, 3), \
     (101, 'dendrobium', 6, 51, 31, 60, 61, '铁皮石斛', 'Dendrobium', '四村同种', '', 'g', 'fresh_produce', 'published', 1, 1, 20, 20001, 9), \
     (102, 'draft-tea', 6, 50, 3, 60, 61, '绿茶样品', 'Tea sample', '', '', 'g', 'packaged_food', 'draft', 1, 1, NULL, 1, 0), \
     (103, 'gone-tea', 6, 50, 3, 60, 61, '岚皋红茶', 'Black tea', '', '', 'g', 'packaged_food', 'published', 1, 1, 30, 3000, 0)",
    "INSERT INTO product_media (product_id, position, media_id) VALUES (100, 0, 70)",
    "INSERT INTO variants (id, product_id, code, name, name_en, unit, price_fen, base_quantity, weight_g, min_quantity, \
     step_quantity, position) VALUES (110, 100, 'T-125', '125 克', '125 g', '罐', 5000, 125, 220, 1, 1, 0), \
     (111, 100, 'T-250', '250 克', '250 g', '盒', 9000, 250, 1400, 10, 5, 1), \
     (113, 101, 'D-500', '500 克', '500 g', '份', 20001, 500, 600, 1, 1, 0), \
     (114, 103, 'B-100', '100 克', '100 g', '罐', 3000, 100, 150, 1, 1, 0)",
    "INSERT INTO tier_prices (variant_id, min_quantity, price_fen) VALUES (110, 20, 4800), (110, 100, 4500)",
    "INSERT INTO batches (id, product_id, code, produced_on, expires_on, received, available, sold, created_at_ms) VALUES \
     (120, 100, 'NEW', '2025-04-01', '2026-10-01', 1000, 1000, 0, 1), \
     (121, 100, 'OLD', '2024-04-01', '2025-07-01', 300, 300, 0, 2), \
     (122, 100, 'DEAD', '2023-04-01', '2025-06-14', 900, 900, 0, 3), \
     (123, 101, 'FOUR', '2025-03-01', NULL, 5000, 5000, 0, 4), (124, 103, 'GONE', '2025-05-01', NULL, 100, 0, 100, 5)",
    "INSERT INTO batch_inputs (batch_id, village_id, weight_g) VALUES (120, 3, 9), (121, 3, 2), (121, 31, 1), (122, 3, 1), \
     (123, 3, 4), (123, 31, 3), (123, 32, 2), (123, 33, 1), (124, 3, 5)",
    "INSERT INTO orders (id, number, kind, status, goods_fen, freight_fen, total_fen, recipient_name, recipient_phone, \
     region_code, region_name, address, note, email, locale, invoice, placed_at_ms, paid_at_ms) VALUES \
     (200, 'N', 'retail', 'paid', 10000, 600, 10600, '茶友', '1', '610102', '西安', '', '', '', 'zh', '{}', 1741536000000, 1741536000000)",
    "INSERT INTO parcels (id, order_id, team_id, place_id, status, freight_fen, created_at_ms) \
     VALUES (210, 200, 6, 60, 'packing', 600, 1)",
    "INSERT INTO order_lines (id, order_id, parcel_id, variant_id, product_id, team_id, position, product_name, \
     product_name_en, variant_code, variant_name, variant_name_en, unit, unit_price_fen, quantity, net_fen) \
     VALUES (220, 200, 210, 110, 100, 6, 0, '绿茶', 'Tea', 'T', '', '', '罐', 5000, 2, 10000)",
    "INSERT INTO attributions (id, order_id, line_id, collective_id, amount_fen, reversed_fen, status, \
     pending_at_ms) VALUES (1, 200, 220, 4, 7000, 500, 'pending', 1741536000000), \
     (2, 200, 220, 41, 3000, 0, 'available', 1735660799999)",
];

/// The one collective, 4 of village 3, whose name would be a formula in a spreadsheet.
const FORMULA_COLLECTIVE: [&str; 4] = [
    "INSERT INTO counties (id, code, name, name_en) VALUES (1, '610925', '岚皋县', 'Lan''gao')",
    "INSERT INTO towns (id, county_id, slug, name, name_en) VALUES (2, 1, 'zuolong', '佐龙镇', 'Zuolong')",
    "INSERT INTO villages (id, town_id, slug, name, name_en, story, story_en) \
     VALUES (3, 2, 'tayuan', '塔元村', 'Tayuan', '', '')",
    "INSERT INTO collectives (id, village_id, name, name_en, credit_code) VALUES (4, 3, '=1+1', '', 'A')",
];

/// Dendrobium of four villages in a parcel of its own of order 200, and a tenth of it reversed for the first.
const DENDROBIUM_SOLD: [&str; 7] = [
    "INSERT INTO parcels (id, order_id, team_id, place_id, status, freight_fen, created_at_ms) \
     VALUES (211, 200, 6, 60, 'packing', 300, 1)",
    "INSERT INTO order_lines (id, order_id, parcel_id, variant_id, product_id, team_id, position, product_name, \
     product_name_en, variant_code, variant_name, variant_name_en, unit, unit_price_fen, quantity, net_fen) \
     VALUES (221, 200, 211, 113, 101, 6, 1, '石斛', 'D', 'D', '', '', '份', 20000, 1, 20000)",
    "UPDATE orders SET goods_fen = 30000, freight_fen = 900, total_fen = 30900 WHERE id = 200",
    "INSERT INTO accounts (id, code) VALUES (900, 'expense:payment_fees'), (901, 'asset:elsewhere')",
    "INSERT INTO journal_entries (id, kind, order_id, at_ms, cause) VALUES (1, 'payment_fee', 200, 1, 'fee')",
    "INSERT INTO postings (entry_id, position, account_id, amount_fen) VALUES (1, 0, 900, 180), (1, 1, 901, -180)",
    "INSERT INTO attributions (id, order_id, line_id, collective_id, amount_fen, reversed_fen, status, pending_at_ms) \
     VALUES (10, 200, 221, 4, 8000, 800, 'available', 1741536000000), \
     (11, 200, 221, 41, 6000, 0, 'available', 1741536000000), \
     (12, 200, 221, 42, 4000, 0, 'pending', 1741536000000), (13, 200, 221, 43, 2000, 0, 'pending', 1741536000000)",
];

/// Three more villages with a part of the dendrobium: idle, the last one, has a frozen part only.
const MORE_VILLAGES: [&str; 3] = [
    "INSERT INTO villages (id, town_id, slug, name, name_en, story, story_en) VALUES \
     (34, 20, 'fifth', '五', '', '', ''), (35, 20, 'sixth', '六', '', '', ''), (36, 20, 'idle', '七', '', '', '')",
    "INSERT INTO collectives (id, village_id, name, name_en, credit_code) VALUES (44, 34, '五', '', 'E'), \
     (45, 35, '六', '', 'F'), (46, 36, '七', '', 'G')",
    "INSERT INTO attributions (id, order_id, line_id, collective_id, amount_fen, status, pending_at_ms) VALUES \
     (14, 200, 221, 44, 5, 'pending', 1741536000000), (15, 200, 221, 45, 7, 'pending', 1741536000000), \
     (16, 200, 221, 46, 9, 'frozen', NULL)",
];

/// Inserts the county in which tests sell.
pub async fn insert_sellers_county(conn: &mut Conn) -> Result<()> {
    insert(conn, &SELLERS_COUNTY).await
}

/// Inserts the county in which tests shop.
pub async fn insert_shoppers_county(conn: &mut Conn) -> Result<()> {
    insert(conn, &SHOPPERS_COUNTY).await
}

/// Sells dendrobium of all four villages in the county in which tests shop.
pub async fn insert_shared_sale(conn: &mut Conn) -> Result<()> {
    insert(conn, &DENDROBIUM_SOLD).await
}

/// Gives three more villages a part in it.
pub async fn insert_more_villages(conn: &mut Conn) -> Result<()> {
    insert(conn, &MORE_VILLAGES).await
}

/// Inserts collective 4 with all that is above it; its name begins with `=`.
pub async fn insert_formula_collective(conn: &mut Conn) -> Result<()> {
    insert(conn, &FORMULA_COLLECTIVE).await
}

/// Gives a product another name and another story, without telling the search.
pub async fn rewrite_product(conn: &mut Conn, product: ProductId, name: &str, story: &str) -> Result<()> {
    sql::query("UPDATE products SET name = $1, story = $2 WHERE id = $3")
        .bind(name.to_owned())
        .bind(story.to_owned())
        .bind(product.get())
        .execute(conn)
        .await?;
    Ok(())
}

/// Gives the product at this address another name, as another server would.
pub async fn rename_product(conn: &mut Conn, slug: &str, name: &str) -> Result<()> {
    sql::query("UPDATE products SET name = $1 WHERE slug = $2")
        .bind(name.to_owned())
        .bind(slug.to_owned())
        .execute(conn)
        .await?;
    Ok(())
}

async fn insert(conn: &mut Conn, statements: &[&'static str]) -> Result<()> {
    for statement in statements {
        sql::query(statement).execute(&mut *conn).await?;
    }
    Ok(())
}
