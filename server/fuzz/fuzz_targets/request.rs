#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| xiangji_fuzz::requests::request(bytes));
