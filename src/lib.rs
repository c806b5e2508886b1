//! Client Add Packs of Small Business Server 4.0: what their records say, and their one-time,
//! one-way conversion to 4.5.
//!
//! A pack is a diskette with a record of 2,048 bytes, `ADDPACK.DAT`. The way of the data is
//! [`media`] (sectors), [`fat12`] (where the record lies), [`record`] (parsed), [`diagnosis`]
//! (what happened to it), [`conversion`] (what it becomes). [`set`] says which of several images of
//! a pack counts, [`plan`] which server takes which packs, and in what order; [`run`] does all of it
//! for many images. The library never prints and never exits; words are the command line's. Its
//! design is told in `src/DESIGN.md`, the bytes in [`record`].
//!
//! ```
//! use addpack::diagnosis::Verdict;
//! use addpack::disk::Memory;
//! use addpack::pack::examine::{Examination, examine};
//!
//! let image = Memory::new(std::fs::read("testdata/images/unused-720.img")?);
//! let Examination::Pack(pack) = examine(&image)? else { panic!("no pack") };
//! assert_eq!(pack.diagnosis.verdict, Verdict::Convertible);
//! # Ok::<(), std::io::Error>(())
//! ```

#![warn(missing_docs, unreachable_pub)]
#![warn(clippy::print_stdout, clippy::print_stderr, clippy::exit, clippy::unwrap_used)]

pub mod container;
pub mod conversion;
pub mod diagnosis;
pub mod disk;
pub mod fat12;
pub mod files;
pub mod find;
pub mod ledger;
pub mod media;
pub mod pack;
pub mod plan;
mod platform;
pub mod record;
pub mod report;
pub mod run;
pub mod set;

pub use platform::before_each_step;
