//! The columns, and the cells under them.

use std::collections::BTreeMap;

use crate::failure::Problem;
use crate::listing::MAX_STORY_CHARS;
use crate::locale::Locale;
use crate::search_text::fold_width;
use crate::word::words;

words! {
    /// A column of the sheet. Its stored text may stand at its head in place of the words of a language.
    pub enum Column {
        Product = "product",
        Name = "name",
        NameEn = "name_en",
        Category = "category",
        Village = "village",
        Place = "place",
        FreightTemplate = "freight_template",
        /// Between which days it can be ordered.
        Season = "season",
        /// What it has of its category, as pairs of a name and a value.
        Attributes = "attributes",
        Code = "code",
        VariantName = "variant_name",
        VariantNameEn = "variant_name_en",
        Price = "price",
        /// From which quantity on, and the price of one.
        TierPrices = "tier_prices",
        MinQuantity = "min_quantity",
        StepQuantity = "step_quantity",
        Unit = "unit",
        BaseQuantity = "base_quantity",
        WeightG = "weight_g",
        /// Length × width × height in millimetres.
        Size = "size",
        /// What can be sold now; only to be looked at.
        Stock = "stock",
        Batch = "batch",
        StockChange = "stock_change",
        Reason = "reason",
        State = "state",
        FoodClass = "food_class",
        ScNumber = "sc_number",
        WorkshopNumber = "workshop_number",
        SalesRegion = "sales_region",
        Ingredients = "ingredients",
        NetContent = "net_content",
        Producer = "producer",
        Storage = "storage",
        ShelfLifeDays = "shelf_life_days",
        ReturnRule = "return_rule",
        /// In the first row of its product only, with its lines.
        Story = "story",
        StoryEn = "story_en",
    }
}

/// As much of a short cell as is kept, in characters.
const SHORT_CHARS: usize = 200;

