//! Keeps what is typed into a listing: on the server as soon as it rests, in the browser until then.

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
            Self::Saving => fixed("保存中…", "Saving…"),
            Self::Saved(time, 0) => format!("{} {time}", locale.pick("已自动保存", "Saved")),
            Self::Saved(time, unread) => match locale {
                Locale::Zh => format!("已自动保存 {time}，有 {unread} 处需要修改"),
                Locale::En => format!("Saved {time}; {unread} to mend"),
            },
            Self::Offline => fixed(
                "未保存：网络不通，内容已存在本机",
                "Not saved: no connection. It is kept on this device",
            ),
            Self::Refused(why) => format!("{}{why}", locale.pick("未保存：", "Not saved: ")),
            Self::Uploading(count) => match locale {
                Locale::Zh => format!("还有 {count} 张照片在上传，请稍等"),
                Locale::En if count == "1" => "1 photo is still being uploaded".to_owned(),
                Locale::En => format!("{count} photos are still being uploaded"),
            },
        }
    }
}

/// The form that is watched over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeptForm {
    pub form_id: String,
    pub product: String,
    /// Of the listing that is being changed.
    pub version: i64,
    /// Where the form is sent.
    pub address: String,
    pub saves_itself: bool,
    pub is_refused: bool,
}

crate::island::readable!(KeptForm { form_id, product, version, address, saves_itself, is_refused });

crate::island::island! {
    /// Stands in the form and watches over it. A published listing is not saved by itself: half a change must not be in
    /// the shop; it is only kept in the browser.
    pub fn listing_keeper(form: KeptForm, locale: Locale) = content;
}

fn content(form: KeptForm, locale: Locale) -> impl IntoView {
    let KeptForm { form_id, product, version, address, saves_itself, is_refused } = form;
    let kept = RwSignal::new(Kept::Untouched);
    let is_restored = RwSignal::new(false);
    #[cfg(feature = "hydrate")]
    {
        let start = keeping::Start {
            form_id,
            product: product.clone(),
            version,
            address,
            saves_itself,
            is_refused,
            locale,
            kept,
            is_restored,
        };
        // After hydration, which must find what the server sent: it would not show what was restored before.
        leptos::task::spawn_local(async move { keeping::start(start) });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (form_id, &product, version, address, saves_itself, is_refused);
    let drop_restored = move |_| {
        #[cfg(feature = "hydrate")]
        {
            super::browser::drop_copy(&product);
            let _ = window().location().reload();
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = &product;
    };
    view! {
        <span class="saved" role="status">{move || kept.get().words(locale)}</span>
        <span class="small" role="status" hidden=move || !is_restored.get()>
            {locale.pick("已恢复上次没保存的内容。", "What you had not saved is back. ")}
            <button type="button" class="linklike" on:click=drop_restored>{locale.pick("不要了", "Drop it")}</button>
        </span>
    }
}
