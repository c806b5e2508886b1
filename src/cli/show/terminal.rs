//! What a terminal is shown: colour where it is wanted, and nothing that it would obey.

use crate::cli::show::layout;
use anstream::AutoStream;
use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{Write, stderr, stdout};
use std::path::{Path, PathBuf};

/// How text for standard output is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TextStyle {
    color: bool,
    /// Columns that prose is wrapped at.
    pub(crate) width: usize,
    /// Columns that a line of a table may have: in a pipe, as many as it needs.
    pub(crate) columns: usize,
    /// Lines that are seen at once; `None` if it is not a terminal.
    pub(crate) rows: Option<usize>,
}

/// When colours are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// At a terminal
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What a piece of text is, for those who see colours.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tone {
    Good,
    Bad,
    Odd,
    Heading,
    Quiet,
}

impl TextStyle {
    pub(crate) fn of_stdout(when: When) -> Self {
        let color = match when {
            When::Always => true,
            When::Never => false,
            When::Auto => AutoStream::choice(&stdout()) != anstream::ColorChoice::Never,
        };
        match layout::of_stdout() {
            Some((columns, rows)) => {
                Self { color, width: layout::prose_width(columns), columns, rows: Some(rows) }
            }
            None => Self { color, width: layout::WIDTH, columns: usize::MAX, rows: None },
        }
    }

    /// For text in a file that is to be read and printed: no color.
    pub(crate) fn of_file() -> Self {
        Self { color: false, width: layout::WIDTH, columns: layout::WIDTH, rows: None }
    }

    /// No color.
    #[cfg(test)]
    pub(crate) fn plain() -> Self {
        Self::of_file()
    }

    /// A row whose last column is prose: at a terminal, it is wrapped below itself. `columns` are those that
    /// `lead` takes, which may be painted.
    pub(crate) fn row(self, lead: &str, columns: usize, prose: &str) -> String {
        if self.rows.is_none() {
            return format!("{lead}{prose}\n");
        }
        let blank = " ".repeat(columns);
        let prose = layout::hang(self.width, &blank, prose);
        format!("{lead}{}", prose.strip_prefix(&blank).unwrap_or(&prose))
    }

    pub(crate) fn paint(self, tone: Tone, text: &str) -> String {
        if !self.color {
            return text.to_owned();
        }
        let style = match tone {
            Tone::Good => AnsiColor::Green.on_default(),
            Tone::Bad => AnsiColor::Red.on_default().bold(),
            Tone::Odd => AnsiColor::Yellow.on_default(),
            Tone::Heading => Style::new().bold(),
            Tone::Quiet => Style::new().dimmed(),
        };
        format!("{style}{text}{style:#}")
    }
}

/// A path as people are shown it, in a column of its own. Only the report for programs has its exact bytes.
pub(crate) fn shown(path: &Path) -> String {
    escape(&path.to_string_lossy())
}

/// A path in a sentence: in quotes where it has spaces, so that it is seen where it ends, and no line
/// breaks inside it.
pub(crate) fn named(path: &Path) -> String {
    let shown = shown(path);
    if shown.contains(' ') { format!("\"{}\"", shown.replace('"', "\\u{22}")) } else { shown }
}

/// Text from a disk or a file name, with whatever a terminal could obey or hide spelled out.
pub(crate) fn escape(text: &str) -> String {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.to_owned();
    }
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        if is_hidden(char) {
            let _ = write!(escaped, "{}", char.escape_unicode());
        } else {
            escaped.push(char);
        }
    }
    escaped
}

/// Whether a terminal obeys the character or shows nothing for it: controls (C0, DEL and C1), and marks
/// that turn the direction of text or have no width. All are below U+10000.
pub(crate) fn is_hidden(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}')
}

/// Bytes from a disk as text: printable ASCII as it is, the rest and the backslash spelled out.
pub(crate) fn escape_bytes(bytes: &[u8]) -> Cow<'_, str> {
    let end = bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    let bytes = &bytes[..end];
    match std::str::from_utf8(bytes) {
        Ok(text) if text.bytes().all(is_plain) => text.into(),
        _ => bytes.iter().fold(String::new(), |text, &byte| text + &escape_byte(byte)).into(),
    }
}

fn escape_byte(byte: u8) -> String {
    if is_plain(byte) { char::from(byte).to_string() } else { byte.escape_ascii().to_string() }
}

/// Whether a byte stands for itself. A quote does: a form that gives it a meaning escapes it itself.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b'\\'
}

/// A path in a sentence, with the user's home folder as `~`.
pub(crate) fn at_home(path: &Path) -> String {
    let home = std::env::home_dir().filter(|home| home.parent().is_some());
    let below = home.and_then(|home| path.strip_prefix(home).map(Path::to_owned).ok());
    match below {
        Some(below) if !cfg!(windows) => named(&Path::new("~").join(below)),
        _ => named(path),
    }
}

/// A path as it is typed in the folder that addpack runs in: the ledger has all paths in full.
pub(crate) fn from_here(path: &Path) -> PathBuf {
    let here = std::env::current_dir().ok();
    let below = here.and_then(|here| path.strip_prefix(here).map(Path::to_owned).ok());
    below.filter(|below| !below.as_os_str().is_empty()).unwrap_or_else(|| path.to_owned())
}

/// The same of text that has lines.
pub(crate) fn escape_lines(text: &str) -> String {
    text.split('\n').map(escape).collect::<Vec<_>>().join("\n")
}

/// A message on standard error. Where even that is closed, there is nobody to tell.
pub(crate) fn complain(message: &str) {
    // What the system, or a library, says of a name has it as it is.
    let message = &escape_lines(message);
    let text = match layout::of_stderr() {
        Some(width) => layout::hang(width, "addpack: ", message),
        None => format!("addpack: {message}\n"),
    };
    let _ = stderr().write_all(text.as_bytes());
}

/// Text that is fit to be shown, on standard error: what stands beside a report on standard output.
pub(crate) fn tell(text: &str) {
    let _ = stderr().write_all(text.as_bytes());
}

/// What went well, or may be of use: said at a terminal, and not where a program reads standard error.
pub(crate) fn remark(message: &str) {
    if let Some(width) = layout::of_stderr() {
        let _ = stderr().write_all(layout::hang(width, "", message).as_bytes());
    }
}

/// That a file was written: said at a terminal and in a pipe alike, unless `quiet`.
pub(crate) fn wrote(quiet: bool, message: &str) {
    if quiet {
        return;
    }
    match layout::of_stderr() {
        Some(_) => remark(message),
        None => tell(&format!("{message}\n")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_spelled_out() {
        assert_eq!(escape("a\x1b[2Jb\n"), "a\\u{1b}[2Jb\\u{a}");
        assert_eq!(escape("\u{202E}gmi.exe\u{9b}"), "\\u{202e}gmi.exe\\u{9b}");
        assert_eq!(escape("Größe 5.img"), "Größe 5.img");
    }

    #[test]
    fn a_path_with_spaces_stands_in_quotes() {
        assert_eq!(named(Path::new("/a/b.img")), "/a/b.img");
        assert_eq!(named(Path::new("/a b/\"c\".img")), "\"/a b/\\u{22}c\\u{22}.img\"");
    }

    #[test]
    fn bytes_from_a_disk_lose_only_their_padding() {
        assert_eq!(escape_bytes(b"MAIN\0\0"), "MAIN");
        assert_eq!(escape_bytes(b"A\0B\x1b\xff\0"), "A\\x00B\\x1b\\xff");
        assert_eq!(escape_bytes(b"A\"B'\\\x07"), "A\"B'\\\\\\x07");
    }
}