impl Column {
    /// What stands at its head.
    #[must_use]
    pub const fn head(self, locale: Locale) -> &'static str {
        let (zh, en) = match self {
            Self::Product => ("商品编号", "Product ID"),
            Self::Name => ("商品名称", "Product name"),
            Self::NameEn => ("英文名称", "Name in English"),
            Self::Category => ("分类", "Category"),
            Self::Village => ("村庄", "Village"),
            Self::Place => ("发货地", "Place of dispatch"),
            Self::FreightTemplate => ("运费模板", "Freight template"),
            Self::Season => ("销售季节", "Season"),
            Self::Attributes => ("商品属性", "Details of its kind"),
            Self::Code => ("规格编号", "Code"),
            Self::VariantName => ("规格名称", "Variant"),
            Self::VariantNameEn => ("英文规格", "Variant in English"),
            Self::Price => ("价格（元）", "Price (yuan)"),
            Self::TierPrices => ("批量价（元）", "Tier prices (yuan)"),
            Self::MinQuantity => ("起订量", "Minimum"),
            Self::StepQuantity => ("每次增减", "Step"),
            Self::Unit => ("单位", "Unit"),
            Self::BaseQuantity => ("每份含量（克或件）", "Content (g or pieces)"),
            Self::WeightG => ("发货重量（克）", "Weight as sent (g)"),
            Self::Size => ("包装尺寸（毫米）", "Packed size (mm)"),
            Self::Stock => ("现有库存（千克或件）", "In stock (kg or pieces)"),
            Self::Batch => ("批次", "Batch"),
            Self::StockChange => ("库存增减（千克或件）", "Stock change (kg or pieces)"),
            Self::Reason => ("增减原因", "Reason"),
            Self::State => ("状态", "State"),
            Self::FoodClass => ("食品类别", "Food class"),
            Self::ScNumber => ("SC 编号", "SC number"),
            Self::WorkshopNumber => ("小作坊登记证号", "Workshop number"),
            Self::SalesRegion => ("销售区域", "Sales region"),
            Self::Ingredients => ("配料", "Ingredients"),
            Self::NetContent => ("净含量", "Net content"),
            Self::Producer => ("生产者", "Producer"),
            Self::Storage => ("贮存条件", "Storage"),
            Self::ShelfLifeDays => ("保质期（天）", "Shelf life (days)"),
            Self::ReturnRule => ("退货规则", "Return rule"),
            Self::Story => ("介绍", "Story"),
            Self::StoryEn => ("英文介绍", "Story in English"),
        };
        locale.pick(zh, en)
    }

    /// What to put into it, for the sheet of explanations.
    #[must_use]
    pub const fn note(self, locale: Locale) -> &'static str {
        let (zh, en) = match self {
            Self::Product => (
                "系统给的 13 位编号，不要改；新商品留空",
                "Given by the shop, do not change it; blank for a new product",
            ),
            Self::Name => (
                "60 字以内；新商品必填，同名的行是同一件商品",
                "Up to 60 characters; rows with the same name are one new product",
            ),
            Self::NameEn => (
                "选填，120 字以内；填（清空）去掉原来的",
                "Optional, up to 120 characters; (clear) takes away what is there",
            ),
            Self::Category => ("店里已有的分类名称", "The name of a category of the shop"),
            Self::Village => ("服务队的一个村，写村名", "One of the team's villages, by its name"),
            Self::Place => ("在用的发货地名称", "A place of dispatch in use, by its name"),
            Self::FreightTemplate => ("在用的运费模板名称", "A freight template in use, by its name"),
            Self::Season => (
                "只在季节里卖：3-20 至 5-31；只卖一季就两头都写年份；填（清空）全年可卖",
                "When it can be ordered: 3-20 to 5-31, both with a year for one season only; (clear) is all year",
            ),
            Self::Attributes => (
                "写“名称：值”，用分号隔开，例如 等级：特级；海拔：900 米。没写到的不动；等级：（清空）去掉一项，（清空）去掉全部；值里有分号就用英文双引号括起来",
                "Pairs of name and value, parted by semicolons, such as Grade: top; Altitude: 900 m. What is not named stays; Grade: (clear) takes one away, (clear) all; a value with a semicolon goes into double quotes",
            ),
            Self::Code => (
                "规格的编号；新规格留空会自动编号",
                "The variant's code; blank for a new one to have it made",
            ),
            Self::VariantName => {
                ("例如：125 克罐；新规格必填", "Such as: 125 g tin; needed for a new variant")
            }
            Self::VariantNameEn => {
                ("选填；填（清空）去掉原来的", "Optional; (clear) takes away what is there")
            }
            Self::Price => (
                "每份多少元，最多两位小数，例如 128 或 12.50",
                "Yuan for one, at most two decimals, such as 128 or 12.50",
            ),
            Self::TierPrices => (
                "买得多的单价，例如 ≥50:118, ≥100:108（≥ 可不写）；一档比一档便宜；填（清空）去掉",
                "The price of one from a quantity on, such as ≥50:118, ≥100:108 (≥ may be left out), each cheaper than the one before; (clear) takes them away",
            ),
            Self::MinQuantity => {
                ("最少买几份；新规格留空为 1", "The fewest that can be bought; blank is 1 for a new variant")
            }
            Self::StepQuantity => (
                "每次加减几份；新规格留空为 1",
                "How many more or fewer at a time; blank is 1 for a new variant",
            ),
            Self::Unit => ("例如：罐、袋、只；留空为件", "Such as 罐, 袋, 只; blank is 件"),
            Self::BaseQuantity => (
                "一份从库存扣多少：按重量的商品填克，其他填件",
                "What one takes from stock: grams, or pieces",
            ),
            Self::WeightG => ("连包装的重量，用来算运费", "With packing; freight is computed from it"),
            Self::Size => (
                "连包装的长×宽×高，例如 300×200×100；用来按体积算运费，填（清空）去掉原来的",
                "Length × width × height with packing, such as 300×200×100, for freight by volume; (clear) takes it away",
            ),
            Self::Stock => ("只供查看，改这里不起作用", "To look at only; changing it does nothing"),
            Self::Batch => {
                ("增减哪个批次；只有一个批次时可留空", "Which batch; may be blank when there is one only")
            }
            Self::StockChange => (
                "按重量的商品填千克，其他填件：到货填 20，损耗填 -0.5；留空不动",
                "Kilograms of what is weighed, else pieces: 20 came in, -0.5 is lost; blank leaves it",
            ),
            Self::Reason => (
                "到货、盘点、变质、破损、过期、样品；留空为盘点",
                "Received, counted, spoiled, damaged, expired, sample; blank is counted",
            ),
            Self::State => (
                "在售、已下架；新商品先是草稿，加照片后再上架",
                "For sale or taken out; a new product is a draft until it has photos",
            ),
            Self::FoodClass => (
                "食用农产品、预包装食品、小作坊食品、活禽与肉类、非食品；和以下标签各列都写在商品的第一行",
                "Edible farm produce, Packaged food, Small-workshop food, Live poultry and meat, Not food; with the columns of the label in the first row of its product",
            ),
            Self::ScNumber => (
                "预包装食品填：SC 加 14 位数字；填（清空）去掉原来的",
                "Of packaged food: SC and 14 digits; (clear) takes it away",
            ),
            Self::WorkshopNumber => {
                ("小作坊食品填；填（清空）去掉原来的", "Of small-workshop food; (clear) takes it away")
            }
            Self::SalesRegion => (
                "小作坊食品准许销售的区域；填（清空）去掉原来的",
                "Where small-workshop food may be sold; (clear) takes it away",
            ),
            Self::Ingredients => (
                "500 字以内，按用量从多到少；填（清空）去掉原来的",
                "Up to 500 characters, the most of it first; (clear) takes them away",
            ),
            Self::NetContent => ("例如：125 g；填（清空）去掉原来的", "Such as 125 g; (clear) takes it away"),
            Self::Producer => (
                "生产者名称，500 字以内；填（清空）去掉原来的",
                "The producer's name, up to 500 characters; (clear) takes it away",
            ),
            Self::Storage => (
                "怎样保存，500 字以内；填（清空）去掉原来的",
                "How to keep it, up to 500 characters; (clear) takes it away",
            ),
            Self::ShelfLifeDays => {
                ("多少天，例如 540；填（清空）没有保质期", "Days, such as 540; (clear) is none")
            }
            Self::ReturnRule => (
                "写说明里列出的一种；填（清空）按食品类别",
                "One of those listed among the explanations; (clear) leaves it to the food class",
            ),
            Self::Story => (
                "5000 字以内，可以换行，写在商品的第一行；填（清空）去掉原来的",
                "Up to 5,000 characters, with line breaks, in the first row of its product; (clear) takes away what is there",
            ),
            Self::StoryEn => (
                "选填，10000 字以内；填（清空）去掉原来的",
                "Optional, up to 10,000 characters; (clear) takes away what is there",
            ),
        };
        locale.pick(zh, en)
    }

    /// The column with this head, in either language or by its stored text.
    #[must_use]
    pub fn of_head(text: &str) -> Option<Self> {
        let wanted = plain(text);
        let is_meant = |column: &&Self| {
            let heads = [column.as_str(), column.head(Locale::Zh), column.head(Locale::En)];
            heads.iter().any(|head| plain(head) == wanted)
        };
        Self::ALL.iter().find(is_meant).copied()
    }

    /// The longest text that a cell of it may hold, in characters.
    #[must_use]
    pub const fn max_chars(self) -> usize {
        match self {
            Self::Name | Self::VariantName | Self::ScNumber | Self::WorkshopNumber | Self::NetContent => 60,
            Self::NameEn | Self::VariantNameEn => 120,
            Self::Unit => 10,
            Self::SalesRegion | Self::Ingredients | Self::Producer | Self::Storage => 500,
            Self::Attributes => 4_000,
            Self::TierPrices => 2_000,
            Self::Story => MAX_STORY_CHARS,
            Self::StoryEn => 2 * MAX_STORY_CHARS,
            _ => 64,
        }
    }

    /// As much of a cell's text as a reader keeps, in characters: more than it may hold, so that one too long is seen to be.
    #[must_use]
    pub const fn kept_chars(self) -> usize {
        if self.max_chars() < SHORT_CHARS { SHORT_CHARS } else { self.max_chars() + SHORT_CHARS }
    }

    /// Whether its cells may go over several lines.
    #[must_use]
    pub const fn has_lines(self) -> bool {
        matches!(self, Self::Attributes | Self::Story | Self::StoryEn)
    }

    /// A cell's text as it is compared with what is stored.
    #[must_use]
    pub fn tidied(self, text: &str) -> String {
        if self.has_lines() { tidy_lines(text) } else { tidy(text) }
    }
}

