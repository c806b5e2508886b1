//! What `addpack explain` knows: one page for each code.

/// One code, explained.
#[derive(Debug)]
pub(crate) struct Page {
    /// The code.
    pub(crate) code: &'static str,
    /// What kind of code it is.
    pub(crate) kind: &'static str,
    /// What it means.
    pub(crate) means: &'static str,
    /// How it comes about.
    pub(crate) cause: &'static str,
    /// What to do.
    pub(crate) action: &'static str,
    /// Vendor's articles.
    pub(crate) kb: &'static [u32],
}

/// The page of a code.
pub(crate) fn page(code: &str) -> Option<&'static Page> {
    PAGES.iter().find(|page| page.code == code)
}

/// Every page: outcomes, findings, errors, notes.
pub(crate) const PAGES: &[Page] = &[
    Page {
        code: "convertible",
        kind: "outcome",
        means: "A sound 4.0 pack, used or unused. addpack convert would convert it to 4.5.",
        cause: "Every seal of the record verifies, and its history is one that servers write: \
                never applied, or applied once and reapplied in order since.",
        action: "Convert it before it is applied to a 4.5 server. A 4.5 pack still fits 4.0 servers.",
        kb: &[236_867, 239_666],
    },
    Page {
        code: "converted",
        kind: "outcome",
        means: "This run converted the pack to 4.5, read it back and compared it.",
        cause: "addpack convert found a sound 4.0 pack, or one whose conversion had been \
                interrupted in its clean-up.",
        action: "Write 4.5 on the label. The conversion is one-way: there is no way back to 4.0, and \
                 none is needed, since 4.0 servers take 4.5 packs.",
        kb: &[236_867, 239_666],
    },
    Page {
        code: "already-converted",
        kind: "outcome",
        means: "The pack was converted from 4.0 to 4.5 before. With -o: the copy is there already.",
        cause: "The record is a sound 4.5 one and says that it was converted.",
        action: "Nothing. It is left exactly as it is.",
        kb: &[236_867],
    },
    Page {
        code: "issued-4.5",
        kind: "outcome",
        means: "The pack was issued as 4.5 and needs no conversion.",
        cause: "The record is a sound 4.5 one and says that it was never a 4.0 one.",
        action: "Nothing. It is left exactly as it is.",
        kb: &[236_867],
    },
    Page {
        code: "unfinished-conversion",
        kind: "outcome",
        means: "The pack is wholly 4.5, but remnants of its 4.0 events are still there.",
        cause: "A conversion was interrupted between its one-sector commit and the clean-up: by a \
                crash, a power cut, a full disk, or a diskette that was pulled out.",
        action: "Run addpack convert on it. It zeroes the remnants; nothing else is needed, and no \
                 other machine or file.",
        kb: &[],
    },
    Page {
        code: "not-a-pack",
        kind: "outcome",
        means: "Another kind of disk or file. It is left alone.",
        cause: "There is no FAT12 volume, or no file ADDPACK.DAT in its root directory.",
        action: "Nothing. In a folder it does not count; where the path itself was named, addpack \
                 exits with 1, since you took it for a pack. If it is a compressed image, unpack it \
                 first.",
        kb: &[],
    },
    Page {
        code: "refused",
        kind: "outcome",
        means: "The pack will never convert. The findings say why.",
        cause: "The record shows a reapply that made the pack corrupt, or damage, or a history that \
                cannot have happened, or the diskette does not lead to a whole record.",
        action: "Ask for a replacement (KB 274532). Have at hand: serial, size, server and reason, \
                 all of which addpack shows. The vendor's support of this product has ended, so \
                 begin with whoever supplies your licenses today. addpack changes nothing on a \
                 refused pack.",
        kb: &[274_532],
    },
    Page {
        code: "failed",
        kind: "outcome",
        means: "The image could not be read, written or locked. That says nothing of the pack.",
        cause: "An error of the system, of the disk, or another program; the error code tells which.",
        action: "Do what the report says and run addpack again. The pack is old or new; where a \
                 change had begun, the report says which.",
        kb: &[],
    },
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
                the FAT differ, addpack has tried both.",
        action: "Read the diskette again: a dump that was cut short looks the same. If the finding \
                 stays, ask for a replacement.",
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
    Page {
        code: "not-found",
        kind: "error",
        means: "There is no such file or folder.",
        cause: "The path is wrong, or the file went away while addpack ran.",
        action: "Check the path.",
        kb: &[],
    },
    Page {
        code: "access-denied",
        kind: "error",
        means: "The system does not let addpack read the file or the folder.",
        cause: "Its permissions, or those of a folder above it.",
        action: "Run addpack as a user who may read it.",
        kb: &[],
    },
    Page {
        code: "not-a-file",
        kind: "error",
        means: "The path is neither an image file nor a folder.",
        cause: "It is a pipe, a socket or a device. addpack works on image files.",
        action: "Make an image of it and name that.",
        kb: &[],
    },
    Page {
        code: "in-use",
        kind: "error",
        means: "Another program holds the image's lock.",
        cause: "Another addpack is converting it right now, or an emulator has it open.",
        action: "Wait for the other program to end, or close it, and run addpack again.",
        kb: &[],
    },
    Page {
        code: "replaced",
        kind: "error",
        means: "While addpack worked on the file, another one was put in its place.",
        cause: "A program that writes files anew (an editor, a backup, a sync tool) was at work on the \
                folder.",
        action: "Keep such programs away and run addpack again. If the file that was there before turns \
                 up, keep it: it may be the converted one.",
        kb: &[],
    },
    Page {
        code: "write-protected",
        kind: "error",
        means: "The pack could be converted, but it cannot be written.",
        cause: "The file's mode, its folder or its file system allows no writing; on a diskette, the \
                tab is open. The server itself calls such a diskette damaged.",
        action: "Make the file writable (slide the tab shut) and run addpack again, or convert into a \
                 copy with -o.",
        kb: &[183_855],
    },
    Page {
        code: "no-space",
        kind: "error",
        means: "The disk is full, or a quota or size limit is reached.",
        cause: "The copy of -o had no room; or the image is sparse, compressed or on a file system \
                that writes to new places.",
        action: "Make room and run addpack again. The report says in which state the pack is.",
        kb: &[],
    },
    Page {
        code: "exists",
        kind: "error",
        means: "With -o: the output file is there already, and is not this pack, converted.",
        cause: "Another image was converted to that name before, or the folder is in use for \
                something else. addpack never overwrites it.",
        action: "Move that file away, or choose another folder.",
        kb: &[],
    },
    Page {
        code: "ledger-error",
        kind: "error",
        means: "The ledger could not be written, so the conversion was not begun.",
        cause: "The disk that the ledger is on is full or failing, or the ledger is damaged. Nothing \
                is converted without a claim in the ledger.",
        action: "Mend what addpack says of the ledger, and run it again.",
        kb: &[],
    },
    Page {
        code: "io-error",
        kind: "error",
        means: "The system reported an error that has no name of its own here; its text is shown.",
        cause: "A failing disk or cable, a network folder that went away, or the like.",
        action: "Check the disk, then run addpack again: it goes on where it was. Where a change had \
                 begun, the report says in which state the pack is.",
        kb: &[],
    },
    Page {
        code: "clock-ran-backwards",
        kind: "note",
        means: "An event is dated before the one that it follows.",
        cause: "A server's clock was wrong when it wrote one of them. That was common enough, so it \
                is no finding: the seals tell the true order.",
        action: "Nothing.",
        kb: &[],
    },
    Page {
        code: "second-fat",
        kind: "note",
        means: "The record was found by the second copy of the FAT.",
        cause: "The first copy leads to no whole record, the second to one whose seals verify.",
        action: "Nothing for the pack. Other files of the diskette may not read well: copy what you \
                 need from it.",
        kb: &[],
    },
    Page {
        code: "no-bpb",
        kind: "note",
        means: "The boot sector does not describe the diskette.",
        cause: "It was formatted by DOS 1.x, or its boot sector was overwritten. The FAT's first byte \
                told the geometry instead.",
        action: "Nothing.",
        kb: &[],
    },
    Page {
        code: "media-byte",
        kind: "note",
        means: "The boot sector and the FAT name different kinds of diskette.",
        cause: "A formatting program was careless, or one of the two bytes is damaged.",
        action: "Nothing: the rest of the boot sector tells the geometry.",
        kb: &[],
    },
    Page {
        code: "fats-differ",
        kind: "note",
        means: "The two copies of the FAT differ.",
        cause: "A write was interrupted, or a sector of one of them is damaged.",
        action: "Nothing for the pack: its record was found and its seals verify, or it is refused. \
                 Other files of the diskette may not read well.",
        kb: &[],
    },
    Page {
        code: "cut-short",
        kind: "note",
        means: "The image is shorter than the diskette that it was made of.",
        cause: "The dump was stopped or failed on the way. Where the record lies before the end, that \
                does not matter to the pack.",
        action: "Nothing for the pack. Make a new image if you need the other files.",
        kb: &[],
    },
    Page {
        code: "converted-into-copy",
        kind: "note",
        means: "The image was converted into a copy before, with -o.",
        cause: "The ledger knows the image. It is still 4.0 itself, but the pack is converted.",
        action: "Use the copy that is named.",
        kb: &[],
    },
    Page {
        code: "interrupted",
        kind: "note",
        means: "A conversion of this image was begun, and a crash has left its record torn.",
        cause: "The power failed, or the like, while the first sector was being written.",
        action: "Run addpack convert on it. The ledger holds what is needed to mend it.",
        kb: &[],
    },
];
