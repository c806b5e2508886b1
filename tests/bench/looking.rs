//! What only reads: `inspect`, `plan` and `replace`.

use super::floor::{Floor, Work};
use super::images::Form;
use super::measure::{compare, side, skip};
use super::{Bench, CACHED, FEWER, READING, as_floor, peers};
use std::fs;
use std::process::{Command, Stdio};

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
        if !peers::is_there(&["strace", "--seccomp-bpf", "-f", "-o", "/dev/null", "true"]) {
            return skip(name, "strace is not installed, or may not be used");
        }
        let count = self.count.div_ceil(FEWER);
        self.make("share", count, Form::Sound);
        let floor = Floor { count, ..self.floor(Work::Inspect, READING, "share") };
        let addpack = self.addpack(&["inspect", "--json", "-j16"], "share");
        let mut sides = [
            side(name, with_slow_reads(&as_floor(&floor))),
            side("addpack inspect --json -j16", with_slow_reads(&addpack)),
        ];
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

/// The same command, each of whose reads takes 5 ms longer. A preloaded library would not see reads that
/// do not go through libc.
fn with_slow_reads(command: &Command) -> Command {
    let mut slow = Command::new("strace");
    slow.args(["--seccomp-bpf", "-f", "-qq", "-o", "/dev/null", "-e", "trace=pread64"]);
    slow.args(["-e", "inject=pread64:delay_enter=5000"]).arg(command.get_program());
    slow.args(command.get_args()).stdout(Stdio::null()).stderr(Stdio::null());
    slow
}
