//! What only reads: `inspect`, `plan` and `replace`.

use super::floor::{Floor, Work};
use super::images::Form;
use super::measure::{compare, side, skip};
use super::{Bench, CACHED, FEWER, READING, as_floor, peers};
use std::fs;

impl Bench {
    pub(crate) fn inspect(&self) {
        self.make("inspect", self.count, Form::Sound);
        let addpack = |arguments| self.addpack(arguments, "inspect");
        let floor = self.floor(Work::Inspect, CACHED, "inspect");
        let mut sides = [
            side("inspect, cached: floor, 2 threads", as_floor(&floor)),
            side("addpack inspect --json -j2", addpack(&["inspect", "--json", "-j2"])),
            side("addpack inspect -j2", addpack(&["inspect", "-j2"])),
            side("addpack plan --json -j2", addpack(&["plan", "--json", "-j2"])),
            side("addpack plan -j2", addpack(&["plan", "-j2"])),
            side("addpack inspect --json (16 if it waits)", addpack(&["inspect", "--json"])),
        ];
        compare(self.count, self.rounds, &mut sides);
        peers::compare(&self.folder.join("inspect"), self.count);
        self.remove("inspect");
    }

    pub(crate) fn uncached(&self) {
        const DROP: &str = "/proc/sys/vm/drop_caches";
        if fs::write(DROP, "3").is_err() {
            return skip("inspect, uncached", "only root may drop the caches");
        }
        self.make("uncached", self.count, Form::Sound);
        let floor = self.floor(Work::InspectUncached, READING, "uncached");
        let drop_caches = || {
            rustix::fs::sync();
            fs::write(DROP, "3").expect("it worked before");
        };
        let mut sides = [
            side("inspect, uncached: floor, 16 threads", as_floor(&floor)),
            side(
                "addpack inspect --json -j16",
                self.addpack(&["inspect", "--json", "-j16"], "uncached"),
            ),
        ];
        for side in &mut sides {
            side.prepare = &drop_caches;
        }
        compare(self.count, self.rounds.min(5), &mut sides);
        self.remove("uncached");
    }

    pub(crate) fn slow_share(&self) {
        let name = "inspect, 5 ms a read: floor, 16 threads";
        let Some(library) = self.slow(name) else { return };
        let count = self.count.div_ceil(FEWER);
        self.make("share", count, Form::Sound);
        let floor = Floor { count, ..self.floor(Work::Inspect, READING, "share") };
        let addpack = self.addpack(&["inspect", "--json", "-j16"], "share");
        let mut sides =
            [side(name, as_floor(&floor)), side("addpack inspect --json -j16", addpack)];
        for side in &mut sides {
            side.command.env("LD_PRELOAD", &library).env("SLOW_READ", "5000");
        }
        compare(count, self.rounds.min(5), &mut sides);
        self.remove("share");
    }

    /// All packs are refused: the digest of each whole image goes into the request.
    pub(crate) fn replace(&self) {
        let count = self.count.div_ceil(FEWER);
        self.make("replace", count, Form::Refused);
        let floor = Floor { count, ..self.floor(Work::Digest, CACHED, "replace") };
        let addpack = |arguments| self.addpack(arguments, "replace");
        let mut sides = [
            side("replace, cached: floor, 2 threads", as_floor(&floor)),
            side("addpack replace --json -j2", addpack(&["replace", "--json", "-j2"])),
            side("addpack replace -j2", addpack(&["replace", "-j2"])),
        ];
        compare(count, self.rounds, &mut sides);
        self.remove("replace");
    }
}
