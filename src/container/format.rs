//! The formats that images come in: one table, from which all else about them is read.

use super::signs::{self, Start};
use super::{ContainerError, Dump, hfe, imd, td0};

/// A format of files that hold images of diskettes.
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

/// How a format is read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reader {
    /// A compressed file.
    Gzip,
    /// An archive.
    Zip,
    /// A dump, out of all of its bytes.
    Dump(fn(&[u8]) -> Result<Dump, ContainerError>),
    /// Not at all; this command of a public tool makes of `FILE` what can be read.
    None(&'static str),
}

/// All that is known of a format.
#[derive(Clone, Copy, Debug)]
pub(super) struct Description {
    pub(super) format: Format,
    /// Its published code.
    pub(super) code: &'static str,
    /// Its name, with an article and the ending that people know it by.
    pub(super) name: &'static str,
    /// Endings of its files, in lower case.
    pub(super) endings: &'static [&'static str],
    /// Whether an ending alone tells it, where the content does not.
    pub(super) told_by_ending: bool,
    /// Bytes at an offset that no raw image has there by chance.
    pub(super) marks: &'static [(usize, &'static [u8])],
    /// What tells it where a mark is short, or there is none.
    pub(super) sign: Option<fn(&Start<'_>) -> bool>,
    pub(super) reader: Reader,
}

impl Format {
    /// Every format, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| row.format)
    }

    pub(super) fn description(self) -> &'static Description {
        &TABLE[self as usize]
    }

    pub(crate) fn reader(self) -> Reader {
        self.description().reader
    }

    /// The format's published code.
    pub fn as_str(self) -> &'static str {
        self.description().code
    }

    /// The format as people know it: "a `QEMU` disk (.qcow2)".
    pub fn name(self) -> &'static str {
        self.description().name
    }

    /// The command of a public tool that makes a raw image of `FILE`, of a format that is not read.
    pub fn way_out(self) -> Option<&'static str> {
        match self.description().reader {
            Reader::None(command) => Some(command),
            _ => None,
        }
    }
}

