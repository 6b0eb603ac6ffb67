//! The words for codes: what is wrong with a field, why something cannot be done, what a state is called. Every
//! `match` is exhaustive, so a new code without words in both languages does not compile.

use domain::after_sale::Refusal;
use domain::failure::{Conflict, Problem};
use domain::food::FoodClass;
use domain::invoice::InvoiceKind;
use domain::locale::Locale;
use domain::money::Fen;
use domain::order::{OrderKind, OrderStatus};
use domain::parcel::ParcelStatus;
use domain::payment::{PaymentMethod, PaymentStatus, RefundStatus};
use domain::role::Role;
use domain::time::china_minute_text;

use crate::AppError;

/// One of two texts with a number or a name in it.
fn say(locale: Locale, zh: String, en: String) -> String {
    match locale {
        Locale::Zh => zh,
        Locale::En => en,
    }
}

/// An amount as it stands in a sentence: `¥12.30`, `¥127,756.00`.
#[must_use]
pub fn yuan(amount: Fen) -> String {
    format!("¥{}", grouped_yuan(amount))
}

/// An amount in yuan with two decimals and its thousands apart: `-127,756.00`.
#[must_use]
pub fn grouped_yuan(amount: Fen) -> String {
    let mut text = amount.to_yuan_string();
    let first_digit = usize::from(text.starts_with('-'));
    // Before the point and two decimals; every character is one byte.
    let mut at = text.len().saturating_sub(3);
    while at > first_digit + 3 {
        at -= 3;
        text.insert(at, ',');
    }
    text
}

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
        Problem::OutOfRange { min, max } => say(
            locale,
            format!("请填写 {min} 到 {max} 之间的数"),
            format!("Enter a number from {min} to {max}"),
        ),
        Problem::WrongStep { min, step } => {
            say(locale, format!("{min} 起订，每次增减 {step}"), format!("At least {min}, in steps of {step}"))
        }
        Problem::NotMoney => fixed("请填写金额，例如 12.50", "Enter an amount such as 12.50"),
        Problem::NotADate => fixed("请填写日期，例如 2026-03-28", "Enter a date such as 2026-03-28"),
        Problem::NotADay => fixed(
            "请填写月日，例如 3-20；只卖一季就两头都写年份，例如 2026-03-20",
            "Enter month and day such as 3-20, or both with a year such as 2026-03-20 for one season only",
        ),
        Problem::WrongOrder => fixed("日期先后不对", "The dates are in the wrong order"),
        Problem::NotAPhone => fixed("请填写 11 位手机号", "Enter an 11-digit mobile number"),
        Problem::NotAnEmail => fixed("邮箱格式不对", "This is not an e-mail address"),
        Problem::NotPhoneOrEmail => fixed("请填写手机号或邮箱", "Enter a mobile number or an e-mail address"),
        Problem::UnknownRegion { name } => say(
            locale,
            format!("没认出“{name}”，请写省、市或区县的名字，用顿号隔开"),
            format!("“{name}” is not known: name provinces, cities or districts, parted by commas"),
        ),
        Problem::NotASize => fixed(
            "请写 长×宽×高，例如 30×20×10（厘米）或 300×200×100 mm",
            "Write length × width × height, such as 30×20×10 (cm) or 300×200×100 mm",
        ),
        Problem::SizesMissing { count } => say(
            locale,
            format!("有 {count} 个在售规格没填包装尺寸，先到商品里填好"),
            format!("{count} variants in the shop have no size; fill it in with the products first"),
        ),
        Problem::NoDeliveryAnywhere => {
            fixed("哪里都不送：至少留一个能送的地区", "It delivers nowhere; leave at least one region")
        }
        Problem::Retired => fixed("已停用，请换一个", "No longer in use; choose another one"),
        Problem::NotARegion => fixed("请选择省、市、区县", "Choose province, city and district"),
        Problem::PasswordCommon => fixed("这个密码太常见，容易被猜到", "This password is too common"),
        Problem::PasswordLikeLogin => fixed("密码不能与账号相似", "The password must differ from the login"),
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
        Problem::ScNumberFormat => fixed("应为 SC 加 14 位数字", "SC followed by 14 digits is expected"),
        Problem::ScNumberCheckDigit => fixed(
            "SC 编号校验不通过，请核对每一位",
            "The SC number's check digit does not fit; compare it digit by digit",
        ),
        Problem::HealthClaim { word } => say(
            locale,
            format!("普通食品不能宣称功效，请去掉“{word}”"),
            format!("Ordinary food may not be said to heal: take out “{word}”"),
        ),
        Problem::Expired => fixed("已过保质期", "Past its shelf life"),
        Problem::OneOfTwo => fixed("两项里填一项", "Fill in one of the two"),
        Problem::Taken => fixed("已被使用", "Already in use"),
        Problem::UnknownCode => fixed("没有这个编号", "There is no such code"),
        Problem::UnitInUse => fixed(
            "已有批次按这个单位记库存，不能再改",
            "Batches are counted in it already: it cannot be changed any more",
        ),
        Problem::DuplicateOfRow { row } => {
            say(locale, format!("与第 {row} 行重复"), format!("The same as row {row}"))
        }
        Problem::OnlyLeft { left } => say(locale, format!("只剩 {left} 件"), format!("Only {left} left")),
        Problem::NotForSale => fixed("已停售", "No longer for sale"),
        Problem::OutOfSeason { opens_on } => season_text(locale, *opens_on),
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
        Problem::SheetColumns => fixed(
            "第一行认不出列名：请用下载的表格或模板",
            "The first row does not name the columns: use a downloaded sheet or the template",
        ),
        Problem::TooManyRows { max } => {
            say(locale, format!("最多 {max} 行，请分成几份"), format!("{max} rows at most; split the sheet"))
        }
        Problem::Formula => fixed("是公式，请填计算好的值", "A formula: put in the value it comes to"),
        Problem::TooLight { least_g } => {
            let least = kilograms_text(*least_g);
            say(
                locale,
                format!("不到约定的 {least} 公斤：换一只，或者把这件的钱退给顾客"),
                format!("Less than the {least} kg agreed: pack another, or give this one's money back"),
            )
        }
        Problem::TooHeavy { most_g } => {
            let most = kilograms_text(*most_g);
            say(
                locale,
                format!("比约定最重的 {most} 公斤多出一倍：看看是不是填错了单位"),
                format!("More than twice the {most} kg agreed: is it in kilograms?"),
            )
        }
        Problem::PieceCount { wanted, given } => say(
            locale,
            format!("要称 {wanted} 件，填了 {given} 个重量"),
            format!("{wanted} pieces are to be weighed, and there are {given} weights"),
        ),
        Problem::PiecesOnly => {
            fixed("只有按件计数的商品能按重量计价", "Only goods counted in pieces can be sold by weight")
        }
        Problem::NoBatch => {
            fixed("没有可增减的批次，请先登记批次", "There is no batch to correct; take one in first")
        }
        Problem::Unreadable => fixed("看不懂这一行", "This line cannot be read"),
        Problem::Unknown => fixed("请选择列表中的一项", "Choose one of the list"),
    }
}

