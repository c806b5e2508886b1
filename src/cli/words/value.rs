//! Times, servers, and values that were expected or found.

use crate::cli::show::terminal::escape_bytes;
use addpack::diagnosis::Value;
use addpack::record::event::{Event, EventKind};
use addpack::record::fields::{FileTime, Seal, Server, hex};
use addpack::record::{STATUS_BOUND, STATUS_DEFECTIVE};
use arrayvec::ArrayString;
use std::borrow::Cow;
use time::OffsetDateTime;

/// A time for programs: RFC 3339 in UTC, to the second.
pub(crate) type Timestamp = ArrayString<20>;
/// A network adapter's address, as adapters' labels show it.
pub(crate) type Address = ArrayString<17>;
/// A SHA-1 digest in hexadecimal.
pub(crate) type Digest = ArrayString<40>;

/// A time for programs; `None` past the year 9999, for which it has no form.
pub(crate) fn timestamp(at: FileTime) -> Option<Timestamp> {
    let time = OffsetDateTime::from_unix_timestamp(at.unix_seconds()).ok()?;
    let year = u16::try_from(time.year()).ok()?;
    let (century, year) = (u8::try_from(year / 100).ok()?, u8::try_from(year % 100).ok()?);
    let (month, day) = (u8::from(time.month()), time.day());
    let parts = [century, year, month, day, time.hour(), time.minute(), time.second()];
    // A folder has hundreds of thousands of them, and formatting costs twenty times as much.
    let mut text = *b"YYYY-MM-DDThh:mm:ssZ";
    for (at, part) in [0, 2, 5, 8, 11, 14, 17].into_iter().zip(parts) {
        (text[at], text[at + 1]) = (b'0' + part / 10, b'0' + part % 10);
    }
    Timestamp::from_byte_string(&text).ok()
}

/// A time for people, in UTC: `11 Apr 1999 09:30`.
pub(crate) fn moment(at: FileTime) -> String {
    let clock = at.unix_seconds().rem_euclid(86_400);
    format!("{} {:02}:{:02}", day(at), clock / 3600, clock / 60 % 60)
}

/// A day for people, in UTC: `11 Apr 1999`, ` 1 Apr 1999` to stand in a column.
pub(crate) fn day(at: FileTime) -> String {
    OffsetDateTime::from_unix_timestamp(at.unix_seconds()).map_or_else(
        |_| format!("filetime {}", at.0),
        |time| {
            let month = time.month().to_string();
            format!("{:>2} {} {}", time.day(), month.get(..3).unwrap_or(&month), time.year())
        },
    )
}

/// A server: `SBSNT1 (00:A0:C9:14:C8:29)`.
pub(crate) fn server(server: &Server) -> String {
    format!("{} ({})", server_name(server), address(server))
}

/// A server's computer name, or what is in its place.
pub(crate) fn server_name(server: &Server) -> Cow<'_, str> {
    escape_bytes(&server.name.0)
}

/// A server's network adapter's address.
pub(crate) fn address(server: &Server) -> Address {
    let mut text = *b"00:00:00:00:00:00";
    for (place, byte) in text.chunks_mut(3).zip(server.address.0) {
        place[..2].copy_from_slice(&hex_digits(byte).map(|digit| digit.to_ascii_uppercase()));
    }
    Address::from_byte_string(&text).unwrap_or_default()
}

/// The digest of a record.
pub(crate) fn digest(digest: Seal) -> Digest {
    let mut text = [0; 40];
    for (place, byte) in text.as_chunks_mut().0.iter_mut().zip(digest.0) {
        *place = hex_digits(byte);
    }
    Digest::from_byte_string(&text).unwrap_or_default()
}

fn hex_digits(byte: u8) -> [u8; 2] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    [byte >> 4, byte & 15].map(|digit| DIGITS[usize::from(digit)])
}

/// What a server did, in one word.
pub(crate) fn event_kind(event: &Event) -> Cow<'static, str> {
    match event.known_kind() {
        Some(EventKind::Apply) => "apply".into(),
        Some(EventKind::Reapply) => "reapply".into(),
        Some(EventKind::Transfer) => "transfer".into(),
        None => format!("{:#06x}", event.kind).into(),
    }
}

