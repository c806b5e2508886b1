//! `addpack explain`: the codes that are reported, one by one.

use crate::cli::Error;
use crate::cli::args::Explain;
use crate::cli::exit::Exit;
use crate::cli::show::terminal::{Look, Tone, WIDTH, escape, wrap};
use crate::cli::words::{Page, page, pages};
use std::io::{self, Write, stdout};

pub(crate) fn run(args: &Explain) -> Result<Exit, Error> {
    let look = Look::of_stdout(args.color.color);
    let text = match &args.code {
        None => list(look),
        Some(code) => show(look, page(code).ok_or_else(|| unknown(code))?),
    };
    match stdout().write_all(text.as_bytes()).and_then(|()| stdout().flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Error::Output(error)),
        _ => Ok(Exit::Good),
    }
}

fn unknown(code: &str) -> Error {
    Error::Usage(format!("there is no code '{}'; addpack explain lists them all", escape(code)))
}

fn list(look: Look) -> String {
    let mut text = String::new();
    let kinds = [
        ("outcome", "Outcomes"),
        ("finding", "Findings"),
        ("error", "Errors"),
        ("note", "Notes"),
        ("plan", "Plans"),
    ];
    for (kind, title) in kinds {
        text += &look.paint(Tone::Heading, title);
        text += "\n";
        for page in pages().filter(|page| page.kind == kind) {
            let sentence = page.means.split_inclusive(". ").next().unwrap_or(page.means).trim_end();
            let hanging = wrap(sentence, WIDTH - 25).join(&format!("\n{:25}", ""));
            text += &format!("  {:21}  {hanging}\n", page.code);
        }
        text += "\n";
    }
    text + "addpack explain CODE tells more.\n"
}

fn show(look: Look, page: &Page) -> String {
    let mut text = format!("{} ({})\n", look.paint(Tone::Heading, page.code), page.kind);
    let articles: Vec<_> = page.kb.iter().map(|number| format!("KB {number}")).collect();
    let parts = [
        ("What it means", page.means),
        ("How it comes about", page.cause),
        ("What to do", page.action),
        ("Vendor's articles", &articles.join(", ")),
    ];
    for (title, body) in parts.iter().filter(|(_, body)| !body.is_empty()) {
        text += &format!("\n{}\n", look.paint(Tone::Heading, title));
        for line in wrap(body, WIDTH - 2) {
            text += &format!("  {line}\n");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use addpack::diagnosis::FindingCode;
    use addpack::plan::Code;
    use addpack::report::{FailureCode, Outcome};

    #[test]
    fn every_code_has_one_page() {
        let findings = [
            FindingCode::PostUpgradeReapply,
            FindingCode::OutOfOrderReapply,
            FindingCode::DamagedRecord,
            FindingCode::InconsistentHistory,
            FindingCode::DamagedMedia,
            FindingCode::CopyOfConverted,
        ];
        let mut codes: Vec<_> = Outcome::ALL.iter().map(|outcome| outcome.as_str()).collect();
        codes.extend(findings.iter().map(|code| code.as_str()));
        codes.extend(FailureCode::ALL.iter().map(|code| code.as_str()));
        codes.extend(crate::cli::words::NOTE_CODES);
        codes.extend(Code::OWN.map(Code::as_str));
        codes.push("lost");
        assert_eq!(codes, pages().map(|page| page.code).collect::<Vec<_>>());
    }

    #[test]
    fn no_line_of_a_page_is_too_long() {
        for page in pages() {
            let text = show(Look::plain(), page) + &list(Look::plain());
            assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        }
    }
}
