//! Errors.

use super::Page;

pub(super) const PAGES: &[Page] = &[
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
        means: "The path is neither an image file, a folder nor a drive.",
        cause: "It is a pipe, a socket or a character device. addpack works on image files and, on \
                Linux, on the block devices of diskette drives.",
        action: "Name an image, a folder or a drive.",
        kb: &[],
    },
    Page {
        code: "no-medium",
        kind: "error",
        means: "There is no diskette in the drive.",
        cause: "None was put in, it does not sit right, or it was pulled out while addpack worked.",
        action: "Put it in and run addpack again. Where a change had begun, the report says so; the \
                 same diskette is then settled first.",
        kb: &[],
    },
    Page {
        code: "not-a-diskette",
        kind: "error",
        means: "The device has the size of no diskette, and was left alone.",
        cause: "Another device was named, a system disk perhaps. addpack reads and writes only media \
                of 160, 180, 320, 360, 720, 1200, 1440, 1680 or 2880 KB.",
        action: "Name the diskette drive: /dev/fd0, or what lsblk shows for a USB drive.",
        kb: &[],
    },
    Page {
        code: "mounted",
        kind: "error",
        means: "The diskette is mounted, and was left alone.",
        cause: "The file system of the diskette is in use. Two writers to one diskette can damage it.",
        action: "Unmount it and run addpack again.",
        kb: &[],
    },
    Page {
        code: "bad-mapfile",
        kind: "error",
        means: "The rescue's mapfile cannot be read, so nobody knows what of the image is real.",
        cause: "A file beside the image says that GNU ddrescue made it, or --mapfile names it, but it \
                is damaged.",
        action: "Run the rescue again. If the image is whole, move the mapfile away.",
        kb: &[],
    },
    Page {
        code: "unsupported-container",
        kind: "error",
        means: "The image is in a container that addpack knows by its content, but does not read.",
        cause: "Flux and bit dumps other than HFE version 1, dumps of other computers, virtual disks, \
                and archives that are encrypted or nested. addpack reads raw images, gzip, zip (with \
                WinImage's .imz), ImageDisk (.imd), Teledisk (.td0) and HFE version 1.",
        action: "Make a raw image of it with the command that the report names.",
        kb: &[],
    },
    Page {
        code: "damaged-container",
        kind: "error",
        means: "The container of the image is damaged, or holds more than any diskette.",
        cause: "A byte was changed, the file was cut short, or it never was what it says. A single \
                bad sector in a dump is no such damage: it counts as lost.",
        action: "Take another copy of the file, or dump the diskette again.",
        kb: &[],
    },
    Page {
        code: "needs-output",
        kind: "error",
        means: "The image cannot be changed where it is.",
        cause: "It comes out of a dump (.imd, .td0, .hfe), which addpack reads but does not write; or \
                its container has several names (hard links), of which a replacement would change one.",
        action: "Convert into a raw image with -o.",
        kb: &[],
    },
    Page {
        code: "in-use",
        kind: "error",
        means: "Another program holds the image's lock, or the drive.",
        cause: "Another addpack is converting it right now, or an emulator has it open.",
        action: "Wait for the other program to end, or close it, and run addpack again.",
        kb: &[],
    },
    Page {
        code: "replaced",
        kind: "error",
        means: "While addpack worked on the file or the diskette, another one was put in its place.",
        cause: "A program that writes files anew (an editor, a backup, a sync tool) was at work on the \
                folder; or somebody changed the diskette.",
        action: "Keep such programs away and run addpack again. If the file that was there before turns \
                 up, keep it: it may be the converted one. Another diskette is never written to.",
        kb: &[],
    },
    Page {
        code: "write-protected",
        kind: "error",
        means: "The pack could be converted or applied, but it cannot be written.",
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
        code: "stopped",
        kind: "error",
        means: "You stopped addpack while it was reading the diskette.",
        cause: "Ctrl-C, or the program was asked to end. The diskette was only read.",
        action: "Run addpack again to read it to the end.",
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
];
