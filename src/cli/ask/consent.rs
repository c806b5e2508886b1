//! Asking before a conversion, since there is no way back.

use crate::cli::Error;
use crate::cli::args::Convert;
use crate::cli::ask::keyboard::answer_is_yes;
use crate::cli::ask::stop::STOP;
use crate::cli::show::lines::plural;
use crate::cli::show::printer::{SERVERS_SHOWN, Tally};
use crate::cli::show::progress::Progress;
use crate::cli::show::terminal::{complain, escape};
use crate::cli::words::{diskette, server, set_warnings};
use addpack::find::Skipped;
use addpack::ledger::Ledger;
use addpack::plan::PackFacts;
use addpack::plan::set::Sets;
use addpack::record::fields::Seal;
use addpack::report::{Outcome, Report};
use addpack::run::{self, End, Job, Listener};
use std::io::{IsTerminal, stderr, stdin};
use std::ops::ControlFlow;
use std::path::Path;

/// What the user said.
pub(crate) enum Consent {
    /// Also to the packs with these digests, where they are on diskettes.
    Given(Vec<Seal>),
    Refused,
    /// There is nothing to convert.
    NotNeeded,
}

/// Whether there is a terminal to ask at.
pub(crate) fn can_ask() -> bool {
    stdin().is_terminal() && stderr().is_terminal()
}

/// Looks at everything first, then asks with the numbers. `survey` must write nothing.
pub(crate) fn ask(args: &Convert, survey: &Job, ledger: &mut Ledger) -> Result<Consent, Error> {
    let mut counter = Counter {
        tally: Tally::default(),
        sets: Sets::new(SERVERS_SHOWN),
        progress: Progress::over(&args.common, "looking"),
        diskettes: Vec::new(),
        digests: Vec::new(),
    };
    let end = run::run(survey, ledger, &STOP, &mut counter)?;
    counter.progress.finish();
    let convert = counter.tally.count(Outcome::Convertible);
    let finish = counter.tally.count(Outcome::UnfinishedConversion);
    if end == End::Stopped {
        return Ok(Consent::Refused);
    }
    if convert + finish == 0 {
        return Ok(Consent::NotNeeded);
    }
    warn(&counter.sets);
    let question = counter.diskettes.concat() + &question(convert, finish, args.output.as_deref());
    let yes = answer_is_yes(&question);
    Ok(if yes { Consent::Given(counter.digests) } else { Consent::Refused })
}

/// Says where a server's packs have gaps or twins: those who know that may want to wait.
fn warn(sets: &Sets) {
    for set in sets.all() {
        for warning in set_warnings(&set.chain) {
            complain(&format!("{}: {warning}", server(&set.server)));
        }
    }
}

fn question(convert: u64, finish: u64, output: Option<&Path>) -> String {
    let mut parts = Vec::new();
    if convert > 0 {
        parts.push(format!("convert {} to 4.5", plural(convert, "pack", "packs")));
    }
    if finish > 0 {
        let conversions = plural(finish, "interrupted conversion", "interrupted conversions");
        parts.push(format!("finish {conversions}"));
    }
    let place = match output {
        None => "in place".to_owned(),
        Some(output) => format!("into copies under {}", escape(&output.to_string_lossy())),
    };
    format!(
        "About to {}, {place}.\nThere is no way back to 4.0. Go on? [y/N] ",
        parts.join(" and ")
    )
}

/// What is asked of one diskette.
pub(crate) fn diskette_question(report: &Report) -> String {
    let about = report.record().map_or_else(String::new, |record| diskette(report, record));
    format!("{about}\nConvert it to 4.5? There is no way back to 4.0. [y/N] ")
}

/// Counts what a run would do.
struct Counter {
    tally: Tally,
    sets: Sets,
    progress: Progress,
    /// A line for each diskette in a drive that would be changed.
    diskettes: Vec<String>,
    /// The digests of their records.
    digests: Vec<Seal>,
}

impl Listener for Counter {
    fn image(&mut self, report: Box<Report>) -> ControlFlow<()> {
        self.tally.add(report.outcome);
        self.progress.image(report.outcome);
        let changes = report.outcome.is_to_change();
        if let Some(record) = report.record().filter(|_| report.is_drive && changes) {
            self.diskettes.push(diskette(&report, record) + "\n");
            self.digests.push(record.digest());
        }
        if let Some(facts) = PackFacts::of(&report, false) {
            self.sets.add(&facts);
        }
        ControlFlow::Continue(())
    }

    fn skipped(&mut self, _: &Skipped) {
        self.progress.other();
    }

    fn repeated(&mut self, _: &Path, _: &Path) -> ControlFlow<()> {
        self.progress.other();
        ControlFlow::Continue(())
    }
}
