//! The parts of the listing's form, in the order in which one thinks of them.

use domain::food::FoodClass;
use leptos::prelude::*;
use service::listing::{Choice, VariantForm};

use super::depth;
use super::edit_page::Shown;
use super::fields::{Wrong, area, line, select};
use super::weighed;
use crate::context::{link, locale, name, query, t};
use crate::features::sell::team::stock_text;
use crate::form::{html_id, html_name};
use crate::text::counted;
use crate::ui::{self, Field};

/// Stands for the row's number in the row that the island copies.
const ANY_ROW: &str = "__";

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
        "packings" => t("包装", "Packings"),
        "review" => t("队长审核", "The captain's review"),
        "attributes" => t("商品属性", "Details of its kind"),
        "related" => t("推荐商品", "Shown beside it"),
        "season_from" => t("几时开始", "From"),
        "season_until" => t("几时结束", "Until"),
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

pub(super) fn options(choices: &[Choice]) -> Vec<(String, String)> {
    choices.iter().map(|choice| (choice.id.clone(), name(&choice.name, &choice.name_en).to_owned())).collect()
}

/// Name, story, category, village.
pub(super) fn words(shown: &Shown) -> AnyView {
    let (form, wrong) = (&shown.form, &shown.wrong);
    let english_open = !form.name_en.is_empty() || !form.story_en.is_empty();
    let choices = &shown.page.choices;
    view! {
        <fieldset class="form__group">
            <legend>{t("商品", "The product")}</legend>
            {line(wrong, Field {
                name: "name", label: column_label("name"), stored: &form.name,
                placeholder: t("例如：明前绿茶 特级", "For example: 明前绿茶 特级"), ..Field::default()
            })}
            {area(wrong, Field {
                name: "story", label: column_label("story"), stored: &form.story,
                hint: t("谁种的、怎么做的、什么味道。普通食品不能写功效。", "Who grew it, how it is made, how it tastes. No health claims."),
                ..Field::default()
            }, 5)}
            <details class="fold" open=english_open>
                <summary>{t("英文名称和介绍", "English name and story")}</summary>
                <div class="stack">
                    {line(wrong, Field { name: "name_en", label: column_label("name_en"), stored: &form.name_en, is_optional: true, ..Field::default() })}
                    {area(wrong, Field { name: "story_en", label: column_label("story_en"), stored: &form.story_en, is_optional: true, ..Field::default() }, 4)}
                </div>
            </details>
            <div class="fields">
                {select(wrong, Field { name: "category", label: column_label("category"), stored: &form.category, ..Field::default() }, &options(&choices.categories))}
                {select(wrong, Field { name: "village", label: column_label("village"), stored: &form.village, ..Field::default() }, &options(&choices.villages))}
            </div>
        </fieldset>
    }
    .into_any()
}

/// What a class asks for, in a sentence.
fn class_sub(class: FoodClass) -> &'static str {
    match class {
        FoodClass::FreshProduce => t(
            "鲜果、蔬菜、茶青、菌菇……每批要有承诺达标合格证",
            "Fruit, vegetables, mushrooms …: each batch has a certificate of conformity",
        ),
        FoodClass::PackagedFood => {
            t("有 SC 编号的包装食品，标签内容要写全", "Packaged under an SC number; the label in full")
        }
        FoodClass::SmallWorkshop => {
            t("登记小作坊做的，只在规定区域销售", "Made by a registered workshop, for a limited region")
        }
        FoodClass::LivePoultryMeat => t("每批要有检疫证明", "Each batch has a quarantine certificate"),
        FoodClass::NonFood => t("手工艺品、用品等", "Crafts and goods"),
    }
}

/// Fields that only some classes ask for; the island hides the groups of other classes.
fn group(shown: &Shown, classes: &'static [FoodClass], title: &'static str, fields: AnyView) -> AnyView {
    let words: Vec<&str> = classes.iter().map(|class| class.as_str()).collect();
    let is_asked = words.contains(&shown.form.food_class.as_str());
    view! {
        <details class="fold" data-for=words.join(" ") open=is_asked>
            <summary>{title}</summary>
            <div class="stack">{fields}</div>
        </details>
    }
    .into_any()
}

