//! Random sets of images: copies, backups, transfers, two lives of one pack, rot, packs that servers have spoilt,
//! packs that are converted already, and images that come late.

mod lives;
mod rules;

use super::simulator::image_of;
use super::simulator::{Format, Pack, Random};
use lives::{Life, State, life};
use std::fs;
use std::path::Path;

/// An image.
pub(crate) struct Image {
    pub(crate) name: String,
    pub(crate) pack: Pack,
    /// Its record: that of the pack, with whatever has rotted.
    pub(crate) record: Vec<u8>,
    /// Whether neither a server nor time has done it any harm.
    is_sound: bool,
}

/// An image that comes when the others were looked at already.
struct Late {
    image: Image,
    /// The image whose place it takes.
    over: Option<usize>,
}

pub(crate) struct Set {
    pub(crate) images: Vec<Image>,
    late: Vec<Late>,
    packs: usize,
}

impl Set {
    pub(crate) fn random(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let lives: Vec<_> = (0..=random.below(3)).map(|number| life(&mut random, number)).collect();
        let mut set = Self { images: Vec::new(), late: Vec::new(), packs: lives.len() };
        for life in &lives {
            for _ in 0..=random.below(4) {
                let name = format!("{}/{:03}.img", random.below(3), set.images.len());
                set.images.push(image(&mut random, name, life));
            }
        }
        for number in 0..random.below(3) {
            let life = &lives[random.below(lives.len())];
            // A second conversion elsewhere is another matter.
            let image = image_of_40(&mut random, format!("late/{number:03}.img"), life);
            let over = random.below(2 * set.images.len());
            // What is converted already would be gone with the image.
            let is_40 =
                |at: &usize| set.images.get(*at).is_some_and(|i| i.pack.format == Format::V40);
            set.late.push(Late { image, over: Some(over).filter(is_40) });
        }
        set
    }

    /// Writes the images, with their names shuffled by `seed`; the name of each.
    pub(crate) fn write(&self, folder: &Path, seed: u64) -> Vec<String> {
        let mut names: Vec<_> = self.images.iter().map(|image| image.name.clone()).collect();
        Random::new(seed).shuffle(&mut names);
        for (image, name) in self.images.iter().zip(&names) {
            put(&folder.join(name), image);
        }
        names
    }

    /// The images that another record takes the place of.
    pub(crate) fn replaced(&self) -> impl Iterator<Item = usize> {
        // Of two that take one place, the last one stays there.
        let last = |at: usize| self.late.iter().rfind(move |late| late.over == Some(at));
        let is_other = move |at: &usize| {
            last(*at).is_some_and(|late| late.image.record != self.images[*at].record)
        };
        (0..self.images.len()).filter(is_other)
    }

    /// Writes the images that come late. `names` are those of the others.
    pub(crate) fn write_late(&self, folder: &Path, names: &[String]) {
        for Late { image, over } in &self.late {
            let name = over.map_or(&image.name, |over| &names[over]);
            put(&folder.join(name), image);
        }
    }

    /// The digests of the records that packs are converted from, or were: of the images that do not come late.
    pub(crate) fn expected(&self) -> Vec<Option<[u8; 20]>> {
        let images: Vec<_> = self.images.iter().collect();
        (0..self.packs).map(|pack| rules::converted_from(&images, &lives::serial(pack))).collect()
    }

    /// The same of all images, as they are when the late ones have come.
    pub(crate) fn expected_in_the_end(&self) -> Vec<Option<[u8; 20]>> {
        let is_gone = |at: usize| self.late.iter().any(|late| late.over == Some(at));
        let first = self.images.iter().enumerate().filter(|(at, _)| !is_gone(*at));
        // Of two that take one place, the last one stays there.
        let later = self.late.iter().enumerate().filter(|(at, late)| {
            let behind = &self.late[at + 1..];
            late.over.is_none() || behind.iter().all(|other| other.over != late.over)
        });
        let images: Vec<_> =
            first.map(|(_, image)| image).chain(later.map(|(_, late)| &late.image)).collect();
        (0..self.packs).map(|pack| rules::converted_from(&images, &lives::serial(pack))).collect()
    }
}

/// An image of one of the states of a life, or, now and then, of the pack as it was converted.
fn image(random: &mut Random, name: String, life: &Life) -> Image {
    let converted = &life.converted;
    if !converted.is_empty() && random.one_in(3) {
        let pack = converted[random.below(converted.len())].clone();
        return Image { name, record: pack.bytes.clone(), pack, is_sound: true };
    }
    image_of_40(random, name, life)
}

/// An image of one of the states of a life, now and then with rot in it.
fn image_of_40(random: &mut Random, name: String, life: &Life) -> Image {
    let State { pack, is_sound } = &life.states[random.below(life.states.len())];
    let mut record = pack.bytes.clone();
    let is_rotten = random.one_in(5);
    if is_rotten {
        rot(random, &mut record);
    }
    Image { name, pack: pack.clone(), record, is_sound: *is_sound && !is_rotten }
}

/// One byte is another one, or some are: anywhere, or where the events are.
fn rot(random: &mut Random, record: &mut [u8]) {
    let most = random.pick(&[1, 1, 1, 2, 4]);
    let end = random.pick(&[0x84, 0x300, record.len()]);
    for _ in 0..=random.below(most) {
        // Even a byte that is met twice does not become what it was.
        let at = random.below(end);
        record[at] = record[at].wrapping_add(1 + random.byte() % 60);
    }
}

fn put(path: &Path, image: &Image) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, image_of(&image.record)).unwrap();
}
