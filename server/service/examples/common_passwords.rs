//! Makes the filter of common passwords anew: `cargo run --package service --example common_passwords LIST`, where `LIST`
//! is a text file with a password a line. `data/common-passwords.md` says where the list comes from.

#[path = "../src/accounts/common_passwords/bloom.rs"]
mod bloom;

use std::path::Path;
use std::process::ExitCode;
use std::{fs, io};

use domain::password::{MAX_CHARS, MIN_CHARS};

fn main() -> ExitCode {
    let Some(list) = std::env::args_os().nth(1) else {
        eprintln!("which list of passwords, one a line?");
        return ExitCode::FAILURE;
    };
    match make(Path::new(&list)) {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{}: {error}", list.display());
            ExitCode::FAILURE
        }
    }
}

fn make(list: &Path) -> io::Result<String> {
    let list = fs::read_to_string(list)?;
    let mut filter = vec![0_u8; bloom::BYTES];
    let mut count = 0;
    for password in list.lines() {
        // Shorter and longer ones are refused by a rule.
        if (MIN_CHARS..=MAX_CHARS).contains(&password.chars().count()) {
            bloom::places(password).for_each(|(byte, bit)| filter[byte] |= bit);
            count += 1;
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/common-passwords.bloom");
    let is_same = fs::read(&path).is_ok_and(|before| before == filter);
    fs::write(&path, filter)?;
    let change = if is_same { "as it was" } else { "another one than before" };
    Ok(format!("{}: {count} passwords, {change}", path.display()))
}
