//! The form of a listing.

use domain::failure::Conflict;
use domain::ids::ProductId;
use leptos::prelude::*;
use service::listing::{EditPage, ListingForm, ListingStatus};

use super::api::{DraftForm, SaveDraft, Unpublish};
use super::fields::Wrong;
use super::keeper::{KeptForm, listing_keeper};
use super::photo_uploader::{PhotoItem, ShownPhotos, photo_uploader};
use super::{
    LISTING_PATH, PHOTOS_PATH, PIECES_PATH, boxed, depth, labels, publish_part, review_part, save, sections,
    typed, variants_part,
};
use crate::context::{flash, link, locale, name, query, services, t, typed_param, viewer};
use crate::features::sell::team::{Team, current_team};
use crate::form::{FormState, html_id};
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::text::problem_text;
use crate::{AppError, ui};

/// The form's id, by which the island finds it.
const FORM_ID: &str = "listing";

/// What the page shows: what is stored, or what was typed and refused.
pub(super) struct Shown {
    pub(super) page: EditPage,
    pub(super) form: ListingForm,
    pub(super) wrong: Wrong,
    /// The lists of options that were typed.
    pub(super) options: [String; 2],
    photos: Vec<PhotoItem>,
    is_refused: bool,
}

/// `/sell/{team}/products/{product}`
pub async fn edit_page() -> PageResult {
    let team = current_team().await?;
    let product: ProductId = typed_param("product")?;
    let mut page = service::listing::edit_page(&services(), &viewer(), product).await?;
    if page.team != team.id {
        return Err(service::ServiceError::NotFound);
    }
    let beside = query(depth::RELATED_QUERY);
    if !beside.is_empty() {
        let (related, has_more) =
            service::listing::related_choices(&services(), &viewer(), product, &beside).await?;
        (page.choices.related, page.choices.has_more_related) = (related, has_more);
    }
    // Of a box its parts bear marks.
    let mark = match page.bundle {
        Some(_) => ().into_any(),
        None => crate::features::marks::listing_part(product).await?,
    };
    let shown = shown(page);
    let title = title_of(&shown.form);
    let products = paths::team_products(team.id);
    let body = view! {
        {ui::crumbs(&[(&products, t("商品", "Products"))], &title)}
        {head(&team, &shown, &title)}
        <div class="stack stack--l">
            {notices(&team, &shown)}
            {review_part::notice(&shown)}
            {checklist(&team, &shown)}
            {listing_form(&team, &shown)}
            {depth::related_form(&paths::team_product(team.id, product))}
            {publish_part::schedule(&team, &shown)}
            {unpublish_part(&shown)}
            {mark}
            {publish_part::duplicate(&shown)}
        </div>
    };
    // What was refused is of its moment, and the captain's page names who asks.
    let may_stay = flash().is_none() && !review_part::names_a_colleague(&shown);
    let screen = Screen::console(team.console(), title, body);
    Ok(if may_stay { screen.for_offline() } else { screen })
}

/// What was typed, if the form came back refused; else what is stored.
fn shown(page: EditPage) -> Shown {
    let refused = flash().filter(|flash| flash.form == LISTING_PATH);
    let stored_photos: Vec<PhotoItem> = page
        .photos
        .iter()
        .map(|photo| PhotoItem { id: photo.media_id.clone(), hash: photo.content_hash.clone() })
        .collect();
    let Some(flash) = refused else {
        let form = page.form.clone();
        return Shown {
            page,
            form,
            wrong: Wrong::default(),
            options: <[String; 2]>::default(),
            photos: stored_photos,
            is_refused: false,
        };
    };
    let typed: DraftForm = typed::read(flash.values.iter().cloned());
    let rows = save::kept_rows(&typed.listing.variants);
    let mut variants: Vec<_> = rows.iter().map(|(_, row)| (*row).clone()).collect();
    save::adopt_ids(&mut variants, &page.form.variants);
    let item = |text: &String| {
        let id = save::photo_id(text).to_owned();
        let hash = text.split(':').nth(1).unwrap_or_default().to_owned();
        PhotoItem { id, hash }
    };
    let mut photos: Vec<PhotoItem> = typed.listing.photos.iter().map(item).collect();
    // What was uploaded with the refused form is stored with a draft, but was not typed.
    photos.extend(stored_photos.into_iter().filter(|photo| {
        typed.listing.photos.len() < page.photos.len()
            && !typed.listing.photos.iter().any(|text| save::photo_id(text) == photo.id)
    }));
    let form = save::listing_form(&typed, variants);
    let options = [typed.contents, typed.packings];
    Shown { form, wrong: Wrong(flash.errors.clone()), options, photos, is_refused: true, page }
}