/// All rows, in the order of [`Format`]. Where the marks of two formats fit, the first one counts.
pub(super) const TABLE: [Description; 41] = [
    row(Format::Gzip, "gzip", "a gzip file", &["gz", "dz"])
        .marked(&[(0, b"\x1F\x8B\x08")])
        .read_by(Reader::Gzip),
    row(Format::Zip, "zip", "a zip archive", &["zip", "imz"])
        .marked(&[
            (0, b"PK\x03\x04"),
            (0, b"PK\x05\x06"),
            (0, b"PK\x07\x08PK\x03\x04"),
            (0, b"PK00PK\x03\x04"),
        ])
        .read_by(Reader::Zip),
    row(Format::Imd, "imd", "an ImageDisk dump (.imd)", &["imd"])
        .signed(signs::is_imd)
        .read_by(Reader::Dump(imd::read)),
    row(Format::Td0, "td0", "a Teledisk dump (.td0)", &["td0"])
        .signed(td0::is_plain)
        .read_by(Reader::Dump(td0::read)),
    row(Format::Td0Compressed, "td0-compressed", "a compressed Teledisk dump (.td0)", &[])
        .signed(td0::is_compressed)
        .read_by(Reader::Dump(td0::read)),
    row(Format::Hfe, "hfe", "a file of bit cells (.hfe)", &["hfe"])
        .marked(&[(0, b"HXCPICFE\x00")])
        .read_by(Reader::Dump(hfe::read)),
    row(
        Format::HfeV3,
        "hfe-v3",
        "a file of bit cells with commands (.hfe, version 2 or 3)",
        &["hfe3"],
    )
    .marked(&[(0, b"HXCPICFE"), (0, b"HXCHFEV3")])
    .way_out("hxcfe -finput:FILE -foutput:disk.img -conv:RAW_LOADER"),
    row(Format::F86, "86f", "an 86Box diskette (.86f)", &["86f"])
        .marked(&[(0, b"86BF")])
        .way_out("floptool flopconvert auto pc FILE disk.img"),
    row(Format::Scp, "scp", "a SuperCard Pro flux dump (.scp)", &["scp"])
        .signed(signs::is_scp)
        .way_out("gw convert --format ibm.1440 FILE disk.img (or ibm.720, ibm.360)"),
    row(Format::Psi, "psi", "a PCE sector dump (.psi)", &["psi"])
        .marked(&[(0, b"PSI \x00\x00\x00\x04")])
        .way_out("psi FILE disk.img"),
    row(Format::Pri, "pri", "a PCE bit dump (.pri)", &["pri"])
        .marked(&[(0, b"PRI \x00\x00\x00\x04")])
        .way_out("pri FILE -p decode auto disk.psi && psi disk.psi disk.img"),
    row(Format::Mfi, "mfi", "a MAME flux dump (.mfi)", &["mfi"])
        .marked(&[(0, b"MESSFLOPPYIMAGE"), (0, b"MAMEFLOPPYIMAGE")])
        .way_out("floptool flopconvert auto pc FILE disk.img"),
    row(Format::D88, "d88", "a PC-88 dump (.d88)", &["d88", "d77"])
        .signed(signs::is_d88)
        .way_out("samdisk FILE disk.img"),
    row(Format::Fdi, "fdi", "an FDI dump (.fdi)", &["fdi"])
        .marked(&[(0, b"Formatted Disk Image file\r\n")])
        .signed(signs::is_fdi)
        .way_out("samdisk FILE disk.img"),
    row(Format::CopyQm, "copyqm", "a CopyQM dump (.cqm)", &["cqm"])
        .signed(signs::is_copy_qm)
        .way_out("dsktrans -itype copyqm -otype raw FILE disk.img"),
    row(Format::Dsk, "dsk", "a CPC dump (.dsk)", &["edsk"])
        .marked(&[(0, b"EXTENDED CPC DSK"), (0, b"MV - CPC")])
        .way_out("dsktrans -otype raw FILE disk.img"),
    row(Format::SaveDskF, "savedskf", "an IBM SaveDskF image (.dsk)", &["skf"])
        .signed(signs::is_save_dskf)
        .way_out("deark -opt loaddskf:toraw -o disk FILE")
        .by_ending(),
    row(Format::Cfi, "cfi", "a Compaq diskette image (.cfi)", &["cfi"])
        .way_out("dsktrans -itype cfi -otype raw FILE disk.img")
        .by_ending(),
    row(Format::Qrst, "qrst", "a Compaq QRST image (.qrst)", &["qrst"])
        .marked(&[(0, b"QRST")])
        .way_out("dsktrans -itype qrst -otype raw FILE disk.img")
        .by_ending(),
    row(Format::DiskCopy, "diskcopy", "a Disk Copy 4.2 image (.dc42)", &["dc42"])
        .signed(signs::is_disk_copy)
        .way_out("dd if=FILE of=disk.img bs=84 skip=1")
        .by_ending(),
    row(Format::MacBinary, "macbinary", "a MacBinary file (.bin)", &["macbin"])
        .signed(signs::is_mac_binary)
        .way_out("dd if=FILE of=disk.img bs=128 skip=1")
        .by_ending(),
    row(Format::Xdf, "xdf", "an XDF diskette image (.xdf)", &["xdf"])
        .way_out("xdfcopy FILE /dev/fd0")
        .by_ending(),
    row(Format::Qcow2, "qcow2", "a QEMU disk (.qcow2)", &["qcow2"])
        .marked(&[(0, b"QFI\xFB")])
        // There are versions 1 to 3, which qemu-img tells apart.
        .way_out("qemu-img convert -O raw FILE disk.img"),
    row(Format::Qed, "qed", "a QEMU disk (.qed)", &["qed"])
        .marked(&[(0, b"QED\0")])
        .way_out("qemu-img convert -f qed -O raw FILE disk.img")
        .by_ending(),
    row(Format::Vhd, "vhd", "a Virtual PC disk (.vhd)", &["vhd"])
        .marked(&[(0, b"conectix")])
        .way_out("qemu-img convert -f vpc -O raw FILE disk.img"),
    row(Format::Vhdx, "vhdx", "a Hyper-V disk (.vhdx)", &["vhdx"])
        .marked(&[(0, b"vhdxfile")])
        .way_out("qemu-img convert -f vhdx -O raw FILE disk.img")
        .by_ending(),
    row(Format::Vmdk, "vmdk", "a VMware disk (.vmdk)", &["vmdk"])
        .marked(&[(0, b"KDMV"), (0, b"# Disk DescriptorFile")])
        .way_out("qemu-img convert -f vmdk -O raw FILE disk.img")
        .by_ending(),
    row(Format::Vdi, "vdi", "a VirtualBox disk (.vdi)", &["vdi"])
        .marked(&[(0x40, b"\x7F\x10\xDA\xBE")])
        .way_out("qemu-img convert -f vdi -O raw FILE disk.img")
        .by_ending(),
    row(Format::Iso, "iso", "a CD image (.iso)", &["iso"]).way_out("bsdtar -xf FILE").by_ending(),
    row(Format::SevenZip, "7z", "a 7-Zip archive (.7z)", &["7z"])
        .marked(&[(0, b"7z\xBC\xAF\x27\x1C")])
        .way_out("7z x FILE")
        .by_ending(),
    row(Format::Rar, "rar", "a RAR archive (.rar)", &["rar"])
        .marked(&[(0, b"Rar!\x1A\x07"), (0, b"RE~^")])
        .way_out("unrar x FILE")
        .by_ending(),
    row(Format::Lha, "lha", "an LHA archive (.lzh)", &["lzh", "lha"])
        .signed(signs::is_lha)
        .way_out("lha x FILE")
        .by_ending(),
    row(Format::Arj, "arj", "an ARJ archive (.arj)", &["arj"])
        .signed(signs::is_arj)
        .way_out("arj x FILE")
        .by_ending(),
    row(Format::Cab, "cab", "a cabinet (.cab)", &["cab"])
        .marked(&[(0, b"MSCF\0\0\0\0")])
        .way_out("cabextract FILE")
        .by_ending(),
    row(Format::Tar, "tar", "a tar archive (.tar)", &["tar", "tgz", "tbz", "tbz2", "txz", "taz"])
        .signed(signs::is_tar)
        .way_out("tar -xf FILE")
        .by_ending(),
    row(Format::Xz, "xz", "an xz file (.xz)", &["xz"])
        .marked(&[(0, b"\xFD7zXZ\0")])
        .way_out("xz -dk FILE")
        .by_ending(),
    row(Format::Lzma, "lzma", "an LZMA file (.lzma)", &["lzma"])
        .signed(signs::is_lzma)
        .way_out("xz -dk FILE")
        .by_ending(),
    row(Format::Bzip2, "bzip2", "a bzip2 file (.bz2)", &["bz2"])
        .signed(signs::is_bzip2)
        .way_out("bzip2 -dk FILE")
        .by_ending(),
    row(Format::Zstd, "zstd", "a Zstandard file (.zst)", &["zst"])
        .marked(&[(0, b"\x28\xB5\x2F\xFD")])
        .way_out("zstd -d FILE")
        .by_ending(),
    row(Format::Lzip, "lzip", "an lzip file (.lz)", &["lz"])
        .marked(&[(0, b"LZIP\x01")])
        .way_out("lzip -dk FILE")
        .by_ending(),
    row(Format::Compress, "compress", "a compress file (.Z)", &["z"])
        .signed(signs::is_compress)
        .way_out("gzip -dk FILE")
        .by_ending(),
];

