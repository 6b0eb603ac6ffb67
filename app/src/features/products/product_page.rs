//! One product.

use domain::locale::Locale;
use domain::season::Season;
use leptos::prelude::*;
use service::shop::{ProductPage, product_page as load};

use super::buy_box::{BuyBoxData, VariantChoice, buy_box};
use super::card::{self, ui_photo};
use super::words::{excerpt, paragraphs, season_day};
use super::{freight, origin, papers, structured};
use crate::context::{cart_count, link, locale, name, param, request, services, t};
use crate::features::cart::api::AddLine;
use crate::features::weighing::offer_note;
use crate::form::{FormState, html_id};
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::text::season_text;
use crate::ui::{self, amount_text, icon_l, icon_s, photo, section_head};

/// How wide the gallery stands; on phones a little less is told (see the sizes of cards).
const GALLERY_SIZES: &str = "(min-width:80rem) 600px,(min-width:56rem) 50vw,88vw";

/// `/products/{slug}`
pub async fn product_page() -> PageResult {
    let region = freight::wanted_region();
    let page = load(&services(), &param("slug"), region.as_deref(), None).await?;
    Ok(product_screen(&page))
}

/// The screen of a product; a seller's preview adds its way back.
#[must_use]
pub fn product_screen(page: &ProductPage) -> Screen {
    let title = name(&page.name, &page.name_en).to_owned();
    let village = name(&page.village.name, &page.village.name_en);
    let story = excerpt(name(&page.story, &page.story_en), 120);
    let description = if story.is_empty() { format!("{title} · {village}") } else { story };
    let mut screen = Screen::shop(title, body(page));
    if page.is_published {
        screen = screen
            .public(description)
            .canonical(paths::product(&page.slug))
            .json_ld(structured::product(page))
            .json_ld(structured::crumbs(page));
    }
    match page.photos.first() {
        Some(cover) => screen.image(paths::photo_jpeg(&cover.content_hash)),
        None => screen,
    }
}

fn body(page: &ProductPage) -> AnyView {
    let related = (!page.related.is_empty()).then(|| {
        let more = section_head(
            t("看看这些", "Have a look at these"),
            &paths::category(&page.category.slug),
            t("全部", "All"),
        );
        view! { <section class="related">{more}{card::grid(&page.related, false)}</section> }
    });
    let batch = page.batch.as_ref();
    view! {
        <article class="product">
            {gallery(page)}
            {buy(page)}
            <div class="product__more">
                {page.bundle.as_ref().map(crate::features::bundles::parts_panel)}
                {origin::panel(page)}
                {origin::money(page.money_bar.as_ref())}
                {story(page)}
                {papers::label_facts(page)}
                {batch.map(papers::certificate)}
                {tiers(page)}
            </div>
        </article>
        {related}
    }
    .into_any()
}

fn gallery(page: &ProductPage) -> AnyView {
    let title = name(&page.name, &page.name_en);
    if page.photos.is_empty() {
        return view! {
            <div class="gallery"><div class="photo photo--sq photo--none">{icon_l("leaf")}</div></div>
        }
        .into_any();
    }
    let alt = |at: usize| match locale() {
        Locale::Zh => format!("{title}，照片 {}", at + 1),
        Locale::En => format!("{title}, photo {}", at + 1),
    };
    let slides: Vec<_> = page
        .photos
        .iter()
        .enumerate()
        .map(|(at, picture)| {
            let shown = photo(Some(&ui_photo(picture, &alt(at))), "photo--sq", GALLERY_SIZES, at == 0);
            view! { <div id=format!("photo-{}", at + 1)>{shown}</div> }
        })
        .collect();
    let thumbs = (page.photos.len() > 1).then(|| {
        let thumbs: Vec<_> = page
            .photos
            .iter()
            .enumerate()
            .map(|(at, picture)| {
                let label = format!("{} {}", t("照片", "Photo"), at + 1);
                view! {
                    <a href=format!("#photo-{}", at + 1)>
                        <img src=paths::photo(&picture.content_hash, "s") width="64" height="64" alt=label loading="lazy"/>
                    </a>
                }
            })
            .collect();
        view! { <nav class="gallery__thumbs" aria-label=t("照片", "Photos")>{thumbs}</nav> }
    });
    view! {
        <div class="gallery">
            <div class="gallery__track" tabindex="0" role="region" aria-label=t("商品照片", "Photos of the product")>{slides}</div>
            {thumbs}
        </div>
    }
    .into_any()
}