/// Why a well-formed request cannot be done now.
#[must_use]
pub fn conflict_text(locale: Locale, conflict: &Conflict) -> String {
    let fixed = |zh, en| locale.pick(zh, en).to_owned();
    match conflict {
        Conflict::CartEmpty => fixed("购物车是空的", "The cart is empty"),
        Conflict::OutOfStock { name, left } if *left <= 0 => {
            say(locale, format!("“{name}”刚刚售罄"), format!("“{name}” has just sold out"))
        }
        Conflict::OutOfStock { name, left } => {
            say(locale, format!("“{name}”只剩 {left} 件"), format!("Only {left} of “{name}” are left"))
        }
        Conflict::NotForSale { name } => {
            say(locale, format!("“{name}”已停售"), format!("“{name}” is no longer for sale"))
        }
        Conflict::OutOfSeason { name, opens_on } => {
            let (when, open, close) = (season_text(locale, *opens_on), '“', '”');
            say(locale, format!("{open}{name}{close}：{when}"), format!("{open}{name}{close}: {when}"))
        }
        Conflict::NotDeliverable { name } => say(
            locale,
            format!("“{name}”不能送到这个地区"),
            format!("“{name}” cannot be delivered to this region"),
        ),
        Conflict::PriceChanged { total_fen } => say(
            locale,
            format!("价格有变动，现在应付 {}，请确认后再提交", yuan(*total_fen)),
            format!("A price has changed; the total is now {}. Please confirm", yuan(*total_fen)),
        ),
        Conflict::TooManyUnpaid { max } => say(
            locale,
            format!("您有 {max} 笔订单还没付款，请先付款或取消"),
            format!("You have {max} unpaid orders; pay or cancel one first"),
        ),
        Conflict::TooManyUnpaidHere { wait_seconds } => {
            let minutes = wait_seconds.div_euclid(60) + 1;
            say(
                locale,
                format!("您所在的网络有太多订单还没付款，请先付款，或 {minutes} 分钟后再下单"),
                format!(
                    "Too many orders from your network are unpaid; pay one first, or order again in {minutes} min"
                ),
            )
        }
        Conflict::HoldExpired => {
            fixed("保留时间已过，库存已放回", "The hold has ended and the goods were put back")
        }
        Conflict::StateChanged => {
            fixed("情况已有变化，请看最新状态", "Things have moved on; look at the present state")
        }
        Conflict::SignInOver => {
            fixed("登录等得太久了，请重新输入密码", "This sign-in took too long; enter your password again")
        }
        Conflict::SetupOver => {
            fixed("设置等得太久了，请重新开始", "Setting up took too long; please begin again")
        }
        Conflict::StillUsed { count } => say(
            locale,
            format!("还有 {count} 个在售商品在用，先到商品里换成别的"),
            format!("{count} products in the shop still use it; choose another one for them first"),
        ),
        Conflict::VersionChanged => {
            fixed("别人刚刚改过，请核对后再保存", "Someone else has just saved; compare and save again")
        }
        Conflict::KeyReused => {
            fixed("这份表单已提交过，请刷新页面再试", "This form was sent before; reload the page")
        }
        Conflict::AlreadyPaid => fixed("这笔订单已付款", "This order is paid already"),
        Conflict::RefundExceedsPayment => {
            fixed("退款不能超过实付金额", "A refund cannot exceed what was paid")
        }
        Conflict::PaymentDeclined => {
            fixed("付款没有成功，请换一种方式", "The payment was declined; try another way")
        }
        Conflict::WrongAmount { expected_fen } => say(
            locale,
            format!("金额应为 {}", yuan(*expected_fen)),
            format!("The amount should be {}", yuan(*expected_fen)),
        ),
        Conflict::Recalled { code } => say(
            locale,
            format!("批次 {code} 已召回，不能发货"),
            format!("Batch {code} is recalled and must not leave"),
        ),
        Conflict::Unweighed { name } => say(
            locale,
            format!("“{name}”按重量计价，请先填好每件的重量再发货"),
            format!("“{name}” is sold by weight: weigh every piece before it leaves"),
        ),
        Conflict::OwnOrder => fixed("不能审批自己提交的订单", "Nobody approves an order of their own"),
        Conflict::AfterSale(refusal) => after_sale_refusal(locale, *refusal),
        Conflict::AfterSaleOpen => fixed(
            "这个包裹有退款申请在等答复，请先处理",
            "The buyer asks for money back for this parcel: answer that first",
        ),
        Conflict::ParcelInAfterSale => fixed(
            "这个包裹有售后，不能拆分或合并，请原样发出",
            "There is an after-sale about this parcel, so it is neither split nor merged: send it as it is",
        ),
        Conflict::ParcelsDiffer => fixed(
            "只能合并同一订单、同一发货地、还没发出的包裹",
            "Only parcels of one order that wait at one place go together",
        ),
        Conflict::ListNotRight => fixed(
            "清单里还有错误的行：改好后重新提交，或只应用勾选的行",
            "Some rows are not right: correct the list, or apply only the rows you tick",
        ),
        Conflict::SecondPersonNeeded => fixed(
            "同意的人不能自己复核，买家也不能处理自己的申请，请另一位来办",
            "Somebody else has to do this: not whoever agreed, and not the buyer",
        ),
        Conflict::AccountInUse => fixed(
            "还有没结束的订单、退款或在任的角色，暂时不能注销",
            "Orders, refunds or roles of this account are still open, so it cannot be deleted yet",
        ),
    }
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

/// Grams as kilograms without needless zeros: `1.62`.
#[must_use]
pub fn kilograms_text(grams: i64) -> String {
    let text = format!("{}.{:03}", grams / 1000, grams % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Why something cannot be asked for after the sale.
#[must_use]
pub fn after_sale_refusal(locale: Locale, refusal: Refusal) -> String {
    let fixed = |zh, en| locale.pick(zh, en).to_owned();
    match refusal {
        Refusal::ReasonDoesNotFit => fixed(
            "这个原因不适用这种处理方式，请换一种",
            "That reason does not go with what you ask for; choose another",
        ),
        Refusal::WrongMoment => {
            fixed("包裹现在的状态不能这样申请", "This cannot be asked for while the parcel is where it is")
        }
        Refusal::NoReturnWithoutReason => fixed(
            "鲜活易腐、定制或下单时确认过的拆封商品不适用七天无理由退货；有质量问题请选对应的原因",
            "Perishable, made-to-order and (as you confirmed) opened goods cannot be returned without a reason; if something is \
             wrong, say what",
        ),
        Refusal::TooLate { until_ms } => say(
            locale,
            format!("申请期限已过（截止 {}）", china_minute_text(until_ms)),
            format!("The time for this ended at {} (China)", china_minute_text(until_ms)),
        ),
        Refusal::PhotoNeeded => fixed("请附上至少一张照片", "Please add at least one photo"),
    }
}

/// How long to wait: seconds, then whole minutes rounded up, so that nobody comes back too early.
fn wait_text(locale: Locale, seconds: i64) -> String {
    if seconds < 60 {
        let seconds = seconds.max(1);
        return say(locale, format!("{seconds} 秒"), format!("{seconds} s"));
    }
    let minutes = seconds.div_euclid(60) + i64::from(seconds % 60 > 0);
    say(locale, format!("{minutes} 分钟"), format!("{minutes} min"))
}

/// Any failure as one sentence.
#[must_use]
pub fn error_text(locale: Locale, error: &AppError) -> String {
    let fixed = |zh, en| locale.pick(zh, en).to_owned();
    match error {
        AppError::NotFound => fixed("没有找到", "Not found"),
        AppError::Unauthenticated => fixed("请先登录", "Please sign in first"),
        AppError::Forbidden => fixed("这不在您的权限之内", "This is not yours to do"),
        AppError::SecondFactorMissing => fixed(
            "管理钱款和数据前，请先为账号设置两步验证",
            "Before you work with money and data here, set up two-step verification",
        ),
        AppError::Invalid(errors) => match errors.first() {
            Some(only) if errors.len() == 1 => problem_text(locale, &only.problem),
            _ => fields_to_mend(locale, errors.len()),
        },
        AppError::Conflict(conflict) => conflict_text(locale, conflict),
        AppError::TooManyAttempts { wait_seconds } => {
            let wait = wait_text(locale, *wait_seconds);
            say(
                locale,
                format!("尝试次数太多，请 {wait}后再试"),
                format!("Too many attempts; try again in {wait}"),
            )
        }
        AppError::PaymentUnavailable => fixed(
            "支付网络暂时没有回应，订单还在，请稍后再试",
            "The payment network does not answer; nothing is lost, try again soon",
        ),
        AppError::Busy => fixed("现在人多，请稍后再试", "The shop is busy; try again in a moment"),
        AppError::BadRequest => {
            fixed("请求无法识别，请刷新页面再试", "The request could not be read; reload the page")
        }
        AppError::Unreachable => unreachable_text(locale).to_owned(),
        AppError::Internal { request_id } if request_id.is_empty() => {
            fixed("我们这边出了错，请稍后再试", "Something went wrong on our side; try again soon")
        }
        AppError::Internal { request_id } => say(
            locale,
            format!("我们这边出了错，请稍后再试（编号 {request_id}）"),
            format!("Something went wrong on our side; try again soon (number {request_id})"),
        ),
    }
}

/// The server did not answer, or not in a way that could be read.
#[must_use]
pub const fn unreachable_text(locale: Locale) -> &'static str {
    locale.pick("网络不通，请检查后重试", "No connection; check the network and try again")
}

/// How many there are of something: `1 件商品`, `1 product`, `3 products`.
#[must_use]
pub fn counted(locale: Locale, count: i64, zh: &str, [one, many]: [&str; 2]) -> String {
    let en = if count == 1 { one } else { many };
    say(locale, format!("{count} {zh}"), format!("{count} {en}"))
}

/// The headline over a refused form.
#[must_use]
pub fn fields_to_mend(locale: Locale, count: usize) -> String {
    match count {
        1 => locale.pick("有 1 处需要修改", "One thing needs your attention").to_owned(),
        _ => say(locale, format!("有 {count} 处需要修改"), format!("{count} things need your attention")),
    }
}

/// What a state is called, and the tone of its chip (a class of `style/`).
pub type Label = (&'static str, &'static str);

/// The state of an order.
#[must_use]
pub const fn order_status(locale: Locale, status: OrderStatus) -> Label {
    match status {
        OrderStatus::AwaitingApproval => (locale.pick("待审批", "Awaiting approval"), "t-wait"),
        OrderStatus::Returned => (locale.pick("已退回", "Returned to the buyer"), "t-bad"),
        OrderStatus::AwaitingPayment => (locale.pick("待付款", "Awaiting payment"), "t-wait"),
        OrderStatus::Paid => (locale.pick("已付款", "Paid"), "t-go"),
        OrderStatus::Cancelled => (locale.pick("已取消", "Cancelled"), "t-neutral"),
        OrderStatus::Expired => (locale.pick("超时关闭", "Expired"), "t-bad"),
        OrderStatus::Refunded => (locale.pick("已退款", "Refunded"), "t-bad"),
        OrderStatus::Completed => (locale.pick("已完成", "Completed"), "t-go"),
    }
}

/// The state of a parcel.
#[must_use]
pub const fn parcel_status(locale: Locale, status: ParcelStatus) -> Label {
    match status {
        ParcelStatus::AwaitingPayment => (locale.pick("待付款", "Awaiting payment"), "t-neutral"),
        ParcelStatus::ToPack => (locale.pick("待发货", "To be packed"), "t-wait"),
        ParcelStatus::Shipped => (locale.pick("已发货", "Shipped"), "t-go"),
        ParcelStatus::Received => (locale.pick("已签收", "Received"), "t-go"),
        ParcelStatus::Cancelled => (locale.pick("已取消", "Cancelled"), "t-neutral"),
    }
}

/// The state of a payment.
#[must_use]
pub const fn payment_status(locale: Locale, status: PaymentStatus) -> Label {
    match status {
        PaymentStatus::Open => (locale.pick("待付款", "Open"), "t-wait"),
        PaymentStatus::Processing => (locale.pick("处理中", "Processing"), "t-wait"),
        PaymentStatus::Captured => (locale.pick("已到账", "Captured"), "t-go"),
        PaymentStatus::Failed => (locale.pick("付款失败", "Failed"), "t-bad"),
        PaymentStatus::Expired => (locale.pick("已过期", "Expired"), "t-bad"),
    }
}

/// The state of a refund.
#[must_use]
pub const fn refund_status(locale: Locale, status: RefundStatus) -> Label {
    match status {
        RefundStatus::Requested => (locale.pick("退款中", "Refund on its way"), "t-wait"),
        RefundStatus::Succeeded => (locale.pick("已退款", "Refunded"), "t-go"),
        RefundStatus::Failed => (locale.pick("退款未成功", "Refund failed"), "t-bad"),
    }
}

/// How an order is paid.
#[must_use]
pub const fn payment_method(locale: Locale, method: PaymentMethod) -> &'static str {
    match method {
        PaymentMethod::Online => locale.pick("在线支付", "Online payment"),
        PaymentMethod::BankTransfer => locale.pick("银行转账", "Bank transfer"),
    }
}

/// Who ordered.
#[must_use]
pub const fn order_kind(locale: Locale, kind: OrderKind) -> &'static str {
    match kind {
        OrderKind::Retail => locale.pick("个人订单", "Personal order"),
        OrderKind::Unit => locale.pick("单位订单", "Unit order"),
    }
}

