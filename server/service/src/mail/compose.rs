//! From a letter's name to its words, in the language of whoever gets it.

use domain::bundle::together;
use domain::device::{Browser, Device, System};
use domain::ids::{OrderId, OutboxId, ParcelId, RefundId, UserId};
use domain::locale::Locale;
use domain::money::Fen;
use domain::order::OrderKind;
use domain::time::{MINUTE_MS, china_minute_text};
use store::orders::{LineRow, OrderRow};
use store::{mail as rows, people};

use super::words::Draft;
use super::{Letter, address_of_buyer, language};
use crate::ports::Mail;
use crate::{Result, Services, hash_token};

/// How long a link to choose a new password works, in minutes: what ASVS 5.0 asks for (6.5.5). It begins when the letter is
/// handed over, not when it was asked for.
pub(crate) const RESET_MINUTES: i64 = 10;
/// How long a link that proves an address works, in minutes: one day. It opens no account.
pub(crate) const CONFIRM_MINUTES: i64 = 24 * 60;

/// The letter, ready to be sent; `None` when there is nobody to send it to (any more).
pub(super) async fn compose(services: &Services, letter: &Letter, id: OutboxId) -> Result<Option<Mail>> {
    let addressed = match letter {
        Letter::ResetPassword { user } => reset_password(services, *user).await?,
        Letter::ConfirmEmail { user } => confirm_email(services, *user).await?,
        Letter::PasswordChanged { user, by } => {
            to_owner(services, *user).await?.map(|(to, locale)| (to, locale, password_changed(locale, by)))
        }
        Letter::NewSignIn { user, at_ms, device, network } => {
            let owner = to_owner(services, *user).await?;
            owner.map(|(to, locale)| (to, locale, new_sign_in(locale, *at_ms, device, network)))
        }
        Letter::PasskeyAdded { user, at_ms } => {
            to_owner(services, *user).await?.map(|(to, locale)| (to, locale, passkey_added(locale, *at_ms)))
        }
        Letter::EmailChanged { to, locale } => {
            Some((to.clone(), language(locale), email_changed(language(locale))))
        }
        Letter::AccountDeleted { to, locale } => {
            Some((to.clone(), language(locale), account_deleted(language(locale))))
        }
        Letter::OrderPlaced { order } => of_order(services, *order, Happening::Placed).await?,
        Letter::OrderPaid { order } => of_order(services, *order, Happening::Paid).await?,
        Letter::ParcelShipped { order, parcel } => {
            of_order(services, *order, Happening::Shipped(*parcel)).await?
        }
        Letter::BatchRecalled { order, recall } => super::recall::compose(services, *order, *recall).await?,
        Letter::RecallNoted { user, recall } => super::recall::noted(services, *user, *recall).await?,
        Letter::RecallRefundsDeclined { user, recall } => {
            super::recall::refunds_declined(services, *user, *recall).await?
        }
        Letter::RefundSent { order, refund } => {
            of_order(services, *order, Happening::Refunded(*refund)).await?
        }
        Letter::Told { user, team, kind, count } => {
            super::notification::told(services, *user, *team, *kind, *count).await?
        }
        Letter::Digest { user, since_ms, until_ms } => {
            super::notification::of_the_day(services, *user, *since_ms, *until_ms).await?
        }
        Letter::AfterSale { after_sale, note, user } => {
            super::after_sale::compose(services, *after_sale, *note, *user).await?
        }
    };
    Ok(addressed.map(|(to, locale, draft)| {
        draft.lay_out(locale, id.to_string(), letter.kind(), to, &services.public_url)
    }))
}

/// Address, language, letter.
pub(super) type Addressed = Option<(String, Locale, Draft)>;

/// A page of the shop, in the reader's language.
pub(super) fn url(services: &Services, locale: Locale, path: &str) -> String {
    format!("{}{}", services.public_url, locale.path(path))
}

/// Where the owner of an account that is in use gets letters, and in which language.
pub(super) async fn to_owner(services: &Services, user: UserId) -> Result<Option<(String, Locale)>> {
    let mut conn = services.db.read().await?;
    let Some(row) = people::find_user(&mut conn, user).await?.filter(|row| row.disabled_at_ms.is_none())
    else {
        return Ok(None);
    };
    let email = rows::find_email(&mut conn, user).await?;
    Ok(email.map(|email| (email.value, language(&row.locale))))
}

