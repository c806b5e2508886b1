//! Where the fields of a header stand. All of it follows from the structs that are read and written.

use super::fields::Bytes;

/// Where the fields of a header stand, as offsets in bytes, and what the version allows.
#[derive(Debug)]
pub(crate) struct Layout {
    /// Of the number of the layout.
    pub(crate) number: usize,
    pub(crate) record_length: usize,
    pub(crate) serial: usize,
    pub(crate) licenses: usize,
    pub(crate) made_at: usize,
    pub(crate) identity_seal: usize,
    pub(crate) event_count: usize,
    pub(crate) status: usize,
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) server: usize,
    pub(crate) header_seal: usize,
    /// What only a 4.5 header has.
    pub(crate) origin: Option<OriginLayout>,
    /// Reserved bytes, as start and end.
    pub(crate) reserved: &'static [(usize, usize)],
    pub(crate) known_status: u16,
    pub(crate) license_limit: u16,
}

/// Where the fields that only a 4.5 header has stand.
#[derive(Debug)]
pub(crate) struct OriginLayout {
    pub(crate) origin: usize,
    pub(crate) converted_at: usize,
    pub(crate) source_digest: usize,
}

/// The length of a field of bytes.
pub(super) const fn len<H, const N: usize>(_: fn(&H) -> &Bytes<N>) -> usize {
    N
}

/// Gives a header its layout, and takes the fields that both versions have from it.
macro_rules! header {
    ($header:ident, $version:expr, reserved: [$($zero:ident),+], $($only:ident: $value:expr),+ $(,)?) => {
        impl $header {
            /// Where its fields stand.
            pub(crate) const LAYOUT: Layout = Layout {
                number: offset_of!($header, layout),
                record_length: offset_of!($header, record_length),
                serial: offset_of!($header, serial),
                licenses: offset_of!($header, licenses),
                made_at: offset_of!($header, made_at),
                identity_seal: offset_of!($header, identity_seal),
                event_count: offset_of!($header, event_count),
                status: offset_of!($header, status),
                from: offset_of!($header, from),
                to: offset_of!($header, to),
                server: offset_of!($header, server),
                header_seal: offset_of!($header, header_seal),
                reserved: &[$((
                    offset_of!($header, $zero),
                    offset_of!($header, $zero) + $crate::record::layout::len(|it: &$header| &it.$zero),
                )),+],
                $($only: $value),+
            };

            pub(super) fn into_record(
                self,
                bytes: &RecordBytes,
                origin: Option<Origin>,
                events: Vec<Event>,
            ) -> Record {
                Record {
                    bytes: Box::new(*bytes),
                    digest: $crate::record::seal::sha1(&[bytes]),
                    version: $version,
                    layout: self.layout,
                    record_length: self.record_length,
                    serial: self.serial,
                    licenses: self.licenses,
                    made_at: self.made_at,
                    origin,
                    identity_seal: self.identity_seal,
                    event_count: self.event_count,
                    status: self.status,
                    from: self.from,
                    to: self.to,
                    server: self.server,
                    header_seal: self.header_seal,
                    events,
                }
            }
        }
    };
}

pub(super) use header;
