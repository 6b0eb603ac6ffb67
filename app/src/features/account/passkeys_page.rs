//! `/account/passkeys` and `/sign-in/passkey`.

use domain::time::china_minute_text;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use service::accounts::{MAX_PASSKEY_NAME_CHARS, PasskeyView, PasskeysView};

use super::passkeys_api::{
    AddPasskey, RemovePasskey, RenamePasskey, SignInWithPasskey, StartPasskey, StartPasskeySignIn, with_next,
};
use crate::context::{link, query, services, t, viewer};
use crate::form::{FormState, safe_next};
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::ui::{self, Field, form_errors, text_field, text_input};

/// Asks the authenticator and fills the form.
const SCRIPT: &str = include_str!("passkeys.js");

/// One's own passkeys.
pub async fn passkeys_page() -> PageResult {
    let own = service::accounts::load_passkeys(&services(), &viewer()).await?;
    let title = t("通行密钥", "Passkeys");
    let saved = match query("saved").as_str() {
        "added" => {
            Some(t("通行密钥已添加，下次可以用它登录", "Passkey added: you can sign in with it from now on"))
        }
        "renamed" => Some(t("名称已修改", "Name changed")),
        "removed" => Some(t(
            "通行密钥已删除，用它登录的其他设备已退出",
            "Passkey removed; what it had opened elsewhere is signed out",
        )),
        _ => None,
    };
    let sub = t(
        "用手机或电脑的指纹、面容或锁屏密码登录，不用输入密码，也骗不走。",
        "Sign in by the finger, face or PIN that unlocks your device: nothing to type, and nothing a stranger’s page can catch.",
    );
    let rows: Vec<_> = own.passkeys.iter().map(row).collect();
    let list = (!rows.is_empty()).then(|| {
        view! {
            <section class="box stack stack--s" aria-labelledby="own-passkeys">
                <header class="box__head"><h2 id="own-passkeys">{t("已有的通行密钥", "Your passkeys")}</h2></header>
                <ul class="stack stack--l">{rows}</ul>
            </section>
        }
    });
    let back = view! { <a class="btn btn--plain" href=link(&paths::account())>{t("返回我的", "Back to my account")}</a> };
    let body = view! {
        {ui::page_head(title, sub, back)}
        <div class="stack stack--l wrap--narrow">
            {saved.map(|text| ui::alert("ok", text, ()))}
            {add_part(&own)}
            {list}
        </div>
    };
    Ok(Screen::shop(title, body))
}

/// The way to a new one, by where its owner stands on it.
fn add_part(own: &PasskeysView) -> AnyView {
    if !own.are_possible {
        let text = t(
            "这个网址不支持通行密钥：需要用域名和加密连接（https）访问。",
            "There can be none at this address: a name and an encrypted connection (https) are needed.",
        );
        return ui::alert("info", text, ()).into_any();
    }
    match &own.question {
        Some(question) => make_part(question),
        None if own.is_full => ui::alert(
            "info",
            t("通行密钥已达上限，请先删除不用的", "There are as many as there can be; remove one first"),
            (),
        )
        .into_any(),
        None => start_part(own),
    }
}

