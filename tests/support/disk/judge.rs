//! Judges of an image: a small reader of our own, and the fatfs crate.

use super::layout::{ENTRY, Layout, SECTOR, fat_entry};
use super::{FOLDER, LABEL, RECORD};
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};

/// A file or folder in the root directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) name: [u8; 11],
    pub(crate) attributes: u8,
    pub(crate) size: usize,
    /// By the first FAT, as far as its chain stays on the volume and comes back to no cluster.
    pub(crate) clusters: Vec<u16>,
    pub(crate) end: End,
}

/// How a chain ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With the mark of its end; or there is none.
    Marked,
    /// In a cluster that is free or marked bad.
    Lost,
    /// In a cluster that it has passed.
    Loop,
    /// With a cluster that the volume does not have.
    OffTheVolume,
}

impl Held {
    pub(crate) fn is_record(&self) -> bool {
        self.name == RECORD && self.attributes & FOLDER == 0
    }

    /// What it holds: of a folder, all of its clusters.
    pub(crate) fn content(&self, image: &[u8], layout: &Layout) -> Vec<u8> {
        let mut content = Vec::new();
        for &cluster in &self.clusters {
            content.extend_from_slice(image.get(layout.cluster(cluster)).unwrap_or_default());
        }
        if self.attributes & FOLDER == 0 {
            content.truncate(self.size);
        }
        content
    }
}

/// All files and folders in the root directory, by the first FAT.
pub(crate) fn root(image: &[u8], layout: &Layout) -> Vec<Held> {
    let (Some(root), Some(fat)) = (image.get(layout.root()), image.get(layout.fat(0))) else {
        return Vec::new();
    };
    root.chunks_exact(ENTRY)
        .take_while(|entry| entry[0] != 0)
        .filter(|entry| entry[0] != 0xE5 && entry[11] & LABEL == 0)
        .map(|entry| {
            let first = u16::from_le_bytes([entry[26], entry[27]]);
            let (clusters, end) = chain(fat, layout, first);
            Held {
                name: entry[..11].try_into().unwrap(),
                attributes: entry[11],
                size: u32::from_le_bytes(entry[28..].try_into().unwrap()) as usize,
                clusters,
                end,
            }
        })
        .collect()
}

fn chain(fat: &[u8], layout: &Layout, first: u16) -> (Vec<u16>, End) {
    let (mut clusters, mut cluster) = (Vec::new(), first);
    let end = (layout.last_cluster() + 1).min(u16::try_from(fat.len() * 2 / 3).unwrap_or(u16::MAX));
    let mut seen = vec![false; usize::from(end)];
    while (2..end).contains(&cluster) {
        if std::mem::replace(&mut seen[usize::from(cluster)], true) {
            return (clusters, End::Loop);
        }
        clusters.push(cluster);
        cluster = fat_entry(fat, cluster);
    }
    let end = match cluster {
        0 if clusters.is_empty() => End::Marked,
        0 | 0xFF7 => End::Lost,
        0xFF8..=0xFFF => End::Marked,
        _ => End::OffTheVolume,
    };
    (clusters, end)
}

/// Offsets of the record's four sectors, by the first FAT; `None` unless there is one such file.
pub(crate) fn record_sectors(image: &[u8], layout: &Layout) -> Option<Vec<usize>> {
    let mut records = root(image, layout).into_iter().filter(Held::is_record);
    let record = records.next().filter(|record| record.end == End::Marked)?;
    let sectors =
        record.clusters.iter().flat_map(|&cluster| layout.cluster(cluster).step_by(SECTOR));
    records.next().is_none().then(|| sectors.take(4).collect())
}

/// The content of every other file and folder of the root directory, by each judge.
///
/// The layout is the one that the boot sector states, if that can be one; else `known`.
pub(crate) fn others(image: &[u8], known: &Layout) -> Vec<(String, Vec<u8>)> {
    let stated = image.get(..SECTOR).and_then(Layout::read_bpb);
    let layout = stated.unwrap_or(*known);
    let held = root(image, &layout);
    let mut contents: Vec<_> = held
        .iter()
        .filter(|held| !held.is_record())
        .map(|held| (format!("{:x?}", held.name), held.content(image, &layout)))
        .collect();
    // Where a chain leaves the volume, fatfs follows it, and calls what it meets there a file.
    let is_asked = |at: usize| held.get(at).is_some_and(|held| held.end != End::OffTheVolume);
    if stated.is_some()
        && let Ok(by_fatfs) = by_fatfs(image, is_asked)
    {
        contents.extend(by_fatfs);
    }
    contents
}

/// Every other file in the root directory, as the fatfs crate reads it; `is_asked` is given their
/// numbers.
///
/// # Errors
/// Where fatfs takes the image for no volume, or its root directory does not read.
pub(crate) fn by_fatfs(
    image: &[u8],
    is_asked: impl Fn(usize) -> bool,
) -> io::Result<Vec<(String, Vec<u8>)>> {
    let volume = fatfs::FileSystem::new(ReadOnly(Cursor::new(image)), fatfs::FsOptions::new())?;
    let mut contents = Vec::new();
    for (at, entry) in volume.root_dir().iter().enumerate() {
        let entry = entry?;
        let name = entry.short_file_name();
        if entry.is_file() && name != "ADDPACK.DAT" && is_asked(at) {
            let mut content = Vec::new();
            let result = entry.to_file().take(image.len() as u64).read_to_end(&mut content);
            contents.push((format!("fatfs {name} {:?}", result.err().map(|e| e.kind())), content));
        }
    }
    Ok(contents)
}

/// fatfs wants to write what it mounts.
struct ReadOnly<'a>(Cursor<&'a [u8]>);

impl Read for ReadOnly<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Seek for ReadOnly<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

impl Write for ReadOnly<'_> {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::PermissionDenied.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
