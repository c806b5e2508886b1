//! Any bytes are a compressed file or an error; what can be read can be rewritten, and reads the same.

#![no_main]

use addpack::container::{MAX_IMAGE, gzip};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(file) = gzip::read(bytes, MAX_IMAGE) {
        let new = gzip::rewrite(bytes, &file).expect("it was read");
        assert_eq!(gzip::read(&new, MAX_IMAGE), Ok(file));
    }
});
