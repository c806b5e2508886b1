//! The images of a survey, in a few bytes each: enough to find every one of them again.

use super::claimed::ImageFile;
use crate::find::{FindError, Found, Image};
use crate::media::{Container, Member, Place, PlaceKind};
use crate::platform::{self, path_from_bytes};
use crate::set::ImageNumber;
use std::borrow::Cow;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};

/// All images of a survey, by their numbers.
#[derive(Debug, Default)]
pub(super) struct Images {
    /// What their paths begin with; images of one folder or archive are neighbours.
    prefixes: Vec<Prefix>,
    /// What their paths end with, without separators.
    names: Vec<u8>,
    items: Vec<ImageParts>,
    maps: HashMap<ImageNumber, PathBuf>,
}

/// What the paths of several images begin with: a folder, or an archive and a colon.
#[derive(Debug)]
struct Prefix {
    bytes: Box<[u8]>,
    /// The named path that led there; `None` if each image was named itself.
    root: Option<Arc<Path>>,
}

#[derive(Debug)]
struct ImageParts {
    prefix: u32,
    /// Where its name ends in `names`.
    end: u32,
    /// Its place in the directory of its archive; [`NO_MEMBER`] outside of one.
    member: u32,
    is_drive: bool,
    is_damaged: bool,
}

const NO_MEMBER: u32 = u32::MAX;

impl Images {
    pub(super) fn len(&self) -> ImageNumber {
        number(self.items.len())
    }

    /// Adds an image that was found.
    pub(super) fn add(&mut self, place: &Place, root: &Arc<Path>, is_damaged: bool) -> ImageNumber {
        let path = match &place.member {
            Some(_) => Cow::Owned(place.full_path()),
            None => Cow::Borrowed(place.path.as_path()),
        };
        let bytes = path.as_os_str().as_encoded_bytes();
        let split = match &place.member {
            Some(_) => place.path.as_os_str().len() + 1,
            None => bytes
                .iter()
                .rposition(|byte| std::path::is_separator(char::from(*byte)))
                .map_or(0, |at| at + 1),
        };
        let is_named = path.as_os_str() == root.as_os_str();
        let image = self.push(&bytes[..split], &bytes[split..], (!is_named).then_some(root));
        let item = &mut self.items[image as usize];
        item.member = place.member.as_ref().map_or(NO_MEMBER, |member| number(member.index));
        item.is_drive = place.kind == PlaceKind::Drive;
        item.is_damaged = is_damaged;
        if let Some(map) = &place.map {
            self.maps.insert(image, map.clone());
        }
        image
    }

    /// Adds a path that leads to no image.
    pub(super) fn add_path(&mut self, path: &Path) -> ImageNumber {
        self.push(&[], path.as_os_str().as_encoded_bytes(), None)
    }

    fn push(&mut self, prefix: &[u8], name: &[u8], root: Option<&Arc<Path>>) -> ImageNumber {
        let is_last = |last: &Prefix| {
            let same = |(one, other)| Arc::ptr_eq(one, other);
            *last.bytes == *prefix
                && last.root.is_some() == root.is_some()
                && last.root.as_ref().zip(root).is_none_or(same)
        };
        if !self.prefixes.last().is_some_and(is_last) {
            self.prefixes.push(Prefix { bytes: prefix.into(), root: root.cloned() });
        }
        self.names.extend(name);
        self.items.push(ImageParts {
            prefix: number(self.prefixes.len() - 1),
            end: number(self.names.len()),
            member: NO_MEMBER,
            is_drive: false,
            is_damaged: false,
        });
        self.len() - 1
    }

    /// Whether the record of an image is damaged or cannot be read.
    pub(super) fn is_damaged(&self, image: ImageNumber) -> bool {
        self.items[image as usize].is_damaged
    }

    /// The path of an image, as it is reported.
    pub(super) fn path(&self, image: ImageNumber) -> PathBuf {
        let (prefix, name) = self.parts(image);
        path_from_bytes([&*prefix.bytes, name].concat())
    }

    /// The file that an image is, or is in, as it is now.
    pub(super) fn file_of(&self, image: ImageNumber) -> ImageFile {
        let (prefix, name) = self.parts(image);
        let is_member = self.items[image as usize].member != NO_MEMBER;
        let member = if is_member { name.len() + 1 } else { 0 };
        let archive = || path_from_bytes(prefix.bytes[..prefix.bytes.len() - 1].to_vec());
        let path = if is_member { archive() } else { self.path(image) };
        let metadata = fs::metadata(&path).ok();
        let id = metadata.as_ref().and_then(|it| platform::identity_at(&path, it).id);
        ImageFile { id, born: metadata.as_ref().and_then(platform::born), member }
    }

    fn parts(&self, image: ImageNumber) -> (&Prefix, &[u8]) {
        let at = image as usize;
        let start = at.checked_sub(1).map_or(0, |before| self.items[before].end as usize);
        let item = &self.items[at];
        (&self.prefixes[item.prefix as usize], &self.names[start..item.end as usize])
    }

    /// The image as it was found.
    pub(super) fn found(&self, image: ImageNumber, archives: &mut OpenArchives) -> Found {
        let path = self.path(image);
        let (prefix, name) = self.parts(image);
        let item = &self.items[image as usize];
        let root = prefix.root.clone().unwrap_or_else(|| path.clone().into());
        let kind = if item.is_drive { PlaceKind::Drive } else { PlaceKind::File };
        let map = self.maps.get(&image).cloned();
        let place = if item.member == NO_MEMBER {
            Place { path, kind, map, member: None }
        } else {
            let archive = path_from_bytes(prefix.bytes[..prefix.bytes.len() - 1].to_vec());
            let Some(member) = archives.member(&archive, item.member as usize, name) else {
                let named = path.as_os_str() == root.as_os_str();
                return Found::Failed { path, named, error: FindError::Changed };
            };
            Place { path: archive, kind, map, member: Some(member) }
        };
        Found::Image(Image { place, root, may_be_archive: false, opened: None })
    }
}

fn number(length: usize) -> u32 {
    u32::try_from(length).expect("a survey has fewer images, and fewer bytes of names, than 2^32")
}

/// Open archives. Each is opened once, whichever path leads to it: opened twice by one run, it would be locked against
/// that run.
#[derive(Debug, Default)]
pub(super) struct OpenArchives {
    last: Option<(PathBuf, Arc<Container>)>,
    open: HashMap<PathBuf, Weak<Container>>,
}

/// How many archives are remembered before closed ones are forgotten.
const REMEMBERED: usize = 64;

impl OpenArchives {
    /// The member of an archive that has this place in its directory and this name.
    fn member(&mut self, archive: &Path, index: usize, name: &[u8]) -> Option<Member> {
        let member = self.container(archive)?.member_at(index)?;
        (member.name == name).then_some(member)
    }

    fn container(&mut self, archive: &Path) -> Option<Arc<Container>> {
        if let Some((_, container)) = self.last.as_ref().filter(|(path, _)| path == archive) {
            return Some(Arc::clone(container));
        }
        let resolved = fs::canonicalize(archive).unwrap_or_else(|_| archive.to_owned());
        let open = self.open.get(&resolved).and_then(Weak::upgrade);
        let container = open.or_else(|| Container::open(archive).ok()?.map(Arc::new))?;
        if self.open.len() >= REMEMBERED {
            self.open.retain(|_, container| container.strong_count() > 0);
        }
        self.open.insert(resolved, Arc::downgrade(&container));
        self.last = Some((archive.to_owned(), Arc::clone(&container)));
        Some(container)
    }
}
