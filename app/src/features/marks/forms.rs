//! The forms of an owner: a mark, a licence, taking one back.

use domain::ids::CollectiveId;
use domain::mark::LicenceState;
use leptos::prelude::*;
use service::listing::Choice;
use service::marks::{LicenceGoods, LicenceView, MarkDesk, MarkRow};

use super::api::{GrantLicence, SaveMark, WithdrawLicence};
use super::desk_path;
use crate::context::{link, name, query, t};
use crate::features::sell::team::row_failure;
use crate::form::FormState;
use crate::ui::{self, Field};

/// Whether the form of a new mark came back.
pub(super) fn is_new_refused() -> bool {
    FormState::of::<SaveMark>().only_if("mark", "").is_refused()
}

/// Whether that of a known one did.
pub(super) fn is_edit_refused() -> bool {
    FormState::of::<SaveMark>().is_refused()
}

/// Whether a licence was refused.
pub(super) fn is_grant_refused() -> bool {
    FormState::of::<GrantLicence>().is_refused()
}

/// The form of a mark; of a new one without `mark`.
pub(super) fn mark_form(owner: CollectiveId, mark: Option<&MarkRow>) -> AnyView {
    let id = mark.map(|mark| mark.id.to_string()).unwrap_or_default();
    let state = FormState::of::<SaveMark>().only_if("mark", &id);
    let of = |text: fn(&MarkRow) -> &str| mark.map_or("", text);
    let version = mark.map(|mark| mark.version.to_string()).unwrap_or_default();
    let (label, rules) = (t("商标名称", "Name"), t("使用条件", "Conditions of use"));
    let (number, classes) = (t("注册号", "Registration number"), t("商品类别", "Classes of goods"));
    let until = t("注册有效期至", "Registered until");
    let english = t("（英文）", " (English)");
    view! {
        <form class="form" method="post" action=state.action()>
            {ui::form_errors(&state, &[
                ("name", label), ("rules", rules), ("registration_number", number), ("goods_classes", classes),
                ("valid_until", until),
            ])}
            {ui::hidden("collective", &owner.to_string())}
            {ui::hidden("mark", &id)}
            {ui::hidden("version", &version)}
            {ui::key_field()}
            {ui::text_field(&state, &Field::new("name", label).stored(of(|mark| &mark.name)).max_length(30))}
            {ui::text_field(&state, &Field::new("name_en", &format!("{label}{english}"))
                .stored(of(|mark| &mark.name_en)).optional().max_length(60))}
            {ui::text_area(&state, &Field::new("rules", rules).stored(of(|mark| &mark.rules))
                .hint(t("什么样的货可以带这个商标，一行一条。", "Which goods may bear it, one condition a line.")), 4)}
            {ui::text_area(&state, &Field::new("rules_en", &format!("{rules}{english}"))
                .stored(of(|mark| &mark.rules_en)).optional(), 4)}
            {ui::text_area(&state, &Field::new("story", t("来历", "Its story")).stored(of(|mark| &mark.story)).optional(), 4)}
            {ui::text_area(&state, &Field::new("story_en", &format!("{}{english}", t("来历", "Its story")))
                .stored(of(|mark| &mark.story_en)).optional(), 4)}
            {ui::text_field(&state, &Field::new("registration_number", number).stored(of(|mark| &mark.registration_number))
                .hint(t("商标注册证上的号码，公开页面会显示。", "As on its certificate; everybody sees it on the mark’s page."))
                .class("w-m").optional().max_length(30))}
            {ui::text_field(&state, &Field::new("goods_classes", classes).stored(of(|mark| &mark.goods_classes))
                .hint(t("尼斯分类的号码，几类用逗号隔开，例如 29, 30。", "Numbers of the Nice classification, such as 29, 30."))
                .class("w-m").optional().max_length(100))}
            {ui::text_field(&state, &Field::new("valid_until", until)
                .stored(of(|mark| mark.valid_until.as_deref().unwrap_or_default())).kind("date").class("w-m").optional())}
            <div class="form__acts"><button class="btn btn--primary">{t("保存", "Save")}</button></div>
        </form>
    }
    .into_any()
}

fn options(first: &'static str, choices: &[Choice]) -> Vec<(String, String)> {
    let rest = choices.iter().map(|one| (one.id.clone(), name(&one.name, &one.name_en).to_owned()));
    std::iter::once((String::new(), first.to_owned())).chain(rest).collect()
}

