//! The payment page, where a person decides how the payment goes. Plain HTML: it works without scripts.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use crate::form::Form;
use crate::ledger::{IntentStatus, Session, SessionStatus};
use crate::session::Step;
use crate::{Shared, objects, session};

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/pay/{id}", get(show)).route("/pay/{id}/{action}", post(act))
}

async fn show(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    let found = shared.with(|world, _| {
        let session = session::find(world, &id).ok()?.clone();
        let intent = session.intent_id.as_ref().and_then(|id| world.ledger.intents.get(id));
        let declined =
            intent.is_some_and(|it| it.declined && it.status == IntentStatus::RequiresPaymentMethod);
        Some((session, declined))
    });
    match found {
        Some((session, declined)) => html(StatusCode::OK, &render(&session, declined)),
        None => html(StatusCode::NOT_FOUND, &not_found()),
    }
}

async fn act(
    State(shared): State<Arc<Shared>>,
    Path((id, action)): Path<(String, String)>,
    body: Bytes,
) -> Response {
    let form = Form::parse(&String::from_utf8_lossy(&body));
    let method = form.get(&["method"]).unwrap_or_default();
    let step = match action.as_str() {
        "succeed" => Some(Step::Succeed),
        "later" => Some(Step::Later { succeeds: true }),
        "later_fail" => Some(Step::Later { succeeds: false }),
        "fail" => Some(Step::Decline),
        "abandon" => None,
        _ => return html(StatusCode::NOT_FOUND, &not_found()),
    };
    let session = match step {
        Some(step) => shared.with(|world, now_ms| session::pay(world, &id, method, step, now_ms)),
        None => shared.with(|world, _| session::find(world, &id).cloned()),
    };
    let Ok(session) = session else {
        return html(StatusCode::NOT_FOUND, &not_found());
    };
    match (session.status, step) {
        (_, None) => Redirect::to(&back_url(&session)).into_response(),
        (SessionStatus::Complete, Some(_)) => Redirect::to(&done_url(&session)).into_response(),
        // Declined or too late: the page itself says so. Relative, so that it holds under any prefix.
        _ => Redirect::to(&format!("../{id}")).into_response(),
    }
}

fn done_url(session: &Session) -> String {
    session.success_url.replace("{CHECKOUT_SESSION_ID}", &session.id)
}

fn back_url(session: &Session) -> String {
    session.cancel_url.clone().unwrap_or_else(|| done_url(session))
}

fn html(status: StatusCode, body: &str) -> Response {
    let mut response = (status, axum::response::Html(body.to_owned())).into_response();
    let headers = response.headers_mut();
    let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex"));
    response
}