async fn new_link(
    services: &Services,
    user: UserId,
    purpose: &'static str,
    address: &str,
    minutes: i64,
) -> Result<String> {
    let (token, now_ms) = (services.new_token(), services.now_ms());
    let until_ms = now_ms + minutes * MINUTE_MS;
    let mut tx = services.db.write().await?;
    rows::insert_link(&mut tx, &hash_token(&token), user, purpose, address, now_ms, until_ms).await?;
    tx.commit().await?;
    Ok(token)
}

async fn reset_password(services: &Services, user: UserId) -> Result<Addressed> {
    let Some((to, locale)) = to_owner(services, user).await? else { return Ok(None) };
    let token = new_link(services, user, "reset", &to, RESET_MINUTES).await?;
    let link = url(services, locale, &format!("/reset-password?token={token}"));
    let draft = match locale {
        Locale::Zh => Draft::new("重设乡集密码")
            .say("有人（希望是您）要求重设您的乡集密码。")
            .link("设置新密码", link)
            .note(format!("链接 {RESET_MINUTES} 分钟内有效，只能用一次。"))
            .note("如果不是您本人操作，请忽略这封邮件：没有链接，谁也改不了您的密码。"),
        Locale::En => Draft::new("Choose a new Xiangji password")
            .say("Someone, hopefully you, asked for a new password for your Xiangji account.")
            .link("Choose a new password", link)
            .note(format!("The link works for {RESET_MINUTES} minutes, once."))
            .note(
                "If this was not you, ignore this letter: without the link nobody can change your password.",
            ),
    };
    Ok(Some((to, locale, draft)))
}

async fn confirm_email(services: &Services, user: UserId) -> Result<Addressed> {
    let (row, pending, own) = {
        let mut conn = services.db.read().await?;
        let row = people::find_user(&mut conn, user).await?.filter(|row| row.disabled_at_ms.is_none());
        let pending = rows::find_pending_email(&mut conn, user).await?;
        (row, pending, rows::find_email(&mut conn, user).await?)
    };
    let (Some(row), Some(to)) = (row, pending.or(own.map(|own| own.value))) else { return Ok(None) };
    let locale = language(&row.locale);
    let token = new_link(services, user, "email", &to, CONFIRM_MINUTES).await?;
    let link = url(services, locale, &format!("/confirm-email?token={token}"));
    let draft = match locale {
        Locale::Zh => Draft::new("请确认您的邮箱")
            .say("请确认这个邮箱是您的：确认后可以用它登录、找回密码、接收订单通知。")
            .link("确认邮箱", link)
            .note("链接 24 小时内有效。如果您没有在乡集登记过这个邮箱，请忽略这封邮件。"),
        Locale::En => Draft::new("Please confirm your e-mail address")
            .say(
                "Please confirm that this address is yours: with it you can sign in, recover your password and \
                 hear of your orders.",
            )
            .link("Confirm the address", link)
            .note(
                "The link works for 24 hours. If you did not give this address to Xiangji, ignore this letter.",
            ),
    };
    Ok(Some((to, locale, draft)))
}

fn password_changed(locale: Locale, by: &str) -> Draft {
    let how = match by {
        "link" => locale.pick("通过邮件里的链接", "by the link we had mailed"),
        "sign_in" => locale.pick("在登录时", "while signing in"),
        "terminal" => locale.pick("由平台管理员按您的请求", "by the shop's operator on your request"),
        _ => locale.pick("在账号页面上", "on the account's page"),
    };
    match locale {
        Locale::Zh => Draft::new("您的乡集密码已修改")
            .say(format!("您的密码刚刚{how}修改，其他设备都已退出登录。"))
            .note("如果不是您本人操作，请马上在登录页点“忘记密码”重设，并联系我们。"),
        Locale::En => Draft::new("Your Xiangji password was changed")
            .say(format!("Your password was just changed {how}; other devices were signed out."))
            .note(
                "If this was not you, choose “Forgot your password?” on the sign-in page at once and tell us.",
            ),
    }
}

