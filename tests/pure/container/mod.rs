//! Images in containers: the same sectors as raw, from each; what is lost is reported, and what is
//! damaged is an error.

#[cfg(unix)]
mod agree;
#[cfg(unix)]
mod archives;
mod dumps;
#[cfg(unix)]
mod random_archives;
#[cfg(unix)]
mod random_damage;
mod recognise;

use crate::support::{testdata, write};
use addpack::container::{ContainerError, Dump, Format, Recognised, hfe, imd, recognise, td0};
use addpack::disk::{Flaw, FlawKind};

/// The images that each container holds once, and their formats by the name of libdsk.
#[cfg(unix)]
const IMAGES: [(&str, &str); 3] =
    [("applied-1440", "ibm1440"), ("unused-720", "ibm720"), ("reapplied-360", "ibm360")];

fn raw(name: &str) -> Vec<u8> {
    std::fs::read(testdata("images").join(format!("{name}.img"))).unwrap()
}

/// Each reader of dumps, with what writes for it.
fn dump_formats() -> [(Writer, Reader); 3] {
    [(write::imd::dump, imd::read), (write::td0::dump, td0::read), (write::hfe::dump, hfe::read)]
}

type Writer = fn(&[write::Track]) -> Vec<u8>;
type Reader = fn(&[u8]) -> Result<Dump, ContainerError>;

/// The format of a file with these bytes.
fn format(bytes: &[u8]) -> Option<Format> {
    match recognise(bytes) {
        Ok(Recognised::Container(format)) => Some(format),
        _ => None,
    }
}

fn lost(sector: u32, kind: FlawKind) -> Flaw {
    Flaw { sector, kind }
}
