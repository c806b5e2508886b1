//! Commands that people can paste, quoted for the system's shell.

use std::borrow::Cow;
use std::path::Path;

/// The shells that commands are quoted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shell {
    /// Any shell of Unix.
    Posix,
    /// Quoting that cmd and PowerShell read alike.
    Windows,
}

const SYSTEM: Shell = if cfg!(windows) { Shell::Windows } else { Shell::Posix };
/// Bytes that suffice for most commands, and what is said of them.
const USUAL_COMMAND: usize = 128;

/// `addpack` with these arguments, quoted; `None` if one of them cannot be quoted.
pub(crate) fn command(args: &[impl AsRef<str>]) -> Option<String> {
    let mut command = String::with_capacity(USUAL_COMMAND);
    command.push_str("addpack");
    for word in args {
        command.push(' ');
        command.push_str(&quote(SYSTEM, word.as_ref())?);
    }
    Some(command)
}

/// The paths as arguments; `None` if one of them cannot be typed.
pub(crate) fn path_words(paths: &[impl AsRef<Path>]) -> Option<Vec<String>> {
    paths.iter().map(|path| path_word(path.as_ref()).map(Cow::into_owned)).collect()
}

/// A path as an argument; `None` if it cannot be typed. `./` is put before one that looks like an option.
pub(crate) fn path_word(path: &Path) -> Option<Cow<'_, str>> {
    let text = path.to_str()?;
    Some(if text.starts_with('-') { format!("./{text}").into() } else { text.into() })
}

/// A path as an argument, quoted; `None` if it cannot be typed.
pub(crate) fn quoted_path(path: &Path) -> Option<Cow<'_, str>> {
    match path_word(path)? {
        Cow::Borrowed(word) => quote(SYSTEM, word),
        Cow::Owned(word) => quote(SYSTEM, &word).map(|word| word.into_owned().into()),
    }
}

fn quote(shell: Shell, word: &str) -> Option<Cow<'_, str>> {
    let is_plain = |byte: u8| match byte {
        b'_' | b'-' | b'.' | b'/' | b':' | b',' | b'+' | b'@' | b'=' => true,
        b'\\' => shell == Shell::Windows,
        other => other.is_ascii_alphanumeric(),
    };
    if !word.is_empty() && word.bytes().all(is_plain) {
        return Some(word.into());
    }
    if word.chars().any(|char| char.is_control() || is_lookalike(char)) {
        return None;
    }
    match shell {
        Shell::Posix => Some(format!("'{}'", word.replace('\'', r"'\''")).into()),
        Shell::Windows => {
            let is_special = |char| "\"%!$`".contains(char);
            let is_safe = !word.chars().any(is_special) && !word.ends_with('\\');
            is_safe.then(|| format!("\"{word}\"").into())
        }
    }
}

/// Characters that hide text or change its direction, and quotation marks that PowerShell treats as plain ones.
fn is_lookalike(char: char) -> bool {
    matches!(char,
        '\u{200B}'..='\u{200F}' | '\u{2018}'..='\u{201E}' | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_the_shell_would_read_them_otherwise() {
        let posix = |word| quote(Shell::Posix, word);
        assert_eq!(posix("in/a-1.img").as_deref(), Some("in/a-1.img"));
        assert_eq!(posix("").as_deref(), Some("''"));
        assert_eq!(posix("a b").as_deref(), Some("'a b'"));
        assert_eq!(posix("it's $(x)").as_deref(), Some(r"'it'\''s $(x)'"));
        assert_eq!(posix("a\nb"), None);
        assert_eq!(posix("a\u{202E}b"), None);
    }

    #[test]
    fn words_that_cmd_or_powershell_would_expand_are_not_offered() {
        let windows = |word| quote(Shell::Windows, word);
        assert_eq!(windows(r"C:\packs\a.img").as_deref(), Some(r"C:\packs\a.img"));
        assert_eq!(windows(r"C:\my packs").as_deref(), Some(r#""C:\my packs""#));
        for word in ["%PATH% x", "a$b", "a`b", "a!b", r"my packs\"] {
            assert_eq!(windows(word), None, "{word}");
        }
    }

    #[test]
    fn path_that_looks_like_an_option_is_written_as_a_path() {
        assert_eq!(path_words(&["-o", "a"]), Some(vec!["./-o".to_owned(), "a".to_owned()]));
    }
}
