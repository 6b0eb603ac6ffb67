//! What a console shows where there is no network. The worker of the consoles keeps it (`public/worker.js`, decision 0031).

use leptos::nonce::use_nonce;
use leptos::prelude::*;

use crate::context::{asset, t};
use crate::layout::Screen;
use crate::routes::{Page, PageResult};

/// The pages of this feature.
#[must_use]
pub fn pages() -> Vec<Page> {
    vec![Page::new("/offline", offline_page)]
}

/// Shown in place of a page that cannot be had, to whoever holds the device: it says nothing of anybody. Where it stands
/// alone (without its style) it is still read.
async fn offline_page() -> PageResult {
    let title = t("没有网络", "There is no network");
    let body = view! {
        // The script finds it by its name.
        <section class="problem" id="offline">
            <h1>{title}</h1>
            <p>
                {t(
                    "这一页现在打不开。您在卖家中心等工作页面写的内容、拍的照片都存在本机，没有丢；恢复后打开原来的页面，就填回去了。",
                    "This page cannot be opened now. What you typed and photographed where you work is kept on this device. Nothing is lost: it is back in its form when you open that page with a network.",
                )}
            </p>
            <p>{t("网络恢复后，这里会自己再试。", "When the network is back, this tries again by itself.")}</p>
            // An empty address is the one that was asked for.
            <div class="row"><a class="btn btn--primary" href="">{t("再试一次", "Try again")}</a></div>
        </section>
        <script type="module" nonce=use_nonce() src=asset("offline.js")></script>
    };
    Ok(Screen::sheet(title, body))
}
