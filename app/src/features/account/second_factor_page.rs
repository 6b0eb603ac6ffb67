//! `/sign-in/code` and `/account/second-factor`.

use domain::second_factor::SecondFactorRule;
use domain::time::china_minute_text;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use service::accounts::{SecondFactorView, Shown};

use super::second_factor_api::{
    ConfirmSecondFactor, RecoveryCodesStored, RenewRecoveryCodes, SignInCode, StartSecondFactor,
    TurnOffSecondFactor,
};
use crate::context::{encode, link, query, services, t, viewer};
use crate::form::{FormState, safe_next};
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::ui::{self, Field, form_errors, text_field};

/// Few codes are left: time to make new ones.
const FEW_CODES: i64 = 3;

/// The second step of signing in. Whoever has not shown a password, or showed it too long ago, begins at the first.
pub async fn sign_in_code_page() -> PageResult {
    let state = FormState::of::<SignInCode>();
    let next = state.value_or("next", &query("next"));
    if viewer().user.is_some() {
        return Ok(Screen::go(if next.is_empty() { paths::account() } else { safe_next(&next) }));
    }
    if !service::accounts::owes_code(&services(), &viewer()).await? {
        return Ok(Screen::go(format!("{}?expired=1&next={}", paths::sign_in(), encode(&next))));
    }
    let title = t("两步验证", "Two-step verification");
    let label = t("验证码", "Code");
    let body = view! {
        <section class="auth">
            <h1>{title}</h1>
            <p class="muted">
                {t("打开手机上的验证器，输入现在显示的 6 位数字。", "Open the authenticator on your phone and enter the six digits it shows now.")}
            </p>
            <form class="form" method="post" action=state.action()>
                {form_errors(&state, &[("passcode", label)])}
                {ui::hidden("next", &next)}
                {code_field(&state, label, t("手机不在身边，就输入一个恢复码", "Without your phone, enter one of your recovery codes"))}
                <button class="btn btn--primary btn--wide">{t("登录", "Sign in")}</button>
            </form>
            <p class="auth__alt">
                <a href=link(&paths::sign_in())>{t("换一个账号", "Use another account")}</a>
            </p>
            <details class="fold">
                <summary>{t("手机和恢复码都没有了？", "Neither phone nor recovery codes?")}</summary>
                <div><p class="small">
                    {t(
                        "请联系本店的运维：核对身份后，可以为您重置两步验证。",
                        "Ask the shop’s operator, who can reset it once sure that it is you.",
                    )}
                </p></div>
            </details>
        </section>
    };
    Ok(Screen::shop(title, body))
}

/// Not `one-time-code` only: a recovery code has letters, so the field must not bring up a keyboard of digits alone.
fn code_field(state: &FormState, label: &str, hint: &str) -> AnyView {
    let field = Field::new("passcode", label).hint(hint).autocomplete("one-time-code").max_length(40);
    text_field(state, &field).into_any()
}

/// One's own second factor.
pub async fn second_factor_page() -> PageResult {
    let own = service::accounts::load_second_factor(&services(), &viewer()).await?;
    let title = t("两步验证", "Two-step verification");
    let next = query("next");
    let next = if next.is_empty() { paths::account() } else { safe_next(&next) };
    let body = view! {
        {ui::page_head(title, t("除了密码，登录时再输入手机上的一次性验证码。", "Besides the password, a one-time code from your phone."), back())}
        <div class="stack stack--l second-factor">
            {why(&own)}
            {match &own.shown {
                Shown::Codes(codes) => codes_part(codes, &next),
                Shown::Secret { text, uri } => confirm_part(text, uri),
                Shown::Nothing if own.on_since_ms.is_some() => manage_part(&own),
                Shown::Nothing => start_part(),
            }}
        </div>
    };
    Ok(Screen::shop(title, body))
}

