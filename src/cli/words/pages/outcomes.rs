//! Outcomes.

use super::Page;

pub(super) const PAGES: &[Page] = &[
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
];
