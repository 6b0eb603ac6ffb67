//! The keys of a console (`public/keys.js`): the dialogue that tells them and switches them off, as one key alone must be
//! (WCAG 2.2, 2.1.4), and the button that opens it. Without scripts and where nothing hovers, as on a phone, the button is not
//! seen and single keys do nothing.

use leptos::nonce::use_nonce;
use leptos::prelude::*;

use crate::context::{asset, t};
use crate::ui::{icon, icon_s};

/// The button, for the end of the side navigation.
pub(super) fn opener() -> AnyView {
    view! {
        <button class="btn btn--quiet btn--s side__keys" type="button" id="keys-open" aria-haspopup="dialog" hidden>
            {icon_s("grid")}{t("快捷键", "Keys")}" "<kbd>"?"</kbd>
        </button>
    }
    .into_any()
}

/// The dialogue, the line that tells how many are ticked, and the script.
pub(super) fn part() -> AnyView {
    let rows = [
        ("j k", t("下一行、上一行；回车打开", "Next row, previous row; Enter opens it")),
        ("x", t("勾选这一行；按住 Shift 连选", "Tick the row; with Shift all from the last one")),
        ("a", t("全选或全不选", "Tick all, or none")),
        ("/", t("查找、筛选；Esc 离开输入框", "Find or narrow; Esc leaves the field")),
        ("[ ]", t("上一页、下一页", "Previous page, next page")),
        ("1 … 9", t("左边第几栏", "Section of the navigation, from the top")),
        (
            "Ctrl Enter",
            t(
                "保存正在填的表，有几个按钮时先选中第一个（苹果电脑 ⌘ 回车）",
                "Save the form one types in; where it has several buttons, go to the first (⌘ Enter on a Mac)",
            ),
        ),
        ("?", t("这份说明", "This list")),
    ];
    let rows: Vec<_> = rows
        .into_iter()
        .map(|(keys, words)| {
            let keys: Vec<_> = keys
                .split(' ')
                .map(|key| match key {
                    "…" => view! { "… " }.into_any(),
                    key => view! { <kbd>{key}</kbd>" " }.into_any(),
                })
                .collect();
            view! { <div><dt>{keys}</dt><dd>{words}</dd></div> }
        })
        .collect();
    view! {
        <dialog class="dialog" id="keys" aria-labelledby="keys-title">
            <form method="dialog">
                <div class="dialog__head">
                    <h2 id="keys-title">{t("键盘快捷键", "Keyboard shortcuts")}</h2>
                    <button class="icon-btn" aria-label=t("关闭", "Close")>{icon("close")}</button>
                </div>
                <dl class="facts facts--plain">{rows}</dl>
                <label class="check form__acts">
                    <input type="checkbox"/>
                    <span>{t("使用单键快捷键（关掉后，到退出登录为止）", "Single keys do these things (off lasts until you sign out)")}</span>
                </label>
            </form>
        </dialog>
        <p class="vh" role="status" id="keys-told" data-words=t("已勾选 {n} / {all}", "{n} of {all} ticked")></p>
        <script type="module" nonce=use_nonce() src=asset("keys.js")></script>
    }
    .into_any()
}
