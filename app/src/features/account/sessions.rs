//! The devices on which an account is signed in, on the account's page.

use domain::device::{Browser, Device, System};
use domain::time::china_minute_text;
use leptos::prelude::*;
use service::accounts::SessionView;

use super::api::SignOutEverywhere;
use super::second_factor_api::{EndOtherSessions, EndSession};
use crate::context::t;
use crate::form::FormState;
use crate::ui;

/// All sessions, each with the way to end it.
pub(super) fn session_list(sessions: &[SessionView]) -> AnyView {
    let everywhere = FormState::of::<SignOutEverywhere>();
    let others = FormState::of::<EndOtherSessions>();
    let has_others = sessions.iter().any(|session| !session.is_current);
    let rows: Vec<_> = sessions.iter().map(session_row).collect();
    let end_others = has_others.then(|| {
        view! {
            <form method="post" action=others.action()>
                <button class="btn btn--plain btn--s">{t("退出其他设备", "Sign out the others")}</button>
            </form>
        }
    });
    view! {
        <section class="box stack stack--s" aria-labelledby="devices">
            <header class="box__head"><h2 id="devices">{t("登录的设备", "Signed-in devices")}</h2></header>
            <ul class="devices">{rows}</ul>
            <div class="row">
                {end_others}
                <form method="post" action=everywhere.action()>
                    <button class="btn btn--quiet btn--s">{t("全部退出登录", "Sign out everywhere")}</button>
                </form>
            </div>
        </section>
    }
    .into_any()
}

fn session_row(session: &SessionView) -> AnyView {
    let device = device_text(session.device);
    let end = if session.is_current {
        view! { <span class="chip t-go">{t("本机", "This one")}</span> }.into_any()
    } else {
        let state = FormState::of::<EndSession>().only_if("session", &session.handle);
        let label = format!("{} {device} {}", t("退出", "Sign out"), session.network);
        view! {
            <form method="post" action=state.action()>
                {ui::hidden("session", &session.handle)}
                <button class="btn btn--quiet btn--s" aria-label=label>{t("退出", "Sign out")}</button>
            </form>
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
