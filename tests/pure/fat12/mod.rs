//! Finding the record on a stranger's disk, and leaving all of the rest of it alone.

mod chains;
mod entries;
mod floppies;
mod lost_sectors;
mod other_disks;
mod random_damage;
mod random_losses;
mod reads;
mod remnants;
mod second_fat;
