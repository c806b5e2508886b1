//! Which format a file is in.

use super::{format as of, raw};
use crate::support::write::{self, small_image, tracks};
use addpack::container::Format;

/// The beginning of a file, and many zeroes.
fn file(start: &[u8]) -> Vec<u8> {
    let mut file = start.to_vec();
    file.resize(20_000, 0);
    file
}

fn at(offset: usize, bytes: &[u8], mut file: Vec<u8>) -> Vec<u8> {
    file[offset..offset + bytes.len()].copy_from_slice(bytes);
    file
}

/// A file of each format that is only recognized, by the descriptions of the formats.
fn others() -> Vec<(Format, Vec<u8>)> {
    let mut copy_qm = file(b"CQ\x14");
    copy_qm[132] = 0_u8.wrapping_sub(copy_qm[..132].iter().fold(0, |sum, b| sum.wrapping_add(*b)));
    let d88 = at(0x1C, &20_000_u32.to_le_bytes(), file(b"A PACK\0"));
    let d88 = at(0x20, &0x2B0_u32.to_le_bytes(), at(0x1B, &[0x20], d88));
    let fields = [4096_u32, 15_904, 497, 32, 1, 1].map(u32::to_le_bytes).concat();
    let t98 = at(8, &fields, file(&[0, 0, 0, 0, 0x90]));
    vec![
        (Format::HfeV3, file(b"HXCHFEV3")),
        (Format::HfeV3, file(b"HXCPICFE\x01")),
        (Format::F86, file(b"86BF\x0C\x02")),
        (Format::Scp, file(b"SCP\x19\x80\x03\x00\x9F\x03\x00\x00")),
        (Format::Psi, file(b"PSI \x00\x00\x00\x04\x00\x00\x00\x00")),
        (Format::Pri, file(b"PRI \x00\x00\x00\x04\x00\x00\x00\x00")),
        (Format::Mfi, file(b"MESSFLOPPYIMAGE\0")),
        (Format::Mfi, file(b"MAMEFLOPPYIMAGE\0")),
        (Format::D88, d88),
        (Format::Fdi, t98),
        (Format::Fdi, file(b"FDI\x00\x28\x00\x02\x00\x0E\x00\x0E\x01\x00\x00")),
        (Format::Fdi, file(b"Formatted Disk Image file\r\n")),
        (Format::CopyQm, copy_qm),
        (Format::Dsk, file(b"EXTENDED CPC DSK File\r\nDisk-Info\r\n")),
        (Format::Dsk, file(b"MV - CPCEMU Disk-File\r\nDisk-Info\r\n")),
        (Format::Qcow2, file(b"QFI\xFB\x00\x00\x00\x03")),
        (Format::Vhd, file(b"conectix\x00\x00\x00\x02")),
        (
            Format::Vdi,
            at(0x40, b"\x7F\x10\xDA\xBE", file(b"<<< Oracle VM VirtualBox Disk Image >>>")),
        ),
        (Format::Vmdk, file(b"KDMV\x01\x00\x00\x00")),
        (Format::Vmdk, file(b"# Disk DescriptorFile\nversion=1\n")),
    ]
}

#[test]
fn format_is_detected_by_its_first_bytes() {
    for (format, bytes) in others() {
        assert_eq!(of(&bytes), Some(format), "{:?}", &bytes[..16]);
    }
    let tracks = tracks(&small_image(36), 2, 9);
    assert_eq!(of(&write::imd::dump(&tracks)), Some(Format::Imd));
    assert_eq!(of(&write::td0::dump(&tracks)), Some(Format::Td0));
    assert_eq!(of(&write::hfe::dump(&tracks)), Some(Format::Hfe));
}

#[test]
fn virtual_disk_of_a_machine_is_no_diskette() {
    let large = 20_u64 << 30;
    let vdi = at(0x40, b"\x7F\x10\xDA\xBE", file(b"<<< a disk >>>"));
    for (disk, field) in [
        (file(b"QFI\xFB\0\0\0\x03"), (24, large.to_be_bytes())),
        (file(b"conectix"), (48, large.to_be_bytes())),
        (file(b"KDMV\x01"), (12, (large / 512).to_le_bytes())),
        (vdi, (0x170, large.to_le_bytes())),
    ] {
        assert!(of(&disk).is_some());
        assert_eq!(of(&at(field.0, &field.1, disk)), None);
    }
}

#[test]
fn fixed_disk_of_virtual_pc_is_its_raw_image_with_something_behind() {
    let image = raw("unused-720");
    let footer = at(0, b"conectix", vec![0; 512]);
    assert_eq!(of(&[&image[..], &footer].concat()), None);
    assert_eq!(of(&[vec![0; 737_280], footer].concat()), Some(Format::Vhd));
}

#[test]
fn raw_image_is_one_whatever_its_first_bytes_look_like() {
    let image = raw("unused-720");
    for (_, other) in others() {
        // Up to the BIOS parameter block.
        let mut image = image.clone();
        image[..11].copy_from_slice(&other[..11]);
        assert_eq!(of(&image), None, "{:?}", &other[..11]);
    }
    for magic in [&b"PK\x03\x04"[..], b"\x1F\x8B\x08", b"IMD 1.1", b"TD\0\0\x15"] {
        let mut image = image.clone();
        image[..magic.len()].copy_from_slice(magic);
        assert_eq!(of(&image), None, "{magic:?}");
    }
}

#[test]
fn raw_image_without_a_parameter_block_is_one_whatever_weak_magic_it_begins_with() {
    let strong = |format: &Format| {
        !matches!(format, Format::Scp | Format::D88 | Format::Fdi | Format::CopyQm)
    };
    for (_, other) in others().into_iter().filter(|(format, _)| !strong(format)) {
        let mut image = raw("reapplied-360");
        image[..512].copy_from_slice(&other[..512]);
        if !other.starts_with(b"Formatted") {
            assert_eq!(of(&image), None, "{:?}", &other[..11]);
        }
    }
    for dump in [write::imd::dump, write::td0::dump] {
        let mut image = raw("reapplied-360");
        image[..512].copy_from_slice(&dump(&tracks(&small_image(36), 2, 9))[..512]);
        assert_eq!(of(&image), None);
    }
}

#[test]
fn short_magic_alone_proves_nothing() {
    for start in [
        &b"IMD \xFF\0"[..],
        b"TD\0\0\xFF\xFF",
        b"IMD 1.18: no\x01",
        b"SCP is a program",
        b"CQ\x14",
        b"FDI",
        b"II",
    ] {
        assert_eq!(of(&file(start)), None, "{start:?}");
        assert_eq!(of(start), None, "{start:?}");
    }
    assert_eq!(of(&[]), None);
    assert_eq!(of(&vec![0; 1_474_560]), None);
    assert_eq!(of(&vec![0xF6; 368_640]), None);
}
