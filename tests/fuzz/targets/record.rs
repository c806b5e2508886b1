//! Any 2,048 bytes are a record or get findings; what converts, converts into a sound record.

#![no_main]

use addpack::conversion::convert;
use addpack::diagnosis::{Verdict, diagnose};
use addpack::record::RECORD_LEN;
use addpack::record::fields::FileTime;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut record = [0; RECORD_LEN];
    record.iter_mut().zip(bytes).for_each(|(byte, new)| *byte = *new);
    let diagnosis = diagnose(&record);
    let at = FileTime::from_unix_seconds(1_795_435_200).expect("a time");
    if let Some(new) = convert(&diagnosis, at) {
        assert_eq!(diagnose(&new).verdict, Verdict::AlreadyConverted);
    }
});
