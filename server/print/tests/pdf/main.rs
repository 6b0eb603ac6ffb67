//! What was written is read back by another library, as a printer's or a reader's program would.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

mod read;

use std::time::Duration;

use print::{
    Code, Document, FontFiles, Label, LabelPaper, PackingList, PackingPaper, PackingRow, PrintError,
};
use read::Read;

fn fonts() -> FontFiles {
    FontFiles::found([concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/NotoSansSC-subset.ttf").into()])
}

fn document() -> Document {
    Document { title: "面单".to_owned(), language: "zh-CN".to_owned(), made_at_ms: 1_774_663_205_000 }
}

fn label(name: &str, address: &str, code: &str) -> Label {
    Label {
        heading: vec![name.to_owned(), "13800138642".to_owned()],
        strong: address.to_owned(),
        facts: vec![("订单".to_owned(), "2026032800001".to_owned())],
        code: Code { text: code.to_owned(), caption: "发货时扫码".to_owned() },
    }
}

const URL: &str = "https://shop.example/sell/0a1b2c3d4e5f6/parcels/0a1b2c3d4e5f7";

#[test]
fn a_label_is_one_page_of_its_size_and_says_what_was_put_on_it() {
    let address = "陕西省安康市岚皋县城关镇东街1号 3单元501室";
    // The name has characters that few fonts have.
    let label = label("㛃𫖯䶮", address, URL);
    let printed = print::labels(&document(), LabelPaper::Single, &[label], &fonts()).unwrap();
    assert!(printed.missing.is_empty(), "{:?}", printed.missing);
    assert!(printed.bytes.len() <= 60_000, "{} bytes", printed.bytes.len());
    let read = Read::of(&printed.bytes);
    assert_eq!(read.sizes_mm(), [(100, 150)]);
    // A line ends where the label does.
    let joined = |text: &str| text.split_whitespace().collect::<String>();
    let text = joined(&read.text(0));
    for said in ["㛃𫖯䶮 13800138642", address, "2026032800001", "1 / 1"] {
        assert!(text.contains(&joined(said)), "{said} in {text}");
    }
    assert_eq!(read.dark_modules(0), read::dark_modules_of(URL));
}

#[test]
fn an_office_prints_four_labels_on_a_sheet_of_a4() {
    let labels = vec![label("林小满", "岚皋县", URL); 5];
    let printed = print::labels(&document(), LabelPaper::FourOnA4, &labels, &fonts()).unwrap();
    let read = Read::of(&printed.bytes);
    assert_eq!(read.sizes_mm(), [(210, 297); 2]);
    assert_eq!(read.text(0).matches("13800138642").count(), 4);
    assert_eq!(read.text(1).matches("13800138642").count(), 1);
}

#[test]
fn a_character_that_no_font_has_is_a_box_on_paper_and_itself_in_the_file() {
    let label = label("林\u{3106C}🙂满", "岚皋县", URL);
    let printed = print::labels(&document(), LabelPaper::Single, &[label], &fonts()).unwrap();
    assert_eq!(printed.missing.iter().copied().collect::<String>(), "🙂\u{3106C}");
    let read = Read::of(&printed.bytes);
    assert!(read.text(0).contains("林\u{3106C}🙂满"), "{}", read.text(0));
    assert_eq!(read.boxes(0), 2, "somebody sees that there is something");
}

#[test]
fn whatever_an_address_holds_the_file_is_whole() {
    let hostile = [
        "\u{0}\u{1}\u{7f}\r\n\t".to_owned(),
        "\u{202E}13800138642\u{202C} مرحبا بالعالم שלום".to_owned(),
        "👨‍👩‍👧‍👦🏳️‍🌈e\u{301}\u{300}\u{302}".repeat(40),
        "𝕏\u{10FFFF}\u{FFFE}\u{E000}\u{FEFF}".to_owned(),
        "岚皋县".repeat(5_000),
        "x".repeat(20_000),
        ") Tj ET endstream endobj <</JS(app.alert(1))>>".to_owned(),
    ];
    let labels: Vec<Label> = hostile.iter().map(|text| label(text, text, text)).collect();
    for paper in [LabelPaper::Single, LabelPaper::FourOnA4, LabelPaper::TenOnA4] {
        let printed = print::labels(&document(), paper, &labels, &fonts()).unwrap();
        let read = Read::of(&printed.bytes);
        assert_eq!(read.pages(), printed.pages);
        assert!(!printed.bytes.windows(4).any(|bytes| bytes == b"/JS("));
        assert!(printed.bytes.len() <= 400_000, "{} bytes", printed.bytes.len());
        let text: String = (0..read.pages()).map(|page| read.text(page)).collect();
        assert_eq!(
            text.matches("13800138642").count(),
            labels.len() + 2,
            "the telephone of each, and of two texts"
        );
    }
}

#[test]
fn the_same_question_gives_the_same_bytes_and_another_moment_others() {
    let labels = [label("林小满", "岚皋县", URL), label("满小林", "城关镇", "https://shop.example")];
    let made =
        |document: &Document| print::labels(document, LabelPaper::Single, &labels, &fonts()).unwrap().bytes;
    assert!(made(&document()) == made(&document()));
    assert!(made(&document()) != made(&Document { made_at_ms: 0, ..document() }));
}

/// How long this thread has been on a core: on a machine that is busy otherwise the clock on the wall says nothing.
fn on_a_core() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(told.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or_default())
}

#[test]
fn two_hundred_labels_are_made_while_somebody_waits() {
    let labels: Vec<Label> = (0..200)
        .map(|at| {
            label(
                "林小满",
                "陕西省安康市岚皋县城关镇东街1号",
                &format!("https://shop.example/sell/1/parcels/{at}"),
            )
        })
        .collect();
    let before = on_a_core();
    let printed = print::labels(&document(), LabelPaper::Single, &labels, &fonts()).unwrap();
    let limit = Duration::from_secs(if cfg!(debug_assertions) { 10 } else { 1 });
    assert!(on_a_core() - before < limit, "{:?}", on_a_core() - before);
    assert_eq!(Read::of(&printed.bytes).pages(), 200);
    assert!(printed.bytes.len() <= 800_000, "{} bytes", printed.bytes.len());
}

#[test]
fn a_packing_list_is_as_large_as_was_asked_and_numbers_its_pages() {
    let row = PackingRow {
        code: "TEA-100".to_owned(),
        goods: "炒青茶叶 一盒".to_owned(),
        note: "批次 20260320".to_owned(),
        quantity: "2".to_owned(),
        unit: "盒".to_owned(),
    };
    let list = PackingList {
        title: "装箱单".to_owned(),
        number: "2026032800001".to_owned(),
        heads: ["编号", "商品", "数量", "单位", "已装"].map(str::to_owned),
        rows: vec![row; 60],
        total: ("合计".to_owned(), "120".to_owned()),
        code: Code { text: URL.to_owned(), caption: "扫码看订单".to_owned() },
        ..PackingList::default()
    };
    for (paper, size) in [(PackingPaper::A4, (210, 297)), (PackingPaper::Small, (100, 150))] {
        let printed =
            print::packing_lists(&document(), paper, std::slice::from_ref(&list), &fonts()).unwrap();
        let read = Read::of(&printed.bytes);
        assert!(printed.pages >= 2);
        assert_eq!(read.sizes_mm(), vec![size; printed.pages]);
        assert_eq!(read.dark_modules(0), read::dark_modules_of(URL));
        let text: String = (0..read.pages()).map(|page| read.text(page)).collect();
        assert_eq!(text.matches("炒青茶叶 一盒").count(), 60);
        assert!(text.contains(&format!("2 / {}", printed.pages)));
    }
}

#[test]
fn without_a_font_there_is_no_file_and_a_font_that_is_none_is_named() {
    let labels = [label("林小满", "岚皋县", URL)];
    let made = |fonts: &FontFiles| print::labels(&document(), LabelPaper::Single, &labels, fonts);
    let nowhere = FontFiles::found(["/nowhere/font.ttf".into()]);
    assert!(matches!(made(&nowhere), Err(PrintError::NoFont)));
    let no_font = FontFiles::found([concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml").into()]);
    assert!(
        matches!(made(&no_font), Err(PrintError::Unreadable { path, .. }) if path.ends_with("Cargo.toml"))
    );
}

/// Where Debian's package is installed: its collection has a face for each region, and characters for many more names.
#[test]
fn a_second_font_stands_in_where_the_first_has_nothing() {
    let debian = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";
    let both = FontFiles::found(fonts().paths().iter().cloned().chain([debian.into()]));
    if both.paths().len() < 2 {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "CI must have fonts-noto-cjk");
        println!("SKIPPED: fonts-noto-cjk is not installed (cargo xtask test does it)");
        return;
    }
    let label = label("鱻龘靐", "岚皋县", URL);
    let printed = print::labels(&document(), LabelPaper::Single, &[label], &both).unwrap();
    assert!(printed.missing.is_empty(), "{:?}", printed.missing);
    assert!(Read::of(&printed.bytes).text(0).contains("鱻龘靐"));
    assert!(
        printed.bytes.len() <= 60_000,
        "{} bytes: the font is cut down to what is used",
        printed.bytes.len()
    );
}
