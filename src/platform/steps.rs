//! The steps in which disks are changed: a test can end the process at any of them.

use std::sync::OnceLock;

static BEFORE: OnceLock<fn()> = OnceLock::new();

/// Calls `call` before each step of this process that changes a disk: each write, sync, new name and
/// transaction of the ledger. Only the first call of this function counts.
pub fn before_each_step(call: fn()) {
    let _ = BEFORE.set(call);
}

/// Must be called before each such step.
pub(crate) fn step() {
    if let Some(call) = BEFORE.get() {
        call();
    }
}
