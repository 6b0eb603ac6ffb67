//! The HTML document around every page: head, scripts, body.

use domain::locale::Locale;
use leptos::nonce::use_nonce;
use leptos::prelude::*;

use super::{Frame, Screen, console, shop};
use crate::context::{asset, localised, request, site, t, viewer};
use crate::ui::icon;

/// Loads the client only where the page has an island, glue and WASM side by side, once the photos in sight are painted or
/// somebody touches the page (until then it works as a page without scripts does), and then wakes island after island, each
/// in a task of its own so that a slow phone answers a finger in between; the order (outer before inner, children handed over
/// on the way) is that of `leptos::HydrationScripts`.
const ISLAND_LOADER: &str = r#"if(document.querySelector('leptos-island')){
const stack=[];
const rest=()=>globalThis.scheduler?.yield?.()??new Promise((go)=>setTimeout(go));
const wake=async(el,mod)=>{const id=el.dataset.component;const start=mod[id];
if(start){const next=stack[stack.length-1];if(next)next();const done=start(el);if(done&&done.then)await done;}
else console.warn('no island '+id);};
const walk=async(node,mod)=>{if(node.nodeType!==1)return;const tag=node.tagName.toLowerCase();
if(tag==='leptos-island'){await rest();await wake(node,mod);for(const child of node.children)await walk(child,mod);}
else if(tag==='leptos-children'){stack.push(node.$$on_hydrate);for(const child of node.children)await walk(child,mod);stack.pop();}
else for(const child of node.children)await walk(child,mod);};
if(document.readyState!=='complete')await new Promise((go)=>{for(const kind of ['pointerdown','keydown'])addEventListener(kind,go,{once:true});
addEventListener('load',()=>requestAnimationFrame(()=>setTimeout(go)),{once:true});});
const wasm=fetch(WASM,{credentials:'same-origin'});
const mod=await import(JS);
window.__hydrateIsland=(el)=>wake(el,mod);
await mod.default({module_or_path:wasm});
await rest();
mod.hydrate();
await walk(document.body,mod);
document.documentElement.dataset.ready='';
}"#;

/// Pages worth fetching before the click: the ones of the shop that change nothing and belong to nobody. Browsers do it
/// when the pointer rests on a link or a finger touches it, and leave it when the person saves data. A page that takes a
/// kept form away is none of them.
const PREFETCH_RULES: &str = r#"{"prefetch":[{"where":{"and":[{"href_matches":["/","/en","/about","/en/about","/products","/en/products","/products/*","/en/products/*","/villages","/en/villages","/villages/*","/en/villages/*"]},{"not":{"href_matches":"/*\\?*flash=*"}},{"not":{"selector_matches":"[download],[rel~=nofollow]"}}]},"eagerness":"moderate"}]}"#;

/// The same in browsers that do not know such rules.
const PREFETCH_SCRIPT: &str = r"if(!HTMLScriptElement.supports?.('speculationrules')&&!navigator.connection?.saveData){
const known=new Set([location.pathname+location.search]);let timer;
addEventListener('pointerover',(event)=>{clearTimeout(timer);
const link=event.target.closest?.('a[href]:not([download],[rel~=nofollow])');
if(!link||link.origin!==location.origin||known.has(link.pathname+link.search)||/[?&]flash=/.test(link.search)
||!/^(\/en)?(\/(about|(products|villages)(\/.*)?)?)?$/.test(link.pathname))return;
timer=setTimeout(()=>{known.add(link.pathname+link.search);const hint=document.createElement('link');
hint.rel='prefetch';hint.href=link.href;document.head.append(hint);},event.pointerType==='mouse'?80:0);});
}";

