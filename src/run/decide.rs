//! Makes the set's decisions, from the candidates of a survey and from the ledger.

use super::Job;
use super::images::OpenArchives;
use super::known::{LedgerMatch, absolute_path, ledger_match};
use super::look::look_at;
use super::pool::Scope;
use super::recovery::converted_pack;
use super::survey::Survey;
use crate::diagnosis::CopyState;
use crate::find::Found;
use crate::ledger::{ConversionState, Ledger, LedgerEntry, LedgerError};
use crate::record::fields::{Seal, Serial};
use crate::set::{
    Candidate, Condition, ImageNumber, KnownConversion, PackHistory, RecordKind, SetDecision, judge,
};
use std::collections::{BTreeMap, HashMap};

/// Records that are read again together.
const BATCH: usize = 256;

/// Makes the decision for each candidate of a survey.
pub(super) fn decide<'a>(
    survey: &mut Survey,
    job: &'a Job,
    ledger: &mut Ledger,
    scope: &Scope<'_, 'a>,
) -> Result<(), LedgerError> {
    let order = by_serial(&survey.candidates);
    let serial = |place: &CandidateAt| survey.candidates[place.at as usize].pack.serial;
    let knows_none = ledger.is_empty()?;
    let mut deciding = Deciding {
        job,
        ledger,
        knows_none,
        groups: Vec::new(),
        records: Vec::new(),
        decisions: Vec::new(),
    };
    for group in order.chunk_by(|one, other| serial(one) == serial(other)) {
        deciding.add(survey, group);
        if deciding.records.len() >= BATCH || deciding.groups.len() >= BATCH {
            deciding.judge(survey, scope)?;
        }
    }
    deciding.judge(survey, scope)?;
    let mut decisions = deciding.decisions;
    decisions.sort_unstable_by_key(|(at, _)| *at);
    survey.decisions = decisions;
    Ok(())
}

/// The place of a candidate, behind a number that few serials share, so that places are sorted without a look at each
/// candidate.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct CandidateAt {
    number: u32,
    at: u32,
}

/// The places of all candidates, those of one serial together, in their order.
fn by_serial(candidates: &[Candidate]) -> Vec<CandidateAt> {
    let serial = |at: u32| candidates[at as usize].pack.serial;
    // Serials differ mostly in their third part.
    let number = |serial: Serial| {
        serial.0[10..17].iter().fold(0_u32, |number, digit| {
            number.wrapping_mul(10).wrapping_add(u32::from(digit & 0xF))
        })
    };
    let places = candidates.iter().zip(0..);
    let mut places: Vec<_> = places
        .map(|(candidate, at)| CandidateAt { number: number(candidate.pack.serial), at })
        .collect();
    places.sort_unstable();
    for same in places.chunk_by_mut(|one, other| one.number == other.number) {
        if same.len() > 1 {
            same.sort_unstable_by_key(|place| (serial(place.at), place.at));
        }
    }
    places
}

struct Deciding<'a, 'j> {
    job: &'j Job,
    ledger: &'a mut Ledger,
    /// Whether the ledger knows of no pack.
    knows_none: bool,
    /// Images by their serial, which wait for records that are read again.
    groups: Vec<&'a [CandidateAt]>,
    /// An image with each of those records.
    records: Vec<(Seal, ImageNumber)>,
    /// Decisions other than the usual one.
    decisions: Vec<(u32, SetDecision)>,
}

impl<'a, 'j> Deciding<'a, 'j> {
    /// Adds the images of one serial. Records are read again only where they differ.
    fn add(&mut self, survey: &Survey, group: &'a [CandidateAt]) {
        let candidate = |place: &CandidateAt| &survey.candidates[place.at as usize];
        let first = candidate(&group[0]);
        let all_same = group.iter().all(|place| candidate(place).digest == first.digest);
        if group.len() == 1 && (self.knows_none || first.kind != RecordKind::V40) {
            return;
        }
        if !all_same {
            let mut digests: HashMap<Seal, ImageNumber> = HashMap::new();
            group.iter().map(candidate).for_each(|e| {
                digests.entry(e.digest).or_insert(e.image);
            });
            self.records.extend(digests);
        }
        self.groups.push(group);
    }

    fn judge(&mut self, survey: &Survey, scope: &Scope<'_, 'j>) -> Result<(), LedgerError> {
        let (job, mut archives) = (self.job, OpenArchives::default());
        self.records.sort_unstable_by_key(|(_, image)| *image);
        let found = |(digest, image)| (digest, survey.images.found(image, &mut archives));
        let records: Vec<_> = self.records.drain(..).map(found).collect();
        let histories = scope.map(records, move |(digest, found)| read_history(found, job, digest));
        let histories: BTreeMap<_, _> = histories.into_iter().flatten().collect();
        for group in std::mem::take(&mut self.groups) {
            self.judge_one(survey, group, &histories)?;
        }
        Ok(())
    }

