//! What is known about each format: its name, how it is recognised, and how it is read.

use super::signs::{self, FileStart};
use super::{ContainerError, Dump, Format, hfe, imd, td0};

/// How a format is read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reader {
    /// A compressed file.
    Gzip,
    /// An archive.
    Zip,
    /// A dump, out of all of its bytes.
    Dump(fn(&[u8]) -> Result<Dump, ContainerError>),
    /// Not at all; this command of a public tool converts `FILE` into something that can be read.
    None(&'static str),
}

/// What is known about a format.
#[derive(Clone, Copy, Debug)]
pub(super) struct FormatInfo {
    pub(super) format: Format,
    /// Its name with an article, and the usual ending.
    pub(super) name: &'static str,
    /// Endings of its files, in lower case.
    pub(super) endings: &'static [&'static str],
    /// Whether its ending alone is enough if the content does not decide.
    pub(super) is_known_by_ending: bool,
    /// Bytes at an offset that cannot be there by chance in a raw image.
    pub(super) marks: &'static [(usize, &'static [u8])],
    /// Recognises it if its mark is short or missing.
    pub(super) sign: Option<fn(&FileStart<'_>) -> bool>,
    pub(super) reader: Reader,
}

impl Format {
    pub(super) fn info(self) -> &'static FormatInfo {
        &TABLE[self as usize]
    }

    pub(crate) fn reader(self) -> Reader {
        self.info().reader
    }

    /// The format as people know it: "a `QEMU` disk (.qcow2)".
    pub fn name(self) -> &'static str {
        self.info().name
    }

    /// The command of a public tool that makes a raw image of `FILE`; `None` if the format can be read.
    pub fn way_out(self) -> Option<&'static str> {
        match self.info().reader {
            Reader::None(command) => Some(command),
            _ => None,
        }
    }
}

