//! A buffer that each thread uses for one image after the other. One for every image would be the
//! largest piece of memory that it asks for.

use std::cell::Cell;

/// Bytes that are kept at the most; every usual diskette needs less.
const KEPT: usize = 1 << 16;

thread_local! {
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// An empty buffer, which may have room already.
pub(crate) fn take() -> Vec<u8> {
    SPARE.take()
}

/// Keeps a buffer for the next who takes one.
pub(crate) fn give_back(mut buffer: Vec<u8>) {
    if buffer.capacity() <= KEPT {
        buffer.clear();
        SPARE.set(buffer);
    }
}
