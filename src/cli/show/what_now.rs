//! Commands that come next, to be pasted into a shell.

use crate::cli::args::{Common, is_drive};
use crate::cli::show::layout::hang;
use crate::cli::show::shell::{command, path_word, path_words};
use crate::cli::show::terminal::TextStyle;
use crate::cli::words::plural;
use crate::cli::words::system::DRIVE;
use addpack::media::drives;
use addpack::pack::keep::is_kept_image;
use std::borrow::Cow;
use std::path::Path;
use std::sync::OnceLock;

/// Commands about the paths of a run, each with what it does. One that cannot be quoted is left out.
pub(crate) struct WhatNow {
    /// The ledger and the paths of the run; `None` if they cannot be typed.
    same_set: Option<Vec<String>>,
    pub(crate) commands: Vec<(String, String)>,
}

impl WhatNow {
    pub(crate) fn after(common: &Common) -> Self {
        Self { same_set: same_set(common), commands: Vec::new() }
    }

    /// Offers a command about the same paths and the same ledger.
    pub(crate) fn offer(&mut self, before: &[&str], after: &[&str], purpose: &str) {
        let Some(same) = &self.same_set else { return };
        let same: Vec<_> = same.iter().map(String::as_str).collect();
        let command = command(&[before, &same, after].concat());
        self.commands.extend(command.map(|command| (command, purpose.to_owned())));
    }
}

/// How the conversion that is offered works.
#[derive(Clone, Copy)]
pub(crate) enum Conversion<'a> {
    /// Of diskettes in their drives. A copy would leave the diskette 4.0.
    Diskettes,
    /// Of images where they are.
    InPlace,
    /// Into copies in this folder, so that the images stay as they are.
    Into(&'a str),
}

impl Conversion<'_> {
    /// The one to offer after packs were only looked at.
    pub(crate) fn after_a_look(common: &Common) -> Self {
        let are_drives = !common.paths.is_empty() && common.paths.iter().all(|path| is_drive(path));
        if are_drives { Self::Diskettes } else { Self::Into("converted") }
    }

    /// The first words of the command.
    pub(crate) fn words(&self) -> Vec<&str> {
        match self {
            Self::Diskettes | Self::InPlace => vec!["convert"],
            Self::Into(folder) => vec!["convert", "-o", folder],
        }
    }

    /// How many packs it converts, of those that can be converted in place and those that can into copies.
    pub(crate) fn count(&self, in_place: u64, into_copies: u64) -> u64 {
        match self {
            Self::Diskettes | Self::InPlace => in_place,
            Self::Into(_) => into_copies,
        }
    }

    /// What the command does with so many packs.
    pub(crate) fn purpose(&self, count: u64) -> String {
        let images = plural(count, "image", "images");
        match self {
            Self::Diskettes => format!("converts {}", plural(count, "diskette", "diskettes")),
            Self::InPlace => format!("converts {images} in place"),
            Self::Into(_) => format!("converts {images} into copies"),
        }
    }
}

/// The command that converts the diskettes whose images a queue has kept in the folder that is named. To convert the
/// images would leave the diskettes 4.0, and they would be refused from then on. `None` if no such folder is named
/// alone, or it cannot be typed.
pub(crate) fn convert_diskettes(common: &Common) -> Option<String> {
    let [path] = common.paths.as_slice() else { return None };
    let folder = if path.is_dir() { path } else { folder_of_kept(path)? };
    queue_command("convert", "--plan", folder, &ledger_words(common)?)
}

/// The same for the diskette whose image a queue has kept at this path; `None` if that is no such image.
pub(crate) fn convert_diskette_of_image(image: &Path) -> Option<String> {
    queue_command("convert", "--plan", folder_of_kept(image)?, &[])
}

/// The folder in which a queue has kept the image at this path.
fn folder_of_kept(image: &Path) -> Option<&Path> {
    let folder = image.parent().filter(|_| is_kept_image(image))?;
    let folder = if folder == Path::new("") { Path::new(".") } else { folder };
    folder.is_dir().then_some(folder)
}

/// The command for diskettes of which a queue could read nothing: it goes on with the folder of the others' images.
pub(crate) fn read_again_command(folder: &Path) -> Option<String> {
    queue_command("inspect", "--keep", folder, &[])
}

/// The command for a queue of diskettes; `option` takes the folder of their images.
fn queue_command(verb: &str, option: &str, folder: &Path, ledger: &[String]) -> Option<String> {
    let queue = [verb.to_owned(), "--queue".to_owned(), a_drive()?, option.to_owned()];
    command(&[&queue[..], &path_words(&[folder])?, ledger].concat())
}

/// A drive to name in a command: one that is there or, if none is found, the first that there may be. `None` if it cannot
/// be typed.
fn a_drive() -> Option<String> {
    // Drives are looked for once in a run, which may ask for each image of a report.
    static FOUND: OnceLock<Option<String>> = OnceLock::new();
    let look = || match drives().first() {
        Some(found) => path_word(&found.path).map(Cow::into_owned),
        None => Some(DRIVE.to_owned()),
    };
    FOUND.get_or_init(look).clone()
}

/// Paths that a command names one by one.
const NAMED: usize = 8;
/// What stands for more than those, as a pattern of the shell names them.
const PATHS: &str = "PATHS";

/// The paths of a run, and its ledger; `None` if they cannot be typed.
pub(crate) fn same_set(common: &Common) -> Option<Vec<String>> {
    Some([ledger_words(common)?, paths_again(common)?].concat())
}

/// The paths of a run as they are named again: with the list that they were read from.
pub(crate) fn paths_again(common: &Common) -> Option<Vec<String>> {
    let (typed, list) = match &common.list {
        Some(list) if list.file != Path::new("-") => (&common.paths[..list.typed], Some(list)),
        _ => (&common.paths[..], None),
    };
    let mut words = if typed.len() > NAMED { vec![PATHS.to_owned()] } else { path_words(typed)? };
    if let Some(list) = list {
        words.push("--files-from".to_owned());
        words.extend(path_words(&[&list.file])?);
        words.extend(common.null.then(|| "-0".to_owned()));
    }
    Some(words)
}

/// The name of a request that a command is to write, and the folder of plans: no command writes over what is there.
pub(crate) fn new_request() -> String {
    new_name("request", ".txt")
}

pub(crate) fn new_plans() -> String {
    new_name("plans", "")
}

/// A name that nothing has in this folder, with a number if need be.
fn new_name(stem: &str, ending: &str) -> String {
    let mut names = (1..).map(|number| match number {
        1 => format!("{stem}{ending}"),
        number => format!("{stem}-{number}{ending}"),
    });
    let is_free = |name: &String| Path::new(name).symlink_metadata().is_err();
    names.find(is_free).unwrap_or_else(|| format!("{stem}{ending}"))
}

/// What the word for many paths means, if one of these commands has it.
pub(crate) fn about_paths(look: TextStyle, commands: &[(String, String)]) -> String {
    let is_in = |(command, _): &(String, String)| command.split(' ').any(|word| word == PATHS);
    if commands.iter().any(is_in) {
        hang(look.width, "  ", "PATHS stands for the same paths as in this run")
    } else {
        String::new()
    }
}

/// The ledger of a run as an option, if one was named; `None` if it cannot be typed.
pub(crate) fn ledger_words(common: &Common) -> Option<Vec<String>> {
    Some(match common.ledger.words() {
        None => Vec::new(),
        Some((option, None)) => vec![option.to_owned()],
        Some((option, Some(file))) => [vec![option.to_owned()], path_words(&[file])?].concat(),
    })
}