/// All rows, in the order of [`Format`]. If the marks of two formats match, the first one counts.
pub(super) const TABLE: [FormatInfo; 41] = [
    row(Format::Gzip, "a gzip file", &["gz", "dz"])
        .marked(&[(0, b"\x1F\x8B\x08")])
        .read_by(Reader::Gzip),
    row(Format::Zip, "a zip archive", &["zip", "imz"])
        .marked(&[
            (0, b"PK\x03\x04"),
            (0, b"PK\x05\x06"),
            (0, b"PK\x07\x08PK\x03\x04"),
            (0, b"PK00PK\x03\x04"),
        ])
        .read_by(Reader::Zip),
    row(Format::Imd, "an ImageDisk dump (.imd)", &["imd"])
        .signed(signs::is_imd)
        .read_by(Reader::Dump(imd::read)),
    row(Format::Td0, "a Teledisk dump (.td0)", &["td0"])
        .signed(td0::is_plain)
        .read_by(Reader::Dump(td0::read)),
    row(Format::Td0Compressed, "a compressed Teledisk dump (.td0)", &[])
        .signed(td0::is_compressed)
        .read_by(Reader::Dump(td0::read)),
    row(Format::Hfe, "a file of bit cells (.hfe)", &["hfe"])
        .marked(&[(0, b"HXCPICFE\x00")])
        .read_by(Reader::Dump(hfe::read)),
    row(Format::HfeV3, "a file of bit cells with commands (.hfe, version 2 or 3)", &["hfe3"])
        .marked(&[(0, b"HXCPICFE"), (0, b"HXCHFEV3")])
        .way_out("hxcfe -finput:FILE -foutput:disk.img -conv:RAW_LOADER"),
    row(Format::F86, "an 86Box diskette (.86f)", &["86f"])
        .marked(&[(0, b"86BF")])
        .way_out("floptool flopconvert auto pc FILE disk.img"),
    row(Format::Scp, "a SuperCard Pro flux dump (.scp)", &["scp"])
        .signed(signs::is_scp)
        .way_out("gw convert --format ibm.1440 FILE disk.img (or ibm.720, ibm.360)"),
    row(Format::Psi, "a PCE sector dump (.psi)", &["psi"])
        .marked(&[(0, b"PSI \x00\x00\x00\x04")])
        .way_out("psi FILE disk.img"),
    row(Format::Pri, "a PCE bit dump (.pri)", &["pri"])
        .marked(&[(0, b"PRI \x00\x00\x00\x04")])
        .way_out("pri FILE -p decode auto disk.psi && psi disk.psi disk.img"),
    row(Format::Mfi, "a MAME flux dump (.mfi)", &["mfi"])
        .marked(&[(0, b"MESSFLOPPYIMAGE"), (0, b"MAMEFLOPPYIMAGE")])
        .way_out("floptool flopconvert auto pc FILE disk.img"),
    row(Format::D88, "a PC-88 dump (.d88)", &["d88", "d77"])
        .signed(signs::is_d88)
        .way_out("samdisk FILE disk.img"),
    row(Format::Fdi, "an FDI dump (.fdi)", &["fdi"])
        .marked(&[(0, b"Formatted Disk Image file\r\n")])
        .signed(signs::is_fdi)
        .way_out("samdisk FILE disk.img"),
    row(Format::CopyQm, "a CopyQM dump (.cqm)", &["cqm"])
        .signed(signs::is_copy_qm)
        .way_out("dsktrans -itype copyqm -otype raw FILE disk.img"),
    row(Format::Dsk, "a CPC dump (.dsk)", &["edsk"])
        .marked(&[(0, b"EXTENDED CPC DSK"), (0, b"MV - CPC")])
        .way_out("dsktrans -otype raw FILE disk.img"),
    row(Format::SaveDskF, "an IBM SaveDskF image (.dsk)", &["skf"])
        .signed(signs::is_save_dskf)
        .way_out("deark -opt loaddskf:toraw -o disk FILE")
        .by_ending(),
    row(Format::Cfi, "a Compaq diskette image (.cfi)", &["cfi"])
        .way_out("dsktrans -itype cfi -otype raw FILE disk.img")
        .by_ending(),
    row(Format::Qrst, "a Compaq QRST image (.qrst)", &["qrst"])
        .marked(&[(0, b"QRST")])
        .way_out("dsktrans -itype qrst -otype raw FILE disk.img")
        .by_ending(),
    row(Format::DiskCopy, "a Disk Copy 4.2 image (.dc42)", &["dc42"])
        .signed(signs::is_disk_copy)
        .way_out("dd if=FILE of=disk.img bs=84 skip=1")
        .by_ending(),
    row(Format::MacBinary, "a MacBinary file (.bin)", &["macbin"])
        .signed(signs::is_mac_binary)
        .way_out("dd if=FILE of=disk.img bs=128 skip=1")
        .by_ending(),
    row(Format::Xdf, "an XDF diskette image (.xdf)", &["xdf"])
        .way_out("xdfcopy FILE /dev/fd0")
        .by_ending(),
    row(Format::Qcow2, "a QEMU disk (.qcow2)", &["qcow2"])
        .marked(&[(0, b"QFI\xFB")])
        // There are versions 1 to 3, which qemu-img distinguishes.
        .way_out("qemu-img convert -O raw FILE disk.img"),
    row(Format::Qed, "a QEMU disk (.qed)", &["qed"])
        .marked(&[(0, b"QED\0")])
        .way_out("qemu-img convert -f qed -O raw FILE disk.img")
        .by_ending(),
    row(Format::Vhd, "a Virtual PC disk (.vhd)", &["vhd"])
        .marked(&[(0, b"conectix")])
        .way_out("qemu-img convert -f vpc -O raw FILE disk.img"),
    row(Format::Vhdx, "a Hyper-V disk (.vhdx)", &["vhdx"])
        .marked(&[(0, b"vhdxfile")])
        .way_out("qemu-img convert -f vhdx -O raw FILE disk.img")
        .by_ending(),
    row(Format::Vmdk, "a VMware disk (.vmdk)", &["vmdk"])
        .marked(&[(0, b"KDMV"), (0, b"# Disk DescriptorFile")])
        .way_out("qemu-img convert -f vmdk -O raw FILE disk.img")
        .by_ending(),
    row(Format::Vdi, "a VirtualBox disk (.vdi)", &["vdi"])
        .marked(&[(0x40, b"\x7F\x10\xDA\xBE")])
        .way_out("qemu-img convert -f vdi -O raw FILE disk.img")
        .by_ending(),
    row(Format::Iso, "a CD image (.iso)", &["iso"]).way_out("bsdtar -xf FILE").by_ending(),
    row(Format::SevenZip, "a 7-Zip archive (.7z)", &["7z"])
        .marked(&[(0, b"7z\xBC\xAF\x27\x1C")])
        .way_out("7z x FILE")
        .by_ending(),
    row(Format::Rar, "a RAR archive (.rar)", &["rar"])
        .marked(&[(0, b"Rar!\x1A\x07"), (0, b"RE~^")])
        .way_out("unrar x FILE")
        .by_ending(),
    row(Format::Lha, "an LHA archive (.lzh)", &["lzh", "lha"])
        .signed(signs::is_lha)
        .way_out("lha x FILE")
        .by_ending(),
    row(Format::Arj, "an ARJ archive (.arj)", &["arj"])
        .signed(signs::is_arj)
        .way_out("arj x FILE")
        .by_ending(),
    row(Format::Cab, "a cabinet (.cab)", &["cab"])
        .marked(&[(0, b"MSCF\0\0\0\0")])
        .way_out("cabextract FILE")
        .by_ending(),
    row(Format::Tar, "a tar archive (.tar)", &["tar", "tgz", "tbz", "tbz2", "txz", "taz"])
        .signed(signs::is_tar)
        .way_out("tar -xf FILE")
        .by_ending(),
    row(Format::Xz, "an xz file (.xz)", &["xz"])
        .marked(&[(0, b"\xFD7zXZ\0")])
        .way_out("xz -dk FILE")
        .by_ending(),
    row(Format::Lzma, "an LZMA file (.lzma)", &["lzma"])
        .signed(signs::is_lzma)
        .way_out("xz -dk FILE")
        .by_ending(),
    row(Format::Bzip2, "a bzip2 file (.bz2)", &["bz2"])
        .signed(signs::is_bzip2)
        .way_out("bzip2 -dk FILE")
        .by_ending(),
    row(Format::Zstd, "a Zstandard file (.zst)", &["zst"])
        .marked(&[(0, b"\x28\xB5\x2F\xFD")])
        .way_out("zstd -d FILE")
        .by_ending(),
    row(Format::Lzip, "an lzip file (.lz)", &["lz"])
        .marked(&[(0, b"LZIP\x01")])
        .way_out("lzip -dk FILE")
        .by_ending(),
    row(Format::Compress, "a compress file (.Z)", &["z"])
        .signed(signs::is_compress)
        .way_out("gzip -dk FILE")
        .by_ending(),
];

