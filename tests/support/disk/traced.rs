//! A medium that keeps account of what is done to it, and can have sectors that do not read.

use super::layout::SECTOR;
use addpack::disk::{DisketteStorage, MediaError, Memory, Storage};
use std::collections::BTreeSet;
use std::io;
use std::sync::{Mutex, PoisonError};

/// Sectors in the order in which they were read and written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Account {
    pub(crate) read: Vec<u64>,
    pub(crate) written: Vec<u64>,
}

#[derive(Debug)]
pub(crate) struct Traced {
    memory: Memory,
    account: Mutex<Account>,
    /// The sectors that can be read; `None` for all.
    readable: Option<BTreeSet<u64>>,
    /// Bytes that the first read gives at least.
    start: usize,
    in_parts: bool,
}

impl Traced {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self {
            memory: Memory::new(bytes),
            account: Mutex::default(),
            readable: None,
            start: 0,
            in_parts: false,
        }
    }

    /// A medium whose first read gives that many bytes, however few are asked for.
    pub(crate) fn starting_with(start: usize, bytes: Vec<u8>) -> Self {
        Self { start, ..Self::new(bytes) }
    }

    /// The same medium, of which only what is needed is read.
    pub(crate) fn in_parts(self) -> Self {
        Self { in_parts: true, ..self }
    }

    /// A medium of which all other sectors are unreadable.
    pub(crate) fn readable_at(bytes: Vec<u8>, sectors: BTreeSet<u64>) -> Self {
        Self { readable: Some(sectors), ..Self::new(bytes) }
    }

    pub(crate) fn account(&self) -> Account {
        self.account.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.memory.into_bytes()
    }

    fn note(&self, offset: u64, length: usize, list: impl Fn(&mut Account) -> &mut Vec<u64>) {
        let mut account = self.account.lock().unwrap_or_else(PoisonError::into_inner);
        list(&mut account).extend(sectors(offset, length));
    }
}

/// The sectors that a range of bytes touches.
fn sectors(offset: u64, length: usize) -> std::ops::Range<u64> {
    let (sector, length) = (SECTOR as u64, length as u64);
    offset / sector..(offset + length).div_ceil(sector)
}

impl Storage for Traced {
    fn len(&self) -> u64 {
        self.memory.len()
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        self.note(offset, buffer.len(), |account| &mut account.read);
        if let Some(readable) = &self.readable
            && let Some(lost) = sectors(offset, buffer.len()).find(|at| !readable.contains(at))
        {
            return Err(io::Error::other(format!("sector {lost} does not read")).into());
        }
        self.memory.read(offset, buffer)
    }

    fn read_past_cache(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        self.read(offset, buffer)
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> Result<(), MediaError> {
        self.note(offset, bytes.len(), |account| &mut account.written);
        self.memory.write(offset, bytes)
    }

    fn sync(&self) -> Result<(), MediaError> {
        self.memory.sync()
    }
}

impl DisketteStorage for Traced {
    fn read_start(&self, bytes: &mut Vec<u8>, length: usize) -> Result<(), MediaError> {
        bytes.resize(length.max(self.start), 0);
        self.read(0, bytes)
    }

    fn reads_in_parts(&self) -> bool {
        self.in_parts
    }
}
