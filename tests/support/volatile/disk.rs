//! The disk itself, and what goes wrong with it.

use super::held::{Held, SECTOR};
use addpack::disk::{DisketteStorage, MediaError, Storage};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

/// What a read past the cache does to the cache.
#[derive(Clone, Copy, Debug)]
pub(crate) enum PastCache {
    /// Nothing.
    Beside,
    /// As on Linux.
    Flushes,
}

impl PastCache {
    pub(crate) const BOTH: [Self; 2] = [Self::Beside, Self::Flushes];
}

/// The calls that faults are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Read,
    ReadPastCache,
    Write,
    Sync,
}

/// How far a torn write has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Disk,
    Cache,
}

/// What goes wrong in one call. Errors are those of Linux, by number.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// An error, and nothing else happens.
    Error(i32),
    /// A write stops after so many bytes.
    Torn { errno: i32, length: usize, to: Place },
    /// A sync reports an error and forgets what it had to write; maybe that has reached the disk.
    Forgets { errno: i32, reached: bool },
    /// A write or a read changes one bit and says nothing.
    Flips,
    /// A write is reported and not done.
    Ignores,
    /// The disk drops a write and says nothing; the cache shows it.
    Drops,
}

struct State {
    held: Held,
    /// Before the first call, and after each that changes anything.
    moments: Vec<Held>,
    past_cache: PastCache,
    /// How many such calls go well before.
    faults: Vec<(Call, usize, Fault)>,
}

/// A disk in a running machine. Clones are the same disk.
#[derive(Clone)]
pub(crate) struct Disk(Arc<Mutex<State>>);

impl Disk {
    pub(crate) fn new(held: &Held, past_cache: PastCache) -> Self {
        let (held, moments) = (held.clone(), vec![held.clone()]);
        Self(Arc::new(Mutex::new(State { held, moments, past_cache, faults: Vec::new() })))
    }

    /// The `number`th such call from now on, counted from 1, goes wrong.
    pub(crate) fn fail(&self, call: Call, number: usize, fault: Fault) {
        self.state().faults.push((call, number - 1, fault));
    }

    /// Whether every fault has come about.
    pub(crate) fn has_failed(&self) -> bool {
        self.state().faults.is_empty()
    }

    pub(crate) fn held(&self) -> Held {
        self.state().held.clone()
    }

    /// What was held before the first call and after each one.
    pub(crate) fn moments(&self) -> Vec<Held> {
        self.state().moments.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }
}

impl State {
    fn fault(&mut self, call: Call) -> Option<Fault> {
        let due = self.faults.iter().position(|(other, left, _)| *other == call && *left == 0);
        for (other, left, _) in &mut self.faults {
            *left -= usize::from(*other == call && *left > 0);
        }
        due.map(|index| self.faults.remove(index).2)
    }

    fn write(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        match self.fault(Call::Write) {
            None => self.held.write(at, bytes),
            Some(Fault::Error(errno)) => return Err(error(errno)),
            Some(Fault::Torn { errno, length, to }) => {
                let torn = [&bytes[..length], &self.held.shown_sector(at)[length..]].concat();
                self.held.write(at, &torn);
                if to == Place::Disk {
                    self.held.flush(at);
                }
                return Err(error(errno));
            }
            Some(Fault::Flips) => self.held.write(at, &flipped(bytes)),
            Some(Fault::Ignores) => {}
            Some(Fault::Drops) => self.held.pretend(at, bytes),
            Some(other) => panic!("no write does that: {other:?}"),
        }
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        match self.fault(Call::Sync) {
            None => self.held.sync(),
            Some(Fault::Error(errno)) => return Err(error(errno)),
            Some(Fault::Forgets { errno, reached }) => {
                if reached {
                    self.held.sync();
                }
                self.held.forget();
                return Err(error(errno));
            }
            Some(other) => panic!("no sync does that: {other:?}"),
        }
        Ok(())
    }

    fn read(&mut self, call: Call, at: u64, buffer: &mut [u8]) -> io::Result<()> {
        let fault = self.fault(call);
        if let Some(Fault::Error(errno)) = fault {
            return Err(error(errno));
        }
        for (at, part) in (at..).step_by(SECTOR).zip(buffer.chunks_mut(SECTOR)) {
            let sector = match (call, self.past_cache) {
                (Call::ReadPastCache, PastCache::Flushes) => {
                    self.held.flush(at);
                    self.held.durable_sector(at)
                }
                (Call::ReadPastCache, PastCache::Beside) => self.held.durable_sector(at),
                _ => self.held.shown_sector(at),
            };
            part.copy_from_slice(&sector[..part.len()]);
        }
        if let Some(Fault::Flips) = fault {
            buffer.copy_from_slice(&flipped(buffer));
        }
        Ok(())
    }

    fn remember(&mut self) {
        self.moments.push(self.held.clone());
    }
}

fn error(errno: i32) -> io::Error {
    io::Error::from_raw_os_error(errno)
}

fn flipped(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[0x40] ^= 0x10;
    bytes
}

impl Storage for Disk {
    fn len(&self) -> u64 {
        self.state().held.base.len() as u64
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        Ok(self.state().read(Call::Read, offset, buffer)?)
    }

    fn read_past_cache(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        let mut state = self.state();
        let result = state.read(Call::ReadPastCache, offset, buffer);
        state.remember();
        Ok(result?)
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> Result<(), MediaError> {
        let mut state = self.state();
        let result = state.write(offset, bytes);
        state.remember();
        Ok(result?)
    }

    fn sync(&self) -> Result<(), MediaError> {
        let mut state = self.state();
        let result = state.sync();
        state.remember();
        Ok(result?)
    }
}

impl DisketteStorage for Disk {}
