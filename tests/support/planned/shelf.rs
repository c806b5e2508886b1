//! A set of packs to plan for.

use super::Planned;
use crate::support::scene::Scene;
use crate::support::simulator::{Pack, Release, Server, sample};

/// Diskettes on a shelf, and the servers that they were used on.
pub struct Shelf {
    pub scene: Scene,
    packs: u32,
}

impl Shelf {
    pub fn new() -> Self {
        Self { scene: Scene::new(), packs: 0 }
    }

    pub fn unused(&mut self, make: fn(&str, u16, u64) -> Pack, size: u16) -> Pack {
        self.packs += 1;
        make(&format!("12345-270-0000000-{:05}", self.packs), size, 125_411_328_000_000_000)
    }

    /// A pack that restores `from` and what comes after it.
    pub fn used(
        &mut self,
        server: &Server,
        make: fn(&str, u16, u64) -> Pack,
        from: u16,
        size: u16,
    ) -> Pack {
        let (mut server, mut pack) = (server.clone(), self.unused(make, size));
        server.licenses = from;
        assert!(server.apply(&mut pack));
        pack
    }

    pub fn put(&self, name: &str, pack: &Pack) {
        std::fs::write(self.scene.path(name), pack.image()).unwrap();
    }

    pub fn plan(&self, args: &[&str]) -> (Planned, Option<i32>) {
        let ran = self.scene.run(&[&["plan", "--json"], args].concat());
        assert_eq!(ran.stderr, "");
        (Planned::read(&ran.stdout), ran.code)
    }
}

/// Of server 1: 4.0 packs from 5 to 15 with a twin, a defective one from 15, a 4.5 one from 20; one
/// of server 2; and an unused one.
pub fn shelf() -> Shelf {
    let mut shelf = Shelf::new();
    let (old, new) = (sample::server(Release::V40, 1), sample::server(Release::V45, 1));
    for (name, from) in [("b.img", 5), ("a.img", 10), ("c.img", 10)] {
        let pack = shelf.used(&old, Pack::unused_40, from, 5);
        shelf.put(name, &pack);
    }
    let pack = shelf.used(&new, Pack::issued_45, 20, 20);
    shelf.put("d.img", &pack);
    let mut pack = shelf.used(&old, Pack::unused_40, 15, 5);
    sample::reapply_out_of_order(&mut pack);
    shelf.put("e.img", &pack);
    let pack = shelf.used(&sample::server(Release::V45, 2), Pack::issued_45, 5, 5);
    shelf.put("f.img", &pack);
    let pack = shelf.unused(Pack::issued_45, 20);
    shelf.put("g.img", &pack);
    shelf
}
