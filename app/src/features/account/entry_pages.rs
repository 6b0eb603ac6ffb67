//! `/sign-in`, `/sign-in/new-password` and `/register`.

use leptos::prelude::*;

use super::api::{ChoosePassword, Register, SignIn};
use crate::context::{cart_count, encode, link, query, services, site, t, viewer};
use crate::form::{FormState, safe_next};
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::ui::{self, Field, form_errors, text_field};

/// Signing in; whoever is signed in goes on at once.
pub async fn sign_in_page() -> PageResult {
    if let Some(go_on) = already_in() {
        return Ok(go_on);
    }
    let state = FormState::of::<SignIn>();
    let next = next(&state);
    let title = t("登录", "Sign in");
    let register = with_next(&paths::register(), &next);
    let body = view! {
        <section class="auth">
            <h1>{title}</h1>
            {why(&next)}
            {(!query("expired").is_empty() && !state.is_refused()).then(|| {
                ui::alert("info", t("登录等得太久了，请重新输入密码", "That took too long; please enter your password again"), ())
            })}
            <form class="form" method="post" action=state.action()>
                {form_errors(&state, &[("login", t("手机号或邮箱", "Phone or e-mail")), ("password", t("密码", "Password"))])}
                {ui::hidden("next", &next)}
                {text_field(
                    &state,
                    &Field::new("login", t("手机号或邮箱", "Phone or e-mail")).autocomplete("username"),
                )}
                {text_field(
                    &state,
                    &Field::new("password", t("密码", "Password")).kind("password").autocomplete("current-password"),
                )}
                <button class="btn btn--primary btn--wide">{title}</button>
            </form>
            {by_passkey(&next)}
            <p class="auth__alt">
                <a href=link(&paths::forgot_password())>{t("忘记密码？", "Forgot your password?")}</a>
            </p>
            <p class="auth__alt">
                {t("没有账号？", "No account? ")}
                <a href=link(&register)>{t("注册", "Register")}</a>
                " · "
                <a href=link(&paths::find_order())>{t("不登录查订单", "Find an order without one")}</a>
            </p>
            {demo_accounts()}
        </section>
    };
    Ok(Screen::shop(title, body))
}

/// The way in without a password, where the program has it.
#[cfg(feature = "passkeys")]
fn by_passkey(next: &str) -> AnyView {
    super::passkeys_page::sign_in_part(next)
}

#[cfg(not(feature = "passkeys"))]
fn by_passkey(_next: &str) {}

/// In a demonstration, the accounts that may be tried.
fn demo_accounts() -> Option<AnyView> {
    if !site().is_demo {
        return None;
    }
    let accounts = service::demo::demo_accounts();
    let password = accounts.first()?.password;
    let rows: Vec<_> = accounts
        .iter()
        .map(|account| {
            view! {
                <li>
                    <span class="muted small">{t(account.role_zh, account.role_en)}</span>
                    <br/>
                    <code>{account.login}</code>
                </li>
            }
        })
        .collect();
    let view = view! {
        <details class="fold" open>
            <summary>{t("演示账号", "Demonstration accounts")}</summary>
            <div class="stack stack--s">
                <p class="small">
                    {t("密码都是 ", "The password of all is ")}<strong class="num">{password}</strong>
                </p>
                <ul class="stack stack--s">{rows}</ul>
            </div>
        </details>
    };
    Some(view.into_any())
}

