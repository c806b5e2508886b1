//! The formats that images come in.

use strum::VariantArray;

/// A format of files that hold images of diskettes.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[strum(serialize_all = "lowercase")]
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
    #[strum(serialize = "td0-compressed")]
    Td0Compressed,
    /// The bit cells of a diskette, for drive emulators; version 1.
    Hfe,
    /// The same with commands among the cells; versions 2 and 3.
    #[strum(serialize = "hfe-v3")]
    HfeV3,
    /// The bit cells of a diskette, as 86Box has them.
    #[strum(serialize = "86f")]
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
    /// IBM's `SaveDskF`.
    SaveDskF,
    /// Compaq's diskette images.
    Cfi,
    /// Compaq's Quick Release Sector Transfer.
    Qrst,
    /// Apple's Disk Copy 4.2.
    DiskCopy,
    /// A file of a Macintosh, with its header.
    MacBinary,
    /// OS/2's diskettes of 1.84 MB.
    Xdf,
    /// A virtual disk of QEMU.
    Qcow2,
    /// An older virtual disk of QEMU.
    Qed,
    /// A virtual disk of Virtual PC.
    Vhd,
    /// A virtual disk of Hyper-V.
    Vhdx,
    /// A virtual disk of `VMware`.
    Vmdk,
    /// A virtual disk of `VirtualBox`.
    Vdi,
    /// A CD (ISO 9660).
    Iso,
    /// An archive of 7-Zip.
    #[strum(serialize = "7z")]
    SevenZip,
    /// An archive of RAR.
    Rar,
    /// An archive of LHA.
    Lha,
    /// An archive of ARJ.
    Arj,
    /// A cabinet of Microsoft's.
    Cab,
    /// An archive of tar.
    Tar,
    /// One file, compressed by xz.
    Xz,
    /// One file, compressed by bzip2.
    Bzip2,
    /// One file, compressed by Zstandard.
    Zstd,
    /// One file, compressed by lzip.
    Lzip,
    /// One file, compressed by compress.
    Compress,
}

impl Format {
    /// Every format.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The format's published code.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}
