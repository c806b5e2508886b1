//! Drives as the system at hand names them.

use addpack::media::System;

/// The first diskette drive, in a command. Where drives are not read, the command is for a machine that reads them.
pub(crate) const DRIVE: &str = match System::HERE {
    System::Linux | System::Other => "/dev/fd0",
    System::Windows => "A:",
};

/// The same, in a sentence.
pub(crate) const A_DRIVE: &str = match System::HERE {
    System::Linux | System::Windows => DRIVE,
    System::Other => "/dev/fd0 on Linux, A: on Windows",
};

/// How to have temporary files on a disk with more room.
pub(super) const USE_ANOTHER_TEMPORARY_FOLDER: &str = match System::HERE {
    System::Windows => ". Make room there, or let TMP name a folder with more",
    System::Linux | System::Other => ". Make room there, or let TMPDIR name a folder with more",
};

/// How to name a drive.
const DRIVES: &str = match System::HERE {
    System::Linux => "/dev/fd0, or what lsblk shows for a USB drive",
    System::Windows => "A: or B:, or the letter of a USB drive",
    System::Other => "on Linux or Windows, since addpack reads no drives on this system",
};

/// How to make an image of a diskette.
pub(crate) const MAKE_IMAGE: &str = match System::HERE {
    System::Linux | System::Windows => "or make an image of the diskette and name that",
    System::Other => "make an image of the diskette (dd if=/dev/diskN of=disk1.img) and name that",
};

/// What to do if a drive was named that does not exist, and none was found.
pub(crate) const NO_DRIVE_FOUND: &str = match System::HERE {
    System::Linux => {
        "connect the drive and see what lsblk calls it; no diskette drive was found here"
    }
    System::Windows => "connect the drive and name it by its letter, A:",
    System::Other => {
        "addpack reads no drives on this system: make an image of the diskette (dd if=/dev/diskN \
         of=disk1.img) and name that"
    }
};

/// What to do if the system does not open a drive.
pub(crate) const ASK_FOR_DRIVE: &str = match System::HERE {
    System::Windows => {
        "run addpack as administrator, and close the windows and programs that show the drive"
    }
    System::Linux | System::Other => "run addpack as a user who may read it",
};

/// What to check before a diskette is written, if the drive does not report write protection.
pub(crate) const BEFORE_WRITING: &str = match System::HERE {
    System::Windows => {
        "Windows does not tell whether a diskette is write-protected: see that its tab is slid shut.\n"
    }
    System::Linux | System::Other => "",
};

/// Added to what comes next for a sound pack in a drive.
pub(crate) const TAB_WARNING: &str = match System::HERE {
    System::Windows => {
        ". Whether the diskette is write-protected shows only at the first write: see that its tab \
         is slid shut"
    }
    System::Linux | System::Other => "",
};

/// A text with drives named as this system names them.
pub(crate) fn with_drives(text: &str) -> String {
    text.replace("{drives}", DRIVES).replace("{drive}", A_DRIVE)
}
