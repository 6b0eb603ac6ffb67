//! `/account/personal-data`, its file, and `/account/delete`.

use leptos::prelude::*;
use service::personal_data::DeletionView;

use super::personal_data_api::{DeleteAccount, ExportData};
use crate::context::{link, query, services, t, viewer};
use crate::form::FormState;
use crate::layout::Screen;
use crate::routes::{FileAnswer, FileResult, PageResult, paths};
use crate::ui::{self, Field, form_errors, text_field};

/// What one can do with the own data.
pub async fn personal_data_page() -> PageResult {
    viewer().require_user()?;
    let title = t("个人信息", "Personal data");
    let body = view! {
        <div class="wrap--narrow stack stack--l">
            {ui::crumbs(&[(&paths::account(), t("我的", "My account"))], title)}
            <h1>{title}</h1>
            <p>
                {t("我们记下什么、用来做什么、保存多久，写在", "What we keep, what for and how long is said on the page ")}
                <a href=link(&paths::privacy())>{t("个人信息保护", "Personal data")}</a>
                {t("。", ".")}
            </p>
            {export()}
            <section class="box stack stack--s">
                <h2>{t("注销账号", "Delete the account")}</h2>
                <p>{t("删除账号和收件信息。先看看会删掉什么、保留什么。", "Erases the account and its delivery details. See first what goes and what stays.")}</p>
                <p><a class="btn btn--plain" href=link(&paths::delete_account())>{t("查看并注销", "See and delete")}</a></p>
            </section>
        </div>
    };
    Ok(Screen::shop(title, body))
}

fn export() -> AnyView {
    let state = FormState::of::<ExportData>();
    let label = t("密码", "Password");
    view! {
        <section class="box stack stack--s">
            <h2>{t("带走我的数据", "Take my data along")}</h2>
            <p>{t(
                "一个 JSON 文件：资料、登录设备、订单（收件信息、商品、付款、退款）、购物车、账号记录。",
                "One JSON file: profile, devices, orders (recipients, goods, payments, refunds), cart, and what was done to the account.",
            )}</p>
            <form class="form" method="post" action=state.action()>
                {form_errors(&state, &[("password", label)])}
                {text_field(
                    &state,
                    &Field::new("password", label)
                        .hint(t("再输一次密码，确认是您本人", "Once more, so that we know it is you"))
                        .kind("password")
                        .autocomplete("current-password"),
                )}
                <div class="form__acts"><button class="btn btn--primary">{t("下载", "Download")}</button></div>
            </form>
        </section>
    }
    .into_any()
}

/// The file itself.
pub async fn data_export_file() -> FileResult {
    let bytes = service::personal_data::export_file(&services(), &viewer(), &query("ticket")).await?;
    Ok(FileAnswer { name: "xiangji-personal-data.json".to_owned(), content_type: "application/json", bytes })
}

/// What goes, what stays, what stands in the way; then the password.
pub async fn delete_account_page() -> PageResult {
    let deletion = service::personal_data::deletion_view(&services(), &viewer()).await?;
    let title = t("注销账号", "Delete the account");
    let act = if deletion.is_possible() { confirm() } else { obstacles(&deletion) };
    let body = view! {
        <div class="wrap--narrow stack stack--l">
            {ui::crumbs(&[(&paths::account(), t("我的", "My account")), (&paths::personal_data(), t("个人信息", "Personal data"))], title)}
            <h1>{title}</h1>
            {what_goes()}
            {what_stays(&deletion)}
            {act}
        </div>
    };
    Ok(Screen::shop(title, body))
}

fn what_goes() -> AnyView {
    let items = [
        t("称呼、手机号、邮箱、密码和两步验证", "Name, phone, e-mail, password and second factor"),
        t("所有登录的设备、购物车", "All signed-in devices, the cart"),
        t(
            "您订单里的收件人、电话、详细地址、备注、邮箱和个人发票抬头",
            "Of your orders: recipient, phone, street address, note, e-mail and a person’s invoice title",
        ),
    ];
    let items: Vec<_> = items.into_iter().map(|item| view! { <li>{item}</li> }).collect();
    view! {
        <section class="prose">
            <h2>{t("马上删除", "Erased at once")}</h2>
            <ul>{items}</ul>
            <p>{t("删除后无法恢复，也不能再按订单号查询。", "Nothing of it can be brought back, and the orders can no longer be found.")}</p>
        </section>
    }
    .into_any()
}

fn what_stays(deletion: &DeletionView) -> AnyView {
    let (days, name) = (deletion.kept_days, deletion.pseudonym.clone());
    view! {
        <section class="prose">
            <h2>{t("依法保留", "Kept because the law wants it")}</h2>
            <ul>
                <li>
                    {t("交易记录（商品、金额、时间、区县、付款、快递单号），自订单结束起 ", "Trade records (goods, amounts, times, district, payments, tracking number), days from the end of the order: ")}
                    <span class="num">{days}</span>
                    {t(" 天", "")}
                </li>
                <li>{t("账号的安全记录（不含姓名）", "The account’s security log, without the name")}</li>
            </ul>
            <p>{t("这些记录改用假名：", "They carry a pseudonym from then on: ")}<strong>{name}</strong></p>
        </section>
    }
    .into_any()
}

fn obstacles(deletion: &DeletionView) -> AnyView {
    let mut rows = Vec::new();
    if deletion.open_orders > 0 {
        rows.push(view! {
            <li>
                {t("还没结束的订单：", "Orders that have not ended: ")}<span class="num">{deletion.open_orders}</span>{t("。", ". ")}
                <a href=link(&paths::orders())>{t("付款、取消，或等售后期结束", "Pay, cancel, or wait for the end of the after-sale window")}</a>
            </li>
        }.into_any());
    }
    if deletion.open_refunds > 0 {
        rows.push(view! {
            <li>
                {t("正在退回的款项：", "Refunds on their way: ")}<span class="num">{deletion.open_refunds}</span>
                {t("。到账后再注销，以免退款丢失。", ". Delete once they have arrived, or the money could be lost.")}
            </li>
        }.into_any());
    }
    if deletion.roles > 0 {
        rows.push(
            view! {
                <li>
                    {t("在任的角色：", "Roles in force: ")}<span class="num">{deletion.roles}</span>
                    {t("。请先请县服务团把角色交给别人。", ". Ask the county corps to hand them over first.")}
                </li>
            }
            .into_any(),
        );
    }
    let list = view! { <ul>{rows}</ul> };
    ui::alert("warn", t("现在还不能注销", "It cannot be deleted yet"), list)
}

fn confirm() -> AnyView {
    let state = FormState::of::<DeleteAccount>();
    let label = t("密码", "Password");
    view! {
        <section class="box">
            <form class="form" method="post" action=state.action()>
                {form_errors(&state, &[("password", label)])}
                {text_field(
                    &state,
                    &Field::new("password", label)
                        .hint(t("再输一次密码，确认是您本人", "Once more, so that we know it is you"))
                        .kind("password")
                        .autocomplete("current-password"),
                )}
                <div class="form__acts">
                    <button class="btn btn--danger">{t("永久注销账号", "Delete the account for good")}</button>
                    <a class="btn btn--quiet" href=link(&paths::account())>{t("不注销", "Keep it")}</a>
                </div>
            </form>
        </section>
    }
    .into_any()
}
