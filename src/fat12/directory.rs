//! The entries of the root directory.

/// Bytes in an entry.
pub(super) const ENTRY_LEN: usize = 32;
/// `DIR_Attr`: the volume's label.
const ATTR_VOLUME_ID: u8 = 0x08;
/// `DIR_Attr`: a folder.
const ATTR_DIRECTORY: u8 = 0x10;
/// `DIR_Attr`: of these bits a label has [`ATTR_VOLUME_ID`] alone. Parts of long names have others besides.
const LABEL_BITS: u8 = 0x1F;
/// First byte of a deleted entry.
pub(super) const DELETED: u8 = 0xE5;
/// First byte of an entry that was never used; no used one follows it.
const END: u8 = 0;

/// A file or folder in the root directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DirectoryEntry {
    /// Its index in the directory, counted from 0.
    pub slot: usize,
    /// `DIR_Name`: 8 bytes of name and 3 of ending, padded with spaces.
    pub name: [u8; 11],
    /// `DIR_Attr`.
    pub attributes: u8,
    /// `DIR_FstClusLO`.
    pub first_cluster: u16,
    /// `DIR_FileSize`, in bytes.
    pub size: u32,
}

impl DirectoryEntry {
    /// Whether it is a file, not a folder.
    pub(super) fn is_file(&self) -> bool {
        self.attributes & ATTR_DIRECTORY == 0
    }
}

/// The files and folders in the bytes of a directory. The label and parts of long names are left out: they
/// have the volume attribute.
pub(super) fn entries(bytes: &[u8]) -> impl Iterator<Item = DirectoryEntry> {
    bytes
        .chunks_exact(ENTRY_LEN)
        .enumerate()
        .take_while(|(_, entry)| entry[0] != END)
        .filter(|(_, entry)| entry[0] != DELETED && entry[11] & ATTR_VOLUME_ID == 0)
        .map(|(slot, entry)| parse(slot, entry))
}

/// The volume's label in the bytes of a directory. Parts of long names have the same attribute, and others.
pub(super) fn label(bytes: &[u8]) -> Option<[u8; 11]> {
    let entries = bytes.chunks_exact(ENTRY_LEN).take_while(|entry| entry[0] != END);
    let mut labels =
        entries.filter(|entry| entry[0] != DELETED && entry[11] & LABEL_BITS == ATTR_VOLUME_ID);
    labels.next()?[..11].try_into().ok()
}

/// Whether there is an entry that was never used in the bytes of a directory.
pub(super) fn has_end(bytes: &[u8]) -> bool {
    bytes.chunks_exact(ENTRY_LEN).any(|entry| entry[0] == END)
}

/// Bytes up to the first entry that was never used.
pub(super) fn used_len(bytes: &[u8]) -> usize {
    let entries = bytes.chunks_exact(ENTRY_LEN);
    entries.take_while(|entry| entry[0] != END).count() * ENTRY_LEN
}

fn parse(slot: usize, bytes: &[u8]) -> DirectoryEntry {
    let mut name = [0; 11];
    name.copy_from_slice(&bytes[..11]);
    DirectoryEntry {
        slot,
        name,
        attributes: bytes[11],
        first_cluster: u16::from_le_bytes([bytes[26], bytes[27]]),
        size: u32::from_le_bytes([bytes[28], bytes[29], bytes[30], bytes[31]]),
    }
}
