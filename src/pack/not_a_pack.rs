//! Why an image is not a pack.

use crate::container::ContainerError;
use crate::fat12::NoVolume;
use strum::VariantNames;

/// Why an image is not a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAPack {
    /// It has no FAT12 volume.
    NoVolume(NoVolume),
    /// Its volume has no `ADDPACK.DAT` in the root directory.
    NoRecord,
    /// It is a container without an image of a PC's diskette.
    Container(ContainerError),
}

/// The published codes of [`NotAPack`].
#[derive(Clone, Copy, Debug, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
enum NotAPackCode {
    NoRecord,
    TooShort,
    Blank,
    LayoutNotRead,
    UnknownContent,
    HardDisk,
    TooLarge,
    NoImage,
}

impl NotAPack {
    /// Every code of a reason.
    pub const CODES: &'static [&'static str] = NotAPackCode::VARIANTS;

    /// The code in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoRecord => NotAPackCode::NoRecord,
            Self::NoVolume(NoVolume::TooShort) => NotAPackCode::TooShort,
            Self::NoVolume(NoVolume::Blank(_)) => NotAPackCode::Blank,
            Self::NoVolume(NoVolume::Layout(_)) => NotAPackCode::LayoutNotRead,
            Self::NoVolume(NoVolume::Unknown) => NotAPackCode::UnknownContent,
            Self::Container(ContainerError::HardDisk(_)) => NotAPackCode::HardDisk,
            Self::Container(ContainerError::TooLarge) => NotAPackCode::TooLarge,
            Self::Container(_) => NotAPackCode::NoImage,
        }
        .into()
    }
}
