//! What `addpack explain` knows: one page for each code.

mod errors;
mod findings;
mod notes;
mod outcomes;
mod plans;

/// One code, explained.
#[derive(Debug)]
pub(crate) struct Page {
    /// The code.
    pub(crate) code: &'static str,
    /// What kind of code it is.
    pub(crate) kind: &'static str,
    /// What it means.
    pub(crate) means: &'static str,
    /// How it comes about.
    pub(crate) cause: &'static str,
    /// What to do.
    pub(crate) action: &'static str,
    /// Vendor's articles.
    pub(crate) kb: &'static [u32],
}

/// The page of a code.
pub(crate) fn page(code: &str) -> Option<&'static Page> {
    pages().find(|page| page.code == code)
}

/// Every page: outcomes, findings, errors, notes, plans.
pub(crate) fn pages() -> impl Iterator<Item = &'static Page> {
    [outcomes::PAGES, findings::PAGES, errors::PAGES, notes::PAGES, plans::PAGES]
        .into_iter()
        .flatten()
}
