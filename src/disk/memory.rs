//! An image in memory, used as a medium.

use super::{DisketteStorage, MediaError, Storage};
use std::io;
use std::ops::Range;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

/// Bytes in memory, used as a medium.
#[derive(Debug, Default)]
pub struct Memory(RwLock<Vec<u8>>);

impl Memory {
    /// A medium that holds `bytes`.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(RwLock::new(bytes))
    }

    /// The bytes now; nobody can write them until this is dropped.
    pub(crate) fn held(&self) -> RwLockReadGuard<'_, Vec<u8>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The bytes now.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

fn range(offset: u64, length: usize) -> io::Result<Range<usize>> {
    let start = usize::try_from(offset).map_err(|_| io::ErrorKind::UnexpectedEof)?;
    let end = start.checked_add(length).ok_or(io::ErrorKind::UnexpectedEof)?;
    Ok(start..end)
}

impl Storage for Memory {
    fn len(&self) -> u64 {
        self.held().len() as u64
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        let bytes = self.held();
        let range = range(offset, buffer.len())?;
        buffer.copy_from_slice(bytes.get(range).ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn read_past_cache(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        self.read(offset, buffer)
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> Result<(), MediaError> {
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let range = range(offset, bytes.len())?;
        held.get_mut(range).ok_or(io::ErrorKind::UnexpectedEof)?.copy_from_slice(bytes);
        Ok(())
    }

    fn sync(&self) -> Result<(), MediaError> {
        Ok(())
    }
}

impl DisketteStorage for Memory {}
