//! A picture of a server's chain: a bar from its first licenses to its limit, a segment for each
//! pack. Its marks need no color.

use crate::cli::show::layout::hang_items;
use crate::cli::show::terminal::{TextStyle, Tone};
use addpack::plan::FIRST_LICENSES;
use addpack::plan::servers::{Chain, Holders, Span};
use addpack::record::event::ServerVersion;
use std::borrow::Cow;
use strum::VariantArray;

/// Columns for five licenses.
const COLUMNS: usize = 8;
/// Lines of one bar; segments that overlap are drawn below each other.
const LINES: usize = 4;

/// What a segment represents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, VariantArray)]
pub(crate) enum Mark {
    /// Licenses that the server has.
    Has,
    /// A 4.5 pack that restores them.
    Restores,
    /// A 4.0 pack that would restore them.
    Old,
    /// An unused pack that adds them.
    Adds,
    /// No pack that restores them.
    Gap,
    /// A refused pack.
    Refused,
    /// A pack that is turned away.
    Aside,
}

impl Mark {
    const fn look(self) -> (char, Tone, &'static str) {
        match self {
            Self::Has => ('#', Tone::Quiet, "there already"),
            Self::Restores => ('=', Tone::Good, "restored"),
            Self::Old => ('~', Tone::Good, "restored by a 4.0 pack"),
            Self::Adds => ('+', Tone::Good, "added by an unused pack"),
            Self::Gap => ('.', Tone::Odd, "gap"),
            Self::Refused => ('x', Tone::Bad, "refused"),
            Self::Aside => ('-', Tone::Quiet, "turned away"),
        }
    }
}

/// One segment of a bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) span: Span,
    pub(crate) mark: Mark,
    /// A few letters in its middle.
    pub(crate) label: Cow<'static, str>,
}

impl Segment {
    pub(crate) fn new(span: Span, mark: Mark, label: impl Into<Cow<'static, str>>) -> Self {
        Self { span, mark, label: label.into() }
    }
}

/// The picture of a server's chain, with the gaps that a plan leaves and the steps of unused packs that it adds.
pub(crate) fn chain(
    look: TextStyle,
    chain: &Chain,
    gaps: &[Span],
    added: impl Iterator<Item = Span>,
) -> String {
    let mut segments: Vec<_> = chain.steps().flat_map(step).collect();
    segments.extend(added.map(|span| Segment::new(span, Mark::Adds, "new")));
    segments.extend(gaps.iter().map(|gap| Segment::new(*gap, Mark::Gap, "gap")));
    picture(look, &segments.into_iter(), ServerVersion::V45.license_limit())
}

/// The segments of one step: of the sound packs that restore it, and of the refused ones.
fn step((span, holders): (Span, &Holders)) -> Vec<Segment> {
    let (mark, version) = if holders.has_40 { (Mark::Old, "4.0") } else { (Mark::Restores, "4.5") };
    let label = if holders.twins.is_empty() { version } else { "twins" };
    let sound = holders.sound.map(|_| Segment::new(span, mark, label));
    let refused = holders.refused.then(|| Segment::new(span, Mark::Refused, "x"));
    sound.into_iter().chain(refused).collect()
}

/// Draws a bar up to `limit`. Segments that overlap those before them go to a line of their own;
/// what finds none is counted.
pub(crate) fn picture(
    look: TextStyle,
    segments: &(impl Iterator<Item = Segment> + Clone),
    limit: u16,
) -> String {
    let first = segments.clone().map(|segment| segment.span.0).min().unwrap_or(FIRST_LICENSES);
    let scale = Scale { first: first.min(FIRST_LICENSES), limit };
    let mut lines = vec![scale.line()];
    let mut left_out = 0;
    for segment in segments.clone() {
        if let Some(line) = lines.iter_mut().find(|line| scale.is_free(line, segment.span)) {
            scale.draw(line, &segment);
        } else if lines.len() < LINES {
            let mut line = scale.line();
            scale.draw(&mut line, &segment);
            lines.push(line);
        } else {
            left_out += 1;
        }
    }
    // The bar itself is framed up to the limit.
    for at in [scale.first, limit] {
        lines[0][scale.column(at)].0 = '|';
    }
    let mut text = format!("  {}\n", scale.ruler());
    for line in &lines {
        text += &format!("  {}\n", painted(look, line));
    }
    if left_out > 0 {
        text += &match left_out {
            1 => "  and 1 more, which overlaps these\n".to_owned(),
            many => format!("  and {many} more, which overlap these\n"),
        };
    }
    text + &legend(look, segments)
}

