//! A summary fits the screen, whatever comes together in it.

use super::*;
use crate::cli::args::{Args, Command};
use addpack::find::Skipped;
use clap::Parser;
use std::path::PathBuf;

/// Columns and rows of the smallest usual terminal.
const COLUMNS: usize = 80;
const ROWS: usize = 24;

/// Every outcome, with more reasons than there is room for, and everything else that a summary may have to say.
fn everything() -> (Brief, Tally) {
    let mut brief = Brief { is_used: true, ..Brief::new(false) };
    let mut tally = Tally { unlisted: 1200, unread: 1200, left_out: 1200, ..Tally::default() };
    for (at, &outcome) in Outcome::ALL.iter().enumerate() {
        tally.outcomes[at] = 120_000;
        for why in
            ["in place", "only with -o", "damaged-record", "out-of-order-reapply", "no-access"]
        {
            brief.counts.insert((outcome, why), 24_000);
        }
    }
    for ending in ["7z", "rar", "lzh", "arj", "cab", "tar", "xz"] {
        let path = PathBuf::from(format!("file.{ending}"));
        tally.skipped.add(&Skipped { path, format: None });
    }
    (brief, tally)
}

#[test]
fn everything_at_once_fits_the_screen() {
    let counts = ServerCounts {
        whole: 12_000,
        gaps: 12_000,
        end_missing: 12_000,
        conflicts: 12_000,
        refused: 12_000,
        twins: 12_000,
    };
    let mut look = TextStyle::plain();
    (look.rows, look.width, look.columns) = (Some(ROWS), COLUMNS, COLUMNS);
    let name = "a-folder-with-a-long-name/".repeat(4);
    let folded = "\n  addpack inspect --list …  ";
    let sets = [
        (vec!["in"], " in\n"),
        (vec![&*name], folded),
        (vec![&*name; 8], folded),
        (vec![&*name; 9], " PATHS\n"),
    ];
    for (paths, command) in sets {
        let words = ["addpack", "convert", "--ledger", &name].into_iter().chain(paths);
        let args = Args::try_parse_from(words).unwrap();
        let Command::Convert(convert) = args.command.unwrap() else { panic!() };
        for is_incomplete in [false, true] {
            let (brief, tally) = everything();
            let tally = Tally { is_incomplete, ..tally };
            let ended = Ended {
                tally: &tally,
                common: &convert.common,
                also: &Also::default(),
                output: None,
                is_conversion: true,
                is_stopped: false,
                exit: Exit::Failed,
            };
            let text = brief.fitting(look, &ended, &counts);
            assert!(height(look, &text) + 2 <= ROWS, "{text}");
            assert!(text.contains("  120,000  not-a-pack"), "{text}");
            // Without commands, there is room for every row.
            if !is_incomplete {
                let shared =
                    "nothing to do: 120,000 already-converted, 120,000 issued-4.5, 120,000 copy\n";
                assert!(text.contains(shared) && text.contains(command), "{text}");
            }
            let commands = brief.commands(&ended);
            let folded = |fold| brief.folded(look, &ended, (&counts, &commands), fold);
            let mut all = Fold::VARIANTS.iter().map(|fold| folded(*fold));
            let first = all.find(|text| height(look, text) + 2 <= ROWS);
            assert_eq!(first, Some(text), "another fold fits first");
        }
    }
}