/// A head without what people change in it unawares.
pub(super) fn plain(text: &str) -> String {
    fold_width(text)
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '*')
        .flat_map(char::to_lowercase)
        .collect()
}

/// A cell's text in one line, without the apostrophe that keeps a spreadsheet from taking it for a formula.
#[must_use]
pub fn tidy(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let joined = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    without_apostrophe(&joined)
}

/// [`tidy`] of a text that keeps its lines and the blanks in them.
pub(super) fn tidy_lines(text: &str) -> String {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    let spaced: String = lines.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect();
    without_apostrophe(spaced.trim())
}

fn without_apostrophe(text: &str) -> String {
    match text.strip_prefix('\'') {
        Some(rest) if is_like_a_formula(rest) => rest.to_owned(),
        _ => text.to_owned(),
    }
}

/// Whether a cell asks for what is stored to be taken away: a blank one leaves it.
#[must_use]
pub fn is_clear(text: &str) -> bool {
    let plain = plain(text);
    plain == "(清空)" || plain == "(clear)"
}

/// A text that no spreadsheet takes for a formula; [`tidy`] gives it back.
#[must_use]
pub fn harmless(text: &str) -> String {
    if is_like_a_formula(text) { format!("'{text}") } else { text.to_owned() }
}

fn is_like_a_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// How earlier releases headed changes of stock, which they took in grams: read in kilograms they would be a thousand times
/// as much, and passed over they would be lost in silence.
const IN_GRAMS: [&str; 2] = ["库存增减（克或件）", "Stock change (g or pieces)"];

