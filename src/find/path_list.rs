//! Very many paths in little memory.

use crate::platform::path_from_bytes;
use std::path::{Path, PathBuf, is_separator};

/// Paths by their numbers, in the order in which they were added. Neighbours in one folder share it.
#[derive(Debug, Default)]
pub struct PathList {
    /// What paths begin with, and the number of the first of those.
    folders: Vec<(usize, Box<[u8]>)>,
    /// What they end with, one name after the other, and where each name ends.
    names: Vec<u8>,
    ends: Vec<u32>,
}

impl PathList {
    /// How many paths there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Adds a path.
    ///
    /// # Panics
    /// If all names together are longer than 4 GiB.
    pub fn push(&mut self, path: &Path) {
        let bytes = path.as_os_str().as_encoded_bytes();
        let separator = bytes.iter().rposition(|byte| is_separator(char::from(*byte)));
        let (folder, name) = bytes.split_at(separator.map_or(0, |at| at + 1));
        if self.folders.last().is_none_or(|(_, last)| **last != *folder) {
            self.folders.push((self.len(), folder.into()));
        }
        self.names.extend(name);
        let end = u32::try_from(self.names.len());
        self.ends.push(end.expect("a run has less than 4 GiB of names"));
    }

    /// The path with this number.
    ///
    /// # Panics
    /// If there is none.
    pub fn get(&self, number: usize) -> PathBuf {
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        let name = &self.names[start..self.ends[number] as usize];
        let behind = self.folders.partition_point(|(first, _)| *first <= number);
        path_from_bytes([&*self.folders[behind - 1].1, name].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_come_back_as_they_were_added() {
        let paths =
            ["a/1.img", "a/2.img", "b//c/1.img", "1.img", "./1.img", "a/3.img", "/", "", "a/"];
        let mut list = PathList::default();
        for path in paths {
            list.push(Path::new(path));
        }
        assert_eq!((list.len(), list.folders.len()), (paths.len(), 8));
        for (number, path) in paths.into_iter().enumerate() {
            assert_eq!(list.get(number).as_os_str(), path);
        }
    }
}
