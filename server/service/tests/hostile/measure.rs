//! What reading one file costs, in a process of its own.

use std::io::Write as _;
use std::process::Command;

use domain::failure::Problem;
use media::Limits;
use service::ServiceError;

/// The most memory that reading a hostile file may take, in KiB.
const MAX_GROWTH_KIB: u64 = 64 * 1024;
/// The longest it may take, in milliseconds, on the slow machine of a busy test run.
const MAX_TOOK_MS: u128 = 20_000;
const FILE: &str = "XIANGJI_HOSTILE_FILE";
const KIND: &str = "XIANGJI_HOSTILE_KIND";

/// What kind of file it is said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Photo,
    Sheet,
    Goods,
}

/// What reading a file took.
#[derive(Debug)]
struct Measured {
    growth_kib: u64,
    took_ms: u128,
    /// `accepted`, or the reason for the refusal.
    outcome: String,
}

/// What the child said: `accepted`, or the reason for the refusal.
pub fn outcome(kind: Kind, name: &str, bytes: &[u8]) -> String {
    let Measured { growth_kib, took_ms, outcome } = measure(kind, name, bytes);
    println!("{name}: {growth_kib} KiB, {took_ms} ms, {outcome}");
    assert!(growth_kib <= MAX_GROWTH_KIB, "{name} took {growth_kib} KiB");
    assert!(took_ms <= MAX_TOOK_MS, "{name} took {took_ms} ms");
    outcome
}

fn measure(kind: Kind, name: &str, bytes: &[u8]) -> Measured {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture", "measure::what_a_file_takes_is_seen_from_outside"])
        .env(FILE, file.path())
        .env(KIND, format!("{kind:?}"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout).into_owned();
    let value = |key: &str| {
        let line = said.lines().find_map(|line| line.split_once(key)).map(|(_, value)| value.to_owned());
        line.unwrap_or_else(|| panic!("{name}: {said}{}", String::from_utf8_lossy(&child.stderr)))
    };
    Measured {
        growth_kib: value("growth_kib=").parse().unwrap(),
        took_ms: value("took_ms=").parse().unwrap(),
        outcome: value("outcome="),
    }
}

fn read(kind: &str, bytes: &[u8]) -> String {
    if kind == "Photo" {
        return match media::process(bytes, &Limits::default()) {
            Ok(_) => "accepted".to_owned(),
            // Its name, without the figures.
            Err(error) => format!("{error:?}").split([' ', '{']).next().unwrap().to_owned(),
        };
    }
    let read = match kind {
        "Goods" => service::sheets::read_goods(bytes).map(|_| ()),
        _ => service::units::read_sheet(bytes).map(|_| ()),
    };
    match read {
        Ok(()) => "accepted".to_owned(),
        Err(ServiceError::Invalid(errors)) => {
            assert_eq!((errors.len(), errors[0].field.as_str()), (1, "sheet"));
            match &errors[0].problem {
                Problem::SheetUnreadable => "SheetUnreadable".to_owned(),
                Problem::TooLong { .. } => "TooLong".to_owned(),
                Problem::Missing => "Missing".to_owned(),
                Problem::SheetEncoding => "SheetEncoding".to_owned(),
                Problem::SheetColumns => "SheetColumns".to_owned(),
                Problem::TooManyRows { .. } => "TooManyRows".to_owned(),
                other => panic!("{other:?} is no reason"),
            }
        }
        Err(other) => panic!("{other:?} is no reason"),
    }
}

pub fn memory_kib(line: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let value = status.lines().find_map(|found| found.strip_prefix(line)).unwrap();
    value.trim_matches(|letter: char| !letter.is_ascii_digit()).parse().unwrap()
}

/// The child's part: reads one file and says what that took.
fn tell(file: &str) {
    let kind = std::env::var(KIND).unwrap();
    let bytes = std::fs::read(file).unwrap();
    let before_kib = memory_kib("VmRSS:");
    let begun = std::time::Instant::now();
    let outcome = read(&kind, &bytes);
    println!("\ntook_ms={}\noutcome={outcome}", begun.elapsed().as_millis());
    println!("growth_kib={}", memory_kib("VmHWM:").saturating_sub(before_kib));
}

/// A measure that saw nothing would let every bomb pass. Its child is this very test, told by its environment to read.
#[test]
fn what_a_file_takes_is_seen_from_outside() {
    if let Ok(file) = std::env::var(FILE) {
        return tell(&file);
    }
    let photo = include_bytes!("../../data/demo/pictures/tea-red-1.webp");
    let measured = measure(Kind::Photo, "an honest photo", photo);
    assert_eq!(measured.outcome, "accepted");
    assert!(measured.growth_kib > 1024, "its pixels alone are more than {} KiB", measured.growth_kib);
}
