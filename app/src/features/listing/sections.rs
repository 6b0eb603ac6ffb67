//! The parts of the listing's form, in the order in which one thinks of them.

use domain::after_sale::ReturnRule;
use domain::food::FoodClass;
use leptos::prelude::*;
use service::listing::Choice;

use super::edit_page::Shown;
use super::fields::{area, line, select};
use super::labels::column_label;
use crate::context::{link, locale, name, t};
use crate::features::after_sales::rule_label;
use crate::features::sell::team::stock_text;
use crate::form::html_id;
use crate::text::counted;
use crate::ui::{self, Field};

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

/// Whether buyers may send it back without a reason.
pub(super) fn returns(shown: &Shown) -> AnyView {
    let by_class = t(
        "按食品类别：鲜活的不支持无理由，其他支持七天",
        "As its food class says: none for what is fresh or alive, else seven days",
    );
    let rules = ReturnRule::ALL.iter().map(|rule| (rule.as_str().to_owned(), rule_label(*rule).to_owned()));
    let words: Vec<(String, String)> =
        std::iter::once((String::new(), by_class.to_owned())).chain(rules).collect();
    let hint = t(
        "只影响以后的订单，已下单的按下单时的规则。质量问题不受这里影响，买家都能申请售后。",
        "For orders from now on; earlier ones keep what was declared then. If something is wrong, buyers may ask whatever stands here.",
    );
    view! {
        <fieldset class="form__group">
            <legend>{t("退货", "Returns")}</legend>
            {select(&shown.wrong, Field {
                name: "return_rule", label: column_label("return_rule"), stored: &shown.form.return_rule, hint,
                ..Field::default()
            }, &words)}
        </fieldset>
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
