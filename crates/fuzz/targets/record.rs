#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| prepair_fuzz::record(data));
