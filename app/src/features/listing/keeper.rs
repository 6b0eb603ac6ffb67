//! Saves what is typed into a draft as soon as it rests. Until then, and when it cannot, the page's script keeps it in the
//! browser (`public/field.js`).

use domain::locale::Locale;
use leptos::prelude::*;
use serde::Serialize;

#[cfg(feature = "hydrate")]
mod keeping;
#[cfg(feature = "hydrate")]
mod typed_form;

/// What became of what was typed.
#[cfg_attr(
    not(feature = "hydrate"),
    expect(dead_code, reason = "only the browser gets beyond the first state")
)]
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kept {
    /// Nothing was typed yet.
    Untouched,
    /// Typed, and kept in this browser only.
    Here,
    Saving,
    /// On the server since this time of day; so many fields could not be read.
    Saved(String, usize),
    Offline,
    /// The same where the browser keeps nothing: it is in this page only.
    OnlyHere,
    /// The server said no.
    Refused(String),
    /// So many photos are still on their way.
    Uploading(String),
}

impl Kept {
    fn words(&self, locale: Locale) -> String {
        let fixed = |zh, en| locale.pick(zh, en).to_owned();
        match self {
            Self::Untouched => String::new(),
            Self::Here => fixed("有未保存的修改", "Not saved yet"),
            Self::Saving => fixed("正在保存", "Saving"),
            Self::Saved(time, 0) => {
                format!("{} {time}", locale.pick("已存到服务器", "Saved on the server at"))
            }
            Self::Saved(time, unread) => match locale {
                Locale::Zh => format!("已存到服务器 {time}，有 {unread} 处需要修改"),
                Locale::En => format!("Saved on the server at {time}; {unread} to mend"),
            },
            Self::Offline => fixed("存在本机，等网络", "Kept on this device, waiting for the network"),
            Self::OnlyHere => {
                fixed("没有网络，请别关这一页", "Waiting for the network: leave this page open")
            }
            Self::Refused(why) => format!("{}{why}", locale.pick("未保存：", "Not saved: ")),
            Self::Uploading(count) => match locale {
                Locale::Zh => format!("还有 {count} 张照片没传完：都存在本机，传完就自动提交"),
                Locale::En if count == "1" => {
                    "1 photo is still on its way. It is kept on this device; the form is sent after it"
                        .to_owned()
                }
                Locale::En => format!(
                    "{count} photos are still on their way. They are kept on this device; the form is sent after them"
                ),
            },
        }
    }
}

/// The form that is watched over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeptForm {
    pub form_id: String,
    /// Where the form is sent.
    pub address: String,
    pub saves_itself: bool,
}

crate::island::readable!(KeptForm { form_id, address, saves_itself });

crate::island::island! {
    /// Stands in the form and watches over it. A published listing is not saved by itself: half a change must not be in
    /// the shop; it is only kept in the browser.
    pub fn listing_keeper(form: KeptForm, locale: Locale) = content;
}

fn content(form: KeptForm, locale: Locale) -> impl IntoView {
    let kept = RwSignal::new(Kept::Untouched);
    #[cfg(feature = "hydrate")]
    {
        let KeptForm { form_id, address, saves_itself } = form;
        let start = keeping::Start { form_id, address, saves_itself, locale, kept };
        // After hydration, which must find what the server sent.
        leptos::task::spawn_local(async move { keeping::start(start) });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = form;
    view! { <span class="saved" role="status">{move || kept.get().words(locale)}</span> }
}
