//! Files that pretend to be order lists, and lists made to be expensive.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::DeflateEncoder;

use crate::measure::{Kind, outcome};

const LIST: &[u8] = include_bytes!("../../../fuzz/corpus/sheet/list.xlsx");
pub const HEAD: &str = r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>"#;
pub const TAIL: &str = "</sheetData></worksheet>";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// A part of an archive: its name, what it holds, and how long the directory says it is, when that is a lie.
#[derive(Debug)]
pub struct Part {
    pub name: String,
    pub content: Vec<u8>,
    pub said: Option<u32>,
}

pub fn part(name: &str, content: impl Into<Vec<u8>>) -> Part {
    Part { name: name.to_owned(), content: content.into(), said: None }
}

fn put(out: &mut Vec<u8>, number: usize, bytes: usize) {
    out.extend(&number.to_le_bytes()[..bytes]);
}

/// Packs the parts, believing whatever they say about their length.
pub fn zip(parts: &[Part]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for part in parts {
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
        packed.write_all(&part.content).unwrap();
        let packed = packed.finish().unwrap();
        let mut sum = flate2::Crc::new();
        sum.update(&part.content);
        let said = part.said.map_or(part.content.len(), |said| said as usize);
        let mut shared = vec![20, 0, 0, 0, 8, 0, 0, 0, 0, 0];
        for number in [sum.sum() as usize, packed.len(), said] {
            put(&mut shared, number, 4);
        }
        put(&mut shared, part.name.len(), 2);
        put(&mut shared, 0, 2);
        let at = file.len();
        file.extend([b"PK\x03\x04", &shared[..], part.name.as_bytes(), &packed].concat());
        directory.extend([b"PK\x01\x02\x14\0", &shared[..], &[0; 10]].concat());
        put(&mut directory, at, 4);
        directory.extend(part.name.as_bytes());
    }
    let at = file.len();
    file.extend(&directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    for (number, bytes) in [(parts.len(), 2), (parts.len(), 2), (directory.len(), 4), (at, 4), (0, 2)] {
        put(&mut file, number, bytes);
    }
    file
}

/// A workbook with this sheet, and with whatever else.
pub fn workbook(sheet: Part, others: Vec<Part>) -> Vec<u8> {
    let types = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#;
    let relation = |id: &str, kind: &str, target: &str| {
        format!(r#"<Relationship Id="{id}" Type="{RELATIONS}/{kind}" Target="{target}"/>"#)
    };
    let relations = |inside: &str| {
        format!(
            r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inside}</Relationships>"#
        )
    };
    let sheets = format!(
        r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="{RELATIONS}"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>"#
    );
    let mut parts = vec![
        part("[Content_Types].xml", types),
        part("_rels/.rels", relations(&relation("rId1", "officeDocument", "xl/workbook.xml"))),
        part(
            "xl/_rels/workbook.xml.rels",
            relations(&relation("rId1", "worksheet", "worksheets/sheet1.xml")),
        ),
        sheet,
    ];
    if !others.iter().any(|part| part.name == "xl/workbook.xml") {
        parts.push(part("xl/workbook.xml", sheets));
    }
    parts.extend(others);
    zip(&parts)
}

pub fn sheet(rows: &str) -> Part {
    part("xl/worksheets/sheet1.xml", [HEAD, rows, TAIL].concat())
}

fn row(at: usize, text: &str) -> String {
    format!(
        r#"<row r="{at}"><c r="A{at}" t="inlineStr"><is><t>{text}</t></is></c><c r="B{at}"><v>{at}</v></c></row>"#
    )
}

/// Nearly as much as may be unpacked, made of one thing over and over.
fn nearly_all(before: &str, over_and_over: &str, after: &str) -> Vec<u8> {
    [before, &over_and_over.repeat(((4 << 20) - (64 << 10)) / over_and_over.len()), after]
        .concat()
        .into_bytes()
}

#[test]
fn what_is_no_list_is_refused() {
    let cases: [(&str, Vec<u8>, &str); 9] = [
        ("nothing", Vec::new(), "Missing"),
        ("a list as long as a book", vec![b'a'; 600 << 10], "TooLong"),
        ("a photo called list.xlsx", b"\xff\xd8\xff\xe0\0\x10JFIF".to_vec(), "SheetUnreadable"),
        (
            "an old workbook, or one with a password",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0".to_vec(),
            "SheetUnreadable",
        ),
        ("GBK", b"\xb1\xe0\xc2\xeb,\xca\xfd\xc1\xbf\nSH-500,1\n".to_vec(), "SheetUnreadable"),
        ("UTF-16", b"\xff\xfec\0o\0d\0e\0,\0q\0\n\0".to_vec(), "SheetUnreadable"),
        ("half a workbook", LIST[..LIST.len() / 2].to_vec(), "SheetUnreadable"),
        ("a ZIP without a workbook", zip(&[part("a.txt", "hello")]), "SheetUnreadable"),
        ("a workbook behind a program", [b"PK!#/bin/sh\n", LIST].concat(), "SheetUnreadable"),
    ];
    for (name, bytes, expected) in cases {
        assert_eq!(outcome(Kind::Sheet, name, &bytes), expected, "{name}");
    }
}

#[test]
fn bombs_are_refused_whatever_they_say_about_themselves() {
    let large = [HEAD, &row(1, &"a".repeat(100 << 20)), TAIL].concat().into_bytes();
    let lying =
        |said| Part { name: "xl/worksheets/sheet1.xml".to_owned(), content: large.clone(), said: Some(said) };
    let other = |bytes| vec![part("xl/media/picture.bin", vec![0; bytes])];
    let many = (0..600).map(|at| part(&format!("xl/{at}"), "")).collect();
    let mut twice = workbook(sheet(&row(1, "SH-500")), vec![]);
    twice.extend(twice.clone());
    let cases: [(&str, Vec<u8>); 7] = [
        ("a sheet of 100 MiB", workbook(part("xl/worksheets/sheet1.xml", large.clone()), vec![])),
        ("a sheet of 100 MiB that says 1,000 bytes", workbook(lying(1_000), vec![])),
        ("one that says 3 MiB", workbook(lying(3 << 20), vec![])),
        ("one that says nothing", workbook(lying(0), vec![])),
        ("a picture of 100 MiB beside the list", workbook(sheet(&row(1, "SH-500")), other(100 << 20))),
        ("more parts than a workbook has", workbook(sheet(&row(1, "SH-500")), many)),
        ("two workbooks in one file", twice),
    ];
    for (name, bytes) in cases {
        assert_eq!(outcome(Kind::Sheet, name, &bytes), "SheetUnreadable", "{name}");
    }
}

/// As large as may be, and made of what costs a reader most. Whether it is read does not matter, what it costs does.
#[test]
fn expensive_lists_cost_no_more_than_allowed() {
    let main = r#"xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main""#;
    let plain = || sheet(&row(1, "SH-500"));
    let strings = nearly_all(&format!("<sst {main}>"), "<si><t/></si>", "</sst>");
    let sheets = nearly_all(
        &format!(r#"<workbook {main} xmlns:r="{RELATIONS}"><sheets>"#),
        r#"<sheet name="S" sheetId="1" r:id="rId1"/>"#,
        "</sheets></workbook>",
    );
    let names = nearly_all(
        &format!(
            r#"<workbook {main} xmlns:r="{RELATIONS}"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets><definedNames>"#
        ),
        r#"<definedName name="a">A1</definedName>"#,
        "</definedNames></workbook>",
    );
    let styles = nearly_all(
        &format!("<styleSheet {main}><cellXfs>"),
        r#"<xf numFmtId="1"/>"#,
        "</cellXfs></styleSheet>",
    );
    let formats = nearly_all(
        &format!("<styleSheet {main}><numFmts>"),
        r#"<numFmt numFmtId="200" formatCode="0"/>"#,
        "</numFmts></styleSheet>",
    );
    let cells = part(
        "xl/worksheets/sheet1.xml",
        nearly_all(&format!("{HEAD}<row r=\"1\">"), "<c><v>1</v></c>", "</row></sheetData></worksheet>"),
    );
    let deep = part("xl/worksheets/sheet1.xml", nearly_all(HEAD, "<a>", ""));
    let cases: [(&str, Vec<u8>); 9] = [
        ("a third of a million empty texts", workbook(plain(), vec![part("xl/sharedStrings.xml", strings)])),
        ("a hundred thousand sheets", workbook(plain(), vec![part("xl/workbook.xml", sheets)])),
        ("a hundred thousand names", workbook(plain(), vec![part("xl/workbook.xml", names)])),
        ("two hundred thousand styles", workbook(plain(), vec![part("xl/styles.xml", styles)])),
        ("a hundred thousand number formats", workbook(plain(), vec![part("xl/styles.xml", formats)])),
        ("a quarter of a million cells in a row", workbook(cells, vec![])),
        ("a million elements inside each other", workbook(deep, vec![])),
        ("one text of 3 MiB", workbook(sheet(&row(1, &"a".repeat(3 << 20))), vec![])),
        ("quotes and nothing else", vec![b'"'; 512 << 10]),
    ];
    for (name, bytes) in cases {
        assert!(bytes.len() <= 512 << 10, "{name} would be refused for its length, {} bytes", bytes.len());
        let said = outcome(Kind::Sheet, name, &bytes);
        assert!(said == "accepted" || said == "SheetUnreadable", "{name}: {said}");
    }
}

#[test]
fn a_list_runs_nothing_fetches_nothing_and_shows_its_first_two_columns() {
    let read = |bytes: &[u8]| service::units::read_sheet(bytes).unwrap();
    let columns: String = (3..=16_384).map(|_| "<c><v>7</v></c>").collect();
    let wide = sheet(&format!(
        r#"<row r="1"><c r="A1" t="inlineStr"><is><t>SH-500</t></is></c><c r="B1"><v>2</v></c>{columns}</row>"#
    ));
    assert_eq!(read(&workbook(wide, vec![])), "SH-500\t2\n");
    let linked = part(
        "xl/externalLinks/externalLink1.xml",
        "<externalLink><externalBook r:id=\"http://evil.example\"/></externalLink>",
    );
    assert_eq!(read(&workbook(sheet(&row(1, "SH-500")), vec![linked])), "SH-500\t1\n");
    let formula = sheet(
        r#"<row r="1"><c r="A1" t="str"><f>WEBSERVICE("http://evil.example")</f><v>SH-500</v></c><c r="B1"><f>1+1</f><v>2</v></c></row>"#,
    );
    assert_eq!(read(&workbook(formula, vec![])), "SH-500\t2\n");
    let laughs = r#"<!DOCTYPE x [<!ENTITY a "SH-500"><!ENTITY e SYSTEM "file:///etc/passwd">]>"#;
    let entities = part(
        "xl/worksheets/sheet1.xml",
        HEAD.replacen("?>", &format!("?>{laughs}"), 1) + &row(1, "&a;&e;") + TAIL,
    );
    let said = service::units::read_sheet(&workbook(entities, vec![])).unwrap_or_default();
    assert!(!said.contains("SH-500") && !said.contains("root:"), "{said}");
    assert_eq!(read(b"\"SH\"\"-500\",2\n\"\"\"\",1\n").lines().next(), Some("SH\"-500\t2"));
}
