//! Any bytes are a dump or an error (bit cells).

#![no_main]

use addpack::container::{MAX_IMAGE, hfe};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(dump) = hfe::read(bytes) {
        assert!(dump.bytes.len() <= MAX_IMAGE);
    }
});
