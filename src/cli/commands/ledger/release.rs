//! `addpack ledger release`: a pack whose converted image is gone for good may be converted once more.

use super::list::standing;
use super::{file, open, print, unknown};
use crate::cli::Error;
use crate::cli::args::{LedgerFile, ReleaseArgs, is_drive};
use crate::cli::ask::keyboard::{answer_is_yes, can_ask};
use crate::cli::exit::Exit;
use crate::cli::show::terminal::{complain, escape, named};
use crate::cli::words::{Standing, entry_lines, failure_message};
use addpack::ledger::{ConversionState, Ledger, LedgerEntry};
use addpack::media::Places;
use addpack::run::recovery::{Recovery, find_copy, settle};

pub(crate) fn release(args: &ReleaseArgs, at: &LedgerFile) -> Result<Exit, Error> {
    let serial = &args.serial;
    if open(at)?.is_none() {
        return Err(unknown(serial));
    }
    let mut ledger = Ledger::open(&file(at)?)?;
    let mut entry = ledger.find(serial)?.ok_or_else(|| unknown(serial))?;
    let mut obstacle = None;
    if entry.state == ConversionState::Begun {
        // A claim that can be settled is settled first; a conversion that is under way cannot be released.
        match settle(&mut ledger, &entry)? {
            Recovery::InUse => {
                return Err(Error::Usage(format!("another run is converting {}", escape(serial))));
            }
            Recovery::Failed(failure) => obstacle = Some(failure_message(&failure)),
            _ => {}
        }
        let Some(settled) = ledger.find(serial)? else {
            let serial = escape(serial);
            return print(&format!("{serial} had not been converted, and is free again\n"));
        };
        entry = settled;
    }
    check_that_it_is_gone(&entry, obstacle.as_deref(), args.although_it_is_there)?;
    if !args.yes && !asked(&entry)? {
        return Ok(Exit::Stopped);
    }
    if !ledger.release(&entry)? {
        return Err(Error::Usage(format!(
            "nothing was released: another run has changed what the ledger knows of {serial}. Look at it again: \
             addpack ledger show {serial}",
            serial = escape(serial)
        )));
    }
    print(&format!("{} is released: a copy of it can be converted\n", escape(serial)))
}

/// As long as the converted pack is there, whether or not its clean-up is finished, a copy would become a second one. It
/// may be there if it cannot be looked for. And a claim that an `obstacle` kept from being settled may be that of a torn
/// pack, which only the claim can mend.
fn check_that_it_is_gone(
    entry: &LedgerEntry,
    obstacle: Option<&str>,
    although_it_is_there: bool,
) -> Result<(), Error> {
    let place = named(entry.place());
    let serial = escape(&entry.serial);
    if is_drive(entry.place()) {
        complain(&format!(
            "{serial} was converted on a diskette in {place}, and whether that diskette is still there \
             cannot be seen from here"
        ));
        return Ok(());
    }
    let (is_there, why) = match (find_copy(entry.place(), entry), obstacle) {
        (Ok(true), _) => (true, None),
        (_, Some(obstacle)) => {
            let why = format!(
                "the conversion of {serial} was begun in {place} and could not be completed: {obstacle}. \
                 The pack in there may be torn, and only this ledger can repair it"
            );
            (false, Some(why))
        }
        (Err(failure), _) => {
            let why = format!(
                "{place} cannot be read, and may hold the converted pack {serial}: {}",
                failure_message(&failure)
            );
            (false, Some(why))
        }
        (Ok(false), None) => (false, None),
    };
    match why {
        Some(why) if !although_it_is_there => Err(Error::Usage(format!(
            "{why}. See to that first. --although-it-is-there releases it all the same"
        ))),
        Some(why) => {
            complain(&why);
            Ok(())
        }
        _ if is_there && !although_it_is_there => Err(Error::Usage(format!(
            "{place} holds the converted pack {serial}: use that. If a copy is converted as well, \
             there are two packs with one serial, of which a server may take only one. \
             --although-it-is-there releases it all the same"
        ))),
        _ if is_there => {
            complain(&format!(
                "{place} holds the converted pack {serial}: if a copy is converted as well, there are \
                 two packs with one serial; addpack ledger check will say so"
            ));
            Ok(())
        }
        _ => Ok(()),
    }
}

/// The hint on a file that is not where it was.
const MAY_BE_MOVED: &str = "If it was only moved or renamed, answer n: it is still the converted pack. addpack inspect \
                            shows what a file holds.\n";

fn asked(entry: &LedgerEntry) -> Result<bool, Error> {
    if !can_ask() {
        return Err(Error::Usage(
            "release asks first, and there is no terminal to ask at: say --yes".to_owned(),
        ));
    }
    let standing = standing(&mut Places::default(), entry);
    let warning = if standing == Standing::Gone { MAY_BE_MOVED } else { "" };
    let question = format!(
        "{}{warning}A copy of this pack could then be converted once more. Release it? [y/N] ",
        entry_lines(None, entry, &standing)
    );
    let yes = answer_is_yes(&question);
    if !yes {
        complain("nothing was released");
    }
    Ok(yes)
}
