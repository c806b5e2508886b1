//! What a run of addpack did to the disk, from strace's log: every write with its bytes, every name,
//! every sync, and what was said meanwhile.

use super::disk::{Change, Files, Op};
use super::strace::{Call, bytes, calls, number};
use crate::support::scene::Scene;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Calls that change files, or tell which file a number stands for.
const CALLS: &str = "trace=openat,open,close,fcntl,dup,dup2,dup3,lseek,read,write,pwrite64,writev,\
                     pwritev,ftruncate,fallocate,copy_file_range,sendfile,fsync,fdatasync,rename,\
                     renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat";

/// Runs addpack on `files`, which are all that lie in `roots`; what it did, in order.
pub(super) fn record(scene: &Scene, args: &[&str], roots: &[PathBuf], files: Files) -> Recorder {
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-y", "-x", "-s", "10000000", "-e", CALLS, "-o"]).arg(log.path());
    strace.arg("--");
    let output = scene.command_under(strace, args).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let log = std::fs::read(log.path()).unwrap();
    let mut recorder = Recorder {
        roots: roots.to_vec(),
        files,
        ops: Vec::new(),
        unnamed: HashMap::new(),
        numbers: HashMap::new(),
        opened: Vec::new(),
    };
    for call in calls(&String::from_utf8_lossy(&log)) {
        recorder.take(&call);
    }
    recorder
}

/// The path that strace names beside a number, as in `7</tmp/a>`.
fn path_of(text: &str) -> Option<PathBuf> {
    let path = text.split_once('<')?.1;
    let path = path.trim_end_matches(" (deleted)").rsplit_once('>')?.0;
    Some(PathBuf::from(String::from_utf8(bytes(path)).unwrap()))
}

/// What a number stands for; those that were duplicated share it.
struct Opened {
    target: Target,
    position: u64,
}

#[derive(Clone)]
enum Target {
    File(usize),
    Folder(PathBuf),
}

/// The log, as it is read.
pub(super) struct Recorder {
    roots: Vec<PathBuf>,
    /// As everybody sees them at this point of the log.
    pub(super) files: Files,
    pub(super) ops: Vec<Op>,
    /// Files that have no name, by what the system calls them.
    unnamed: HashMap<PathBuf, usize>,
    numbers: HashMap<u64, usize>,
    opened: Vec<Opened>,
}

impl Recorder {
    fn take(&mut self, call: &Call) {
        let Call { name, arguments, result } = call;
        match name.as_str() {
            "openat" => self.open(&arguments[2], result),
            "open" => self.open(&arguments[1], result),
            "close" => drop(self.numbers.remove(&number(&arguments[0]))),
            "fcntl" if arguments[1].starts_with("F_DUPFD") => self.duplicate(arguments, result),
            "dup" | "dup2" | "dup3" => self.duplicate(arguments, result),
            "lseek" => self.seek(arguments, number(result)),
            "read" => self.advance(arguments, number(result)),
            "write" => self.write(arguments, None, number(result)),
            "pwrite64" => self.write(arguments, Some(number(&arguments[3])), number(result)),
            "ftruncate" => self.truncate(arguments, number(&arguments[1])),
            "copy_file_range" => self.copy(arguments, number(result)),
            "fsync" | "fdatasync" => self.sync(arguments),
            "mkdir" | "mkdirat" | "fcntl" => {}
            _ => self.change_name(name, arguments),
        }
    }

    fn is_ours(&self, path: &Path) -> bool {
        self.roots.iter().any(|root| path.starts_with(root))
    }

    fn open(&mut self, flags: &str, result: &str) {
        let path = path_of(result).filter(|path| self.is_ours(path));
        let Some(path) = path else { return };
        let target = if path.is_dir() && !flags.contains("O_TMPFILE") {
            Target::Folder(path)
        } else {
            Target::File(self.file(&path, flags))
        };
        self.opened.push(Opened { target, position: 0 });
        self.numbers.insert(number(result), self.opened.len() - 1);
    }

    fn file(&mut self, path: &Path, flags: &str) -> usize {
        let is_unnamed = flags.contains("O_TMPFILE");
        let known = self.files.names.get(path).or_else(|| self.unnamed.get(path)).copied();
        if let Some(file) = known.filter(|_| !is_unnamed) {
            if flags.contains("O_TRUNC") {
                self.push(Op::Truncate { file, length: 0 });
            }
            return file;
        }
        let file = self.files.contents.len();
        self.push(Op::New { file });
        if is_unnamed {
            self.unnamed.insert(path.to_owned(), file);
        } else {
            self.push(Op::Name(Change::Link { path: path.to_owned(), file }));
        }
        file
    }

    /// Does it to the files as everybody sees them, and keeps it.
    fn push(&mut self, op: Op) {
        self.files.apply(&op);
        self.ops.push(op);
    }

    fn opened(&mut self, argument: &str) -> Option<&mut Opened> {
        let index = *self.numbers.get(&number(argument))?;
        self.opened.get_mut(index)
    }

