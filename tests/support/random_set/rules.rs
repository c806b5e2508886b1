//! Which image is the pack, as FORMAT.md says it ("Several images of one pack"): by the bytes of the
//! records, and shared with nothing of the product.

use super::Image;
use crate::support::simulator::{Format, digest, slot_at};

/// What a record says that it is bound to, as it stands there: from and to, address and name; empty where it is
/// bound to nothing.
type Binding = Vec<u8>;

/// What a record says whose identity is vouched for.
struct StateOfRecord {
    /// The seals of the events that are its state.
    state: Vec<Vec<u8>>,
    /// What it is bound to; `None` where no seal vouches for anything.
    said: Option<Binding>,
}

/// The digest of the record that a pack is converted from, or was, by these images.
pub(super) fn converted_from(images: &[&Image], serial: &str) -> Option<[u8; 20]> {
    let of_pack = || images.iter().filter(|image| image.pack.serial == serial);
    if let Some(converted) = of_pack().find(|image| image.pack.format != Format::V40) {
        return converted.record[0x38..0x4C].try_into().ok();
    }
    let read: Vec<_> = of_pack().filter_map(|image| Some((image, read(&image.record)?))).collect();
    let sound = || read.iter().filter(|(image, _)| image.is_sound);
    let is_latest =
        |read: &StateOfRecord| sound().all(|(_, other)| read.state.starts_with(&other.state));
    let (newest, latest) = sound().find(|(_, read)| is_latest(read))?;
    let contradicts = |refused: &StateOfRecord| {
        let is_earlier = refused.state != latest.state && latest.state.starts_with(&refused.state);
        !is_earlier && refused.said.is_some() && refused.said != latest.said
    };
    let mut refused = read.iter().filter(|(image, _)| !image.is_sound);
    (!refused.any(|(_, read)| contradicts(read))).then(|| digest(&[&newest.record]))
}

/// What a 4.0 record says; `None` where its identity seal does not verify.
fn read(record: &[u8]) -> Option<StateOfRecord> {
    let is_40 = record.starts_with(b"SBSCAP40");
    if !is_40 || digest(&[&record[..0x30]]) != record[0x30..0x44] {
        return None;
    }
    let sealed = (0..24).take_while(|slot| is_sealed(record, *slot)).count();
    let (state, said) = match sealed_state(record) {
        Some(end) => (end, Some(binding_of_header(record))),
        None => (sealed, last_sealed(record).map(|slot| binding_of_event(record, slot))),
    };
    Some(StateOfRecord {
        state: (0..state).map(|slot| seal(record, slot).to_vec()).collect(),
        said,
    })
}

fn number(record: &[u8], at: usize) -> usize {
    usize::from(u16::from_le_bytes([record[at], record[at + 1]]))
}

fn seal(record: &[u8], slot: usize) -> &[u8] {
    &record[slot_at(slot) + 44..][..20]
}

fn is_by_45(record: &[u8], slot: usize) -> bool {
    number(record, slot_at(slot) + 2) == 0x405
}

/// Whether the event's seal verifies, by the rule of the version that it says.
fn is_sealed(record: &[u8], slot: usize) -> bool {
    let before = if slot == 0 { &record[0x30..0x44] } else { seal(record, slot - 1) };
    let suffix = if is_by_45(record, slot) { &b"4.5"[..] } else { b"" };
    digest(&[before, &record[slot_at(slot)..][..44], suffix]) == seal(record, slot)
}

/// How many events are the state, where the header seal verifies: those that it counts, and those of 4.5 servers
/// behind them.
fn sealed_state(record: &[u8]) -> Option<usize> {
    let counted = Some(number(record, 0x44)).filter(|count| *count <= 24)?;
    let is_mark = |slot: usize| slot < 24 && is_by_45(record, slot) && is_sealed(record, slot);
    let end = if is_mark(counted) { counted + 1 } else { counted };
    let history = end - (0..end).rev().take_while(|slot| is_mark(*slot)).count();
    let history = history.min(counted);
    let count = u16::try_from(history).unwrap().to_le_bytes();
    let last = if history == 0 { &[][..] } else { seal(record, history - 1) };
    let expected = digest(&[&record[..0x44], &count, &record[0x46..0x70], last]);
    (expected == record[0x70..0x84]).then_some(end)
}

fn binding_of_header(record: &[u8]) -> Binding {
    let is_bound = record[0x46] & 1 == 1;
    if is_bound { [&record[0x48..0x4C], &record[0x50..0x66]].concat() } else { Binding::new() }
}

/// The last event that a 4.0 server wrote and whose seal verifies.
fn last_sealed(record: &[u8]) -> Option<usize> {
    (0..24).rev().find(|slot| is_sealed(record, *slot) && !is_by_45(record, *slot))
}

fn binding_of_event(record: &[u8], slot: usize) -> Binding {
    let at = slot_at(slot);
    [&record[at + 4..at + 8], &record[at + 16..at + 38]].concat()
}
