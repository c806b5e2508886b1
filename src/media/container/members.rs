//! The images in an archive: which members may be one, and where their copies go.

use super::Container;
use super::content::Content;
use crate::container::{
    Format, MAX_DUMP, format_by_name, may_be_image, paths_of_members, zip::Directory,
    zip::ZipMember,
};
use crate::platform;
use std::path::PathBuf;
use std::sync::Arc;

/// A file in an archive.
#[derive(Clone, Debug)]
pub struct Member {
    /// The archive.
    pub container: Arc<Container>,
    /// Its place in the archive's directory, counted from 0.
    pub index: usize,
    /// Its name there, in whatever encoding.
    pub name: Vec<u8>,
}

impl Member {
    /// The path of its raw image below a folder for copies.
    pub(crate) fn path_of_copy(&self) -> PathBuf {
        let path = |directory: &Directory| {
            self.container.paths_of_copies(directory).get(self.index).cloned()
        };
        self.container.with_directory(path).flatten().unwrap_or_default()
    }
}

fn is_folder(member: &ZipMember) -> bool {
    member.name.ends_with(b"/")
}

/// So many members are read by several threads, more by one alone.
const FEW_MEMBERS: usize = 64;

impl Container {
    /// Whether it has so many members that one thread alone should read them: each other thread would keep memory of
    /// its own for them.
    pub(crate) fn has_many_members(&self) -> bool {
        self.with_directory(|directory| directory.members.len() > FEW_MEMBERS).unwrap_or(false)
    }

    /// The places in the directory of the members of an archive that may be images; if it has only one member, that
    /// one's.
    pub(crate) fn images(&self) -> Vec<usize> {
        self.with_directory(|directory| {
            let files = || {
                let all = directory.members.iter().enumerate();
                all.filter(|(_, m)| !is_folder(m) && m.size <= MAX_DUMP as u64)
            };
            let may_be = |member: &ZipMember| {
                let name = platform::path_from_bytes(member.name.clone());
                may_be_image(&name, member.size) && format_by_name(&name).is_none()
            };
            let is_only = files().count() == 1;
            let images = files().filter(|(_, member)| is_only || may_be(member));
            images.map(|(index, _)| index).collect()
        })
        .unwrap_or_default()
    }

    /// The names of an archive's files whose endings are those of formats that are not read.
    pub fn not_read(&self) -> Vec<(Vec<u8>, Format)> {
        self.with_directory(|directory| {
            let files = || directory.members.iter().filter(|member| !is_folder(member));
            if files().count() == 1 {
                // The archive itself is reported for its only file.
                return Vec::new();
            }
            let format = |name: &Vec<u8>| format_by_name(&platform::path_from_bytes(name.clone()));
            let names = files().map(|member| member.name.clone());
            names.filter_map(|name| format(&name).map(|format| (name, format))).collect()
        })
        .unwrap_or_default()
    }

    /// The member with that name.
    pub fn member(self: &Arc<Self>, name: &[u8]) -> Option<Member> {
        self.with_directory(|directory| {
            let members = &directory.members;
            let order = self.by_name(directory);
            let name_at = |at: &u32| members[*at as usize].name.as_slice();
            let at = order.partition_point(|at| name_at(at) < name);
            let index = *order.get(at).filter(|at| name_at(at) == name)? as usize;
            Some(Member { container: Arc::clone(self), index, name: name.to_owned() })
        })?
    }

    /// The member at this place in the directory.
    pub(crate) fn member_at(self: &Arc<Self>, index: usize) -> Option<Member> {
        self.with_directory(|directory| {
            let name = directory.members.get(index)?.name.clone();
            Some(Member { container: Arc::clone(self), index, name })
        })?
    }

    /// The members in the order of their names; of one name, in that of the directory.
    fn by_name(&self, directory: &Directory) -> &[u32] {
        self.by_name.get_or_init(|| {
            let count = u32::try_from(directory.members.len()).unwrap_or(u32::MAX);
            let mut order: Vec<u32> = (0..count).collect();
            order.sort_by_key(|index| &directory.members[*index as usize].name);
            order
        })
    }

    /// The path of each member's raw image below a folder for copies.
    fn paths_of_copies(&self, directory: &Directory) -> &[PathBuf] {
        self.paths_of_copies.get_or_init(|| {
            let names = directory.members.iter().map(|member| member.name.clone());
            paths_of_members(names.map(platform::path_from_bytes))
        })
    }

    /// Calls `look` with the directory; `None` if this is not an archive.
    fn with_directory<R>(&self, look: impl FnOnce(&Directory) -> R) -> Option<R> {
        match &self.current().content {
            Content::Zip(directory) => Some(look(directory)),
            Content::Dump | Content::Gzip => None,
        }
    }
}
