//! The options that commands share.

#![allow(clippy::doc_markdown, reason = "doc comments here are help texts")]

use super::{complete, files_from};
use crate::cli::Error;
use crate::cli::show::terminal::When;
use crate::cli::words::disk_letter;
use crate::cli::words::system::A_DRIVE;
use addpack::media::{Container, Place, PlaceKind};
use addpack::run::{Describe, Job, Mode};
use clap::{Args as ClapArgs, ValueHint};
use clap_complete::ArgValueCompleter;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

/// How many images are examined, or converted, at once by default: more than there are cores, since most of them wait
/// for a disk, and a disk flushes many changes as fast as one.
const LOOKING: usize = 16;
const CONVERTING: usize = 64;

/// The help text for paths, with the name of a drive on this system.
fn paths_help() -> String {
    format!(
        "Images (raw or in containers), diskette drives ({A_DRIVE}), and folders with all their subfolders"
    )
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Common {
    /// Images (raw or in containers), diskette drives, and folders with all their subfolders
    ///
    /// A drive is used only if it is not mounted and its medium has the size of a diskette. In a folder, files that have neither the size of a diskette nor the ending of an image are
    /// skipped, and symbolic links are not followed. Each image in an archive is a pack of its own; one
    /// of them is named as packs.zip:disk1.img.
    #[arg(required_unless_present = "files_from", value_name = "PATH", value_hint = ValueHint::AnyPath)]
    #[arg(help = paths_help())]
    #[arg(add = ArgValueCompleter::new(complete::paths))]
    pub(crate) paths: Vec<PathBuf>,

    /// Read more paths from FILE, one a line; - is standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) files_from: Option<PathBuf>,

    /// In lists of paths, end each path with NUL instead of a line break
    #[arg(short = '0', long)]
    pub(crate) null: bool,

    /// Report as JSON Lines: one object for each image, then a summary
    #[arg(long)]
    pub(crate) json: bool,

    /// How many images to work on at once [default: 16, or 64 to convert them]
    ///
    /// Most of the time is spent waiting for the disk.
    #[arg(short, long, value_name = "N")]
    pub(crate) jobs: Option<NonZeroUsize>,

    /// How often to retry a sector that the drive reads badly
    #[arg(long, value_name = "N", default_value_t = addpack::run::RETRIES)]
    #[arg(value_parser = clap::value_parser!(u32).range(..=1000))]
    pub(crate) retries: u32,

    /// GNU ddrescue's mapfile of the image
    ///
    /// Sectors that the rescue did not read are lost, not zeros. Without this option, a mapfile is
    /// found beside its image as NAME.map, NAME.mapfile or NAME.log, if it begins as ddrescue begins it.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) mapfile: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) ledger: LedgerChoice,

    #[arg(skip)]
    pub(crate) screen: Screen,

    /// Where paths were read from.
    #[arg(skip)]
    pub(crate) list: Option<PathList>,
}

/// A list that paths were read from.
#[derive(Debug)]
pub(crate) struct PathList {
    pub(crate) file: PathBuf,
    /// How many paths were typed before those.
    pub(crate) typed: usize,
}

#[derive(Debug, Default, ClapArgs)]
pub(crate) struct LedgerFile {
    /// The ledger's file [default: ADDPACK_LEDGER if set, else addpack/ledger.db in your state folder]
    #[arg(long, value_name = "FILE", global = true, value_hint = ValueHint::FilePath)]
    ledger: Option<PathBuf>,
}

impl LedgerFile {
    /// The file that the option names, otherwise the variable. If clap read the variable, it would treat it as an option
    /// that was typed, and an empty variable as a missing value.
    pub(crate) fn named(&self) -> Option<PathBuf> {
        let variable = || std::env::var_os("ADDPACK_LEDGER").filter(|file| !file.is_empty());
        self.ledger.clone().or_else(|| variable().map(PathBuf::from))
    }
}

#[derive(Debug, ClapArgs)]
pub(crate) struct LedgerChoice {
    #[command(flatten)]
    pub(crate) at: LedgerFile,

    /// Work without a ledger
    ///
    /// Copies of a pack are then recognized only within this run: a pack that was converted from
    /// another copy earlier is converted again. And if a power cut tears a record in the middle of its
    /// first sector, it cannot be repaired. Of this and --ledger, the last one counts.
    #[arg(long, overrides_with = "ledger")]
    pub(crate) no_ledger: bool,
}

impl LedgerChoice {
    /// The option that was typed, and the file that it names.
    pub(crate) fn words(&self) -> Option<(&'static str, Option<&Path>)> {
        if self.no_ledger {
            return Some(("--no-ledger", None));
        }
        self.at.ledger.as_deref().map(|file| ("--ledger", Some(file)))
    }
}

/// What is taken before and after the command.
#[derive(Clone, Copy, Debug, Default, ClapArgs)]
pub(crate) struct Screen {
    /// Show no progress, and do not say which files were written
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,

    /// When to use color; auto heeds NO_COLOR
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub(crate) color: When,
}

impl Common {
    /// Whether one image is named, and neither a folder nor an archive of several.
    pub(crate) fn is_one_image(&self) -> bool {
        matches!(self.paths.as_slice(), [path] if !path.is_dir() && !Container::holds_several(path))
    }

    /// Adds the paths that a list names.
    ///
    /// # Errors
    /// If the list cannot be read, or a path is the letter of a disk.
    pub(crate) fn read_list(&mut self) -> Result<(), Error> {
        if let Some(file) = self.files_from.take() {
            let typed = self.paths.len();
            self.paths.extend(files_from::read(&file, self.null)?);
            self.list = Some(PathList { file, typed });
        }
        let is_disk = |path: &&PathBuf| cfg!(windows) && path.is_dir() && !is_drive(path);
        let disk = self.paths.iter().filter(is_disk).find_map(|path| disk_letter(path));
        disk.map_or(Ok(()), |message| Err(Error::Usage(message)))
    }

    /// Whether a diskette drive is named, and nothing else.
    pub(crate) fn names_one_drive(&self) -> bool {
        matches!(self.paths.as_slice(), [path] if is_drive(path))
    }

    /// How a diskette that is not a pack is reported: in more detail if it was named alone.
    fn describe(&self) -> Describe {
        match (self.is_one_image(), self.json) {
            (false, _) => Describe::No,
            (true, false) => Describe::Files,
            (true, true) => Describe::Digests,
        }
    }

    /// How many images are read at once.
    pub(crate) fn looking(&self) -> usize {
        self.workers(LOOKING)
    }

    fn workers(&self, usual: usize) -> usize {
        self.jobs.map_or(usual, NonZeroUsize::get)
    }

    /// The job that these arguments ask for, in place.
    pub(crate) fn job(&self, mode: Mode) -> Result<Job, Error> {
        let is_image = self.is_one_image() && !self.names_one_drive();
        if self.mapfile.is_some() && !is_image {
            let message = "--mapfile belongs to one image: name that image alone";
            return Err(Error::Usage(message.to_owned()));
        }
        let workers = if mode.converts() { CONVERTING } else { LOOKING };
        Ok(Job {
            workers: self.workers(workers),
            retries: self.retries,
            map: self.mapfile.clone(),
            describe: self.describe(),
            ..Job::new(self.paths.clone(), mode)
        })
    }
}

/// Whether the path is that of a diskette drive.
pub(crate) fn is_drive(path: &Path) -> bool {
    Place::at(path).is_ok_and(|place| place.kind == PlaceKind::Drive)
}
