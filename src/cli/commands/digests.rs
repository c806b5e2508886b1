//! The digests of images, by which a request names them.

use crate::cli::args::Common;
use crate::cli::ask::stop::STOP;
use crate::cli::show::progress::Progress;
use crate::cli::show::reading::ReadingOf;
use crate::cli::show::terminal::named;
use crate::cli::words::medium_cause;
use addpack::disk::Storage;
use addpack::media::{MediaError, Medium, Place, Watcher};
use addpack::record::fields::hex;
use sha1::{Digest, Sha1};
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The digest of each image, by several threads. Once the user has asked to stop, none is begun.
pub(super) fn digests(paths: &[&Path], common: &Common) -> Vec<Result<String, MediaError>> {
    let progress = if common.names_one_drive() {
        Progress::of_diskette(common.screen.quiet)
    } else {
        Progress::counting(common, "taking digests", paths.len() as u64)
    };
    let (next, retries) = (AtomicUsize::new(0), common.retries);
    let drive = paths.first().copied().unwrap_or_else(|| Path::new(""));
    let watcher = progress.watcher(drive, ReadingOf::Whole);
    let work = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(path) = paths.get(at).filter(|_| !STOP.load(Ordering::Relaxed)) else {
                return done;
            };
            done.push((at, digest(path, retries, &watcher)));
            progress.other();
        }
    };
    let workers = common.looking().min(paths.len());
    let mut digests: Vec<_> =
        paths.iter().map(|_| Err(io::ErrorKind::Interrupted.into())).collect();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        for (at, digest) in threads.into_iter().filter_map(|thread| thread.join().ok()).flatten() {
            digests[at] = digest;
        }
    });
    progress.finish();
    digests
}

/// The largest file whose digest is taken; no diskette comes near it.
const MAX_DIGESTED: u64 = 64 << 20;

/// SHA-1 of the whole image, or diskette.
fn digest(path: &Path, retries: u32, watcher: &Watcher) -> Result<String, MediaError> {
    let image = Medium::open(&Place::at(path)?, retries)?.watched(Some(watcher.clone()));
    if image.len() > MAX_DIGESTED {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let (mut hash, mut at) = (Sha1::new(), 0);
    let mut buffer = vec![0; 64 << 10];
    while at < image.len() {
        let left = usize::try_from(image.len() - at).unwrap_or(buffer.len());
        let part = left.min(buffer.len());
        image.read(at, &mut buffer[..part])?;
        hash.update(&buffer[..part]);
        at += part as u64;
    }
    Ok(hex(&hash.finalize()))
}

/// That a digest could not be taken, and why. That of an image is of its file, also where a rescue has lost sectors.
pub(super) fn no_digest(path: &Path, error: &MediaError) -> String {
    let message =
        format!("{}: its digest could not be taken: {}", named(path), medium_cause(error));
    match error {
        MediaError::Lost(_) => {
            message
                + "; addpack replace --queue DRIVE --keep DIR takes it from an image that it makes"
        }
        _ => message,
    }
}