    fn open_file(&mut self, argument: &str) -> Option<(usize, &mut u64)> {
        let opened = self.opened(argument)?;
        match opened.target {
            Target::File(file) => Some((file, &mut opened.position)),
            Target::Folder(_) => None,
        }
    }

    fn duplicate(&mut self, arguments: &[String], result: &str) {
        if let Some(index) = self.numbers.get(&number(&arguments[0])).copied() {
            self.numbers.insert(number(result), index);
        }
    }

    fn seek(&mut self, arguments: &[String], to: u64) {
        if let Some((_, position)) = self.open_file(&arguments[0]) {
            *position = to;
        }
    }

    fn advance(&mut self, arguments: &[String], length: u64) {
        if let Some((_, position)) = self.open_file(&arguments[0]) {
            *position += length;
        }
    }

    fn write(&mut self, arguments: &[String], at: Option<u64>, length: u64) {
        let mut written = bytes(&arguments[1]);
        assert!(written.len() as u64 >= length, "strace keeps all bytes");
        written.truncate(usize::try_from(length).unwrap());
        if number(&arguments[0]) == 1 {
            self.ops.push(Op::Said(written));
            return;
        }
        let Some((file, position)) = self.open_file(&arguments[0]) else { return };
        let start = at.unwrap_or(*position);
        if at.is_none() {
            *position += length;
        }
        self.push(Op::Write { file, at: usize::try_from(start).unwrap(), bytes: written });
    }

    fn truncate(&mut self, arguments: &[String], length: u64) {
        if let Some((file, _)) = self.open_file(&arguments[0]) {
            self.push(Op::Truncate { file, length: usize::try_from(length).unwrap() });
        }
    }

    fn copy(&mut self, arguments: &[String], length: u64) {
        let place = |argument: &str| argument.strip_prefix('[').map(number);
        let (from_at, to_at) = (place(&arguments[1]), place(&arguments[3]));
        let Some((from, position)) = self.open_file(&arguments[0]) else { return };
        let start = usize::try_from(from_at.unwrap_or(*position)).unwrap();
        *position += if from_at.is_none() { length } else { 0 };
        let length_in_memory = usize::try_from(length).unwrap();
        let copied = self.files.contents[from][start..start + length_in_memory].to_vec();
        let Some((file, position)) = self.open_file(&arguments[2]) else { return };
        let at = usize::try_from(to_at.unwrap_or(*position)).unwrap();
        *position += if to_at.is_none() { length } else { 0 };
        self.push(Op::Write { file, at, bytes: copied });
    }

    fn sync(&mut self, arguments: &[String]) {
        let target = self.opened(&arguments[0]).map(|opened| opened.target.clone());
        match target {
            Some(Target::File(file)) => self.push(Op::Sync { file }),
            Some(Target::Folder(path)) => self.push(Op::SyncFolder { path }),
            None => {}
        }
    }

    fn change_name(&mut self, name: &str, arguments: &[String]) {
        let text = |at: usize| PathBuf::from(String::from_utf8(bytes(&arguments[at])).unwrap());
        let at = |folder: usize, name: usize| match path_of(&arguments[folder]) {
            Some(folder) => folder.join(text(name)),
            None => panic!("no folder: {arguments:?}"),
        };
        let change = match name {
            "rename" => {
                let [from, to] = [0, 1].map(|at| self.absolute(&text(at)));
                Some(Change::Rename { from, to })
            }
            "link" => self.link(&self.absolute(&text(0)), self.absolute(&text(1))),
            "unlink" => Some(Change::Remove { path: self.absolute(&text(0)) }),
            "unlinkat" => Some(Change::Remove { path: at(0, 1) }),
            "renameat" | "renameat2" => Some(Change::Rename { from: at(0, 1), to: at(2, 3) }),
            "linkat" => self.link(&at(0, 1), at(2, 3)),
            other => panic!("{other} is not understood: {arguments:?}"),
        };
        if let Some(change) = change.filter(|change| self.is_ours(change.path())) {
            self.push(Op::Name(change));
        }
    }

    /// A path as it is seen from the folder that addpack runs in.
    fn absolute(&self, path: &Path) -> PathBuf {
        self.roots[0].join(path)
    }

    /// The file that a number stands for.
    fn file_under(&self, text: &str) -> Option<usize> {
        match self.opened[*self.numbers.get(&number(text))?].target {
            Target::File(file) => Some(file),
            Target::Folder(_) => None,
        }
    }

    /// A second name, or the first of a file that had none.
    fn link(&self, from: &Path, path: PathBuf) -> Option<Change> {
        let number = from.strip_prefix("/proc/self/fd").ok().and_then(Path::to_str);
        let file = match number {
            Some(number) => self.file_under(number)?,
            None => *self.files.names.get(from)?,
        };
        Some(Change::Link { path, file })
    }
}

/// All files in a folder and below it, with their contents.
pub(super) fn files_in(roots: &[PathBuf]) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = roots.to_vec();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.clone(), std::fs::read(path).unwrap());
            }
        }
    }
    found
}
