//! Any bytes are a compressed file or an error; what can be read can be rewritten, unless something keeps
//! it from that, and reads the same.

#![no_main]

use addpack::container::{MAX_IMAGE, gzip};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(expanded) = gzip::read(bytes, MAX_IMAGE) {
        let new = gzip::rewrite(bytes, expanded.end, &expanded.file);
        match gzip::obstacle(bytes, expanded.end) {
            Some(obstacle) => assert_eq!(new, Err(obstacle)),
            None => {
                let new = gzip::read(&new.expect("it was read"), MAX_IMAGE);
                assert_eq!(new.expect("a rewritten file is one").file, expanded.file);
            }
        }
    }
});
