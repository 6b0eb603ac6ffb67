//! Uploaded order lists: what people really send, and what attackers do.

use domain::failure::Problem;
use rust_xlsxwriter::Workbook;
use service::ServiceError;
use service::units::read_sheet;

fn xlsx(rows: &[(&str, f64)]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (at, (code, quantity)) in (0_u32..).zip(rows) {
        sheet.write_string(at, 0, *code).unwrap();
        if *quantity > 0.0 {
            sheet.write_number(at, 1, *quantity).unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

fn problem(bytes: &[u8]) -> Problem {
    match read_sheet(bytes) {
        Err(ServiceError::Invalid(errors)) => {
            assert_eq!((errors.len(), errors[0].field.as_str()), (1, "sheet"));
            errors[0].problem.clone()
        }
        other => panic!("a refusal was expected: {other:?}"),
    }
}

#[test]
fn the_same_list_is_read_from_every_format() {
    let expected = "\nSH-500\t12\nCH-100\t3\n";
    let with_mark = "\u{feff}编码,数量\r\nSH-500,12\r\nCH-100,3\r\n";
    assert_eq!(read_sheet(with_mark.as_bytes()).unwrap(), expected);
    assert_eq!(read_sheet("code\tqty\nSH-500\t12\nCH-100\t3\n".as_bytes()).unwrap(), expected);
    assert_eq!(read_sheet(&xlsx(&[("编码", 0.0), ("SH-500", 12.0), ("CH-100", 3.0)])).unwrap(), expected);
    assert_eq!(read_sheet(b"SH-500,12,a remark,more\nCH-100,3\n").unwrap(), "SH-500\t12\nCH-100\t3\n");
}

#[test]
fn rows_keep_the_numbers_they_have_in_the_sheet() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.write_string(2, 0, "SH-500").unwrap();
    sheet.write_number(2, 1, 1).unwrap();
    sheet.write_string(5, 0, "CH-100").unwrap();
    sheet.write_number(5, 1, 2.5).unwrap();
    let text = read_sheet(&workbook.save_to_buffer().unwrap()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines, ["", "", "SH-500\t1", "", "", "CH-100\t2.5"]);
}

#[test]
fn what_is_no_sheet_is_refused() {
    assert_eq!(problem(b""), Problem::Missing);
    assert_eq!(problem(&vec![b'a'; 600 * 1024]), Problem::TooLong { max: 512 * 1024 });
    assert_eq!(problem(b"PK\x03\x04 and nothing that follows"), Problem::SheetUnreadable);
    assert_eq!(problem(b"\xff\xfe\x00not text"), Problem::SheetUnreadable);
    let mut cut = xlsx(&[("SH-500", 1.0)]);
    cut.truncate(cut.len() / 2);
    assert_eq!(problem(&cut), Problem::SheetUnreadable);
    let real = xlsx(&[("SH-500", 1.0)]);
    for at in (0..real.len()).step_by(37) {
        let mut broken = real.clone();
        broken[at] ^= 0xff;
        // Whatever it becomes, it ends in an answer.
        drop(read_sheet(&broken));
    }
}

/// A range as large as its farthest cell would not fit into any machine.
#[test]
fn two_cells_far_apart_take_no_room() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.write_string(0, 0, "SH-500").unwrap();
    sheet.write_number(0, 1, 7).unwrap();
    sheet.write_string(1_048_575, 16_383, "far").unwrap();
    sheet.write_string(1_048_575, 0, "below").unwrap();
    assert_eq!(read_sheet(&workbook.save_to_buffer().unwrap()).unwrap(), "SH-500\t7\n");
}

/// The central directory says how large a part becomes. One that says too much is refused, and so is one that hides
/// behind another directory.
#[test]
fn a_workbook_that_unpacks_to_too_much_is_refused() {
    let real = xlsx(&[("SH-500", 1.0)]);
    let central = real.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    let mut huge = real.clone();
    huge[central + 24..central + 28].copy_from_slice(&u32::MAX.to_le_bytes());
    assert_eq!(problem(&huge), Problem::SheetUnreadable);
    // A small directory in front, as bytes of some file: an unpacker never looks at it.
    let mut decoy = real[..4].to_vec();
    decoy.extend(b"PK\x01\x02");
    decoy.extend([0; 60]);
    decoy.extend(&huge[4..]);
    assert_eq!(problem(&decoy), Problem::SheetUnreadable);
}

#[test]
fn formulas_and_long_texts_are_only_text() {
    let long = "x".repeat(10_000);
    let text = read_sheet(format!("=1+1,2\n{long},1\n\"a\nb\",3\n").as_bytes()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines[0], lines[2]), ("=1+1\t2", "a b\t3"));
    assert!(lines[1].len() < 300, "no cell is longer than anything one could order");
}
