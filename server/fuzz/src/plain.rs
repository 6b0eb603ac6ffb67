//! Parsers that need nothing but themselves: photos, pasted lists of goods and of parcels, what is typed into single
//! fields, searches.

use domain::contact::{ContactPhone, Email, LoginName, Phone};
use domain::device::{Device, network_of};
use domain::food::ScNumber;
use domain::freight::PackedSize;
use domain::ids;
use domain::locale::Locale;
use domain::money::Fen;
use domain::price::{parse_tiers, tiers_text};
use domain::quick_order::{self, MAX_QUANTITY, MAX_ROWS};
use domain::region::RegionCode;
use domain::search_text::{index_terms, query_terms, typo_keys, within_one_slip};
use domain::season::Season;
use domain::second_factor::TypedCode;
use domain::shipping::{
    MAX_LIST_ROWS, NUMBER_MAX_CHARS, PLACE_MAX_CHARS, TableRow, event_rows, number_rows, table_of_text,
};
use domain::tax_number::TaxNumber;
use domain::thousandths::{read_thousandths, thousandths_text};
use domain::time::{Date, china_minute_text, parse_china_minute};
use media::Limits;

/// A photo is refused, or becomes four small files that begin as their types do and hold nothing of what was sent
/// along.
pub fn photo(bytes: &[u8]) {
    let Ok(photo) = media::process(bytes, &Limits::default()) else { return };
    assert_eq!(photo.renditions.len(), 4);
    for rendition in &photo.renditions {
        let begins: &[u8] = if rendition.mime == "image/jpeg" { b"\xff\xd8\xff" } else { b"RIFF" };
        assert!(rendition.bytes.starts_with(begins));
        assert!(rendition.width <= 1280 && rendition.width <= photo.width);
        assert!(!rendition.bytes.windows(7).any(|window| window.eq_ignore_ascii_case(b"<script")));
    }
    assert!(media::thumbhash_data_url(&photo.thumbhash).is_some());
}

/// Pasted lines become rows with possible quantities, each of its own line, or say what is wrong.
pub fn quick_order(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let order = quick_order::parse(&text);
    assert!(order.rows.len() <= MAX_ROWS);
    let lines = text.lines().count();
    for row in &order.rows {
        assert!((1..=MAX_QUANTITY).contains(&row.quantity) && (1..=lines).contains(&row.row));
        assert!(!row.code.is_empty() && row.code.chars().count() <= 64);
    }
    for problem in &order.problems {
        assert!((1..=lines).contains(&problem.row) && problem.line.chars().count() <= 80);
    }
}

/// Pasted tracking numbers and carriers' events become a table, a line a row, and the table one of these lists or none.
pub fn shipping_list(bytes: &[u8]) {
    let text = &*String::from_utf8_lossy(bytes);
    let table = table_of_text(text);
    let lines = text.lines().count();
    assert!(table.iter().all(|row| row.row as usize <= lines));
    parcels_of(&table);
}

/// What a table, pasted or from a sheet, says of parcels: as many rows as a list may have, each of its own row of the
/// table, and those without a fault with short texts only.
pub fn parcels_of(table: &[TableRow]) {
    let is_short = |text: &str| (1..=NUMBER_MAX_CHARS).contains(&text.chars().count());
    let is_number = |text: &str| is_short(text) && !text.contains(char::is_whitespace);
    let rows: Vec<u32> = table.iter().map(|row| row.row).collect();
    assert!(rows.iter().all(|row| *row > 0) && rows.windows(2).all(|pair| pair[0] < pair[1]));
    if let Ok(numbers) = number_rows(table) {
        assert!((1..=MAX_LIST_ROWS).contains(&numbers.len()));
        for number in &numbers {
            assert!(rows.contains(&number.row));
            let texts = [&number.parcel, &number.carrier, &number.tracking_number];
            assert!(texts.iter().all(|text| text.chars().count() <= 200 && !text.contains(char::is_control)));
            let is_whole = texts.iter().all(|text| is_short(text)) && is_number(&number.tracking_number);
            assert!(is_whole || number.fault.is_some());
        }
    }
    if let Ok(events) = event_rows(table) {
        assert!((1..=MAX_LIST_ROWS).contains(&events.len()));
        for told in &events {
            assert!(rows.contains(&told.row));
            // At the end of all time nothing is still to come.
            let Ok(event) = told.event(i64::MAX) else { continue };
            assert_eq!(told.fault, None);
            assert!(is_short(&event.carrier) && is_number(&event.tracking_number));
            assert!(event.place.chars().count() <= PLACE_MAX_CHARS && event.happened_at_ms >= 0);
            assert!(event.happened_at_ms == told.happened_at_ms);
        }
    }
}