const STYLE: &str = "
:root{color-scheme:light dark}
body{margin:0;font:1rem/1.6 system-ui,'PingFang SC','Microsoft YaHei',sans-serif;background:#f4f2ec;color:#1f2a24}
main{max-width:26rem;margin:0 auto;padding:1rem}
.notice{background:#7a3b00;color:#fff;padding:.75rem 1rem;text-align:center;font-weight:600}
.sum{font-size:2.25rem;font-weight:700;margin:.25rem 0}
.card{background:#fff;border-radius:.75rem;padding:1rem;margin:1rem 0}
fieldset{border:0;margin:0 0 1rem;padding:0}legend{font-weight:600;padding:0}
label{display:flex;gap:.75rem;align-items:center;min-height:2.75rem}
input{width:1.25rem;height:1.25rem}
button,.link{display:block;box-sizing:border-box;width:100%;min-height:3rem;margin:.5rem 0;padding:.6rem;font:inherit;\
text-align:center;border:1px solid #2f6b4f;border-radius:.5rem;background:transparent;color:inherit;text-decoration:none;cursor:pointer}
button.main{background:#2f6b4f;color:#fff;font-weight:600}
:focus-visible{outline:3px solid #b8621b;outline-offset:2px}
.problem{border:2px solid #b3261e;border-radius:.5rem;padding:.75rem;margin:0 0 1rem}
small{color:#5b655f}
@media(prefers-color-scheme:dark){body{background:#17201b;color:#eceae3}.card{background:#222d27}small{color:#aab5ae}}
";

fn page(lang: &str, title: &str, notice: &str, content: &str) -> String {
    format!(
        "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>{title}</title><style>{STYLE}</style></head>\
         <body><p class=\"notice\" style=\"margin:0\">{notice}</p><main><h1>{title}</h1>{content}</main></body></html>"
    )
}

/// The words of one language.
struct Words {
    lang: &'static str,
    is_zh: bool,
}

impl Words {
    fn of(session: &Session) -> Self {
        // Whoever names no language gets Chinese: the shop's buyers are in China.
        let is_zh =
            session.locale.as_deref().is_none_or(|locale| locale.starts_with("zh") || locale == "auto");
        Self { lang: if is_zh { "zh-CN" } else { "en" }, is_zh }
    }

    fn t(&self, zh: &'static str, en: &'static str) -> &'static str {
        if self.is_zh { zh } else { en }
    }

    fn notice(&self) -> &'static str {
        self.t("演示支付页，不会扣款", "Demonstration payment page – no real money")
    }

    fn method(&self, method: &str) -> &'static str {
        match method {
            "alipay" => self.t("支付宝", "Alipay"),
            "wechat_pay" => self.t("微信支付", "WeChat Pay"),
            _ => self.t("银行卡", "Card"),
        }
    }
}

fn render(session: &Session, declined: bool) -> String {
    let words = Words::of(session);
    let names: Vec<String> = session.line_names.iter().map(|name| escape(name)).collect();
    let sum = objects::yuan(session.amount);
    let mut content =
        format!("<div class=\"card\"><div>{}</div><p class=\"sum\">{sum}</p></div>", names.join("<br>"));
    content.push_str(&match session.status {
        SessionStatus::Open => choices(session, declined, &words),
        SessionStatus::Complete => ended(
            words.t("这笔支付已经完成，不用再付。", "This payment is done. There is nothing more to pay."),
            words.t("返回商城", "Back to the shop"),
            &done_url(session),
        ),
        SessionStatus::Expired => ended(
            words.t(
                "支付页已关闭，没有扣款。请回到订单重新支付。",
                "This page is closed and nothing was paid. Go back to the order to pay again.",
            ),
            words.t("返回订单", "Back to the order"),
            &back_url(session),
        ),
    });
    page(words.lang, words.t("付款", "Payment"), words.notice(), &content)
}

fn choices(session: &Session, declined: bool, words: &Words) -> String {
    let id = escape(&session.id);
    let problem = if declined {
        let text = words
            .t("支付没有成功：银行拒绝了。可以再试一次。", "The payment was declined. You can try again.");
        format!("<p class=\"problem\" role=\"alert\">{text}</p>")
    } else {
        String::new()
    };
    let radios: String = session
        .payment_method_types
        .iter()
        .enumerate()
        .map(|(index, method)| {
            let checked = if index == 0 { " checked" } else { "" };
            let name = words.method(method);
            format!(
                "<label><input type=\"radio\" name=\"method\" value=\"{}\"{checked}>{name}</label>",
                escape(method)
            )
        })
        .collect();
    let button = |action: &str, class: &str, text: &str| {
        format!("<button{class} formaction=\"{id}/{action}\">{text}</button>")
    };
    let buttons = [
        button("succeed", " class=\"main\"", words.t("付款成功", "Pay – succeeds")),
        button("later", "", words.t("稍后到账", "Pay – money arrives later")),
        button("later_fail", "", words.t("稍后失败", "Pay – fails later")),
        button("fail", "", words.t("付款失败", "Pay – declined")),
        button("abandon", "", words.t("不付了，返回", "Do not pay, go back")),
    ];
    format!(
        "{problem}<form class=\"card\" method=\"post\" action=\"{id}/succeed\"><fieldset><legend>{}</legend>{radios}\
         </fieldset>{}</form><p><small>{}</small></p>",
        words.t("支付方式", "Way to pay"),
        buttons.concat(),
        words.t(
            "请选择这笔演示支付的结果。请勿填写真实的银行卡信息。",
            "Choose how this demonstration payment goes. Never enter real card details."
        )
    )
}

fn ended(text: &str, link: &str, url: &str) -> String {
    format!("<p role=\"status\">{text}</p><a class=\"link\" href=\"{}\">{link}</a>", escape(url))
}

fn not_found() -> String {
    let content = "<p>没有这个支付页。 / There is no such payment page.</p>";
    page(
        "zh-CN",
        "付款 / Payment",
        "演示支付页，不会扣款 / Demonstration payment page – no real money",
        content,
    )
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
