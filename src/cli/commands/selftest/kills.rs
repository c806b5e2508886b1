//! Conversions that are killed at each step: is each pack wholly old or wholly new?

use super::{Trial, is_stopped};
use crate::cli::words::{plural, system_cause};
use addpack::media::{MediaError, Medium, Place};
use addpack::pack::examine::{Examination, examine};
use addpack::report::Outcome;
use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

pub(super) const TRIALS: [fn(&Path) -> Trial; 3] = [
    |folder| trial("killed, in place", folder, Way::Raw),
    |folder| trial("killed, in a gzip file", folder, Way::Gzip),
    |folder| trial("killed, into copies", folder, Way::Copies),
];

/// A used pack and an unused one, compressed.
const SAMPLES: [(&str, &[u8]); 2] =
    [("used", include_bytes!("used.img.gz")), ("unused", include_bytes!("unused.img.gz"))];
/// Far more steps than a conversion of the samples takes.
const TOO_MANY: u64 = 1000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Raw,
    Gzip,
    /// Raw, and converted into copies.
    Copies,
}

/// How often a run was killed, what it left, and whether the next run converted everything.
#[derive(Default)]
struct Kills {
    steps: u64,
    packs: u64,
    old_or_new: u64,
    converted: u64,
}

fn trial(name: &'static str, folder: &Path, form: Way) -> Trial {
    match kill_at_each_step(folder, form) {
        Ok(Kills { steps, packs, old_or_new, converted }) => Trial {
            name,
            result: format!(
                "at each of {}: {old_or_new} of {packs} packs were old or new, {converted} of {packs} \
                 converted by the next run",
                plural(steps, "step", "steps")
            ),
            is_good: steps > 0 && old_or_new == packs && converted == packs,
        },
        Err(error) => {
            Trial { name, result: format!("MISSING: {}", system_cause(&error)), is_good: false }
        }
    }
}

fn kill_at_each_step(folder: &Path, form: Way) -> io::Result<Kills> {
    let mut kills = Kills::default();
    for step in (0..TOO_MANY).take_while(|_| !is_stopped()) {
        let folder = folder.join("killed");
        let _ = fs::remove_dir_all(&folder);
        make(&folder, form)?;
        let ended = run(&folder, step, form)?;
        if ended.code() == Some(0) {
            return Ok(kills);
        }
        if ended.code().is_some() && cfg!(unix) {
            return Err(io::Error::other(format!("a conversion ended with {ended}")));
        }
        kills.steps += 1;
        kills.packs += SAMPLES.len() as u64;
        let is_old_or_new = |name: &str| is_old(&folder, name, form) || is_new(&folder, name, form);
        kills.old_or_new += count(is_old_or_new);
        let again = run(&folder, u64::MAX, form)?.success();
        kills.converted += count(|name| again && is_new(&folder, name, form));
    }
    Err(io::Error::other("a conversion takes no end of steps"))
}

fn count(is_so: impl Fn(&str) -> bool) -> u64 {
    SAMPLES.iter().filter(|(name, _)| is_so(name)).count() as u64
}

fn make(folder: &Path, form: Way) -> io::Result<()> {
    let images = folder.join("images");
    fs::create_dir_all(&images)?;
    for (name, sample) in SAMPLES {
        match form {
            Way::Gzip => fs::write(images.join(file_name(name, form)), sample)?,
            Way::Raw | Way::Copies => {
                fs::write(images.join(file_name(name, form)), unpacked(sample)?)?;
            }
        }
    }
    Ok(())
}

fn unpacked(sample: &[u8]) -> io::Result<Vec<u8>> {
    let mut image = Vec::new();
    flate2::read::GzDecoder::new(sample).read_to_end(&mut image).map(|_| image)
}

fn file_name(name: &str, form: Way) -> String {
    format!("{name}.img{}", if form == Way::Gzip { ".gz" } else { "" })
}

/// Converts the packs in another process, which ends itself after so many steps.
fn run(folder: &Path, steps: u64, form: Way) -> io::Result<ExitStatus> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("selftest").arg(folder).arg("--steps").arg(steps.to_string());
    command.args((form == Way::Copies).then_some("--copies"));
    command.stdin(Stdio::null()).stdout(Stdio::null()).status()
}

/// Whether the image is 4.0, byte for byte as it was made; and of a copy, nothing is there.
fn is_old(folder: &Path, name: &str, form: Way) -> bool {
    let sample = SAMPLES.iter().find(|(known, _)| *known == name).map(|(_, sample)| *sample);
    let made = match form {
        Way::Gzip => sample.map(<[u8]>::to_vec),
        Way::Raw | Way::Copies => sample.and_then(|sample| unpacked(sample).ok()),
    };
    let held = fs::read(folder.join("images").join(file_name(name, form))).ok();
    let has_copy =
        form == Way::Copies && folder.join("copies").join(file_name(name, form)).exists();
    made.is_some() && held == made && !has_copy
}

/// Whether the image, or its copy, is wholly 4.5; what the next run cleans up does not count.
fn is_new(folder: &Path, name: &str, form: Way) -> bool {
    let below = if form == Way::Copies { "copies" } else { "images" };
    let path = folder.join(below).join(file_name(name, form));
    let outcome = || match examine(&Medium::open(&Place::at(&path)?, 0)?)? {
        Examination::Pack(pack) => Ok::<_, MediaError>(Some(pack.outcome())),
        Examination::NotAPack(_) => Ok(None),
    };
    let new = [Outcome::AlreadyConverted, Outcome::UnfinishedConversion];
    outcome().is_ok_and(|outcome| outcome.is_some_and(|outcome| new.contains(&outcome)))
}