/// Which column stands where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    columns: Vec<Option<Column>>,
}

impl Head {
    /// Reads the first row. Columns that are not known are passed over.
    ///
    /// # Errors
    /// [`Problem::SheetColumns`] when it does not say which goods the rows are about, names a column twice, or is of a time when
    /// stock was in grams.
    pub fn read(cells: &[String]) -> Result<Self, Problem> {
        let columns: Vec<Option<Column>> = cells.iter().map(|cell| Column::of_head(cell)).collect();
        let has = |column: Column| columns.contains(&Some(column));
        let is_twice = |column: &Column| columns.iter().filter(|found| **found == Some(*column)).count() > 1;
        let names_goods = has(Column::Product) || has(Column::Code) || has(Column::Name);
        let is_more = columns.iter().flatten().count() > 1;
        let is_in_grams = |cell: &String| IN_GRAMS.iter().any(|head| plain(head) == plain(cell));
        let is_old = cells.iter().any(is_in_grams);
        if !names_goods || !is_more || is_old || Column::ALL.iter().any(is_twice) {
            return Err(Problem::SheetColumns);
        }
        Ok(Self { columns })
    }

    /// A head with every column in the usual order.
    #[must_use]
    pub fn whole() -> Self {
        Self { columns: Column::ALL.iter().copied().map(Some).collect() }
    }

    /// The column that stands at a place, from 0.
    #[must_use]
    pub fn column(&self, at: usize) -> Option<Column> {
        self.columns.get(at).copied().flatten()
    }

    /// A row of the sheet, numbered as the spreadsheet numbers it; `None` for a blank one.
    #[must_use]
    pub fn row(&self, row: u32, cells: &[String]) -> Option<SheetRow> {
        let known = cells.iter().enumerate().filter_map(|(at, text)| {
            let column = self.column(at)?;
            Some((column, column.tidied(text)))
        });
        let cells: BTreeMap<Column, String> = known.filter(|(_, text)| !text.is_empty()).collect();
        (!cells.is_empty()).then_some(SheetRow { row, cells, formulas: Vec::new() })
    }
}

/// One row: what stands in its cells that are not blank.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SheetRow {
    /// As the spreadsheet numbers it: the first row under the head is 2.
    pub row: u32,
    pub cells: BTreeMap<Column, String>,
    /// Cells that hold a formula: what it comes to is not looked at.
    pub formulas: Vec<Column>,
}

impl SheetRow {
    /// What stands in a cell; empty when nothing does.
    #[must_use]
    pub fn get(&self, column: Column) -> &str {
        self.cells.get(&column).map_or("", String::as_str)
    }

    /// Whether something stands in a cell.
    #[must_use]
    pub fn has(&self, column: Column) -> bool {
        self.cells.contains_key(&column)
    }
}
