//! Findings.

use super::Page;

pub(super) const PAGES: &[Page] = &[
    Page {
        code: "post-upgrade-reapply",
        kind: "finding",
        means: "The pack is corrupt: it was applied again, as a 4.0 pack, on a server that had been \
                upgraded to 4.5.",
        cause: "A 4.5 server does not know 4.0 packs. It writes its own event into the record, seals \
                it by its own rule, and stops. That event is there, with a 4.5 server's seal.",
        action: "Ask for a replacement. To spare the other packs, convert each before it meets a 4.5 \
                 server.",
        kb: &[236_867, 239_666, 274_532],
    },
    Page {
        code: "out-of-order-reapply",
        kind: "finding",
        means: "The pack is corrupt: it was reapplied when the server did not have the number of \
                licenses that the pack starts from.",
        cause: "After a reinstall, a 4.0 server must get its packs in the order in which it first \
                got them. One that comes out of order is marked as defective by the server.",
        action: "Ask for a replacement. Reapply the others in their first order: each pack restores \
                 its own from and to, which addpack inspect shows.",
        kb: &[177_962, 194_335, 236_867, 274_532],
    },
    Page {
        code: "damaged-record",
        kind: "finding",
        means: "Bytes of the record are not as any server writes them.",
        cause: "A seal does not verify, a reserved byte is not zero, a field is outside its rule, the \
                magic is unknown or the length is wrong. Diskettes age; dumps go wrong. A genuine \
                diskette of a layout that addpack does not know is reported like this, too.",
        action: "Read the diskette again, in another drive if there is one. If the finding stays, ask \
                 for a replacement.",
        kb: &[183_855, 274_532],
    },
    Page {
        code: "inconsistent-history",
        kind: "finding",
        means: "Every seal verifies, and yet the record tells what cannot have happened.",
        cause: "For example: to is not from plus the pack's size, an event is by a server that the \
                pack was not bound to, or the pack leads past the limit of its server (25 licenses \
                on 4.0, 50 on 4.5). No server writes that; somebody or something else did.",
        action: "Ask for a replacement, and keep the diskette: it is evidence.",
        kb: &[177_962, 236_867, 274_532],
    },
    Page {
        code: "damaged-media",
        kind: "finding",
        means: "The diskette's file system does not lead to the whole record.",
        cause: "The cluster chain of ADDPACK.DAT loops, breaks off, leaves the volume or the image, \
                runs through a bad cluster, or is shared with another file. Where the two copies of \
                the FAT differ, addpack has tried both. Or a sector of the record, or one on the way \
                to it, cannot be read or reads now so, now so; or the dump does not hold it.",
        action: "Read the diskette again, in another drive if there is one: a dump that was cut short, \
                 or that a rescue did not finish, looks the same. If the finding stays, ask for a \
                 replacement.",
        kb: &[183_855, 274_532],
    },
    Page {
        code: "copy-of-converted",
        kind: "finding",
        means: "The record is a sound 4.0 one, but the same pack was converted, or its conversion was \
                begun, from another copy.",
        cause: "The conversion is one-time. The ledger knows the pack's serial: it was converted \
                before, or its conversion was begun, or this run has met another copy first.",
        action: "Use the converted one; the report names when, from where and into what it was \
                 converted. If that is gone for good, addpack ledger release SERIAL forgets it, and \
                 this copy converts.",
        kb: &[236_867],
    },
];
