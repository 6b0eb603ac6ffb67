//! The form of a freight template.

use domain::failure::FieldError;
use domain::freight::{FreightBasis, RowForm, TemplateForm};
use domain::ids::FreightTemplateId;
use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use service::{ServiceError, flash};

use super::api::{SaveTemplate, SaveTemplateForm};
use super::{template_path, templates_path, trial_path, words};
use crate::context::{link, locale, param, query, services, t, viewer};
use crate::features::listing::typed;
use crate::features::sell::team::{Team, current_team};
use crate::form::{FormState, html_id, html_name};
use crate::layout::Screen;
use crate::routes::PageResult;
use crate::text::problem_text;
use crate::ui::{self, Field};

/// Stands for the row's number in the row that the page's script copies to put back what was not saved.
const ANY_ROW: &str = "@@";
/// The number of the first row.
const EVERYWHERE_ELSE: &str = "0";

/// What stands in the form, and what is wrong with it.
struct Shown {
    form: TemplateForm,
    wrong: Vec<FieldError>,
}

impl Shown {
    fn error(&self, field: &str) -> Option<String> {
        let error = self.wrong.iter().find(|error| error.field == field)?;
        Some(problem_text(locale(), &error.problem))
    }
}

/// `/sell/{team}/freight/{template}?draft=…`
pub async fn template_page() -> PageResult {
    let team = current_team().await?;
    let asked = param("template");
    let stored = if asked == "new" {
        None
    } else {
        let id: FreightTemplateId = asked.parse().map_err(|_| ServiceError::NotFound)?;
        Some(service::freight::template_page(&services(), &viewer(), team.id, id).await?)
    };
    let blank =
        || TemplateForm { basis: "weight".to_owned(), rows: vec![RowForm::default()], ..Default::default() };
    let form = stored.as_ref().map_or_else(blank, |page| page.form.clone());
    let token = query("draft");
    let draft = if token.is_empty() { None } else { flash::look(&services(), &viewer(), &token).await? };
    let is_expired = !token.is_empty() && draft.is_none();
    let shown = shown(form, draft.as_ref());
    let title = match &stored {
        Some(page) => page.template.name.clone(),
        None => t("新运费模板", "New freight template").to_owned(),
    };
    let templates = templates_path(team.id);
    let (id, version) = stored
        .as_ref()
        .map_or_else(|| (String::new(), 0), |page| (page.template.id.to_string(), page.version));
    let trial = (!id.is_empty()).then(|| {
        let path = format!("{}?template={id}", link(&trial_path(team.id)));
        view! { <a class="btn btn--plain" href=path>{t("试算", "Try a parcel")}</a> }
    });
    let body = view! {
        {ui::crumbs(&[(&templates, t("运费模板", "Freight templates"))], &title)}
        {ui::page_head(&title, t("已下的订单不受修改影响。", "Placed orders keep their freight."), trial)}
        {is_expired.then(|| ui::alert("warn", t("没保存的内容只保留半小时，请重新填写。", "What is not saved is kept for half an hour; please type it again."), ()))}
        {form_view(&team, &id, version, &shown)}
    };
    Ok(Screen::console(team.console(), title, body))
}

/// A refused form comes first, then one with another row, then what is stored.
fn shown(stored: TemplateForm, draft: Option<&flash::FlashContent>) -> Shown {
    let refused = crate::context::flash().filter(|flash| flash.form == SaveTemplate::PATH);
    let values =
        |content: &flash::FlashContent| typed::read::<SaveTemplateForm>(content.values.iter().cloned()).typed;
    let (mut form, wrong) = match (refused, draft) {
        (Some(flash), _) => (values(&flash), flash.errors.clone()),
        (None, Some(draft)) if draft.form == SaveTemplate::PATH => (values(draft), Vec::new()),
        _ => (stored, Vec::new()),
    };
    if form.rows.is_empty() {
        form.rows.push(RowForm::default());
    }
    Shown { form, wrong }
}

