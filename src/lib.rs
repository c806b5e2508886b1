//! Client Add Packs of Small Business Server 4.0: what their records say, and their one-time,
//! one-way conversion to 4.5.
//!
//! A pack is a diskette with a record of 2,048 bytes, `ADDPACK.DAT`. The data goes from [`media`]
//! (sectors) to [`fat12`] (where the record is), [`record`] (parsed), [`diagnosis`] (what happened to
//! it) and [`conversion`] (what it becomes). [`set`] decides which of several images of a pack counts,
//! [`plan`] which server takes which packs, and in what order; [`run`] does all of it for many images.
//! The library never prints and never exits; the command line has the words. `src/DESIGN.md` explains the
//! design, and [`record`] the bytes of a record.
//!
//! ```
//! use addpack::diagnosis::Verdict;
//! use addpack::disk::Memory;
//! use addpack::pack::examine::{Examination, examine};
//!
//! let image = Memory::new(std::fs::read("testdata/images/unused-720.img")?);
//! let Examination::Pack(pack) = examine(&image)? else { panic!("no pack") };
//! assert_eq!(pack.diagnosis.verdict, Verdict::Convertible);
//! # Ok::<(), Box<dyn std::error::Error>>(())
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
#[cfg(unix)]
pub use platform::ignores_signal;
