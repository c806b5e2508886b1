//! The command line as clap sees it.

#![allow(clippy::doc_markdown, reason = "doc comments here are help texts")]

mod also;
mod common;
mod complete;
mod files_from;
mod first_word;
mod ledger;
pub(crate) mod plan;
mod queue;

pub(crate) use also::{Also, cannot_write, check_new_file, is_there};
pub(crate) use common::{Common, LedgerChoice, LedgerFile, Screen, is_drive};
pub(crate) use first_word::parse;
pub(crate) use ledger::{LedgerAction, LedgerArgs, ListArgs, ReleaseArgs};

use crate::cli::exit::exit_codes;
use clap::{Args as ClapArgs, Parser, Subcommand, ValueHint};
use clap_complete::{ArgValueCandidates, Shell};
pub(crate) use queue::{QueueArgs, one_drive};

use plan::{PlanArgs, ReplaceArgs};
use std::path::PathBuf;

/// Converts Small Business Server 4.0 Client Add Packs for 4.5.
///
/// A Client Add Pack is a diskette with a small record, which the server writes to each time that
/// the pack is applied. addpack reads the record from images of such diskettes, says in plain words
/// what happened to each pack, and converts the sound ones: once, one way. Whatever happens, each
/// pack is wholly 4.0 or wholly 4.5.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = exit_codes())]
#[command(after_long_help = format!("{EXAMPLES}\n\n{}", exit_codes()), help_template = HELP)]
pub(crate) struct Args {
    /// Without a command, the first things to try are shown. A path alone is inspected.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    #[command(flatten)]
    pub(crate) screen: Screen,
}

/// The commands are last, where a terminal of 24 lines still shows them.
const HELP: &str = "\
{before-help}{about-with-newline}
{usage-heading} {usage}

Options:
{options}{after-help}

Commands:
{subcommands}
";

const EXAMPLES: &str = "\
Examples:
  addpack inspect disk1.img          # what is it, and would it convert?
  addpack inspect images/            # the same for every image below
  addpack convert --dry-run images/  # what would be converted?
  addpack convert -o copies images/  # convert copies, after asking
  addpack plan images/               # which to apply, in which order?
  addpack explain out-of-order-reapply";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say what each pack is, and whether it would convert
    ///
    /// Reads the record of each image and says what was found. No image is changed. One image is
    /// shown as a card with the pack's whole history. Several images, or a folder, are shown as one
    /// line each, a summary, the reasons of those that are refused or failed, and a picture for each
    /// server.
    #[command(after_long_help = "\
Examples:
  addpack inspect disk1.img
  gunzip -c disk1.img.gz | addpack inspect -
  addpack inspect --json images/ |
    jq -r 'select(.outcome == \"refused\") | .path'")]
    Inspect(InspectArgs),

    /// Convert 4.0 packs to 4.5: once, one way
    ///
    /// Converts every sound 4.0 pack in place, and changes nothing but the record. Packs that were
    /// converted before or issued as 4.5 are left as they are; damaged ones are refused with the
    /// reason. Writing one sector converts a pack, so a crash leaves it wholly 4.0 or wholly 4.5; a
    /// conversion that was interrupted in its clean-up is finished. Compressed files and archives are
    /// replaced whole; what is in a dump (.imd, .td0, .hfe) needs -o.
    ///
    /// There is no way back, so convert asks first. Without a terminal to ask at, it needs --yes. The time of conversion is now, or SOURCE_DATE_EPOCH (seconds since 1970) if set.
    #[command(after_long_help = "\
Examples:
  addpack convert disk1.img
  addpack convert --dry-run images/
  addpack convert --yes --json images/ > report.jsonl
  addpack convert -o converted/ images/")]
    Convert(ConvertArgs),
    Plan(PlanArgs),
    Replace(ReplaceArgs),

    /// Show, check or amend the ledger of conversions
    ///
    /// The ledger knows which pack was converted when, from which image, into what, and what was
    /// begun. With it, each pack is converted only once, from whichever copy, and conversions that
    /// a crash has torn are repaired. A converted pack that `convert` sees is entered as well, wherever it
    /// was converted. It is an SQLite database; its manual page describes the tables.
    #[command(after_long_help = "\
Examples:
  addpack ledger
  addpack ledger --csv > conversions.csv
  addpack ledger show 12345-270-0000017-00003
  addpack ledger check
  addpack ledger release 12345-270-0000017-00003")]
    Ledger(LedgerArgs),

    /// Explain codes: what each means, how it comes about, what to do
    ///
    /// Knows every code that addpack reports. Without a code, lists them.
    #[command(after_long_help = "\