/// The food class and what it asks for.
pub(super) fn food(shown: &Shown) -> AnyView {
    use FoodClass::{FreshProduce, LivePoultryMeat, PackagedFood, SmallWorkshop};
    let (form, wrong) = (&shown.form, &shown.wrong);
    let cards: Vec<_> = shown
        .page
        .choices
        .food_classes
        .iter()
        .map(|class| {
            view! {
                <label class="choice">
                    <input type="radio" name="food_class" value=class.as_str() checked=class.as_str() == form.food_class/>
                    <span class="choice__body"><strong>{class.text(locale())}</strong><span>{class_sub(*class)}</span></span>
                </label>
            }
        })
        .collect();
    let field = |name: &'static str, value: &str, hint: &'static str| {
        line(wrong, Field { name, label: column_label(name), stored: value, hint, ..Field::default() })
    };
    let licence = field(
        "sc_number",
        &form.sc_number,
        t("包装上 SC 开头的 14 位数字", "SC and 14 digits, as on the package"),
    );
    let workshop = view! {
        {field("workshop_number", &form.workshop_number, "")}
        {field("sales_region", &form.sales_region, t("登记证上写明的区域", "As the registration says"))}
    };
    let label = view! {
        {area(wrong, Field { name: "ingredients", label: column_label("ingredients"), stored: &form.ingredients, ..Field::default() }, 2)}
        <div class="fields">
            {field("net_content", &form.net_content, "")}
            {field("producer", &form.producer, "")}
        </div>
    };
    let is_optional = form.food_class != PackagedFood.as_str();
    let keeping = view! {
        <div class="fields">
            {line(wrong, Field { name: "storage", label: column_label("storage"), stored: &form.storage, is_optional, ..Field::default() })}
            {line(wrong, Field {
                name: "shelf_life_days", label: column_label("shelf_life_days"), stored: &form.shelf_life_days, is_optional,
                inputmode: "numeric", after: t("天", "days"), ..Field::default()
            })}
        </div>
    };
    view! {
        <fieldset class="form__group" id=html_id("food_class") tabindex="-1">
            <legend>{column_label("food_class")}</legend>
            <div class="choices">{cards}</div>
            {wrong.line("food_class")}
            {group(shown, &[PackagedFood], t("生产许可", "Production licence"), licence)}
            {group(shown, &[SmallWorkshop], t("小作坊登记", "Workshop registration"), workshop.into_any())}
            {group(shown, &[PackagedFood, SmallWorkshop], t("标签内容", "What the label says"), label.into_any())}
            {group(shown, &[FreshProduce, PackagedFood, SmallWorkshop, LivePoultryMeat], t("保存与保质期", "Keeping"), keeping.into_any())}
        </fieldset>
    }
    .into_any()
}

/// Variants with prices, and a blank row for one more.
pub(super) fn variants(shown: &Shown) -> AnyView {
    let form = &shown.form;
    let wants_more = form.variants.is_empty() || query("rows") == "1";
    let mut rows: Vec<AnyView> = form
        .variants
        .iter()
        .enumerate()
        .map(|(at, row)| variant_row(shown, &shown.wrong, &at.to_string(), row))
        .collect();
    if wants_more {
        rows.push(variant_row(
            shown,
            &shown.wrong,
            &form.variants.len().to_string(),
            &VariantForm::default(),
        ));
    }
    let blank = variant_row(shown, &Wrong::default(), ANY_ROW, &VariantForm::default());
    let unit_field = base_unit(shown);
    view! {
        <fieldset class="form__group" id=html_id("variants") tabindex="-1">
            <legend>{t("规格和价格", "Variants and prices")}</legend>
            {unit_field}
            {shown.wrong.line("variants")}
            <div class="stack" data-rows="variants">{rows}</div>
            <template data-row="variants">{blank}</template>
            <button class="btn btn--plain" name="then" value="add_variant" data-add="variants">
                {ui::icon("plus")}{t("再加一个规格", "Add a variant")}
            </button>
            {depth::option_lists(shown)}
            <datalist id="units">
                {["件", "罐", "袋", "盒", "瓶", "斤", "箱", "份"].map(|unit| view! { <option value=unit></option> }).to_vec()}
            </datalist>
        </fieldset>
    }
    .into_any()
}