/// Whatever a single field makes of a text, reading its own result again changes nothing.
pub fn typed(bytes: &[u8]) {
    let text = &*String::from_utf8_lossy(bytes);
    macro_rules! stable {
        ($type:ty) => {
            if let Ok(value) = <$type>::parse(text) {
                let again = <$type>::parse(value.as_str()).expect("what was read can be read");
                assert_eq!(again.as_str(), value.as_str());
            }
        };
    }
    stable!(TaxNumber);
    stable!(Phone);
    stable!(ContactPhone);
    stable!(Email);
    stable!(LoginName);
    stable!(ScNumber);
    if let Ok(amount) = Fen::parse_yuan(text) {
        assert_eq!(Fen::parse_yuan(&amount.to_yuan_string()), Ok(amount));
    }
    if let Ok(id) = ids::from_text(text) {
        assert_eq!(ids::from_text(&ids::to_text(id)), Ok(id));
    }
    if let Ok(date) = text.parse::<Date>() {
        assert_eq!(date.to_string().parse::<Date>(), Ok(date));
    }
    if let Some(thousandths) = read_thousandths(text) {
        assert_eq!(read_thousandths(&thousandths_text(thousandths)), Some(thousandths));
    }
    if let Some(at_ms) = parse_china_minute(text) {
        assert_eq!(parse_china_minute(&china_minute_text(at_ms)), Some(at_ms));
    }
    if let Ok(tiers) = parse_tiers(text) {
        assert_eq!(parse_tiers(&tiers_text(&tiers)), Ok(tiers));
    }
    if let Ok(size) = PackedSize::parse_mm(text) {
        assert_eq!(PackedSize::parse_mm(&size.mm_text()), Ok(size));
    }
    let (from, until) = text.split_once('~').unwrap_or((text, text));
    if let Ok(Some(season)) = Season::read(from, until) {
        let (from, until) = season.texts();
        assert_eq!(Season::read(&from, &until), Ok(Some(season)));
    }
    let device = Device::from_user_agent(text);
    assert_eq!(Device::parse(&device.to_text()), Some(device));
    let network = network_of(text);
    assert!(
        network.is_empty() || network.ends_with('*'),
        "the last part of an address is not kept: {network}"
    );
    let (_, path) = Locale::from_prefix(text);
    assert!(text.ends_with(path) || path == "/");
    drop((RegionCode::parse(text), Locale::parse(text), TypedCode::parse(text)));
}

/// Searches ask for a bounded number of terms, and slips of one letter are the same from both sides.
pub fn search(bytes: &[u8]) {
    let text = &*String::from_utf8_lossy(bytes);
    let asked = query_terms(text);
    assert!(asked.len() <= 200, "{} terms", asked.len());
    for term in &asked {
        assert!(!term.text.is_empty());
        for key in typo_keys(&term.text) {
            assert!(within_one_slip(&key, &term.text));
        }
    }
    for term in index_terms(text, |letter| (letter == '茶').then_some("cha")) {
        assert!(!term.text.is_empty());
    }
}
