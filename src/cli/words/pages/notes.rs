//! Notes.

use super::Page;

pub(super) const PAGES: &[Page] = &[
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
    Page {
        code: "flawed-sectors",
        kind: "note",
        means: "Sectors are weak or lost, and are not the reason for a refusal.",
        cause: "A drive read them only when asked again, or not at all; or the dump says that they \
                were not read from the diskette.",
        action: "Nothing for the pack. The diskette is ageing: convert it soon, and keep an image.",
        kb: &[],
    },
    Page {
        code: "no-surface",
        kind: "note",
        means: "--surface was given, and there is no map of this image.",
        cause: "Its size is none of a standard diskette, so that nobody knows its tracks.",
        action: "Nothing.",
        kb: &[],
    },
];
