//! `/forgot-password`, `/reset-password`, `/confirm-email`, `/account/email`.

use domain::failure::Conflict;
use leptos::prelude::*;

use super::reset_api::{AskReset, ChangeEmail, ConfirmEmail, ResetPassword, SendConfirmation};
use crate::AppError;
use crate::context::{link, query, services, site, t, viewer};
use crate::form::{FormState, follow_link, link_token};
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::ui::{self, Field, form_errors, text_field};

/// Asking for a link to choose a new password.
pub async fn forgot_password_page() -> PageResult {
    let title = t("找回密码", "Forgot your password?");
    if query("done") == "1" {
        let body = view! {
            <section class="auth">
                <h1>{t("密码已修改", "Your password is changed")}</h1>
                <p>{t("所有设备都已退出登录。请用新密码登录。", "All devices are signed out. Sign in with the new password.")}</p>
                <a class="btn btn--primary btn--wide" href=link(&paths::sign_in())>{t("去登录", "Sign in")}</a>
            </section>
        };
        return Ok(Screen::shop(title, body));
    }
    let state = FormState::of::<AskReset>();
    let sent = (query("sent") == "1").then(|| {
        let more = view! {
            <p>{t(
                "如果这个账号存在并登记了邮箱，几分钟内会收到一封带链接的邮件，10 分钟内有效。没有收到？看看垃圾邮件箱。",
                "If there is such an account with an e-mail address, a letter with a link arrives within minutes and works for 10 minutes. Nothing there? Look into the spam folder.",
            )}</p>
        };
        ui::alert("ok", t("已处理", "Done"), more)
    });
    let body = view! {
        <section class="auth">
            <h1>{title}</h1>
            {sent}
            <p class="muted">{t("我们会把设置新密码的链接发到账号的邮箱。", "We mail a link to choose a new password to the account’s e-mail address.")}</p>
            <form class="form" method="post" action=state.action()>
                {form_errors(&state, &[("login", t("手机号或邮箱", "Phone or e-mail"))])}
                {text_field(
                    &state,
                    &Field::new("login", t("手机号或邮箱", "Phone or e-mail")).autocomplete("username"),
                )}
                <button class="btn btn--primary btn--wide">{t("发送链接", "Send the link")}</button>
            </form>
            {without_email()}
            <p class="auth__alt"><a href=link(&paths::sign_in())>{t("回到登录", "Back to signing in")}</a></p>
        </section>
    };
    Ok(Screen::shop(title, body))
}

/// How those get help to whom nothing can be mailed.
fn without_email() -> AnyView {
    let contact = site().contact.clone();
    let contact = if contact.is_empty() {
        t("客服或您的队长", "customer service or your captain").to_owned()
    } else {
        contact
    };
    view! {
        <details class="fold">
            <summary>{t("账号只有手机号，没有邮箱？", "Only a phone number, no e-mail?")}</summary>
            <div>
                <p>{t("我们不发短信，无法自动重设。请联系：", "We send no text messages, so this cannot go by itself. Please contact: ")}<strong>{contact}</strong></p>
                <p>{t("核对身份后，平台管理员会为您设置一个新密码；登录时换成您自己的，之后请添加邮箱。", "Once they know it is you, the operator sets a new password; signing in with it, you choose your own. Then add an e-mail address.")}</p>
            </div>
        </details>
    }
    .into_any()
}

/// Choosing a new password, from the mailed link.
pub async fn reset_password_page() -> PageResult {
    let title = t("设置新密码", "Choose a new password");
    if !service::accounts::is_reset_link(&services(), &link_token()).await? {
        return Ok(stale_link(title, &paths::forgot_password(), t("再发一次链接", "Send another link")));
    }
    if let Some(page) = follow_link(&paths::reset_password()) {
        return Ok(page);
    }
    let state = FormState::of::<ResetPassword>();
    if state.failure() == Some(AppError::Conflict(Conflict::OtherLink)) {
        return Ok(form_of_another_link(title, &state));
    }
    let label = t("新密码", "New password");
    let body = view! {
        <section class="auth">
            <h1>{title}</h1>
            <form class="form" method="post" action=state.action()>
                {form_errors(&state, &[("new_password", label)])}
                {ui::hidden("link", &service::accounts::link_fingerprint(&link_token()))}
                {text_field(
                    &state,
                    &Field::new("new_password", label)
                        .hint(t("至少 8 位；修改后所有设备都会退出登录", "At least 8 characters; all devices are then signed out"))
                        .kind("password")
                        .autocomplete("new-password"),
                )}
                <button class="btn btn--primary btn--wide">{t("保存新密码", "Save the new password")}</button>
            </form>
        </section>
    };
    Ok(Screen::shop(title, body))
}

/// Without the form of the link that was followed last: what is typed once more would be for that one's account.
fn form_of_another_link(title: &'static str, state: &FormState) -> Screen {
    let body = view! {
        <section class="auth">
            <h1>{title}</h1>
            {form_errors(state, &[])}
            <a class="btn btn--plain btn--wide" href=link(&paths::forgot_password())>{t("再发一次链接", "Send another link")}</a>
        </section>
    };
    Screen::shop(title, body).status(409)
}

