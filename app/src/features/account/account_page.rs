//! `/account`: one's own account.

use domain::locale::Locale;
use domain::role::Role;
use domain::second_factor::SecondFactorRule;
use leptos::prelude::*;
use service::accounts::{AccountView, HeldRole, SecondFactorView};

use super::api::{ChangePassword, SignOut, UpdateProfile};
use super::events;
use super::sessions::session_list;
use crate::context::{link, locale, name, query, services, t, viewer};
use crate::form::FormState;
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::text::role;
use crate::ui::{self, Field, form_errors, icon, select_field, text_field};

/// Orders, workplaces, profile, password, sessions.
pub async fn account_page() -> PageResult {
    let account = service::accounts::load_account(&services(), &viewer()).await?;
    let sessions = service::accounts::list_sessions(&services(), &viewer()).await?;
    let factor = service::accounts::load_second_factor(&services(), &viewer()).await?;
    let recent = service::audit::my_events(&services(), &viewer()).await?;
    let title = t("我的", "My account");
    let saved = match query("saved").as_str() {
        "profile" => Some(t("已保存", "Saved")),
        "password" => {
            Some(t("密码已修改，其他设备已退出登录", "Password changed; other devices are signed out"))
        }
        "second-factor-off" => Some(t("两步验证已关闭", "Two-step verification is off")),
        "session" => Some(t("该设备已退出登录", "That device is signed out")),
        "sessions" => Some(t("其他设备都已退出登录", "All other devices are signed out")),
        _ => None,
    };
    let logins = account.login_names.join(" · ");
    let body = view! {
        {ui::page_head(&account.display_name, &logins, sign_out_form())}
        {saved.map(|text| ui::alert("ok", text, ()))}
        <div class="cols">
            <div class="stack stack--l">
                {menu()}
                {workplaces(&account)}
                {profile(&account)}
            </div>
            <aside class="stack">{password()}{second_factor(&factor)}{passkeys()}{session_list(&sessions)}{events::recent(&recent)}</aside>
        </div>
    };
    Ok(Screen::shop(title, body))
}

fn sign_out_form() -> AnyView {
    let state = FormState::of::<SignOut>();
    view! {
        <form method="post" action=state.action()>
            <button class="btn btn--plain">{icon("logout")}{t("退出登录", "Sign out")}</button>
        </form>
    }
    .into_any()
}

fn menu() -> AnyView {
    view! {
        <ul class="menu">
            <li><a href=link(&paths::orders())>{icon("receipt")}{t("我的订单", "My orders")}</a></li>
            <li><a href=link(&paths::cart())>{icon("cart")}{t("购物车", "Cart")}</a></li>
            <li><a href=link(&paths::find_order())>{icon("search")}{t("按订单号查找", "Find an order by number")}</a></li>
            <li><a href=link(&paths::account_email())>{icon("mail")}{t("邮箱", "E-mail address")}</a></li>
            <li><a href=link(&paths::personal_data())>{icon("lock")}{t("个人信息：导出与注销", "Personal data: export, delete")}</a></li>
        </ul>
    }
    .into_any()
}

/// Where the account works: one entry for each role, leading to its console.
fn workplaces(account: &AccountView) -> AnyView {
    if account.roles.is_empty() {
        return ().into_any();
    }
    let entries: Vec<_> = account.roles.iter().map(workplace).collect();
    view! {
        <section class="stack stack--s" aria-labelledby="work">
            <h2 id="work">{t("工作台", "Workplaces")}</h2>
            <ul class="menu">{entries}</ul>
        </section>
    }
    .into_any()
}

