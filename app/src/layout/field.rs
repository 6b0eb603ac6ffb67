//! What a console gives to who works in a field: a script that keeps what is typed until the server has it
//! (`public/field.js`, see decision 0028), one for when a page is loaded without a network (`public/offline.js`, see
//! decision 0031), and the line that tells that something was saved.

use leptos::nonce::use_nonce;
use leptos::prelude::*;

use super::document::script_json;
use crate::context::{asset, request, t, viewer};
use crate::features::listing::PIECES_PATH;

/// The scripts, with whose console this is and with their words; nothing for who is not signed in.
pub(super) fn part() -> AnyView {
    let Some(account) = viewer().user_id() else { return ().into_any() };
    // Where a moment stands in a sentence there is an ellipsis.
    let words = serde_json::json!({
        "saving": t("正在保存", "Saving"),
        "saved": t("已存到服务器 …", "Saved on the server at …"),
        "waiting": t(
            "存在本机，等网络：恢复后自动发送",
            "Kept on this device, waiting for the network: then it is sent by itself",
        ),
        "waiting_here": t(
            "没有网络，等网络：这一页开着，恢复后就自动发送",
            "Waiting for the network: while this page stays open it is then sent by itself",
        ),
        "busy": t("服务器忙，稍后自动再发", "The server is busy: it is sent again by itself"),
        "do_not": t("不发送了", "Do not send"),
        "press_again": t(
            "没有收到答复：先看看是否已经保存，再按一次",
            "No answer came: look whether it is saved, then press again",
        ),
        "here": t("有未保存的修改", "Not saved yet"),
        "unsaved": t(
            "还没有存到服务器：您在 … 写的内容已经填回来了。",
            "Not saved on the server yet: what you typed at … is back.",
        ),
        "photos": t(
            "还没有存到服务器：您在 … 选的照片已经放回来了。",
            "Not saved on the server yet: the photos you chose at … are back.",
        ),
        "go_on": t("接着写", "Go on"),
        "give_up": t("放弃", "Drop it"),
        "newer": t(
            "还没有存到服务器：您在 … 写过这张表，之后服务器上的内容变了。下面是服务器上的内容。",
            "Not saved on the server yet: you typed here at …, and the server's version has changed since. Below is the server's.",
        ),
        "mine": t("用我写的", "Use mine"),
        "theirs": t("放弃我写的", "Drop mine"),
        "offline": t(
            "没有网络，这是 … 打开的页面。您写的内容存在本机，恢复后再保存。",
            "There is no network: this is the page as of …. What you type is kept on this device and can be saved when it is back.",
        ),
    });
    let nonce = use_nonce();
    view! {
        <script
            type="application/json"
            id="field"
            data-account=account.to_string()
            data-pieces=PIECES_PATH
            nonce=nonce.clone()
            inner_html=script_json(&words)
        ></script>
        <script type="module" nonce=nonce.clone() src=asset("offline.js")></script>
        <script type="module" nonce=nonce src=asset("field.js")></script>
    }
    .into_any()
}

/// That what was sent is on the server, on the page that follows.
pub(super) fn saved() -> AnyView {
    let Some(at_ms) = request().saved_at_ms else { return ().into_any() };
    let moment = domain::time::china_minute_text(at_ms);
    let clock = moment.split(' ').next_back().unwrap_or_default().to_owned();
    view! { <p class="saved" role="status">{t("已存到服务器 ", "Saved on the server at ")}{clock}</p> }
        .into_any()
}
