//! Any bytes are an archive or an error; a member that can be rewritten reads the same.

#![no_main]

use addpack::container::MAX_IMAGE;
use addpack::container::zip::{Directory, Piece, rewrite};
use addpack::disk::Memory;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let archive = Memory::new(bytes.to_vec());
    let Ok(directory) = Directory::read(&archive) else { return };
    for (index, member) in directory.members.iter().enumerate() {
        let Ok(file) = member.read(&archive, MAX_IMAGE) else { continue };
        let Ok(pieces) = rewrite(&archive, &directory, &[(index, &file)]) else { continue };
        let new = Memory::new(joined(bytes, &pieces));
        let directory = Directory::read(&new).expect("a rewritten archive is one");
        let again = directory.members[index].read(&new, MAX_IMAGE);
        assert_eq!(again.expect("a rewritten member is one"), file);
    }
});

fn joined(old: &[u8], pieces: &[Piece]) -> Vec<u8> {
    let bytes = pieces.iter().flat_map(|piece| match piece {
        Piece::Kept(kept) => &old[kept.start as usize..kept.end as usize],
        Piece::New(new) => new,
    });
    bytes.copied().collect()
}