/// What a role is called, without what it is held of.
#[must_use]
pub const fn role(locale: Locale, role: Role) -> &'static str {
    match role {
        Role::SellerOf(_) => locale.pick("带货干部", "Cadre seller"),
        Role::CaptainOf(_) => locale.pick("队长", "Team captain"),
        Role::TreasurerOf(_) => locale.pick("村集体会计", "Collective treasurer"),
        Role::UnitBuyer(_) => locale.pick("单位采购员", "Unit buyer"),
        Role::UnitApprover(_) => locale.pick("单位审批人", "Unit approver"),
        Role::UnitFinance(_) => locale.pick("单位财务", "Unit finance"),
        Role::TownAdmin(_) => locale.pick("镇服务团管理员", "Town corps administrator"),
        Role::CountyAdmin(_) => locale.pick("县服务团管理员", "County corps administrator"),
        Role::Operator => locale.pick("运维", "Operator"),
    }
}

/// A food class; the words stand beside the class itself.
#[must_use]
pub const fn food_class(locale: Locale, class: FoodClass) -> &'static str {
    class.text(locale)
}

/// A kind of invoice.
#[must_use]
pub const fn invoice_kind(locale: Locale, kind: InvoiceKind) -> &'static str {
    match kind {
        InvoiceKind::Ordinary => locale.pick("增值税普通发票", "Ordinary VAT invoice"),
        InvoiceKind::Special => locale.pick("增值税专用发票", "Special VAT invoice"),
    }
}
