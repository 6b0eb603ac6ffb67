//! A product for search engines: schema.org.

use service::shop::ProductPage;

use super::words::excerpt;
use crate::context::{link, name, site, t};
use crate::routes::paths;

fn absolute(path: &str) -> String {
    format!("{}{path}", site().public_url)
}

/// The product with an offer for each variant.
#[must_use]
pub fn product(page: &ProductPage) -> serde_json::Value {
    let address = absolute(&link(&paths::product(&page.slug)));
    let offers: Vec<serde_json::Value> = page
        .variants
        .iter()
        .map(|variant| {
            let in_stock = page.closed.is_none() && variant.stock >= variant.min_quantity;
            serde_json::json!({
                "@type": "Offer",
                "name": name(&variant.name, &variant.name_en),
                "sku": variant.code,
                "price": variant.price_fen.to_yuan_string(),
                "priceCurrency": "CNY",
                "availability": if in_stock { "https://schema.org/InStock" } else { "https://schema.org/OutOfStock" },
                "itemCondition": "https://schema.org/NewCondition",
                "url": address,
                "seller": {"@type": "Organization", "name": name(&page.team.name, &page.team.name_en)},
            })
        })
        .collect();
    let images: Vec<String> =
        page.photos.iter().map(|photo| absolute(&paths::photo_jpeg(&photo.content_hash))).collect();
    serde_json::json!({
        "@context": "https://schema.org",
        "@type": "Product",
        "name": name(&page.name, &page.name_en),
        "description": excerpt(name(&page.story, &page.story_en), 300),
        "image": images,
        "url": address,
        "category": name(&page.category.name, &page.category.name_en),
        "countryOfOrigin": {"@type": "Country", "name": "CN"},
        "offers": offers,
    })
}

/// The way to the product.
#[must_use]
pub fn crumbs(page: &ProductPage) -> serde_json::Value {
    let steps = [
        (t("全部商品", "Products").to_owned(), paths::products()),
        (name(&page.category.name, &page.category.name_en).to_owned(), paths::category(&page.category.slug)),
        (name(&page.name, &page.name_en).to_owned(), paths::product(&page.slug)),
    ];
    let items: Vec<serde_json::Value> = steps
        .iter()
        .enumerate()
        .map(|(at, (label, path))| {
            serde_json::json!({"@type": "ListItem", "position": at + 1, "name": label, "item": absolute(&link(path))})
        })
        .collect();
    serde_json::json!({"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": items})
}