/// The last step of signing in with a password that the operator set. Whoever has not shown it, or showed it too long ago,
/// begins at the first.
pub async fn new_password_page() -> PageResult {
    if let Some(go_on) = already_in() {
        return Ok(go_on);
    }
    let state = FormState::of::<ChoosePassword>();
    let next = next(&state);
    if !service::accounts::owes_password(&services(), &viewer()).await? {
        return Ok(Screen::go(format!("{}?expired=1&next={}", paths::sign_in(), encode(&next))));
    }
    let title = t("设置自己的密码", "Choose your own password");
    let label = t("新密码", "New password");
    let body = view! {
        <section class="auth">
            <h1>{title}</h1>
            <p class="muted">
                {t(
                    "您用的是管理员给的密码，别人也知道它。请先换成只有您自己知道的，再继续。",
                    "You signed in with a password that was given to you, so somebody else knows it. Choose one that only you know; then you go on.",
                )}
            </p>
            <form class="form" method="post" action=state.action()>
                {form_errors(&state, &[("new_password", label)])}
                {ui::hidden("next", &next)}
                {text_field(
                    &state,
                    &Field::new("new_password", label)
                        .hint(t("至少 8 位，越长越好；常见密码不能用", "At least 8 characters, longer is better; common ones are refused"))
                        .kind("password")
                        .autocomplete("new-password"),
                )}
                <button class="btn btn--primary btn--wide">{t("保存并继续", "Save and go on")}</button>
            </form>
            <p class="auth__alt">
                <a href=link(&paths::sign_in())>{t("换一个账号", "Use another account")}</a>
            </p>
        </section>
    };
    Ok(Screen::shop(title, body))
}

/// Registering.
pub async fn register_page() -> PageResult {
    if let Some(go_on) = already_in() {
        return Ok(go_on);
    }
    let state = FormState::of::<Register>();
    let next = next(&state);
    let title = t("注册", "Register");
    let sign_in = with_next(&paths::sign_in(), &next);
    let labels = [
        ("login", t("手机号或邮箱", "Phone or e-mail")),
        ("display_name", t("称呼", "Name")),
        ("password", t("密码", "Password")),
    ];
    let body = view! {
        <section class="auth">
            <h1>{title}</h1>
            <p class="muted">
                {t(
                    "购物车和这台设备上下的订单会一起归到账号里。",
                    "Your cart and the orders you placed on this device come along into the account.",
                )}
            </p>
            <form class="form" method="post" action=state.action()>
                {form_errors(&state, &labels)}
                {ui::hidden("next", &next)}{ui::key_field()}
                {text_field(&state, &Field::new("login", labels[0].1).autocomplete("username"))}
                {text_field(
                    &state,
                    &Field::new("display_name", labels[1].1)
                        .hint(t("我们怎么称呼你", "What we may call you"))
                        .autocomplete("nickname")
                        .max_length(40),
                )}
                {text_field(
                    &state,
                    &Field::new("password", labels[2].1)
                        .hint(t("至少 8 位，越长越好；常见密码不能用", "At least 8 characters, longer is better; common ones are refused"))
                        .kind("password")
                        .autocomplete("new-password"),
                )}
                <button class="btn btn--primary btn--wide">{title}</button>
            </form>
            <p class="auth__alt">
                {t("已有账号？", "Have an account? ")}
                <a href=link(&sign_in)>{t("登录", "Sign in")}</a>
            </p>
        </section>
    };
    Ok(Screen::shop(title, body))
}

fn already_in() -> Option<Screen> {
    viewer().user.as_ref()?;
    let next = query("next");
    Some(Screen::go(if next.is_empty() { paths::account() } else { safe_next(&next) }))
}

/// Where to go afterwards: as typed before a refusal, else as the address says.
fn next(state: &FormState) -> String {
    state.value_or("next", &query("next"))
}

fn with_next(path: &str, next: &str) -> String {
    if next.is_empty() { path.to_owned() } else { format!("{path}?next={}", encode(next)) }
}

/// Why somebody was led here, and that nothing of theirs is lost by it.
fn why(next: &str) -> AnyView {
    let text = if cart_count() > 0 {
        t("登录后购物车里的商品会合并到账号。", "What is in your cart comes along.")
    } else if next.is_empty() {
        t("登录后可以看订单、进入工作台。", "To see your orders and enter your workplace.")
    } else {
        t("这一页需要先登录，登录后自动继续。", "This page needs you to sign in; you go on from there.")
    };
    view! { <p class="muted">{text}</p> }.into_any()
}