/// Grams or pieces: stands as soon as there is stock.
fn base_unit(shown: &Shown) -> AnyView {
    let form = &shown.form;
    let words = [
        ("g".to_owned(), t("按重量（克）", "By weight (grams)").to_owned()),
        ("piece".to_owned(), t("按件", "By piece").to_owned()),
    ];
    if shown.page.is_base_unit_fixed {
        let stored = &shown.page.form.base_unit;
        let label = words.iter().find(|(word, _)| word == stored).map(|(_, label)| label.clone());
        return view! {
            {ui::hidden("base_unit", stored)}
            <p class="muted small">{t("库存", "Stock is counted: ")}{label}{t("计，有批次后不能再改。", "; it stands once there is a batch.")}</p>
        }
        .into_any();
    }
    let hint = t(
        "茶叶、蜂蜜、鲜果选重量；鸡、礼盒、手工艺品选件。",
        "Weight for tea, honey, fruit; pieces for poultry, gift boxes, crafts.",
    );
    let field = Field {
        name: "base_unit",
        label: column_label("base_unit"),
        stored: &form.base_unit,
        hint,
        ..Field::default()
    };
    select(&shown.wrong, field, &words)
}

fn variant_row(shown: &Shown, wrong: &Wrong, at: &str, row: &VariantForm) -> AnyView {
    let by_weight = shown.form.base_unit != "piece";
    let name_of = |column: &str| format!("variants.{at}.{column}");
    let field = |column: &'static str, value: &str, input: Field<'_>| {
        let name = name_of(column);
        line(
            wrong,
            Field {
                name: &name,
                label: if input.label.is_empty() { column_label(column) } else { input.label },
                stored: value,
                ..input
            },
        )
    };
    let number = |after: &'static str| Field { inputmode: "numeric", after, ..Field::default() };
    let (content, content_unit) = if by_weight {
        (t("每份净重", "Net weight of one"), t("克", "g"))
    } else {
        (t("每份含几件", "Pieces in one"), t("件", "pcs"))
    };
    let remove = (!row.id.is_empty()).then(|| {
        view! {
            <label class="check">
                <input type="checkbox" name=html_name(&name_of("remove")) value="on"/>
                <span>{t("删除这个规格", "Take this variant out")}</span>
            </label>
        }
    });
    let defaults = VariantForm { min_quantity: "1".to_owned(), step_quantity: "1".to_owned(), ..row.clone() };
    let has_more = *row != defaults
        && !row.id.is_empty()
        && (row.min_quantity != "1" || row.step_quantity != "1" || !row.tier_prices.is_empty());
    let more_is_wrong =
        ["code", "min_quantity", "step_quantity", "tier_prices", "name_en", "weight_g", "size"]
            .iter()
            .any(|column| wrong.text(&name_of(column)).is_some());
    // What is weighed out in grams has no pieces to put on the scales.
    let weighed = (!by_weight || !row.least_kg.is_empty()).then(|| weighed::part(wrong, at, row));
    view! {
        <div class="panel stack" data-row-at=at.to_owned()>
            <input type="hidden" name=html_name(&name_of("id")) value=row.id.clone() id=html_id(&name_of("id"))/>
            {field("name", &row.name, Field { label: t("规格名称", "What it is called"), placeholder: t("例如：250 克罐装", "For example: tin of 250 g"), ..Field::default() })}
            <div class="fields fields--3">
                {field("price", &row.price, Field { inputmode: "decimal", before: "¥", ..Field::default() })}
                {field("base_quantity", &row.base_quantity, Field { label: content, ..number(content_unit) })}
                {field("unit", &row.unit, Field { placeholder: "件", list: "units", ..Field::default() })}
            </div>
            <details class="fold" open=has_more || more_is_wrong>
                <summary>{t("更多：重量、起订量、批量价", "More: weight, minimum, tier prices")}</summary>
                <div class="stack">
                    <div class="fields fields--3">
                        {field("weight_g", &row.weight_g, number(t("克", "g")))}
                        {field("min_quantity", &row.min_quantity, Field { placeholder: "1", ..number("") })}
                        {field("step_quantity", &row.step_quantity, Field { placeholder: "1", ..number("") })}
                    </div>
                    {field("size", &row.size, Field {
                        is_optional: true, placeholder: "30×20×10", max_length: Some(60),
                        hint: t("长×宽×高，厘米；毫米请写 300×200×100 mm。按体积算运费时必填", "Length × width × height in cm, or as 300×200×100 mm; needed for freight by volume"),
                        ..Field::default()
                    })}
                    {field("tier_prices", &row.tier_prices, Field {
                        is_optional: true, placeholder: "50:118, 100:108",
                        hint: t("数量:单价，用逗号隔开；单位采购按量享受", "quantity:price, separated by commas; for bulk orders"), ..Field::default()
                    })}
                    <div class="fields">
                        {field("name_en", &row.name_en, Field { is_optional: true, ..Field::default() })}
                        {field("code", &row.code, Field { is_optional: true, hint: t("不填自动生成", "Made for you when blank"), ..Field::default() })}
                    </div>
                </div>
            </details>
            {weighed}
            {remove}
        </div>
    }
    .into_any()
}

