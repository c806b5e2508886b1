//! A disk for tests that loses what was not synced, and what must hold of it at every moment.

mod case;
mod disk;
mod held;
mod trial;

pub(crate) use case::{Case, FIRST, Run, SECOND, change, convert, examined};
pub(crate) use disk::{Call, Disk, Fault, PastCache, Place};
pub(crate) use held::Held;
pub(crate) use trial::{Trial, early, late};
