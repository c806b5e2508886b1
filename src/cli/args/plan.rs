//! The command line of `addpack plan` and `addpack replace`, as clap sees it.

#![allow(clippy::doc_markdown, reason = "doc comments here are help texts")]

use crate::cli::Error;
use crate::cli::args::{Common, QueueArgs};
use addpack::plan::servers::{PacksByServer, Span};
use addpack::plan::{Edition, FIRST_LICENSES, ServerState, rules};
use addpack::record::PACK_SIZES;
use addpack::record::event::ServerVersion;
use addpack::record::fields::{Bytes, Server};
use clap::{Args as ClapArgs, ValueEnum, ValueHint};
use std::path::PathBuf;

/// Examples of `addpack plan --help`.
const PLAN_EXAMPLES: &str = "\
Examples:
  addpack plan images/                       # a 4.5 server set up anew
  addpack plan --server 4.0 --installed 10 images/
  addpack plan --name MAIN --labels images/  # what to write on diskettes
  addpack plan --all images/ -o plans/       # a file for each server
  addpack plan --json images/ |
    jq -r 'select(.action == \"convert-then-apply\") | .path'";

/// Examples of `addpack replace --help`.
const REPLACE_EXAMPLES: &str = "\
Examples:
  addpack replace images/ -o request.txt
  addpack replace images/ -o request.csv
  addpack replace --gaps --lost 10-15 images/ -o request.txt";

/// Say which packs to apply to a server, in which order, and which to convert first
///
/// Reads a set of packs, takes the server's state from the options, and changes no image. Used packs
/// restore what they once added, in their order; unused ones are added so that the most licenses fit
/// under the server's limit. The plan also names what the server would turn away, with what it would
/// say, and what is missing in the chain.
#[derive(Debug, ClapArgs)]
#[command(after_long_help = PLAN_EXAMPLES)]
pub(crate) struct PlanArgs {
    /// The server's version
    #[arg(long, value_name = "VERSION", default_value = "4.5")]
    pub(crate) server: ServerRelease,

    /// Licenses that the server has now
    #[arg(long, value_name = "N", default_value_t = FIRST_LICENSES)]
    pub(crate) installed: u16,

    /// The server's edition
    #[arg(long, value_name = "EDITION", default_value = "retail")]
    pub(crate) edition: EditionName,

    #[command(flatten)]
    pub(crate) which: ServerChoice,

    /// Print a label for each diskette: order number, serial, from and to, 4.0 or 4.5
    #[arg(long, conflicts_with = "json")]
    pub(crate) labels: bool,

    /// Plan every server that packs are bound to, a section each
    ///
    /// Each unused pack is offered once: to servers with a gap first. What no server needs is listed
    /// as stock. --installed then applies to every server.
    #[arg(long, conflicts_with_all = ["address", "name"])]
    pub(crate) all: bool,

    /// With --all: write each server's plan to a file of its own in DIR
    ///
    /// The files are named by number and network address. No existing file is overwritten.
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath, requires = "all")]
    pub(crate) output: Option<PathBuf>,

    /// Write a page about all packs and servers to FILE as well, to be read in a browser and printed
    ///
    /// It is the page that inspect --report writes, but with the server version and the licenses that are
    /// given here. No existing file is overwritten.
    #[arg(long, value_name = "FILE.html", value_hint = ValueHint::FilePath)]
    pub(crate) report: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) queue: QueueArgs,

    #[command(flatten)]
    pub(crate) common: Common,
}

/// Write the request for replacements of refused packs
///
/// Names each refused pack with its serial, size, server, the reason with its evidence, and the SHA-1
/// of its image. What needs no replacement, and what has a layout that addpack does not know, is left out
/// and named. Nothing is changed on the images.
#[derive(Debug, ClapArgs)]
#[command(after_long_help = REPLACE_EXAMPLES)]
pub(crate) struct ReplaceArgs {
    /// Write the request to FILE, as CSV if its name ends in .csv [default: standard output]
    ///
    /// It appears whole or not at all, and an existing file is never overwritten.
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,

    /// Write the request as CSV
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,

    /// Name a lost or stolen pack by the licenses that it restores; may be given again
    ///
    /// It is named for the server of --address and --name, otherwise for the one that most packs are bound
    /// to. A pack restores 5 or 20 licenses.
    #[arg(long, value_name = "FROM-TO", value_parser = parse_span)]
    pub(crate) lost: Vec<Span>,

    /// Name as lost each step of a server's chain that no pack restores
    #[arg(long)]
    pub(crate) gaps: bool,

    #[command(flatten)]
    pub(crate) which: ServerChoice,

