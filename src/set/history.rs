//! The history of a pack, as one record has it. It is needed only if images show the pack in different states.

use super::Relation;
use crate::diagnosis::{SealCheck, is_sealed};
use crate::record::event::{Event, ServerVersion};
use crate::record::fields::Seal;
use crate::record::{Binding, EVENT_SLOTS, Record, Version};

/// The binding that the verified part of a record shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerifiedBinding {
    /// The pack's binding; `None` if it is unbound.
    Bound(Option<Binding>),
    /// No seal verifies, so nothing is known.
    Unknown,
}

impl VerifiedBinding {
    /// The binding by the last event whose seal verifies. What a 4.5 server wrote into a 4.0 record does
    /// not count.
    fn of_events(record: &Record) -> Self {
        let is_mark = |event: &Event| {
            record.version == Version::V40 && event.known_version() == Some(ServerVersion::V45)
        };
        let vouches = |slot: &usize| is_sealed(record, *slot) && !is_mark(record.event(*slot));
        let last = (0..EVENT_SLOTS).rev().find(vouches);
        last.map_or(Self::Unknown, |slot| {
            let Event { from, to, server, .. } = *record.event(slot);
            Self::Bound(Some(Binding { from, to, server }))
        })
    }
}

/// The history of a pack, as one record has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackHistory {
    /// The events that make up its state.
    pub events: Vec<Event>,
    /// Its binding.
    pub binding: VerifiedBinding,
    /// The seal over its identity, which distinguishes conversions.
    pub identity: Seal,
}

impl PackHistory {
    /// The history in a record, damaged or not.
    pub fn of(record: &Record) -> Self {
        let seals = SealCheck::check(record);
        let (length, binding) = if seals.header_verifies() {
            let binding = VerifiedBinding::Bound(record.binding());
            (seals.history().end.max(seals.post_upgrade().end), binding)
        } else {
            // The event count is not verified either.
            let sealed = (0..EVENT_SLOTS).take_while(|slot| is_sealed(record, *slot));
            (sealed.count(), VerifiedBinding::of_events(record))
        };
        let events = record.events[..length].to_vec();
        Self { events, binding, identity: record.identity_seal }
    }

    /// The seals of the events, which distinguish different histories of a pack.
    pub(super) fn seals(&self) -> impl Iterator<Item = Seal> {
        self.events.iter().map(|event| event.seal)
    }

    /// How many events two records have in common, from the first on.
    pub(super) fn shared(&self, other: &Self) -> usize {
        let pairs = self.events.iter().zip(&other.events);
        pairs.take_while(|(one, other)| one.seal == other.seal).count()
    }

    /// Whether this state is that of `other`, or a later one.
    pub fn is_or_follows(&self, other: &Self) -> bool {
        other.relation(self).is_some()
    }

    /// How this state is related to `later`; `None` if it is not the same or an earlier state of that.
    pub(super) fn relation(&self, later: &Self) -> Option<Relation> {
        let is_state = self.shared(later) == self.events.len();
        let same = self.events.len() == later.events.len();
        is_state.then_some(if same { Relation::Same } else { Relation::Earlier })
    }

    /// Whether a record with this history may stand in for a refused one: it has the same binding as that.
    pub(super) fn agrees_with(&self, refused: &Self) -> bool {
        refused.binding == VerifiedBinding::Unknown || refused.binding == self.binding
    }
}
