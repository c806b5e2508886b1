//! `addpack inspect`.

use crate::cli::Error;
use crate::cli::args::InspectArgs;
use crate::cli::ask::stop;
use crate::cli::commands::converted_since::ConvertedSince;
use crate::cli::commands::head::head;
use crate::cli::commands::ledger::open_to_look;
use crate::cli::commands::queue;
use crate::cli::commands::standard_input::{self, renamed};
use crate::cli::exit::Exit;
use crate::cli::show::printer::{More, Printer};
use crate::cli::show::progress::Progress;
use crate::cli::show::reading::ReadingOf;
use addpack::run::{self, Job, Mode};

pub(crate) fn run(args: &InspectArgs) -> Result<Exit, Error> {
    stop::listen();
    args.also.check()?;
    if args.queue.queue {
        return queue::inspect::run(args);
    }
    let common = &args.common;
    queue::unreadable::tell_of_unreadable(common);
    let progress = Progress::over(common, "inspecting");
    let of = if args.surface { ReadingOf::RecordThenWhole } else { ReadingOf::Record };
    let job = Job { surface: args.surface, ..common.job(Mode::Inspect)? };
    let mut job = progress.watch(job, of);
    let (mut ledger, error) = open_to_look(&common.ledger)?;
    let printer = Printer::new(common, progress, true).with_servers().without_ledger(error);
    let mut printer = printer.with_files(&args.also, args.list);
    let result = if standard_input::is_named(&common.paths) {
        let image = standard_input::read()?;
        job.paths = vec![image.path().to_owned()];
        let mut hear = |event| printer.hear(renamed(event, image.path()));
        run::run(&job, &mut ledger, &stop::STOP, &mut hear)
    } else {
        let mut since = ConvertedSince::new(common);
        run::run(&job, &mut ledger, &stop::STOP, &mut |event| printer.hear(since.hear(event)))
    };
    printer.finish_with(result, Some(More { also: &args.also, common, head: head(common) }))
}
