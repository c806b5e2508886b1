//! `addpack replace`: the request for replacements of packs that are refused, or lost.

use crate::cli::Error;
use crate::cli::args::plan::Replace as Args;
use crate::cli::commands::gather::{Gathered, Known, Refusal, gather};
use crate::cli::commands::ledger::written;
use crate::cli::exit::Exit;
use crate::cli::show::json::{line, path_text};
use crate::cli::show::request::{self, Row};
use crate::cli::show::terminal::{complain, escape, shown};
use crate::cli::words::KB_REPLACEMENT;
use addpack::disk::Storage;
use addpack::files::write_new;
use addpack::media::{Medium, Place};
use addpack::plan::set::Span;
use addpack::record::Version;
use addpack::record::fields::{Server, hex};
use sha1::{Digest, Sha1};
use std::io::{self, Write, stdout};
use std::path::Path;

pub(crate) fn run(args: &Args) -> Result<Exit, Error> {
    if let Some(output) = args.output.as_deref().filter(|path| path.symlink_metadata().is_ok()) {
        return Err(refuse_to_overwrite(output));
    }
    let gathered = gather(&args.common)?;
    if gathered.exit == Exit::Stopped {
        return Ok(Exit::Stopped);
    }
    let mut exit = gathered.exit;
    let mut rows = refused(&gathered, args.common.retries, &mut exit);
    rows.extend(lost(args, &gathered));
    if exit == Exit::Failed {
        complain("no request was written, since it would not be complete: see what failed above");
        return Ok(exit);
    }
    if rows.is_empty() {
        complain("no pack is refused, and none was named as lost: there is nothing to ask for");
        return Ok(exit);
    }
    let request = request(args, &rows)?;
    match &args.output {
        None => written(stdout().write_all(&request).and_then(|()| stdout().flush()))?,
        Some(output) => put(output, &request)?,
    };
    Ok(exit)
}

fn refuse_to_overwrite(output: &Path) -> Error {
    let output = escape(&output.to_string_lossy());
    Error::Usage(format!("-o {output}: there is such a file already, and it is left as it is"))
}

fn put(output: &Path, request: &[u8]) -> Result<Exit, Error> {
    match write_new(output, request) {
        Ok(()) => Ok(Exit::Good),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(refuse_to_overwrite(output))
        }
        Err(error) => {
            let cause = format!("{}: {error}", shown(output));
            Err(Error::Output(io::Error::new(error.kind(), cause)))
        }
    }
}

/// The refused packs. One that lives on in another image needs no replacement.
fn refused(gathered: &Gathered, retries: u32, exit: &mut Exit) -> Vec<Row> {
    let mut rows = Vec::new();
    for known in &gathered.known {
        let Some(refusal) = known.refusal.as_ref().filter(|refusal| !refusal.is_copy) else {
            continue;
        };
        let sha1 = digest(&known.path, retries).map_err(|error| {
            let path = escape(&known.path.to_string_lossy());
            complain(&format!("{path}: its digest could not be taken: {error}"));
            *exit = exit.merge(Exit::Failed);
        });
        rows.push(refused_row(known, refusal, sha1.ok()));
    }
    rows
}

fn refused_row(known: &Known, refusal: &Refusal, sha1: Option<String>) -> Row {
    let (path, path_bytes) = path_text(&known.path);
    let server = refusal.bound.as_ref().map(|bound| bound.0);
    let version = refusal.version.map(Version::as_str);
    let mut kb = refusal.kb.to_vec();
    kb.push(KB_REPLACEMENT);
    Row {
        serial: known.serial.clone(),
        licenses: refusal.licenses,
        version,
        evidence: refusal.evidence.clone(),
        path: Some(path.into_owned()),
        path_bytes,
        sha1,
        kb,
        ..Row::of(refusal.code, server.as_ref(), refusal.bound.map(|(_, from, to)| (from, to)))
    }
}

/// Packs that are not there: those that were named, and with `--gaps` what the chains lack.
fn lost(args: &Args, gathered: &Gathered) -> Vec<Row> {
    let sets = &gathered.sets;
    let one = args.which.identity(sets);
    let is_one_meant = args.which.address.is_some() || args.which.name.is_some();
    let row = |server: Option<&Server>, span: Span, evidence: &str| {
        let licenses = span.1 - span.0;
        Row {
            licenses: Some(licenses),
            evidence: vec![evidence.to_owned()],
            kb: vec![236_867, KB_REPLACEMENT],
            ..Row::of("lost", server, Some(span))
        }
    };
    let named = args.lost.iter().map(|span| row(one.as_ref(), *span, "named as lost or stolen"));
    let mut rows: Vec<_> = named.collect();
    let meant = sets.all().iter().filter(|set| !is_one_meant || Some(set.server) == one);
    for set in meant.filter(|_| args.gaps) {
        let gaps = set.chain.lost();
        let new = gaps.iter().filter(|gap| one != Some(set.server) || !args.lost.contains(gap));
        let evidence = "no pack of the set restores this, and packs behind it are there";
        rows.extend(new.map(|gap| row(Some(&set.server), *gap, evidence)));
    }
    rows
}

/// The largest file whose digest is taken; no diskette comes near it.
const MOST: u64 = 64 << 20;

/// SHA-1 of the whole image, or diskette.
fn digest(path: &Path, retries: u32) -> io::Result<String> {
    let image = Medium::open(&Place::at(path)?, retries)?;
    if image.len() > MOST {
        return Err(io::Error::other("it is much larger than a diskette"));
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

/// The request in the form that was asked for.
fn request(args: &Args, rows: &[Row]) -> Result<Vec<u8>, Error> {
    let ending = args.output.as_ref().and_then(|path| path.extension());
    if args.common.json {
        Ok(rows.iter().flat_map(line).collect())
    } else if args.csv || ending.is_some_and(|ending| ending.eq_ignore_ascii_case("csv")) {
        request::csv(rows).map_err(Error::Output)
    } else {
        Ok(request::text(rows).into_bytes())
    }
}