Examples:
  addpack explain
  addpack explain post-upgrade-reapply")]
    Explain(ExplainArgs),

    /// Write the JSON Schema of what --json writes
    ///
    /// In draft 2020-12. Each line that inspect, convert, plan, replace, ledger or explain writes with
    /// --json is one of the objects in it, which its "type" tells apart.
    #[command(after_long_help = "Examples:
  addpack schema > addpack.schema.json")]
    Schema,

    /// Try on your own disk what addpack promises
    ///
    /// Makes packs in a folder of its own below DIR, converts them in runs that end themselves at each
    /// step, as if killed, and checks that each pack was wholly 4.0 or wholly 4.5 then, and that the next
    /// run converted it. Says whether locks, new names, reads past the cache and the ledger work there. Exit
    /// code 1 means that something which a promise needs is missing.
    #[command(after_long_help = "\
Examples:
  addpack selftest .")]
    Selftest(SelftestArgs),

    /// Say which version this is, and what it was built with
    Version,

    /// Write a completion script for a shell to standard output
    #[command(after_long_help = "\
Examples:
  mkdir -p ~/.local/share/bash-completion/completions
  cd ~/.local/share/bash-completion/completions
  addpack completions bash > addpack

Write it again when addpack was updated.")]
    Completions {
        /// The shell
        shell: Shell,
    },

    /// Write the manual pages into a folder
    #[command(after_long_help = "Examples:
  addpack man ~/.local/share/man/man1")]
    Man {
        /// The folder, which is made if need be
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        folder: PathBuf,
    },
}

impl Command {
    /// The same, with patterns among the paths replaced by what they match.
    pub(crate) fn expand_patterns(&mut self) {
        let (Self::Inspect(InspectArgs { common, .. })
        | Self::Convert(ConvertArgs { common, .. })
        | Self::Plan(PlanArgs { common, .. })
        | Self::Replace(ReplaceArgs { common, .. })) = self
        else {
            return;
        };
        common.paths = addpack::find::patterns::expand(std::mem::take(&mut common.paths));
    }
}

#[derive(Debug, ClapArgs)]
pub(crate) struct InspectArgs {
    /// Read all of each diskette or image, and show how well each sector reads
    #[arg(long)]
    pub(crate) surface: bool,

    /// Show a line for each image, however many there are, and for each file that is not looked at
    ///
    /// At a terminal, 200 images or more are shown as a summary. Files that are not looked at have neither the
    /// size of a diskette nor the ending of an image, or are in a format that is not read.
    #[arg(long)]
    pub(crate) list: bool,

    #[command(flatten)]
    pub(crate) also: Also,

    #[command(flatten)]
    pub(crate) queue: QueueArgs,

    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ConvertArgs {
    /// Convert without asking
    #[arg(short, long)]
    pub(crate) yes: bool,

    /// Do everything except the writing
    ///
    /// Opens, locks and checks everything as the real run does. What the real run would report as
    /// converted is reported as convertible (or unfinished-conversion).
    #[arg(short = 'n', long)]
    pub(crate) dry_run: bool,

    /// Leave the images alone and put converted copies under DIR
    ///
    /// Each copy keeps its path below the PATH that was named. It appears whole or not at all, and
    /// an existing file is never overwritten. Packs that are 4.5 already are copied as they are; refused
    /// packs are not copied.
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) output: Option<PathBuf>,

    /// Convert only what a report calls convertible
    ///
    /// FILE is what `addpack inspect --json` has written for the same paths. Images that it does not call
    /// convertible or unfinished-conversion are left out, and so are those whose record has changed since.
    #[arg(long, value_name = "FILE", conflicts_with = "queue", value_hint = ValueHint::FilePath)]
    pub(crate) only_as: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) queue: QueueArgs,

    /// With --queue: ask for the diskettes whose images in DIR are still to be converted, by number and serial
    ///
    /// DIR is the folder that `addpack inspect --queue DRIVE --keep DIR` has filled. A diskette that is not of the
    /// set, or has changed since its image was kept, is left alone.
    #[arg(long, value_name = "DIR", requires = "queue", value_hint = ValueHint::DirPath)]
    pub(crate) plan: Option<PathBuf>,

    /// Show a line for each image, however many there are, and for each file that is not looked at
    ///
    /// At a terminal, 200 images or more are shown as a summary. Files that are not looked at have neither the
    /// size of a diskette nor the ending of an image, or are in a format that is not read.
    #[arg(long)]
    pub(crate) list: bool,

    #[command(flatten)]
    pub(crate) also: Also,

    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct SelftestArgs {
    /// A folder on the disk or share that is to be tried
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) folder: PathBuf,

    /// Of a run that ends itself: how many steps it takes before
    #[arg(long, hide = true)]
    pub(crate) steps: Option<u64>,

    /// Of the same: into copies
    #[arg(long, hide = true)]
    pub(crate) copies: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ExplainArgs {
    /// The codes: outcomes, findings, errors, notes or a plan's reasons
    #[arg(value_name = "CODE", add = ArgValueCandidates::new(complete::codes))]
    pub(crate) codes: Vec<String>,

    /// As JSON Lines: one object for each code
    #[arg(long)]
    pub(crate) json: bool,

    #[arg(skip)]
    pub(crate) screen: Screen,
}
