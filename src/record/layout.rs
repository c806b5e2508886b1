//! Where the fields of a header are. All of it follows from the structs that are read and written.

use super::fields::Bytes;

/// Hands a macro the fields that both headers have, by their names there.
macro_rules! with_common_fields {
    ($macro:ident, $($rest:tt)*) => {
        $macro! {
            [
                layout, record_length, serial, licenses, made_at, identity_seal, event_count, status,
                from, to, server, header_seal
            ]
            $($rest)*
        }
    };
}

macro_rules! layout {
    ([$($field:ident),+]) => {
        /// Where the fields of a header are, as offsets in bytes, and what the version allows.
        #[derive(Debug)]
        pub(crate) struct Layout {
            $(pub(crate) $field: usize,)+
            /// What only a 4.5 header has.
            pub(crate) origin: Option<OriginLayout>,
            /// Reserved bytes, as start and end.
            pub(crate) reserved: &'static [(usize, usize)],
            pub(crate) known_status: u16,
            pub(crate) license_limit: u16,
        }
    };
}

with_common_fields!(layout,);

/// Where the fields that only a 4.5 header has are.
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

/// Gives a header its layout, and makes a record of the fields that both versions have.
macro_rules! header {
    (
        [$($field:ident),+]
        $header:ident, $version:expr, reserved: [$($zero:ident),+], $($only:ident: $value:expr),+ $(,)?
    ) => {
        impl $header {
            /// Where its fields are.
            pub(crate) const LAYOUT: Layout = Layout {
                $($field: offset_of!($header, $field),)+
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
                    origin,
                    events,
                    $($field: self.$field,)+
                }
            }
        }
    };
}

pub(super) use {header, with_common_fields};