    fn judge_one(
        &mut self,
        survey: &Survey,
        group: &[CandidateAt],
        histories: &BTreeMap<Seal, PackHistory>,
    ) -> Result<(), LedgerError> {
        let candidate = |at: &u32| survey.candidates[*at as usize];
        let first = candidate(&group[0].at).digest;
        let places = group.iter().map(|place| place.at);
        let all_same = places.clone().all(|at| candidate(&at).digest == first);
        let (read, unread): (Vec<u32>, Vec<u32>) =
            places.partition(|at| all_same || histories.contains_key(&candidate(at).digest));
        self.decisions.extend(unread.into_iter().map(|at| (at, SetDecision::Changed)));
        let candidates: Vec<_> = read.iter().map(candidate).collect();
        let known = self.known(survey, &candidates)?;
        let mut decisions = judge(&candidates, histories, known.as_ref());
        self.stand_in(&candidates, &mut decisions)?;
        let unusual = read
            .into_iter()
            .zip(decisions)
            .filter(|(_, decision)| *decision != SetDecision::AsItIs);
        self.decisions.extend(unusual);
        Ok(())
    }

    /// Decides on the refused images of a pack that the ledger knows to be converted, if that is still so.
    fn stand_in(
        &self,
        candidates: &[Candidate],
        decisions: &mut [SetDecision],
    ) -> Result<(), LedgerError> {
        let is_refused = |(candidate, decision): (&Candidate, &SetDecision)| {
            candidate.condition == Condition::Refused && *decision == SetDecision::AsItIs
        };
        let is_old = candidates.iter().all(|candidate| candidate.kind == RecordKind::V40);
        if self.knows_none || !is_old || !candidates.iter().zip(&*decisions).any(is_refused) {
            return Ok(());
        }
        let row = self.row(candidates)?.filter(|row| row.state == ConversionState::Done);
        let Some(pack) = row.as_ref().and_then(converted_pack) else { return Ok(()) };
        for (candidate, decision) in candidates.iter().zip(decisions) {
            if is_refused((candidate, decision)) && candidate.pack == pack {
                *decision = SetDecision::ConvertedElsewhere;
            }
        }
        Ok(())
    }

    /// The ledger's row of the serial that these have.
    fn row(&self, candidates: &[Candidate]) -> Result<Option<LedgerEntry>, LedgerError> {
        let serial = candidates.first().and_then(|first| first.pack.serial.text());
        serial.map_or(Ok(None), |serial| self.ledger.find(serial))
    }

    /// What the ledger says of a serial. It matters only if there is a sound 4.0 image and no 4.5 one.
    fn known(
        &self,
        survey: &Survey,
        candidates: &[Candidate],
    ) -> Result<Option<KnownConversion>, LedgerError> {
        let sound = |e: &&Candidate| e.condition == Condition::Sound;
        if self.knows_none
            || candidates.iter().any(|e| e.kind != RecordKind::V40)
            || !candidates.iter().any(|e| sound(&e))
        {
            return Ok(None);
        }
        let Some(row) = self.row(candidates)? else { return Ok(None) };
        let mut known = KnownConversion::InPlace;
        for candidate in candidates.iter().filter(sound) {
            let path = absolute_path(&survey.images.path(candidate.image));
            let file = survey.images.file_of(candidate.image);
            known = match ledger_match(&row, &path, file, &candidate.digest.to_hex()) {
                LedgerMatch::Own => return Ok(Some(KnownConversion::Begun(Some(candidate.image)))),
                LedgerMatch::Already(_) => {
                    return Ok(Some(KnownConversion::CopyThere(candidate.digest)));
                }
                LedgerMatch::CopyGone => {
                    return Ok(Some(KnownConversion::CopyGone(candidate.digest)));
                }
                LedgerMatch::Copy(CopyState::Begun) => KnownConversion::Begun(None),
                LedgerMatch::Copy(CopyState::Converted) => known,
            };
        }
        Ok(Some(known))
    }
}

/// Reads a record again; `None` if that fails, or it is another record by now.
fn read_history(found: Found, job: &Job, digest: Seal) -> Option<(Seal, PackHistory)> {
    let Found::Image(image) = found else { return None };
    let look = look_at(image, &Job { surface: false, ..job.clone() }, false);
    let record = look.report.record().filter(|record| record.digest() == digest)?;
    Some((digest, PackHistory::of(record)))
}
