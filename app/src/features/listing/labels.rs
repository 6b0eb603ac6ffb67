//! What the fields of a listing are called.

use crate::context::t;

/// The words for a field in the list of what is missing.
pub(crate) fn label_of(field: &str) -> String {
    let mut parts = field.splitn(3, '.');
    let (group, row, column) =
        (parts.next().unwrap_or_default(), parts.next(), parts.next().unwrap_or_default());
    let number = row.and_then(|row| row.parse::<usize>().ok()).map(|row| row + 1);
    match (group, number) {
        ("variants", Some(number)) if !column.is_empty() => {
            format!("{} {number} {}", t("规格", "Variant"), column_label(column))
        }
        ("batches", Some(number)) if !column.is_empty() => {
            format!("{} {number} {}", t("批次", "Batch"), column_label(column))
        }
        _ => column_label(group).to_owned(),
    }
}

pub(super) fn column_label(column: &str) -> &'static str {
    match column {
        "photos" => t("照片", "Photos"),
        "name" => t("名称", "Name"),
        "name_en" => t("英文名称", "English name"),
        "story" => t("介绍", "Story"),
        "story_en" => t("英文介绍", "English story"),
        "category" => t("分类", "Category"),
        "village" => t("村庄", "Village"),
        "place" => t("发货地", "Place of dispatch"),
        "freight_template" => t("运费", "Freight"),
        "base_unit" => t("库存单位", "Unit of stock"),
        "food_class" => t("食品类别", "Food class"),
        "sc_number" => t("SC 编号", "SC number"),
        "workshop_number" => t("小作坊登记证号", "Workshop number"),
        "sales_region" => t("销售区域", "Sales region"),
        "ingredients" => t("配料", "Ingredients"),
        "net_content" => t("净含量", "Net content"),
        "producer" => t("生产者", "Producer"),
        "storage" => t("贮存条件", "Storage"),
        "shelf_life_days" => t("保质期", "Shelf life"),
        "contents" => t("规格和价格", "Sizes and prices"),
        "parts" => t("礼盒内容", "What is in the box"),
        "price_mode" => t("定价方式", "How it is priced"),
        "packings" => t("包装", "Packings"),
        "review" => t("队长审核", "The captain's review"),
        "attributes" => t("商品属性", "Details of its kind"),
        "related" => t("推荐商品", "Shown beside it"),
        "season_from" => t("几时开始", "From"),
        "season_until" => t("几时结束", "Until"),
        "return_rule" => t("退货规则", "Return rule"),
        "variants" => t("规格", "Variants"),
        "price" => t("价格", "Price"),
        "code" => t("编号", "Code"),
        "unit" => t("单位", "Unit"),
        "base_quantity" => t("含量", "Content"),
        "weight_g" => t("带包装重量", "Weight as sent"),
        "size" => t("包装尺寸", "Size as sent"),
        "least_kg" => t("每件最轻", "Least weight of one"),
        "most_kg" => t("每件最重", "Most weight of one"),
        "per_kg" => t("每公斤价格", "Price a kilogram"),
        "min_quantity" => t("起订量", "Minimum"),
        "step_quantity" => t("每次增减", "Step"),
        "tier_prices" => t("批量价", "Tier prices"),
        "batches" => t("批次与库存", "Batches and stock"),
        "inputs" => t("各村重量", "Weights by village"),
        "produced_on" => t("采收或生产日期", "Harvest or production date"),
        "expires_on" => t("保质期至", "Best before"),
        "issued_on" => t("开具日期", "Issued on"),
        "quarantine_number" => t("检疫证明编号", "Quarantine certificate number"),
        "certificate_number" => t("证书编号", "Certificate number"),
        "certificate_issuer" => t("开具者", "Issuer"),
        "certificate_contact" => t("开具者电话", "The issuer's phone"),
        _ => t("内容", "Content"),
    }
}
