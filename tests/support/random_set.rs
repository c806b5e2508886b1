//! Random sets of images: copies, backups, transfers, rot, and packs that a 4.5 server has spoilt.

use super::simulator::image_of;
use super::simulator::{Pack, Random, Release, Server, digest, sample, slot_at};
use std::fs;
use std::path::Path;

const MADE_AT: u64 = 125_411_328_000_000_000;

/// The states of a pack's life, and what is known of each.
pub(crate) struct State {
    pub(crate) pack: Pack,
    pub(crate) is_sound: bool,
}

/// An image, and the state that it is of.
pub(crate) struct Image {
    pub(crate) name: String,
    pack: usize,
    state: usize,
    /// Whether a reserved byte of its last event has rotted.
    is_rotten: bool,
}

pub(crate) struct Set {
    pub(crate) lives: Vec<Vec<State>>,
    pub(crate) images: Vec<Image>,
}

impl Set {
    pub(crate) fn random(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let lives: Vec<_> = (0..=random.below(3)).map(|number| life(&mut random, number)).collect();
        let mut images = Vec::new();
        for (pack, life) in lives.iter().enumerate() {
            for _ in 0..=random.below(4) {
                let name = format!("{}/{:03}.img", random.below(3), images.len());
                let state = random.below(life.len());
                let can_rot = life[state].is_sound && life[state].pack.count() > 0;
                let is_rotten = can_rot && random.one_in(6);
                images.push(Image { name, pack, state, is_rotten });
            }
        }
        Self { lives, images }
    }

    /// Writes the images, with their names shuffled by `seed`.
    pub(crate) fn write(&self, folder: &Path, seed: u64) {
        let mut names: Vec<_> = self.images.iter().map(|image| image.name.clone()).collect();
        Random::new(seed).shuffle(&mut names);
        for (image, name) in self.images.iter().zip(names) {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let pack = &self.lives[image.pack][image.state].pack;
            let mut bytes = pack.bytes.clone();
            if image.is_rotten {
                bytes[slot_at(pack.count() - 1) + 38] ^= 1;
            }
            fs::write(path, image_of(&bytes)).unwrap();
        }
    }

    /// The digest of the record that a pack is to be converted from, if it is.
    pub(crate) fn expected(&self, pack: usize) -> Option<[u8; 20]> {
        let life = &self.lives[pack];
        let images = || self.images.iter().filter(|image| image.pack == pack);
        let is_sound = |image: &&Image| life[image.state].is_sound && !image.is_rotten;
        let newest = images().filter(is_sound).map(|image| image.state).max()?;
        let mut later = images().map(|image| image.state).filter(|state| *state > newest);
        let binding = &life[newest].pack.binding;
        let agrees = |state: usize| life[state].pack.binding == *binding;
        later.all(agrees).then(|| digest(&[&life[newest].pack.bytes]))
    }
}

/// One life: each state is the one before and an event more. The last may be spoilt by a 4.5 server.
fn life(random: &mut Random, number: usize) -> Vec<State> {
    let serial = format!("12345-270-0000{number:03}-00001");
    let mut pack = Pack::unused_40(&serial, 5, MADE_AT);
    let sound = |pack: &Pack| State { pack: pack.clone(), is_sound: true };
    let mut states = vec![sound(&pack)];
    let mut servers: Vec<Server> = (1..=2).map(|at| sample::server(Release::V40, at)).collect();
    let mut at = 0;
    if random.one_in(4) {
        return states;
    }
    assert!(servers[0].apply(&mut pack));
    states.push(sound(&pack));
    for _ in 0..random.below(4) {
        if random.one_in(3) {
            at = 1 - at;
            servers[at].reinstall();
            if !servers[at].transfer(&mut pack) {
                break;
            }
        } else {
            sample::reapply(&mut pack, &mut servers[at]);
        }
        states.push(sound(&pack));
    }
    if random.one_in(3) {
        let mut upgraded = sample::server(Release::V45, u8::try_from(at + 1).unwrap());
        assert!(upgraded.spoil(&mut pack, random.one_in(2)));
        states.push(State { pack, is_sound: false });
    }
    states
}
