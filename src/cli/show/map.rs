//! The map of a diskette's surface.

use crate::cli::show::terminal::{TextStyle, Tone};
use addpack::media::surface::{SectorCondition, Surface};

/// A sector on the map.
pub(crate) fn letter(condition: SectorCondition) -> char {
    match condition {
        SectorCondition::Good => '.',
        SectorCondition::Slow => 's',
        SectorCondition::Weak => 'w',
        SectorCondition::Lost => 'X',
    }
}

fn tone(condition: SectorCondition) -> Tone {
    match condition {
        SectorCondition::Good => Tone::Quiet,
        SectorCondition::Slow | SectorCondition::Weak => Tone::Odd,
        SectorCondition::Lost => Tone::Bad,
    }
}

/// The map: a row for each cylinder, with the sectors of each head side by side. Cylinders without flaws share a row.
pub(crate) fn map(look: TextStyle, surface: &Surface) -> String {
    let cylinder_len = (surface.geometry.sectors * surface.geometry.heads) as usize;
    let cylinders: Vec<_> = surface.sectors.chunks(cylinder_len).collect();
    let mut text = legend(surface);
    if !surface.is_complete() {
        text += &format!("  stopped before cylinder {}: the rest was not read\n", cylinders.len());
    }
    let mut first = 0;
    for run in cylinders.chunk_by(|one, next| is_good(one) && is_good(next)) {
        let last = first + run.len() - 1;
        let name = if first == last { format!("{first}") } else { format!("{first}-{last}") };
        text += &format!("  {name:>9}  {}\n", row(look, surface, run[0]));
        first = last + 1;
    }
    text
}

fn legend(surface: &Surface) -> String {
    let count = |condition: &SectorCondition| {
        format!("{} {} ({})", surface.count(*condition), condition.as_str(), letter(*condition))
    };
    let counts: Vec<_> = SectorCondition::ALL.iter().map(count).collect();
    let counts = counts.join(", ");
    format!("  Surface    {counts}\n  Cylinder   Sectors of each head\n")
}

fn is_good(sectors: &[SectorCondition]) -> bool {
    sectors.iter().all(|sector| *sector == SectorCondition::Good)
}

fn row(look: TextStyle, surface: &Surface, sectors: &[SectorCondition]) -> String {
    let tracks = sectors.chunks(surface.geometry.sectors as usize).map(|track| {
        let runs = track.chunk_by(|one, next| one == next);
        let paint = |run: &[SectorCondition]| {
            look.paint(tone(run[0]), &run.iter().copied().map(letter).collect::<String>())
        };
        runs.map(paint).collect::<String>()
    });
    tracks.collect::<Vec<_>>().join("  ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use addpack::disk::DiskGeometry;

    #[test]
    fn only_cylinders_that_are_good_throughout_share_a_row() {
        let geometry = DiskGeometry::of_len(163_840).unwrap();
        let mut sectors = vec![SectorCondition::Good; 320];
        sectors[17] = SectorCondition::Weak;
        sectors[24] = SectorCondition::Slow;
        sectors[319] = SectorCondition::Lost;
        let surface = Surface { geometry, sectors };
        let expected = "  Surface    317 good (.), 1 slow (s), 1 weak (w), 1 lost (X)
  Cylinder   Sectors of each head
        0-1  ........
          2  .w......
          3  s.......
       4-38  ........
         39  .......X
";
        assert_eq!(map(TextStyle::plain(), &surface), expected);
    }
}
