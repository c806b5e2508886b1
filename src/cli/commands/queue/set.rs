//! Diskettes looked at one after another, and the set that they make: the same as that of their images.

use super::{Next, Queue};
use crate::cli::Error;
use crate::cli::args::{Common, QueueArgs};
use crate::cli::commands::gather::{Packs, gather_below};
use crate::cli::show::queue::{Diskette, number_of};
use crate::cli::show::terminal::complain;
use crate::cli::words::{ask_for_next, failure_message};
use addpack::ledger::Ledger;
use addpack::report::{Outcome, Report};
use std::path::Path;
use tempfile::TempDir;

/// The diskettes of a queue, those of earlier ones with the same folder first, and their packs.
pub(crate) struct DisketteSet {
    pub(crate) diskettes: Vec<Diskette>,
    /// The packs; the paths are those of the images.
    pub(crate) packs: Packs,
    /// Whether the user asked to stop.
    pub(crate) is_stopped: bool,
}

/// Looks at diskettes until the user ends it. `show` is given each report, before its image is made.
///
/// # Errors
/// Where not one drive is named, the ledger fails, or there is no room for images of the records.
pub(crate) fn look_at_diskettes(
    common: &Common,
    args: &QueueArgs,
    ledger: &mut Ledger,
    mut show: impl FnMut(&Diskette, Box<Report>),
) -> Result<DisketteSet, Error> {
    let records = TempDir::new().map_err(Error::Output)?;
    let mut queue = Queue::new(common, args)?.with_records_in(records.path());
    queue.number_earlier(ledger)?;
    let drive = queue.drive.to_owned();
    let is_stopped = loop {
        match queue.next(ledger, |number| ask_for_next(number, &drive))? {
            Next::End => break false,
            Next::Stopped => break true,
            Next::Diskette(place, report) => {
                show(&queue.diskettes[place], report);
                if let Err(failure) = queue.keep(place) {
                    complain(&failure_message(&failure));
                    queue.diskettes[place].outcome = Outcome::Failed;
                }
            }
        }
    };
    let folder = args.keep.as_deref().unwrap_or(records.path());
    let packs = gather_below(common, folder)?;
    let Queue { earlier, mut diskettes, .. } = queue;
    let again = |one: &Diskette| diskettes.iter().any(|diskette| diskette.number == one.number);
    let mut all: Vec<_> = earlier.into_iter().filter(|one| !again(one)).collect();
    all.append(&mut diskettes);
    all.sort_by_key(|diskette| diskette.number);
    Ok(DisketteSet { diskettes: all, packs, is_stopped })
}

impl DisketteSet {
    /// Names the packs by the numbers of their diskettes.
    pub(crate) fn named_by_number(mut self) -> Packs {
        for at in 0..self.packs.summaries.len() {
            let number = number_of(&self.diskettes, &self.packs.summaries[at].path);
            if let Some(number) = number {
                self.packs.summaries[at].path = Path::new(&format!("diskette {number}")).into();
            }
        }
        self.packs
    }
}
