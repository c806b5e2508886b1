//! Some packs, some servers, and an admin who does as chance has it.

use super::pack::{Format, Pack};
use super::random::Random;
use super::server::{Release, Server};

/// How many histories a test lives through: `usual`, or more by `ADDPACK_HISTORIES`.
pub(crate) fn histories(usual: u64) -> u64 {
    match std::env::var("ADDPACK_HISTORIES") {
        Ok(number) => usual.max(number.parse().expect("ADDPACK_HISTORIES is a number")),
        Err(_) => usual,
    }
}

/// 1997-12-01, when the first packs were sold.
const FIRST_SALE: u64 = 125_253_216_000_000_000;
/// Steps of a FILETIME in a day.
const DAY: u64 = 864_000_000_000;

pub(crate) struct World {
    pub(crate) random: Random,
    pub(crate) servers: Vec<Server>,
    pub(crate) packs: Vec<Pack>,
    /// Packs are reapplied without a thought for their order.
    hasty: bool,
    /// 4.0 packs are given to 4.5 servers.
    mixing: bool,
    seed: u64,
}

/// Names the history in which a test, or the product, panicked.
impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("failed in the history of seed {}", self.seed);
        }
    }
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let servers = (0..2 + random.below(3)).map(|_| any_server(&mut random)).collect();
        let packs = (0..3 + random.below(3)).map(|_| any_pack(&mut random)).collect();
        let (hasty, mixing) = (random.one_in(2), random.one_in(2));
        Self { random, servers, packs, hasty, mixing, seed }
    }

    /// The history of `seed`, lived through to its end: a short one, or now and then a long one.
    pub(crate) fn lived(seed: u64) -> Self {
        let mut world = Self::new(seed);
        let steps = if world.random.one_in(16) { 300 } else { world.random.below(24) };
        world.live(steps);
        world
    }

    pub(crate) fn live(&mut self, steps: usize) {
        for _ in 0..steps {
            self.step();
        }
    }

    fn step(&mut self) {
        let server = self.random.below(self.servers.len());
        let pack = self.random.below(self.packs.len());
        self.run_clock(server);
        match self.random.below(12) {
            0..4 => {
                self.servers[server].apply(&mut self.packs[pack]);
            }
            4..7 => self.restore(server),
            7..9 => {
                self.servers[server].transfer(&mut self.packs[pack]);
            }
            9 if self.random.one_in(3) => self.servers[server].upgrade(),
            10 if self.mixing && self.random.one_in(3) => {
                let raises_count = self.random.one_in(2);
                self.servers[server].spoil(&mut self.packs[pack], raises_count);
            }
            11 => self.reapply(server, pack),
            _ => {}
        }
    }

    /// Reinstalls a server and gives it its packs again: in their order, or in any.
    fn restore(&mut self, server: usize) {
        self.servers[server].reinstall();
        let mut order: Vec<usize> = (0..self.packs.len()).collect();
        if self.hasty && self.random.one_in(2) {
            self.random.shuffle(&mut order);
        } else {
            order.sort_by_key(|&pack| self.packs[pack].binding.as_ref().map(|b| b.from));
        }
        for pack in order {
            self.run_clock(server);
            self.reapply(server, pack);
        }
    }

    fn reapply(&mut self, server: usize, pack: usize) {
        let (server, pack) = (&mut self.servers[server], &mut self.packs[pack]);
        let from = pack.binding.as_ref().map(|binding| binding.from);
        if self.hasty || from == Some(server.licenses) {
            server.reapply(pack);
        }
    }

    /// Time goes on; now and then the clock is set back.
    fn run_clock(&mut self, server: usize) {
        let clock = &mut self.servers[server].clock;
        *clock += self.random.bits() % (30 * DAY);
        if self.random.one_in(40) {
            *clock -= self.random.bits() % (900 * DAY);
        }
    }

    /// Puts the 4.5 pack that a 4.0 pack has become in its place.
    pub(crate) fn replace(&mut self, pack: usize, converted: Pack) {
        assert_eq!(converted.format, Format::Converted45);
        self.packs[pack] = converted;
    }

    /// A time at which something may have happened.
    pub(crate) fn any_time(&mut self) -> u64 {
        any_time(&mut self.random)
    }
}

fn any_time(random: &mut Random) -> u64 {
    FIRST_SALE + random.bits() % (1000 * DAY)
}

fn any_server(random: &mut Random) -> Server {
    let release = random.pick(&[Release::V40, Release::V40, Release::V40a, Release::V45]);
    let mut address = [0; 6];
    address.fill_with(|| random.byte());
    address[5] |= 1;
    let name: String = (0..=random.below(15)).map(|_| any_character(random)).collect();
    let clock = any_time(random) + 1000 * DAY;
    Server::install(release, address, &name, clock)
}

/// 0x21 to 0x7E.
fn any_character(random: &mut Random) -> char {
    char::from(0x21 + random.byte() % (0x7F - 0x21))
}

fn any_pack(random: &mut Random) -> Pack {
    let bits = random.bits();
    let (a, b, c, d) =
        (bits % 100_000, bits / 7 % 1000, bits / 11 % 10_000_000, bits / 13 % 100_000);
    let serial = format!("{a:05}-{b:03}-{c:07}-{d:05}");
    let licenses = random.pick(&[5, 5, 20]);
    let made_at = any_time(random);
    let make = if random.one_in(4) { Pack::issued_45 } else { Pack::unused_40 };
    make(&serial, licenses, made_at)
}
