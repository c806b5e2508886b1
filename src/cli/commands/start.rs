//! `addpack` alone: the first things to try, and what is there to try them on.

use crate::cli::Error;
use crate::cli::args::LedgerFile;
use crate::cli::commands::ledger::{file, written};
use crate::cli::exit::Exit;
use crate::cli::show::terminal::at_home;
use crate::cli::words::system::DRIVE;
use crate::cli::words::{day_of, drive_list, number, plural};
use addpack::ledger::Ledger;
use addpack::media::{FoundDrive, drives};
use std::io::{Write, stdout};

pub(crate) fn run() -> Result<Exit, Error> {
    let drives = drives();
    let text = format!(
        "addpack {} converts Client Add Packs of Small Business Server 4.0 for 4.5.\n\n{}\n{}{}\
         All commands: addpack help\n",
        env!("CARGO_PKG_VERSION"),
        first_steps(&drives),
        drive_line(&drives),
        ledger_line(),
    );
    written(stdout().write_all(text.as_bytes()))
}

fn first_steps(drives: &[FoundDrive]) -> String {
    let drive = drives.first().map_or_else(|| DRIVE.to_owned(), |drive| at_home(&drive.path));
    let steps = [
        ("What is on this diskette?", format!("addpack inspect {drive}")),
        ("What is in a folder of images?", "addpack inspect FOLDER".to_owned()),
        ("In which order to apply them?", "addpack plan FOLDER".to_owned()),
        ("Convert copies of them (it asks)", "addpack convert -o converted FOLDER".to_owned()),
        ("What about the bad ones?", "addpack replace FOLDER -o request.txt".to_owned()),
    ];
    steps.map(|(question, command)| format!("  {question:36}{command}\n")).concat()
}

fn drive_line(drives: &[FoundDrive]) -> String {
    match drives {
        _ if !cfg!(target_os = "linux") => String::new(),
        [] => "Drives: no diskette drive was found\n".to_owned(),
        found => format!("Drives: {}\n", drive_list(found)),
    }
}

/// The path of the ledger and what it holds. An unreadable ledger is not an error here.
fn ledger_line() -> String {
    let Ok(path) = file(&LedgerFile::default()) else { return String::new() };
    let held = match Ledger::open_to_read(&path) {
        Ok(None) => "not made yet".to_owned(),
        Ok(Some(ledger)) => held(&ledger).unwrap_or_else(|| "cannot be read".to_owned()),
        Err(_) => "cannot be read; addpack ledger check says why".to_owned(),
    };
    format!("Ledger: {}, {held}\n", at_home(&path))
}

fn held(ledger: &Ledger) -> Option<String> {
    let (mut count, mut met, mut last) = (0u64, 0u64, None);
    let counted = ledger.each(|entry| {
        if entry.was_met_converted() {
            met += 1;
        } else {
            count += 1;
            last = last.max(Some(entry.converted_at));
        }
        true
    });
    counted.ok()?;
    let conversions = match (count, last) {
        (0, _) | (_, None) if met > 0 => "no conversion".to_owned(),
        (0, _) | (_, None) => "empty".to_owned(),
        (1, Some(last)) => format!("1 conversion, on {}", day_of(last)),
        (count, Some(last)) => {
            format!("{} conversions, the last on {}", number(count), day_of(last))
        }
    };
    let met = match met {
        0 => String::new(),
        met => format!("; {} 4.5 already when first seen", plural(met, "pack was", "packs were")),
    };
    Some(conversions + &met)
}