/// From where, and for what freight.
pub(super) fn sending(shown: &Shown) -> AnyView {
    let (form, wrong) = (&shown.form, &shown.wrong);
    let choices = &shown.page.choices;
    view! {
        <fieldset class="form__group">
            <legend>{t("发货", "Sending")}</legend>
            <div class="fields">
                {select(wrong, Field { name: "place", label: column_label("place"), stored: &form.place, ..Field::default() }, &options(&choices.places))}
                {select(wrong, Field { name: "freight_template", label: column_label("freight_template"), stored: &form.freight_template, ..Field::default() }, &options(&choices.freight_templates))}
            </div>
            <p class="small">
                <a href=link(&crate::features::freight::templates_path(shown.page.team))>{t("运费模板", "Freight templates")}</a>" · "
                <a href=link(&crate::features::freight::places_path(shown.page.team))>{t("发货地", "Places of dispatch")}</a>
            </p>
        </fieldset>
    }
    .into_any()
}

/// What is in stock, with the way to its page; the button saves what is typed first.
pub(super) fn batches(shown: &Shown) -> AnyView {
    let page = &shown.page;
    let available: i64 =
        page.batches.iter().filter(|batch| !batch.is_expired).map(|batch| batch.available).sum();
    let words = if page.batches.is_empty() {
        t(
            "还没有批次。登记一批收成，才有库存可卖。",
            "No batch yet. Take in a harvest to have stock to sell.",
        )
        .to_owned()
    } else {
        let count = i64::try_from(page.batches.len()).unwrap_or(i64::MAX);
        format!(
            "{}{}{}",
            counted(locale(), count, "个批次", ["batch", "batches"]),
            t("，可售 ", ", for sale: "),
            stock_text(available, &page.form.base_unit)
        )
    };
    view! {
        <fieldset class="form__group" id=html_id("batches") tabindex="-1">
            <legend>{column_label("batches")}</legend>
            <p>{words}</p>
            <button class="btn btn--plain" name="then" value="stock">{ui::icon("box")}{t("登记批次、改库存", "Add a batch, correct stock")}</button>
        </fieldset>
    }
    .into_any()
}
