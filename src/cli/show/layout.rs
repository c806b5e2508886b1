//! How text is fitted into the columns that there are.

use std::io::{IsTerminal, stderr, stdout};
use terminal_size::{Height, Width, terminal_size_of};
use textwrap::core::Word;
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

/// The columns of a pipe or a file.
pub(crate) const WIDTH: usize = 78;
/// The least columns that a terminal is assumed to have, and the most of lines of prose.
const NARROW: usize = 60;
const WIDEST: usize = 100;

/// Columns for prose at a terminal with that many.
pub(crate) fn prose_width(columns: usize) -> usize {
    columns.clamp(NARROW, WIDEST + 2) - 2
}

/// The columns and rows of the terminal on standard output; `None` if it is not a terminal.
pub(crate) fn of_stdout() -> Option<(usize, usize)> {
    let (Width(columns), Height(rows)) =
        terminal_size_of(stdout()).filter(|_| stdout().is_terminal())?;
    Some((usize::from(columns).max(NARROW), usize::from(rows)))
}

/// Columns for prose on standard error; `None` if it is not a terminal.
pub(crate) fn of_stderr() -> Option<usize> {
    let (Width(columns), _) = terminal_size_of(stderr()).filter(|_| stderr().is_terminal())?;
    Some(prose_width(usize::from(columns)))
}

/// Text in lines of at most `width` columns, unless a word is longer. Text in quotes, such as a path with
/// spaces, counts as one word. The first line starts with `lead`, the others are indented as far.
/// Lines of the text stay lines.
pub(crate) fn hang(width: usize, lead: &str, text: &str) -> String {
    let indent = " ".repeat(lead.chars().count());
    let options = Options::new(width)
        .initial_indent(lead)
        .subsequent_indent(&indent)
        .break_words(false)
        .word_separator(WordSeparator::Custom(words))
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    textwrap::fill(text, options) + "\n"
}

/// Items in lines of at most `width` columns, with `between` between them. An item that fits is not broken.
pub(crate) fn hang_items(width: usize, lead: &str, items: &[String], between: &str) -> String {
    /// Represents a space at which a line must not break.
    const GLUE: &str = "\u{a0}";
    let items: Vec<_> = items.iter().map(|item| item.replace(' ', GLUE)).collect();
    let text = items.join(between);
    hang(width, lead, &text).replace(GLUE, " ")
}

/// A question as it is shown on standard error: the answer is typed after its last word.
pub(crate) fn question(text: &str) -> String {
    let Some(width) = of_stderr() else { return text.to_owned() };
    let question = text.trim_end_matches(' ');
    let lines = hang(width, "", question);
    format!("{}{}", lines.trim_end_matches('\n'), &text[question.len()..])
}

/// The words of a line, each with the spaces behind it. A line may break only between two words: so a number is
/// taken together with what it counts.
fn words(line: &str) -> Box<dyn Iterator<Item = Word<'_>> + '_> {
    let mut rest = line;
    Box::new(std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut end = word_end(rest);
        let is_counted = rest[end..].starts_with(|char: char| char.is_ascii_alphabetic());
        if is_counted && is_number(rest[..end].trim_end()) {
            end += word_end(&rest[end..]);
        }
        let (word, behind) = rest.split_at(end);
        rest = behind;
        Some(Word::from(word))
    }))
}

/// Whether a word, which may be painted, is a number.
fn is_number(word: &str) -> bool {
    let plain = anstream::adapter::strip_str(word).to_string();
    plain.starts_with(|char: char| char.is_ascii_digit())
        && plain.bytes().all(|byte| byte.is_ascii_digit() || byte == b',')
        && !plain.ends_with(',')
}

/// The end of a text's first word, with the spaces after it.
fn word_end(text: &str) -> usize {
    let start = text.find(|char: char| char != '(').unwrap_or(0);
    let quote = text[start..].chars().next().filter(|char| matches!(char, '"' | '\''));
    let closing = quote.and_then(|quote| Some(start + 1 + text[start + 1..].find(quote)?));
    // A sentence that somebody says may break.
    let closing = closing.filter(|at| !text[..*at].ends_with('.'));
    let from = closing.unwrap_or(0);
    let Some(space) = text[from..].find(' ').map(|at| from + at) else { return text.len() };
    text[space..].find(|char: char| char != ' ').map_or(text.len(), |at| space + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_spaces_is_quoted_and_never_broken() {
        assert_eq!(
            hang(20, "  ", "copy (\"/a b/long name.img\") and \"c d\", or 3.5\" e"),
            "  copy\n  (\"/a b/long name.img\")\n  and \"c d\", or 3.5\"\n  e\n"
        );
        assert_eq!(hang(8, "", "\"one two three"), "\"one two\nthree\n");
        assert_eq!(hang(12, "", "run x 'a b' it's"), "run x 'a b'\nit's\n");
    }

    #[test]
    fn lines_hang_below_their_lead_and_words_are_never_broken() {
        assert_eq!(hang(14, "  Next  ", "run it"), "  Next  run it\n");
        assert_eq!(
            hang(14, "  Next  ", "run it on /a/very-long/path.img now"),
            "  Next  run it\n        on\n        /a/very-long/path.img\n        now\n"
        );
    }

    #[test]
    fn items_are_not_broken() {
        let items = ["6 convertible".to_owned(), "1 unfinished-conversion".to_owned()];
        assert_eq!(
            hang_items(30, "7: ", &items, ", "),
            "7: 6 convertible,\n   1 unfinished-conversion\n"
        );
    }

    #[test]
    fn prose_is_58_to_100_columns_wide() {
        let widths = [40, 60, 80, 90, 200].map(prose_width);
        assert_eq!(widths, [58, 58, 78, 88, 100]);
    }
}
