//! Plans in the admin's words, and what servers say.

use super::finding::finding_label;
use super::pack_summary::{PackSummary, pack_serial};
use super::value::server;
use crate::cli::show::terminal::named;
use addpack::plan::rules::{ServerResponse, limit};
use addpack::plan::{Edition, PackFacts, PlanAction, PlanCode, PlanStep, ServerState};
use addpack::record::event::ServerVersion;

/// What a server says, or does, in a sentence or two. What stands in quotation marks is the server's own
/// sentence, as the vendor's articles quote it; how it puts the rest is this project's model of it.
pub(crate) fn response_message(response: ServerResponse) -> String {
    match response {
        ServerResponse::NotSmallBusinessServer => {
            "The server says: \"Your computer is not running Microsoft BackOffice Small Business \
             Server. You can only add licenses to a computer running Small Business Server.\""
                .to_owned()
        }
        ServerResponse::NoAddedLicenses => {
            "The server says: \"This version of the Microsoft Small Business Server cannot have \
             additional client licenses added.\""
                .to_owned()
        }
        ServerResponse::AlreadyUsed { from, to } => format!(
            "The server says: \"This Microsoft Small Business Server Client Add Pack disk was already \
             used to increase client licenses from {from} to {to}. This disk can only be reused to \
             restore licenses from {from} to {to} users.\" After a reinstall it may make the diskette \
             defective."
        ),
        ServerResponse::RestoresOther { from, to } => model(&format!(
            "turns the pack away: it restores {from} to {to} licenses and no others"
        )),
        ServerResponse::OverLimit { limit } => {
            model(&format!("turns the pack away: it takes {limit} licenses at most"))
        }
        ServerResponse::MayBeDamaged => {
            model("says that the disk may be damaged, since it cannot write to it")
        }
        ServerResponse::AsksForPassword => {
            model("asks for a password from support, since the pack is bound to another server")
        }
        ServerResponse::MayCorrupt => {
            "The server may corrupt the diskette: it is a 4.0 pack, and the server \
                               is 4.5."
                .to_owned()
        }
        ServerResponse::Takes { from, to } => {
            format!("The server goes from {from} to {to} licenses.")
        }
    }
}

/// A sentence that no article quotes.
fn model(what: &str) -> String {
    format!("In addpack's model, the server {what}.")
}

/// The sentence on a step.
pub(crate) fn step_message(step: &PlanStep, summary: &PackSummary) -> String {
    let message = match (step.code, &summary.refusal) {
        (PlanCode::Refused(_), Some(refusal)) => refusal.message.clone(),
        (PlanCode::Copy, _) => {
            "Another image of the set is this very pack, in the same or a newer state.".to_owned()
        }
        (PlanCode::CopyMissing, _) => {
            format!("The pack was converted into {}, which is gone.", named(summary.image()))
        }
        (PlanCode::ConvertFirst, _) if step.harm.is_some() => {
            "Convert it first: as it is, the server may corrupt the diskette.".to_owned()
        }
        (PlanCode::ConvertFirst, _) => {
            "Convert it first: its record has no room for another event.".to_owned()
        }
        (PlanCode::FinishFirst, _) => {
            "Its conversion was interrupted: addpack convert finishes it.".to_owned()
        }
        _ => step.response.map(response_message).unwrap_or_default(),
    };
    let is_answered = step.action == PlanAction::TurnAway && step.response.is_some();
    if is_answered && step.harm == Some(ServerResponse::MayCorrupt) {
        format!("{message} {MAY_CORRUPT_AS_IT_IS}")
    } else {
        message
    }
}

/// Added to what the server says to the converted pack.
const MAY_CORRUPT_AS_IT_IS: &str =
    "That is its answer to the converted pack; as a 4.0 pack, it may be corrupted.";

