//! Random sets of diskettes: what simulated servers and an unlucky admin make of them.

use crate::support::planned::Planned;
use crate::support::scene::{EPOCH, Scene};
use crate::support::simulator::{Deed, Format, Kind, Pack, Random, Release, Server, image_of};
use addpack::conversion::decide;
use addpack::diagnosis::diagnose;
use addpack::record::fields::FileTime;

/// A diskette of the set.
#[derive(Clone)]
pub(crate) struct Disk {
    pub(crate) pack: Pack,
    /// The record as it lies there; of an interrupted conversion, with remnants.
    pub(crate) bytes: Vec<u8>,
    /// Whether the image file is. That says nothing of the tab of a diskette.
    read_only: bool,
}

/// A set of diskettes, and the server that they are planned for.
pub(crate) struct Case {
    pub(crate) disks: Vec<Disk>,
    pub(crate) server: Server,
    pub(crate) kind: Kind,
}

const DAY: u64 = 864_000_000_000;
/// 1998-06-01.
const MADE_AT: u64 = 125_411_328_000_000_000;

fn epoch() -> FileTime {
    FileTime::from_unix_seconds(EPOCH.parse().unwrap()).unwrap()
}

/// Where the packs of a case come from.
struct Maker {
    random: Random,
    made: u64,
}

impl Maker {
    fn pack(&mut self) -> Pack {
        self.made += 1;
        let serial = format!("12345-270-{:07}-00042", self.made);
        let size = self.random.pick(&[5, 5, 5, 20]);
        let make = if self.random.one_in(2) { Pack::issued_45 } else { Pack::unused_40 };
        make(&serial, size, MADE_AT)
    }

    /// The licenses that the server has: of a new one, or of one in the middle of its chain.
    fn installed(&mut self, server: &Server, disks: &[Disk]) -> u16 {
        let most = if server.release == Release::V45 { 50 } else { 25 };
        let to = disks.iter().filter_map(|disk| Some(disk.pack.binding.as_ref()?.to));
        let in_chain: Vec<_> = to.filter(|to| *to <= most).collect();
        match self.random.below(4) {
            0 if !in_chain.is_empty() => self.random.pick(&in_chain),
            1 => 5 + 5 * (u16::from(self.random.byte()) % (most / 5)),
            _ => 5,
        }
    }

    fn server(&mut self, number: u8) -> Server {
        let release = self.random.pick(&[Release::V40, Release::V40a, Release::V45]);
        let address = [0x00, 0xA0, 0xC9, 0x14, self.random.byte(), number];
        Server::install(release, address, &format!("-S{number}={}", self.made), MADE_AT + DAY)
    }

    /// Packs that a server has applied, now and then set up anew between them: a chain, with twins.
    fn used(&mut self, server: &mut Server, most: usize) -> Vec<Pack> {
        let mut packs: Vec<Pack> = Vec::new();
        for _ in 0..self.random.below(most + 1) {
            server.clock += DAY;
            if self.random.one_in(6) {
                server.reinstall();
                if self.random.one_in(2) {
                    for pack in &mut packs {
                        reapply_in_order(server, pack);
                    }
                }
            }
            let mut pack = self.pack();
            if pack.format == Format::V40 && server.release == Release::V45 {
                pack = pack.converted(epoch().0);
            }
            server.apply(&mut pack);
            packs.push(pack);
            if self.random.one_in(8) {
                server.upgrade();
            }
        }
        packs
    }

    /// What else can happen to a diskette.
    fn disk(&mut self, mut pack: Pack) -> Disk {
        if self.random.one_in(5) && pack.format == Format::V40 && pack.is_whole() {
            let old = pack.bytes.clone();
            pack = pack.converted(epoch().0);
            if self.random.one_in(2) {
                let bytes = [&pack.bytes[..512], &old[512..]].concat();
                return Disk { read_only: self.random.one_in(9), pack, bytes };
            }
        }
        match self.random.below(24) {
            0 | 1 => make_defective(&mut pack),
            2 => {
                let count = self.random.one_in(2);
                spoil(self.server(9), &mut pack, count);
            }
            3 => pack.bytes[0x31] ^= 0x40,
            4 => fill(&mut pack),
            _ => {}
        }
        Disk { bytes: pack.bytes.clone(), read_only: self.random.one_in(12), pack }
    }
}

/// Reapplies a used 4.0 pack on its server while that has other licenses.
fn make_defective(pack: &mut Pack) {
    let Some(binding) = pack.binding.clone() else { return };
    let mut server = Server::install(Release::V40, [1; 6], "X", MADE_AT + 900 * DAY);
    server.identity = binding.server;
    server.licenses = binding.to;
    if pack.format == Format::V40 {
        server.reapply(pack);
    }
}

fn reapply_in_order(server: &mut Server, pack: &mut Pack) {
    if pack.binding.as_ref().is_some_and(|binding| binding.from == server.licenses) {
        server.reapply(pack);
    }
}

