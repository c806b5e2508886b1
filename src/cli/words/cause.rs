//! What the system says of an error, in words: its number is of no use to the reader.

use super::system::USE_ANOTHER_TEMPORARY_FOLDER;
use crate::cli::show::terminal::named;
use addpack::media::{MapfileError, MediaError};
use std::error::Error;
use std::io;

/// The cause that the system names, without its number.
pub(crate) fn system_cause(error: &io::Error) -> String {
    let text = error.to_string();
    // A library that wraps the error of the system adds a path, which may not be the user's.
    let Some((text, _)) = text.split_once(" (os error ") else { return text };
    let text = text.trim_end_matches('.');
    let mut chars = text.chars();
    let first = chars.next();
    // An abbreviation stays as it is.
    let is_word = chars.clone().next().is_some_and(char::is_lowercase);
    match first {
        Some(first) if is_word => first.to_lowercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}

/// The same error, with the folder of temporary files, which may be on another disk than all that was named.
pub(crate) fn in_temporary_folder(error: &io::Error) -> io::Error {
    let folder = std::env::temp_dir();
    let (folder, cause) = (named(&folder), system_cause(error));
    let way_out = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => USE_ANOTHER_TEMPORARY_FOLDER,
        _ => "",
    };
    io::Error::new(error.kind(), format!("the temporary folder {folder}: {cause}{way_out}"))
}

/// The cause behind a failure of a medium.
pub(crate) fn medium_cause(error: &MediaError) -> String {
    match error {
        MediaError::Io(error) | MediaError::Mapfile(MapfileError::Io(error)) => system_cause(error),
        other => other.to_string(),
    }
}

/// The cause that is behind another error, of the system or of SQLite.
pub(super) fn cause_behind(error: &(dyn Error + Send + Sync + 'static)) -> String {
    error.downcast_ref::<io::Error>().map_or_else(|| error.to_string(), system_cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cause_has_words_and_no_number() {
        let denied = if cfg!(windows) { 5 } else { 13 };
        let cause = system_cause(&io::Error::from_raw_os_error(denied));
        assert!(!cause.contains("os error") && !cause.ends_with('.'), "{cause}");
        assert!(cause.starts_with(char::is_lowercase), "{cause}");
        assert_eq!(system_cause(&io::Error::other("Some words.")), "Some words.");
    }
}
