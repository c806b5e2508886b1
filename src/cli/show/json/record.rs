//! The record of a pack, as an object.

use super::object;
use crate::cli::words::{
    Address, Digest, Timestamp, address, digest, event_kind, serial, server_name, server_version,
    timestamp,
};
use addpack::diagnosis::Diagnosis;
use addpack::record::Record;
use addpack::record::event::Event;
use addpack::record::fields::Server;
use std::borrow::Cow;

object! {
    pub(super) struct RecordPart<'a> from (record: &'a Record, diagnosis: &'a Diagnosis) {
        /// SHA-1 of the record's 2,048 bytes.
        sha1: Digest = digest(record.digest()),
        version: &'static str = record.version.as_str(),
        serial: Cow<'a, str> = serial(record),
        licenses: u16 = record.licenses,
        origin: Option<&'static str> = origin(record),
        bound: bool = record.is_bound(),
        from: Option<u16> = record.is_bound().then_some(record.from),
        to: Option<u16> = record.is_bound().then_some(record.to),
        server: Option<ServerPart<'a>> = record.is_bound().then(|| ServerPart::of(&record.server)),
        made_at: Option<Timestamp> = timestamp(record.made_at),
        converted_at: Option<Timestamp> = converted_at(record),
        events: Vec<EventPart<'a>> = events(record, diagnosis),
    }
}

object! {
    pub(crate) struct ServerPart<'a> from (server: &'a Server) {
        address: Address = address(server),
        name: Cow<'a, str> = server_name(server),
    }
}

object! {
    struct EventPart<'a> from (number: usize, event: &'a Event, diagnosis: &Diagnosis) {
        slot: usize = number,
        kind: Cow<'static, str> = event_kind(event),
        server_version: Cow<'static, str> = server_version(event),
        from: u16 = event.from,
        to: u16 = event.to,
        at: Option<Timestamp> = timestamp(event.at),
        server: ServerPart<'a> = ServerPart::of(&event.server),
        post_upgrade: bool = diagnosis.post_upgrade.contains(&number),
    }
}

impl<'a> RecordPart<'a> {
    /// `None` if there is no record.
    pub(super) fn of_diagnosis(diagnosis: &'a Diagnosis) -> Option<Self> {
        diagnosis.record.as_deref().map(|record| Self::of(record, diagnosis))
    }
}

fn origin(record: &Record) -> Option<&'static str> {
    match record.origin?.origin {
        0 => Some("issued"),
        1 => Some("converted"),
        _ => None,
    }
}

fn converted_at(record: &Record) -> Option<Timestamp> {
    record.origin.map(|origin| origin.converted_at).filter(|at| at.0 != 0).and_then(timestamp)
}

fn events<'a>(record: &'a Record, diagnosis: &Diagnosis) -> Vec<EventPart<'a>> {
    let slots = diagnosis.shown_events();
    slots.map(|slot| EventPart::of(slot, record.event(slot), diagnosis)).collect()
}
