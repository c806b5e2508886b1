//! What writes: `convert`, in place and into copies, on fast and slow disks.

use super::floor::{Floor, Work};
use super::images::Form;
use super::measure::{compare, side, skip};
use super::{Bench, CACHED, FEWER, WRITING, as_floor, peers};
use std::cell::Cell;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// What is preloaded where a disk is to be slow.
type Slow<'a> = Option<&'a Path>;

impl Bench {
    /// A conversion of images of this form, by the floor and by `addpack` with these arguments.
    fn change(&self, name: &str, floor: &Floor, form: Form, arguments: &[&str], slow: Slow<'_>) {
        let Floor { count, .. } = *floor;
        let anew = || self.make_anew("change", count, form);
        let shown = format!("addpack {}", arguments.join(" "));
        let mut sides =
            [side(name, as_floor(floor)), side(&shown, self.addpack(arguments, "change"))];
        for side in &mut sides {
            side.prepare = &anew;
            if let Some(library) = slow {
                side.command.env("LD_PRELOAD", library).env("SLOW_FLUSH", "10000");
            }
        }
        compare(count, self.rounds.min(5), &mut sides);
        self.make_anew("change", 0, form);
    }

    pub(crate) fn convert(&self) {
        let floor = self.floor(Work::Convert, WRITING, "change");
        let arguments = ["convert", "--yes", "--json", "-j32"];
        self.change("convert: floor, 32 threads", &floor, Form::Sound, &arguments, None);
    }

    pub(crate) fn slow_disk(&self) {
        let name = "convert, 10 ms a flush: floor, 32 threads";
        let Some(library) = self.slow(name) else { return };
        let count = self.count.div_ceil(FEWER);
        let floor = Floor { count, ..self.floor(Work::Convert, WRITING, "change") };
        let arguments = ["convert", "--yes", "--json", "-j32"];
        self.change(name, &floor, Form::Sound, &arguments, Some(&library));
    }

    /// Copies of one run are kept until the end: where ext4 has no journal, it passes by the numbers of files that
    /// were removed minutes ago, one by one, with each file that is made. So this part comes first, too.
    pub(crate) fn copy(&self) {
        self.make("copied", self.count, Form::Sound);
        let runs = Cell::new(0);
        let put_aside = || {
            runs.set(runs.get() + 1);
            for folder in ["out", "copied.out"] {
                let aside = format!("{folder}.{}", runs.get());
                let _ = fs::rename(self.folder.join(folder), self.folder.join(aside));
            }
            self.forget_ledger();
            rustix::fs::sync();
        };
        let output = self.folder.join("out");
        let output = output.to_str().expect("the folder's name is text");
        let arguments = ["convert", "--yes", "--json", "-j32", "-o", output];
        let mut sides = [
            side(
                "convert -o: floor, 32 threads",
                as_floor(&self.floor(Work::Copy, WRITING, "copied")),
            ),
            side("addpack convert --yes --json -j32 -o", self.addpack(&arguments, "copied")),
        ];
        for side in &mut sides {
            side.prepare = &put_aside;
        }
        compare(self.count, self.rounds.min(3), &mut sides);
        self.forget_ledger();
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let name = entry.file_name().into_string().unwrap_or_default();
            if name.contains("out") || name == "copied" {
                self.remove(&name);
            }
        }
    }

    pub(crate) fn gzip(&self) {
        let count = self.count.div_ceil(FEWER);
        self.make("gz", count, Form::Gzip);
        let floor = |work, threads, folder| Floor { count, ..self.floor(work, threads, folder) };
        let inflate = floor(Work::Inflate, CACHED, "gz");
        let mut sides = [
            side("inspect of .gz: floor, 2 threads", as_floor(&inflate)),
            side("addpack inspect --json -j2", self.addpack(&["inspect", "--json", "-j2"], "gz")),
        ];
        compare(count, self.rounds.min(5), &mut sides);
        self.remove("gz");
        let deflate = floor(Work::Deflate, WRITING, "change");
        let arguments = ["convert", "--yes", "--json", "-j32"];
        self.change("convert of .gz: floor, 32 threads", &deflate, Form::Gzip, &arguments, None);
    }

    /// One archive of many images, beside what people take for it.
    pub(crate) fn zip(&self) {
        if !peers::is_there(&["zip", "-v"]) || !peers::is_there(&["unzip", "-v"]) {
            return skip("zip", "zip and unzip are not installed");
        }
        let count = self.count.div_ceil(FEWER);
        self.make("zip", count, Form::Sound);
        let (kept, used) = (self.folder.join("kept.zip"), self.folder.join("used.zip"));
        let mut pack = Command::new("zip");
        pack.args(["-q", "-r"]).arg(&kept).arg("zip").current_dir(&self.folder);
        assert!(pack.status().is_ok_and(|status| status.success()), "{pack:?}");
        let anew = || {
            fs::copy(&kept, &used).expect("there is room");
            self.remove("unzipped");
            self.forget_ledger();
            rustix::fs::sync();
        };
        let mut test = Command::new("unzip");
        test.arg("-tqq").arg(&used).stdout(Stdio::null());
        let mut again = Command::new("sh");
        again.args(["-c", "unzip -q used.zip -d unzipped && cd unzipped && zip -qr ../used.zip ."]);
        again.current_dir(&self.folder);
        let addpack = |arguments: &[&str]| self.addpack(arguments, "used.zip");
        let mut sides = [
            side("a zip: unzip -t, for comparison", test),
            side("addpack inspect --json", addpack(&["inspect", "--json"])),
            side("unzip and zip again", again),
            side("addpack convert --yes --json", addpack(&["convert", "--yes", "--json"])),
        ];
        for side in &mut sides {
            side.prepare = &anew;
        }
        compare(count, self.rounds.min(3), &mut sides);
        self.remove("zip");
        self.remove("unzipped");
        self.forget_ledger();
    }
}
