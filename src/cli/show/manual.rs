//! Documents of the repository as sections of manual pages.

use clap_mangen::roff::{Inline, Roff, bold, roman};

/// Writes a Markdown document as a section: its title, paragraphs, and tables as lists. The documents use only these
/// parts of Markdown.
pub(crate) fn section(roff: &mut Roff, document: &str) {
    for paragraph in document.replace('`', "").split("\n\n") {
        let paragraph = paragraph.trim();
        if let Some(title) = paragraph.strip_prefix("# ") {
            roff.control("SH", [title.to_uppercase().as_str()]);
        } else if paragraph.starts_with('|') {
            table(roff, paragraph);
        } else {
            roff.control("PP", []);
            roff.text(inlines(&paragraph.replace('\n', " ")));
        }
    }
}

/// Writes a row as an entry of a list: its first cell is bold, the others follow the titles of their columns.
fn table(roff: &mut Roff, text: &str) {
    let mut rows = text.lines().map(cells);
    let titles = rows.next().unwrap_or_default();
    for row in rows.skip(1) {
        let Some((first, others)) = row.split_first() else { continue };
        let several = others.iter().filter(|cell| !cell.is_empty()).count() > 1;
        let named = titles.iter().skip(1).zip(others).filter(|(_, cell)| !cell.is_empty());
        let described: Vec<_> = named
            .map(|(title, cell)| if several { format!("{title}: {cell}") } else { cell.clone() })
            .collect();
        roff.control("TP", []);
        roff.text([bold(first)]);
        roff.text([roman(described.join("; "))]);
    }
}

fn cells(row: &str) -> Vec<String> {
    row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
}

/// Writes text in which `**` begins and ends bold text.
fn inlines(text: &str) -> Vec<Inline> {
    let parts = text.split("**").enumerate();
    parts.map(|(at, part)| if at % 2 == 1 { bold(part) } else { roman(part) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_become_lists_and_titles_sections() {
        let mut roff = Roff::new();
        let document = "# The title\n\nSome **bold**\ntext.\n\n\
                        | name | a | b |\n| --- | --- | --- |\n| x | 1 | 2 |\n| y | only | |\n";
        section(&mut roff, document);
        let expected = ".SH \"THE TITLE\"\n.PP\nSome \\fBbold\\fR text.\n.TP\n\\fBx\\fR\na: 1; b: 2\n\
                        .TP\n\\fBy\\fR\nonly\n";
        let rendered = roff.render();
        assert!(rendered.ends_with(expected), "{rendered}");
    }
}
