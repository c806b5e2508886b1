//! The floors: the bare system calls of the same work, on paths that are known, each image by itself.
//! Each floor runs in a process of its own, as `addpack` does.

use super::images::{AREA, LEN, RECORD, path};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use rustix::fs::{Advice, Mode, OFlags, SeekFrom, copy_file_range, fadvise, seek};
use sha1::{Digest, Sha1};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// Images that are changed together: their claims take one flush of the journal.
const GROUP: usize = 128;
/// What a claim writes to a journal: the old and the new record.
const CLAIM: usize = 2 * RECORD;
const SECTOR: usize = 512;
/// What the disk is read in, past the cache.
const BLOCK: usize = 4096;
const AT: &str = "the image is there, and the disk works";

/// A floor: which one, its threads, and the images.
#[derive(Clone)]
pub(crate) struct Floor {
    pub(crate) work: Work,
    pub(crate) threads: usize,
    pub(crate) folder: PathBuf,
    pub(crate) count: usize,
    /// Where the record begins in each image.
    pub(crate) record: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    Inspect,
    /// The same, where the images are not in the cache.
    InspectUncached,
    /// The same, and the digest of each whole image.
    Digest,
    Convert,
    Copy,
    /// Inspects compressed images.
    Inflate,
    /// Converts compressed images.
    Deflate,
    /// Takes the digest of a record for each image, and reads none.
    Hash,
}

const WORKS: [(Work, &str); 8] = [
    (Work::Inspect, "inspect"),
    (Work::InspectUncached, "inspect-uncached"),
    (Work::Digest, "digest"),
    (Work::Convert, "convert"),
    (Work::Copy, "copy"),
    (Work::Inflate, "inflate"),
    (Work::Deflate, "deflate"),
    (Work::Hash, "hash"),
];

