//! The description of the run on an HTML page.

use crate::cli::args::Common;
use crate::cli::commands::ledger;
use crate::cli::show::shell::command;
use crate::cli::show::to_file::Head;
use crate::cli::words::moment;
use addpack::record::fields::FileTime;
use std::time::{SystemTime, UNIX_EPOCH};

/// The current run.
pub(crate) fn head(common: &Common) -> Head {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = i64::try_from(since_1970.as_secs()).ok().and_then(FileTime::from_unix_seconds);
    let words: Vec<_> =
        std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let paths: Vec<_> = common.paths.iter().map(|path| path.to_string_lossy()).collect();
    let ledger = ledger::file(&common.ledger.at).ok().filter(|_| !common.ledger.no_ledger);
    Head {
        paths: paths.join(", "),
        folder: std::env::current_dir()
            .map_or_else(|_| "unknown".to_owned(), |folder| folder.display().to_string()),
        time: now.map_or_else(String::new, |now| format!("{} UTC", moment(now).trim_start())),
        command: command(&words).unwrap_or_else(|| format!("addpack {}", words.join(" "))),
        ledger: ledger.map_or_else(|| "none".to_owned(), |file| file.display().to_string()),
    }
}