const fn row(
    format: Format,
    code: &'static str,
    name: &'static str,
    endings: &'static [&'static str],
) -> Description {
    Description {
        format,
        code,
        name,
        endings,
        told_by_ending: false,
        marks: &[],
        sign: None,
        reader: Reader::None(""),
    }
}

impl Description {
    const fn marked(mut self, marks: &'static [(usize, &'static [u8])]) -> Self {
        self.marks = marks;
        self
    }

    const fn signed(mut self, sign: fn(&Start<'_>) -> bool) -> Self {
        self.sign = Some(sign);
        self
    }

    const fn read_by(mut self, reader: Reader) -> Self {
        self.reader = reader;
        self
    }

    const fn way_out(self, command: &'static str) -> Self {
        self.read_by(Reader::None(command))
    }

    const fn by_ending(mut self) -> Self {
        self.told_by_ending = true;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_in_the_order_of_the_formats_and_say_all_that_is_needed() {
        for (index, row) in TABLE.iter().enumerate() {
            assert_eq!(row.format as usize, index, "{row:?}");
            let tells = !row.marks.is_empty() || row.sign.is_some() || row.told_by_ending;
            assert!(tells, "nothing tells {row:?}");
            let way_out = row.format.way_out();
            assert!(way_out.is_none_or(|command| command.contains("FILE")), "{row:?}");
        }
    }

    #[test]
    fn no_two_formats_have_one_code_or_one_ending() {
        let mut all: Vec<_> = TABLE.iter().flat_map(|row| row.endings).collect();
        all.sort_unstable();
        assert!(all.windows(2).all(|two| two[0] != two[1]), "{all:?}");
        let mut codes: Vec<_> = Format::all().map(Format::as_str).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), TABLE.len());
    }
}