/// The vendor's articles that a step rests on.
pub(crate) fn step_kb(step: &PlanStep, summary: &PackSummary) -> Vec<u32> {
    let refusal = summary.refusal.as_ref().filter(|_| matches!(step.code, PlanCode::Refused(_)));
    let mut numbers = refusal.map_or_else(Vec::new, |refusal| refusal.kb.to_vec());
    numbers.extend(step.response.into_iter().chain(step.harm).flat_map(ServerResponse::kb));
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// What to do with a pack that is turned away.
pub(crate) fn step_next(step: &PlanStep, summary: &PackSummary, version: ServerVersion) -> String {
    let next = match step.code {
        PlanCode::Refused(_) => {
            return summary.refusal.as_ref().map_or_else(String::new, |r| r.next.clone());
        }
        PlanCode::NotSmallBusinessServer => {
            "apply it on a computer that runs Small Business Server"
        }
        PlanCode::NoAddedLicenses => "apply it on a server of the retail edition",
        PlanCode::WriteProtected => "slide the tab of the diskette shut, and plan again",
        PlanCode::RecordFull => "keep it; if it is needed again, ask for a replacement (KB 274532)",
        PlanCode::OtherServer => {
            "apply it on its own server; to move it to this one takes a password from support"
        }
        PlanCode::OverLimit if version == ServerVersion::V45 => "keep it for another server",
        PlanCode::OverLimit => "keep it for another server, or until this one is upgraded to 4.5",
        PlanCode::AlreadyApplied => "keep it: it is needed when the server is set up anew",
        PlanCode::Twin => "keep one of them with this server; only one adds licenses",
        PlanCode::BehindGap => "fill the gap before it first, and plan again",
        PlanCode::Copy => "keep one image of each diskette in the set: its newest",
        PlanCode::CopyMissing => {
            "name the place where the copy is now too, or convert the pack again"
        }
        PlanCode::OutOfOrder => "keep it, and do not apply it: it fits nowhere in this order",
        PlanCode::Restores | PlanCode::Adds | PlanCode::ConvertFirst | PlanCode::FinishFirst => {
            "apply it"
        }
    };
    next.to_owned()
}

/// Why a pack is turned away, or what it does, in a few words: for headings and labels.
pub(crate) fn code_label(code: PlanCode, summary: &PackSummary) -> &'static str {
    match code {
        PlanCode::Restores => "restores its licenses",
        PlanCode::Adds => "unused",
        PlanCode::ConvertFirst => "convert it first",
        PlanCode::FinishFirst => "finish its conversion first",
        PlanCode::NotSmallBusinessServer => "not a Small Business Server",
        PlanCode::NoAddedLicenses => "this edition of the server takes no packs",
        PlanCode::WriteProtected => "write-protected",
        PlanCode::RecordFull => "its record is full",
        PlanCode::OtherServer => "bound to another server",
        PlanCode::OverLimit => "more licenses than the server takes",
        PlanCode::AlreadyApplied => "the server has its licenses already",
        PlanCode::Twin => "another pack restores the same licenses",
        PlanCode::BehindGap => "a pack before it is missing",
        PlanCode::OutOfOrder => "fits nowhere in this order",
        PlanCode::Copy => "another image of the same pack counts",
        PlanCode::CopyMissing => "its converted copy is gone",
        PlanCode::Refused(finding) => {
            summary.refusal.as_ref().map_or_else(|| finding_label(finding), |r| r.label)
        }
    }
}

/// What is done with a pack, for people.
pub(crate) fn action_words(action: PlanAction) -> &'static str {
    match action {
        PlanAction::Apply => "apply",
        PlanAction::ConvertThenApply => "convert, then apply",
        PlanAction::TurnAway => "do not apply",
    }
}

/// The version of a pack on its label.
pub(crate) fn version_words(step: &PlanStep, facts: &PackFacts) -> &'static str {
    match (step.code, facts.version) {
        _ if pack_serial(facts).is_none() => "version unknown",
        (PlanCode::FinishFirst, _) => "4.5, once its conversion is finished",
        (PlanCode::ConvertFirst, _) => "4.5, once converted",
        (_, version) => version.as_str(),
    }
}

/// The server that a plan is for, and what the plan comes to with so many packs.
pub(crate) fn server_state(state: &ServerState, packs: usize, reaches: u16) -> String {
    let who = state
        .identity
        .as_ref()
        .map_or_else(|| "a server that no pack is bound to".to_owned(), server);
    let version = state.version.as_str();
    let edition = match state.edition {
        Edition::Retail => format!("Small Business Server {version}"),
        Edition::Nfr => format!("Small Business Server {version}, not for resale"),
        Edition::Msdn => format!("Small Business Server {version} from MSDN"),
        Edition::Nt => "full Windows NT".to_owned(),
    };
    let most = limit(state.version);
    let installed = state.installed;
    let outcome = match (packs, state.edition) {
        (_, Edition::Nfr | Edition::Msdn | Edition::Nt) => "it takes no packs".to_owned(),
        (0, _) => format!("{installed} licenses, and no pack to apply; it takes {most} at most"),
        (packs, _) => {
            let packs = if packs == 1 { "this pack" } else { &format!("these {packs} packs") };
            let most = at_most(reaches, most);
            format!("from {installed} to {reaches} licenses with {packs}{most}")
        }
    };
    format!("{who}, {edition}: {outcome}")
}

fn at_most(reaches: u16, most: u16) -> String {
    if reaches == most {
        ", which is its limit".to_owned()
    } else {
        format!("; it takes {most} at most")
    }
}

/// What to do on the server, in order, for a plan of so many packs.
pub(crate) fn on_the_server(server: &ServerState, packs: usize, reaches: u16) -> Vec<String> {
    let mut steps = vec![format!(
        "On the server, open the Small Business Server Console and follow its About link: it must say \
         version {} and {} licenses. If it does not, plan again with --server and --installed.",
        server.version.as_str(),
        server.installed
    )];
    if packs > 0 {
        let order = match packs {
            1 => "pack 1".to_owned(),
            2 => "packs 1 and 2, in this order and no other,".to_owned(),
            _ => format!("packs 1 to {packs}, in this order and no other,"),
        };
        steps.push(format!(
            "Apply {order} with the Add License Wizard. The server then has {reaches} licenses."
        ));
        steps.push("Restart the server (KB 236867).".to_owned());
    }
    steps
}
