//! Names of drives, names that Windows reserves for devices, and the encoding of paths.

use std::path::Path;

/// Names that Windows reserves for devices, with any ending.
const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

/// The letter of a Windows drive name: `A:`, `A:\` or `\\.\A:`.
pub(crate) fn drive_letter(path: &Path) -> Option<char> {
    let text = path.to_str()?;
    let text = text.strip_prefix(r"\\.\").unwrap_or(text);
    let (letter, rest) = text.split_at_checked(1)?;
    let is_drive = matches!(rest, ":" | r":\" | ":/");
    letter.chars().next().filter(|letter| is_drive && letter.is_ascii_alphabetic())
}

/// Whether Windows takes this name of a file for a device.
pub(crate) fn is_device_name(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end_matches(' ').to_ascii_uppercase();
    let is_port = ["COM", "LPT"].iter().any(|port| {
        let number = stem.strip_prefix(port).and_then(|rest| {
            let mut rest = rest.chars();
            rest.next().filter(|_| rest.next().is_none())
        });
        number.is_some_and(|number| matches!(number, '0'..='9' | '¹' | '²' | '³'))
    });
    is_port || DEVICES.contains(&&*stem)
}

/// Whether no file on Windows can have this name.
#[cfg(any(windows, test))]
pub(crate) fn is_reserved_name(name: &str) -> bool {
    let is_odd = |c: char| c < ' ' || r#"<>:"/\|?*"#.contains(c);
    is_device_name(name) || name.ends_with(['.', ' ']) || name.contains(is_odd)
}

/// A path that Windows has resolved, without the prefix that keeps it from being parsed. A long path needs the prefix.
#[cfg(any(windows, test))]
pub(crate) fn without_verbatim_prefix(path: &str) -> String {
    /// The most characters of a path without the prefix.
    const MOST: usize = 259;
    let plain = match path.strip_prefix(r"\\?\UNC\") {
        Some(share) => format!(r"\\{share}"),
        None => path.strip_prefix(r"\\?\").unwrap_or(path).to_owned(),
    };
    // Without the prefix, such a name would lead elsewhere.
    let is_odd = plain.split('\\').skip(1).any(|name| !name.is_empty() && is_reserved_name(name));
    if is_odd || plain.encode_utf16().count() > MOST { path.to_owned() } else { plain }
}

/// The UTF-16 text of a path from the bytes in which std keeps it on Windows: UTF-8, with each lone surrogate
/// as three bytes. Other bytes become U+FFFD.
#[cfg(any(windows, test))]
pub(crate) fn wide(mut bytes: &[u8]) -> Vec<u16> {
    let mut wide = Vec::with_capacity(bytes.len());
    while !bytes.is_empty() {
        if let [0xED, second @ 0xA0..=0xBF, third @ 0x80..=0xBF, rest @ ..] = bytes {
            wide.push(0xD000 | u16::from(second & 0x3F) << 6 | u16::from(third & 0x3F));
            bytes = rest;
            continue;
        }
        let Some(chunk) = bytes.utf8_chunks().next() else { break };
        wide.extend(chunk.valid().encode_utf16());
        bytes = &bytes[chunk.valid().len()..];
        // A surrogate: decoded again from its first byte.
        if !chunk.invalid().is_empty() && !matches!(bytes, [0xED, 0xA0..=0xBF, 0x80..=0xBF, ..]) {
            wide.push(0xFFFD);
            bytes = &bytes[chunk.invalid().len()..];
        }
    }
    wide
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drives_are_named_by_a_letter_and_a_colon() {
        for name in ["A:", r"A:\", "A:/", r"\\.\A:", r"\\.\A:\"] {
            assert_eq!(drive_letter(Path::new(name)), Some('A'), "{name}");
        }
        for name in ["", "A", ":", "A:disk1.img", r"A:\disk1.img", "1:", "é:", r"\\.\COM1"] {
            assert_eq!(drive_letter(Path::new(name)), None, "{name}");
        }
    }

    #[test]
    fn names_of_devices_are_reserved() {
        for name in
            ["NUL", "con", "Com1", "lpt9.img", "aux.tar.gz", "COM¹", "prn .img", "a:b", "x.", "x "]
        {
            assert!(is_reserved_name(name), "{name}");
        }
        for name in ["disk1.img", "com.img", "COM10", "nulls", "console", "disk[1].img", ".img"] {
            assert!(!is_reserved_name(name), "{name}");
        }
    }

    #[test]
    fn lone_surrogates_are_kept() {
        assert_eq!(wide("dä𝄞".as_bytes()), "dä𝄞".encode_utf16().collect::<Vec<_>>());
        assert_eq!(wide(b"a\xED\xA0\x80b\xED\xBF\xBF"), [0x61, 0xD800, 0x62, 0xDFFF]);
        assert_eq!(wide(b"a\xFFb\xED"), [0x61, 0xFFFD, 0x62, 0xFFFD]);
        assert_eq!(wide(b"\xED\xA0"), [0xFFFD, 0xFFFD]);
    }

    #[test]
    fn resolved_path_is_written_as_people_write_it_unless_it_is_too_long() {
        let long = format!(r"\\?\C:\{}", "a".repeat(257));
        for (resolved, plain) in [
            (r"\\?\C:\data\ledger.db", r"C:\data\ledger.db"),
            (r"\\?\UNC\server\share\ledger.db", r"\\server\share\ledger.db"),
            (r"C:\data\ledger.db", r"C:\data\ledger.db"),
            (&long, &long),
            (r"\\?\C:\data.\ledger.db", r"\\?\C:\data.\ledger.db"),
            (r"\\?\C:\nul\ledger.db", r"\\?\C:\nul\ledger.db"),
        ] {
            assert_eq!(without_verbatim_prefix(resolved), plain);
        }
    }
}
