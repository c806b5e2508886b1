//! JSON as `serde_json` writes it, with two differences: nothing in it is obeyed by a terminal, and the names of
//! fields, which are ours and need no escape, are not looked at. In a report of many images that is a third of
//! the work.

use crate::cli::show::terminal::is_hidden;
use serde::Serialize;
use serde::ser::{Error as _, Impossible, SerializeMap, SerializeSeq, SerializeStruct, Serializer};
use serde_json::ser::Formatter;
use serde_json::{Error, Result};
use std::io;

/// Bytes that suffice for most lines.
const USUAL_LINE: usize = 1024;

/// One object on a line of its own.
pub(crate) fn line<T: Serialize>(object: &T) -> Vec<u8> {
    let mut line = Vec::with_capacity(USUAL_LINE);
    object
        .serialize(Writer(&mut line))
        .expect("these objects are structs with names, and no tuples");
    line.push(b'\n');
    line
}

/// Writes one value.
struct Writer<'o>(&'o mut Vec<u8>);

/// Writes the parts of an array or object.
struct Parts<'o> {
    out: &'o mut Vec<u8>,
    is_first: bool,
    end: u8,
}

impl<'o> Writer<'o> {
    fn begin(self, begin: u8, end: u8) -> Parts<'o> {
        self.0.push(begin);
        Parts { out: self.0, is_first: true, end }
    }

    fn by_serde_json<T: Serialize + ?Sized>(self, value: &T) -> Result<()> {
        value.serialize(&mut serde_json::Serializer::with_formatter(self.0, Harmless))
    }
}

impl Parts<'_> {
    fn next(&mut self) -> Writer<'_> {
        if !self.is_first {
            self.out.push(b',');
        }
        self.is_first = false;
        Writer(self.out)
    }

    #[expect(clippy::unnecessary_wraps, reason = "serde asks for a result")]
    fn close(self) -> Result<()> {
        self.out.push(self.end);
        Ok(())
    }
}

macro_rules! by_serde_json {
    ($($method:ident: $type:ty),+) => {
        $(fn $method(self, value: $type) -> Result<()> {
            self.by_serde_json(&value)
        })+
    };
}

macro_rules! not_written {
    ($($method:ident($($part:ty),*) -> $result:ty;)+) => {
        $(fn $method(self, $(_: $part),*) -> Result<$result> {
            Err(Error::custom("reports have no such values"))
        })+
    };
}

impl<'o> Serializer for Writer<'o> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Parts<'o>;
    type SerializeMap = Parts<'o>;
    type SerializeStruct = Parts<'o>;
    type SerializeTuple = Impossible<(), Error>;
    type SerializeTupleStruct = Impossible<(), Error>;
    type SerializeTupleVariant = Impossible<(), Error>;
    type SerializeStructVariant = Impossible<(), Error>;

    by_serde_json! {
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_f32: f32,
        serialize_f64: f64, serialize_char: char, serialize_bytes: &[u8]
    }

    fn serialize_str(self, text: &str) -> Result<()> {
        // All of it is looked at: that is faster than to end at the first.
        if !text.bytes().fold(true, |all, byte| all & PLAIN[usize::from(byte)]) {
            return self.by_serde_json(text);
        }
        quote(self.0, text);
        Ok(())
    }

    fn serialize_none(self) -> Result<()> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<()> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<()> {
        self.0.extend(b"null");
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Parts<'o>> {
        Ok(self.begin(b'[', b']'))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Parts<'o>> {
        Ok(self.begin(b'{', b'}'))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Parts<'o>> {
        Ok(self.begin(b'{', b'}'))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<()> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<()> {
        Err(Error::custom("reports have no such values"))
    }

    not_written! {
        serialize_unit_struct(&'static str) -> ();
        serialize_unit_variant(&'static str, u32, &'static str) -> ();
        serialize_tuple(usize) -> Self::SerializeTuple;
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant;
    }
}

/// The bytes that stand for themselves.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = b' ';
    while byte <= b'~' {
        plain[byte as usize] = byte != b'"' && byte != b'\\';
        byte += 1;
    }
    plain
};

fn quote(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    out.extend(text.as_bytes());
    out.push(b'"');
}

impl SerializeSeq for Parts<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        value.serialize(self.next())
    }

    fn end(self) -> Result<()> {
        self.close()
    }
}

impl SerializeMap for Parts<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<()> {
        key.serialize(self.next())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.out.push(b':');
        value.serialize(Writer(self.out))
    }

    fn end(self) -> Result<()> {
        self.close()
    }
}

impl SerializeStruct for Parts<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<()> {
        let Writer(out) = self.next();
        out.push(b'"');
        out.extend(key.as_bytes());
        out.extend(b"\":");
        value.serialize(Writer(out))
    }

    fn end(self) -> Result<()> {
        self.close()
    }
}

/// Text in which nothing is left that a terminal would obey: what JSON lets stand raw, DEL, C1 and the marks
/// of direction, is escaped as JSON escapes other controls. That holds for the names in maps too: some are
/// strangers' endings.
struct Harmless;

impl Formatter for Harmless {
    fn write_string_fragment<W>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()>
    where
        W: io::Write + ?Sized,
    {
        let mut rest = fragment;
        while let Some((at, char)) = rest.char_indices().find(|(_, char)| is_hidden(*char)) {
            writer.write_all(&rest.as_bytes()[..at])?;
            write!(writer, "\\u{:04x}", u32::from(char))?;
            rest = &rest[at + char.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[derive(Serialize)]
    struct Sample {
        text: &'static str,
        none: Option<u8>,
        some: Option<i64>,
        list: Vec<Sample>,
        map: BTreeMap<&'static str, f64>,
        r#type: char,
        is_set: bool,
    }

    fn sample(text: &'static str, list: Vec<Sample>) -> Sample {
        let map = [(text, 0.5), ("b", -1.0)].into();
        Sample { text, none: None, some: Some(-7), list, map, r#type: '"', is_set: true }
    }

    #[test]
    fn lines_are_those_of_serde_json() {
        for text in
            ["", "plain", "a \"quote\"", "back\\slash", "line\nand\ttab", "Grüße", "\u{1F4BE}"]
        {
            let object = sample(text, vec![sample("x", Vec::new()), sample(text, Vec::new())]);
            let wanted = serde_json::to_string(&object).unwrap() + "\n";
            assert_eq!(String::from_utf8(line(&object)).unwrap(), wanted);
        }
    }

    #[test]
    fn nothing_that_a_terminal_obeys_stands_raw() {
        let text = "a\u{7F}b\u{85}c\u{202E}d\u{1B}e";
        let line = String::from_utf8(line(&BTreeMap::from([(text, text)]))).unwrap();
        let escaped = "a\\u007fb\\u0085c\\u202ed\\u001be";
        assert_eq!(line, format!("{{\"{escaped}\":\"{escaped}\"}}\n"));
    }
}
