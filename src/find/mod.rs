//! Finds the images at the paths that were named, in a stable order, each file once.

mod finder;
mod found;
mod level;
mod maps;
mod named;
mod path_list;
pub mod patterns;
mod seen;

pub use finder::Finder;
pub use found::{FindError, Found, Image, Skipped};
pub use path_list::PathList;