fn title_of(form: &ListingForm) -> String {
    let shown = name(&form.name, &form.name_en).trim();
    if shown.is_empty() { t("新商品", "New product").to_owned() } else { shown.to_owned() }
}

pub(super) fn status_label(status: ListingStatus) -> crate::text::Label {
    match status {
        ListingStatus::Draft => (t("草稿", "Draft"), "t-neutral"),
        ListingStatus::Published => (t("在售", "For sale"), "t-go"),
        ListingStatus::Unpublished => (t("已下架", "Taken out"), "t-wait"),
    }
}

fn head(team: &Team, shown: &Shown, title: &str) -> AnyView {
    let page = &shown.page;
    let in_shop = (page.status == ListingStatus::Published).then(|| {
        view! {
            <a class="btn btn--plain" href=link(&paths::product(&page.slug))>
                {ui::icon("external")}{t("在店里看", "See it in the shop")}
            </a>
        }
    });
    let actions = view! {
        {ui::status_chip(status_label(page.status))}
        {in_shop}
        {match page.bundle {
            Some(_) => boxed::button(team, page.product),
            None => view! {
                <a class="btn btn--plain" href=link(&super::stock_path(team.id, page.product))>
                    {ui::icon("box")}{t("批次与库存", "Batches and stock")}
                </a>
            }
            .into_any(),
        }}
        <a class="btn btn--plain" href=link(&paths::team_product_changes(team.id, page.product))>
            {ui::icon("clock")}{t("修改记录", "Changes")}
        </a>
    };
    ui::page_head(title, "", actions)
}

fn notices(team: &Team, shown: &Shown) -> AnyView {
    if shown.is_refused {
        return refusal(team, shown);
    }
    match query("done").as_str() {
        "published" => {
            let body = view! {
                <p><a href=link(&paths::product(&shown.page.slug))>{t("打开商品页", "Open its page")}</a></p>
            };
            ui::alert("ok", t("已上架，顾客现在可以买到", "It is in the shop: people can buy it now"), body)
        }
        "saved" => ui::alert("ok", t("已保存", "Saved"), ()),
        "copied" => {
            let body = view! {
                <p>{t("这是新的草稿：改好名称，登记批次后再上架。", "This is a new draft: change its name, add a batch, then publish it.")}</p>
            };
            ui::alert("ok", t("已复制", "Copied"), body)
        }
        _ => ().into_any(),
    }
}

/// Why the form came back, field by field; what was typed still stands in it.
fn refusal(team: &Team, shown: &Shown) -> AnyView {
    let state = FormState::of_path(LISTING_PATH);
    let headline = state.headline().unwrap_or_default();
    let is_conflict = state.failure() == Some(AppError::Conflict(Conflict::VersionChanged));
    let theirs = is_conflict.then(|| {
        let path = link(&paths::team_product(team.id, shown.page.product));
        view! {
            <p>
                {t(
                    "下面是您填写的内容。再按一次“保存”会覆盖别人的修改；",
                    "Below is what you typed. Saving again replaces the other change; ",
                )}
                <a href=path>{t("放弃我的，看最新内容", "drop mine and look at the present state")}</a>
            </p>
        }
    });
    let kept = (!is_conflict && shown.page.status != ListingStatus::Published).then(|| {
        view! { <p>{t("其余内容都已存为草稿。", "Everything else is kept in the draft.")}</p> }
    });
    let is_moved = state.failure() == Some(AppError::Conflict(Conflict::StateChanged));
    let in_shop = (is_moved && shown.page.status == ListingStatus::Published).then(|| {
        view! {
            <p>
                {t(
                    "商品已经在店里，没有保存任何修改。按“更新”，下面填写的内容才会出现在店里。",
                    "It is in the shop by now, and nothing was saved. What you typed is below; “Update” puts it into the shop.",
                )}
            </p>
        }
    });
    view! {
        <div class="form__errors" role="alert" tabindex="-1">
            <h2>{headline}</h2>
            {theirs}
            {in_shop}
            {kept}
            {problem_links(team, shown, &shown.wrong.0)}
        </div>
    }
    .into_any()
}

/// What is missing before it can be published.
fn checklist(team: &Team, shown: &Shown) -> AnyView {
    let page = &shown.page;
    if shown.is_refused || page.status == ListingStatus::Published {
        return ().into_any();
    }
    if page.problems.is_empty() && review_part::asks_first(shown) {
        return ().into_any();
    }
    if page.problems.is_empty() {
        let words = t("都齐了，可以上架", "All there: it can be published");
        return ui::alert("ok", words, ());
    }
    let title = format!(
        "{} {} {}",
        t("上架前还差", "Still needed before publishing:"),
        page.problems.len(),
        t("项", "")
    );
    view! {
        <details class="fold" open=page.published_at_ms.is_none()>
            <summary>{title}</summary>
            <div>{problem_links(team, shown, &page.problems)}</div>
        </details>
    }
    .into_any()
}

