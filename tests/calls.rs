//! What an image costs in system calls: a folder may hold hundreds of thousands of them.

mod judge;
mod scene;

use judge::{PackImage, strace};
use scene::Scene;

#[test]
fn image_in_a_folder_that_is_looked_at_is_opened_once_and_read_once() {
    let pack = PackImage::golden("applied-1440.img");
    let scene = Scene::new();
    let names = ["a.img", "b.IMA", "c.dsk"];
    for (number, name) in names.into_iter().enumerate() {
        let mut image = pack.renumbered(number);
        name.clone_into(&mut image.name);
        image.put(&scene, "in");
    }
    for name in names {
        let options = ["-f", "-P", &format!("in/{name}"), "-e", "trace=all"];
        let traced = strace(&scene, &options, &["inspect", "--json", "--no-ledger", "in"]);
        assert_eq!(traced.ran.stdout.matches("convertible\",\"record").count(), names.len());
        let names = traced.calls.iter().map(|call| &*call.name);
        // The standard library's own check, in a build that is not for users.
        let calls: Vec<_> = names.filter(|name| *name != "fcntl").collect();
        assert_eq!(calls, ["openat", "fadvise64", "statx", "pread64", "close"], "{name}");
    }
}
