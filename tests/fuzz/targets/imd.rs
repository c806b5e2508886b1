//! Any bytes are a dump or an error (ImageDisk).

#![no_main]

use addpack::container::{MAX_IMAGE, imd};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(dump) = imd::read(bytes) {
        assert!(dump.bytes.len() <= MAX_IMAGE);
    }
});
