//! The images that are measured: 1.44 MB each, sound 4.0 packs, no two alike, serials in no order.

use crate::support::simulator::{Format, Pack, record_at};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// Bytes of an image.
pub(crate) const LEN: u64 = 1_474_560;
/// Bytes up to the end of the root directory.
pub(crate) const AREA: usize = 33 * 512;
/// Images in a folder.
const PER_FOLDER: usize = 1000;
/// Bytes of a record.
pub(crate) const RECORD: usize = 2048;
/// Serials of this form, and a step through them that meets each once before it meets one again.
const SERIALS: usize = 10_000_000;
const STEP: usize = 6_180_339;
/// A byte of the record that has to be zero.
const RESERVED: u64 = 0x1F0;

/// How images are made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Sound,
    /// With a damaged record.
    Refused,
    /// Sound, and compressed.
    Gzip,
}

/// The sample that all images are made of.
pub(crate) struct Sample {
    image: Vec<u8>,
    /// Where its record begins.
    pub(crate) at: usize,
}

impl Sample {
    pub(crate) fn read() -> Self {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
        let image = fs::read(data.join("images/applied-1440.img")).expect("the sample is there");
        let at = record_at(&image);
        Self { image, at }
    }

    /// A record like the sample's, with a serial and so with seals of its own.
    fn record(&self, number: usize) -> Vec<u8> {
        let serial = format!("54321-270-{:07}-00042", number * STEP % SERIALS);
        let sample = &self.image[self.at..self.at + RECORD];
        Pack::renumbered(sample, Format::V40, &serial).bytes
    }

    /// Makes `count` images below `folder`, in folders of 1,000. What a pack does not need of an
    /// image is a hole.
    pub(crate) fn make(&self, folder: &Path, count: usize, form: Form) -> io::Result<()> {
        for number in 0..count {
            let path = path(folder, number);
            if number % PER_FOLDER == 0 {
                fs::create_dir_all(path.parent().expect("it lies in a folder"))?;
            }
            match form {
                Form::Sound | Form::Refused => self.write(&path, number, form == Form::Refused)?,
                Form::Gzip => self.compress(&path, number)?,
            }
        }
        Ok(())
    }

    fn write(&self, path: &Path, number: usize, is_refused: bool) -> io::Result<()> {
        let file = File::create(path)?;
        file.set_len(LEN)?;
        file.write_all_at(&self.image[..AREA], 0)?;
        file.write_all_at(&self.record(number), self.at as u64)?;
        if is_refused {
            file.write_all_at(&[1], self.at as u64 + RESERVED)?;
        }
        Ok(())
    }

    /// Writes the whole sample, files and all, with a record of its own.
    fn compress(&self, path: &Path, number: usize) -> io::Result<()> {
        let mut image = self.image.clone();
        image[self.at..self.at + RECORD].copy_from_slice(&self.record(number));
        let file = File::create(path.with_extension("img.gz"))?;
        let mut encoder = GzEncoder::new(file, Compression::default());
        encoder.write_all(&image)?;
        encoder.finish().map(drop)
    }
}

/// Where an image lies below `folder`.
pub(crate) fn path(folder: &Path, number: usize) -> PathBuf {
    folder.join(format!("{:03}", number / PER_FOLDER)).join(format!("{number:06}.img"))
}
