//! The commands, one file for each.

pub(crate) mod collect;
pub(crate) mod convert;
pub(crate) mod converted_since;
mod digests;
pub(crate) mod drive;
pub(crate) mod explain;
pub(crate) mod gather;
pub(crate) mod head;
pub(crate) mod inspect;
pub(crate) mod ledger;
mod only_as;
pub(crate) mod packaging;
pub(crate) mod plan;
mod plan_all;
pub(crate) mod plan_commands;
mod plan_output;
pub(crate) mod queue;
mod refusal;
pub(crate) mod replace;
pub(crate) mod schema;
pub(crate) mod selftest;
pub(crate) mod standard_input;
pub(crate) mod start;
pub(crate) mod version;
