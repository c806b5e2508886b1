//! Any bytes are a dump or an error (Teledisk).

#![no_main]

use addpack::container::{MAX_IMAGE, td0};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(dump) = td0::read(bytes) {
        assert!(dump.bytes.len() <= MAX_IMAGE);
    }
});
