//! The steps in which disks are changed, for those who want to know what a run that ends at any of them
//! leaves behind.

use std::sync::OnceLock;

static BEFORE: OnceLock<fn()> = OnceLock::new();

/// Has `call` called before each step of this process that changes a disk: each write, sync, new name and
/// transaction of the ledger. The first who asks for it is heard.
pub fn before_each_step(call: fn()) {
    let _ = BEFORE.set(call);
}

/// To be called before each such step.
pub(crate) fn step() {
    if let Some(call) = BEFORE.get() {
        call();
    }
}