fn form_view(team: &Team, id: &str, version: i64, shown: &Shown) -> AnyView {
    let state = FormState::of::<SaveTemplate>();
    let labels = labels(&shown.form);
    let labels: Vec<(&str, &str)> =
        labels.iter().map(|(field, label)| (field.as_str(), label.as_str())).collect();
    let rows: Vec<_> =
        shown.form.rows.iter().enumerate().map(|(at, row)| row_fields(shown, &at.to_string(), row)).collect();
    let blank = row_fields(shown, ANY_ROW, &RowForm::default());
    let version_is_old =
        matches!(state.failure(), Some(crate::AppError::Conflict(domain::failure::Conflict::VersionChanged)));
    let theirs = version_is_old.then(|| {
        view! {
            <p><a href=link(&template_path(team.id, id))>{t("放弃我的，看最新内容", "Drop mine and look at the present state")}</a></p>
        }
    });
    view! {
        <form class="form form--wide" method="post" action=state.action() autocomplete="off" novalidate>
            // Pressing Enter in a field presses the first button.
            <button class="vh" name="then" value="save" tabindex="-1">{t("保存", "Save")}</button>
            {ui::form_errors(&state, &labels)}
            {theirs}
            {ui::hidden("team", &team.id.to_string())}
            {ui::hidden("template", id)}
            {ui::hidden("version", &version.to_string())}
            {ui::key_field()}
            {head_fields(shown)}
            <div class="stack" id="rows" data-rows="all">{rows}</div>
            <template data-row="all">{blank}</template>
            <button class="btn btn--plain" name="then" value="add">{ui::icon("plus")}{t("加一组地区", "Add regions")}</button>
            <div class="form__acts form__acts--stick">
                <button class="btn btn--primary" name="then" value="save">{t("保存模板", "Save the template")}</button>
            </div>
        </form>
    }
    .into_any()
}

fn head_fields(shown: &Shown) -> AnyView {
    let form = &shown.form;
    let bases: Vec<(String, String)> = [
        ("weight", FreightBasis::WeightG),
        ("piece", FreightBasis::Piece),
        ("volume", FreightBasis::VolumeCm3),
    ]
    .map(|(word, basis)| (word.to_owned(), words::basis(basis).to_owned()))
    .to_vec();
    let input = |field: Field<'_>, value: &str| {
        let error = shown.error(field.name);
        ui::text_input(&field, value.to_owned(), error)
    };
    view! {
        <div class="fields">
            {input(Field::new("name", t("模板名称", "Name")).placeholder(t("例如：按重量，偏远加价", "For example: by weight")), &form.name)}
            {ui::select_input(
                &Field::new("basis", t("计费方式", "Charged")).hint(t(
                    "下面的数量：按件填件数，按重量填公斤，按体积填升（1 升 = 10×10×10 厘米，商品里要填包装尺寸）。",
                    "Quantities below are pieces, kilograms or litres (1 L = 10×10×10 cm; products then need a size).",
                )),
                &bases, &form.basis, shown.error("basis"),
            )}
        </div>
        <fieldset class="form__group">
            <legend>{t("包邮", "Free delivery")}</legend>
            <div class="fields">
                {input(Field { before: "¥", inputmode: "decimal", ..Field::new("free_amount", t("满多少元", "From an amount")).optional() }, &form.free_amount)}
                {input(Field { inputmode: "numeric", after: t("件", "pcs"), ..Field::new("free_count", t("满多少件", "From a quantity")).optional() }, &form.free_count)}
            </div>
            <p class="field__hint">{t(
                "两个都填就要同时满足。偏远附加费不在包邮之内。",
                "Both, when both are given. A remote surcharge is paid all the same.",
            )}</p>
        </fieldset>
    }
    .into_any()
}

/// One group of regions; the first is for everywhere else.
fn row_fields(shown: &Shown, at: &str, row: &RowForm) -> AnyView {
    let is_named = at != EVERYWHERE_ELSE;
    let name_of = |column: &str| format!("rows.{at}.{column}");
    let input = |column: &str, label: &'static str, value: &str, field: Field<'_>| {
        let name = name_of(column);
        let error = shown.error(&name);
        ui::text_input(&Field { name: &name, label, ..field }, value.to_owned(), error)
    };
    let money = || Field { before: "¥", inputmode: "decimal", ..Field::default() };
    let number = || Field { inputmode: "decimal", ..Field::default() };
    let regions = is_named.then(|| {
        let hint = t(
            "省、市、区县的名字，用顿号隔开；写得越细的地区优先。",
            "Names of provinces, cities or districts, parted by commas; the most specific one decides.",
        );
        let placeholder = "新疆、西藏、青海";
        input("regions", t("地区", "Regions"), &row.regions, Field { hint, placeholder, ..Field::default() })
    });
    let drop = is_named.then(|| {
        view! {
            <button class="btn btn--quiet btn--s" name="then" value=format!("drop.{at}")>
                {t("去掉这组", "Take these out")}<span class="vh">" "{legend(at)}</span>
            </button>
        }
    });
    let refused = name_of("refused");
    let refused_error = shown.error(&refused);
    view! {
        <fieldset class="form__group">
            <legend>{legend(at)}</legend>
            {regions}
            <div class="field">
                <label class="check">
                    <input type="checkbox" id=html_id(&refused) name=html_name(&refused) value="on" checked=row.refused == "on"/>
                    <span>{t("不送到这里（下面不用填）", "No delivery there (nothing below is needed)")}</span>
                </label>
                {refused_error.map(|text| view! { <p class="field__error" id=format!("{}-e", html_id(&refused))>{text}</p> })}
            </div>
            <div class="fields">
                {input("first_quantity", column_label("first_quantity"), &row.first_quantity, number())}
                {input("first_fee", column_label("first_fee"), &row.first_fee, money())}
                {input("step_quantity", column_label("step_quantity"), &row.step_quantity, number())}
                {input("step_fee", column_label("step_fee"), &row.step_fee, money())}
            </div>
            {input("surcharge", column_label("surcharge"), &row.surcharge, Field {
                is_optional: true, hint: t("每个包裹加收一次，给买家单独列出", "Once for a parcel; shown to the buyer by itself"), ..money()
            })}
            {own_rule(shown, at, row)}
            {drop}
        </fieldset>
    }
    .into_any()
}