fn passkey_added(locale: Locale, at_ms: i64) -> Draft {
    let draft = match locale {
        Locale::Zh => Draft::new("您的乡集账号添加了通行密钥")
            .say("从现在起，可以用一个新的通行密钥登录您的账号，不需要密码。"),
        Locale::En => Draft::new("A passkey was added to your Xiangji account")
            .say("From now on a new passkey can sign in to your account, without the password."),
    };
    draft.fact(locale.pick("时间", "Time (China)"), china_minute_text(at_ms)).note(locale.pick(
        "如果不是您本人操作，请马上在账号页面删除它、修改密码，并让其他设备退出。",
        "If this was not you, remove it on the account's page at once, change your password and sign the other devices out.",
    ))
}

fn email_changed(locale: Locale) -> Draft {
    match locale {
        Locale::Zh => Draft::new("您的乡集账号换了邮箱")
            .say("您的账号已改用另一个邮箱，这个邮箱不能再登录，也不再收到通知。")
            .note("如果不是您本人操作，请马上联系我们。"),
        Locale::En => Draft::new("Your Xiangji account has another e-mail address")
            .say("Your account now uses another address. This one can no longer sign in and gets no more letters.")
            .note("If this was not you, tell us at once."),
    }
}

fn new_sign_in(locale: Locale, at_ms: i64, device: &str, network: &str) -> Draft {
    let draft = match locale {
        Locale::Zh => Draft::new("新设备登录了您的乡集账号").say("您的账号在一台没有见过的设备上登录。"),
        Locale::En => Draft::new("A new device signed in to Xiangji")
            .say("A device not seen before signed in to your account."),
    };
    let named = [
        (locale.pick("时间", "Time (China)"), china_minute_text(at_ms)),
        (locale.pick("设备", "Device"), device_words(device)),
        (locale.pick("网络", "Network"), network.to_owned()),
    ];
    let draft = named
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .fold(draft, |draft, (name, value)| draft.fact(name, value));
    draft.note(locale.pick(
        "如果不是您本人，请修改密码，并在“登录的设备”里让它退出。",
        "If this was not you, change your password and end that session under “Signed-in devices”.",
    ))
}

/// Browser and system by their own names.
fn device_words(stored: &str) -> String {
    let Some(device) = Device::parse(stored) else { return stored.to_owned() };
    let browser = match device.browser {
        Browser::WeChat => "WeChat 微信",
        Browser::Edge => "Edge",
        Browser::Firefox => "Firefox",
        Browser::Chrome => "Chrome",
        Browser::Safari => "Safari",
        Browser::Other => "?",
    };
    let system = match device.system {
        System::Harmony => "HarmonyOS 鸿蒙",
        System::Android => "Android",
        System::Ios => "iOS",
        System::Windows => "Windows",
        System::MacOs => "macOS",
        System::Linux => "Linux",
        System::Other => "?",
    };
    format!("{browser} · {system}")
}

fn account_deleted(locale: Locale) -> Draft {
    match locale {
        Locale::Zh => Draft::new("您的乡集账号已注销")
            .say("您的账号已按您的要求注销。称呼、登录名、收件人、电话和地址已经删除。")
            .say("法律要求保存的交易记录（商品、金额、时间、收货地区）以假名保存至少三年。"),
        Locale::En => Draft::new("Your Xiangji account was deleted")
            .say(
                "Your account was deleted as you asked. Name, login names, recipients, phone numbers and addresses \
                 are erased.",
            )
            .say(
                "The trade records the law wants kept (goods, amounts, times, region) stay under a pseudonym for at \
                 least three years.",
            ),
    }
}

/// What happened to an order.
#[derive(Debug, Clone, Copy)]
enum Happening {
    Placed,
    Paid,
    Shipped(ParcelId),
    Refunded(RefundId),
}

