//! `addpack inspect`.

use super::args::Inspect;
use super::exit::Exit;
use super::ledger::open_to_read;
use super::printer::Printer;
use super::progress::Progress;
use super::{Error, stop};
use addpack::batch::{self, Job, Mode};

pub(crate) fn run(args: &Inspect) -> Result<Exit, Error> {
    stop::listen();
    let common = &args.common;
    let job = Job { surface: args.surface, ..common.job(Mode::Inspect)? };
    let mut ledger = open_to_read(&common.ledger)?;
    let mut printer = Printer::new(common, Progress::over(common, "inspecting"), true).with_sets();
    let result = batch::run(&job, &mut ledger, &stop::STOP, &mut printer);
    printer.finish(result)
}
