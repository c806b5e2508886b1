//! How text is fitted into the columns that there are.

use std::io::{IsTerminal, stderr, stdout};
use terminal_size::{Height, Width, terminal_size_of};
use textwrap::core::Word;
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

/// Columns where nobody knows how many there are: in a pipe and in a file.
pub(crate) const WIDTH: usize = 78;
/// Columns that a terminal is taken to have at least, and lines of prose at most.
const NARROW: usize = 80;
const WIDEST: usize = 100;

/// Columns for prose at a terminal with that many.
fn prose_width(columns: usize) -> usize {
    columns.clamp(NARROW, WIDEST + 2) - 2
}

/// Columns for prose on standard output, and the rows of its terminal.
pub(crate) fn of_stdout() -> (usize, Option<usize>) {
    match terminal_size_of(stdout()).filter(|_| stdout().is_terminal()) {
        Some((Width(columns), Height(rows))) => {
            (prose_width(usize::from(columns)), Some(usize::from(rows)))
        }
        None => (WIDTH, None),
    }
}

/// Columns for prose on standard error; `None` where it is no terminal.
pub(crate) fn of_stderr() -> Option<usize> {
    let (Width(columns), _) = terminal_size_of(stderr()).filter(|_| stderr().is_terminal())?;
    Some(prose_width(usize::from(columns)))
}

/// Text in lines of at most `width` columns, unless a word is longer. Text in double quotes, such as a path
/// with spaces, counts as one word. The first line starts with `lead`, the others are indented as far.
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

/// A question as it is shown on standard error: the answer is typed behind its last word.
pub(crate) fn question(text: &str) -> String {
    let Some(width) = of_stderr() else { return text.to_owned() };
    let question = text.trim_end_matches(' ');
    let lines = hang(width, "", question);
    format!("{}{}", lines.trim_end_matches('\n'), &text[question.len()..])
}

/// The words of a line, each with the spaces behind it. A line may break only between two words.
fn words(line: &str) -> Box<dyn Iterator<Item = Word<'_>> + '_> {
    let mut rest = line;
    Box::new(std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (word, behind) = rest.split_at(word_end(rest));
        rest = behind;
        Some(Word::from(word))
    }))
}

/// Where the first word of a text ends, with the spaces behind it.
fn word_end(text: &str) -> usize {
    let quote = text.find(|char: char| char != '(').filter(|at| text[*at..].starts_with('"'));
    let closing = quote.and_then(|at| Some(at + 1 + text[at + 1..].find('"')?));
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
    fn prose_is_78_to_100_columns_wide() {
        let widths = [40, 80, 90, 200].map(prose_width);
        assert_eq!(widths, [78, 78, 88, 100]);
    }
}
