#![no_main]

use std::sync::LazyLock;

use xiangji_fuzz::moved::Bench;

static BENCH: LazyLock<Bench> = LazyLock::new(Bench::new);

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| BENCH.import(bytes));
