//! Exit codes (DESIGN.md, "Outcomes and exit codes").

use crate::cli::show::layout::{WIDTH, hang};
use addpack::report::{Outcome, Report};
use std::process::ExitCode;

/// How a command ended, in the order of precedence: the greater one wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// The command line was wrong, nothing was touched: there is nothing to merge it with.
    Usage,
    /// All good.
    Good,
    /// At least one pack was refused.
    Refused,
    /// At least one image failed.
    Failed,
    /// Stopped by the user; everything that was begun is finished.
    Stopped,
}

impl Exit {
    /// The exit code for one image alone.
    pub(crate) fn of(report: &Report) -> Self {
        if report.named { Self::of_named(report.outcome) } else { Self::of_found(report.outcome) }
    }

    /// The exit code for one image alone that was found in a folder.
    pub(crate) fn of_found(outcome: Outcome) -> Self {
        if outcome == Outcome::NotAPack { Self::Good } else { Self::of_named(outcome) }
    }

    /// The exit code for one image alone whose path was named.
    pub(crate) fn of_named(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Refused | Outcome::NotAPack => Self::Refused,
            Outcome::Failed => Self::Failed,
            // The image that counts is in the same run; otherwise this one would be refused.
            Outcome::Copy
            | Outcome::Convertible
            | Outcome::Converted
            | Outcome::AlreadyConverted
            | Outcome::Issued45
            | Outcome::UnfinishedConversion => Self::Good,
        }
    }

    /// The exit code for both together.
    pub(crate) fn merge(self, other: Self) -> Self {
        self.max(other)
    }

    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Good => 0,
            Self::Refused => 1,
            Self::Usage => 2,
            Self::Failed => 3,
            Self::Stopped => 130,
        }
    }
}

/// Every exit code with its meaning: help and manual pages are made of this table, and the README's is
/// held against it.
pub(crate) const EXITS: [(&str, &str); 6] = [
    ("0", "all good"),
    (
        "1",
        "a pack was refused (except in a request by replace) or is turned away by a plan, a path that was named is not a pack, no image was found, or ledger check or selftest found a fault",
    ),
    ("2", "the command line was wrong; nothing was touched"),
    (
        "3",
        "an image or a folder could not be worked on, the ledger cannot be used, or a report was lost (wins over 1)",
    ),
    ("130", "stopped by Ctrl-C, SIGTERM or your \"no\"; everything that was begun is finished"),
    ("any other", "a failure of addpack itself"),
];

/// The table, as it stands in the help.
pub(crate) fn exit_codes() -> String {
    let rows = EXITS.map(|(code, meaning)| hang(WIDTH, &format!("  {code:<9}  "), meaning));
    format!("Exit codes:\n{}", rows.concat().trim_end())
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::EXITS;
    use super::Exit::{self, Failed, Good, Refused, Stopped, Usage};

    #[test]
    fn failed_wins_over_refused_and_stopped_over_all() {
        let codes = |exits: &[Exit]| exits.iter().fold(Good, |a, b| a.merge(*b)).code();
        assert_eq!(codes(&[]), 0);
        assert_eq!(codes(&[Good, Refused, Good]), 1);
        assert_eq!(codes(&[Refused, Failed, Good]), 3);
        assert_eq!(codes(&[Failed, Refused]), 3);
        assert_eq!(codes(&[Stopped, Failed]), 130);
        assert_eq!(Usage.code(), 2);
    }

    #[test]
    fn the_table_has_every_code_and_the_readme_has_the_table() {
        let codes = [Good, Refused, Usage, Failed, Stopped].map(|exit| exit.code().to_string());
        assert_eq!(EXITS[..5].iter().map(|(code, _)| *code).collect::<Vec<_>>(), codes);
        let readme = include_str!("../../README.md");
        for (code, meaning) in EXITS {
            assert!(readme.contains(&format!("| {code} | {meaning} |\n")), "{code}");
        }
    }
}