pub(super) fn problem_links(team: &Team, shown: &Shown, problems: &[domain::failure::FieldError]) -> AnyView {
    let stock = super::stock_path(team.id, shown.page.product);
    let items: Vec<_> = problems
        .iter()
        .map(|error| {
            let id = html_id(&error.field);
            let is_stock = error.field.starts_with("batches");
            let href = match error.field.as_str() {
                "parts" => link(&crate::features::bundles::contents_path(team.id, shown.page.product)),
                _ if is_stock => format!("{}#{id}", link(&stock)),
                _ => format!("#{id}"),
            };
            let label = labels::label_of(&error.field);
            let words = problem_text(locale(), &error.problem);
            view! { <li><a href=href>{format!("{label}{}{words}", t("：", ": "))}</a></li> }
        })
        .collect();
    (!items.is_empty()).then(|| view! { <ul>{items}</ul> }).into_any()
}

fn listing_form(team: &Team, shown: &Shown) -> AnyView {
    use leptos::server_fn::ServerFn as _;
    let page = &shown.page;
    let is_published = page.status == ListingStatus::Published;
    let (main_words, main_then) = match is_published {
        true => (t("更新", "Update"), "save"),
        false if review_part::asks_first(shown) => (t("提交审核", "Submit for review"), "submit"),
        false => (t("上架", "Publish"), "publish"),
    };
    // What is in the shop cannot be looked at before: saving changes it there. Its page is linked at the top.
    let draft_buttons = (!is_published).then(|| {
        view! {
            <button class="btn btn--plain" name="then" value="save">{t("存草稿", "Save the draft")}</button>
            <button class="btn btn--plain" name="then" value="preview">{ui::icon("eye")}{t("预览", "Preview")}</button>
        }
    });
    let photos_error = shown.wrong.line("photos");
    view! {
        <form
            class="form"
            id=FORM_ID
            method="post"
            action=link(LISTING_PATH)
            enctype="multipart/form-data"
            data-keep=page.product.to_string()
            autocomplete="off"
            novalidate
        >
            // Pressing Enter in a field presses the first button: it must be a harmless one.
            <button class="vh" name="then" value="save" tabindex="-1">{t("保存", "Save")}</button>
            {ui::hidden("product", &page.product.to_string())}
            {ui::hidden("version", &page.version.to_string())}
            <fieldset class="form__group" id=html_id("photos") tabindex="-1">
                <legend>{t("照片", "Photos")}</legend>
                {photo_uploader(
                    ShownPhotos {
                        photos: shown.photos.clone(),
                        team: team.id.to_string(),
                        address: PHOTOS_PATH.to_owned(),
                        pieces_address: PIECES_PATH.to_owned(),
                        product: page.product.to_string(),
                    },
                    locale(),
                )}
                {photos_error}
            </fieldset>
            {sections::words(shown)}
            {depth::attributes(shown)}
            {match page.bundle {
                Some(mode) => boxed::parts(team, shown, mode),
                None => view! { {sections::food(shown)}{variants_part::variants(shown)} }.into_any(),
            }}
            {depth::season(shown)}
            {depth::related(shown)}
            {page.bundle.is_none().then(|| view! {
                {sections::returns(shown)}{sections::sending(shown)}{sections::batches(shown)}
            })}
            <div class="form__acts form__acts--stick">
                <button class="btn btn--primary" name="then" value=main_then>{main_words}</button>
                {draft_buttons}
                {listing_keeper(
                    KeptForm {
                        form_id: FORM_ID.to_owned(),
                        address: SaveDraft::PATH.to_owned(),
                        saves_itself: !is_published,
                    },
                    locale(),
                )}
            </div>
        </form>
    }
    .into_any()
}

fn unpublish_part(shown: &Shown) -> AnyView {
    if shown.page.status != ListingStatus::Published {
        return ().into_any();
    }
    let state = FormState::of::<Unpublish>();
    view! {
        <form class="form" method="post" action=state.action()>
            {ui::form_errors(&state, &[])}
            {ui::hidden("product", &shown.page.product.to_string())}
            <p class="muted small">
                {t(
                    "下架后顾客看不到也买不到；已有订单照常发货，随时可以重新上架。",
                    "Once taken out nobody sees or buys it; orders go on, and it can be published again at any time.",
                )}
            </p>
            <div class="form__acts"><button class="btn btn--danger">{t("下架", "Take out of the shop")}</button></div>
        </form>
    }
    .into_any()
}
