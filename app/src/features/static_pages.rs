//! Pages that only say something: about, personal data, licences.

use leptos::prelude::*;

use crate::context::{link, query, services, site, t};
use crate::layout::Screen;
use crate::routes::{Page, PageResult, paths};
use crate::ui::{alert, facts};

/// The pages of this feature.
#[must_use]
pub fn pages() -> Vec<Page> {
    vec![
        Page::new("/about", about_page),
        Page::new("/privacy", privacy_page),
        Page::new("/licences", licences_page),
    ]
}

async fn about_page() -> PageResult {
    let title = t("乡集是什么", "What Xiangji is");
    let paragraphs = [
        t(
            "城市的单位、学校、银行和机关派干部驻村。乡集把他们帮村里上架的农产品卖给大家和派出单位。",
            "Cities, universities, banks and bureaus post cadres to villages. Xiangji sells what those villages make to the public and to the posting units.",
        ),
        t(
            "每件商品都写明来自哪个村、哪一批。下单时，货款按各村投料的重量分到村集体名下，分到每一分钱；过了售后期，这笔钱就可以拨付。",
            "Every product names its village and its batch. When an order is placed, its amount is split over the villages’ collectives by the weight each put in, to the fen; once the after-sale window has closed, the money can be paid out.",
        ),
        t(
            "干部、服务队和派出单位只记业绩，不拿提成。",
            "Cadres, teams and units are credited with a sale, but never earn a commission.",
        ),
    ];
    let description = paragraphs[0];
    let text: Vec<_> = paragraphs.into_iter().map(|paragraph| view! { <p>{paragraph}</p> }).collect();
    let body = view! { <article class="prose wrap--narrow"><h1>{title}</h1>{text}</article> };
    Ok(Screen::shop(title, body).public(description))
}

async fn privacy_page() -> PageResult {
    let title = t("个人信息保护", "Personal data");
    let rules = services().rules.clone();
    let (days, kept, address_days) =
        (rules.session_days, rules.trade_record_days, rules.security_address_days);
    let deleted = (query("deleted") == "1").then(|| {
        let text = t(
            "账号已注销，个人信息已删除。欢迎再来。",
            "The account is deleted and its data erased. You are welcome any time.",
        );
        alert("ok", text, ())
    });
    let contact = site().contact.clone();
    let contact = if contact.is_empty() { t("客服", "customer service").to_owned() } else { contact };
    let body = view! {
        <article class="prose wrap--narrow">
            <h1>{title}</h1>
            {deleted}
            <h2>{t("我们记下什么", "What we keep")}</h2>
            <ul>
                <li>{t("账号：手机号或邮箱、称呼、加密后的密码。", "Account: phone or e-mail, the name you chose, the password in hashed form.")}</li>
                <li>{t("订单：收件人、电话、地址、买了什么、开票信息。", "Orders: recipient, phone, address, what was bought, invoice details.")}</li>
                <li>{t(
                    "工作人员：没保存的表单和照片先存在自己的浏览器里，保存或退出登录后就没有了；打开过的商品表单留在浏览器里最多一天，断网时可以接着写；另有一个 5 秒的 Cookie，只记保存的时刻。",
                    "Staff: unsaved forms and photos stay in their own browser until they are saved or signed out, and forms of listings for a day at most, to go on with without a network; a cookie of five seconds holds the moment of a save.",
                )}</li>
                <li>{t("登录：一个 Cookie，只用来认出您的会话，不做跟踪。", "Sign-in: one cookie that recognises your session; no tracking.")}</li>
                <li>{t(
                    "登录过的浏览器：另一个 Cookie，退出后仍在，只让别人猜您的密码时不会连累您等待；它打不开任何东西。",
                    "Browsers you signed in on: another cookie, which stays after signing out and only keeps you from waiting when others guess at your password; it opens nothing.",
                )}</li>
            </ul>
            <h2>{t("用来做什么", "What it is for")}</h2>
            <p>{t(
                "发货、售后、开票，以及法律要求保存的交易记录（至少三年）。收件信息只给负责发货的服务队看。",
                "Shipping, after-sales, invoices, and the trade records the law wants kept (three years at least). Delivery details are shown only to the team that ships.",
            )}</p>
            <h2>{t("保存多久", "How long")}</h2>
            <ul>
                <li>{t("登录状态，不使用时保留的天数：", "A sign-in, days without use: ")}<span class="num">{days}</span></li>
                <li>{t("订单的收件人、电话和地址，自订单结束起的天数：", "Recipient, phone and address of an order, days from its end: ")}<span class="num">{kept}</span></li>
                <li>{t("登录过的浏览器，自上次登录起的天数：", "Browsers you signed in on, days from the last time: ")}<span class="num">{address_days}</span></li>
                <li>{t("操作来自哪个网络地址，保留天数：", "From which network address something was done, days: ")}<span class="num">{address_days}</span></li>
            </ul>
            <h2>{t("您的权利", "Your rights")}</h2>
            <ul>
                <li><a href=link(&paths::account())>{t("查阅和更正", "See and correct")}</a></li>
                <li><a href=link(&paths::personal_data())>{t("带走我的数据", "Take my data along")}</a></li>
                <li><a href=link(&paths::delete_account())>{t("注销账号", "Delete the account")}</a></li>
            </ul>
            <p>{t("没有账号，或者有疑问，请联系：", "Without an account, or with a question, contact: ")}{contact}</p>
        </article>
    };
    Ok(Screen::shop(title, body)
        .public(t("乡集收集哪些个人信息、用来做什么。", "Which personal data Xiangji keeps, and what for.")))
}

async fn licences_page() -> PageResult {
    let title = t("证照公示", "Licences");
    let site = site();
    let rows: Vec<(&'static str, AnyView)> = [
        (t("营业执照", "Business licence"), site.business_licence.clone()),
        (t("食品经营许可证", "Food permit"), site.food_permit.clone()),
        (t("网站备案号", "ICP record"), site.icp_record.clone()),
    ]
    .into_iter()
    .map(|(name, value)| {
        let shown = if value.is_empty() { t("尚未公示", "Not disclosed yet").to_owned() } else { value };
        (name, shown.into_any())
    })
    .collect();
    let body = view! { <article class="wrap--narrow stack"><h1>{title}</h1>{facts("", rows)}</article> };
    Ok(Screen::shop(title, body).public(t("营业执照与食品经营许可证。", "Business licence and food permit.")))
}
