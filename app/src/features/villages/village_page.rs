//! One village.

use domain::locale::Locale;
use domain::money::Fen;
use leptos::prelude::*;
use service::shop::{VillagePage, village_page as load};

use super::card::goal;
use crate::context::{link, locale, name, param, services, t};
use crate::features::marks::mark_path;
use crate::features::products::card::{grid, ui_photo};
use crate::features::products::words::{excerpt, month_text, paragraphs};
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::text::counted;
use crate::ui::{amount_text, bar_chart, empty, facts, money_bar, photo, section_head};

/// `/villages/{slug}`
pub async fn village_page() -> PageResult {
    let page = load(&services(), &param("slug")).await?;
    let title = name(&page.card.name, &page.card.name_en).to_owned();
    let story = excerpt(name(&page.story, &page.story_en), 120);
    let collective = name(&page.card.collective_name, &page.card.collective_name_en);
    let description = if story.is_empty() { format!("{title} · {collective}") } else { story };
    let screen = Screen::shop(title, body(&page)).public(description).json_ld(structured(&page));
    Ok(match &page.card.photo {
        Some(cover) => screen.image(paths::photo_jpeg(&cover.content_hash)),
        None => screen,
    })
}

fn structured(page: &VillagePage) -> serde_json::Value {
    let card = &page.card;
    serde_json::json!({
        "@context": "https://schema.org",
        "@type": "Place",
        "name": name(&card.name, &card.name_en),
        "containedInPlace": {
            "@type": "AdministrativeArea",
            "name": format!("{} {}", name(&card.county_name, &card.county_name_en), name(&card.town.name, &card.town.name_en)),
        },
    })
}

fn body(page: &VillagePage) -> AnyView {
    view! {
        <article class="village">
            {hero(page)}
            <div class="cols">
                <div class="stack stack--l">
                    {story(page)}
                    {products(page)}
                    {income(page)}
                    {money(page)}
                </div>
                <aside class="stack">
                    {collective(page)}
                    {people(page)}
                </aside>
            </div>
        </article>
    }
    .into_any()
}

fn hero(page: &VillagePage) -> AnyView {
    let card = &page.card;
    let title = name(&card.name, &card.name_en).to_owned();
    let county = name(&card.county_name, &card.county_name_en).to_owned();
    let town = name(&card.town.name, &card.town.name_en).to_owned();
    let town_list = format!("{}?town={}", paths::products(), card.town.slug);
    let picture = card.photo.as_ref().map(|picture| ui_photo(picture, &title));
    view! {
        <header class="village__hero">
            {photo(picture.as_ref(), "photo--wide", "(min-width:78rem) 1216px,(min-width:40rem) 100vw,88vw", true)}
            <div class="village__title">
                <nav class="crumbs" aria-label=t("位置", "You are here")>
                    <a href=link(&paths::villages())>{county}</a><a href=link(&town_list)>{town}</a>
                </nav>
                <h1>{title}</h1>
                <p>{name(&card.collective_name, &card.collective_name_en).to_owned()}</p>
            </div>
        </header>
    }
    .into_any()
}

fn story(page: &VillagePage) -> AnyView {
    let text = paragraphs(name(&page.story, &page.story_en));
    if text.is_empty() {
        return ().into_any();
    }
    let text: Vec<_> = text.into_iter().map(|paragraph| view! { <p>{paragraph}</p> }).collect();
    view! { <section class="prose">{text}</section> }.into_any()
}

fn products(page: &VillagePage) -> AnyView {
    if page.cards.is_empty() {
        let others = view! { <a class="btn btn--plain" href=link(&paths::products())>{t("看别的村", "See other villages’ products")}</a> };
        let sub = t("等驻村干部上架后就能买。", "They can be bought once the cadres have listed them.");
        return empty("box", t("这里还没有上架的商品", "Nothing is listed here yet"), sub, others);
    }
    let all = format!("{}?village={}", paths::products(), page.card.slug);
    let head = section_head(t("村里的东西", "From this village"), &all, t("全部", "All"));
    view! { <section>{head}{grid(&page.cards, false)}</section> }.into_any()
}

