//! Containers in the admin's words, and the way out of those that are not read.

use addpack::container::{ContainerError, Format};

/// What is wrong with a container, in one sentence.
pub(super) fn container_message(error: ContainerError) -> String {
    use ContainerError as Error;
    match error {
        Error::CutShort { at } => {
            format!("the container is cut short: more is expected at offset {at}")
        }
        Error::BadField { at } => {
            format!("the container is damaged: the value at offset {at} is invalid")
        }
        Error::Checksum { at } => format!(
            "the container is damaged: the checksum of the part at offset {at} does not match"
        ),
        Error::Compression => "the container is damaged: it cannot be decompressed".to_owned(),
        Error::TooLarge => "it holds more than the largest diskette (2.88 MB)".to_owned(),
        Error::NoMemory => "there is not enough memory to expand it".to_owned(),
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
        Error::Unsupported { format, .. } => {
            format!("this is {}, which addpack does not read", format.name())
        }
        Error::HardDisk(format) => {
            format!("this is {}, and larger than any diskette", format.name())
        }
        Error::VolumeBehind { at, .. } => {
            format!("the diskette begins at offset {at} of the file, not at its start")
        }
        Error::TwoImages { second } => {
            format!("these are two images in one file: the second one begins at offset {second}")
        }
        Error::NoImage => "an archive without an image of a diskette".to_owned(),
        Error::Several => "an archive of several images whose name does not end in .zip".to_owned(),
        Error::Changed => "another program changed the container meanwhile".to_owned(),
        Error::Zip64Records
        | Error::IndexField
        | Error::BytesBehind
        | Error::ReadOnly(_)
        | Error::OtherNames
        | Error::SameName => not_in_place(error),
    }
}

/// Why a container can be read, but not changed where it is.
fn not_in_place(error: ContainerError) -> String {
    use ContainerError as Error;
    let why = match error {
        Error::ReadOnly(format) => {
            return format!("it is inside {}, which cannot be changed in place", format.name());
        }
        Error::Zip64Records => {
            "the archive has ZIP64 records, which addpack reads but does not write"
        }
        Error::IndexField => {
            "the container has an extra field that may index its compressed bytes (as of bgzip or \
             dictzip), which addpack does not write"
        }
        Error::BytesBehind => {
            "other bytes follow the container, and would be lost if it were rewritten"
        }
        Error::SameName => {
            "another file in the archive has the same name, so the ledger could not tell the two apart"
        }
        _ => {
            "the container has several names (hard links), and changing it would replace only one of \
             them"
        }
    };
    why.to_owned()
}

/// What to do about a container that is not read.
pub(super) fn unsupported_next_step(error: ContainerError) -> String {
    match error {
        ContainerError::Unsupported { format, packed } => {
            // The commands for these two unpack gzip as well.
            let unpacks = matches!(format, Format::Tar | Format::Iso);
            let first = if packed && !unpacks { "unpack it; then " } else { "" };
            match (format, format.way_out()) {
                (Format::Xdf, _) | (_, None) => format!("{first}{}", way_out(format)),
                _ => format!("{first}make a raw image, and name that: {}", way_out(format)),
            }
        }
        ContainerError::VolumeBehind { at, length } => {
            let unit = if at % 512 == 0 { 512 } else { 128 };
            format!(
                "cut the image out, and name that: dd if=FILE of=disk.img bs={unit} skip={} count={}",
                at / unit,
                length / unit
            )
        }
        ContainerError::TwoImages { second } => {
            let sectors = second / 512;
            format!(
                "cut them apart, and name both: dd if=FILE of=disk1.img bs=512 count={sectors} && dd \
                 if=FILE of=disk2.img bs=512 skip={sectors}"
            )
        }
        ContainerError::Several => "rename it to end in .zip, and run addpack again".to_owned(),
        ContainerError::InParts => {
            "put the parts together with the program that made them".to_owned()
        }
        _ => "unpack it by hand, and name the image".to_owned(),
    }
}

/// How to get an image out of a format that is not read: a command, or a sentence if there is none.
pub(crate) fn way_out(format: Format) -> String {
    match format.way_out() {
        Some(command) if format == Format::Xdf => format!(
            "write it to a diskette ({command}, of fdutils) and copy that diskette's files to a formatted \
             one: no program is known that makes a raw image of it"
        ),
        Some(command) => command.to_owned(),
        None => "unpack it once, and name what comes out".to_owned(),
    }
}
