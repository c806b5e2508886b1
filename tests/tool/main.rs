//! The built program as people use it: what it says, to the letter, and what it leaves behind.

#[path = "../support/mod.rs"]
mod support;

mod causes;
mod containers;
mod convert;
mod environment;
mod explain;
mod first_minute;
mod inspect;
mod ledger;
mod ledger_file;
mod left_untouched;
mod one_tree;
mod packaging;
mod plan;
mod plan_all;
mod plan_copies;
mod plan_sets;
mod plan_truth;
mod random_plans;
mod raw_bytes;
mod replace;
mod schema;
mod screens;
mod selftest;
mod sets;
mod several_images;
mod shared_ledger;
mod system_calls;
mod to_file;

#[test]
fn every_file_is_declared() {
    support::folder::assert_every_file_is_declared("tool", "main.rs");
}
