//! `addpack replace`: the request for replacements of packs that are refused, or lost.

use crate::cli::Error;
use crate::cli::args::check_new_file;
use crate::cli::args::plan::ReplaceArgs;
use crate::cli::ask::stop::{self, STOP};
use crate::cli::commands::digests::{digests, no_digest};
use crate::cli::commands::gather::{Packs, gather};
use crate::cli::commands::ledger::{open_to_read, written};
use crate::cli::commands::plan::one_server;
use crate::cli::commands::plan_output::put;
use crate::cli::commands::queue::set::look_at_diskettes;
use crate::cli::exit::Exit;
use crate::cli::show::json::{line, path_bytes};
use crate::cli::show::request::{self, RequestRow};
use crate::cli::show::terminal::{TextStyle, complain, named, tell, wrote};
use crate::cli::words::{KB_REPLACEMENT, Refusal, number, pack_serial, plural, taken_message};
use addpack::plan::servers::Span;
use addpack::plan::{PackFacts, moved_away};
use addpack::record::Version;
use addpack::record::fields::Server;
use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{Write, stdout};
use std::path::Path;
use std::sync::atomic::Ordering;

pub(crate) fn run(args: &ReplaceArgs) -> Result<Exit, Error> {
    if let Some(output) = &args.output {
        check_new_file("-o", output)?;
    }
    let packs = if args.queue.queue { queue_packs(args)? } else { gather(&args.common)? };
    let mut exit = packs.exit;
    let lost = lost(args, &packs)?;
    let mut rows =
        if exit == Exit::Stopped { Vec::new() } else { refused(&packs, args, &mut exit) };
    if STOP.load(Ordering::Relaxed) {
        complain("stopped: not all images were looked at, so there is no request");
        if let Some(folder) = &args.queue.keep {
            complain(&format!(
                "to go on, run the same command again: the images made so far are in {}",
                named(folder)
            ));
        }
        return end(args, &packs, Exit::Stopped);
    }
    rows.extend(lost);
    if !args.common.json {
        packs.skipped.complain();
    }
    if exit == Exit::Failed {
        complain("no request was written, since it would not be complete: see what failed above");
        if let Some(folder) = args.queue.keep.as_ref().filter(|_| !packs.facts.is_empty()) {
            complain(&format!("addpack replace {} asks for those that were kept", named(folder)));
        }
        return end(args, &packs, exit);
    }
    let left_out = tell_left_out(&packs);
    if packs.is_empty && rows.is_empty() {
        return end(args, &packs, exit);
    }
    if rows.is_empty() {
        complain(if left_out == 0 {
            "no pack is refused, and none was named as lost: there is nothing to ask for"
        } else {
            "there is nothing to ask for"
        });
        return end(args, &packs, exit);
    }
    let mut request = request(args, &rows)?;
    if args.common.json {
        request.extend(request::summary(rows.len(), &packs.skipped, exit));
    }
    let quiet = args.common.screen.quiet;
    match &args.output {
        None => written(stdout().write_all(&request).and_then(|()| stdout().flush())).map(|_| ()),
        Some(output) => put(output, &request).map(|()| {
            let asks = plural(rows.len() as u64, "replacement", "replacements");
            wrote(quiet, &format!("{} asks for {asks}", named(output)));
        }),
    }?;
    Ok(exit)
}

/// Ends without a request: programs get a summary all the same.
fn end(args: &ReplaceArgs, packs: &Packs, exit: Exit) -> Result<Exit, Error> {
    if args.common.json {
        let summary = request::summary(0, &packs.skipped, exit);
        written(stdout().write_all(&summary).and_then(|()| stdout().flush()))?;
    }
    Ok(exit)
}

/// The packs of diskettes that are put in one after another, with their images.
fn queue_packs(args: &ReplaceArgs) -> Result<Packs, Error> {
    if args.queue.keep.is_none() {
        let message = "replace --queue names the digest of each image: say where to keep the images, with \
                       --keep DIR";
        return Err(Error::Usage(message.to_owned()));
    }
    stop::listen();
    let mut ledger = open_to_read(&args.common.ledger)?;
    let set = look_at_diskettes(&args.common, &args.queue, &mut ledger, |diskette| {
        tell(&diskette.text(TextStyle::of_file()));
    })?;
    set.complain_of_failed();
    let stopped = if set.is_stopped { Exit::Stopped } else { Exit::Good };
    let mut packs = set.packs;
    packs.exit = packs.exit.merge(stopped);
    Ok(packs)
}

/// How many refused packs that are left out are named with the reason; the others are only counted.
const LEFT_OUT_NAMED: usize = 10;

/// Says which refused packs are left out, and why; how many those are.
fn tell_left_out(packs: &Packs) -> usize {
    let mut count = 0;
    for (pack, refusal) in packs.summaries.refused() {
        let Some(why) = &refusal.left_out else { continue };
        count += 1;
        if count <= LEFT_OUT_NAMED {
            let path = packs.summaries.path(pack);
            complain(&format!("{} is left out of the request: {why}", named(&path)));
        }
    }
    if count > LEFT_OUT_NAMED {
        let more = number((count - LEFT_OUT_NAMED) as u64);
        complain(&format!("and {more} more are left out: addpack inspect says why"));
    }
    count
}