async fn of_order(services: &Services, id: OrderId, happening: Happening) -> Result<Addressed> {
    let mut conn = services.db.read().await?;
    let order = store::orders::get_order(&mut conn, id).await?;
    let to = address_of_buyer(&mut conn, &order).await?;
    if to.is_empty() {
        return Ok(None);
    }
    let locale = language(&order.locale);
    let mut draft = order_words(locale, &order, happening);
    if let Happening::Refunded(refund) = happening {
        let refund = store::payments::get_refund(&mut conn, refund).await?;
        draft = draft.fact(locale.pick("退款金额", "Refunded"), yuan(refund.amount_fen));
    }
    let lines = store::orders::list_order_lines(&mut conn, id).await?;
    let boxes = store::bundles::list_line_bundles(&mut conn, id).await?;
    let box_of = |line: &LineRow| boxes.iter().find(|of| of.line_id == line.id).map(|of| &of.bundle);
    let is_elsewhere =
        |line: &LineRow| matches!(happening, Happening::Shipped(parcel) if parcel != line.parcel_id);
    let lines = together(lines, |line| box_of(line).map(|bundle| bundle.id));
    let mut last_box = None;
    for line in lines.iter().filter(|line| !is_elsewhere(line)) {
        let bundle = box_of(line);
        if let Some(bundle) = bundle.filter(|bundle| last_box != Some(bundle.id)) {
            let title = named(locale, &bundle.product_name, &bundle.product_name_en);
            let label = format!("{} {title}", locale.pick("礼盒", "Gift box"));
            let is_of_it = |line: &&LineRow| box_of(line).is_some_and(|of| of.id == bundle.id);
            let is_part = lines.iter().filter(is_of_it).any(is_elsewhere);
            let part = if is_part { locale.pick("（部分）", " (a part of it)") } else { "" };
            draft = draft.fact(label, format!("× {}{part}", bundle.quantity));
        }
        last_box = bundle.map(|bundle| bundle.id);
        let product = named(locale, &line.product_name, &line.product_name_en);
        let variant = named(locale, &line.variant_name, &line.variant_name_en);
        let inside = if bundle.is_some() { locale.pick("盒内 ", "in it: ") } else { "" };
        draft = draft.fact(format!("{inside}{product} {variant}"), format!("× {}", line.quantity));
    }
    if let Happening::Shipped(parcel) = happening {
        let parcel = store::parcels::get_parcel(&mut conn, parcel).await?;
        draft = draft
            .fact(locale.pick("快递公司", "Carrier"), parcel.carrier)
            .fact(locale.pick("快递单号", "Tracking number"), parcel.tracking_number);
    } else {
        draft = draft.fact(locale.pick("订单合计", "Order total"), yuan(order.total_fen));
    }
    let path = if order.user_id.is_some() {
        format!("/orders/{}", order.number)
    } else {
        format!("/find-order?number={}", order.number)
    };
    let draft = draft.link(locale.pick("查看订单", "See the order"), url(services, locale, &path));
    Ok(Some((to, locale, draft)))
}

fn order_words(locale: Locale, order: &OrderRow, happening: Happening) -> Draft {
    let number = &order.number;
    let (zh, en) = match happening {
        Happening::Placed if order.kind == OrderKind::Unit => (
            (format!("订单 {number} 已提交"), "订单已提交，等待单位审批。"),
            (
                format!("Order {number} was handed in"),
                "The order was handed in and waits for your unit's approver.",
            ),
        ),
        Happening::Placed => (
            (format!("订单 {number} 已提交"), "我们收到了您的订单，请在保留时间内付款。"),
            (
                format!("Order {number} was placed"),
                "We have your order. Please pay while the goods are held for you.",
            ),
        ),
        Happening::Paid => (
            (format!("订单 {number} 已付款"), "已收到货款，村里正在准备发货。"),
            (format!("Order {number} is paid"), "Your payment has arrived; the village is packing."),
        ),
        Happening::Shipped(_) => (
            (format!("订单 {number} 已发货"), "下列商品已经交给快递。"),
            (format!("Order {number} has left"), "These goods are with the carrier."),
        ),
        Happening::Refunded(_) => (
            (format!("订单 {number} 已退款"), "退款已按原路退回，到账时间以付款渠道为准。"),
            (
                format!("Order {number}: refund sent"),
                "The refund went back the way the money came; when it arrives depends on your bank.",
            ),
        ),
    };
    let (subject, words) = if locale == Locale::Zh { zh } else { en };
    Draft::new(subject).say(words)
}

/// The name in the reader's language; the Chinese one stands in where there is no other.
pub(super) fn named<'a>(locale: Locale, zh: &'a str, en: &'a str) -> &'a str {
    if locale == Locale::En && !en.trim().is_empty() { en } else { zh }
}

fn yuan(amount: Fen) -> String {
    format!("¥{amount}")
}