fn legend(look: TextStyle, segments: &(impl Iterator<Item = Segment> + Clone)) -> String {
    let is_there = |mark: &Mark| segments.clone().any(|segment| segment.mark == *mark);
    let entries: Vec<_> = Mark::VARIANTS
        .iter()
        .copied()
        .filter(is_there)
        .map(|mark| {
            let (char, tone, meaning) = mark.look();
            format!("{} {meaning}", look.paint(tone, &char.to_string().repeat(2)))
        })
        .collect();
    if entries.is_empty() { String::new() } else { hang_items(look.width, "  ", &entries, "   ") }
}

/// One character and its colour.
type Cell = (char, Option<Tone>);

/// From licenses to columns.
#[derive(Clone, Copy)]
struct Scale {
    first: u16,
    limit: u16,
}

impl Scale {
    fn column(self, licenses: u16) -> usize {
        usize::from(licenses.min(self.limit) - self.first) * COLUMNS / 5
    }

    fn line(self) -> Vec<Cell> {
        vec![(' ', None); self.column(self.limit) + 1]
    }

    /// Whether the space between the ends of a segment is free, and only other ends are at its ends.
    fn is_free(self, line: &[Cell], span: Span) -> bool {
        let (start, end) = (self.column(span.0), self.column(span.1));
        let inside = line.get(start + 1..end).unwrap_or_default();
        let is_end = |at: usize| matches!(line[at].0, ' ' | '|');
        inside.iter().all(|cell| cell.0 == ' ') && is_end(start) && is_end(end)
    }

    fn draw(self, line: &mut [Cell], segment: &Segment) {
        let (start, end) = (self.column(segment.span.0), self.column(segment.span.1));
        let (char, tone, _) = segment.mark.look();
        for at in [start, end] {
            line[at].0 = '|';
        }
        let inside = line.get_mut(start + 1..end).unwrap_or_default();
        inside.fill((char, Some(tone)));
        let indent = inside.len().saturating_sub(segment.label.len()) / 2;
        for (cell, letter) in inside.iter_mut().skip(indent).zip(segment.label.chars()) {
            cell.0 = letter;
        }
    }

    /// The numbers of licenses above the bar.
    fn ruler(self) -> String {
        let mut ruler = String::new();
        for licenses in (self.first..=self.limit).filter(|licenses| licenses.is_multiple_of(5)) {
            ruler += &" ".repeat(self.column(licenses).saturating_sub(ruler.len()));
            ruler += &licenses.to_string();
        }
        ruler
    }
}

fn painted(look: TextStyle, line: &[Cell]) -> String {
    let end = line.iter().rposition(|cell| cell.0 != ' ').map_or(0, |last| last + 1);
    let same = |one: &Cell, next: &Cell| {
        one.1.is_some() == next.1.is_some() && one.0 != '|' && next.0 != '|'
    };
    line[..end]
        .chunk_by(same)
        .map(|cells| {
            let text: String = cells.iter().map(|cell| cell.0).collect();
            cells[0]
                .1
                .filter(|_| cells[0].0 != '|')
                .map_or(text.clone(), |tone| look.paint(tone, &text))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_segments_stand_below_each_other_and_the_rest_is_counted() {
        let pack = |span, label| Segment::new(span, Mark::Restores, label);
        let mut segments = vec![pack((5, 10), "1"), pack((10, 30), "2")];
        segments.push(Segment::new((30, 35), Mark::Gap, "gap"));
        segments.push(pack((5, 25), "3"));
        segments.extend((0..4).map(|_| pack((5, 10), "4")));
        let text = "  \
  5       10      15      20      25      30      35      40      45      50
  |===1===|===============2===============|..gap..|                       |
  |===============3===============|
  |===4===|
  |===4===|
  and 2 more, which overlap these
  == restored   .. gap
";
        assert_eq!(picture(TextStyle::plain(), &segments.into_iter(), 50), text);
    }

    #[test]
    fn bar_fits_where_a_chain_begins_below_the_first_licenses() {
        let segments = [Segment::new((0, 5), Mark::Restores, "4.5")];
        let text = picture(TextStyle::plain(), &segments.into_iter(), 50);
        assert!(text.lines().all(|line| line.len() <= 84), "{text}");
        assert!(text.starts_with("  0       5"), "{text}");
    }
}