/// Which village is to get a licence, and what its goods are called: sent by GET, so that the form below offers them.
pub(super) fn licensee_form(desk: &MarkDesk, goods: Option<&LicenceGoods>) -> AnyView {
    let path = desk_path(desk.collective.id, desk.mark.id);
    let chosen = goods.map_or("", |goods| goods.licensee.id.as_str());
    let villages: Vec<_> = options(t("选一个村", "Choose a village"), &desk.collectives)
        .into_iter()
        .map(|(value, words)| {
            let is_chosen = value == chosen;
            view! { <option value=value selected=is_chosen>{words}</option> }
        })
        .collect();
    let too_many = goods.is_some_and(|goods| goods.is_cut) || !query("q").is_empty();
    let search = too_many.then(|| {
        ui::filter_text(
            "licensee",
            "q",
            t("找商品", "Find goods"),
            t("商品名称的一部分", "A part of the name"),
            &query("q"),
        )
    });
    view! {
        <form class="form" method="get" action=link(&path)>
            <div class="fields">
                <div class="field">
                    <label for="licensee-village">{t("村庄", "Village")}</label>
                    <select id="licensee-village" name="village">{villages}</select>
                </div>
                {search}
            </div>
            <div class="form__acts"><button class="btn btn--plain">{t("选这个村", "Choose it")}</button></div>
        </form>
    }
    .into_any()
}

/// The form of a licence for a village, with its goods to choose from.
pub(super) fn grant_form(desk: &MarkDesk, goods: &LicenceGoods) -> AnyView {
    let state = FormState::of::<GrantLicence>();
    let (village, category) = (t("村庄", "Village"), t("整个品类", "A whole category"));
    let (product, unit) = (t("或一个商品", "Or one product"), t("计量", "Counted in"));
    let (quantity, from, until) = (t("数量", "Quantity"), t("从", "From"), t("到", "Until"));
    let mut products = vec![(String::new(), t("不按商品", "Not by product").to_owned())];
    products.extend(goods.goods.iter().map(|good| {
        let counted =
            if good.base_unit == "g" { t("按千克", "in kilograms") } else { t("按件", "in pieces") };
        (good.slug.clone(), format!("{} · {counted}", name(&good.name, &good.name_en)))
    }));
    let hint = if goods.is_cut {
        t(
            "商品太多，没有全部列出：在上面按名称找。品类和商品二选一。",
            "Not all are listed: look for a name above. Either a category or a product.",
        )
    } else {
        t(
            "这个村在售的、或有它收成的商品；品类和商品二选一。",
            "What it sells or has harvest in; either a category or a product.",
        )
    };
    let labels = [
        ("collective", village),
        ("category", category),
        ("product", product),
        ("base_unit", unit),
        ("quantity", quantity),
        ("starts_on", from),
        ("ends_on", until),
    ];
    let units = [
        ("g".to_owned(), t("千克", "Kilograms").to_owned()),
        ("piece".to_owned(), t("件", "Pieces").to_owned()),
    ];
    view! {
        <form class="form" method="post" action=state.action()>
            {ui::form_errors(&state, &labels)}
            {ui::hidden("mark", &desk.mark.id.to_string())}
            {ui::key_field()}
            {ui::hidden("collective", &goods.licensee.id)}
            {ui::select_field(&state, &Field { name: "category", label: category, ..Field::default() },
                &options(t("不按品类", "Not by category"), &desk.categories))}
            {ui::select_field(&state, &Field { name: "product", label: product, is_optional: true, hint, ..Field::default() },
                &products)}
            {ui::select_field(&state, &Field { name: "base_unit", label: unit, stored: "g", class: "w-m", ..Field::default() }, &units)}
            {ui::text_field(&state, &Field { name: "quantity", label: quantity, inputmode: "decimal", class: "w-m", ..Field::default() })}
            {ui::text_field(&state, &Field { name: "starts_on", label: from, kind: "date", stored: &desk.today, class: "w-m", ..Field::default() })}
            {ui::text_field(&state, &Field { name: "ends_on", label: until, kind: "date", class: "w-m", ..Field::default() })}
            <div class="form__acts"><button class="btn btn--primary">{t("发放许可", "Grant the licence")}</button></div>
        </form>
    }
    .into_any()
}

/// Taking a licence back; nothing where there is nothing to take.
pub(super) fn withdraw_form(licence: &LicenceView) -> AnyView {
    if matches!(licence.state, LicenceState::Ended | LicenceState::Withdrawn) {
        return ().into_any();
    }
    let row = &licence.row;
    let id = row.id.to_string();
    let state = FormState::of::<WithdrawLicence>().only_if("licence", &id);
    let field = format!("reason-{id}");
    let village = name(&row.village_name, &row.village_name_en);
    let scope = name(&row.scope_name, &row.scope_name_en);
    let title = format!("{}{village} · {scope}", t("收回许可：", "Withdraw the licence of "));
    view! {
        <details class="fold" open=state.is_refused()>
            <summary>{title}</summary>
            <form class="form" method="post" action=state.action()>
                {row_failure(&state)}
                {ui::hidden("licence", &id)}
                {ui::key_field()}
                {ui::text_field(&state, &Field {
                    id: &field, name: "reason", label: t("原因", "Reason"), max_length: Some(200),
                    hint: t(
                        "收回后新单不再带商标，已下的订单不变；对方会看到原因。",
                        "New orders no longer bear the mark, placed ones keep it; the village reads the reason.",
                    ),
                    ..Field::default()
                })}
                <div class="form__acts"><button class="btn btn--plain">{t("收回许可", "Withdraw it")}</button></div>
            </form>
        </details>
    }
    .into_any()
}
