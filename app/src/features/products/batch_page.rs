//! One batch: where the code on a package leads.

use leptos::prelude::*;
use service::shop::{BatchPage, batch_page as load};

use super::card::ui_photo;
use super::words::{permille_text, weight_text};
use super::{origin, papers};
use crate::context::{link, locale, name, param, services, t};
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::text::food_class;
use crate::ui::{as_typed, crumbs, facts, photo};

/// `/products/{slug}/batches/{code}`
pub async fn batch_page() -> PageResult {
    let page = load(&services(), &param("slug"), &param("code")).await?;
    let product = name(&page.product.name, &page.product.name_en).to_owned();
    let title = format!("{product} · {} {}", t("批次", "batch"), page.batch.code);
    let description = format!("{title}{}{}", t("，生产日期 ", ", produced on "), page.batch.produced_on);
    let path = paths::batch(&page.product.slug, &page.batch.code);
    let screen = Screen::shop(title, body(&page, &product)).canonical(path);
    // What is not sold any more is found by its code, not by search engines.
    let screen = if page.is_published { screen.public(description) } else { screen };
    Ok(match &page.photo {
        Some(cover) => screen.image(paths::photo_jpeg(&cover.content_hash)),
        None => screen,
    })
}

fn body(page: &BatchPage, product: &str) -> AnyView {
    let batch = &page.batch;
    let mut rows = origin::batch_facts(batch, &page.base_unit, false);
    rows.push((t("食品类别", "Food class"), food_class(locale(), page.food_class).into_any()));
    if !page.producer.is_empty() {
        rows.push((t("生产者", "Producer"), as_typed(&page.producer)));
    }
    rows.push((t("销售团队", "Sold by"), name(&page.team.name, &page.team.name_en).to_owned().into_any()));
    if let Some(badge) = &page.mark {
        let words = if badge.bears { "" } else { t("（现在不再使用）", " (no longer in use)") };
        let shown = view! { {crate::features::marks::badge::mark_link(&badge.mark)}{words} };
        rows.push((t("集体商标", "Collective mark"), shown.into_any()));
    }
    if let Some(code) = &page.split_from {
        let path = paths::batch(&page.product.slug, code);
        let code = code.clone();
        rows.push((
            t("分自批次", "Part of batch"),
            view! { <a class="num" href=link(&path)>{code}</a> }.into_any(),
        ));
    }
    let alt = format!("{} {}", t("批次证明", "Certificate of batch"), batch.code);
    let certificate = page.certificate.as_ref().map(|paper| {
        let paper = ui_photo(paper, &alt);
        view! {
            <section class="box stack stack--s">
                <h2>{t("证明原件", "The certificate")}</h2>
                {photo(Some(&paper), "", "(min-width:56rem) 640px,92vw", false)}
            </section>
        }
    });
    let recall = page.recall.as_ref().map(crate::features::stock::notices::of_batch);
    let product_path = paths::product(&page.product.slug);
    let picture = page.photo.as_ref().map(|cover| ui_photo(cover, product));
    let products = paths::products();
    let way = [(products.as_str(), t("全部商品", "Products")), (product_path.as_str(), product)];
    // Its page is not there when it was taken out of the shop.
    let way = if page.is_published { &way[..] } else { &way[..1] };
    let shop = page.is_published.then(|| {
        view! { <a class="btn btn--primary btn--wide" href=link(&product_path)>{t("看商品 ", "See the product: ")}{product.to_owned()}</a> }
    });
    view! {
        <header class="page-head"><div>
            {crumbs(way, t("批次", "Batch"))}
            <h1>{t("批次 ", "Batch ")}<span class="num">{batch.code.clone()}</span></h1>
        </div></header>
        <div class="cols">
            <div class="stack stack--l">
                {recall}
                <section class="origin-panel" aria-labelledby="origin">
                    <div class="origin-panel__head">
                        <h2 id="origin">{t("从哪里来", "Where it comes from")}</h2>{origin::certificate_chip(batch)}
                    </div>
                    {facts("", rows)}
                    {origin::shares(&batch.origins)}
                </section>
                {origin::freshness_note(batch)}
                {inputs(page)}
                {papers::certificate(batch)}
                {certificate}
            </div>
            <aside class="stack">
                {photo(picture.as_ref(), "photo--sq", "(min-width:56rem) 352px,92vw", true)}
                {shop}
            </aside>
        </div>
    }
    .into_any()
}

/// What each village put in: the weights that money is split by.
fn inputs(page: &BatchPage) -> AnyView {
    let rows: Vec<_> = page
        .batch
        .origins
        .iter()
        .map(|origin| {
            let village = name(&origin.village.name, &origin.village.name_en).to_owned();
            view! {
                <tr>
                    <th scope="row" data-label=t("村庄", "Village")><a href=link(&paths::village(&origin.village.slug))>{village}</a></th>
                    <td data-label=t("村集体", "Collective")>{name(&origin.collective_name, &origin.collective_name_en).to_owned()}</td>
                    <td class="n" data-label=t("重量", "Weight")>{weight_text(origin.weight_g)}</td>
                    <td class="n" data-label=t("占比", "Share")>{permille_text(origin.permille)}</td>
                </tr>
            }
        })
        .collect();
    if rows.is_empty() {
        return ().into_any();
    }
    view! {
        <section class="box">
            <h2>{t("各村投料", "What each village put in")}</h2>
            <p class="muted small">{t("货款按这个比例归到各村集体。", "Payments go to the villages’ collectives in these shares.")}</p>
            <div class="table-wrap"><table class="table table--cards">
                <thead><tr>
                    <th scope="col">{t("村庄", "Village")}</th>
                    <th scope="col">{t("村集体", "Collective")}</th>
                    <th scope="col" class="n">{t("重量", "Weight")}</th>
                    <th scope="col" class="n">{t("占比", "Share")}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        </section>
    }
    .into_any()
}