    #[command(flatten)]
    pub(crate) queue: QueueArgs,

    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ServerChoice {
    /// The server's network adapter [default: that of the server that most packs are bound to]
    #[arg(long, value_name = "AA-BB-CC-DD-EE-FF", value_parser = parse_address)]
    pub(crate) address: Option<Bytes<6>>,

    /// The server's computer name [default: that of the server that most packs are bound to]
    #[arg(long, value_parser = parse_name)]
    pub(crate) name: Option<Bytes<16>>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ServerRelease {
    #[value(name = "4.0")]
    V40,
    #[value(name = "4.0a")]
    V40a,
    #[value(name = "4.5")]
    V45,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum EditionName {
    /// As it is sold
    Retail,
    /// Not for resale
    Nfr,
    /// From an MSDN subscription
    Msdn,
    /// Full Windows NT, or a server converted to it
    Nt,
}

impl ServerRelease {
    fn version(self) -> ServerVersion {
        match self {
            Self::V40 => ServerVersion::V40,
            Self::V40a => ServerVersion::V40a,
            Self::V45 => ServerVersion::V45,
        }
    }
}

impl PlanArgs {
    /// The server, once it is known which servers the packs are bound to.
    pub(crate) fn state(&self, identity: Option<Server>) -> ServerState {
        ServerState {
            edition: match self.edition {
                EditionName::Retail => Edition::Retail,
                EditionName::Nfr => Edition::Nfr,
                EditionName::Msdn => Edition::Msdn,
                EditionName::Nt => Edition::Nt,
            },
            version: self.server.version(),
            identity,
            installed: self.installed,
        }
    }

    pub(crate) fn is_retail(&self) -> bool {
        matches!(self.edition, EditionName::Retail)
    }

    /// Whether a server of that version can have that many licenses.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let version = self.server.version();
        if rules::is_possible(self.installed, version) {
            return Ok(());
        }
        Err(Error::Usage(format!(
            "--installed {}: the licenses of a {} server are a multiple of 5, from {FIRST_LICENSES} to {}",
            self.installed,
            version.as_str(),
            rules::limit(version),
        )))
    }
}

impl ServerChoice {
    /// Whether a server was named.
    pub(crate) fn is_given(&self) -> bool {
        self.address.is_some() || self.name.is_some()
    }

    /// The servers that may be meant: with neither option, or one of them, those that most sound packs
    /// are bound to; none where no pack is bound to such a server.
    pub(crate) fn meant(&self, sets: &PacksByServer) -> Vec<Server> {
        if let (Some(address), Some(name)) = (self.address, self.name) {
            return vec![Server { address, name }];
        }
        let is_meant = |server: &Server| {
            self.address.is_none_or(|address| address == server.address)
                && self.name.is_none_or(|name| name == server.name)
        };
        sets.largest(is_meant).into_iter().map(|set| set.server).collect()
    }
}

fn parse_address(text: &str) -> Result<Bytes<6>, String> {
    let wrong = || "six pairs of hexadecimal digits, not all zero, with - or : between".to_owned();
    let digits: Vec<&str> = text.split(['-', ':']).collect();
    let byte = |pair: &&str| {
        let is_pair = pair.len() == 2 && pair.bytes().all(|byte| byte.is_ascii_hexdigit());
        u8::from_str_radix(pair, 16).ok().filter(|_| is_pair)
    };
    let bytes: Option<Vec<u8>> = digits.iter().map(byte).collect();
    let bytes: [u8; 6] = bytes.and_then(|bytes| bytes.try_into().ok()).ok_or_else(wrong)?;
    if bytes == [0; 6] { Err(wrong()) } else { Ok(Bytes(bytes)) }
}

fn parse_name(text: &str) -> Result<Bytes<16>, String> {
    let mut server = Server::NONE;
    if let Some(name) = server.name.0.get_mut(..text.len()) {
        name.copy_from_slice(text.as_bytes());
    }
    match server.name_text() {
        Some(name) if name == text => Ok(server.name),
        _ => Err("a name has 1 to 15 printable characters, and no blanks".to_owned()),
    }
}

fn parse_span(text: &str) -> Result<Span, String> {
    const SERVER: ServerVersion = ServerVersion::V45;
    let span =
        text.split_once('-').and_then(|(from, to)| Some((from.parse().ok()?, to.parse().ok()?)));
    let is_step = |(from, to): &Span| {
        let is_pack = to.checked_sub(*from).is_some_and(|size| PACK_SIZES.contains(&size));
        is_pack && [from, to].into_iter().all(|licenses| rules::is_possible(*licenses, SERVER))
    };
    span.filter(is_step).ok_or_else(|| {
        format!(
            "a pack restores 5 or 20 licenses, from a multiple of 5, {FIRST_LICENSES} to {} in all: as in \
             10-15",
            rules::limit(SERVER)
        )
    })
}