/// The version of an event's server.
pub(crate) fn server_version(event: &Event) -> Cow<'static, str> {
    let known = event.known_version().map(|version| version.as_str().into());
    known.unwrap_or_else(|| format!("{:#06x}", event.server_version).into())
}

/// A value that was expected or found; `None` if there is nothing to show.
pub(crate) fn value(value: &Value) -> Option<String> {
    Some(match value {
        Value::None => return None,
        Value::Number(number) => number.to_string(),
        Value::Hex(number) if *number > 0xFF => format!("{number:#06x}"),
        Value::Hex(number) => format!("{number:#04x}"),
        Value::Bytes(bytes) => hex(bytes),
        Value::Server(server) => self::server(server),
        Value::Zero => "0".to_owned(),
        Value::NotZero => "not 0".to_owned(),
        Value::OneOf(numbers) => join(numbers, |n| n.to_string()),
        Value::AtMost(number) => format!("at most {number}"),
        Value::EitherMagic => "SBSCAP40 or SBSCAP45".to_owned(),
        Value::SerialForm => "DDDDD-DDD-DDDDDDD-DDDDD and a NUL".to_owned(),
        Value::NameForm => "1 to 15 printable characters, padded with NUL".to_owned(),
        Value::Versions(numbers) => join(numbers, |n| format!("{n:#06x}")),
        Value::StatusBits(bits) => status_bits(*bits),
        Value::Defective(true) => "defective".to_owned(),
        Value::Defective(false) => "not defective".to_owned(),
    })
}

fn status_bits(known: u16) -> String {
    if known == STATUS_BOUND | STATUS_DEFECTIVE {
        "no bits but 0 and 1".to_owned()
    } else {
        "no bit but 0".to_owned()
    }
}

fn join(numbers: &[u16], word: impl Fn(u16) -> String) -> String {
    let words: Vec<_> = numbers.iter().map(|&number| word(number)).collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => words.concat(),
    }
}

/// A number in groups of three digits.
pub(crate) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Several things as in a sentence: `a, b and c`.
pub(crate) fn list(things: &[String]) -> String {
    match things.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => things.concat(),
    }
}

/// A number, in groups of three digits, with the word that fits it.
pub(crate) fn plural(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// That folders could not be listed.
pub(crate) fn unlisted(count: u64) -> String {
    plural(count, "folder", "folders") + " could not be listed"
}

/// That records could not be read, and what they may be.
pub(crate) fn unread(count: u64, packs: &str) -> String {
    let (records, they_may_be) = match count {
        1 => ("the record of 1 image".to_owned(), "it may be a newer state"),
        _ => (format!("the records of {} images", number(count)), "they may be newer states"),
    };
    format!("{records} could not be read; {they_may_be} of {packs}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_utc_and_have_four_digits_for_the_year() {
        let at = FileTime::from_unix_seconds(923_823_000).unwrap();
        assert_eq!(
            (day(at).as_str(), timestamp(at).unwrap().as_str()),
            ("11 Apr 1999", "1999-04-11T09:30:00Z")
        );
        assert_eq!(&*timestamp(FileTime(0)).unwrap(), "1601-01-01T00:00:00Z");
        let last = FileTime::from_unix_seconds(FileTime::LAST_UNIX_SECOND).unwrap();
        assert_eq!(&*timestamp(last).unwrap(), "9999-12-31T23:59:59Z");
        for past in [FileTime(last.0 + 10_000_000), FileTime(u64::MAX)] {
            assert_eq!((timestamp(past), past.is_past_9999()), (None, true));
            assert_eq!(day(past), format!("filetime {}", past.0));
        }
    }

    #[test]
    fn several_values_are_joined_as_in_a_sentence() {
        assert_eq!(value(&Value::OneOf(&[5, 20])).unwrap(), "5 or 20");
        assert_eq!(value(&Value::OneOf(&[1, 2, 3])).unwrap(), "1, 2 or 3");
        assert_eq!(value(&Value::Versions(&[0x0405])).unwrap(), "0x0405");
        assert_eq!(
            [0x5, 0x405].map(|number| value(&Value::Hex(number)).unwrap()),
            ["0x05", "0x0405"]
        );
    }

    #[test]
    fn numbers_have_groups_of_three_digits() {
        assert_eq!([0, 999, 1000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
    }
}
