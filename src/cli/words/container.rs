//! Containers in the admin's words, and the public tools that make raw images of them.

use addpack::container::{ContainerError, Format};

/// The format as people know it.
pub(crate) fn format_name(format: Format) -> &'static str {
    match format {
        Format::Gzip => "a gzip file",
        Format::Zip => "a zip archive",
        Format::Imd => "an ImageDisk dump (.imd)",
        Format::Td0 => "a Teledisk dump (.td0)",
        Format::Td0Compressed => "a compressed Teledisk dump (.td0)",
        Format::Hfe => "a file of bit cells (.hfe)",
        Format::HfeV3 => "a file of bit cells with commands (.hfe, version 2 or 3)",
        Format::F86 => "an 86Box diskette (.86f)",
        Format::Scp => "a SuperCard Pro flux dump (.scp)",
        Format::Psi => "a PCE sector dump (.psi)",
        Format::Pri => "a PCE bit dump (.pri)",
        Format::Mfi => "a MAME flux dump (.mfi)",
        Format::D88 => "a PC-88 dump (.d88)",
        Format::Fdi => "an FDI dump (.fdi)",
        Format::CopyQm => "a CopyQM dump",
        Format::Dsk => "a CPC dump (.dsk)",
        Format::Qcow2 => "a QEMU disk (.qcow2)",
        Format::Vhd => "a Virtual PC disk (.vhd)",
        Format::Vmdk => "a VMware disk (.vmdk)",
        Format::Vdi => "a VirtualBox disk (.vdi)",
    }
}

/// What is the matter with a container, in one sentence.
pub(super) fn container_message(error: ContainerError) -> String {
    use ContainerError as Error;
    match error {
        Error::CutShort { at } => format!(
            "the container is cut short: more is expected at offset \
         {at}"
        ),
        Error::BadField { at } => format!(
            "the container is damaged: the value at offset {at} is \
         invalid"
        ),
        Error::Checksum { at } => {
            format!(
                "the container is damaged: the checksum of the part at offset {at} does not \
             match"
            )
        }
        Error::Compression => "the container is damaged: it cannot be decompressed".to_owned(),
        Error::TooLarge => "it holds more than the 4 MB of the largest image".to_owned(),
        Error::Zip64 => "an archive of more than 4 GB, or of more than 65,534 files".to_owned(),
        Error::Zip64Records => {
            "the archive has records for huge files (ZIP64), which addpack does not write"
                .to_owned()
        }
        Error::InParts => "it is one part of several".to_owned(),
        Error::Encrypted => "it is encrypted".to_owned(),
        Error::Method(method) => {
            format!("it is compressed by a method that addpack does not read ({method})")
        }
        Error::SectorSize { cylinder, head, bytes } => format!(
            "the sectors of cylinder {cylinder}, head {head}, have {bytes} bytes, so this is not a \
             PC's diskette"
        ),
        Error::NoSectors => "it holds no sector of a PC's diskette".to_owned(),
        Error::Unsupported(format) => {
            format!("this is {}, which addpack does not read", format_name(format))
        }
        Error::NoImage => "an archive without an image of a diskette".to_owned(),
        Error::Several => "an archive of several images whose name does not end in .zip".to_owned(),
        Error::ReadOnly(format) => {
            format!("it is inside {}, which cannot be changed in place", format_name(format))
        }
        Error::OtherNames => {
            "the container has several names (hard links), and changing it would replace only one \
             of them"
                .to_owned()
        }
        Error::Changed => "another program changed the container meanwhile".to_owned(),
    }
}

/// What to do about a container that is not read.
pub(super) fn unsupported_next_step(error: ContainerError) -> String {
    match error {
        ContainerError::Unsupported(format) => match command(format) {
            Some(command) => format!("make a raw image of it, and name that: {command}"),
            None => "unpack it, and name the result".to_owned(),
        },
        ContainerError::Several => "rename it to end in .zip, and run addpack again".to_owned(),
        ContainerError::InParts => {
            "put the parts together with the program that made them".to_owned()
        }
        _ => "unpack it by hand, and name the image".to_owned(),
    }
}

/// The command of a public tool that makes a raw image.
fn command(format: Format) -> Option<&'static str> {
    Some(match format {
        Format::Gzip | Format::Zip => return None,
        Format::Imd => "dsktrans -itype imd -otype raw FILE disk.img",
        Format::Td0 | Format::Td0Compressed => "dsktrans -itype tele -otype raw FILE disk.img",
        Format::CopyQm => "dsktrans -itype copyqm -otype raw FILE disk.img",
        Format::Dsk => "dsktrans -otype raw FILE disk.img",
        Format::Hfe | Format::HfeV3 => "hxcfe -finput:FILE -foutput:disk.img -conv:RAW_LOADER",
        Format::Scp => "gw convert --format ibm.1440 FILE disk.img (or ibm.720, ibm.360)",
        Format::F86 | Format::Mfi => "floptool flopconvert auto pc FILE disk.img",
        Format::Psi => "psi FILE disk.img",
        Format::Pri => "pri FILE -p decode auto disk.psi, then psi disk.psi disk.img",
        Format::D88 | Format::Fdi => "samdisk FILE disk.img",
        Format::Qcow2 => "qemu-img convert -f qcow2 -O raw FILE disk.img",
        Format::Vhd => "qemu-img convert -f vpc -O raw FILE disk.img",
        Format::Vmdk => "qemu-img convert -f vmdk -O raw FILE disk.img",
        Format::Vdi => "qemu-img convert -f vdi -O raw FILE disk.img",
    })
}
