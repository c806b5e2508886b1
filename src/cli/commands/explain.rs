//! `addpack explain`: the codes that are reported, one by one.

use crate::cli::Error;
use crate::cli::args::ExplainArgs;
use crate::cli::exit::Exit;
use crate::cli::show::json::line;
use crate::cli::show::layout::hang;
use crate::cli::show::terminal::{TextStyle, Tone, escape};
use crate::cli::words::{CodePage, nearest, pages};
use schemars::JsonSchema;
use serde::Serialize;
use std::io::{self, Write, stdout};

pub(crate) fn run(args: &ExplainArgs) -> Result<Exit, Error> {
    let look = TextStyle::of_stdout(args.screen.color);
    let text = match &*args.codes {
        [] if args.json => pages().iter().map(json).collect(),
        [] => list(look),
        codes => {
            let pages = codes.iter().map(|code| find(code)).collect::<Result<Vec<_>, _>>()?;
            let show = |page| if args.json { json(page) } else { show(look, page) };
            let shown: Vec<_> = pages.iter().flatten().map(show).collect();
            shown.join(if args.json { "" } else { "\n" })
        }
    };
    match stdout().write_all(text.as_bytes()).and_then(|()| stdout().flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Error::Output(error)),
        _ => Ok(Exit::Good),
    }
}

/// The pages of a code: one for each kind of code that it is.
fn find(code: &str) -> Result<Vec<CodePage>, Error> {
    let pages: Vec<_> = pages().into_iter().filter(|page| page.code == code).collect();
    if pages.is_empty() { Err(unknown(code)) } else { Ok(pages) }
}

/// A page for programs.
#[derive(JsonSchema, Serialize)]
pub(crate) struct CodeLine<'a> {
    #[schemars(extend("const" = "code"))]
    r#type: &'static str,
    #[schemars(extend("const" = 1))]
    schema: u32,
    code: &'a str,
    /// Outcome, finding, error, note or plan.
    kind: String,
    meaning: &'a str,
    cause: &'a str,
    action: &'a str,
    /// Numbers of the vendor's articles.
    kb: &'a [u32],
}

fn json(page: &CodePage) -> String {
    let CodePage { code, meaning, cause, action, kb, .. } = page;
    let kind = page.kind();
    let object = CodeLine { r#type: "code", schema: 1, code, kind, meaning, cause, action, kb };
    String::from_utf8_lossy(&line(&object)).into_owned()
}

fn unknown(code: &str) -> Error {
    let pages = pages();
    let near = nearest(code, pages.iter().map(|page| page.code.as_str()));
    let near = near.map_or_else(String::new, |near| format!(" Did you mean {near}?"));
    let code = escape(code);
    Error::Usage(format!("there is no code '{code}'.{near} addpack explain lists them all"))
}

fn list(look: TextStyle) -> String {
    let mut text = String::new();
    let mut section = String::new();
    for page in pages() {
        if page.section != section {
            let gap = if section.is_empty() { "" } else { "\n" };
            text += &format!("{gap}{}\n", look.paint(Tone::Heading, &page.section));
            section.clone_from(&page.section);
        }
        text += &hang(look.width, &format!("  {:21}  ", page.code), page.summary());
    }
    text + "\naddpack explain CODE tells more.\n"
}

fn show(look: TextStyle, page: &CodePage) -> String {
    let mut text = format!("{} ({})\n", look.paint(Tone::Heading, &page.code), page.kind());
    let articles: Vec<_> = page.kb.iter().map(|number| format!("KB {number}")).collect();
    let parts = [
        ("What it means", &page.meaning),
        ("How it comes about", &page.cause),
        ("What to do", &page.action),
        ("Vendor's articles", &articles.join(", ")),
    ];
    for (title, body) in parts.iter().filter(|(_, body)| !body.is_empty()) {
        text += &format!("\n{}\n", look.paint(Tone::Heading, title));
        text += &hang(look.width, "  ", body);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::layout::WIDTH;

    #[test]
    fn no_line_of_a_page_is_too_long() {
        for page in pages() {
            let text = show(TextStyle::plain(), &page) + &list(TextStyle::plain());
            assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        }
    }
}