/// Village and day, as short as on a card but with links.
fn origin_line(page: &ProductPage) -> AnyView {
    let day =
        page.batch.as_ref().map(|batch| super::words::short_day(&batch.produced_on)).unwrap_or_default();
    let day = (!day.is_empty()).then(|| format!(" · {day}{}", t("产", "")));
    let places = match &page.batch {
        None if page.bundle.is_some() => part_villages(page),
        Some(batch) if !batch.origins.is_empty() => origin::village_links(&batch.origins, false),
        _ => {
            let village = name(&page.village.name, &page.village.name_en).to_owned();
            view! { <a href=link(&paths::village(&page.village.slug))>{village}</a> }.into_any()
        }
    };
    view! { <p class="origin">{icon_s("pin")}<span>{places}{day}</span></p> }.into_any()
}

/// The villages that the parts of a box come from, each once.
fn part_villages(page: &ProductPage) -> AnyView {
    let mut seen: Vec<&str> = Vec::new();
    let mut links = Vec::new();
    for part in page.bundle.iter().flat_map(|bundle| &bundle.parts) {
        let slug = part.row.village_slug.as_str();
        if seen.contains(&slug) {
            continue;
        }
        let comma = (!seen.is_empty()).then(|| t("、", ", "));
        let village = name(&part.row.line.village_name, &part.row.line.village_name_en).to_owned();
        links.push(view! { {comma}<a href=link(&paths::village(slug))>{village}</a> });
        seen.push(slug);
    }
    links.into_any()
}

fn buy(page: &ProductPage) -> AnyView {
    let title = name(&page.name, &page.name_en).to_owned();
    let category = name(&page.category.name, &page.category.name_en);
    let team = name(&page.team.name, &page.team.name_en);
    let sub = match locale() {
        Locale::Zh => format!("{category} · {team}上架"),
        Locale::En => format!("{category} · listed by {team}"),
    };
    let note = page.batch.as_ref().map(origin::freshness_note);
    view! {
        <div class="product__buy">
            {origin_line(page)}
            <h1>{title}</h1>
            <p class="product__sub">{sub}</p>
            {crate::features::marks::badge::on_page(page.mark.as_ref())}
            {note}
            {season(page)}
            {buy_box(buy_box_data(page), locale())}
            {by_weight(page)}
            {page.freight.as_ref().map(|preview| freight::preview(preview, &page.slug))}
        </div>
    }
    .into_any()
}

/// Between which days it can be ordered.
fn season(page: &ProductPage) -> AnyView {
    let Some(season) = page.season else { return ().into_any() };
    let (from, until) = season.texts();
    let (from, until) = (season_day(&from), season_day(&until));
    let words = match (season, locale()) {
        (Season::Yearly { .. }, Locale::Zh) => format!("每年 {from}至 {until}可订"),
        (Season::Yearly { .. }, Locale::En) => format!("To be had every year from {from} to {until}"),
        (Season::Once { .. }, Locale::Zh) => format!("{from}至 {until}可订"),
        (Season::Once { .. }, Locale::En) => format!("To be had from {from} to {until}"),
    };
    view! { <p class="product__sub">{icon_s("calendar")}{words}</p> }.into_any()
}

