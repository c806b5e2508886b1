//! A medium with faults, in memory.

use addpack::record::SECTOR_LEN as SECTOR;
use addpack::medium::{Memory, Storage};
use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::sync::Mutex;

/// What is wrong with a sector.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// It never reads.
    Lost,
    /// It fails that often, and then reads.
    Fails(u32),
    /// It reads, each time something else.
    Changes,
    /// It reads wrong once, and then well.
    WrongOnce,
}

/// A medium with some bad sectors.
pub(crate) struct Frail {
    memory: Memory,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    faults: BTreeMap<usize, Fault>,
    /// Each read: its first sector, and how many.
    reads: Vec<(usize, usize)>,
}

impl Frail {
    pub(crate) fn new(bytes: &[u8], faults: &[(usize, Fault)]) -> Self {
        let state = State { faults: faults.iter().copied().collect(), reads: Vec::new() };
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
}

impl State {
    /// Spoils what was read as the sectors' faults have it.
    fn spoil(&mut self, sectors: Range<usize>, buffer: &mut [u8]) -> io::Result<()> {
        let reads = self.reads.len();
        for (&sector, fault) in self.faults.range_mut(sectors.clone()) {
            let byte = &mut buffer[(sector - sectors.start) * SECTOR];
            match fault {
                Fault::Lost => return Err(io::Error::from_raw_os_error(5)),
                Fault::Fails(0) => {}
                Fault::Fails(left) => {
                    *left -= 1;
                    return Err(io::Error::from_raw_os_error(5));
                }
                Fault::Changes => *byte ^= reads.to_le_bytes()[0] | 0x80,
                Fault::WrongOnce => {
                    *byte ^= 1;
                    *fault = Fault::Fails(0);
                }
            }
        }
        Ok(())
    }
}

impl Storage for Frail {
    fn len(&self) -> u64 {
        self.memory.len()
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let first = usize::try_from(offset).unwrap() / SECTOR;
        let count = buffer.len() / SECTOR;
        let mut state = self.state.lock().unwrap();
        state.reads.push((first, count));
        self.memory.read(offset, buffer)?;
        state.spoil(first..first + count, buffer)
    }

    fn read_past_cache(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.read(offset, buffer)
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.memory.write(offset, bytes)
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }

    fn is_removable(&self) -> bool {
        true
    }
}
