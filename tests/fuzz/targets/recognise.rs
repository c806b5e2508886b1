//! Any bytes are in some format or in none.

#![no_main]

use addpack::container::{RECOGNISED_BY, recognise};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let last = || bytes[bytes.len().saturating_sub(512)..].to_vec();
    recognise(&bytes[..bytes.len().min(RECOGNISED_BY)], bytes.len() as u64, last);
});
