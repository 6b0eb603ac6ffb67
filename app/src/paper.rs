//! PDF files: made one at a time off the threads that answer, or a page that says why there is none.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use domain::locale::Locale;
use leptos::prelude::*;
use print::{Document, FontFiles, PrintError, Printed};
use service::ServiceError;
use tokio::sync::Semaphore;

use crate::context::{link, locale, now_ms, site, t};
use crate::layout::Screen;
use crate::routes::{FileAnswer, Served, ServedResult};
use crate::ui;

/// A file holds its fonts in memory while it is made, some thirty megabytes: whoever comes next waits for a moment.
static TABLE: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(1)));
/// A page that waits longer for the table keeps a place from others.
const PATIENCE: Duration = Duration::from_secs(3);

/// The same selection as a page to print, as a file.
///
/// `back` leads to that page, which the browser prints without a font of ours.
///
/// # Errors
/// [`ServiceError::Busy`] while others' files are made; the file could not be put together, which is ours to mend.
pub async fn file(
    name: String,
    title: &str,
    back: &str,
    make: impl FnOnce(&Document, &FontFiles) -> print::Result<Printed> + Send + 'static,
) -> ServedResult {
    let fonts = site().print_fonts.clone();
    let language = locale().pick("zh-CN", "en").to_owned();
    let document = Document { title: title.to_owned(), language, made_at_ms: now_ms() };
    let turn = tokio::time::timeout(PATIENCE, TABLE.clone().acquire_owned()).await;
    let turn = turn.map_err(|_| ServiceError::Busy)?.map_err(ServiceError::internal)?;
    let work = tokio::task::spawn_blocking(move || {
        // Held until the file is made, whoever has stopped waiting for it.
        let _turn = turn;
        make(&document, &fonts)
    });
    let made = work.await.map_err(ServiceError::internal)?;
    match made {
        Ok(printed) => {
            if !printed.missing.is_empty() {
                // The characters alone, without whose name they are of.
                let missing: Vec<String> = printed
                    .missing
                    .iter()
                    .map(|character| format!("U+{:04X}", u32::from(*character)))
                    .collect();
                tracing::warn!(characters = missing.join(" "), "no font has these: they are boxes on paper");
            }
            Ok(Served::File(FileAnswer::pdf(name, printed.bytes)))
        }
        Err(PrintError::NoFont) => Ok(without_font(title, back)),
        Err(error) => Err(ServiceError::internal(error)),
    }
}

/// Nothing to print.
#[must_use]
pub fn nothing(title: &str, back: &str) -> Served {
    let action = view! {
        <a class="btn btn--primary" href=link(back)>{t("返回", "Back")}</a>
    };
    let body = ui::empty("package", t("没有要打印的", "Nothing to print"), "", action);
    Served::Screen(Box::new(Screen::sheet(title, body)))
}

fn without_font(title: &str, back: &str) -> Served {
    let words = match locale() {
        Locale::Zh => {
            "服务器上没有中文字体，暂时不能生成 PDF。请管理员安装 fonts-noto-cjk，或在配置里设置 print_fonts；现在可以回到上一页，用浏览器打印。"
        }
        Locale::En => {
            "The server has no Chinese font, so there is no PDF for now. Ask who runs it to install fonts-noto-cjk or to set print_fonts; meanwhile the page before prints from the browser."
        }
    };
    let action = view! {
        <a class="btn btn--primary" href=link(back)>{t("用浏览器打印", "Print from the browser")}</a>
    };
    let body = ui::empty("print", t("暂时不能生成 PDF", "No PDF for now"), words, action);
    Served::Screen(Box::new(Screen::sheet(title, body).status(503)))
}
