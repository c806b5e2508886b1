//! Bytes in which nothing shows this project's layout (FORMAT.md, "Diagnosis", `damaged-record`).

use super::event::{EVENT_LEN, Event};
use super::fields::Serial;
use super::{HEADER_LEN, v40, v45};
use binrw::BinRead;
use std::io::Cursor;

/// Where the layout number and the record length begin, in the header of either version.
const LAYOUT_AT: usize = 0x008;
/// Layout 1, and a record length of 2,048, as they are in a record.
const LAYOUT_AND_LENGTH: [u8; 4] = [1, 0, 0, 8];
/// Where the serial begins, in the header of either version.
const SERIAL_AT: usize = 0x00C;

const _: () = {
    use super::{Layout, RECORD_LEN};
    use v40::Header40;
    use v45::Header45;
    const fn is_there(layout: &Layout) -> bool {
        layout.layout == LAYOUT_AT
            && layout.record_length == LAYOUT_AT + 2
            && layout.serial == SERIAL_AT
    }
    assert!(is_there(&Header40::LAYOUT) && is_there(&Header45::LAYOUT));
    assert!(RECORD_LEN == LAYOUT_AND_LENGTH[3] as usize * 256);
};

/// Whether an `ADDPACK.DAT` that begins with these bytes, at most as many as a record has, is of a layout that is not
/// known: it may be a genuine diskette's (FORMAT.md, "Diagnosis", `damaged-record`).
///
/// It is not if anything shows this project's layout, so that a damaged record is not taken for a stranger's: at least
/// half of a magic, the layout number with the record length, the form of a serial, or an event; in any sector, since a
/// dump may have them in a wrong order. A first sector of equal bytes shows nothing but that its content is lost.
pub fn has_unknown_layout(bytes: &[u8]) -> bool {
    let first = &bytes[..bytes.len().min(HEADER_LEN)];
    let is_blank = first.iter().all(|byte| *byte == first[0]);
    !is_blank
        && !bytes.chunks(HEADER_LEN).any(shows_header)
        && !bytes.as_chunks().0.iter().any(shows_event)
}

fn shows_header(header: &[u8]) -> bool {
    let part = |at: usize| header.get(at..).unwrap_or_default();
    let is_serial = |bytes: &[u8; 24]| Serial::text(&super::fields::Bytes(*bytes)).is_some();
    [v40::MAGIC, v45::MAGIC].into_iter().any(|magic| is_like(header, magic))
        || part(LAYOUT_AT).starts_with(&LAYOUT_AND_LENGTH)
        || part(SERIAL_AT).first_chunk().is_some_and(is_serial)
}

/// Whether at least half of the bytes of the magic are there.
fn is_like(header: &[u8], magic: [u8; 8]) -> bool {
    let common = header.iter().zip(&magic).filter(|(found, expected)| found == expected);
    common.count() * 2 >= magic.len()
}

fn shows_event(slot: &[u8; EVENT_LEN]) -> bool {
    Event::read(&mut Cursor::new(slot)).is_ok_and(|event| event.keeps_its_rules())
}
