//! The library alone, within this process: records, FAT12, containers, sectors that do not read.

#[path = "../support/mod.rs"]
mod support;

mod container;
mod counted;
mod fat12;
mod house;
mod kept_images;
mod lives;
mod promises;
mod random_sets;
mod record;
mod unix_only;
mod weak_sectors;
#[cfg(unix)]
mod whole_images;

#[test]
fn every_file_is_declared() {
    support::folder::assert_every_file_is_declared("pure", "main.rs");
}
