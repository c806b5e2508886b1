//! The file formats of diskette images.

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
    /// gzip: one compressed file (RFC 1952).
    Gzip,
    /// An archive of images; `WinImage`'s `.imz` is one with a single member.
    Zip,
    /// `ImageDisk`.
    Imd,
    /// Teledisk, in which only single sectors are compressed.
    Td0,
    /// Teledisk with "advanced compression" of the whole file.
    #[strum(serialize = "td0-compressed")]
    Td0Compressed,
    /// HFE, version 1: the bit cells of a diskette, for drive emulators.
    Hfe,
    /// HFE, versions 2 and 3, which have commands among the cells.
    #[strum(serialize = "hfe-v3")]
    HfeV3,
    /// The bit cells of a diskette in 86Box's format.
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
    /// Sectors of a diskette of the Japanese PC-88 or PC-98.
    D88,
    /// Any of three formats named FDI: of `Disk2FDI`, of the ZX Spectrum, and of T98 (PC-98).
    Fdi,
    /// `CopyQM`, compressed.
    CopyQm,
    /// A dump of an Amstrad CPC's diskette, extended or not.
    Dsk,
    /// IBM's `SaveDskF`.
    SaveDskF,
    /// Compaq's diskette images.
    Cfi,
    /// Compaq's Quick Release Sector Transfer.
    Qrst,
    /// Apple's Disk Copy 4.2.
    DiskCopy,
    /// A Macintosh file with a `MacBinary` header.
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
    /// One file, compressed as xz did before it had a format of its own.
    Lzma,
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
