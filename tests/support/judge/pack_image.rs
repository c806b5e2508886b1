//! Golden images before and after: what an image may hold, by its bytes alone.

use crate::support::scene::{Scene, testdata};
use crate::support::simulator::{Format, Pack, digest, record_at};
use serde_json::Value;

/// The state of an image on the way from old to new.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    Old,
    Unfinished,
    New,
}

/// An image with a pack that is to be converted, or to be finished.
pub(crate) struct PackImage {
    pub(crate) name: String,
    pub(crate) old: Vec<u8>,
    pub(crate) new: Vec<u8>,
}

impl PackImage {
    /// An image of testdata/images.
    pub(crate) fn golden(name: &str) -> Self {
        let expected = read_json("expected.json");
        let record = expected["images"][name]["record"].as_str().unwrap();
        Self::of(name, read(&format!("images/{name}")), record, &expected)
    }

    /// A pack with events in three sectors.
    pub(crate) fn full_history() -> Self {
        let expected = read_json("expected.json");
        let mut image = read("images/reapplied-360.img");
        let at = record_at(&image);
        assert_eq!(image[at..at + 2048], read("records/reapplied-in-order.rec"));
        image[at..at + 2048].copy_from_slice(&read("records/full-history.rec"));
        Self::of("full-history-360.img", image, "full-history.rec", &expected)
    }

    /// An image with this record of testdata/records in it.
    pub(crate) fn with_record(name: &str, image: Vec<u8>, record: &str) -> Self {
        Self::of(name, image, record, &read_json("expected.json"))
    }

    /// `old` with the sectors of its record replaced by those of the record that it becomes.
    fn of(name: &str, old: Vec<u8>, record: &str, expected: &Value) -> Self {
        let before = read(&format!("records/{record}"));
        let after = match expected["records"][record]["converts_to"].as_str() {
            Some(converted) => read(&format!("records/{converted}")),
            // Unfinished: what is left of the events goes.
            None => [&before[..512], &[0; 1536]].concat(),
        };
        let changed: Vec<_> =
            before.chunks(512).zip(after.chunks(512)).filter(|(old, new)| old != new).collect();
        let mut new = old.clone();
        let mut replaced = 0;
        for sector in new.chunks_mut(512) {
            if let Some((_, after)) = changed.iter().find(|(before, _)| *before == sector) {
                sector.copy_from_slice(after);
                replaced += 1;
            }
        }
        assert_eq!(replaced, changed.len(), "{name}: each sector of the record lies there once");
        Self { name: name.to_owned(), old, new }
    }

    /// Cut behind its record, where an image may end: cheap where many are needed.
    pub(crate) fn cut_short(mut self) -> Self {
        let at = record_at(&self.old);
        self.old.truncate(at + 2048);
        self.new.truncate(at + 2048);
        self
    }

    /// The same history under another serial: a pack of its own.
    pub(crate) fn renumbered(&self, number: usize) -> Self {
        let mut image =
            Self { name: self.name.clone(), old: self.old.clone(), new: self.new.clone() };
        let record = record_at(&image.old)..record_at(&image.old) + 2048;
        let (old, new) = (&mut image.old[record.clone()], &mut image.new[record]);
        let serial = format!("54321-270-{number:07}-00042");
        old.copy_from_slice(&Pack::renumbered(old, Format::V40, &serial).bytes);
        let mut converted = Pack::renumbered(new, Format::Converted45, &serial);
        converted.put(0x038, &digest(&[old]));
        converted.reseal();
        new.copy_from_slice(&converted.bytes);
        image
    }

    /// Sectors that differ between old and new.
    pub(crate) fn sectors(&self) -> usize {
        self.old.chunks(512).zip(self.new.chunks(512)).filter(|(old, new)| old != new).count()
    }

    /// Writes the image as it was before into a folder.
    pub(crate) fn put(&self, scene: &Scene, folder: &str) {
        std::fs::create_dir_all(scene.path(folder)).unwrap();
        std::fs::write(scene.path(folder).join(&self.name), &self.old).unwrap();
    }

    /// The state of `held`, which may differ from the old image in nothing but whole sectors of its
    /// record, and those in their order: the first one before all others.
    #[track_caller]
    pub(crate) fn state(&self, held: &[u8]) -> State {
        assert_eq!(held.len(), self.old.len(), "{}", self.name);
        let sectors = held.chunks(512).zip(self.old.chunks(512)).zip(self.new.chunks(512));
        let (mut done, mut left, mut committed) = (0, 0, true);
        for ((held, old), new) in sectors.filter(|((held, old), new)| held != old || old != new) {
            assert!(held == old || held == new, "{}: a sector is neither old nor new", self.name);
            if old.starts_with(b"SBSCAP40") {
                committed = held == new;
            }
            done += usize::from(held == new);
            left += usize::from(held == old);
        }
        assert!(committed || done == 0, "{}: zeroed before it was committed", self.name);
        match left {
            0 => State::New,
            _ if !committed => State::Old,
            _ => State::Unfinished,
        }
    }
}

/// What `addpack inspect` calls an image in this state.
pub(crate) fn outcome_of(state: State) -> &'static str {
    match state {
        State::Old => "convertible",
        State::Unfinished => "unfinished-conversion",
        State::New => "already-converted",
    }
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(testdata(name)).unwrap()
}

fn read_json(name: &str) -> Value {
    serde_json::from_slice(&read(name)).unwrap()
}
