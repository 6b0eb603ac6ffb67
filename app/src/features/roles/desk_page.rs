//! `/county/roles`: an account is found by what it signs in with; its roles are seen, given and taken back.
//!
//! A role is given in two steps, first its kind, then what it is held of: a page without scripts cannot change one list when
//! another one is chosen from.

use domain::role::Role;
use domain::time::china_minute_text;
use leptos::prelude::*;
use service::accounts::{
    DeskRole, HeldRole, RoleCommand, RoleDesk, RoleScope, RoleScopes, role_desk, role_scopes,
};

use super::DESK;
use super::api::{FindAccount, GrantRole, RevokeRole};
use crate::context::{link, locale, name, query, services, t, viewer};
use crate::features::places;
use crate::form::FormState;
use crate::layout::{Console, Screen};
use crate::routes::PageResult;
use crate::text::role;
use crate::ui::{self, Field};

/// `/county/roles?account=…&kind=…&q=…`
pub async fn desk_page() -> PageResult {
    viewer().require_county_admin()?;
    let (account, typed) = (query("account"), query("kind"));
    let desk = match account.as_str() {
        "" => None,
        account => Some(role_desk(&services(), &viewer(), account).await?),
    };
    let kinds = desk.as_ref().map(|desk| desk.kinds.as_slice()).unwrap_or_default();
    let chosen = match kinds.iter().find(|kind| kind.kind() == typed) {
        Some(kind) => Some((*kind, role_scopes(&services(), &viewer(), *kind, &query("q")).await?)),
        None => None,
    };
    let title = t("角色", "Roles");
    let sub = t(
        "谁能做什么。授予和收回立即生效，并记入操作记录。",
        "Who may do what. Giving and taking back act at once, and stand in the audit log.",
    );
    let done = match query("done").as_str() {
        "granted" => Some(t("已授予角色", "The role is given")),
        "revoked" => Some(t("已收回角色", "The role is taken back")),
        _ => None,
    };
    let body = view! {
        <div class="stack stack--l">
            {ui::page_head(title, sub, ())}
            {done.map(|words| ui::alert("ok", words, ()))}
            {find_form()}
            {desk.as_ref().map(|desk| account_part(desk, chosen.as_ref()))}
        </div>
    };
    Ok(Screen::console(Console::admin(t("服务团", "Corps")), title, body))
}

fn find_form() -> AnyView {
    let state = FormState::of::<FindAccount>();
    let label = t("手机号或邮箱", "Phone or e-mail");
    let hint = t(
        "对方登录时用的那个。还没有账号的，请对方先注册。",
        "What the person signs in with. Whoever has no account registers first.",
    );
    view! {
        <form class="form" method="post" action=state.action() data-unkept="">
            {ui::form_errors(&state, &[("login", label)])}
            {ui::text_field(&state, &Field::new("login", label).hint(hint).autocomplete("off"))}
            <div class="form__acts"><button class="btn btn--plain">{t("查找账号", "Find the account")}</button></div>
        </form>
    }
    .into_any()
}

fn account_part(desk: &RoleDesk, chosen: Option<&(Role, RoleScopes)>) -> AnyView {
    let barred = desk.is_barred.then(|| ui::status_chip((t("已停用", "Barred"), "t-bad")));
    let logins = desk.masked_login_names.join(" · ");
    let logins = (!logins.is_empty()).then(|| view! { <p class="muted num">{logins}</p> });
    let grant = (!desk.is_barred).then(|| if desk.is_own { own_part() } else { grant_part(desk, chosen) });
    view! {
        <section class="box stack" aria-labelledby="of-account">
            <header class="box__head"><h2 id="of-account">{ui::as_typed(&desk.display_name)}</h2>{barred}</header>
            {logins}
            {held_part(desk)}
        </section>
        {grant}
    }
    .into_any()
}

/// What a role is held of, in the reader's language.
fn scope_text(held: &HeldRole) -> String {
    let scope = name(&held.scope_name, &held.scope_name_en);
    if scope.is_empty() { t("整个平台", "The whole shop").to_owned() } else { scope.to_owned() }
}

fn held_part(desk: &RoleDesk) -> AnyView {
    if desk.roles.is_empty() {
        return view! { <p>{t("这个账号还没有角色。", "This account has no role.")}</p> }.into_any();
    }
    let rows: Vec<_> = desk
        .roles
        .iter()
        .map(|DeskRole { held, .. }| {
            view! {
                <tr>
                    <th scope="row" data-label=t("角色", "Role")>{role(locale(), held.role)}</th>
                    <td data-label=t("属于", "Of")>{scope_text(held)}</td>
                    <td data-label=t("从何时起", "Since")><time class="num">{china_minute_text(held.granted_at_ms)}</time></td>
                </tr>
            }
        })
        .collect();
    let folds: Vec<_> = desk.roles.iter().map(|one| revoke_part(desk, one)).collect();
    view! {
        <div class="table-wrap"><table class="table table--cards table--dense">
            <caption class="vh">{t("现有角色", "Roles in force")}</caption>
            <thead><tr>
                <th scope="col">{t("角色", "Role")}</th><th scope="col">{t("属于", "Of")}</th>
                <th scope="col">{t("从何时起", "Since")}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
        <div>{folds}</div>
    }
    .into_any()
}