/// The months, and what sold best.
fn income(page: &VillagePage) -> AnyView {
    if page.card.income_fen.is_zero() {
        return ().into_any();
    }
    let title = match locale() {
        Locale::Zh => format!("{} 年每月收入", page.year),
        Locale::En => format!("Income by month, {}", page.year),
    };
    let bars: Vec<(String, i64)> =
        page.months.iter().map(|month| (month_text(month.month), month.amount_fen.get())).collect();
    let best: Vec<_> = page
        .best_products
        .iter()
        .map(|best| {
            let label = name(&best.product.name, &best.product.name_en).to_owned();
            let label = if best.is_published {
                view! { <a href=link(&paths::product(&best.product.slug))>{label}</a> }.into_any()
            } else {
                label.into_any()
            };
            view! { <tr><th scope="row">{label}</th><td class="n">{amount_text(best.amount_fen)}</td></tr> }
        })
        .collect();
    let best = (!best.is_empty()).then(|| {
        view! {
            <h3>{t("卖得最好的", "What earned most")}</h3>
            <div class="table-wrap"><table class="table">
                <thead><tr>
                    <th scope="col">{t("商品", "Product")}</th>
                    <th scope="col" class="n">{t("归村集体", "To the collective")}</th>
                </tr></thead>
                <tbody>{best}</tbody>
            </table></div>
        }
    });
    view! {
        <section class="box stack">
            <h2>{t("钱从哪里来", "Where the income comes from")}</h2>
            {bar_chart(&title, &bars, |fen| amount_text(Fen::new(fen)))}
            {best}
        </section>
    }
    .into_any()
}

/// Where the money went that was paid for goods that the village has a share in.
fn money(page: &VillagePage) -> AnyView {
    let Some(bar) = page.money_bar.as_ref() else { return ().into_any() };
    let total = amount_text(bar.total_fen);
    let title = match locale() {
        Locale::Zh => format!("本村有份的货，{} 年卖出的 {total} 去了哪里", page.year),
        Locale::En => {
            format!(
                "Where the {total} went that was paid in {} for goods with this village’s harvest",
                page.year
            )
        }
    };
    view! { <section class="box">{money_bar(title, bar)}</section> }.into_any()
}

fn collective(page: &VillagePage) -> AnyView {
    let card = &page.card;
    let mut rows = vec![(
        t("村集体", "Collective"),
        name(&card.collective_name, &card.collective_name_en).to_owned().into_any(),
    )];
    if !page.credit_code.is_empty() {
        let code = view! { <span class="num">{page.credit_code.clone()}</span> }.into_any();
        rows.push((t("信用代码", "Credit code"), code));
    }
    if !page.marks.is_empty() {
        rows.push((t("集体商标", "Collective marks"), marks(page)));
    }
    let on_sale = counted(locale(), card.products, "件", ["product", "products"]);
    rows.push((t("在售", "On sale"), on_sale.into_any()));
    view! {
        <section class="box stack">
            <h2>{t("村集体今年的收入", "The collective’s income this year")}</h2>
            {goal(card.income_fen, card.target_fen, page.year)}
            {facts("", rows)}
        </section>
    }
    .into_any()
}

/// The marks that the village owns, and those that it may use.
fn marks(page: &VillagePage) -> AnyView {
    let links: Vec<_> = page
        .marks
        .iter()
        .enumerate()
        .map(|(at, one)| {
            let comma = (at > 0).then(|| t("、", ", "));
            let words = name(&one.mark.name, &one.mark.name_en).to_owned();
            let licensed = (!one.is_owner).then(|| t("（许可使用）", " (licensed)"));
            view! { {comma}<a href=link(&mark_path(&one.mark.slug))>{words}</a>{licensed} }
        })
        .collect();
    links.into_any()
}

/// The first character of a name that says something, for the round mark beside it.
fn initial(text: &str) -> String {
    text.chars().next().map(String::from).unwrap_or_default()
}

fn people(page: &VillagePage) -> AnyView {
    let person = |title: String, sub: String| {
        view! {
            <li>
                <span class="avatar" aria-hidden="true">{initial(&title)}</span>
                <div><strong>{title}</strong><span class="muted small">{sub}</span></div>
            </li>
        }
    };
    let cadres: Vec<_> = page
        .cadres
        .iter()
        .map(|cadre| {
            let unit = name(&cadre.unit_name, &cadre.unit_name_en);
            let term = match locale() {
                Locale::Zh => format!("{unit}派出，任期到 {}", cadre.ends_on),
                Locale::En => format!("posted by {unit} until {}", cadre.ends_on),
            };
            person(name(&cadre.title, &cadre.title_en).to_owned(), term)
        })
        .collect();
    let teams: Vec<_> = page
        .teams
        .iter()
        .map(|team| person(name(&team.name, &team.name_en).to_owned(), t("服务队", "Work team").to_owned()))
        .collect();
    if cadres.is_empty() && teams.is_empty() {
        return ().into_any();
    }
    view! {
        <section class="box">
            <h2>{t("谁在村里帮忙", "Who works here")}</h2>
            <ul class="people">{cadres}{teams}</ul>
        </section>
    }
    .into_any()
}
