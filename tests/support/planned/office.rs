//! The diskettes of an office with many servers: chains with gaps, twins, packs that servers have spoilt, packs that
//! were converted already, copies, and unused packs that fill some of the gaps.

use crate::support::simulator::{Format, Pack, Random, Release, Server};

const MADE_AT: u64 = 125_411_328_000_000_000;
const DAY: u64 = 864_000_000_000;

/// An office, by its seed.
pub struct Office {
    random: Random,
    made: u32,
    images: Vec<Vec<u8>>,
}

impl Office {
    /// The images of an office with so many servers.
    pub fn images(seed: u64, servers: u32) -> Vec<Vec<u8>> {
        let mut office = Self { random: Random::new(seed), made: 0, images: Vec::new() };
        for number in 0..servers {
            office.buy_server(number);
        }
        for _ in 0..servers / 4 {
            let unused = office.pack();
            office.images.push(unused.image());
        }
        office.images
    }

    fn pack(&mut self) -> Pack {
        self.made += 1;
        let serial = format!("12345-270-{:07}-{:05}", self.made, self.made % 100_000);
        let make = if self.random.one_in(10) { Pack::issued_45 } else { Pack::unused_40 };
        make(&serial, self.random.pick(&[5, 5, 5, 5, 5, 20]), MADE_AT)
    }

    /// A server with its packs, as the office has them now.
    fn buy_server(&mut self, number: u32) {
        let [_, _, high, low] = number.to_be_bytes();
        let address = [0x00, 0xA0, 0xC9, 0x14, high, low];
        let name = format!("SRV{number:05}");
        let mut server = Server::install(Release::V40, address, &name, MADE_AT + DAY);
        for _ in 0..=self.random.below(4) {
            server.clock += DAY;
            let mut pack = self.pack();
            let before = server.clone();
            if !server.apply(&mut pack) {
                continue;
            }
            if self.random.one_in(12) {
                // It was set up anew, and another pack was applied in the place of this one.
                server = before;
            }
            match self.random.below(24) {
                0 => continue,
                1 => {
                    server.clone().reapply(&mut pack);
                }
                2 => {
                    let mut upgraded = server.clone();
                    upgraded.upgrade();
                    upgraded.spoil(&mut pack, true);
                }
                3 if pack.format == Format::V40 => pack = pack.converted(MADE_AT + 1000 * DAY),
                4 => pack.bytes[0x200 + self.random.below(40)] ^= 0xFF,
                5 => self.images.push(pack.image()),
                _ => {}
            }
            self.images.push(pack.image());
        }
    }
}