/// Taking a role back: unfolded, read, confirmed.
fn revoke_part(desk: &RoleDesk, one: &DeskRole) -> AnyView {
    let what = format!("{} · {}", role(locale(), one.held.role), scope_text(&one.held));
    if !one.may_revoke {
        let why = t("：由运维收回", ": taken back by the operator");
        return view! { <p class="small muted">{what}{why}</p> }.into_any();
    }
    let command = RoleCommand::new(desk.account, one.held.role);
    let state = FormState::of::<RevokeRole>().only_if("kind", &command.kind).only_if("scope", &command.scope);
    let own = desk.is_own.then(|| {
        t(
            "这是您自己的角色：收回后您就不能再这样做了。",
            "This is your own role: you can no longer act by it.",
        )
    });
    view! {
        <details class="fold" open=state.is_refused()>
            <summary>{t("收回：", "Take back: ")}{what}</summary>
            <form class="form" method="post" action=state.action()>
                {ui::form_errors(&state, &[])}
                {ui::hidden("account", &command.account)}
                {ui::hidden("kind", &command.kind)}
                {ui::hidden("scope", &command.scope)}
                {ui::key_field()}
                <p>
                    {t("收回后，对方的下一次点击就进不去了；已经做过的事都保留。", "With the next click the person is out; what they did stays.")}
                    " "
                    {own}
                </p>
                <div class="form__acts"><button class="btn btn--danger">{t("确认收回", "Take it back")}</button></div>
            </form>
        </details>
    }
    .into_any()
}

/// Why there is no form for whoever has found themselves.
fn own_part() -> AnyView {
    let why = t(
        "这是您自己的账号。角色要由另一位管理员或运维授予，免得一个人既下单、又审批、又付款。",
        "This account is your own. Another administrator or operator gives it roles, so that nobody orders, approves and pays alone.",
    );
    view! {
        <section class="box stack" aria-labelledby="grant">
            <h2 id="grant">{t("授予角色", "Give a role")}</h2>
            <p>{why}</p>
        </section>
    }
    .into_any()
}

fn grant_part(desk: &RoleDesk, chosen: Option<&(Role, RoleScopes)>) -> AnyView {
    let label = t("角色", "Role");
    let words = |kind: &Role| (kind.kind().to_owned(), role(locale(), *kind).to_owned());
    let kinds: Vec<(String, String)> = desk.kinds.iter().map(words).collect();
    let present = chosen.map_or("", |(kind, _)| kind.kind());
    let part = t("所属的名称含", "Part of the name");
    let form = chosen.map(|(kind, scopes)| grant_form(desk, *kind, scopes));
    view! {
        <section class="box stack" aria-labelledby="grant">
            <h2 id="grant">{t("授予角色", "Give a role")}</h2>
            <form class="bar" method="get" action=format!("{}#grant", link(DESK))>
                {ui::hidden("account", &desk.account.to_string())}
                {ui::select_input(&Field::new("kind", label), &kinds, present, None)}
                {ui::text_input(&Field::new("q", part).kind("search").optional(), query("q"), None)}
                <button class="btn btn--plain">{t("下一步", "Next")}</button>
            </form>
            {form}
        </section>
    }
    .into_any()
}

/// What roles of a kind are held of.
fn scope_label(kind: Role) -> &'static str {
    match kind {
        Role::SellerOf(_) | Role::CaptainOf(_) => t("服务队", "Team"),
        Role::TreasurerOf(_) => t("村集体", "Collective"),
        Role::UnitBuyer(_) | Role::UnitApprover(_) | Role::UnitFinance(_) => t("单位", "Unit"),
        Role::TownAdmin(_) => t("镇", "Town"),
        Role::CountyAdmin(_) => t("县", "County"),
        Role::Operator => "",
    }
}

fn scope_option(scope: &RoleScope) -> (String, String) {
    let (own, above) = (name(&scope.name, &scope.name_en), name(&scope.above, &scope.above_en));
    let text = if above.is_empty() { own.to_owned() } else { format!("{own} · {above}") };
    (scope.id.clone(), text)
}

fn grant_form(desk: &RoleDesk, kind: Role, scopes: &RoleScopes) -> AnyView {
    let label = scope_label(kind);
    let is_of_something = kind != Role::Operator;
    if is_of_something && scopes.choices.is_empty() {
        let sub = t("换个词，或者不填名称。", "Try another word, or none.");
        let add = t("登记镇、村、服务队和单位", "Add towns, villages, teams and units");
        let body = view! { <p>{sub}" "<a href=link(places::DESK)>{add}</a></p> };
        return ui::alert("warn", t("没有找到", "Nothing found"), body);
    }
    let state = FormState::of::<GrantRole>().only_if("kind", kind.kind());
    let scope = is_of_something.then(|| {
        let first = (String::new(), t("请选择", "Choose").to_owned());
        let options: Vec<_> = std::iter::once(first).chain(scopes.choices.iter().map(scope_option)).collect();
        let more = t("还有更多，请在上面填名称缩小范围。", "There are more: narrow them by the name above.");
        let hint = if scopes.has_more { more } else { "" };
        ui::select_field(&state, &Field::new("scope", label).hint(hint), &options)
    });
    let whole = (!is_of_something).then(|| {
        let words = t(
            "运维能做所有的事，包括授予和收回任何角色。",
            "The operator may do everything, also give any role and take it back.",
        );
        view! { <p>{words}</p> }
    });
    view! {
        <form class="form" method="post" action=state.action() data-unkept="">
            {ui::form_errors(&state, &[("scope", label)])}
            {ui::hidden("account", &desk.account.to_string())}
            {ui::hidden("kind", kind.kind())}
            {ui::key_field()}
            {scope}
            {whole}
            <div class="form__acts">
                <button class="btn btn--primary">{t("授予：", "Give: ")}{role(locale(), kind)}</button>
            </div>
        </form>
    }
    .into_any()
}
