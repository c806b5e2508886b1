//! strace's log, taken apart: one call a line, with its arguments and its result.

use std::collections::HashMap;

/// One call that succeeded: its arguments, and its result.
pub(super) struct Call {
    pub(super) name: String,
    pub(super) arguments: Vec<String>,
    pub(super) result: String,
}

/// The calls, in the order in which they ended.
pub(super) fn calls(log: &str) -> Vec<Call> {
    let mut begun: HashMap<&str, String> = HashMap::new();
    let mut calls = Vec::new();
    for line in log.lines() {
        let (thread, line) = line.split_once(' ').unwrap();
        let line = line.trim_start();
        if let Some(start) = line.strip_suffix(" <unfinished ...>") {
            begun.insert(thread, start.to_owned());
        } else if line.starts_with("<... ") {
            let (_, rest) = line.split_once(" resumed>").unwrap();
            let start = begun.remove(thread).unwrap_or_default();
            calls.extend(parse(&(start + rest)));
        } else {
            calls.extend(parse(line));
        }
    }
    calls
}

/// Takes a line apart; `None` for one that failed, or is no call.
fn parse(line: &str) -> Option<Call> {
    let (name, rest) = line.split_once('(')?;
    let (mut arguments, mut start, mut depth, mut quoted, mut escaped) =
        (Vec::new(), 0, 0, false, false);
    for (at, c) in rest.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '<' | '[' | '{' | '(' => depth += 1,
            ')' if depth == 0 => {
                arguments.push(rest[start..at].trim().to_owned());
                let result = rest[at..].split_once("= ")?.1.to_owned();
                let call = Call { name: name.to_owned(), arguments, result };
                return (!call.result.starts_with('-')).then_some(call);
            }
            '>' | ']' | '}' | ')' => depth -= 1,
            ',' if depth == 0 => {
                arguments.push(rest[start..at].trim().to_owned());
                start = at + 1;
            }
            _ => {}
        }
    }
    None
}

/// The bytes of a string as strace writes it.
pub(super) fn bytes(text: &str) -> Vec<u8> {
    let text = text.trim_start_matches('"').trim_end_matches('"').as_bytes();
    let (mut bytes, mut at) = (Vec::with_capacity(text.len() / 4), 0);
    while at < text.len() {
        let (byte, taken) = match (text[at], text.get(at + 1)) {
            (b'\\', Some(b'x')) => {
                let digits = std::str::from_utf8(&text[at + 2..at + 4]).unwrap();
                (u8::from_str_radix(digits, 16).unwrap(), 4)
            }
            (b'\\', Some(b'n')) => (b'\n', 2),
            (b'\\', Some(b't')) => (b'\t', 2),
            (b'\\', Some(b'r')) => (b'\r', 2),
            (b'\\', Some(b'v')) => (0x0B, 2),
            (b'\\', Some(b'f')) => (0x0C, 2),
            (b'\\', Some(b'0'..=b'7')) => {
                let digits = text[at + 1..].iter().take(3);
                let digits: Vec<_> = digits.take_while(|d| (b'0'..=b'7').contains(d)).collect();
                let number = digits.iter().fold(0_u32, |sum, d| sum * 8 + u32::from(**d - b'0'));
                (u8::try_from(number).unwrap(), 1 + digits.len())
            }
            (b'\\', Some(other)) => (*other, 2),
            (byte, _) => (byte, 1),
        };
        bytes.push(byte);
        at += taken;
    }
    bytes
}

pub(super) fn number(text: &str) -> u64 {
    text.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap()
}
