//! Records: what happened to a pack is recognised from its bytes, and what cannot have happened is damage.

mod damaged_fields;
mod forgeries;
mod golden;
mod patch;
mod post_upgrade;
mod random_damage;
mod random_histories;
mod reapplies;
mod simulator;
mod states;
mod times;
mod unknown_layout;