fn stale_link(title: &'static str, again: &str, label: &'static str) -> Screen {
    let body = view! {
        <section class="auth">
            <h1>{t("链接已失效", "This link no longer works")}</h1>
            <p>{t("链接只能用一次，而且有时间限制。", "A link works once and for a limited time.")}</p>
            <a class="btn btn--primary btn--wide" href=link(again)>{label}</a>
        </section>
    };
    Screen::shop(title, body).status(410)
}

/// Proving an e-mail address, from the mailed link: by a button, because mail programs open links by themselves.
pub async fn confirm_email_page() -> PageResult {
    let title = t("确认邮箱", "Confirm your e-mail");
    if query("done") == "1" {
        let body = view! {
            <section class="auth">
                <h1>{t("邮箱已确认", "Your e-mail is confirmed")}</h1>
                <p>{t("以后可以用它登录和找回密码。", "You can sign in and recover your password with it.")}</p>
                <a class="btn btn--primary btn--wide" href=link(&paths::account())>{t("去我的账号", "To my account")}</a>
            </section>
        };
        return Ok(Screen::shop(title, body));
    }
    let state = FormState::of::<ConfirmEmail>();
    let Some(address) = service::accounts::find_confirmation(&services(), &link_token()).await? else {
        if state.is_refused() {
            let taken = view! {
                <section class="auth">
                    <h1>{t("没能确认", "It could not be confirmed")}</h1>
                    {form_errors(&state, &[("email", t("邮箱", "E-mail"))])}
                    <a class="btn btn--primary btn--wide" href=link(&paths::account())>{t("去我的账号", "To my account")}</a>
                </section>
            };
            return Ok(Screen::shop(title, taken).status(409));
        }
        return Ok(stale_link(title, &paths::account_email(), t("再发一次链接", "Send another link")));
    };
    if let Some(page) = follow_link(&paths::confirm_email()) {
        return Ok(page);
    }
    let body = view! {
        <section class="auth">
            <h1>{title}</h1>
            <p>{t("请确认这是您的邮箱：", "Please confirm that this is your address: ")}<strong>{address}</strong></p>
            <form class="form" method="post" action=state.action()>
                {form_errors(&state, &[("email", t("邮箱", "E-mail"))])}
                <button class="btn btn--primary btn--wide">{t("确认", "Confirm")}</button>
            </form>
        </section>
    };
    Ok(Screen::shop(title, body))
}

/// The account's address: what it is, proving it, another one.
pub async fn account_email_page() -> PageResult {
    let email = service::accounts::my_email(&services(), &viewer()).await?;
    let title = t("邮箱", "E-mail address");
    let sent = (query("sent") == "1").then(|| {
        ui::alert(
            "ok",
            t("邮件已发出，请点里面的链接确认", "A letter is on its way; follow its link to confirm"),
            (),
        )
    });
    let body = view! {
        <div class="wrap--narrow stack stack--l">
            {ui::crumbs(&[(&paths::account(), t("我的", "My account"))], title)}
            <h1>{title}</h1>
            {sent}
            {present(&email)}
            {change()}
        </div>
    };
    Ok(Screen::shop(title, body))
}

fn present(email: &service::accounts::EmailView) -> AnyView {
    let state = FormState::of::<SendConfirmation>();
    let chip = match (&email.address, email.is_verified) {
        (None, _) => None,
        (Some(_), true) => {
            Some(view! { <span class="chip t-go">{t("已确认", "Confirmed")}</span> }.into_any())
        }
        (Some(_), false) => {
            Some(view! { <span class="chip t-wait">{t("未确认", "Not confirmed")}</span> }.into_any())
        }
    };
    let address = email.address.clone().unwrap_or_else(|| t("还没有邮箱", "No address yet").to_owned());
    let pending = email.pending.clone().map(|pending| {
        view! { <p>{t("等待确认：", "Waiting to be confirmed: ")}<strong>{pending}</strong></p> }
    });
    let waits = email.pending.is_some() || (email.address.is_some() && !email.is_verified);
    let again = waits.then(|| {
        view! {
            <form method="post" action=state.action()>
                <button class="btn btn--plain btn--s">{t("再发一次确认邮件", "Send the letter again")}</button>
            </form>
        }
    });
    view! {
        <section class="box stack stack--s">
            <p class="row row--between"><span>{address}</span>{chip}</p>
            {pending}
            {again}
        </section>
    }
    .into_any()
}

fn change() -> AnyView {
    let state = FormState::of::<ChangeEmail>();
    let labels = [("email", t("新邮箱", "New address")), ("password", t("密码", "Password"))];
    view! {
        <section class="box">
            <header class="box__head"><h2>{t("添加或更换邮箱", "Add or change the address")}</h2></header>
            <form class="form" method="post" action=state.action()>
                {form_errors(&state, &labels)}
                {text_field(
                    &state,
                    &Field::new("email", labels[0].1)
                        .hint(t("点了邮件里的链接才会生效，之前仍用原来的", "It takes effect once its link was followed; until then the old one stays"))
                        .kind("email")
                        .autocomplete("email"),
                )}
                {text_field(
                    &state,
                    &Field::new("password", labels[1].1).kind("password").autocomplete("current-password"),
                )}
                <div class="form__acts"><button class="btn btn--primary">{t("发送确认邮件", "Send the letter")}</button></div>
            </form>
        </section>
    }
    .into_any()
}
