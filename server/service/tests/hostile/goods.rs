//! Files that pretend to be sheets of goods, and sheets made to be expensive or to say more than they may.

use domain::failure::Problem;
use domain::sheets::Column;
use service::ServiceError;

use crate::measure::{Kind, outcome};
use crate::sheets::{HEAD, Part, TAIL, part, sheet, workbook, zip};

fn text(place: &str, text: &str) -> String {
    format!(r#"<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>"#)
}

fn head() -> String {
    format!(r#"<row r="1">{}{}</row>"#, text("A1", "code"), text("B1", "price"))
}

fn row(at: usize) -> String {
    format!(
        r#"<row r="{at}">{}<c r="B{at}"><v>12.5</v></c></row>"#,
        text(&format!("A{at}"), &format!("C-{at}"))
    )
}

fn goods() -> Vec<u8> {
    workbook(sheet(&(head() + &row(2))), vec![])
}

/// So many bytes made of one thing over and over.
fn filled(before: &str, over_and_over: &str, after: &str, bytes: usize) -> Vec<u8> {
    [before, &over_and_over.repeat((bytes - (64 << 10)) / over_and_over.len()), after].concat().into_bytes()
}

#[test]
fn what_is_no_sheet_of_goods_is_refused_by_name() {
    let many: String =
        "code,price\n".to_owned() + &(0..5_001).map(|at| format!("C-{at},1\n")).collect::<String>();
    let half = goods();
    let cases: [(&str, Vec<u8>, &str); 15] = [
        ("nothing", Vec::new(), "Missing"),
        ("heads and nothing else", b"code,price\n\n".to_vec(), "Missing"),
        ("blank lines", b"\n\n\n".to_vec(), "SheetColumns"),
        ("a list without heads", b"SH-500,3\n".to_vec(), "SheetColumns"),
        ("a page called goods.csv", b"<html><script>alert(1)</script></html>".to_vec(), "SheetColumns"),
        ("more than a sheet has", vec![b'a'; (3 << 20) + 1], "TooLong"),
        ("5,001 rows", many.into_bytes(), "TooManyRows"),
        ("a photo", b"\xff\xd8\xff\xe0\0\x10JFIF".to_vec(), "SheetUnreadable"),
        ("an old workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0".to_vec(), "SheetUnreadable"),
        ("a document", b"%PDF-1.7\n\x01\x02".to_vec(), "SheetUnreadable"),
        ("GBK", b"\xc9\xcc\xc6\xb7\xb1\xe0\xba\xc5,\xbc\xdb\xb8\xf1\n1,2\n".to_vec(), "SheetEncoding"),
        ("UTF-16", b"\xff\xfec\0o\0d\0e\0,\0p\0".to_vec(), "SheetEncoding"),
        ("half a workbook", half[..half.len() / 2].to_vec(), "SheetUnreadable"),
        ("a workbook behind a program", [b"PK!#/bin/sh\n", &*goods()].concat(), "SheetUnreadable"),
        ("a ZIP without a workbook", zip(&[part("a.txt", "hello")]), "SheetUnreadable"),
    ];
    for (name, bytes, expected) in cases {
        assert_eq!(outcome(Kind::Goods, name, &bytes), expected, "{name}");
    }
    assert_eq!(outcome(Kind::Goods, "an honest sheet", &goods()), "accepted");
}

#[test]
fn bombs_and_polyglots_are_refused_whatever_they_say_about_themselves() {
    let large = [HEAD, &head(), &"a".repeat(100 << 20), TAIL].concat().into_bytes();
    let lying =
        |said| Part { name: "xl/worksheets/sheet1.xml".to_owned(), content: large.clone(), said: Some(said) };
    let plain = || sheet(&(head() + &row(2)));
    let mut twice = goods();
    twice.extend(goods());
    let behind = [goods(), b"<script>alert(1)</script>".to_vec()].concat();
    let cases: [(&str, Vec<u8>); 8] = [
        ("a sheet of 100 MiB", workbook(part("xl/worksheets/sheet1.xml", large.clone()), vec![])),
        ("one that says 1,000 bytes", workbook(lying(1_000), vec![])),
        ("one that says nothing", workbook(lying(0), vec![])),
        ("a picture of 100 MiB", workbook(plain(), vec![part("xl/media/a.bin", vec![0; 100 << 20])])),
        ("styles of 2 MiB", workbook(plain(), vec![part("xl/styles.xml", vec![b' '; 2 << 20])])),
        ("texts of 5 MiB", workbook(plain(), vec![part("xl/sharedStrings.xml", vec![b' '; 5 << 20])])),
        ("two workbooks in one file", twice),
        ("a workbook that is a page too", behind),
    ];
    for (name, bytes) in cases {
        assert_eq!(outcome(Kind::Goods, name, &bytes), "SheetUnreadable", "{name}");
    }
}

/// As large as may be, and made of what costs a reader most. Whether it is read does not matter, what it costs does.
#[test]
fn expensive_sheets_cost_no_more_than_allowed() {
    let main = r#"xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main""#;
    let plain = || sheet(&(head() + &row(2)));
    let whole = |content: Vec<u8>| workbook(part("xl/worksheets/sheet1.xml", content), vec![]);
    let begin = format!("{HEAD}{}<row r=\"2\">", head());
    let cells = filled(&begin, "<c><v>1</v></c>", &format!("</row>{TAIL}"), 8 << 20);
    let strings = filled(&format!("<sst {main}>"), "<si><t/></si>", "</sst>", 4 << 20);
    let long = format!("<sst {main}><si><t>{}</t></si></sst>", "茶".repeat(1 << 20));
    let shared = filled(&begin, r#"<c r="A2" t="s"><v>0</v></c>"#, &format!("</row>{TAIL}"), 8 << 20);
    let rows: String = (2..5_002)
        .map(|at| format!("<row r=\"{at}\">{}</row>", r#"<c t="s"><v>0</v></c>"#.repeat(16)))
        .collect();
    let many = [HEAD, &head(), &rows, TAIL].concat().into_bytes();
    let formula = "A1+".repeat(10_000);
    let anchor = format!(r#"<c r="A2"><f t="shared" ref="A2:A999" si="0">{formula}A1</f><v>1</v></c>"#);
    let formulas = filled(
        &(begin.clone() + &anchor),
        r#"<c r="B2"><f t="shared" si="0"/><v>1</v></c>"#,
        &format!("</row>{TAIL}"),
        8 << 20,
    );
    let far = whole(
        [&*begin, r#"<c r="A2"><f t="shared" ref="A2:A9" si="4000000000">1</f><v>1</v></c></row>"#, TAIL]
            .concat()
            .into_bytes(),
    );
    let styles = filled(
        &format!("<styleSheet {main}><cellXfs>"),
        r#"<xf numFmtId="1"/>"#,
        "</cellXfs></styleSheet>",
        1 << 20,
    );
    let heads: String = (0..200_000).map(|_| "code,").collect();
    // Stories may be long, so their cells are worth more copies.
    let story = format!(r#"<row r="1">{}{}</row>"#, text("A1", "code"), text("B1", "story"));
    let begin_story = format!("{HEAD}{story}<row r=\"2\">");
    let stories = filled(&begin_story, r#"<c r="B2" t="s"><v>0</v></c>"#, &format!("</row>{TAIL}"), 8 << 20);
    let rows: String =
        (2..5_002).map(|at| format!("<row r=\"{at}\"><c r=\"B{at}\" t=\"s\"><v>0</v></c></row>")).collect();
    let told = [HEAD, &story, &rows, TAIL].concat().into_bytes();
    let cases: [(&str, Vec<u8>); 12] = [
        ("half a million cells in a row", whole(cells)),
        ("a third of a million empty texts", workbook(plain(), vec![part("xl/sharedStrings.xml", strings)])),
        ("one text of 3 MiB in every cell", {
            let texts = vec![part("xl/sharedStrings.xml", long.clone())];
            workbook(part("xl/worksheets/sheet1.xml", shared), texts)
        }),
        ("one text of 3 MiB in 5,000 rows", {
            let texts = vec![part("xl/sharedStrings.xml", long.clone())];
            workbook(part("xl/worksheets/sheet1.xml", many), texts)
        }),
        ("one story of 3 MiB in every cell", {
            let texts = vec![part("xl/sharedStrings.xml", long.clone())];
            workbook(part("xl/worksheets/sheet1.xml", stories), texts)
        }),
        ("one story of 3 MiB in 5,000 rows", {
            let texts = vec![part("xl/sharedStrings.xml", long)];
            workbook(part("xl/worksheets/sheet1.xml", told), texts)
        }),
        ("a long formula that a quarter of a million cells share", whole(formulas)),
        ("a formula with a number far away", far),
        ("fifty thousand styles", workbook(plain(), vec![part("xl/styles.xml", styles)])),
        (
            "one text of 7 MiB",
            whole([&*begin, &text("A2", &"a".repeat(7 << 20)), "</row>", TAIL].concat().into_bytes()),
        ),
        ("quotes and nothing else", vec![b'"'; 3 << 20]),
        ("heads and heads", heads.into_bytes()),
    ];
    for (name, bytes) in cases {
        let said = outcome(Kind::Goods, name, &bytes);
        let is_told =
            ["accepted", "SheetUnreadable", "SheetColumns", "TooLong", "Missing"].contains(&said.as_str());
        assert!(is_told, "{name}: {said}");
    }
}

#[test]
fn a_sheet_runs_nothing_fetches_nothing_and_every_formula_is_named() {
    let read = |bytes: &[u8]| service::sheets::read_goods(bytes).unwrap();
    let formula = format!(
        r#"{}<row r="2">{}<c r="B2"><f>WEBSERVICE("http://evil.example")</f><v>5</v></c></row>"#,
        head(),
        text("A2", "C-2")
    );
    let rows = read(&workbook(sheet(&formula), vec![])).rows;
    assert_eq!((rows[0].row, rows[0].formulas.as_slice()), (2, &[Column::Price][..]));
    let rows =
        read("code,price,name\nC-1,\"=HYPERLINK(\"\"http://evil.example\"\")\",@SUM(A1)\n".as_bytes()).rows;
    assert_eq!(rows[0].formulas, [Column::Price, Column::Name]);
    let laughs = r#"<!DOCTYPE x [<!ENTITY a "C-9"><!ENTITY e SYSTEM "file:///etc/passwd">]>"#;
    let entities = part(
        "xl/worksheets/sheet1.xml",
        HEAD.replacen("?>", &format!("?>{laughs}"), 1)
            + &head()
            + &format!("<row r=\"2\">{}</row>", text("A2", "&a;&e;"))
            + TAIL,
    );
    match service::sheets::read_goods(&workbook(entities, vec![])) {
        Ok(read) => assert!(read.rows.iter().all(|row| !row.get(Column::Code).contains("root"))),
        Err(ServiceError::Invalid(errors)) => {
            assert!(matches!(errors[0].problem, Problem::SheetUnreadable | Problem::Missing));
        }
        Err(other) => panic!("{other}"),
    }
    let backwards = [head(), row(5), row(2)].concat();
    assert!(service::sheets::read_goods(&workbook(sheet(&backwards), vec![])).is_err(), "rows out of order");
}
