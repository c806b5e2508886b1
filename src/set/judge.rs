//! The rules, in the order of the table in [`super`].

use super::{
    Access, Candidate, Condition, Contradiction, DivergedHistories, ImageNumber, KnownConversion,
    PackHistory, PackId, RecordKind, Relation, SetDecision,
};
use crate::record::fields::Seal;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// The decision for each of `candidates`, which are all images with one serial, in their order. `histories` has
/// the history of each record, by its digest; it may be empty if all records are the same. `known` is what
/// the ledger says of the serial.
pub fn judge(
    candidates: &[Candidate],
    histories: &BTreeMap<Seal, PackHistory>,
    known: Option<&KnownConversion>,
) -> Vec<SetDecision> {
    let mut images = SameSerial {
        candidates,
        histories,
        decisions: vec![SetDecision::AsItIs; candidates.len()],
    };
    let converted = images.all(|candidate| candidate.kind == RecordKind::Converted);
    let issued = images.all(|candidate| candidate.kind == RecordKind::Issued);
    if let Some(clash) = images.clash() {
        images.refuse_all(&SetDecision::SerialClash(clash.into()));
    } else if !converted.is_empty() {
        images.converted(&converted);
    } else if !issued.is_empty() {
        images.latest_counts(&issued);
    } else if let Some(known) = known {
        images.known(known);
    } else {
        images.latest_40_counts();
    }
    images.decisions
}

/// The images of one serial, and what was decided so far. An image is given by its index in `candidates`.
struct SameSerial<'a> {
    candidates: &'a [Candidate],
    histories: &'a BTreeMap<Seal, PackHistory>,
    decisions: Vec<SetDecision>,
}

/// The latest state among some images.
enum Latest {
    /// That of this image: all others are the same or earlier states.
    One(usize),
    /// At least two histories diverge.
    Several(DivergedHistories),
    /// There are no images.
    None,
}

