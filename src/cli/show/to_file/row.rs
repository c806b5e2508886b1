//! The report on one image, read back from its JSON.

use crate::cli::words::reason;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(super) struct ReportRow {
    r#type: String,
    pub(super) path: String,
    pub(super) path_bytes: Option<String>,
    pub(super) diskette_number: Option<usize>,
    pub(super) outcome: String,
    pub(super) record: Option<RecordPart>,
    pub(super) findings: Vec<Part>,
    pub(super) notes: Vec<Part>,
    pub(super) in_place: Option<bool>,
    pub(super) output: Option<String>,
    pub(super) error: Option<Part>,
    pub(super) next_step: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct RecordPart {
    pub(super) sha1: Option<String>,
    pub(super) version: String,
    pub(super) serial: String,
    pub(super) licenses: u16,
    pub(super) from: Option<u16>,
    pub(super) to: Option<u16>,
    pub(super) server: Option<ServerPart>,
    pub(super) events: Vec<serde::de::IgnoredAny>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ServerPart {
    pub(super) address: String,
    pub(super) name: String,
}

/// A finding, a note or an error.
#[derive(Debug, Deserialize)]
pub(super) struct Part {
    pub(super) code: String,
    pub(super) message: String,
    #[serde(default)]
    unknown_layout: bool,
}

impl Part {
    /// The reason that it is counted by.
    pub(super) fn reason(&self) -> &str {
        reason(&self.code, self.unknown_layout)
    }
}

impl ReportRow {
    /// The name that people see: the path, after the number that a queue gave the diskette.
    pub(super) fn name(&self) -> String {
        match self.diskette_number {
            None => self.path.clone(),
            Some(number) => format!("diskette {number}: {}", self.path),
        }
    }

    /// Whether it is a folder that could not be listed.
    pub(super) fn is_folder(&self) -> bool {
        self.r#type == "folder"
    }

    /// The path's bytes; `None` if such a path is impossible on this system.
    pub(super) fn path_bytes(&self) -> Option<Vec<u8>> {
        let Some(hex) = &self.path_bytes else { return Some(self.path.clone().into_bytes()) };
        let pairs = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
        pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
    }

    /// Why it is refused or failed: the primary code and all messages.
    pub(super) fn reasons(&self) -> impl Iterator<Item = &Part> {
        self.error.iter().chain(&self.findings)
    }
}
