//! A medium with faults, in memory.

use addpack::disk::{DisketteStorage, MediaError, Memory, SECTOR_LEN, Storage};
use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::sync::Mutex;
use std::time::Duration;

/// What is wrong with a sector.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// It never reads.
    Lost,
    /// It fails that often, and then reads.
    Fails(u32),
    /// It reads, each time something else.
    Changes,
    /// It reads wrong that often, each time the same, and then well.
    Wrong(u32),
    /// It reads well, and takes so long.
    Takes(Duration),
}

/// A diskette with some bad sectors.
pub(crate) struct Frail {
    memory: Memory,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    faults: BTreeMap<usize, Fault>,
    /// Each read: its first sector, and how many.
    reads: Vec<(usize, usize)>,
    /// What all reads took.
    clock: Duration,
}

impl Frail {
    pub(crate) fn new(bytes: &[u8], faults: &[(usize, Fault)]) -> Self {
        let state = State { faults: faults.iter().copied().collect(), ..State::default() };
        Self { memory: Memory::new(bytes.to_vec()), state: Mutex::new(state) }
    }

    /// Each read so far: its first sector, and how many.
    pub(crate) fn reads(&self) -> Vec<(usize, usize)> {
        self.state.lock().unwrap().reads.clone()
    }

    /// How often a sector was asked for.
    pub(crate) fn asked_for(&self, sector: usize) -> usize {
        let of_it = |(first, count): &&(usize, usize)| (*first..first + count).contains(&sector);
        self.reads().iter().filter(of_it).count()
    }

    /// What all reads so far have taken.
    pub(crate) fn clock(&self) -> Duration {
        self.state.lock().unwrap().clock
    }
}

fn bad_sector() -> io::Error {
    io::Error::from_raw_os_error(5)
}

impl State {
    /// Spoils what was read as the sectors' faults have it.
    fn spoil(&mut self, sectors: Range<usize>, buffer: &mut [u8]) -> io::Result<()> {
        let reads = self.reads.len();
        for (&sector, fault) in self.faults.range_mut(sectors.clone()) {
            let byte = &mut buffer[(sector - sectors.start) * SECTOR_LEN];
            match fault {
                Fault::Fails(0) | Fault::Wrong(0) => {}
                Fault::Lost => return Err(bad_sector()),
                Fault::Fails(left) => {
                    *left -= 1;
                    return Err(bad_sector());
                }
                Fault::Wrong(left) => {
                    *left -= 1;
                    *byte ^= 1;
                }
                Fault::Changes => *byte ^= reads.to_le_bytes()[0] | 0x80,
                Fault::Takes(time) => self.clock += *time,
            }
        }
        Ok(())
    }
}

impl Storage for Frail {
    fn len(&self) -> u64 {
        self.memory.len()
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        let first = usize::try_from(offset).unwrap() / SECTOR_LEN;
        let count = buffer.len() / SECTOR_LEN;
        let mut state = self.state.lock().unwrap();
        state.reads.push((first, count));
        self.memory.read(offset, buffer)?;
        Ok(state.spoil(first..first + count, buffer)?)
    }

    fn read_past_cache(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        self.read(offset, buffer)
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> Result<(), MediaError> {
        self.memory.write(offset, bytes)
    }

    fn sync(&self) -> Result<(), MediaError> {
        Ok(())
    }
}

impl DisketteStorage for Frail {
    fn is_removable(&self) -> bool {
        true
    }
}
