//! The command line of `addpack ledger`, as clap sees it.

#![allow(clippy::doc_markdown, reason = "doc comments here are help texts")]

use super::LedgerFile;
use clap::{Args as ClapArgs, Subcommand};

#[derive(Debug, ClapArgs)]
pub(crate) struct LedgerArgs {
    #[command(subcommand)]
    pub(crate) action: Option<LedgerAction>,

    #[command(flatten)]
    pub(crate) list: ListArgs,

    #[command(flatten)]
    pub(crate) at: LedgerFile,
}

impl LedgerArgs {
    /// Whether a report for programs is asked for.
    pub(crate) fn is_json(&self) -> bool {
        match &self.action {
            None => self.list.json,
            Some(LedgerAction::List(list)) => list.json,
            Some(LedgerAction::Show { json, .. } | LedgerAction::Check { json }) => *json,
            Some(LedgerAction::Release { .. }) => false,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum LedgerAction {
    /// List all conversions (the same as no subcommand)
    List(ListArgs),
    /// Show all that is known of one pack
    Show {
        /// The pack's serial, or the end of it
        serial: String,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Check the ledger, and whether each converted file holds what the ledger says
    Check {
        /// As JSON Lines: one object for each conversion, then a summary
        #[arg(long)]
        json: bool,
    },
    /// Release a pack whose converted image is gone for good, so that a copy can be converted
    ///
    /// Refuses while the converted image is there, or may be there and cannot be read or completed. The row stays
    /// in the ledger, marked as released.
    Release(ReleaseArgs),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ReleaseArgs {
    /// The pack's serial
    pub(crate) serial: String,

    /// Release without asking
    #[arg(short, long)]
    pub(crate) yes: bool,

    /// Release although the converted pack is there
    ///
    /// A copy that is then converted makes two 4.5 packs of one. They count as one pack.
    #[arg(long)]
    pub(crate) although_it_is_there: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ListArgs {
    /// As JSON Lines
    #[arg(long)]
    pub(crate) json: bool,

    /// As CSV
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,
}
