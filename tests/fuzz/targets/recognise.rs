//! Any bytes are in some format or in none.

#![no_main]

use addpack::container::recognise;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = recognise(bytes);
});