/// The refused packs, but for those that no replacement is to be asked for.
fn refused(packs: &Packs, args: &ReplaceArgs, exit: &mut Exit) -> Vec<RequestRow> {
    let asked = packs.summaries.asked();
    let asked: Vec<_> =
        asked.map(|(pack, refusal)| (pack, packs.summaries.path(pack), refusal)).collect();
    let paths: Vec<_> = asked.iter().map(|(_, path, _)| path.as_path()).collect();
    let digests = digests(&paths, &args.common);
    let mut rows = Vec::new();
    for ((pack, path, refusal), sha1) in asked.iter().zip(digests) {
        let sha1 = sha1.map_err(|error| {
            complain(&no_digest(path, &error));
            *exit = exit.merge(Exit::Failed);
        });
        rows.push(refused_row(&packs.facts[*pack], path, refusal, sha1.ok()));
    }
    one_row_a_pack(rows)
}

/// A pack is asked for once, however many images of it are refused: those with its serial or, where none is
/// known, those with the same bytes.
fn one_row_a_pack(rows: Vec<RequestRow>) -> Vec<RequestRow> {
    let mut packs: Vec<RequestRow> = Vec::new();
    let mut places = HashMap::new();
    for row in rows {
        let known_by = row.serial.clone().or_else(|| row.sha1.clone());
        let place = known_by.map(|name| *places.entry(name).or_insert(packs.len()));
        match place.and_then(|place| packs.get_mut(place)) {
            Some(first) => first.other_images += 1,
            None => packs.push(row),
        }
    }
    packs
}

fn refused_row(
    facts: &PackFacts,
    path: &Path,
    refusal: &Refusal,
    sha1: Option<String>,
) -> RequestRow {
    let version = refusal.version.map(Version::as_str);
    let mut kb = refusal.kb.to_vec();
    kb.push(KB_REPLACEMENT);
    RequestRow {
        serial: pack_serial(facts).map(Cow::into_owned),
        licenses: refusal.licenses,
        version,
        reason: refusal.label,
        evidence: refusal.evidence.clone(),
        path: Some(path.to_string_lossy().into_owned()),
        path_bytes: path_bytes(path),
        sha1,
        kb,
        ..RequestRow::of(refusal.code, refusal.server.as_ref(), refusal.span)
    }
}

/// Packs that are not there: those that were named, and with `--gaps` what the chains lack.
///
/// # Errors
/// If a pack is named as lost and it is not clear which server it belongs to.
fn lost(args: &ReplaceArgs, packs: &Packs) -> Result<Vec<RequestRow>, Error> {
    let sets = &packs.sets;
    let one =
        if args.lost.is_empty() { None } else { one_server(&args.which, sets, &args.common)? };
    let is_one_meant = args.which.is_given();
    if let Some(server) = one.filter(|_| !is_one_meant && sets.all().len() > 1) {
        complain(&taken_message(&server));
    }
    let row = |server: Option<&Server>, span: Span, evidence: &str| {
        let licenses = span.1 - span.0;
        RequestRow {
            licenses: Some(licenses),
            evidence: vec![evidence.to_owned()],
            kb: vec![236_867, KB_REPLACEMENT],
            reason: "lost or stolen",
            ..RequestRow::of("lost", server, Some(span))
        }
    };
    let named = args.lost.iter().map(|span| row(one.as_ref(), *span, "named as lost or stolen"));
    let mut rows: Vec<_> = named.collect();
    let servers = if is_one_meant { args.which.meant(sets) } else { Vec::new() };
    let meant = sets.all().iter().filter(|set| !is_one_meant || servers.contains(&set.server));
    let moved = moved_away(&packs.facts);
    for set in meant.filter(|_| args.gaps) {
        let moved = moved.get(&set.server).into_iter().flatten();
        let span = |number: &usize| packs.facts[*number].used.map(|used| (used.from, used.to));
        let gaps = set.chain.lost(moved.filter_map(span));
        let new = gaps.iter().filter(|gap| one != Some(set.server) || !args.lost.contains(gap));
        let evidence = "no pack of the set restores this, and packs behind it are there";
        rows.extend(new.map(|gap| row(Some(&set.server), *gap, evidence)));
    }
    Ok(rows)
}

/// The request in the form that was asked for.
fn request(args: &ReplaceArgs, rows: &[RequestRow]) -> Result<Vec<u8>, Error> {
    let ending = args.output.as_ref().and_then(|path| path.extension());
    if args.common.json {
        Ok(rows.iter().flat_map(line).collect())
    } else if args.csv || ending.is_some_and(|ending| ending.eq_ignore_ascii_case("csv")) {
        request::csv(rows).map_err(Error::Output)
    } else {
        Ok(request::text(rows).into_bytes())
    }
}
