//! Any failure as one sentence.

use domain::locale::Locale;

use super::conflicts::conflict_text;
use super::problems::problem_text;
use super::say;
use crate::AppError;

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

/// How long to wait: seconds, then whole minutes rounded up, so that nobody comes back too early.
fn wait_text(locale: Locale, seconds: i64) -> String {
    if seconds < 60 {
        let seconds = seconds.max(1);
        return say(locale, format!("{seconds} 秒"), format!("{seconds} s"));
    }
    let minutes = seconds.div_euclid(60) + i64::from(seconds % 60 > 0);
    say(locale, format!("{minutes} 分钟"), format!("{minutes} min"))
}

/// The server did not answer, or not in a way that could be read.
#[must_use]
pub const fn unreachable_text(locale: Locale) -> &'static str {
    locale.pick("网络不通，请检查后重试", "No connection; check the network and try again")
}

/// The headline over a refused form.
#[must_use]
pub fn fields_to_mend(locale: Locale, count: usize) -> String {
    match count {
        1 => locale.pick("有 1 处需要修改", "One thing needs your attention").to_owned(),
        _ => say(locale, format!("有 {count} 处需要修改"), format!("{count} things need your attention")),
    }
}
