//! Plans in the admin's words, and what servers say.

use super::value::server;
use crate::cli::commands::gather::Known;
use addpack::plan::rules::Answer;
use addpack::plan::set::{Chain, Span};
use addpack::plan::{Action, Code, Edition, FIRST_LICENSES, PackFacts, ServerState, Step};

/// What a server says, or does, in a sentence or two. The first three are its own words; how it puts
/// the others, the vendor's articles do not tell.
pub(crate) fn answer_message(answer: Answer) -> String {
    match answer {
        Answer::NotSmallBusinessServer => {
            "Your computer is not running Microsoft BackOffice Small Business Server. You can only \
             add licenses to a computer running Small Business Server."
                .to_owned()
        }
        Answer::NoAddedLicenses => {
            "This version of the Microsoft Small Business Server cannot have additional client \
             licenses added."
                .to_owned()
        }
        Answer::AlreadyUsed { from, to } => format!(
            "This Microsoft Small Business Server Client Add Pack disk was already used to increase \
             client licenses from {from} to {to}. This disk can only be reused to restore licenses \
             from {from} to {to} users."
        ),
        Answer::OverLimit { limit } => format!(
            "The server says that the maximum number of licenses, {limit}, would be exceeded."
        ),
        Answer::MayBeDamaged => {
            "The server says that the disk may be damaged: it cannot write to it.".to_owned()
        }
        Answer::AsksForPassword => {
            "The server asks for a password from support: the pack is bound to another server."
                .to_owned()
        }
        Answer::MakesDefective => {
            "The server would make the diskette defective: the pack comes out of order.".to_owned()
        }
        Answer::Corrupts => {
            "The server would corrupt the diskette: it is a 4.0 pack, and the server is 4.5."
                .to_owned()
        }
        Answer::Takes { from, to } => format!("The server goes from {from} to {to} licenses."),
    }
}

/// What is said of a step.
pub(crate) fn step_message(step: &Step, known: &Known) -> String {
    let said = step.answer.map(answer_message);
    let message = match (step.code, &known.refusal) {
        (Code::Refused(_), Some(refusal)) => refusal.message.clone(),
        (Code::Copy, _) => {
            "Another image of the set is this very pack, in the same or a newer state.".to_owned()
        }
        (Code::ConvertFirst, _) if step.harm.is_some() => {
            "Convert it first: as it is, the server would corrupt the diskette.".to_owned()
        }
        (Code::ConvertFirst, _) => {
            "Convert it first: its record has no room for another event.".to_owned()
        }
        (Code::FinishFirst, _) => {
            "Its conversion was interrupted: addpack convert finishes it.".to_owned()
        }
        _ => said.unwrap_or_default(),
    };
    let is_answered = step.action == Action::TurnAway && step.answer.is_some();
    if is_answered && step.harm == Some(Answer::Corrupts) {
        format!("{message} {CORRUPTS_AS_IT_IS}")
    } else {
        message
    }
}

/// Added to what the server says to the converted pack.
const CORRUPTS_AS_IT_IS: &str =
    "That is so once the pack is converted: as it is, the server would corrupt the diskette.";

/// The vendor's articles that a step rests on.
pub(crate) fn step_kb(step: &Step, known: &Known) -> Vec<u32> {
    let refusal = known.refusal.as_ref().filter(|_| matches!(step.code, Code::Refused(_)));
    let mut numbers = refusal.map_or_else(Vec::new, |refusal| refusal.kb.to_vec());
    numbers.extend(step.answer.into_iter().chain(step.harm).flat_map(Answer::kb));
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// What to do next with a pack that is turned away.
pub(crate) fn step_next(step: &Step, known: &Known) -> String {
    let next = match step.code {
        Code::Refused(_) => {
            return known.refusal.as_ref().map_or_else(String::new, |r| r.next.clone());
        }
        Code::NotSmallBusinessServer => "apply it on a computer that runs Small Business Server",
        Code::NoAddedLicenses => "apply it on a server of the retail edition",
        Code::WriteProtected => "slide the tab shut (make the file writable), and plan again",
        Code::RecordFull => "keep it; where it is needed again, ask for a replacement (KB 274532)",
        Code::OtherServer => {
            "apply it on its own server; to move it to this one takes a password from support"
        }
        Code::OverLimit => "keep it for another server, or for one with a higher limit",
        Code::AlreadyApplied => "keep it: it is needed when the server is set up anew",
        Code::Twin => "keep one of them with this server; only one adds licenses",
        Code::BehindGap => "find the missing pack, or ask for its replacement, and plan again",
        Code::Copy => "keep one image of each diskette in the set: its newest",
        Code::OutOfOrder => "keep it, and do not apply it: it fits at no point of this order",
        Code::Restores | Code::Adds | Code::ConvertFirst | Code::FinishFirst => "apply it",
    };
    next.to_owned()
}

/// What is done with a pack, for people.
pub(crate) fn action_words(action: Action) -> &'static str {
    match action {
        Action::Apply => "apply",
        Action::ConvertThenApply => "convert, then apply",
        Action::TurnAway => "turn away",
    }
}

/// What a label says of a pack's version.
pub(crate) fn version_words(step: &Step, facts: &PackFacts, known: &Known) -> &'static str {
    match (step.code, facts.version) {
        _ if known.serial.is_none() => "version unknown",
        (Code::FinishFirst, _) => "4.5, once its conversion is finished",
        (Code::ConvertFirst, _) => "4.5, once converted",
        (_, version) => version.as_str(),
    }
}

/// The server that a plan is for.
pub(crate) fn server_state(state: &ServerState, limit: u16) -> String {
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
    let most = match state.edition {
        Edition::Retail => format!("takes {limit} at most"),
        Edition::Nfr | Edition::Msdn | Edition::Nt => "takes no packs".to_owned(),
    };
    format!("{who}: {edition}, has {} licenses, {most}", state.installed)
}

/// A gap of the chain: whether the plan gets over it, and how many packs lie behind it.
pub(crate) fn gap_message((from, to): Span, bridged: bool, behind: usize) -> String {
    let lack = format!("{from} to {to}: no sound pack of the set restores this");
    match (behind, bridged) {
        (0, true) => format!("{lack}; unused packs take its place"),
        (0, false) => lack,
        (1, _) => format!("{lack}, and without it 1 pack cannot be restored"),
        (packs, _) => format!("{lack}, and without it {packs} packs cannot be restored"),
    }
}

/// What to do about gaps.
pub(crate) const GAP_NEXT: &str = "next: look for the missing packs and add them to the set; \
    addpack replace --gaps asks for replacements";

/// A step that several packs restore.
pub(crate) fn twins_message((from, to): Span) -> String {
    format!("{from} to {to}: more than one sound pack restores this, and only one can be applied")
}

/// What to do about twins.
pub(crate) const TWINS_NEXT: &str = "next: apply the one that the plan names, and keep the others";

/// What is wrong in a server's set, a line each.
pub(crate) fn set_warnings(chain: &Chain) -> Vec<String> {
    let gap = |(from, to)| format!("gap: no sound pack restores {from} to {to}");
    let twins = |(from, to)| format!("twins: more than one pack restores {from} to {to}");
    let conflict =
        |((a, b), (c, d))| format!("conflict: a pack restores {a} to {b}, another one {c} to {d}");
    let gaps = chain.gaps(FIRST_LICENSES).into_iter().map(gap);
    gaps.chain(chain.twins().map(twins))
        .chain(chain.conflicts().into_iter().map(conflict))
        .collect()
}
