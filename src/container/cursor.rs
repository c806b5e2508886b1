//! Reading fields one after the other, never past the end.

use super::ContainerError;

/// The position of the next field in a container.
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Bytes from the start of the container.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at == self.bytes.len()
    }

    /// The bytes that were not taken yet.
    pub(super) fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..]
    }

    /// The next `count` bytes.
    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], ContainerError> {
        let taken = self.rest().get(..count).ok_or(ContainerError::CutShort { at: self.at })?;
        self.at += count;
        Ok(taken)
    }

    /// The bytes before the next `end`, which is skipped.
    pub(super) fn take_until(&mut self, end: u8) -> Result<&'a [u8], ContainerError> {
        let length = self.rest().iter().position(|&byte| byte == end);
        let taken = self.take(length.ok_or(ContainerError::CutShort { at: self.bytes.len() })?)?;
        self.at += 1;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], ContainerError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    pub(super) fn byte(&mut self) -> Result<u8, ContainerError> {
        Ok(self.array::<1>()?[0])
    }

    /// 16 bits, little-endian.
    pub(super) fn word(&mut self) -> Result<u16, ContainerError> {
        Ok(u16::from_le_bytes(self.array()?))
    }
}
