//! A drive whose diskette is pulled out, torn or exchanged at one moment.

use addpack::disk::{DisketteStorage, DriveError, MediaError, SECTOR_LEN, Storage};
use std::io;
use std::sync::Mutex;

/// What happens in one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mishap {
    /// The call fails, and nothing more.
    Fails,
    /// The diskette is pulled out before it.
    PulledOut,
    /// The diskette is pulled out in the middle of a write: so many bytes are new.
    Torn(usize),
    /// The same, and the sector does not read any more.
    Spoilt,
    /// Another diskette is in the drive. The call fails; those after it work, on that one.
    Exchanged,
}

/// A drive in which one call goes wrong.
pub(crate) struct Slot(Mutex<State>);

struct State {
    /// What is in it, and what is outside.
    inside: Vec<u8>,
    outside: Vec<u8>,
    is_empty: bool,
    exchanged: bool,
    /// A sector that does not read.
    spoilt: Option<u64>,
    /// Calls that go well before the mishap.
    left: usize,
    mishap: Option<Mishap>,
    calls: usize,
}

/// What became of the diskettes.
pub(crate) struct After {
    pub(crate) diskette: Vec<u8>,
    pub(crate) other: Vec<u8>,
    /// Whether the diskette was still in the drive.
    pub(crate) is_in: bool,
    pub(crate) spoilt: Option<u64>,
}

impl Slot {
    /// A drive with `diskette` in it, and `other` at hand; the mishap comes after so many calls.
    pub(crate) fn new(diskette: &[u8], other: &[u8], left: usize, mishap: Option<Mishap>) -> Self {
        Self(Mutex::new(State {
            inside: diskette.to_vec(),
            outside: other.to_vec(),
            is_empty: false,
            exchanged: false,
            spoilt: None,
            left,
            mishap,
            calls: 0,
        }))
    }

    /// Calls so far.
    pub(crate) fn calls(&self) -> usize {
        self.0.lock().unwrap().calls
    }

    pub(crate) fn after(&self) -> After {
        let state = self.0.lock().unwrap();
        let (mut diskette, mut other) = (state.inside.clone(), state.outside.clone());
        if state.exchanged {
            std::mem::swap(&mut diskette, &mut other);
        }
        let is_in = !state.is_empty && !state.exchanged;
        After { diskette, other, is_in, spoilt: state.spoilt }
    }
}

impl State {
    /// Counts a call; what goes wrong in it.
    fn call(&mut self) -> Result<Option<Mishap>, MediaError> {
        self.calls += 1;
        if self.is_empty {
            return Err(DriveError::NoMedium.into());
        }
        let due = self.left == 0;
        self.left = self.left.saturating_sub(1);
        Ok(if due { self.mishap.take() } else { None })
    }

    fn befall(&mut self, mishap: Mishap) -> MediaError {
        match mishap {
            Mishap::Fails => return io::Error::from_raw_os_error(5).into(),
            Mishap::Exchanged => {
                std::mem::swap(&mut self.inside, &mut self.outside);
                self.exchanged = true;
                return io::Error::from_raw_os_error(5).into();
            }
            Mishap::PulledOut | Mishap::Torn(_) | Mishap::Spoilt => self.is_empty = true,
        }
        DriveError::NoMedium.into()
    }
}

fn range(offset: u64, length: usize) -> std::ops::Range<usize> {
    let start = usize::try_from(offset).unwrap();
    start..start + length
}

impl Storage for Slot {
    fn len(&self) -> u64 {
        self.0.lock().unwrap().inside.len() as u64
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        let mut state = self.0.lock().unwrap();
        if let Some(mishap) = state.call()? {
            return Err(state.befall(mishap));
        }
        buffer.copy_from_slice(&state.inside[range(offset, buffer.len())]);
        Ok(())
    }

    fn read_past_cache(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        self.read(offset, buffer)
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> Result<(), MediaError> {
        assert_eq!(bytes.len(), SECTOR_LEN, "a sector at a time");
        let mut state = self.0.lock().unwrap();
        let mishap = state.call()?;
        let length = match mishap {
            None => bytes.len(),
            Some(Mishap::Torn(length)) => length,
            Some(_) => 0,
        };
        state.inside[range(offset, length)].copy_from_slice(&bytes[..length]);
        if mishap == Some(Mishap::Spoilt) {
            state.spoilt = Some(offset);
        }
        mishap.map_or(Ok(()), |mishap| Err(state.befall(mishap)))
    }

    fn sync(&self) -> Result<(), MediaError> {
        let mut state = self.0.lock().unwrap();
        match state.call()? {
            None => Ok(()),
            Some(mishap) => Err(state.befall(mishap)),
        }
    }
}

impl DisketteStorage for Slot {
    fn is_removable(&self) -> bool {
        true
    }
}