/// JSON that may stand inside a script element.
pub(super) fn script_json(value: &serde_json::Value) -> String {
    value.to_string().replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

fn absolute(address: &str) -> String {
    if address.starts_with('/') { format!("{}{address}", site().public_url) } else { address.to_owned() }
}

/// One line of the Open Graph vocabulary (<https://ogp.me>).
fn og(property: &'static str, content: impl Into<String>) -> AnyView {
    let content: String = content.into();
    leptos::html::meta().attr("property", property).content(content).into_any()
}

/// The head's lines for search engines and link previews.
fn listing_lines(screen: &Screen, full_title: &str) -> AnyView {
    if !screen.is_public {
        return view! {
            <meta name="robots" content="noindex"/>
            <meta name="description" content=t("村里的好东西，每一元都回到村集体。", "Good things from the villages; every yuan goes back to them.")/>
        }
        .into_any();
    }
    let path = screen.canonical.clone().unwrap_or_else(|| request().path.clone());
    let address = |locale: Locale| absolute(&localised(locale, &path));
    let image = screen.image.as_deref().map(|image| og("og:image", absolute(image)));
    let nonce = use_nonce();
    let objects: Vec<_> = screen
        .json_ld
        .iter()
        .map(|object| {
            view! { <script type="application/ld+json" nonce=nonce.clone() inner_html=script_json(object)></script> }
        })
        .collect();
    view! {
        <link rel="canonical" href=address(viewer().locale)/>
        <link rel="alternate" hreflang="zh-CN" href=address(Locale::Zh)/>
        <link rel="alternate" hreflang="en" href=address(Locale::En)/>
        <meta name="description" content=screen.description.clone()/>
        {og("og:title", full_title.to_owned())}
        {og("og:description", screen.description.clone())}
        {og("og:type", "website")}
        {og("og:url", address(viewer().locale))}
        {og("og:site_name", t("乡集", "Xiangji"))}
        {image}
        {objects}
    }
    .into_any()
}

fn head(screen: &Screen) -> AnyView {
    let shop_name = t("乡集", "Xiangji");
    let full_title = if screen.title.is_empty() {
        shop_name.to_owned()
    } else {
        format!("{} · {shop_name}", screen.title)
    };
    let nonce = use_nonce();
    let bundle = screen.frame.bundle();
    let address = |extension: &str| format!("'{}'", asset(&format!("{bundle}.{extension}")));
    let loader = ISLAND_LOADER.replacen("WASM", &address("wasm"), 1).replacen("JS", &address("js"), 1);
    view! {
        <meta charset="utf-8"/>
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
        <title>{full_title.clone()}</title>
        <link rel="stylesheet" href=asset("style.css")/>
        <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
        <link rel="manifest" href="/site.webmanifest"/>
        <meta name="theme-color" content="#ffffff"/>
        {listing_lines(screen, &full_title)}
        <script type="speculationrules" nonce=nonce.clone() inner_html=PREFETCH_RULES></script>
        <script type="module" nonce=nonce.clone() inner_html=loader></script>
        <script type="module" nonce=nonce inner_html=PREFETCH_SCRIPT></script>
    }
    .into_any()
}

/// The lines above the header.
fn bars(screen: &Screen) -> AnyView {
    let demo = site().is_demo.then(|| {
        view! {
            <aside class="demo-bar" aria-label=t("演示", "Demonstration")>
                <strong>{t("演示数据", "Demonstration")}</strong>
                " "
                {t("商品、村庄与金额均为虚构样例", "products, villages and amounts are invented samples")}
            </aside>
        }
    });
    let preview = screen.preview_back.clone().map(|back| {
        view! {
            <p class="preview-bar">
                {icon("eye")} " " {t("预览：只有你能看到此页", "Preview: only you can see this page")} " "
                <a href=crate::context::link(&back)>{t("返回编辑", "Back to editing")}</a>
            </p>
        }
    });
    view! { {demo}{preview} }.into_any()
}

/// The whole document of a page.
pub fn document(screen: Screen) -> AnyView {
    // Islands mode: nothing of the page itself is hydrated, so it carries no markers for that.
    if let Some(shared) = Owner::current_shared_context() {
        shared.set_is_hydrating(false);
    }
    let head = head(&screen);
    let bars = bars(&screen);
    let skip = view! { <a class="skip" href="#main">{t("跳到正文", "Skip to content")}</a> };
    let framed = match screen.frame {
        Frame::Shop => shop::frame(screen.body),
        Frame::Console(console) => view! {
            {shop::header()}
            {console::frame(console, screen.body)}
            {shop::footer()}
        }
        .into_any(),
        Frame::Sheet => view! { <main id="main" class="wrap" tabindex="-1">{screen.body}</main> }.into_any(),
    };
    view! {
        <!DOCTYPE html>
        <html lang=viewer().locale.html_lang()>
            <head>{head}</head>
            <body>{skip}{bars}{framed}</body>
        </html>
    }
    .into_any()
}