impl SameSerial<'_> {
    fn all(&self, is_meant: impl Fn(&Candidate) -> bool) -> Vec<usize> {
        (0..self.candidates.len()).filter(|at| is_meant(&self.candidates[*at])).collect()
    }

    fn image(&self, at: usize) -> ImageNumber {
        self.candidates[at].image
    }

    fn history(&self, at: usize) -> Option<&PackHistory> {
        self.histories.get(&self.candidates[at].digest)
    }

    /// How one image's state is related to another's; `None` if it is not the same or an earlier state.
    fn relation(&self, at: usize, later: usize) -> Option<Relation> {
        if self.candidates[at].digest == self.candidates[later].digest {
            return Some(Relation::Same);
        }
        self.history(at)?.relation(self.history(later)?)
    }

    /// The first image of each pack that has this serial, if there are several.
    fn clash(&self) -> Option<Contradiction> {
        let mut seen = HashSet::new();
        let pack = |candidate: &Candidate| -> (PackId, bool) {
            (candidate.pack, candidate.kind == RecordKind::Issued)
        };
        let first_of_each = self.candidates.iter().filter(|candidate| seen.insert(pack(candidate)));
        let packs = Contradiction::between(first_of_each.map(|candidate| candidate.image));
        (packs.count > 1).then_some(packs)
    }

    /// Refuses all sound images. Interrupted conversions are finished all the same.
    fn refuse_all(&mut self, decision: &SetDecision) {
        for at in self.all(|candidate| candidate.condition == Condition::Sound) {
            self.decisions[at] = decision.clone();
        }
    }

    /// For packs with 4.5 records of a conversion, which prove it, sound or not.
    fn converted(&mut self, converted: &[usize]) {
        let mut seen = HashSet::new();
        let identity = |at: &usize| self.history(*at).map(|history| history.identity);
        let first_of_each = converted.iter().filter(|at| seen.insert(identity(at)));
        let conversions = Contradiction::between(first_of_each.map(|at| self.image(*at)));
        if conversions.count > 1 {
            self.refuse_all(&SetDecision::TwoConverted(conversions.into()));
            return;
        }
        let counts = self.latest_counts(converted).unwrap_or(converted[0]);
        for at in self.all(|candidate| candidate.kind == RecordKind::V40) {
            let of = self.image(counts);
            let is_sound = self.candidates[counts].condition != Condition::Refused;
            match self.candidates[at].condition {
                Condition::Refused if is_sound => self.decisions[at] = SetDecision::StandIn(of),
                Condition::Refused => {}
                _ => self.decisions[at] = SetDecision::Copy { of, relation: Relation::Earlier },
            }
        }
    }

    /// Of 4.5 records with one identity, the latest counts. Returns that one, or the first image if histories
    /// diverge; `None` if none is usable.
    fn latest_counts(&mut self, images: &[usize]) -> Option<usize> {
        let is_usable = |at: &&usize| self.candidates[**at].condition != Condition::Refused;
        let usable: Vec<_> = images.iter().filter(is_usable).copied().collect();
        match self.latest(&usable) {
            Latest::One(latest) => {
                let counts = self.best(&usable, latest);
                self.copies_of(counts, &usable);
                self.stand_in(counts, images);
                Some(counts)
            }
            Latest::Several(lives) => {
                self.diverged(&usable, lives);
                usable.first().copied()
            }
            Latest::None => None,
        }
    }

    /// For packs without a conversion: the newest sound 4.0 state counts.
    fn latest_40_counts(&mut self) {
        let sound = self.all(|candidate| candidate.condition == Condition::Sound);
        let latest = match self.latest(&sound) {
            Latest::One(latest) => latest,
            Latest::Several(lives) => return self.diverged(&sound, lives),
            Latest::None => return,
        };
        let refused = self.all(|candidate| candidate.condition == Condition::Refused);
        if let Some(newer) = refused.into_iter().find(|at| self.contradicts(*at, latest)) {
            let newer = self.image(newer);
            for at in sound {
                self.decisions[at] = SetDecision::NewerStateRefused(newer);
            }
            return;
        }
        let counts = self.best(&sound, latest);
        self.copies_of(counts, &sound);
        let all: Vec<_> = (0..self.candidates.len()).collect();
        self.stand_in(counts, &all);
    }

    /// Follows the ledger, if no 4.5 image is in the run.
    fn known(&mut self, known: &KnownConversion) {
        let sound = self.all(|candidate| candidate.condition == Condition::Sound);
        let from = |source: Seal| -> Vec<usize> {
            sound.iter().filter(|at| self.candidates[**at].digest == source).copied().collect()
        };
        let counts = match *known {
            KnownConversion::InPlace => None,
            KnownConversion::CopyThere(source) => from(source).first().copied(),
            KnownConversion::CopyGone(source) => {
                let source = from(source);
                source.first().map(|first| self.best(&source, *first))
            }
            KnownConversion::Begun(image) => {
                sound.iter().find(|at| Some(self.image(**at)) == image).copied()
            }
        };
        let Some(counts) = counts else { return self.refuse_all(&SetDecision::CopyOfConverted) };
        for at in sound {
            self.decisions[at] = match self.relation(at, counts) {
                _ if at == counts => match known {
                    KnownConversion::CopyThere(_) => SetDecision::ConvertedIntoCopy,
                    KnownConversion::CopyGone(_) => SetDecision::CopyMissing,
                    KnownConversion::Begun(_) | KnownConversion::InPlace => SetDecision::AsItIs,
                },
                Some(relation) => SetDecision::Copy { of: self.image(counts), relation },
                None => SetDecision::CopyOfConverted,
            };
        }
        let all: Vec<_> = (0..self.candidates.len()).collect();
        self.stand_in(counts, &all);
    }

    fn latest(&self, images: &[usize]) -> Latest {
        let latest = self.latest_of_each_life(images);
        match latest[..] {
            [] => Latest::None,
            [one] => Latest::One(one),
            [first, ..] => {
                let shared = |at: &usize| Some(self.history(first)?.shared(self.history(*at)?));
                let shared = latest.iter().filter_map(shared).min().unwrap_or(0);
                let last_shared = shared
                    .checked_sub(1)
                    .and_then(|last| self.history(first)?.events.get(last).copied());
                let latest = Contradiction::between(latest.iter().map(|at| self.image(*at)));
                Latest::Several(DivergedHistories { latest, shared, last_shared })
            }
        }
    }

    /// The first image of each state that has no later one. Sorted by their seals, a state comes right before its
    /// later states, so neighbours alone must be compared.
    fn latest_of_each_life(&self, images: &[usize]) -> Vec<usize> {
        let mut order = images.to_vec();
        let seals = |at: usize| self.history(at).into_iter().flat_map(PackHistory::seals);
        order.sort_by(|one, other| seals(*one).cmp(seals(*other)).then(one.cmp(other)));
        let states: Vec<_> = order
            .chunk_by(|one, other| self.relation(*one, *other) == Some(Relation::Same))
            .map(|images| images[0])
            .collect();
        let is_latest = |at: usize| {
            let next = states.get(at + 1);
            next.is_none_or(|next| self.relation(states[at], *next).is_none())
        };
        let mut latest: Vec<_> =
            (0..states.len()).filter(|at| is_latest(*at)).map(|at| states[at]).collect();
        latest.sort_unstable();
        latest
    }

    /// Of the images with the state of `latest`, the one to use: the first that can be changed in place; a
    /// finished conversion before one that is not.
    fn best(&self, images: &[usize], latest: usize) -> usize {
        let order = |at: &usize| -> (bool, Access, ImageNumber) {
            let candidate = &self.candidates[*at];
            (candidate.condition == Condition::Unfinished, candidate.access, candidate.image)
        };
        let same = |at: &usize| self.relation(*at, latest) == Some(Relation::Same);
        images.iter().filter(|at| same(at)).copied().min_by_key(order).unwrap_or(latest)
    }

    fn copies_of(&mut self, counts: usize, images: &[usize]) {
        for &at in images {
            let is_copy = at != counts && self.candidates[at].condition != Condition::Refused;
            if let Some(relation) = self.relation(at, counts).filter(|_| is_copy) {
                self.decisions[at] = SetDecision::Copy { of: self.image(counts), relation };
            }
        }
    }

    /// Sets the decision of the refused images for which the image that counts stands in.
    fn stand_in(&mut self, counts: usize, images: &[usize]) {
        for &at in images {
            let is_refused = self.candidates[at].condition == Condition::Refused;
            if is_refused && !self.contradicts(at, counts) {
                self.decisions[at] = SetDecision::StandIn(self.image(counts));
            }
        }
    }

    /// Whether a refused image is not an earlier state of the sound one, and has another binding.
    fn contradicts(&self, refused: usize, sound: usize) -> bool {
        let Some((of_refused, of_sound)) = self.history(refused).zip(self.history(sound)) else {
            return false;
        };
        of_refused.relation(of_sound) != Some(Relation::Earlier)
            && !of_sound.agrees_with(of_refused)
    }

    fn diverged(&mut self, images: &[usize], lives: DivergedHistories) {
        let lives = Arc::new(lives);
        for &at in images {
            if self.candidates[at].condition == Condition::Sound {
                self.decisions[at] = SetDecision::Diverged(Arc::clone(&lives));
            }
        }
    }
}
