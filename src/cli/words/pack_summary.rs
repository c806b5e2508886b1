//! What is kept of a pack for messages that are written after all were seen. What plans are made of is in its
//! [`PackFacts`](addpack::plan::PackFacts).

use addpack::find::PathList;
use addpack::plan::PackFacts;
use addpack::record::Version;
use addpack::record::fields::{Serial, Server};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// What people see of a pack.
pub(crate) struct PackSummary {
    /// The image that was named or found.
    pub(crate) path: PathBuf,
    /// Other files of the pack, if there are any.
    pub(crate) others: Option<Rc<OtherFiles>>,
    pub(crate) refusal: Option<Rc<Refusal>>,
}

/// What people see of each pack of a set, by its number. There may be hundreds of thousands, and of most only the path
/// is kept.
#[derive(Default)]
pub(crate) struct PackSummaries {
    paths: PathList,
    /// The paths in the place of those.
    renamed: HashMap<usize, PathBuf>,
    others: HashMap<usize, Rc<OtherFiles>>,
    /// In the order of their numbers, as requests list them.
    refusals: BTreeMap<usize, Rc<Refusal>>,
}

/// What a pack was converted into, or from.
#[derive(Clone, Default)]
pub(crate) struct OtherFiles {
    /// The converted copy of the image, which is to be used instead.
    pub(crate) output: Option<Box<Path>>,
    /// The 4.0 image that it was converted from, if that is in the set as well.
    pub(crate) converted_from: Option<Box<Path>>,
}

/// Why a pack is refused.
pub(crate) struct Refusal {
    /// The code of the primary finding.
    pub(crate) code: &'static str,
    /// The reason in a few words, to stand on a label: "reapplied out of order".
    pub(crate) label: &'static str,
    /// The primary finding, in a sentence.
    pub(crate) message: String,
    /// Every finding, with what was expected and found.
    pub(crate) evidence: Vec<String>,
    /// The vendor's articles that the primary finding rests on.
    pub(crate) kb: &'static [u32],
    /// What to do next.
    pub(crate) next: String,
    /// The size on the record, if there is one.
    pub(crate) licenses: Option<u16>,
    /// The record's version, if there is one.
    pub(crate) version: Option<Version>,
    /// The server that it is bound to, or that spoilt it.
    pub(crate) server: Option<Server>,
    /// Its first and last license, if it is bound.
    pub(crate) span: Option<(u16, u16)>,
    /// Why no replacement is asked for: the pack lives on in another image, its images contradict each other, or its
    /// layout is not known. `None` if one is.
    pub(crate) left_out: Option<String>,
    /// Whether its layout is not known.
    pub(crate) is_unknown_layout: bool,
}

impl PackSummaries {
    /// Adds a pack.
    pub(crate) fn push(&mut self, summary: PackSummary) {
        self.paths.push(&summary.path);
        self.keep(self.paths.len() - 1, summary);
    }

    /// Puts another summary in the place of a pack's.
    pub(crate) fn replace(&mut self, number: usize, summary: PackSummary) {
        self.rename(number, summary.path.clone());
        self.keep(number, summary);
    }

    fn keep(&mut self, number: usize, PackSummary { others, refusal, .. }: PackSummary) {
        self.others.remove(&number);
        self.others.extend(others.map(|others| (number, others)));
        self.refusals.remove(&number);
        self.refusals.extend(refusal.map(|refusal| (number, refusal)));
    }

    /// Gives a pack another path.
    pub(crate) fn rename(&mut self, number: usize, path: PathBuf) {
        if path != self.path(number) {
            self.renamed.insert(number, path);
        }
    }

    /// Notes the 4.0 image that a pack was converted from.
    pub(crate) fn set_source(&mut self, number: usize, source: PathBuf) {
        let others = self.others.entry(number).or_default();
        Rc::make_mut(others).converted_from = Some(source.into());
    }

    /// The path of a pack's image.
    pub(crate) fn path(&self, number: usize) -> PathBuf {
        self.renamed.get(&number).cloned().unwrap_or_else(|| self.paths.get(number))
    }

    /// What people see of a pack.
    pub(crate) fn get(&self, number: usize) -> PackSummary {
        PackSummary {
            path: self.path(number),
            others: self.others.get(&number).cloned(),
            refusal: self.refusals.get(&number).cloned(),
        }
    }

    /// Whether the pack is refused since its layout is not known.
    pub(crate) fn has_unknown_layout(&self, number: usize) -> bool {
        self.refusals.get(&number).is_some_and(|refusal| refusal.is_unknown_layout)
    }

    /// The numbers of the refused packs, in order, with the reason.
    pub(crate) fn refused(&self) -> impl Iterator<Item = (usize, &Refusal)> {
        self.refusals.iter().map(|(number, refusal)| (*number, &**refusal))
    }

    /// Those of them that a replacement is asked for.
    pub(crate) fn asked(&self) -> impl Iterator<Item = (usize, &Refusal)> {
        self.refused().filter(|(_, refusal)| refusal.left_out.is_none())
    }
}

impl PackSummary {
    /// The converted copy of the image, which is to be used instead.
    pub(crate) fn output(&self) -> Option<&Path> {
        self.others.as_ref()?.output.as_deref()
    }

    /// Whether it is named by the number that a queue gave its diskette.
    pub(crate) fn is_diskette(&self) -> bool {
        let number = self.path.to_str().and_then(|path| path.strip_prefix("diskette "));
        number.is_some_and(|number| number.parse::<usize>().is_ok())
    }

    /// The image to use.
    pub(crate) fn image(&self) -> &Path {
        self.output().unwrap_or(&self.path)
    }

    /// The 4.0 image that the pack was converted from, if it was seen.
    pub(crate) fn source(&self) -> Option<&Path> {
        match self.others.as_deref()? {
            OtherFiles { output: Some(_), .. } => Some(&self.path),
            OtherFiles { converted_from, .. } => converted_from.as_deref(),
        }
    }
}

/// A pack's serial, or what is in its place; `None` if there is no record.
pub(crate) fn pack_serial(facts: &PackFacts) -> Option<Cow<'_, str>> {
    let text = |serial: &'_ Serial| -> String { serial.0.escape_ascii().to_string() };
    match facts.serial.text() {
        Some(serial) => Some(serial.into()),
        None if facts.serial == Serial::ZERO => None,
        None => Some(text(&facts.serial).trim_end_matches("\\x00").to_owned().into()),
    }
}

/// The end of a pack's serial, which distinguishes the packs of one purchase: `...00003`.
pub(crate) fn short_serial(facts: &PackFacts) -> Option<String> {
    facts.serial.text().map(short)
}

/// The same for any text; a text without such an end stays as it is.
pub(crate) fn short(serial: &str) -> String {
    match serial.rsplit_once('-') {
        Some((start, end)) if !start.is_empty() => format!("...{end}"),
        _ => serial.to_owned(),
    }
}