impl Floor {
    /// What [`Floor::from_arguments`] makes this floor of.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let name = WORKS.iter().find(|(work, _)| *work == self.work).map_or("", |(_, name)| name);
        let folder = self.folder.to_str().expect("the folder's name is text").to_owned();
        let numbers = [self.threads, self.count, self.record].map(|number| number.to_string());
        [name.to_owned(), folder].into_iter().chain(numbers).collect()
    }

    pub(crate) fn from_arguments(arguments: &[String]) -> Option<Self> {
        let [name, folder, threads, count, record] = arguments else { return None };
        let work = WORKS.iter().find(|(_, known)| known == name)?.0;
        Some(Self {
            work,
            folder: folder.into(),
            threads: threads.parse().ok()?,
            count: count.parse().ok()?,
            record: record.parse().ok()?,
        })
    }

    pub(crate) fn run(&self) {
        let pool = ThreadPoolBuilder::new().num_threads(self.threads).build().expect("threads");
        match self.work {
            Work::Inspect | Work::InspectUncached | Work::Digest | Work::Hash => self.look(&pool),
            Work::Convert | Work::Copy => pool.install(|| self.change().expect(AT)),
            Work::Inflate | Work::Deflate => pool.install(|| {
                let images = (0..self.count).into_par_iter().with_max_len(1);
                images.for_each(|number| self.unpack(number).expect(AT));
            }),
        }
    }

    fn path(&self, number: usize) -> PathBuf {
        path(&self.folder, number)
    }

    /// Reads the sectors up to the root directory's end in one call, the record in another, and takes
    /// the record's SHA-1.
    fn look(&self, pool: &ThreadPool) {
        let threads = self.threads;
        // Each thread takes every so-manieth image: nothing is shared, and nobody waits.
        pool.broadcast(|context| {
            for number in (context.index()..self.count).step_by(threads) {
                let result = match self.work {
                    Work::Hash => Ok(Sha1::digest([number as u8; RECORD]).into()),
                    _ => self.inspect(number),
                };
                std::hint::black_box::<[u8; 20]>(result.expect(AT));
            }
        });
    }

    fn inspect(&self, number: usize) -> io::Result<[u8; 20]> {
        let file = File::open(self.path(number))?;
        if self.work == Work::InspectUncached {
            fadvise(&file, 0, None, Advice::Random)?;
        }
        if self.work == Work::Digest {
            let mut image = vec![0; LEN as usize];
            file.read_exact_at(&mut image, 0)?;
            std::hint::black_box(Sha1::digest(image));
        }
        look(&file, self.record)
    }

    /// Changes images in groups. While one group is written, the next one is looked at and claimed.
    fn change(&self) -> io::Result<()> {
        let journal = File::create(self.folder.with_extension("journal"))?;
        let groups: Vec<_> = (0..self.count).step_by(GROUP).collect();
        let group = |start: usize| start..(start + GROUP).min(self.count);
        let mut ready = self.claim(group(0), &journal)?;
        for start in groups.iter().skip(1).map(|start| group(*start)) {
            let (done, next) = rayon::join(|| self.write(&ready), || self.claim(start, &journal));
            done?;
            ready = next?;
        }
        self.write(&ready)
    }

    /// Opens, locks and reads the images of a group, and makes durable in the journal what will be
    /// done to them.
    fn claim(&self, group: Range<usize>, mut journal: &File) -> io::Result<Vec<(PathBuf, File)>> {
        let open = |number| {
            let path = self.path(number);
            let file = OpenOptions::new().read(true).write(true).open(&path)?;
            file.try_lock()?;
            std::hint::black_box(look(&file, self.record)?);
            Ok((path, file))
        };
        let files = group.into_par_iter().map(open).collect::<io::Result<Vec<_>>>()?;
        journal.write_all(&vec![1; files.len() * CLAIM])?;
        journal.sync_data()?;
        Ok(files)
    }

    fn write(&self, files: &[(PathBuf, File)]) -> io::Result<()> {
        let files = files.par_iter().with_max_len(1);
        if self.work == Work::Convert {
            return files.try_for_each(|(path, file)| self.convert(path, file));
        }
        let folder = self.folder.with_extension("out");
        fs::create_dir_all(&folder)?;
        files.try_for_each(|(path, file)| self.copy(path, file, &folder))?;
        File::open(folder)?.sync_all()
    }

    /// Writes the commit sector, durable and read back past the cache, through a second handle; then zeroes
    /// the sectors that held events, which is made durable and read back as well.
    fn convert(&self, path: &Path, file: &File) -> io::Result<()> {
        let flags = OFlags::DIRECT | OFlags::CLOEXEC;
        let direct = File::from(rustix::fs::open(path, flags, Mode::empty())?);
        let mut space = vec![0; 2 * BLOCK];
        let aligned = space.as_ptr().align_offset(BLOCK);
        let start = self.record / BLOCK * BLOCK;
        for (bytes, at) in [([1; SECTOR], self.record), ([0; SECTOR], self.record + SECTOR)] {
            file.write_all_at(&bytes, at as u64)?;
            file.sync_data()?;
            direct.read_exact_at(&mut space[aligned..aligned + BLOCK], start as u64)?;
        }
        Ok(())
    }

    /// Copies what is in the image and leaves its holes, converts the copy, and gives it its name.
    fn copy(&self, path: &Path, file: &File, folder: &Path) -> io::Result<()> {
        let target = folder.join(path.file_name().expect("an image has a name"));
        let temporary = target.with_extension("tmp");
        let copy = File::options().read(true).write(true).create_new(true).open(&temporary)?;
        copy.set_len(LEN)?;
        let mut at = 0;
        while at < LEN {
            let Ok(start) = seek(file, SeekFrom::Data(at)) else { break };
            let end = seek(file, SeekFrom::Hole(start))?;
            let (mut from, mut to) = (start, start);
            while from < end {
                let left = (end - from) as usize;
                copy_file_range(file, Some(&mut from), &copy, Some(&mut to), left)?;
            }
            at = end;
        }
        copy.write_all_at(&[1; RECORD], self.record as u64)?;
        look(&copy, self.record)?;
        copy.sync_all()?;
        fs::rename(temporary, target)
    }

    /// Inflates a whole image, and writes it anew, converted, beside the old one.
    fn unpack(&self, number: usize) -> io::Result<()> {
        let path = self.path(number).with_extension("img.gz");
        let mut image = Vec::with_capacity(LEN as usize);
        GzDecoder::new(fs::read(&path)?.as_slice()).read_to_end(&mut image)?;
        let record = self.record..self.record + RECORD;
        std::hint::black_box(Sha1::digest(&image[record.clone()]));
        if self.work == Work::Inflate {
            return Ok(());
        }
        image[record].fill(1);
        let temporary = path.with_extension("tmp");
        let mut encoder = GzEncoder::new(File::create(&temporary)?, Compression::default());
        encoder.write_all(&image)?;
        encoder.finish()?.sync_all()?;
        fs::rename(temporary, &path)?;
        File::open(path.parent().expect("it lies in a folder"))?.sync_all()
    }
}

fn look(file: &File, record: usize) -> io::Result<[u8; 20]> {
    let (mut area, mut bytes) = (vec![0; AREA], [0; RECORD]);
    file.read_exact_at(&mut area, 0)?;
    file.read_exact_at(&mut bytes, record as u64)?;
    std::hint::black_box(area);
    Ok(Sha1::digest(bytes).into())
}