/// How variants are sold by weight, each by its name where there are others.
fn by_weight(page: &ProductPage) -> AnyView {
    let notes: Vec<_> = page
        .variants
        .iter()
        .filter_map(|variant| Some((variant, variant.by_weight?)))
        .map(|(variant, view)| {
            let of = (page.variants.len() > 1)
                .then(|| view! { <strong>{name(&variant.name, &variant.name_en).to_owned()}</strong>" " });
            view! { <p class="small">{of}{offer_note(&view, variant.price_fen)}</p> }
        })
        .collect();
    notes.into_any()
}

/// What the island needs; after a refusal with what was typed and why it was refused.
fn buy_box_data(page: &ProductPage) -> BuyBoxData {
    let state = FormState::of::<AddLine>();
    let cheapest_in_stock = page
        .variants
        .iter()
        .filter(|variant| variant.stock >= variant.min_quantity)
        .min_by_key(|variant| variant.price_fen)
        .or_else(|| page.variants.first());
    let preset = cheapest_in_stock.map(|variant| variant.id.to_string()).unwrap_or_default();
    let chosen = state.value_or("variant", &preset);
    let min = cheapest_in_stock.map_or(1, |variant| variant.min_quantity);
    let failure = state.error("quantity").or_else(|| state.error("variant")).or_else(|| state.failure_text());
    BuyBoxData {
        action: state.action(),
        key: request().form_key.clone(),
        quantity: state.value_or("quantity", &min.to_string()).trim().parse().unwrap_or(min),
        quantity_id: html_id("quantity"),
        chosen,
        failure,
        cart_path: link(&paths::cart()),
        checkout_path: link(&paths::checkout()),
        cart_count: cart_count(),
        sold_count: page.sold_count,
        closed: page.closed.map(|closed| season_text(locale(), closed.opens_on)),
        is_preview: !page.is_published,
        variants: page
            .variants
            .iter()
            .map(|variant| VariantChoice {
                id: variant.id.to_string(),
                name: name(&variant.name, &variant.name_en).to_owned(),
                unit: ui::unit_text(&variant.unit),
                price_fen: variant.price_fen.get(),
                was_price_fen: variant.was_price_fen.map_or(0, domain::money::Fen::get),
                stock: variant.stock,
                min_quantity: variant.min_quantity,
                step_quantity: variant.step_quantity,
            })
            .collect(),
    }
}

fn story(page: &ProductPage) -> AnyView {
    let text = paragraphs(name(&page.story, &page.story_en));
    if text.is_empty() {
        return ().into_any();
    }
    let text: Vec<_> = text.into_iter().map(|paragraph| view! { <p>{paragraph}</p> }).collect();
    view! { <section class="prose"><h2>{t("说明", "About it")}</h2>{text}</section> }.into_any()
}

/// Prices for units, from the quantities on that have one.
fn tiers(page: &ProductPage) -> AnyView {
    let rows: Vec<_> = page
        .variants
        .iter()
        .flat_map(|variant| variant.tiers.iter().map(move |tier| (variant, tier)))
        .map(|(variant, tier)| {
            view! {
                <tr>
                    <th scope="row">{name(&variant.name, &variant.name_en).to_owned()}</th>
                    <td class="n">{format!("≥ {} {}", tier.min_quantity, ui::unit_text(&variant.unit))}</td>
                    <td class="n">{amount_text(tier.price_fen)}</td>
                </tr>
            }
        })
        .collect();
    if rows.is_empty() {
        return ().into_any();
    }
    view! {
        <section class="box stack">
            <header class="box__head">
                <h2>{t("单位采购价", "Prices for units")}</h2>
                <a href=link(&paths::units())>{t("单位下单", "Order as a unit")}</a>
            </header>
            <p class="muted small">{t("派出单位登录后按下面的价格批量下单。", "Dispatching units order in bulk at these prices after signing in.")}</p>
            <div class="table-wrap"><table class="table">
                <thead><tr>
                    <th scope="col">{t("规格", "Variant")}</th>
                    <th scope="col" class="n">{t("数量", "Quantity")}</th>
                    <th scope="col" class="n">{t("单价", "Unit price")}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        </section>
    }
    .into_any()
}