const fn row(format: Format, name: &'static str, endings: &'static [&'static str]) -> FormatInfo {
    FormatInfo {
        format,
        name,
        endings,
        is_known_by_ending: false,
        marks: &[],
        sign: None,
        reader: Reader::None(""),
    }
}

impl FormatInfo {
    const fn marked(mut self, marks: &'static [(usize, &'static [u8])]) -> Self {
        self.marks = marks;
        self
    }

    const fn signed(mut self, sign: fn(&FileStart<'_>) -> bool) -> Self {
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
        self.is_known_by_ending = true;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn rows_stand_in_the_order_of_the_formats_and_say_all_that_is_needed() {
        for (index, row) in TABLE.iter().enumerate() {
            assert_eq!(row.format as usize, index, "{row:?}");
            let is_recognised =
                !row.marks.is_empty() || row.sign.is_some() || row.is_known_by_ending;
            assert!(is_recognised, "nothing recognises {row:?}");
            let way_out = row.format.way_out();
            assert!(way_out.is_none_or(|command| command.contains("FILE")), "{row:?}");
        }
    }

    #[test]
    fn no_two_formats_have_one_code_or_one_ending() {
        let mut all: Vec<_> = TABLE.iter().flat_map(|row| row.endings).collect();
        all.sort_unstable();
        assert!(all.windows(2).all(|two| two[0] != two[1]), "{all:?}");
        let codes: BTreeSet<_> = Format::ALL.iter().map(|format| format.as_str()).collect();
        assert_eq!(codes.len(), TABLE.len());
    }
}