fn start_part(own: &PasskeysView) -> AnyView {
    let state = FormState::of::<StartPasskey>();
    let made = FormState::of::<AddPasskey>();
    let labels = [
        ("name", t("名称", "Name")),
        ("password", t("现在的密码", "Present password")),
        ("passcode", t("验证码或恢复码", "Code or recovery code")),
    ];
    let code = own.takes_code.then(|| {
        text_field(&state, &Field::new("passcode", labels[2].1).autocomplete("one-time-code").max_length(40))
    });
    let refused = made.is_refused().then(|| {
        let text = made.failure_text().unwrap_or_else(|| {
            t("没有添加成功，请重新开始", "It was not added; please begin again").to_owned()
        });
        ui::alert("bad", &text, ())
    });
    view! {
        <section class="box stack">
            <header class="box__head"><h2>{t("添加通行密钥", "Add a passkey")}</h2></header>
            {refused}
            {without_script()}
            <form class="form" method="post" action=state.action()>
                {form_errors(&state, &labels)}
                {text_field(
                    &state,
                    &Field::new("name", labels[0].1)
                        .hint(t("方便自己认，例如“我的手机”", "For you to tell it by, such as “my phone”"))
                        .max_length(MAX_PASSKEY_NAME_CHARS),
                )}
                {text_field(&state, &Field::new("password", labels[1].1).kind("password").autocomplete("current-password"))}
                {code}
                <div class="form__acts"><button class="btn btn--primary">{t("下一步", "Next")}</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn make_part(question: &str) -> AnyView {
    let state = FormState::of::<AddPasskey>();
    view! {
        <section class="box stack">
            <header class="box__head"><h2>{t("在这台设备上确认", "Confirm on this device")}</h2></header>
            <p>{t(
                "浏览器会请您用指纹、面容或锁屏密码确认。",
                "The browser will ask you for the finger, face or PIN that unlocks the device.",
            )}</p>
            {without_script()}
            {told()}
            <form class="form" method="post" action=state.action() data-passkey=question.to_owned() hidden>
                {ui::hidden("client_data", "")}
                {ui::hidden("attestation_object", "")}
                <div class="form__acts"><button class="btn btn--primary">{t("创建通行密钥", "Make the passkey")}</button></div>
            </form>
        </section>
        {script()}
    }
    .into_any()
}

fn row(passkey: &PasskeyView) -> AnyView {
    let id = passkey.id.to_string();
    let used = passkey.used_at_ms.map_or_else(
        || t("从未使用", "Never used").to_owned(),
        |at_ms| format!("{}{}", t("最近使用 ", "Last used "), china_minute_text(at_ms)),
    );
    let synced =
        passkey.is_synced.then(|| view! { " "<span class="chip t-neutral">{t("可同步", "Synced")}</span> });
    view! {
        <li class="stack stack--s">
            <strong>{passkey.name.clone()}{synced}</strong>
            <p class="small muted">
                {t("添加 ", "Added ")}<time class="num">{china_minute_text(passkey.created_at_ms)}</time>
                <br/>{used}
            </p>
            {rename_part(&id, &passkey.name)}
            {remove_part(&id, &passkey.name)}
        </li>
    }
    .into_any()
}

fn rename_part(id: &str, name: &str) -> AnyView {
    let state = FormState::of::<RenamePasskey>().only_if("passkey", id);
    let (title, field_id) = (t("改名", "Rename"), format!("name-{id}"));
    let field = Field {
        id: &field_id,
        max_length: Some(MAX_PASSKEY_NAME_CHARS),
        ..Field::new("name", t("新名称", "New name"))
    };
    view! {
        <details class="fold" open=state.is_refused()>
            <summary aria-label=format!("{title} {name}")>{title}</summary>
            <form class="form" method="post" action=state.action()>
                {state.failure_text().map(|text| ui::alert("bad", &text, ()))}
                {ui::hidden("passkey", id)}
                {text_input(&field, state.value_or("name", name), state.error("name"))}
                <div class="form__acts"><button class="btn btn--plain btn--s">{t("保存", "Save")}</button></div>
            </form>
        </details>
    }
    .into_any()
}

fn remove_part(id: &str, name: &str) -> AnyView {
    let state = FormState::of::<RemovePasskey>().only_if("passkey", id);
    let (title, field_id) = (t("删除", "Remove"), format!("password-{id}"));
    let field = Field {
        id: &field_id,
        kind: "password",
        autocomplete: "current-password",
        ..Field::new("password", t("现在的密码", "Present password"))
    };
    view! {
        <details class="fold" open=state.is_refused()>
            <summary aria-label=format!("{title} {name}")>{title}</summary>
            <form class="form" method="post" action=state.action()>
                {state.failure_text().map(|text| ui::alert("bad", &text, ()))}
                <p class="muted">{t(
                    "删除后不能再用它登录；设备里存的那一份请另行删除。",
                    "It signs in no longer; delete the copy that your device keeps as well.",
                )}</p>
                {ui::hidden("passkey", id)}
                {text_input(&field, String::new(), state.error("password"))}
                <div class="form__acts"><button class="btn btn--danger btn--s">{title}</button></div>
            </form>
        </details>
    }
    .into_any()
}

/// Signing in with a passkey: asks at once, and again at the button. Nothing is asked by opening the page; the question
/// comes from the button on the sign-in page.
pub async fn sign_in_passkey_page() -> PageResult {
    let state = FormState::of::<SignInWithPasskey>();
    let next = state.value_or("next", &query("next"));
    if viewer().user.is_some() {
        return Ok(Screen::go(if next.is_empty() { paths::account() } else { safe_next(&next) }));
    }
    let question = service::accounts::passkey_question(&services(), &viewer()).await?;
    let title = t("用通行密钥登录", "Sign in with a passkey");
    let refused = state.is_refused().then(|| {
        let text = state.failure_text().unwrap_or_else(|| {
            t(
                "这个通行密钥登录不了，请换一个，或用密码登录",
                "This passkey does not sign in here; try another one, or your password",
            )
            .to_owned()
        });
        ui::alert("bad", &text, ())
    });
    let way = match &question {
        Some(question) => ask_part(question, &next),
        None => sign_in_button(&next, t("再试一次", "Try again"), "btn btn--primary btn--wide"),
    };
    let body = view! {
        <section class="auth">
            <h1>{title}</h1>
            {refused}
            {without_script()}
            {way}
            <p class="auth__alt">
                <a href=link(&with_next(&paths::sign_in(), &next))>{t("用密码登录", "Sign in with your password")}</a>
            </p>
        </section>
    };
    Ok(Screen::shop(title, body))
}

fn ask_part(question: &str, next: &str) -> AnyView {
    let state = FormState::of::<SignInWithPasskey>();
    view! {
        <p class="muted">{t(
            "浏览器会请您选择通行密钥，并用指纹、面容或锁屏密码确认。",
            "The browser will ask which passkey, and for the finger, face or PIN that unlocks the device.",
        )}</p>
        {told()}
        <form class="form" method="post" action=state.action() data-passkey=question.to_owned() data-passkey-at-once hidden>
            {ui::hidden("credential", "")}
            {ui::hidden("client_data", "")}
            {ui::hidden("authenticator_data", "")}
            {ui::hidden("signature", "")}
            {ui::hidden("user_handle", "")}
            {ui::hidden("next", next)}
            <button class="btn btn--primary btn--wide">{t("选择通行密钥", "Choose a passkey")}</button>
        </form>
        {script()}
    }
    .into_any()
}

/// The button that begins to sign in with a passkey.
fn sign_in_button(next: &str, label: &'static str, class: &'static str) -> AnyView {
    let state = FormState::of::<StartPasskeySignIn>();
    view! {
        <form method="post" action=state.action()>
            {ui::hidden("next", next)}
            <button class=class>{label}</button>
        </form>
    }
    .into_any()
}

/// The way in by passkey, for the sign-in page; nothing where there can be none.
pub(super) fn sign_in_part(next: &str) -> AnyView {
    if !service::accounts::are_passkeys_possible(&services()) {
        return ().into_any();
    }
    sign_in_button(next, t("用通行密钥登录", "Sign in with a passkey"), "btn btn--plain btn--wide")
}

/// The way to one's passkeys, for the account's page.
pub(super) fn account_part() -> AnyView {
    view! {
        <section class="box stack stack--s" aria-labelledby="passkeys">
            <header class="box__head"><h2 id="passkeys">{t("通行密钥", "Passkeys")}</h2></header>
            <p class="small muted">{t(
                "用指纹、面容或锁屏密码登录，不用输入密码。",
                "Sign in by the finger, face or PIN of your device, without a password.",
            )}</p>
            <p><a class="btn btn--plain btn--s" href=link(&paths::passkeys())>{t("管理通行密钥", "Manage passkeys")}</a></p>
        </section>
    }
    .into_any()
}

/// What to do without JavaScript, which alone can ask an authenticator.
fn without_script() -> AnyView {
    let text = t(
        "通行密钥需要浏览器开启 JavaScript。没有它也能用密码登录，并在“两步验证”里用验证器保护账号。",
        "Passkeys need JavaScript. Without it, sign in with your password, and protect the account with an authenticator under “Two-step verification”.",
    );
    view! { <noscript><p class="alert alert--info">{text}</p></noscript> }.into_any()
}

/// What the script may have to say.
fn told() -> AnyView {
    let failed = t(
        "没有完成。可以再试一次；如果这台设备没有通行密钥，请换一台，或用密码登录。",
        "That did not work out. Try again; if this device has no passkey, use another one or your password.",
    );
    let known = t("这台设备已经有您的通行密钥。", "This device already has a passkey of yours.");
    let missing = t(
        "这个浏览器不支持通行密钥，请用密码登录。",
        "This browser knows no passkeys; sign in with your password.",
    );
    view! {
        <p class="alert alert--bad" role="alert" data-passkey-failed hidden>{failed}</p>
        <p class="alert alert--info" role="status" data-passkey-known hidden>{known}</p>
        <p class="alert alert--info" role="status" data-passkey-missing hidden>{missing}</p>
    }
    .into_any()
}

fn script() -> AnyView {
    view! { <script type="module" nonce=use_nonce() inner_html=SCRIPT></script> }.into_any()
}
