//! What is wrong with a field.

use domain::failure::Problem;
use domain::locale::Locale;

use super::say;

/// What is wrong with one field.
#[must_use]
pub fn problem_text(locale: Locale, problem: &Problem) -> String {
    let fixed = |zh, en| locale.pick(zh, en).to_owned();
    match problem {
        Problem::Missing => fixed("请填写", "Please fill this in"),
        Problem::TooLong { max } => {
            say(locale, format!("最多 {max} 个字"), format!("At most {max} characters"))
        }
        Problem::TooShort { min } => {
            say(locale, format!("至少 {min} 个字"), format!("At least {min} characters"))
        }
        Problem::NotANumber => fixed("请填写整数", "Enter a whole number"),
        #[cfg(not(feature = "shop"))]
        Problem::WrongGrouping => fixed(
            "逗号和空格只能用来分千位，例如 10,000；小数用点，例如 1.5",
            "A comma or a blank only parts thousands, as in 10,000; decimals have a point, as in 1.5",
        ),
        Problem::OutOfRange { min, max } => say(
            locale,
            format!("请填写 {min} 到 {max} 之间的数"),
            format!("Enter a number from {min} to {max}"),
        ),
        Problem::WrongStep { min, step } => {
            say(locale, format!("{min} 起订，每次增减 {step}"), format!("At least {min}, in steps of {step}"))
        }
        Problem::NotMoney => fixed("请填写金额，例如 12.50", "Enter an amount such as 12.50"),
        #[cfg(not(feature = "shop"))]
        Problem::AmountOutOfRange { least_fen, most_fen } => {
            let (least, most) = (super::yuan(*least_fen), super::yuan(*most_fen));
            say(
                locale,
                format!("请填写 {least} 到 {most} 之间的金额"),
                format!("Enter an amount from {least} to {most}"),
            )
        }
        Problem::NotADate => fixed("请填写日期，例如 2026-03-28", "Enter a date such as 2026-03-28"),
        #[cfg(not(feature = "shop"))]
        Problem::NotADay => fixed(
            "请填写月日，例如 3-20；只卖一季就两头都写年份，例如 2026-03-20",
            "Enter month and day such as 3-20, or both with a year such as 2026-03-20 for one season only",
        ),
        Problem::WrongOrder => fixed("日期先后不对", "The dates are in the wrong order"),
        #[cfg(not(feature = "shop"))]
        Problem::TooManyDays { max } => say(
            locale,
            format!("一次最多看 {max} 天，请缩短日期"),
            format!("{max} days at most: choose days closer together"),
        ),
        Problem::NotAPhone => fixed("请填写 11 位手机号", "Enter an 11-digit mobile number"),
        Problem::NotAnEmail => fixed("邮箱格式不对", "This is not an e-mail address"),
        Problem::NotPhoneOrEmail => fixed("请填写手机号或邮箱", "Enter a mobile number or an e-mail address"),
        #[cfg(not(feature = "shop"))]
        Problem::UnknownRegion { name } => say(
            locale,
            format!("没认出“{name}”，请写省、市或区县的名字，用顿号隔开"),
            format!("“{name}” is not known: name provinces, cities or districts, parted by commas"),
        ),
        #[cfg(not(feature = "shop"))]
        Problem::UnknownName { name, fits } if fits.is_empty() => say(
            locale,
            format!("没有“{name}”，这里也没有可填的"),
            format!("There is no “{name}”, nor anything else to put in here"),
        ),
        #[cfg(not(feature = "shop"))]
        Problem::UnknownName { name, fits } => say(
            locale,
            format!("没有“{name}”，可填：{}", names_text(Locale::Zh, fits)),
            format!("There is no “{name}”; put in one of: {}", names_text(Locale::En, fits)),
        ),
        #[cfg(not(feature = "shop"))]
        Problem::AmbiguousName { name, fits } => say(
            locale,
            format!("不止一个叫“{name}”，请写成其中一个：{}", names_text(Locale::Zh, fits)),
            format!("More than one is called “{name}”; write one of: {}", names_text(Locale::En, fits)),
        ),
        #[cfg(not(feature = "shop"))]
        Problem::NotASize => fixed(
            "请写 长×宽×高，例如 30×20×10（厘米）或 300×200×100 mm",
            "Write length × width × height, such as 30×20×10 (cm) or 300×200×100 mm",
        ),
        #[cfg(not(feature = "shop"))]
        Problem::SizesMissing { count } => say(
            locale,
            format!("有 {count} 个在售规格没填包装尺寸，先到商品里填好"),
            format!("{count} variants in the shop have no size; fill it in with the products first"),
        ),
        #[cfg(not(feature = "shop"))]
        Problem::BoxTooSmall => fixed("礼盒里至少放两件", "A gift box holds two pieces or more"),
        #[cfg(not(feature = "shop"))]
        Problem::BoxHasOneVariant => fixed("礼盒只有一个规格", "A gift box has one variant only"),
        #[cfg(not(feature = "shop"))]
        Problem::TooManyParts { max } => say(
            locale,
            format!("礼盒里最多放 {max} 种"),
            format!("A gift box holds {max} different things at most"),
        ),
        #[cfg(not(feature = "shop"))]
        Problem::PriceBelowParts => {
            fixed("价格太低，分到里面每一件不足一分钱", "Too low: a piece in it would earn less than a fen")
        }
        #[cfg(not(feature = "shop"))]
        Problem::PriceFromParts => fixed(
            "这个礼盒按内含商品合计定价；要单独定价，先在“礼盒内容”里改",
            "This box costs what its parts cost; give it a price of its own in its contents first",
        ),
        #[cfg(not(feature = "shop"))]
        Problem::NoDeliveryAnywhere => {
            fixed("哪里都不送：至少留一个能送的地区", "It delivers nowhere; leave at least one region")
        }
        #[cfg(not(feature = "shop"))]
        Problem::Retired => fixed("已停用，请换一个", "No longer in use; choose another one"),
        Problem::NotARegion => fixed("请选择省、市、区县", "Choose province, city and district"),
        Problem::PasswordCommon => fixed("这个密码太常见，容易被猜到", "This password is too common"),
        Problem::PasswordLikeLogin => fixed("密码不能与账号相似", "The password must differ from the login"),
        Problem::PasswordUnchanged => {
            fixed("请换一个新的，不要用管理员给的密码", "Choose a new one, not the one that you were given")
        }
        Problem::WrongCredentials => fixed("账号或密码不对", "Login and password do not belong together"),
        Problem::WrongPassword => fixed("密码不对", "This is not your password"),
        Problem::WrongCode => fixed(
            "验证码不对、已过期或已用过；请等下一个再试",
            "The code is wrong, too old or used already; wait for the next one",
        ),
        Problem::TaxNumberLength => fixed("税号应为 15 到 20 位", "A tax number has 15 to 20 characters"),
        Problem::TaxNumberCharacter => {
            fixed("税号里有不该出现的字符", "The tax number has a wrong character")
        }
        Problem::TaxNumberCheckDigit => fixed(
            "税号校验不通过，请核对每一位",
            "The tax number's check digit does not fit; compare it digit by digit",
        ),
        #[cfg(not(feature = "shop"))]
        Problem::ScNumberFormat => fixed("应为 SC 加 14 位数字", "SC followed by 14 digits is expected"),
        #[cfg(not(feature = "shop"))]
        Problem::ScNumberCheckDigit => fixed(
            "SC 编号校验不通过，请核对每一位",
            "The SC number's check digit does not fit; compare it digit by digit",
        ),
        #[cfg(not(feature = "shop"))]
        Problem::HealthClaim { word } => say(
            locale,
            format!("普通食品不能宣称功效，请去掉“{word}”"),
            format!("Ordinary food may not be said to heal: take out “{word}”"),
        ),
        Problem::Expired => fixed("已过保质期", "Past its shelf life"),
        #[cfg(not(feature = "shop"))]
        Problem::BeyondShelfLife { last } => say(
            locale,
            format!("最晚到 {last}：生产日期加上商品填的保质期"),
            format!("{last} at the latest: the day of production and the product's shelf life"),
        ),
        #[cfg(not(feature = "shop"))]
        Problem::ExpiredStays => fixed(
            "这一批已过保质期，改日期也不能再卖：请报损；日期当初登记错了的，按实物另登记一批",
            "This batch is past its last day, and another date does not bring it back: write it off. If its days were typed \
             wrong when it came in, take the goods in as a new batch",
        ),
        #[cfg(not(feature = "shop"))]
        Problem::OneOfTwo => fixed("两项里填一项", "Fill in one of the two"),
        #[cfg(not(feature = "shop"))]
        Problem::SeveralVillages => fixed(
            "这一批来自几个村：到“批次与库存”改库存，填各村这次交来的重量，或另登记一批；点数多出来的用“盘点”",
            "Several villages are in this batch: say under “Batches and stock” what each of them gave this time, or take in a \
             new batch. What was found when counting goes into the count",
        ),
        #[cfg(not(feature = "shop"))]
        Problem::WeightsDisagree { given_g, came_in_g } => {
            let given = super::amounts::kilograms_text(*given_g);
            let came_in = super::amounts::kilograms_text(*came_in_g);
            say(
                locale,
                format!("各村合计交来 {given} 千克，增加的却是 {came_in} 千克：看看是不是有一项按克填了"),
                format!(
                    "The villages gave {given} kg and {came_in} kg came in of it: was one of the two typed in grams?"
                ),
            )
        }
        Problem::Taken => fixed("已被使用", "Already in use"),
        Problem::UnknownCode => fixed("没有这个编号", "There is no such code"),
        #[cfg(not(feature = "shop"))]
        Problem::InUse { products } => say(
            locale,
            format!("还有 {products} 件商品在用，先在商品里改掉"),
            format!("Products have it ({products}): change these first"),
        ),
        #[cfg(not(feature = "shop"))]
        Problem::UnitInUse => fixed(
            "已有批次按这个单位记库存，不能再改",
            "Batches are counted in it already: it cannot be changed any more",
        ),
        Problem::DuplicateOfRow { row } => {
            say(locale, format!("与第 {row} 行重复"), format!("The same as row {row}"))
        }
        Problem::OnlyLeft { left } => say(locale, format!("只剩 {left} 件"), format!("Only {left} left")),
        #[cfg(not(feature = "shop"))]
        Problem::OnlyLeftG { left_g } => {
            let left = super::amounts::kilograms_text(*left_g);
            say(locale, format!("只剩 {left} 千克"), format!("Only {left} kg left"))
        }
        Problem::NotForSale => fixed("已停售", "No longer for sale"),
        Problem::OutOfSeason { opens_on } => season_text(locale, *opens_on),
        #[cfg(not(feature = "shop"))]
        Problem::WordsOnly => fixed(
            "只写文字和电话，不要写网址、邮箱和特殊符号",
            "Words and telephone numbers only: no web or e-mail addresses, nothing hidden",
        ),
        #[cfg(not(feature = "shop"))]
        Problem::NotReviewed => fixed(
            "要先由队长审核：提交审核，在售的先下架再改",
            "The captain sees this first: submit it, or take it out of the shop to change it",
        ),
        Problem::PhotoMissing => fixed("至少要有一张照片", "At least one photo is needed"),
        Problem::PhotoHeic => fixed(
            "这是 HEIC 照片。请在相机设置里改为“兼容性最佳”，或截屏后再上传",
            "This is a HEIC photo. Set the camera to “most compatible”, or upload a screenshot of it",
        ),
        Problem::PhotoUnsupported => {
            fixed("只支持 JPEG、PNG 和 WebP 照片", "Only JPEG, PNG and WebP photos are accepted")
        }
        Problem::PhotoBroken => {
            fixed("照片文件已损坏，请换一张", "The photo's file is damaged; choose another one")
        }
        Problem::PhotoTooLarge => fixed("照片太大，每张最多 12 MB", "The photo is too large; 12 MB at most"),
        Problem::PhotoTooSmall => fixed("照片太小，看不清楚", "The photo is too small to be seen well"),
        Problem::SheetUnreadable => {
            fixed("表格打不开，请存为 XLSX 或 CSV 再上传", "The sheet cannot be read; save it as XLSX or CSV")
        }
        Problem::SheetEncoding => fixed(
            "文字编码不是 UTF-8：请在表格软件里另存为 XLSX，或“CSV UTF-8”",
            "The text is not in UTF-8: save it as XLSX or as “CSV UTF-8”",
        ),
        #[cfg(not(feature = "shop"))]
        Problem::SheetColumns => fixed(
            "第一行认不出列名：请用下载的表格或模板",
            "The first row does not name the columns: use a downloaded sheet or the template",
        ),
        Problem::TooManyRows { max } => {
            say(locale, format!("最多 {max} 行，请分成几份"), format!("{max} rows at most; split the sheet"))
        }
        #[cfg(not(feature = "shop"))]
        Problem::Formula => fixed("是公式，请填计算好的值", "A formula: put in the value it comes to"),
        #[cfg(not(feature = "shop"))]
        Problem::TooLight { least_g } => {
            let least = super::amounts::kilograms_text(*least_g);
            say(
                locale,
                format!("不到约定的 {least} 公斤：换一只，或者把这件的钱退给顾客"),
                format!("Less than the {least} kg agreed: pack another, or give this one's money back"),
            )
        }
        #[cfg(not(feature = "shop"))]
        Problem::TooHeavy { most_g } => {
            let most = super::amounts::kilograms_text(*most_g);
            say(
                locale,
                format!("比约定最重的 {most} 公斤多出一倍：看看是不是填错了单位"),
                format!("More than twice the {most} kg agreed: is it in kilograms?"),
            )
        }
        #[cfg(not(feature = "shop"))]
        Problem::PieceCount { wanted, given } => say(
            locale,
            format!("要称 {wanted} 件，填了 {given} 个重量"),
            format!("{wanted} pieces are to be weighed, and there are {given} weights"),
        ),
        #[cfg(not(feature = "shop"))]
        Problem::PiecesOnly => {
            fixed("只有按件计数的商品能按重量计价", "Only goods counted in pieces can be sold by weight")
        }
        #[cfg(not(feature = "shop"))]
        Problem::NoBatch => {
            fixed("没有可增减的批次，请先登记批次", "There is no batch to correct; take one in first")
        }
        #[cfg(not(feature = "shop"))]
        Problem::ChangedMeanwhile => fixed(
            "盘点时这一批有进出，账上数已更新，请再数一次",
            "Goods of this batch left or came in meanwhile: look at it again",
        ),
        #[cfg(not(feature = "shop"))]
        Problem::LiesElsewhere { place } => say(
            locale,
            format!("这一批现在在“{place}”：清空这一行，或先记移库"),
            format!("This batch lies at “{place}” now: clear the line, or note that it was moved"),
        ),
        #[cfg(not(feature = "shop"))]
        Problem::OrdersWait => fixed(
            "比已下单未发的还少：先处理等着发的订单，货坏了的在包裹里换别的批次",
            "Less than orders wait for: settle those orders first, or give them goods of another batch on the parcel's page",
        ),
        Problem::Unreadable => fixed("看不懂这一行", "This line cannot be read"),
        Problem::Unknown => fixed("请选择列表中的一项", "Choose one of the list"),
        // Only the consoles' forms are told the others: a shopper's phone does not load their words.
        #[cfg(feature = "shop")]
        _ => fixed("请检查这一项", "Please check this"),
    }
}

/// Names that fit, in a row.
#[cfg(not(feature = "shop"))]
fn names_text(locale: Locale, fits: &[(String, String)]) -> String {
    let names: Vec<&str> = fits
        .iter()
        .map(|(zh, en)| match locale {
            Locale::En if !en.is_empty() => en.as_str(),
            _ => zh.as_str(),
        })
        .collect();
    names.join(locale.pick("、", ", "))
}

/// Why something out of season cannot be ordered, and when it comes back.
#[must_use]
pub fn season_text(locale: Locale, opens_on: Option<domain::time::Date>) -> String {
    match opens_on {
        Some(day) => {
            say(locale, format!("不在季节，{day} 起可以下单"), format!("Out of season; back on {day}"))
        }
        None => say(locale, "这一季已经结束".to_owned(), "Its season is over".to_owned()),
    }
}
