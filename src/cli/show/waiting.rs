//! Reports on images that cannot be shown before the set is complete: they wait in a temporary file.

use crate::cli::show::lines::Reason;
use crate::cli::show::spool::Spool;
use crate::cli::words::in_temporary_folder;
use addpack::report::Outcome;
use std::io::{self, Read};
use std::mem;

/// Bytes before the texts on an image: its outcome, its flags (1: it was named, 2: it is a folder), the heading, and the
/// length of each text.
const HEAD: usize = 3 + 3 * size_of::<u64>();
/// Stands in the place of an outcome before text that is of no image.
const TEXT: u8 = u8::MAX;

/// What is shown of one image.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ShownImage {
    pub(crate) outcome: Outcome,
    /// Whether the path itself was named.
    pub(crate) named: bool,
    /// Whether it is a folder that could not be listed.
    pub(crate) is_folder: bool,
    /// Its line, object or card.
    pub(crate) text: Vec<u8>,
    /// The line on it at the end.
    pub(crate) reason: Option<Reason>,
}

/// What comes next.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Upcoming {
    Image(ShownImage),
    /// Text that is of no image.
    Text(Vec<u8>),
}

/// The waiting reports, in their order. They are taken by their place: the first report that is taken is the first that
/// was added, and where some could not be kept, it is the last ones that are missing.
#[derive(Default)]
pub(crate) struct Waiting {
    added: Spool,
    /// What was added, to read from, once the first report is taken.
    reader: Option<Box<dyn Read>>,
}

impl Waiting {
    /// Adds what is to be shown of an image.
    ///
    /// # Errors
    /// If the temporary file cannot be written: then this report waits still, but none that is added after it does.
    pub(crate) fn add(&mut self, shown: &ShownImage) -> io::Result<()> {
        let reason = shown.reason.as_ref();
        let head = [
            shown.outcome as u8,
            u8::from(shown.named) | u8::from(shown.is_folder) << 1,
            reason.map_or(TEXT, |reason| reason.heading),
        ];
        let said: [&[u8]; 2] = reason.map_or([&[], &[]], |reason| [&*reason.text, &*reason.next]);
        self.write(head, [&shown.text, said[0], said[1]])
    }

    /// Adds text that is of no image.
    ///
    /// # Errors
    /// As [`Waiting::add`].
    pub(crate) fn add_text(&mut self, text: &[u8]) -> io::Result<()> {
        self.write([TEXT, 0, TEXT], [text, &[], &[]])
    }

    fn write(&mut self, of_image: [u8; 3], texts: [&[u8]; 3]) -> io::Result<()> {
        // All was taken: only what is written from now on waits.
        self.reader = None;
        let mut head = [0; HEAD];
        head[..3].copy_from_slice(&of_image);
        for (place, text) in head[3..].chunks_mut(8).zip(texts) {
            place.copy_from_slice(&(text.len() as u64).to_le_bytes());
        }
        self.added.add(&[&head, texts[0], texts[1], texts[2]])
    }

    /// Takes what was added first; `None` if nothing waits, or what comes next could not be kept.
    ///
    /// # Errors
    /// If the temporary file cannot be read: then nothing waits any more.
    pub(crate) fn take(&mut self) -> io::Result<Option<Upcoming>> {
        let reader = match &mut self.reader {
            Some(reader) => reader,
            None => self.reader.insert(mem::take(&mut self.added).into_reader()?),
        };
        next(reader).map_err(|error| {
            // Where the next report begins is not known.
            self.reader = Some(Box::new(io::empty()));
            in_temporary_folder(&error)
        })
    }
}

/// Reads what comes next; `None` at the end.
fn next(reader: &mut impl Read) -> io::Result<Option<Upcoming>> {
    let mut head = [0; HEAD];
    match reader.read_exact(&mut head) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let ([outcome, flags, heading], lengths) = ([head[0], head[1], head[2]], &head[3..]);
    let mut lengths = lengths.as_chunks().0.iter().map(|length| u64::from_le_bytes(*length));
    let mut next_text = || bytes(reader, lengths.next().unwrap_or(0));
    let text = next_text()?;
    let Some(outcome) = Outcome::ALL.get(usize::from(outcome)).copied() else {
        return Ok(Some(Upcoming::Text(text)));
    };
    let reason = match heading {
        TEXT => None,
        heading => Some(Reason { heading, text: next_text()?, next: next_text()? }),
    };
    let (named, is_folder) = (flags & 1 != 0, flags & 2 != 0);
    Ok(Some(Upcoming::Image(ShownImage { outcome, named, is_folder, text, reason })))
}

fn bytes(reader: &mut impl Read, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(usize::try_from(length).map_err(io::Error::other)?);
    let read = reader.take(length).read_to_end(&mut bytes)?;
    if read as u64 == length { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_comes_back_in_its_order_also_from_a_file() {
        let shown = |number: usize| ShownImage {
            outcome: Outcome::ALL[number % Outcome::ALL.len()],
            named: number.is_multiple_of(2),
            is_folder: number.is_multiple_of(3),
            text: vec![b'x'; number],
            reason: number.is_multiple_of(3).then(|| Reason {
                heading: 2,
                text: vec![b'y'; number],
                next: vec![b'z'; number / 2],
            }),
        };
        let mut waiting = Waiting::default();
        for round in 0..2 {
            for number in 0..1500 {
                waiting.add(&shown(number)).unwrap();
                waiting.add_text(b"z").unwrap();
            }
            for number in 0..1500 {
                assert_eq!(
                    waiting.take().unwrap(),
                    Some(Upcoming::Image(shown(number))),
                    "{round}"
                );
                assert_eq!(waiting.take().unwrap(), Some(Upcoming::Text(b"z".to_vec())));
            }
            assert_eq!(waiting.take().unwrap(), None);
        }
    }
}
