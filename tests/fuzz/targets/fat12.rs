//! Any bytes are a pack or none.

#![no_main]

use addpack::pack::examine::examine;
use addpack::disk::Memory;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    examine(&Memory::new(bytes.to_vec())).expect("memory can be read");
});
