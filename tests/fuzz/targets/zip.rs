//! Any bytes are an archive or an error; a member that can be rewritten reads the same.

#![no_main]

use addpack::container::MAX_IMAGE;
use addpack::container::zip::{Directory, Stretch, rewrite};
use addpack::disk::Memory;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let archive = Memory::new(bytes.to_vec());
    let Ok(directory) = Directory::read(&archive) else { return };
    for (index, member) in directory.members.iter().enumerate() {
        let Ok(file) = member.read(&archive, MAX_IMAGE) else { continue };
        let mut new = Vec::new();
        let mut put = |piece| {
            match piece {
                Stretch::Kept(kept) => new.extend(&bytes[kept.start as usize..kept.end as usize]),
                Stretch::New(part) => new.extend(part),
            }
            Ok(())
        };
        let rewritten = rewrite(&archive, &directory, &[index], &mut |_| Ok(file.clone()), &mut put);
        if rewritten.is_err() {
            continue;
        }
        let new = Memory::new(new);
        let directory = Directory::read(&new).expect("a rewritten archive is one");
        let again = directory.members[index].read(&new, MAX_IMAGE);
        assert_eq!(again.expect("a rewritten member is one"), file);
    }
});
