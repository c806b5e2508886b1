//! Output for people and programs.

pub(crate) mod card;
pub(crate) mod json;
pub(crate) mod labels;
pub(crate) mod layout;
pub(crate) mod lines;
pub(crate) mod manual;
pub(crate) mod map;
pub(crate) mod out;
pub(crate) mod picture;
pub(crate) mod plan_report;
pub(crate) mod plan_text;
pub(crate) mod printer;
pub(crate) mod progress;
pub(crate) mod queue;
pub(crate) mod reading;
pub(crate) mod request;
pub(crate) mod servers;
pub(crate) mod shell;
pub(crate) mod skipped;
pub(crate) mod summary;
pub(crate) mod table;
pub(crate) mod tally;
pub(crate) mod terminal;
pub(crate) mod to_file;
pub(crate) mod waiting;
pub(crate) mod what_now;
