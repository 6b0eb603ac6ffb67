//! One mark, for everybody.

use leptos::prelude::*;
use service::marks::{MarkPage, MarkRow, mark_page as load};

use super::{certificate, mark_path};
use crate::context::{link, name, param, services, t};
use crate::features::products::card::grid;
use crate::features::products::words::{excerpt, paragraphs};
use crate::features::sell::team::stock_text;
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::ui::{self, Photo, facts, photo};

/// `/marks/{slug}`
pub async fn mark_page() -> PageResult {
    let page = load(&services(), &param("slug")).await?;
    let mark = &page.mark;
    let title = name(&mark.name, &mark.name_en).to_owned();
    let owner = name(&mark.village_name, &mark.village_name_en);
    let story = excerpt(name(&mark.story, &mark.story_en), 120);
    let description = if story.is_empty() { format!("{title} · {owner}") } else { story };
    let screen = Screen::shop(title, body(&page)).public(description).canonical(mark_path(&mark.slug));
    Ok(match &mark.content_hash {
        Some(hash) => screen.image(paths::photo_jpeg(hash)),
        None => screen,
    })
}

/// The picture of a mark.
pub(super) fn picture(mark: &MarkRow) -> Option<Photo> {
    Some(Photo {
        content_hash: mark.content_hash.clone()?,
        placeholder: mark.placeholder.clone().unwrap_or_default(),
        width: mark.width.unwrap_or_default(),
        height: mark.height.unwrap_or_default(),
        alt: name(&mark.name, &mark.name_en).to_owned(),
    })
}

fn body(page: &MarkPage) -> AnyView {
    let mark = &page.mark;
    let shown = picture(mark);
    let shown = shown.as_ref().map(|one| photo(Some(one), "", "(min-width:56rem) 352px,92vw", true));
    let products = if page.products.is_empty() {
        ui::empty(
            "leaf",
            t("现在没有带这个商标的商品", "Nothing bears the mark now"),
            t("新批次登记后会出现在这里。", "Goods show here once a batch of them was counted."),
            (),
        )
    } else {
        grid(&page.products, false)
    };
    view! {
        {ui::crumbs(&[(&paths::products(), t("全部商品", "Products"))], t("集体商标", "Collective mark"))}
        {ui::page_head(name(&mark.name, &mark.name_en), t("集体商标", "Collective mark"), ())}
        <div class="cols">
            <div class="stack stack--l">
                {text(t("来历", "Its story"), name(&mark.story, &mark.story_en))}
                {text(t("使用条件", "Who may use it"), name(&mark.rules, &mark.rules_en))}
                <section class="stack"><h2>{t("带这个商标的商品", "What bears it")}</h2>{products}</section>
                {use_of_year(page)}
            </div>
            <aside class="stack">{shown}{villages(page)}{certificate::shown(mark)}</aside>
        </div>
    }
    .into_any()
}

fn text(title: &'static str, words: &str) -> AnyView {
    let lines: Vec<_> = paragraphs(words).into_iter().map(|line| view! { <p>{line}</p> }).collect();
    if lines.is_empty() {
        return ().into_any();
    }
    view! { <section class="prose"><h2>{title}</h2>{lines}</section> }.into_any()
}

fn villages(page: &MarkPage) -> AnyView {
    let mark = &page.mark;
    let village = name(&mark.village_name, &mark.village_name_en).to_owned();
    let owner = view! {
        <a href=link(&paths::village(&mark.village_slug))>{village}</a>" · "
        {name(&mark.collective_name, &mark.collective_name_en).to_owned()}
    };
    let licensed: Vec<_> = page
        .licensed
        .iter()
        .enumerate()
        .map(|(at, village)| {
            let comma = (at > 0).then(|| t("、", ", "));
            let words = name(&village.name, &village.name_en).to_owned();
            view! { {comma}<a href=link(&paths::village(&village.slug))>{words}</a> }
        })
        .collect();
    let none = licensed.is_empty().then(|| t("暂无", "None yet"));
    let mut rows = vec![
        (t("所有者", "Owner"), owner.into_any()),
        (t("许可使用", "Licensed to"), view! { {licensed}{none} }.into_any()),
    ];
    rows.extend(registration(page));
    view! { <section class="box">{facts("", rows)}</section> }.into_any()
}

/// What it is registered as; nothing while nobody said.
fn registration(page: &MarkPage) -> Vec<(&'static str, AnyView)> {
    let mark = &page.mark;
    let number = |text: &str| view! { <span class="num">{text.to_owned()}</span> }.into_any();
    let mut rows = Vec::new();
    if !mark.registration_number.is_empty() {
        rows.push((t("注册号", "Registration number"), number(&mark.registration_number)));
    }
    if !mark.goods_classes.is_empty() {
        rows.push((t("商品类别", "Classes of goods"), number(&mark.goods_classes)));
    }
    if let Some(last) = &mark.valid_until {
        let expired = page.is_expired.then(|| {
            view! { " "<span class="chip t-bad">{t("已过期", "Expired")}</span> }
        });
        let shown = view! { <span class="num">{last.clone()}</span>{expired} }.into_any();
        rows.push((t("注册有效期至", "Registered until"), shown));
    }
    rows
}

/// What went on sale under it this year, by village.
fn use_of_year(page: &MarkPage) -> AnyView {
    if page.use_of_year.is_empty() {
        return ().into_any();
    }
    let (village, amount, batches) =
        (t("村庄", "Village"), t("上架数量", "Put on sale"), t("批次", "Batches"));
    let rows: Vec<_> = page
        .use_of_year
        .iter()
        .map(|row| {
            let words = name(&row.village_name, &row.village_name_en).to_owned();
            view! {
                <tr>
                    <th scope="row" data-label=village><a href=link(&paths::village(&row.village_slug))>{words}</a></th>
                    <td class="n" data-label=amount>{stock_text(row.base_quantity, &row.base_unit)}</td>
                    <td class="n" data-label=batches>{row.batches}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <section class="box stack stack--s">
            <h2>{t("今年用量 ", "Used in ")}<span class="num">{page.year}</span></h2>
            <div class="table-wrap"><table class="table table--cards">
                <caption class="vh">{t("各村今年用量", "Use of this year by village")}</caption>
                <thead><tr>
                    <th scope="col">{village}</th><th scope="col" class="n">{amount}</th><th scope="col" class="n">{batches}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        </section>
    }
    .into_any()
}
