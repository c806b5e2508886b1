//! The rights of a file on Unix, which a file that replaces it gets, too.

use rustix::fs::{Gid, Uid, XattrFlags, fchown, fgetxattr, flistxattr, fremovexattr, fsetxattr};
use rustix::io::Errno;
use std::collections::BTreeSet;
use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;

/// The most bytes of an attribute, and of the names of all attributes of a file, on Linux.
const LARGEST: usize = 1 << 16;
/// How attributes begin that the system gives to each file by rules of its own, such as security labels.
const OF_THE_SYSTEM: [&[u8]; 2] = [b"security.", b"com.apple.provenance"];

/// Gives a file the owner, permissions and extended attributes of the one that it will replace, and no others: it may have
/// got some from its folder, such as an access list (`setfacl -d`).
pub(crate) fn take_over(from: &File, metadata: &Metadata, to: &File) -> io::Result<()> {
    let made = to.metadata()?;
    if (made.uid(), made.gid()) != (metadata.uid(), metadata.gid()) {
        let (owner, group) = (Uid::from_raw(metadata.uid()), Gid::from_raw(metadata.gid()));
        fchown(to, Some(owner), Some(group))?;
    }
    let kept = attributes(from)?;
    for name in attributes(to)?.difference(&kept) {
        fremovexattr(to, &name[..])?;
    }
    let mut value = vec![0; LARGEST];
    for name in kept {
        let length = fgetxattr(from, &name[..], &mut value[..])?;
        fsetxattr(to, &name[..], &value[..length], XattrFlags::empty())?;
    }
    // Last: with another access list, the same permissions would let others in.
    to.set_permissions(metadata.permissions())
}

/// The names of a file's extended attributes, but for those that are the system's business.
fn attributes(file: &File) -> io::Result<BTreeSet<Vec<u8>>> {
    let mut names = vec![0; LARGEST];
    let length = match flistxattr(file, &mut names[..]) {
        // The file system has none.
        Err(Errno::NOTSUP | Errno::NOSYS) => 0,
        length => length?,
    };
    let names = names[..length].split(|byte| *byte == 0).filter(|name| !name.is_empty());
    let is_of_the_system = |name: &[u8]| OF_THE_SYSTEM.iter().any(|start| name.starts_with(start));
    Ok(names.filter(|name| !is_of_the_system(name)).map(<[u8]>::to_vec).collect())
}