fn back() -> AnyView {
    view! { <a class="btn btn--plain" href=link(&paths::account())>{t("返回我的", "Back to my account")}</a> }
        .into_any()
}

/// That work is withheld until there is a second factor.
fn why(own: &SecondFactorView) -> AnyView {
    if own.is_missing {
        let title = t("先设置两步验证，才能进入工作台", "Set this up first: then your workplace opens");
        let body = t(
            "您的角色能经手钱款或别人的数据，只靠密码不够安全。设置大约需要两分钟。",
            "Your role handles money or other people’s data; a password alone is not enough. It takes about two minutes.",
        );
        return ui::alert("warn", title, view! { <p>{body}</p> }).into_any();
    }
    let is_invited = own.is_staff && own.on_since_ms.is_none() && own.rule != SecondFactorRule::Off;
    if is_invited {
        let title = t("建议设置", "We recommend it");
        let body = t(
            "您在这里有工作角色。有了两步验证，别人拿到密码也登录不了。",
            "You work here. With two steps, a stolen password alone opens nothing.",
        );
        return ui::alert("info", title, view! { <p>{body}</p> }).into_any();
    }
    ().into_any()
}

fn start_part() -> AnyView {
    let state = FormState::of::<StartSecondFactor>();
    let label = t("现在的密码", "Present password");
    view! {
        <section class="box stack">
            <header class="box__head"><h2>{t("开始设置", "Set it up")}</h2></header>
            <div class="prose">
                <p>{t(
                    "手机上需要一个验证器，例如微信小程序“腾讯身份验证器”，或 Microsoft Authenticator、FreeOTP 等应用。",
                    "You need an authenticator app on your phone, such as Microsoft Authenticator, Aegis or FreeOTP.",
                )}</p>
            </div>
            <form class="form" method="post" action=state.action()>
                {form_errors(&state, &[("password", label)])}
                {text_field(&state, &Field::new("password", label).kind("password").autocomplete("current-password"))}
                <div class="form__acts"><button class="btn btn--primary">{t("下一步", "Next")}</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn confirm_part(secret: &str, uri: &str) -> AnyView {
    let state = FormState::of::<ConfirmSecondFactor>();
    let label = t("验证码", "Code");
    let (secret, uri) = (secret.to_owned(), uri.to_owned());
    let qr = ui::secret_qr_code(&uri, t("给验证器扫的二维码", "QR code for the authenticator"));
    view! {
        <section class="box">
            <header class="box__head"><h2>{t("用验证器扫码", "Scan it with the authenticator")}</h2></header>
            <div class="second-factor__secret">
                {qr}
                <div class="stack stack--s">
                    <p>{t("扫不了码，就把这串密钥输进验证器：", "If you cannot scan it, enter this key:")}</p>
                    <p><code class="second-factor__key">{secret}</code></p>
                    <p><a class="only-phone" href=uri>{t("在这台手机的验证器里打开", "Open in this phone’s authenticator")}</a></p>
                    <p class="small muted">{t(
                        "密钥只在这里显示 15 分钟，确认后不再显示。",
                        "The key is shown here for 15 minutes, and never again once you confirm.",
                    )}</p>
                </div>
            </div>
            <form class="form" method="post" action=state.action()>
                {form_errors(&state, &[("passcode", label)])}
                {text_field(
                    &state,
                    &Field::new("passcode", label)
                        .hint(t("验证器现在显示的 6 位数字", "The six digits that the authenticator shows now"))
                        .inputmode("numeric")
                        .autocomplete("one-time-code")
                        .class("w-m")
                        .max_length(40),
                )}
                <div class="form__acts"><button class="btn btn--primary">{t("确认并开启", "Confirm and turn on")}</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn codes_part(codes: &[String], next: &str) -> AnyView {
    let state = FormState::of::<RecoveryCodesStored>();
    let rows: Vec<_> = codes.iter().cloned().map(|code| view! { <li><code>{code}</code></li> }).collect();
    view! {
        {ui::alert("ok", t("两步验证已开启", "Two-step verification is on"), ())}
        <section class="box stack">
            <header class="box__head"><h2>{t("恢复码", "Recovery codes")}</h2></header>
            <p>{t(
                "手机丢了或换了，用恢复码登录。每个只能用一次。请抄下来或打印出来，和手机分开放。它们只显示这一次。",
                "When your phone is lost or replaced, sign in with one of these. Each works once. Write them down or print them, and keep them apart from the phone. They are shown only now.",
            )}</p>
            <ul class="recovery-codes">{rows}</ul>
            <form method="post" action=state.action()>
                {ui::hidden("next", next)}
                <button class="btn btn--primary">{t("我已保存好", "I have stored them")}</button>
            </form>
        </section>
    }
    .into_any()
}

fn manage_part(own: &SecondFactorView) -> AnyView {
    let since = own.on_since_ms.map(china_minute_text).unwrap_or_default();
    let left = own.recovery_codes_left;
    let few = (left <= FEW_CODES).then(|| {
        ui::alert("warn", t("恢复码快用完了，请生成新的", "Few recovery codes are left; make new ones"), ())
    });
    view! {
        {few}
        <section class="box">
            <header class="box__head">
                <h2>{t("已开启", "On")}</h2>
                <span class="chip t-go">{t("受保护", "Protected")}</span>
            </header>
            {ui::facts("", vec![
                (t("开启时间", "On since"), view! { <time class="num">{since}</time> }.into_any()),
                (t("剩余恢复码", "Recovery codes left"), view! { <span class="num">{left}</span> }.into_any()),
            ])}
        </section>
        {proof_part::<RenewRecoveryCodes>(
            "renew",
            t("生成新的恢复码", "Make new recovery codes"),
            t("旧的恢复码立刻作废。", "The old ones are worth nothing from then on."),
            "btn btn--plain",
        )}
        {proof_part::<TurnOffSecondFactor>(
            "off",
            t("关闭两步验证", "Turn two-step verification off"),
            t("换手机时，先关闭，再用新手机重新设置。", "To change phones, turn it off and set it up on the new one."),
            "btn btn--danger",
        )}
    }
    .into_any()
}

/// A form that asks for password and code.
fn proof_part<F: ServerFn>(
    id: &'static str,
    title: &'static str,
    text: &'static str,
    button: &'static str,
) -> AnyView {
    let state = FormState::of::<F>();
    let labels = [
        ("password", t("现在的密码", "Present password")),
        ("passcode", t("验证码或恢复码", "Code or recovery code")),
    ];
    // Both forms have the same fields, and an id may stand once on a page.
    let (password, passcode) = (format!("{id}-password"), format!("{id}-passcode"));
    let error = |name: &str| state.error(name);
    let field = |name: &'static str,
                 id: String,
                 label: &'static str,
                 kind: &'static str,
                 fill: &'static str| {
        let problem = error(name);
        let error_id = format!("{id}-e");
        let described = problem.is_some().then(|| error_id.clone());
        let invalid = problem.is_some().then_some("true");
        view! {
            <div class="field">
                <label for=id.clone()>{label}</label>
                <input id=id name=name type=kind autocomplete=fill maxlength="128" aria-invalid=invalid aria-describedby=described/>
                {problem.map(|text| view! { <p class="field__error" id=error_id>{text}</p> })}
            </div>
        }
    };
    view! {
        <details class="fold" open=state.is_refused()>
            <summary>{title}</summary>
            <form class="form" method="post" action=state.action()>
                {state.failure_text().map(|text| ui::alert("bad", &text, ()))}
                <p class="muted">{text}</p>
                {field("password", password, labels[0].1, "password", "current-password")}
                {field("passcode", passcode, labels[1].1, "text", "one-time-code")}
                <div class="form__acts"><button class=button>{title}</button></div>
            </form>
        </details>
    }
    .into_any()
}