/// The free rule of some regions.
fn own_rule(shown: &Shown, at: &str, row: &RowForm) -> AnyView {
    let name_of = |column: &str| format!("rows.{at}.{column}");
    let (free, amount, count) = (name_of("free"), name_of("free_amount"), name_of("free_count"));
    let options = [
        ("", t("按上面的规则", "As above")),
        ("own", t("这些地区另定", "A rule of their own")),
        ("never", t("这些地区不包邮", "Never free here")),
    ]
    .map(|(value, label)| (value.to_owned(), label.to_owned()));
    let is_open = !row.free.is_empty()
        || [&free, &amount, &count].into_iter().any(|field| shown.error(field).is_some());
    let input = |name: &str, field: Field<'_>, value: &str| {
        ui::text_input(&Field { name, is_optional: true, ..field }, value.to_owned(), shown.error(name))
    };
    view! {
        <details class="fold" open=is_open>
            <summary>{t("这些地区的包邮规则", "Free delivery to these regions")}</summary>
            <div class="fields fields--3">
                {ui::select_input(&Field::new(&free, column_label("free")), &options, &row.free, shown.error(&free))}
                {input(&amount, Field { label: t("满多少元", "From an amount"), before: "¥", inputmode: "decimal", ..Field::default() }, &row.free_amount)}
                {input(&count, Field { label: t("满多少件", "From a quantity"), inputmode: "numeric", ..Field::default() }, &row.free_count)}
            </div>
        </details>
    }
    .into_any()
}

fn legend(at: &str) -> String {
    if at == EVERYWHERE_ELSE {
        return t("其他地区（没有单列的都按这里）", "Everywhere else").to_owned();
    }
    format!("{} {at}", t("地区", "Regions"))
}

fn column_label(column: &str) -> &'static str {
    match column {
        "regions" => t("地区", "Regions"),
        "refused" => t("不送", "No delivery"),
        "first_quantity" => t("首件（首重、首体积）", "First quantity"),
        "first_fee" => t("首费", "First fee"),
        "step_quantity" => t("每续", "Each further"),
        "step_fee" => t("续费", "Fee for it"),
        "surcharge" => t("偏远附加费", "Remote surcharge"),
        "free" => t("包邮", "Free delivery"),
        "free_amount" => t("满多少元", "Free from an amount"),
        "free_count" => t("满多少件", "Free from a quantity"),
        _ => "",
    }
}

/// The words for each field in the list of what is wrong.
fn labels(form: &TemplateForm) -> Vec<(String, String)> {
    let columns = [
        "regions",
        "refused",
        "first_quantity",
        "first_fee",
        "step_quantity",
        "step_fee",
        "surcharge",
        "free",
        "free_amount",
        "free_count",
    ];
    let mut labels: Vec<(String, String)> = [
        ("name", t("模板名称", "Name")),
        ("basis", t("计费方式", "Charged")),
        ("free_amount", column_label("free_amount")),
        ("free_count", column_label("free_count")),
        ("rows", t("地区", "Regions")),
    ]
    .map(|(field, label)| (field.to_owned(), label.to_owned()))
    .to_vec();
    for at in 0..form.rows.len() {
        let label = |column: &str| format!("{} {}", legend(&at.to_string()), column_label(column));
        labels.extend(columns.map(|column| (format!("rows.{at}.{column}"), label(column))));
    }
    labels
}
