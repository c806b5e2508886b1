//! Finding the record on a stranger's disk, and leaving all of the rest of it alone.

#[path = "../disk/mod.rs"]
mod disk;

mod chains;
mod entries;
mod floppies;
mod reads;
mod second_fat;
