//! The lines of a `--json` report, strictly: a field that is not named here is an error.

use serde::Deserialize;
use std::collections::BTreeMap;

/// An image's line.
#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Image {
    pub r#type: String,
    pub schema: u32,
    pub path: String,
    pub path_bytes: Option<String>,
    pub diskette_number: Option<u64>,
    pub outcome: String,
    pub reason: Option<String>,
    pub diskette: Option<Diskette>,
    pub record: Option<Record>,
    pub findings: Vec<Finding>,
    pub notes: Vec<CodeAndMessage>,
    pub in_place: Option<bool>,
    pub counts: Option<Counts>,
    pub output: Option<String>,
    pub error: Option<CodeAndMessage>,
    pub next_step: String,
    pub surface: Option<Surface>,
}

/// What a diskette that is no pack says of itself.
#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Diskette {
    pub label: Option<String>,
    pub oem_name: String,
    pub files: Vec<RootFile>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct RootFile {
    pub name: String,
    pub folder: bool,
    pub size: u32,
    pub sha1: Option<String>,
}

/// Files of a format that is not read.
#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct SkippedKind {
    pub kind: String,
    pub count: u64,
    pub command: String,
}

/// The image that counts in the place of a copy.
#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    pub path: String,
    pub path_bytes: Option<String>,
    pub relation: String,
}

/// The map of a diskette.
#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Surface {
    pub cylinders: usize,
    pub heads: usize,
    pub sectors: usize,
    pub good: usize,
    pub slow: usize,
    pub weak: usize,
    pub lost: usize,
    pub map: Vec<String>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Record {
    pub sha1: String,
    pub version: String,
    pub serial: String,
    pub licenses: u16,
    pub origin: Option<String>,
    pub bound: bool,
    pub from: Option<u16>,
    pub to: Option<u16>,
    pub server: Option<Server>,
    pub made_at: Option<String>,
    pub converted_at: Option<String>,
    pub events: Vec<Event>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Server {
    pub address: String,
    pub name: String,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Event {
    pub slot: usize,
    pub kind: String,
    pub server_version: String,
    pub from: u16,
    pub to: u16,
    pub at: Option<String>,
    pub server: Server,
    pub post_upgrade: bool,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    pub code: String,
    pub message: String,
    pub slot: Option<usize>,
    pub offset: Option<usize>,
    pub cluster: Option<u16>,
    pub sector: Option<u32>,
    pub expected: Option<String>,
    pub found: Option<String>,
    #[serde(default)]
    pub images: Vec<String>,
    pub image_count: Option<usize>,
    pub copy_of: Option<CopyOf>,
    pub unknown_layout: Option<bool>,
    pub kb: Vec<u32>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct CopyOf {
    pub converted_at: String,
    pub path: String,
    pub target: Option<String>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct CodeAndMessage {
    pub code: String,
    pub message: String,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    pub r#type: String,
    pub schema: u32,
    pub images: u64,
    pub outcomes: BTreeMap<String, u64>,
    pub unlisted: u64,
    pub skipped: u64,
    pub skipped_kinds: Vec<SkippedKind>,
    pub skipped_endings: BTreeMap<String, u64>,
    pub repeated: u64,
    pub unread: u64,
    pub left_out: u64,
    pub stopped: bool,
    pub complete: bool,
    pub error: Option<CodeAndMessage>,
    pub exit_code: i32,
}
