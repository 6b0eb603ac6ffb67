//! Recalls of the whole county: all that were done, and one that the administration does itself.

use leptos::prelude::*;

use super::recall_list::Listed;
use super::recall_page::narrowed;
use super::recall_parts::{Seen, done, preview};
use super::{COUNTY_RECALLS, county_orders_path};
use crate::context::{link, name, query, services, t, viewer};
use crate::layout::{Console, Screen};
use crate::routes::PageResult;
use crate::ui;

/// `/county/recalls`, `?batch=` for one, `?slug=&code=` to find it by what stands on the package, `&state=` for some of its orders.
pub async fn county_page() -> PageResult {
    let (services, viewer) = (services(), viewer());
    let listed = Listed::of_address(None).await?;
    let typed = |field: &str| Some(query(field).trim().to_owned()).filter(|text| !text.is_empty());
    let (slug, code) = (typed("slug"), typed("code"));
    let asked = match (typed("batch"), &slug, &code) {
        (Some(batch), _, _) => Some(batch),
        (None, Some(slug), Some(code)) => {
            match service::stock::find_batch_by_code(&services, &viewer, slug, code).await {
                Ok(batch) => Some(batch.to_string()),
                Err(service::ServiceError::NotFound) => None,
                Err(error) => return Err(error),
            }
        }
        _ => None,
    };
    let shown = match &asked {
        Some(batch) => {
            let page = service::stock::recall_preview(&services, &viewer, batch).await?;
            let product = name(&page.product_name, &page.product_name_en).to_owned();
            let parts = match page.recall {
                Some(recall) => {
                    done(&service::stock::recall_page(&services, &viewer, recall).await?, Seen::ByCounty)
                }
                None => preview(&page, Seen::ByCounty),
            };
            let text = t("导出这些订单", "These orders as a sheet");
            let sheet = format!("{}{}", link(&county_orders_path(page.batch)), narrowed());
            let sheet = ui::export_link_as(sheet, text);
            Some(view! {
                <section class="stack"><div class="row row--between"><h2>{product}</h2>{sheet}</div>{parts}</section>
            })
        }
        None => None,
    };
    let missing = (asked.is_none() && slug.is_some())
        .then(|| ui::alert("warn", t("没有这一批，请核对商品和批次号。", "There is no such batch."), ()));
    let title = t("召回", "Recalls");
    let body = view! {
        {ui::page_head(title, "", listed.export())}
        <div class="stack stack--l">
            <form class="bar" method="get" action=link(COUNTY_RECALLS)>
                <label class="vh" for="recall-slug">{t("商品网址名", "The product's name in addresses")}</label>
                <input id="recall-slug" name="slug" placeholder=t("商品网址名", "Product, as in its address") value=slug.clone().unwrap_or_default()/>
                <label class="vh" for="recall-code">{t("批次号", "Batch code")}</label>
                <input id="recall-code" name="code" placeholder=t("包装上的批次号", "Code on the package") value=code.clone().unwrap_or_default()/>
                <button class="btn btn--plain">{t("查找", "Find")}</button>
            </form>
            {missing}
            {shown}
            {listed.view()}
        </div>
    };
    Ok(Screen::console(Console::admin(t("县服务团", "County corps")), title, body))
}
