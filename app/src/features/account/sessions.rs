//! The devices on which an account is signed in, on the account's page.

use domain::device::{Browser, Device, System};
use domain::time::china_minute_text;
use leptos::prelude::*;
use service::accounts::SessionView;

use super::api::SignOutEverywhere;
use super::second_factor_api::{EndOtherSessions, EndSession};
use crate::context::t;
use crate::form::FormState;
use crate::ui::{Field, form_errors, text_field};

/// All sessions, each with the way to end it. One form, so that the password is typed once: its buttons say what ends.
pub(super) fn session_list(sessions: &[SessionView]) -> AnyView {
    let everywhere = FormState::of::<SignOutEverywhere>();
    let others = FormState::of::<EndOtherSessions>();
    let one = FormState::of::<EndSession>();
    let has_others = sessions.iter().any(|session| !session.is_current);
    let action = everywhere.action();
    let rows: Vec<_> = sessions.iter().map(|session| session_row(session, &one.action())).collect();
    // What the return key presses comes first.
    let end_others = has_others.then(|| {
        view! {
            <button class="btn btn--plain btn--s" formaction=others.action()>
                {t("退出其他设备", "Sign out the others")}
            </button>
        }
    });
    let label = t("登录密码", "Your password");
    let state = [one, others].into_iter().find(FormState::is_refused).unwrap_or(everywhere);
    view! {
        <section class="box" aria-labelledby="devices">
            <header class="box__head"><h2 id="devices">{t("登录的设备", "Signed-in devices")}</h2></header>
            <form class="form" method="post" action=action>
                {form_errors(&state, &[("password", label)])}
                {text_field(
                    &state,
                    &Field::new("password", label)
                        .hint(t("让设备退出前再输一次", "Asked once more before a device is signed out"))
                        .kind("password")
                        .autocomplete("current-password"),
                )}
                <div class="row">
                    {end_others}
                    <button class="btn btn--quiet btn--s">{t("全部退出登录", "Sign out everywhere")}</button>
                </div>
                <ul class="devices">{rows}</ul>
            </form>
        </section>
    }
    .into_any()
}

/// `ends` is where the button that ends this one sends the form.
fn session_row(session: &SessionView, ends: &str) -> AnyView {
    let device = device_text(session.device);
    let end = if session.is_current {
        view! { <span class="chip t-go">{t("本机", "This one")}</span> }.into_any()
    } else {
        let label = format!("{} {device} {}", t("退出", "Sign out"), session.network);
        let (handle, ends) = (session.handle.clone(), ends.to_owned());
        view! {
            <button name="session" value=handle formaction=ends class="btn btn--quiet btn--s" aria-label=label>
                {t("退出", "Sign out")}
            </button>
        }
        .into_any()
    };
    let network = (!session.network.is_empty()).then(|| {
        let network = session.network.clone();
        view! { " · "<span class="num">{network}</span> }
    });
    view! {
        <li>
            <div>
                <strong>{device}</strong>
                <p class="small muted">
                    {t("登录 ", "Signed in ")}<time class="num">{china_minute_text(session.created_at_ms)}</time>
                    {network}
                    <br/>
                    {t("最近使用 ", "Last used ")}<time class="num">{china_minute_text(session.seen_at_ms)}</time>
                </p>
            </div>
            {end}
        </li>
    }
    .into_any()
}

/// Browser and system in words.
fn device_text(device: Option<Device>) -> String {
    let Some(Device { browser, system }) = device else {
        return t("未知设备", "Unknown device").to_owned();
    };
    let browser = match browser {
        Browser::WeChat => t("微信", "WeChat"),
        Browser::Edge => "Edge",
        Browser::Firefox => "Firefox",
        Browser::Chrome => "Chrome",
        Browser::Safari => "Safari",
        Browser::Other => t("其他浏览器", "Other browser"),
    };
    let system = match system {
        System::Harmony => t("鸿蒙", "HarmonyOS"),
        System::Android => t("安卓", "Android"),
        System::Ios => "iOS",
        System::Windows => "Windows",
        System::MacOs => "macOS",
        System::Linux => "Linux",
        System::Other => return browser.to_owned(),
    };
    format!("{browser} · {system}")
}
