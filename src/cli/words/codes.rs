//! What `addpack explain` knows of each code, read from `codes.md`.

use super::system::with_drives;

const CODES: &str = include_str!("codes.md");

/// One code, explained.
#[derive(Debug, Default)]
pub(crate) struct CodePage {
    /// Its heading: Outcomes, Findings, Errors, Notes, Reasons or Plans.
    pub(crate) section: String,
    pub(crate) code: String,
    pub(crate) meaning: String,
    pub(crate) cause: String,
    pub(crate) action: String,
    /// Numbers of the vendor's articles.
    pub(crate) kb: Vec<u32>,
}

impl CodePage {
    /// The first sentence of the meaning.
    pub(crate) fn summary(&self) -> &str {
        self.meaning.split_inclusive(". ").next().unwrap_or_default().trim_end()
    }

    /// What kind of code it is: outcome, finding, error, note, reason or plan.
    pub(crate) fn kind(&self) -> String {
        self.section.trim_end_matches('s').to_lowercase()
    }

    fn add(&mut self, paragraph: String) {
        if let Some(cause) = paragraph.strip_prefix("Cause: ") {
            cause.clone_into(&mut self.cause);
        } else if let Some(action) = paragraph.strip_prefix("Do: ") {
            action.clone_into(&mut self.action);
        } else if let Some(numbers) = paragraph.strip_prefix("KB: ") {
            self.kb = numbers.split(", ").filter_map(|number| number.parse().ok()).collect();
        } else {
            self.meaning = paragraph;
        }
    }
}

/// Every page, in the order of `codes.md`.
pub(crate) fn pages() -> Vec<CodePage> {
    let mut pages: Vec<CodePage> = Vec::new();
    let mut section = String::new();
    for paragraph in paragraphs(&with_drives(CODES)) {
        if let Some(code) = paragraph.strip_prefix("## ") {
            pages.push(CodePage {
                section: section.clone(),
                code: code.to_owned(),
                ..CodePage::default()
            });
        } else if let Some(title) = paragraph.strip_prefix("# ") {
            title.clone_into(&mut section);
        } else if let Some(page) = pages.last_mut() {
            page.add(paragraph);
        }
    }
    pages
}

/// The paragraphs of a text, each on one line.
fn paragraphs(text: &str) -> Vec<String> {
    let lines: Vec<_> = text.lines().map(str::trim).collect();
    lines
        .split(|line| line.is_empty())
        .filter(|part| !part.is_empty())
        .map(|part| part.join(" "))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::words::NOTE_CODES;
    use addpack::diagnosis::FindingCode;
    use addpack::plan;
    use addpack::report::{FailureCode, NotAPack, Outcome};
    use std::collections::BTreeSet;
    use strum::VariantNames;

    fn codes() -> Vec<(&'static str, &'static str)> {
        let outcomes: Vec<_> = Outcome::ALL.iter().map(|outcome| outcome.as_str()).collect();
        let plans = [plan::PlanCode::VARIANTS, &["gap", "conflict", "lost"]].concat();
        // These two have their page among the outcomes and the errors.
        let plans: Vec<_> = plans
            .into_iter()
            .filter(|code| !["refused", "write-protected"].contains(code))
            .collect();
        [
            ("Outcomes", &outcomes[..]),
            ("Findings", FindingCode::VARIANTS),
            ("Errors", FailureCode::VARIANTS),
            ("Notes", &NOTE_CODES),
            ("Reasons", NotAPack::CODES),
            ("Plans", &plans),
        ]
        .into_iter()
        .flat_map(|(section, codes)| codes.iter().map(move |code| (section, *code)))
        .collect()
    }

    #[test]
    fn every_code_has_one_page_and_every_page_a_code() {
        let pages = pages();
        let explained: BTreeSet<_> =
            pages.iter().map(|page| (page.section.as_str(), page.code.as_str())).collect();
        let reported: BTreeSet<_> = codes().into_iter().collect();
        let missing: Vec<_> = reported.difference(&explained).collect();
        let unknown: Vec<_> = explained.difference(&reported).collect();
        assert!(missing.is_empty(), "not in codes.md: {missing:?}");
        assert!(unknown.is_empty(), "in codes.md, but never reported: {unknown:?}");
        assert_eq!(pages.len(), explained.len(), "a code stands twice in codes.md");
    }

    #[test]
    fn every_page_says_what_it_means_how_it_comes_about_and_what_to_do() {
        for page in pages() {
            for text in [&page.meaning, &page.cause, &page.action] {
                assert!(text.ends_with('.'), "{page:?}");
            }
        }
    }

    #[test]
    fn every_article_of_codes_md_is_read() {
        let listed = CODES.lines().filter_map(|line| line.strip_prefix("KB: "));
        let listed: usize = listed.map(|numbers| numbers.split(',').count()).sum();
        assert_eq!(pages().iter().map(|page| page.kb.len()).sum::<usize>(), listed);
    }
}
