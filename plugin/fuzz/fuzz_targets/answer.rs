#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mynaq_plugin::fuzzing::answer(bytes));