fn workplace(held: &HeldRole) -> AnyView {
    let (path, symbol) = match held.role {
        Role::SellerOf(team) | Role::CaptainOf(team) => (paths::team(team), "store"),
        Role::TreasurerOf(collective) => (paths::collective_books(collective), "wallet"),
        Role::UnitBuyer(_) | Role::UnitApprover(_) | Role::UnitFinance(_) => {
            (paths::unit(&held.scope_slug), "users")
        }
        Role::TownAdmin(_) | Role::CountyAdmin(_) | Role::Operator => (paths::admin(), "shield"),
    };
    let scope = name(&held.scope_name, &held.scope_name_en).to_owned();
    let label = role(locale(), held.role);
    let text = if scope.is_empty() { label.to_owned() } else { scope };
    view! {
        <li><a href=link(&path)>{icon(symbol)}{text}<span class="menu__n">{label}</span></a></li>
    }
    .into_any()
}

fn profile(account: &AccountView) -> AnyView {
    let state = FormState::of::<UpdateProfile>();
    let languages: Vec<(String, String)> = [(Locale::Zh, "中文"), (Locale::En, "English")]
        .map(|(of, text)| (of.as_str().to_owned(), text.to_owned()))
        .into();
    let labels = [("display_name", t("称呼", "Name")), ("locale", t("通知语言", "Language of messages"))];
    view! {
        <section class="box">
            <header class="box__head"><h2>{t("资料", "Profile")}</h2></header>
            <form class="form" method="post" action=state.action()>
                {form_errors(&state, &labels)}
                <div class="fields">
                    {text_field(
                        &state,
                        &Field::new("display_name", labels[0].1)
                            .stored(&account.display_name)
                            .autocomplete("nickname")
                            .max_length(40),
                    )}
                    {select_field(&state, &Field::new("locale", labels[1].1).stored(account.locale.as_str()), &languages)}
                </div>
                <div class="form__acts"><button class="btn btn--primary">{t("保存", "Save")}</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn password() -> AnyView {
    let state = FormState::of::<ChangePassword>();
    let labels = [
        ("old_password", t("现在的密码", "Present password")),
        ("new_password", t("新密码", "New password")),
    ];
    view! {
        <section class="box">
            <header class="box__head"><h2>{t("修改密码", "Change password")}</h2></header>
            <form class="form" method="post" action=state.action()>
                {form_errors(&state, &labels)}
                {text_field(
                    &state,
                    &Field::new("old_password", labels[0].1).kind("password").autocomplete("current-password"),
                )}
                {text_field(
                    &state,
                    &Field::new("new_password", labels[1].1)
                        .hint(t("至少 8 位；修改后其他设备会退出登录", "At least 8 characters; other devices are then signed out"))
                        .kind("password")
                        .autocomplete("new-password"),
                )}
                <div class="form__acts"><button class="btn btn--plain">{t("修改密码", "Change password")}</button></div>
            </form>
        </section>
    }
    .into_any()
}

/// The way to one's passkeys, where the program has them.
#[cfg(feature = "passkeys")]
fn passkeys() -> AnyView {
    super::passkeys_page::account_part()
}

#[cfg(not(feature = "passkeys"))]
fn passkeys() {}

/// Whether signing in takes a code as well, and the way to change that.
fn second_factor(own: &SecondFactorView) -> AnyView {
    let is_on = own.on_since_ms.is_some();
    let chip = if is_on {
        view! { <span class="chip t-go">{t("已开启", "On")}</span> }
    } else if own.is_staff && own.rule != SecondFactorRule::Off {
        view! { <span class="chip t-wait">{t("建议开启", "Recommended")}</span> }
    } else {
        view! { <span class="chip t-neutral">{t("未开启", "Off")}</span> }
    };
    let go = if is_on { t("管理", "Manage") } else { t("设置", "Set up") };
    view! {
        <section class="box stack stack--s" aria-labelledby="two-steps">
            <header class="box__head"><h2 id="two-steps">{t("两步验证", "Two-step verification")}</h2>{chip}</header>
            <p class="small muted">
                {t("除了密码，登录时再输入手机上的一次性验证码。", "Besides the password, a one-time code from your phone.")}
            </p>
            <p><a class="btn btn--plain btn--s" href=link(&paths::second_factor())>{go}</a></p>
        </section>
    }
    .into_any()
}