/// Reapplies a pack until its record is full.
fn fill(pack: &mut Pack) {
    let Some(binding) = pack.binding.clone() else { return };
    let release = if pack.format == Format::V40 { Release::V40 } else { Release::V45 };
    let mut server = Server::install(release, [1; 6], "X", MADE_AT + 900 * DAY);
    server.identity = binding.server;
    while pack.count() < 24 {
        server.licenses = binding.from;
        assert!(server.reapply(pack));
    }
}

/// Gives a pack to a 4.5 server, as it is.
fn spoil(mut server: Server, pack: &mut Pack, raises_count: bool) {
    server.upgrade();
    server.spoil(pack, raises_count);
}

impl Case {
    pub(crate) fn new(seed: u64) -> Self {
        let mut maker = Maker { random: Random::new(seed), made: seed * 100 };
        let (mut server, mut other) = (maker.server(1), maker.server(2));
        let mut packs = maker.used(&mut server, 7);
        packs.extend(maker.used(&mut other, 2));
        let unused = maker.random.below(4);
        packs.extend((0..unused).map(|_| maker.pack()));
        // Some are lost, and nobody knows their order.
        packs.retain(|_| !maker.random.one_in(5));
        maker.random.shuffle(&mut packs);
        let disks: Vec<_> = packs.into_iter().map(|pack| maker.disk(pack)).collect();
        server.release = maker.random.pick(&[Release::V40, Release::V40a, Release::V45]);
        server.licenses = maker.installed(&server, &disks);
        let kinds = [Kind::Retail; 12].iter().chain(&[Kind::Nfr, Kind::Msdn, Kind::Nt]);
        let kind = maker.random.pick(&kinds.copied().collect::<Vec<_>>());
        Self { disks, server, kind }
    }

    /// The most licenses that the server can have.
    pub(crate) fn limit(&self) -> u16 {
        if self.server.release == Release::V45 { 50 } else { 25 }
    }

    fn put(&self, scene: &Scene) {
        for (number, disk) in self.disks.iter().enumerate() {
            let path = scene.path(&format!("{number:02}.img"));
            std::fs::write(&path, image_of(&disk.bytes)).unwrap();
            let mut permissions = std::fs::metadata(&path).unwrap().permissions();
            permissions.set_readonly(disk.read_only);
            std::fs::set_permissions(&path, permissions).unwrap();
        }
    }

    /// What `addpack plan` prints.
    pub(crate) fn planned(&self) -> Planned {
        let scene = Scene::new();
        self.put(&scene);
        let release = match self.server.release {
            Release::V40 => "4.0",
            Release::V40a => "4.0a",
            Release::V45 => "4.5",
        };
        let kind = format!("{:?}", self.kind).to_lowercase();
        let address = self.server.identity.address.map(|byte| format!("{byte:02x}")).join("-");
        let name = format!("--name={}", self.server.identity.name);
        let installed = self.server.licenses.to_string();
        let args = ["plan", "--json", "--no-ledger", "--server", release, "--edition", &kind];
        let more = ["--address", &address, &name, "--installed", &installed, "."];
        let ran = scene.run(&[&args[..], &more].concat());
        let is_empty = self.disks.is_empty();
        let message = if is_empty { "addpack: no image was found in .\n" } else { "" };
        assert_eq!(ran.stderr, message);
        let planned = Planned::read(&ran.stdout);
        let turns_away = planned.steps.iter().any(|step| step.action == "turn-away");
        ran.ends(i32::from(turns_away || is_empty));
        planned
    }
}

impl Disk {
    /// What the plan is to call a pack that can never be applied.
    pub(crate) fn refusal(&self) -> Option<&'static str> {
        let did = |deed: fn(Deed) -> bool| self.pack.log.iter().any(|done| deed(done.deed));
        if did(|deed| matches!(deed, Deed::PostUpgrade { .. })) {
            Some("post-upgrade-reapply")
        } else if did(|deed| deed == Deed::OutOfOrder) {
            Some("out-of-order-reapply")
        } else {
            (!self.pack.is_whole()).then_some("damaged-record")
        }
    }

    pub(crate) fn is_unfinished(&self) -> bool {
        self.bytes != self.pack.bytes
    }

    /// Whether a conversion is needed before this server can apply the pack.
    pub(crate) fn needs_conversion(&self, server: &Server) -> bool {
        let full = self.pack.count() == 24;
        self.pack.format == Format::V40 && (server.release == Release::V45 || full)
    }

    /// The pack as the server is to get it: the product converts it.
    pub(crate) fn prepared(&self, server: &Server) -> Pack {
        if !self.is_unfinished() && !self.needs_conversion(server) {
            return self.pack.clone();
        }
        let patch = decide(&diagnose(&self.bytes), epoch()).expect("a conversion");
        let converted = match self.pack.format {
            Format::V40 => self.pack.converted(epoch().0),
            _ => self.pack.clone(),
        };
        assert!(patch.new[..] == converted.bytes, "converted otherwise than FORMAT.md says");
        converted
    }

    pub(crate) fn span(&self) -> Option<(u16, u16)> {
        self.pack.binding.as_ref().map(|binding| (binding.from, binding.to))
    }
}
