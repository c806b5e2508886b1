//! A disk whose power is cut: what was synced is there; of the rest, each sector is there or not, one is
//! torn, and of the changes of names the first few are there.

use crate::support::simulator::Random;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const SECTOR: usize = 512;

/// One thing that was done.
#[derive(Debug)]
pub(super) enum Op {
    New {
        file: usize,
    },
    Write {
        file: usize,
        at: usize,
        bytes: Vec<u8>,
    },
    Truncate {
        file: usize,
        length: usize,
    },
    Sync {
        file: usize,
    },
    Name(Change),
    SyncFolder {
        path: PathBuf,
    },
    /// Written to standard output.
    Said(Vec<u8>),
}

/// A change of names.
#[derive(Clone, Debug)]
pub(super) enum Change {
    Link { path: PathBuf, file: usize },
    Rename { from: PathBuf, to: PathBuf },
    Remove { path: PathBuf },
}

impl Change {
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Link { path, .. } | Self::Remove { path } | Self::Rename { to: path, .. } => path,
        }
    }
}

/// Files by their numbers, and their names.
#[derive(Clone, Debug, Default)]
pub(super) struct Files {
    pub(super) contents: Vec<Vec<u8>>,
    pub(super) names: BTreeMap<PathBuf, usize>,
}

impl Files {
    pub(super) fn of(files: &BTreeMap<PathBuf, Vec<u8>>) -> Self {
        let names = files.keys().cloned().zip(0..).collect();
        Self { contents: files.values().cloned().collect(), names }
    }

    pub(super) fn apply(&mut self, op: &Op) {
        match op {
            Op::New { file } => {
                assert_eq!(*file, self.contents.len());
                self.contents.push(Vec::new());
            }
            Op::Write { file, at, bytes } => self.write(*file, *at, bytes),
            Op::Truncate { file, length } => self.contents[*file].resize(*length, 0),
            Op::Name(change) => self.rename(change),
            Op::Sync { .. } | Op::SyncFolder { .. } | Op::Said(_) => {}
        }
    }

    fn write(&mut self, file: usize, at: usize, bytes: &[u8]) {
        let content = &mut self.contents[file];
        if content.len() < at + bytes.len() {
            content.resize(at + bytes.len(), 0);
        }
        content[at..at + bytes.len()].copy_from_slice(bytes);
    }

    fn rename(&mut self, change: &Change) {
        match change {
            Change::Link { path, file } => drop(self.names.insert(path.clone(), *file)),
            Change::Remove { path } => drop(self.names.remove(path)),
            Change::Rename { from, to } => {
                if let Some(file) = self.names.remove(from) {
                    self.names.insert(to.clone(), file);
                }
            }
        }
    }
}

/// What arrives of all that is on its way when the power is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arrives {
    Nothing,
    All,
    /// Each sector or not, one now and then torn; of the changes of names the first few.
    Some,
}

/// What is on the disk for good, and what is on its way there.
pub(super) struct Disk<'a> {
    durable: Files,
    pending: Vec<&'a Op>,
}

impl<'a> Disk<'a> {
    pub(super) fn new(files: &Files) -> Self {
        Self { durable: files.clone(), pending: Vec::new() }
    }

    pub(super) fn take(&mut self, op: &'a Op) {
        match op {
            Op::New { .. } => self.durable.apply(op),
            Op::Sync { file } => self.flush(|pending| match pending {
                Op::Write { file: of, .. } | Op::Truncate { file: of, .. } => of == file,
                _ => false,
            }),
            Op::SyncFolder { path } => self.flush(|pending| match pending {
                Op::Name(Change::Rename { from, to }) => {
                    from.parent() == Some(path) || to.parent() == Some(path)
                }
                Op::Name(change) => change.path().parent() == Some(path),
                _ => false,
            }),
            Op::Said(_) => {}
            _ => self.pending.push(op),
        }
    }

    fn flush(&mut self, is_meant: impl Fn(&Op) -> bool) {
        let (now, later) = self.pending.drain(..).partition(|op| is_meant(op));
        self.pending = later;
        let now: Vec<_> = now;
        for op in now {
            self.durable.apply(op);
        }
    }

    /// The power is cut.
    pub(super) fn cut(mut self, random: &mut Random, arrives: Arrives) -> Files {
        let names = self.pending.iter().filter(|op| matches!(op, Op::Name(_))).count();
        let mut names = match arrives {
            Arrives::Nothing => 0,
            Arrives::All => names,
            Arrives::Some => random.below(names + 1),
        };
        for op in self.pending {
            match op {
                Op::Name(_) if names == 0 => {}
                Op::Name(_) => {
                    names -= 1;
                    self.durable.apply(op);
                }
                Op::Write { file, at, bytes } => {
                    for (at, piece) in sectors(*at, bytes) {
                        let length = match arrives {
                            Arrives::Nothing => 0,
                            Arrives::All => piece.len(),
                            // Torn, now and then.
                            _ if random.one_in(8) => random.below(piece.len()),
                            Arrives::Some => piece.len() * random.below(2),
                        };
                        if length > 0 {
                            self.durable.write(*file, at, &piece[..length]);
                        }
                    }
                }
                _ if arrives == Arrives::Nothing => {}
                _ if arrives == Arrives::Some && random.one_in(2) => {}
                _ => self.durable.apply(op),
            }
        }
        self.durable
    }
}

/// The parts of a write that lie in one sector each.
fn sectors(mut at: usize, mut bytes: &[u8]) -> Vec<(usize, &[u8])> {
    let mut pieces = Vec::new();
    while !bytes.is_empty() {
        let (piece, rest) = bytes.split_at((SECTOR - at % SECTOR).min(bytes.len()));
        pieces.push((at, piece));
        at += piece.len();
        bytes = rest;
    }
    pieces
}
