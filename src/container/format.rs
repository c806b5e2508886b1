//! The formats that are told apart from raw images.

/// A format that is told apart from raw images.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// One compressed file (RFC 1952).
    Gzip,
    /// An archive of images; `WinImage`'s `.imz` is one with a single member.
    Zip,
    /// `ImageDisk`.
    Imd,
    /// Teledisk, with no compression but that of single sectors.
    Td0,
    /// Teledisk, "advanced compression".
    Td0Compressed,
    /// The bit cells of a diskette, for drive emulators; version 1.
    Hfe,
    /// The same with commands among the cells; versions 2 and 3.
    HfeV3,
    /// The bit cells of a diskette, as 86Box has them.
    F86,
    /// Flux of `SuperCard` Pro.
    Scp,
    /// PCE's sectors.
    Psi,
    /// PCE's bit cells.
    Pri,
    /// MAME's flux.
    Mfi,
    /// Sectors of a Japanese PC-88 or PC-98.
    D88,
    /// Three formats of one name: `Disk2FDI`, the ZX Spectrum's, and T98's of the PC-98.
    Fdi,
    /// `CopyQM`, compressed.
    CopyQm,
    /// The Amstrad CPC's dumps, extended or not.
    Dsk,
    /// A virtual disk of QEMU.
    Qcow2,
    /// A virtual disk of Virtual PC.
    Vhd,
    /// A virtual disk of `VMware`.
    Vmdk,
    /// A virtual disk of `VirtualBox`.
    Vdi,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 20] = [
        Self::Gzip,
        Self::Zip,
        Self::Imd,
        Self::Td0,
        Self::Td0Compressed,
        Self::Hfe,
        Self::HfeV3,
        Self::F86,
        Self::Scp,
        Self::Psi,
        Self::Pri,
        Self::Mfi,
        Self::D88,
        Self::Fdi,
        Self::CopyQm,
        Self::Dsk,
        Self::Qcow2,
        Self::Vhd,
        Self::Vmdk,
        Self::Vdi,
    ];

    /// The format's published name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zip => "zip",
            Self::Imd => "imd",
            Self::Td0 => "td0",
            Self::Td0Compressed => "td0-compressed",
            Self::Hfe => "hfe",
            Self::HfeV3 => "hfe-v3",
            Self::F86 => "86f",
            Self::Scp => "scp",
            Self::Psi => "psi",
            Self::Pri => "pri",
            Self::Mfi => "mfi",
            Self::D88 => "d88",
            Self::Fdi => "fdi",
            Self::CopyQm => "copyqm",
            Self::Dsk => "dsk",
            Self::Qcow2 => "qcow2",
            Self::Vhd => "vhd",
            Self::Vmdk => "vmdk",
            Self::Vdi => "vdi",
        }
    }
}
